"""Chains of rows that serve the steps of a funnel, many at once, and which of those of one try is the best.

The order is that of `Matcher.searched`: deep, an early end, many steps really entered, early steps. Of chains that are
alike in all of that, the rows engine takes the one it meets first. Where every step was really entered that is the one
whose rows come first; elsewhere it depends on the order of its search, so such tries are marked for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays.clock import FOREVER
from custlife.engines.arrays.keys import Keys, runs
from custlife.engines.arrays.tables import Table

if TYPE_CHECKING:
    from custlife.engines.arrays.stretch import Ints, Mask, Stretch

__all__ = ["Chains", "best_of", "distinct"]

NOTHING = -1


@attrs.define(eq=False)
class Chains(Table):
    """Some chains of the tries of one stretch.

    Attributes:
        who: The number of the try.
        places: For each step the place of the row that serves it; 0 behind the depth.
        real: For each step whether it was really entered; True behind the depth.
        depth: How many steps were reached.
        reals: How many of them were really entered.
        held: The place of the last of these, or `NOTHING`.
        held_step: Which step that was, or `NOTHING`.
    """

    who: Ints
    places: Ints
    real: Mask
    depth: Ints
    reals: Ints
    held: Ints
    held_step: Ints

    def __len__(self) -> int:
        return len(self.who)

    @property
    def last(self) -> Ints:
        """The place of the last step reached."""
        last: Ints = self.places[self.depth - 1, np.arange(len(self))]
        return last

    @classmethod
    def begun(cls, starts: Ints, is_real: Mask, steps: int) -> Chains:
        """The chains of one row each with which tries start."""
        many = len(starts)
        places, real = np.zeros((steps, many), np.int64), np.ones((steps, many), np.bool_)
        places[0], real[0] = starts, is_real
        ones = np.ones(many, np.int64)
        held, held_step = np.where(is_real, starts, NOTHING), np.where(is_real, 0, NOTHING)
        return cls(np.arange(many), places, real, ones, is_real.astype(np.int64), held, held_step)

    def longer(self, which: Ints, place: Ints, is_real: Mask, step: int, depth: int) -> Chains:
        """Some of them with one more row, which serves a step and passes over those between.

        Args:
            which: Their numbers.
            place: The place of the row of each.
            is_real: Whether it really enters the step.
            step: The step.
            depth: How deep they were.
        """
        places, real = self.places[:, which], self.real[:, which]
        places[depth : step + 1], real[depth:step], real[step] = place, False, is_real
        held = np.where(is_real, place, self.held.take(which))
        held_step = np.where(is_real, step, self.held_step.take(which))
        reals = self.reals.take(which) + is_real
        return Chains(self.who.take(which), places, real, np.full(len(which), step + 1), reals, held, held_step)


def distinct(stretch: Stretch, chains: Chains, is_tied: Mask) -> Chains:
    """Of the chains of one try that can only go on alike, the best; `is_tied` is set where that is not decided."""
    places, steps = len(stretch) + 1, len(chains.places) + 1
    keys = Keys(  # the row of the last step really entered tells which step that was
        (chains.who, len(is_tied)), (chains.last, places), (chains.depth, steps), (chains.reals, steps),
        (chains.held + 1, places),
    ).codes  # fmt: skip
    order = np.argsort(keys, kind="stable")
    begins = runs(keys.take(order))
    size = np.diff(begins, append=len(order))
    if (size == 1).all():
        return chains
    group = np.repeat(np.arange(len(size)), size)
    is_rival = np.repeat(size > 1, size)
    first = _firsts(stretch, chains, order[is_rival], group[is_rival], is_tied)
    return chains.take(np.sort(np.append(order[~is_rival], first)))


def best_of(stretch: Stretch, best: Chains, found: Chains, is_tied: Mask) -> Chains:
    """The best chain of every try, of the best so far and some more; `is_tied` is set where that is not decided."""
    both = Chains.together([best, found])
    which = np.arange(len(both))
    for merit in (both.depth, -stretch.at.take(both.last), both.reals):
        top = np.full(len(is_tied), -FOREVER, np.int64)
        np.maximum.at(top, both.who.take(which), merit.take(which))
        which = which[merit.take(which) == top.take(both.who.take(which))]
    is_rival = (np.bincount(both.who.take(which), minlength=len(is_tied)) > 1).take(both.who.take(which))
    rivals = which[is_rival]
    first = _firsts(stretch, both, rivals, both.who.take(rivals), is_tied)
    chosen = np.empty(len(is_tied), np.int64)
    for some in (which[~is_rival], first):
        chosen[both.who.take(some)] = some
    return both.take(chosen)


def _firsts(stretch: Stretch, chains: Chains, which: Ints, group: Ints, is_tied: Mask) -> Ints:
    """Of each group of chains, as deep as one another, the one with early steps, then with rows that come first."""
    places = chains.places[:, which]
    times = stretch.at.take(places)
    order = np.lexsort((*places[::-1], *times[::-1], group))
    which, group, times = which.take(order), group.take(order), times[:, order]
    begins = runs(group)
    second = begins[np.diff(begins, append=len(group)) > 1] + 1
    is_alike = (times[:, second] == times[:, second - 1]).all(axis=0)
    alike = which.take(second[is_alike])
    is_passing = chains.reals.take(alike) < chains.depth.take(alike)
    is_tied[chains.who.take(alike[is_passing])] = True
    return which.take(begins)
