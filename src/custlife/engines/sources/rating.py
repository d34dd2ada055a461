"""Columns of a frame that are rated row by row: which there are, their numbers, their different values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custlife.engines.sources.coding import coded
from custlife.engines.sources.frames import frame
from custlife.errors import DataError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from custlife.engines.arrays.ingest_columns import Coded
    from custlife.engines.sources.columns import Column
    from custlife.engines.sources.frames import Table

__all__ = ["Rows", "opened"]


@attrs.frozen(eq=False)
class Rows:
    """The columns of a frame, in the order of its rows.

    Attributes:
        kind: The kind of frame that they came from, or None.
        count: How many rows there are.
    """

    kind: str | None
    count: int
    _table: Table

    def floats(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.bool_] | None] | None:
        """The numbers of a column and where they are missing; None where it does not hold numbers."""
        column = self._table.column(name)
        if column.kind not in {"whole", "float"}:
            return None
        found = column.numbers()
        plain = found if column.kind == "whole" else found.view(f"f{found.dtype.itemsize}")
        return plain.astype(np.float64, copy=False), column.missing()

    def coded(self, name: str) -> Coded:
        """The codes of a column and its different values."""
        return coded(self._table.column(name))

    def texts(self, name: str) -> list[str | None]:
        """A column as texts."""
        values = self._column(name).take(np.arange(self.count))
        return [None if value is None else str(value) for value in values]

    def _column(self, name: str) -> Column:
        return self._table.column(name)


def opened(native: Any, names: Iterable[str], customer_col: str | None = None) -> Rows:
    """The columns of a frame that are wanted.

    Raises:
        UsageTypeError: Not a frame.
        DataError: A column that is not there.
    """
    source = frame(native)
    reads = list(dict.fromkeys(names))
    known = source.sample.names
    if customer_col is not None and customer_col not in known:
        raise DataError(f"the frame has no column customer_col={customer_col!r}", hint=nearest(customer_col, known))
    missing = [name for name in reads if name not in known]
    if missing:
        told = [(f"column {name!r}", nearest(name, known)) for name in missing]
        hint = f"pass columns={{{missing[0]!r}: 'its name in the frame'}}"
        raise DataError("the frame lacks columns that the score reads", told, hint)
    table = source.collect(list(dict.fromkeys([*reads, *([] if customer_col is None else [customer_col])])))
    return Rows(source.kind, table.count, table)
