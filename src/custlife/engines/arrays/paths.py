"""Counting paths: the codes of each unit as one piece of bytes, looked up among those met before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from custlife.engines.arrays.keys import Keys, runs
from custlife.engines.arrays.views import column, grouping, of
from custlife.engines.gathers import PathTally

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from custlife.engines.arrays.keys import Ints
    from custlife.engines.arrays.views import Views
    from custlife.engines.gathers import Paths, PathTable
    from custlife.engines.history import History

__all__ = ["count_paths"]


class _Ranks(dict[bytes, int]):
    """The number of each sequence, in the order in which they are met."""

    def __missing__(self, codes: bytes) -> int:
        self[codes] = rank = len(self)
        return rank


def count_paths(request: Paths, history: History) -> PathTable:
    """Distinct sequences of codes, cut where asked, with the time from the first to the last row on them."""
    groups, labels = grouping(history, request.by)
    if not len(history):
        return {}
    views, names = of(history), len(history.vocabulary.names)
    at, firsts = views.at, views.firsts
    rows = _first_occurrences(views) if request.repeats == "first" else np.arange(len(at))
    begins = rows.searchsorted(views.bounds)
    begins, ends = begins[:-1], begins[1:]
    is_cut = np.zeros(len(firsts), np.bool_)
    if request.longest is not None:
        is_cut = ends - begins > request.longest
        ends = np.minimum(ends, begins + request.longest)
    lengths = at[rows[ends - 1]] - at[firsts]
    if history.since is not None:
        is_early = at[firsts] < history.since
        is_cut &= ~is_early
        ends = np.where(is_early, begins, ends)
        lengths[is_early] = 0
    typecode: Literal["B", "H"] = "B" if names <= 1 << 8 else "H"
    codes = views.code[rows].astype(np.dtype(typecode))
    text, size = codes.tobytes(), codes.itemsize
    seen = _Ranks()
    slices = map(slice, column(begins * size), column(ends * size))
    ranks = np.fromiter(map(seen.__getitem__, map(text.__getitem__, slices)), np.int64, len(firsts))
    paths = [tuple(memoryview(path).cast(typecode)) for path in seen]
    keys: list[tuple[Ints, int]] = [(groups[firsts], len(labels)), (ranks, len(paths)), (is_cut.view(np.int8), 2)]
    table: PathTable = {}
    for (group, rank, cut), times in Keys(*keys).sorted(lengths):
        table[labels[group], paths[rank], bool(cut)] = PathTally(len(times), column(times))
    for group, rank, cut, end, n in Keys(*keys, (views.code[views.lasts], names)).cells():
        table[labels[group], paths[rank], bool(cut)].ends[end] = n
    return table


def _first_occurrences(views: Views) -> NDArray[np.int64]:
    """The rows in which a unit has its code for the first time, in order."""
    order = np.argsort(views.code, kind="stable")
    rows = order[runs(views.code[order], views.unit[order])]
    rows.sort()
    return rows
