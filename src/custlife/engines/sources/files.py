"""Parquet and CSV files: found at once, read when something is asked, by whatever reader is installed."""

from __future__ import annotations

import csv
import gzip
import zlib
from codecs import iterdecode
from collections.abc import Iterable
from functools import partial
from glob import glob, has_magic
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from custlife.engines.sources.frames import Frame, Table, arrow_dataset, duckdb_relation, polars_lazy
from custlife.engines.sources.unlike import are_alike, guarded, types_of, unlike
from custlife.errors import DataError, MissingExtraError, MissingFileError, UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from custlife.engines.sources.columns import Column

__all__ = ["CsvFiles", "ParquetFiles"]

ROW_BYTES = 32  # of a short row of CSV
READERS = ("polars", "duckdb", "pyarrow")
GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
DAMAGED = (OSError, EOFError, UnicodeError, zlib.error)
PANIC = "pyo3_runtime"  # from where Polars raises what is no `Exception`, where it trusts a damaged file
NO_CSV = "look at that place; from_csv reads files of any encoding and names the line of what is wrong"
NO_PARQUET = "all files must be whole and have the same columns of the same types; write that one again"


@attrs.frozen
class ParquetFiles:
    """Some Parquet files with the same columns.

    Folders that are named like `country=CH` are a column of text, `country`, unless the files have one themselves.

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
        opened = _opened(self.files, NO_PARQUET, lambda: self._frame(reader))
        one = partial(_column_by_column, opened)
        return attrs.evolve(opened, kind=_kind(reader), about=opened.count, collect=one)

    def _frame(self, reader: str) -> Frame:
        found = [_types(reader, file) for file in self.files]
        folders = _folders(self.files)
        if not are_alike(found):
            return self._of_unlike(folders)
        read: Callable[[list[str], Sequence[str]], Frame] = getattr(self, f"_by_{reader}")
        return read(list(self.files), () if {*folders} & {*found[0]} else folders)

    def _of_unlike(self, folders: Sequence[str]) -> Frame:
        """The frame of files that are not alike: PyArrow can be told which columns they have together."""
        if find_spec("pyarrow") is None:
            raise MissingExtraError("reading files with different columns", "polars")
        together = unlike({file: _types("pyarrow", file) for file in self.files}, folders)
        left = () if {*folders} & {*together.schema.names} else folders
        opened = self._by_pyarrow(list(self.files), left, together.schema)
        return attrs.evolve(opened, sample=guarded(opened.sample, together.odd))

    def _by_polars(self, files: list[str], folders: Sequence[str]) -> Frame:
        import polars as pl

        texts = dict.fromkeys(folders, pl.String())
        made = pl.scan_parquet(files, glob=False, hive_partitioning=bool(folders), hive_schema=texts or None)
        return polars_lazy(made, ordered=True)

    def _by_duckdb(self, files: list[str], folders: Sequence[str]) -> Frame:
        import duckdb

        connection = duckdb.connect()
        made = connection.read_parquet(files)
        if folders:
            asked = "SELECT * FROM read_parquet(?, hive_partitioning = true, hive_types_autocast = false)"
            made = connection.sql(asked, params=[files])
        return duckdb_relation(made, connection)

    def _by_pyarrow(self, files: list[str], folders: Sequence[str], schema: Any = None) -> Frame:
        import pyarrow as pa
        import pyarrow.dataset as ds

        texts = pa.schema([(name, pa.string()) for name in folders])
        partitioning = ds.partitioning(texts, flavor="hive") if folders else None
        columns = None if schema is None else pa.schema([*schema, *texts])
        return arrow_dataset(ds.dataset(files, schema=columns, format="parquet", partitioning=partitioning))


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
        opened = _opened(self.files, NO_CSV, lambda: self._frame(getattr(self, f"_by_{reader}")))
        size = sum(Path(file).stat().st_size for file in self.files)
        return attrs.evolve(opened, kind=_kind(reader), about=lambda: size // ROW_BYTES)

    def _frame(self, read: Callable[[list[str]], Frame]) -> Frame:
        _check_headers({file: _header(file, self.delimiter) for file in self.files})
        return read(list(self.files))

    def _by_polars(self, files: list[str]) -> Frame:
        import polars as pl

        return polars_lazy(pl.scan_csv(files, separator=self.delimiter, infer_schema=False, glob=False), ordered=True)

    def _by_duckdb(self, files: list[str]) -> Frame:
        import duckdb

        connection: Any = duckdb.connect()
        how = {"header": True, "sep": self.delimiter, "quotechar": '"', "escapechar": '"', "all_varchar": True}
        return duckdb_relation(connection.read_csv(files, hive_partitioning=False, **how), connection)

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


def _kind(reader: str) -> str | None:
    """The kind of frame that answers come back as: nobody has chosen PyArrow who has not handed over a table of it."""
    return None if reader == "pyarrow" else reader


def _types(reader: str, file: str) -> Mapping[str, Any]:
    """The columns of a Parquet file and their types, as the reader calls them."""
    with _Reading([file], _state([file]), NO_PARQUET):
        return types_of(reader, file)


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
    hint = f"the folder it is looked for in is {Path.cwd()}"
    if "://" in path:
        hint = "only files of this machine are read; hand a lazy frame, as of polars.scan_parquet, to from_frame"
    if given.is_dir():
        found = _within(given, inside)
        hint = f"no {inside} lies in that folder; for other names pass a pattern, such as {f'{given}/*.gz'!r}"
    else:
        names = glob(path, recursive=True) if has_magic(path) else []  # noqa: PTH207  # a pattern may begin anywhere
        found = sorted(name for name in names if Path(name).is_file())
        found = found or [file for name in sorted(names) for file in _within(Path(name), inside)]
    if not found:
        raise MissingFileError(f"there is no file path={path!r}", hint=hint)
    return tuple(found)


def _within(folder: Path, inside: str) -> list[str]:
    """The files in a folder and below, but what other tools hide: `_SUCCESS`, `_delta_log/`, `.part.crc`."""
    found = [(file, file.relative_to(folder).parts) for file in folder.rglob(inside)]
    return sorted(str(file) for file, parts in found if not any(map(_is_hidden, parts)))


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "_")) and "=" not in name


def _header(file: str, delimiter: str) -> list[str] | None:
    """What a CSV file calls its columns; None where it is not UTF-8, or packed in another way than by gzip."""
    with Path(file).open("rb") as stream:
        begin = stream.read(len(PARQUET))
    if begin == PARQUET:
        raise DataError(f"{file} is no CSV but Parquet", hint="write scan_parquet(path, ...)")
    is_packed = begin.startswith(GZIP)
    with gzip.open(file) if is_packed else Path(file).open("rb") as packed:
        lines = iterdecode(packed, "utf-8-sig")
        try:
            return next(csv.reader(lines, delimiter=delimiter), [])
        except (UnicodeDecodeError, csv.Error):
            return None


def _check_headers(headers: Mapping[str, Sequence[str] | None]) -> None:
    """Refuses files with columns that readers take for one another: those of one name, or in another order.

    Raises:
        DataError: Such files.
    """
    (first, names), *others = [(file, names) for file, names in headers.items() if names is not None] or [("", [])]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        told = ", ".join(map(repr, twice))
        raise DataError(f"{first} names columns twice: {told}", hint="give each column a name of its own")
    for file, found in others:
        if found != names:
            told_apart = [(first, ", ".join(names)), (file, ", ".join(found))]
            raise DataError(
                "files have other columns than the first", told_apart, "write the same header in all of them"
            )


def _folders(files: Sequence[str]) -> tuple[str, ...]:
    """What folders such as `country=CH` are called, where all files lie in folders of the same names."""
    found = {tuple(part.partition("=")[0] for part in Path(file).parent.parts if "=" in part) for file in files}
    return found.pop() if len(found) == 1 else ()


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


@attrs.frozen
class _Reading:
    """Files as they were when they were opened; what readers say of damaged ones is told as an error about data.

    Attributes:
        files: Their names.
        state: How large each was, and when it was written.
        hint: What to do about a damaged one.
    """

    files: Sequence[str]
    state: tuple[object, ...]
    hint: str

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        of = type(error).__module__.partition(".")[0].lstrip("_")
        said = of == PANIC or (isinstance(error, Exception) and (isinstance(error, DAMAGED) or of in READERS))
        if error is not None and not said:
            return
        if _state(self.files) != self.state:
            raise DataError(
                f"{self._called} changed after the log was made", hint="make the log again, when it is written"
            ) from error
        if error is not None:
            first = str(error).strip().partition("\n")[0]
            raise DataError(f"{self._called} cannot be read: {first}", hint=self.hint) from error

    @property
    def _called(self) -> str:
        first = self.files[0]
        return first if len(self.files) == 1 else f"one of {len(self.files)} files, of which {first} is the first,"


def _state(files: Sequence[str]) -> tuple[object, ...]:
    """How large each file is, and when it was written; None where there is none now."""
    found: list[object] = []
    for file in files:
        try:
            known = Path(file).stat()
        except OSError:
            found.append(None)
        else:
            found.append((known.st_size, known.st_mtime_ns, known.st_ino))
    return tuple(found)


def _opened(files: Sequence[str], hint: str, open_: Callable[[], Frame]) -> Frame:
    """A frame whose errors name the files, and that refuses to read some columns before and others after a change."""
    reading = _Reading(files, _state(files), hint)
    with reading:
        inner = open_()

    def collect(names: Sequence[str]) -> Table:
        with reading:
            return inner.collect(names)

    def batches(names: Sequence[str], size: int) -> Iterator[Table]:
        with reading:
            yield from inner.batches(names, size)

    def count() -> int:
        with reading:
            return inner.count()

    return attrs.evolve(inner, collect=collect, batches=batches, count=count)
