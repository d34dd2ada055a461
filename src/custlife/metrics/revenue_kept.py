"""Metrics of the revenue that stays: net and gross retention, churn of revenue, and what is gained for what is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice
from custlife.analysis.revenue import RevenueMovements, as_currency
from custlife.analysis.splitting import check_calendar, check_count
from custlife.engines.money import decimal_of
from custlife.metrics.counting import LAST, by_period
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued
from custlife.metrics.revenue import changed, period_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from custlife.analysis.revenue_result import RevenueRow
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["gross_revenue_churn", "grr", "net_revenue_churn", "nrr", "revenue_quick_ratio"]

CLOSED = "Net churn as some tools count it: those win back customers of long ago, and this looks at a closed cohort."


@attrs.frozen
class Kept:
    """A share of the revenue at the start of a window that is still there, or gone, at its end."""

    every: str
    over: int
    gross: bool
    lost: bool
    currency: str | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        question = RevenueMovements(self.every, self.over, self.currency, by=request.by)
        rows: Sequence[RevenueRow] = request.ask("revenue", question).rows

        def read(row: RevenueRow, **place: Any) -> Reading:
            start, kept = row.exact.start, row.exact.held if self.gross else row.exact.kept
            part = start - kept if self.lost else kept
            why = "" if start else f"nobody paid at the start of {self._window(row.period)}"
            above, below = (decimal_of(parts, row.currency) for parts in (part, start))
            return request.value(
                part / start if start else None, n=row.customers.start, part=above, whole=below, reason=why, **place
            )

        yield from by_period(request, self.every, rows, read)

    def _window(self, period: str) -> str:
        return period if self.over == 1 else f"the {self.over} {self.every}s to {period}"

    def explain(self, request: MetricRequest, customer: str) -> str:
        """What the one customer that the request sees paid at both ends."""
        question = RevenueMovements(self.every, self.over, self.currency, by=request.by)
        rows = [row for row in request.ask("revenue", question).rows if row.is_complete]
        row = max(rows, key=period_of, default=None)
        if row is None or not row.customers.start:
            return f"{customer} paid nothing at the start, and so is not in the cohort."
        later = decimal_of(row.exact.kept, row.currency)
        window = self._window(row.period)
        return f"{customer} paid {row.start:,} a month at the start of {window} and {later:,} at the end."


BASE = "recurring revenue at the start of those who paid then"
OF_START = "customers that paid at the start"


def kept_metric(name: str, compute: Kept, label: str, **words: Any) -> Metric:
    """A metric of the revenue that stays, in its own words."""
    check_calendar(compute.every, "monday")
    check_count("over", compute.over)
    back = f"the {compute.over} {compute.every}s" if compute.over > 1 else f"the {compute.every}"
    definition = Definition(
        denominator=BASE,
        window=f"{back} to the end of a calendar {compute.every}: {LAST}",
        cohort=f"{OF_START} of {back}; closed: nobody comes in later",
        needs="revenue",
        **words,
    )
    better = "lower" if compute.lost else "higher"
    over = f" over {compute.over} {compute.every}s" if compute.over > 1 else f" in a {compute.every}"
    return Metric(name, definition, better=better, compute=compute, label=f"{label}{over}")


@catalogued("revenue", over=12)
def nrr(*, every: str = "month", over: int = 12, currency: str | None = None) -> Metric:
    """Net revenue retention: what those who paid at the start pay now, by what they paid then.

    Args:
        every: Length of the periods.
        over: How many of them one looks back; 1 for what moved in each.
        currency: The currency, where the log has several.
    """
    return kept_metric(
        "nrr",
        Kept(every, over, gross=False, lost=False, currency=as_currency(currency)),
        "net revenue retention",
        question="Of each 100 of recurring revenue at the start, how much do the same customers pay now?",
        numerator="what those customers pay at the end",
        unit="rate",
        formula="(start + expansion - contraction - churn) / start",
        is_not=(
            "Growth of revenue: new customers are not in it.",
            CLOSED,
            "GRR: that has no expansion, and never passes 100 %.",
        ),
        pitfalls=(
            "Expansion of a few hides the churn of many: read it beside GRR.",
            "Who left and came back within the window counts with what they pay now.",
        ),
        source="NRR: sum over S of MRR at the end over that at the start",
    )  # fmt: skip


@catalogued("revenue", over=12)
def grr(*, every: str = "month", over: int = 12, currency: str | None = None) -> Metric:
    """Gross revenue retention: the same without expansion, so never above 100 %.

    Args:
        every: Length of the periods.
        over: How many of them one looks back; 1 for what moved in each.
        currency: The currency, where the log has several.
    """
    return kept_metric(
        "grr",
        Kept(every, over, gross=True, lost=False, currency=as_currency(currency)),
        "gross revenue retention",
        question="Of each 100 of recurring revenue at the start, how much was not lost?",
        numerator="of each of those customers the lesser of what they paid at the start and pay at the end",
        formula="(start - contraction - churn) / start; the lesser is taken for each customer, then the sum",
        is_not=(
            "The lesser of the sums: that hides contraction behind the expansion of others.",
            "NRR: that has expansion.",
            "The renewal rate: that looks only at contracts whose term ended.",
        ),
        pitfalls=("Above 100 % it is wrong, always.",),
        source="GRR: sum over S of min(MRR at the end, MRR at the start) over that at the start",
    )


@catalogued("revenue", every="month")
def gross_revenue_churn(*, every: str = "month", over: int = 1, currency: str | None = None) -> Metric:
    """The share of recurring revenue lost to contraction and churn: 1 less GRR.

    Args:
        every: Length of the periods.
        over: How many of them one looks back.
        currency: The currency, where the log has several.
    """
    return kept_metric(
        "gross_revenue_churn",
        Kept(every, over, gross=True, lost=True, currency=as_currency(currency)),
        "gross revenue churn",
        question="Of each 100 of recurring revenue at the start, how much was lost?",
        numerator="contraction and churn of those customers",
        formula="(contraction + churn) / start",
        is_not=("Logo churn: there each customer counts as one.", "Net revenue churn: that is eased by expansion."),
        source="Gross MRR churn: (contraction + churn) / start",
    )


@catalogued("revenue", every="month")
def net_revenue_churn(*, every: str = "month", over: int = 1, currency: str | None = None) -> Metric:
    """The share of recurring revenue lost after expansion: 1 less NRR; below 0 where expansion outweighs it.

    Args:
        every: Length of the periods.
        over: How many of them one looks back.
        currency: The currency, where the log has several.
    """
    return kept_metric(
        "net_revenue_churn",
        Kept(every, over, gross=False, lost=True, currency=as_currency(currency)),
        "net revenue churn",
        question="Of each 100 of recurring revenue at the start, how much is gone, after what was added?",
        numerator="contraction and churn less expansion of those customers",
        unit="rate",
        formula="(contraction + churn - expansion) / start",
        is_not=(CLOSED, "Gross revenue churn: that does not set expansion against it."),
        source="Net MRR churn: 1 - NRR",
    )


@attrs.frozen
class Quick:
    """What was gained over what was lost."""

    every: str
    reactivation: str
    currency: str | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        rows: Sequence[RevenueRow] = request.ask(
            "revenue", RevenueMovements(self.every, currency=self.currency, by=request.by)
        ).rows

        def read(row: RevenueRow, **place: Any) -> Reading:
            exact = row.exact
            gained = exact.new + exact.expansion + (exact.reactivation if self.reactivation == "counted" else 0)
            lost = exact.contraction + exact.churn
            above, below = (decimal_of(parts, row.currency) for parts in (gained, lost))
            why = "" if lost else f"nothing was lost in {row.period}, so that the ratio has no end"
            return request.value(
                gained / lost if lost else None, n=changed(row.customers), part=above, whole=below, reason=why, **place
            )

        yield from by_period(request, self.every, rows, read)


@catalogued("revenue", every="month")
def revenue_quick_ratio(*, every: str = "month", reactivation: str = "counted", currency: str | None = None) -> Metric:
    """Recurring revenue gained by recurring revenue lost in a period.

    Args:
        every: Length of the period.
        reactivation: Whether what returning customers pay is `counted` as gained, or `left out`.
        currency: The currency, where the log has several.
    """
    check_calendar(every, "monday")
    choice("reactivation", reactivation, ("counted", "left out"))
    gained = "new + expansion" + (" + reactivation" if reactivation == "counted" else "")
    words = Definition(
        question="How much recurring revenue is gained for each unit that is lost?",
        numerator=f"{gained} recurring revenue",
        denominator="recurring revenue lost to contraction and churn",
        window=f"a calendar {every}: {LAST}",
        unit="ratio",
        cohort=f"the {every}",
        needs="revenue",
        formula=f"({gained}) / (contraction + churn)",
        is_not=(
            "The quick ratio of customers: there each counts as one.",
            "The quick ratio of accountants: cash over debts.",
        ),
        pitfalls=("Where nothing was lost it has no value; that is no bad month.",),
        source="SaaS quick ratio: (new + expansion) / (contraction + churn); reactivation said to be inside or not",
    )
    compute = Quick(every, reactivation, as_currency(currency))
    more = "" if reactivation == "counted" else ", without reactivation"
    return Metric(
        "revenue_quick_ratio", words, better="higher", compute=compute, label=f"revenue quick ratio of a {every}{more}"
    )
