"""Sections on who comes how far: the stages, the funnel, each step by itself, segments."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from custlife.pictures import Bars, Segment, Table
from custlife.reporting.document import Section, fold, show
from custlife.reporting.naming import labels, named_funnel
from custlife.reporting.wording import counted, hundred, limits, window

if TYPE_CHECKING:
    from custlife.analysis.conversion import ConversionResult, ConversionRow
    from custlife.analysis.funnel_result import FunnelStep
    from custlife.reporting.answers import StageAnswers

__all__ = ["by_segment", "funnel", "stages", "steps", "within_limits"]


def stages(answers: StageAnswers) -> Section:
    """The model as a diagram, with how many stand where at `as_of`."""
    log, name = answers.log, labels(answers.log.model)
    now: Counter[str] = Counter()
    last = max((row.period for row in answers.headcount.rows), default="")
    for row in answers.headcount.rows:
        now[row.stage] += row.count if row.period == last else 0
    drawn = log.model.picture()
    boxes = [attrs.evolve(box, label=name(box.id), note=f"{now[box.id]:,} now") for box in drawn.nodes]
    arrows = [attrs.evolve(arrow, label="") for arrow in drawn.arrows]
    picture = attrs.evolve(drawn, nodes=tuple(boxes), arrows=tuple(arrows), note="")
    title = f"{counted(len(log.customers), log.unit)} as of {window(answers.time.about)}"
    how = (
        "The path runs from left to right. Below it are the exits: one may return from the blue ones, not from the red."
    )
    return Section("stages", "Where they are now", "", (show(attrs.evolve(picture, title=title)),), how)


def funnel(answers: StageAnswers) -> Section | None:
    """How far they come within the window, pending apart from lost."""
    if answers.funnel is None or not answers.funnel.entered:
        return None
    found = named_funnel(answers.funnel, labels(answers.log.model))
    whole, unit = found.whole, answers.log.unit
    picture = Bars(
        [step.name for step in whole.steps],
        (
            Segment("reached", [step.reached for step in whole.steps], "good"),
            Segment("pending: still has time", [step.pending for step in whole.steps], "pending"),
            Segment("lost: too late, or gone", [step.lost for step in whole.steps], "muted"),
        ),
        title=f"Reached within {answers.within} of the start",
        values=[f"{step.reached:,} · {within_limits(step)}" for step in whole.steps],
    )
    lead = f"{counted(whole.entered, unit)} began at {whole.steps[0].name}."
    lead += _pending_words(whole.steps[-1], unit, str(answers.within))
    how = (
        f"A rate is the share of those whose {answers.within} are over. Who is still within them is pending: neither "
        "converted nor lost. Who skips a stage has passed it."
    )
    return Section("funnel", "How far they come", lead, (show(picture), fold(found.table())), how)


def _pending_words(step: FunnelStep, unit: str, span: str) -> str:
    if not step.pending:
        return f" All of them have had their {span}, so nothing is pending."
    return f" {counted(step.pending, unit)} may still reach {step.name}: their {span} are not over."


def within_limits(row: FunnelStep | ConversionRow) -> str:
    """A rate with its limits, or why there is none."""
    if row.rate is None:
        return "too early to say" if row.why else "–"
    if row.interval is None:
        return hundred(row.rate)
    return f"{hundred(row.rate)} ({100 * row.interval.low:.1f}–{100 * row.interval.high:.1f})"


def steps(answers: StageAnswers) -> Section | None:
    """Every step of the path with a window of its own."""
    if not any(one.entered for one in answers.steps):
        return None
    name = labels(answers.log.model)
    rows = [
        _step_row(one, f"{name(str(one.question.start))} → {name(str(one.question.goal))}") for one in answers.steps
    ]
    table = Table(_STEP_COLUMNS, rows, align=_sides(len(_STEP_COLUMNS)))
    how = (
        f"Each step has a window of its own: {answers.within} from the first time at the stage before. Passing over "
        "the next stage counts as reaching it. The last column is the median of those who made it, not of all."
    )
    return Section("steps", "Step by step", "", (table.html(),), how)


_STEP_COLUMNS = ("step", "began", "time is over", "of these, made it", "rate (95 % interval)", "pending", "median days")


def _sides(columns: int) -> tuple[str, ...]:
    return ("left", *["right"] * (columns - 1))


def _step_row(one: ConversionResult, label: str) -> tuple[str | int | None, ...]:
    row = one.whole
    made = None if row.rate is None else round(row.rate * row.eligible)
    median = None if row.median_days is None else f"{row.median_days:,.1f}"
    return (label, row.entered, row.eligible, made, within_limits(row), row.pending, median)


def by_segment(answers: StageAnswers) -> Section | None:
    """The main conversion, one bar for each value of a segment."""
    if not answers.splits:
        return None
    name = labels(answers.log.model)
    parts = []
    for one in answers.splits:
        column = one.question.by[0]
        start, goal = name(str(one.question.start)), name(str(one.question.goal))
        parts.append(show(split_bars(one, f"{start} to {goal} within {answers.within}, by {column}")))
        rows = [_step_row(attrs.evolve(one, rows=(row,)), row.label) for row in one.rows]
        parts.append(fold(Table((column, *_STEP_COLUMNS[1:]), rows, align=_sides(len(_STEP_COLUMNS)))))
    how = "Where intervals overlap widely, nothing is proven. Each counts under the value that it had at the start."
    return Section("segments", "By segment", "", tuple(parts), how)


def split_bars(one: ConversionResult, title: str) -> Bars:
    """Converted, pending and lost, one bar for each segment, the largest first."""
    rows = sorted(one.rows, key=lambda row: -row.entered)
    return Bars(
        [row.label for row in rows],
        (
            Segment("made it", [row.converted for row in rows], "good"),
            Segment("pending: still has time", [row.pending for row in rows], "pending"),
            Segment("lost: too late, or gone", [row.lost for row in rows], "muted"),
        ),
        title=title,
        values=[within_limits(row) for row in rows],
    )


def rate_words(row: ConversionRow) -> str:
    """A rate with its interval in words."""
    return f"{hundred(row.rate or 0.0)}{limits(row.interval)}"
