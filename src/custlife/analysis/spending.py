"""Spending: what was spent in each period, by team, stage, channel or purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import attrs

from custlife.analysis.question import names
from custlife.analysis.result import About, Result
from custlife.analysis.revenue import as_currency
from custlife.analysis.splitting import check_calendar, groups_of, head, label, picked
from custlife.calendar import Periods
from custlife.engines.history import check_segments
from custlife.engines.money import NO_CURRENCY, decimal_of, one_currency
from custlife.errors import UsageError, UsageTypeError
from custlife.pictures import Columns, Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from custlife.engines.gathers import Group
    from custlife.pictures import Picture

__all__ = ["DIMENSIONS", "Cost", "Spending", "SpendingResult", "SpendingRow"]

DIMENSIONS = ("team", "stage", "channel", "purpose")


@attrs.frozen
class Cost:
    """What was spent on something in one period; days are counted from 1970-01-01, the amount is in parts."""

    period: str
    first_day: int
    last_day: int
    currency: str
    amount: int
    team: str | None = None
    stage: str | None = None
    channel: str | None = None
    purpose: str | None = None


def _filters(value: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> tuple[tuple[str, tuple[str | None, ...]], ...]:
    pairs = cast("Iterable[tuple[str, Any]]", value.items() if isinstance(value, Mapping) else value)
    found = []
    for name, wanted in pairs:
        check_segments((name,), DIMENSIONS)
        if wanted is None or isinstance(wanted, str):
            found.append((name, (wanted,)))
        elif hasattr(wanted, "__iter__"):
            found.append((name, tuple(wanted)))
        else:
            raise UsageTypeError(f"{name}={wanted!r} is not text or a list of texts", f"write {name}='marketing'")
    return tuple(found)


@attrs.frozen
class Spending:
    """The question of what was spent; `costs.spending(...)` builds and asks it.

    Attributes:
        every: Length of the periods; None for all together.
        by: What to split by: `team`, `stage`, `channel`, `purpose`.
        where: Pairs of such a name and the values that count; None for missing.
        currency: The currency to count, where there are several.
        week_start: First day of weeks.
    """

    every: str | None = "month"
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    where: tuple[tuple[str, tuple[str | None, ...]], ...] = attrs.field(default=(), converter=_filters)
    currency: str | None = attrs.field(default=None, converter=as_currency)
    week_start: str = "monday"

    def __attrs_post_init__(self) -> None:
        check_calendar(self.every, self.week_start)
        check_segments(self.by, DIMENSIONS)

    def of(self, costs: tuple[Cost, ...], about: About) -> SpendingResult:
        """The answer.

        Raises:
            UsageError: Several currencies and none was chosen; or costs of longer periods than were asked for.
        """
        currency = one_currency(self.currency, {cost.currency for cost in costs})
        mine = [cost for cost in costs if cost.currency == currency and self._is_wanted(cost)]
        periods = None if self.every is None else Periods(self.every, about.tz, self.week_start)
        sums: Counter[tuple[Group, int]] = Counter()
        for cost in mine:
            group = tuple(getattr(cost, name) for name in self.by)
            sums[group, 0 if periods is None else _number(periods, cost)] += cost.amount
        rows = tuple(self._rows(sums, periods, currency or NO_CURRENCY))
        return SpendingResult(self, about, currency or NO_CURRENCY, rows)

    def _is_wanted(self, cost: Cost) -> bool:
        return all(getattr(cost, name) in wanted for name, wanted in self.where)

    def _rows(self, sums: Counter[tuple[Group, int]], periods: Periods | None, currency: str) -> Iterator[SpendingRow]:
        numbers = [number for _, number in sums]
        shown = range(min(numbers), max(numbers) + 1) if numbers else range(periods is None)
        for group in groups_of((group for group, _ in sums), self.by):
            for number in shown:
                parts = sums[group, number]
                name = None if periods is None else periods.label(number)
                yield SpendingRow(group, name, decimal_of(parts, currency), parts)


def _number(periods: Periods, cost: Cost) -> int:
    """The one period that a cost lies in.

    Raises:
        UsageError: It lies in several.
    """
    first, last = (periods.index(periods.zone.day_start(day)) for day in (cost.first_day, cost.last_day))
    if first != last:
        what = f"costs of {cost.period} cannot be told by {periods.every}"
        raise UsageError(what, "ask for longer periods, or give costs of shorter ones")
    return first


@attrs.frozen
class SpendingRow:
    """What was spent in one period.

    Attributes:
        segment: The values split by, in the order of `by`; None where a value is missing.
        period: Label of the period; None where all are counted together.
        amount: What was spent.
        exact: The same in parts: 1/360 of the currency's smallest unit.
    """

    segment: Group
    period: str | None
    amount: Decimal
    exact: int = attrs.field(repr=False)

    @property
    def label(self) -> str:
        """Segment and period in one text; `all` where there is neither."""
        return label(self.segment, self.period) or "all"


@attrs.frozen(str=False, repr=False)
class SpendingResult(Result):
    """The answer about spending.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        currency: The currency of all amounts; `none` where none was named.
        rows: One for each segment and period, without gaps.
    """

    question: Spending
    about: About
    currency: str
    rows: tuple[SpendingRow, ...]

    def __getitem__(self, period: str) -> SpendingRow:
        """The row of a period by its label; `"marketing · 2026-01"` where the answer is split.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "period", period, [row.label for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        q = self.question
        every = "" if q.every is None else f" by {q.every}"
        of = "" if self.currency == NO_CURRENCY else f" in {self.currency}"
        chosen = "".join(f", {name} {' or '.join(map(str, wanted))}" for name, wanted in q.where)
        return f"Costs{every}{of}{chosen}"

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        by = dict.fromkeys(self.question.by, str | None)
        return {**by, "period": str | None, "currency": str, "amount": Decimal}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and period."""
        by, currency = self.question.by, self.currency
        return [
            {**head(by, row.segment), "period": row.period, "currency": currency, "amount": row.amount}
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        by = self.question.by
        return [
            {**head(by, row.segment), "period": row.period or "all", "amount": f"{row.amount:,}"} for row in self.rows
        ]

    def picture(self) -> Picture:
        """A column for each period, stacked by what the costs are split by."""
        labels = list(dict.fromkeys(row.period or "all" for row in self.rows))
        amounts = {(row.segment, row.period or "all"): float(row.amount) for row in self.rows}
        segments = [
            Segment(label(group) or "costs", [amounts.get((group, one), 0.0) for one in labels])
            for group in dict.fromkeys(row.segment for row in self.rows)
        ]
        return Columns(labels, segments, title=self.title())
