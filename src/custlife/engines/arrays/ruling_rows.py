"""The rows of some units as rules look at them: those with some events, in order, and how many there were before."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays import views
from custlife.engines.arrays.clock import adder

if TYPE_CHECKING:
    from custlife.calendar import Span
    from custlife.engines.arrays.stretch import Ints, Mask
    from custlife.engines.history import History

__all__ = ["Heard", "Piece", "bisected", "first_of"]


@attrs.frozen(eq=False, slots=False)
class Piece:
    """The rows of some units, each from some row on.

    Attributes:
        history: Whose rows these are.
        rows: Their numbers in the history.
        at: Their instants.
        code: Their events.
        bounds: Where those of each unit begin, and where the last ones end.
    """

    history: History
    rows: Ints
    at: Ints
    code: Ints
    bounds: Ints

    def __len__(self) -> int:
        return len(self.at)

    @cached_property
    def unit(self) -> Ints:
        """The unit of each row."""
        return np.repeat(np.arange(len(self.bounds) - 1), np.diff(self.bounds))

    def heard(self, codes: frozenset[int]) -> Heard:
        """The rows with some events."""
        whole = Heard(self, np.arange(len(self)), self.bounds)
        return whole.where(views.among(codes, self.history)[self.code])

    def since(self, units: Ints, places: Ints) -> Piece:
        """The rows of some units, each from a place on."""
        sizes = self.bounds[units + 1] - places
        bounds = np.append(0, sizes.cumsum())
        taken = np.repeat(places - bounds[:-1], sizes) + np.arange(bounds[-1])
        return Piece(self.history, self.rows[taken], self.at[taken], self.code[taken], bounds)


@attrs.frozen(eq=False, slots=False)
class Heard:
    """The rows of a piece with some events, in order.

    Attributes:
        piece: The rows.
        places: The places of these among them.
        bounds: Where those of each unit begin, and where the last ones end.
    """

    piece: Piece
    places: Ints
    bounds: Ints

    def __len__(self) -> int:
        return len(self.places)

    @cached_property
    def at(self) -> Ints:
        """Their instants."""
        return self.piece.at if len(self) == len(self.piece) else self.piece.at[self.places]

    @cached_property
    def rows(self) -> Ints:
        """Their numbers in the history."""
        return self.piece.rows[self.places]

    @cached_property
    def unit(self) -> Ints:
        """The unit of each."""
        return self.piece.unit[self.places]

    @cached_property
    def index(self) -> Ints:
        """How many of the same unit lie before each."""
        before: Ints = np.arange(len(self)) - np.repeat(self.bounds[:-1], np.diff(self.bounds))
        return before

    def where(self, mask: Mask) -> Heard:
        """Some of them."""
        left = np.flatnonzero(mask)
        if len(left) == len(self):
            return self
        return Heard(self.piece, self.places[left], left.searchsorted(self.bounds))

    def ends(self, within: Span) -> tuple[Ints, Ints | None]:
        """The ends of the windows that they open, each unit's in time order, and that order; None where it is theirs.

        Months of different lengths, and nights on which clocks change, put later windows before earlier ones.
        """
        made = adder(self.piece.history.zone, within)(self.at)
        falls = np.flatnonzero(made[1:] < made[:-1]) + 1
        units = np.unique(self.unit[falls[self.index[falls] > 0]])
        if not len(units):
            return made, None
        is_theirs = np.zeros(len(self.bounds) - 1, np.bool_)
        is_theirs[units] = True
        rows = np.flatnonzero(is_theirs[self.unit])
        order = np.arange(len(self))
        order[rows] = rows[np.lexsort((made[rows], self.unit[rows]))]
        return made[order], order


def first_of(units: Ints, places: Ints, size: int, otherwise: int) -> Ints:
    """Of each unit the first of its places, which are in order."""
    first = np.full(size, otherwise)
    first[units[::-1]] = places[::-1]  # the last to be set stays
    return first


def bisected(values: Ints, wanted: Ints, low: Ints, high: Ints) -> Ints:
    """In each range of sorted values the place of the first that is no less than what is wanted, or the end."""
    low, high = low.copy(), high.copy()
    left = np.flatnonzero(low < high)
    while len(left):
        middle = (low[left] + high[left]) >> 1
        is_less = values[middle] < wanted[left]
        low[left[is_less]] = middle[is_less] + 1
        high[left[~is_less]] = middle[~is_less]
        left = left[low[left] < high[left]]
    return low
