"""Renewals: of the contracts whose term ended in a period, how many went on."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice, names
from custlife.analysis.result import Result, with_interval
from custlife.analysis.revenue import NOWHERE, as_currency
from custlife.analysis.splitting import (
    about,
    calendar,
    check_calendar,
    groups_of,
    head,
    label,
    picked,
    segment_test,
    shown_periods,
)
from custlife.analysis.steps import optional_span
from custlife.engines.money import NO_CURRENCY, decimal_of, one_currency
from custlife.engines.renewals import RENEWED, TOLD, Renewals
from custlife.errors import UsageError
from custlife.pictures import Columns, Segment
from custlife.stats import share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.calendar import Span
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.renewals import RenewalTable
    from custlife.pictures import Picture
    from custlife.stats import Share

__all__ = ["RenewalRate", "RenewalResult", "RenewalRow"]


def _grace(value: Any) -> Span | None:
    return optional_span(value, "grace")


@attrs.frozen
class RenewalRate:
    """The question of renewals; `contracts.renewals(...)` builds and asks it.

    Attributes:
        every: Length of the periods; None for all together.
        grace: How long after its end a term may still be renewed; None: only up to its end.
        currency: The currency of the amounts, where there are several.
        by: Segments to split by, in force at the start of the contract.
        level: Nominal coverage of the intervals.
        week_start: First day of weeks.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "period", "state")

    every: str | None = "month"
    grace: Span | None = attrs.field(default=None, converter=_grace)
    currency: str | None = attrs.field(default=None, converter=as_currency)
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    level: float = 0.95
    week_start: str = "monday"

    def __attrs_post_init__(self) -> None:
        check_calendar(self.every, self.week_start)

    def requests(self, setting: Setting) -> list[Renewals]:
        """The one table it needs.

        Raises:
            UsageError: The log holds no contracts.
        """
        if TOLD not in setting.values:
            raise UsageError("this log holds no contracts", "ask cl.Contracts")
        periods = None if self.every is None else calendar(self.every, self.week_start, setting)
        code = None if self.currency is None else setting.vocabulary.code.get(self.currency, NOWHERE)
        return [Renewals(periods, self.grace, code, self.by)]

    def answer(self, setting: Setting, tables: list[Any]) -> RenewalResult:
        """The result, from the table of renewals.

        Raises:
            UsageError: There are several currencies and none was chosen, or the chosen one is not among them.
        """
        known = [setting.vocabulary.names[code] for code in setting.codes]
        currency = one_currency(self.currency, known) or NO_CURRENCY
        rows = tuple(self._rows(setting, tables[0], currency))
        return RenewalResult(self, about(setting, self.by), currency, rows)

    def _rows(self, setting: Setting, table: RenewalTable, currency: str) -> Iterator[RenewalRow]:
        shown = shown_periods(self.every, self.week_start, setting, {number for _, number, *_ in table})
        for group in groups_of((group for group, *_ in table), self.by):
            for number, period, is_complete in shown:
                told = {(name, counts): n for (g, p, name, counts), n in table.items() if (g, p) == (group, number)}
                counts = tuple(told.get((name, True), 0) for name in RENEWED)
                amounts = tuple(told.get((name, False), 0) for name in RENEWED)
                yield RenewalRow.of(group, period, counts, amounts, currency, self.level, is_complete=is_complete)

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have a contract in a cell: `period`, `state`, `segment`."""
        state, wanted = choice("state", cell.get("state", "lost"), RENEWED), cell.get("period")
        is_mine = segment_test(cell)
        periods = None if self.every is None else calendar(self.every, self.week_start, setting)

        def find(tables: list[Any]) -> bool:
            return any(
                name == state and counts and is_mine(group) and wanted in (None, periods and periods.label(number))
                for group, number, name, counts in tables[0]
            )

        return find


@attrs.frozen
class RenewalRow:
    """The contracts of one segment whose term ended in one period: `due = renewed + lost + pending`.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        period: Label of the period; None where all are counted together.
        is_complete: Whether the period was over at `as_of`.
        due: Contracts up for renewal: their term ended in the period.
        renewed: Those that went on.
        lost: Those that did not.
        pending: Those that still may, within the grace.
        rate: Renewed by renewed and lost, with its interval; its rate is None where nothing is decided.
        due_amount: What the contracts up for renewal were worth; 0 where contracts have no amounts.
        renewed_amount: What those that went on were worth before.
        lost_amount: What those that did not were worth.
        amount_rate: Renewed amount by renewed and lost; None where that is 0.
    """

    segment: Group
    period: str | None
    is_complete: bool
    due: int
    renewed: int
    lost: int
    pending: int
    rate: Share
    due_amount: Decimal
    renewed_amount: Decimal
    lost_amount: Decimal
    amount_rate: float | None

    @classmethod
    def of(
        cls, segment: Group, period: str | None, counts: tuple[int, ...], amounts: tuple[int, ...], currency: str,
        level: float, *, is_complete: bool,
    ) -> RenewalRow:  # fmt: skip
        """The row of the counts and amounts of renewed, lost and pending contracts."""
        renewed, lost, pending = counts
        kept, gone, _ = amounts
        due, held, left = (decimal_of(parts, currency) for parts in (sum(amounts), kept, gone))
        rate = share(renewed, renewed + lost, level=level)
        return cls(
            segment, period, is_complete, sum(counts), renewed, lost, pending, rate,
            due, held, left, kept / (kept + gone) if kept + gone else None,
        )  # fmt: skip

    @property
    def label(self) -> str:
        """Segment and period in one text; `all` where there is neither."""
        return label(self.segment, self.period) or "all"


@attrs.frozen(str=False, repr=False)
class RenewalResult(Result):
    """The answer about renewals.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        currency: The currency of all amounts; `none` where none was named.
        rows: One for each segment and period, from the first end of a term on.
    """

    question: RenewalRate
    about: About
    currency: str
    rows: tuple[RenewalRow, ...]

    def __getitem__(self, period: str) -> RenewalRow:
        """The row of a period by its label; `"pro · 2026-01"` where the answer is split.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "period", period, [row.label for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        every = "" if self.question.every is None else f" by {self.question.every}"
        return f"Contracts up for renewal{every}, and what became of them"

    def footnotes(self) -> tuple[str, ...]:
        """When a contract is up, and which rows are not complete."""
        q = self.question
        notes = ["A contract is up when its term ends, counted from its anchor."]
        if q.grace is not None:
            notes.append(f"It may be renewed up to {q.grace} later.")
        open_ones = list(dict.fromkeys(row.period for row in self.rows if row.period and not row.is_complete))
        if open_ones:
            notes.append(f"Not complete: {', '.join(open_ones)}.")
        return tuple(notes)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return {
            **dict.fromkeys(self.question.by, str | None),
            "period": str | None,
            "complete": bool,
            **dict.fromkeys(COUNTS, int),
            "rate": float | None,
            "rate_low": float | None,
            "rate_high": float | None,
            "currency": str,
            **dict.fromkeys(AMOUNTS, Decimal),
            "amount_rate": float | None,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and period."""
        return [
            {
                **head(self.question.by, row.segment),
                "period": row.period,
                "complete": row.is_complete,
                **{name: getattr(row, name) for name in COUNTS},
                "rate": row.rate.rate,
                "rate_low": row.rate.interval and row.rate.interval.low,
                "rate_high": row.rate.interval and row.rate.interval.high,
                "currency": self.currency,
                **{name: getattr(row, name) for name in AMOUNTS},
                "amount_rate": row.amount_rate,
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                **head(self.question.by, row.segment),
                "period": row.period or "all",
                **{name: getattr(row, name) for name in COUNTS},
                "rate": with_interval(row.rate.rate, row.rate.interval),
                "amount up": f"{row.due_amount:,}" if row.due_amount else None,
                "of it renewed": None if row.amount_rate is None else f"{100 * row.amount_rate:.1f} %",
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """A column for each period: renewed, pending, lost."""
        return Columns(
            [row.label for row in self.rows],
            (
                Segment("renewed", [row.renewed for row in self.rows], "good"),
                Segment("pending", [row.pending for row in self.rows], "pending"),
                Segment("lost", [row.lost for row in self.rows], "bad"),
            ),
            title=self.title(),
            y_label="contracts",
        )


COUNTS = ("due", "renewed", "lost", "pending")
AMOUNTS = ("due_amount", "renewed_amount", "lost_amount")
