"""Rows written to disk by a hash of what they belong to, so that whole units can be read back together.

Each batch of rows is one file, sorted by share; a share of it is one record batch, which is read alone.
"""

from __future__ import annotations

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

__all__ = ["Shuffled"]

NUMBER = "\0row"  # the column that says which row of all this is


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
        files: The batches, in order.
    """

    folder: Path
    names: Sequence[str]
    unit: str
    account: str | None
    shares: int
    counts: Longs = attrs.field(init=False)
    files: list[Path] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.counts = np.zeros(self.shares, np.int64)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in self.files)

    def add(self, table: Table, first: int) -> None:
        """Write a batch, whose first row has this number among all."""
        import pyarrow as pa

        share = self._shares(table)
        order = np.argsort(share.astype(np.uint16 if self.shares <= 1 << 16 else np.int64), kind="stable")
        counts = np.bincount(share, minlength=self.shares)
        rows = table.arrow(order).select(self.names).append_column(NUMBER, pa.array(order + first))
        path = self.folder / f"{first}.arrow"
        self.files.append(path)
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, rows.schema) as writer:
            low = 0
            for count in counts.tolist():
                _write(writer, rows.slice(low, count).combine_chunks())
                low += count
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
        while self.files:
            self.files.pop().unlink()

    def read(self, first: int, last: int) -> tuple[Table, Longs]:
        """The rows of the shares from one to before another, and their numbers among all."""
        import pyarrow as pa

        found: list[Any] = []
        for path in sorted(self.files, key=lambda file: int(file.stem)):
            with pa.OSFile(str(path), "rb") as file:
                reader = pa.ipc.open_file(file)
                found.extend(reader.get_batch(share) for share in range(first, last))
        whole = pa.Table.from_batches(found).combine_chunks()
        return arrow_table(whole.select(self.names)), whole.column(NUMBER).to_numpy()


def _write(writer: Any, rows: Any) -> None:
    """One record batch, also of no rows."""
    import pyarrow as pa

    batches = rows.to_batches()
    writer.write_batch(batches[0] if batches else pa.RecordBatch.from_pylist([], rows.schema))
