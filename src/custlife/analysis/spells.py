"""Spells: every stay of every unit, as rows."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import columns_of
from custlife.analysis.question import codes_of, some_names
from custlife.analysis.result import Result, days_of, person
from custlife.analysis.wording import counted
from custlife.calendar import from_us
from custlife.engines.gathers import OPEN, Stays

if TYPE_CHECKING:
    from custlife.analysis.result import About
    from custlife.engines.gathers import Group, Stay
    from custlife.engines.history import Setting

__all__ = ["SpellList", "SpellRow", "SpellsResult"]

COLUMNS = {
    "customer": str,
    "stage": str,
    "entered": datetime,
    "left": datetime | None,
    "days": float,
    "next": str | None,
    "censored": bool,
    "truncated": bool,
}


@attrs.frozen
class SpellList:
    """The question for all spells; `log.spells(...)` builds and asks it.

    Attributes:
        stages: Only the stays in these stages; empty means all.
    """

    stages: tuple[str, ...] = attrs.field(default=(), converter=some_names)

    def requests(self, setting: Setting) -> list[Stays]:
        """The one list it needs."""
        codes = codes_of(setting, self.stages)
        return [Stays(codes or frozenset(range(len(setting.vocabulary.names))))]

    def answer(self, setting: Setting, tables: list[Any]) -> SpellsResult:
        """The stays with their names and dates."""
        row = partial(_row, setting.vocabulary.names, setting.since)
        return SpellsResult(self, person(setting), tuple(map(row, tables[0])), setting.segments)


def _row(names: tuple[str, ...], since: int | None, stay: Stay) -> SpellRow:
    is_open = stay.after == OPEN
    return SpellRow(
        stay.unit,
        names[stay.code],
        from_us(stay.entered),
        None if is_open else from_us(stay.left),
        days_of(stay.left - stay.entered),
        None if is_open else names[stay.after],
        is_open,
        since is not None and stay.entered < since,
        stay.segments,
    )


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
        where = f" in {', '.join(self.question.stages)}" if self.question.stages else ""
        whose = len({row.customer for row in self.rows})
        return f"{counted(len(self.rows), 'stay')}{where} of {counted(whose, self.about.unit)}"

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold, segments last."""
        return {**COLUMNS, **dict.fromkeys(self.segments, str | None)}

    def to_columns(self) -> dict[str, list[Any]]:
        """The stays as one list a column, without a dict for each."""
        return columns_of(self.rows, COLUMNS, self.segments)

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
