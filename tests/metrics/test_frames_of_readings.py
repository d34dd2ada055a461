"""Readings as data frames: exact where a column holds money alone, floats where it does not."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from custlife import RevenueLog, metrics
from tests.metrics.money import FEBRUARY, after, before


@pytest.mark.parametrize("kind", ["polars", "pyarrow", "pandas", "duckdb"])
def test_frames_of_readings_hold_exact_money(kind) -> None:
    pytest.importorskip(kind)
    rows = [before("a", 10), ("b", "2026-01-07T00:00Z", Decimal("1234567890.01")), after("a", 0)]
    log = RevenueLog.from_rows(rows, currency="EUR", as_of=FEBRUARY)
    for metric in (metrics.mrr(), metrics.nrr(over=1), metrics.revenue_quick_ratio()):
        found = metric.trend(log)
        frame = found.to_frame(kind)
        if kind == "duckdb":
            frame = frame.to_arrow_table() if hasattr(frame, "to_arrow_table") else frame.arrow()
        columns = (
            frame.to_dict("list") if kind == "pandas" else frame.to_pydict() if kind != "polars" else frame.to_dict()
        )
        for name in ("value", "part", "whole"):
            told = [one for one in columns[name] if one is not None and one == one]
            wanted = [one for row in found if (one := getattr(row, name)) is not None]
            assert told == wanted
            assert {type(one) for one in told} == {type(one) for one in wanted}


def test_frames_of_readings_are_floats_where_a_value_is_finer_or_of_another_kind() -> None:
    log = RevenueLog.from_rows([before("a", 10)], as_of=FEBRUARY)
    whole = metrics.mrr().trend(log)
    for value in (Decimal("0.0001"), 1.5):
        mixed = attrs.evolve(whole, rows=(*whole.rows, attrs.evolve(whole.rows[0], value=value)))
        assert mixed.to_frame("polars")["value"].to_list() == [*map(float, (row.value for row in mixed))]
    counted = attrs.evolve(whole, rows=(attrs.evolve(whole.rows[0], value=7), *whole.rows))
    assert counted.to_columns()["value"] == [7, *(row.value for row in whole)]
    assert {type(one) for one in counted.to_columns()["value"]} == {Decimal}
    empty = attrs.evolve(whole, rows=())
    assert empty.column_types()["value"] == Decimal | None == whole.column_types()["value"]
