"""Metrics of conversion: who comes from one stage or event to another in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.conversion import Conversion
from custlife.analysis.funnel import Funnel
from custlife.analysis.question import names, some_names
from custlife.analysis.steps import Step, optional_span
from custlife.errors import DefinitionError
from custlife.metrics.definition import LOG, Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import timedelta

    from custlife.analysis.conversion import ConversionRow
    from custlife.analysis.funnel_result import FunnelStep
    from custlife.calendar import Span
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

    Length = Span | timedelta | str
    Names = str | Iterable[str]

__all__ = [
    "SOURCE",
    "Converted",
    "activation_rate",
    "became",
    "conversion",
    "converted",
    "converting",
    "listed",
    "overall_conversion",
    "repeat_rate",
    "trial_to_paid",
    "trials_expired_unused",
    "window",
]

PENDING = "A naive rate, converted over entered: whose window is still open is pending here, not lost."
RATIO = "A period ratio, goals this month over starts this month: it mixes cohorts and can pass 100 %."
SOURCE = "Cohort conversion with a window that has closed for all who count"


@attrs.frozen
class Converted:
    """The rate of a conversion, or of its failing.

    Attributes:
        start: The stages or events that open the window.
        goal: Those of which any one serves as goal.
        within: The most time between them.
        on: The input that is asked.
        failed: Counts those that did not reach the goal instead.
    """

    start: tuple[str, ...] = attrs.field(converter=some_names)
    goal: tuple[str, ...] = attrs.field(converter=some_names)
    within: Span | None = None
    on: str = LOG
    failed: bool = False

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment and cohort."""
        for row in self._rows(request):
            part = converted(row)
            yield request.share(
                row.eligible - part if self.failed else part,
                row.eligible,
                pending=row.pending,
                reason="" if row.rate is not None else row.why,
                segment=row.segment,
                period=row.cohort,
            )

    def explain(self, request: MetricRequest, customer: str) -> str:
        """What became of the one customer that the request sees."""
        (row,) = self._rows(request)
        return became(row, customer, " or ".join(self.start), " or ".join(self.goal), f"{self.within}")

    def _rows(self, request: MetricRequest) -> tuple[ConversionRow, ...]:
        question = Conversion(
            Step(self.start), Step(self.goal), self.within, by=request.by, every=request.every, level=request.level
        )
        answer: Any = request.ask(self.on, question)
        rows: tuple[ConversionRow, ...] = answer.rows
        return rows


def became(row: ConversionRow, customer: str, start: str, goal: str, within: str) -> str:
    """What became of one customer between two stages or events, in a sentence."""
    if not row.entered:
        return f"{customer} never came to {start}."
    days = "" if row.median_days is None else f" after {row.median_days:,.1f} days"
    limit = f"{within} from {start}"
    if row.converted:
        early = f"; counts once {limit} are over" if not row.eligible else ""
        return f"{customer} came to {start} and reached {goal}{days}, in time{early}."
    if row.pending:
        return f"{customer} came to {start} and may still reach {goal}: {limit} are not over."
    return f"{customer} came to {start} and did not reach {goal} within {limit}."


def converted(row: ConversionRow | FunnelStep) -> int:
    """Converted units among the eligible."""
    return 0 if row.rate is None else round(row.rate * row.eligible)


def window(within: Length | None, name: str) -> Span:
    """The window of a rate, which cannot do without.

    Raises:
        DefinitionError: There is none.
    """
    found = optional_span(within, "within")
    if found is None:
        raise DefinitionError(
            f"metric {name!r} needs a window: without one nobody is ever lost", "write within='30 days'"
        )
    return found


def listed(value: Names, name: str) -> str:
    """Stages or events in words.

    Raises:
        DefinitionError: There is none.
    """
    found = names(value, name)
    if not all(found) or not found:
        raise DefinitionError(f"{name}={value!r} names no stage or event", f"write {name}='trial'")
    return " or ".join(found)


def converting(
    name: str,
    start: Names,
    goal: Names,
    within: Length | None,
    on: str,
    *,
    label: str,
    question: str,
    is_not: tuple[str, ...] = (),
    pitfalls: tuple[str, ...] = (),
    source: str = SOURCE,
) -> Metric:
    """A metric that is a conversion, in its own words."""
    span, begin, end = window(within, name), listed(start, "start"), listed(goal, "goal")
    words = Definition(
        question=question,
        numerator=f"those of them that reached {end} within {span}",
        denominator=f"units that came to {begin} and whose {span} are over",
        window=f"{span} from {begin}, end inclusive",
        cohort=f"the period in which a unit first came to {begin}",
        needs=on,
        is_not=(*is_not, PENDING, RATIO),
        pitfalls=pitfalls,
        source=source,
    )
    return Metric(
        name, words, better="higher", compute=Converted(start, goal, span, on), label=f"{label} within {span}"
    )


@catalogued("conversion", start="trial", goal="active", within="14 days")
def conversion(start: Names, goal: Names, *, within: Length, on: str = LOG) -> Metric:
    """The share of those at one stage or event that reach another in time.

    Args:
        start: The stage or event that opens the window; any one of several.
        goal: The one to be reached; on a log of stages, who moves on further has passed it.
        within: The most time between them, such as `cl.days(30)` or `"30 days"`.
        on: The input that is asked: `stages`, `events`, or the first that is there.
    """
    begin, end = listed(start, "start"), listed(goal, "goal")
    question = f"How many of those who come to {begin} reach {end} in time?"
    return converting("conversion", start, goal, within, on, label=f"{begin} to {end}", question=question)


@attrs.frozen
class Overall:
    """The share that came from the first step of a path to the last."""

    steps: tuple[str, ...]
    within: Span
    on: str

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment and cohort."""
        steps = tuple(Step((name,)) for name in self.steps)
        question = Funnel(steps, self.within, by=request.by, every=request.every, level=request.level)
        for part in request.ask(self.on, question).parts:
            last = part.steps[-1]
            yield request.share(
                converted(last),
                last.eligible,
                pending=last.pending,
                reason="" if last.rate is not None else last.why,
                segment=part.segment,
                period=part.cohort,
            )


@catalogued("conversion", within="180 days")
def overall_conversion(*, within: Length, steps: Names = (), on: str = LOG) -> Metric:
    """The share of those at the first step that reach the last, through all of them.

    Args:
        within: The most time from the first to the last.
        steps: The steps in order; all stages of the path by default.
        on: The input that is asked.
    """
    span, path = window(within, "overall_conversion"), some_names(steps)
    way = " → ".join(path) or "the path of the model"
    words = Definition(
        question=f"How many of those who start go through {way}?",
        numerator=f"those of them that reached the last step within {span}",
        denominator=f"units that came to the first step and whose {span} are over",
        window=f"{span} from the first step, end inclusive",
        cohort="the period in which a unit came to the first step",
        needs=on,
        formula="reached the last step / entered the first",
        is_not=(
            "The product of step rates: it equals this only under a strict order and in one cohort.",
            "A share of all units in the data: those who never came to the first step are not in it.",
            PENDING,
        ),
        source="Definitions of overall and step rate; reached k over entered 1",
    )
    what = f"overall conversion, {way}, within {span}" if path else f"overall conversion within {span}"
    return Metric("overall_conversion", words, better="higher", compute=Overall(path, span, on), label=what)


@catalogued("conversion", signed_up="signed_up", activated="first_project", within="7 days")
def activation_rate(signed_up: str, activated: Names, *, within: Length, on: str = LOG) -> Metric:
    """The share of sign-ups that come to the act that activates in time.

    Args:
        signed_up: The stage or event that opens the window.
        activated: The act that shows first value; one of several will do.
        within: The most time from sign-up.
        on: The input that is asked.
    """
    return converting(
        "activation_rate",
        signed_up,
        activated,
        within,
        on,
        label="activation rate",
        question="How many of those who sign up come to the act that shows value?",
        is_not=("Sign-up: an account is no value yet.", "Log-in: to be seen is not to be activated."),
        pitfalls=("Without its window the rate only ever grows.",),
        source="Activation: the activation event within W of sign-up, among sign-ups observed for W",
    )


@catalogued("conversion", trial="trial", paid="active", within="30 days")
def trial_to_paid(trial: str, paid: str, *, within: Length, on: str = LOG) -> Metric:
    """The share of trials that turn into a paid subscription in time.

    Args:
        trial: The stage or event that starts the trial.
        paid: The stage or event of the first payment.
        within: The most time from the start of the trial; trials often end before they are paid.
        on: The input that is asked.
    """
    return converting(
        "trial_to_paid",
        trial,
        paid,
        within,
        on,
        label="trial to paid",
        question="How many of the trials that start turn paid?",
        is_not=(
            "Revenue: a trial is not revenue, and recurring revenue has none of it.",
            "Paid over trials that ended: open trials that were paid early make it too high.",
        ),
        pitfalls=("A window as short as the trial leaves out who pays a day after it.",),
    )


@catalogued("conversion", trial="trial", used=["made", "shared"], paid="paid", within="14 days")
def trials_expired_unused(trial: str, used: Names, *, within: Length, paid: Names = (), on: str = "events") -> Metric:
    """The share of trials that run out without the product having been used.

    Args:
        trial: The stage or event that starts the trial.
        used: Acts that show use; any one will do.
        within: The length of the trial.
        paid: Stages or events that end the trial well, even unused.
        on: The input that is asked.
    """
    name, span = "trials_expired_unused", window(within, "trials_expired_unused")
    acts = (*some_names(used), *some_names(paid))
    words = Definition(
        question="How many trials run out before the product was ever used?",
        numerator=f"those of them without {' or '.join(acts)} within {span}",
        denominator=f"units that came to {trial} and whose {span} are over",
        window=f"{span} from {trial}, end inclusive",
        cohort=f"the period in which a unit first came to {trial}",
        needs=on,
        is_not=(
            "Trials that were not paid: many of those were used, and failed for another reason.",
            "Lost revenue: a trial was never revenue.",
        ),
        pitfalls=("A log-in named as use hides trials in which nothing was done.",),
        source=SOURCE,
    )
    compute = Converted(trial, acts, span, on, failed=True)
    return Metric(name, words, better="lower", compute=compute, label=f"trials expired unused after {span}")


@catalogued("conversion", event="purchase", within="90 days")
def repeat_rate(event: str, *, within: Length, on: str = LOG) -> Metric:
    """The share of those who do something once that do it again in time.

    Args:
        event: The stage or event, such as a purchase.
        within: The most time from the first to the second.
        on: The input that is asked.
    """
    return converting(
        "repeat_rate",
        event,
        event,
        within,
        on,
        label=f"repeat rate of {event}",
        question=f"How many come to {event} a second time?",
        is_not=("The share of events by returning units: few who come often fill it.",),
        pitfalls=("Two rows of one act count twice; collapse them first.",),
    )
