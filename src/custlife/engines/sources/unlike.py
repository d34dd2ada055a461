"""Parquet files that are not alike: columns may differ as long as nobody wants them, and in how they are stored.

What readers make of such files is not one thing: some refuse them, some fill in nothing, and a time without a zone
becomes one in UTC. So files are looked at before they are read, and what cannot be one column is refused by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from custlife.engines.sources.frames import Table

__all__ = ["Unlike", "are_alike", "guarded", "types_of", "unlike"]

MISSING = "write that one again with this column, or pass a list of the files that have it"
OTHER = "write some of them again, so that it is of one type everywhere"
UNITS = ("s", "ms", "us", "ns")


@attrs.frozen(eq=False)
class Unlike:
    """What files that are not alike are together.

    Attributes:
        schema: Each column, as it can be read from all files.
        odd: What is wrong with columns that some files lack, or that hold different things.
    """

    schema: Any
    odd: Mapping[str, DataError]


def types_of(reader: str, file: str) -> Mapping[str, Any]:
    """The columns of a file and their types, as the reader calls them."""
    if reader == "polars":
        import polars as pl

        return pl.read_parquet_schema(file)
    from pyarrow.parquet import read_schema

    found = read_schema(file)
    return dict(zip(found.names, found.types, strict=True))


def are_alike(found: Iterable[Mapping[str, object]]) -> bool:
    """Whether all files have the same columns of the same types, in whatever order."""
    first, *others = found
    return all(one == first for one in others)


def unlike(found: Mapping[str, Mapping[str, Any]], folders: Sequence[str]) -> Unlike:
    """The columns of files that are not alike.

    Args:
        found: The columns of each file and their types, as PyArrow calls them.
        folders: Names that folders give; they count where not all files have such a column.
    """
    import pyarrow as pa

    names = dict.fromkeys(name for types in found.values() for name in types)
    fields, odd = [], {}
    for name in names:
        types = {file: columns[name] for file, columns in found.items() if name in columns}
        if name in folders and len(types) < len(found):
            continue
        error = _odd(name, types, list(found))
        if error is not None:
            odd[name] = error
        fields.append(pa.field(name, _common(list(types.values())) if error is None else next(iter(types.values()))))
    return Unlike(pa.schema(fields), odd)


def guarded(table: Table, odd: Mapping[str, DataError]) -> Table:
    """A table that refuses to hand out columns with which something is wrong."""
    handed: Callable[[str], Any] = table.column

    def column(name: str) -> Any:
        if name in odd:
            raise odd[name]
        return handed(name)

    return attrs.evolve(table, column=column)


def _odd(name: str, types: Mapping[str, Any], files: Sequence[str]) -> DataError | None:
    """What is wrong with a column, if anything is."""
    missing = [(file, "it is not there") for file in files if file not in types]
    if missing:
        return DataError(f"not all files have the column {name!r}", missing, MISSING)
    kinds: dict[str, tuple[str, str]] = {}
    for file, dtype in types.items():
        kind = _kind(dtype)
        kinds.setdefault(kind, (file, f"it holds {'text' if kind == 'text' else dtype}"))
    kinds.pop("nothing", None)
    what = f"the column {name!r} does not hold the same in all files"
    return DataError(what, list(kinds.values()), OTHER) if len(kinds) > 1 else None


def _kind(dtype: Any) -> str:
    """What a type holds, however it is stored; a type of its own where it is none that logs are read from."""
    import pyarrow as pa

    from custlife.engines.sources.arrow_columns import column

    plain = dtype.value_type if pa.types.is_dictionary(dtype) else dtype
    kind = column(pa.array([], plain)).kind
    return str(plain) if kind in {"other", "mixed"} else kind


def _common(types: Sequence[Any]) -> Any:
    """A type in which the values of all are the same values."""
    import pyarrow as pa

    held = [dtype for dtype in dict.fromkeys(types) if dtype != pa.null()]
    if len(held) < 2:
        return held[0] if held else pa.null()
    kind = _kind(held[0])
    if kind == "text":
        return pa.large_string()
    if kind == "whole":
        return pa.int64() if any(pa.types.is_signed_integer(dtype) for dtype in held) else pa.uint64()
    if kind in {"aware", "naive"}:
        units = [dtype.unit for dtype in held if hasattr(dtype, "unit")]
        return pa.timestamp(max(units, key=UNITS.index), "UTC" if kind == "aware" else None)
    return held[0]
