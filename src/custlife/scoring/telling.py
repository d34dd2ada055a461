"""Scores in words and as tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from custlife.scoring.value import said

if TYPE_CHECKING:
    from custlife.pictures import Table
    from custlife.scoring.value import Part, Score

__all__ = ["explained", "headline", "parts_table"]


def headline(score: Score) -> str:
    """One line: who, which score, what value.

    Examples:
        >>> from custlife.scoring.value import Score
        >>> headline(Score(72, grade="green", name="health", customer="acme"))
        'acme: health 72.0 of 100, green'
    """
    who = f"{score.customer}: " if score.customer else ""
    name = f"{score.name} " if score.name else ""
    if score.value is None:
        return f"{who}no {name or 'score '}({score.reason})".replace("  ", " ")
    marks = [mark for mark in (score.grade, score.qualifies) if mark]
    return ", ".join([f"{who}{name}{score.value:.1f} of 100", *marks])


def explained(score: Score) -> str:
    """The headline, the parts by size, and what is not known or too old."""
    lines = [parts_table(score).text(width=120) if score.parts else headline(score)]
    lines.extend(f"  {note}" for note in notes(score))
    return "\n".join(lines)


def notes(score: Score) -> tuple[str, ...]:
    """What a reader must know beside the value."""
    found = []
    if score.completeness < 1:
        found.append(f"{100 * score.completeness:.3g} % of what it asks for is known.")
    if score.stale:
        found.append(f"Too old to count: {', '.join(score.stale)}.")
    if score.freshness is not None:
        found.append(f"The oldest of what went in is {_days(score.freshness)} old.")
    if score.as_of is not None:
        found.append(f"As of {score.as_of:%Y-%m-%d %H:%M} UTC.")
    return tuple(found)


def _days(age: timedelta) -> str:
    days = age / timedelta(days=1)
    return f"{days:.0f} days" if days >= 2 else f"{24 * days:.0f} hours"


def parts_table(score: Score) -> Table:
    """The parts, one a row, in the order in which they were declared."""
    from custlife.pictures import Table

    rows = [_row(part) for part in score.parts]
    names = ("part", "points", "raw", "rated", "weight", "reason")
    return Table(names, rows, title=headline(score), align=("left", "right", "right", "right", "right", "left"))


def _row(part: Part) -> tuple[str | None, ...]:
    return (
        part.name,
        f"{part.points:+.1f}",
        None if part.raw is None else said(part.raw),
        None if part.level is None else f"{part.level:.1f}",
        None if part.weight is None else f"{100 * part.weight:.1f} %",
        part.reason,
    )
