"""The questions one can ask a log of stages or a log of events, on top of those one can ask any log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.analysis.question import names
from custlife.analysis.steps import optional_span
from custlife.log.forecasting import ForecastQuestions
from custlife.log.questions import Questions
from custlife.log.selling import Selling
from custlife.log.serving import Serving

if TYPE_CHECKING:
    from custlife.analysis.headcount import HeadcountResult
    from custlife.analysis.per_customer import PerCustomerResult
    from custlife.analysis.reasons import ReasonsResult
    from custlife.analysis.repeat_purchases import RepeatPurchasesResult
    from custlife.analysis.spells import SpellsResult
    from custlife.analysis.time_in_stage import TimeInStageResult
    from custlife.log.questions import Length, Names

__all__ = ["EventQuestions", "StageQuestions"]


class EventQuestions(Serving, Questions):
    """What can be asked of a log of events."""

    def repeat_purchases(
        self,
        *events: str,
        value: str | None = None,
        every: str = "day",
        scale: int = 1,
        currency: str | None = None,
        amounts_in: str = "auto",
        week_start: str = "monday",
    ) -> RepeatPurchasesResult:
        """How often, how recently and for how long each customer has bought: the input of models of repeat buying.

        Its frame has the columns `customer_id`, `frequency`, `recency`, `T` and `monetary_value`, as pymc-marketing
        makes them: the first purchase counts as joining, several purchases in one period are one, and observation ends
        with the last period before `as_of`, or with that of `as_of` if it has begun.

        Args:
            *events: What a purchase is called; may be left out where the log has one kind of event only.
            value: The column of amounts (see `value_cols`); None leaves `monetary_value` out.
            every: The period in which several purchases are one: `day`, `week`, `month`, `quarter` or `year`; whole
                calendar periods in the zone of the log are counted.
            scale: How many periods make one unit of recency and T: 7 with `every="day"` gives weeks, to the day.
            currency: What the amounts are in, such as `EUR`; None for two digits after the point.
            amounts_in: `auto` (decimals in major units, whole numbers in minor units such as cents), `major`, `minor`.
            week_start: First day of weeks.

        Raises:
            UnknownNameError: The log has no such value.
            UsageError: The log has several kinds of events and none is named.
            DataError: Amounts that are missing, or floats.

        Source:
            Fader, Hardie & Lee (2005), Marketing Science 24, 275-284; Fader & Hardie (2013), The Gamma-Gamma Model of
            Monetary Value.

        Examples:
            >>> from custlife import EventLog
            >>> rows = [("a", "buy", "2026-01-05T00:00Z"), ("a", "buy", "2026-01-15T00:00Z")]
            >>> EventLog.from_rows(rows, as_of="2026-02-01T09:00Z").repeat_purchases().to_dicts()
            [{'customer_id': 'a', 'frequency': 1.0, 'recency': 10.0, 'T': 27.0}]
        """
        from custlife.analysis.repeat_purchases import RepeatPurchases

        question = RepeatPurchases(names(events, "events"), value, every, scale, currency, amounts_in, week_start)
        return self.ask(question)


class StageQuestions(Selling, ForecastQuestions):
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

        limit = optional_span(horizon, "horizon")
        return self.ask(TimeInStage(names(stages, "stages"), clock, resolution, limit, names(by), level, interval))

    def headcount(self, *, every: str = "month", by: Names = (), week_start: str = "monday") -> HeadcountResult:
        """How many are in each stage at the end of each period: the stock, with who came and who went.

        Args:
            every: `day`, `week`, `month`, `quarter` or `year`. The last period is seen at `as_of`.
            by: Segments to split by, in force at the start of the stay.
            week_start: First day of weeks.

        Examples:
            >>> from custlife import StageLog, presets
            >>> rows = [("a", "intent", "2026-01-05T00:00Z")]
            >>> log = StageLog.from_rows(rows, presets.bruxt5, as_of="2026-02-07T00:00Z")
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

        Rows hold instants in UTC; printed they are in the zone of the log.

        Args:
            *stages: Only the stays in these stages.

        Examples:
            >>> from custlife import StageLog, presets
            >>> rows = [("a", "intent", "2026-01-05T00:00Z")]
            >>> log = StageLog.from_rows(rows, presets.bruxt5, as_of="2026-01-07T00:00Z")
            >>> log.spells().rows[0].days, log.spells().rows[0].censored
            (2.0, True)
        """
        from custlife.analysis.spells import SpellList

        return self.ask(SpellList(names(stages, "stages")))

    def per_customer(self) -> PerCustomerResult:
        """One row for each unit: where it is since when, how far it came, and how it stands at `as_of`.

        Rows hold instants in UTC; printed they are days in the zone of the log.

        Examples:
            >>> from custlife import StageLog, presets
            >>> rows = [("a", "intent", "2026-01-05T00:00Z")]
            >>> log = StageLog.from_rows(rows, presets.bruxt5, as_of="2026-01-07T00:00Z")
            >>> log.per_customer()["a"].stage
            'intent'
        """
        from custlife.analysis.per_customer import PerCustomer

        return self.ask(PerCustomer())
