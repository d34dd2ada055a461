"""Rows handed on: as dicts, as columns, as a data frame of the caller's kind, as an Arrow stream.

The types of columns are declared, never guessed from the values, so that an answer without rows, or with a column of
None only, has the types of any other. No library of frames is loaded before somebody asks for one of its frames.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from decimal import Decimal
from importlib.util import find_spec
from operator import attrgetter
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args

from custlife.calendar import to_us
from custlife.errors import MissingExtraError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Columns = Mapping[str, Sequence[Any]]
    Types = Mapping[str, Any]

__all__ = ["EXTRAS", "KINDS", "Framed", "Kind", "arrow_as", "chosen", "columns_of"]

Kind = Literal["polars", "pandas", "pyarrow", "duckdb"]
DIGITS, SCALE = 38, 3  # amounts of money: no currency has more than three digits after the point
KINDS: tuple[Kind, ...] = ("polars", "pandas", "pyarrow", "duckdb")
EXTRAS = {"polars": "polars", "pandas": "pandas", "pyarrow": "polars", "duckdb": "duckdb"}
CARRIERS: tuple[Kind, ...] = ("pyarrow", "polars")


class Framed(ABC):
    """What has rows, and hands them on in any form.

    It lists its rows in `to_dicts` and says in `column_types` what their columns hold; all other forms follow.
    """

    __slots__ = ()

    @abstractmethod
    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows, each a dict with the same keys in the same order."""

    @abstractmethod
    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold, such as `int`, or `int | None` where a value may be missing."""

    def to_columns(self) -> dict[str, list[Any]]:
        """The rows as one list a column, also where there are no rows."""
        rows = self.to_dicts()
        return {name: [row[name] for row in rows] for name in self.column_types()}

    def to_frame(self, kind: Kind | None = None) -> Any:
        """The rows as a data frame.

        Whatever the data, columns have the same types: 64-bit integers and floats, texts, booleans, decimals with
        three digits after the point (objects in pandas), and instants in UTC to the microsecond. What is None is null;
        in pandas that is `NaN`, `NaT` or `<NA>`, and integers and booleans that may be missing are of its nullable
        types.

        Args:
            kind: `polars`, `pandas`, `pyarrow` (a table) or `duckdb` (a relation). None: the kind of frame that the
                log came from, else the first of Polars, pandas and PyArrow that is installed.

        Raises:
            UnknownNameError: No such kind.
            MissingExtraError: Its library is not installed.

        Examples:
            >>> from custlife import simulate
            >>> frame = simulate.b2b(50).headcount(every="quarter").to_frame("polars")
            >>> frame.columns
            ['period', 'complete', 'stage', 'place', 'count', 'entered', 'left']
        """
        wanted = chosen(kind, self._origin())
        return _made(wanted, MAKERS[wanted], self.to_columns(), self.column_types())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        carrier = _first_installed(CARRIERS)
        if carrier is None:
            extra = "polars" if find_spec("pandas") is None else "pandas"
            raise MissingExtraError("handing rows on as Arrow", extra)
        return self.to_frame(carrier).__arrow_c_stream__(requested_schema)

    def _origin(self) -> str | None:
        """The kind of frame that the rows came from, if any."""
        return None


def chosen(kind: str | None, origin: str | None = None) -> Kind:
    """A kind of frame: the one asked for, else that of the origin, else the first that is installed.

    Raises:
        UnknownNameError: No such kind.
        MissingExtraError: None is asked for, and none is installed.
    """
    for known in KINDS:
        if known == (origin if kind is None else kind):
            return known
    if kind is not None:
        raise UnknownNameError("kind of frame", kind, KINDS)
    found = _first_installed(KINDS[:3])
    if found is None:
        raise MissingExtraError("a data frame", "polars")
    return found


def columns_of(rows: Sequence[Any], names: Iterable[str], segments: Sequence[str]) -> dict[str, list[Any]]:
    """Rows that name a unit each, as columns: their attributes of those names, then their segments."""
    found = {name: list(map(attrgetter(name), rows)) for name in names}
    return found | {name: [row.segments[place] for row in rows] for place, name in enumerate(segments)}


def arrow_as(kind: Kind, table: Any) -> Any:
    """An Arrow table as a frame of another kind.

    Raises:
        MissingExtraError: The library of that kind is not installed.
    """
    return _made(kind, _from_arrow, kind, table)


def _first_installed(kinds: Sequence[Kind]) -> Kind | None:
    return next((kind for kind in kinds if find_spec(kind) is not None), None)


def _made(kind: Kind, make: Callable[..., Any], *parts: Any) -> Any:
    """What a maker makes, or an error that says what to install."""
    try:
        return make(*parts)
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"a frame of kind {kind!r}", EXTRAS[kind]) from error


def _split(declared: Any) -> tuple[type, bool]:
    """A declared type without None, and whether None was in it."""
    parts = get_args(declared) or (declared,)
    return next(part for part in parts if part is not NoneType), NoneType in parts


def _polars(columns: Columns, types: Types) -> Any:
    import polars

    plain: dict[type, Any] = {int: polars.Int64, float: polars.Float64, str: polars.String, bool: polars.Boolean}
    plain[Decimal] = polars.Decimal(DIGITS, SCALE)
    made = []
    for name, values in columns.items():
        held, _ = _split(types[name])
        if held is datetime:  # reading the zone of each value takes Polars five times as long
            instants = [None if at is None else to_us(at) for at in values]
            made.append(polars.Series(name, instants, polars.Int64).cast(polars.Datetime("us", "UTC")))
        elif held is Decimal:  # Polars reads values by NumPy, texts alone
            amounts = [None if amount is None else str(amount) for amount in values]
            made.append(polars.Series(name, amounts, polars.String).cast(plain[held]))
        else:
            made.append(polars.Series(name, values, plain[held]))
    return polars.DataFrame(made)


def _pandas(columns: Columns, types: Types) -> Any:
    import pandas

    text = pandas.Series(["text"]).dtype  # how this version of pandas holds text
    plain = {int: "int64", float: "float64", str: text, bool: "bool", datetime: "datetime64[us, UTC]"}
    plain[Decimal] = "object"
    nullable = {**plain, int: "Int64", bool: "boolean"}
    made = {}
    for name, values in columns.items():
        held, may_miss = _split(types[name])
        made[name] = pandas.Series(values, dtype=nullable[held] if may_miss else plain[held])
    return pandas.DataFrame(made)


def _pyarrow(columns: Columns, types: Types) -> Any:
    import pyarrow

    instant = pyarrow.timestamp("us", tz="UTC")
    plain = {
        int: pyarrow.int64(),
        float: pyarrow.float64(),
        str: pyarrow.string(),
        bool: pyarrow.bool_(),
        datetime: instant,
        Decimal: pyarrow.decimal128(DIGITS, SCALE),
    }
    return pyarrow.table(
        {name: pyarrow.array(values, plain[_split(types[name])[0]]) for name, values in columns.items()}
    )


def _duckdb(columns: Columns, types: Types) -> Any:
    return _from_arrow("duckdb", _pyarrow(columns, types))


def _from_arrow(kind: Kind, table: Any) -> Any:
    if kind == "polars":
        import polars

        return polars.from_arrow(table, rechunk=False)
    if kind == "pandas":
        import pandas  # noqa: F401  # PyArrow itself would say less clearly that it is missing

        return table.to_pandas()
    if kind == "duckdb":
        import duckdb

        return duckdb.from_arrow(table)
    return table


MAKERS: dict[Kind, Callable[[Columns, Types], Any]] = {
    "polars": _polars,
    "pandas": _pandas,
    "pyarrow": _pyarrow,
    "duckdb": _duckdb,
}
