"""Metrics that set costs beside revenue: margin, net by stage, and winning customers against keeping them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice
from custlife.analysis.revenue import RevenueMovements, as_currency
from custlife.analysis.spending import DIMENSIONS, Spending
from custlife.engines.money import decimal_of
from custlife.errors import UsageError
from custlife.metrics.counting import LAST, by_period
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued
from custlife.metrics.revenue import unit_of
from custlife.metrics.spending import spent_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from custlife.analysis.revenue_result import RevenueRow
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["acquisition_share", "gross_margin", "net"]


@attrs.frozen
class Margin:
    """What is left of revenue after some costs: as a share, or in money."""

    every: str
    service_only: bool
    currency: str | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        for name in request.by:
            if name not in DIMENSIONS:
                raise UsageError(f"costs are not known by {name!r}", f"split by {', '.join(DIMENSIONS)}")
        rows: Sequence[RevenueRow] = request.ask(
            "revenue", RevenueMovements(self.every, currency=self.currency, by=request.by, segment="end")
        ).rows
        where = (("purpose", ("service",)),) if self.service_only else ()
        answer = spent_on(request, Spending(self.every, request.by, where, self.currency))
        spent = {(row.segment, row.period): row.exact for row in answer.rows}
        known = {row.period for row in answer.rows}

        def read(row: RevenueRow, **place: Any) -> Reading:
            costs = spent.get((row.segment, row.period), 0)
            what = "costs of service" if self.service_only else "costs"
            why = "" if row.period in known else f"no {what} are known of {row.period}"
            why = why or ("" if answer.currency == row.currency else f"costs are in {answer.currency}")
            return self._reading(request, row, costs, why, place)

        yield from by_period(request, self.every, rows, read)

    def _reading(
        self, request: MetricRequest, row: RevenueRow, costs: int, why: str, place: Mapping[str, Any]
    ) -> Reading:
        left, n = decimal_of(row.exact.end - costs, row.currency), row.customers.end
        if not self.service_only:
            return request.value(None if why else left, n=n, unit=unit_of(row.currency), reason=why, **place)
        why = why or ("" if row.exact.end else "there is no revenue")
        share = None if why else (row.exact.end - costs) / row.exact.end
        return request.value(share, n=n, part=left, whole=row.end, reason=why, **place)


@catalogued("costs", every="month")
def gross_margin(*, every: str = "month", currency: str | None = None) -> Metric:
    """The share of recurring revenue that is left after the cost of serving customers.

    Args:
        every: Length of the period; `month`, since recurring revenue is told a month.
        currency: The currency, where there are several.
    """
    choice("every", every, ("month",))
    words = Definition(
        question="Of each 100 of revenue, how much is left after serving customers?",
        numerator="recurring revenue less costs whose purpose is service",
        denominator="monthly recurring revenue at the end of the month",
        window=f"a calendar month: {LAST}",
        unit="rate",
        cohort="the month",
        needs=("revenue", "costs"),
        is_not=("Profit: winning and keeping customers costs money, too.", "Revenue of the books."),
        pitfalls=("Hosting, support and fees of payment belong to service.",),
        source="Gross margin: (revenue - cost of service) / revenue",
    )
    compute = Margin(every, service_only=True, currency=as_currency(currency))
    return Metric("gross_margin", words, better="higher", compute=compute, label="gross margin")


@catalogued("costs", currency="EUR")
def net(*, currency: str | None = None) -> Metric:
    """Recurring revenue less all costs of a month; split it by `stage` where both logs know it.

    Args:
        currency: The currency, where there are several.
    """
    words = Definition(
        question="What is left of a month's revenue after all costs?",
        numerator="recurring revenue at the end of the month less the costs of the month",
        denominator="customers that pay",
        window=f"a calendar month: {LAST}",
        unit="money",
        cohort="the month",
        needs=("revenue", "costs"),
        is_not=("Profit of the books: revenue is what recurs, and costs are those given.",),
        pitfalls=("Early stages cost, and earn nothing: they are an investment in the later ones.",),
        source="Cost and net by stage",
    )
    compute = Margin("month", service_only=False, currency=as_currency(currency))
    return Metric("net", words, better="higher", compute=compute, label="net of a month")


@attrs.frozen
class AcquisitionShare:
    """Acquisition costs by those of acquisition and retention."""

    currency: str | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for the whole, or for each period of a trend."""
        question = Spending(request.every, ("purpose",), currency=self.currency)
        answer = spent_on(request, question)
        for period in dict.fromkeys(row.period for row in answer.rows) or ([None] if request.every is None else []):
            spent = {row.segment[0]: row.exact for row in answer.rows if row.period == period}
            won, kept = spent.get("acquisition", 0), spent.get("retention", 0)
            why = "" if won + kept else "no cost says that it was for acquisition or retention"
            part, whole = (decimal_of(parts, answer.currency) for parts in (won, won + kept))
            share = won / (won + kept) if won + kept else None
            yield request.value(share, n=0, part=part, whole=whole, reason=why, period=period)


@catalogued("costs", currency="EUR")
def acquisition_share(*, currency: str | None = None) -> Metric:
    """How much of what is spent on customers goes into winning them, against keeping them.

    Args:
        currency: The currency, where there are several.
    """
    words = Definition(
        question="Do we spend on winning customers, or on keeping them?",
        numerator="costs whose purpose is acquisition",
        denominator="costs whose purpose is acquisition or retention",
        window="all periods that are over, or each of a trend",
        cohort="the period of the cost",
        needs="costs",
        is_not=("A rule: that winning costs five times what keeping does is often said, and hardly ever sourced.",),
        pitfalls=("Costs without a purpose are left out.",),
        source="Acquisition against retention cost",
    )
    compute = AcquisitionShare(as_currency(currency))
    return Metric("acquisition_share", words, better="neither", compute=compute, label="acquisition share of costs")
