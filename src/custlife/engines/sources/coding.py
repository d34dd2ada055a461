"""Coding columns: rows of one unit brought together by sorting hashes, and few values numbered from 0.

Sorting numbers of which the lower bits say the row is faster than any hash table that does not fit into the cache, and
leaves the rows of each unit side by side, so that a frame can be cut between any two units.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import numpy as np

from custlife.engines.arrays.ingest_columns import Coded
from custlife.engines.sources.columns import as_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from custlife.engines.sources.columns import Bools, Column, Ints, Longs

    Bits: TypeAlias = NDArray[np.uint64]
    Run: TypeAlias = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]

__all__ = ["Groups", "coded", "grouped", "has_many", "share_of"]

SMALL = 1 << 16  # a table of so many places costs nothing
SAMPLE = 1_000
PIECE = 1 << 18
MISSING = -1


@attrs.frozen(eq=False)
class Groups:
    """Rows in an order in which those of one value are side by side.

    Attributes:
        order: The rows.
        starts: Where each value begins.
        clean: Of each value, whether the upper bits of its mark differ from those of the value before.
    """

    order: Longs
    starts: Longs
    clean: Bools

    def pieces(self, count: int) -> Iterator[tuple[Longs, Longs]]:
        """At most so many stretches of whole values: the rows of each, and where each value begins."""
        rows = len(self.order)
        cuts = self.starts[self.clean]
        near = np.searchsorted(cuts, np.arange(1, count) * rows // count)
        bounds = [0, *np.unique(cuts[near[near < len(cuts)]]).tolist(), rows]
        for low, high in pairwise(bounds):
            if low < high or not rows:
                first, last = np.searchsorted(self.starts, [low, high])
                yield self.order[low:high], self.starts[first:last] - low


def grouped(column: Column, rows: Longs | None = None, kept: int = 64, run: Run = map, cores: int = 1) -> Groups:
    """Some rows of a column, those of one value side by side, each value's in their order.

    Args:
        column: The values.
        rows: The rows in order; by default all.
        kept: How many of the upper bits of the marks are looked at.
        run: How work on stretches of them is done: `map`, or that of a pool of threads.
        cores: How many stretches are sorted at once.
    """
    keys, second = column.marks()
    low = max(len(keys) - 1, 1).bit_length()
    below = np.uint64((1 << max(low, 64 - kept)) - 1)
    keys = keys if rows is None else keys.take(rows)
    _all(run(partial(_with_rows, keys, below, rows), range(0, len(keys), PIECE)))
    _sort(keys, run, cores)
    clean, begins = np.ones(len(keys), np.bool_), np.ones(len(keys), np.bool_)
    _all(run(partial(_compare, keys, below, clean), range(1, len(keys), PIECE)))
    keys &= below
    order = keys.view(np.int64)
    if _all(run(partial(_tell, order, second, clean, begins), range(1, len(keys), PIECE))):
        _untangle(order, second, begins, clean)
    starts = np.flatnonzero(begins)
    return Groups(order, starts, clean[starts])


def _all(results: Iterable[bool | None]) -> bool:
    """Whether any work on a stretch said yes; all of it is done then."""
    return any(list(results))


def _with_rows(keys: Bits, below: np.uint64, rows: Longs | None, start: int) -> None:
    """Writes the number of the row into the lower bits of each mark."""
    piece = slice(start, start + PIECE)
    shown = np.arange(start, min(start + PIECE, len(keys))) if rows is None else rows[piece]
    keys[piece] &= ~below
    keys[piece] |= shown.view(np.uint64)


def _sort(keys: Bits, run: Run, cores: int) -> None:
    """Sorts in place: what is smaller than some keys is brought before them, and the stretches between are sorted."""
    cuts = [len(keys) * core // cores for core in range(1, cores)]
    if not cuts or len(keys) < PIECE:
        keys.sort()
        return
    keys.partition(cuts)
    _all(run(np.ndarray.sort, np.split(keys, cuts)))


def _compare(keys: Bits, below: np.uint64, clean: Bools, start: int) -> None:
    """Writes whether the upper bits of each key differ from those of the key before."""
    piece, before = slice(start, start + PIECE), slice(start - 1, start + PIECE - 1)
    np.greater(keys[piece] ^ keys[before][: len(keys) - start], below, out=clean[piece])


def _tell(order: Longs, second: Ints, clean: Bools, begins: Bools, start: int) -> bool:
    """Writes whether the value of each row differs from that of the row before; true where like bits hide that."""
    told = second.take(order[start - 1 : start + PIECE])
    differs = told[1:] != told[:-1]
    piece = slice(start, start + PIECE)
    np.logical_or(clean[piece], differs, out=begins[piece])
    return bool((differs & ~clean[piece]).any())


def _untangle(order: Longs, second: Ints, begins: Bools, clean: Bools) -> None:
    """Different values with the same upper bits: brought together by what tells them apart."""
    bounds = np.append(np.flatnonzero(clean), len(order))
    for place in np.unique(np.searchsorted(bounds, np.flatnonzero(begins & ~clean), "right")).tolist():
        stretch = slice(*bounds[place - 1 : place + 1].tolist())
        told = second.take(order[stretch])
        by = np.argsort(told, kind="stable")
        order[stretch] = order[stretch][by]
        told = told[by]
        begins[stretch][1:] = told[1:] != told[:-1]


def share_of(bits: Bits, parts: int) -> Longs:
    """Which of so many parts a value belongs to, by its mark; parts are of about the same size."""
    return ((bits >> np.uint64(32)) * np.uint64(parts) >> np.uint64(32)).view(np.int64)


def coded(column: Column) -> Coded:
    """A column of any kind as codes of the values that occur in it; -1 where missing."""
    missing = column.missing()
    rows = None if missing is None else np.flatnonzero(~missing)
    count = len(column) if rows is None else len(rows)
    if not count:
        return Coded(np.full(len(column), MISSING, np.int8), [])
    if column.kind == "text" and has_many(column, rows):
        return _coded_many(column, rows)
    numbers = column.numbers()
    numbers = as_numbers(numbers) if numbers.dtype == np.uint64 else numbers
    shown = numbers if rows is None else numbers.take(rows)
    low, high = int(shown.min()), int(shown.max())
    if high - low >= max(SMALL, 2 * count):
        return _coded_many(column, rows)
    firsts = _firsts(shown, low, high)
    present = np.flatnonzero(firsts >= 0)
    width = _width(len(present))
    ranks = np.zeros(len(firsts), width)
    ranks[present] = np.arange(len(present), dtype=width)
    codes = np.full(len(column), MISSING, width)
    for start in range(0, count, PIECE):
        piece = slice(start, start + PIECE)
        codes[piece if rows is None else rows[piece]] = ranks.take(as_numbers(shown[piece]) - low)
    chosen = firsts.take(present)
    return Coded(codes, column.values(chosen if rows is None else rows.take(chosen)))


def _firsts(numbers: Ints, low: int, high: int) -> Longs:
    """For each number of a range a place that has it, or -1."""
    place = np.full(high - low + 1, MISSING, np.int64)
    for start in range(0, len(numbers), PIECE):
        piece = as_numbers(numbers[start : start + PIECE]) - low
        if place.take(piece).min() < 0:
            place[piece] = np.arange(start, start + len(piece))
    return place


def _coded_many(column: Column, rows: Longs | None) -> Coded:
    """Many different values: numbered in the order of their hashes."""
    groups = grouped(column, rows)
    begins = np.zeros(len(groups.order), np.int32)
    begins[groups.starts[1:]] = 1
    codes = np.full(len(column), MISSING, np.int32)
    codes[groups.order] = np.cumsum(begins, dtype=np.int32)
    return Coded(codes, column.values(groups.order.take(groups.starts)))


def has_many(column: Column, rows: Longs | None) -> bool:
    """Whether every other text of a sample is a new one."""
    shown = np.arange(len(column)) if rows is None else rows
    if len(shown) < SAMPLE:
        return False
    sample = column.take(shown[:: len(shown) // SAMPLE])
    return 2 * len({*sample}) > len(sample)


def _width(count: int) -> type[np.signedinteger]:
    """The narrowest numbers that hold so many codes."""
    return next(width for width in (np.int8, np.int16, np.int32) if count <= np.iinfo(width).max + 1)
