"""Rows written to disk by a hash of what they belong to, so that whole units can be read back together.

Each batch of rows is one file: its shares one after another, each a message of Arrow, so that some of them are read
at once without the others.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custlife.engines.sources.coding import share_of
from custlife.engines.sources.frames import arrow_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from custlife.engines.sources.columns import Longs
    from custlife.engines.sources.frames import Table

__all__ = ["Shuffled", "reserve"]

NUMBER = "\0row"  # the column that says which row of all this is


@attrs.frozen(eq=False)
class Batch:
    """Rows on disk.

    Attributes:
        path: The file.
        schema: What the columns are.
        bounds: Where each share begins, and where the last one ends.
    """

    path: Path
    schema: Any
    bounds: Sequence[int]

    def read(self, first: int, last: int) -> list[Any]:
        """The shares from one to before another, as record batches."""
        import pyarrow as pa

        start, end = self.bounds[first], self.bounds[last]
        with self.path.open("rb") as file:
            file.seek(start)
            read = pa.py_buffer(file.read(end - start))
        parts = pairwise(self.bounds[first : last + 1])
        return [pa.ipc.read_record_batch(read.slice(low - start, high - low), self.schema) for low, high in parts]


@attrs.define(eq=False)
class Shuffled:
    """Batches of rows on disk.

    Attributes:
        folder: Where they are.
        names: The columns that are kept.
        unit: The column whose values decide the share of a row.
        account: The column that decides it where it has a value, or None.
        shares: How many there are.
        counts: How many rows each share has.
        batches: What was written, in order.
    """

    folder: Path
    names: Sequence[str]
    unit: str
    account: str | None
    shares: int
    counts: Longs = attrs.field(init=False)
    batches: list[Batch] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.counts = np.zeros(self.shares, np.int64)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(batch.bounds[-1] for batch in self.batches)

    def add(self, table: Table, first: int) -> None:
        """Write a batch, whose first row has this number among all."""
        import pyarrow as pa

        share = self._shares(table)
        order = np.argsort(share.astype(np.uint16 if self.shares <= 1 << 16 else np.int64), kind="stable")
        counts = np.bincount(share, minlength=self.shares)
        rows = _plain(table.arrow(order).select(self.names)).append_column(NUMBER, pa.array(order + first))
        path = self.folder / f"{first}.rows"
        sizes = []
        pool = pa.system_memory_pool()  # the default one reserves a gigabyte of addresses, which may be limited
        with path.open("wb") as file:
            for low, high in pairwise(accumulate(counts.tolist(), initial=0)):
                found = rows.slice(low, high - low).combine_chunks(pool).to_batches()
                made = found[0] if found else pa.RecordBatch.from_pylist([], rows.schema)
                sizes.append(file.write(made.serialize(pool)))
        self.batches.append(Batch(path, rows.schema, list(accumulate(sizes, initial=0))))
        self.counts += counts

    def _shares(self, table: Table) -> Longs:
        bits = table.column(self.unit).marks()[0]
        if self.account is not None:
            column = table.column(self.account)
            missing = column.missing()
            belonging = column.marks()[0]
            bits = belonging if missing is None else np.where(missing, bits, belonging)
        return share_of(bits, self.shares)

    def remove(self) -> None:
        """Delete what was written."""
        while self.batches:
            self.batches.pop().path.unlink()

    def read(self, first: int, last: int) -> tuple[Table, Longs]:
        """The rows of the shares from one to before another, and their numbers among all."""
        import pyarrow as pa

        found = [part for batch in self.batches for part in batch.read(first, last)]
        whole = pa.Table.from_batches(found).combine_chunks(pa.system_memory_pool())
        return arrow_table(whole.select(self.names)), whole.column(NUMBER).to_numpy()


def reserve() -> None:
    """Let Arrow reserve its addresses now, so that how much memory is left is known from here on."""
    import pyarrow as pa

    pa.array([""])


def _plain(rows: Any) -> Any:
    """The rows without dictionaries, of which each batch would have its own."""
    for number, field in enumerate(rows.schema):
        if hasattr(field.type, "value_type") and hasattr(field.type, "index_type"):
            column = rows.column(number).cast(field.type.value_type)
            rows = rows.set_column(number, field.name, column)
    return rows
