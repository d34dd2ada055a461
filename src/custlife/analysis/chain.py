"""Chain: where those in a stage stand one period later, and the questions that lead on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.chain_ages import DurationTest, duration_test
from custlife.analysis.chain_part import ChainPart, part_of
from custlife.analysis.chain_result import ChainResult
from custlife.analysis.question import codes_of, names
from custlife.analysis.splitting import about, check_calendar, groups_of, segment_test
from custlife.calendar.ticks import ticks_back
from custlife.engines.gathers import OPEN
from custlife.engines.transits import Transits, TransitTable
from custlife.errors import UsageError
from custlife.stats import benjamini_hochberg
from custlife.stats.interval import check_level
from custlife.stats.numbers import check_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import ClassVar

    from custlife.engines.history import Setting

__all__ = ["Chain"]


@attrs.frozen
class Chain:
    """The question of a chain; `log.chain(...)` builds and asks it.

    Attributes:
        every: Length of a period: `day`, `week`, `month`, `quarter` or `year`.
        by: Segments to split by, in force at the start of the stay.
        smoothing: Added to the count of every destination of every stage that can be left, 0 or more.
        level: Nominal coverage of the intervals.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "from_stage", "to_stage")

    every: str = "month"
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    smoothing: float = 0.0
    level: float = 0.95

    def __attrs_post_init__(self) -> None:
        check_calendar(self.every, "monday")
        check_level(self.level)
        if check_number("smoothing", self.smoothing) < 0:
            raise UsageError(f"smoothing={self.smoothing!r} is negative", "pass smoothing=0 for none")

    def requests(self, setting: Setting) -> list[Transits]:
        """The one table it needs."""
        codes_of(setting, ())
        return [Transits(self._grid(setting), self.by)]

    def _grid(self, setting: Setting) -> tuple[int, ...]:
        """Instants counted back from `as_of`, as long as there is something to see."""
        starts = [us for us in (setting.first, setting.since) if us is not None]
        first = max(starts) if setting.first is not None else None
        return ticks_back(setting.as_of, self.every, setting.zone, first)

    def answer(self, setting: Setting, tables: list[Any]) -> ChainResult:
        """The result, from the table of counts."""
        table: TransitTable = tables[0]
        grid = self._grid(setting)
        model = setting.vocabulary.model
        seen = (group for stays in (table.stays, table.truncated) for group, *_ in stays)
        parts = tuple(
            part_of(group, table, setting.vocabulary, len(grid) - 1, self.every, self.smoothing, self.level)
            for group in groups_of(seen, self.by)
        )
        stages = dict.fromkeys(stage for part in parts for stage in part.stages)
        legal = tuple((a, b) for a in stages for b in stages if a != b and model is not None and model.allows(a, b))
        known = setting.vocabulary.names
        return ChainResult(
            self, about(setting, self.by), parts, len(grid) - 1, setting.zone, _tests(parts), legal, known
        )

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether somebody made a transition of a cell: `from_stage`, `to_stage`, `segment`."""
        ends = [codes_of(setting, (cell[name],)) if name in cell else None for name in ("from_stage", "to_stage")]
        is_mine = segment_test(cell)

        def is_in(code: int, codes: Iterable[int] | None) -> bool:
            return codes is None or code in codes

        def find(tables: list[Any]) -> bool:
            return any(
                is_mine(group)
                and is_in(stage, ends[0])
                and ((covered > 1 and is_in(stage, ends[1])) or (then != OPEN and is_in(then, ends[1])))
                for stays in (tables[0].stays, tables[0].truncated)
                for group, stage, covered, then in stays
            )

        return find


def _tests(parts: Iterable[ChainPart]) -> tuple[DurationTest, ...]:
    """The test of every stage of which enough is known, adjusted for their number."""
    made = [duration_test(part.segment, stage, part.ages(stage)) for part in parts for stage in part.stages]
    found = [test for test in made if test is not None]
    adjusted = benjamini_hochberg([test.p_value for test in found])
    return tuple(attrs.evolve(test, adjusted=p) for test, p in zip(found, adjusted, strict=True))
