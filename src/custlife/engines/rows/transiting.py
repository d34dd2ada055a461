"""Counting transits: where each unit stands at the instants of a grid."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from custlife.engines.gathers import OPEN
from custlife.engines.rows.moving import group_at
from custlife.engines.transits import TransitTable

if TYPE_CHECKING:
    from custlife.engines.history import History
    from custlife.engines.transits import Transits

__all__ = ["count_transits"]


def count_transits(request: Transits, history: History) -> TransitTable:
    """Stays by how much of the grid they cover and what follows, and when each unit is first seen."""
    table = TransitTable()
    grouping, since = history.grouping(request.by), history.since
    grid, at, code = request.grid, history.at, history.code
    for low, high in history.ranges():
        # a row holds from the first instant not before it to the first instant not before the next row
        places = [bisect_left(grid, us) for us in at[low:high]]
        ends = [*places[1:], len(grid)]
        seen = [row for row in range(low, high) if ends[row - low] > places[row - low]]
        for row, then in zip(seen, [*(code[row] for row in seen[1:]), OPEN], strict=True):
            is_early = since is not None and at[row] < since
            stays = table.truncated if is_early else table.stays
            stays[group_at(grouping, row), code[row], ends[row - low] - places[row - low], then] += 1
        first = seen[0]
        table.arrivals[group_at(grouping, first), len(grid) - 1 - places[first - low], code[first]] += 1
    return table
