"""Metrics of retention: who comes again, who is kept, who comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.conversion import Conversion
from custlife.analysis.customer_base import CustomerBase
from custlife.analysis.question import choice, codes_of, maybe_names
from custlife.analysis.retention import Retention
from custlife.analysis.splitting import check_calendar, check_count
from custlife.analysis.steps import Step
from custlife.errors import UsageError
from custlife.metrics.converting import became, converted, window
from custlife.metrics.counting import LAST, by_period
from custlife.metrics.definition import LOG, Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from custlife.analysis.conversion import ConversionResult, ConversionRow
    from custlife.analysis.customer_base import BaseRow
    from custlife.calendar import Span
    from custlife.engines.gathers import FunnelPlan
    from custlife.engines.history import Setting
    from custlife.metrics.converting import Length, Names
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["customer_quick_ratio", "customers_kept", "reactivation_rate", "retention_rate"]


@attrs.frozen
class Kept:
    """The share of cohorts that is active again some periods later."""

    offset: int
    every: str
    kind: str
    start: tuple[str, ...] | None
    active: tuple[str, ...] | None
    on: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """The mean over cohorts old enough, weighted by their size; or each cohort."""
        question = Retention(
            self.every, self.kind, "first", self.start, self.active, self.offset, request.by, level=request.level
        )
        answer: Any = request.ask(self.on, question)
        if request.every not in (None, self.every):
            what = f"metric {request.metric.name!r} has cohorts by {self.every}, not by {request.every}"
            raise UsageError(what, f"write .trend(log, every={self.every!r})")
        if request.every is None:
            segments = dict.fromkeys(row.segment for row in answer.rows) or ({} if request.by else {(): None})
            for segment in segments:
                rows = [row for row in answer.rows if row.segment == segment]
                yield self._reading(request, rows, segment=segment)
        else:
            for row in answer.rows:
                yield self._reading(request, [row], segment=row.segment, period=row.cohort)

    def _reading(self, request: MetricRequest, rows: Sequence[Any], **place: Any) -> Reading:
        """The cohorts old enough as one; those that are not are pending."""
        old = [row for row in rows if len(row.cells) > self.offset and row.cells[self.offset].is_complete]
        size = sum(row.size for row in old)
        pending = sum(row.size for row in rows) - size
        retained = sum(row.cells[self.offset].retained or 0 for row in old)
        return request.share(retained, size, pending=pending, **place)


@catalogued("retention", offset=1, every="month")
def retention_rate(
    offset: int,
    *,
    every: str = "month",
    kind: str = "classic",
    start: Names | None = None,
    active: Names | None = None,
    on: str = LOG,
) -> Metric:
    """The share of those who started in a period that are active again some periods later.

    Args:
        offset: How many periods later.
        every: Length of cohorts and periods.
        kind: `classic`: active in that very period; `rolling`: in that one or any later.
        start: What puts one in a cohort; by default what makes one active.
        active: What makes one active; by default the stages of a customer, or any event.
        on: The input that is asked.
    """
    check_count("offset", offset, 0)
    check_calendar(every, "monday")
    choice("kind", kind, ("classic", "rolling"))
    when = f"in the {offset}. {every} after it" + ("" if kind == "classic" else ", or any later one")
    words = Definition(
        question=f"How many of those who start in a {every} are active again {offset} {every}s later?",
        numerator=f"those of them that are active {when}",
        denominator=f"units of cohorts whose {offset}. {every} after the first is over",
        window=f"the calendar {every} that lies {offset} after that of the cohort",
        cohort=f"the {every} of the first start",
        needs=on,
        formula="Σ retained / Σ eligible over the cohorts: they weigh by their size",
        is_not=(
            "Rolling retention, on or after: it falls towards the present by construction."
            if kind == "classic"
            else "Classic retention, on the very period: this one is never lower.",
            "Customers kept: that follows who was a customer at the start of a period, not a cohort.",
            "A mean of the rates of cohorts: small cohorts would weigh as much as large ones.",
        ),
        pitfalls=("23:45 to 00:01 is the next day: periods are those of the calendar, not 24 hours.",),
        source="N-day retention, cohort mean weighted; immature cells left out, empty ones kept",
    )
    compute = Kept(offset, every, kind, maybe_names(start), maybe_names(active), on)
    label = f"{'rolling ' if kind == 'rolling' else ''}retention, {every} {offset}"
    return Metric("retention_rate", words, better="higher", compute=compute, label=label)


@attrs.frozen
class OfBase:
    """A number of the customer base, of the last period that is over."""

    what: str
    every: str
    customers: tuple[str, ...] | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        question = CustomerBase(self.every, self.customers, request.by)
        rows: Sequence[BaseRow] = request.ask("stages", question).rows

        def kept(row: BaseRow, **place: Any) -> Reading:
            return request.share(row.start - row.lost, row.start, **place)

        def quick(row: BaseRow, **place: Any) -> Reading:
            reason = "" if row.lost else f"nobody was lost in {row.period}"
            return request.ratio(row.new + row.returned, row.lost, n=row.lost, reason=reason, **place)

        read = {"kept": kept, "quick": quick}[self.what]
        yield from by_period(request, self.every, rows, read, pending="start" if self.what == "kept" else "")


@catalogued("retention", every="month")
def customers_kept(*, every: str = "month", customers: Names | None = None) -> Metric:
    """The share of the customers at the start of a period that are still there at its end.

    Args:
        every: Length of the period.
        customers: Stages of a customer; by default those from `customer_from` of the model on.
    """
    check_calendar(every, "monday")
    words = Definition(
        question=f"How many of the customers at the start of a {every} are there at its end?",
        numerator="those of them that are customers at its last instant",
        denominator=f"customers just before the {every}",
        window=f"a calendar {every}: {LAST}",
        cohort=f"the {every}",
        needs="stages",
        formula="1 - logo churn",
        is_not=(
            "Customers at the end over customers at the start: new ones would make up for lost ones.",
            "Net revenue retention: every customer counts as one, whatever the price.",
        ),
        source="Closed cohort S of those active at the start of the period",
    )
    compute = OfBase("kept", every, maybe_names(customers))
    return Metric("customers_kept", words, better="higher", compute=compute, label=f"customers kept in a {every}")


@catalogued("retention", every="month")
def customer_quick_ratio(*, every: str = "month", customers: Names | None = None) -> Metric:
    """Customers that came or came back in a period, for each one that was lost.

    Args:
        every: Length of the period.
        customers: Stages of a customer; by default those from `customer_from` of the model on.
    """
    check_calendar(every, "monday")
    words = Definition(
        question="How many customers come for each one that goes?",
        numerator=f"customers at the end of the {every} who were none just before it, new or back",
        denominator=f"customers just before the {every} who are none at its end",
        window=f"a calendar {every}: {LAST}",
        unit="ratio",
        cohort=f"the {every}",
        needs="stages",
        formula="(new + returned) / lost",
        is_not=(
            "The quick ratio of revenue: that weighs customers by what they pay, and has expansion in it.",
            "The quick ratio of growth accounting: that is about active users, and dormant is not lost.",
        ),
        pitfalls=("Where nobody was lost there is no ratio; it is not infinite health.",),
        source="Quick ratio with reactivation inside, at the level of customers",
    )
    compute = OfBase("quick", every, maybe_names(customers))
    return Metric("customer_quick_ratio", words, better="higher", compute=compute, label="quick ratio of customers")


@attrs.frozen
class Back:
    """The question of those who come back to the path, its names filled in by the model.

    Attributes:
        lapsed: The stages to come back from; empty means all paused exits.
        within: The most time.
        by: Segments.
        every: Periods of the start, or None.
        level: Coverage of the intervals.
    """

    lapsed: tuple[str, ...]
    within: Span
    by: tuple[str, ...]
    every: str | None
    level: float

    def requests(self, setting: Setting) -> Sequence[FunnelPlan]:
        """The one table it needs."""
        return self._conversion(setting).requests(setting)

    def answer(self, setting: Setting, tables: list[Any]) -> ConversionResult:
        """The conversion from the exits to the path."""
        return self._conversion(setting).answer(setting, tables)

    def _conversion(self, setting: Setting) -> Conversion:
        vocabulary = setting.vocabulary
        codes_of(setting, self.lapsed)
        start = self.lapsed or tuple(vocabulary.names[code] for code in sorted(vocabulary.paused))
        if not start:
            raise UsageError("the model has no paused exit to come back from", "write lapsed='churned'")
        path = vocabulary.names[: vocabulary.path]
        return Conversion(Step(start), Step(path), self.within, by=self.by, every=self.every, level=self.level)


@attrs.frozen
class Reactivated:
    """The share of those who left that come back in time."""

    lapsed: tuple[str, ...]
    within: Span

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment and cohort."""
        for row in self._rows(request):
            yield request.share(
                converted(row), row.eligible, pending=row.pending, segment=row.segment, period=row.cohort
            )

    def explain(self, request: MetricRequest, customer: str) -> str:
        """What became of the one customer that the request sees."""
        (row,) = self._rows(request)
        return became(row, customer, " or ".join(self.lapsed) or "a paused exit", "the path", f"{self.within}")

    def _rows(self, request: MetricRequest) -> tuple[ConversionRow, ...]:
        question = Back(self.lapsed, self.within, request.by, request.every, request.level)
        rows: tuple[ConversionRow, ...] = request.ask("stages", question).rows
        return rows


@catalogued("retention", within="90 days")
def reactivation_rate(*, within: Length, lapsed: Names | None = None) -> Metric:
    """The share of those who left that come back to the path in time.

    Args:
        within: The most time from leaving.
        lapsed: The exits to come back from; by default all that are paused.
    """
    span, exits = window(within, "reactivation_rate"), maybe_names(lapsed) or ()
    told = " or ".join(exits) or "a paused exit"
    words = Definition(
        question="How many of those who left come back?",
        numerator=f"those of them that came to a stage of the path within {span}",
        denominator=f"units that came to {told} and whose {span} are over",
        window=f"{span} from the first time in {told}, end inclusive",
        cohort=f"the period in which a unit first came to {told}",
        needs="stages",
        is_not=(
            "Expansion: who comes back is a returning customer, not a growing one.",
            "Returned over lost of one month: those are different people.",
            "Resurrected users of growth accounting: they were silent, but had not left.",
        ),
        source="Reactivation: prior state gone, earlier state customer",
    )
    compute = Reactivated(exits, span)
    return Metric("reactivation_rate", words, better="higher", compute=compute, label=f"reactivation within {span}")
