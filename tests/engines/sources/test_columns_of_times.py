"""Columns of times: of any unit, of days, of Python's own values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar import instant, to_us
from custlife.engines.sources import arrow_columns, pandas_columns, polars_columns
from custlife.engines.sources.columns import Column
from custlife.engines.sources.object_columns import ObjectColumn
from custlife.engines.sources.reading import read
from custlife.engines.sources.times import instants
from custlife.errors import DataError
from tests.engines.sources import making
from tests.engines.sources.making import layout, told
from tests.engines.sources.test_columns import EPOCH

US = st.integers(to_us(instant("0001-01-02", tz="UTC")), to_us(instant("9999-12-30", tz="UTC")))
UNITS = {"s": 1_000_000, "ms": 1_000, "us": 1}


def time_columns(counts: list[int | None], unit: Any, tz: str | None) -> dict[str, Column]:
    """The same counts as times of each library."""
    array = pa.array(counts, pa.int64()).cast(pa.timestamp(unit, tz))
    made = {
        "arrow": arrow_columns.column(array),
        "pandas arrow": pandas_columns.column(pd.Series(array, dtype=pd.ArrowDtype(array.type))),
        "pandas": pandas_columns.column(array.to_pandas()),
    }
    if unit != "s":
        series = pl.Series(counts, dtype=pl.Int64).cast(pl.Datetime(unit, tz))
        made["polars"] = polars_columns.column(series)
    return made


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
@given(us=st.lists(st.none() | US, max_size=5), tz=st.sampled_from([None, "UTC", "Asia/Tokyo"]))
def test_times_of_any_unit_are_microseconds_in_utc(unit: str, us: list[int | None], tz: str | None) -> None:
    counts = [None if one is None else one // UNITS[unit] for one in us]
    for name, column in time_columns(counts, unit, tz).items():
        found = instants(column, layout(("at",), tz="UTC"))
        gone = [False] * len(us) if found.missing is None else found.missing.tolist()
        assert gone == [one is None for one in us], name
        assert found.bad is None
        expected = [None if one is None else one * UNITS[unit] for one in counts]
        assert [None if none else one for one, none in zip(found.us.tolist(), gone, strict=True)] == expected, name
        values = column.take(np.arange(len(us)))
        read_ = [None if value is None else to_us(instant(value, tz="UTC")) for value in values]
        assert read_ == expected, name


@given(ns=st.lists(st.none() | st.integers(-(2**62), 2**62), max_size=5))
def test_what_is_finer_than_a_microsecond_is_cut_off(ns: list[int | None]) -> None:
    expected = [None if one is None else one // 1_000 for one in ns]
    for name, column in time_columns(ns, "ns", "UTC").items():
        found = instants(column, layout(("at",)))
        gone = [False] * len(ns) if found.missing is None else found.missing.tolist()
        assert [None if none else one for one, none in zip(found.us.tolist(), gone, strict=True)] == expected
        values = column.take(np.arange(len(ns)))
        assert [None if value is None else to_us(value) for value in values] == expected, name


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
@pytest.mark.parametrize("year", [-500, 12_000])
def test_times_that_python_cannot_hold_are_bad(unit: str, year: int) -> None:
    far = (year - 1970) * 31_556_952_000_000 // UNITS[unit]
    for name, column in time_columns([0, far, None], unit, "UTC").items():
        found = instants(column, layout(("at",)))
        assert found.bad is not None
        assert found.bad.tolist() == [False, True, False], name
        values = column.take(np.array([1]))
        assert isinstance(values[0], str), name
    native = pl.DataFrame({"id": ["u", "v"], "at": pl.Series([0, far]).cast(pl.Datetime("us", "UTC"))})
    roles = {"unit": "id", "at": "at"}
    if unit == "us":
        with pytest.raises(DataError, match="1 row cannot be used\n  row 2: at='"):
            read(native, roles, layout(roles, constant="a"))


@pytest.mark.parametrize(("year", "tz"), [(9999, "Asia/Tokyo"), (1, "America/New_York")])
def test_times_that_python_cannot_hold_in_their_zone_are_held_in_utc(year: int, tz: str) -> None:
    at = datetime(year, 12, 31, 23, tzinfo=UTC) if year > 1 else datetime(1, 1, 1, tzinfo=UTC)
    for name, column in time_columns([to_us(at), None, 0], "us", tz).items():
        assert column.take(np.arange(3)) == [at, None, EPOCH], name
    frame = pa.table({"id": ["u"], "stage": ["nope"], "at": pa.array([to_us(at)]).cast(pa.timestamp("us", tz))})
    roles = {"unit": "id", "name": "stage", "at": "at"}
    with pytest.raises(DataError, match="row 1: unknown stage 'nope'"):
        read(frame, roles, layout(roles))


@pytest.mark.parametrize("days", [[0, None, 20_000], [3_000_000, None, 0], [-800_000]])
def test_days_start_where_their_zone_says(days: list[int | None]) -> None:
    array = pa.array(days, pa.int32()).cast(pa.date32())
    how = layout(("at",), tz="Europe/Zurich")
    for column in (
        arrow_columns.column(array),
        polars_columns.column(pl.Series(days, dtype=pl.Int32).cast(pl.Date)),
        arrow_columns.column(array.cast(pa.date64())),
    ):
        found = instants(column, how)
        for row, day in enumerate(days):
            if day is not None and -719_162 <= day <= 2_932_896:
                expected = to_us(instant(date(1970, 1, 1) + timedelta(days=day), tz="Europe/Zurich"))
                assert found.us[row] == expected
            elif day is not None:
                assert found.bad is not None
                assert found.bad[row]


def test_python_values_of_any_kind_are_times() -> None:
    values = [
        "2026-01-01T00:00Z",
        date(2026, 1, 1),
        EPOCH,
        EPOCH.replace(tzinfo=None),
        3,
        None,
        pd.Timestamp("2026-01-01", tz="Asia/Tokyo"),
    ]
    found = instants(ObjectColumn("pandas object", values), layout(("at",), tz="UTC"))
    assert found.missing is not None
    assert found.missing.tolist() == [False] * 5 + [True, False]
    assert found.bad is not None
    assert found.bad.tolist() == [False] * 4 + [True, False, False]
    new_year = to_us(datetime(2026, 1, 1, tzinfo=UTC))
    assert found.us[[0, 1, 2, 3, 6]].tolist() == [new_year, new_year, 0, 0, new_year - 9 * 3_600_000_000]


def test_an_hour_that_clocks_show_twice_is_two_hours_of_python_values() -> None:
    first = datetime.fromisoformat("2026-10-25T02:30").replace(tzinfo=ZoneInfo("Europe/Zurich"))
    rows = [{"unit": "u", "at": first}, {"unit": "u", "at": first.replace(fold=1)}]
    roles = {"unit": "unit", "at": "at"}
    how = layout(roles, constant="a")
    expected = told(making.by_rows(rows, ("unit", "at"), how))
    assert expected["at"][1] - expected["at"][0] == 3_600_000_000
    for native in (pd.DataFrame(rows, dtype=object), pl.DataFrame({"unit": ["u", "u"], "at": objects(rows, "at")})):
        assert told(read(native, roles, how)[0]) == expected


def objects(rows: making.Rows, role: str) -> pl.Series:
    return pl.Series(role, [row[role] for row in rows], dtype=pl.Object)


def test_categories_of_times_are_times() -> None:
    native = pd.Series(pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-01"], utc=True)).astype("category")
    found = instants(pandas_columns.column(native), layout(("at",)))
    assert found.us.tolist()[0] == found.us.tolist()[2] == to_us(datetime(2026, 1, 1, tzinfo=UTC))


def test_times_of_another_zone_are_told_in_utc() -> None:
    late = EPOCH.astimezone(timezone(timedelta(hours=9)))
    native = pd.DataFrame({"id": ["u"], "at": [EPOCH + timedelta(days=1)], "known": [late]})
    roles = {"unit": "id", "at": "at", "recorded_at": "known"}
    with pytest.raises(
        DataError, match=r"recorded_at=datetime.datetime\(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc\)"
    ):
        read(native, roles, layout(roles, constant="a"))
