"""Logs of contracts: terms, renewals, what runs, and what is refused with which words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

pytest.importorskip("polars")

import polars as pl
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from custlife import Contracts, Responses
from custlife.calendar import from_us, zone
from tests.log.refusals import AT, refusal

ANCHORS = [date(2024, 1, 31), date(2024, 2, 29), date(2025, 10, 31), date(2025, 3, 30), date(2025, 12, 15)]


@given(
    st.sampled_from(ANCHORS),
    st.sampled_from([1, 2, 3, 6, 12]),
    st.integers(0, 900),
    st.sampled_from(["UTC", "Europe/Zurich"]),
)
def test_terms_are_counted_from_their_anchor(anchor, months, ended, tz) -> None:
    """Against dates: the k-th renewal is the start and k times the term; what ended at or before it is lost."""
    end = anchor + relativedelta(days=ended)
    rows = [{"customer": "a", "start": anchor, "term": f"{months} months", "ended": end if ended else None}]
    as_of = date(2026, 6, 1)
    log = Contracts.from_rows(rows, ended_col="ended", term_col="term", tz=tz, as_of=as_of)
    due = [anchor + relativedelta(months=months * k) for k in range(1, 60)]
    seen = [day for day in due if day <= as_of]
    if ended and end <= as_of:
        seen = [day for k, day in enumerate(seen) if k == 0 or due[k - 1] < end]
    lost = [day for day in seen if ended and end <= min(day, as_of)]
    (row,) = log.renewals(every=None).rows
    assert (row.due, row.lost) == (len(seen), len(lost))
    by_day = {one.period: one.due for one in log.renewals(every="day").rows if one.due}
    assert by_day == {day.isoformat(): 1 for day in seen}
    running = [] if ended and end <= as_of else [next(day for day in due if day > as_of)]
    assert [one.renewal_at for one in log.running().rows] == [
        from_us(zone(tz).day_start((day - date(1970, 1, 1)).days)) for day in running
    ]


def test_october_31_and_two_months_is_december_31() -> None:
    log = Contracts.from_rows([{"customer": "a", "start": "2025-10-31", "term": "1 month", "gone": ""}], ended_col="gone",
                              term_col="term", tz="UTC", as_of="2026-03-01")  # fmt: skip
    found = {row.period for row in log.renewals(every="day").rows if row.due}
    assert found == {"2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28"}


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40)), min_size=1, max_size=6, unique=True), st.integers(0, 60),
       st.integers(0, 12), st.integers(0, 60))  # fmt: skip
def test_a_later_row_renews_the_term_before_within_the_grace(rows, renewal, grace, looked) -> None:
    start = date(2026, 1, 1)
    given_rows = [
        {
            "customer": name,
            "start": start + relativedelta(days=day),
            "renews": start + relativedelta(days=day + renewal + 1),
        }
        for name, day in rows
    ]
    as_of = start + relativedelta(days=looked)
    log = Contracts.from_rows(given_rows, renewal_col="renews", tz="UTC", as_of=as_of)
    (row,) = log.renewals(every=None, grace=f"{grace} days").rows
    renewed = lost = pending = running = 0
    for name in "ab":
        days = sorted(day for who, day in rows if who == name and day <= looked)
        for place, day in enumerate(days):
            ends, following = day + renewal + 1, days[place + 1 : place + 2]
            running += not following and ends > looked
            if ends <= looked:
                is_on = bool(following) and following[0] <= ends + grace
                renewed += is_on
                lost += not is_on and ends + grace <= looked
                pending += not is_on and ends + grace > looked
    assert (row.renewed, row.lost, row.pending) == (renewed, lost, pending)
    assert len(log.running()) == running
    frame = Contracts.from_frame(pl.DataFrame(given_rows), renewal_col="renews", tz="UTC", as_of=as_of)
    assert frame.renewals(every="week", grace="3 days").rows == log.renewals(every="week", grace="3 days").rows
    assert frame.running().rows == log.running().rows


def test_amounts_that_may_still_be_renewed_are_in_no_rate() -> None:
    terms = [("a", "2025-01-01", "100"), ("a", "2026-01-01", "100"), ("b", "2025-01-01", "50")]
    rows = [{"customer": one, "start": start, "term": "1 year", "worth": worth} for one, start, worth in terms]
    log = Contracts.from_rows(rows, amount_col="worth", currency="EUR", tz="UTC", as_of="2026-01-10")
    (row,) = log.renewals(every=None, grace="60 days").rows
    assert (row.renewed, row.lost, row.pending, row.due_amount) == (1, 0, 1, 150)
    assert (row.lost_amount, row.rate.rate, row.amount_rate) == (0, 1.0, 1.0)


def test_both_edges_of_running_contracts_count() -> None:
    row = {"customer": "a", "start": "2026-03-01", "term": "1 month", "limit": 10, "used": 8}
    log = Contracts.from_rows([row], limit_col="limit", used_col="used", tz="UTC", as_of="2026-03-02")
    assert [len(log.running(within=within)) for within in ("30 days", "29 days", "719 hours")] == [1, 0, 0]
    assert [len(log.running(used=used)) for used in (0.8, 0.81)] == [1, 0]


def test_people_read_the_day_on_which_a_contract_is_up_where_they_are() -> None:
    row = {"customer": "a", "start": "2026-03-01", "term": "1 year"}
    for tz in ("Europe/Zurich", "America/New_York", "UTC"):
        log = Contracts.from_rows([row], tz=tz, as_of="2026-06-01")
        assert [one["renewal at"] for one in log.running().people()] == ["2027-03-01"]


def test_contracts_of_their_own_do_not_renew_one_another() -> None:
    rows = [
        {"customer": "a", "start": "2025-01-01", "term": "1 year", "deal": "x", "worth": "100", "plan": "p"},
        {"customer": "a", "start": "2025-06-01", "term": "1 year", "deal": "y", "worth": "50", "plan": "q"},
    ]
    options = {"tz": "UTC", "as_of": "2026-03-01", "amount_col": "worth", "currency": "EUR", "segment_cols": ["plan"]}
    assert Contracts.from_rows(rows, **options).renewals(every=None).rows[0].renewed == 1
    log = Contracts.from_rows(rows, **options, contract_col="deal")
    (row,) = log.renewals(every=None).rows
    assert (row.lost, row.lost_amount, row.amount_rate) == (1, 100, 0.0)
    assert [(one.segment, one.due) for one in log.renewals(every=None, by="plan").rows] == [(("p",), 1)]
    assert log.members(log.renewals(), state="lost", period="2026-01") == ("a",)
    assert [(one.amount, one.currency, one.segments) for one in log.running().rows] == [(50, "EUR", ("q",))]
    assert len(log.running(within="30 days")) == 0
    assert "contract running" in str(log.running())
    assert "<svg" in log.renewals().svg()
    assert log.running().to_frame("polars")["amount"].to_list() == [Decimal("50.00")]
    assert log.renewals().to_dicts()[0]["due_amount"] == 100
    assert log.renewals(currency="EUR")["2026-01"].due == 1


def test_contracts_that_cannot_be_are_refused() -> None:
    def made(**row):
        return lambda: Contracts.from_rows(
            [{"customer": "a", "start": "2026-01-01", "term": None, "renews": None, "gone": None, "limit": None, **row}],
            term_col="term", renewal_col="renews", ended_col="gone", limit_col="limit", tz="UTC",
        ).renewals()  # fmt: skip

    assert "row 1: neither a term nor a date of renewal" in refusal(made())
    assert "row 1: term=12 has no unit" in refusal(made(term=12))
    assert "row 1: term=0 seconds is no time at all" in refusal(made(term="0 days"))
    for limit in (-1, "many", float("inf"), True):
        assert f"row 1: limit={limit!r} is no number from 0 on" in refusal(made(term="1 month", limit=limit))
    early = "customer 'a' at 2026-01-01: it ends before it starts"
    assert early in refusal(made(renews="2025-01-01"))
    assert early in refusal(made(term="1 month", gone="2025-12-01"))
    assert refusal(
        lambda: made(term="1 month")().__class__ and Contracts.from_rows([]).running(used="much")
    ).startswith("used='much'")
    assert refusal(lambda: Contracts.from_rows([]).running(used=-1)).startswith("used=-1 is below 0")
    assert refusal(lambda: Contracts.from_rows([]).running(used=80)).endswith("Hint: write used=0.8")


def test_a_contract_with_only_a_date_is_up_once() -> None:
    rows = [{"customer": "a", "start": "2026-01-05", "renews": "2026-02-05", "gone": None}]
    log = Contracts.from_rows(rows, renewal_col="renews", ended_col="gone", tz="UTC", as_of="2026-06-01")
    (row,) = log.renewals(every=None).rows
    assert (row.due, row.renewed, len(log.running())) == (1, 1, 0)
    both = [{**rows[0], "currency": "EUR"}, {**rows[0], "customer": "b", "currency": "USD"}]
    mixed = Contracts.from_rows(both, renewal_col="renews", currency_col="currency", tz="UTC", as_of="2026-06-01")
    assert refusal(mixed.renewals).startswith("amounts in 2 currencies are never added up: EUR, USD")
    assert mixed.renewals(every=None, currency="USD").rows[0].due == 1


def test_what_ends_on_its_date_of_renewal_is_lost_and_an_answer_at_the_start_of_observation_counts() -> None:
    rows = [{"customer": "a", "start": "2025-01-31", "gone": "2025-02-28"}]
    log = Contracts.from_rows(rows, term="1 month", ended_col="gone", tz="UTC", as_of="2025-06-01")
    assert (log.renewals(every=None).rows[0].due, log.renewals(every=None).rows[0].lost) == (1, 1)
    later = Contracts.from_rows(
        [{**rows[0], "gone": "2025-03-01"}], term="1 month", ended_col="gone", tz="UTC", as_of="2025-06-01"
    )
    assert (later.renewals(every=None).rows[0].renewed, later.renewals(every=None).rows[0].lost) == (1, 1)
    answers = Responses.from_rows([("a", AT, 9), ("b", "2026-01-04T23:59:59.999999Z", 9)], scale=(0, 10), since=AT)
    assert answers.nps().rows[0].n == 1
