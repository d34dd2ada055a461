"""The questions one can ask a log: each method builds a frozen question and asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.analysis.question import names
from custlife.analysis.steps import as_steps, optional_span
from custlife.log.base import Log

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from custlife.analysis.conversion import ConversionResult
    from custlife.analysis.flows import FlowsResult
    from custlife.analysis.funnel_result import FunnelResult
    from custlife.analysis.growth import GrowthResult
    from custlife.analysis.headcount import HeadcountResult
    from custlife.analysis.paths import PathsResult
    from custlife.analysis.per_customer import PerCustomerResult
    from custlife.analysis.reasons import ReasonsResult
    from custlife.analysis.retention_result import RetentionResult
    from custlife.analysis.spells import SpellsResult
    from custlife.analysis.steps import Exclude, Step
    from custlife.analysis.time_in_stage import TimeInStageResult
    from custlife.calendar import Span

    Length = Span | timedelta | str
    Names = str | Iterable[str]

__all__ = ["EventQuestions", "Questions", "StageQuestions"]


class Questions(Log):
    """What can be asked of any log, of stages or of events."""

    def funnel(
        self,
        *steps: str | Step,
        within: Length | None = None,
        entry: str = "first",
        order: str = "ordered",
        skips: str = "passed",
        ties: str = "lenient",
        repeats: str = "keep",
        exclusions: Iterable[Exclude] = (),
        exclusion: str = "drop",
        by: Names = (),
        every: str | None = None,
        week_start: str = "monday",
        level: float = 0.95,
        interval: str = "wilson",
    ) -> FunnelResult:
        """Who entered the first step, how far they came in time, who may still come, and who will not.

        Args:
            *steps: Names or `cl.step(...)` values; on a stage log all stages of the path by default.
            within: The most time from the first step to any other, end inclusive; None for no limit.
            entry: Which start opens the window: `first`, `best` or `each`.
            order: `ordered` (others may come between), `strict` (nothing between) or `unordered`.
            skips: `passed` (who moves further on passes the stages between), `strict` or `exclude`.
            ties: `lenient`: steps of one instant count in order; `strict`: later steps must be strictly later.
            repeats: `keep`, or `end`: doing a step again ends the attempt.
            exclusions: `cl.exclude(...)` values: what must not come between steps.
            exclusion: What an `unless` of a step does: `drop`, `stop`, `reset` or `void`.
            by: Segments to split by, in force when the unit entered.
            every: Split by the period of entry: `day`, `week`, `month`, `quarter` or `year`.
            week_start: First day of weeks.
            level: Nominal coverage of the intervals, strictly between 0 and 1.
            interval: `wilson` or `clopper-pearson`.

        Raises:
            UnknownNameError: A stage or segment that the log does not have.
            DefinitionError: Policies that contradict each other.

        Examples:
            >>> from custlife import StageLog, presets
            >>> rows = [("a", "engagement", "2026-01-05T00:00Z"), ("a", "intent", "2026-01-08T00:00Z")]
            >>> StageLog.from_rows(rows, presets.bruxt5).funnel("engagement", "intent")["intent"].reached
            1
        """
        from custlife.analysis.funnel import Funnel

        return self.ask(
            Funnel(
                as_steps(steps), optional_span(within, "within"), entry, order, skips, ties, repeats, tuple(exclusions),
                exclusion, names(by), every, week_start, level, interval,
            )  # fmt: skip
        )

    def conversion(
        self,
        start: str | Step,
        goal: str | Step,
        *,
        within: Length | None = None,
        entry: str = "first",
        skips: str = "passed",
        by: Names = (),
        every: str | None = None,
        week_start: str = "monday",
        level: float = 0.95,
        interval: str = "wilson",
    ) -> ConversionResult:
        """The share that comes from one stage or event to another: a funnel of two steps, one row for each cohort.

        Args:
            start: The stage or event that opens the window.
            goal: The one to be reached; on a stage log also an exit, such as `churned`.
            within: The most time between them, end inclusive; None for no limit, and then no rate.
            entry: Which start opens the window: `first`, `best` or `each`.
            skips: `passed` (who moves further on passes the stages between), `strict` or `exclude`.
            by: Segments to split by, in force at the start.
            every: One row for each period of the start, seen from the one `as_of`: a trend.
            week_start: First day of weeks.
            level: Nominal coverage of the intervals.
            interval: `wilson` or `clopper-pearson`.

        Raises:
            UnknownNameError: A stage or segment that the log does not have.

        Examples:
            >>> from custlife import EventLog, days
            >>> log = EventLog.from_rows([("a", "signed up", "2026-01-01T00:00Z"), ("a", "paid", "2026-01-08T00:00Z")])
            >>> log.conversion("signed up", "paid", within=days(7)).converted
            1
        """
        from custlife.analysis.conversion import Conversion

        one, other = as_steps((start, goal))
        return self.ask(
            Conversion(
                one, other, optional_span(within, "within"), entry, skips, names(by), every, week_start, level, interval
            )
        )

    def retention(
        self,
        *,
        every: str = "month",
        kind: str = "classic",
        cohort: str = "first",
        start: Names | None = None,
        active: Names | None = None,
        periods: int | None = None,
        by: Names = (),
        week_start: str = "monday",
        level: float = 0.95,
        interval: str = "wilson",
    ) -> RetentionResult:
        """How many of each cohort are active again in each later period; cells that are not over yet are None.

        Args:
            every: Length of cohorts and periods: `day`, `week`, `month`, `quarter` or `year`.
            kind: `classic`: active in that very period; `rolling`: in that one or any later.
            cohort: `first`: the period of the first start ever; `recurring`: every period with a start.
            start: What puts one in a cohort: entering one of these stages, or one of these events; by default what
                makes one active.
            active: What makes one active: being in one of these stages at some instant of the period, or one of these
                events in it. By default any stage of a paying customer (any path stage if the model names none), or
                any event.
            periods: The most periods to show after that of the cohort.
            by: Segments to split by, in force at the start.
            week_start: First day of weeks.
            level: Nominal coverage of the intervals.
            interval: `wilson` or `clopper-pearson`.

        Raises:
            UnknownNameError: A stage or segment that the log does not have.

        Examples:
            >>> from custlife import EventLog
            >>> rows = [("a", "visit", "2026-01-05T00:00Z"), ("a", "visit", "2026-02-07T00:00Z")]
            >>> log = EventLog.from_rows(rows, as_of="2026-03-01T00:00Z")
            >>> [cell.retained for cell in log.retention(every="month").row("2026-01").cells]
            [1, 1, None]
        """
        from custlife.analysis.retention import Retention

        return self.ask(
            Retention(
                every, kind, cohort, _maybe(start, "start"), _maybe(active, "active"), periods, names(by), week_start,
                level, interval,
            )  # fmt: skip
        )

    def growth_accounting(
        self,
        *,
        every: str = "month",
        active: Names | None = None,
        new: Names = "first_active",
        dormant_after: int = 1,
        resurrected_after: int = 1,
        by: Names = (),
        week_start: str = "monday",
    ) -> GrowthResult:
        """The active of each period split into new, returning and resurrected, and who fell dormant.

        Args:
            every: Length of the periods: `day`, `week`, `month`, `quarter` or `year`.
            active: What makes one active; as for `retention`.
            new: What makes one new: `first_active`, `first_seen` (the first row of any kind), or the names of stages or
                events, the first of which does. Activity before that does not count.
            dormant_after: Periods of silence after which one is dormant; counted once, in the last of them.
            resurrected_after: Periods of silence after which coming back is a resurrection, not a return.
            by: Segments to split by, in force when one became new.
            week_start: First day of weeks.

        Raises:
            UsageError: A threshold below 1.

        Examples:
            >>> from custlife import EventLog
            >>> rows = [("a", "visit", "2026-01-05T00:00Z"), ("a", "visit", "2026-03-07T00:00Z")]
            >>> [row.dormant for row in EventLog.from_rows(rows).growth_accounting(every="month").rows]
            [0, 1, 0]
        """
        from custlife.analysis.growth import GrowthAccounting

        return self.ask(
            GrowthAccounting(every, _maybe(active, "active"), names(new, "new"), dormant_after, resurrected_after, names(by), week_start)
        )

    def paths(
        self, *, longest: int | None = None, repeats: str = "keep", by: Names = (), limit: int | None = None
    ) -> PathsResult:
        """The distinct sequences of stages or events that units went through, most frequent first.

        Args:
            longest: Cut sequences after this many stages.
            repeats: `keep`; or `first`: only the first time at each stage or event is kept.
            by: Segments to split by, in force at the first row.
            limit: The most paths to list; the rest is summed up in one row.

        Raises:
            UsageError: A limit or length below 1.

        Examples:
            >>> from custlife import EventLog
            >>> rows = [("a", "visit", "2026-01-05T00:00Z"), ("a", "paid", "2026-01-07T00:00Z")]
            >>> EventLog.from_rows(rows).paths().rows[0].stages
            ('visit', 'paid')
        """
        from custlife.analysis.paths import Paths

        return self.ask(Paths(longest, repeats, names(by), limit))

    def flows(self, *, every: str | None = None, by: Names = (), week_start: str = "monday") -> FlowsResult:
        """Moves from each stage to each, with entries and exits; by period, or the whole matrix.

        Args:
            every: `day`, `week`, `month`, `quarter` or `year`; None for all moves together.
            by: Segments to split by, in force at the move.
            week_start: First day of weeks.

        Examples:
            >>> from custlife import StageLog, presets
            >>> rows = [("a", "engagement", "2026-01-05T00:00Z"), ("a", "intent", "2026-01-08T00:00Z")]
            >>> StageLog.from_rows(rows, presets.bruxt5).flows().moves("engagement", "intent")
            1
        """
        from custlife.analysis.flows import Flows

        return self.ask(Flows(every, names(by), week_start))

    def members(self, question: Any, *, limit: int | None = None, **cell: Any) -> tuple[str, ...]:
        """The ids of the units behind one cell of an answer, sorted.

        Args:
            question: A question or its answer.
            limit: The most ids to return.
            **cell: What names the cell. Funnel: `step`, `state` (`reached`, `entered`, `imputed`, `pending`, `lost`).
                Conversion: `state` (`converted`, `pending`, `lost`). Retention: `cohort`, `offset`, `state`
                (`retained`, `missing`). Growth: `period`, `state` (`active`, `new`, `returning`, `resurrected`, `dormant`).
                Headcount: `stage`, `period`. Time in stage: `stage`, `state` (`ended`, `open`). Flows and reasons:
                `from_stage`, `to_stage`; `period`, `reason`. Paths: `stages`. All of them: `segment`.

        Raises:
            UnknownNameError: A word that does not name a cell of this question.

        Examples:
            >>> from custlife import StageLog, presets
            >>> log = StageLog.from_rows([("a", "engagement", "2026-01-05T00:00Z")], presets.bruxt5)
            >>> log.members(log.funnel("engagement", "intent"), step="intent", state="pending")
            ('a',)
        """
        from custlife.analysis.members import members

        return members(question, self.history, limit=limit, **cell)


class EventQuestions(Questions):
    """What can be asked of a log of events."""


class StageQuestions(Questions):
    """What can be asked of a log of stages."""

    def time_in_stage(
        self,
        *stages: str,
        clock: str = "visit",
        resolution: str = "exact",
        horizon: Length | None = None,
        by: Names = (),
        level: float = 0.95,
        interval: str = "log-log",
    ) -> TimeInStageResult:
        """How long units stay in each stage: Kaplan-Meier, with those still there censored at `as_of`.

        Args:
            *stages: The stages; all of the path, and every exit somebody was in, by default.
            clock: `visit`: each stay counts; `total`: the stays of one unit in one stage are added up.
            resolution: `exact`, to the microsecond; or `day`: an end takes the next whole day, a censoring the last.
            horizon: End of the window of the restricted mean, in hours or days; by default the longest stay seen.
            by: Segments to split by, in force at the start of the stay.
            level: Nominal coverage of the intervals.
            interval: `log-log`, `log` or `plain`.

        Raises:
            UnknownNameError: A stage or segment that the log does not have.

        Examples:
            >>> from custlife import StageLog, presets
            >>> rows = [("a", "engagement", "2026-01-05T00:00Z"), ("a", "intent", "2026-01-08T00:00Z")]
            >>> StageLog.from_rows(rows, presets.bruxt5).time_in_stage()["engagement"].median.value
            3.0
        """
        from custlife.analysis.time_in_stage import TimeInStage

        return self.ask(
            TimeInStage(
                names(stages, "stages"), clock, resolution, optional_span(horizon, "horizon"), names(by), level, interval
            )
        )

    def headcount(self, *, every: str = "month", by: Names = (), week_start: str = "monday") -> HeadcountResult:
        """How many are in each stage at the end of each period: the stock, with who came and who went.

        Args:
            every: `day`, `week`, `month`, `quarter` or `year`. The last period is seen at `as_of`.
            by: Segments to split by, in force at the start of the stay.
            week_start: First day of weeks.

        Examples:
            >>> from custlife import StageLog, presets
            >>> log = StageLog.from_rows([("a", "intent", "2026-01-05T00:00Z")], presets.bruxt5, as_of="2026-02-07T00:00Z")
            >>> [row.count for row in log.headcount(every="month").of("intent")]
            [1, 1]
        """
        from custlife.analysis.headcount import Headcount

        return self.ask(Headcount(every, names(by), week_start))

    def reasons(self, *exits: str, by: Names = ()) -> ReasonsResult:
        """Why units left the path: moves into an exit by the stage they came from and the reason given.

        Args:
            *exits: The exits; all of them by default.
            by: Segments to split by, in force at the move.

        Raises:
            UnknownNameError: A stage that the model does not have.
            UsageError: A stage that is not an exit.

        Examples:
            >>> from custlife import StageLog, presets
            >>> rows = [{"customer": "a", "stage": "lost", "at": "2026-01-05T00:00Z", "reason": "price"}]
            >>> StageLog.from_rows(rows, presets.bruxt5, reason_col="reason").reasons().rows[0].reason
            'price'
        """
        from custlife.analysis.reasons import Reasons

        return self.ask(Reasons(names(exits, "exits"), names(by)))

    def spells(self, *stages: str) -> SpellsResult:
        """Every stay of every unit, as rows: entered, left, how long, where to, and whether it still lasts.

        Args:
            *stages: Only the stays in these stages.

        Examples:
            >>> from custlife import StageLog, presets
            >>> log = StageLog.from_rows([("a", "intent", "2026-01-05T00:00Z")], presets.bruxt5, as_of="2026-01-07T00:00Z")
            >>> log.spells().rows[0].days, log.spells().rows[0].censored
            (2.0, True)
        """
        from custlife.analysis.spells import SpellList

        return self.ask(SpellList(names(stages, "stages")))

    def per_customer(self) -> PerCustomerResult:
        """One row for each unit: where it is since when, how far it came, and how it stands at `as_of`.

        Examples:
            >>> from custlife import StageLog, presets
            >>> log = StageLog.from_rows([("a", "intent", "2026-01-05T00:00Z")], presets.bruxt5, as_of="2026-01-07T00:00Z")
            >>> log.per_customer()["a"].stage
            'intent'
        """
        from custlife.analysis.per_customer import PerCustomer

        return self.ask(PerCustomer())


def _maybe(value: Names | None, name: str) -> tuple[str, ...] | None:
    """Names, or None where the default holds."""
    return None if value is None else names(value, name)
