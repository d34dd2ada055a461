"""The questions one can ask any log, of stages or of events: each method builds a frozen question and asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.analysis.question import names
from custlife.analysis.steps import as_exclusions, as_steps, optional_span
from custlife.log.base import Log

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from custlife.analysis.conversion import ConversionResult
    from custlife.analysis.flows import FlowsResult
    from custlife.analysis.funnel_result import FunnelResult
    from custlife.analysis.growth import GrowthResult
    from custlife.analysis.paths import PathsResult
    from custlife.analysis.retention_result import RetentionResult
    from custlife.analysis.steps import Exclude, Step
    from custlife.calendar import Span

    Length = Span | timedelta | str
    Names = str | Iterable[str]

__all__ = ["Questions"]


class Questions(Log):
    """What can be asked of any log."""

    def funnel(
        self,
        *steps: str | Step,
        within: Length | None = None,
        entry: str = "first",
        order: str = "ordered",
        skips: str = "passed",
        ties: str = "lenient",
        repeats: str = "keep",
        exclusions: Iterable[Exclude] | Exclude = (),
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

        question = Funnel(
            as_steps(steps), optional_span(within, "within"), entry, order, skips, ties, repeats,
            as_exclusions(exclusions), exclusion, names(by), every, week_start, level, interval,
        )  # fmt: skip
        return self.ask(question)

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
            >>> rows = [("a", "signed up", "2026-01-01T00:00Z"), ("a", "paid", "2026-01-08T00:00Z")]
            >>> EventLog.from_rows(rows).conversion("signed up", "paid", within=days(7)).converted
            1
        """
        from custlife.analysis.conversion import Conversion

        one, other = as_steps((start, goal))
        question = Conversion(
            one, other, optional_span(within, "within"), entry, skips, names(by), every, week_start, level, interval
        )
        return self.ask(question)

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
            >>> log = EventLog.from_rows(rows, as_of="2026-03-02T00:00Z")
            >>> [cell.retained for cell in log.retention(every="month").row("2026-01").cells]
            [1, 1, None]
        """
        from custlife.analysis.retention import Retention

        question = Retention(
            every, kind, cohort, _maybe(start, "start"), _maybe(active, "active"), periods, names(by), week_start,
            level, interval,
        )  # fmt: skip
        return self.ask(question)

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

        question = GrowthAccounting(
            every, _maybe(active, "active"), names(new, "new"), dormant_after, resurrected_after, names(by), week_start
        )
        return self.ask(question)

    def paths(
        self, *, longest: int | None = None, repeats: str = "keep", by: Names = (), limit: int | None = None
    ) -> PathsResult:
        """The distinct sequences of stages or events that units went through, most frequent first.

        Args:
            longest: Cut sequences after this many stages.
            repeats: `keep`; or `first`: only the first time at each stage or event is kept.
            by: Segments to split by, in force at the first row.
            limit: The most paths to list; the rest is counted in a footnote.

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
            **cell: What names the cell. Funnel: `step`, `state` (`reached`, `entered`, `imputed`, `pending`, `lost`;
                or `dropped`, `skipped`, `truncated`, without a step), `cohort`. Conversion: `state` (`converted`,
                `pending`, `lost`), `cohort`. Retention: `cohort`, `offset`, `state` (`retained`, `missing`). Growth:
                `period`, `state` (`active`, `new`, `returning`, `resurrected`, `dormant`). Headcount: `stage`,
                `period`. Time in stage: `stage`, `state` (`ended`, `open`). Flows: `from_stage`, `to_stage`, `period`.
                Chain: `from_stage`, `to_stage`. Reasons: `from_stage`, `to_stage`, `reason`. Paths: `stages`. Outcomes:
                `end` (`won`, an exit, `still open`, `paused`, `truncated`), `cohort`. Stage probabilities: `stage`,
                `state` (`past`, `open`, `truncated`). All of them: `segment`.

        Raises:
            UnknownNameError: A word that does not name a cell of this question.

        Examples:
            >>> from custlife import StageLog, presets
            >>> log = StageLog.from_rows([("a", "engagement", "2026-01-05T00:00Z")], presets.bruxt5)
            >>> log.members(log.funnel("engagement", "intent"), step="intent", state="pending")
            ('a',)
        """
        from custlife.analysis.members import members

        return members(question, self._asked, limit=limit, **cell)


def _maybe(value: Names | None, name: str) -> tuple[str, ...] | None:
    """Names, or None where the default holds."""
    return None if value is None else names(value, name)
