"""Sales velocity: how much money the open deals bring in a day, at the win rate, size and pace of late."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.deals import (
    DAY,
    DealQuestion,
    as_decimal,
    between,
    currency_of,
    deals_of,
    exact_quantile,
    money_of,
    quantile,
)
from custlife.analysis.question import choice
from custlife.analysis.result import Result, decimal, percent
from custlife.analysis.splitting import about, groups_of, head, label, picked
from custlife.analysis.steps import optional_span
from custlife.analysis.wording import counted, plural
from custlife.engines.money import AMOUNTS_IN, digits_of
from custlife.pictures import Bars, Segment

if TYPE_CHECKING:
    from datetime import timedelta
    from decimal import Decimal

    from custlife.analysis.result import About
    from custlife.calendar import Span
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.touching import Deals, DealTable
    from custlife.pictures import Picture

__all__ = ["Pace", "Velocity", "VelocityResult"]


def _over(value: Span | timedelta | str | None) -> Span | None:
    return optional_span(value, "over")


@attrs.frozen
class Velocity(DealQuestion):
    """The question of sales velocity; `log.velocity(...)` builds and asks it.

    Attributes:
        start: The stage with which a deal begins, also where it is passed over; None for the first of the path.
        won: The stage that wins it, or any further on; None for the first of a paying customer.
        lost: Exits that lose it; empty means all of them.
        reopened: `final`: who comes back from an exit is open again, and the last close counts; `first`: the first.
        by: Segments to split by, in force when the deal began.
        level: Nominal coverage of intervals, of which it has none.
        over: Win rate, size and length are those of deals closed so long before `as_of`; None for all of them.
        amounts_in: `auto`: amounts that are whole numbers are minor units, such as cents; or all amounts are in
            `major` or in `minor` units.
    """

    over: Span | None = attrs.field(default=None, converter=_over)
    amounts_in: str = "auto"

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        choice("amounts_in", self.amounts_in, AMOUNTS_IN)

    def requests(self, setting: Setting) -> list[Deals]:
        """The one table it needs."""
        return [self.deals(setting, money=True, amounts_in=self.amounts_in)]

    def answer(self, setting: Setting, tables: list[Any]) -> VelocityResult:
        """The result, from the table of deals."""
        table: DealTable = tables[0]
        currency = currency_of(table)
        after = None if self.over is None else setting.zone.adder(self.over)
        recent = {
            deal: n
            for deal, n in table.items()
            if deal.state == "open" or after is None or after(deal.end) >= setting.as_of
        }
        groups = groups_of((deal.segment for deal in table), self.by)
        rows = tuple(_row(group, recent, currency, setting.unit) for group in groups)
        return VelocityResult(self, about(setting, self.by), rows, currency)


def _row(group: Group, table: DealTable, currency: str | None, unit: str) -> Pace:
    closed = deals_of(table, group, "won", "lost")
    won = [(deal, n) for deal, n in closed if deal.state == "won"]
    open_deals = sum(n for _, n in deals_of(table, group, "open"))
    n_won, n_closed = sum(n for _, n in won), sum(n for _, n in closed)
    money = money_of(won, currency)
    times = between([(deal, n) for deal, n in won if not deal.truncated and not deal.imputed])
    middle = exact_quantile(times, Fraction(1, 2))
    reason = ""
    if not n_won:
        reason = f"no {unit} was won" if n_closed else f"no {unit} closed"
    elif not money.known:
        reason = f"no {unit} that was won has an amount"
    elif not middle:
        at_once = f"{plural(0, unit)} were won at once"
        reason = f"the length of no {unit} that was won is known" if middle is None else at_once
    digits, per_day = digits_of(money.currency), None
    average = Fraction(money.minor, money.known * 10**digits) if money.known else None
    if not reason and average is not None and middle:
        per_day = open_deals * Fraction(n_won, n_closed) * average / (middle / DAY)
    return Pace(
        group, open_deals, n_won, n_closed, None if average is None else as_decimal(average, digits),
        quantile(times, Fraction(1, 2)), None if per_day is None else as_decimal(per_day, digits),
        money.unknown, reason,
    )  # fmt: skip


@attrs.frozen
class Pace:
    """Sales velocity of one segment, with the four numbers it is made of.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        open: Deals open at `as_of`.
        won: Deals won in the time looked at.
        closed: Deals won or lost in it.
        average: Average amount of the deals won in it; None where none has an amount.
        cycle_days: Median length of the deals won in it, days; None where none is known.
        per_day: Money a day: `open * won / closed * average / cycle_days`; None with the reason.
        without_amount: Deals won in it without an amount, which are in no average.
        reason: Why there is no velocity; empty where there is one.
    """

    segment: Group
    open: int
    won: int
    closed: int
    average: Decimal | None
    cycle_days: float | None
    per_day: Decimal | None
    without_amount: int
    reason: str = ""

    @property
    def win_rate(self) -> float | None:
        """Won of those closed; None where none was."""
        return self.won / self.closed if self.closed else None

    @property
    def label(self) -> str:
        """The segment in one text; `all` where nothing is split."""
        return label(self.segment) or "all"


@attrs.frozen(str=False, repr=False)
class VelocityResult(Result):
    """The answer of a question of sales velocity.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment.
        currency: The currency of the amounts, where the log names one.
    """

    question: Velocity
    about: About
    rows: tuple[Pace, ...]
    currency: str | None

    def __getitem__(self, segment: str) -> Pace:
        """The row of a segment, by its label; `all` where nothing is split.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "row", segment, [row.label for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        unit = plural(0, self.about.unit)
        over = "" if self.question.over is None else f", by the {unit} closed in the last {self.question.over}"
        return f"Sales velocity, {self.currency or 'money'} a day{over}"

    def footnotes(self) -> tuple[str, ...]:
        """How it is made, and why there is none."""
        reasons = [f"{row.label}: no velocity, {row.reason}." for row in self.rows if row.reason]
        unknown = sum(row.without_amount for row in self.rows)
        have, are = ("has", "is") if unknown == 1 else ("have", "are")
        won = f"{counted(unknown, f'won {self.about.unit}')} {have} no amount, and {are} in no average."
        open_ones = f"Open {plural(0, self.about.unit)}"
        how = f"{open_ones}, times win rate, times average amount won, divided by the median cycle."
        return (how, *([won] if unknown else []), *reasons)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return {
            **dict.fromkeys(self.question.by, str | None),
            **dict.fromkeys(("open", "won", "closed"), int),
            "win_rate": float | None,
            "average": str | None,
            "cycle_days": float | None,
            "per_day": str | None,
            "reason": str,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment; amounts as text, exact to the last digit."""
        return [
            {
                **head(self.question.by, row.segment),
                **{name: getattr(row, name) for name in ("open", "won", "closed", "win_rate")},
                "average": None if row.average is None else str(row.average),
                "cycle_days": row.cycle_days,
                "per_day": None if row.per_day is None else str(row.per_day),
                "reason": row.reason,
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                **head(self.question.by, row.segment),
                "open": row.open,
                "win rate": percent(row.win_rate),
                "average won": None if row.average is None else f"{row.average:,}",
                "cycle, days": decimal(row.cycle_days),
                "a day": None if row.per_day is None else f"{row.per_day:,}",
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """Money a day, by segment."""
        rows = [row for row in self.rows if row.per_day is not None]
        bars = Segment(f"{self.currency or 'money'} a day", [float(row.per_day or 0) for row in rows], "good")
        return Bars(tuple(row.label for row in rows), (bars,), title=self.title())
