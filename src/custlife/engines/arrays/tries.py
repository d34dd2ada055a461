"""Ways through the steps of a funnel from many starts at once: `Matcher._try` for whole columns.

Tries are columns of a table with a line for each step. Every rule of the rows engine looks for the next place of some
kind behind the place of the step before, and places of a kind are sorted, so each step is one search for all tries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays.clock import FOREVER, adder
from custlife.engines.arrays.searching import Searcher
from custlife.engines.arrays.tables import Table
from custlife.engines.arrays.views import BEYOND, first_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from custlife.engines.arrays.stretch import Ints, Mask, Stretch
    from custlife.engines.gathers import FunnelPlan
    from custlife.engines.history import History

__all__ = ["DROP", "FATES", "RESET", "STOP", "VOID", "Reached", "Trier", "Tries"]

FATES = ("", "drop", "stop", "reset", "void")
"""What an exclusion makes of a try, by number; 0 where none strikes."""

DROP, STOP, RESET, VOID = 1, 2, 3, 4
FEW = 1 << 4  # so many places are looked through in the time in which one is searched for


@attrs.define(eq=False)
class Tries(Table):
    """Some tries of one stretch.

    Attributes:
        unit: The unit of each.
        deadline: Its last instant: one line for all steps, or a line for each.
        places: For each step the place that serves it; anything behind the depth.
        real: For each step whether it was really entered, or passed over.
        depth: How many steps were reached.
        fate: What an exclusion made of it, as a number of `FATES`.
        cut: The place at which that struck.
    """

    unit: Ints
    deadline: Ints
    places: Ints
    real: Mask
    depth: Ints
    fate: Ints
    cut: Ints

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def start(self) -> Ints:
        """The place of the first step."""
        start: Ints = self.places[0]
        return start

    @property
    def last(self) -> Ints:
        """The place of the last step reached."""
        last: Ints = self.places[self.depth - 1, np.arange(len(self))]
        return last

    @property
    def is_reached(self) -> Mask:
        """For each step whether it was reached."""
        return np.arange(len(self.places))[:, None] < self.depth

    def due(self, step: Ints | int) -> Ints:
        """The last instant of a step; of its own one for each try, where steps are given for all."""
        line = np.minimum(step, len(self.deadline) - 1)
        due: Ints = self.deadline[line, np.arange(len(self))]
        return due

    def steps(self) -> Iterator[Reached]:
        """For each step the tries that reached it."""
        who, depth = np.arange(len(self)), self.depth
        for k, (places, real) in enumerate(zip(self.places, self.real, strict=True)):
            before = np.flatnonzero(depth > k)
            who, depth = who.take(before), depth.take(before)
            yield Reached(who, before, places.take(who), real.take(who))


@attrs.frozen(eq=False)
class Reached:
    """The tries that reached one step.

    Attributes:
        who: Their numbers, ascending.
        before: For each its place among those that reached the step before.
        places: The places that serve it.
        real: Whether it was really entered, or passed over.
    """

    who: Ints
    before: Ints
    places: Ints
    real: Mask


class Trier:
    """Tries starts of one plan."""

    def __init__(self, plan: FunnelPlan, history: History) -> None:
        self.plan: FunnelPlan = plan
        self.add: Callable[[Ints], Ints] | None = adder(history.zone, plan.window) if plan.window is not None else None
        self.search: Searcher | None = Searcher(plan, history) if plan.is_limited else None

    def __call__(self, stretch: Stretch, starts: Ints) -> Tries:
        """The tries that begin at some places, with what exclusions and repeats make of them."""
        tries = self._tried(stretch, starts)
        if self.plan.repeats == "end":
            _until_repeat(stretch, tries)
        if self.plan.exclusions:
            self._exclude(stretch, tries)
        return tries

    def _tried(self, stretch: Stretch, starts: Ints) -> Tries:
        """The tries that begin at some places."""
        if self.search is not None:
            deadline = self.search.limits.deadlines(stretch, starts)
            if self.plan.order != "unordered":
                found = self.search(stretch, starts, deadline)
                none = np.zeros(len(starts), np.int64)
                unit = stretch.unit.take(starts)
                return Tries(unit, deadline, found.places, found.real, found.depth, none.astype(np.int8), none)
        else:
            deadline = self.deadlines(stretch, starts)[None]
        go = _in_any_order if self.plan.order == "unordered" else self.in_order
        return _table(stretch, deadline, list(go(stretch, starts, deadline[-1])), len(self.plan.steps))

    def deadlines(self, stretch: Stretch, starts: Ints) -> Ints:
        """The last instant of each try, where steps have no limits of their own."""
        return np.full(len(starts), FOREVER, np.int64) if self.add is None else self.add(stretch.at.take(starts))

    # -- the next step ------------------------------------------------------------------------------------------------

    def in_order(self, stretch: Stretch, starts: Ints, deadline: Ints) -> Iterator[Reached]:
        """The earliest row for each step; the next row only, where nothing may come between."""
        unit = stretch.unit.take(starts)
        is_alone = bool((unit[1:] != unit[:-1]).all())
        who, here, is_real = np.arange(len(starts)), starts, stretch.real(0).take(starts)
        yield Reached(who, who, here, is_real)
        for k in range(1, len(self.plan.steps)):
            there = self._next(stretch, k, here, is_real, unit if is_alone else None)
            is_there = _is_in_time(stretch, unit, deadline, there)
            if self.plan.order == "strict":
                is_there &= self._is_adjacent(stretch, k, here, there)
            kept = np.flatnonzero(is_there)
            who, unit, deadline, here = who.take(kept), unit.take(kept), deadline.take(kept), there.take(kept)
            is_real = stretch.real(k).take(here)
            yield Reached(who, kept, here, is_real)

    def _next(self, stretch: Stretch, k: int, here: Ints, is_real: Mask, unit: Ints | None) -> Ints:
        """The next place that serves a step: behind a row really entered, or from one that passed over the step.

        Units that are given are all different; to look through all places is then faster than to search for many.
        """
        places, low = stretch.places(k), here + is_real
        if unit is None or FEW * len(unit) < len(places):
            there = first_from(places, low)
        else:
            there = stretch.next_of(places, unit, low)
        if self.plan.ties == "strict":
            behind = stretch.later(here)
            tied = np.flatnonzero((there != here) & (there < behind))
            there[tied] = first_from(places, behind.take(tied))
        return there

    def _is_adjacent(self, stretch: Stretch, k: int, here: Ints, there: Ints) -> Mask:
        """Whether no row lies between; with `repeats="ignore"`, none but those that repeat a step done."""
        return there <= stretch.adjacent(k, here, self.plan.repeats == "ignore")

    # -- exclusions ---------------------------------------------------------------------------------------------------

    def _exclude(self, stretch: Stretch, tries: Tries) -> None:
        """The first exclusion that strikes each try, if any."""
        tries.cut[:] = len(stretch)
        for exclusion in self.plan.exclusions:
            who = np.flatnonzero(tries.depth > exclusion.after)
            found = first_from(stretch.coded(exclusion.codes), stretch.later(tries.places[exclusion.after, who]))
            high = tries.due(exclusion.before)[who] + 1
            is_closed = tries.depth[who] > exclusion.before
            high[is_closed] = stretch.at[tries.places[exclusion.before, who[is_closed]]]
            strikes = found < np.minimum(stretch.bounds[tries.unit[who] + 1], tries.cut[who])
            strikes[strikes] = stretch.at[found[strikes]] < high[strikes]
            struck = who[strikes]
            tries.cut[struck], tries.fate[struck] = found[strikes], FATES.index(exclusion.mode)
        for k in range(1, len(self.plan.steps)):
            self._cut(stretch, tries, k)

    def _cut(self, stretch: Stretch, tries: Tries, k: int) -> None:
        """Take back a step that came after what stopped its try."""
        who = np.flatnonzero(((tries.fate == STOP) | (tries.fate == RESET)) & (tries.depth > k))
        is_late = stretch.at[tries.places[k, who]] > stretch.at[tries.cut[who]]
        tries.depth[who[is_late]] = k


def _is_in_time(stretch: Stretch, unit: Ints, deadline: Ints, there: Ints) -> Mask:
    """Of each place, whether it is of the unit, and not behind the deadline."""
    is_mine: Mask = there < stretch.bounds.take(unit + 1)
    is_mine &= stretch.at.take(there, mode="clip") <= deadline
    return is_mine


def _in_any_order(stretch: Stretch, starts: Ints, deadline: Ints) -> Iterator[Reached]:
    """Step k is the k-th of the steps done, whichever it is."""
    steps = range(len(stretch.plan.steps))
    unit = stretch.unit.take(starts)
    who, kept, here = np.arange(len(starts)), np.arange(len(starts)), starts
    done = np.zeros((len(steps), len(starts)), np.bool_)
    for _ in steps:
        yield Reached(who, kept, here, np.ones(len(who), np.bool_))
        served = np.stack([stretch.real(step).take(here) for step in steps]) & ~done[:, who]
        done[served.argmax(axis=0), who] = True
        next_of = np.stack([first_from(stretch.places(step), here + 1) for step in steps])
        next_of[done[:, who]] = BEYOND
        there = next_of.min(axis=0)
        kept = np.flatnonzero(_is_in_time(stretch, unit, deadline, there))
        who, unit, deadline, here = who.take(kept), unit.take(kept), deadline.take(kept), there.take(kept)


def _table(stretch: Stretch, deadline: Ints, steps: list[Reached], many: int) -> Tries:
    """Tries as a table, from those that reached each step."""
    tries = deadline.shape[-1]
    places, real = np.zeros((many, tries), np.int64), np.ones((many, tries), np.bool_)
    depth = np.zeros(tries, np.int64)
    for k, reached in enumerate(steps):
        places[k, reached.who], real[k, reached.who], depth[reached.who] = reached.places, reached.real, k + 1
    none = np.zeros(tries, np.int64)
    return Tries(stretch.unit.take(places[0]), deadline, places, real, depth, none.astype(np.int8), none)


def _until_repeat(stretch: Stretch, tries: Tries) -> None:
    """Only the steps before a row that repeats one already done."""
    for k in range(1, len(tries.places)):
        who = np.flatnonzero(tries.depth > k)
        again = first_from(stretch.repeats(k), tries.places[k - 1, who] + 1)
        is_ended = again < tries.places[k, who]
        tries.depth[who[is_ended]] = k
