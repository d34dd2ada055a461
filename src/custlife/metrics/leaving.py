"""Metrics of churn: who leaves by what age, and after what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.conversion import Conversion
from custlife.analysis.question import codes_of, maybe_names, some_names
from custlife.analysis.steps import Step
from custlife.errors import UsageError
from custlife.metrics.converting import PENDING, converted, window
from custlife.metrics.definition import LOG, Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued
from custlife.stats import newcombe, share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from custlife.analysis.conversion import ConversionResult, ConversionRow
    from custlife.calendar import Span
    from custlife.engines.gathers import FunnelPlan
    from custlife.engines.history import Setting
    from custlife.metrics.converting import Length, Names
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest
    from custlife.stats import Interval

__all__ = ["churn_after", "churn_by_age"]


@attrs.frozen
class Lost:
    """The question of those who become customers and are lost, its names filled in by the model.

    Attributes:
        customer: Stages of which the first makes one a customer; empty means `customer_from`.
        churned: Stages in which one is lost; empty means all ended exits.
        within: The most time.
        by: Segments.
        every: Periods of the start, or None.
        level: Coverage of the intervals.
    """

    customer: tuple[str, ...]
    churned: tuple[str, ...]
    within: Span
    by: tuple[str, ...]
    every: str | None
    level: float

    def requests(self, setting: Setting) -> Sequence[FunnelPlan]:
        """The one table it needs."""
        return self._conversion(setting).requests(setting)

    def answer(self, setting: Setting, tables: list[Any]) -> ConversionResult:
        """The conversion from customer to lost."""
        return self._conversion(setting).answer(setting, tables)

    def _conversion(self, setting: Setting) -> Conversion:
        vocabulary = setting.vocabulary
        codes_of(setting, (*self.customer, *self.churned), "stage" if vocabulary.path else "event")
        customer, churned = self.customer, self.churned
        if not customer and vocabulary.customer_from is not None:
            customer = (vocabulary.names[vocabulary.customer_from],)
        churned = churned or tuple(vocabulary.names[code] for code in sorted(vocabulary.ended))
        if not customer or not churned:
            missing = "customer" if not customer else "churned"
            raise UsageError(f"the log does not say what {missing} means", f"write {missing}='...'")
        return Conversion(Step(customer), Step(churned), self.within, by=self.by, every=self.every, level=self.level)


@attrs.frozen
class ChurnedByAge:
    """The share of customers lost by some age."""

    within: Span
    customer: tuple[str, ...]
    churned: tuple[str, ...]
    on: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment and cohort."""
        for row in self._rows(request):
            value = row.km_rate if row.eligible else None
            yield request.value(
                value,
                n=row.entered,
                interval=None if value is None else _limits(row, request.level),
                pending=row.pending,
                reason="" if value is not None else "nobody has come to that age yet",
                segment=row.segment,
                period=row.cohort,
            )

    def explain(self, request: MetricRequest, customer: str) -> str:
        """What became of the one customer that the request sees."""
        (row,) = self._rows(request)
        if not row.entered:
            return f"{customer} never became a customer."
        if row.converted:
            days = "" if row.median_days is None else f" after {row.median_days:,.1f} days"
            return f"{customer} became a customer and was lost{days}, before the age of {self.within}."
        if row.pending:
            return f"{customer} is younger than {self.within}, and is at risk up to now."
        return f"{customer} came to the age of {self.within} and was not lost before."

    def _rows(self, request: MetricRequest) -> tuple[ConversionRow, ...]:
        question = Lost(self.customer, self.churned, self.within, request.by, request.every, request.level)
        rows: tuple[ConversionRow, ...] = request.ask(self.on, question).rows
        return rows


def _limits(row: ConversionRow, level: float) -> Interval | None:
    """The interval of the share lost; where nobody was lost, or all were, of as many as were seen to an end."""
    if row.km_rate in {0, 1}:
        return share(row.converted, row.converted or row.eligible, level=level).interval
    curve = row.curve(level=level)
    return curve.at(curve.times[-1]).incidence_interval


@catalogued("churn", age="6 months")
def churn_by_age(age: Length, *, customer: Names | None = None, churned: Names | None = None, on: str = LOG) -> Metric:
    """The share of customers that is lost by some age, such as six months.

    Args:
        age: The age as a customer.
        customer: What makes one a customer; by default the stage `customer_from` of the model.
        churned: Where one is lost; by default any exit that ends a history.
        on: The input that is asked.
    """
    span, who, gone = window(age, "churn_by_age"), maybe_names(customer) or (), maybe_names(churned) or ()
    words = Definition(
        question=f"How many customers are lost after {span}?",
        numerator=f"customers lost by the age of {span}",
        denominator=f"units that became {' or '.join(who) or 'a customer'}, young ones included up to their age",
        window=f"{span} from becoming a customer, end inclusive",
        cohort="the period in which a unit became a customer",
        needs=on,
        formula="1 - S(age), S by Kaplan-Meier over customer age; only as_of censors",
        is_not=(
            "Lost over all customers: the young ones have not had the time.",
            "Churn of a month, taken six times: the hazard falls with age.",
            "Churn among those who left: everyone at risk is in it.",
        ),
        pitfalls=("Customers only paused are not lost here; name churned= to count them.",),
        source="Churn by month m, 1 - KM(m) over customer age",
    )
    compute = ChurnedByAge(span, who, gone, on)
    return Metric("churn_by_age", words, better="lower", compute=compute, label=f"churn by {span}")


@attrs.frozen
class After:
    """The difference of two shares: lost after an event, and lost without it."""

    event: tuple[str, ...] = attrs.field(converter=some_names)
    start: tuple[str, ...] = attrs.field(converter=some_names)
    churned: tuple[str, ...] = attrs.field(converter=some_names)
    within: Span
    on: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment and cohort."""
        lost = Step(self.churned)
        options: dict[str, Any] = {"by": request.by, "every": request.every, "level": request.level}
        after = Conversion(Step(self.event), lost, self.within, **options)
        without = Conversion(Step(self.start), Step(self.churned, unless=self.event), self.within, **options)
        first, second = (answer.rows for answer in request.ask_all(self.on, [after, without]))
        others = {(row.segment, row.cohort): row for row in second}
        for row in first:
            other = others.get((row.segment, row.cohort))
            counts = [(converted(one), one.eligible) if one is not None else (0, 0) for one in (row, other)]
            found = newcombe(*counts[0], *counts[1], level=request.level)
            yield request.value(
                found.difference,
                n=row.eligible,
                interval=found.interval,
                pending=row.pending,
                reason=found.reason,
                segment=row.segment,
                period=row.cohort,
                notes=(f"after it {_told(*counts[0])}, without it {_told(*counts[1])}",),
            )


def _told(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}"


@catalogued("churn", event="complaint", start="subscribed", churned="cancelled", within="30 days")
def churn_after(event: Names, *, start: Names, churned: Names, within: Length, on: str = LOG) -> Metric:
    """How many more are lost after an event, such as a bad experience, than among those without it.

    Args:
        event: The event; any one of several.
        start: What starts the clock of those without it: becoming a customer.
        churned: Where one is lost.
        within: The most time: from the event, and from the start.
        on: The input that is asked.
    """
    span = window(within, "churn_after")
    bad, lost, begin = (" or ".join(some_names(one)) for one in (event, churned, start))
    words = Definition(
        question=f"How many more are lost within {span} of {bad} than without it?",
        numerator=f"share lost to {lost} within {span} of {bad}, minus the share lost without it",
        denominator=f"units with {bad} whose {span} are over; against units without it, from {begin}",
        window=f"{span} from the first {bad}, and from the start for those without it",
        unit="rate",
        cohort="the period of the event, and of the start",
        needs=on,
        formula="p(lost | event) - p(lost | none), Newcombe's interval",
        is_not=(
            "A cause: those it happens to differ from the others before it happens.",
            "Churn among all who ever had the event: most of that may lie long after it.",
            PENDING,
        ),
        pitfalls=("Customers with the event are older: those without it are counted from their start.",),
        source="Newcombe (1998), Statistics in Medicine 17, 873-890, method 10",
    )
    compute = After(event, start, churned, span, on)
    return Metric("churn_after", words, better="lower", compute=compute, label=f"excess churn after {bad}")
