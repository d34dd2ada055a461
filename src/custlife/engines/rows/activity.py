"""Counting activity by period: cohorts, who comes back, who falls silent."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from custlife.engines.gathers import NEVER, ActivityTable
from custlife.engines.rows.moving import following, group_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.engines.gathers import Activity, Group
    from custlife.engines.history import History

__all__ = ["count_activity"]

Run = tuple[int, int]  # first and last period of an unbroken stretch of active periods


def count_activity(request: Activity, history: History) -> ActivityTable:
    """Cohorts, retained units and the steps of growth accounting, in one pass over the units.

    A unit of a stage log is active in every period that one of its active spells touches; of an event log, in every
    period with an active event. Stretches of periods are counted as stretches, so long spells cost no more than short.
    """
    tables = _Tables()
    if not len(history):
        return tables.finished()
    period = request.periods.indexer()
    grouping = history.grouping(request.by)
    spans = history.vocabulary.path > 0
    until = following(history)[1] if spans else history.at
    code, at, active, start = history.code, history.at, request.active, request.start
    for low, high in history.ranges():
        runs = _runs(code[low:high], at[low:high], until[low:high], active, period)
        starts = [row for row in range(low, high) if code[row] in start]
        if starts:
            group = group_at(grouping, starts[0])
            cohorts = [period(at[starts[0]])] if not request.recurring else sorted({period(at[row]) for row in starts})
            for cohort in cohorts:
                tables.add_cohort(group, cohort, runs)
        if runs:
            tables.add_growth(group_at(grouping, low), runs)
    return tables.finished()


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
            if low > last + 1 or first == NEVER:
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

    def __init__(self) -> None:
        self.cohorts: Counter[tuple[Group, int]] = Counter()
        self.last: Counter[tuple[Group, int, int]] = Counter()
        self.growth: Counter[tuple[Group, int, int, int]] = Counter()
        self.kept: Counter[tuple[Group, int, int]] = Counter()
        self.held: Counter[tuple[Group, int, int]] = Counter()

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

    def add_growth(self, group: Group, runs: list[Run]) -> None:
        """How a unit came to be active in each of its periods."""
        first, before = runs[0][0], NEVER
        for low, high in runs:
            self.growth[group, first, before, low] += 1
            if high > low:
                self.held[group, first, low + 1] += 1
                self.held[group, first, high + 1] -= 1
            before = high

    def finished(self) -> ActivityTable:
        """The tables by single periods."""
        retained = _unrolled(self.kept)
        for (group, first, period), n in _unrolled(self.held).items():
            self.growth[group, first, period - 1, period] += n
        return ActivityTable(self.cohorts, retained, self.last, self.growth)


def _unrolled(changes: Counter[tuple[Group, int, int]]) -> Counter[tuple[Group, int, int]]:
    """Counts in force in each period, from the changes at their edges."""
    by_line: dict[tuple[Group, int], list[Run]] = {}
    for (group, line, period), change in changes.items():
        if change:
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
