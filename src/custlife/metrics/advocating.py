"""Metrics of stock and of growth by word of mouth: who is where, who came, who was referred, who speaks for us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import some_names
from custlife.analysis.retention import Retention
from custlife.analysis.splitting import check_calendar, group_order
from custlife.analysis.time_in_stage import TimeInStage
from custlife.errors import UsageError
from custlife.metrics.converting import converting
from custlife.metrics.counting import LAST, by_period
from custlife.metrics.definition import LOG, Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.analysis.retention_result import RetentionRow
    from custlife.metrics.converting import Length, Names
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["advocate_rate", "arrivals", "came", "in_stage", "period_ratio", "referral_share"]


@attrs.frozen
class Standing:
    """Units that are in a stage now."""

    stage: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment."""
        for row in request.ask("stages", TimeInStage((self.stage,), by=request.by)).rows:
            yield request.value(row.open, n=row.open, segment=row.segment)


@catalogued("stock", stage="trial")
def in_stage(stage: str) -> Metric:
    """How many are in a stage at the moment of looking.

    Args:
        stage: The stage.
    """
    words = Definition(
        question=f"How many are in {stage}?",
        numerator=f"units in {stage} at as_of",
        unit="count",
        needs="stages",
        is_not=("Arrivals: those came in a period, wherever they are now.", "All who ever were there."),
        source="Stock of a stage, the open stays",
    )
    return Metric("in_stage", words, better="neither", compute=Standing(stage), label=f"in {stage}")


@attrs.frozen
class Came:
    """Units that came to a stage or event for the first time in a period."""

    names: tuple[str, ...] = attrs.field(converter=some_names)
    every: str
    on: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        rows = [Cohort.of(row) for row in request.ask(self.on, came(self.names, self.every, request.by)).rows]

        def count(row: Cohort, **place: Any) -> Reading:
            return request.value(row.size, n=row.size, **place)

        yield from by_period(request, self.every, rows, count, pending="size")


def came(names: tuple[str, ...], every: str, by: tuple[str, ...]) -> Retention:
    """The question of who came when: cohorts alone, without what became of them."""
    return Retention(every, start=names, active=names, periods=0, by=by)


@attrs.frozen
class Cohort:
    """Who came in a period."""

    segment: tuple[str | None, ...]
    period: str
    is_complete: bool
    size: int

    @classmethod
    def of(cls, row: RetentionRow) -> Cohort:
        """The cohort of a row of retention."""
        return cls(row.segment, row.cohort, row.is_complete, row.size)


@catalogued("stock", names="lead", every="month")
def arrivals(names: Names, *, every: str = "month", on: str = LOG) -> Metric:
    """How many came to a stage or event for the first time in a period: new leads, new customers.

    Args:
        names: The stage or event; of several the first counts.
        every: The period.
        on: The input that is asked.
    """
    check_calendar(every, "monday")
    listed = some_names(names)
    told = " or ".join(listed)
    words = Definition(
        question=f"How many new ones came to {told} in a {every}?",
        numerator=f"units that came to {told} for the first time in the {every}",
        window=f"a calendar {every}: {LAST}",
        unit="count",
        cohort=f"the {every}",
        needs=on,
        is_not=("Entries: who comes back is not new.", "The stock: who came may be gone."),
        pitfalls=("Units that were there before observation began are not new, and are not counted.",),
        source="Cohort sizes by first start",
    )
    return Metric(
        "arrivals", words, better="higher", compute=Came(listed, every, on), label=f"new in {told} in a {every}"
    )


@attrs.frozen
class Pair:
    """Who came to the one and to the other in a period."""

    segment: tuple[str | None, ...]
    period: str
    is_complete: bool
    goals: int = 0
    starts: int = 0


@attrs.frozen
class Beside:
    """Arrivals at one place over those at another, in the same period."""

    start: tuple[str, ...] = attrs.field(converter=some_names)
    goal: tuple[str, ...] = attrs.field(converter=some_names)
    every: str
    on: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        questions = [came(names, self.every, request.by) for names in (self.goal, self.start)]
        pairs: dict[tuple[Any, str], Pair] = {}
        for what, answer in zip(("goals", "starts"), request.ask_all(self.on, questions), strict=True):
            for row in answer.rows:
                key = row.segment, row.cohort
                pair = pairs.get(key) or Pair(*key, row.is_complete)
                pairs[key] = attrs.evolve(pair, **{what: row.size})
        rows = sorted(pairs.values(), key=lambda pair: (group_order(pair.segment), pair.period))

        def read(pair: Pair, **place: Any) -> Reading:
            return request.ratio(pair.goals, pair.starts, n=pair.starts, **place)

        yield from by_period(request, self.every, rows, read, pending="starts")


@catalogued("conversion", start="lead", goal="customer", every="month")
def period_ratio(start: Names, goal: Names, *, every: str = "month", on: str = LOG) -> Metric:
    """New ones at a goal for each new one at a start, in the same period: other people, so no conversion.

    Args:
        start: The stage or event below the line.
        goal: The stage or event above the line.
        every: The period.
        on: The input that is asked.
    """
    check_calendar(every, "monday")
    starts, goals = some_names(start), some_names(goal)
    below, above = " or ".join(starts), " or ".join(goals)
    words = Definition(
        question=f"How many came to {above} for each one that came to {below} in the same {every}?",
        numerator=f"units that came to {above} for the first time in the {every}",
        denominator=f"units that came to {below} for the first time in the {every}",
        window=f"a calendar {every}: {LAST}",
        unit="ratio",
        cohort=f"none: both are of the same {every}, and need not be the same units",
        needs=on,
        is_not=(
            "Conversion: that follows those who came to the start, and cannot pass 100 %.",
            "A share: it may be above 1.",
        ),
        pitfalls=(f"It falls in a {every} of many new starts, whatever becomes of them later.",),
        source="A ratio of two period counts, named as such",
    )
    label = f"{above} for each {below} of the same {every}"
    return Metric("period_ratio", words, better="higher", compute=Beside(starts, goals, every, on), label=label)


@attrs.frozen
class Referred:
    """Units that came with a referrer, over all that came."""

    column: str
    values: tuple[str, ...]
    customer: tuple[str, ...]
    every: str
    on: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment, and for each period of a trend."""
        if self.column in request.by:
            raise UsageError(f"{self.column!r} says who was referred, and cannot split", "split by another column")
        by = (*request.by, self.column)
        rows = request.ask(self.on, came(self.customer, self.every, by)).rows
        whole: dict[Any, list[int]] = {}
        for row in rows:
            *segment, value = row.segment
            counts = whole.setdefault((tuple(segment), row.cohort, row.is_complete), [0, 0])
            counts[0] += row.size if (value in self.values if self.values else value is not None) else 0
            counts[1] += row.size
        cohorts = [Share(*place, *counts) for place, counts in whole.items()]

        def read(row: Share, **place: Any) -> Reading:
            return request.share(row.part, row.size, **place)

        yield from by_period(request, self.every, cohorts, read, pending="size")


@attrs.frozen
class Share:
    """Who came in a period, and how many of them were referred."""

    segment: tuple[str | None, ...]
    period: str
    is_complete: bool
    part: int
    size: int


@catalogued("advocacy", column="referrer", customer="customer", every="month")
def referral_share(column: str, customer: Names, *, values: Names = (), every: str = "month", on: str = LOG) -> Metric:
    """The share of new customers who came with a referrer.

    Args:
        column: The segment column that names the referrer or the source.
        customer: The stage or event that makes one a customer.
        values: Values of the column that mean a referral; by default any that is not missing.
        every: The period.
        on: The input that is asked.
    """
    check_calendar(every, "monday")
    wanted, made = some_names(values), some_names(customer)
    means = f"{column} = {' or '.join(wanted)}" if wanted else f"a {column}"
    words = Definition(
        question="How many new customers came by referral?",
        numerator=f"those of them with {means}",
        denominator=f"units that came to {' or '.join(made)} for the first time in the {every}",
        window=f"a calendar {every}: {LAST}",
        cohort=f"the {every} in which a unit became a customer",
        needs=on,
        is_not=(
            "The viral coefficient: invites per customer times their conversion.",
            "Referrals sent: most of those never become customers.",
        ),
        pitfalls=(f"Where {column} was never filled in, it reads as not referred.",),
        source="New customers with a referrer over new customers",
    )
    compute = Referred(column, wanted, made, every, on)
    return Metric("referral_share", words, better="higher", compute=compute, label="referral share")


@catalogued("advocacy", customer="customer", advocate="advocate", within="1 year")
def advocate_rate(customer: str, advocate: Names, *, within: Length, on: str = LOG) -> Metric:
    """The share of customers who come to speak for us in time.

    Args:
        customer: The stage or event that makes one a customer.
        advocate: The stage of advocates, or the acts: a review, a referral; any one will do.
        within: The most time from becoming a customer.
        on: The input that is asked.
    """
    return converting(
        "advocate_rate",
        customer,
        advocate,
        within,
        on,
        label="advocate rate",
        question="How many customers come to speak for us?",
        is_not=("Promoters of a survey: they say they would; these have.", "Referral share: that is about who came."),
        source="Advocates among customers, observed for the window",
    )
