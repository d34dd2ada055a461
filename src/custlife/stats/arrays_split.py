"""Durations split by marks by NumPy: the same multisets as those made without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from custlife.stats.arrays import REPEATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.stats.arrays import Array

__all__ = ["split"]

MANY = 64


def split(times: Any, marks: Any) -> dict[Any, Any] | None:
    """The durations of each mark, as many of one as of the other; None where they are left to loops."""
    if type(times) is not np.ndarray or type(marks) is not np.ndarray or marks.shape != times.shape:
        return None
    keys = _keys(marks)
    if keys is None:
        return None
    if times.dtype.kind == "i" and int(times.max()) * REPEATS < len(times):
        found = dict(zip(keys, _counted(times, marks, int(keys[0]), len(keys)), strict=True))
    else:
        found = {key: times[marks == key] for key in keys}
    return {key: own for key, own in found.items() if len(own) or isinstance(key, bool)}


def _keys(marks: Array) -> Sequence[int] | None:
    """The marks that there may be, in order; None of too many, or of others than flags and whole numbers."""
    if marks.dtype.kind == "b":
        return (False, True)
    if marks.dtype.kind != "i":
        return None
    low, high = int(marks.min()), int(marks.max())
    return range(low, high + 1) if high - low < MANY else None


def _counted(times: Array, marks: Array, low: int, width: int) -> list[dict[int, int]]:
    """For each mark the count of each duration, from one count of both together."""
    cells = times * width
    cells += marks
    if low:
        cells -= low
    counts = np.bincount(cells)
    table = np.pad(counts, (0, -len(counts) % width)).reshape(-1, width)
    found = []
    for column in table.T:
        lengths = np.flatnonzero(column)
        found.append(dict(zip(lengths.tolist(), column[lengths].tolist(), strict=True)))
    return found
