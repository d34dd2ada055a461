"""Logs from frames and files: what they are told, handed on to the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.errors import MissingExtraError, UsageError, UsageTypeError
from custlife.log.base import layout_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.engines.history import Vocabulary
    from custlife.engines.sources.source import Source
    from custlife.log.columns import Columns

__all__ = ["framed"]

EXTRAS = {
    "pandas": "pandas",
    "polars": "polars",
    "duckdb": "duckdb",
    "pyspark": "spark",
    "custlife": "polars",  # files
}


def framed(
    native: Any,
    vocabulary: Vocabulary,
    resolve: Callable[[object], str],
    columns: Columns,
    *,
    partitions: int | None,
    **options: Any,
) -> Source:
    """The source over a frame of any kind.

    Raises:
        UsageTypeError: Not a frame, or no whole number of partitions.
        DataError: A column that the frame does not have.
        MissingExtraError: NumPy is not installed.
    """
    check_partitions(partitions)
    try:
        from custlife.engines.sources.opening import open_frame
    except ModuleNotFoundError as error:
        library = type(native).__module__.partition(".")[0]
        raise MissingExtraError("a log from a frame or a file", EXTRAS.get(library, "frames")) from error
    layout = layout_of(vocabulary, resolve, columns, **options)
    return open_frame(native, columns.roles(), layout, partitions)


def check_partitions(partitions: object) -> None:
    """Refuses what is no number of partitions.

    Raises:
        UsageTypeError: Not a whole number.
        UsageError: Below 1.
    """
    if partitions is None:
        return
    if isinstance(partitions, bool) or not isinstance(partitions, int):
        raise UsageTypeError(f"partitions={partitions!r} is not a whole number", "write partitions=16")
    if partitions < 1:
        raise UsageError(f"partitions={partitions!r} is below 1", "write partitions=1 or more")
