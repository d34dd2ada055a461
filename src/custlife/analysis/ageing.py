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
        limits = self._limits(setting, code)
        rows = tuple(
            _age(group, (table.get((group, code)) or SpellTally()).open, limits, setting)
            for group in groups_of((group for group, _ in table), self.by)
        )
        return Ages(about(setting, self.by), rows)

    def _limits(self, setting: Setting, code: int) -> tuple[Span, ...]:
        """The limit that was given, or all that the model declares; a stay is too long when it has passed them all."""
        model, name = setting.vocabulary.model, setting.vocabulary.names[code]
        if self.limit is not None:
            return (self.limit,)
        declared = [] if model is None else [one for one in model.transitions if one.from_stage == name]
        return tuple(dict.fromkeys(one.max_gap for one in declared if one.max_gap is not None))


def _age(group: Group, ages: array[int], limits: tuple[Span, ...], setting: Setting) -> Age:
    """The open stays of one segment."""
    over = _over(ages, limits, setting) if limits else 0
    return Age(group, len(ages), over, days_of(median(ages)) if ages else None, limits)


def _over(ages: array[int], limits: tuple[Span, ...], setting: Setting) -> int:
    """How many of some sorted ages have passed all limits, ends inclusive.

    Older stays are due earlier, but for those whose due time falls into hours that the clocks skip: near the place that
    bisecting finds each one is looked at.
    """
    due, as_of = [setting.zone.adder(limit) for limit in limits], setting.as_of

    def is_over(age: int) -> bool:
        return all(end(as_of - age) < as_of for end in due)

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
        over: Those of them that have passed every limit.
        median_days: Their median age, days; None where nobody is there.
        limits: The limit of the question, or those of the model; empty where there is none.
    """

    segment: Group
    count: int
    over: int
    median_days: float | None
    limits: tuple[Span, ...]


@attrs.frozen
class Ages:
    """The answer of ageing.

    Attributes:
        about: Where the answer comes from.
        rows: One for each segment.
    """

    about: About
    rows: tuple[Age, ...]
