"""Sections on time: how long they stay, who is still active, how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.analysis.curves import survival_line
from custlife.pictures import Lines, Table
from custlife.reporting.document import Section, fold, renamed, show
from custlife.reporting.naming import labels, named_headcount, named_times
from custlife.reporting.wording import hundred, listed, median_text

if TYPE_CHECKING:
    from custlife.analysis.growth import GrowthResult
    from custlife.analysis.retention_result import RetentionResult
    from custlife.analysis.time_in_stage import StageTime
    from custlife.reporting.answers import StageAnswers

__all__ = ["growth", "headcount", "retention", "time_in_stage"]

TOGETHER = 3
"""Curves with bands in one picture: more of them hide each other."""

_TIME_COLUMNS = (
    "stage",
    "stays",
    "ended",
    "still there",
    "a quarter left by",
    "half left by",
    "three quarters left by",
)


def time_in_stage(answers: StageAnswers) -> Section | None:
    """Medians with intervals, and curves of who is still there."""
    found = named_times(answers.time, labels(answers.log.model))
    rows = [row for row in found.rows if row.n]
    if not rows:
        return None
    path = set(map(labels(answers.log.model), answers.log.model.keys))
    on_path = [row for row in rows if row.stage in path]
    off = [row for row in rows if row.stage not in path and row.ended]
    shown = [row for row in rows if row.stage in path or row.ended]
    table = Table(_TIME_COLUMNS, [_time_row(row) for row in shown], align=("left", *["right"] * 6))
    groups = [*_together(on_path), *_together(off)]
    parts = [table.html(), *(show(_curves(group)) for group in groups)]
    how = (
        "In days, with 95 % intervals (Kaplan-Meier): stays that still last are known up to now and count as not over. "
        "“Not yet”: fewer have left than the column asks for. The numbers under a picture are the stays still observed."
    )
    return Section("time", "How long they stay", "", tuple(parts), how)


def _time_row(row: StageTime) -> tuple[str | int, ...]:
    low, high = row.lower_quartile.value, row.upper_quartile.value
    return (
        row.stage, row.n, row.ended, row.open,
        "not yet" if low is None else f"{low:,.1f}",
        median_text(row.median),
        "not yet" if high is None else f"{high:,.1f}",
    )  # fmt: skip


def _together(rows: list[StageTime]) -> list[list[StageTime]]:
    """Rows in groups of at most three, as even as can be."""
    count = -(-len(rows) // TOGETHER)
    size = -(-len(rows) // count) if count else 1
    return [rows[i : i + size] for i in range(0, len(rows), size)]


def _curves(rows: list[StageTime]) -> Lines:
    """The share still there, one step curve for each stage."""
    title = f"Still in {listed([row.stage for row in rows])}"
    lines = [survival_line(row.stage, row.curve) for row in rows]
    return Lines(
        lines, title=title, form="percent", x_label="days since they came", x_steps="days", risk_label="still observed"
    )


def retention(result: RetentionResult, what: str) -> Section | None:
    """The heat map of cohorts, without the empty ones, and the mean below."""
    rows = tuple(row for row in result.rows if row.size)
    if not any(cell.is_complete and cell.offset for row in rows for cell in row.cells):
        return None
    every = result.question.every
    found = attrs.evolve(result, rows=rows)
    means = [mean for mean in result.means if mean.rate is not None and mean.offset]
    shown = [mean for mean in means if mean.offset in (1, 3, 6, 12)] or means[:1]
    said = [f"{hundred(mean.rate or 0.0)} after {mean.offset}" for mean in shown]
    lead = f"{what} Over all cohorts old enough: {listed(said)} {every}{'s' if shown[-1].offset > 1 else ''}."
    title = f"Active in each {every} since the first one, percent"
    drawn = renamed(found.picture(), title)
    texts = [["" if v is None else f"{100 * v:.0f}" for v in row] for row in drawn.values]
    later = [v for row in drawn.values for v in row[1:] if v is not None]
    picture = attrs.evolve(drawn, labels=texts, span=(0, max(later) or 1))
    how = (
        f"A row is everyone who started in one {every}; a column is a {every} since. Shades go up to the highest share "
        f"after {every} 0. Hatched cells are not over yet. Means weigh every customer the same."
    )
    return Section("retention", "Who stays active", lead, (show(picture), fold(found.table())), how)


def headcount(answers: StageAnswers) -> Section | None:
    """Areas of the stages of the path over time, and the table with exits."""
    found = named_headcount(answers.headcount, labels(answers.log.model))
    if len({row.period for row in found.rows}) < 2:
        return None
    picture = renamed(found.picture(), f"In each stage at the end of each {answers.every}")
    periods = list(dict.fromkeys(row.period for row in found.rows))
    stages = list(dict.fromkeys(row.stage for row in found.rows))
    counts = {(row.period, row.stage): row.count for row in found.rows}
    rows = [(period, *(counts[period, stage] for stage in stages)) for period in periods]
    table = Table(("end of", *stages), rows)
    how = f"Who has left by an exit is not in the stack, but in the table. The last {answers.every} is seen as of now."
    return Section("headcount", "How many there are", "", (show(picture), fold(table)), how)


def growth(result: GrowthResult, what: str) -> Section | None:
    """New, returning and resurrected against dormant, complete periods only."""
    whole = tuple(row for row in result.rows if row.is_complete)
    if len(whole) < 2:
        return None
    found = attrs.evolve(result, rows=whole)
    every = result.question.every
    last = whole[-1]
    net = last.new + last.resurrected - last.dormant
    lead = (
        f"{what} In {last.period}, {last.active:,} were active: {last.new:,} new, {last.returning:,} as the {every} "
        f"before, {last.resurrected:,} back after a pause. {last.dormant:,} of the {every} before were not active any "
        f"more: a net {net:+,}."
    )
    picture = renamed(found.picture(), f"Active in each {every}, and who fell dormant")
    left = len(result.rows) - len(whole)
    how = f"The {every} that still runs is left out: who has not been active in it still may be." if left else ""
    return Section("growth", "Who comes, stays and goes", lead, (show(picture), fold(found.table())), how)
