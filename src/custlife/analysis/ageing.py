"""Ageing: how long those have been in a stage who are there now, and how many for longer than they should."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from statistics import median
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import codes_of, names
from custlife.analysis.result import DAY, days_of
from custlife.analysis.splitting import about, groups_of
from custlife.analysis.steps import as_horizon
from custlife.engines.gathers import Spells, SpellTally

if TYPE_CHECKING:
    from array import array

    from custlife.analysis.result import About
    from custlife.calendar import Span
    from custlife.engines.gathers import Group, SpellTable
    from custlife.engines.history import Setting

__all__ = ["Age", "Ageing", "Ages"]

NEAR = 2 * DAY  # no clock ever skipped more than a day


@attrs.frozen
class Ageing:
    """The question of the ages of stays that are not over.

    Attributes:
        stage: The stage.
        limit: The most time a stay should take; None for the longest `max_gap` of the transitions out of the stage.
        by: Segments to split by, in force at the start of the stay.
    """

    stage: str
    limit: Span | None = attrs.field(default=None, converter=as_horizon)
    by: tuple[str, ...] = attrs.field(default=(), converter=names)

    def requests(self, setting: Setting) -> list[Spells]:
        """The one table it needs."""
        codes_of(setting, (self.stage,))
        return [Spells(self.by)]

    def answer(self, setting: Setting, tables: list[Any]) -> Ages:
        """The ages, from the table of counts."""
        table: SpellTable = tables[0]
        (code,) = codes_of(setting, (self.stage,))
        limit = self._limit(setting, code)
        rows = tuple(
            _age(group, (table.get((group, code)) or SpellTally()).open, limit, setting)
            for group in groups_of((group for group, _ in table), self.by)
        )
        return Ages(about(setting, self.by), rows)

    def _limit(self, setting: Setting, code: int) -> Span | None:
        """The limit that was given, or the longest of those that the model declares."""
        model, name = setting.vocabulary.model, setting.vocabulary.names[code]
        if self.limit is not None or model is None:
            return self.limit
        gaps = [one.max_gap for one in model.transitions if one.from_stage == name and one.max_gap is not None]
        ends = {gap: setting.zone.add(setting.as_of, gap) for gap in gaps}
        return max(gaps, key=ends.__getitem__, default=None)


def _age(group: Group, ages: array[int], limit: Span | None, setting: Setting) -> Age:
    """The open stays of one segment."""
    over = 0 if limit is None else _over(ages, limit, setting)
    return Age(group, len(ages), over, days_of(median(ages)) if ages else None, limit)


def _over(ages: array[int], limit: Span, setting: Setting) -> int:
    """How many of some sorted ages have passed a limit, end inclusive.

    Older stays are due earlier, but for those whose due time falls into hours that the clocks skip: near the place that
    bisecting finds each one is looked at.
    """
    due, as_of = setting.zone.adder(limit), setting.as_of

    def is_over(age: int) -> bool:
        return due(as_of - age) < as_of

    first = bisect_right(ages, False, key=is_over)
    here = ages[min(first, len(ages) - 1)] if ages else 0
    low, high = bisect_left(ages, here - NEAR), bisect_right(ages, here + NEAR)
    return sum(map(is_over, ages[low:high])) + len(ages) - high


@attrs.frozen
class Age:
    """The stays of one segment that are not over.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        count: Units in the stage at `as_of`.
        over: Those of them whose limit is passed.
        median_days: Their median age, days; None where nobody is there.
        limit: The limit; None where neither the question nor the model has one.
    """

    segment: Group
    count: int
    over: int
    median_days: float | None
    limit: Span | None


@attrs.frozen
class Ages:
    """The answer of ageing.

    Attributes:
        about: Where the answer comes from.
        rows: One for each segment.
    """

    about: About
    rows: tuple[Age, ...]
