"""Counting transits: every row placed on the grid at once, those that hold at none of its instants dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays.keys import Keys
from custlife.engines.arrays.views import grouping, of
from custlife.engines.gathers import OPEN
from custlife.engines.transits import TransitTable

if TYPE_CHECKING:
    from collections import Counter

    from custlife.engines.gathers import Group
    from custlife.engines.history import History
    from custlife.engines.transits import Transits

__all__ = ["count_transits"]


def count_transits(request: Transits, history: History) -> TransitTable:
    """Stays by how much of the grid they cover and what follows, and when each unit is first seen."""
    groups, labels = grouping(history, request.by)
    grid, names = np.array(request.grid, np.int64), len(history.vocabulary.names)
    table = TransitTable()
    for part in of(history).parts():
        place = grid.searchsorted(part.at)
        end = np.empty_like(place)
        end[:-1] = place[1:]
        end[part.lasts] = len(grid)
        seen = np.flatnonzero(end > place)
        group, stage = groups[part.rows][seen], part.code[seen]
        place, end = place[seen], end[seen]
        is_last = end == len(grid)
        then = np.zeros(len(seen), np.int32)  # the code behind a stay plus 1
        then[:-1] = stage[1:].astype(np.int32) + 1
        then[is_last] = OPEN + 1
        whole = [(group, len(labels)), (stage, names), (end - place, len(grid) + 1), (then, names + 1)]
        is_early = part.at[seen] < history.since if history.since is not None else np.zeros(len(seen), np.bool_)
        for stays, mask in ((table.stays, ~is_early), (table.truncated, is_early)):
            _count(stays, Keys(*((codes[mask], size) for codes, size in whole)), labels)
        is_first = np.append(True, is_last[:-1])  # every unit is seen at the last instant, so there is a row
        index = len(grid) - 1 - place[is_first]
        arrived = Keys((group[is_first], len(labels)), (index, len(grid)), (stage[is_first], names))
        for which, ago, code, n in arrived.cells():
            table.arrivals[labels[which], ago, code] += n
    return table


def _count(stays: Counter[tuple[Group, int, int, int]], keys: Keys, labels: list[Group]) -> None:
    for which, code, covered, then, n in keys.cells():
        stays[labels[which], code, covered, then - 1] += n
