"""The purchases of every unit by period, by columns: equal to `rows.purchasing`."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays import clock
from custlife.engines.arrays.views import among, ints, of
from custlife.engines.money import LARGEST
from custlife.engines.purchases import Purchasing
from custlife.engines.rows import purchasing as rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from custlife.engines.history import History
    from custlife.engines.purchases import Purchases

    Longs = NDArray[np.int64]

__all__ = ["list_purchases"]


def list_purchases(request: Purchases, history: History) -> list[Purchasing]:
    """The units with a purchase, in order."""
    views = of(history)
    bought = np.flatnonzero(among(request.codes, history)[views.code]) if len(views.code) else np.empty(0, np.int64)
    amounts = _amounts(request, history, bought)
    if amounts is None:
        return rows.list_purchases(request, history)
    if not len(bought):
        return []
    unit, at = views.unit[bought], views.at[bought]
    firsts = np.flatnonzero(np.diff(unit, prepend=-1))
    periods = clock.indexes(request.periods, at).astype(np.int64)
    opening = np.repeat(periods[firsts], np.diff(firsts, append=len(unit)))
    is_new = np.diff(periods, prepend=periods[0] - 1) != 0  # rows of one unit are in time order
    is_new[firsts] = True
    spent = np.add.reduceat(np.where(periods == opening, 0, amounts), firsts)
    truncated = np.zeros(len(firsts), np.bool_) if history.since is None else at[firsts] < history.since
    columns = (periods[firsts], np.maximum.reduceat(periods, firsts), np.add.reduceat(is_new.astype(np.int64), firsts))
    ids = map(history.ids.__getitem__, unit[firsts].tolist())
    return list(map(Purchasing, ids, *(column.tolist() for column in (*columns, spent, truncated))))


def _amounts(request: Purchases, history: History, bought: NDArray[np.intp]) -> Longs | None:
    """Minor units of every purchase; None where they are no plain whole numbers, or their sums might not fit."""
    if request.value is None:
        return np.zeros(len(bought), np.int64)
    column = history.values[request.value]
    if not (isinstance(column, array) and column.typecode == "q") or request.amounts_in == "major":
        return None
    found: Longs = ints(column)[bought]
    most = int(np.abs(found).max(initial=0))
    return found if most <= LARGEST and most * len(found) < 1 << 62 else None
