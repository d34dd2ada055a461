"""Metrics of sales: what is won, how long it takes, how fast it moves, and what is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.analysis.cycle_length import CycleLength
from custlife.analysis.pipeline import Pipeline
from custlife.analysis.question import choice, some_names
from custlife.analysis.steps import optional_span
from custlife.analysis.velocity import Velocity
from custlife.analysis.win_rate import WinRate
from custlife.engines.money import AMOUNTS_IN
from custlife.errors import UsageError
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued
from custlife.metrics.timing import between

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.calendar import Span
    from custlife.metrics.converting import Length, Names
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = [
    "cycle_length",
    "open_deals",
    "pipeline_amount",
    "sales_velocity",
    "win_rate",
]

SURVIVORS = "Only deals that closed: young ones among them were quick, and slow ones are still open."
REOPENED = "Who comes back from an exit is open again, and only the last close counts."


def _deals(start: str | None, won: str | None) -> tuple[str, str]:
    """What a deal begins with and what wins it, in words."""
    return start or "the first stage", won or "the first stage of a paying customer"


# -- win rate, cycle, velocity -----------------------------------------------------------------------------------------


@attrs.frozen
class Winning:
    """The share won of the deals that closed."""

    start: str | None
    won: str | None
    lost: tuple[str, ...] = attrs.field(converter=some_names)

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment and period of the close."""
        question = WinRate(self.start, self.won, self.lost, by=request.by, every=request.every)
        for row in request.ask("stages", question).rows:
            yield request.share(row.won, row.won + row.lost, segment=row.segment, period=row.period)


@catalogued("sales", start="opportunity", won="customer")
def win_rate(*, start: str | None = None, won: str | None = None, lost: Names = ()) -> Metric:
    """The share won of the deals that closed, by the date of the close.

    Args:
        start: The stage with which a deal begins; the first of the path by default.
        won: The stage that wins it; the first of a paying customer by default.
        lost: Exits that lose it; all of them by default.
    """
    begin, end = _deals(start, won)
    words = Definition(
        question="Of the deals that close, how many are won?",
        numerator=f"deals that reached {end}",
        denominator="deals that closed: won, or standing in an exit",
        window="none: a deal counts when it closes",
        unit="share",
        cohort="the period in which a deal closed",
        needs="stages",
        formula="won / (won + lost)",
        is_not=(
            "Conversion rate: won of all deals created, whose denominator holds those still open.",
            "Eventual conversion: the share won in the end, with open deals censored.",
        ),
        pitfalls=(f"Deals begin at {begin}; another start is another rate.", REOPENED),
        source="Oracle defines win rate and conversion rate apart, as here.",
    )
    return Metric("win_rate", words, better="higher", compute=Winning(start, won, lost), label="win rate")


@attrs.frozen
class Lasting:
    """The median length of the deals that closed one way."""

    start: str | None
    won: str | None
    lost: tuple[str, ...] = attrs.field(converter=some_names)
    end: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment."""
        for row in request.ask(
            "stages", CycleLength(self.start, self.won, self.lost, by=request.by, level=request.level)
        ).rows:
            found = row.won if self.end == "won" else row.lost
            reason = "" if found.n else f"n=0: no deal was {self.end}"
            limits = between(found.median_low_days, found.median_high_days, request.level, "log-log")
            yield request.value(
                found.median_days, n=found.n, pending=row.open, reason=reason, segment=row.segment,
                interval=limits if found.n else None,
                notes=(f"{row.open:,} deals are open",) if row.open else (),
            )  # fmt: skip


@catalogued("sales", start="opportunity", won="customer")
def cycle_length(*, start: str | None = None, won: str | None = None, lost: Names = (), end: str = "won") -> Metric:
    """The median time from the start of a deal to its close, of those won; or of those lost.

    Args:
        start: The stage with which a deal begins; the first of the path by default.
        won: The stage that wins it; the first of a paying customer by default.
        lost: Exits that lose it; all of them by default.
        end: `won` or `lost`: the deals whose length is told.
    """
    choice("end", end, ("won", "lost"))
    begin, _ = _deals(start, won)
    words = Definition(
        question=f"How long do deals take until they are {end}?",
        numerator=f"time from {begin} to the close, the median",
        denominator=f"deals {end}, whose start was seen",
        window="none",
        unit="days",
        needs="stages",
        formula="median(close - start)",
        is_not=(
            "Time to convert: there those still on their way are censored; here only what has closed counts.",
            "Lost deals in one number with won ones: they take another time.",
        ),
        pitfalls=(SURVIVORS, REOPENED),
        source="Close less creation (or first qualification), over won deals.",
    )
    compute = Lasting(start, won, lost, end)
    better = "lower" if end == "won" else "neither"
    return Metric("cycle_length", words, better=better, compute=compute, label=f"cycle length, deals {end}")


@attrs.frozen
class Moving:
    """Money a day that the open deals bring."""

    start: str | None
    won: str | None
    lost: tuple[str, ...] = attrs.field(converter=some_names)
    over: Span | None
    amounts_in: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment."""
        answer = request.ask(
            "stages",
            Velocity(self.start, self.won, self.lost, by=request.by, over=self.over, amounts_in=self.amounts_in),
        )
        unit = f"{answer.currency or 'money'} per day"
        for row in answer.rows:
            yield request.value(row.per_day, n=row.open, unit=unit, reason=row.reason, segment=row.segment)


@catalogued("sales", start="opportunity", won="customer", over="3 months")
def sales_velocity(
    *,
    start: str | None = None,
    won: str | None = None,
    lost: Names = (),
    over: Length | None = None,
    amounts_in: str = "auto",
) -> Metric:
    """The money a day that the open deals bring at the win rate, size and pace of late.

    Args:
        start: The stage with which a deal begins; the first of the path by default.
        won: The stage that wins it; the first of a paying customer by default.
        lost: Exits that lose it; all of them by default.
        over: Win rate, amount and cycle are those of deals closed so long before `as_of`; of all by default.
        amounts_in: `auto`: amounts that are whole numbers are minor units; or all are in `major` or in `minor` units.
    """
    limit = optional_span(over, "over")
    choice("amounts_in", amounts_in, AMOUNTS_IN)
    words = Definition(
        question="How much money a day do the open deals bring?",
        numerator="open deals, times win rate, times the average amount won, over the median cycle in days",
        denominator="deals open at as_of",
        window=f"deals closed in the last {limit}" if limit else "all deals that closed",
        unit="money per day",
        needs="stages",
        formula="open * won / (won + lost) * average amount won / median cycle in days",
        is_not=(
            "Revenue a day: velocity is what the pipeline of today would bring at the rates of late.",
            "A forecast: no deal is weighed by its stage or its expected close.",
        ),
        pitfalls=("Its four numbers must come from one window: over= holds for three of them.", SURVIVORS),
        source="The usual formula; a cycle a fifth shorter is a quarter more velocity.",
    )
    compute = Moving(start, won, lost, limit, amounts_in)
    return Metric("sales_velocity", words, better="higher", compute=compute, label="sales velocity")


# -- pipeline ----------------------------------------------------------------------------------------------------------


@attrs.frozen
class Underway:
    """The open deals of one stage, or of all: how many, or for how much."""

    stage: str | None
    start: str | None
    won: str | None
    lost: tuple[str, ...] = attrs.field(converter=some_names)
    is_money: bool
    amounts_in: str = "auto"

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment."""
        answer = request.ask(
            "stages", Pipeline(self.start, self.won, self.lost, by=request.by, amounts_in=self.amounts_in)
        )
        if self.is_money and not answer.has_money:
            raise UsageError("the deals have no amounts", "name their column when the log is made: amount_col='amount'")
        for segment in dict.fromkeys(row.segment for row in answer.rows):
            rows = [row for row in answer.rows if row.segment == segment and self.stage in (None, row.stage)]
            count, known = sum(row.deals for row in rows), sum(row.money.known for row in rows)
            if not self.is_money:
                yield request.value(count, n=count, part=count, segment=segment)
                continue
            unknown = count - known
            amounts = [row.amount for row in rows if row.amount is not None]
            yield request.value(
                sum(amounts[1:], start=amounts[0]) if amounts else None, n=known, unit=answer.currency or "money",
                reason="" if amounts else "n=0: no open deal has an amount", segment=segment,
                notes=(f"{unknown:,} open deals have no amount",) if unknown else (),
            )  # fmt: skip


@catalogued("sales", stage="opportunity", won="customer")
def open_deals(
    stage: str | None = None, *, start: str | None = None, won: str | None = None, lost: Names = ()
) -> Metric:
    """The deals that are open, in one stage or in all.

    Args:
        stage: The stage they are in; all by default.
        start: The stage with which a deal begins; the first of the path by default.
        won: The stage that wins it; the first of a paying customer by default.
        lost: Exits that lose it; all of them by default.
    """
    where = f"in {stage}" if stage else "in any stage"
    words = Definition(
        question=f"How many deals are open {where}?",
        numerator=f"deals neither won nor lost at as_of, {where}",
        window="none: it is a stock, at as_of",
        unit="count",
        needs="stages",
        is_not=("Deals created: those are a flow, these a stock.",),
        pitfalls=(REOPENED,),
    )
    compute = Underway(stage, start, won, lost, is_money=False)
    return Metric("open_deals", words, better="higher", compute=compute, label=f"open deals {where}")


@catalogued("sales", stage="opportunity", won="customer")
def pipeline_amount(
    stage: str | None = None,
    *,
    start: str | None = None,
    won: str | None = None,
    lost: Names = (),
    amounts_in: str = "auto",
) -> Metric:
    """The amounts of the deals that are open, in one stage or in all.

    Args:
        stage: The stage they are in; all by default.
        start: The stage with which a deal begins; the first of the path by default.
        won: The stage that wins it; the first of a paying customer by default.
        lost: Exits that lose it; all of them by default.
        amounts_in: `auto`: amounts that are whole numbers are minor units; or all are in `major` or in `minor` units.
    """
    choice("amounts_in", amounts_in, AMOUNTS_IN)
    where = f"in {stage}" if stage else "in any stage"
    words = Definition(
        question=f"For how much money are deals open {where}?",
        numerator=f"amounts, as last told, of deals neither won nor lost at as_of, {where}",
        denominator="open deals with an amount",
        window="none: it is a stock, at as_of",
        unit="money",
        needs="stages",
        is_not=(
            "A weighted pipeline: no amount is weighed by the chance to win it.",
            "A forecast: what is overdue counts in full.",
        ),
        pitfalls=("Deals without an amount are in no sum; how many there are stands in the notes.",),
    )
    compute = Underway(stage, start, won, lost, is_money=True, amounts_in=amounts_in)
    return Metric("pipeline_amount", words, better="higher", compute=compute, label=f"pipeline {where}")
