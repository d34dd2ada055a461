"""The questions of service: how long until a reply, how long until solved, and what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.analysis.question import names
from custlife.analysis.steps import optional_span
from custlife.analysis.touch_steps import OUTBOUND, as_touch
from custlife.log.base import Log

if TYPE_CHECKING:
    from custlife.analysis.response_time import ResponseTimeResult
    from custlife.analysis.steps import Step
    from custlife.analysis.tickets import TicketsResult
    from custlife.calendar import BusinessHours
    from custlife.log.questions import Length, Names
    from custlife.log.selling import Touch

__all__ = ["Serving"]


class Serving(Log):
    """What can be asked of a log of events about replies and tickets."""

    def response_time(
        self,
        qualified: str | Step,
        *,
        touch: Touch = OUTBOUND,
        within: Length | None = None,
        hours: BusinessHours | None = None,
        by: Names = (),
        level: float = 0.95,
    ) -> ResponseTimeResult:
        """How long from one event to the first of another kind, such as from a ticket to its first reply.

        Args:
            qualified: The event that starts the clock, the first time.
            touch: What stops it, at or after that: an event, several, or a step; by default an outbound touch by a
                human (`direction` and `by_human` must then be among the `value_cols`).
            within: How soon it should come, end inclusive; of those whose limit is over, the share in time is told.
            hours: Count only time in these hours.
            by: Segments to split by, in force at the start.
            level: Nominal coverage of the intervals.

        Raises:
            UsageError: A property that the events do not have, or a limit in calendar days with business hours.

        Examples:
            >>> from custlife import EventLog, hours
            >>> rows = [("t1", "opened", "2026-01-05T09:00Z"), ("t1", "replied", "2026-01-05T11:30Z")]
            >>> found = EventLog.from_rows(rows, unit="ticket").response_time("opened", touch="replied")
            >>> found["all"].median_hours
            2.5
        """
        from custlife.analysis.response_time import ResponseTime

        limit = optional_span(within, "within")
        return self.ask(ResponseTime(qualified, as_touch(touch), limit, hours, "passed", names(by), level))

    def tickets(
        self,
        *,
        opened: Names = "opened",
        solved: Names = "solved",
        reopened: Names = "reopened",
        within: Length | None = None,
        hours: BusinessHours | None = None,
        by: Names = (),
        level: float = 0.95,
    ) -> TicketsResult:
        """How long until tickets are solved for good, and how many are open: the backlog.

        Args:
            opened: Events that open a ticket, the first time.
            solved: Events that close it; the last one counts.
            reopened: Events that open it again; so does one that opens it.
            within: How soon it should be solved, end inclusive; the share in time is of those whose limit is over.
            hours: Count only time in these hours.
            by: Segments to split by, in force when the ticket was opened.
            level: Nominal coverage of the intervals.

        Raises:
            UsageError: No event was named, or a limit in calendar days with business hours.

        Examples:
            >>> from custlife import EventLog
            >>> rows = [("t1", "opened", "2026-01-05T09:00Z"), ("t1", "solved", "2026-01-05T12:00Z")]
            >>> EventLog.from_rows(rows, unit="ticket").tickets()["all"].median_hours
            3.0
        """
        from custlife.analysis.tickets import Tickets

        limit = optional_span(within, "within")
        events = names(opened, "opened"), names(solved, "solved"), names(reopened, "reopened")
        return self.ask(Tickets(*events, limit, hours, names(by), level))
