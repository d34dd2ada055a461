"""The question of retention: how many of each cohort are active again in each later period."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice, maybe_names, names, share_interval, unseen
from custlife.analysis.retention_result import RetentionCell, RetentionMean, RetentionResult, RetentionRow
from custlife.analysis.splitting import (
    about,
    active_codes,
    calendar,
    check_calendar,
    check_maybe_count,
    groups_of,
    is_over,
    last_period,
    segment_test,
)
from custlife.engines.gathers import Activity, ActivityTable
from custlife.stats import share
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.calendar import Periods
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.stats import Interval, Method

__all__ = ["Retention"]


@attrs.frozen
class Retention:
    """The question of retention; `log.retention(...)` builds and asks it.

    Attributes:
        every: Length of cohorts and periods.
        kind: `classic`: active in that very period; `rolling`: in that one or any later.
        cohort: `first`: the period of the first start ever; `recurring`: every period with a start.
        start: What puts one in a cohort; None: what makes one active.
        active: What makes one active; None: the stages of a customer, any stage of the path, or any event.
        periods: The most periods to show after that of the cohort; None for all.
        by: Segments to split by, in force at the start.
        week_start: First day of weeks.
        level: Nominal coverage of the intervals.
        interval: `wilson` or `clopper-pearson`.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "cohort", "offset", "state")

    every: str = "month"
    kind: str = "classic"
    cohort: str = "first"
    start: tuple[str, ...] | None = attrs.field(default=None, converter=maybe_names)
    active: tuple[str, ...] | None = attrs.field(default=None, converter=maybe_names)
    periods: int | None = None
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    week_start: str = "monday"
    level: float = 0.95
    interval: Method = attrs.field(default="wilson", converter=share_interval)

    def __attrs_post_init__(self) -> None:
        check_calendar(self.every, self.week_start)
        choice("kind", self.kind, ("classic", "rolling"))
        choice("cohort", self.cohort, ("first", "recurring"))
        check_maybe_count("periods", self.periods, 0)
        check_level(self.level)

    def requests(self, setting: Setting) -> list[Activity]:
        """The one table it needs."""
        active = active_codes(setting, self.active)
        start = active if self.start is None else active_codes(setting, self.start)
        periods = calendar(self.every, self.week_start, setting)
        return [Activity(periods, active, start, self.cohort == "recurring", self.by)]

    def answer(self, setting: Setting, tables: list[Any]) -> RetentionResult:
        """The result, from the table of counts."""
        table: ActivityTable = tables[0]
        periods = calendar(self.every, self.week_start, setting)
        now = last_period(periods, setting.as_of, (cohort for _, cohort in table.cohorts))
        first = min((cohort for _, cohort in table.cohorts), default=now + 1)
        whole = now if is_over(periods, now, setting.as_of) else now - 1
        active = self._active(table)
        groups = groups_of((group for group, _ in table.cohorts), self.by)
        rows = tuple(
            self._row(table.cohorts[group, cohort], active, (group, cohort), (now, whole), periods)
            for group in groups
            for cohort in range(first, now + 1)
        )
        means = tuple(mean for group in groups for mean in self._means([row for row in rows if row.segment == group]))
        missing = unseen(setting, (*(self.active or ()), *(self.start or ())))
        return RetentionResult(self, about(setting, self.by), rows, means, table.truncated, missing)

    def _active(self, table: ActivityTable) -> Mapping[tuple[Group, int, int], int]:
        """Units of a cohort that count in a period: active in it, or in it or later."""
        if self.kind == "classic":
            return table.retained
        later: dict[tuple[Group, int, int], int] = {}
        for (group, cohort, last), n in table.last.items():
            for period in range(cohort, last + 1):
                later[group, cohort, period] = later.get((group, cohort, period), 0) + n
        return later

    def _row(
        self,
        size: int,
        active: Mapping[tuple[Group, int, int], int],
        line: tuple[Group, int],
        seen: tuple[int, int],
        periods: Periods,
    ) -> RetentionRow:
        """One cohort; a cell whose period is not over is None."""
        (group, cohort), (now, whole) = line, seen
        last = now if self.periods is None else min(now, cohort + self.periods)
        cells = []
        for period in range(cohort, last + 1):
            if period > whole:
                cells.append(RetentionCell(period - cohort, None, None, None, is_complete=False))
                continue
            found = share(active.get((group, cohort, period), 0), size, level=self.level, method=self.interval)
            cells.append(RetentionCell(period - cohort, found.k, found.rate, found.interval, is_complete=True))
        return RetentionRow(group, periods.label(cohort), size, cohort <= whole, tuple(cells))

    def _means(self, rows: list[RetentionRow]) -> list[RetentionMean]:
        """Per offset the retained of all complete cells among the units of their cohorts; empty cohorts add nothing."""
        means = []
        for offset in range(max((len(row.cells) for row in rows), default=0)):
            pairs = [
                (row.cells[offset].retained, row.size)
                for row in rows
                if row.size and len(row.cells) > offset and row.cells[offset].is_complete
            ]
            retained, size = sum(k or 0 for k, _ in pairs), sum(n for _, n in pairs)
            found = share(retained, size, level=self.level, method=self.interval)
            interval: Interval | None = found.interval if self.cohort == "first" else None
            segment = rows[0].segment
            means.append(RetentionMean(segment, offset, retained, size, len(pairs), found.rate, interval))
        return means

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have a unit in a cell: `cohort`, `offset`, `state` (`retained`, `missing`), `segment`."""
        state = choice("state", cell.get("state", "retained"), ("retained", "missing"))
        offset, wanted, is_mine = cell.get("offset"), cell.get("cohort"), segment_test(cell)
        check_maybe_count("offset", offset, 0)
        label = cache(calendar(self.every, self.week_start, setting).label)

        def find(tables: list[Any]) -> bool:
            table: ActivityTable = tables[0]
            cohorts = [
                (group, cohort, n)
                for (group, cohort), n in table.cohorts.items()
                if wanted in (None, label(cohort)) and is_mine(group)
            ]
            if offset is None or not cohorts:
                return bool(cohorts)
            active = self._active(table)
            kept = ((active.get((group, cohort, cohort + offset), 0), n) for group, cohort, n in cohorts)
            return any(k > 0 if state == "retained" else k < n for k, n in kept)

        return find
