"""Metrics of service: how soon tickets are answered and solved, how many are open, and how many come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.analysis.conversion import Conversion
from custlife.analysis.question import names
from custlife.analysis.steps import Step
from custlife.analysis.tickets import Tickets
from custlife.analysis.touch_steps import as_touch
from custlife.metrics.converting import converted, window
from custlife.metrics.definition import Definition
from custlife.metrics.metric import Metric
from custlife.metrics.reaching import Reaching, of_desk
from custlife.metrics.registry import catalogued
from custlife.metrics.timing import of_curve, of_share
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.calendar import BusinessHours, Span
    from custlife.metrics.converting import Length, Names
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["backlog", "first_response_in_time", "first_response_time", "reopened_rate", "resolution_time"]

EVENTS = ("events",)
TEAM = "Split by team it is that of the team in force when the ticket was opened."
UNANSWERED = "A median of answered tickets: it leaves out those nobody answered, and is too short."


@catalogued("service", reply="replied")
def first_response_time(
    *,
    opened: str | Step = "opened",
    reply: str | Step | tuple[str, ...] = "replied",
    hours: BusinessHours | str | None = None,
    tz: str = "UTC",
    q: float = 0.5,
) -> Metric:
    """The time by which half of the tickets have their first reply.

    Args:
        opened: The event that opens a ticket.
        reply: The event that answers it, or several, or a step.
        hours: Count only time in these hours, such as `mon-fri 09:00-17:00`.
        tz: Zone of hours given as text.
        q: The share answered: 0.5 for the median.
    """
    check_level(q, "q", 0.5)
    first, desk = as_touch(reply), of_desk(hours, tz)
    words = Definition(
        question="How long do tickets wait for their first reply?",
        numerator=f"time from {opened} to the first {first}: the {of_share(q)}",
        denominator="tickets opened, those still waiting included",
        window="none: what waits is censored at as_of",
        unit="hours",
        needs=EVENTS,
        formula=f"smallest t with 1 - S(t) ≥ {q:g}, S by Kaplan-Meier{', in business hours' if desk else ''}",
        is_not=(UNANSWERED, "Resolution time: a reply solves nothing."),
        pitfalls=(TEAM, "Automatic replies count unless reply= says who replied."),
    )
    compute = Reaching(opened, first, None, desk, q, EVENTS)
    return Metric("first_response_time", words, better="lower", compute=compute, label="first response time")


@catalogued("service", within="8 hours")
def first_response_in_time(
    *,
    within: Length,
    opened: str | Step = "opened",
    reply: str | Step | tuple[str, ...] = "replied",
    hours: BusinessHours | str | None = None,
    tz: str = "UTC",
) -> Metric:
    """The share of tickets that have their first reply in time.

    Args:
        within: The most time until the reply, end inclusive.
        opened: The event that opens a ticket.
        reply: The event that answers it, or several, or a step.
        hours: Count only time in these hours, such as `mon-fri 09:00-17:00`.
        tz: Zone of hours given as text.
    """
    first, desk, limit = as_touch(reply), of_desk(hours, tz), window(within, "first_response_in_time")
    words = Definition(
        question=f"How many tickets are answered within {limit}?",
        numerator=f"those of them whose first reply ({first}) came in time",
        denominator="tickets opened, with the limit over by as_of",
        window=f"{limit}{' of business hours' if desk else ''} from {opened}, end inclusive",
        unit="share",
        needs=EVENTS,
        is_not=("The share of answered tickets answered in time: it leaves out those nobody answered.",),
        pitfalls=(TEAM,),
    )
    compute = Reaching(opened, first, limit, desk, None, EVENTS)
    return Metric("first_response_in_time", words, better="higher", compute=compute, label=f"answered within {limit}")


@attrs.frozen
class Solving:
    """The time until tickets are solved for good, or how many are open."""

    question: Tickets
    q: float | None

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment."""
        question = attrs.evolve(self.question, by=request.by, level=request.level)
        for row in request.ask("events", question).rows:
            if self.q is None:
                yield request.value(row.open, n=row.open, part=row.open, segment=row.segment)
            else:
                yield of_curve(request, row.curve, self.q, pending=row.open, segment=row.segment, period=None)


@catalogued("service", opened="opened", solved="solved")
def resolution_time(
    *,
    opened: Names = "opened",
    solved: Names = "solved",
    reopened: Names = "reopened",
    hours: BusinessHours | str | None = None,
    tz: str = "UTC",
    q: float = 0.5,
) -> Metric:
    """The time by which half of the tickets are solved for good.

    Args:
        opened: Events that open a ticket.
        solved: Events that close it.
        reopened: Events that open it again.
        hours: Count only time in these hours, such as `mon-fri 09:00-17:00`.
        tz: Zone of hours given as text.
        q: The share solved: 0.5 for the median.
    """
    check_level(q, "q", 0.5)
    desk = of_desk(hours, tz)
    words = Definition(
        question="How long until tickets are solved for good?",
        numerator=f"time from the first opening to the last solving: the {of_share(q)}",
        denominator="tickets opened, those still open included",
        window="none: what is open is censored at as_of",
        unit="hours",
        needs=EVENTS,
        formula=f"smallest t with 1 - S(t) ≥ {q:g}, S by Kaplan-Meier{', in business hours' if desk else ''}",
        is_not=(
            "Time to the first solving: what is opened again was not solved.",
            "The sum of open spells: the time between solving and opening again counts here.",
            "A median of solved tickets: it leaves out the backlog, and is too short.",
        ),
        pitfalls=(TEAM,),
    )
    compute = Solving(Tickets(opened, solved, reopened, hours=desk), q)
    return Metric("resolution_time", words, better="lower", compute=compute, label="resolution time")


@catalogued("service", opened="opened", solved="solved")
def backlog(*, opened: Names = "opened", solved: Names = "solved", reopened: Names = "reopened") -> Metric:
    """The tickets that are open.

    Args:
        opened: Events that open a ticket.
        solved: Events that close it.
        reopened: Events that open it again.
    """
    words = Definition(
        question="How many tickets are open?",
        numerator="tickets opened, or opened again, and not solved since, at as_of",
        window="none: it is a stock, at as_of; its replay tells it of each period end",
        unit="count",
        needs=EVENTS,
        is_not=("Tickets opened: those are a flow, these a stock.",),
        pitfalls=(TEAM,),
    )
    return Metric("backlog", words, better="lower", compute=Solving(Tickets(opened, solved, reopened), None))


@attrs.frozen
class Returning:
    """The share of solved tickets that are opened again in time."""

    solved: Step
    reopened: Step
    within: Span

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment and cohort."""
        question = Conversion(self.solved, self.reopened, self.within, by=request.by, every=request.every)
        for row in request.ask("events", question).rows:
            yield request.share(
                converted(row), row.eligible, pending=row.pending, segment=row.segment, period=row.cohort
            )


@catalogued("service", within="30 days")
def reopened_rate(*, within: Length = "30 days", solved: Names = "solved", reopened: Names = "reopened") -> Metric:
    """The share of solved tickets that are opened again in time.

    Args:
        within: The most time from the first solving to the opening again, end inclusive.
        solved: Events that close a ticket.
        reopened: Events that open it again.
    """
    limit = window(within, "reopened_rate")
    words = Definition(
        question=f"How many solved tickets are opened again within {limit}?",
        numerator="those of them opened again in time",
        denominator="tickets solved, with the window closed by as_of",
        window=f"{limit} from the first solving, end inclusive",
        unit="share",
        cohort="the period in which a ticket was first solved",
        needs=EVENTS,
        is_not=(
            "Openings again over tickets solved in one month: a period ratio, which mixes cohorts.",
            "A share of all solved tickets: young ones may still come back.",
        ),
        pitfalls=("A ticket opened again twice counts once.", TEAM),
    )
    compute = Returning(Step(names(solved, "solved")), Step(names(reopened, "reopened")), limit)
    return Metric("reopened_rate", words, better="lower", compute=compute, label=f"opened again within {limit}")
