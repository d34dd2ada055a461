"""Several histories of disjoint units as one."""

from __future__ import annotations

from array import array
from itertools import chain
from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays.views import column, ints
from custlife.engines.history import MISSING, Column
from custlife.engines.merging import merged_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from custlife.engines.history import History

__all__ = ["join"]


def join(parts: Sequence[History]) -> History:
    """The history of the units of several, in the order of their ids, with the notes of all."""
    ids = list(chain.from_iterable(part.ids for part in parts))
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
    bounds, rows = _rows(parts, order)

    def flat(name: str) -> Any:
        whole = np.concatenate([ints(getattr(part, name)) for part in parts])
        return column(whole[rows], getattr(parts[0], name).typecode)

    def coded(name: str, taken: NDArray[np.int64] = rows) -> dict[str, Column]:
        return {key: _column([getattr(part, name)[key] for part in parts], taken) for key in getattr(parts[0], name)}

    first = parts[0]
    return attrs.evolve(
        first,
        ids=[ids[unit] for unit in order.tolist()],
        bounds=column(bounds),
        at=flat("at"),
        code=flat("code"),
        recorded=None if first.recorded is None else flat("recorded"),
        segments=coded("segments"),
        current=_current(parts, order),
        extras=coded("extras"),
        values={key: _values([part.values[key] for part in parts], rows) for key in first.values},
        as_of=max(part.as_of for part in parts),
        notes=merged_notes(chain.from_iterable(part.notes for part in parts), anybody=bool(ids)),
        dropped=tuple(chain.from_iterable(part.dropped for part in parts)),
    )


def _rows(parts: Sequence[History], order: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The bounds of the units in their new order, and the old row behind each new one."""
    sizes = np.concatenate([np.diff(ints(part.bounds)) for part in parts])
    starts = (np.cumsum(sizes) - sizes)[order]
    sizes = sizes[order]
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    return bounds, np.repeat(starts - bounds[:-1], sizes) + np.arange(bounds[-1])


def _column(columns: Sequence[Column], rows: NDArray[np.int64]) -> Column:
    """Coded columns end to end, under the names of all, in the order of their text."""
    names = tuple(sorted(set(chain.from_iterable(each.names for each in columns))))
    place = {name: code for code, name in enumerate(names)}
    told = [np.array([*(place[name] for name in each.names), MISSING], np.int32) for each in columns]
    codes = [table[ints(each.codes)] for table, each in zip(told, columns, strict=True)]  # missing is the last
    return Column(column(np.concatenate(codes)[rows], "i"), names)


def _current(parts: Sequence[History], order: NDArray[np.int64]) -> dict[str, Column]:
    """The last value of each segment of each unit, where any part keeps it."""
    names = dict.fromkeys(chain.from_iterable(part.current for part in parts))
    return {name: _column([_last_of(part, name) for part in parts], order) for name in names}


def _last_of(part: History, name: str) -> Column:
    if name in part.current:
        return part.current[name]
    segment = part.segments[name]
    return Column(column(ints(segment.codes)[ints(part.bounds)[1:] - 1], "i"), segment.names)


def _values(columns: Sequence[Sequence[object]], rows: NDArray[np.int64]) -> Sequence[object]:
    """Plain columns end to end; those of numbers stay one."""
    numbers = [told for told in columns if isinstance(told, array)]
    kinds = {told.typecode for told in numbers}
    if len(kinds) == 1 and all(isinstance(told, array) or not len(told) for told in columns):
        return column(np.concatenate([ints(told) for told in numbers])[rows], *kinds)
    take: Callable[[int], object] = list(chain.from_iterable(columns)).__getitem__
    return list(map(take, rows.tolist()))
