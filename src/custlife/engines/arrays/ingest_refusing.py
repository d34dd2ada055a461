"""Which rows of a batch a check refuses: each combination of values is looked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from custlife.engines.arrays.ingest_columns import Coded, numbered
from custlife.engines.arrays.keys import Keys, dense
from custlife.errors import CustlifeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from custlife.engines.arrays.keys import Ints
    from custlife.engines.layout import RowCheck

__all__ = ["refused"]

ALIKE = {int, str}  # of one of these types, equal values are the same to every check


def refused(check: RowCheck, names: Coded, others: Sequence[Any]) -> NDArray[np.bool_]:
    """The rows that the check refuses."""
    bad = np.zeros(len(names.codes), np.bool_)
    columns = [_coded(names)]
    for place in check.places:
        column, bounds = others[place], check.bounds.get(place)
        if bounds is not None and isinstance(column, np.ndarray) and column.dtype.kind == "i":
            bad |= (column < bounds[0]) | (column > bounds[1])
            columns.append((np.broadcast_to(np.zeros(1, np.int64), len(bad)), [max(bounds[0], 0)]))
        else:
            columns.append(_coded(column))
    keys = Keys(*((codes, len(values)) for codes, values in columns))
    ranks, kept = dense(keys.codes, keys.size)
    told = zip(
        *([values[code] for code in part] for (_, values), part in zip(columns, keys.columns(kept), strict=True)),
        strict=True,
    )
    filled: list[Any] = [None] * len(others)
    verdicts = np.fromiter((_fails(check, filled, one) for one in told), np.bool_, len(kept))
    return bad | verdicts[ranks]


def _coded(column: Any) -> tuple[Ints, list[Any]]:
    """A column as codes from 0 and the values behind them."""
    if isinstance(column, Coded):
        return column.numbered()
    if isinstance(column, np.ndarray):
        return numbered(column)
    kinds = set(map(type, column)) - {type(None)}
    if kinds == {float}:
        return numbered(np.array(column, np.float64))  # nothing becomes NaN, which is missing as well
    if len(kinds) <= 1 and kinds <= ALIKE:
        return numbered(column)
    seen: dict[tuple[type, str], int] = {}
    values: list[Any] = []
    codes = np.empty(len(column), np.int64)
    for row, value in enumerate(column):
        codes[row] = code = seen.setdefault((type(value), repr(value)), len(seen))
        if code == len(values):
            values.append(value)
    return codes, values


def _fails(check: RowCheck, filled: Sequence[Any], told: tuple[Any, ...]) -> bool:
    name, *given = told
    others = list(filled)
    for place, value in zip(check.places, given, strict=True):
        others[place] = value
    try:
        check(name, others)
    except CustlifeError:
        return True
    return False
