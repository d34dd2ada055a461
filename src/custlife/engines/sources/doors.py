"""What is refused before any work is done: columns that are not there, or cannot be what they are said to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from custlife.engines.rows.ingest import ZONE_HINT
from custlife.errors import DataError, TimeError, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from custlife.engines.layout import Layout

__all__ = ["argument", "check_columns"]

IDS = frozenset(("text", "whole", "mixed", "nothing"))
NAMES = frozenset(("text", "mixed", "nothing"))
TIMES = frozenset(("text", "aware", "naive", "date", "mixed", "nothing"))
NUMBERS = frozenset(("whole", "float"))
LOCAL = frozenset(("naive", "date"))
EPOCHS = "if they count seconds or milliseconds since 1970, make times of them: {}"
CASTS = {
    "pandas": "pandas.to_datetime(column, unit='s', utc=True)",
    "Polars": "pl.from_epoch(column, time_unit='s').dt.replace_time_zone('UTC')",
    "DuckDB": "to_timestamp(column)",
    "Spark": "pyspark.sql.functions.timestamp_seconds(column)",
}
WIDE = ("decimal", "int128")  # whole numbers, perhaps, but not in 64 bits
WHOLES = {
    "pandas": "column.astype('int64[pyarrow]')",
    "Polars": "column.cast(pl.Int64)",
    "DuckDB": "CAST(column AS BIGINT)",
    "Spark": "column.cast('bigint')",
}


def argument(role: str, layout: Layout) -> str:
    """The argument that named the column of a role."""
    told = dict(layout.arguments).get(role)
    if told is not None:
        return told
    kind, _, name = role.partition(":")
    if kind in {"segment", "value"}:
        return f"{kind}_cols"
    known = {"unit": "customer_col", "name": "event_col" if layout.vocabulary.model is None else "stage_col"}
    return known.get(role, f"{name or kind}_col")


class Declared(Protocol):
    """What is known of a column before it is read; see `columns.Column`."""

    @property
    def dtype(self) -> str:
        """What its library calls its type."""
        ...

    @property
    def kind(self) -> str:
        """What it holds."""
        ...


class Header(Protocol):
    """What is known of a table before it is read; see `frames.Table`."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that there are."""
        ...

    @property
    def index(self) -> tuple[str, ...]:
        """What an index of pandas is called."""
        ...

    @property
    def column(self) -> Callable[[str], Declared]:
        """The column of a name."""
        ...


def check_columns(table: Header, wanted: Mapping[str, str], layout: Layout) -> None:
    """Refuses columns that are not there, and those of an impossible type.

    Raises:
        DataError: A column that is not there, or there twice.
        UsageError: A column that cannot be what it is said to be.
        TimeError: Local times without the zone they are in.
    """
    for role, name in wanted.items():
        word = argument(role, layout)
        called = f"{word}={name!r}"
        if name not in table.names:
            advice = f"{nearest(name, table.names)}; pass {word}= with one of them"
            if name in table.index:
                advice = "it is the index: pass frame.reset_index()"
            elif not table.names:
                advice = "no column has a name that is text; name them first, such as frame.columns = ['customer', ...]"
            raise DataError(f"the rows have no column {called}", hint=advice)
        if table.names.count(name) > 1:
            raise DataError(f"the rows have several columns {called}", hint="rename all but one of them")
    for role, name in wanted.items():
        _check_type(role, table.column(name), f"{argument(role, layout)}={name!r}", layout)


def _check_type(role: str, column: Declared, called: str, layout: Layout) -> None:
    kind, holds = column.kind, f"{called} holds {column.dtype}"
    if role == "unit" and kind not in IDS:
        hint = "write ids as text, or as whole numbers of at most 64 bits"
        if kind == "float":
            hint = "ids became fractions where some were missing; cast the column to Int64 or to text"
        elif any(name in column.dtype.lower() for name in WIDE):
            cast = WHOLES.get(column.dtype.partition(" ")[0], "column.cast('int64')")
            hint = f"cast the column to whole numbers of 64 bits, {cast}, or to text"
        raise UsageError(f"{holds}, neither text nor whole numbers", hint)
    if role == "name" and kind not in NAMES:
        raise UsageError(f"{holds}, not text", "name the column that holds the names, or cast it to text")
    if role in {"at", "recorded_at"}:
        if kind in LOCAL and layout.tz is None:
            raise TimeError(f"{holds}, times without a zone", ZONE_HINT)
        if kind not in TIMES and kind not in NUMBERS:
            raise UsageError(f"{holds}, not times", f"pass {argument(role, layout)}= with the column that says when")
        if kind in NUMBERS:
            cast = CASTS.get(column.dtype.partition(" ")[0], "datetime.fromtimestamp(seconds, tz=UTC)")
            raise UsageError(f"{holds}, not times", EPOCHS.format(cast))
