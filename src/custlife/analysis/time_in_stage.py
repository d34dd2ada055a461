"""Time in stage: how long units stay, with those still there censored, and where they go next."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.comparing import Comparison, compared, need_split
from custlife.analysis.contrasts import TimeSide, curve_of
from custlife.analysis.curves import survival_line
from custlife.analysis.question import choice, codes_of, names, some_names
from custlife.analysis.result import DAY, Result, decimal
from custlife.analysis.splitting import about, groups_of, head, label, picked, segment_test
from custlife.analysis.steps import as_horizon
from custlife.analysis.wording import counted
from custlife.engines.cores import at_once
from custlife.engines.gathers import Spells, SpellTally
from custlife.errors import UsageError
from custlife.pictures import Lines
from custlife.stats.interval import check_level, check_name
from custlife.stats.survival import INTERVALS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.analysis.comparing import ComparisonResult
    from custlife.analysis.result import About
    from custlife.calendar import Span
    from custlife.engines.gathers import Group, SpellTable
    from custlife.engines.history import Setting
    from custlife.pictures import Picture
    from custlife.stats import IntervalKind, Quantile, RestrictedMean, SurvivalCurve

__all__ = ["NextStage", "StageTime", "TimeInStage", "TimeInStageResult"]


KEPT = 1 << 16  # lengths of a curve that is kept with its row


def _interval(value: str) -> IntervalKind:
    return check_name("interval", value, INTERVALS)


@attrs.frozen
class TimeInStage:
    """The question of time in stage; `log.time_in_stage(...)` builds and asks it.

    Attributes:
        stages: The stages; empty means all of the path, and every other one somebody was in.
        clock: `visit`: each stay counts; `total`: the stays of one unit in one stage are added up.
        resolution: `exact`; or `day`: an end takes the smallest whole number of days that holds it, a censoring the
            largest that has passed.
        horizon: End of the window of the restricted mean; None for the longest stay seen.
        by: Segments to split by, in force at the start of the stay.
        level: Nominal coverage of the intervals.
        interval: `log-log`, `log` or `plain`.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "stage", "state")

    stages: tuple[str, ...] = attrs.field(default=(), converter=some_names)
    clock: str = "visit"
    resolution: str = "exact"
    horizon: Span | None = attrs.field(default=None, converter=as_horizon)
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    level: float = 0.95
    interval: IntervalKind = attrs.field(default="log-log", converter=_interval)

    def __attrs_post_init__(self) -> None:
        choice("clock", self.clock, ("visit", "total"))
        choice("resolution", self.resolution, ("exact", "day"))
        check_level(self.level)
        if self.horizon is not None and self.horizon.months:
            raise UsageError(f"horizon={self.horizon} has no fixed length", "write it in days or hours: cl.days(90)")

    def requests(self, setting: Setting) -> list[Spells]:
        """The one table it needs."""
        codes_of(setting, self.stages)
        return [Spells(self.by, self.clock, self.resolution)]

    def answer(self, setting: Setting, tables: list[Any]) -> TimeInStageResult:
        """The result, from the table of counts."""
        table: SpellTable = tables[0]
        names, path = setting.vocabulary.names, setting.vocabulary.path
        wanted = codes_of(setting, self.stages) if self.stages else {*range(path), *(code for _, code in table)}
        cells = [
            (group, code) for group in groups_of((group for group, _ in table), self.by) for code in sorted(wanted)
        ]
        size = sum(len(lengths) for tally in table.values() for lengths in tally.ended.values())
        rows = at_once(lambda cell: self._row(table.get(cell) or SpellTally(), *cell, names), cells, size)
        return TimeInStageResult(self, about(setting, self.by), tuple(rows))

    def _row(self, tally: SpellTally, group: Group, code: int, names: tuple[str, ...]) -> StageTime:
        curve = curve_of(tally, self.level, self.interval)
        horizon = self.horizon
        limit = curve.horizon if horizon is None else horizon.days + horizon.us / DAY
        onward = tuple(NextStage(names[then], len(lengths)) for then, lengths in sorted(tally.ended.items()))
        ended, still = sum(one.count for one in onward), len(tally.open)
        row = StageTime(
            group, names[code], ended + still, ended, still, tally.truncated, tally.gone, onward,
            curve.median, curve.quantile(0.25), curve.quantile(0.75), limit or 0, self.level, self.interval, tally,
        )  # fmt: skip
        if len(curve.times) <= KEPT:
            vars(row)["curve"] = curve
        return row

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have a stay in a cell: `stage`, `state` (`ended`, `open`), `segment`."""
        state = choice("state", cell.get("state", "ended"), ("ended", "open"))
        codes = codes_of(setting, (cell["stage"],)) if "stage" in cell else None
        is_mine = segment_test(cell)

        def find(tables: list[Any]) -> bool:
            return any(
                (tally.open if state == "open" else tally.ended) and (codes is None or code in codes) and is_mine(group)
                for (group, code), tally in tables[0].items()
            )

        return find


@attrs.frozen
class NextStage:
    """Stays of one stage that ended in a move to another."""

    stage: str
    count: int


@attrs.frozen(slots=False)
class StageTime:
    """Time in one stage, for one segment.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        stage: The stage.
        n: Stays (or units, with `clock="total"`) seen: `ended + open`.
        ended: Stays that ended in a move to any other stage.
        open: Stays that last at `as_of`: censored.
        truncated: Those of the `n` that began before observation did (delayed entry).
        gone: Stays that were over before observation began; in no other number.
        next: How many stays ended in a move to which stage.
        median: The time by which half have left, days, with its interval.
        lower_quartile: The time by which a quarter have left, days.
        upper_quartile: The time by which three quarters have left, days.
    """

    segment: Group
    stage: str
    n: int
    ended: int
    open: int
    truncated: int
    gone: int
    next: tuple[NextStage, ...]
    median: Quantile
    lower_quartile: Quantile
    upper_quartile: Quantile
    _horizon: float = attrs.field(repr=False)
    _level: float = attrs.field(repr=False)
    _interval: IntervalKind = attrs.field(repr=False)
    _tally: SpellTally = attrs.field(repr=False, eq=False)

    @cached_property
    def curve(self) -> SurvivalCurve:
        """Kaplan-Meier curve of the time in the stage, days; of very many lengths made when it is asked for."""
        return curve_of(self._tally, self._level, self._interval)

    @cached_property
    def restricted_mean(self) -> RestrictedMean:
        """Mean of the time up to a horizon, days; made when it is asked for, since it looks at the whole curve."""
        return self.curve.restricted_mean(self._horizon)

    @property
    def label(self) -> str:
        """Segment and stage in one text."""
        return label(self.segment, self.stage)


@attrs.frozen(str=False, repr=False)
class TimeInStageResult(Result):
    """The answer of a question of time in stage.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment and stage.
    """

    question: TimeInStage
    about: About
    rows: tuple[StageTime, ...]

    def __getitem__(self, stage: str) -> StageTime:
        """The row of a stage; of a segment and a stage by the row's label, such as `"pro · intent"`.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "row", stage, [row.label for row in self.rows])

    def compare(self, against: str | None = None) -> ComparisonResult:
        """Whether segments stay as long: in each stage each segment against another, or against all others together.

        The difference is that of the restricted means, up to `horizon=` of the question or else up to the longest time
        at which both curves are known; the p-value is that of the log-rank test, which looks at the whole curves.

        Args:
            against: The segment that all others are compared with; None: each with all others together.

        Raises:
            UsageError: The question was not split.
            UnknownNameError: There is no such segment.
        """
        q = self.question
        need_split(q.by, None, "time_in_stage")
        horizon = None if q.horizon is None else q.horizon.days + q.horizon.us / DAY
        parts: dict[str | None, dict[str, TimeSide]] = {}
        for row in self.rows:
            side = TimeSide((row._tally,), q.interval, horizon)
            parts.setdefault(row.stage, {})[label(row.segment)] = side
        return compared(
            Comparison(q, against, "time", level=q.level), self.about, parts, TimeSide((), q.interval, horizon)
        )

    def title(self) -> str:
        """One line that says what was asked."""
        kind = "total time in stage" if self.question.clock == "total" else "time in stage"
        return f"{kind.capitalize()} of {counted(self.about.units, self.about.unit)}, days"

    def footnotes(self) -> tuple[str, ...]:
        """How the numbers were estimated, and what was left out."""
        notes = [
            f"Kaplan-Meier, open stays censored; {100 * self.question.level:g} % {self.question.interval} intervals."
        ]
        notes += self._about_means()
        if self.question.resolution == "day":
            notes.append("Resolution day, an approximation: ends are rounded up to whole days, censorings down.")
        truncated, gone = sum(row.truncated for row in self.rows), sum(row.gone for row in self.rows)
        if truncated:
            notes.append(f"{truncated:,} stays began before observation did and are at risk from then on.")
        if gone:
            notes.append(f"{gone:,} stays were over before observation began.")
        return tuple(notes)

    def _about_means(self) -> list[str]:
        """Up to when the means are taken."""
        horizon, rows = self.question.horizon, [row for row in self.rows if row.n]
        if not rows:
            return []
        if horizon is not None:
            short = any(row.restricted_mean.value is None for row in rows)
            return [f"Restricted mean up to {horizon}{'; none where nobody was seen for so long' if short else ''}."]
        if len(rows) == 1:
            return [f"Restricted mean up to {rows[0].restricted_mean.horizon:,.1f} days, the longest stay seen."]
        return ["Restricted mean up to the longest stay seen in each row: pass horizon= to compare them."]

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        days = (
            "lower_quartile_days",
            "median_days",
            "median_low_days",
            "median_high_days",
            "upper_quartile_days",
            "mean_days",
            "mean_up_to_days",
        )
        counts = dict.fromkeys(("n", "ended", "open", "truncated"), int)
        return {
            **dict.fromkeys(self.question.by, str | None),
            "stage": str,
            **counts,
            **dict.fromkeys(days, float | None),
            "next": str,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and stage; times in days."""
        return [
            {
                **head(self.question.by, row.segment),
                "stage": row.stage,
                "n": row.n,
                "ended": row.ended,
                "open": row.open,
                "truncated": row.truncated,
                "lower_quartile_days": row.lower_quartile.value,
                "median_days": row.median.value,
                "median_low_days": row.median.low,
                "median_high_days": row.median.high,
                "upper_quartile_days": row.upper_quartile.value,
                "mean_days": row.restricted_mean.value,
                "mean_up_to_days": row.restricted_mean.horizon,
                "next": ", ".join(f"{one.stage} {one.count}" for one in row.next),
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them: the median with its interval, days to one decimal."""
        return [
            {
                **head(self.question.by, row.segment),
                "stage": row.stage,
                "n": row.n,
                "ended": row.ended,
                "open": row.open,
                "quarter": decimal(row.lower_quartile.value),
                "median": _with_limits(row.median),
                "three quarters": decimal(row.upper_quartile.value),
                "restricted mean": decimal(row.restricted_mean.value),
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """The share still there over time: a step curve for each row with an end, its band and the numbers at risk."""
        lines = [survival_line(row.label, row.curve) for row in self.rows if row.ended]
        return Lines(
            lines, title=self.title(), form="percent", x_label="days in stage", y_label="still there", x_steps="days"
        )


def _with_limits(median: Quantile) -> str | None:
    """A median with its limits, days; `…` where a limit is not reached."""
    if median.value is None:
        return None
    low, high = ("…" if limit is None else f"{limit:.1f}" for limit in (median.low, median.high))
    return f"{median.value:.1f} ({low}–{high})"
