"""Counting movements of recurring revenue, and how long customers pay, by columns: equal to `rows.revenue`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from custlife.engines.arrays import clock
from custlife.engines.arrays.keys import Keys, runs
from custlife.engines.arrays.views import grouping, ints, of
from custlife.engines.movements import CELLS, KINDS
from custlife.engines.rows import revenue as rows
from custlife.engines.rows.pricing import levels_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from custlife.calendar import Span
    from custlife.engines.gathers import Group
    from custlife.engines.history import History
    from custlife.engines.movements import LifeTable, Lives, Movements, MovementTable

    Longs = NDArray[np.int64]

__all__ = ["count_lives", "count_movements"]

EXACT = 1 << 53  # whole numbers below it are added up exactly as floats
MOST = 1 << 62


class _Points(NamedTuple):
    """Rows by unit and time: whose, when (an instant, later a period), the level from then on, and the segment."""

    unit: Longs
    at: Longs
    level: Longs
    group: Longs

    def take(self, kept: Longs | NDArray[np.bool_]) -> _Points:
        return _Points(*(column[kept] for column in self))


def count_movements(request: Movements, history: History) -> MovementTable:
    """Windows by segment and last period."""
    if not len(history):
        return {}
    level = ints(levels_of(history))
    if int(level.max()) * 2 * len(level) >= MOST:
        return rows.count_movements(request, history)
    points, labels = _settled(request, history)
    if request.min_gap is not None:
        points = _bridged(request.min_gap, history, points)
    stop = request.periods.index(history.as_of) + 1
    first = request.periods.index(int(ints(history.at).min())) if request.since is None else request.since
    points = points._replace(at=clock.indexes(request.periods, points.at).astype(np.int64))
    births, born = _births(points), np.full(len(history.ids), stop, np.int64)
    born[points.unit[births]] = points.at[births]
    points = points.take(_lasts(points.unit, points.at))
    table: MovementTable = {}
    for name, counts, sums in _summed(request, points, born, (first, stop), len(labels)):
        for line in np.flatnonzero(sums).tolist():
            group, number = divmod(line, stop - first + 1)
            table[labels[group], number + first, name, counts] = int(sums[line])
    return table


def count_lives(request: Lives, history: History) -> LifeTable:
    """Customers by the period in which they first paid, and how many periods long they did."""
    if not len(history):
        return {}
    points, labels = _settled(request, history)
    births = _births(points)
    if not len(births):
        return {}
    points = points._replace(at=clock.indexes(request.periods, points.at).astype(np.int64))
    who, born = points.unit[births], points.at[births]
    first, over = int(born.min()), _overs(points, births, len(history.ids))[who]
    keys = Keys(
        (born - first, int(born.max()) - first + 1), (points.group[births], len(labels)), (over, int(over.max()) + 1)
    )
    return {(labels[group], first + at, number - 1 if number else None): n for at, group, number, n in keys.cells()}


def _overs(points: _Points, births: Longs, units: int) -> Longs:
    """For each unit how many periods after its birth the first one ends without a payment, plus 1; 0 if none does."""
    born = np.full(units, MOST)
    born[points.unit[births]] = points.at[births]
    ends = points.take(_lasts(points.unit, points.at))
    ends = ends.take((ends.level == 0) & (ends.at >= born[ends.unit]))
    found, lost = np.zeros(units, np.int64), ends.take(runs(ends.unit).astype(np.int64))
    found[lost.unit] = lost.at - born[lost.unit] + 1
    return found


def _settled(request: Movements | Lives, history: History) -> tuple[_Points, list[Group]]:
    """The rows in the wanted currency, of several at one instant the last; and the segments."""
    views = of(history)
    groups, labels = grouping(history, request.by)
    level = ints(levels_of(history))
    points = _Points(views.unit.astype(np.int64), views.at, level, np.asarray(groups, np.int64))
    if request.code is not None:
        points = points.take(views.code == request.code)
    return points.take(_lasts(points.unit, points.at)), labels


def _lasts(unit: Longs, at: Longs) -> NDArray[np.bool_]:
    """The last row of each unit at each instant or in each period."""
    last = np.ones(len(at), np.bool_)
    last[:-1] = (unit[1:] != unit[:-1]) | (at[1:] != at[:-1])
    return last


def _births(points: _Points) -> Longs:
    """The row with which each unit that ever paid first did."""
    paying = np.flatnonzero(points.level)
    return paying[runs(points.unit[paying]).astype(np.int64)]


def _bridged(min_gap: Span, history: History, points: _Points) -> _Points:
    """With what was paid last held on through gaps, until they are over or too long."""
    unit, at, level, group = points
    same = np.zeros(len(at), np.bool_)
    same[1:] = unit[1:] == unit[:-1]
    was_paying = np.zeros(len(at), np.bool_)
    was_paying[1:] = level[:-1] > 0
    begins = np.flatnonzero((level == 0) & same & was_paying)
    if not len(begins):
        return points
    # a gap goes on over further rows of nothing, up to the next payment of the unit
    breaks = np.flatnonzero((level > 0) | ~same)
    ends = np.append(breaks, len(at))[breaks.searchsorted(begins, "right")]
    inside = ends.clip(max=len(at) - 1)
    is_back = (ends < len(at)) & (unit[inside] == unit[begins])
    due = clock.adder(history.zone, min_gap)(at[begins])
    is_gone = np.where(is_back, due < at[inside], due <= history.as_of)
    in_gap = np.repeat(begins, ends - begins)
    places = np.arange(len(in_gap)) - np.repeat(np.cumsum(ends - begins) - (ends - begins), ends - begins) + in_gap
    kept = np.ones(len(at), np.bool_)
    kept[places] = False
    added = begins[is_gone]
    made = _Points(
        np.concatenate([unit[kept], unit[added]]),
        np.concatenate([at[kept], due[is_gone]]),
        np.concatenate([level[kept], np.zeros(len(added), np.int64)]),
        np.concatenate([group[kept], group[added]]),
    )
    return made.take(np.lexsort((made.at, made.unit)))


def _summed(
    request: Movements, points: _Points, born: Longs, ends: tuple[int, int], groups: int
) -> Iterator[tuple[str, bool, Longs]]:
    """Of each cell its counts and its amounts, by segment and period, as flat columns of `stop - first + 1` each."""
    first, stop = ends
    low, high, before, after, group, is_first = _windows(request, points, born, first, stop)
    width = stop - first + 1
    masks = {
        "start": before > 0,
        "end": after > 0,
        "new": (before == 0) & (after > 0) & is_first,
        "reactivation": (before == 0) & (after > 0) & ~is_first,
        "expansion": (before > 0) & (after > before),
        "contraction": (after > 0) & (after < before),
        "churn": (before > 0) & (after == 0),
    }
    amounts = {"start": before, "end": after, **dict.fromkeys(KINDS, np.abs(after - before))}
    for name in CELLS:
        kept = np.flatnonzero(masks[name])
        begins, stops = (group[kept] * width + edge[kept] - first for edge in (low, high))
        for counts, values in ((True, None), (False, amounts[name][kept])):
            changes = _added(begins, values, groups * width) - _added(stops, values, groups * width)
            yield name, counts, np.cumsum(changes.reshape(groups, width), axis=1).ravel()


def _added(places: Longs, values: Longs | None, size: int) -> Longs:
    """The sum of the values at each place; their number, where there are none."""
    if values is None:
        return np.bincount(places, minlength=size)
    if int(values.sum()) < EXACT:
        return np.bincount(places, values, minlength=size).astype(np.int64)
    found = np.zeros(size, np.int64)
    np.add.at(found, places, values)
    return found


def _windows(
    request: Movements, points: _Points, born: Longs, first: int, stop: int
) -> tuple[Longs, Longs, Longs, Longs, Longs, NDArray[np.bool_]]:
    """Ranges of windows that show the same of a unit: the first, the one behind the last, what they start and end with.

    Each point moves the end of the windows of its period, and the start of those that begin with it.
    """
    count, over = len(points.at), request.over
    width, base = stop - first + over + 1, points.unit * (stop - first + over + 1) - first
    keys = np.concatenate([base + np.maximum(points.at, first), base + np.maximum(points.at + over, first)])
    order = np.argsort(keys, kind="stable")  # of two runs in order, which costs hardly more than reading them
    keys, is_start = keys[order], order >= count
    ends = np.maximum.accumulate(np.where(is_start, -1, order))
    starts = np.maximum.accumulate(np.where(is_start, order - count, -1))
    last = np.ones(len(keys), np.bool_)
    last[:-1] = keys[1:] != keys[:-1]
    unit, low = np.divmod(keys, width)
    low += first
    last &= low < stop
    low, unit = low[last], unit[last]
    high = np.full(len(low), stop)
    high[:-1] = np.where(unit[1:] == unit[:-1], low[1:], stop)
    ends, starts = ends[last], starts[last]
    has_start = (starts >= 0) & (points.unit[starts] == unit)
    before = np.where(has_start, points.level[starts], 0)
    after = points.level[ends]
    is_at_start = before > 0 if request.segment == "start" else after == 0
    group = np.where(is_at_start, points.group[starts], points.group[ends])
    return low, high, before, after, group, born[unit] > low - over
