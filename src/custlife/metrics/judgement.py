"""A judged scorecard: one row for each line, with its reading and its verdict."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.result import About, Result
from custlife.analysis.splitting import label
from custlife.analysis.wording import never_seen
from custlife.metrics.reading import written
from custlife.metrics.readings import finite, limits
from custlife.metrics.verdict import STATES
from custlife.pictures import Bars, Segment

if TYPE_CHECKING:
    from custlife.metrics.reading import Reading
    from custlife.metrics.scorecard import Line, Scorecard
    from custlife.metrics.verdict import Verdict
    from custlife.pictures import Picture

__all__ = ["JudgedLine", "Judgement"]

TONES = {"met": "good", "on_track": "accent7", "too_early": "pending", "not_enough_data": "muted", "missed": "bad"}


@attrs.frozen
class JudgedLine:
    """One row of a judged scorecard.

    Attributes:
        line: The line it belongs to.
        reading: The reading; None where an input is missing.
        verdict: The verdict; None where there is no target.
        why: The reason of the verdict, or why there is no value.
    """

    line: Line
    reading: Reading | None
    verdict: Verdict | None
    why: str

    @property
    def state(self) -> str:
        """The verdict; `read` where there is no target, `no value` where there is nothing to read."""
        if self.verdict is not None:
            return self.verdict.state
        return "no value" if self.reading is None or self.reading.value is None else "read"


@attrs.frozen(str=False, repr=False)
class Judgement(Result):
    """A judged scorecard.

    Attributes:
        question: The scorecard.
        about: Where the answer comes from.
        rows: One for each line, and for each segment where a target asks every one.
    """

    question: Scorecard
    about: About
    rows: tuple[JudgedLine, ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """All verdicts."""
        return tuple(row.verdict for row in self.rows if row.verdict is not None)

    @property
    def missed(self) -> tuple[Verdict, ...]:
        """The verdicts on what was missed."""
        return tuple(verdict for verdict in self.verdicts if not verdict.ok)

    @property
    def ok(self) -> bool:
        """Whether nothing was missed."""
        return not self.missed

    def targets(self) -> Judgement:
        """The rows of targets alone, without the metrics that are only read."""
        return attrs.evolve(self, rows=tuple(row for row in self.rows if row.verdict is not None))

    def title(self) -> str:
        """One line that says how it stands."""
        found = Counter(verdict.state for verdict in self.verdicts)
        told = ", ".join(f"{found[state]} {state.replace('_', ' ')}" for state in STATES if found[state])
        return f"{self.question.title}: {told}" if told else self.question.title

    def parameters(self) -> dict[str, Any]:
        """Everything the answer depends on besides the rows."""
        about = self.about
        return {
            "title": self.question.title, "lines": len(self.question.lines), "as_of": about.as_of, "tz": about.tz,
            "unit": about.unit, "model": about.model,
        }  # fmt: skip

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        texts, numbers = ("segment", "target"), ("at_least", "at_most", "value", "low", "high")
        return {
            "stage": str | None,
            "metric": str,
            **dict.fromkeys(texts, str | None),
            **dict.fromkeys(numbers, float | None),
            "unit": str,
            "n": int,
            "pending": int,
            "verdict": str,
            "why": str,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each line; money stays Decimal."""
        return [_cells(row) for row in self.rows]

    def to_columns(self) -> dict[str, list[Any]]:
        """The rows as one list a column; shares, days and money share a column, so that it is of floats."""
        found = super().to_columns()
        return {n: [float(one) if isinstance(one, Decimal) else one for one in column] for n, column in found.items()}

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them; columns that hold nothing are left out."""
        rows = [
            {
                "stage": row.line.stage,
                "metric": row.line.metric.label,
                "segment": _segment(row),
                "target": None if row.line.target is None else row.line.target.signs_in(_unit(row)),
                "due": None if row.line.target is None else row.line.target.due_text,
                "value": None if row.reading is None else written(row.reading.value, row.reading.unit),
                "interval": None if row.reading is None else limits(row.reading),
                "n": 0 if row.reading is None else row.reading.n,
                "pending": 0 if row.reading is None else row.reading.pending,
                "verdict": row.state.replace("_", " "),
            }
            for row in self.rows
        ]
        empty = [name for name in ("stage", "segment", "target", "due") if all(row[name] is None for row in rows)]
        return [{name: value for name, value in row.items() if name not in empty} for row in rows]

    def footnotes(self) -> tuple[str, ...]:
        """Why values are missing, and what nobody had."""
        whys = dict.fromkeys(f"{row.line.metric.label}: {row.why}." for row in self.rows if row.state == "no value")
        unseen = dict.fromkeys(name for row in self.rows if row.reading is not None for name in row.reading.unseen)
        return (*whys, *never_seen(tuple(unseen)))

    def picture(self) -> Picture:
        """A bar of the verdicts."""
        found = Counter(verdict.state for verdict in self.verdicts)
        parts = [Segment(state.replace("_", " "), [found[state]], TONES[state]) for state in STATES if found[state]]
        return Bars(["targets"] if parts else [], parts, title=self.title())


def _segment(row: JudgedLine) -> str | None:
    return None if row.reading is None or not row.reading.segment else label(row.reading.segment)


def _unit(row: JudgedLine) -> str:
    """The unit of the reading, such as its currency; that of the metric where there is none."""
    return row.line.metric.definition.unit if row.reading is None else row.reading.unit


def _cells(row: JudgedLine) -> dict[str, Any]:
    target = row.line.target
    reading = row.reading
    interval = None if reading is None else reading.interval
    return {
        "stage": row.line.stage,
        "metric": row.line.metric.label,
        "segment": _segment(row),
        "target": None if target is None else target.goal_in(_unit(row)),
        "at_least": None if target is None else target.at_least,
        "at_most": None if target is None else target.at_most,
        "value": None if reading is None else reading.value,
        "low": None if interval is None else finite(interval.low),
        "high": None if interval is None else finite(interval.high),
        "unit": _unit(row),
        "n": 0 if reading is None else reading.n,
        "pending": 0 if reading is None else reading.pending,
        "verdict": row.state,
        "why": row.why,
    }
