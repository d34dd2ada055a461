"""Small codes of several kinds as one integer a row, and how often each combination occurs.

Where few combinations are possible they are counted in a table with a place for each; where there are more of them than
rows, by sorting. Both answers are equal.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["Ints", "Keys", "counted", "dense", "runs", "sorted_by"]

Ints: TypeAlias = "NDArray[np.integer[Any]]"

LIMIT = 1 << 62  # keys are below it
SMALL = 1 << 16  # a table of so many places costs nothing
PIECE = 1 << 18  # rows counted at a time: two megabytes of wide keys


class Keys:
    """Columns of codes, each from 0 to below its size, packed into one column of keys.

    Attributes:
        codes: One key a row.
        size: No key is as large.
    """

    def __init__(self, *columns: tuple[Ints, int]) -> None:
        combinations = prod(max(size, 1) for _, size in columns)
        fits = combinations < LIMIT
        self.codes: Ints = columns[0][0].astype(np.min_scalar_type(~combinations) if fits else np.int64)
        self.size: int = columns[0][1]
        self._steps: list[int | Ints] = []
        for codes, size in columns[1:]:
            if self.size * size >= LIMIT:
                ranks, kept = dense(self.codes, self.size)
                self.codes, self.size = ranks.astype(self.codes.dtype), len(kept)
                self._steps.append(kept)
            if size > 1:
                self.codes *= size
                self.codes += codes
                self.size *= size
            self._steps.append(size)

    def columns(self, keys: Ints) -> list[list[int]]:
        """The codes behind some keys, a list for each column."""
        found: list[list[int]] = []
        for step in reversed(self._steps):
            if isinstance(step, int):
                keys, codes = np.divmod(keys, step)
                found.append(codes.tolist())
            else:
                keys = step[keys]
        return [keys.tolist(), *reversed(found)]

    def cells(self) -> Iterator[tuple[int, ...]]:
        """Each combination that occurs, in order, with its count behind it."""
        keys, counts = counted(self.codes, self.size)
        return zip(*self.columns(keys), counts.tolist(), strict=True)

    def sorted(self, lengths: Ints) -> Iterator[tuple[list[int], Ints]]:
        """Each combination that occurs, in order, with the lengths of its rows in order."""
        ranks, kept = dense(self.codes, self.size)
        found = sorted_by(ranks, len(kept), lengths)
        for *cell, (_, ordered) in zip(*self.columns(kept), found, strict=True):
            yield cell, ordered


def counted(codes: Ints, size: int) -> tuple[Ints, Ints]:
    """The distinct codes below `size`, ascending, and how often each occurs."""
    if size <= max(SMALL, len(codes)):
        counts = np.zeros(size, np.int64)
        step = max(PIECE, size)
        for low in range(0, len(codes), step):
            counts += np.bincount(codes[low : low + step], minlength=size)
        kept = np.flatnonzero(counts)
        return kept, counts[kept]
    ordered = np.sort(codes)
    firsts = runs(ordered)
    return ordered[firsts], np.diff(firsts, append=len(ordered))


def dense(codes: Ints, size: int) -> tuple[Ints, Ints]:
    """Codes below `size` replaced by the ranks of those that occur, in the smallest type, and the code of each rank."""
    if size > max(SMALL, len(codes)):
        kept, ranks = np.unique(codes, return_inverse=True)
        return ranks.astype(np.min_scalar_type(len(kept))), kept
    occurs = np.zeros(size, np.bool_)
    occurs[codes] = True
    kept = np.flatnonzero(occurs)
    rank = np.zeros(size, np.min_scalar_type(len(kept)))
    rank[kept] = np.arange(len(kept))
    return rank[codes], kept


def runs(*columns: Ints) -> Ints:
    """Where each stretch of rows begins that are alike in every column."""
    begins = np.zeros(len(columns[0]), np.bool_)
    begins[:1] = True
    for column in columns:
        begins[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(begins)


def sorted_by(codes: Ints, size: int, lengths: Ints) -> Iterator[tuple[int, Ints]]:
    """Of each code below `size` that occurs, ascending, the lengths of its rows in order."""
    # of at most 16 bits a stable sort counts instead of comparing
    order = np.argsort(codes.astype(np.min_scalar_type(size), copy=False), kind="stable")
    low = 0
    for code, count in zip(*(found.tolist() for found in counted(codes, size)), strict=True):
        ordered = lengths[order[low : low + count]]
        ordered.sort()
        yield code, ordered
        low += count
