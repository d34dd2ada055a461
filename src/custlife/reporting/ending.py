"""The section on what becomes of those who come to the path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.analysis.outcomes_result import STILL_OPEN, WON_END
from custlife.analysis.result import percent, with_interval
from custlife.pictures import Lines, Table
from custlife.reporting.document import Section, show
from custlife.reporting.naming import labels
from custlife.reporting.wording import hundred, listed

if TYPE_CHECKING:
    from custlife.analysis.outcomes_result import OutcomePart, OutcomeRow
    from custlife.reporting.answers import StageAnswers

__all__ = ["outcomes"]

COLUMNS = ("what became of them", "count", "share (95 % interval)", "naive share", "half of these within days")
HOW = (
    "Ends compete: who has left cannot reach the goal any more. In the share (Aalen-Johansen) who is still open counts "
    "for as long as they were seen, and those of all ends sum to 1; the naive share has them stay open. Curves "
    "show the share with its 95 % interval, the numbers below who was still observed and open."
)


def outcomes(answers: StageAnswers) -> Section | None:
    """How many reach the goal, leave for good, or are still open; None where it is too early to say."""
    found = answers.outcomes
    if found is None or found["won"].share is None:
        return None
    part, name = found.whole, labels(answers.log.model)
    goal = " or ".join(map(name, found.won))
    words = {WON_END: f"reached {goal}", STILL_OPEN: STILL_OPEN}
    rows = [_row(row, words.get(row.end) or name(row.end)) for row in part.rows]
    table = Table(COLUMNS, rows, align=("left", *["right"] * 4))
    drawn = found.picture()
    parts = [table.html()]
    if isinstance(drawn, Lines) and drawn.series:
        lines = [attrs.evolve(line, name=words.get(line.name) or name(line.name)) for line in drawn.series]
        title = f"What became of those who came to {name(found.question.origin)}"
        label = f"days since {name(found.question.origin)}"
        picture = attrs.evolve(drawn, series=lines, title=title, x_label=label, risk_label="still open")
        parts.append(show(picture))
    lead = _lead(part, name(found.question.origin), goal, str(answers.within))
    return Section("outcomes", "What becomes of them", lead, tuple(parts), HOW)


def _row(row: OutcomeRow, words: str) -> tuple[str | int | None, ...]:
    median = None if row.median_days is None else f"{row.median_days:,.1f}"
    return words, row.count, with_interval(row.share, row.interval), percent(row.naive_share), median


def _lead(part: OutcomePart, origin: str, goal: str, span: str) -> str:
    left = sum(row.share or 0.0 for row in part.rows if row.end not in {WON_END, STILL_OPEN})
    said = [f"{hundred(part[WON_END].share or 0.0)} reach {goal}", f"{hundred(left)} leave for good"]
    said.append(f"{hundred(part[STILL_OPEN].share or 0.0)} have done neither")
    paused = f" Of those still open, {part.paused:,} stand in an exit that one may come back from."
    return f"Within {span} of {origin}, {listed(said)}.{paused if part.paused else ''}"
