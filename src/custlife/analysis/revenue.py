"""Recurring revenue: what it comes to at the end of each period, and what moved it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice, names
from custlife.analysis.revenue_result import RevenueResult, RevenueRow, Tally
from custlife.analysis.splitting import (
    about,
    calendar,
    check_calendar,
    check_count,
    check_maybe_count,
    groups_of,
    is_over,
    last_period,
    segment_test,
)
from custlife.analysis.steps import optional_span
from custlife.engines.money import NO_CURRENCY, currency_code, one_currency
from custlife.engines.movements import CELLS, KINDS, Movements
from custlife.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import ClassVar

    from custlife.calendar import Periods, Span
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.movements import MovementTable

__all__ = ["LEVEL", "NOWHERE", "RevenueMovements", "as_currency"]


LEVEL = "level"
NOWHERE = -1


def as_currency(value: str | None) -> str | None:
    """The `currency=` of a question: a code of three letters, or None."""
    return None if value is None else currency_code(value)


def _span(value: Any) -> Span | None:
    return optional_span(value, "min_gap")


@attrs.frozen
class RevenueMovements:
    """The question of recurring revenue; `log.revenue_movements(...)` builds and asks it.

    Attributes:
        every: Length of the periods.
        over: How many periods back a row looks: 1 for what moved in each, 12 with `every="month"` for a year.
        currency: The currency to count, where the log has several.
        min_gap: Who pays again within so long has never left, and paid on; None: any gap counts.
        periods: The most periods to show, the last ones; None for all.
        by: Segments to split by.
        week_start: First day of weeks.
        segment: At which end of what a row looks at they are in force, `start` or `end`; at the other one for customers
            that paid nothing there.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "period", "state")

    every: str = "month"
    over: int = 1
    currency: str | None = attrs.field(default=None, converter=as_currency)
    min_gap: Span | None = attrs.field(default=None, converter=_span)
    periods: int | None = None
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    week_start: str = "monday"
    segment: str = "start"

    def __attrs_post_init__(self) -> None:
        choice("segment", self.segment, ("start", "end"))
        check_calendar(self.every, self.week_start)
        check_count("over", self.over)
        check_maybe_count("periods", self.periods)

    def requests(self, setting: Setting) -> list[Movements]:
        """The one table it needs.

        Raises:
            UsageError: The log holds no revenue.
        """
        if LEVEL not in setting.values:
            raise UsageError("this log holds no recurring revenue", "ask a cl.RevenueLog")
        periods, code = calendar(self.every, self.week_start, setting), None
        if self.currency is not None:
            code = setting.vocabulary.code.get(self.currency, NOWHERE)
        first = None if self.periods is None else periods.index(setting.as_of) - self.periods
        return [Movements(periods, self.over, code, first, self.min_gap, self.by, self.segment)]

    def answer(self, setting: Setting, tables: list[Any]) -> RevenueResult:
        """The result, from the table of movements.

        Raises:
            UsageError: There are several currencies and none was chosen, or the chosen one is not among them.
        """
        table: MovementTable = tables[0]
        known = [setting.vocabulary.names[code] for code in setting.codes]
        currency = one_currency(self.currency, known) or NO_CURRENCY
        rows = tuple(self._rows(setting, table, currency))
        return RevenueResult(self, about(setting, self.by), currency, rows)

    def _rows(self, setting: Setting, table: MovementTable, currency: str) -> Iterator[RevenueRow]:
        periods = calendar(self.every, self.week_start, setting)
        tallies = tallied(table)
        for group in groups_of((group for group, *_ in table), self.by):
            for number in self._shown(setting, periods, table):
                customers, exact = (tallies.get((group, number, counts), Tally()) for counts in (True, False))
                is_whole = is_over(periods, number, setting.as_of)
                is_seen = setting.since is None or setting.since <= periods.start(number - self.over + 1)
                label = periods.label(number)
                yield RevenueRow.of(group, label, currency, customers, exact, is_complete=is_whole and is_seen)

    def _shown(self, setting: Setting, periods: Periods, table: MovementTable) -> range:
        """The periods to show."""
        if setting.first is None:
            return range(0)
        moved = (number for _, number, name, _ in table if name in KINDS and self.over == 1)
        last = last_period(periods, setting.as_of, moved)
        first = periods.index(setting.first)
        if setting.since is not None and first <= last:
            first = max(first, min(periods.index(setting.since), last))
        return range(first if self.periods is None else max(first, last - self.periods + 1), last + 1)

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have a customer in a cell: `period`, `state` (`start`, `new`, ..., `end`), `segment`."""
        state, wanted = choice("state", cell.get("state", "end"), CELLS), cell.get("period")
        periods, is_mine = calendar(self.every, self.week_start, setting), segment_test(cell)

        def find(tables: list[Any]) -> bool:
            return any(
                name == state and counts and is_mine(group) and wanted in (None, periods.label(number))
                for group, number, name, counts in tables[0]
            )

        return find


def tallied(table: MovementTable) -> dict[tuple[Group, int, bool], Tally]:
    """The cells of each group and period in one value: of counts, and of parts."""
    found: dict[tuple[Group, int, bool], dict[str, int]] = {}
    for (group, number, name, counts), n in table.items():
        found.setdefault((group, number, counts), {})[name] = n
    return {key: Tally(**values).checked(counts=key[2]) for key, values in found.items()}
