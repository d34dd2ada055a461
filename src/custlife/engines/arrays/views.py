"""The columns of a history as NumPy arrays, without a copy, and arrays as columns again.

The columns of a history stay `array.array`, whoever made them, so that both engines read the same one. An array seen
through here cannot be written to.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custlife.engines.arrays.keys import PIECE, Ints, Keys, dense
from custlife.engines.gathers import OPEN
from custlife.engines.history import MISSING, check_segments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from custlife.engines.gathers import Group
    from custlife.engines.history import History

__all__ = [
    "BEYOND", "Ints", "Views", "among", "column", "equal_numbers", "first_from", "following", "grouping", "ints", "of",
    "shifted",
]  # fmt: skip

BEYOND = 1 << 62  # behind all rows
EXACT = 1 << 53  # below it, floats and integers of the same value are equal


@attrs.frozen(eq=False)
class Views:
    """What every kernel reads.

    Attributes:
        at: Instants, int64.
        code: Codes of the rows, uint16.
        bounds: Where the rows of each unit begin, and where the last ones end, int64.
        as_of: The moment of looking.
        unit_from: Number of the first unit: 0 but in a part.
        row_from: Number of the first row.
    """

    at: NDArray[np.int64]
    code: NDArray[np.uint16]
    bounds: NDArray[np.int64]
    as_of: int
    unit_from: int = 0
    row_from: int = 0

    @property
    def rows(self) -> slice:
        """Where the rows lie in the columns of the history."""
        return slice(self.row_from, self.row_from + len(self.at))

    @property
    def firsts(self) -> NDArray[np.int64]:
        """The first row of each unit."""
        return self.bounds[:-1]

    @property
    def lasts(self) -> NDArray[np.int64]:
        """The last row of each unit."""
        return self.bounds[1:] - 1

    @property
    def is_first(self) -> NDArray[np.bool_]:
        """Of each row, whether it is the first of its unit."""
        mask = np.zeros(len(self.at), np.bool_)
        mask[self.firsts] = True
        return mask

    @property
    def is_last(self) -> NDArray[np.bool_]:
        """Of each row, whether it is the last of its unit."""
        mask = np.zeros(len(self.at), np.bool_)
        mask[self.lasts] = True
        return mask

    @property
    def unit(self) -> NDArray[np.int32]:
        """The number of the unit of each row, from 0."""
        return np.repeat(np.arange(len(self.bounds) - 1, dtype=np.int32), np.diff(self.bounds))

    def parts(self, rows: int = PIECE) -> Iterator[Views]:
        """Whole units, about so many rows at a time, so that what is worked out for each stays in the cache."""
        first, bounds = 0, self.bounds
        while first < len(bounds) - 1:
            low = int(bounds[first])
            last = max(first + 1, int(bounds.searchsorted(low + rows, "right")) - 1)
            here = slice(low, int(bounds[last]))
            yield Views(self.at[here], self.code[here], bounds[first : last + 1] - low, self.as_of, first, low)
            first = last


def of(history: History) -> Views:
    """The rows of a history."""
    return Views(ints(history.at), ints(history.code), ints(history.bounds), history.as_of)


def ints(column: array[int]) -> NDArray[Any]:
    """A column, as an array of the same type on the same memory."""
    seen = np.frombuffer(column, np.dtype(column.typecode))
    seen.flags.writeable = False
    return seen


def column(values: Ints, typecode: str = "q") -> array[int]:
    """An array as a column: `q` for instants and bounds, `H` for codes of rows, `i` for coded columns."""
    made = array(typecode)
    made.frombytes(np.ascontiguousarray(values, np.dtype(typecode)).data.cast("B"))
    return made


def following(views: Views) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """For every row the code and instant of the next one of its unit; `OPEN` and `as_of` behind the last."""
    code, at = np.empty(len(views.at), np.int32), np.empty(len(views.at), np.int64)
    code[:-1], at[:-1] = views.code[1:], views.at[1:]
    code[views.lasts], at[views.lasts] = OPEN, views.as_of
    return code, at


def first_from(rows: Ints, begins: Ints) -> Ints:
    """The first of some rows in order at or behind each of some; `BEYOND` where there is none."""
    place = rows.searchsorted(begins)
    found = np.full(len(begins), BEYOND, np.int64)
    is_there = np.flatnonzero(place < len(rows))
    found[is_there] = rows.take(place.take(is_there))
    return found


def equal_numbers(column: Sequence[object], wanted: object, rows: Ints) -> NDArray[np.bool_] | None:
    """Of some rows of a column of numbers, whether they hold one; None where values must be compared one by one."""
    if isinstance(column, array) and isinstance(wanted, int | float) and abs(wanted) < EXACT:
        is_equal: NDArray[np.bool_] = ints(column)[rows] == wanted
        return is_equal
    return None


def shifted(values: Ints, firsts: Ints, entry: Ints | int) -> Ints:
    """For every row the value of the row before; `entry` in the first row of a unit."""
    before = np.empty_like(values)
    before[1:] = values[:-1]
    before[firsts] = entry
    return before


def among(codes: Iterable[int], history: History) -> NDArray[np.bool_]:
    """A table that says of each code of a history whether it is one of some."""
    return np.isin(np.arange(len(history.vocabulary.names)), list(codes))


def grouping(history: History, by: Sequence[str]) -> tuple[Ints, list[Group]]:
    """The segment of every row as one code, and the values behind each code; None where a value is missing.

    Without segments every row has code 0.

    Raises:
        UnknownNameError: A segment that the log does not have.
    """
    check_segments(by, history.segments)
    if not by:
        return np.broadcast_to(np.int8(0), len(history)), [()]
    columns = [history.segments[name] for name in by]
    keys = Keys(*((ints(found.codes) - MISSING, len(found.names) + 1) for found in columns))
    codes, kept = dense(keys.codes, keys.size)
    names = [(None, *found.names) for found in columns]
    values = [[known[code] for code in part] for known, part in zip(names, keys.columns(kept), strict=True)]
    return codes, list(zip(*values, strict=True))
