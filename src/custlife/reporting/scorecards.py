"""The section of the scorecard: targets with their verdicts, and what each stage is measured by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.pictures import Table
from custlife.reporting.document import Section, fold, page, renamed, show
from custlife.reporting.wording import counted, window

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.metrics import Judgement

__all__ = ["scorecard", "scorecard_page"]

HOW = (
    "A target is met or missed only where its interval leaves no doubt and its date has come; on track and too early "
    "say which way it leans. What is pending may still change it."
)
CLOSING = "Made with custlife. One file, no scripts, nothing fetched; the same log gives the same bytes."


def scorecard(judged: Judgement, name: Callable[[str], str] = str) -> Section | None:
    """Targets first, then the metrics that are only read.

    Args:
        judged: The scorecard.
        name: What to call a stage.
    """
    targets = judged.targets()
    metrics = attrs.evolve(judged, rows=tuple(row for row in judged.rows if row.verdict is None))
    if not judged.rows:
        return None
    parts, lead = [], ""
    if targets.rows:
        lead = f"{targets.title().removeprefix(judged.question.title + ': ').capitalize()}."
        parts += [show(renamed(targets.picture(), "Targets")), _table(targets, name).html()]
    if metrics.rows:
        parts.append(fold(_table(metrics, name), "What each stage is measured by"))
    return Section("scorecard", "Scorecard", lead, tuple(parts), HOW if targets.rows else "")


def _table(judged: Judgement, name: Callable[[str], str]) -> Table:
    """The rows as a table, stages by the names that people read."""
    rows = [{key: _cell(key, value, name) for key, value in row.items()} for row in judged.people()]
    if all(row["verdict"] in {"read", "no\u00a0value"} for row in rows):
        rows = [{key: value for key, value in row.items() if key != "verdict"} for row in rows]
    return Table(tuple(rows[0]), [tuple(row.values()) for row in rows], note=" ".join(judged.footnotes()))


def _cell(key: str, value: Any, name: Callable[[str], str]) -> Any:
    """The label of a stage; numbers with their units on one line."""
    if key == "stage" and value:
        return name(value)
    if key in {"metric", "segment"} or not isinstance(value, str):
        return value
    return value.replace(" ", "\u00a0").replace("–", "–\u2060")  # without a word joiner a line may end at a dash


def scorecard_page(judged: Judgement) -> str:
    """A judged scorecard as a page of its own."""
    about = judged.about
    facts = f"{counted(about.units, about.unit)} · as of {window(about)}"
    section = scorecard(judged)
    sections = [] if section is None else [section]
    return page(judged.title(), facts, note="", findings=(), sections=sections, closing=CLOSING)
