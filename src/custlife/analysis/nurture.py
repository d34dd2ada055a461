"""Nurture: how often units are touched in each stage, and how long they go without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice, names, some_names
from custlife.analysis.result import DAY, Result, days_of, decimal, percent
from custlife.analysis.splitting import about, groups_of, head, label, picked, segment_test
from custlife.analysis.steps import Step
from custlife.analysis.touch_steps import as_touch, exit_codes, first_event, seen_of, stage_codes, unseen_events
from custlife.analysis.wording import counted, never_seen
from custlife.engines.touching import Touches, TouchTally
from custlife.pictures import Bars, Segment
from custlife.stats import kaplan_meier
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.touching import TouchTable
    from custlife.pictures import Picture
    from custlife.stats import SurvivalCurve

__all__ = ["Nurture", "NurtureResult", "StageTouches"]


@attrs.frozen
class Nurture:
    """The question of touches by stage; `log.nurture(events)` builds and asks it.

    Attributes:
        stages: The stages; empty means all of the path.
        touch: What a touch is; any event by default.
        by: Segments to split by, in force at the start of the stay.
        level: Nominal coverage of the intervals.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "stage", "state")

    stages: tuple[str, ...] = attrs.field(default=(), converter=some_names)
    touch: Step = attrs.field(default=None, converter=as_touch)
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    level: float = 0.95

    def __attrs_post_init__(self) -> None:
        check_level(self.level)

    def _wanted(self, setting: Setting) -> frozenset[int]:
        """The codes of the stages."""
        named = stage_codes(setting, self.stages)
        return named or frozenset(range(setting.vocabulary.path))

    def requests(self, setting: Setting) -> list[Touches]:
        """The one table it needs."""
        wanted, exits = self._wanted(setting), exit_codes(setting)
        return [Touches(seen_of(self.touch, setting), wanted, exits, first_event(setting), self.by)]

    def answer(self, setting: Setting, tables: list[Any]) -> NurtureResult:
        """The result, from the table of counts."""
        table: TouchTable = tables[0]
        called = setting.vocabulary.names
        rows = [
            _row(group, called[code], table.get((group, code)) or TouchTally(), self.level)
            for group in groups_of((group for group, _ in table), self.by)
            for code in sorted(self._wanted(setting))
        ]
        return NurtureResult(self, about(setting, self.by), tuple(rows), unseen_events(setting, self.touch.names))

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have a stay in a cell: `state` (`touched`, `untouched`), `stage`, `segment`."""
        state = choice("state", cell.get("state", "untouched"), ("touched", "untouched"))
        codes = stage_codes(setting, (cell["stage"],)) if "stage" in cell else None
        is_mine = segment_test(cell)

        def is_in(tally: TouchTally) -> bool:
            counts = {*tally.ended, *tally.open}
            return any(counts) if state == "touched" else 0 in counts

        return lambda tables: any(
            is_mine(group) and (codes is None or code in codes) and is_in(tally)
            for (group, code), tally in tables[0].items()
        )


def _row(group: Group, stage: str, tally: TouchTally, level: float) -> StageTouches:
    curve = kaplan_meier(tally.gaps, tally.silent, unit=DAY, level=level)
    longest = max([*tally.gaps[-1:], *tally.silent[-1:]], default=None)
    return StageTouches(
        group, stage, sum(tally.ended.values()), sum(tally.open.values()),
        sum(touches * stays for touches, stays in tally.ended.items()),
        sum(touches * stays for touches, stays in tally.open.items()),
        tally.ended.get(0, 0), tally.open.get(0, 0), tally.truncated,
        None if longest is None else days_of(longest), curve,
    )  # fmt: skip


@attrs.frozen
class StageTouches:
    """Touches in one stage, for one segment.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        stage: The stage.
        ended: Stays that ended.
        open: Stays that last at `as_of`.
        touches: Touches in the stays that ended; one at the very start of a stay is in it, one at its end in the next.
        touches_so_far: Touches in the stays that last.
        untouched: Stays that ended without any touch.
        untouched_so_far: Stays that last, without any touch yet.
        truncated: Stays that began before observation did; in no other number.
        longest_gap_days: The longest time without a touch that began here, over or not; None where there is none.
        gaps: Kaplan-Meier curve of the time without a touch, days: from a touch, or from coming onto the path, to the
            next touch; where the unit leaves the path or `as_of` comes first, it is at least so long.
    """

    segment: Group
    stage: str
    ended: int
    open: int
    touches: int
    touches_so_far: int
    untouched: int
    untouched_so_far: int
    truncated: int
    longest_gap_days: float | None
    gaps: SurvivalCurve = attrs.field(repr=False)

    @property
    def per_stay(self) -> float | None:
        """Mean number of touches of a stay that ended; None where none did."""
        return self.touches / self.ended if self.ended else None

    @property
    def median_gap_days(self) -> float | None:
        """The time by which half of the gaps were over, days; None where fewer than half were."""
        return self.gaps.median.value

    @property
    def label(self) -> str:
        """Segment and stage in one text."""
        return label(self.segment, self.stage)


@attrs.frozen(str=False, repr=False)
class NurtureResult(Result):
    """The answer of a question of touches by stage.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment and stage.
        unseen: Names of events that were asked for and nobody had.
    """

    question: Nurture
    about: About
    rows: tuple[StageTouches, ...]
    unseen: tuple[str, ...] = ()

    def __getitem__(self, stage: str) -> StageTouches:
        """The row of a stage; of a segment and a stage by the row's label, such as `"pro · intent"`.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "row", stage, [row.label for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        touch = "event" if self.question.touch == Step() else str(self.question.touch)
        return f"Touches by stage of {counted(self.about.units, self.about.unit)}; a touch is any {touch}"

    def footnotes(self) -> tuple[str, ...]:
        """How the numbers were made, and what was left out."""
        notes = [
            "Touches of a stay: mean of those that ended.",
            "A gap begins with a touch, or with coming onto the path; one not over by then counts as at least so long.",
            *never_seen(self.unseen),
        ]
        truncated = sum(row.truncated for row in self.rows)
        if truncated:
            notes.append(f"{truncated:,} stays began before observation did, and are in no number.")
        return tuple(notes)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        counts = ("ended", "open", "touches", "touches_so_far", "untouched", "untouched_so_far")
        return {
            **dict.fromkeys(self.question.by, str | None),
            "stage": str,
            **dict.fromkeys(counts, int),
            **dict.fromkeys(("per_stay", "median_gap_days", "longest_gap_days"), float | None),
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and stage."""
        columns = [name for name in self.column_types() if name not in self.question.by]
        return [
            {**head(self.question.by, row.segment), **{name: getattr(row, name) for name in columns}}
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                **head(self.question.by, row.segment),
                "stage": row.stage,
                "stays": row.ended + row.open,
                "touches": row.touches + row.touches_so_far,
                "per stay": decimal(row.per_stay),
                "left untouched": percent(row.untouched / row.ended if row.ended else None),
                "median gap, days": decimal(row.median_gap_days),
                "longest gap, days": decimal(row.longest_gap_days),
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """Touches of a stay by stage."""
        rows = [row for row in self.rows if row.per_stay is not None]
        bars = Segment("touches of a stay that ended", [row.per_stay or 0.0 for row in rows], "good")
        return Bars(tuple(row.label for row in rows), (bars,), title=self.title())
