"""From the caller's rows, mappings or tuples, to the plain tuples that an engine reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import attrs

from custlife.engines.money import NO_CURRENCY, currency_code
from custlife.engines.rows.ingest import Unreadable
from custlife.errors import DataError, UsageError, UsageTypeError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "Columns",
    "Source",
    "check_columns",
    "check_one",
    "column_names",
    "constant_currency",
    "first_and_all",
    "form_of",
    "named",
    "picker",
    "place_of",
    "plain_rows",
    "unreadable",
]

REQUIRED = 3
DICT = "a dict like the first row"
OF_FRAMES = ("__arrow_c_stream__", "iter_rows", "to_pylist", "to_arrow_table", "toPandas", "collect_schema")
Row = tuple[Any, ...]


@attrs.frozen
class Columns:
    """Which column of the caller's rows is what; None where there is none.

    Attributes:
        unit: Id of the customer.
        name: Stage or event.
        at: When it occurred.
        seq: Order among rows of one instant.
        recorded_at: When it became known.
        key: Identity of the fact, so that copies are dropped.
        segments: Attributes to split by.
        extras: Texts kept beside the rows, as pairs of role and column: reason, actor, account.
        values: Values that predicates look at.
        called: The argument that names the column of the stage or event.
        constant: The name of all rows, where no column holds it.
        told: Further values, as pairs of role and column: amount, currency, expected close.
        when: The argument that names the column of the time.
        plain: The columns that a plain tuple fills; none: customer, stage and time.
    """

    unit: str
    name: str
    at: str
    seq: str | None = None
    recorded_at: str | None = None
    key: str | None = None
    segments: tuple[str, ...] = ()
    extras: tuple[tuple[str, str], ...] = ()
    values: tuple[str, ...] = ()
    called: str = "stage_col"
    constant: str | None = None
    told: tuple[tuple[str, str], ...] = ()
    when: str = "at_col"
    plain: tuple[str, ...] = ()

    def others(self) -> tuple[str, ...]:
        """The roles of the columns after the first three, in order."""
        single = [role for role in ("seq", "recorded_at", "key") if getattr(self, role) is not None]
        return (
            *single,
            *(f"segment:{name}" for name in self.segments),
            *(f"extra:{role}" for role, _ in self.extras),
            *(f"value:{name}" for name in self.values),
            *(f"value:{role}" for role, _ in self.told),
        )

    def arguments(self) -> tuple[tuple[str, str], ...]:
        """Pairs of role and argument, where the role does not tell it."""
        told = ((f"value:{role}", f"{role}_col") for role, _ in self.told)
        return ("name", self.called), ("at", self.when), *told

    def wanted(self) -> list[tuple[str, str]]:
        """Pairs of argument and column, in the order of the tuples to be made; a constant name has none."""
        named = [] if self.constant is not None else [(self.called, self.name)]
        single = [(f"{role}_col", getattr(self, role)) for role in ("seq", "recorded_at", "key")]
        return [
            ("customer_col", self.unit),
            *named,
            (self.when, self.at),
            *((argument, column) for argument, column in single if column is not None),
            *(("segment_cols", name) for name in self.segments),
            *((f"{role}_col", column) for role, column in self.extras),
            *(("value_cols", name) for name in self.values),
            *((f"{role}_col", column) for role, column in self.told),
        ]

    def roles(self) -> dict[str, str]:
        """Role to column, as sources of frames want it; a constant name has none."""
        named = {} if self.constant is not None else {"name": self.name}
        others = [column for _, column in self.wanted()[len(named) + 2 :]]
        return {"unit": self.unit, **named, "at": self.at, **dict(zip(self.others(), others, strict=True))}

    @property
    def required(self) -> int:
        """How many of the wanted columns no row can do without."""
        return REQUIRED - (self.constant is not None)


def column_names(given: object, argument: str) -> tuple[str, ...]:
    """One name of a column or several, as a tuple.

    Raises:
        UsageTypeError: Neither text nor texts.
    """
    names: list[str] = []
    for name in given if isinstance(given, Iterable) and not isinstance(given, str) else (given,):
        if not isinstance(name, str):
            raise UsageTypeError(f"{argument}={given!r} is not the name of a column", f"write {argument}=['plan']")
        names.append(name)
    return tuple(names)


def check_one(name: str, value: object, column: object) -> None:
    """Refuses one value for all rows beside a column of them.

    Raises:
        UsageError: Both are given.
    """
    if value is not None and column is not None:
        raise UsageError(f"both {name}= and {name}_col= are given", "pass the one that holds for all rows")


def constant_currency(currency: object, column: str | None) -> str | None:
    """The currency of all rows; None where a column holds it.

    Raises:
        UsageError: Both are given, or it is no code.
    """
    check_one("currency", currency, column)
    if column is not None:
        return None
    return NO_CURRENCY if currency is None else currency_code(currency)


@runtime_checkable
class Source(Protocol):
    """Rows that bring themselves into the right order, and know where a person finds them."""

    def picked(self, columns: Columns) -> Iterable[Row]:
        """The rows as tuples of `(unit, name, at, *others)`."""
        ...

    def place(self, row: int, /) -> str:
        """Where the row that is being read stands."""
        ...


def place_of(rows: object) -> Callable[[int], str]:
    """How to call the place of a row."""
    return rows.place if isinstance(rows, Source) else "row {}".format


def plain_rows(rows: Iterable[Any] | Source, columns: Columns) -> Iterable[Row]:
    """The rows as tuples of `(unit, name, at, *others)`.

    Rows are mappings or have keys as those of databases, or are plain tuples of customer, stage and time; or of what
    the columns say.

    Raises:
        UsageTypeError: Not an iterable of rows.
        DataError: A column that the rows do not have.
    """
    if isinstance(rows, Source):
        return rows.picked(columns)
    first, whole = first_and_all(rows, form_of(columns.plain))
    if hasattr(first, "keys") and not isinstance(first, Mapping):  # as of sqlite3: a mapping but in name
        first, whole = {}, map(_as_dict, whole)
    if isinstance(first, Mapping):
        return from_mappings(whole, columns)
    if columns.plain:
        return from_mappings(named(whole, columns.plain), columns, form_of(columns.plain))
    if columns.others():
        raise UsageError(
            "rows of (customer, stage, at) have no further columns",
            "pass rows as dicts to use seq_col, recorded_at_col, segment_cols and the like",
        )
    return _from_tuples(whole, columns.constant)


def _as_dict(row: Any) -> Any:
    """A row with keys as a dict; any other as it is."""
    return dict(row) if hasattr(row, "keys") and not isinstance(row, Mapping) else row


def form_of(plain: tuple[str, ...]) -> str:
    """How a plain tuple is written."""
    return f"({', '.join(plain or ('customer', 'stage', 'at'))})"


def first_and_all(rows: Any, form: str) -> tuple[object, Iterable[Any]]:
    """The first of some rows, and all of them; an empty mapping and none where there are none.

    Raises:
        UsageTypeError: Not an iterable of rows.
    """
    is_iterable = hasattr(rows, "__iter__")
    if any(hasattr(rows, method) for method in OF_FRAMES) or (is_iterable and hasattr(rows, "to_dict")):
        raise UsageTypeError(f"rows is a {type(rows).__name__}, not rows", "write from_frame(frame, ...)")
    if isinstance(rows, str | bytes | Mapping) or not is_iterable:
        raise UsageTypeError(
            f"rows must be an iterable of dicts or of {form}, got {type(rows).__name__}",
            "for a file write from_csv(path, ...); for a dict of lists, zip(*columns.values())",
        )
    iterator = iter(rows)
    for first in iterator:
        return first, chain((first,), iterator)
    return {}, ()


def named(rows: Iterable[Any], names: tuple[str, ...]) -> Iterator[Any]:
    """Rows that are plain tuples, as dicts; any other as it is."""
    for row in rows:
        fits = isinstance(row, tuple | list) and len(row) == len(names)
        yield dict(zip(names, row, strict=True)) if fits else row


def check_columns(header: Sequence[str], wanted: Iterable[tuple[str, str]], hint: str = "") -> None:
    """Refuse wanted columns that are not there.

    Raises:
        DataError: The first of them, with the nearest column.
    """
    for argument, column in wanted:
        if column not in header:
            advice = f"{nearest(column, header)}; pass {argument}= with one of them"
            raise DataError(f"the rows have no column {argument}={column!r}", hint=hint or advice)


def picker(keys: Sequence[Any], constant: str | None) -> Callable[[Any], Row]:
    """The function that takes `(unit, name, at, *others)` out of one row."""
    pick = itemgetter(*keys)
    if constant is None:
        return pick

    def with_constant(row: Any) -> Row:
        unit, *rest = pick(row)
        return (unit, constant, *rest)

    return with_constant


def from_mappings(rows: Iterable[Any], columns: Columns, form: str = DICT) -> Iterator[Row]:
    """Rows that are mappings; what is no mapping goes on as unreadable.

    A column that no row has is an error, at the first row for the columns that no row can do without.
    """
    wanted = columns.wanted()
    keys = [column for _, column in wanted]
    pick = picker(keys, columns.constant)
    unseen: set[str] | None = None  # None once a row had every column
    known: dict[str, None] = {}
    started = False
    for row in rows:
        if isinstance(row, Mapping):
            if not started:
                check_columns(list(row), wanted[: columns.required])
                started, unseen = True, set(keys)
            try:
                made = pick(row)
            except KeyError:
                made = pick({key: row.get(key) for key in keys})
                if unseen is not None:
                    known.update(dict.fromkeys(row))
                    unseen -= row.keys()
            else:
                unseen = None
            yield made
        else:
            yield unreadable(row, form)
    if unseen:
        check_columns(list(known), wanted)


def unreadable(row: object, wanted: str) -> Row:
    """What stands for a row that has no columns at all."""
    if isinstance(row, Unreadable):
        return row, None, None
    shown = repr(row)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    hint = "pass all rows in one form; dicts for more columns"
    return Unreadable(UsageError(f"{shown} is not {wanted}", hint)), None, None


def _from_tuples(rows: Iterable[Any], constant: str | None) -> Iterator[Row]:
    if constant is not None:
        for row in rows:
            fits = isinstance(row, tuple | list) and len(row) == REQUIRED - 1
            yield (row[0], constant, row[1]) if fits else unreadable(row, "(customer, at)")
        return
    for row in rows:
        if type(row) is tuple and len(row) == REQUIRED:
            yield row
        elif isinstance(row, tuple | list) and len(row) == REQUIRED:
            yield tuple(row)
        else:
            yield unreadable(row, "(customer, stage, at)")
