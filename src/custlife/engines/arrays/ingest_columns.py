"""Coded columns: values are looked at once each, codes by the piece."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custlife.engines.arrays.ids import Ids, Numbers, Texts
from custlife.engines.arrays.keys import dense
from custlife.engines.history import MISSING
from custlife.engines.rows.ingest import is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from custlife.engines.arrays.civil import Ints

    Codes = NDArray[np.integer[Any]]

__all__ = ["Coded", "Masked", "Ranked", "column_of_values", "counted", "lazily", "numbered", "ranked", "some", "taken"]

PIECE = 1 << 16


@attrs.frozen(eq=False)
class Coded:
    """A column of codes.

    Attributes:
        codes: One a row, of any integer type; `-1` where the value is missing.
        values: Code to value, each value once: texts, best as `Texts`; an array of integers; or a list of anything.
    """

    codes: Codes
    values: Sequence[Any] | Codes

    def occurring(self, rows: Ints | None = None) -> Ints:
        """The codes that occur, in all rows or in some; and the number of values, where one is missing."""
        found = np.zeros(len(self.values) + 1, np.bool_)
        for low in range(0, len(self.codes) if rows is None else len(rows), PIECE):
            piece = slice(low, low + PIECE)
            found[self.codes[piece if rows is None else rows[piece]]] = True
        return np.flatnonzero(found)

    def numbered(self) -> tuple[Ints, list[Any]]:
        """Codes from 0 of the values that occur, and these; None behind the last, where one is missing."""
        kept = self.occurring()
        place = np.zeros(len(self.values) + 1, np.int64)
        place[kept] = np.arange(len(kept))
        return place[self.codes], some(self.values, kept)


@attrs.frozen(eq=False)
class Masked:
    """A column of whole numbers.

    Attributes:
        values: One a row, int64; anything where there is none.
        missing: Where there is none, or None.
        bad: Where there is something else, or None.
    """

    values: Ints
    missing: NDArray[np.bool_] | None = None
    bad: NDArray[np.bool_] | None = None


@attrs.define(eq=False)
class Ranked:
    """A coded column in the order of a history: `-1` is missing, codes are in the order of the names."""

    codes: NDArray[np.int32]
    names: Ids


def taken(table: NDArray[Any], codes: Codes, rows: Ints | None = None) -> NDArray[Any]:
    """The entry of a table that each code names, the last one for -1; of all rows or of some, in their order."""
    size = len(codes) if rows is None else len(rows)
    found = np.empty(size, table.dtype)
    for low in range(0, size, PIECE):
        piece = slice(low, low + PIECE)
        found[piece] = table[codes[piece] if rows is None else codes[rows[piece]]]
    return found


def counted(codes: Codes, size: int, rows: Ints | None = None) -> Ints:
    """How often each code below `size` occurs, in all rows or in some."""
    counts, step = np.zeros(size, np.int64), max(PIECE, size)
    for low in range(0, len(codes) if rows is None else len(rows), step):
        piece = slice(low, low + step)
        counts += np.bincount(codes[piece] if rows is None else codes[rows[piece]], minlength=size)
    return counts


def some(values: Sequence[Any] | Codes, codes: Ints) -> list[Any]:
    """The values of some codes, as plain Python values; None for what is beyond the last."""
    known = codes[codes < len(values)]
    missing = [None] * (len(codes) - len(known))
    if isinstance(values, np.ndarray):
        return [*values[known].tolist(), *missing]
    if isinstance(values, Ids):
        return [*values.take(known), *missing]
    return [*map(values.__getitem__, known.tolist()), *missing]


def numbered(column: Sequence[Any] | NDArray[Any]) -> tuple[Ints, list[Any]]:
    """The number of each value of a column from 0, and the different values; of a list they must have a hash.

    Few different whole numbers of an array need not be sorted.
    """
    if not isinstance(column, np.ndarray):
        number = {value: code for code, value in enumerate(dict.fromkeys(column))}
        return np.fromiter(map(number.__getitem__, column), np.int64, len(column)), list(number)
    if column.dtype.kind == "i" and len(column):
        low, high = int(column.min()), int(column.max())
        if high - low < len(column):
            ranks, kept = dense(column - low, high - low + 1)
            return ranks.astype(np.int64, copy=False), [low + code for code in kept.tolist()]
    found, places = np.unique(column, return_inverse=True)
    return places, found.tolist()


def ranked(coded: Coded, rows: Ints) -> Ranked:
    """The column of some rows, coded in the order of the texts that occur: `rows.ingest.coded`."""
    kept = coded.occurring(rows)
    kept, which, texts = _texts(coded.values, kept[kept < len(coded.values)])
    order = texts.order()
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    table = np.full(len(coded.values) + 1, MISSING, np.int32)
    table[kept] = rank[which]
    return Ranked(taken(table, coded.codes, rows), texts.take(order))


def _texts(values: Sequence[Any] | Codes, codes: Ints) -> tuple[Ints, Any, Ids]:
    """The codes whose values are there; which of the texts is that of each; and the texts, each once."""
    texts = lazily(values, codes)
    if texts is None:
        return _spelled(some(values, codes), codes)
    if isinstance(texts, Texts):
        is_there = texts.ends > texts.starts
        codes, texts = codes[is_there], texts.take(is_there)
    return codes, slice(None), texts


def _spelled(values: Sequence[Any], codes: Ints) -> tuple[Ints, Any, Ids]:
    kept = np.array([not is_missing(value) for value in values], np.bool_)
    there = [values[place] for place in np.flatnonzero(kept).tolist()]
    spelled = [str.__str__(value) if isinstance(value, str) else str(value) for value in there]
    which = {text: number for number, text in enumerate(dict.fromkeys(spelled))}
    return codes[kept], [which[text] for text in spelled], Texts.of(which)


def lazily(values: Sequence[Any] | Codes, codes: Ints) -> Ids | None:
    """The values of some codes, where all are text or all are integers; else None."""
    if isinstance(values, Ids):
        return values.take(codes)
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu" and np.can_cast(values.dtype, np.int64):
        return Numbers(values[codes])
    found = some(values, codes)
    return Texts.of(found) if set(map(type, found)) == {str} else None


def column_of_values(given: Coded | NDArray[Any] | Sequence[Any], rows: Ints) -> Sequence[Any]:
    """Plain values of some rows: an `array.array` for a column of numbers, else a list."""
    if isinstance(given, Coded):
        table = np.empty(len(given.values) + 1, np.object_)
        kept = given.occurring(rows)
        table[kept] = some(given.values, kept)
        return list(table[given.codes[rows]])
    if not isinstance(given, np.ndarray):
        return [given[row] for row in rows.tolist()]
    if given.dtype.kind in "fi":
        numbers = array("d" if given.dtype.kind == "f" else "q", (0,)) * len(rows)
        seen = np.frombuffer(numbers, numbers.typecode)
        for low in range(0, len(rows), PIECE):
            seen[low : low + PIECE] = given[rows[low : low + PIECE]]
        return numbers
    values: list[Any] = given[rows].tolist()
    return values
