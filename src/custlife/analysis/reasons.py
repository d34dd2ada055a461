"""Reasons: why units left the path, by the stage they left and the exit they took."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import codes_of, names, some_names
from custlife.analysis.result import Result
from custlife.analysis.splitting import about, group_order, head, label, segment_test, shown_reason
from custlife.engines import gathers
from custlife.engines.history import check_segments
from custlife.errors import UsageError
from custlife.pictures import Bars, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.engines.gathers import Group, ReasonTable
    from custlife.engines.history import Setting
    from custlife.pictures import Picture

__all__ = ["ExitReason", "Reasons", "ReasonsResult"]

START = "(start)"


@attrs.frozen
class Reasons:
    """The question of reasons; `log.reasons(...)` builds and asks it.

    Attributes:
        exits: The exits; empty means all of them.
        by: Segments to split by, in force at the move.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "from_stage", "to_stage", "reason")

    exits: tuple[str, ...] = attrs.field(default=(), converter=some_names)
    by: tuple[str, ...] = attrs.field(default=(), converter=names)

    def requests(self, setting: Setting) -> list[gathers.Reasons]:
        """The one table it needs."""
        vocabulary = setting.vocabulary
        every = vocabulary.paused | vocabulary.ended
        wanted = codes_of(setting, self.exits)
        for code in sorted(wanted - every):
            names = ", ".join(repr(vocabulary.names[exit_]) for exit_ in sorted(every)) or "none"
            raise UsageError(f"{vocabulary.names[code]!r} is not an exit", f"exits are {names}")
        check_segments(self.by, setting.segments)
        return [gathers.Reasons(wanted or every, self.by)]

    def answer(self, setting: Setting, tables: list[Any]) -> ReasonsResult:
        """The result, from the table of counts."""
        table: ReasonTable = tables[0]
        names = setting.vocabulary.names
        taken: Counter[tuple[Group, int]] = Counter()
        for (group, _, to, _), n in table.items():
            taken[group, to] += n
        rows = tuple(
            ExitReason(group, None if came < 0 else names[came], names[to], reason, n, n / taken[group, to])
            for (group, came, to, reason), n in sorted(table.items(), key=_order)
        )
        return ReasonsResult(self, about(setting, self.by), rows)

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have a move of a cell: `from_stage`, `to_stage` (the exit), `reason`, `segment`."""
        is_mine = segment_test(cell)
        came_from, went_to = (
            None if name not in cell else {-1} if cell[name] is None else codes_of(setting, (cell[name],))
            for name in ("from_stage", "to_stage")
        )

        def find(tables: list[Any]) -> bool:
            return any(
                (came_from is None or came in came_from)
                and (went_to is None or to in went_to)
                and reason == cell.get("reason", reason)
                and is_mine(group)
                for group, came, to, reason in tables[0]
            )

        return find


def _order(item: tuple[tuple[Group, int, int, str | None], int]) -> tuple[object, ...]:
    """By segment, exit and stage left; then most frequent first, reasons not given last."""
    (group, came, to, reason), n = item
    return group_order(group), to, came, -n, reason is None, reason or ""


@attrs.frozen
class ExitReason:
    """The moves from one stage into one exit for one reason.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        from_stage: The stage left; None where the exit was the first thing known.
        exit: The exit taken.
        reason: The reason; None where none was given.
        count: How many moves.
        share: Their share of the moves into this exit, in the segment.
    """

    segment: Group
    from_stage: str | None
    exit: str
    reason: str | None
    count: int
    share: float


@attrs.frozen(str=False, repr=False)
class ReasonsResult(Result):
    """The answer of a question of reasons.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment, exit, stage left and reason.
    """

    question: Reasons
    about: About
    rows: tuple[ExitReason, ...]

    def count(self, *, exit: str | None = None, from_stage: str | None = None, reason: str | None = None) -> int:
        """Moves into an exit, from a stage, for a reason; what is not named counts whole."""
        return sum(
            row.count
            for row in self.rows
            if exit in (None, row.exit)
            and from_stage in (None, row.from_stage)
            and reason in (None, shown_reason(row.reason))
        )

    def title(self) -> str:
        """One line that says what was asked."""
        named = ", ".join(self.question.exits) or "every exit"
        return f"Reasons for {named}"

    def footnotes(self) -> tuple[str, ...]:
        """How many moves have no reason."""
        missing = sum(row.count for row in self.rows if row.reason is None)
        whole = sum(row.count for row in self.rows)
        return (f"{missing:,} of {whole:,} moves have no reason given.",) if missing else ()

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        why = {"exit": str, "from": str | None, "reason": str}
        return {**dict.fromkeys(self.question.by, str | None), **why, "count": int, "share": float}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment, exit, stage left and reason; no reason reads `(not given)`."""
        return [
            {
                **head(self.question.by, row.segment),
                "exit": row.exit,
                "from": row.from_stage,
                "reason": shown_reason(row.reason),
                "count": row.count,
                "share": row.share,
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """A bar for each exit and reason, split by the stage left."""
        lines = sorted({(row.segment, row.exit, shown_reason(row.reason)) for row in self.rows}, key=_line_order)
        counts: Counter[tuple[Group, str, str, str | None]] = Counter()
        for row in self.rows:
            counts[row.segment, row.exit, shown_reason(row.reason), row.from_stage] += row.count
        stages = dict.fromkeys(row.from_stage for row in sorted(self.rows, key=lambda row: row.from_stage or ""))
        parts = [
            Segment(START if stage is None else stage, [counts[*line, stage] for line in lines]) for stage in stages
        ]
        return Bars([label(segment, exit_, reason) for segment, exit_, reason in lines], parts, title=self.title())


def _line_order(line: tuple[Group, str, str]) -> tuple[object, ...]:
    return group_order(line[0]), *line[1:]
