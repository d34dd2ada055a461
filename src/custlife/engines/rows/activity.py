"""Counting activity by period: cohorts, who comes back, who falls silent."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from custlife.engines.gathers import NEVER, ActivityTable
from custlife.engines.rows.moving import group_at
from custlife.engines.rows.staying import following

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.engines.gathers import Activity, Group
    from custlife.engines.history import Grouping, History

__all__ = ["count_activity"]

Run = tuple[int, int]  # first and last period of an unbroken stretch of active periods


def count_activity(request: Activity, history: History) -> ActivityTable:
    """Cohorts, retained units and the steps of growth accounting, in one pass over the units.

    A unit of a stage log is active in every period that one of its active stays touches; of an event log, in every
    period with an active event. Stretches of periods are counted as stretches, so long stays cost no more than short.
    """
    tables = _Tables(history.since)
    period = request.periods.indexer()
    grouping = history.grouping(request.by)
    code, at, active, start = history.code, history.at, request.active, request.start
    until = _untils(history) if history.vocabulary.path else at
    for low, high in history.ranges():
        codes = code[low:high]
        runs = _runs(codes, at[low:high], until[low:high], active, period)
        first = low + next((place for place, here in enumerate(codes) if here in start), high)
        if first >= high:
            tables.outside += bool(runs)
            continue
        born = period(at[first])
        if runs and runs[0][0] < born:
            runs = [(max(since, born), last) for since, last in runs if last >= born]
        group = group_at(grouping, first)
        if runs:
            tables.add_growth(group, born, runs)
        if request.recurring:
            tables.add_recurring(grouping, _starts(codes, low, start), (at, period), runs)
        else:
            tables.add_first(group, at[first], born, runs)
    return tables.finished()


def _untils(history: History) -> Sequence[int]:
    """The first instant behind each stay: that of the next row; one that lasts still holds at `as_of`."""
    until = following(history)[1]
    for end in history.bounds[1:]:
        until[end - 1] += 1
    return until


def _starts(codes: Sequence[int], low: int, start: frozenset[int]) -> list[int]:
    return [row for row, here in enumerate(codes, low) if here in start]


def _runs(
    code: Sequence[int], at: Sequence[int], until: Sequence[int], active: frozenset[int], period: Callable[[int], int]
) -> list[Run]:
    """The stretches of active periods of one unit, in order and apart from one another."""
    runs: list[Run] = []
    first = last = NEVER
    for here, start, end in zip(code, at, until, strict=True):
        if here in active:
            low = period(start)
            high = period(end - 1) if end > start else low
            if low > last + 1:
                if first != NEVER:
                    runs.append((first, last))
                first, last = low, high
            elif high > last:
                last = high
    if first != NEVER:
        runs.append((first, last))
    return runs


class _Tables:
    """Counts of stretches, turned into counts of periods at the end."""

    def __init__(self, since: int | None) -> None:
        self.since = since
        self.cohorts: Counter[tuple[Group, int]] = Counter()
        self.last: Counter[tuple[Group, int, int]] = Counter()
        self.growth: Counter[tuple[Group, int, int, int]] = Counter()
        self.kept: Counter[tuple[Group, int, int]] = Counter()
        self.held: Counter[tuple[Group, int, int]] = Counter()
        self.truncated = self.outside = 0

    def add_first(self, group: Group, at: int, cohort: int, runs: list[Run]) -> None:
        """A unit in the cohort of its first start, unless that lies before observation."""
        if self.since is not None and at < self.since:
            self.truncated += 1
        else:
            self.add_cohort(group, cohort, runs)

    def add_recurring(
        self,
        grouping: Grouping | None,
        starts: list[int],
        clock: tuple[Sequence[int], Callable[[int], int]],
        runs: list[Run],
    ) -> None:
        """A unit in the cohort of every period with a start, by the segment at the first start in it."""
        at, period = clock
        cohorts: dict[int, int] = {}
        for row in starts:
            if self.since is None or at[row] >= self.since:
                cohorts.setdefault(period(at[row]), row)
        self.truncated += not cohorts
        for cohort, row in cohorts.items():
            self.add_cohort(group_at(grouping, row), cohort, runs)

    def add_cohort(self, group: Group, cohort: int, runs: list[Run]) -> None:
        """A unit of a cohort, with the periods in which it was active from then on."""
        self.cohorts[group, cohort] += 1
        kept = self.kept
        latest = NEVER
        for low, high in runs:
            if high >= cohort:
                kept[group, cohort, max(low, cohort)] += 1
                kept[group, cohort, high + 1] -= 1
                latest = high
        if latest != NEVER:
            self.last[group, cohort, latest] += 1

    def add_growth(self, group: Group, born: int, runs: list[Run]) -> None:
        """How a unit came to be active in each of its periods."""
        before = NEVER
        for low, high in runs:
            self.growth[group, born, before, low] += 1
            if high > low:
                self.held[group, born, low + 1] += 1
                self.held[group, born, high + 1] -= 1
            before = high

    def finished(self) -> ActivityTable:
        """The tables by single periods."""
        for (group, born, period), n in _unrolled(self.held).items():
            self.growth[group, born, period - 1, period] += n
        return ActivityTable(
            self.cohorts, _unrolled(self.kept), self.last, self.growth, self.truncated, self.outside
        )  # fmt: skip


def _unrolled(changes: Counter[tuple[Group, int, int]]) -> Counter[tuple[Group, int, int]]:
    """Counts in force in each period, from the changes at their edges."""
    by_line: dict[tuple[Group, int], list[Run]] = {}
    for (group, line, period), change in changes.items():
        by_line.setdefault((group, line), []).append((period, change))
    full: Counter[tuple[Group, int, int]] = Counter()
    for (group, line), edges in by_line.items():
        edges.sort()
        n = 0
        for (period, change), (then, _) in zip(edges, [*edges[1:], edges[-1]], strict=True):
            n += change
            if n:
                for p in range(period, then):
                    full[group, line, p] = n
    return full
