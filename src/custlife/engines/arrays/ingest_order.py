"""One sort: by unit, instant and code, packed into one number a row where the ranges that occur allow it.

What is packed needs no order of rows, so that the sort itself yields the columns. Where instants are too fine for that,
rows that came unit by unit are sorted a few units at a time; others by instant and code, and then by unit and the place
they had: two sorts of one number a row. (Sorting by several columns, or a stable sort of wide numbers, takes three to
ten times as long.)
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custlife.engines.arrays.ingest_columns import PIECE, Coded, Masked, some, taken
from custlife.engines.arrays.ingest_runs import Runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from custlife.engines.arrays.civil import Ints

__all__ = ["Order", "Unsorted", "plain", "settle", "wide"]

BITS = 63
DIVISORS = (1, 1_000, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000)  # each a part of the next


@attrs.frozen(eq=False)
class Unsorted:
    """The rows that can be used, as they came: codes, and tables that say what they mean in the history.

    Attributes:
        unit_codes: One a row.
        units: Code to number of the unit.
        name_codes: One a row.
        names: Code to code of the stage or event.
        at: Instants.
        rows: The rows that are meant; None for all.
        sizes: How many units and names there are.
    """

    unit_codes: NDArray[np.integer[Any]]
    units: NDArray[np.int32]
    name_codes: NDArray[np.integer[Any]]
    names: NDArray[np.uint16]
    at: Ints
    rows: Ints | None
    sizes: tuple[int, int]

    def __len__(self) -> int:
        return len(self.at if self.rows is None else self.rows)

    def pieces(self) -> Iterator[tuple[slice, Any]]:
        """Places in the arrays to be made, and the rows behind them, so many at a time."""
        for low in range(0, len(self), PIECE):
            piece = slice(low, low + PIECE)
            yield piece, piece if self.rows is None else self.rows[piece]

    def ends(self) -> tuple[int, int]:
        """The first and the last instant."""
        pairs = [(self.at[rows].min(), self.at[rows].max()) for _, rows in self.pieces()]
        return int(min(low for low, _ in pairs)), int(max(high for _, high in pairs))


@attrs.define(eq=False)
class Order:
    """Rows in the order of a history.

    Attributes:
        rows: The number of each row as it came.
        at: Instants.
        code: Codes of stages or events.
        bounds: Where the rows of each unit begin, and where the last ones end.
    """

    rows: Ints
    at: Ints
    code: NDArray[np.uint16]
    bounds: Ints

    @property
    def unit(self) -> NDArray[np.int32]:
        """The number of the unit of each row."""
        return np.repeat(np.arange(len(self.bounds) - 1, dtype=np.int32), np.diff(self.bounds))

    def leave_out(self, gone: Ints) -> None:
        """Leave some rows out, given by their places, unit by unit."""
        self.bounds = self.bounds - np.searchsorted(gone, self.bounds)
        self.rows, self.at, self.code = np.delete(self.rows, gone), np.delete(self.at, gone), np.delete(self.code, gone)


@attrs.frozen(eq=False)
class Packing:
    """How instants, as whole multiples of a divisor since the first, and codes go into one number; and units before."""

    low: int
    divisor: int
    time_bits: int
    code_bits: int
    with_unit: bool

    def keys(self, given: Unsorted, keys: Ints) -> None:
        """Write the keys of some rows."""
        for piece, rows in given.pieces():
            unit = given.units[given.unit_codes[rows]].astype(np.int64) if self.with_unit else None
            keys[piece] = self.key(given, rows, unit)

    def key(self, given: Unsorted, rows: Any, unit: Ints | None) -> Ints:
        """The keys of a few rows."""
        key: Ints = given.at[rows] - self.low
        if self.divisor > 1:
            key //= self.divisor
        if unit is not None:
            key += unit << self.time_bits
        key <<= self.code_bits
        key += given.names[given.name_codes[rows]]
        return key

    @property
    def room(self) -> int:
        """The bits that are left in a key without a unit."""
        return BITS - self.time_bits - self.code_bits

    def read(self, keys: Ints, at: Ints, code: NDArray[np.uint16]) -> None:
        """Instants and codes behind sorted keys; `at` may lie where the keys are."""
        for low in range(0, len(keys), PIECE):
            piece = slice(low, low + PIECE)
            key = keys[piece]
            code[piece] = key & ((1 << self.code_bits) - 1)
            time = (key >> self.code_bits) & ((1 << self.time_bits) - 1)
            time *= self.divisor
            time += self.low
            at[piece] = time


def plain(given: Unsorted) -> tuple[array[int], array[int]]:
    """Instants and codes in order, as the columns of a history; nothing else has to follow."""
    instants, codes = array("q", (0,)) * len(given), array("H", (0,)) * len(given)
    at, code = np.frombuffer(instants, np.int64), np.frombuffer(codes, np.uint16)
    packing, alone = _packing(given, with_unit=True), _packing(given, with_unit=False)
    if packing is not None:
        packing.keys(given, at)
        at.sort()
        packing.read(at, at, code)
    elif alone is not None and (runs := Runs.of(given)):
        runs.plain_keys(given, alone, alone.room, at)
        alone.read(at, at, code)
    else:
        rows = _rows(given)
        at[:] = given.at[rows]
        code[:] = taken(given.names, given.name_codes, rows)
    return instants, codes


def wide(given: Unsorted, bounds: Ints) -> Order:
    """The order of rows that other columns follow; those alike in unit, instant and code in any order."""
    packing, alone = _packing(given, with_unit=True), _packing(given, with_unit=False)
    if packing is None and alone is not None and (runs := Runs.of(given)):
        keys, rows = runs.keys(given, alone, alone.room)
        code = np.empty(len(given), np.uint16)
        alone.read(keys, keys, code)
        return Order(rows, keys, code, bounds)
    if packing is None:
        rows = _rows(given)
        return Order(rows, given.at[rows], taken(given.names, given.name_codes, rows), bounds)
    keys = np.empty(len(given), np.int64)
    packing.keys(given, keys)
    rows = np.argsort(keys)
    keys = keys[rows]
    code = np.empty(len(given), np.uint16)
    packing.read(keys, keys, code)
    return Order(rows if given.rows is None else given.rows[rows], keys, code, bounds)


def _packing(given: Unsorted, *, with_unit: bool) -> Packing | None:
    """How a key of 63 bits holds instant and code, and the unit before them, if it does."""
    low, high = given.ends()
    units, names = ((size - 1).bit_length() for size in given.sizes)
    for divisor in DIVISORS:
        bits = ((high - low) // divisor).bit_length()
        if bits + names + (units if with_unit else 0) <= BITS:
            is_whole = divisor == 1 or not any(((given.at[rows] - low) % divisor).any() for _, rows in given.pieces())
            return Packing(low, divisor, bits, names, with_unit) if is_whole else None
    return None


def _rows(given: Unsorted) -> Ints:
    """The order of rows whose units, instants and codes do not fit one key."""
    packing = _packing(given, with_unit=False)
    if packing is None:
        # instants over thousands of years, many names: the place of an instant among the others says as much
        at = np.unique(given.at, return_inverse=True)[1]
        given = attrs.evolve(given, at=at)
        packing = Packing(0, 1, 0, (given.sizes[1] - 1).bit_length(), with_unit=False)
    keys = np.empty(len(given), np.int64)
    packing.keys(given, keys)
    rows = np.argsort(keys)
    if given.rows is not None:
        rows = given.rows[rows]
    bits = (len(rows) - 1).bit_length()
    keys[:] = taken(given.units, given.unit_codes, rows)
    keys <<= bits
    keys += np.arange(len(rows))
    keys.sort()
    keys &= (1 << bits) - 1
    return rows[keys]


def settle(order: Order, others: Sequence[str], given: Mapping[str, Any]) -> None:
    """Rows of one instant: by `seq`, those without one first, then by code, then by content; never by input order."""
    alike = _same(order.at)
    alike[order.bounds[1:-1] - 1] = False
    seq = given.get("seq")
    if seq is not None and alike.any():
        rows, run = _tied(alike)
        sequence, there = _sequence(seq, order.rows)
        _arrange(order, rows, (order.code[rows], sequence[rows], there[rows], run))
        sequence, there = _sequence(seq, order.rows)
        alike &= _same(sequence) & _same(there)
    alike &= _same(order.code)
    content = [name for name in others if name != "seq"]
    if content and alike.any():
        rows, run = _tied(alike)
        told = [_told(given[name], order.rows[rows], order.at[rows]) for name in reversed(content)]
        _arrange(order, rows, (*told, run))


def _same(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each value is followed by one like it."""
    same: NDArray[np.bool_] = values[1:] == values[:-1]
    return same


def _tied(alike: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """The rows that are like the one before or behind, and a number for each stretch of them."""
    before, behind = np.concatenate([[False], alike]), np.concatenate([alike, [False]])
    rows = np.flatnonzero(before | behind)
    return rows, np.cumsum(~before[rows])


def _arrange(order: Order, rows: Ints, keys: Sequence[NDArray[Any]]) -> None:
    """Sort some rows by some keys, the last of which counts most."""
    moved = rows[np.lexsort(tuple(keys))]
    order.rows[rows], order.code[rows] = order.rows[moved], order.code[moved]


def _sequence(seq: Masked, rows: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """The place of each row among those of its instant, and whether it has one."""
    numbers = seq.values[rows]
    there = np.ones(len(rows), np.bool_) if seq.missing is None else ~seq.missing[rows]
    numbers[~there] = 0
    return numbers, there


def _told(given: Any, rows: Ints, at: Ints) -> Ints:
    """Where the content of each row stands among that of the others, as it is written."""
    if isinstance(given, Coded):
        codes = given.codes[rows].astype(np.int64)
        codes[codes < 0] = len(given.values)
        kept, inverse = np.unique(codes, return_inverse=True)
        written = list(map(repr, some(given.values, kept)))
    elif isinstance(given, Masked):
        numbers = given.values[rows] if given.missing is None else np.where(given.missing[rows], at, given.values[rows])
        kept, inverse = np.unique(numbers, return_inverse=True)
        written = list(map(repr, kept.tolist()))
    else:
        values = given[rows].tolist() if isinstance(given, np.ndarray) else [given[row] for row in rows.tolist()]
        written, inverse = list(map(repr, values)), np.arange(len(rows))
    place = {text: number for number, text in enumerate(sorted(set(written)))}
    return np.array([place[text] for text in written], np.int64)[inverse]
