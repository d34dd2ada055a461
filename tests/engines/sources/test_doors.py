"""What a frame cannot be is said before any row is read."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from custlife import StageLog
from custlife.engines.sources.frames import frame, polars_lazy
from custlife.engines.sources.reading import read
from custlife.errors import CustlifeError, DataError, MissingExtraError, TimeError, UsageError, UsageTypeError
from tests.engines.sources.making import MODEL, layout, told

NAMES = {"unit": "id", "name": "stage", "at": "at"}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = {"id": ["u"], "stage": ["a"], "at": [NOON]}


def door(columns: dict[str, Any], *, wanted: dict[str, str] | None = None, **options: Any) -> str:
    """What is said of a frame; each library says the same but for the type."""
    roles = {**NAMES, **(wanted or {})}
    with pytest.raises(CustlifeError) as caught:
        read(pl.DataFrame({**GOOD, **columns}), roles, layout(roles, **options))
    return str(caught.value)


def test_a_column_that_is_not_there() -> None:
    roles = {**NAMES, "name": "stge"}
    with pytest.raises(DataError) as caught:
        read(pd.DataFrame(GOOD), roles, layout(roles))
    assert str(caught.value) == (
        "the rows have no column stage_col='stge'\n\n"
        "Hint: did you mean 'stage'? There are: 'id', 'stage', 'at'; pass stage_col= with one of them"
    )
    with pytest.raises(DataError, match="event_col='stge'"):
        read(pl.LazyFrame(GOOD), roles, layout(roles, model=None))


@pytest.mark.parametrize(
    ("role", "argument"),
    [
        ("unit", "customer_col"),
        ("at", "at_col"),
        ("seq", "seq_col"),
        ("recorded_at", "recorded_at_col"),
        ("key", "key_col"),
        ("segment:x", "segment_cols"),
        ("extra:reason", "reason_col"),
        ("value:x", "value_cols"),
    ],
)
def test_the_argument_that_named_a_column_is_named(role: str, argument: str) -> None:
    assert door({}, wanted={role: "nope"}).startswith(f"the rows have no column {argument}='nope'")


def test_a_column_that_is_there_twice() -> None:
    table = pa.table([["u"], ["a"], ["b"], [NOON]], names=["id", "stage", "stage", "at"])
    with pytest.raises(DataError, match="the rows have several columns stage_col='stage'"):
        read(table, NAMES, layout(NAMES))


def test_ids_that_are_no_ids() -> None:
    assert door({"id": [1.5]}) == (
        "customer_col='id' holds Polars Float64, neither text nor whole numbers\n\n"
        "Hint: ids became fractions where some were missing; cast the column to Int64 or to text"
    )
    assert "holds Polars Boolean, neither text nor whole numbers\n\nHint: write ids as text" in door({"id": [True]})
    assert "holds Polars List(Int64), neither" in door({"id": [[1]]})


@pytest.mark.parametrize(
    ("native", "dtype", "cast"),
    [
        (pl.DataFrame({"id": [Decimal(7)]}), "Polars Decimal(precision=38, scale=0)", "column.cast(pl.Int64)"),
        (pl.DataFrame({"id": pl.Series([7], dtype=pl.Int128)}), "Polars Int128", "column.cast(pl.Int64)"),
        (pa.table({"id": [Decimal(7)]}), "PyArrow decimal128(1, 0)", "column.cast('int64')"),
        (
            pd.DataFrame({"id": pd.Series([7], dtype=pd.ArrowDtype(pa.decimal128(9)))}),
            "pandas decimal128(9, 0)", "column.astype('int64[pyarrow]')",
        ),
        ("SELECT 7::HUGEINT AS id", "DuckDB decimal128(38, 0)", "CAST(column AS BIGINT)"),
    ],
)  # fmt: skip
def test_ids_that_are_too_wide(native: Any, dtype: str, cast: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(duckdb.sql(native) if isinstance(native, str) else native, {"unit": "id"}, layout(("unit",)))
    assert str(caught.value) == (
        f"customer_col='id' holds {dtype}, neither text nor whole numbers\n\n"
        f"Hint: cast the column to whole numbers of 64 bits, {cast}, or to text"
    )


def test_stages_that_are_numbers() -> None:
    assert door({"stage": [1]}) == (
        "stage_col='stage' holds Polars Int64, not text\n\n"
        "Hint: name the column that holds the names, or cast it to text"
    )


def test_times_that_are_none() -> None:
    assert door({"at": [1_700_000_000]}) == (
        "at_col='at' holds Polars Int64, not times\n\n"
        "Hint: if they count seconds or milliseconds since 1970, make times of them: "
        "pl.from_epoch(column, time_unit='s').dt.replace_time_zone('UTC')"
    )
    with pytest.raises(UsageError, match=r"pandas int64, not times\n\nHint: .*to_datetime"):
        read(pd.DataFrame({**GOOD, "at": [1]}), NAMES, layout(NAMES))
    with pytest.raises(UsageError, match=r"PyArrow int64, not times\n\nHint: .*fromtimestamp"):
        read(pa.table({**GOOD, "at": [1]}), NAMES, layout(NAMES))
    assert door({"at": [NOON.time()]}) == (
        "at_col='at' holds Polars Time, not times\n\nHint: pass at_col= with the column that says when"
    )


@pytest.mark.parametrize("at", [NOON.replace(tzinfo=None), NOON.date()])
def test_local_times_without_a_zone(at: Any) -> None:
    with pytest.raises(TimeError) as caught:
        read(pl.DataFrame({**GOOD, "at": [at]}), NAMES, layout(NAMES))
    assert "times without a zone\n\nHint: pass tz='UTC' or the zone" in str(caught.value)
    assert len(read(pl.DataFrame({**GOOD, "at": [at]}), NAMES, layout(NAMES, tz="UTC"))[0]) == 1


@pytest.mark.parametrize("native", [3, [1], {"id": ["u"]}, None, object(), pd.Series([1]), pl.Series([1])])
def test_what_is_no_frame(native: Any) -> None:
    with pytest.raises(
        UsageTypeError, match="is not a frame\n\nHint: pass a frame of pandas, Polars, PyArrow, DuckDB or Spark"
    ):
        frame(native)


@pytest.mark.parametrize("path", ["moves.csv", Path("moves.parquet")])
def test_a_path_is_told_what_reads_files(path: Any) -> None:
    with pytest.raises(
        UsageTypeError, match=r"is not a frame\n\nHint: for a file write scan_parquet\(path, \.\.\.\), scan_csv"
    ):
        frame(path)


def test_a_connection_is_told_how_to_ask() -> None:
    with pytest.raises(UsageTypeError) as caught, duckdb.connect() as connection:
        frame(connection)
    assert str(caught.value) == (
        "DuckDBPyConnection is not a frame\n\n"
        "Hint: pass what it is asked: connection.sql('from moves'), or connection.table('moves')"
    )


class Stream:
    """Something of no known library with an Arrow stream."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return pa.table(GOOD).__arrow_c_stream__(requested_schema)


FRAMES = {
    "pandas": pd.DataFrame(GOOD),
    "polars": pl.DataFrame(GOOD),
    "pyarrow": pa.table(GOOD),
    "duckdb": duckdb.from_arrow(pa.table(GOOD)),
}


@pytest.mark.parametrize(
    ("native", "kind"),
    [
        *((native, kind) for kind, native in FRAMES.items()),
        (pl.LazyFrame(GOOD), "polars"),
        (pa.table(GOOD).to_batches()[0], "pyarrow"),
        (pa.table(GOOD).to_reader(), "pyarrow"),
        (ds.dataset(pa.table(GOOD)), "pyarrow"),
        (nw.from_native(FRAMES["pandas"]), "pandas"),
        (nw.from_native(FRAMES["duckdb"]), "duckdb"),
        (Stream(), "pyarrow"),
    ],
)
def test_a_history_says_what_frame_it_came_from(native: Any, kind: str) -> None:
    opened = frame(native)
    assert frame(opened) is opened
    assert opened.count() == (0 if isinstance(native, pa.RecordBatchReader | Stream) else 1)
    (history,) = read(opened, NAMES, layout(NAMES))
    assert history.frame == kind
    assert told(history)["ids"] == ["u"]
    assert history.vocabulary.model is MODEL


class Moves(pd.DataFrame):
    """A frame of one's own."""


class LazyMoves(pl.LazyFrame):
    """A plan of one's own."""


@pytest.mark.parametrize(("native", "kind"), [(Moves(GOOD), "pandas"), (LazyMoves(GOOD), "polars")])
def test_a_frame_of_a_class_of_its_own_is_that_of_its_library(native: Any, kind: str) -> None:
    assert frame(native).kind == kind
    (history,) = read(native, NAMES, layout(NAMES))
    assert (history.frame, list(history.ids)) == (kind, ["u"])


class Modin:
    """A frame that only Narwhals knows."""

    def __narwhals_dataframe__(self) -> Any:
        return nw.from_native(pl.DataFrame(GOOD))._compliant_frame


def test_a_frame_that_narwhals_knows() -> None:
    (history,) = read(Modin(), NAMES, layout(NAMES))
    assert told(history)["ids"] == ["u"]
    assert history.frame is None


@pytest.mark.parametrize("size", [1, 2, 10])
@pytest.mark.parametrize("name", [*FRAMES, "dataset", "lazy"])
def test_batches_are_all_rows_in_order(name: str, size: int) -> None:
    rows = {**GOOD, "id": ["u", "v", "w"], "stage": ["a", "b", "c"], "at": [NOON] * 3}
    natives = {
        "pandas": lambda: pd.DataFrame(rows),
        "polars": lambda: pl.DataFrame(rows),
        "pyarrow": lambda: pa.table(rows),
        "duckdb": lambda: duckdb.from_arrow(pa.table(rows)),
        "dataset": lambda: ds.dataset(pa.table(rows)),
        "lazy": lambda: pl.LazyFrame(rows),
    }
    batches = list(frame(natives[name]()).batches(["id", "at"], size))
    assert [value for batch in batches for value in batch.column("id").take(range_of(batch.count))] == ["u", "v", "w"]
    assert [text for batch in batches for text in batch.arrow(range_of(batch.count)).column("id").to_pylist()] == [
        "u",
        "v",
        "w",
    ]


def range_of(count: int) -> Any:
    import numpy as np

    return np.arange(count)


@pytest.mark.parametrize("ordered", [True, False])
def test_a_lazy_frame_of_an_old_polars_is_read_by_the_slice(*, ordered: bool) -> None:
    computed: list[pl.DataFrame] = []

    class Old:
        """A plan whose rows come in another order each time that it is computed, unless they are ordered."""

        def __init__(self, lazy: pl.LazyFrame) -> None:
            self.lazy = lazy

        def select(self, names: Any) -> Old:
            return Old(self.lazy.select(names))

        def slice(self, low: int, size: int) -> pl.LazyFrame:
            return self.collect().lazy().slice(low, size)

        def collect_schema(self) -> pl.Schema:
            return self.lazy.collect_schema()

        def collect(self) -> pl.DataFrame:
            made = self.lazy.collect()
            computed.append(made if ordered or len(computed) % 2 else made.reverse())
            return computed[-1]

    opened = polars_lazy(Old(pl.LazyFrame({"id": [1, 2, 3]})), ordered=ordered)
    batches = list(opened.batches(["id"], 2))
    assert [batch.count for batch in batches] == [2, 1]
    assert sorted(value for batch in batches for value in batch.column("id").numbers().tolist()) == [1, 2, 3]
    assert len(computed) == (3 if ordered else 1)  # what is ordered is never in memory as a whole
    assert opened.collect(["id"]).count == opened.count() == 3


def test_a_library_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"reading a Stream of tests needs the extra 'frames'"):
        frame(Stream())


@pytest.mark.parametrize(
    "native", [iter([]), range(3), pl.Series([1]), pl.DataFrame(GOOD).group_by("id"), pl.col("id"), StageLog]
)
def test_what_can_never_be_a_frame_needs_no_extra(native: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pyarrow", "narwhals"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageTypeError, match="is not a frame"):
        frame(native)


@pytest.mark.parametrize(
    ("native", "hint"),
    [
        (pd.DataFrame(GOOD).set_index("id"), "it is the index: pass frame.reset_index()"),
        (pd.DataFrame(GOOD).set_index(["stage", "id"]), "it is the index: pass frame.reset_index()"),
        (
            pd.DataFrame([["u", "a", NOON]]),
            "no column has a name that is text; name them first, such as frame.columns = ['customer', ...]",
        ),
        (pd.DataFrame(GOOD).rename(columns={"id": "ids"}), "did you mean 'ids'? There are: 'ids', 'stage', 'at'; "),
    ],
)
def test_where_a_column_of_pandas_went(native: pd.DataFrame, hint: str) -> None:
    roles = {"unit": "id"}
    with pytest.raises(DataError) as caught:
        read(native, roles, layout(roles))
    assert str(caught.value).startswith(f"the rows have no column customer_col='id'\n\nHint: {hint}")


@pytest.mark.parametrize(
    ("native", "extra"),
    [(pl.LazyFrame(GOOD), "polars"), (pd.DataFrame(GOOD), "pandas"), (pa.table(GOOD), "frames")],
)
def test_a_machine_without_numpy(native: Any, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "custlife.engines.sources.opening", None)  # as if its first import failed
    with pytest.raises(MissingExtraError) as caught:
        StageLog.from_frame(native, MODEL, customer_col="id")
    assert str(caught.value) == (
        f"a log from a frame or a file needs the extra {extra!r}\n\nHint: pip install 'custlife[{extra}]'"
    )


@pytest.mark.parametrize("value", [Decimal("1.10"), NOON, [1], 2.5, True, None, NOON.date(), 7])
def test_segments_may_be_anything(value: Any) -> None:
    roles = {**NAMES, "segment:plan": "x"}
    rows = {**GOOD, "x": [value]}
    for native in (pl.DataFrame(rows), pa.table(rows), pd.DataFrame(rows), pd.DataFrame(rows, dtype=object)):
        (history,) = read(native, roles, layout(roles))
        assert history.segments["plan"].name(0) == (None if value is None else str(value))
