"""Conversion between two stages or events: a funnel of two steps, one row for each segment and cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.comparing import compared_rates, need_split
from custlife.analysis.funnel import Funnel
from custlife.analysis.question import names
from custlife.analysis.result import Result, decimal, percent, with_interval
from custlife.analysis.splitting import about, head, label
from custlife.analysis.steps import as_step, as_window
from custlife.analysis.wording import never_seen
from custlife.errors import UnknownNameError, UsageError
from custlife.pictures import Bars, Lines, Segment, Series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.analysis.comparing import ComparisonResult
    from custlife.analysis.funnel_result import FunnelPart
    from custlife.analysis.result import About
    from custlife.analysis.steps import Step
    from custlife.calendar import Span
    from custlife.engines.gathers import FunnelPlan, Group
    from custlife.engines.history import Setting
    from custlife.pictures import Picture
    from custlife.stats import Interval, SurvivalCurve

__all__ = ["Conversion", "ConversionResult", "ConversionRow"]


@attrs.frozen
class Conversion:
    """The question of a conversion; `log.conversion(...)` builds and asks it.

    Attributes:
        start: The step that opens the window.
        goal: The step to be reached.
        within: The most time between them, end inclusive; None for no limit.
        entry: `first`, `best` or `each`: which start opens the window.
        skips: `passed`, `strict` or `exclude`.
        by: Segments to split by, in force at the start.
        every: Split by the period of the start, or None.
        week_start: First day of weeks.
        level: Nominal coverage of the intervals.
        interval: `wilson` or `clopper-pearson`.
    """

    start: Step = attrs.field(converter=as_step)
    goal: Step = attrs.field(converter=as_step)
    within: Span | None = attrs.field(default=None, converter=as_window)
    entry: str = "first"
    skips: str = "passed"
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    every: str | None = None
    week_start: str = "monday"
    level: float = 0.95
    interval: str = "wilson"

    def __attrs_post_init__(self) -> None:
        self.funnel()

    def funnel(self) -> Funnel:
        """The same question as a funnel of two steps."""
        return Funnel(
            (self.start, self.goal),
            self.within,
            self.entry,
            skips=self.skips,
            by=self.by,
            every=self.every,
            week_start=self.week_start,
            level=self.level,
            interval=self.interval,
        )

    def requests(self, setting: Setting) -> Sequence[FunnelPlan]:
        """The one table it needs."""
        return self.funnel().requests(setting)

    def answer(self, setting: Setting, tables: list[Any]) -> ConversionResult:
        """The result, from the table of counts."""
        found = self.funnel().answer(setting, tables)
        return ConversionResult(self, about(setting, self.by), tuple(map(_row, found.parts)), found.unseen)


@attrs.frozen
class ConversionRow:
    """The conversion of one segment and one cohort; `entered = converted + pending + lost`.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        cohort: Label of the period of the start, or None.
        entered: Units at the start.
        converted: Units that reached the goal in time, early ones included.
        pending: Units that have not and still may.
        lost: Units that have not in time and no longer can.
        eligible: Units whose deadline is at or before `as_of`, whatever became of them.
        rate: Converted among the eligible, divided by the eligible; None with the reason in `why`.
        interval: Its confidence interval, or None.
        km_rate: Kaplan-Meier estimate of the share that converts within the window, from all units; or None.
        naive_rate: Converted divided by entered, pending counted as lost; for comparison only.
        median_days: Median time from start to goal of those who really entered both, days.
        mean_days: Its mean, days.
        why: Why there is no rate or no interval; empty where there is one.
    """

    segment: Group
    cohort: str | None
    entered: int
    converted: int
    pending: int
    lost: int
    eligible: int
    rate: float | None
    interval: Interval | None
    km_rate: float | None
    naive_rate: float | None
    median_days: float | None
    mean_days: float | None
    why: str
    _part: FunnelPart = attrs.field(repr=False, eq=False)

    @property
    def label(self) -> str:
        """Segment and cohort in one text."""
        return label(self.segment, self.cohort) or "all"

    def curve(self, *, level: float = 0.95) -> SurvivalCurve:
        """Kaplan-Meier curve of the time from start to goal, days: the share that has not converted yet."""
        return self._part.steps[1].curve(level=level)


def _row(part: FunnelPart) -> ConversionRow:
    step = part.steps[1]
    return ConversionRow(
        part.segment,
        part.cohort,
        part.entered,
        step.reached,
        step.pending,
        step.lost,
        step.eligible,
        step.rate,
        step.interval,
        step.km_rate,
        step.naive_rate,
        step.median_days,
        step.mean_days,
        step.why,
        part,
    )


@attrs.frozen(str=False, repr=False)
class ConversionResult(Result):
    """The answer of a conversion.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment and cohort; a single one where nothing was split.
        unseen: Names of events that were asked for and nobody had.
    """

    question: Conversion
    about: About
    rows: tuple[ConversionRow, ...]
    unseen: tuple[str, ...] = ()

    @property
    def whole(self) -> ConversionRow:
        """The only row.

        Raises:
            UsageError: The conversion was split.
        """
        if len(self.rows) != 1:
            raise UsageError(
                f"the conversion has {len(self.rows)} rows", "pick one: result['label'], or look at result.rows"
            )
        return self.rows[0]

    def __getitem__(self, wanted: str) -> ConversionRow:
        for row in self.rows:
            if row.label == wanted:
                return row
        raise UnknownNameError("row", wanted, [row.label for row in self.rows])

    @property
    def entered(self) -> int:
        """Units at the start, in all rows."""
        return sum(row.entered for row in self.rows)

    @property
    def converted(self) -> int:
        """Units that reached the goal in time, in all rows."""
        return sum(row.converted for row in self.rows)

    @property
    def pending(self) -> int:
        """Units that still may, in all rows."""
        return sum(row.pending for row in self.rows)

    @property
    def lost(self) -> int:
        """Units that no longer can, in all rows."""
        return sum(row.lost for row in self.rows)

    @property
    def rate(self) -> float | None:
        """The rate of a conversion that was not split."""
        return self.whole.rate

    @property
    def interval(self) -> Interval | None:
        """The interval of a conversion that was not split."""
        return self.whole.interval

    def compare(self, against: str | None = None) -> ComparisonResult:
        """Whether segments convert alike: each against another, or against all others together.

        Rates are of the eligible. Where `by` and `every` split, segments are compared within each cohort; where `every`
        alone does, cohorts are compared.

        Args:
            against: The segment that all others are compared with; None: each with all others together.

        Raises:
            UsageError: The question was not split.
            UnknownNameError: There is no such segment.
        """
        q = self.question
        need_split(q.by, q.every, "conversion")
        steps = [(row.segment, row.cohort, row._part.steps[1]) for row in self.rows]
        return compared_rates(q, self.about, steps, against, str(q.goal))

    def title(self) -> str:
        """One line that says what was asked."""
        q = self.question
        return f"Conversion from {q.start} to {q.goal}{'' if q.within is None else f' within {q.within}'}"

    def footnotes(self) -> tuple[str, ...]:
        """The policies, and why a rate is missing."""
        q = self.question
        why = sorted({row.why for row in self.rows if row.why})
        return (
            f"Entry {q.entry}, skips {q.skips}.",
            *never_seen(self.unseen),
            *(["Rate: of the eligible, whose time is over."] if any(row.eligible for row in self.rows) else []),
            *(f"No rate: {reason}." for reason in why),
        )

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        cohort = {} if self.question.every is None else {"cohort": str | None}
        counts = dict.fromkeys(("entered", "converted", "pending", "lost", "eligible"), int)
        shares = ("rate", "low", "high", "km_rate", "naive_rate", "median_days", "mean_days")
        return {
            **dict.fromkeys(self.question.by, str | None),
            **cohort,
            **counts,
            **dict.fromkeys(shares, float | None),
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and cohort."""
        return [{**head(self.question.by, row.segment), **self._cells(row)} for row in self.rows]

    def _cells(self, row: ConversionRow) -> dict[str, Any]:
        cohort = {} if self.question.every is None else {"cohort": row.cohort}
        return {
            **cohort,
            "entered": row.entered,
            "converted": row.converted,
            "pending": row.pending,
            "lost": row.lost,
            "eligible": row.eligible,
            "rate": row.rate,
            "low": row.interval.low if row.interval else None,
            "high": row.interval.high if row.interval else None,
            "km_rate": row.km_rate,
            "naive_rate": row.naive_rate,
            "median_days": row.median_days,
            "mean_days": row.mean_days,
        }

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them: the rate with its interval, the rest in few digits."""
        left_out = {"rate", "low", "high", "km_rate", "naive_rate", "median_days", "mean_days"}
        return [
            {
                **{name: value for name, value in cells.items() if name not in left_out},
                "rate": with_interval(row.rate, row.interval),
                "km rate": percent(row.km_rate),
                "median days": decimal(row.median_days),
            }
            for row, cells in zip(self.rows, self.to_dicts(), strict=True)
        ]

    def picture(self) -> Picture:
        """The rate over cohorts with its band; a bar of converted, pending and lost where there are none."""
        if self.question.every is not None:
            return Lines(self._lines(), title=self.title(), form="percent", x_label="cohort")
        return Bars(
            tuple(row.label for row in self.rows),
            (
                Segment("converted", [row.converted for row in self.rows], "good"),
                Segment("pending", [row.pending for row in self.rows], "pending"),
                Segment("lost", [row.lost for row in self.rows], "muted"),
            ),
            title=self.title(),
        )

    def _lines(self) -> list[Series]:
        """One line for each segment, over the cohorts that have a start."""
        cohorts = sorted({row.cohort or "" for row in self.rows})
        lines = []
        for segment in dict.fromkeys(row.segment for row in self.rows):
            at = {row.cohort: row for row in self.rows if row.segment == segment}
            found = [at.get(cohort) for cohort in cohorts]
            limits = [row.interval if row else None for row in found]
            lines.append(
                Series(
                    label(segment) or "rate",
                    cohorts,
                    [row.rate if row else None for row in found],
                    [one.low if one else None for one in limits],
                    [one.high if one else None for one in limits],
                )
            )
        return lines
