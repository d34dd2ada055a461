"""Flows: moves from each stage to each, entries included; by period, or the whole matrix."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import codes_of, names
from custlife.analysis.result import Result
from custlife.analysis.splitting import about, calendar, check_calendar, group_order, head, segment_test
from custlife.analysis.wording import counted
from custlife.engines.gathers import EARLIER, Moves, MoveTable
from custlife.pictures import Columns, Link, Node, Segment
from custlife.pictures import Flows as FlowPicture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.pictures import Picture

__all__ = ["Flow", "Flows", "FlowsResult"]

START = "(start)"


@attrs.frozen
class Flows:
    """The question of flows; `log.flows(...)` builds and asks it.

    Attributes:
        every: Length of the periods; None for all moves together.
        by: Segments to split by, in force at the move.
        week_start: First day of weeks.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "period", "from_stage", "to_stage")

    every: str | None = None
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    week_start: str = "monday"

    def __attrs_post_init__(self) -> None:
        check_calendar(self.every, self.week_start)

    def requests(self, setting: Setting) -> list[Moves]:
        """The one table it needs."""
        periods = None if self.every is None else calendar(self.every, self.week_start, setting)
        return [Moves(periods, self.by)]

    def answer(self, setting: Setting, tables: list[Any]) -> FlowsResult:
        """The result, from the table of counts."""
        table: MoveTable = tables[0]
        seen = {key: n for key, n in table.items() if key[1] != EARLIER}
        leaving: Counter[tuple[Group, int, int]] = Counter()
        for (group, period, came, _), n in seen.items():
            leaving[group, period, came] += n
        rows = tuple(
            self._row(setting, key, n, n / leaving[key[:3]])
            for key, n in sorted(seen.items(), key=lambda item: (group_order(item[0][0]), item[0][1:]))
        )
        return FlowsResult(self, about(setting, self.by), rows, sum(table.values()) - sum(seen.values()))

    def _row(self, setting: Setting, key: tuple[Group, int, int, int], n: int, share: float) -> Flow:
        group, period, came, to = key
        names, model = setting.vocabulary.names, setting.vocabulary.model
        before = None if came < 0 else names[came]
        kind = None if model is None else str(model.kind(before, names[to]))
        return Flow(group, self._label(setting, period), before, names[to], kind, n, share)

    def _label(self, setting: Setting, period: int) -> str | None:
        return None if self.every is None else calendar(self.every, self.week_start, setting).label(period)

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have a move of a cell: `from_stage` (None: entries), `to_stage`, `period`, `segment`."""
        what = "stage" if setting.vocabulary.path else "event"
        sides = [
            None if name not in cell else {-1} if cell[name] is None else codes_of(setting, (cell[name],), what)
            for name in ("from_stage", "to_stage")
        ]
        is_mine, wanted = segment_test(cell), cell.get("period")
        label = cache(lambda period: self._label(setting, period))

        def find(tables: list[Any]) -> bool:
            return any(
                period != EARLIER
                and all(codes is None or code in codes for codes, code in zip(sides, key, strict=True))
                and wanted in (None, label(period))
                and is_mine(group)
                for group, period, *key in tables[0]
            )

        return find


@attrs.frozen
class Flow:
    """The moves from one stage to another, in one segment and period.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        period: Label of the period, or None.
        from_stage: The stage left; None for entries.
        to_stage: The stage entered.
        kind: What such a move is: `advance`, `skip`, `lapse`, ...; None for events.
        moves: How many.
        share: Their share of the moves that left the stage (or of the entries) in the period. Stays that last are not
            in it, so it is no probability.
    """

    segment: Group
    period: str | None
    from_stage: str | None
    to_stage: str
    kind: str | None
    moves: int
    share: float


@attrs.frozen(str=False, repr=False)
class FlowsResult(Result):
    """The answer of a question of flows.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment, period and pair of stages with a move.
        earlier: Moves made before observation began, in no row.
    """

    question: Flows
    about: About
    rows: tuple[Flow, ...]
    earlier: int

    def moves(self, from_stage: str | None, to_stage: str) -> int:
        """All moves between two stages, over all segments and periods; from None: entries."""
        return sum(row.moves for row in self.rows if (row.from_stage, row.to_stage) == (from_stage, to_stage))

    def title(self) -> str:
        """One line that says what was asked."""
        every = f" by {self.question.every}" if self.question.every else ""
        return f"Moves of {counted(self.about.units, self.about.unit)}{every}"

    def footnotes(self) -> tuple[str, ...]:
        """What the shares are, and what was left out."""
        notes = ["Share of the moves that left the stage; who stays is in none."]
        if self.earlier:
            notes.append(f"{self.earlier:,} moves were made before observation began.")
        return tuple(notes)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        period = {} if self.question.every is None else {"period": str | None}
        ends = {"from": str | None, "to": str, "kind": str | None}
        return {**dict.fromkeys(self.question.by, str | None), **period, **ends, "moves": int, "share": float}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment, period and pair of stages; `from` is None for entries."""
        return [
            {
                **head(self.question.by, row.segment),
                **({} if self.question.every is None else {"period": row.period}),
                "from": row.from_stage,
                "to": row.to_stage,
                "kind": row.kind,
                "moves": row.moves,
                "share": row.share,
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """The flows between stages, all segments together; over periods a column for each, by the kind of move."""
        if self.question.every is not None:
            return self._columns()
        links: Counter[tuple[str, str]] = Counter()
        for row in self.rows:
            links[START if row.from_stage is None else row.from_stage, row.to_stage] += row.moves
        nodes = dict.fromkeys(name for pair in links for name in pair)
        return FlowPicture(
            [Node(name) for name in nodes],
            [Link(came, to, n) for (came, to), n in links.items() if came != to],
            title=self.title(),
        )

    def _columns(self) -> Columns:
        periods = list(dict.fromkeys(row.period or "" for row in sorted(self.rows, key=lambda row: row.period or "")))
        kinds = list(dict.fromkeys(row.kind or "moves" for row in self.rows))
        counts: Counter[tuple[str, str]] = Counter()
        for row in self.rows:
            counts[row.kind or "moves", row.period or ""] += row.moves
        parts = [Segment(kind, [counts[kind, period] for period in periods]) for kind in kinds]
        return Columns(periods, parts, title=self.title(), y_label="moves")
