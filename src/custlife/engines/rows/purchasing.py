"""The purchases of every unit by period: what is listed for models of repeat buying."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

from custlife.calendar import from_us
from custlife.engines.money import NO_CURRENCY, check_whole, minor_units
from custlife.engines.purchases import Purchasing
from custlife.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.engines.history import History
    from custlife.engines.purchases import Purchases

__all__ = ["list_purchases"]


def list_purchases(request: Purchases, history: History) -> list[Purchasing]:
    """The units with a purchase, in order."""
    index, at, since = request.periods.indexer(), history.at, history.since
    amounts, found = _amounts(request, history), []
    for unit, (low, high) in zip(history.ids, history.ranges(), strict=True):
        rows = [row for row in range(low, high) if history.code[row] in request.codes]
        if not rows:
            continue
        periods = [index(at[row]) for row in rows]
        first = periods[0]
        spent = [next(amounts) for _ in rows]
        after = sum(amount for period, amount in zip(periods, spent, strict=True) if period != first)
        late = since is not None and at[rows[0]] < since
        found.append(Purchasing(unit, first, periods[-1], len(set(periods)), after, late))
    return found


def _amounts(request: Purchases, history: History) -> Iterator[int]:
    """Minor units of every purchase, in order; without a column of amounts endless zeros.

    Raises:
        DataError: Amounts that are none, with their units and times.
    """
    if request.value is None:
        return repeat(0)
    column, currency, name = history.values[request.value], request.currency or NO_CURRENCY, request.value
    made, problems, hint = [], [], ""
    for unit, (low, high) in zip(history.ids, history.ranges(), strict=True):
        for row in range(low, high):
            if history.code[row] not in request.codes:
                continue
            try:
                made.append(minor_units(column[row], currency, request.amounts_in, name))
            except UsageError as error:
                problems.append((f"{history.unit} {unit!r} at {from_us(history.at[row]).isoformat()}", error.what))
                hint = error.hint
    check_whole(problems, hint)
    return iter(made)
