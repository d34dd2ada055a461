"""Spells: every stay of every unit, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import codes_of, some_names
from custlife.analysis.result import Result, days_of, person
from custlife.calendar import from_us
from custlife.engines.rows.staying import OPEN, following

if TYPE_CHECKING:
    from datetime import datetime

    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.engines.history import History

__all__ = ["SpellList", "SpellRow", "SpellsResult"]


@attrs.frozen
class SpellList:
    """The question for all spells; `log.spells(...)` builds and asks it.

    Attributes:
        stages: Only the stays in these stages; empty means all.
    """

    stages: tuple[str, ...] = attrs.field(default=(), converter=some_names)

    def requests(self, history: History) -> list[Any]:
        """No table: a list of units is not a count."""
        codes_of(history, self.stages)
        return []

    def answer(self, history: History, tables: list[Any]) -> SpellsResult:  # noqa: ARG002  # of the protocol
        """The stays, read off the rows."""
        wanted = codes_of(history, self.stages) or frozenset(range(len(history.vocabulary.names)))
        names, since = history.vocabulary.names, history.since
        segments = tuple(history.segments.values())
        after, until = following(history)
        rows = []
        for unit, (low, high) in zip(history.ids, history.ranges(), strict=True):
            for row in range(low, high):
                if history.code[row] not in wanted:
                    continue
                start, end, then = history.at[row], until[row], after[row]
                is_open = then == OPEN
                rows.append(
                    SpellRow(
                        unit,
                        names[history.code[row]],
                        from_us(start),
                        None if is_open else from_us(end),
                        days_of(end - start),
                        None if is_open else names[then],
                        is_open,
                        since is not None and start < since,
                        tuple(column.name(row) for column in segments),
                    )
                )
        return SpellsResult(self, person(history), tuple(rows), tuple(history.segments))


@attrs.frozen
class SpellRow:
    """One stay of one unit in one stage, `[entered, left)`.

    Attributes:
        customer: Id of the unit.
        stage: The stage.
        entered: When it was entered, UTC.
        left: When it was left, UTC; None while it lasts at `as_of`.
        days: Its length, days; its age at `as_of` while it lasts.
        next: The stage it led to; None while it lasts.
        censored: Whether it lasts at `as_of`.
        truncated: Whether it began before observation did.
        segments: The segments in force when it was entered, in the order of the log; None where a value is missing.
    """

    customer: str
    stage: str
    entered: datetime
    left: datetime | None
    days: float
    next: str | None
    censored: bool
    truncated: bool
    segments: Group


@attrs.frozen(str=False, repr=False)
class SpellsResult(Result):
    """All stays of a log.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: The stays, by unit and time.
        segments: Names of the segments of each row.
    """

    question: SpellList
    about: About
    rows: tuple[SpellRow, ...]
    segments: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def title(self) -> str:
        """One line that says what was asked."""
        return f"{len(self.rows):,} stays of {self.about.units:,} {self.about.unit}s"

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each stay, its segments last."""
        return [
            {
                "customer": row.customer,
                "stage": row.stage,
                "entered": row.entered,
                "left": row.left,
                "days": row.days,
                "next": row.next,
                "censored": row.censored,
                "truncated": row.truncated,
                **dict(zip(self.segments, row.segments, strict=True)),
            }
            for row in self.rows
        ]
