"""Counting presence: the rows of a unit in one period as a run, and the state at both of its ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays import clock
from custlife.engines.arrays.keys import Keys
from custlife.engines.arrays.views import among, grouping, of, shifted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from custlife.engines.arrays.keys import Ints
    from custlife.engines.history import History
    from custlife.engines.presence import Presence, PresenceTable

__all__ = ["count_presence"]


def count_presence(request: Presence, history: History) -> PresenceTable:
    """Units by period and by where they stand at its ends."""
    views = of(history)
    here = among(request.codes, history).take(views.code).astype(bool)
    if not here.any():
        return {}
    groups, labels = grouping(history, request.by)
    periods = clock.indexes(request.periods, views.at)
    starts = np.flatnonzero(views.is_first | (shifted(periods, views.firsts, periods[views.firsts]) != periods))
    unit = np.searchsorted(views.bounds, starts, "right") - 1
    before, after = shifted(here, views.firsts, 0)[starts], here[np.append(starts[1:], len(here)) - 1]
    stayed, was_in = np.logical_and.reduceat(here, starts), np.logical_or.reduceat(here, starts)
    first = _first_of_each(here, views.bounds)
    kept = np.where(before, ~stayed, was_in)
    run, owner = starts[kept], unit[kept]
    zero = int(periods.min())
    cells = Keys(
        (periods[run] - zero, int(periods.max()) - zero + 1),
        (groups[first[owner]], len(labels)),
        (before[kept].astype(np.int8), 2),
        (after[kept].astype(np.int8), 2),
        ((first[owner] < run).astype(np.int8), 2),
    ).cells()
    return {
        (labels[group], zero + period, bool(was), bool(then), bool(ever)): n
        for period, group, was, then, ever, n in cells
    }


def _first_of_each(here: NDArray[np.bool_], bounds: NDArray[np.int64]) -> Ints:
    """The first row of each unit that is in; any row for units that never are."""
    rows = np.flatnonzero(here)
    found: Ints = rows[np.minimum(np.searchsorted(rows, bounds[:-1]), len(rows) - 1)]
    return found
