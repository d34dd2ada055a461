"""The columns of a frame of Spark: checked at the door, and laid out so that units stay whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.engines.sources.doors import argument, check_columns
from custlife.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from custlife.engines.layout import Layout

__all__ = ["check_accounts", "kinds_of", "laid_out", "selected"]

KINDS = {
    **dict.fromkeys(("string", "varchar", "char"), "text"),
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "whole"),
    "timestamp": "aware",
    "timestamp_ntz": "naive",
    "date": "date",
    "void": "nothing",
}
UNIT = "c0"


@attrs.frozen
class Declared:
    """A column of which nothing is known but its type; see `columns.Column`."""

    dtype: str
    kind: str


@attrs.frozen
class Header:
    """The columns of a frame without their rows; see `frames.Table`."""

    names: tuple[str, ...]
    types: Mapping[str, str]
    index: tuple[str, ...] = ()

    def column(self, name: str) -> Declared:
        """The column of a name."""
        dtype = self.types[name]
        return Declared(f"Spark {dtype}", KINDS.get(dtype.split(" ")[0].split("(")[0], "other"))


def kinds_of(native: Any, wanted: Mapping[str, str], layout: Layout) -> dict[str, str]:
    """The kinds of the wanted columns by role; see `columns.Column`.

    Raises:
        DataError: A column that is not there, or there twice.
        UsageError: A column that cannot be what it is said to be, or a stream.
        TimeError: Local times without the zone they are in.
    """
    if native.isStreaming:
        raise UsageError("the frame is a stream, which never ends", "write it to a table and read that")
    header = Header(tuple(native.columns), dict(native.dtypes))
    check_columns(header, wanted, layout)
    for role, column in wanted.items():
        if sum(name.lower() == column.lower() for name in header.names) > 1:
            called = f"{argument(role, layout)}={column!r}"
            raise DataError(f"the rows have several columns {called} but for case", hint="rename all but one of them")
    return {role: header.column(column).kind for role, column in wanted.items()}


def selected(native: Any, wanted: Mapping[str, str], kinds: Mapping[str, str], roles: Sequence[str]) -> Any:
    """The columns of some roles, and no others, as `c0`, `c1`, ..."""
    expressions = []
    for number, role in enumerate(roles):
        quoted = "`" + wanted[role].replace("`", "``") + "`"
        plain = f"CAST({quoted} AS string)" if kinds[role] in {"text", "nothing"} else quoted
        expressions.append(f"{plain} AS c{number}")
    return native.selectExpr(*expressions)


def laid_out(frame: Any, partitions: int | None, account: int | None) -> Any:
    """The rows shuffled so that those of one unit, or of one account, lie in one partition.

    Without a number Spark takes `spark.sql.shuffle.partitions`, and joins small ones where it may adapt plans.

    Args:
        frame: What `selected` gave.
        partitions: Their number, or None.
        account: The number of the column that names the account, or None.
    """
    number = () if partitions is None else (partitions,)
    if account is None:
        return frame.repartition(*number, UNIT)
    named = _account(account)
    spread = frame.selectExpr("*", f"{named} AS account", f"CASE WHEN {named} IS NULL THEN {UNIT} END AS alone")
    return spread.repartition(*number, "account", "alone").select(*frame.columns)


def _account(column: int) -> str:
    """The account as text; null where none is given."""
    return f"nullif(CAST(c{column} AS string), '')"


def check_accounts(frame: Any, account: int, unit: str) -> None:
    """Refuses units that name several accounts, or one only at times: they and the accounts cannot both be whole.

    Args:
        frame: What `selected` gave.
        account: The number of the column that names the account.
        unit: What is counted.

    Raises:
        DataError: Some of them.
    """
    named = _account(account)
    rows = frame.selectExpr(
        f"CAST({UNIT} AS string) AS unit",
        f"{named} AS low",
        f"{named} AS high",
        f"CAST({named} IS NULL AS int) AS none",
    )
    found = rows.groupBy("unit").agg({"low": "min", "high": "max", "none": "sum"})
    several = found.where("`min(low)` <> `max(high)` OR (`max(high)` IS NOT NULL AND `sum(none)` > 0)")
    first = several.orderBy("unit").limit(DataError.SHOWN).collect()
    if first:
        problems = [(f"{unit} {row['unit']!r}", _told(row["min(low)"], row["max(high)"])) for row in first]
        hint = f"name one account in all rows of a {unit}, or leave account_col out and look at one account at a time"
        raise DataError(f"on a cluster each {unit} must belong to one account", problems, hint)


def _told(low: str, high: str) -> str:
    return f"account {low!r}, and none" if low == high else f"accounts {low!r} and {high!r}"
