"""The same rows in every frame that they can be in, and as a history of the rows engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from hypothesis import strategies as st

from custlife.calendar import zone
from custlife.engines.arrays.joining import join
from custlife.engines.history import History, Vocabulary
from custlife.engines.layout import Layout
from custlife.engines.rows.ingest import ingest
from custlife.errors import CustlifeError, UsageError
from custlife.stages import Stage, StageModel

MODEL = StageModel("tiny", ["a", "b", Stage("c", aliases=["sea"])], exits=[Stage("lost", exit="ended")])
OTHERS = ("seq", "recorded_at", "key", "segment:plan", "extra:reason", "extra:account", "value:amount", "value:note")
DRAWN = tuple(role for role in OTHERS if role != "extra:account")
ROLES = ("unit", "name", "at", *OTHERS)
COLUMNS = {role: f"the {role}" for role in ROLES}  # names that must be quoted
SPRING = datetime.fromisoformat("2026-03-29T01:30")  # local times of the nights when clocks change in Zurich
AUTUMN = datetime.fromisoformat("2026-10-25T01:30")

TEXT = "str" if pd.__version__ >= "3" else object  # what pandas makes of texts by default
TOKYO = duckdb.connect()
TOKYO.execute("SET TimeZone = 'Asia/Tokyo'")

Rows = list[dict[str, Any]]


def resolve_event(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise UsageError("the event is missing", "name every event")
    return name


def layout(roles: Sequence[str], *, model: StageModel | None = MODEL, **options: Any) -> Layout:
    vocabulary = Vocabulary(()) if model is None else Vocabulary.of_model(model)
    resolve = resolve_event if model is None else model.resolve
    tz = options.get("tz")
    others = tuple(role for role in OTHERS if role in roles)
    return Layout(vocabulary, resolve, zone(tz), others=others, **options)


def at_noon(day: int) -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(days=day)


def wanted(roles: Sequence[str]) -> dict[str, str]:
    return {role: COLUMNS[role] for role in roles}


def by_rows(rows: Rows, roles: Sequence[str], how: Layout) -> History:
    """What the rows engine makes of them."""
    name = how.constant
    return ingest(
        [(row["unit"], row.get("name", name), row["at"], *(row[role] for role in how.others)) for row in rows], how
    )


def told(history: History) -> dict[str, Any]:
    """All that a history says, comparable."""
    return {
        "ids": list(history.ids),
        "segments": {
            name: [column.name(row) for row in range(len(history))] for name, column in history.segments.items()
        },
        "names": {name: column.names for name, column in history.segments.items()},
        "extras": {name: [column.name(row) for row in range(len(history))] for name, column in history.extras.items()},
        "values": {name: list(column) for name, column in history.values.items()},
        "notes": {(note.kind, note.what, note.count, note.examples) for note in history.notes},
        "dropped": sorted(history.dropped, key=lambda problem: int(problem[0][4:])),
        "vocabulary": history.vocabulary.names,
        **{name: getattr(history, name) for name in ("bounds", "at", "code", "recorded", "as_of", "unit", "sequenced")},
    }


def whole(histories: Sequence[History]) -> History:
    """One history of several."""
    return histories[0] if len(histories) == 1 else join(histories)


def outcome(make: Callable[[], History]) -> dict[str, Any] | tuple[type, str]:
    """What a history says, or the error instead."""
    try:
        return told(make())
    except CustlifeError as error:
        return type(error), str(error)


# -- rows -------------------------------------------------------------------------------------------------------------


def _moments(kind: str) -> st.SearchStrategy[Any]:
    near = st.sampled_from([SPRING, AUTUMN, datetime.fromisoformat("1969-12-31T23:59:59.999999")])
    naive = st.one_of(
        st.builds(lambda start, minutes: start + timedelta(minutes=15 * minutes), near, st.integers(-8, 8)),
        st.builds(lambda start, us: start + timedelta(microseconds=us), near, st.integers(-3, 3)),
    )
    if kind == "naive":
        return naive
    if kind == "date":
        return st.builds(lambda n: date(2026, 3, 28) + timedelta(days=n), st.integers(0, 3))
    if kind == "text":
        return st.one_of(
            naive.map(lambda at: at.isoformat() + "+02:00"),
            naive.map(lambda at: at.isoformat() + "Z"),
            naive.map(lambda at: at.isoformat(" ")),
            st.sampled_from(["2026-03-29", "", "yesterday", "2026-02-30"]),
        )
    return naive.map(lambda at: at.replace(tzinfo=UTC))


UNITS = {
    "text": st.one_of(st.sampled_from(["u1", "u2", "ü", "u10"]), st.text("aä😀", min_size=1, max_size=3)),
    "whole": st.one_of(st.sampled_from([7, 70, -7, 0]), st.integers(-(2**63), 2**63 - 1)),
}
VALUES = {
    "seq": st.integers(-2, 2),
    "key": st.sampled_from([f"k{i}" for i in range(99)]),
    "segment:plan": st.sampled_from(["free", "pro", "päid"]),
    "extra:reason": st.sampled_from(["x", "y"]),
    "value:amount": st.integers(-3, 3),
    "value:note": st.sampled_from(["fine", "poor"]),
}


@attrs.frozen
class Kinds:
    """What kinds of values some rows have."""

    unit: str
    at: str
    roles: tuple[str, ...]


@st.composite
def kinds(draw: st.DrawFn) -> Kinds:
    roles = draw(st.lists(st.sampled_from(DRAWN), unique=True, max_size=4))
    named = draw(st.sampled_from([("unit", "name", "at")] * 4 + [("unit", "at")]))
    return Kinds(
        draw(st.sampled_from(["text", "text", "whole"])),
        draw(st.sampled_from(["aware", "aware", "naive", "date", "text"])),
        (*named, *(role for role in OTHERS if role in roles)),
    )


@st.composite
def rows_of(draw: st.DrawFn, kinds: Kinds, *, clean: bool = False, most: int = 12) -> Rows:
    """Rows, some of which cannot be read unless they are to be clean."""
    moment = _moments(kinds.at)
    names = ["a", "b", "c", "lost", "sea", *([] if clean else ["A", "nowhere", ""])]
    values: dict[str, st.SearchStrategy[Any]] = {
        "unit": UNITS[kinds.unit],
        "name": st.sampled_from(names),
        "at": moment,
        "recorded_at": _moments("aware").map(lambda at: at + timedelta(days=300)),
        **VALUES,
    }
    gaps = 0 if clean else 12
    made = {}
    for role in kinds.roles:
        optional = role in OTHERS
        missing = st.integers(0, 4 if optional else gaps or 1).map(lambda n, o=optional: n == 0 and (o or gaps > 0))
        made[role] = st.builds(lambda value, gone: None if gone else value, values[role], missing)
    return draw(st.lists(st.fixed_dictionaries(made), max_size=most))


# -- frames -----------------------------------------------------------------------------------------------------------


def _columns(rows: Rows, kinds: Kinds) -> dict[str, list[Any]]:
    return {COLUMNS[role]: [row[role] for row in rows] for role in kinds.roles}


def _arrow_type(role: str, kinds: Kinds) -> pa.DataType:
    if role == "recorded_at":
        return pa.timestamp("us", "UTC")
    if role == "at":
        known = {"aware": pa.timestamp("us", "UTC"), "naive": pa.timestamp("us"), "date": pa.date32()}
        return known.get(kinds.at, pa.string())
    if role in {"seq", "value:amount"} or (role == "unit" and kinds.unit == "whole"):
        return pa.int64()
    return pa.string()


def arrow(rows: Rows, kinds: Kinds) -> pa.Table:
    schema = pa.schema([(COLUMNS[role], _arrow_type(role, kinds)) for role in kinds.roles])
    return pa.table(_columns(rows, kinds), schema=schema)


def arrow_dictionaries(rows: Rows, kinds: Kinds) -> pa.Table:
    """Texts as dictionaries, in chunks of two rows, each with a dictionary of its own."""
    table = arrow(rows, kinds)
    made = {}
    for name in table.column_names:
        column = table[name]
        if column.type == pa.string():
            parts = [column.slice(i, 2).combine_chunks().dictionary_encode() for i in range(0, len(column), 2)]
            column = pa.chunked_array(parts, pa.dictionary(pa.int32(), pa.string()))
        made[name] = column
    return pa.table(made)


def polars(rows: Rows, kinds: Kinds) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(arrow(rows, kinds)))


def polars_chunks(rows: Rows, kinds: Kinds) -> pl.DataFrame:
    frame = polars(rows, kinds)
    return pl.concat([frame[:3], frame[3:5], frame[5:]], rechunk=False)


def polars_categories(rows: Rows, kinds: Kinds) -> pl.DataFrame:
    frame = polars(rows, kinds)
    pl.Series(["never", "seen"]).cast(pl.Categorical)
    return frame.with_columns(pl.col(pl.String).cast(pl.Categorical))


def polars_enum(rows: Rows, kinds: Kinds) -> pl.DataFrame:
    frame = polars(rows, kinds)
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    enums = {name: pl.Enum(["never", *frame[name].drop_nulls().unique(maintain_order=True)]) for name in texts}
    return frame.with_columns(pl.col(name).cast(enum) for name, enum in enums.items())


def polars_units(rows: Rows, kinds: Kinds, unit: Any) -> pl.DataFrame:
    frame = polars(rows, kinds)
    at = pl.col(pl.Datetime).dt.cast_time_unit(unit)
    return frame.with_columns(at) if frame.select(pl.col(pl.Datetime)).width else frame


def pandas_arrow(rows: Rows, kinds: Kinds) -> pd.DataFrame:
    return arrow(rows, kinds).to_pandas(types_mapper=pd.ArrowDtype)


def pandas_default(rows: Rows, kinds: Kinds) -> pd.DataFrame:
    """Texts as pandas has them by default, whole numbers that may be missing, times of NumPy."""
    made = {}
    for role in kinds.roles:
        values = [row[role] for row in rows]
        dtype = _arrow_type(role, kinds)
        if dtype == pa.int64():
            made[COLUMNS[role]] = pd.array(values, "Int64") if None in values else pd.array(values, "int64")
        elif dtype == pa.string():
            made[COLUMNS[role]] = pd.array(values, TEXT)
        elif dtype == pa.date32():
            made[COLUMNS[role]] = pd.array(values, object)
        else:
            made[COLUMNS[role]] = pd.Series(pd.to_datetime(values, utc=dtype.tz is not None)).astype(
                f"datetime64[us{', UTC' if dtype.tz else ''}]"
            )
    return pd.DataFrame(made)


def pandas_nanoseconds(rows: Rows, kinds: Kinds) -> pd.DataFrame:
    frame = pandas_default(rows, kinds)
    for name, dtype in frame.dtypes.items():
        if str(dtype).startswith("datetime64[us"):
            frame[name] = frame[name].astype(str(dtype).replace("us", "ns"))
    return frame


def pandas_objects(rows: Rows, kinds: Kinds) -> pd.DataFrame:
    """Python values as they are."""
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in _columns(rows, kinds).items()})


def pandas_categories(rows: Rows, kinds: Kinds) -> pd.DataFrame:
    frame = pandas_default(rows, kinds)
    for role in kinds.roles:
        if _arrow_type(role, kinds) in {pa.string(), pa.int64()}:
            frame[COLUMNS[role]] = frame[COLUMNS[role]].astype("category")
    return frame


def relation(rows: Rows, kinds: Kinds) -> duckdb.DuckDBPyRelation:
    table = arrow(rows, kinds)
    return TOKYO.from_arrow(table)


FRAMES: dict[str, Callable[[Rows, Kinds], Any]] = {
    "arrow": arrow,
    "arrow dictionaries": arrow_dictionaries,
    "arrow stream": lambda rows, kinds: arrow(rows, kinds).to_reader(3),
    "polars": polars,
    "polars chunks": polars_chunks,
    "polars categories": polars_categories,
    "polars enum": polars_enum,
    "polars ns": lambda rows, kinds: polars_units(rows, kinds, "ns"),
    "polars lazy": lambda rows, kinds: polars(rows, kinds).lazy(),
    "pandas": pandas_default,
    "pandas arrow": pandas_arrow,
    "pandas ns": pandas_nanoseconds,
    "pandas objects": pandas_objects,
    "pandas categories": pandas_categories,
    "duckdb": relation,
}
