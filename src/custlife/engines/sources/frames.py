"""Frames of any library, in memory or not: which columns they have, and those columns when they are wanted."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

import attrs

from custlife.errors import MissingExtraError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from custlife.engines.sources.columns import Column, Longs

__all__ = ["Frame", "Table", "arrow_dataset", "arrow_table", "duckdb_relation", "frame", "polars_lazy", "polars_table"]

FRAMES = "pass a frame of pandas, Polars, PyArrow, DuckDB or Spark; for dicts or tuples write from_rows(rows, ...)"
FILES = "for a file write scan_parquet(path, ...), scan_csv(path, ...) or from_csv(path, ...)"
HINTS = {
    "DuckDBPyConnection": "pass what it is asked: connection.sql('from moves'), or connection.table('moves')",
    "str": FILES,
    "PosixPath": FILES,
    "WindowsPath": FILES,
}
EXTRAS = {"pandas": "pandas", "polars": "polars", "duckdb": "duckdb"}


@attrs.frozen(eq=False)
class Table:
    """Columns in memory.

    Attributes:
        names: The columns that there are.
        count: How many rows there are.
        column: The column of a name.
        part: The table of the rows from one number to before another.
        arrow: Some rows as a `pyarrow.Table`.
        index: What an index of pandas is called, which is no column.
    """

    names: tuple[str, ...]
    count: int
    column: Callable[[str], Column]
    part: Callable[[int, int], Table]
    arrow: Callable[[Longs], Any]
    index: tuple[str, ...] = ()


@attrs.frozen(eq=False)
class Frame:
    """A frame of some library, perhaps not yet computed.

    Attributes:
        kind: `pandas`, `polars`, `pyarrow` or `duckdb`, in which results may come back; or None.
        sample: Its columns, with or without their rows.
        collect: Some of its columns, with all rows.
        batches: Some of its columns, about so many rows at a time, in order.
        count: How many rows there are; it may take a pass over them.
        is_lazy: Whether rows are read only when they are asked for.
        about: How many rows there are, as far as that is known without reading them; None where it is not.
    """

    kind: str | None
    sample: Table
    collect: Callable[[Sequence[str]], Table]
    batches: Callable[[Sequence[str], int], Iterator[Table]]
    count: Callable[[], int]
    is_lazy: bool = False
    about: Callable[[], int] | None = None


def frame(native: Any) -> Frame:
    """A frame of any library.

    Raises:
        UsageTypeError: It is none.
        MissingExtraError: What would read it is not installed.
    """
    if isinstance(native, Frame):
        return native
    kind = type(native)
    library = _library(kind)
    try:
        opened = _opened(native, library)
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"reading a {kind.__name__} of {library}", EXTRAS.get(library, "frames")) from error
    if opened is None:
        raise UsageTypeError(f"{kind.__name__} is not a frame", HINTS.get(kind.__name__, FRAMES))
    return opened


def _library(kind: type) -> str:
    return kind.__module__.partition(".")[0].lstrip("_")


def _opened(native: Any, library: str) -> Frame | None:
    for kind in type(native).__mro__:  # a subclass, such as one with methods of its own, is what it is made of
        opener = OPENERS.get((_library(kind), kind.__name__))
        if opener is not None:
            return opener(native)
    if library in {"builtins", "custlife", "pandas", "polars"} or isinstance(native, str | bytes | list | tuple | dict):
        return None
    if hasattr(native, "__arrow_c_stream__"):
        return _stream(native, library)
    import narwhals as nw

    wrapped: Any = nw.from_native(native, eager_only=True, pass_through=True)
    is_frame = isinstance(wrapped, nw.DataFrame)
    return _held(arrow_table(wrapped.to_arrow(), library), None) if is_frame else None


def _stream(native: Any, library: str) -> Frame | None:
    import pyarrow as pa

    try:
        return _reader(pa.RecordBatchReader.from_stream(native), library)
    except pa.ArrowInvalid:  # a single column
        return None


def _held(table: Table, kind: str | None) -> Frame:
    """A frame in memory."""

    def batches(_: Sequence[str], size: int) -> Iterator[Table]:
        for low in range(0, max(table.count, 1), size):
            yield table.part(low, min(low + size, table.count))

    return Frame(kind, table, lambda _: table, batches, lambda: table.count)


def _narwhals(native: Any) -> Frame:
    return frame(native.to_native())


def polars_table(native: Any) -> Table:
    """A `polars.DataFrame`."""
    from custlife.engines.sources import polars_columns

    return Table(
        tuple(native.columns),
        native.height,
        lambda name: polars_columns.column(native.get_column(name)),
        lambda low, high: polars_table(native.slice(low, high - low)),
        lambda rows: native.rechunk()[rows].to_arrow(compat_level=polars_columns.OLDEST),
    )


def polars_lazy(native: Any, *, ordered: bool = False) -> Frame:
    """A `polars.LazyFrame`, computed by the streaming engine.

    Args:
        native: The frame.
        ordered: Whether its rows have the same order whenever it is computed.
    """
    import polars as pl

    def collect(names: Sequence[str]) -> Table:
        return polars_table(_computed(native.select(names)))

    def batches(names: Sequence[str], size: int) -> Iterator[Table]:
        chosen = native.select(names)
        if hasattr(chosen, "collect_batches"):
            yield from map(polars_table, chosen.collect_batches(chunk_size=size, maintain_order=True))
            return
        # before Polars 1.34; joins and groups come in another order each time, and slices of them would miss rows
        low, whole = 0, chosen if ordered else chosen.collect().lazy()
        while (part := whole.slice(low, size).collect()).height:
            yield polars_table(part)
            low += size

    def count() -> int:
        return int(_computed(native.select(pl.len())).item())

    sample = native.collect_schema().to_frame()
    return Frame("polars", polars_table(sample), collect, batches, count, is_lazy=True)


def _computed(lazy: Any) -> Any:
    """A `polars.DataFrame`, by the streaming engine where there is one that reads everything."""
    return lazy.collect(engine="streaming") if hasattr(lazy, "collect_batches") else lazy.collect()


def pandas_table(native: Any) -> Table:
    """A `pandas.DataFrame`."""
    from custlife.engines.sources import pandas_columns

    names = [name for name in native.columns if isinstance(name, str)]
    return Table(
        tuple(names),
        len(native),
        lambda name: pandas_columns.column(native[name]),
        lambda low, high: pandas_table(native.iloc[low:high]),
        lambda rows: _arrow_of_pandas(native.iloc[rows]),
        tuple(name for name in native.index.names if isinstance(name, str)),
    )


def _arrow_of_pandas(native: Any) -> Any:
    import pyarrow as pa

    return pa.Table.from_pandas(native, preserve_index=False)


def arrow_table(native: Any, library: str = "PyArrow") -> Table:
    """A `pyarrow.Table` or `RecordBatch`."""
    from custlife.engines.sources import arrow_columns

    return Table(
        tuple(native.schema.names),
        native.num_rows,
        lambda name: arrow_columns.column(native.column(name), library),
        lambda low, high: arrow_table(native.slice(low, high - low), library),
        lambda rows: arrow_columns.taken(native, rows),
    )


def _reader(native: Any, library: str = "PyArrow") -> Frame:
    """A stream of Arrow, which can be read once."""

    def collect(names: Sequence[str]) -> Table:
        return arrow_table(native.read_all().select(names), library)

    def batches(names: Sequence[str], _: int) -> Iterator[Table]:
        for batch in native:
            yield arrow_table(batch.select(names), library)

    sample = arrow_table(native.schema.empty_table(), library)
    return Frame("pyarrow", sample, collect, batches, lambda: 0)


def arrow_dataset(native: Any) -> Frame:
    """A `pyarrow.dataset.Dataset`: files, read when asked for."""

    def batches(names: Sequence[str], size: int) -> Iterator[Table]:
        for batch in native.to_batches(columns=list(names), batch_size=size):
            yield arrow_table(batch)

    return Frame(
        "pyarrow",
        arrow_table(native.schema.empty_table()),
        lambda names: arrow_table(native.to_table(columns=list(names))),
        batches,
        native.count_rows,
        is_lazy=True,
    )


def duckdb_relation(native: Any, owner: Any = None) -> Frame:
    """A relation of DuckDB, whose connection may be closed when nobody holds its owner."""
    busy = Lock()  # a connection does one thing at a time, and refuses another one

    def chosen(names: Sequence[str], _: Any = owner) -> Any:
        quoted = (name.replace('"', '""') for name in names)
        return native.project(", ".join(f'"{name}"' for name in quoted))

    def batches(names: Sequence[str], size: int) -> Iterator[Table]:
        relation = chosen(names)
        # the method had another name in DuckDB 1
        read = getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader
        for batch in read(size):
            yield arrow_table(batch, "DuckDB")

    def collect(names: Sequence[str]) -> Table:
        with busy:
            return arrow_table(chosen(names).to_arrow_table(), "DuckDB")

    def count() -> int:
        with busy:
            return int(native.aggregate("count(*)").fetchall()[0][0])

    sample = arrow_table(native.limit(0).to_arrow_table(), "DuckDB")
    return Frame("duckdb", sample, collect, batches, count, is_lazy=True)


OPENERS: dict[tuple[str, str], Callable[[Any], Frame]] = {
    ("polars", "DataFrame"): lambda native: _held(polars_table(native), "polars"),
    ("polars", "LazyFrame"): polars_lazy,
    ("pandas", "DataFrame"): lambda native: _held(pandas_table(native), "pandas"),
    ("pyarrow", "Table"): lambda native: _held(arrow_table(native), "pyarrow"),
    ("pyarrow", "RecordBatch"): lambda native: _held(arrow_table(native), "pyarrow"),
    ("pyarrow", "RecordBatchReader"): _reader,
    ("pyarrow", "InMemoryDataset"): arrow_dataset,
    ("pyarrow", "FileSystemDataset"): arrow_dataset,
    ("duckdb", "DuckDBPyRelation"): duckdb_relation,
    ("custlife", "ParquetFiles"): lambda native: native.frame(),
    ("custlife", "CsvFiles"): lambda native: native.frame(),
    ("narwhals", "DataFrame"): _narwhals,
    ("narwhals", "LazyFrame"): _narwhals,
}
"""How to open what is not read through its Arrow stream, by library and name of the type."""
