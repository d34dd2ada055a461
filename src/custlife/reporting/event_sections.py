"""Sections about a log of events: coming back, activity, sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.pictures import Bars, Lines, Segment, Series, Table
from custlife.reporting.conversions import split_bars
from custlife.reporting.document import Section, fold, show
from custlife.reporting.timing import growth, retention
from custlife.reporting.wording import counted, hundred
from custlife.stats.outline import outline

if TYPE_CHECKING:
    from custlife.reporting.answers import EventAnswers

__all__ = ["event_sections"]


def event_sections(answers: EventAnswers) -> list[Section]:
    """All parts that have something to show, in order."""
    said = f"Active is who did something in the {answers.every}."
    found = [
        _again(answers), _segments(answers), retention(answers.retention, said), growth(answers.growth, said),
        _names(answers), _paths(answers),
    ]  # fmt: skip
    return [one for one in found if one is not None]


def _again(answers: EventAnswers) -> Section | None:
    """The curve of coming back."""
    row = answers.again.whole
    if not row.entered or not row.converted:
        return None
    curve = outline(row.curve())
    back, low, high = ((0.0, *map(_share_gone, part)) for part in (curve.survival, curve.high, curve.low))
    at_risk = (row.entered, *curve.at_risk)
    line = Series("came back", (0.0, *curve.times), back, low, high, "step", "good", at_risk)
    title = f"Came back within so many days of the first event, up to {answers.within}"
    picture = Lines([line], title=title, form="percent", x_label="days", x_steps="days", risk_label="still observed")
    lead = (
        f"{counted(row.entered, answers.log.unit)} did something; {row.converted:,} came back within {answers.within}."
    )
    how = "Kaplan-Meier with 95 % band: who has not come back yet counts for as long as we have seen them."
    return Section("again", "Who comes back", lead, (show(picture), fold(answers.again.table())), how)


def _share_gone(staying: float | None) -> float | None:
    return None if staying is None else 1 - staying


def _segments(answers: EventAnswers) -> Section | None:
    """Coming back, one bar for each value of a segment."""
    parts = [
        show(split_bars(one, f"Came back within {answers.within}, by {one.question.by[0]}")) + fold(one.table())
        for one in answers.splits
    ]
    return (
        Section("segments", "By segment", "", tuple(parts), "Where intervals overlap widely, nothing is proven.")
        if parts
        else None
    )


def _names(answers: EventAnswers) -> Section | None:
    """How often each event was, where there is more than one."""
    counts: dict[str, int] = {}
    for row in answers.flows.rows:
        counts[row.to_stage] = counts.get(row.to_stage, 0) + row.moves
    if len(counts) < 2:
        return None
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    picture = Bars([name for name, _ in ranked[:20]], [Segment("", [n for _, n in ranked[:20]])], title="Events")
    table = Table(("event", "times"), ranked, limit=200)
    return Section("events", "What they do", "", (show(picture), fold(table)))


def _paths(answers: EventAnswers) -> Section | None:
    """The most frequent first sequences, where events have names to tell apart."""
    rows = answers.paths.rows
    if len({name for row in rows for name in row.stages}) < 2:
        return None
    picture = Bars(
        [row.text for row in rows],
        [Segment("", [row.count for row in rows])],
        title="The most frequent first six events",
        values=[f"{row.count:,} · {hundred(row.share)}" for row in rows],
    )
    return Section("paths", "In which order", "", (show(picture), fold(answers.paths.table())))
