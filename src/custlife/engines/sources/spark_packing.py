"""Answers of executors as bytes: sorted times, of which there may be one for every row, as the steps between them."""

from __future__ import annotations

import pickle
from array import array
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from custlife.engines.arrays.views import column

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["packed"]

FEW = 1_000  # times that are not worth it
HALF = np.uint64(32)
WIDE = 8  # of how many steps at most one may need more than four bytes


def packed(answer: object) -> bytes:
    """An answer as bytes, for `pickle.loads`.

    Args:
        answer: Anything that can be pickled. Long columns of sorted 64-bit numbers in it take four bytes a number
            instead of eight.
    """
    made = BytesIO()
    _Packer(made, pickle.HIGHEST_PROTOCOL).dump(answer)
    return made.getvalue()


class _Packer(pickle.Pickler):
    """A pickler that packs columns of numbers."""

    def reducer_override(self, obj: object) -> tuple[Callable[..., object], tuple[Any, ...]] | Any:
        """How to make a column of sorted numbers again; anything else as ever."""
        if type(obj) is not array or obj.typecode != "q" or len(obj) < FEW:
            return NotImplemented
        steps = np.diff(np.frombuffer(obj, np.int64)).view(np.uint64)  # a step back is a very wide one
        high = steps >> HALF
        wide = np.flatnonzero(high)
        if len(wide) * WIDE > len(steps):
            return NotImplemented
        return unpacked, (obj[0], steps.astype(np.uint32), wide, high[wide])


def unpacked(first: int, low: NDArray[np.uint32], wide: NDArray[np.intp], high: NDArray[np.uint64]) -> array[int]:
    """The numbers again.

    Args:
        first: The first of them.
        low: The lower four bytes of the steps from each to the next.
        wide: Which steps are wider than that.
        high: Their upper four bytes.
    """
    numbers = np.empty(len(low) + 1, np.int64)
    numbers[0] = first
    numbers[1:] = low
    numbers[1:][wide] |= (high << HALF).view(np.int64)
    return column(np.cumsum(numbers, out=numbers))
