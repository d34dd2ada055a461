"""The answer of a funnel: one part for each segment and cohort, one row for each step."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.comparing import compared_rates, need_split
from custlife.analysis.result import DAY, About, Result, days_of, decimal, percent, with_interval
from custlife.analysis.splitting import head, label
from custlife.analysis.wording import counted, never_seen
from custlife.errors import UnknownNameError, UsageError
from custlife.pictures import Bars, Segment
from custlife.stats import kaplan_meier, share
from custlife.stats.products import final_survival, mean

if TYPE_CHECKING:
    from custlife.analysis.comparing import ComparisonResult
    from custlife.analysis.funnel import Funnel
    from custlife.engines.gathers import FunnelTally, StepTally
    from custlife.pictures import Picture
    from custlife.stats import Interval, SurvivalCurve

__all__ = ["FunnelPart", "FunnelResult", "FunnelStep", "part_of"]

STEP = {
    "step": str,
    **dict.fromkeys(("reached", "entered", "imputed", "pending", "lost", "eligible"), int),
    **dict.fromkeys(("rate", "low", "high", "km_rate", "naive_rate", "step_rate"), float | None),
    **dict.fromkeys(("median_days", "mean_days"), float | None),
}

NO_WINDOW = "no window: who has not converted may still do so; pass within="
NOBODY = "nobody came to the first step"
NOT_YET = "nobody is eligible yet"
EACH = "attempts of one unit are not independent"


@attrs.frozen
class FunnelStep:
    """One step of a funnel, counted from everyone who entered the first.

    `entered + imputed = reached`, and `reached + pending + lost` is everyone who entered the funnel.

    Attributes:
        name: The step.
        reached: Units that reached it in time, early converters included.
        entered: Those of them that really entered it.
        imputed: Those of them that passed over it to a later stage.
        pending: Units that have not reached it and still may.
        lost: Units that have not reached it in time and no longer can.
        eligible: Units whose deadline is at or before `as_of`, whatever became of them.
        rate: Share of the eligible that reached it, or None (see `why`).
        interval: Its confidence interval, or None.
        km_rate: Kaplan-Meier estimate of the share that reaches it within the window, from all units; or None.
        naive_rate: Reached divided by everyone who entered, pending counted as lost; for comparison only.
        step_rate: Share reached among the eligible that reached the step before.
        median_days: Median time from the step before, over those who really entered both, days.
        mean_days: Its mean, days.
        why: Why there is no rate or no interval; empty where there is one.
    """

    name: str
    reached: int
    entered: int
    imputed: int
    pending: int
    lost: int
    eligible: int
    rate: float | None
    interval: Interval | None
    km_rate: float | None
    naive_rate: float | None
    step_rate: float | None
    median_days: float | None
    mean_days: float | None
    why: str
    _times: tuple[array[int], array[int], int] = attrs.field(repr=False, eq=False)

    @property
    def converted(self) -> int:
        """Units that reached the step: another word for `reached`."""
        return self.reached

    def curve(self, *, level: float = 0.95) -> SurvivalCurve:
        """Kaplan-Meier curve of the time from the start to this step, days: the share that has not reached it yet.

        Only `as_of` censors; who can no longer reach the step stays at risk to the end.
        """
        reached, ages, lost = self._times
        last = max((*reached[-1:], *ages[-1:], 0))
        return kaplan_meier(reached, ages + array("q", [last]) * lost, unit=DAY, level=level)


@attrs.frozen
class FunnelPart:
    """The funnel of one segment and one cohort.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        cohort: Label of the period of entry, or None.
        entered: Units that entered the first step, those that passed over it included.
        dropped: Units taken out by an exclusion.
        skipped: Units left out because they skipped a step (`skips="exclude"`).
        truncated: Units first seen beyond the first step when observation began.
        steps: The steps in order.
    """

    segment: tuple[str | None, ...]
    cohort: str | None
    entered: int
    dropped: int
    skipped: int
    truncated: int
    steps: tuple[FunnelStep, ...]

    def __getitem__(self, step: str | int) -> FunnelStep:
        if isinstance(step, int):
            return self.steps[step]
        for one in self.steps:
            if one.name == step:
                return one
        raise UnknownNameError("step", step, [one.name for one in self.steps])

    @property
    def label(self) -> str:
        """Segment and cohort in one text."""
        return label(self.segment, *([self.cohort] if self.cohort is not None else [])) or "all"


@attrs.frozen(str=False, repr=False)
class FunnelResult(Result):
    """The answer of a funnel.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        parts: One for each segment and cohort; a single one where nothing was split.
        unseen: Names of events that were asked for and nobody had.
    """

    question: Funnel
    about: About
    parts: tuple[FunnelPart, ...]
    unseen: tuple[str, ...] = ()

    @property
    def whole(self) -> FunnelPart:
        """The only part.

        Raises:
            UsageError: The funnel was split.
        """
        if len(self.parts) != 1:
            if not self.parts:
                raise UsageError("the funnel has no parts: nobody entered it", "look at funnel.about and funnel.notes")
            labels = [repr(part.label) for part in self.parts]
            hint = f"pick one, such as funnel.part({labels[0]}); there are: {', '.join(labels[:5])}"
            raise UsageError(f"the funnel has {len(self.parts)} parts", hint)
        return self.parts[0]

    def part(self, *values: str | None) -> FunnelPart:
        """The part of one segment and cohort, by its values in order, or by its label.

        Raises:
            UnknownNameError: There is no such part.
        """
        for one in self.parts:
            own = (*one.segment, *([one.cohort] if one.cohort is not None else []))
            if values in ((one.label,), own):
                return one
        raise UnknownNameError("part", " · ".join(map(str, values)), [one.label for one in self.parts])

    def __getitem__(self, step: str | int) -> FunnelStep:
        return self.whole[step]

    @property
    def steps(self) -> tuple[FunnelStep, ...]:
        """The steps of a funnel that was not split."""
        return self.whole.steps

    @property
    def entered(self) -> int:
        """Everyone who entered, in all parts."""
        return sum(part.entered for part in self.parts)

    @property
    def dropped(self) -> int:
        """Everyone taken out by an exclusion."""
        return sum(part.dropped for part in self.parts)

    @property
    def skipped(self) -> int:
        """Everyone left out because of a skipped step."""
        return sum(part.skipped for part in self.parts)

    @property
    def truncated(self) -> int:
        """Everyone first seen beyond the first step when observation began."""
        return sum(part.truncated for part in self.parts)

    def compare(self, against: str | None = None, *, step: str | int | None = None) -> ComparisonResult:
        """Whether segments come as far: the rates of one step, each segment against another or against all others.

        Rates are of the eligible. Where `by` and `every` split, segments are compared within each cohort; where `every`
        alone does, cohorts are compared.

        Args:
            against: The segment that all others are compared with; None: each with all others together.
            step: The step, by its name or its number; the last one by default.

        Raises:
            UsageError: The funnel was not split.
            UnknownNameError: There is no such segment or step.
        """
        q = self.question
        need_split(q.by, q.every, "funnel")
        steps = [(part.segment, part.cohort, part[-1 if step is None else step]) for part in self.parts]
        return compared_rates(q, self.about, steps, against, steps[0][2].name if steps else "")

    def title(self) -> str:
        """One line that says what was asked."""
        window = f" within {self.question.within}" if self.question.within is not None else ""
        return f"Funnel of {counted(self.about.units, self.about.unit)}{window}"

    def _base(self) -> list[str]:
        """Whose share the rates are."""
        bases = {step.eligible for part in self.parts for step in part.steps if step.rate is not None}
        who = f"{min(bases):,} eligible" if len(bases) == 1 and len(self.parts) == 1 else "eligible"
        return [f"Rate: of the {who}, whose time is over."] if bases else []

    def footnotes(self) -> tuple[str, ...]:
        """The policies, whose share the rates are, and who was left out."""
        q = self.question
        left = [
            f"{n:,} {what}."
            for n, what in (
                (self.dropped, "dropped by an exclusion"),
                (self.skipped, "left out for skipping a step"),
                (self.truncated, "first seen beyond the first step"),
            )
            if n
        ]
        why = sorted({step.why for part in self.parts for step in part.steps if step.why})
        policies = f"Entry {q.entry}, order {q.order}, skips {q.skips}, ties {q.ties}."
        return (policies, *never_seen(self.unseen), *self._base(), *left, *[f"No rate: {w}." for w in why])

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        cohort = {"cohort": str | None} if self.question.every else {}
        return {**dict.fromkeys(self.question.by, str | None), **cohort, **STEP}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each part and step."""
        rows = []
        for part in self.parts:
            first = head(self.question.by, part.segment)
            if self.question.every:
                first["cohort"] = part.cohort
            rows += [{**first, **_row(step)} for step in part.steps]
        return rows

    def people(self) -> list[dict[str, Any]]:
        """The columns that say what happened."""
        rows = self.to_dicts()
        steps = [step for part in self.parts for step in part.steps]
        first = (*self.question.by, *(("cohort",) if self.question.every else ()))
        return [
            {
                **{name: row[name] for name in first},
                "step": step.name,
                "reached": step.reached,
                "passed over": step.imputed,
                "pending": step.pending,
                "lost": step.lost,
                "rate": with_interval(step.rate, step.interval),
                "km rate": percent(step.km_rate),
                "step rate": percent(step.step_rate),
                "median days": decimal(step.median_days),
            }
            for row, step in zip(rows, steps, strict=True)
        ]

    def picture(self) -> Picture:
        """A bar for each step: reached, pending, lost."""
        labels, reached, pending, lost, ends = [], [], [], [], []
        for part in self.parts:
            prefix = f"{part.label} · " if len(self.parts) > 1 else ""
            for step in part.steps:
                labels.append(f"{prefix}{step.name}")
                reached.append(step.reached)
                pending.append(step.pending)
                lost.append(step.lost)
                ends.append(_caption(step))
        return Bars(
            tuple(labels),
            (
                Segment("reached", reached, "good"),
                Segment("pending", pending, "pending"),
                Segment("lost", lost, "muted"),
            ),
            title=self.title(), values=tuple(ends),
        )  # fmt: skip


def _caption(step: FunnelStep) -> str:
    """What stands behind a bar."""
    return f"{step.reached:,}" if step.rate is None else f"{step.reached:,} · {with_interval(step.rate, step.interval)}"


def _row(step: FunnelStep) -> dict[str, Any]:
    return {
        "step": step.name,
        "reached": step.reached,
        "entered": step.entered,
        "imputed": step.imputed,
        "pending": step.pending,
        "lost": step.lost,
        "eligible": step.eligible,
        "rate": step.rate,
        "low": step.interval.low if step.interval else None,
        "high": step.interval.high if step.interval else None,
        "km_rate": step.km_rate,
        "naive_rate": step.naive_rate,
        "step_rate": step.step_rate,
        "median_days": step.median_days,
        "mean_days": step.mean_days,
    }


def part_of(
    tally: FunnelTally, labels: list[str], question: Funnel, segment: tuple[str | None, ...], cohort: str | None
) -> FunnelPart:
    """One part of the answer, from its counts."""
    steps = tuple(_step(tally, step, label, question) for label, step in zip(labels, tally.steps, strict=True))
    return FunnelPart(segment, cohort, tally.entered, tally.dropped, tally.skipped, tally.truncated, steps)


def _step(tally: FunnelTally, step: StepTally, label: str, question: Funnel) -> FunnelStep:
    lost = tally.entered - step.reached - step.pending
    rate = share(step.eligible_reached, step.eligible, level=question.level, method=question.interval)
    limited = question.within is not None or any(s.within for s in question.steps)
    each = question.entry == "each"
    none = NOT_YET if tally.entered else NOBODY
    why = NO_WINDOW if not limited else none if rate.rate is None else EACH if each else ""
    times = step.from_previous
    return FunnelStep(
        label,
        step.reached,
        step.reached - step.imputed,
        step.imputed,
        step.pending,
        lost,
        step.eligible,
        rate.rate,
        None if each else rate.interval,
        _km_rate(step, lost) if rate.rate is not None or (limited and tally.entered) else None,
        step.reached / tally.entered if tally.entered else None,
        step.step_reached / step.step_eligible if step.step_eligible else None,
        days_of(_median(times)) if times else None,
        mean(times) / DAY if times else None,
        why,
        (step.from_start, step.open_ages, lost),
    )


def _median(times: array[int]) -> float:
    """The middle of sorted times, or the mean of the two in the middle."""
    middle = len(times) // 2
    return times[middle] if len(times) % 2 else (times[middle - 1] + times[middle]) / 2


def _km_rate(step: StepTally, lost: int) -> float | None:
    """Share that reaches the step within the window, where only `as_of` censors.

    Who can no longer reach the step stays at risk to the end, so this is the cumulative incidence of reaching it.
    """
    total = step.reached + step.pending + lost
    if not total or not step.pending:
        return step.reached / total if total else None
    return 1 - final_survival(step.from_start, step.open_ages, total)
