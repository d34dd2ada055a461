"""Counting moves and reasons: each row beside the one before it, as packed keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays import clock
from custlife.engines.arrays.keys import Keys
from custlife.engines.arrays.views import among, grouping, ints, of, shifted
from custlife.engines.gathers import EARLIER
from custlife.engines.history import MISSING

if TYPE_CHECKING:
    from custlife.engines.arrays.keys import Ints
    from custlife.engines.arrays.views import Views
    from custlife.engines.gathers import Moves, MoveTable, Reasons, ReasonTable
    from custlife.engines.history import History

__all__ = ["count_moves", "count_reasons"]


def count_moves(request: Moves, history: History) -> MoveTable:
    """Moves by period, with entries: rows of each combination of period, segment, stage before and stage."""
    if not len(history):
        return {}
    views = of(history)
    groups, labels = grouping(history, request.by)
    if request.segment == "stay":
        groups = shifted(groups, views.firsts, groups[views.firsts])
    periods, size, zero = _periods_of(request, history, views)
    names = len(history.vocabulary.names)
    cells = Keys((periods, size), (groups, len(labels)), (_came_from(views), names + 1), (views.code, names)).cells()
    return {
        (labels[group], zero + period if period else EARLIER, before - 1, code): n
        for period, group, before, code, n in cells
    }


def _came_from(views: Views) -> Ints:
    """The code before each row plus 1; 0 in the first row of a unit."""
    return shifted(views.code.astype(np.int32) + 1, views.firsts, 0)


def _periods_of(request: Moves, history: History, views: Views) -> tuple[Ints, int, int]:
    """The period of each row as a code, their number, and the period of code 0: 0 means before observation began."""
    periods: Ints
    if request.periods is None:
        periods, size, zero = np.broadcast_to(np.int8(1), len(history)), 2, -1
    else:
        periods = clock.indexes(request.periods, views.at)
        zero = int(periods.min()) - 1
        periods -= zero
        size = int(periods.max()) + 1
    if history.since is not None:
        periods = np.where(views.at < history.since, 0, periods)
    return periods, size, zero


def count_reasons(request: Reasons, history: History) -> ReasonTable:
    """Moves into an exit, by the stage they came from and the reason given."""
    groups, labels = grouping(history, request.by)
    views = of(history)
    rows = np.flatnonzero(among(request.exits, history).take(views.code))
    if history.since is not None:
        rows = rows[views.at[rows] >= history.since]
    column, names = history.extras.get("reason"), len(history.vocabulary.names)
    given = ints(column.codes)[rows] - MISSING if column else np.zeros(len(rows), np.int8)
    reasons = [None, *(column.names if column else ())]
    is_first = views.is_first[rows]
    came = np.where(is_first, 0, views.code[rows - 1].astype(np.int32) + 1)
    keys = Keys((groups[rows], len(labels)), (came, names + 1), (views.code[rows], names), (given, len(reasons)))
    return {(labels[group], before - 1, code, reasons[why]): n for group, before, code, why, n in keys.cells()}
