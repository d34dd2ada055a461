"""Costs by period: how they are read and summed, and what is refused with which words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

pytest.importorskip("polars")

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from custlife import Costs
from custlife.errors import UsageError
from custlife.log.costs import period_of
from tests.log.refusals import refusal


@given(st.dates(date(1990, 1, 1), date(2035, 12, 31)))
def test_periods_are_read_as_they_are_written(day) -> None:
    year, week, _ = day.isocalendar()
    for text in (f"{day:%Y-%m}", f"{day.year}-Q{(day.month + 2) // 3}", str(day.year), f"{year}-W{week:02d}", day):
        label, first, last = period_of(text)
        assert first <= (day - date(1970, 1, 1)).days <= last
        assert label == str(text)


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-Q5", "2025-W53", "2026-02-30", "soon", 2026, None, datetime(2026, 1, 1, tzinfo=UTC)]
)
def test_what_is_no_period_is_refused(text) -> None:
    with pytest.raises(UsageError, match="period="):
        period_of(text)


COSTS = [
    {"period": "2026-01", "amount": "100", "team": "sales", "purpose": "acquisition", "currency": "EUR"},
    {"period": "2026-03", "amount": "50.5", "team": "success", "purpose": "retention", "currency": "EUR"},
    {"period": "2026-03", "amount": "1", "team": None, "purpose": None, "currency": "EUR"},
]


def test_costs_are_summed_by_period_and_by_what_they_were_for() -> None:
    columns = {"team_col": "team", "purpose_col": "purpose", "currency_col": "currency"}
    costs = Costs.from_rows(COSTS, **columns)
    assert costs == Costs.from_rows(COSTS[::-1], **columns) == Costs.from_frame(pl.DataFrame(COSTS), **columns)
    assert [(row.period, row.amount) for row in costs.spending().rows] == [
        ("2026-01", 100), ("2026-02", 0), ("2026-03", Decimal("51.50")),
    ]  # fmt: skip
    by_team = costs.spending(every="quarter", by="team")
    assert {row.segment[0]: row.amount for row in by_team.rows} == {"sales": 100, "success": Decimal("50.50"), None: 1}
    assert costs.spending(every=None, team=["sales", None]).rows[0].amount == 101
    assert costs.spending()["2026-01"].amount == 100
    assert "<svg" in by_team.svg()
    assert by_team.to_frame("polars")["amount"].sum() == Decimal("151.5")
    assert (len(costs), repr(costs)) == (3, "<Costs: 3 rows, as of 2026-04-01 00:00 UTC>")
    assert costs.where(["a"]) == costs


def test_costs_of_a_period_count_once_it_is_over() -> None:
    costs = Costs.from_rows(COSTS, tz="Europe/Zurich", as_of="2026-03-31T21:59:59.999998Z")
    assert [row.period for row in costs.spending().rows] == ["2026-01"]
    later = costs.with_as_of("2026-03-31T21:59:59.999999Z")
    assert [row.period for row in later.spending().rows] == ["2026-01", "2026-02", "2026-03"]
    assert "were left out" in str(costs.spending().notes[0])


def test_costs_that_cannot_be_are_refused() -> None:
    assert refusal(lambda: Costs.from_rows([("2026-Q1", "3")]).spending()) == (
        "costs of 2026-Q1 cannot be told by month\n\nHint: ask for longer periods, or give costs of shorter ones"
    )
    rows = [("2026-01", 1.5), ("2026-01",), "x", ("2026-01", "3")]
    assert refusal(lambda: Costs.from_rows(rows)).startswith("3 rows cannot be used\n  row 1: amount=1.5 is a float")
    kept = Costs.from_rows(rows, on_bad="drop")
    assert (len(kept), str(kept.notes[0])[:12]) == (1, "dropped (3):")
    assert "rows that cannot be used" in str(kept)
    assert refusal(lambda: Costs.from_rows([{**COSTS[0], "purpose": "fun"}], purpose_col="purpose")).startswith(
        "1 row cannot"
    )
    assert refusal(lambda: Costs.from_rows(COSTS, team_col="tean")).startswith(
        "the rows have no column team_col='tean'"
    )
    assert refusal(lambda: Costs.from_frame(pl.DataFrame(COSTS), team_col="tean")).startswith("the frame has no column")
    assert refusal(lambda: Costs.from_rows(3)).startswith(
        "rows must be an iterable of dicts or of (period, amount), got int"
    )
    mixed = Costs.from_rows([*COSTS, {**COSTS[0], "currency": "USD"}], currency_col="currency")
    assert refusal(mixed.spending).startswith("amounts in 2 currencies are never added up: EUR, USD")
    assert mixed.spending(currency="usd", every=None).rows[0].amount == 100
    assert refusal(lambda: mixed.spending(currency="EUR", team=3)).startswith("team=3 is not text")
    assert refusal(lambda: mixed.spending(by="plan")).startswith("unknown segment 'plan'")
    assert Costs.from_rows([]).spending().rows == ()
