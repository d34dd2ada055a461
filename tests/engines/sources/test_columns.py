"""Columns of odd types: values that only Python holds, what libraries hide."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from threading import Barrier
from time import sleep
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute
import pytest

from custlife.engines.arrays.ids import Texts
from custlife.engines.sources import arrow_columns, pandas_columns, polars_columns, times
from custlife.engines.sources.coding import coded
from custlife.engines.sources.columns import CodedColumn, Column
from custlife.engines.sources.object_columns import ObjectColumn
from custlife.engines.sources.reading import read
from custlife.engines.sources.times import instants
from custlife.errors import CustlifeError
from tests.engines.sources import making
from tests.engines.sources.making import layout, told

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Plan(str, Enum):  # noqa: UP042  # whose name in a text differs from its value
    """A text that has another name."""

    PRO = "pro"


@pytest.mark.parametrize(
    "values",
    [
        [Decimal("1.0"), Decimal("1.00"), Decimal(1), 1, "1.0"],
        [np.float64(0.0), np.float64(-0.0), 0.0, -0.0, 0],
        [EPOCH, EPOCH.astimezone(timezone(timedelta(hours=9))), "x"],
        [(1, 2), (1.0, 2), [1], [1.0], {"a": 1}],
        [Plan.PRO, "pro", 7],
        [True, 1, 1.0, None, np.int64(1)],
    ],
)
def test_values_that_are_equal_but_written_in_another_way_stay_apart(values: list[Any]) -> None:
    rows = [{"unit": f"u{n}", "at": EPOCH, "segment:plan": value} for n, value in enumerate(values)]
    roles = {"unit": "unit", "at": "at", "segment:plan": "segment:plan"}
    how = layout(roles, constant="a")
    expected = told(making.by_rows(rows, tuple(roles), how))
    for native in (rows, rows[::-1]):
        found = making.whole(read(pd.DataFrame(native, dtype=object), roles, how))
        assert told(found)["segments"] == expected["segments"]


def test_python_values_of_one_text_lie_together_in_every_batch() -> None:
    def bits(*values: Any) -> list[int]:
        return ObjectColumn("pandas object", values).marks()[0].tolist()

    assert bits("7", 7, np.int64(7), Plan.PRO, "pro", Decimal(7))[1:] == [
        *bits("7") * 2,
        *bits("x", "y", "pro")[2:] * 2,
        *bits(7),
    ]
    assert len(set(bits("7", 8, None, True, 1.5))) == 5


def test_many_texts_are_read_by_the_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "PIECE", 1_000)
    texts = [
        None if not i % 11 else "soon" if not i % 13 else (EPOCH + timedelta(hours=i)).isoformat() for i in range(3_000)
    ]
    for series in (pl.Series(texts), pl.Series([text or "soon" for text in texts])):
        found = instants(polars_columns.column(series), layout(("at",)))
        for row, text in enumerate(series):
            is_bad = found.bad is not None and bool(found.bad[row])
            assert is_bad == (text == "soon")
            if text not in {None, "soon"}:
                assert found.us[row] == row * 3_600_000_000


@pytest.mark.parametrize(
    "column",
    [
        polars_columns.column(pl.Series([None, None], dtype=pl.Null)),
        arrow_columns.column(pa.nulls(2)),
        pandas_columns.column(pd.Series([None, None], dtype=object)),
    ],
)
def test_columns_of_nothing(column: Column) -> None:
    assert column.kind == "nothing"
    assert coded(column).codes.tolist() == [-1, -1]
    assert column.take(np.arange(2)) == [None, None]
    assert column.numbers().tolist() == column.marks()[1].tolist()
    found = instants(column, layout(("at",)))
    assert found.missing is not None
    assert found.missing.all()


ODD = [
    polars_columns.column(pl.Series([1.5, float("nan"), -0.0, 0.0, None])),
    arrow_columns.column(pa.array([1.5, float("nan"), -0.0, 0.0, None])),
    arrow_columns.column(pa.array([1.5, float("nan"), -0.0, 0.0, None], pa.float32())),
    pandas_columns.column(pd.Series([1.5, None, -0.0, 0.0, None])),
    pandas_columns.column(pd.Series([1.5, None, -0.0, 0.0, None], dtype="Float64")),
]


@pytest.mark.parametrize("column", ODD)
def test_fractions_are_told_apart_by_their_bits(column: Column) -> None:
    found = coded(column)
    assert column.kind == "float"
    assert [None if code < 0 else str(found.values[code]) for code in found.codes.tolist()] == [
        "1.5",
        None,
        "-0.0",
        "0.0",
        None,
    ]
    assert sorted(coded(pandas_columns.column(pd.Series([1.0, 2.0]))).codes.tolist()) == [0, 1]


def test_truths_and_values_of_other_types() -> None:
    for column in (
        polars_columns.column(pl.Series([True, None, False])),
        arrow_columns.column(pa.array([True, None, False])),
        pandas_columns.column(pd.Series([True, None, False], dtype="boolean")),
        pandas_columns.column(pd.Series([True, None, False], dtype=object)),
    ):
        found = coded(column)
        assert [None if code < 0 else found.values[code] for code in found.codes.tolist()] == [True, None, False]
    spans = pandas_columns.column(pd.Series(pd.to_timedelta([1, 2, 1], unit="D")))
    assert spans.kind == "other"
    assert coded(spans).codes.tolist() == [0, 1, 0]
    periods = pandas_columns.column(pd.Series(pd.period_range("2026-01", periods=2, freq="M")))
    assert periods.kind == "other"
    assert polars_columns.column(pl.Series([[1], [1, 2]])).kind == "other"
    assert polars_columns.column(pl.Series([object()], dtype=pl.Object)).kind == "mixed"
    assert coded(polars_columns.column(pl.Series([2**100, 2**100], dtype=pl.Int128))).codes.tolist() == [0, 0]


def test_large_unsigned_numbers_stay_different() -> None:
    for column in (
        polars_columns.column(pl.Series([2**64 - 1, 1, 2**64 - 1], dtype=pl.UInt64)),
        pandas_columns.column(pd.Series([2**64 - 1, 1, 2**64 - 1], dtype="uint64")),
    ):
        assert column.kind == "whole"
        found = coded(column)
        assert found.codes.tolist()[0] == found.codes.tolist()[2] != found.codes.tolist()[1]
        assert sorted(np.asarray(found.values).tolist()) == [1, 2**64 - 1]
    near = coded(polars_columns.column(pl.Series([2**64 - 1, 2**64 - 3, 2**63], dtype=pl.UInt64).head(2)))
    assert near.codes.tolist() == [1, 0]
    assert np.asarray(near.values).tolist() == [2**64 - 3, 2**64 - 1]


def test_codes_may_stand_for_nothing_and_several_for_one_value() -> None:
    array = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, None, 3]), pa.array(["x", None, "x", "y"]))
    for polars in (True, False):
        column = arrow_columns.column(array, polars=polars)
        found = coded(column)
        values = list(found.values)
        assert [None if code < 0 else values[code] for code in found.codes.tolist()] == ["x", None, "x", None, "y"]
        assert column.take(np.arange(5)) == ["x", None, "x", None, "y"]
    nothing = pa.DictionaryArray.from_arrays(pa.array([None], pa.int64()), pa.array([], pa.string()))
    for polars in (True, False):
        column = arrow_columns.column(pa.chunked_array([array, nothing]), polars=polars)
        assert column.take(np.arange(6)) == ["x", None, "x", None, "y", None]
        assert coded(column).codes.tolist()[5] == -1
    none = arrow_columns.column(pa.chunked_array([], pa.dictionary(pa.int8(), pa.string())))
    assert len(none) == 0
    assert none.missing() is None
    assert [len(part) for part in none.marks()] == [0, 0]
    runs = arrow_columns.column(pa.array(["x", "x", None]).dictionary_encode().cast(pa.string()), polars=False)
    assert coded(runs).codes.tolist()[2] == -1


def test_only_what_is_looked_at_is_taken_from_behind_codes() -> None:
    """As rows that cannot be used are looked at one by one."""
    behind = mock.Mock(spec=ObjectColumn, kind="text")
    behind.take.side_effect = lambda rows: [f"text {row}" for row in rows.tolist()]
    column = CodedColumn("text", np.array([7, 9, 7, -1], np.int8), behind, np.array([False, False, False, True]))
    assert column.take(np.array([3, 2, 0, 1])) == [None, "text 7", "text 7", "text 9"]
    assert column.take(np.array([3])) == [None]
    assert [call.args[0].tolist() for call in behind.take.call_args_list] == [[7, 9], []]


def test_runs_are_decoded() -> None:
    array = pa.compute.run_end_encode(pa.array(["x", "x", "y"]))
    assert arrow_columns.column(array).take(np.arange(3)) == ["x", "x", "y"]


def test_a_caller_keeps_the_frame_as_it_was() -> None:
    native = pd.DataFrame({"id": ["b", None, "a"], "at": [EPOCH] * 3}, dtype=object)
    before = native.copy(deep=True)
    roles = {"unit": "id", "at": "at"}
    read(native, roles, layout(roles, constant="a", on_bad="drop"))
    pd.testing.assert_frame_equal(native, before)
    assert native["id"][1] is None


def test_texts_need_no_polars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    native = pd.Series(["b", None, "a", "b"], dtype=object)
    assert list(coded(pandas_columns.column(native, polars=False)).values) in (["b", "a"], ["a", "b"])
    assert coded(arrow_columns.column(pa.array(["b", None]))).codes.tolist() == [0, -1]
    assert coded(arrow_columns.column(pa.array(["b", None]), polars=False)).codes.tolist() == [0, -1]


def test_texts_of_polars_need_no_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    import custlife.engines.sources as package

    monkeypatch.setitem(sys.modules, "custlife.engines.sources.arrow_columns", None)
    monkeypatch.delattr(package, "arrow_columns")
    found = coded(polars_columns.column(pl.Series(["b", "ä", "b"])))
    assert isinstance(found.values, Texts)
    assert [found.values[code] for code in found.codes.tolist()] == ["b", "ä", "b"]


def test_pandas_needs_no_polars(monkeypatch: pytest.MonkeyPatch) -> None:
    import custlife.engines.sources as package

    monkeypatch.setitem(sys.modules, "custlife.engines.sources.polars_columns", None)
    monkeypatch.delattr(package, "polars_columns")
    assert coded(pandas_columns.column(pd.Series(["b", None, "b"], dtype=object))).codes.tolist() == [0, -1, 0]


class Without:
    """A machine on which the search for a library takes a while, and ends in nothing."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "polars":
            sleep(0.01)
            raise ModuleNotFoundError(name)


@pytest.mark.parametrize("read_one", [
    lambda: arrow_columns.column(pa.array(["b"])),
    lambda: pandas_columns.column(pd.Series(["b"], dtype=object)),
])  # fmt: skip
def test_threads_need_no_polars(read_one: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All but the first of threads that import a room which fails are told that its name cannot be imported."""
    import custlife.engines.sources as package

    monkeypatch.setattr(sys, "meta_path", [Without(), *sys.meta_path])
    monkeypatch.delitem(sys.modules, "polars")
    for room in ("arrow_texts", "polars_columns"):
        monkeypatch.delitem(sys.modules, f"{package.__name__}.{room}", raising=False)
        monkeypatch.delattr(package, room, raising=False)
    together = Barrier(4)

    def read_at_once(_: int) -> list[Any]:
        together.wait()
        return list(read_one().take(np.arange(1)))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(read_at_once, range(4))) == [["b"]] * 4


def test_halves_of_characters_are_read_as_python_values() -> None:
    native = pd.DataFrame({"id": ["\ud800", "b"], "at": [EPOCH] * 2}, dtype=object)
    roles = {"unit": "id", "at": "at"}
    (history,) = read(native, roles, layout(roles, constant="a"))
    assert list(history.ids) == ["b", "\ud800"]


def test_a_number_and_a_text_that_would_be_one_id() -> None:
    native = pd.DataFrame({"id": ["7", 7, "8"], "at": [EPOCH] * 3}, dtype=object)
    roles = {"unit": "id", "at": "at"}
    for partitions in (1, 2, 3):
        with pytest.raises(CustlifeError, match="the ids '7' and 7 would be one customer"):
            read(native, roles, layout(roles, constant="a"), partitions=partitions)
        kept = making.whole(
            read(native, roles, layout(roles, model=None, constant="a", on_bad="drop"), partitions=partitions)
        )
        assert list(kept.ids) == ["7", "8"]


def test_names_of_rows_that_go_for_another_reason_are_known() -> None:
    rows = [("7", "x", 2, 1), (7, "y", 2, 1), ("8", "z", 1, 2), (None, "w", 1, 2)]
    roles = {"unit": "unit", "name": "name", "at": "at", "recorded_at": "recorded_at"}
    days = [
        {"unit": unit, "name": name, "at": EPOCH + timedelta(days=at), "recorded_at": EPOCH + timedelta(days=known)}
        for unit, name, at, known in rows
    ]
    how = layout(roles, model=None, on_bad="drop")
    expected = told(making.by_rows(days, tuple(roles), how))
    assert expected["vocabulary"] == ("x", "y", "z")
    for partitions in (1, 2, 4):
        found = making.whole(read(pd.DataFrame(days, dtype=object), roles, how, partitions=partitions))
        assert told(found) == expected


def test_names_of_no_usable_row_are_not_learned() -> None:
    early = {"recorded_at": EPOCH, "at": EPOCH + timedelta(days=1)}
    rows = [{"unit": unit, "name": name, **early} for unit, name in [("u", "x"), ("v", "y"), ("w", "z")]]
    roles = {role: role for role in ("unit", "name", "at", "recorded_at")}
    how = layout(roles, model=None, on_bad="drop")
    expected = told(making.by_rows(rows, tuple(roles), how))
    assert expected["vocabulary"] == ()
    for partitions in (1, 3):
        assert told(making.whole(read(pl.DataFrame(rows), roles, how, partitions=partitions))) == expected


def test_values_are_plain_numbers_where_none_is_missing() -> None:
    roles = {"unit": "id", "at": "at", "value:amount": "x"}
    for values in ([1, 2], [0.5, 1.5], ["a", None], [None, 3]):
        native = pl.DataFrame({"id": ["u", "v"], "at": [EPOCH] * 2, "x": values})
        (history,) = read(native, roles, layout(roles, constant="a"))
        assert list(history.values["amount"]) == values
    wide = pl.DataFrame({"id": ["u"], "at": [EPOCH], "x": pl.Series([2**64 - 1], dtype=pl.UInt64)})
    assert list(read(wide, roles, layout(roles, constant="a"))[0].values["amount"]) == [2**64 - 1]


@pytest.mark.parametrize(
    ("kind", "values"), [("i4", [3, -1]), ("u8", [2**64 - 1, 1]), ("f8", [0.5, -1.5]), ("f4", [0.5, 2])]
)
def test_numbers_in_the_order_of_bytes_of_another_machine(kind: str, values: list[Any]) -> None:
    roles = {"unit": "id", "at": "at", "value:amount": "x"}
    for order in "<>":
        native = pd.DataFrame({"id": ["u", "v"], "at": [EPOCH] * 2, "x": np.array(values, order + kind)})
        (history,) = read(native, roles, layout(roles, constant="a"))
        assert list(history.values["amount"]) == values
    ids = pd.DataFrame({"id": np.array([70, 9], ">i8"), "at": [EPOCH] * 2})
    (history,) = read(ids, {"unit": "id", "at": "at"}, layout(("unit", "at"), constant="a"))
    assert list(history.ids) == ["70", "9"]


def test_numbers_too_wide_for_arrays_are_read_as_python_values() -> None:
    roles = {"unit": "id", "at": "at", "value:amount": "x"}
    native = pd.DataFrame({"id": ["u", "v"], "at": [EPOCH] * 2, "x": np.array([0.5, np.nan], np.longdouble)})
    (history,) = read(native, roles, layout(roles, constant="a"))
    assert list(history.values["amount"]) == [0.5, None]


@pytest.mark.parametrize(
    "odd", [[Decimal("NaN"), Decimal(1)], ["x", Decimal("inf")], [timedelta(1), "x"], [object(), "x"]]
)
def test_values_that_are_no_texts_never_reach_polars(odd: list[object]) -> None:
    """It panics at some decimals, and cannot convert what it does not know."""
    column = pandas_columns.column(pd.Series(odd, dtype=object))
    assert column.kind == "mixed"
    assert column.take(np.arange(2)) == [None if value != value else value for value in odd]
