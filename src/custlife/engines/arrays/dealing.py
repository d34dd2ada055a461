"""Every unit as a deal: `rows.dealing` for whole columns, where neither money nor actions are asked for."""

from __future__ import annotations

from collections import Counter
from itertools import starmap
from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays.views import among, grouping, of
from custlife.engines.rows import dealing
from custlife.engines.touching import Deal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from custlife.engines.arrays.views import Ints
    from custlife.engines.history import History
    from custlife.engines.touching import Deals, DealTable

__all__ = ["count_deals"]

STATES = ("open", "lost", "won")
OPEN, LOST, WON = range(3)
NONE = np.iinfo(np.int64).max


def count_deals(request: Deals, history: History) -> DealTable:
    """The units that are deals, those alike counted together."""
    if request.money or request.actions or request.watched:
        return dealing.count_deals(request, history)
    views = of(history)
    is_start, is_won, is_lost = (
        among(codes, history)[views.code] for codes in (request.start, request.won, request.lost)
    )
    starts = _next(is_start, views.firsts, views.bounds[1:])
    begun = starts != NONE
    starts, ends = starts[begun], views.bounds[1:][begun]
    won = _next(is_won, starts, ends)
    state, row = _standing(is_lost, starts, ends, won, is_first=request.reopened == "first")
    groups, labels = grouping(history, request.by)
    start, end = views.at[starts], np.where(state == OPEN, views.as_of, views.at[row])
    truncated = np.zeros(len(starts), np.bool_) if history.since is None else start < history.since
    columns = (
        [labels[group] for group in groups[starts].tolist()],
        [STATES[one] for one in state.tolist()],
        views.code[row].tolist(),
        start.tolist(),
        end.tolist(),
        truncated.tolist(),
        ((state == WON) & (row == starts)).tolist(),
    )
    return dict(Counter(starmap(Deal, zip(*columns, strict=True))))


def _next(mask: NDArray[np.bool_], begins: Ints, ends: Ints) -> Ints:
    """For some stretches of rows the first row of each that is in a mask, or `NONE`."""
    rows = np.append(np.flatnonzero(mask), NONE)
    found = rows[rows.searchsorted(begins)]
    return np.where(found < ends, found, NONE)


def _standing(is_lost: NDArray[np.bool_], starts: Ints, ends: Ints, won: Ints, *, is_first: bool) -> tuple[Ints, Ints]:
    """How each deal stands, and the row that closed it or in which it is."""
    kept = np.append(-1, np.flatnonzero(~is_lost))
    after = kept[kept.searchsorted(ends) - 1] + 1  # behind the last row that loses nothing: the start is one
    is_out = after < ends
    state = np.where(won != NONE, WON, np.where(is_out, LOST, OPEN))
    row = np.where(won != NONE, won, np.where(is_out, after, ends - 1))
    if is_first:
        lost = _next(is_lost, starts, ends)
        earlier = lost < won
        state, row = np.where(earlier, LOST, state), np.where(earlier, lost, row)
    return state, row
