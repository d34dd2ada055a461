"""Counting activity by period: stretches of active periods as columns, counted where they begin and end.

Periods are numbered from the earliest of the history. A line is a segment, or a segment with a cohort: where a stretch
begins the count on its line goes up, behind its end it goes down, so long stretches cost no more than short ones.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import attrs
import numpy as np

from custlife.engines.arrays import clock
from custlife.engines.arrays.keys import PIECE, Keys, counted, dense, runs
from custlife.engines.arrays.views import among, grouping, of
from custlife.engines.gathers import LATE, NEVER, ActivityTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from custlife.calendar import Periods
    from custlife.engines.arrays.keys import Ints
    from custlife.engines.arrays.views import Views
    from custlife.engines.gathers import Activity, Group
    from custlife.engines.history import History

    Stretches = tuple[Ints, Ints, Ints]  # the line of each, its first and its last period

__all__ = ["count_activity"]

SENTINELS = (NEVER, LATE)


@attrs.frozen(eq=False)
class _Scale:
    """The periods and segments of a history.

    Attributes:
        periods: The calendar.
        zero: The number of the earliest period.
        size: How many there are.
        groups: The segment of every row.
        labels: What the codes of segments mean.
    """

    periods: Periods
    zero: int
    size: int
    groups: Ints
    labels: list[Group]

    def indexes(self, us: NDArray[np.int64]) -> NDArray[np.int32]:
        """The period of each instant, counted from the earliest."""
        found = clock.indexes(self.periods, us)
        found -= self.zero
        return found.astype(np.int32)


class _Runs(NamedTuple):
    """Unbroken stretches of active periods, by unit and time, from the first start of the unit on.

    Attributes:
        unit: Whose it is.
        group: The segment of the unit at its first start.
        before: The last period of the stretch before plus 2; for the first one 0 or, if it is no new start, 1.
        low: The first period.
        high: The last period.
    """

    unit: Ints
    group: Ints
    before: Ints
    low: Ints
    high: Ints


class _Cohorts(NamedTuple):
    """Units in their cohorts, by unit and time: of each the unit, the segment at its start, and the period."""

    unit: Ints
    group: Ints
    period: Ints


def count_activity(request: Activity, history: History) -> ActivityTable:
    """Cohorts, retained units and the steps of growth accounting."""
    groups, labels = grouping(history, request.by)
    table = ActivityTable(Counter(), Counter(), Counter(), Counter())
    if not len(history):
        return table
    views, periods = of(history), request.periods
    zero = periods.index(int(views.at.min()))
    scale = _Scale(periods, zero, periods.index(history.as_of) - zero + 1, groups, labels)
    all_runs: list[_Runs] = []
    all_cohorts: list[_Cohorts] = []
    for part in views.parts():
        active, cohorts, truncated, outside = _read(request, history, part, scale)
        all_runs.append(active)
        all_cohorts.append(cohorts)
        table.truncated += truncated
        table.outside += outside
    active = _Runs(*(np.concatenate(column) for column in zip(*all_runs, strict=True)))
    cohorts = _Cohorts(*(np.concatenate(column) for column in zip(*all_cohorts, strict=True)))
    _add_growth(table, scale, active)
    _add_retained(table, scale, active, cohorts, _later(request, scale, active, cohorts, len(views.firsts)))
    return table


def _read(request: Activity, history: History, part: Views, scale: _Scale) -> tuple[_Runs, _Cohorts, int, int]:
    """The stretches and cohorts of some units; how many started before observation, and how many never."""
    at, unit, groups = part.at, part.unit, scale.groups[part.rows]
    active, low, high = _stretches(request, history, part, unit, scale)
    starts = np.flatnonzero(among(request.start, history).take(part.code))
    births = starts[runs(unit[starts])]
    born = np.full(len(part.firsts), scale.size, np.int32)  # who never starts starts behind the last period
    born[unit[births]] = scale.indexes(at[births])
    group = np.zeros(len(born), groups.dtype)
    group[unit[births]] = groups[births]
    birth = born[active]
    outside = int(np.count_nonzero(birth[runs(active)] == scale.size))
    kept = np.flatnonzero(high >= birth)
    active, low, high, birth = active[kept], np.maximum(low, birth)[kept], high[kept], birth[kept]
    firsts = runs(active)
    before = np.empty_like(low)
    before[1:] = high[:-1] + len(SENTINELS)
    before[firsts] = low[firsts] != birth[firsts]
    rows = starts if request.recurring else births
    if history.since is not None:
        rows = rows[at[rows] >= history.since]
    period = scale.indexes(at[rows])
    entries = runs(unit[rows], period)
    rows, period = rows[entries], period[entries]
    truncated = len(births) - len(runs(unit[rows]))
    return (
        _Runs(active + part.unit_from, group[active], before, low, high),
        _Cohorts(unit[rows] + part.unit_from, groups[rows], period),
        truncated,
        outside,
    )


def _stretches(
    request: Activity, history: History, part: Views, unit: Ints, scale: _Scale
) -> tuple[Ints, NDArray[np.int32], NDArray[np.int32]]:
    """The unbroken stretches of periods in which units are in an active stage, or have an active event."""
    rows = np.flatnonzero(among(request.active, history).take(part.code))
    low = high = scale.indexes(part.at[rows])
    unit = unit[rows]
    if history.vocabulary.path:
        # a stay that ends as a period begins is not active in it, unless it began there too
        until = part.at.take(rows + 1, mode="clip") - 1
        until[part.is_last[rows]] = history.as_of
        high = np.maximum(scale.indexes(until), low)
    begins = np.ones(len(rows), np.bool_)
    begins[1:] = (unit[1:] != unit[:-1]) | (low[1:] > high[:-1] + 1)
    firsts = np.flatnonzero(begins)
    lasts = np.append(firsts[1:], len(rows))[: len(firsts)] - 1
    return unit[firsts], low[firsts], high[lasts]


def _add_growth(table: ActivityTable, scale: _Scale, active: _Runs) -> None:
    """Counts how units came to be active in each of their periods."""
    labels, zero, shift = scale.labels, scale.zero, len(SENTINELS)
    keys = Keys((active.group, len(labels)), (active.before, scale.size + shift), (active.low, scale.size))
    for line, came, period, n in keys.cells():
        before = SENTINELS[came] if came < shift else came - shift + zero
        table.growth[labels[line], before, period + zero] = n
    for line, period, n in _in_force(scale.size, [(active.group, active.low + 1, active.high)]):
        table.growth[labels[line], period - 1 + zero, period + zero] += n


def _later(request: Activity, scale: _Scale, active: _Runs, cohorts: _Cohorts, units: int) -> tuple[Ints, Ints]:
    """For each unit of a cohort its first stretch from the period of the cohort on, and where its stretches end."""
    width = np.bincount(active.unit, minlength=units)
    ends = np.cumsum(width)
    if not request.recurring:
        return (ends - width)[cohorts.unit], ends[cohorts.unit]
    size = np.int64(scale.size)
    return (active.unit * size + active.high).searchsorted(cohorts.unit * size + cohorts.period), ends[cohorts.unit]


def _add_retained(
    table: ActivityTable, scale: _Scale, active: _Runs, cohorts: _Cohorts, later: tuple[Ints, Ints]
) -> None:
    """Counts units by cohort, by cohort and later period, and by cohort and last period."""
    keys = Keys((cohorts.group, len(scale.labels)), (cohorts.period, scale.size))
    lines, kept = dense(keys.codes, keys.size)
    labels, zero = scale.labels, scale.zero
    names = [(labels[group], period + zero) for group, period in zip(*keys.columns(kept), strict=True)]
    firsts, ends = later
    stays = ends > firsts
    last = Keys((lines[stays], len(names)), (active.high[ends[stays] - 1], scale.size))
    retained = _in_force(scale.size, _pieces(active, cohorts, lines, firsts, ends))
    table.cohorts.update(dict(zip(names, np.bincount(lines).tolist(), strict=True)))
    table.retained.update({(*names[line], period + zero): n for line, period, n in retained})
    table.last.update({(*names[line], period + zero): n for line, period, n in last.cells()})


def _pieces(active: _Runs, cohorts: _Cohorts, lines: Ints, firsts: Ints, ends: Ints) -> Iterator[Stretches]:
    """The stretches of each unit of a cohort from then on, so many at a time that they stay in the cache."""
    widths = ends - firsts
    total = np.append(0, np.cumsum(widths))
    low = 0
    while low < len(widths):
        high = max(low + 1, int(total.searchsorted(total[low] + PIECE, "right")) - 1)
        width = widths[low:high]
        place = np.arange(total[low], total[high]) + np.repeat(firsts[low:high] - total[low:high], width)
        cohort = np.repeat(cohorts.period[low:high], width)
        yield np.repeat(lines[low:high], width), np.maximum(active.low[place], cohort), active.high[place]
        low = high


def _in_force(size: int, pieces: Iterable[Stretches]) -> Iterator[tuple[int, int, int]]:
    """The line, the period and the count of each period of each line that lies in a stretch."""
    keys: list[Ints] = [np.empty(0, np.int64)]
    changes: list[Ints] = [np.empty(0, np.int64)]
    for line, low, high in pieces:
        start = line.astype(np.int64) * (size + 1)
        most = int(start.max(initial=0)) + size + 1
        for edge, change in ((low, 1), (high + 1, -1)):
            found, counts = counted(start + edge, most)
            keys.append(found)
            changes.append(counts * change)
    edges = np.concatenate(keys)
    order = np.argsort(edges, kind="stable")
    edges, in_force = edges[order], np.cumsum(np.concatenate(changes)[order])
    width = np.diff(edges, append=edges[-1:])
    width[in_force == 0] = 0
    places = np.arange(width.sum()) + np.repeat(edges - (np.cumsum(width) - width), width)
    lines, periods = np.divmod(places, size + 1)
    return zip(lines.tolist(), periods.tolist(), np.repeat(in_force, width).tolist(), strict=True)
