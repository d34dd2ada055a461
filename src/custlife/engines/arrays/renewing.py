"""Contracts by columns: equal to `rows.renewing`.

Of a contract that goes on term by term, many ends are worked out at once, and looked at up to the first that decides.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

import attrs
import numpy as np

from custlife.calendar.civil import DAY_US
from custlife.engines.arrays import clock
from custlife.engines.arrays.civil import date_of, month_of, month_start
from custlife.engines.arrays.keys import Keys, dense
from custlife.engines.arrays.terms import NEVER, NONE, ToldColumns, picked, read
from custlife.engines.arrays.views import grouping, ints, of
from custlife.engines.history import MISSING
from custlife.engines.renewals import RENEWED, TOLD, Contract
from custlife.engines.rows import renewing as rows
from custlife.engines.rows.pricing import minor_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from custlife.engines.history import Column, History
    from custlife.engines.renewals import Renewals, RenewalTable, Running
    from custlife.engines.rows.renewing import Termed

    Longs = NDArray[np.int64]
    Mask = NDArray[np.bool_]

__all__ = ["count_renewals", "list_running", "termed"]

ROWS = 1 << 14  # contracts that are looked at together
ENDS = 1 << 17  # and ends of their terms
SLACK = 3 * DAY_US  # no two wall clocks are further apart, nor one from itself at another time
SHORT, LONG = 28, 31  # days of a month
ON, LOST, PENDING = range(len(RENEWED))
LOW_BITS = 20  # sums of so many bits of numbers below 2**53, and of the rest, are exact as floats


def termed(step: Termed, history: History) -> History:
    """The same rows, read."""
    told = read(step.terms, history)
    if told is None:
        return step(history)
    if _is_odd(history, told):
        return step(history)  # it says which end before they start
    amounts = history.values.get(rows.AMOUNT, ())
    rest = {name: column for name, column in history.values.items() if name not in rows.ROLES.values()}
    notes = (*history.notes, *minor_notes(amounts, step.terms.amounts_in))
    return attrs.evolve(history, values={**rest, TOLD: told}, notes=notes)


def _is_odd(history: History, told: ToldColumns) -> bool:
    """Whether any contract ends before it starts."""
    start, calendar = ints(history.at), _Calendar(history, told)
    if (told.ended < start).any():
        return True
    for low in range(0, len(start), ENDS):
        which = np.arange(low, min(low + ENDS, len(start)))
        if (calendar.ends(which, calendar.first[which]) <= start[which]).any():
            return True
    return False


# -- the ends of terms -------------------------------------------------------------------------------------------------


class _Anchors(NamedTuple):
    """Where the terms of some contracts are counted from."""

    us: Longs
    wall: Longs
    day: Longs
    month: Longs
    day_of_month: Longs


class _Calendar:
    """When contracts are up for renewal, each time counted from the anchor: `Told.renewals`.

    Attributes:
        first: The number of the first end of each contract: 0 where it is a date that the row says, else 1.
    """

    def __init__(self, history: History, told: ToldColumns) -> None:
        self.zone = history.zone
        is_dated = told.renewal != NONE
        self.first: Longs = np.where(is_dated, 0, 1)
        self.anchor: Longs = np.where(is_dated, told.renewal, ints(history.at))
        self.term = told.term
        spans = [(span.months, span.days, span.us) for span in told.spans]
        self.months, self.days, self.us = np.array([*spans, (0, 0, 0)], np.int64).T
        calendar = (self.months > 0) | (self.days > 0)
        self._slack = np.where(calendar, SLACK, 0)

    def before(self, which: Longs, us: int) -> Longs:
        """Of some contracts the number of an end that is at or before an instant, or of the first."""
        number = (us - self.anchor[which] - self._slack[self.term[which]]) // self._lengths(LONG)[self.term[which]]
        found: Longs = np.where(self.term[which] < 0, 0, np.maximum(self.first[which], number))
        return found

    def behind(self, which: Longs, us: Longs | int) -> Longs:
        """Of some contracts the number of an end that is after an instant; of the only one, where there are no more."""
        number = (us - self.anchor[which] + self._slack[self.term[which]]) // self._lengths(SHORT)[self.term[which]]
        found: Longs = np.where(self.term[which] < 0, 0, np.maximum(self.first[which], number + 1))
        return found

    def _lengths(self, days: int) -> Longs:
        """How long each term would be if months had so many days."""
        found: Longs = np.maximum((self.months * days + self.days) * DAY_US + self.us, 1)
        return found

    def ends(self, which: Longs, number: Longs) -> Longs:
        """The ends with these numbers of some contracts."""
        return self.ends_of(self.anchors(which), self.term[which], np.arange(len(which)), number)

    def anchors(self, which: Longs) -> _Anchors:
        """Of some contracts."""
        us = self.anchor[which]
        wall = clock.local(self.zone, us)
        day = wall // DAY_US
        return _Anchors(us, wall, day, month_of(day), date_of(day)[2])

    def ends_of(self, anchors: _Anchors, term: Longs, place: Longs, number: Longs) -> Longs:
        """The ends with these numbers; of the anchors and terms at some places, in their order."""
        term = term[place]
        exact = self.us[term] * number
        months, days = self.months[term] * number, self.days[term] * number
        moved = np.flatnonzero((months > 0) | (days > 0))
        ends = anchors.us[place] + exact
        if len(moved):
            place, months = place[moved], months[moved] + anchors.month[place[moved]]
            lowest = int(months.min())
            starts = month_start(np.arange(lowest, int(months.max()) + 2))
            begins, behind = starts[months - lowest], starts[months - lowest + 1]
            day = np.minimum(begins + anchors.day_of_month[place], behind) - 1 + days[moved]
            wall = anchors.wall[place] + (day - anchors.day[place]) * DAY_US
            ends[moved] = clock.instants(self.zone, wall) + exact[moved]
        found: Longs = ends
        return found

    def until(
        self, which: Longs, begin: Longs, most: Longs, fails: Callable[[Longs, Longs], Mask]
    ) -> Iterator[tuple[Longs, Longs, Mask]]:
        """Ends of some contracts from one number to another, up to and with the first that fails.

        Args:
            which: The contracts.
            begin: The number of the first end that is looked at.
            most: The number of the last.
            fails: Whether ends fail, given their contracts.

        Yields:
            Contracts, ends, and whether they fail.
        """
        for low in range(0, len(which), ROWS):
            piece = slice(low, low + ROWS)
            kept = np.flatnonzero(begin[piece] <= most[piece])
            left, number, last = (column[piece][kept] for column in (which, begin, most))
            anchors, term = self.anchors(left), self.term[left]
            while len(left):
                counts = np.minimum(last - number + 1, max(1, ENDS // len(left)))
                begins = np.cumsum(counts) - counts
                place = np.repeat(np.arange(len(left)), counts)
                here = np.arange(len(place))
                ends = self.ends_of(anchors, term, place, here - begins[place] + number[place])
                failed = fails(left[place], ends)
                stop = np.minimum.reduceat(np.where(failed, here, len(here)), begins)
                shown = np.flatnonzero(here <= stop[place])
                yield left[place[shown]], ends[shown], failed[shown]
                number = number + counts
                on = np.flatnonzero((stop == len(here)) & (number <= last))
                left, number, last, term = left[on], number[on], last[on], term[on]
                anchors = _Anchors(*(column[on] for column in anchors))


# -- renewals ----------------------------------------------------------------------------------------------------------


def count_renewals(request: Renewals, history: History) -> RenewalTable:
    """Ends of terms by group, period and what became of the contract."""
    told = history.values[TOLD]
    if not isinstance(told, ToldColumns):
        return rows.count_renewals(request, history)
    groups, labels = grouping(history, request.by)
    table: RenewalTable = {}
    for which, ends, state in _ends(request, history, told):
        if not len(which):
            continue
        period = clock.indexes(request.periods, ends) if request.periods else np.zeros(len(ends), np.int64)
        low = int(period.min())
        keys = Keys((groups[which], len(labels)), (period - low, int(period.max()) - low + 1), (state, 3))
        ranks, kept = dense(keys.codes, keys.size)
        amount = told.amount[which]
        sums = _summed(ranks, np.where(amount == NONE, 0, amount), len(kept))
        counts = np.bincount(ranks, minlength=len(kept)).tolist()
        for group, number, name, n, parts in zip(*keys.columns(kept), counts, sums, strict=True):
            key = labels[group], low + number, RENEWED[name]
            table[*key, True] = table.get((*key, True), 0) + n
            table[*key, False] = table.get((*key, False), 0) + parts
    return {key: n for key, n in table.items() if n}


def _summed(places: NDArray[np.integer], values: Longs, size: int) -> list[int]:
    """The sum of the values at each place, exactly: at most `ENDS` of them."""
    low, high = values & (1 << LOW_BITS) - 1, values >> LOW_BITS
    sums = (np.bincount(places, part, minlength=size).tolist() for part in (high, low))
    return [(int(more) << LOW_BITS) + int(less) for more, less in zip(*sums, strict=True)]


def _ends(request: Renewals, history: History, told: ToldColumns) -> Iterator[tuple[Longs, Longs, NDArray[np.int8]]]:
    """Contracts with the ends of their terms up to `as_of`, and what became of them."""
    as_of, calendar = history.as_of, _Calendar(history, told)
    which = np.arange(len(history))
    if request.code is not None:
        which = np.flatnonzero(ints(history.code) == request.code)
    if told.rolls:
        yield from _rolling_ends(which, told, calendar, as_of)
        return
    following = _next(history)
    grace = None if request.grace is None else clock.adder(history.zone, request.grace)
    for low in range(0, len(which), ENDS):
        piece = which[low : low + ENDS]
        mine, ends = _due(piece, calendar.ends(piece, calendar.first[piece]), as_of)
        last = grace(ends) if grace else ends
        states = np.where(following[mine] <= last, ON, np.where(last <= as_of, LOST, PENDING))
        yield mine, ends, states.astype(np.int8)


def _rolling_ends(
    which: Longs, told: ToldColumns, calendar: _Calendar, as_of: int
) -> Iterator[tuple[Longs, Longs, NDArray[np.int8]]]:
    """The same of contracts that go on until they are ended."""
    ended = told.ended
    most = calendar.behind(which, np.minimum(ended[which], as_of))

    def stops(mine: Longs, ends: Longs) -> Mask:
        return np.asarray((ends > as_of) | (ended[mine] <= ends))

    for some, theirs, _ in calendar.until(which, calendar.first[which], most, stops):
        mine, ends = _due(some, theirs, as_of)
        yield mine, ends, np.where(ended[mine] > ends, ON, LOST).astype(np.int8)


def _due(which: Longs, ends: Longs, as_of: int) -> tuple[Longs, Longs]:
    """The contracts and ends that have come."""
    due = np.flatnonzero(ends <= as_of)
    return which[due], ends[due]


def _next(history: History) -> Longs:
    """When the next contract of the same unit and name starts, or `NEVER`."""
    seen, column = of(history), history.extras.get(rows.CONTRACT)
    found = np.full(len(seen.at), NEVER, np.int64)
    if column is None:
        found[:-1] = np.where(seen.unit[1:] == seen.unit[:-1], seen.at[1:], NEVER)
        return found
    keys = Keys((seen.unit, len(history.ids)), (ints(column.codes) - MISSING, len(column.names) + 1)).codes
    order = np.argsort(keys, kind="stable")
    same = keys[order[1:]] == keys[order[:-1]]
    found[order[:-1]] = np.where(same, seen.at[order[1:]], NEVER)
    return found


# -- contracts that run ------------------------------------------------------------------------------------------------


def list_running(request: Running, history: History) -> list[Contract]:
    """Every contract that runs at `as_of`, with the end of its term."""
    told = history.values[TOLD]
    if not isinstance(told, ToldColumns):
        return rows.list_running(request, history)
    calendar = _Calendar(history, told)
    which, ends = _rolling(history, told, calendar) if told.rolls else _single(history, calendar)
    units, names = of(history).unit[which].tolist(), history.vocabulary.names
    segments = [_named(column, which) for column in history.segments.values()]
    return list(
        map(
            Contract,
            map(history.ids.__getitem__, units),
            ints(history.at)[which].tolist(),
            ends.tolist(),
            map(names.__getitem__, ints(history.code)[which].tolist()),
            [None if amount == NONE else amount for amount in told.amount[which].tolist()],
            picked(told.limit, which),
            picked(told.used, which),
            zip(*segments, strict=True) if segments else repeat(()),
        )
    )


def _named(column: Column, which: Longs) -> list[str | None]:
    names = (*column.names, None)  # missing is the last
    return [names[code] for code in ints(column.codes)[which].tolist()]


def _single(history: History, calendar: _Calendar) -> tuple[Longs, Longs]:
    """The contracts of one term that run, and their ends."""
    which = np.flatnonzero(_next(history) == NEVER)
    ends = calendar.ends(which, calendar.first[which])
    runs = ends > history.as_of
    return which[runs], ends[runs]


def _rolling(history: History, told: ToldColumns, calendar: _Calendar) -> tuple[Longs, Longs]:
    """The contracts that go on and run, and the next ends of their terms."""
    as_of, which = history.as_of, np.flatnonzero(told.ended > history.as_of)
    begin, most = calendar.before(which, as_of), calendar.behind(which, as_of)
    found: list[tuple[Longs, Longs]] = [(which[:0], which[:0])]
    for mine, ends, is_next in calendar.until(which, begin, most, lambda _, ends: ends > as_of):
        found.append((mine[is_next], ends[is_next]))
    runs, up = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(runs, kind="stable")
    return runs[order], up[order]
