"""Copies of rows: of those with one key in one unit, the one known first stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from custlife.engines.arrays.ingest_columns import column_of_values
from custlife.engines.history import MISSING
from custlife.errors import HistoryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from custlife.engines.arrays.civil import Ints
    from custlife.engines.arrays.ingest_columns import Ranked
    from custlife.engines.arrays.ingest_order import Order

__all__ = ["copies"]


def copies(
    order: Order, known: Ints, ranked: Mapping[str, Ranked], values: Iterable[Any], who: tuple[str, Sequence[str]]
) -> Ints:
    """The rows that go, as places in the order, unit by unit: `rows.ingest.drop_copies`.

    Args:
        order: All rows.
        known: When each became known.
        ranked: The coded columns, among them `key`.
        values: The columns of values, as they came.
        who: What is counted, and the ids.

    Raises:
        HistoryError: One key stands for two different facts.
    """
    key = ranked["key"]
    rows, group = _repeated(order, key)
    if not len(rows):
        return rows
    content = np.zeros(len(rows), np.int64)
    columns: list[NDArray[Any]] = [order.at, order.code, *(column.codes for column in ranked.values())]
    for column in columns:
        content = _together(content, np.unique(column[rows], return_inverse=True)[1])
    for given in values:
        texts = list(map(repr, column_of_values(given, order.rows[rows])))
        place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        content = _together(content, np.array([place[text] for text in texts], np.int64))
    firsts = np.unique(group, return_index=True)[1]
    if (content != content[firsts][group]).any():
        unit, (called, ids) = order.unit, who
        problems = [
            (f"{called} {ids[unit[row]]!r}", f"key {key.names[key.codes[row]]!r} stands for two different rows")
            for row in _contradicting(rows, group, content, known[rows])
        ]
        raise HistoryError("keys must be unique", problems, "give each fact a key of its own")
    by = np.lexsort((known[rows], group))
    stays = np.flatnonzero(np.diff(group[by], prepend=-1))
    return rows[np.delete(by, stays)]


def _repeated(order: Order, key: Ranked) -> tuple[Ints, Ints]:
    """The rows whose key occurs more than once in their unit, and a number for each such pair of unit and key."""
    keyed = np.flatnonzero(key.codes != MISSING)
    if len(keyed) == len(key.names):
        return keyed[:0], keyed[:0]
    pair = order.unit[keyed].astype(np.int64) * len(key.names) + key.codes[keyed]
    ordered = np.sort(pair)
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    is_repeated = np.isin(pair, repeated)
    return keyed[is_repeated], np.searchsorted(repeated, pair[is_repeated])


def _together(a: Ints, b: Ints) -> Ints:
    """One number for each pair of numbers."""
    pairs: Ints = np.unique(a * (int(b.max()) + 1) + b, return_inverse=True)[1]
    return pairs


def _contradicting(rows: Ints, group: Ints, content: Ints, known: NDArray[Any]) -> list[int]:
    """The rows that differ from the one known first of those with their key before them."""
    found: list[int] = []
    held: dict[int, tuple[int, int]] = {}
    columns = (column.tolist() for column in (rows, group, known, content))
    for row, pair, moment, fact in zip(*columns, strict=True):
        first, other = held.setdefault(pair, (moment, fact))
        if fact != other:
            found.append(row)
        if moment < first:
            held[pair] = (moment, fact)
    return found
