"""Metrics of lifetime value: simple, historical, from the shifted beta-geometric curve, from the chain; and by CAC."""

from __future__ import annotations

from decimal import Decimal
from math import expm1, log1p
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.chain_value import margin_of
from custlife.analysis.lives import PayingLives
from custlife.analysis.revenue import RevenueMovements, as_currency
from custlife.analysis.splitting import check_calendar, check_count
from custlife.engines.money import NO_CURRENCY, decimal_of
from custlife.errors import UsageError
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued
from custlife.metrics.revenue import unit_of
from custlife.metrics.spending import AcquisitionCost, Cohorts, Share, acquiring, as_margin, pooled
from custlife.stats import shifted_beta_geometric
from custlife.stats.numbers import check_rate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from custlife.analysis.revenue_result import RevenueRow
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["ltv", "ltv_from_chain", "ltv_from_curve", "ltv_historical", "ltv_to_cac"]

REVENUE = "Value on revenue: serving customers costs money, and value is what is left."
PAST = "What customers have paid so far: that is the past, and this is what is expected."


def money(amount: Decimal, currency: str) -> Decimal:
    """An amount in parts, not whole, as a decimal number of the currency's digits, halves up."""
    return decimal_of(int((amount + Decimal("0.5")) // 1), currency)


@attrs.frozen
class Simple:
    """ARPA at a margin by churn, over the last months."""

    margin: Decimal
    over: int
    currency: str | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, or for each month of a trend."""
        if request.every not in (None, "month"):
            raise UsageError(f"metric {request.metric.name!r} counts by month", "write .trend(log, every='month')")
        rows: Sequence[RevenueRow] = request.ask(
            "revenue", RevenueMovements("month", currency=self.currency, by=request.by)
        ).rows
        for segment in dict.fromkeys(row.segment for row in rows) or ([()] if not request.by else []):
            mine = [row for row in rows if row.segment == segment and row.is_complete]
            if request.every is None:
                yield self._reading(request, mine[-self.over :], segment=segment)
                continue
            for end in range(1, len(mine) + 1):
                window = mine[max(0, end - self.over) : end]
                yield self._reading(request, window, segment=segment, period=window[-1].period)

    def _reading(self, request: MetricRequest, rows: Sequence[RevenueRow], **place: Any) -> Reading:
        value, why = self.value(rows)
        n = sum(row.customers.start for row in rows)
        currency = rows[-1].currency if rows else NO_CURRENCY
        shown = None if value is None else money(value, currency)
        notes = (f"{rows[0].period} to {rows[-1].period}",) if rows else ()
        return request.value(shown, n=n, unit=unit_of(currency), reason=why, notes=notes, **place)

    def value(self, rows: Sequence[RevenueRow]) -> tuple[Decimal | None, str]:
        """The value in parts over some months, or why there is none."""
        if not rows:
            return None, "no month is over yet"
        last, lost = rows[-1], sum(row.customers.churn for row in rows)
        there = sum(row.customers.start for row in rows)
        if not last.customers.end:
            return None, "nobody pays at the end"
        if not there:
            return None, "nobody paid at the start of a month"
        if not lost:
            return None, "nobody was lost, so that a lifetime has no end"
        arpa = Decimal(last.exact.end) / last.customers.end
        return arpa * self.margin * there / lost, ""


@catalogued("revenue", margin="0.75", over=12)
def ltv(*, margin: Share, over: int = 12, currency: str | None = None) -> Metric:
    """Lifetime value by the simple formula: revenue per account at a gross margin, by monthly churn.

    Args:
        margin: Gross margin, as a share of revenue.
        over: Over how many of the last months churn is taken together.
        currency: The currency, where the log has several.
    """
    check_count("over", over)
    share = as_margin(margin)
    words = Definition(
        question="What is a customer worth, if all leave at the same rate?",
        numerator=f"average monthly recurring revenue of an account at a margin of {100 * share:g} %",
        denominator="the share of customers lost a month",
        window=f"churn of the last {over} months that are over, and revenue at their end",
        unit="money",
        cohort="all customers",
        needs="revenue",
        formula="ARPA x margin / churn",
        is_not=(
            REVENUE,
            PAST,
            "The value from a curve of retention: those likely to leave go first, and this does not see it.",
        ),
        pitfalls=(
            "Churn near 0 makes it explode.",
            "One churn for all understates a mixed population, as Fader and Hardie show: 2.35 years against 3.69.",
        ),
        source="LTV simple: ARPA x GM % / churn; Fader & Hardie (2007), J. Interactive Marketing 21(1)",
    )  # fmt: skip
    compute = Simple(share, over, as_currency(currency))
    return Metric("ltv", words, better="higher", compute=compute, label="lifetime value")


@attrs.frozen
class Historical:
    """Margin to date by the customers that ever paid."""

    margin: Decimal
    currency: str | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading of the whole."""
        rows: Sequence[RevenueRow] = request.ask("revenue", RevenueMovements("month", currency=self.currency)).rows
        done = [row for row in rows if row.is_complete]
        n = sum(row.customers.new for row in done)
        paid = Decimal(sum(row.exact.end for row in done)) * self.margin
        currency = done[-1].currency if done else NO_CURRENCY
        value = money(paid / n, currency) if n else None
        yield request.value(value, n=n, unit=unit_of(currency), part=money(paid, currency), whole=n)


@catalogued("revenue", margin="0.75")
def ltv_historical(*, margin: Share, currency: str | None = None) -> Metric:
    """Margin to date of a customer: what was earned so far, and nothing of what may come.

    Args:
        margin: Gross margin, as a share of revenue.
        currency: The currency, where the log has several.
    """
    share = as_margin(margin)
    words = Definition(
        question="What has a customer earned us so far?",
        numerator=f"recurring revenue at the end of each month so far, at a margin of {100 * share:g} %",
        denominator="customers that ever paid",
        window="all months that are over",
        unit="money",
        needs="revenue",
        is_not=("What is to come: this is the past only, and grows with time.", REVENUE),
        pitfalls=("Young customers have not had the time: it says more about age than about worth.",),
        source="LTV historical: sum of margin to date",
    )
    compute = Historical(share, as_currency(currency))
    return Metric("ltv_historical", words, better="higher", compute=compute, label="margin to date of a customer")


@attrs.frozen
class FromCurve:
    """ARPA at a margin, over the discounted lifetime of a fitted curve of retention."""

    margin: Decimal
    periods: int
    yearly_discount: float
    currency: str | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment."""
        answer, lives = request.ask_all(
            "revenue",
            [
                RevenueMovements(
                    "month", currency=self.currency, by=request.by, segment="end" if request.by else "start"
                ),
                PayingLives("month", self.currency, request.by),
            ],
        )
        rows: Sequence[RevenueRow] = answer.rows
        for segment in dict.fromkeys(row.segment for row in rows) or ([()] if not request.by else []):
            last = [row for row in rows if row.segment == segment and row.is_complete][-1:]
            yield self._reading(request, last, lives.survivors(self.periods, *segment), segment)

    def _reading(
        self, request: MetricRequest, last: Sequence[RevenueRow], left: Sequence[int], segment: tuple[str | None, ...]
    ) -> Reading:
        why = self.why(last, left)
        currency = last[0].currency if last else NO_CURRENCY
        place: dict[str, Any] = {"n": left[0], "unit": unit_of(currency), "segment": segment}
        if why:
            return request.value(None, reason=why, **place)
        curve = shifted_beta_geometric(left)
        months = curve.lifetime(discount=expm1(log1p(self.yearly_discount) / 12))
        arpa = Decimal(last[0].exact.end) / last[0].customers.end
        notes = (f"{curve}; {months:,.1f} discounted months",)
        return request.value(money(arpa * self.margin * Decimal(months), currency), notes=notes, **place)

    def why(self, last: Sequence[RevenueRow], left: Sequence[int]) -> str:
        """Why there is no value; empty where there is one."""
        if not last or not last[0].customers.end:
            return "nobody pays at the end of the last month that is over"
        if not left[0]:
            return f"no cohort is {self.periods} months old"
        return "" if left[-1] < left[0] else "nobody was lost, so that no curve can be fitted"


@catalogued("revenue", margin="0.75", periods=12, yearly_discount=0.1)
def ltv_from_curve(
    *, margin: Share, periods: int = 12, yearly_discount: float = 0.1, currency: str | None = None
) -> Metric:
    """Lifetime value from a curve of retention in which those likely to leave go first.

    Args:
        margin: Gross margin, as a share of revenue.
        periods: How many months cohorts must be old, and the curve is fitted to.
        yearly_discount: Rate for a year, above 0.
        currency: The currency, where the log has several.
    """
    check_count("periods", periods, 2)
    if check_rate("yearly_discount", yearly_discount) <= 0:
        raise UsageError(f"yearly_discount={yearly_discount!r} is not above 0", "write yearly_discount=0.1")
    share = as_margin(margin)
    words = Definition(
        question="What is a new customer worth, if those likely to leave go first?",
        numerator=f"average monthly recurring revenue of an account at a margin of {100 * share:g} %",
        denominator=f"customers of the cohorts that are at least {periods} months old",
        window=f"retention over {periods} months; all months to come, discounted by {100 * yearly_discount:g} % a year",
        unit="money",
        cohort="new customers, by the month of the first payment",
        needs="revenue",
        formula="ARPA x margin x expected discounted lifetime; the current month counts in full",
        is_not=(REVENUE, PAST, "The simple formula: one churn for all makes lifetimes too short."),
        pitfalls=(
            "Cohorts of long ago bought another product at another price.",
            "Returning customers count as gone from the first time on.",
        ),
        source="Fader & Hardie (2007), J. Interactive Marketing 21(1), and (2010), Marketing Science 29(1)",
    )
    compute = FromCurve(share, periods, float(yearly_discount), as_currency(currency))
    return Metric("ltv_from_curve", words, better="higher", compute=compute, label="lifetime value from the curve")


@attrs.frozen
class FromChain:
    """The value of a customer in a stage, from the chain of stages."""

    stage: str
    margins: tuple[tuple[str, str], ...]
    yearly_discount: float
    every: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment."""
        from custlife.analysis.chain import Chain

        result = request.ask("stages", Chain(self.every, request.by, level=request.level))
        if not result.parts:
            if not request.by:
                yield request.value(None, n=0, reason="there are no rows of stages")
            return
        if not result.known or self.stage not in {stage for part in result.parts for stage in part.stages}:
            yield from self._none(request, result)
            return
        answer = result.clv(dict(self.margins), yearly_discount=self.yearly_discount)
        rows = {row.segment: row for row in answer.rows if row.stage == self.stage}
        for part in result.parts:
            row = rows.get(part.segment)
            if row is None:
                yield request.value(None, n=0, reason=f"nobody was seen in {self.stage}", segment=part.segment)
                continue
            limits = (f"{100 * request.level:g} % interval {row.low:,} to {row.high:,}",)
            yield request.value(row.value, n=row.customers, segment=part.segment, notes=limits)

    def _none(self, request: MetricRequest, result: Any) -> Iterator[Reading]:
        for part in result.parts:
            yield request.value(None, n=0, reason=f"nobody was seen in {self.stage}", segment=part.segment)


@catalogued("revenue", stage="onboarding", margins={"retention": "50"}, yearly_discount=0.1)
def ltv_from_chain(
    stage: str, *, margins: Mapping[str, Any], yearly_discount: float = 0.1, every: str = "month"
) -> Metric:
    """What a customer that stands in a stage is still worth, from where customers go from stage to stage.

    Args:
        stage: The stage.
        margins: What a customer in a stage earns in a period, by stage; stages not named earn nothing.
        yearly_discount: Rate for a year.
        every: Length of the periods.
    """
    check_calendar(every, "monday")
    if check_rate("yearly_discount", yearly_discount) <= -1:
        raise UsageError(f"yearly_discount={yearly_discount!r} is not above -1", "write yearly_discount=0.1")
    listed = tuple((name, str(margin_of(name, amount))) for name, amount in dict(margins).items())
    words = Definition(
        question=f"What is a customer in {stage} still worth?",
        numerator="discounted margins of all periods to come, the current one in full",
        denominator=f"customers that stand in {stage}",
        window=f"all {every}s to come, discounted by {100 * yearly_discount:g} % a year",
        unit="money",
        needs="stages",
        formula="V = (I - P / (1 + d))^-1 R",
        is_not=(PAST, "The value of a new customer, unless the stage is the first of one."),
        pitfalls=("Where customers go depends on the stage alone here, not on how long they were there.",),
        source="Pfeifer & Carraway (2000), J. Interactive Marketing 14(2)",
    )
    compute = FromChain(stage, listed, float(yearly_discount), every)
    return Metric("ltv_from_chain", words, better="higher", compute=compute, label=f"value of a customer in {stage}")


@attrs.frozen
class ByCost:
    """Simple lifetime value by acquisition cost, over the same months and at one margin."""

    simple: Simple
    cost: AcquisitionCost

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for the whole, or for each month of a trend."""
        rows: Sequence[RevenueRow]
        rows = request.ask("revenue", RevenueMovements("month", currency=self.simple.currency)).rows
        done = [row for row in rows if row.is_complete]
        labels = [row.period for row in done]

        def read(request: MetricRequest, found: Cohorts, **place: Any) -> Reading:
            end = labels.index(place["period"]) + 1 if place.get("period") else len(done)
            worth, why = self.simple.value(done[max(0, end - self.simple.over) : end])
            n = found.customers
            why = found.missing or why or ("" if n else "no new customers")
            why = why or ("" if found.spent else "nothing was spent")
            if why or worth is None:
                return request.value(None, n=n, reason=why, **place)
            spent = Decimal(found.spent) / n
            above, below = money(worth, found.currency), money(spent, found.currency)
            return request.value(float(worth / spent), n=n, part=above, whole=below, **place)

        yield from pooled(request, self.cost, read)


@catalogued("costs", margin="0.75", lag=3)
def ltv_to_cac(*, margin: Share, over: int = 12, lag: int = 0, currency: str | None = None) -> Metric:
    """Lifetime value by acquisition cost: both of the same months, the value at gross margin.

    Args:
        margin: Gross margin, as a share of revenue.
        over: How many of the last months that are over are taken together, on both sides.
        lag: How many months pass from spending to closing.
        currency: The currency, where there are several.
    """
    share = as_margin(margin)
    words = Definition(
        question="Does a customer bring more than it costs to win?",
        numerator=f"simple lifetime value at a margin of {100 * share:g} %",
        denominator="customer acquisition cost, lagged by the cycle",
        window=f"the last {over} months that are over; each month of a trend",
        unit="ratio",
        cohort="customers of the same months on both sides",
        needs=("revenue", "costs"),
        formula="(ARPA x margin / churn) / CAC",
        is_not=(
            "A ratio of revenue to cost: both sides must stand on the same margin.",
            "Payback: a high ratio may take years to come true.",
        ),
        pitfalls=("Three to one is a rule of thumb without a source.", "All pitfalls of both sides come together."),
        source="LTV:CAC: same margin and cohort basis on both sides",
    )
    compute = ByCost(Simple(share, over, as_currency(currency)), acquiring("month", over, lag, currency))
    return Metric("ltv_to_cac", words, better="higher", compute=compute, label="lifetime value by acquisition cost")
