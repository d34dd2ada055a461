"""Metrics of reaching out: how soon somebody contacts who has qualified, and how often units are touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.nurture import Nurture
from custlife.analysis.response_time import ResponseTime
from custlife.analysis.touch_steps import OUTBOUND, as_touch
from custlife.calendar import BusinessHours
from custlife.metrics.converting import window
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued
from custlife.metrics.timing import of_curve, of_share
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.analysis.steps import Step
    from custlife.calendar import Span
    from custlife.metrics.converting import Length
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["Reaching", "lead_response_in_time", "lead_response_time", "of_desk", "touches_per_stage"]

BOTH = ("stages", "events")


def together(request: MetricRequest, question: Any) -> Any:
    """The answer of a stage log and the events of the same units."""
    stages: Any = request.log("stages")
    return stages.beside(request.log("events")).ask(question)


def of_desk(hours: BusinessHours | str | None, tz: str) -> BusinessHours | None:
    """Business hours, also from their text and a zone."""
    return BusinessHours(hours, tz=tz) if isinstance(hours, str) else hours


@attrs.frozen
class Reaching:
    """The time until somebody reaches out, or the share reached in time."""

    qualified: str | Step
    touch: Step
    within: Span | None
    hours: BusinessHours | None
    q: float | None
    on: tuple[str, ...]

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment."""
        question = ResponseTime(self.qualified, self.touch, self.within, self.hours, by=request.by, level=request.level)
        answer = together(request, question) if self.on == BOTH else request.ask("events", question)
        for row in answer.rows:
            if self.q is not None:
                yield of_curve(request, row.curve, self.q, pending=row.waiting, segment=row.segment, period=None)
            else:
                yield request.share(row.in_time.k, row.in_time.n, pending=row.pending, segment=row.segment)


CLOCKS = (
    "From creation or from assignment: other clocks, which start earlier or later.",
    "A mean of the answered: it leaves out everyone nobody called, and its tail decides.",
)
LEADS = ("Automatic replies are no touch; who was touched before qualifying is not touched yet.",)
DESK = "Studies of lead response use other clocks than this one: do not compare across them."


@catalogued("sales", qualified="sql", hours="mon-fri 09:00-17:00")
def lead_response_time(
    qualified: str | Step,
    *,
    touch: str | Step | tuple[str, ...] = OUTBOUND,
    hours: BusinessHours | str | None = None,
    tz: str = "UTC",
    q: float = 0.5,
) -> Metric:
    """The time by which half of those who qualified are contacted, with those still waiting censored.

    Args:
        qualified: What starts the clock: a stage, an event, or a step.
        touch: What stops it: an event, several, or a step; by default an outbound touch by a human.
        hours: Count only time in these hours, such as `mon-fri 09:00-17:00`.
        tz: Zone of hours given as text.
        q: The share contacted: 0.5 for the median.
    """
    check_level(q, "q", 0.5)
    first, desk = as_touch(touch), of_desk(hours, tz)
    words = Definition(
        question=f"How long until somebody reaches out after {qualified}?",
        numerator=f"time from {qualified} to the first {first}: the {of_share(q)}",
        denominator="units that qualified, those still waiting included",
        window="none: who waits is censored at as_of",
        unit="hours",
        needs=BOTH,
        formula=f"smallest t with 1 - S(t) ≥ {q:g}, S by Kaplan-Meier{', in business hours' if desk else ''}",
        is_not=CLOCKS,
        pitfalls=(*LEADS, DESK),
        source="First outbound human touch less the moment of qualifying.",
    )
    compute = Reaching(qualified, first, None, desk, q, BOTH)
    return Metric("lead_response_time", words, better="lower", compute=compute, label=f"response time from {qualified}")


@catalogued("sales", qualified="sql", within="4 hours", hours="mon-fri 09:00-17:00")
def lead_response_in_time(
    qualified: str | Step,
    *,
    within: Length,
    touch: str | Step | tuple[str, ...] = OUTBOUND,
    hours: BusinessHours | str | None = None,
    tz: str = "UTC",
) -> Metric:
    """The share of those who qualified that are contacted in time.

    Args:
        qualified: What starts the clock: a stage, an event, or a step.
        within: The most time until the contact, end inclusive.
        touch: What stops it: an event, several, or a step; by default an outbound touch by a human.
        hours: Count only time in these hours, such as `mon-fri 09:00-17:00`.
        tz: Zone of hours given as text.
    """
    first, desk, limit = as_touch(touch), of_desk(hours, tz), window(within, "lead_response_in_time")
    words = Definition(
        question=f"How many are contacted within {limit} of {qualified}?",
        numerator=f"those of them whose first contact ({first}) came in time",
        denominator="units that qualified, with the limit over by as_of",
        window=f"{limit}{' of business hours' if desk else ''}, end inclusive",
        unit="share",
        needs=BOTH,
        is_not=("The share of answered leads answered in time: it leaves out everyone nobody called.",),
        pitfalls=LEADS,
        source="First outbound human touch less the moment of qualifying.",
    )
    compute = Reaching(qualified, first, limit, desk, None, BOTH)
    label = f"contacted within {limit} of {qualified}"
    return Metric("lead_response_in_time", words, better="higher", compute=compute, label=label)


@attrs.frozen
class Touching:
    """Mean touches of a stay in one stage."""

    stage: str
    touch: Step

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment."""
        for row in together(request, Nurture((self.stage,), self.touch, request.by)).rows:
            yield request.ratio(
                row.touches, row.ended, n=row.ended, pending=row.open, segment=row.segment,
                reason=f"n=0: no stay in {self.stage} has ended",
            )  # fmt: skip


@catalogued("sales", stage="opportunity")
def touches_per_stage(stage: str, *, touch: str | Step | tuple[str, ...] | None = None) -> Metric:
    """The mean number of touches of a stay in one stage.

    Args:
        stage: The stage.
        touch: What a touch is: an event, several, or a step; any event by default.
    """
    what = as_touch(touch)
    words = Definition(
        question=f"How often are units touched while in {stage}?",
        numerator=f"touches ({what}) from entering {stage} on and before leaving it",
        denominator=f"stays in {stage} that ended",
        window="the stay",
        unit="ratio",
        needs=BOTH,
        is_not=("Touches of open stays: those may still have more, and are left out.",),
        pitfalls=("Longer stays have more of everything; look at the gaps too: log.nurture(events).",),
    )
    compute = Touching(stage, what)
    return Metric("touches_per_stage", words, better="neither", compute=compute, label=f"touches in {stage}")
