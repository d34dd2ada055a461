"""Attempts added up to a funnel table: `rows.TallyBook` for whole columns.

Of each attempt only its depth and its times are kept; all numbers of the table follow from these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays import views
from custlife.engines.arrays.clock import indexes
from custlife.engines.arrays.keys import Keys, dense
from custlife.engines.gathers import FunnelTally, StepTally
from custlife.engines.history import MISSING, check_segments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.engines.arrays.judging import Counted
    from custlife.engines.arrays.stretch import Ints, Mask, Stretch
    from custlife.engines.gathers import FunnelPlan, FunnelTable
    from custlife.engines.history import History

__all__ = ["Tallying"]


@attrs.define(eq=False)
class _Step:
    """What is known of one step, stretch by stretch: times, and the numbers of the attempts that they are of."""

    who: list[Ints] = attrs.field(factory=list)
    from_start: list[Ints] = attrs.field(factory=list)
    who_really: list[Ints] = attrs.field(factory=list)
    from_previous: list[Ints] = attrs.field(factory=list)
    who_passed: list[Ints] = attrs.field(factory=list)


class Tallying:
    """Adds the verdicts on stretches of units to one table."""

    def __init__(self, plan: FunnelPlan, history: History) -> None:
        check_segments(plan.by, history.segments)
        self.plan: FunnelPlan = plan
        self.history: History = history
        self.is_whole: bool = not plan.by and plan.periods is None
        self._attempts: int = 0
        self._depth: list[Ints] = []
        self._is_eligible: list[Mask] = []
        self._is_open: list[Mask] = []
        self._ages: list[Ints] = []
        self._rows: list[Ints] = []
        self._steps: list[_Step] = [_Step() for _ in plan.steps]
        self._left_out: dict[str, list[Ints]] = {"dropped": [], "skipped": [], "truncated": []}

    def add(self, stretch: Stretch, counted: Counted) -> None:
        """Keep what the verdicts on one stretch come to."""
        begun = counted.steps[0]
        start = stretch.at.take(begun.places)
        depth = np.zeros(len(start), np.int8)
        before, was_real = start, np.zeros(len(start), np.bool_)
        for k, (step, reached) in enumerate(zip(self._steps, counted.steps, strict=True)):
            who, time = reached.who, stretch.at.take(reached.places)
            depth[who] = k + 1
            step.from_start.append(time - start.take(who))
            really = np.flatnonzero(reached.real & was_real.take(reached.before))
            step.from_previous.append((time - before.take(reached.before)).take(really))
            before, was_real = time, reached.real
            step.who_passed.append((who + self._attempts).take(np.flatnonzero(~reached.real)))
            if not self.is_whole:
                step.who.append(who + self._attempts)
                step.who_really.append(step.who[-1].take(really))
        self._attempts += len(start)
        self._depth.append(depth)
        self._is_eligible.append(counted.is_eligible)
        self._is_open.append(counted.is_open)
        self._ages.append(self.history.as_of - start.take(np.flatnonzero(counted.is_open)))
        if not self.is_whole:
            self._rows.append(stretch.rows(begun.places))
        for why, units in counted.why.items():
            self._left_out[why].append(stretch.bounds.take(units) + stretch.low)

    def table(self) -> FunnelTable:
        """The table of all units."""
        left_out = {why: _joined(rows, np.int64) for why, rows in self._left_out.items()}
        depth = _joined(self._depth, np.int8)
        rows = [depth if self.is_whole else _joined(self._rows, np.int64), *left_out.values()]
        groups, keys = self._grouped(np.concatenate(rows))
        tallies = [FunnelTally([StepTally() for _ in self.plan.steps]) for _ in keys]
        group, *others = np.split(groups, np.cumsum([len(part) for part in rows])[:-1])
        for why, part in zip(left_out, others, strict=True):
            for tally, count in zip(tallies, np.bincount(part, minlength=len(keys)).tolist(), strict=True):
                setattr(tally, why, count)
        self._count(tallies, group, depth)
        self._wait(tallies, group, depth)
        self._time(tallies, group)
        return dict(zip(keys, tallies, strict=True))

    def _grouped(self, rows: Ints) -> tuple[Ints, list[tuple[tuple[str | None, ...], int | None]]]:
        """The tally of each row as a number, and the keys of the tallies."""
        if self.is_whole or not len(rows):
            return np.zeros(len(rows), np.int32), [((), None)]
        columns = [self.history.segments[name] for name in self.plan.by]
        parts = [(views.ints(found.codes)[rows] - MISSING, len(found.names) + 1) for found in columns]
        first = 0
        if self.plan.periods is not None:
            number = indexes(self.plan.periods, views.ints(self.history.at)[rows])
            first = int(number.min())
            parts.append((number - first, int(number.max()) - first + 1))
        packed = Keys(*parts)
        groups, kept = dense(packed.codes, packed.size)
        codes = packed.columns(kept)
        period = [first + code for code in codes.pop()] if self.plan.periods is not None else [None] * len(kept)
        names = [
            [found.names[code + MISSING] if code else None for code in part]
            for found, part in zip(columns, codes, strict=True)
        ]
        labels = zip(*names, strict=True) if names else [()] * len(kept)
        return groups.astype(np.int64), list(zip(labels, period, strict=True))

    # -- the numbers of the tallies -----------------------------------------------------------------------------------

    def _count(self, tallies: list[FunnelTally], group: Ints, depth: Ints) -> None:
        """Who reached what, and of those whose deadline is past."""
        steps, own = len(self.plan.steps), self.plan.is_limited
        for line in range(steps if own else 1):
            is_eligible = _joined([found[line] for found in self._is_eligible], np.bool_)
            cells = (group * 2 + is_eligible) * (steps + 1) + depth
            exactly = np.bincount(cells, minlength=len(tallies) * 2 * (steps + 1)).reshape(-1, 2, steps + 1)
            at_least = exactly[..., ::-1].cumsum(axis=-1)[..., ::-1]
            self._fill(tallies, at_least.tolist(), range(line, line + 1) if own else range(steps))

    def _fill(self, tallies: list[FunnelTally], at_least: list[list[list[int]]], steps: range) -> None:
        """What those who came at least so deep come to at some steps: not eligible ones, and eligible ones."""
        for tally, (others, eligible) in zip(tallies, at_least, strict=True):
            tally.entered = others[0] + eligible[0]
            for k in steps:
                step = tally.steps[k]
                step.reached = others[k + 1] + eligible[k + 1]
                step.eligible, step.step_eligible = eligible[0], eligible[k]
                step.eligible_reached = step.step_reached = eligible[k + 1]

    def _wait(self, tallies: list[FunnelTally], group: Ints, depth: Ints) -> None:
        """Who may still reach a step, and since when they have been on the way."""
        is_open = _joined(self._is_open, np.bool_)
        age, group, depth = _joined(self._ages, np.int64), group[is_open], depth[is_open]
        order = np.argsort(age)
        age, group, depth = age[order], group[order], depth[order]
        for k in range(len(self.plan.steps)):
            waits = depth <= k
            for tally, ages in _split(group[waits], age[waits], tallies):
                tally.steps[k].pending = len(ages)
                tally.steps[k].open_ages = views.column(ages)

    def _time(self, tallies: list[FunnelTally], group: Ints) -> None:
        """How long each step took, and who passed over it."""
        for k, kept in enumerate(self._steps):
            passed = np.bincount(group.take(_joined(kept.who_passed, np.int64)), minlength=len(tallies)).tolist()
            for tally, count in zip(tallies, passed, strict=True):
                tally.steps[k].imputed = count
            for tally, times in _by_group(group, kept.who, kept.from_start, tallies):
                tally.steps[k].from_start = views.column(times)
            for tally, times in _by_group(group, kept.who_really, kept.from_previous, tallies):
                tally.steps[k].from_previous = views.column(times)


def _joined(parts: list[Ints] | list[Mask], kind: type[np.generic]) -> Ints:
    return np.concatenate([np.empty(0, kind), *parts])


def _by_group(
    group: Ints, who: list[Ints], times: list[Ints], tallies: list[FunnelTally]
) -> Iterator[tuple[FunnelTally, Ints]]:
    """The tallies with their times in order."""
    found = _joined(times, np.int64)
    times.clear()
    if len(tallies) == 1:
        found.sort()
        yield tallies[0], found
        return
    for tally, part in _split(group.take(_joined(who, np.int64)), found, tallies):
        part.sort()
        yield tally, part


def _split(group: Ints, times: Ints, tallies: list[FunnelTally]) -> Iterator[tuple[FunnelTally, Ints]]:
    """The tallies with their times, which keep their order."""
    # the stable sort of small numbers is a radix sort
    order = np.argsort(group.astype(np.min_scalar_type(len(tallies))), kind="stable")
    ends = np.bincount(group, minlength=len(tallies)).cumsum()
    yield from zip(tallies, np.split(times.take(order), ends[:-1]), strict=True)
