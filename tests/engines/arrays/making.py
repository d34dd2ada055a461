"""Rows of plain values as the columns that a frame would bring, and histories as plain values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from custlife.calendar import instant, to_us
from custlife.engines.arrays.ids import Texts
from custlife.engines.arrays.ingest import Batch, Coded, Masked
from custlife.engines.history import History
from custlife.engines.layout import Layout
from custlife.engines.rows.ingest import is_missing
from custlife.errors import CustlifeError

Row = tuple[Any, ...]


def coded(values: Sequence[Any], *, lazily: bool = False) -> Coded:
    """A column as codes in the order in which values were met; texts and integers in their own form where asked for."""
    place: dict[tuple[type, Any], int] = {}
    codes = [
        -1 if value is None or value != value else place.setdefault((type(value), value), len(place))  # NaN
        for value in values
    ]
    known: Any = [value for _, value in place]
    if lazily and known and all(type(value) is str for value in known):
        known = Texts.of(known)
    elif lazily and known and all(type(value) is int and abs(value) < 1 << 63 for value in known):
        known = np.array(known, np.int64)
    return Coded(np.array(codes, np.int32), known)


def masked(values: Sequence[Any], read: Callable[[Any], int]) -> Masked:
    """A column of whole numbers, with what is none of them marked."""
    missing = np.array([is_missing(value) for value in values], np.bool_)
    numbers, bad = np.arange(len(values)) - 5, np.zeros(len(values), np.bool_)
    for row, value in enumerate(values):
        if not missing[row]:
            try:
                numbers[row] = read(value)
            except (CustlifeError, TypeError, OverflowError):
                bad[row] = True
    return Masked(numbers, missing if missing.any() else None, bad if bad.any() else None)


def whole(value: Any) -> int:
    """Nothing but an integer."""
    if type(value) is not int:
        raise TypeError
    return value


def batch(rows: Sequence[Row], layout: Layout, *, lazily: bool = False) -> Batch:
    """The columns of rows of `(unit, name, at, *layout.others)`."""

    def us(value: Any) -> int:
        return to_us(instant(value, tz=layout.tz, ambiguous=layout.ambiguous))

    units, names, times, *others = zip(*rows, strict=True) if rows else [()] * (3 + len(layout.others))
    at = masked(times, us)
    bad = np.zeros(len(rows), np.bool_)
    for mask in (at.missing, at.bad):
        bad |= False if mask is None else mask
    given: dict[str, Any] = {}
    for role, column in zip(layout.others, others, strict=True):
        if role in ("seq", "recorded_at"):
            given[role] = masked(column, whole if role == "seq" else us)
        elif not role.startswith("value"):
            given[role] = coded(column, lazily=lazily)
        elif lazily and column and len(set(map(type, column))) == 1:
            given[role] = np.array(column, None if type(column[0]) in (int, float, bool) else np.object_)
        else:
            given[role] = coded(column) if lazily else list(column)
    return Batch(
        coded(units, lazily=lazily), coded(names, lazily=lazily), at.values, bad if bad.any() else None, given,
        lambda numbers: [rows[number] for number in numbers.tolist()], lambda row: f"row {row + 1}",
    )  # fmt: skip


def plain(history: History) -> dict[str, Any]:
    """All that a history holds, to be compared; only the engine may differ."""
    columns = {
        kind: {name: (list(column.codes), tuple(column.names)) for name, column in getattr(history, kind).items()}
        for kind in ("segments", "current", "extras")
    }
    return columns | {
        "ids": list(history.ids),
        "bounds": list(history.bounds),
        "at": list(history.at),
        "code": list(history.code),
        "typecodes": (history.bounds.typecode, history.at.typecode, history.code.typecode),
        "recorded": None if history.recorded is None else list(history.recorded),
        "values": {name: list(map(repr, column)) for name, column in history.values.items()},
        "notes": list(map(str, history.notes)),
        **{
            name: getattr(history, name)
            for name in ("vocabulary", "zone", "as_of", "since", "unit", "sequenced", "frame", "dropped")
        },
    }
