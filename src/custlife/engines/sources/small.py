"""Frames so small that their rows may be plain Python values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from custlife.engines.sources.frames import frame
from custlife.errors import DataError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["dict_rows"]


def dict_rows(native: Any, wanted: Iterable[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """The rows of some columns of a frame of any library, as dicts.

    Args:
        native: The frame.
        wanted: Pairs of argument and column.

    Raises:
        UsageTypeError: Not a frame.
        DataError: A column that is not there.
    """
    opened = frame(native)
    there = opened.sample.names
    columns = list(wanted)
    for argument, column in columns:
        if column not in there:
            raise DataError(f"the frame has no column {argument}={column!r}", hint=nearest(column, there))
    table = opened.collect([column for _, column in columns])
    everything = np.arange(table.count)
    values = {column: table.column(column).take(everything) for _, column in columns}
    for row in zip(*values.values(), strict=True):
        yield dict(zip(values, row, strict=True))
