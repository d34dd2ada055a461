"""From what the caller has to a source: which road a frame takes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from custlife.engines.rows.ingest import ingest
from custlife.engines.sources.doors import check_columns
from custlife.engines.sources.frames import frame
from custlife.engines.sources.held import Held, Lazy
from custlife.engines.sources.memory import room
from custlife.engines.sources.reading import read
from custlife.engines.sources.spark import SparkSource, is_spark
from custlife.engines.sources.spill import Spilled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from custlife.engines.layout import Layout
    from custlife.engines.sources.source import Source

__all__ = ["open_frame"]

ROW_BYTES = 200  # that a row takes while it is read into memory with all others


def open_frame(native: Any, wanted: Mapping[str, str], layout: Layout, partitions: int | None) -> Source:
    """The source over a frame of any library.

    Args:
        native: The frame.
        wanted: Role to column: `unit`, `name` (unless the layout has a constant), `at`, and those of `layout.others`.
        layout: How the columns are read.
        partitions: Of how many parts only some are in memory at once; 1 for all rows in memory.

    Raises:
        UsageTypeError: Not a frame.
        DataError: A column that is not there, or rows that cannot be read.
        UsageError: A column that cannot be what it is said to be.
    """
    if is_spark(native):
        source = SparkSource(native, wanted, layout, partitions)
        return Lazy(source.empty, source.whole) if partitions == 1 else source
    opened = frame(native)
    if not opened.is_lazy:
        return Held(tuple(read(opened, wanted, layout, partitions=partitions)))
    check_columns(opened.sample, wanted, layout)
    if partitions is None:
        partitions = 1 if opened.about is None or opened.about() * ROW_BYTES < room() else None
    if partitions != 1:
        return Spilled(opened, wanted, layout, partitions)
    empty = attrs.evolve(ingest([], layout), engine="arrays", frame=opened.kind)
    return Lazy(empty, partial(read, opened, wanted, layout))
