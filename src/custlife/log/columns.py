"""From the caller's rows, mappings or tuples, to the plain tuples that an engine reads."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import attrs

from custlife.errors import DataError, UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Columns", "plain_rows"]

PLAIN = 3


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

    def others(self) -> tuple[str, ...]:
        """The roles of the columns after the first three, in order."""
        single = [role for role in ("seq", "recorded_at", "key") if getattr(self, role) is not None]
        return (
            *single,
            *(f"segment:{name}" for name in self.segments),
            *(f"extra:{role}" for role, _ in self.extras),
            *(f"value:{name}" for name in self.values),
        )

    def wanted(self) -> list[tuple[str, str]]:
        """Pairs of argument and column, in the order of the tuples to be made."""
        single = [
            (f"{role}_col", column)
            for role, column in (("seq", self.seq), ("recorded_at", self.recorded_at), ("key", self.key))
            if column is not None
        ]
        return [
            ("customer_col", self.unit),
            ("stage_col", self.name),
            ("at_col", self.at),
            *single,
            *(("segment_cols", name) for name in self.segments),
            *((f"{role}_col", column) for role, column in self.extras),
            *(("value_cols", name) for name in self.values),
        ]


def plain_rows(rows: Iterable[Any], columns: Columns) -> Iterable[Sequence[Any]]:
    """The rows as tuples of `(unit, name, at, *others)`.

    Rows are mappings, or plain tuples of customer, stage and time.

    Raises:
        UsageTypeError: Not an iterable of rows.
        DataError: A column that the rows do not have.
    """
    if isinstance(rows, (str, bytes, Mapping)) or not hasattr(rows, "__iter__"):
        raise UsageTypeError(
            f"rows must be an iterable of dicts or of (customer, stage, at), got {type(rows).__name__}",
            "for a file write from_csv(path, ...); for a dict of lists, zip(*columns.values())",
        )
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return ()
    whole = chain((first,), iterator)
    if isinstance(first, Mapping):
        return _from_mappings(first, whole, columns)
    if columns.others():
        raise UsageError(
            "rows of (customer, stage, at) have no further columns",
            "pass rows as dicts to use seq_col, recorded_at_col, segment_cols and the like",
        )
    return _from_tuples(whole)


def _from_mappings(first: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], columns: Columns) -> Iterable[Sequence[Any]]:
    wanted = columns.wanted()
    for argument, column in wanted:
        if column not in first:
            raise DataError(
                f"the rows have no column {argument}={column!r}",
                hint=f"columns are {', '.join(map(repr, first))}; pass {argument}= with one of them",
            )
    keys = [column for _, column in wanted]
    return _picked(rows, keys)


def _picked(rows: Iterable[Mapping[str, Any]], keys: list[str]) -> Iterator[Sequence[Any]]:
    pick = itemgetter(*keys)
    for row in rows:
        try:
            yield pick(row)
        except KeyError:
            yield tuple(row.get(key) for key in keys)


def _from_tuples(rows: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    """The tuples as they are; a tuple of another length is named."""
    for number, row in enumerate(rows, 1):
        if len(row) != PLAIN:
            raise DataError(
                f"row {number} has {len(row)} values, not (customer, stage, at)", hint="pass rows as dicts, or as three values"
            )
        yield row
