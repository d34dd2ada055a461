"""Every unit as a deal: `rows.dealing` for whole columns."""

from __future__ import annotations

from array import array
from collections import Counter
from itertools import pairwise, starmap
from typing import TYPE_CHECKING, Any

import numpy as np

from custlife.engines.arrays.views import BEYOND, among, first_from, grouping, ints, of
from custlife.engines.money import NO_CURRENCY, currency_code, minor_units
from custlife.engines.rows import dealing
from custlife.engines.rows.dealing import last_moment
from custlife.engines.rows.ingest import is_missing
from custlife.engines.touching import Deal
from custlife.errors import CustlifeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from custlife.engines.arrays.views import Ints, Views
    from custlife.engines.history import History
    from custlife.engines.touching import Deals, DealTable

__all__ = ["count_deals"]

STATES = ("open", "lost", "won")
OPEN, LOST, WON = range(3)
NOBODY = -1


def count_deals(request: Deals, history: History) -> DealTable:
    """The units that are deals, those alike counted together.

    Raises:
        DataError: Amounts or dates that cannot be used, with their units.
    """
    views = of(history)
    watched = np.flatnonzero(among(request.watched or history.vocabulary.standing, history)[views.code])
    bounds, code, at = watched.searchsorted(views.bounds), views.code[watched], views.at[watched]
    is_start, is_won, is_lost = (among(codes, history)[code] for codes in (request.start, request.won, request.lost))
    starts = _next(is_start, bounds[:-1], bounds[1:])
    unit = np.flatnonzero(starts != BEYOND)
    starts, ends = starts[unit], bounds[1:][unit]
    won = _next(is_won, starts, ends)
    state, row = _standing(is_lost, starts, ends, won, is_first=request.reopened == "first")
    groups, labels = grouping(history, request.by)
    start, end = at[starts], np.where(state == OPEN, views.as_of, at[row])
    truncated = np.zeros(len(starts), np.bool_) if history.since is None else start < history.since
    columns: list[Iterable[Any]] = [
        [labels[group] for group in groups[watched[starts]].tolist()],
        [STATES[one] for one in state.tolist()],
        code[row].tolist(),
        start.tolist(),
        end.tolist(),
        truncated.tolist(),
        ((state == WON) & (row == starts)).tolist(),
    ]
    if request.actions or request.money:
        columns.append(_actions(request, history, views, unit, start, end))
    if request.money:
        known = _last_known(at, ends, np.where(state == OPEN, ends - 1, row))
        try:
            columns += _money(request, history, watched, bounds[unit], known)
        except CustlifeError:
            return dealing.count_deals(request, history)  # which names all units that cannot be used
    return dict(Counter(starmap(Deal, zip(*columns, strict=True))))


def _next(mask: NDArray[np.bool_], begins: Ints, ends: Ints) -> Ints:
    """For some stretches of rows the first row of each that is in a mask, or `BEYOND`."""
    found = first_from(np.flatnonzero(mask), begins)
    return np.where(found < ends, found, BEYOND)


def _standing(is_lost: NDArray[np.bool_], starts: Ints, ends: Ints, won: Ints, *, is_first: bool) -> tuple[Ints, Ints]:
    """How each deal stands, and the row that closed it or in which it is."""
    kept = np.append(-1, np.flatnonzero(~is_lost))
    after = kept[kept.searchsorted(ends) - 1] + 1  # behind the last row that loses nothing: the start is one
    is_out = after < ends
    state = np.where(won != BEYOND, WON, np.where(is_out, LOST, OPEN))
    row = np.where(won != BEYOND, won, np.where(is_out, after, ends - 1))
    if is_first:
        lost = _next(is_lost, starts, ends)
        earlier = lost < won
        state, row = np.where(earlier, LOST, state), np.where(earlier, lost, row)
    return state, row


# -- what was done -----------------------------------------------------------------------------------------------------


def _actions(
    request: Deals, history: History, views: Views, unit: Ints, start: Ints, end: Ints
) -> list[tuple[int, ...]]:
    """Of each deal the events from the start on and strictly before the close, rising."""
    number = np.full(len(views.firsts), NOBODY)
    number[unit] = np.arange(len(unit))
    rows = np.flatnonzero(among(request.actions, history)[views.code])
    deal = number[views.unit[rows]]
    rows, deal = rows[deal != NOBODY], deal[deal != NOBODY]
    is_between = (start[deal] <= views.at[rows]) & (views.at[rows] < end[deal])
    width = len(history.vocabulary.names)
    done = np.unique(deal[is_between] * width + views.code[rows[is_between]])
    codes: list[int] = (done % width).tolist()
    turns: list[int] = (done // width).searchsorted(np.arange(len(unit) + 1)).tolist()
    return [tuple(codes[low:high]) for low, high in pairwise(turns)]


# -- money -------------------------------------------------------------------------------------------------------------


def _last_known(at: Ints, ends: Ints, row: Ints) -> Ints:
    """For some rows the last one of the same instant in its unit."""
    moves_on = np.append(np.flatnonzero(at[1:] != at[:-1]) + 1, len(at))
    known: Ints = np.minimum(moves_on[moves_on.searchsorted(row, "right")], ends) - 1
    return known


def _money(request: Deals, history: History, watched: Ints, first: Ints, known: Ints) -> list[list[Any]]:
    """Amounts in minor units, currencies and expected closes, as they were last known.

    Raises:
        CustlifeError: One of them cannot be used.
    """
    amounts, currencies, expected = (
        _last_told(history.values.get(name, ()), watched, first, known)
        for name in ("amount", "currency", "expected_close")
    )
    codes = _each(currencies, currency_code)
    pairs = [None if amount is None else (amount, code) for amount, code in zip(amounts, codes, strict=True)]
    minor = _each(pairs, lambda pair: minor_units(pair[0], pair[1] or NO_CURRENCY, request.amounts_in))
    return [minor, codes, _each(expected, lambda value: last_moment(value, history))]


def _last_told(column: Sequence[Any], watched: Ints, first: Ints, known: Ints) -> list[Any]:
    """The last value of each deal that is not missing, up to a row; None where there is none."""
    if not len(column):
        return [None] * len(known)
    if isinstance(column, array):
        values = ints(column)[watched]
        told = np.flatnonzero(values == values)  # noqa: PLR0124  # NaN is missing
    else:
        told = np.array([n for n, row in enumerate(watched.tolist()) if not is_missing(column[row])], np.int64)
    last = np.append(NOBODY, told)[told.searchsorted(known, "right")]
    told_by = zip(watched[last].tolist(), (last >= first).tolist(), strict=True)
    return [column[row] if is_told else None for row, is_told in told_by]


def _each(values: list[Any], function: Callable[[Any], Any]) -> list[Any]:
    """What a function makes of each value but None, asked once for those alike."""
    made: dict[Any, Any] = {}
    found: list[Any] = []
    for value in values:
        key = repr(value)
        if key not in made:
            made[key] = None if value is None else function(value)
        found.append(made[key])
    return found
