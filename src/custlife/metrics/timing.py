"""Metrics of time: how long until something happens, how long units stay, and who has been there too long."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.ageing import Ageing
from custlife.analysis.conversion import Conversion
from custlife.analysis.question import some_names
from custlife.analysis.steps import Step, optional_span
from custlife.analysis.time_in_stage import TimeInStage
from custlife.errors import UsageError
from custlife.metrics.converting import listed
from custlife.metrics.definition import LOG, Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued
from custlife.stats import Interval
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.calendar import Span
    from custlife.engines.gathers import Group
    from custlife.metrics.converting import Length, Names
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest
    from custlife.stats import SurvivalCurve

__all__ = [
    "between",
    "of_curve",
    "of_share",
    "stage_ageing",
    "stuck",
    "time_in_stage",
    "time_to_convert",
    "time_to_value",
]

CONVERTERS = "A median over those who got there: it leaves out everyone who takes longer, and is too short."
MEAN = "A mean: its tail decides, and the tail is not over."
KM = "Kaplan-Meier: the time by which the share has got there, those still on their way censored at as_of"


def of_curve(
    request: MetricRequest, curve: SurvivalCurve, q: float, *, pending: int, segment: Group, period: str | None
) -> Reading:
    """A reading of the time by which the share q has ended."""
    found = curve.quantile(q)
    is_known = (found.value, found.low, found.high) != (None, None, None)
    there = curve.n - pending
    return request.value(
        found.value,
        n=curve.n,
        interval=between(found.low, found.high, request.level, found.method) if is_known else None,
        pending=pending,
        reason="" if found.value is not None else f"fewer than {100 * q:g} % of {curve.n:,} have got there",
        segment=segment,
        period=period,
        notes=(f"{there:,} of {curve.n:,} have got there",) if curve.n else (),
    )


def between(low: float | None, high: float | None, level: float, method: str) -> Interval:
    """The interval of a length; an end that is not known is as far away as a length can be."""
    return Interval(low or 0.0, inf if high is None else high, level, method)


@attrs.frozen
class Until:
    """The time from one stage or event to another."""

    start: tuple[str, ...] = attrs.field(converter=some_names)
    goal: tuple[str, ...] = attrs.field(converter=some_names)
    q: float
    on: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment and cohort."""
        question = Conversion(Step(self.start), Step(self.goal), by=request.by, every=request.every)
        for row in request.ask(self.on, question).rows:
            curve = row.curve(level=request.level)
            there = row.entered - row.converted
            yield of_curve(request, curve, self.q, pending=there, segment=row.segment, period=row.cohort)

    def explain(self, request: MetricRequest, customer: str) -> str:
        """How long the one customer took that the request sees."""
        (row,) = request.ask(self.on, Conversion(Step(self.start), Step(self.goal))).rows
        start, goal = " or ".join(self.start), " or ".join(self.goal)
        if not row.entered:
            return f"{customer} never came to {start}."
        if not row.converted:
            return f"{customer} came to {start}, and not to {goal} yet; counts as still on the way."
        days = "at once" if row.median_days is None else f"after {row.median_days:,.1f} days"
        return f"{customer} came to {start}, and {days} to {goal}."


def of_share(q: float) -> str:
    """A quantile in words."""
    return "median" if q == 0.5 else f"{100 * q:g} % quantile"


def until(name: str, start: Names, goal: Names, q: float, on: str, *, question: str, is_not: str, label: str) -> Metric:
    """A metric of the time from one stage or event to another, in its own words."""
    check_level(q, "q", 0.5)
    begin, end = listed(start, "start"), listed(goal, "goal")
    words = Definition(
        question=question,
        numerator=f"time from {begin} to {end}: the {of_share(q)}",
        denominator=f"units that came to {begin}, those still on their way included",
        window="none: who has not got there yet is censored at as_of",
        unit="days",
        cohort=f"the period in which a unit came to {begin}",
        needs=on,
        formula=f"smallest t with 1 - S(t) ≥ {q:g}, S by Kaplan-Meier",
        is_not=(is_not, CONVERTERS, MEAN),
        pitfalls=("Where fewer than the share ever get there, there is no such time, and no value.",),
        source=KM,
    )
    return Metric(name, words, better="lower", compute=Until(start, goal, q, on), label=f"{of_share(q)} {label}")


@catalogued("times", start="lead", goal="customer")
def time_to_convert(start: str, goal: str, *, q: float = 0.5, on: str = LOG) -> Metric:
    """The time by which half (or another share) of those at one stage or event have reached another.

    Args:
        start: The stage or event that starts the clock.
        goal: The one that stops it.
        q: The share that has got there: 0.5 for the median, 0.75 or 0.9.
        on: The input that is asked.
    """
    return until(
        "time_to_convert",
        start,
        goal,
        q,
        on,
        question=f"How long does it take from {start} to {goal}?",
        is_not="Time in stage: the stages between count, too.",
        label=f"time from {start} to {goal}",
    )


@catalogued("times", signed_up="signed_up", value="first_report")
def time_to_value(signed_up: str, value: Names, *, q: float = 0.5, on: str = LOG) -> Metric:
    """The time by which half (or another share) of those who signed up have seen first value.

    Args:
        signed_up: The stage or event that starts the clock.
        value: The act that shows value; one of several will do.
        q: The share that has got there.
        on: The input that is asked.
    """
    return until(
        "time_to_value",
        signed_up,
        value,
        q,
        on,
        question="How long does it take until a customer gets first value?",
        is_not="Time to activation, unless the act that activates is the value itself.",
        label="time to value",
    )


@attrs.frozen
class Staying:
    """The time that stays in a stage take."""

    stage: str
    q: float

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment."""
        question = TimeInStage((self.stage,), by=request.by, level=request.level)
        for row in request.ask("stages", question).rows:
            yield of_curve(request, row.curve, self.q, pending=row.open, segment=row.segment, period=None)


@catalogued("times", stage="trial")
def time_in_stage(stage: str, *, q: float = 0.5) -> Metric:
    """The time by which half (or another share) of the stays in a stage are over.

    Args:
        stage: The stage.
        q: The share that is over.
    """
    check_level(q, "q", 0.5)
    words = Definition(
        question=f"How long do customers stay in {stage}?",
        numerator=f"time from entering {stage} to leaving it for any other stage: the {of_share(q)}",
        denominator=f"stays in {stage}, open ones included",
        window="none: open stays are censored at as_of",
        unit="days",
        needs="stages",
        formula=f"smallest t with 1 - S(t) ≥ {q:g}, S by Kaplan-Meier",
        is_not=(
            "The age of those who are there now: they have not left.",
            "The mean of stays that are over: open ones are where the stuck ones are.",
        ),
        source=KM,
    )
    label = f"{of_share(q)} time in {stage}"
    return Metric("time_in_stage", words, better="neither", compute=Staying(stage, q), label=label)


@attrs.frozen
class Aged:
    """How long those have been in a stage who are there now: the median, or the share beyond a limit."""

    stage: str
    limit: Span | None
    shares: bool

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment."""
        for row in request.ask("stages", Ageing(self.stage, self.limit, request.by)).rows:
            if not self.shares:
                yield request.value(row.median_days, n=row.count, segment=row.segment)
            elif not row.limits:
                what = f"the model names no max_gap of a transition out of {self.stage!r}"
                raise UsageError(what, "pass longer_than='30 days'")
            else:
                notes = (f"limit: {_told(row.limits)}",)
                yield request.share(row.over, row.count, segment=row.segment, notes=notes)

    def explain(self, request: MetricRequest, customer: str) -> str:
        """How long the one customer is there that the request sees."""
        (row,) = request.ask("stages", Ageing(self.stage, self.limit)).rows
        if not row.count:
            return f"{customer} is not in {self.stage} now."
        beyond = f", {'beyond' if row.over else 'within'} {_told(row.limits)}" if row.limits else ""
        return f"{customer} is in {self.stage} since {row.median_days:,.1f} days{beyond}."


def _told(limits: tuple[Span, ...]) -> str:
    return " and ".join(map(str, limits))


@catalogued("times", stage="trial")
def stage_ageing(stage: str) -> Metric:
    """The median age of the stays in a stage that are not over.

    Args:
        stage: The stage.
    """
    words = Definition(
        question=f"How long have those been in {stage} who are there now?",
        numerator="time since they entered: the median",
        denominator=f"units in {stage} at as_of",
        unit="days",
        needs="stages",
        is_not=("Time in stage: these stays are not over, and will be longer.",),
        pitfalls=("It falls when many new ones come in, though nobody moves on faster.",),
        source="Open stays, as_of minus entered, flagged as open",
    )
    compute = Aged(stage, None, shares=False)
    return Metric("stage_ageing", words, better="lower", compute=compute, label=f"median age in {stage}")


@catalogued("times", stage="trial", longer_than="30 days")
def stuck(stage: str, *, longer_than: Length | None = None) -> Metric:
    """The share of those in a stage that have been there for too long.

    Args:
        stage: The stage.
        longer_than: The limit; by default the longest `max_gap` of the transitions out of the stage.
    """
    limit = optional_span(longer_than, "longer_than")
    told = f"longer than {limit}" if limit else "longer than the transitions out of it should take"
    words = Definition(
        question=f"How many of those in {stage} are stuck?",
        numerator=f"those of them that entered it {told} ago",
        denominator=f"units in {stage} at as_of",
        window=f"{limit}, end inclusive" if limit else "the longest max_gap of the transitions out of the stage",
        needs="stages",
        is_not=(
            "The share of stays that took too long: those are over.",
            "Lost: who is stuck has not left, and may still move on.",
        ),
        source="max_gap is the most time a move should take; open stays beyond it",
    )
    compute: Any = Aged(stage, limit, shares=True)
    return Metric("stuck", words, better="lower", compute=compute, label=f"stuck in {stage}, {told}")
