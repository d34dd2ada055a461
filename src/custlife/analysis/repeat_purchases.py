"""Repeat purchases: one row for each customer, in the form that models of repeat buying read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice, codes_of, some_names, unseen
from custlife.analysis.result import Result, person
from custlife.analysis.splitting import calendar, check_calendar, check_count, last_period
from custlife.analysis.wording import counted, never_seen
from custlife.engines.money import AMOUNTS_IN, NO_CURRENCY, currency_code, decimal_of, digits_of
from custlife.engines.money import PARTS as PARTS_A_UNIT
from custlife.engines.purchases import Purchases
from custlife.errors import UnknownNameError, UsageError
from custlife.pictures import Bars, Segment

if TYPE_CHECKING:
    from decimal import Decimal

    from custlife.analysis.result import About
    from custlife.engines.history import Setting
    from custlife.engines.purchases import Purchasing
    from custlife.pictures import Picture

__all__ = ["RepeatPurchases", "RepeatPurchasesResult", "RepeatPurchasesRow"]

MOST_SHOWN = 10


def _code(currency: str | None) -> str | None:
    return None if currency is None else currency_code(currency)


@attrs.frozen
class RepeatPurchases:
    """The question for repeat purchases; `log.repeat_purchases(...)` builds and asks it.

    Attributes:
        events: What a purchase is called; empty where the log has one kind of event only.
        value: The column of amounts, or None.
        every: The period in which several purchases are one: `day`, `week`, `month`, `quarter` or `year`.
        scale: How many periods make one unit of recency and age: 7 with `every="day"` gives weeks, to the day.
        currency: What the amounts are in; None for two digits after the point.
        amounts_in: `auto` (decimals in major units, whole numbers in minor units such as cents), `major` or `minor`.
        week_start: First day of weeks.
    """

    events: tuple[str, ...] = attrs.field(default=(), converter=some_names)
    value: str | None = None
    every: str = "day"
    scale: int = 1
    currency: str | None = attrs.field(default=None, converter=_code)
    amounts_in: str = "auto"
    week_start: str = "monday"

    def __attrs_post_init__(self) -> None:
        check_calendar(self.every, self.week_start)
        check_count("scale", self.scale)
        choice("amounts_in", self.amounts_in, AMOUNTS_IN)
        if self.value is None and (self.currency is not None or self.amounts_in != "auto"):
            raise UsageError("currency= and amounts_in= need amounts", "name their column: value='amount'")

    def requests(self, setting: Setting) -> list[Purchases]:
        """The one list it needs."""
        if self.value is not None and self.value not in setting.values:
            raise _unknown_value(self.value, sorted(setting.values))
        names = setting.vocabulary.names
        if not self.events and len(names) > 1:
            some = ", ".join(map(repr, names[:5]))
            raise UsageError(
                f"the log has {len(names)} kinds of events: {some}{', ...' if len(names) > 5 else ''}",
                f"name those that are purchases: repeat_purchases({names[0]!r})",
            )
        codes = codes_of(setting, self.events or names, "event")
        return [
            Purchases(codes, calendar(self.every, self.week_start, setting), self.value, self.currency, self.amounts_in)
        ]

    def answer(self, setting: Setting, tables: list[Any]) -> RepeatPurchasesResult:
        """One row for each customer that bought since observation began."""
        units: list[Purchasing] = tables[0]
        days = calendar(self.every, self.week_start, setting)
        end = last_period(days, setting.as_of, (unit.last for unit in units))
        kept = [unit for unit in units if not unit.truncated]
        rows = tuple(self._row(unit, end) for unit in kept)
        missing = unseen(setting, self.events)
        return RepeatPurchasesResult(self, person(setting), rows, days.label(end), len(units) - len(kept), missing)

    def _row(self, unit: Purchasing, end: int) -> RepeatPurchasesRow:
        currency = self.currency or NO_CURRENCY
        return RepeatPurchasesRow(
            unit.unit,
            unit.count - 1,
            (unit.last - unit.first) / self.scale,
            (end - unit.first) / self.scale,
            None if self.value is None else decimal_of(unit.repeats * PARTS_A_UNIT, currency),
            None if self.value is None else unit.repeats / (10 ** digits_of(currency) * max(unit.count - 1, 1)),
        )


def _unknown_value(value: str, known: list[str]) -> UnknownNameError:
    error = UnknownNameError("value", value, known, "repeat_purchases(value=)")
    if not known:
        error.hint = f"name its column when the log is made: value_cols=[{value!r}]"
    return error


@attrs.frozen
class RepeatPurchasesRow:
    """The purchases of one customer.

    Attributes:
        customer: Its id.
        frequency: Periods with a purchase after the first one, 0 or more.
        recency: Time from the first purchase to the last, in periods divided by `scale`; 0 without a repeat.
        age: Time from the first purchase to the end of observation, likewise; models call it T.
        spent: What was spent after the first period, exactly; None without amounts.
        monetary_value: `spent` divided by `frequency`, 0 without a repeat; None without amounts.
    """

    customer: str
    frequency: int
    recency: float
    age: float
    spent: Decimal | None
    monetary_value: float | None


@attrs.frozen(str=False, repr=False)
class RepeatPurchasesResult(Result):
    """The repeat purchases of all customers that bought.

    Its frame has the columns that pymc-marketing reads: `customer_id`, `frequency`, `recency`, `T` and, where there are
    amounts, `monetary_value`; all numbers are floats.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: The customers, by id.
        end: The last period that was observed.
        truncated: Customers left out because they bought before observation began, so that their first purchase may
            not be known.
        unseen: Names of events that nobody had.
    """

    question: RepeatPurchases
    about: About
    rows: tuple[RepeatPurchasesRow, ...]
    end: str
    truncated: int
    unseen: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, customer: str) -> RepeatPurchasesRow:
        """The row of one customer, by its id.

        Raises:
            UnknownNameError: It never bought.
        """
        for row in self.rows:
            if row.customer == customer:
                return row
        raise UnknownNameError(self.about.unit, customer, [row.customer for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        return f"Repeat purchases of {counted(len(self.rows), self.about.unit)} up to {self.end}"

    def footnotes(self) -> tuple[str, ...]:
        """What the numbers count, who was left out, and what models will not take."""
        q = self.question
        unit = f"{q.every}s" if q.scale == 1 else f"{q.scale} {q.every}s"
        notes = [
            f"Several purchases in one {q.every} are one; recency and T in {unit}, monetary value without the first."
        ]
        notes += never_seen(self.unseen)
        if self.truncated:
            notes.append(f"{self.truncated:,} bought before observation began and are left out.")
        odd = sum(row.frequency > 0 and row.monetary_value is not None and row.monetary_value <= 0 for row in self.rows)
        if odd:
            notes.append(
                f"{odd:,} spent nothing or less on repeats; the gamma-gamma model takes only more than nothing."
            )
        return tuple(notes)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        numbers = ("frequency", "recency", "T", *(("monetary_value",) if self.question.value is not None else ()))
        return {"customer_id": str, **dict.fromkeys(numbers, float)}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each customer; all numbers are floats."""
        has_amounts = self.question.value is not None
        return [
            {
                "customer_id": row.customer,
                "frequency": float(row.frequency),
                "recency": row.recency,
                "T": row.age,
                **({"monetary_value": row.monetary_value} if has_amounts else {}),
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """A bar for each number of repeat purchases; ten and more together."""
        found = Counter(min(row.frequency, MOST_SHOWN) for row in self.rows)
        shown = range(max(found, default=-1) + 1)
        labels = [f"{n} or more" if n == MOST_SHOWN else str(n) for n in shown]
        return Bars(labels, [Segment("", [found[n] for n in shown])], title=self.title())
