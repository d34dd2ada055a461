"""Sorting rows of which those of one unit came side by side: few units at a time, so that each sort stays in the cache.

Few units need few bits, so that instants of any precision fit a key beside them. The units are then laid in the order
of their ids, whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.engines.arrays.civil import Ints
    from custlife.engines.arrays.ingest_order import Packing, Unsorted

__all__ = ["Runs"]

PIECE = 1 << 15  # rows that are sorted at a time: 256 KB of keys


class Runs:
    """The rows of each unit, side by side.

    Attributes:
        starts: Where the rows of each begin, and where the last ones end.
        order: The units by their number in the history, as numbers of runs.
    """

    def __init__(self, starts: Ints, order: Ints) -> None:
        self.starts = starts
        self.order = order

    @classmethod
    def of(cls, given: Unsorted) -> Runs | None:
        """The runs of some rows; None where those of one unit do not all lie side by side."""
        codes = given.unit_codes
        if given.rows is not None or any(
            (codes[low + 1 : low + PIECE + 1] < codes[low : low + PIECE][: len(codes) - low - 1]).any()
            for low in range(0, len(codes) - 1, PIECE)
        ):
            return None
        begins = np.ones(len(codes), np.bool_)
        np.not_equal(codes[1:], codes[:-1], out=begins[1:])
        starts = np.append(np.flatnonzero(begins), len(codes))
        units = given.units[codes[starts[:-1]]]
        if len(units) > given.sizes[0]:  # several spellings of one id
            return None
        order = np.empty(len(units), np.int64)
        order[units] = np.arange(len(units))
        return cls(starts, order)

    def keys(self, given: Unsorted, packing: Packing, bits: int) -> tuple[Ints, Ints]:
        """The keys of instants and codes in the order of a history, and the row behind each.

        Args:
            given: The rows.
            packing: How keys are written.
            bits: How many are left for units.
        """
        keys, rows = np.empty(len(given), np.int64), np.empty(len(given), np.int64)
        for piece, unit in self._pieces(bits):
            key = packing.key(given, piece, unit)
            by = np.argsort(key)
            keys[piece] = key[by]
            by += piece.start
            rows[piece] = by
        return self._laid(keys), self._laid(rows)

    def plain_keys(self, given: Unsorted, packing: Packing, bits: int, keys: Ints) -> None:
        """Write the keys of instants and codes in the order of a history."""
        found = np.empty(len(given), np.int64)
        for piece, unit in self._pieces(bits):
            key = packing.key(given, piece, unit)
            key.sort()
            found[piece] = key
        self._laid(found, keys)

    def _pieces(self, bits: int) -> Iterator[tuple[slice, Ints]]:
        """Stretches of whole runs, and the number of the unit of each row among those of its stretch."""
        starts, first = self.starts, 0
        while first < len(starts) - 1:
            last = int(np.searchsorted(starts, starts[first] + PIECE, "right")) - 1
            last = min(max(last, first + 1), first + (1 << bits))
            unit = np.repeat(np.arange(last - first), np.diff(starts[first : last + 1]))
            yield slice(int(starts[first]), int(starts[last])), unit
            first = last

    def _laid(self, values: Ints, out: Ints | None = None) -> Ints:
        """Values of rows in the order of a history."""
        made = np.empty_like(values) if out is None else out
        sizes = np.diff(self.starts)[self.order]
        ends = np.cumsum(sizes)
        shifts = self.starts[:-1][self.order] - (ends - sizes)
        step = max(1, PIECE * len(sizes) // max(len(values), 1))
        for low in range(0, len(sizes), step):
            piece = slice(low, low + step)
            start, end = int(ends[low] - sizes[low]), int(ends[min(low + step, len(sizes)) - 1])
            rows = np.repeat(shifts[piece], sizes[piece])
            rows += np.arange(start, end)
            made[start:end] = values[rows]
        return made
