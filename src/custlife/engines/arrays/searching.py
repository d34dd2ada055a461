"""Ways through the steps of a funnel whose steps have limits of their own: `Matcher.searched` for many starts at once.

The earliest row for a step may be too early for the step behind it, so all chains are searched: each is taken on by
every row that may serve its next step. Of those that can only go on alike, the best is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays.chains import Chains, best_of, distinct
from custlife.engines.arrays.limits import Limits
from custlife.engines.rows.attempts import Matcher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.engines.arrays.stretch import Ints, Stretch
    from custlife.engines.gathers import FunnelPlan
    from custlife.engines.history import History

__all__ = ["Searcher"]

AT_ONCE = 1 << 20  # about so many ways on are looked at together


class Searcher:
    """Searches the chains of one plan whose steps have limits."""

    def __init__(self, plan: FunnelPlan, history: History) -> None:
        self.plan: FunnelPlan = plan
        self.history: History = history
        self.limits: Limits = Limits(plan, history)
        self.passes: bool = plan.on_path and plan.skips != "strict"

    def __call__(self, stretch: Stretch, starts: Ints, deadline: Ints) -> Chains:
        """The best chain from each of some places.

        Args:
            stretch: Where they are.
            starts: The places.
            deadline: For each step the last instant of each try.
        """
        ways = stretch.bounds[stretch.unit.take(starts) + 1] - starts
        if self.passes:
            ways = ways * ways  # a chain that stands at one row may really have entered its last step at another
        portions = [self._searched(stretch, starts[some], deadline[:, some]) for some in _portions(ways)]
        return Chains.together(portions)

    def _searched(self, stretch: Stretch, starts: Ints, deadline: Ints) -> Chains:
        """The best chain from each of a few places, numbered by them."""
        steps = len(self.plan.steps)
        best = frontier = Chains.begun(starts, stretch.real(0).take(starts), steps)
        is_tied = np.zeros(len(starts), np.bool_)
        is_first = True
        while len(frontier):
            found = frontier.take(np.empty(0, np.int64))
            for more in self._onward(stretch, frontier, deadline, is_first):
                found = distinct(stretch, Chains.together([found, more]), is_tied)
            best = best_of(stretch, best, found, is_tied)
            frontier, is_first = found.take(found.depth < steps), False
        self._search(stretch, starts, deadline, best, np.flatnonzero(is_tied))
        return best

    # -- the next row -------------------------------------------------------------------------------------------------

    def _onward(self, stretch: Stretch, frontier: Chains, deadline: Ints, is_first: bool) -> Iterator[Chains]:
        """The chains with one more row."""
        for depth in np.flatnonzero(np.bincount(frontier.depth)).tolist():
            chains = frontier.take(frontier.depth == depth)
            low, high = self._range(stretch, chains, deadline, depth, is_first)
            for which in _portions(high - low):
                yield from self._with(stretch, chains, deadline, depth, which, low[which], high[which])

    def _range(self, stretch: Stretch, chains: Chains, deadline: Ints, depth: int, is_first: bool) -> tuple[Ints, Ints]:
        """From and to before which of the places that serve the next step each chain may go on."""
        here, places = chains.last, stretch.places(depth)
        low = here + 1
        if is_first:  # the row of a start may serve several steps; that of a later one was tried for all of them
            low -= ~chains.real[0]
        unit = stretch.unit.take(here)
        if self.passes:
            latest = deadline.max(axis=0).take(chains.who)
        else:
            earliest, latest = self._between(stretch, chains, deadline, depth)
            low = np.maximum(low, stretch.last_by(here, unit, earliest - 1) + 1)
        high = stretch.last_by(here, unit, latest) + 1
        if self.plan.order == "strict":
            high = np.minimum(high, stretch.adjacent(depth, here, self.plan.repeats == "ignore") + 1)
        low, high = places.searchsorted(low), places.searchsorted(high)
        if not self.passes:
            low = _uncovered(chains.who, low, high)
        return low, np.maximum(low, high)

    def _between(self, stretch: Stretch, chains: Chains, deadline: Ints, step: int) -> tuple[Ints, Ints]:
        """From when to when each chain may reach a step by really entering it."""
        earliest, latest = self.limits.between(stretch.at.take(chains.held), chains.held_step, step)
        return earliest, np.minimum(latest, deadline[step].take(chains.who))

    def _with(
        self, stretch: Stretch, chains: Chains, deadline: Ints, depth: int, which: Ints, low: Ints, high: Ints
    ) -> Iterator[Chains]:
        """Some chains, each with every row in its range; a row may pass over steps before the one it serves."""
        many = high - low
        which = np.repeat(which, many)
        offset = np.arange(len(which)) - np.repeat(np.cumsum(many) - many, many)
        place = stretch.places(depth).take(np.repeat(low, many) + offset)
        if self.plan.ties == "strict":
            here = chains.last.take(which)
            is_later = (stretch.at.take(place) > stretch.at.take(here)) | (place == here)
            which, place = which[is_later], place[is_later]
        for step in range(depth, len(self.plan.steps) if self.passes else depth + 1):
            is_real = stretch.real(step).take(place)
            if self.passes:
                serves = is_real | stretch.passed(step).take(place)
                which, place, is_real = which[serves], place[serves], is_real[serves]
            if not len(which):
                return
            earliest, latest = self._between(stretch, chains, deadline, step)
            at = stretch.at.take(place)
            is_kept = (at <= latest.take(which)) & (~is_real | (at >= earliest.take(which)))
            yield chains.longer(which[is_kept], place[is_kept], is_real[is_kept], step, depth)
            which, place = which[~is_real], place[~is_real]

    # -- what is not decided ------------------------------------------------------------------------------------------

    def _search(self, stretch: Stretch, starts: Ints, deadline: Ints, best: Chains, tied: Ints) -> None:
        """Put the chains that the rows engine finds in the place of some."""
        if not len(tied):
            return
        matcher = Matcher(self.plan, self.history)
        for number in tied.tolist():
            unit = int(stretch.unit[starts[number]])
            low, high = stretch.bounds[unit : unit + 2].tolist()
            rows = matcher.unit(low + stretch.low, high + stretch.low)
            hits = matcher.searched(rows, int(starts[number]) - low, tuple(deadline[:, number].tolist()))
            best.depth[number] = len(hits)
            for step, (place, is_real) in enumerate(hits):
                best.places[step, number], best.real[step, number] = low + place, is_real


def _portions(ways: Ints) -> list[Ints]:
    """The numbers of those that are looked at together, given how many ways on each may have."""
    return np.split(np.arange(len(ways)), np.flatnonzero(np.diff(ways.cumsum() // AT_ONCE)) + 1)


def _uncovered(who: Ints, low: Ints, high: Ints) -> Ints:
    """Where each range begins without what the ranges before it of the same try hold.

    Where no step is passed over, chains lie with the better ones of a try first. So a place that several of them may go
    on to is for the first. Tries whose ranges do not begin in this order, as on a night of two equal hours, keep them.
    """
    is_same = who[1:] == who[:-1]
    base = who * (int(high.max(initial=0)) + 1)
    before = (np.maximum.accumulate(base + high) - base)[:-1][is_same]
    turned = np.unique(who[1:][is_same & (low[1:] < low[:-1])])
    found = low.copy()
    found[1:][is_same] = np.maximum(found[1:][is_same], before)
    return np.where(np.isin(who, turned), low, found) if len(turned) else found
