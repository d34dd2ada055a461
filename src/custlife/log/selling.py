"""The questions of sales: touches, hand-overs, response times, and deals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.analysis.question import names
from custlife.analysis.steps import optional_span
from custlife.analysis.touch_steps import OUTBOUND, as_touch
from custlife.log.base import Log
from custlife.log.together import Together, together

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.analysis.actions_result import ActionsResult
    from custlife.analysis.cycle_length import CycleLengthResult
    from custlife.analysis.hand_overs import HandOversResult
    from custlife.analysis.nurture import NurtureResult
    from custlife.analysis.pipeline import PipelineResult
    from custlife.analysis.response_time import ResponseTimeResult
    from custlife.analysis.steps import Step
    from custlife.analysis.touch_steps import Qualified
    from custlife.analysis.velocity import VelocityResult
    from custlife.analysis.win_rate import WinRateResult
    from custlife.calendar import BusinessHours
    from custlife.log.event_log import EventLog
    from custlife.log.questions import Length, Names

    Touch = str | Step | Iterable[str] | None

__all__ = ["Selling"]


class Selling(Log):
    """What can be asked of a stage log about deals, and together with events about touches."""

    def beside(self, events: EventLog) -> Together:
        """This log and the events of the same units, ready to be asked together.

        Events are seen from the moment of this log. Both are read into memory and matched by the id of the unit;
        events of units that this log does not have are left out, counted in the notes.

        Args:
            events: The events: touches, visits, calls.

        Raises:
            UsageTypeError: Not a log of events.
            UsageError: It counts other units, was seen from an earlier moment, or is not in memory.
        """
        return together(self, events)

    def response_time(
        self,
        events: EventLog,
        qualified: Qualified,
        *,
        touch: Touch = OUTBOUND,
        within: Length | None = None,
        hours: BusinessHours | None = None,
        skips: str = "passed",
        by: Names = (),
        level: float = 0.95,
    ) -> ResponseTimeResult:
        """How long until somebody reaches out to who has qualified; those still waiting are censored at `as_of`.

        Args:
            events: The touches.
            qualified: What starts the clock, the first time: a stage, an event, a step, or a function that takes a
                `Customer` and returns an instant or None. A name that is both is the stage.
            touch: What stops it, at or after that: an event, several, or a step; by default an outbound touch by a
                human (`direction` and `by_human` must then be among the `value_cols` of the events).
            within: How soon it should come, end inclusive; of those whose limit is over, the share in time is told.
            hours: Count only time in these hours.
            skips: `passed`: who goes further than the stage has qualified, too; or `strict`.
            by: Segments to split by, in force at the start.
            level: Nominal coverage of the intervals.

        Raises:
            UnknownNameError: Neither a stage nor an event.
            UsageError: A property that the events do not have, or a limit in calendar days with business hours.

        Examples:
            >>> from custlife import EventLog, StageLog, presets
            >>> rows = [("a", "intent", "2026-01-05T09:00Z")]
            >>> log = StageLog.from_rows(rows, presets.bruxt5, as_of="2026-01-07T00:00Z")
            >>> calls = EventLog.from_rows([("a", "call", "2026-01-05T15:00Z")])
            >>> log.response_time(calls, "intent", touch="call")["all"].median_hours
            6.0
        """
        from custlife.analysis.response_time import ResponseTime

        limit = optional_span(within, "within")
        return self.beside(events).ask(ResponseTime(qualified, as_touch(touch), limit, hours, skips, names(by), level))

    def nurture(
        self, events: EventLog, *stages: str, touch: Touch = None, by: Names = (), level: float = 0.95
    ) -> NurtureResult:
        """How often units are touched in each stage, and how long they go without.

        Args:
            events: The touches.
            *stages: The stages; all of the path by default.
            touch: What a touch is: an event, several, or a step; any event by default.
            by: Segments to split by, in force at the start of the stay.
            level: Nominal coverage of the intervals.

        Raises:
            UnknownNameError: A stage or segment that the log does not have.
            UsageError: A property that the events do not have.

        Examples:
            >>> from custlife import EventLog, StageLog, presets
            >>> rows = [("a", "engagement", "2026-01-05T00:00Z"), ("a", "intent", "2026-01-08T00:00Z")]
            >>> mails = EventLog.from_rows([("a", "mail", "2026-01-06T00:00Z"), ("a", "mail", "2026-01-07T00:00Z")])
            >>> StageLog.from_rows(rows, presets.bruxt5).nurture(mails)["engagement"].per_stay
            2.0
        """
        from custlife.analysis.nurture import Nurture

        return self.beside(events).ask(Nurture(names(stages, "stages"), as_touch(touch), names(by), level))

    def hand_overs(
        self, events: EventLog, *, touch: Touch = None, team: str = "team", by: Names = (), level: float = 0.95
    ) -> HandOversResult:
        """From which team to which units pass, how long nobody has them, and how many are lost there.

        Args:
            events: The touches, with the team that made each.
            touch: What a touch is: an event, several, or a step; any event by default.
            team: The property of events that names the team.
            by: Segments to split by, in force at the second touch.
            level: Nominal coverage of the intervals.

        Raises:
            UsageError: A property that the events do not have.

        Examples:
            >>> from custlife import EventLog, StageLog, presets
            >>> rows = [("a", "engagement", "2026-01-05T00:00Z"), ("a", "intent", "2026-01-09T00:00Z")]
            >>> calls = [("marketing", "2026-01-06T00:00Z"), ("sales", "2026-01-08T00:00Z")]
            >>> touches = [{"customer": "a", "event": "call", "at": at, "team": team} for team, at in calls]
            >>> events = EventLog.from_rows(touches, value_cols=["team"])
            >>> StageLog.from_rows(rows, presets.bruxt5).hand_overs(events)["marketing → sales"].moved
            1
        """
        from custlife.analysis.hand_overs import HandOvers

        return self.beside(events).ask(HandOvers(as_touch(touch), team, names(by), level))

    def actions_against_wins(
        self,
        events: EventLog,
        *actions: str,
        start: str | None = None,
        won: str | None = None,
        lost: Names = (),
        bands: int | Iterable[Length] = 4,
        reopened: str = "final",
        correction: str = "haldane",
        by: Names = (),
        level: float = 0.95,
    ) -> ActionsResult:
        """Which actions go with won deals: two-by-two tables of what was done from the start and before the close.

        Association, not cause: good deals draw actions, and long ones have more of everything. So deals are also
        compared with deals that were open about as long.

        Args:
            events: The actions.
            *actions: The events to look at; all of them by default.
            start: The stage with which a deal begins; the first of the path by default.
            won: The stage that wins it; the first of a paying customer by default.
            lost: Exits that lose it; all of them by default.
            bands: The number of bands of time, or where they end, such as `[cl.days(14), cl.days(60)]`.
            reopened: `final`: the last close counts; `first`: the first.
            correction: What is added to the cells of a table: `haldane`, `posthog` or `none`.
            by: Segments to split by, in force when the deal began.
            level: Nominal coverage of the intervals.

        Raises:
            UnknownNameError: A stage or segment that the log does not have.
            UsageError: No stage wins, or a deal is won where it begins.
        """
        from custlife.analysis.actions import ActionsAgainstWins

        question = ActionsAgainstWins(
            start, won, names(lost, "lost"), reopened, names(by), level, names(actions, "actions"), bands, correction
        )
        return self.beside(events).ask(question)

    def win_rate(
        self,
        *,
        start: str | None = None,
        won: str | None = None,
        lost: Names = (),
        every: str | None = None,
        reopened: str = "final",
        by: Names = (),
        week_start: str = "monday",
        level: float = 0.95,
    ) -> WinRateResult:
        """Of the deals that closed, the share won, by the date of the close; beside it the share won of all created.

        Args:
            start: The stage with which a deal begins; the first of the path by default.
            won: The stage that wins it; the first of a paying customer by default.
            lost: Exits that lose it; all of them by default.
            every: One row for each `day`, `week`, `month`, `quarter` or `year`.
            reopened: `final`: who comes back from an exit is open again, and the last close counts; `first`.
            by: Segments to split by, in force when the deal began.
            week_start: First day of weeks.
            level: Nominal coverage of the intervals.

        Raises:
            UnknownNameError: A stage or segment that the log does not have.
            UsageError: No stage wins, or a deal is won where it begins.

        Examples:
            >>> from custlife import StageLog, presets
            >>> rows = [("a", "intent", "2026-01-05T00:00Z"), ("a", "conversion", "2026-01-08T00:00Z")]
            >>> rows += [("b", "intent", "2026-01-05T00:00Z"), ("b", "lost", "2026-01-09T00:00Z")]
            >>> StageLog.from_rows(rows, presets.bruxt5).win_rate(won="conversion")["all"].rate.rate
            0.5
        """
        from custlife.analysis.win_rate import WinRate

        return self.ask(WinRate(start, won, names(lost, "lost"), reopened, names(by), level, every, week_start))

    def cycle_length(
        self,
        *,
        start: str | None = None,
        won: str | None = None,
        lost: Names = (),
        horizon: Length | None = None,
        reopened: str = "final",
        by: Names = (),
        level: float = 0.95,
    ) -> CycleLengthResult:
        """How long deals take: the median of those won, those lost apart, and what becomes of all of them over time.

        Args:
            start: The stage with which a deal begins; the first of the path by default.
            won: The stage that wins it; the first of a paying customer by default.
            lost: Exits that lose it; all of them by default.
            horizon: By when to say which share of all deals is won, in days or hours; as far as can be seen by default.
            reopened: `final`: a deal that comes back goes on, up to its last close; `first`: up to its first.
            by: Segments to split by, in force when the deal began.
            level: Nominal coverage of the intervals.

        Raises:
            UnknownNameError: A stage or segment that the log does not have.
            UsageError: No stage wins, or a deal is won where it begins.

        Examples:
            >>> from custlife import StageLog, presets
            >>> rows = [("a", "intent", "2026-01-05T00:00Z"), ("a", "conversion", "2026-01-08T00:00Z")]
            >>> StageLog.from_rows(rows, presets.bruxt5).cycle_length(won="conversion")["all"].won.median_days
            3.0
        """
        from custlife.analysis.cycle_length import CycleLength

        limit = optional_span(horizon, "horizon")
        return self.ask(CycleLength(start, won, names(lost, "lost"), reopened, names(by), level, limit))

    def pipeline(
        self,
        *,
        start: str | None = None,
        won: str | None = None,
        lost: Names = (),
        reopened: str = "final",
        by: Names = (),
        amounts_in: str = "auto",
    ) -> PipelineResult:
        """The deals that are open, by stage: how many, for how much money, and how many are overdue.

        Args:
            start: The stage with which a deal begins; the first of the path by default.
            won: The stage that wins it; the first of a paying customer by default.
            lost: Exits that lose it; all of them by default.
            reopened: `final`: who comes back from an exit is open again; `first`: it stays lost.
            by: Segments to split by, in force when the deal began.
            amounts_in: `auto`: amounts that are whole numbers are minor units, such as cents; or all amounts are in
                `major` or in `minor` units.

        Raises:
            UnknownNameError: A stage or segment that the log does not have.
            UsageError: No stage wins, a deal is won where it begins, or amounts are in several currencies.
            DataError: Amounts or dates that cannot be read, with their deals.

        Examples:
            >>> from custlife import StageLog, presets
            >>> row = {"deal": "d1", "stage": "intent", "at": "2026-01-05T00:00Z", "amount": "1200.00"}
            >>> log = StageLog.from_rows([row], presets.bruxt5, customer_col="deal", amount_col="amount", unit="deal")
            >>> log.pipeline(won="conversion")["intent"].amount
            Decimal('1200.00')
        """
        from custlife.analysis.pipeline import Pipeline

        return self.ask(Pipeline(start, won, names(lost, "lost"), reopened, names(by), amounts_in=amounts_in))

    def velocity(
        self,
        *,
        start: str | None = None,
        won: str | None = None,
        lost: Names = (),
        over: Length | None = None,
        reopened: str = "final",
        by: Names = (),
        amounts_in: str = "auto",
    ) -> VelocityResult:
        """Money a day that the open deals bring: open deals, times win rate, times average amount, over the cycle.

        Args:
            start: The stage with which a deal begins; the first of the path by default.
            won: The stage that wins it; the first of a paying customer by default.
            lost: Exits that lose it; all of them by default.
            over: Win rate, amount and cycle are those of deals closed so long before `as_of`; of all by default.
            reopened: `final`: who comes back from an exit is open again, and the last close counts; `first`.
            by: Segments to split by, in force when the deal began.
            amounts_in: `auto`: amounts that are whole numbers are minor units, such as cents; or all amounts are in
                `major` or in `minor` units.

        Raises:
            UnknownNameError: A stage or segment that the log does not have.
            UsageError: The log has no amounts, or they are in several currencies.
            DataError: Amounts that cannot be read, with their deals.
        """
        from custlife.analysis.velocity import Velocity

        limit = optional_span(over, "over")
        return self.ask(Velocity(start, won, names(lost, "lost"), reopened, names(by), 0.95, limit, amounts_in))
