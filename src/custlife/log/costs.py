"""Costs: what was spent, when, by whom and on what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

import attrs

from custlife.analysis.question import choice, names
from custlife.analysis.result import About
from custlife.analysis.spending import DIMENSIONS, Cost, Spending
from custlife.calendar import from_us, instant, periods, to_us, zone
from custlife.calendar.civil import day_of
from custlife.calendar.instants import zoned_text
from custlife.engines.history import Note, note
from custlife.engines.money import AMOUNTS_IN, PARTS, check_whole, currency_code, minor_units
from custlife.engines.rows.ingest import is_missing
from custlife.engines.rows.pricing import minor_notes
from custlife.errors import CustlifeError, UsageError, UsageTypeError
from custlife.log.base import as_html
from custlife.log.columns import (
    Source,
    check_columns,
    constant_currency,
    first_and_all,
    form_of,
    named,
    place_of,
    unreadable,
)
from custlife.log.reading import FromFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from custlife.analysis.spending import SpendingResult
    from custlife.calendar import Every, Periods
    from custlife.log.base import Instant
    from custlife.log.questions import Names

__all__ = ["Costs"]

PURPOSES = ("acquisition", "retention", "service")
LABELS: dict[Every, re.Pattern[str]] = {
    "year": re.compile(r"(\d{4})"),
    "quarter": re.compile(r"(\d{4})-Q([1-4])"),
    "month": re.compile(r"(\d{4})-(\d{2})"),
    "week": re.compile(r"(\d{4})-W(\d{2})"),
    "day": re.compile(r"(\d{4})-(\d{2})-(\d{2})"),
}


@attrs.frozen(repr=False)
class Costs(FromFiles):
    """What was spent in each period, ready to be set beside customers and revenue.

    Costs are few, so they are a plain value: frozen, and compared by what they hold. Costs of a period count once it is
    over at `as_of`.

    Examples:
        >>> from custlife import Costs
        >>> costs = Costs.from_rows([("2026-01", "1200"), ("2026-02", "900.50")], currency="EUR")
        >>> [str(row.amount) for row in costs.spending().rows]
        ['1200.00', '900.50']

    Attributes:
        rows: The costs, by period and then by what they were spent on.
        as_of: The moment of looking, UTC.
        tz: The zone of periods.
        notes: What was done to the rows.
    """

    INPUT: ClassVar[str] = "costs"
    unit: ClassVar[str] = "customer"
    customers: ClassVar[tuple[str, ...]] = ()

    rows: tuple[Cost, ...]
    as_of: datetime
    tz: str = "UTC"
    notes: tuple[Note, ...] = ()

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Any] | Source,
        *,
        period_col: str = "period",
        amount_col: str = "amount",
        amounts_in: str = "auto",
        currency: str | None = None,
        currency_col: str | None = None,
        team_col: str | None = None,
        stage_col: str | None = None,
        channel_col: str | None = None,
        purpose_col: str | None = None,
        tz: str | None = None,
        as_of: Instant | None = None,
        on_bad: str = "raise",
    ) -> Self:
        """Costs from rows.

        Args:
            rows: Mappings, or tuples of period and amount; in any order.
            period_col: Column with the period, such as `2026-01`, `2026-Q1`, `2026-W05`, `2026`, or a day.
            amount_col: Column with the amount.
            amounts_in: `auto`: `Decimal` and text in major units, whole numbers in minor ones; or `major`, `minor`.
            currency: The currency of all rows.
            currency_col: Column with the currency.
            team_col: Column with who spent it.
            stage_col: Column with the stage it was spent for.
            channel_col: Column with the channel it was spent on.
            purpose_col: Column with what for: `acquisition`, `retention` or `service` (what serving customers costs).
            tz: The zone of periods; UTC by default.
            as_of: The moment of looking; by default the end of the last period.
            on_bad: `raise`, or `drop` to leave unreadable rows out, counted and listed in the notes.

        Raises:
            DataError: Rows that cannot be read, all of them at once, with their numbers.
        """
        columns = _Columns(
            period_col, amount_col, currency_col, (team_col, stage_col, channel_col, purpose_col),
            constant_currency(currency, currency_col), amounts_in,
        )  # fmt: skip
        choice("on_bad", on_bad, ("raise", "drop"))
        choice("amounts_in", amounts_in, AMOUNTS_IN)
        return cls._read(rows, columns, tz, as_of, on_bad)

    @classmethod
    def from_frame(cls, native: Any, **options: Any) -> Self:
        """Costs from a data frame; the frame is neither copied nor changed.

        Args:
            native: A frame of pandas, Polars, PyArrow, DuckDB or anything else with an Arrow stream.
            **options: As for `from_rows`.

        Raises:
            UsageTypeError: Not a frame.
            DataError: A column that is not there, or rows that cannot be read.
        """
        from custlife.engines.sources.small import dict_rows

        usual = {"period_col": "period", "amount_col": "amount"}
        told = {**usual, **{name: column for name, column in options.items() if name.endswith("_col")}}
        wanted = [(name, column) for name, column in told.items() if column is not None]
        return cls.from_rows(list(dict_rows(native, wanted)), **options)

    @classmethod
    def _read(cls, rows: Any, columns: _Columns, tz: str | None, as_of: Instant | None, on_bad: str) -> Self:
        found: list[Cost] = []
        amounts: list[object] = []
        problems: list[tuple[str, str]] = []
        hint, place = "", place_of(rows)
        for number, row in enumerate(_mappings(rows, columns), 1):
            try:
                found.append(columns.cost(row))
                amounts.append(row[columns.amount])
            except CustlifeError as error:
                problems.append((place(number), error.what))
                hint = hint or error.hint
        if on_bad == "raise":
            check_whole(problems, hint)
        told = [f"{where}: {what}" for where, what in problems]
        dropped = (note("dropped", "rows that cannot be used were left out", told),) if problems else ()
        notes = (*dropped, *minor_notes(amounts, columns.amounts_in))
        where = zone(tz)
        if as_of is None:
            last = max((cost.last_day + 1 for cost in found), default=0)
            moment = from_us(where.day_start(last))
        else:
            moment = instant(as_of, tz=tz, name="as_of")
        return cls(tuple(sorted(found, key=_order)), moment, where.key, notes)

    # -- asking -------------------------------------------------------------------------------------------------------

    def spending(
        self,
        *,
        every: str | None = "month",
        by: Names = (),
        currency: str | None = None,
        week_start: str = "monday",
        **where: str | Iterable[str | None] | None,
    ) -> SpendingResult:
        """What was spent in each period.

        Args:
            every: `day`, `week`, `month`, `quarter` or `year`; None for all together.
            by: What to split by: `team`, `stage`, `channel`, `purpose`.
            currency: The currency to count, where there are several.
            week_start: First day of weeks.
            **where: Only the costs of a `team`, `stage`, `channel` or `purpose`, or of several.

        Raises:
            UnknownNameError: Something else to split by.
            UsageError: Costs of longer periods than were asked for; several currencies, and none was chosen.
        """
        return self.ask(Spending(every, names(by), where, currency, week_start))

    def ask(self, question: Spending) -> SpendingResult:
        """The answer to a question held as a value.

        Raises:
            UsageTypeError: A question about something else.
        """
        asked: object = question
        if not isinstance(asked, Spending):
            raise UsageTypeError(f"question={asked!r} is not about costs", "ask costs.spending(...)")
        where, moment = zone(self.tz), to_us(self.as_of)
        seen = tuple(cost for cost in self.rows if where.day_start(cost.last_day + 1) - 1 <= moment)
        later = len(self.rows) - len(seen)
        notes = [*self.notes]
        if later:
            notes.append(
                Note("later", f"costs of periods not over at as_of {self.as_of.isoformat()} were left out", later)
            )
        return question.of(seen, About(moment, None, self.tz, self.unit, 0, len(seen), None, tuple(notes)))

    def ask_all(self, questions: Sequence[Spending]) -> list[SpendingResult]:
        """The answers to many questions."""
        return [self.ask(question) for question in questions]

    def with_as_of(self, as_of: Instant, *, known_at: Instant | None = None) -> Self:  # noqa: ARG002  # as logs have it
        """The same costs seen from another moment."""
        return attrs.evolve(self, as_of=instant(as_of, tz=self.tz, name="as_of"))

    def where(self, customers: Callable[[str], bool] | Iterable[str] | None = None) -> Self:  # noqa: ARG002  # as logs have it
        """The same costs: they are of all customers together."""
        return self

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        rows = f"{len(self.rows):,} row{'' if len(self.rows) == 1 else 's'}"
        return f"<Costs: {rows}, as of {zoned_text(self.as_of, zone(self.tz))}>"

    def __str__(self) -> str:
        return "\n".join([repr(self)[1:-1], *(f"  {one}" for one in self.notes)])

    def _repr_html_(self) -> str:
        return as_html(self)


def _order(cost: Cost) -> tuple[object, ...]:
    told = (cost.team, cost.stage, cost.channel, cost.purpose)
    return cost.first_day, cost.last_day, *((one is None, one or "") for one in told), cost.currency, cost.amount


@attrs.frozen
class _Columns:
    """Which column is what."""

    period: str
    amount: str
    currency: str | None
    dimensions: tuple[str | None, ...]
    constant: str | None
    amounts_in: str

    @property
    def plain(self) -> tuple[str, str]:
        """The columns that a plain tuple fills."""
        return self.period, self.amount

    def wanted(self) -> list[tuple[str, str]]:
        """Pairs of argument and column."""
        more = [("currency_col", self.currency)]
        more += [(f"{name}_col", column) for name, column in zip(DIMENSIONS, self.dimensions, strict=True)]
        given = [(argument, column) for argument, column in more if column is not None]
        return [("period_col", self.period), ("amount_col", self.amount), *given]

    def cost(self, row: Any) -> Cost:
        """What one row says.

        Raises:
            UsageError: A period, an amount or a purpose that is none.
        """
        if not isinstance(row, Mapping):
            raise unreadable(row, form_of(self.plain))[0].error
        currency = currency_code(row.get(self.currency)) if self.constant is None else self.constant
        parts = minor_units(row.get(self.amount), currency, self.amounts_in) * PARTS
        told = [_text(row.get(column)) if column is not None else None for column in self.dimensions]
        if told[-1] is not None:
            choice("purpose", told[-1], PURPOSES)
        label, first, last = period_of(row.get(self.period))
        return Cost(label, first, last, currency, parts, *told)


def _text(value: object) -> str | None:
    return None if is_missing(value) else str(value)


def period_of(value: object) -> tuple[str, int, int]:
    """The label of a period, its first and its last day.

    Raises:
        UsageError: It is none.

    Examples:
        >>> period_of("1970-Q1")
        ('1970-Q1', 0, 89)
    """
    if isinstance(value, datetime):
        raise UsageError(f"period={value!r} is an instant", "write the period, such as '2026-01', or a date")
    text = value.isoformat() if isinstance(value, date) else value.strip().upper() if isinstance(value, str) else ""
    for every, form in LABELS.items():
        found = form.fullmatch(text)
        if found:
            calendar = periods(every)
            number = _number(calendar, every, *map(int, found.groups()))
            if number is not None and calendar.label(number) == text:
                return text, calendar.first_day(number), calendar.first_day(number + 1) - 1
    raise UsageError(f"period={value!r} is no period", "write it like 2026-01, 2026-Q1, 2026-W05, 2026 or 2026-01-31")


def _number(calendar: Periods, every: str, year: int, more: int = 1, day: int = 1) -> int | None:
    """The number of a period in UTC, or None of one that does not exist."""
    if every == "week":
        return calendar.index(day_of(year, 1, 4) * DAY_US) + more - 1
    month = (more - 1) * 3 + 1 if every == "quarter" else more
    if not 1 <= month <= 12:
        return None
    return calendar.index(day_of(year, month, day) * DAY_US)


DAY_US = 86_400_000_000


def _mappings(rows: Any, columns: _Columns) -> Iterable[Any]:
    """Rows as mappings, with the columns that are wanted.

    Raises:
        UsageTypeError: Not rows.
        DataError: A column that the rows do not have.
    """
    if isinstance(rows, Source):
        return _checked(rows, columns)
    _, whole = first_and_all(rows, form_of(columns.plain))
    listed = list(named(whole, columns.plain))
    known = {name: None for row in listed if isinstance(row, Mapping) for name in row}
    if known:
        check_columns(list(known), columns.wanted())
    return listed


def _checked(rows: Any, columns: _Columns) -> Iterator[Any]:
    """The rows of a file one by one, so that it knows the line of each; all have the columns of the first."""
    is_checked = False
    for row in rows:
        if isinstance(row, Mapping) and not is_checked:
            check_columns(list(row), columns.wanted())
            is_checked = True
        yield row
