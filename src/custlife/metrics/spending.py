"""Metrics of costs: what a customer costs to win, when that is earned back, and what is left."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice
from custlife.analysis.revenue import RevenueMovements, as_currency
from custlife.analysis.spending import Spending
from custlife.analysis.splitting import check_count
from custlife.calendar import Periods
from custlife.engines.money import decimal_of
from custlife.errors import UsageError, UsageTypeError
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued
from custlife.metrics.revenue import unit_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from custlife.analysis.revenue_result import RevenueRow
    from custlife.analysis.spending import SpendingResult, SpendingRow
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = [
    "AcquisitionCost",
    "Cohorts",
    "Share",
    "acquiring",
    "as_margin",
    "cac",
    "cac_payback",
    "cost",
    "pooled",
    "spent_on",
]

A_YEAR = {"month": 12, "quarter": 4, "year": 1}
Share = str | float | int | Decimal


def as_margin(value: object, name: str = "margin") -> Decimal:
    """A gross margin as an exact share of revenue.

    Raises:
        UsageTypeError: Not a number.
        UsageError: Not above 0 and at most 1.

    Examples:
        >>> as_margin(0.75)
        Decimal('0.75')
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise UsageTypeError(f"{name}={value!r} is not a share of revenue", f"write {name}=0.75")
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise UsageError(f"{name}={value!r} is not a number", f"write {name}=0.75") from None
    if not found.is_finite() or not 0 < found <= 1:
        hint = f"write {name}={found / 100}" if found.is_finite() and 1 < found <= 100 else f"write {name}=0.75"
        raise UsageError(f"{name}={value!r} is not above 0 and at most 1", hint)
    return found


def spent_on(request: MetricRequest, question: Spending) -> SpendingResult:
    """The answer of the costs to a question; they are counted by the question itself."""
    asked: Any = question
    answer: SpendingResult = request.ask("costs", asked)
    return answer


@attrs.frozen
class Spent:
    """What was spent, perhaps on some purposes only; by team, stage, channel or purpose where asked."""

    every: str
    purpose: tuple[str, ...]
    currency: str | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        where = (("purpose", self.purpose),) if self.purpose else ()
        question = Spending(request.every, request.by, where, self.currency)
        answer = spent_on(request, question)
        for row in answer.rows:
            unit = unit_of(answer.currency)
            yield request.value(row.amount, n=0, unit=unit, segment=row.segment, period=row.period)


@catalogued("costs", purpose="retention")
def cost(*, purpose: str | tuple[str, ...] = (), currency: str | None = None) -> Metric:
    """What was spent; split it by `team`, `stage`, `channel` or `purpose`.

    Args:
        purpose: Only what was spent on `acquisition`, `retention` or `service`.
        currency: The currency, where there are several.
    """
    listed = (purpose,) if isinstance(purpose, str) else tuple(purpose)
    for one in listed:
        choice("purpose", one, ("acquisition", "retention", "service"))
    on = f" on {' and '.join(listed)}" if listed else ""
    words = Definition(
        question=f"How much was spent{on}?",
        numerator=f"costs{on} of periods that are over",
        window="all periods that are over, or each of a trend",
        unit="money",
        cohort="the period of the cost",
        needs="costs",
        is_not=("Cash paid out: costs count in the period they are given for.",),
        pitfalls=("Costs of a quarter cannot be told by month.",),
        source="Fully loaded costs: salaries, tools and media",
    )
    compute = Spent("month", listed, as_currency(currency))
    return Metric("cost", words, better="lower", compute=compute, label=f"cost{on}")


@attrs.frozen
class Cohorts:
    """New customers, new revenue and the acquisition cost that goes with them, over some periods."""

    customers: int
    revenue: int
    spent: int
    currency: str
    missing: str = ""


@attrs.frozen
class AcquisitionCost:
    """Acquisition spending by the customers that came a cycle later.

    Attributes:
        every: Length of the periods.
        over: How many of the last periods are pooled where no trend is asked for.
        lag: How many periods pass from spending to closing.
        currency: The currency, where there are several.
    """

    every: str
    over: int
    lag: int
    currency: str | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for the whole, or for each period of a trend."""
        yield from pooled(request, self, self.read)

    def read(self, request: MetricRequest, found: Cohorts, **place: Any) -> Reading:
        """The reading of some periods."""
        unit, n = unit_of(found.currency), found.customers
        why = found.missing or ("" if n else "no new customers")
        value = decimal_of(found.spent, found.currency, n) if n and not found.missing else None
        spent = decimal_of(found.spent, found.currency)
        return request.value(value, n=n, unit=unit, part=spent, whole=n, reason=why, **place)


def pooled(request: MetricRequest, cost: AcquisitionCost, read: Any) -> Iterator[Reading]:
    """Readings of the last periods together, or of each period of a trend.

    Raises:
        UsageError: A trend of other periods, or segments, which costs do not have.
    """
    if request.every not in (None, cost.every):
        hint = f"write .trend(log, every={cost.every!r})"
        raise UsageError(f"metric {request.metric.name!r} counts by {cost.every}, not by {request.every}", hint)
    rows: Sequence[RevenueRow]
    rows = request.ask("revenue", RevenueMovements(cost.every, currency=cost.currency)).rows
    spending = spent_on(request, Spending(cost.every, ("purpose",), currency=cost.currency))
    by_label = spent_by_period(spending.rows)
    done = [row for row in rows if row.is_complete]
    if request.every is not None:
        for row in done:
            yield read(request, cohorts([row], by_label, cost, spending.currency), period=row.period)
        return
    last = done[-cost.over :]
    note = f"{last[0].period} to {last[-1].period}" if last else f"no {cost.every} is over yet"
    yield read(request, cohorts(last, by_label, cost, spending.currency), notes=(note,))


def spent_by_period(rows: Sequence[SpendingRow]) -> dict[str | None, int]:
    """What was spent on acquisition in each period; on everything, where no cost says what for."""
    named = any(row.segment[0] is not None for row in rows)
    found: dict[str | None, int] = {}
    for row in rows:
        counts = not named or row.segment[0] == "acquisition"
        found[row.period] = found.get(row.period, 0) + (row.exact if counts else 0)
    return found


def cohorts(
    rows: Sequence[RevenueRow], spent: Mapping[str | None, int], cost: AcquisitionCost, currency: str
) -> Cohorts:
    """New customers and revenue of some periods, with what was spent a cycle earlier."""
    wanted = [earlier(row.period, cost.every, cost.lag) for row in rows]
    lacking = [label for label in wanted if label not in spent]
    known = rows[0].currency if rows else currency
    missing = f"no costs are known of {', '.join(lacking)}" if lacking else ""
    if rows and currency != known:
        missing = f"costs are in {currency}, and revenue in {known}"
    return Cohorts(
        sum(row.customers.new for row in rows), sum(row.exact.new for row in rows),
        sum(spent.get(label, 0) for label in wanted), known, missing,
    )  # fmt: skip


def earlier(label: str, every: str, lag: int) -> str:
    """The label of a period some periods before another.

    Examples:
        >>> earlier("2026-02", "month", 3), earlier("2026-Q1", "quarter", 1)
        ('2025-11', '2025-Q4')
    """
    year, _, rest = label.partition("-")
    place = int(rest.removeprefix("Q")) - 1 if rest else 0
    number = (int(year) - 1970) * A_YEAR[every] + place
    return Periods(every, "UTC").label(number - lag)


def acquiring(every: str, over: int, lag: int, currency: str | None) -> AcquisitionCost:
    """The cost of new customers, checked."""
    choice("every", every, tuple(A_YEAR))
    check_count("over", over)
    check_count("lag", lag, 0)
    return AcquisitionCost(every, over, lag, as_currency(currency))


@catalogued("costs", lag=3)
def cac(*, every: str = "month", over: int = 12, lag: int = 0, currency: str | None = None) -> Metric:
    """Customer acquisition cost: what was spent to win customers, by the customers that came a cycle later.

    Args:
        every: Length of the periods: `month`, `quarter` or `year`.
        over: How many of the last periods that are over are taken together.
        lag: How many periods pass from spending to closing: the sales cycle.
        currency: The currency, where there are several.
    """
    compute = acquiring(every, over, lag, currency)
    words = Definition(
        question="What does it cost to win a customer?",
        numerator="acquisition costs"
        + (f" of {lag} {every}{'s' if lag > 1 else ''} earlier" if lag else "")
        + ", fully loaded",
        denominator="customers that paid for the first time",
        window=f"the last {over} {every}s that are over; each {every} of a trend",
        unit="money",
        cohort=f"the {every} of the first payment",
        needs=("revenue", "costs"),
        formula="spending of the period a cycle earlier / new customers of the period",
        is_not=(
            "Paid CAC: that sets only media against only the customers it brought.",
            "Same-period CAC, where the cycle takes months: spending that grows makes it too high.",
            "Cost per lead: few leads become customers.",
        ),
        pitfalls=(
            "Salaries and tools belong in it.",
            "Returning customers are not new ones.",
            "Where no cost says what it was for, all costs count.",
        ),
        source="CAC: fully loaded sales and marketing spend, lagged by the cycle, over new customers",
    )
    return Metric("cac", words, better="lower", compute=compute, label="customer acquisition cost")


@attrs.frozen
class Payback:
    """Months until what a customer cost is earned back."""

    cost: AcquisitionCost
    margin: Decimal

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for the whole, or for each period of a trend."""
        yield from pooled(request, self.cost, self.read)

    def read(self, request: MetricRequest, found: Cohorts, **place: Any) -> Reading:
        """The reading of some periods."""
        why = found.missing or ("" if found.revenue else "no revenue of new customers")
        earned = Decimal(found.revenue) * self.margin
        value = None if why else float(Decimal(found.spent) / earned)
        spent, revenue = (decimal_of(parts, found.currency) for parts in (found.spent, found.revenue))
        return request.value(value, n=found.customers, part=spent, whole=revenue * self.margin, reason=why, **place)


@catalogued("costs", margin="0.75", lag=3)
def cac_payback(
    *, margin: Share, every: str = "month", over: int = 12, lag: int = 0, currency: str | None = None
) -> Metric:
    """Months until new customers have earned back what they cost, at a gross margin.

    Args:
        margin: Gross margin, as a share of revenue.
        every: Length of the periods: `month`, `quarter` or `year`.
        over: How many of the last periods that are over are taken together.
        lag: How many periods pass from spending to closing.
        currency: The currency, where there are several.
    """
    share, cost = as_margin(margin), acquiring(every, over, lag, currency)
    words = Definition(
        question="After how many months has a customer earned back what it cost?",
        numerator="acquisition costs, lagged by the cycle",
        denominator=f"new monthly recurring revenue at a gross margin of {100 * share:g} %",
        window=f"the last {over} {every}s that are over; each {every} of a trend",
        unit="months",
        cohort=f"the {every} of the first payment",
        needs=("revenue", "costs"),
        formula="costs / (new MRR x margin), both as sums",
        is_not=(
            "Payback on revenue: serving customers costs money, too.",
            "A sum over a mean: both sides are sums, or both are per customer.",
        ),
        pitfalls=("The clock starts at the spending, and those months come on top.", "Churn within it is not seen."),
        source="CAC payback: S&M over new MRR times gross margin",
    )
    compute = Payback(cost, share)
    return Metric("cac_payback", words, better="lower", compute=compute, label="payback of acquisition cost")
