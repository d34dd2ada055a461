"""Metrics of recurring revenue: what there is, what moved it, and how much of it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice
from custlife.analysis.revenue import RevenueMovements, as_currency
from custlife.analysis.splitting import check_calendar
from custlife.engines.money import NO_CURRENCY
from custlife.engines.movements import KINDS
from custlife.metrics.counting import LAST, by_period
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from custlife.analysis.revenue_result import RevenueRow, Tally
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["arpa", "changed", "mrr", "mrr_movement", "period_of", "unit_of"]

COUNTED = (
    "Recurring prices net of discount: annual by 12, weekly times 52/12; no trial, nothing paid once, "
    "no usage that nobody is bound to pay"
)
SIGNS = {"new": 1, "reactivation": 1, "expansion": 1, "contraction": -1, "churn": -1}


@attrs.frozen
class Level:
    """Recurring revenue now, or at the end of each period; in all or for each customer."""

    every: str
    currency: str | None
    average: bool = False

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        every = request.every or self.every
        # without segments the same question as that of movements, so that both are counted once
        question = RevenueMovements(
            every, currency=self.currency, by=request.by, segment="end" if request.by else "start"
        )
        answer = request.ask("revenue", question)
        last = max((row.period for row in answer.rows), default=None)
        for row in answer.rows:
            if request.every is not None or row.period == last:
                notes = () if row.is_complete or request.every is None else (f"{row.period} is not over: as of now",)
                value = row.arpa if self.average else row.end
                why = "" if value is not None else "nobody pays"
                yield request.value(
                    value, n=row.customers.end, unit=unit_of(row.currency), reason=why, segment=row.segment,
                    period=row.period if request.every else None, notes=notes,
                )  # fmt: skip
        if last is None and request.every is None and not request.by:
            yield request.value(None, n=0, reason="there are no rows of revenue")

    def explain(self, request: MetricRequest, customer: str) -> str:
        """What the one customer that the request sees pays now."""
        answer = request.ask("revenue", RevenueMovements(self.every, currency=self.currency, by=request.by))
        row = max(answer.rows, key=period_of, default=None)
        if row is None or not row.customers.end:
            return f"{customer} pays nothing now."
        return f"{customer} pays {row.end:,} {row.currency} a month now."


def period_of(row: RevenueRow) -> str:
    """The label of the period of a row."""
    return row.period


def unit_of(currency: str) -> str:
    """The unit of money: its currency, or money where none was named.

    Examples:
        >>> unit_of("EUR"), unit_of("none")
        ('EUR', 'money')
    """
    return "money" if currency == NO_CURRENCY else currency


@catalogued("revenue", currency="EUR")
def mrr(*, every: str = "month", currency: str | None = None) -> Metric:
    """Monthly recurring revenue: what customers pay again and again, a month.

    Args:
        every: Length of the periods of a trend; without one it is seen at `as_of`.
        currency: The currency, where the log has several: they are never added up.
    """
    check_calendar(every, "monday")
    words = Definition(
        question="What do customers pay a month, again and again?",
        numerator="the sum of what each customer pays a month",
        denominator="customers that pay",
        window=f"now; in a trend, the end of each {every}",
        unit="money",
        cohort=f"the {every} at whose end is looked",
        needs="revenue",
        formula=COUNTED,
        is_not=(
            "Revenue of the books: that is spread over the time of service, and has what is paid once.",
            "Cash: an annual price counts in twelve months, and comes in one.",
            "Bookings: what was signed and is not paid yet.",
        ),
        pitfalls=("The time of day at which a month ends decides who is in it.", "A trial is not revenue."),
        source="MRR: sum of normalised recurring prices",
    )
    compute = Level(every, as_currency(currency))
    return Metric("mrr", words, better="higher", compute=compute, label="monthly recurring revenue")


@catalogued("revenue", currency="EUR")
def arpa(*, every: str = "month", currency: str | None = None) -> Metric:
    """Average recurring revenue of an account, a month.

    Args:
        every: Length of the periods of a trend; without one it is seen at `as_of`.
        currency: The currency, where the log has several.
    """
    check_calendar(every, "monday")
    words = Definition(
        question="What does a customer pay a month on average?",
        numerator="monthly recurring revenue",
        denominator="customers that pay",
        window=f"now; in a trend, the end of each {every}",
        unit="money",
        cohort=f"the {every} at whose end is looked",
        needs="revenue",
        is_not=(
            "ARPU: that is by user, and an account has many.",
            "The price of new customers: those who came long ago pay other prices.",
        ),
        pitfalls=("A mean of few large customers and many small ones is the price of nobody.",),
        source="ARPA: MRR over paying customers",
    )
    compute = Level(every, as_currency(currency), average=True)
    return Metric("arpa", words, better="higher", compute=compute, label="average revenue per account")


@attrs.frozen
class Moved:
    """The amount of one kind of movement in a period, or of all of them together."""

    every: str
    kind: str
    currency: str | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        rows: Sequence[RevenueRow] = request.ask(
            "revenue", RevenueMovements(self.every, currency=self.currency, by=request.by)
        ).rows

        def read(row: RevenueRow, **place: Any) -> Reading:
            if self.kind == "net":
                return request.value(row.end - row.start, n=changed(row.customers), unit=unit_of(row.currency), **place)
            amount, count = getattr(row, self.kind), getattr(row.customers, self.kind)
            return request.value(amount, n=count, unit=unit_of(row.currency), **place)

        yield from by_period(request, self.every, rows, read)


def changed(customers: Tally) -> int:
    """How many customers moved revenue."""
    return sum(getattr(customers, kind) for kind in KINDS)


@catalogued("revenue", kind="churn", currency="EUR")
def mrr_movement(kind: str = "net", *, every: str = "month", currency: str | None = None) -> Metric:
    """What moved recurring revenue in a period: new, reactivation, expansion, contraction, churn; or all together.

    Args:
        kind: `net`, `new`, `reactivation`, `expansion`, `contraction` or `churn`; what is lost is told without a sign.
        every: Length of the period.
        currency: The currency, where the log has several.
    """
    choice("kind", kind, ("net", *KINDS))
    check_calendar(every, "monday")
    what = {
        "net": "recurring revenue at the end less that at the start",
        "new": "what customers pay at the end that never paid before",
        "reactivation": "what customers pay at the end that paid before, and nothing at the start",
        "expansion": "what customers pay more at the end than at the start",
        "contraction": "what customers pay less at the end than at the start, and still pay",
        "churn": "what customers paid at the start that pay nothing at the end",
    }[kind]
    words = Definition(
        question=f"How much recurring revenue moved in a {every}: {kind}?",
        numerator=what,
        denominator="customers that moved it",
        window=f"a calendar {every}, net for each customer: {LAST}",
        unit="money",
        cohort=f"the {every}",
        needs="revenue",
        formula="end = start + new + reactivation + expansion - contraction - churn",
        is_not=(
            "A reactivation is no expansion: who returns paid nothing at the start.",
            "A sum of plan changes: seats swapped between subscriptions of one customer are net.",
        ),
        pitfalls=("Who leaves and comes back within the period moved nothing.",),
        source="MRR movements: exhaustive, exclusive, and summing to the change of MRR",
    )
    better = "lower" if SIGNS.get(kind, 1) < 0 else "higher"
    compute = Moved(every, kind, as_currency(currency))
    return Metric("mrr_movement", words, better=better, compute=compute, label=f"{kind} recurring revenue in a {every}")
