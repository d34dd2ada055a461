"""Stage probabilities: where those who came to a stage stand, at any time since then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice, codes_of, names
from custlife.analysis.splitting import about, check_count, groups_of, segment_test
from custlife.analysis.stage_probabilities_part import INTERVALS, part_of
from custlife.analysis.stage_probabilities_result import StageProbabilitiesResult
from custlife.calendar import span
from custlife.engines.passages import Occupations, OccupationTally
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta
    from typing import ClassVar

    from custlife.calendar import Span
    from custlife.engines.history import Setting
    from custlife.engines.passages import OccupationTable

__all__ = ["StageProbabilities"]


def _horizon(value: Span | timedelta | str) -> Span:
    return span(value, name="horizon")


@attrs.frozen
class StageProbabilities:
    """The question of stage probabilities; `log.stage_probabilities(...)` builds and asks it.

    Attributes:
        origin: The stage that starts the clock, at the first time a unit comes to it or moves past it.
        horizon: The most time from the start, end inclusive.
        by: Segments to split by, in force at the start.
        level: Nominal coverage of the intervals.
        interval: `jackknife`, over folds of units; or `greenwood`, which takes the future of those in a stage to be
            the same wherever they come from.
        folds: How many folds there are for the jackknife.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "stage", "state")

    origin: str
    horizon: Span = attrs.field(converter=_horizon)
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    level: float = 0.95
    interval: str = "jackknife"
    folds: int = 20

    def __attrs_post_init__(self) -> None:
        check_level(self.level)
        choice("interval", self.interval, INTERVALS)
        check_count("folds", self.folds, 2)

    def requests(self, setting: Setting) -> list[Occupations]:
        """The one table it needs."""
        (origin,) = codes_of(setting, (self.origin,))
        return [Occupations(origin, self.horizon, self.by, self.folds if self.interval == "jackknife" else 1)]

    def answer(self, setting: Setting, tables: list[Any]) -> StageProbabilitiesResult:
        """The result, from the table of counts."""
        table: OccupationTable = tables[0]
        parts: dict[tuple[str | None, ...], list[OccupationTally]] = {
            group: [] for group in groups_of((group for group, _ in table), self.by)
        }
        for (group, _), tally in sorted(table.items(), key=lambda item: item[0][1]):
            parts[group].append(tally)
        return StageProbabilitiesResult(
            self,
            about(setting, self.by),
            tuple(part_of(self, setting.vocabulary, group, tallies) for group, tallies in parts.items()),
            sum(tally.truncated for tally in table.values()),
        )

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have a unit of a cell: `stage`, `state`, `segment`.

        A unit stands in a stage when its time was up (`past`) or, where it is not, now (`open`); by default either. No
        stage is asked for with `truncated`.
        """
        state = choice("state", cell.get("state", "any"), ("any", "past", "open", "truncated"))
        codes = codes_of(setting, (cell["stage"],)) if "stage" in cell else None
        is_mine = segment_test(cell)

        def stands(tally: OccupationTally) -> bool:
            if state == "truncated":
                return bool(tally.truncated)
            there = {*(tally.past if state != "open" else ()), *(tally.open if state != "past" else ())}
            return bool(there if codes is None else there & codes)

        return lambda tables: any(stands(tally) and is_mine(group) for (group, _), tally in tables[0].items())
