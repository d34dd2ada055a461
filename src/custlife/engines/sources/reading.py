"""From the columns of a table to histories: coded once, cut between units, and sorted piece by piece on all cores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from os import cpu_count
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custlife.engines.arrays.ingest import Batch, ingest
from custlife.engines.arrays.ingest_columns import Coded, Masked
from custlife.engines.arrays.ingest_units import read_names, read_units
from custlife.engines.sources.coding import coded, grouped
from custlife.engines.sources.doors import check_columns
from custlife.engines.sources.frames import frame
from custlife.engines.sources.memory import give_back
from custlife.engines.sources.numbers import wholes
from custlife.engines.sources.settling import row_of, settled
from custlife.engines.sources.times import Instants, instants
from custlife.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from custlife.engines.history import History
    from custlife.engines.layout import Layout
    from custlife.engines.sources.coding import Run
    from custlife.engines.sources.columns import Bools, Column, Longs
    from custlife.engines.sources.frames import Table

__all__ = ["histories", "one_history", "read"]

PIECE_ROWS = 1 << 20  # rows that are sorted at a time
SHOWN = 1 << 12  # rows that are shown at a time
MISSING = -1


def read(native: Any, wanted: Mapping[str, str], layout: Layout, *, partitions: int | None = None) -> list[History]:
    """The histories of a frame of any library, each of whole units; what is lazy is computed.

    Args:
        native: The frame; it is neither copied nor changed.
        wanted: Role to column: `unit`, `name` (unless the layout has a constant), `at`, and those of `layout.others`.
        layout: How the columns are read.
        partitions: At most so many histories; by default as many as sort fastest.

    Raises:
        UsageTypeError: Not a frame.
        DataError: A column that is not there, or rows that cannot be read.
        UsageError: A column that cannot be what it is said to be.
    """
    opened = frame(native)
    check_columns(opened.sample, wanted, layout)
    table = opened.collect(list(dict.fromkeys(wanted.values())))
    made = histories(table, wanted, layout, partitions)
    del table
    give_back()
    return [attrs.evolve(history, frame=opened.kind) for history in made]


def histories(table: Table, wanted: Mapping[str, str], layout: Layout, partitions: int | None = None) -> list[History]:
    """The histories of a table, with one vocabulary.

    Args:
        table: The columns.
        wanted: Role to column.
        layout: How they are read.
        partitions: At most so many histories.
    """
    pieces = partitions or max(1, round(table.count / PIECE_ROWS))
    threads = min(cpu_count() or 1, pieces)
    if threads == 1:
        columns = _Columns(table, wanted, layout, pieces)
        return settled([_ingested(make, layout) for make in columns.batches()], layout)
    with ThreadPoolExecutor(threads) as pool:
        columns = _Columns(table, wanted, layout, pieces, pool.map, threads)
        return settled(list(pool.map(partial(_ingested, layout=layout), columns.batches())), layout)


def one_history(wanted: Mapping[str, str], layout: Layout, table: Table, rows: Longs) -> History | DataError:
    """The history of a table that is a part of all rows, or what is wrong with its rows.

    Args:
        wanted: Role to column.
        layout: How they are read.
        table: The columns.
        rows: The number of each row among all, from 0.
    """
    (make,) = _Columns(table, wanted, layout, 1, rows=rows).batches()
    return _ingested(make, layout)


def _ingested(make: Callable[[], Batch], layout: Layout) -> History | DataError:
    """The history of one piece, or what is wrong with its rows: other pieces may have more of that."""
    try:
        batch = make()
        history = ingest(batch, layout)
    except DataError as error:
        return error
    if len(history) or layout.vocabulary.model is not None:
        return history
    vocabulary = attrs.evolve(history.vocabulary, names=tuple(sorted(_names(batch, layout))))
    return attrs.evolve(history, vocabulary=vocabulary)


def _names(batch: Batch, layout: Layout) -> Iterable[str]:
    """The names in rows that cannot be used for another reason: other pieces may have rows that can."""
    units, codes = read_units(batch.unit), batch.unit.codes
    lost = codes < 0 if units is None else units.table.take(codes, mode="wrap") < 0
    return read_names(batch.name, lost if batch.at_bad is None else lost | batch.at_bad, layout).names


class _Columns:
    """The columns of a table, each coded once, and let go of then.

    Args:
        table: The columns.
        wanted: Role to column.
        layout: How they are read.
        count: Into how many pieces of whole units the rows are cut, at most.
        run: How several things are done: `map`, or that of a pool of threads.
        threads: How many threads that has.
        rows: The number of each row among all, where these are but some.
    """

    def __init__(
        self,
        table: Table,
        wanted: Mapping[str, str],
        layout: Layout,
        count: int,
        run: Run = map,
        threads: int = 1,
        rows: Longs | None = None,
    ) -> None:
        self.layout = layout
        self.rows = rows
        self.column = {role: partial(table.column, column) for role, column in wanted.items()}
        self.looked_at: dict[str, Column] = {}
        roles = [role for role in ("at", "name", *layout.others) if role in wanted]
        self.made: dict[str, Any] = dict(zip(roles, run(self._made, roles), strict=True))
        unit = self.column["unit"]()  # last: nothing takes more memory
        missing = unit.missing()
        good = None if missing is None else np.flatnonzero(~missing)
        self.lost = None if missing is None else np.flatnonzero(missing)
        self.pieces = list(grouped(unit, good, run=run, cores=threads).pieces(count))
        self.ids = list(run(partial(_ids, unit), self.pieces))

    def _made(self, role: str) -> Any:
        """What the batches want of a column."""
        column = self.column[role]()  # as NumPy has it
        if role in {"at", "recorded_at"}:
            return instants(column, self.layout)
        if role == "seq":
            return wholes(column)
        return _values(column) if role.startswith("value:") else coded(column)

    def batches(self) -> Iterator[Callable[[], Batch]]:
        """How to make each batch of whole units; rows without an id are in the first."""
        lost = self.lost
        for (order, starts), ids in zip(self.pieces, self.ids, strict=True):
            yield partial(self._batch, order, starts, ids, lost)
            lost = None

    def _batch(self, order: Longs, starts: Longs, ids: Any, lost: Longs | None) -> Batch:
        codes = np.repeat(np.arange(len(starts), dtype=np.int32), np.diff(starts, append=len(order)))
        unit = Coded(codes, ids)
        if lost is not None:
            order = np.concatenate([lost, order])
            unit = Coded(np.concatenate([np.full(len(lost), MISSING, np.int32), codes]), ids)
        made = self.made
        at: Instants = made["at"]
        constant = Coded(np.zeros(len(order), np.int8), [self.layout.constant])
        bad = [mask.take(order) for mask in (at.missing, at.bad) if mask is not None]
        rows = order if self.rows is None else self.rows.take(order)
        return Batch(
            unit,
            _taken(made["name"], order) if "name" in made else constant,
            at.us.take(order),
            np.logical_or.reduce(bad) if bad else None,
            {role: _taken(made[role], order) for role in self.layout.others},
            lambda numbers: self._raw(order.take(numbers)),
            lambda row: row_of(int(rows[row]) + 1),
            lambda row: int(rows[row]) + 1,
        )

    def _raw(self, rows: Longs) -> Iterator[tuple[Any, ...]]:
        """Some rows as Python values; times of any zone in UTC, so that all libraries tell the same."""
        roles = ("unit", "name", "at", *self.layout.others)
        for low in range(0, len(rows), SHOWN):
            some = rows[low : low + SHOWN]
            yield from zip(*(self._shown(role, some) for role in roles), strict=True)

    def _shown(self, role: str, rows: Longs) -> Iterable[Any]:
        """What some rows have in a column, which is made again, and then kept."""
        if role not in self.column:
            return [self.layout.constant] * len(rows)
        if role not in self.looked_at:
            self.looked_at[role] = self.column[role]()
        return map(_in_utc, self.looked_at[role].take(rows))


def _ids(unit: Column, piece: tuple[Longs, Longs]) -> Any:
    """The id of each unit of a piece."""
    order, starts = piece
    return unit.values(order.take(starts))


def _in_utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo is not None else value


def _values(column: Column) -> Any:
    """What rules look at: numbers as an array where none is missing, texts coded, anything else when it is taken."""
    if column.kind == "text":
        return coded(column)
    if column.kind not in {"whole", "float"} or column.missing() is not None:
        return column
    numbers = column.numbers()
    if column.kind == "float":
        return numbers.view(f"f{numbers.itemsize}").astype(np.float64)
    return column if numbers.dtype == np.uint64 else numbers.astype(np.int64)


def _taken(made: Any, order: Longs) -> Any:
    """Some rows of a column, as a batch wants it."""
    if isinstance(made, Coded):
        return Coded(made.codes.take(order), made.values)
    if isinstance(made, Masked):
        return Masked(made.values.take(order), _mask(made.missing, order), _mask(made.bad, order))
    if isinstance(made, Instants):
        return Masked(made.us.take(order), _mask(made.missing, order), _mask(made.bad, order))
    return made.take(order)


def _mask(mask: Bools | None, order: Longs) -> Bools | None:
    return None if mask is None else mask.take(order)
