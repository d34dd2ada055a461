"""Weighted means of ratings, over whole columns: whole numbers all the way, so that they equal those of single rows.

Columns are gone through a piece at a time, which stays in the cache from the first step to the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from custlife.engines.arrays.ingest_columns import Coded

    Longs = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

__all__ = ["NONE", "Bound", "Held", "Line", "Looked", "Term", "looked_up", "met", "plain", "weighed"]

NONE = -1
PIECE = 1 << 15


@attrs.frozen(eq=False)
class Line:
    """Ratings that rise or fall evenly from the worst value to the best one.

    Attributes:
        values: The values; anything where they are missing.
        worst: Rated 0, and everything beyond it.
        scale: What one more of the value adds to the rating; below 0 where less is better.
        full: The highest rating.
    """

    values: Floats
    worst: float
    scale: float
    full: int

    def levels(self, piece: slice) -> Longs:
        """The ratings of some rows."""
        found = self.values[piece] - self.worst
        found *= self.scale
        np.maximum(found, 0, out=found)
        np.minimum(found, self.full, out=found)
        return np.rint(found, out=found).astype(np.int64)


@attrs.frozen(eq=False)
class Looked:
    """Ratings that were looked up for each value.

    Attributes:
        codes: One code a row; the last number of `table` stands for missing.
        table: Code to rating.
    """

    codes: NDArray[Any]
    table: Longs

    def levels(self, piece: slice) -> Longs:
        """The ratings of some rows."""
        found: Longs = self.table.take(self.codes[piece])
        return found


@attrs.frozen(eq=False)
class Held:
    """Ratings that are there already; anything where they are missing.

    Attributes:
        values: One a row.
    """

    values: Longs

    def levels(self, piece: slice) -> Longs:
        """The ratings of some rows, which may be written to."""
        return self.values[piece].copy()


@attrs.frozen(eq=False)
class Term:
    """One measure over all rows.

    Attributes:
        ratings: Its ratings.
        weight: Its weight, a whole number above 0.
        gone: Where it is not known; None where it always is.
        instead: The rating where it is not known; None leaves it out, and NONE leaves the whole row without a mean.
    """

    ratings: Line | Looked | Held
    weight: int
    gone: Bools | None
    instead: int | None


@attrs.frozen(eq=False)
class Bound:
    """A bound on the mean of some rows.

    Attributes:
        held: The rows.
        value: The bound.
        is_ceiling: Whether the mean is at most that, or at least.
    """

    held: Bools
    value: int
    is_ceiling: bool


def looked_up(column: Coded, rate: Callable[[Any], int | None]) -> tuple[Looked, Bools | None]:
    """The ratings of a column by its different values, and where there is none."""
    rated = [rate(value) for value in plain(column.values)]
    table = np.array([NONE if level is None else level for level in rated] + [NONE], np.int64)
    gone = table.take(column.codes) == NONE
    return Looked(column.codes, np.maximum(table, 0)), gone if gone.any() else None


def met(column: Coded, holds: Callable[[Any], bool | None]) -> Bools:
    """Where a condition holds; where it does not, or nothing is known, it is False."""
    table = np.array([bool(holds(value)) for value in plain(column.values)] + [False], np.bool_)
    found: Bools = table.take(column.codes)
    return found


def plain(values: Any) -> list[Any]:
    """The different values of a column as those of Python."""
    return values.tolist() if isinstance(values, np.ndarray) else [values[place] for place in range(len(values))]


def weighed(terms: Sequence[Term], bounds: Sequence[Bound], count: int) -> tuple[Longs, Longs]:
    """The mean of each row, NONE where there is none, and the weight of what is known of it.

    Means are rounded to the nearest whole number, halves up; bounds are applied in their order.
    """
    means, known = np.empty(count, np.int64), np.empty(count, np.int64)
    with np.errstate(over="ignore", invalid="ignore"):  # what is missing may hold anything
        for low in range(0, count, PIECE):
            piece = slice(low, min(low + PIECE, count))
            means[piece], known[piece] = _of_piece(terms, bounds, piece)
    return means, known


def _of_piece(terms: Sequence[Term], bounds: Sequence[Bound], piece: slice) -> tuple[Longs, Longs]:
    whole = sum(term.weight for term in terms)
    total = np.zeros(piece.stop - piece.start, np.int64)
    known = np.full(len(total), whole, np.int64)
    below: Longs | None = None  # the weights that count, where some are left out
    refused: Bools | None = None
    for term in terms:
        levels = term.ratings.levels(piece)
        gone = None if term.gone is None else term.gone[piece]
        if gone is not None:
            lost = np.multiply(gone, term.weight, dtype=np.int64)
            if term.instead is None:
                below = np.full(len(total), whole, np.int64) if below is None else below
                below -= lost
            known -= lost
            np.copyto(levels, term.instead or 0, where=gone)
            if term.instead == NONE:
                refused = gone if refused is None else refused | gone
        if term.weight != 1:
            levels *= term.weight
        total += levels
    total = _divided(total, below, whole)
    for bound in bounds:
        cut = np.minimum(total, bound.value) if bound.is_ceiling else np.maximum(total, bound.value)
        np.copyto(total, cut, where=bound.held[piece])
    np.copyto(total, NONE, where=known == 0)
    if refused is not None:
        np.copyto(total, NONE, where=refused)
    return total, known


def _divided(total: Longs, below: Longs | None, whole: int) -> Longs:
    """Sums by weights, to the nearest whole number, halves up."""
    total *= 2
    if below is None:
        total += whole
        total //= 2 * whole  # by one number, which is several times as fast as by an array
        return total
    np.maximum(below, 1, out=below)
    total += below
    below *= 2
    total //= below
    return total
