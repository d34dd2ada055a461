"""Headcount: how many are in each stage at the end of each period."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import codes_of, names
from custlife.analysis.result import Result
from custlife.analysis.splitting import (
    about,
    calendar,
    check_calendar,
    groups_of,
    head,
    is_over,
    label,
    last_period,
    place_of,
    segment_test,
)
from custlife.analysis.wording import plural
from custlife.engines.gathers import EARLIER, Moves, MoveTable
from custlife.errors import UnknownNameError
from custlife.pictures import Lines, Series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.pictures import Picture

__all__ = ["Headcount", "HeadcountResult", "HeadcountRow"]


@attrs.frozen
class Headcount:
    """The question of headcount; `log.headcount(...)` builds and asks it.

    Attributes:
        every: Length of the periods.
        by: Segments to split by, in force at the start of the stay.
        week_start: First day of weeks.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "period", "stage")

    every: str = "month"
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    week_start: str = "monday"

    def __attrs_post_init__(self) -> None:
        check_calendar(self.every, self.week_start)

    def requests(self, setting: Setting) -> list[Moves]:
        """Two tables: who comes in by the segment of the new stay, who goes out by that of the old one."""
        codes_of(setting, ())
        periods = calendar(self.every, self.week_start, setting)
        return [Moves(periods, self.by), Moves(periods, self.by, "stay" if self.by else "move")]

    def answer(self, setting: Setting, tables: list[Any]) -> HeadcountResult:
        """The result, from the tables of counts."""
        periods, vocabulary = calendar(self.every, self.week_start, setting), setting.vocabulary
        came, went = _sides(*tables)
        now = last_period(periods, setting.as_of, (period for _, period, _ in came))
        seen = [period for _, period, _ in came if period != EARLIER]
        if any(period == EARLIER for _, period, _ in came) and setting.since is not None:
            seen.append(periods.index(setting.since))
        rows = []
        for group in groups_of((group for group, _, _ in came), self.by):
            stock = [came[group, EARLIER, code] - went[group, EARLIER, code] for code in range(len(vocabulary.names))]
            for period in range(min(seen, default=now + 1), now + 1):
                is_complete = is_over(periods, period, setting.as_of)
                for code, name in enumerate(vocabulary.names):
                    entered, left = came[group, period, code], went[group, period, code]
                    stock[code] += entered - left
                    place = place_of(vocabulary, code)
                    rows.append(
                        HeadcountRow(group, periods.label(period), is_complete, name, place, stock[code], entered, left)
                    )
        return HeadcountResult(self, about(setting, self.by), tuple(rows))

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether somebody stands in a cell: `stage`, `period` (by default that of `as_of`), `segment`."""
        codes = codes_of(setting, (cell["stage"],)) if "stage" in cell else None
        periods, is_mine = calendar(self.every, self.week_start, setting), segment_test(cell)
        label = cache(periods.label)
        wanted = cell.get("period", label(periods.index(setting.as_of)))

        def find(tables: list[Any]) -> bool:
            net: Counter[tuple[Group, int]] = Counter()
            for sign, side in zip((1, -1), _sides(*tables), strict=True):
                for (group, period, code), n in side.items():
                    if period == EARLIER or label(period) <= wanted:
                        net[group, code] += sign * n
            return any(
                n > 0 and (codes is None or code in codes) and is_mine(group) for (group, code), n in net.items()
            )

        return find


Side = Counter[tuple["Group", int, int]]


def _sides(moves: MoveTable, stays: MoveTable) -> tuple[Side, Side]:
    """Who came into each stage and who went out of it, by segment and period."""
    came: Side = Counter()
    went: Side = Counter()
    for (group, period, _, to), n in moves.items():
        came[group, period, to] += n
    for (group, period, before, _), n in stays.items():
        if before >= 0:
            went[group, period, before] += n
    return came, went


@attrs.frozen
class HeadcountRow:
    """One stage at the end of one period; `count` is that of the period before plus `entered` minus `left`.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        period: Label of the period.
        is_complete: Whether the period was over at `as_of`; if not, the count is that at `as_of`.
        stage: The stage.
        place: `path`, `unplaced`, `paused` or `ended`.
        count: Units in the stage at the last instant of the period.
        entered: Moves into the stage during the period.
        left: Moves out of it.
    """

    segment: Group
    period: str
    is_complete: bool
    stage: str
    place: str
    count: int
    entered: int
    left: int

    @property
    def label(self) -> str:
        """Segment, stage and period in one text."""
        return label(self.segment, self.stage, self.period)


@attrs.frozen(str=False, repr=False)
class HeadcountResult(Result):
    """The answer of headcount.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment, period and stage, without gaps, exits included.
    """

    question: Headcount
    about: About
    rows: tuple[HeadcountRow, ...]

    def of(self, stage: str, *segment: str | None) -> tuple[HeadcountRow, ...]:
        """The rows of one stage over the periods, of one segment where the answer is split.

        Raises:
            UnknownNameError: There is no such stage or segment.
        """
        found = tuple(row for row in self.rows if row.stage == stage and row.segment == segment)
        if not found:
            raise UnknownNameError(
                "row", label(segment, stage), {label(row.segment, row.stage): 1 for row in self.rows}
            )
        return found

    def at(self, period: str, *segment: str | None) -> dict[str, int]:
        """Stage to count at the end of one period, of one segment where the answer is split.

        Raises:
            UnknownNameError: There is no such period or segment.
        """
        found = {row.stage: row.count for row in self.rows if row.period == period and row.segment == segment}
        if not found:
            raise UnknownNameError(
                "row", label(segment, period), {label(row.segment, row.period): 1 for row in self.rows}
            )
        return found

    def title(self) -> str:
        """One line that says what was asked."""
        return f"{self.about.unit.capitalize()}s in each stage at the end of each {self.question.every}"

    def footnotes(self) -> tuple[str, ...]:
        """What the counts are, and which are not final."""
        open_ones = list(dict.fromkeys(row.period for row in self.rows if not row.is_complete))
        notes = ["Counted at the last instant of the period."]
        return (*notes, *(f"{period} is not over: counted at as_of." for period in open_ones))

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        place = {"period": str, "complete": bool, "stage": str, "place": str}
        return {**dict.fromkeys(self.question.by, str | None), **place, "count": int, "entered": int, "left": int}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment, period and stage."""
        return [
            {
                **head(self.question.by, row.segment),
                "period": row.period,
                "complete": row.is_complete,
                "stage": row.stage,
                "place": row.place,
                "count": row.count,
                "entered": row.entered,
                "left": row.left,
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """Stacked areas of the stages of the path and beside it, all segments together; exits are not in the stack."""
        names = list(dict.fromkeys(row.stage for row in self.rows if row.place in {"path", "unplaced"}))
        labels = list(dict.fromkeys(row.period for row in self.rows))
        counts: Counter[tuple[str, str]] = Counter()
        for row in self.rows:
            counts[row.stage, row.period] += row.count
        areas = [Series(name, labels, [counts[name, period] for period in labels], style="area") for name in names]
        note = "Exits are not in the stack." if len({row.stage for row in self.rows}) > len(names) else ""
        return Lines(areas, title=self.title(), note=note, y_label=plural(0, self.about.unit))
