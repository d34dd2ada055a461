"""Counting stays: how long units were in each stage, and where they went, as sorted stretches of one column."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from custlife.engines.arrays import clock
from custlife.engines.arrays.keys import Keys, runs
from custlife.engines.arrays.views import column, following, grouping, of
from custlife.engines.gathers import OPEN, SpellTally

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from custlife.calendar import Zone
    from custlife.engines.arrays.keys import Ints
    from custlife.engines.arrays.views import Views
    from custlife.engines.gathers import Group, Spells, SpellTable
    from custlife.engines.history import History

    Instants = NDArray[np.int64]
    Mask = NDArray[np.bool_]

__all__ = ["count_spells"]

DAY = 86_400_000_000
SMALL = 1 << 16  # so many cells are looked for among sorted keys at no cost
PACKED_BITS = 63


class _Stays(NamedTuple):
    """Stays, or all stays of one unit in one stage.

    Attributes:
        group: The segment at the start of the first.
        stage: The stage.
        after: The stage behind the last plus 1; 0 while it lasts.
        length: Their lengths together.
    """

    group: Ints
    stage: Ints
    after: Ints
    length: Instants


class _Delays(NamedTuple):
    """What observation missed of the stays.

    Attributes:
        length: How much of each lay before observation began.
        is_early: Whether it began before observation did.
        is_seen: Whether it was still there to be seen.
    """

    length: Instants
    is_early: Mask
    is_seen: Mask


def count_spells(request: Spells, history: History) -> SpellTable:
    """Lengths of stays, by group and stage; a stay that was over before observation began is only counted as gone."""
    groups, labels = grouping(history, request.by)
    book = _Book(labels, len(history.vocabulary.names))
    for part in of(history).parts():
        stays, delays = _single(request, history, part, groups[part.rows])
        if request.clock == "total":
            stays, delays = _together(request, part, stays, delays)
        book.add(stays, delays)
    return book.finished()


def _single(request: Spells, history: History, part: Views, group: Ints) -> tuple[_Stays, _Delays | None]:
    """Every stay for itself."""
    in_days = request.resolution == "day" and request.clock != "total"
    elapsed = _whole_days(history.zone) if in_days else _exactly
    start = part.at
    then, end = following(part)
    after = (then + 1).astype(np.min_scalar_type(len(history.vocabulary.names)))
    stays = _Stays(group, part.code, after, elapsed(start, end, then != OPEN))
    since = history.since
    if since is None:
        return stays, None
    is_early = start < since
    delay = np.zeros(len(start), np.int64)
    rows = np.flatnonzero(is_early)
    missed = np.full(len(rows), since) if in_days else np.minimum(end[rows], since)
    delay[rows] = elapsed(start[rows], missed, np.zeros(len(rows), np.bool_))
    return stays, _Delays(delay, is_early, ~is_early | (end > since))


def _exactly(start: Instants, end: Instants, _is_end: Mask) -> Instants:
    return end - start


def _whole_days(zone: Zone) -> Callable[[Instants, Instants, Mask], Instants]:
    """Days on the zone's wall clock from one instant to another: completed ones, or begun ones for an end."""

    def count(start: Instants, end: Instants, is_end: Mask) -> Instants:
        wall = clock.local(zone, start)
        days: Instants = np.maximum((clock.local(zone, end) - wall) // DAY - 1, 0)
        reached = np.where(days > 0, clock.instants(zone, wall + days * DAY), start)
        going = np.arange(len(start))
        while len(going):
            then = clock.instants(zone, wall[going] + (days[going] + 1) * DAY)
            is_over = np.flatnonzero(then <= end[going])
            going = going[is_over]
            days[going] += 1
            reached[going] = then[is_over]
        days += is_end & (reached < end)
        return days * DAY

    return count


def _together(request: Spells, part: Views, stays: _Stays, delays: _Delays | None) -> tuple[_Stays, _Delays | None]:
    """The stays of one unit in one stage added up."""
    order = np.argsort(stays.stage, kind="stable")
    begins = runs(stays.stage[order], part.unit[order])
    firsts, lasts = order[begins], order[np.append(begins[1:], len(order)) - 1]
    after, length = stays.after[lasts], np.add.reduceat(stays.length[order], begins)
    in_days = request.resolution == "day"
    if in_days:
        length += (DAY - 1) * (after > 0)
        length -= length % DAY
    stays = _Stays(stays.group[firsts], stays.stage[firsts], after, length)
    if delays is None:
        return stays, None
    delay = np.add.reduceat(delays.length[order], begins)
    if in_days:
        delay -= delay % DAY
    is_early, is_seen = (np.logical_or.reduceat(mask[order], begins) for mask in delays[1:])
    return stays, _Delays(delay, is_early, is_seen)


class _Book:
    """Collects stays, and makes their table."""

    def __init__(self, labels: list[Group], names: int) -> None:
        self._labels: list[Group] = labels
        self._names: int = names
        self._table: SpellTable = {}
        self._stays: list[_Stays] = []
        self._late: list[_Stays] = []

    def add(self, stays: _Stays, delays: _Delays | None) -> None:
        """Collect the stays that were at risk, and count the others."""
        if delays is None:
            self._stays.append(stays)
            return
        # at risk at t means delay < t <= length
        is_gone = ~delays.is_seen | ((delays.length > 0) & (delays.length >= stays.length))
        for tally, n in self._counts(stays, is_gone):
            tally.gone += n
        for tally, n in self._counts(stays, delays.is_early & ~is_gone):
            tally.truncated += n
        self._stays.append(_picked(stays, ~is_gone))
        missed = stays._replace(after=np.zeros_like(stays.after), length=delays.length)
        self._late.append(_picked(missed, (delays.length > 0) & ~is_gone))

    def finished(self) -> SpellTable:
        """The table of all stays."""
        for tally, after, lengths in self._sorted(self._stays):
            if after == 0:
                tally.open = lengths
            else:
                tally.ended[after - 1] = lengths
        for tally, _, lengths in self._sorted(self._late):
            tally.entered = lengths
        return self._table

    def _tally(self, group: int, stage: int) -> SpellTally:
        return self._table.setdefault((self._labels[group], stage), SpellTally())

    def _counts(self, stays: _Stays, mask: Mask) -> Iterator[tuple[SpellTally, int]]:
        picked = _picked(stays, mask)
        for group, stage, n in Keys((picked.group, len(self._labels)), (picked.stage, self._names)).cells():
            yield self._tally(group, stage), n

    def _sorted(self, parts: list[_Stays]) -> Iterator[tuple[SpellTally, int, array[int]]]:
        """The lengths in order, by where the stays led; the parts are let go."""
        if not parts:
            return
        cells = len(self._labels) * self._names * (self._names + 1)
        bits = int(max(part.length.max(initial=0) for part in parts)).bit_length()
        packed = cells <= SMALL and bits + cells.bit_length() <= PACKED_BITS
        for (group, stage, after), found in self._packed(parts, bits, cells) if packed else self._ranked(parts):
            yield self._tally(group, stage), after, column(found)

    def _packed(self, parts: list[_Stays], bits: int, cells: int) -> Iterator[tuple[Sequence[int], Ints]]:
        """Where one number holds the cell and the length: those are sorted, and nothing else is made."""
        shape = (len(self._labels), self._names, self._names + 1)
        keys = np.empty(sum(len(part.length) for part in parts), np.int64)
        end = len(keys)
        while parts:
            part = parts.pop()
            packed = keys[end - len(part.length) : end]
            np.multiply(part.stage, np.int32(self._names + 1), out=packed)
            packed += part.after
            if len(self._labels) > 1:
                packed += part.group * np.int64(self._names * (self._names + 1))
            packed <<= bits
            packed |= part.length
            end -= len(packed)
        keys.sort()
        bounds = np.searchsorted(keys, np.arange(cells + 1) << bits).tolist()
        keys &= (1 << bits) - 1
        for cell, (low, high) in enumerate(pairwise(bounds)):
            if low < high:
                yield tuple(map(int, np.unravel_index(cell, shape))), keys[low:high]

    def _ranked(self, parts: list[_Stays]) -> Iterator[tuple[Sequence[int], Ints]]:
        """Where there are too many cells for that, or too long lengths."""
        keys = Keys(
            (np.concatenate([part.group for part in parts]), len(self._labels)),
            (np.concatenate([part.stage for part in parts]), self._names),
            (np.concatenate([part.after for part in parts]), self._names + 1),
        )
        lengths = np.concatenate([part.length for part in parts])
        parts.clear()
        return keys.sorted(lengths)


def _picked(stays: _Stays, mask: Mask) -> _Stays:
    rows = np.flatnonzero(mask)
    return _Stays(stays.group[rows], stays.stage[rows], stays.after[rows], stays.length[rows])
