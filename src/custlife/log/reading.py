"""Reading files row by row: CSV and JSON lines as they really are, with the line of whatever is wrong."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import attrs

from custlife.calendar import instant
from custlife.documents import file_at
from custlife.documents.values import check_values
from custlife.engines.rows.ingest import Unreadable
from custlife.errors import CustlifeError, DataError, UsageError, UsageTypeError
from custlife.log.columns import check_columns, from_mappings, picker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from custlife.log.columns import Columns, Row

__all__ = ["CsvRows", "FromFiles", "JsonRows", "read_csv", "read_jsonl"]

DELIMITERS = ";\t|,"
GZIP = b"\x1f\x8b"


@contextmanager
def opened(path: Path, encoding: str) -> Iterator[IO[str]]:
    """A text file, unpacked where it is gzipped.

    Raises:
        DataError: What no text of that encoding, or no whole gzip file, would hold.
        MissingFileError: There is no such file.
        UsageError: There is no such encoding.
    """
    import gzip
    import zlib

    with file_at(path).open("rb") as raw:
        packed = raw.read(2) == GZIP
    try:
        if packed:
            with gzip.open(path, "rt", encoding=encoding, newline="") as stream:
                yield stream
        else:
            with path.open(encoding=encoding, newline="") as stream:
                yield stream
    except LookupError:
        raise UsageError(f"encoding={encoding!r} is unknown", "pass encoding='utf-8' or encoding='latin-1'") from None
    except UnicodeError as error:
        hint = "pass the encoding it was saved in, such as encoding='cp1252' or encoding='utf-16'"
        raise DataError(f"{path.name} is not {encoding} text: {error}", hint=hint) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path.name} is a damaged gzip file: {error}", hint="fetch it again") from None


@attrs.define(eq=False)
class CsvRows:
    """The rows of a CSV file with a header, read when asked for.

    Attributes:
        path: The file.
        delimiter: What stands between fields.
        encoding: How it is written.
        line: Line on which the row that is being read begins.
    """

    path: Path
    delimiter: str
    encoding: str
    line: int = 0

    def __attrs_post_init__(self) -> None:
        mark: object = self.delimiter
        if not isinstance(mark, str) or len(mark) != 1 or mark in '"\r\n\0':
            raise UsageError(
                f"delimiter={mark!r} is not one character that can stand between fields", "pass delimiter=';'"
            )

    def place(self, _row: int, /) -> str:
        """The line, as an editor counts."""
        return f"line {self.line}"

    def __iter__(self) -> Iterator[dict[str, str] | Unreadable]:
        """Rows as mappings."""
        rows = self._rows()
        header = next(rows)
        for row in rows:
            yield row if isinstance(row, Unreadable) else dict(zip(header, row, strict=True))

    def picked(self, columns: Columns) -> Iterator[Row]:
        """Rows as tuples, taken by position."""
        rows = self._rows()
        header = next(rows)
        wanted = columns.wanted()
        check_columns(header, wanted, self._advice(header, wanted))
        pick = picker([header.index(column) for _, column in wanted], columns.constant)
        for row in rows:
            yield (row, None, None) if isinstance(row, Unreadable) else pick(row)

    def _rows(self) -> Iterator[Any]:
        """The header, then the rows, as lists of texts."""
        import csv

        with opened(self.path, self.encoding) as stream:
            reader = csv.reader(self._clean(stream), delimiter=self.delimiter, strict=True)
            width, before = 0, 0
            try:
                for row in reader:
                    self.line, before = before + 1, reader.line_num
                    if not row:
                        continue
                    if not width:
                        width = len(row)
                        yield self._header(row)
                    elif len(row) == width:
                        yield row
                    else:
                        yield self._ragged(row, width)
            except csv.Error as error:
                self.line = before + 1
                hint = "a quote may be opened there and never closed, or stand bare within a field; double it"
                raise DataError(f"{self.path.name} is not CSV", [(self.place(0), str(error))], hint) from None
            if not width:
                raise DataError(f"{self.path.name} is empty", hint="the first line must name the columns")

    def _clean(self, stream: Iterable[str]) -> Iterator[str]:
        for number, line in enumerate(stream, 1):
            if "\0" in line:
                hint = "the file is damaged, or in another encoding: pass encoding='utf-16'"
                raise DataError(f"{self.path.name} is not text", [(f"line {number}", "a NUL character")], hint)
            yield line

    def _header(self, names: list[str]) -> list[str]:
        names[0] = names[0].removeprefix("\ufeff")
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            shown = ", ".join(map(repr, doubled))
            raise DataError(f"{self.path.name} names columns twice: {shown}", hint="give each column a name of its own")
        return names

    def _ragged(self, row: list[str], width: int) -> Unreadable:
        near = next((field for field in row if '"' in field), row[-1])[:40]
        what = f"{len(row)} field{'s' if len(row) > 1 else ''}, the header has {width}"
        return Unreadable(DataError(what, hint=f"check the delimiters and quotes near {near!r}"))

    def _advice(self, header: list[str], wanted: list[tuple[str, str]]) -> str:
        """A hint where the columns are missing for a reason that can be seen; else nothing."""
        if all(column in header for _, column in wanted):
            return ""
        if len(header) == 1:
            for mark in DELIMITERS:
                if mark in header[0]:
                    return f"there is only one column, {header[0][:60]!r}; pass delimiter={mark!r}"
        if any(map(_is_time, header)):
            return f"the first line looks like data, not like names: {header!r}; put a header above it"
        return ""


def _is_time(text: str) -> bool:
    try:
        instant(text, tz="UTC", ambiguous="earlier")
    except CustlifeError:
        return False
    return True


@attrs.define(eq=False)
class JsonRows:
    """The objects of a JSON lines file, read when asked for."""

    path: Path
    encoding: str = "utf-8-sig"
    line: int = 0

    def place(self, _row: int, /) -> str:
        """The line, as an editor counts."""
        return f"line {self.line}"

    def picked(self, columns: Columns) -> Iterator[Row]:
        """Rows as tuples."""
        return from_mappings(self, columns)

    def __iter__(self) -> Iterator[dict[str, Any] | Unreadable]:
        """Rows as mappings; blank lines are none."""
        with opened(self.path, self.encoding) as stream:
            for number, text in enumerate(stream, 1):
                self.line = number
                if not text.isspace():
                    yield _object(text)


def _object(text: str) -> dict[str, Any] | Unreadable:
    """One line of JSON, if it is an object that can be used."""
    from json import JSONDecodeError, loads

    try:
        value = loads(text.rstrip(), object_pairs_hook=_distinct, parse_constant=_no_number, parse_float=_finite)
        if "\\u" in text:
            check_values(value, "the line")  # half characters can be read, and written nowhere
    except JSONDecodeError as error:
        return Unreadable(DataError(f"not JSON: {error.msg} at column {error.colno}", hint="write one object a line"))
    except DataError as error:
        return Unreadable(error)
    except (ValueError, RecursionError) as error:
        return Unreadable(DataError(f"not JSON that can be read: {error}", hint="write one object a line"))
    if isinstance(value, dict):
        return value
    return Unreadable(DataError(f"{text.strip()[:40]!r} is not an object", hint="write one object a line"))


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise DataError(f"the key {twice!r} stands twice", hint="write each key once")
    return made


def _no_number(name: str) -> float:
    raise DataError(f"{name} is not JSON", hint="write null, or leave the key out")


def _finite(text: str) -> float:
    value = float(text)
    if value - value != 0:
        raise DataError(f"{text} is too large for a number", hint="write it as text")
    return value


def _path(path: object) -> Path:
    if not isinstance(path, str | Path):
        hint = "pass the name of a file; for a data frame write from_frame(frame, ...), for rows from_rows(rows, ...)"
        raise UsageTypeError(f"path=<{type(path).__name__}> is not a path", hint)
    return Path(path)


def read_csv(path: str | Path, *, delimiter: str = ",", encoding: str = "utf-8-sig") -> CsvRows:
    """The rows of a CSV file with a header.

    Raises:
        UsageError: A delimiter that cannot be one.
        UsageTypeError: Not a path.
    """
    return CsvRows(_path(path), delimiter, encoding)


def read_jsonl(path: str | Path) -> JsonRows:
    """The objects of a file with one JSON object a line.

    Raises:
        UsageTypeError: Not a path.
    """
    return JsonRows(_path(path))


class FromFiles:
    """What is made from rows, and so from files of rows."""

    __slots__ = ()

    if TYPE_CHECKING:

        @classmethod
        def from_rows(cls, *args: Any, **options: Any) -> Self:
            """Made from rows."""
            ...

    @classmethod
    def from_csv(cls, path: str | Path, **options: Any) -> Self:
        """The same from a CSV file with a header; gzipped ones (`.gz`) too. All in it is text: amounts in major units.

        Args:
            path: The file.
            **options: As for `from_rows`; `delimiter` and `encoding` too.

        Raises:
            DataError: A malformed file, with the line.
        """
        rows = read_csv(path, delimiter=options.pop("delimiter", ","), encoding=options.pop("encoding", "utf-8-sig"))
        return cls.from_rows(rows, **options)

    @classmethod
    def from_jsonl(cls, path: str | Path, **options: Any) -> Self:
        """The same from a file with one JSON object a line; gzipped ones (`.gz`) too.

        Args:
            path: The file.
            **options: As for `from_rows`.

        Raises:
            DataError: A line that is not a JSON object, with its number.
        """
        return cls.from_rows(read_jsonl(path), **options)
