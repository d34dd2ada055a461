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

__all__ = ["NONE", "Bound", "Line", "Looked", "Term", "looked_up", "met", "weighed"]

NONE = -1
PIECE = 1 << 15


@attrs.frozen(eq=False)
class Line:
    """Ratings that rise or fall evenly from the worst value to the best one.

    Attributes:
        values: The values; anything where they are missing.
        worst: Rated 0, and everything beyond it.
        best: Rated in full, and everything beyond it.
        full: The highest rating.
    """

    values: Floats
    worst: float
    best: float
    full: int

    def levels(self, piece: slice) -> Longs:
        """The ratings of some rows."""
        share = self.values[piece] - self.worst
        share /= self.best - self.worst
        np.clip(share, 0, 1, out=share)
        share *= self.full
        return np.rint(share, out=share).astype(np.int64)


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
class Term:
    """One measure over all rows.

    Attributes:
        ratings: Its ratings.
        weight: Its weight, a whole number above 0.
        gone: Where it is not known; None where it always is.
        instead: The rating where it is not known; None leaves it out, and NONE leaves the whole row without a mean.
    """

    ratings: Line | Looked
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
    rated = [rate(value) for value in _plain(column.values)]
    table = np.array([NONE if level is None else level for level in rated] + [NONE], np.int64)
    gone = table.take(column.codes) == NONE
    return Looked(column.codes, np.maximum(table, 0)), gone if gone.any() else None


def met(column: Coded, holds: Callable[[Any], bool | None]) -> Bools:
    """Where a condition holds; where it does not, or nothing is known, it is False."""
    table = np.array([bool(holds(value)) for value in _plain(column.values)] + [False], np.bool_)
    found: Bools = table.take(column.codes)
    return found


def _plain(values: Any) -> list[Any]:
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
    total = np.zeros(piece.stop - piece.start, np.int64)
    below: Longs | int = 0
    known: Longs | int = 0
    refused: Bools | None = None
    for term in terms:
        levels = term.ratings.levels(piece)
        gone = None if term.gone is None else term.gone[piece]
        if gone is None:
            below, known = below + term.weight, known + term.weight
        else:
            here = np.where(gone, 0, term.weight)
            known = known + here
            below = below + (here if term.instead is None else term.weight)
            levels[gone] = 0 if term.instead is None else max(term.instead, 0)
            refused = gone if term.instead == NONE and refused is None else refused
            refused = refused | gone if term.instead == NONE and refused is not None else refused
        levels *= term.weight
        total += levels
    divisor = np.maximum(below, 1) if isinstance(below, np.ndarray) else below
    total *= 2
    total += divisor
    total //= 2 * divisor
    for bound in bounds:
        cut = np.minimum(total, bound.value) if bound.is_ceiling else np.maximum(total, bound.value)
        total = np.where(bound.held[piece], cut, total)
    of_known = np.broadcast_to(np.asarray(known, np.int64), total.shape)
    total[of_known == 0] = NONE
    if refused is not None:
        total[refused] = NONE
    return total, of_known
