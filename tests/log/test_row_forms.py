"""Plain tuples, dicts, and what is neither: the same words in every log that is made from rows."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife import Contracts, Costs, EventLog, Funnel, Responses, RevenueLog
from custlife.errors import DataError, UsageError, UsageTypeError
from custlife.log import naming
from custlife.log.stage_log import StageLog
from tests.log.strategies import MODEL, day

AT, LATER = "2026-01-05T00:00Z", "2026-02-05T00:00Z"
MAKERS = {
    "(customer, at, amount)": (RevenueLog.from_rows, ("a", AT, "1")),
    "(customer, at, score)": (Responses.from_rows, ("a", AT, 9)),
    "(customer, start, term)": (Contracts.from_rows, ("a", AT, "1 year")),
    "(period, amount)": (Costs.from_rows, ("2026-01", "1")),
    "(customer, stage, at)": (EventLog.from_rows, ("a", "x", AT)),
}
ODD = [None, 7, "abc", ("a",), ("a", AT, "1", "EUR"), [], object()]


@pytest.mark.parametrize("form", MAKERS)
@given(st.lists(st.sampled_from([*ODD, "fine"]), min_size=1, max_size=4))
def test_every_row_of_no_known_form_is_told_and_none_is_lost(form, kinds) -> None:
    make, fine = MAKERS[form]
    rows = [fine if kind == "fine" else kind for kind in kinds]
    odd = [number for number, kind in enumerate(kinds, 1) if kind != "fine"]
    kept = make(rows, on_bad="drop")
    assert len(kept) == kinds.count("fine")
    assert sum(note.count or 0 for note in kept.notes if note.kind == "dropped") == len(odd)
    if odd:
        with pytest.raises(DataError) as caught:
            make(rows)
        text = str(caught.value)
        assert all(f"  row {number}: " in text for number in odd)
        assert text.count(f"is not {form}") == len(odd)


@pytest.mark.parametrize("form", MAKERS)
def test_what_are_no_rows_at_all_is_refused_with_the_form_they_have(form) -> None:
    make, fine = MAKERS[form]
    for rows in ("a.csv", b"", {"customer": ["a"]}, 3, None):
        with pytest.raises(UsageTypeError) as caught:
            make(rows)
        assert str(caught.value).startswith(
            f"rows must be an iterable of dicts or of {form}, got {type(rows).__name__}"
        )
    assert len(make(())) == len(make(iter([]))) == 0
    assert len(make(row for row in [list(fine)])) == 1


def test_the_form_is_told_by_the_columns_of_the_caller() -> None:
    with pytest.raises(DataError, match=r"is not \(who, since, mrr\)"):
        RevenueLog.from_rows([("a", AT)], customer_col="who", at_col="since", amount_col="mrr")


def test_contracts_whose_term_is_told_elsewhere_are_pairs() -> None:
    assert Contracts.from_rows([("a", AT)], term="1 year", as_of=LATER).running().rows[0].renewal_at.year == 2027
    with pytest.raises(DataError, match=r"is not \(customer, start\)"):
        Contracts.from_rows([("a", AT, "2 years")], term="1 year")  # whose term would count?
    both = Contracts.from_rows([("a", AT, "2 years"), ("b", AT, None)], term="1 year", term_col="term", as_of=LATER)
    assert [row.renewal_at.year for row in both.running().rows] == [2027, 2028]


@pytest.mark.parametrize("make", [RevenueLog.from_rows, Contracts.from_rows, Costs.from_rows])
def test_amounts_are_in_units_that_there_are(make) -> None:
    with pytest.raises(UsageError, match="amounts_in='cents' is not a mode"):
        make([], amounts_in="cents")


def test_costs_are_asked_about_costs_and_shown_in_notebooks() -> None:
    costs, mistake = Costs.from_rows([("2026-01", "1")]), cast("Any", Funnel(("a", "b")))
    with pytest.raises(UsageTypeError, match=r"^question=Funnel\(.* is not about costs"):
        costs.ask(mistake)
    assert costs._repr_html_() == f"<pre>{costs}</pre>"


@pytest.mark.parametrize(("code", "digits"), [("UYI", 0), ("VND", 0), ("CHF", 2), ("TND", 3), ("CLF", 4), ("UYW", 4)])
def test_amounts_have_the_digits_of_their_currency(code, digits) -> None:
    """ISO 4217, list one of 2024: the minor unit of each code."""
    log = RevenueLog.from_rows([("a", AT, 12345)], currency=code, as_of=LATER)
    assert log.revenue_movements().rows[0].end == Decimal(12345).scaleb(-digits)


def test_a_spelling_that_is_refused_is_looked_up_once(monkeypatch) -> None:
    """A million rows of it must not take a million looks for the nearest name."""
    asked = []
    monkeypatch.setattr(naming, "close_names", lambda name, known: asked.append(name) or [])
    rows = [(f"c{number}", name, day(0)) for number in range(50) for name in ("nope", "never")]
    log = StageLog.from_rows(rows, MODEL, on_bad="drop", as_of=day(9))
    assert sorted(asked) == ["never", "nope"]
    assert {what for _, what in log.history.dropped} == {"unknown stage 'nope'", "unknown stage 'never'"}
    assert len(log.history.dropped) == len(rows)


def test_rows_of_a_database_are_rows() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    connection.execute("create table moves (customer, stage, at, plan)")
    first, last = MODEL.codes[0], MODEL.codes[-1]
    told = [("c1", first, AT, "pro"), ("c1", last, LATER, "pro"), ("c2", first, AT, None)]
    connection.executemany("insert into moves values (?, ?, ?, ?)", told)
    asked = connection.execute("select * from moves")
    found = StageLog.from_rows(asked, MODEL, segment_cols=["plan"], as_of=LATER)
    dicts = [dict(zip(("customer", "stage", "at", "plan"), row, strict=True)) for row in told]
    expected = StageLog.from_rows(dicts, MODEL, segment_cols=["plan"], as_of=LATER)
    assert found.spells() == expected.spells()
    assert found.segments == ("plan",)
    with pytest.raises(DataError, match="no column customer_col='id'"):
        StageLog.from_rows(connection.execute("select * from moves"), MODEL, customer_col="id")
    connection.close()
