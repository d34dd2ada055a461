"""The questions of what becomes of units that come to a stage, which one can ask a log of stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.analysis.question import names
from custlife.analysis.steps import optional_span
from custlife.calendar import span
from custlife.log.questions import Questions

if TYPE_CHECKING:
    from custlife.analysis.chain_result import ChainResult
    from custlife.analysis.outcomes_result import OutcomesResult
    from custlife.analysis.stage_probabilities_result import StageProbabilitiesResult
    from custlife.log.questions import Length, Names

__all__ = ["ForecastQuestions"]


class ForecastQuestions(Questions):
    """What becomes of those who come to a stage."""

    def outcomes(
        self,
        origin: str,
        *,
        won: Names = (),
        kind: str = "first",
        horizon: Length | None = None,
        by: Names = (),
        every: str | None = None,
        week_start: str = "monday",
        level: float = 0.95,
    ) -> OutcomesResult:
        """What becomes of those who come to a stage: won, left by an exit, or still open; the shares sum to 1.

        Ends compete: who has left cannot be won any more. So shares are those of Aalen and Johansen, in which only
        `as_of` (and the horizon) hides an end.

        Args:
            origin: The stage that starts the clock, the first time a unit comes to it. Who moves past it on the path
                comes to it in passing.
            won: What is won: reaching any of these stages, or moving past it. By default the first stage of a paying
                customer (`customer_from`); else, or where the origin is at or past it, the next stage.
            kind: `first`: every exit is an end; `final`: paused exits are none, as one may come back from them.
            horizon: The most time from the origin, end inclusive; by default as long as anybody was seen.
            by: Segments to split by, in force when the unit came to the origin.
            every: Split by the period in which it did: `day`, `week`, `month`, `quarter` or `year`.
            week_start: First day of weeks.
            level: Nominal coverage of the intervals, strictly between 0 and 1.

        Raises:
            UnknownNameError: A stage or segment that the log does not have.
            UsageError: Nothing can be won: no stage lies beyond the origin, or it is won itself.
            DefinitionError: The model has an exit called `won`.

        Examples:
            >>> from custlife import StageLog, presets
            >>> rows = [("a", "intent", "2026-01-05T00:00Z"), ("a", "conversion", "2026-01-08T00:00Z")]
            >>> rows += [("b", "intent", "2026-01-06T00:00Z"), ("b", "lost", "2026-01-07T00:00Z")]
            >>> result = StageLog.from_rows(rows, presets.bruxt5).outcomes("intent")
            >>> [(row.end, row.count, row.share) for row in result.rows]
            [('won', 1, 0.5), ('lost', 1, 0.5), ('still open', 0, 0.0)]
        """
        from custlife.analysis.outcomes import Outcomes

        limit = optional_span(horizon, "horizon")
        return self.ask(Outcomes(origin, names(won, "won"), kind, limit, names(by), every, week_start, level))

    def chain(
        self, *, every: str = "month", by: Names = (), smoothing: float = 0.0, level: float = 0.95
    ) -> ChainResult:
        """Where those in a stage stand one period later: a Markov chain, for forecasts, values and levers.

        The periods are counted back from `as_of`, which need not be the end of a month. Only those observed from end
        to end count; what happens within one shows as a single transition.

        Args:
            every: `day`, `week`, `month`, `quarter` or `year`.
            by: Segments to split by, in force at the start of the stay.
            smoothing: Added to the count of every destination of every stage that can be left: the mean of a Dirichlet
                posterior, with 1 a uniform prior.
            level: Nominal coverage of the intervals.

        Raises:
            UsageError: No such period; a negative smoothing.
            UnknownNameError: A segment that the log does not have.

        Examples:
            >>> from custlife import StageLog, presets
            >>> rows = [("a", "engagement", "2026-01-05T00:00Z"), ("a", "intent", "2026-02-08T00:00Z")]
            >>> log = StageLog.from_rows(rows, presets.bruxt5, as_of="2026-04-05T00:00Z")
            >>> log.chain(every="month")["engagement", "intent"].probability
            0.5
        """
        from custlife.analysis.chain import Chain

        return self.ask(Chain(every, names(by), smoothing, level))

    def stage_probabilities(
        self,
        origin: str,
        horizon: Length,
        *,
        by: Names = (),
        level: float = 0.95,
        interval: str = "jackknife",
        folds: int = 20,
    ) -> StageProbabilitiesResult:
        """Where those who come to a stage stand, at any time since then, and how long they spend in each stage.

        Whatever moves there are: who skips is further, who returns is back, who leaves stands in the exit. Only `as_of`
        hides where somebody stands.

        Args:
            origin: The stage that starts the clock, the first time a unit comes to it. Who moves past it on the path
                comes to it in passing.
            horizon: The most time from the origin, end inclusive.
            by: Segments to split by, in force when the unit came to the origin.
            level: Nominal coverage of the intervals, strictly between 0 and 1.
            interval: `jackknife`: by leaving out one fold of units after another; `greenwood`: quicker, but right only
                where the future of those in a stage is the same wherever they come from and however long they stay.
            folds: How many folds of units there are.

        Raises:
            UnknownNameError: A stage or segment that the log does not have.
            UsageTypeError: A horizon without a unit.

        Examples:
            >>> from custlife import StageLog, days, presets
            >>> rows = [("a", "intent", "2026-01-05T00:00Z"), ("a", "conversion", "2026-01-08T00:00Z")]
            >>> rows += [("b", "intent", "2026-01-06T00:00Z")]
            >>> log = StageLog.from_rows(rows, presets.bruxt5, as_of="2026-02-01T00:00Z")
            >>> [(row.stage, row.share, row.expected_days) for row in log.stage_probabilities("intent", days(10)).rows]
            [('intent', 0.5, 6.5), ('conversion', 0.5, 3.5)]
        """
        from custlife.analysis.stage_probabilities import StageProbabilities

        limit = span(horizon, name="horizon")
        return self.ask(StageProbabilities(origin, limit, names(by), level, interval, folds))
