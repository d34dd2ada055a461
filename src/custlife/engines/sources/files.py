"""Parquet and CSV files: found at once, read when something is asked, by whatever reader is installed."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from glob import glob, has_magic
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from custlife.engines.sources.frames import Frame, Table, arrow_dataset, duckdb_relation, polars_lazy
from custlife.errors import DataError, MissingExtraError, UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from custlife.engines.sources.columns import Column

__all__ = ["CsvFiles", "ParquetFiles"]

ROW_BYTES = 32  # of a short row of CSV
READERS = ("polars", "duckdb", "pyarrow")


@attrs.frozen
class ParquetFiles:
    """Some Parquet files with the same columns.

    Attributes:
        path: A file, a folder, a pattern such as `"moves/*.parquet"`, or several.

    Raises:
        DataError: There is no such file.
        UsageTypeError: Not a path.
    """

    path: str | Path | Iterable[str | Path]
    files: tuple[str, ...] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "files", _found(self.path, "*.parquet"))

    def frame(self) -> Frame:
        """The frame of all rows.

        Raises:
            MissingExtraError: No library that reads Parquet is installed.
            DataError: A file that is no Parquet.
        """
        reader = _reader("scan_parquet")
        opened = _opened(self.files, lambda: getattr(self, f"_by_{reader}")(list(self.files)))
        return attrs.evolve(opened, about=opened.count, collect=lambda names: _column_by_column(opened, names))

    def _by_polars(self, files: list[str]) -> Frame:
        import polars as pl

        return polars_lazy(pl.scan_parquet(files, glob=False), ordered=True)

    def _by_duckdb(self, files: list[str]) -> Frame:
        import duckdb

        connection = duckdb.connect()
        return duckdb_relation(connection.read_parquet(files), connection)

    def _by_pyarrow(self, files: list[str]) -> Frame:
        import pyarrow.dataset as ds

        return arrow_dataset(ds.dataset(files, format="parquet"))


@attrs.frozen
class CsvFiles:
    """Some CSV files with a header, in UTF-8; every field is text, as it stands there.

    Attributes:
        path: A file, a folder, a pattern such as `"moves/*.csv"`, or several.
        delimiter: What stands between fields.

    Raises:
        DataError: There is no such file.
        UsageError: A delimiter that cannot be one.
        UsageTypeError: Not a path.
    """

    path: str | Path | Iterable[str | Path]
    delimiter: str = ","
    files: tuple[str, ...] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        mark: object = self.delimiter
        if not isinstance(mark, str) or len(mark) != 1 or mark in '"\r\n\0' or not mark.isascii():
            raise UsageError(
                f"delimiter={mark!r} is not one character that can stand between fields", "pass delimiter=';'"
            )
        object.__setattr__(self, "files", _found(self.path, "*.csv"))

    def frame(self) -> Frame:
        """The frame of all rows.

        Raises:
            MissingExtraError: No library that reads CSV fast is installed.
            DataError: A file that is no CSV.
        """
        reader = _reader("scan_csv")
        opened = _opened(self.files, lambda: getattr(self, f"_by_{reader}")(list(self.files)))
        size = sum(Path(file).stat().st_size for file in self.files)
        return attrs.evolve(opened, about=lambda: size // ROW_BYTES)

    def _by_polars(self, files: list[str]) -> Frame:
        import polars as pl

        return polars_lazy(pl.scan_csv(files, separator=self.delimiter, infer_schema=False, glob=False), ordered=True)

    def _by_duckdb(self, files: list[str]) -> Frame:
        import duckdb

        connection: Any = duckdb.connect()
        made = connection.read_csv(
            files, header=True, sep=self.delimiter, quotechar='"', escapechar='"', all_varchar=True
        )
        return duckdb_relation(made, connection)

    def _by_pyarrow(self, files: list[str]) -> Frame:
        import pyarrow as pa
        import pyarrow.csv as pc
        import pyarrow.dataset as ds

        parsing = pc.ParseOptions(delimiter=self.delimiter, newlines_in_values=True)
        names = pc.open_csv(files[0], parse_options=parsing).schema.names
        texts = pc.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
        )
        return arrow_dataset(ds.dataset(files, format=ds.CsvFileFormat(parsing, convert_options=texts)))


def _reader(called: str) -> str:
    """The fastest reader that is installed."""
    for reader in READERS:
        if find_spec(reader) is not None:
            return reader
    raise MissingExtraError(called, "polars")


def _found(path: object, inside: str) -> tuple[str, ...]:
    """The files that a path, a pattern, a folder or several of these name, in order."""
    if isinstance(path, str | Path):
        return _matching(str(path), inside)
    if isinstance(path, Iterable) and not isinstance(path, bytes | dict):
        several = [_found(one, inside) for one in path]
        if several:
            return tuple(file for files in several for file in files)
    raise UsageTypeError(f"path={path!r} is not a path", "pass the name of a file, a pattern or a list of these")


def _matching(path: str, inside: str) -> tuple[str, ...]:
    given = Path(path)
    if given.is_file():
        return (path,)
    if given.is_dir():
        found = sorted(map(str, given.rglob(inside)))
    else:
        names = glob(path, recursive=True) if has_magic(path) else []  # noqa: PTH207  # a pattern may begin anywhere
        found = sorted(name for name in names if Path(name).is_file())
    if not found:
        raise DataError(f"there is no file path={path!r}", hint=f"the folder it is looked for in is {Path.cwd()}")
    return tuple(found)


def _column_by_column(opened: Frame, names: Sequence[str]) -> Table:
    """Columns that are read when they are asked for, each by itself, so that they are not in memory all at once."""
    count = opened.count()

    def column(name: str) -> Column:
        table = opened.collect([name])
        if table.count != count:
            what = (
                f"the files changed while they were read: there were {count:,} rows, and now there are {table.count:,}"
            )
            raise DataError(what, hint="read a copy, or wait until they are written")
        return table.column(name)

    return Table(
        tuple(names),
        count,
        column,
        lambda low, high: opened.collect(names).part(low, high),
        lambda rows: opened.collect(names).arrow(rows),
    )


@contextmanager
def _worded(files: Sequence[str]) -> Iterator[None]:
    """What readers say of damaged files, as an error about data."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, OSError) and type(error).__module__.partition(".")[0].lstrip("_") not in READERS:
            raise
        called = files[0] if len(files) == 1 else f"one of {len(files)} files, of which {files[0]} is the first,"
        said = str(error).strip().partition("\n")[0]
        hint = "look at that place; from_csv reads files of any encoding and names the line of what is wrong"
        raise DataError(f"{called} cannot be read: {said}", hint=hint) from error


def _opened(files: Sequence[str], open_: Callable[[], Frame]) -> Frame:
    """A frame whose errors name the files."""
    with _worded(files):
        inner = open_()

    def collect(names: Sequence[str]) -> Table:
        with _worded(files):
            return inner.collect(names)

    def batches(names: Sequence[str], size: int) -> Iterator[Table]:
        with _worded(files):
            yield from inner.batches(names, size)

    def count() -> int:
        with _worded(files):
            return inner.count()

    return attrs.evolve(inner, collect=collect, batches=batches, count=count)
