"""Logs of revenue, contracts, costs and answers: how rows are read, and what is refused with which words."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

pytest.importorskip("polars")
pytest.importorskip("pandas")

import pandas as pd
import polars as pl
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given
from hypothesis import strategies as st

from custlife import Contracts, Costs, Responses, RevenueLog
from custlife.analysis.revenue import RevenueMovements
from custlife.analysis.revenue_result import Tally
from custlife.calendar import from_us, zone
from custlife.engines.money import PARTS, decimal_of, in_one_sum, minor_units, rounded
from custlife.engines.rows.scoring import scale_of
from custlife.errors import CustlifeError, UsageError
from custlife.log.costs import period_of

AT, AS_OF = "2026-01-05T00:00Z", "2026-03-01T00:00Z"


def refusal(make) -> str:
    with pytest.raises(CustlifeError) as caught:
        make()
    return str(caught.value)


# -- money -------------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=6), st.integers(0, 10**7))
def test_amounts_rounded_in_one_sum_add_up_and_stay_near(moved, start) -> None:
    total = rounded(start + sum(moved)) - rounded(start)
    found = in_one_sum(moved, total)
    assert sum(found) == total
    assert all(abs(Fraction(part, PARTS) - minor) < 1 for part, minor in zip(moved, found, strict=True))
    assert all(minor * PARTS == part for part, minor in zip(moved, found, strict=True) if part % PARTS == 0)


@given(st.integers(-(10**9), 10**9), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_an_amount_is_the_same_however_it_is_written(minor, currency) -> None:
    written = decimal_of(minor * PARTS, currency)
    assert (
        minor_units(written, currency) == minor == minor_units(str(written), currency) == minor_units(minor, currency)
    )
    assert minor_units(minor, currency, "minor") == minor == minor_units(str(minor), currency, "minor")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (49.9, "amount=49.9 is a float, and money is exact"),
        (True, "amount=True is a bool, and money is exact"),
        ("49,90", "amount='49,90' is no amount"),
        (Decimal("nan"), "the amount is missing"),
        (Decimal("inf"), "amount=Decimal('Infinity') is not finite"),
        (Decimal("snan"), "amount=Decimal('sNaN') is not finite"),
        ("1.005", "amount=1.005 is finer than the smallest unit of EUR, of 2 digits"),
        ("1e30", "amount='1e30' is beyond 1,000,000,000,000 minor units"),
        (10**13, "amount=10000000000000 is beyond 1,000,000,000,000 minor units"),
        (None, "the amount is missing"),
        ([], "amount=[] is no amount"),
        ("-1", "amount='-1' is negative, and what is paid is not"),
    ],
)
def test_what_is_no_amount_is_refused_from_rows_and_frames_alike(amount, text) -> None:
    rows = [{"customer": "a", "at": AT, "amount": amount}, {"customer": "b", "at": AT, "amount": amount}]
    here = refusal(lambda: RevenueLog.from_rows(rows, currency="EUR"))
    assert f"row 1: {text}\n" in here
    if isinstance(amount, list | Decimal):
        return  # no frame has such a column
    frame = pl.DataFrame({**{name: [row[name] for row in rows] for name in ("customer", "at")}, "amount": [amount] * 2})
    there = refusal(lambda: RevenueLog.from_frame(frame, currency="EUR"))
    assert there == here


def test_bad_rows_are_told_together_and_may_be_left_out() -> None:
    rows = [("a", AT, "10"), ("b", AT, 4.5), ("", AT, "1"), ("c", "soon", "1"), ("d", AT)]
    text = refusal(lambda: RevenueLog.from_rows(rows))
    assert text.startswith(
        "4 rows cannot be used\n  row 2: amount=4.5 is a float, and money is exact\n  row 3: the id is"
    )
    log = RevenueLog.from_rows(rows, on_bad="drop", as_of=AS_OF)
    assert (log.customers, log.revenue_movements().rows[0].end) == (("a",), 10)
    assert str(log.notes[0]).startswith("dropped (4): rows that cannot be used were left out (row 2: amount=4.5")


def test_whole_numbers_are_minor_units_and_that_is_told() -> None:
    log = RevenueLog.from_rows([("a", AT, 1990)], as_of=AS_OF)
    assert log.revenue_movements().rows[0].end == Decimal("19.90")
    assert "whole numbers are amounts in minor units" in str(log)
    major = RevenueLog.from_rows([("a", AT, 1990)], amounts_in="major", as_of=AS_OF)
    assert (major.revenue_movements().rows[0].end, major.notes) == (1990, ())
    told = "whole numbers are amounts in minor units"
    contract = [{"customer": "a", "start": AT, "term": "1 year", "amount": 1990}]
    for made in (Contracts.from_rows(contract, amount_col="amount"),
                 Contracts.from_frame(pl.DataFrame(contract), amount_col="amount")):  # fmt: skip
        assert (told in str(made), made.running().rows[0].amount) == (True, Decimal("19.90"))
    assert told not in str(Contracts.from_rows(contract, amount_col="amount", amounts_in="minor"))
    assert told in str(Costs.from_rows([("2026-01", 1990)]))
    assert told in str(Costs.from_rows([("2026-01", 1990)]).spending().notes[0])
    assert told not in str(Costs.from_rows([("2026-01", 1990)], amounts_in="minor"))
    assert told not in str(Costs.from_rows([("2026-01", "19.90")]))
    frame = pl.DataFrame({"customer": ["a", "b"], "at": [AT] * 2, "amount": [1990, 5], "currency": ["JPY", "EUR"]})
    yen = RevenueLog.from_frame(frame, amounts_in="major", currency_col="currency", as_of=AS_OF)
    assert yen.revenue_movements(currency="JPY").rows[0].end == 1990
    assert yen.revenue_movements(currency="EUR").rows[0].end == 5


def test_contradictions_are_refused_by_both_engines_in_the_same_words() -> None:
    rows = [{"customer": "a", "at": AT, "amount": amount, "n": n} for n, amount in enumerate(["10", "20"])]
    text = (
        "a subscription has one level at a time\n"
        "  customer 'a' at 2026-01-05 00:00:00 UTC: another amount at the same instant\n\n"
        "Hint: pass seq_col= or subscription_col= to tell them apart"
    )
    assert refusal(RevenueLog.from_rows(rows).revenue_movements) == text
    assert refusal(RevenueLog.from_frame(pl.DataFrame(rows)).revenue_movements) == text
    for log in (RevenueLog.from_rows(rows, seq_col="n"), RevenueLog.from_frame(pl.DataFrame(rows), seq_col="n")):
        assert log.revenue_movements().rows[-1].end == 20
    falls = [{"customer": "a", "at": AT, "amount": "-1"}, {"customer": "a", "at": AS_OF, "amount": "5"}]
    below = (
        "movements lead below zero\n  customer 'a' at 2026-01-05 00:00:00 UTC: less than nothing is paid\n\n"
        "Hint: add the level at the start of the data as the first movement of each customer"
    )
    assert refusal(RevenueLog.from_rows(falls, amount="movement").revenue_movements) == below
    assert refusal(RevenueLog.from_frame(pl.DataFrame(falls), amount="movement").revenue_movements) == below


def test_seats_make_bands_to_split_by() -> None:
    rows = [
        {"customer": name, "at": AT, "amount": "10", "seats": seats}
        for name, seats in [("a", 3), ("b", "10"), ("c", 49), ("d", 900), ("e", None)]
    ]
    log = RevenueLog.from_rows(rows, seats_col="seats", as_of=AS_OF)
    found = {row.segment[0]: row.customers.end for row in log.revenue_movements(by="seats").rows if row.customers.new}
    assert found == {"below 10": 1, "10 to 49": 2, "250 or more": 1, None: 1}
    assert log.where(seats="10 to 49").customers == ("b", "c")
    assert refusal(lambda: RevenueLog.from_rows(rows, seats_col="seats", seat_bands=(9, 9))).startswith(
        "seat_bands=(9, 9)"
    )
    for bands in (("9",), 9, None, "9"):
        assert refusal(lambda bands=bands: RevenueLog.from_rows(rows, seats_col="seats", seat_bands=bands)).startswith(
            f"seat_bands={tuple(bands) if isinstance(bands, str) else bands!r} are not whole numbers"
        )


@pytest.mark.parametrize("seats", ["ten", 3.5, -1, "10.0", 10**13])
def test_what_is_no_number_of_seats_is_refused_from_rows_and_frames_alike(seats) -> None:
    rows = [{"customer": name, "at": AT, "amount": 5, "seats": seats if name == "b" else None} for name in "ab"]
    text = f"1 row cannot be used\n  row 2: seats={seats!r} is no number of seats\n"
    frame = pl.DataFrame(rows)
    assert refusal(lambda: RevenueLog.from_rows(rows, seats_col="seats")).startswith(text)
    assert refusal(lambda: RevenueLog.from_frame(frame, seats_col="seats")).startswith(text)
    assert refusal(lambda: RevenueLog.from_frame(frame[1:], seats_col="seats")).startswith(text.replace("2", "1"))
    kept = RevenueLog.from_frame(frame, seats_col="seats", on_bad="drop", as_of=AS_OF)
    assert kept.revenue_movements(by="seats").rows[0].segment == (None,)


def test_likely_mistakes_are_named() -> None:
    assert refusal(lambda: RevenueLog.from_rows([{"customer": "a", "at": AT, "mrr": "1"}])) == (
        "the rows have no column amount_col='amount'\n\n"
        "Hint: there are: 'customer', 'at', 'mrr'; pass amount_col= with one of them"
    )
    frame = pl.DataFrame({"customer": ["a"], "at": [AT], "start": [AT]})
    for make, argument in [(RevenueLog, "amount_col"), (Responses, "score_col"), (Contracts, "term_col")]:
        assert refusal(lambda make=make: make.from_frame(frame)).startswith(f"the rows have no column {argument}=")
    assert refusal(lambda: RevenueLog.from_frame(frame, seats_col="n", amount_col="at")).startswith(
        "the rows have no column seats_col="
    )
    for name, rows in (
        ("ended_col", {"ended_col": "x"}),
        ("renewal_col", {"renewal_col": "x"}),
        ("start_col", {"start_col": "x"}),
    ):
        for make in (lambda rows=rows: Contracts.from_frame(frame, term="1 year", **rows),
                     lambda rows=rows: Contracts.from_rows(frame.to_dicts(), term="1 year", **rows)):  # fmt: skip
            assert refusal(make).startswith(f"the rows have no column {name}='x'")
    assert refusal(lambda: RevenueLog.from_rows([("a", AT, "1")], currency="Euro")).startswith(
        "currency='Euro' is not a code"
    )
    assert refusal(lambda: RevenueLog.from_rows([("a", AT, "1")], interval="monthly-ish")).startswith(
        "interval='monthly-ish' is no"
    )
    assert refusal(lambda: RevenueLog.from_rows([("a", AT, "1")], interval=None)).startswith("the interval is missing")
    assert refusal(lambda: RevenueLog.from_rows([("a", AT, "1")], amount="delta")).startswith(
        "amount='delta' is not a mode"
    )
    both = {"currency": "EUR", "currency_col": "currency"}
    assert refusal(lambda: RevenueLog.from_rows([], **both)).startswith("both currency= and currency_col= are given")
    assert refusal(lambda: Contracts.from_rows([], **both)).startswith("both currency= and currency_col= are given")
    assert refusal(lambda: Costs.from_rows([], **both)).startswith("both currency= and currency_col= are given")
    assert refusal(lambda: Responses.from_rows([], survey="a", survey_col="b")).startswith(
        "both survey= and survey_col="
    )
    assert refusal(lambda: RevenueLog.from_rows("rows")).startswith("rows must be an iterable")
    assert refusal(lambda: RevenueLog.from_rows(pl.DataFrame({"a": [1]}))).startswith("rows is a DataFrame, not rows")
    row = [{"customer": "a", "at": AT, "amount": "1", "currency": None}]
    assert "row 1: the currency is missing" in refusal(lambda: RevenueLog.from_rows(row, currency_col="currency"))
    from custlife import EventLog

    events = EventLog.from_rows([("a", "x", AT)])
    for question in (RevenueMovements(),):
        assert refusal(lambda question=question: events.ask(question)).startswith("this log holds no recurring revenue")


def test_the_same_log_from_a_file(tmp_path) -> None:
    text = "who;from;mrr\na;2026-01-05;19.90\nb;2026-02-05;5\n"
    for name, data in (("a.csv", text.encode()), ("a.csv.gz", gzip.compress(text.encode()))):
        (tmp_path / name).write_bytes(data)
        columns = {"customer_col": "who", "at_col": "from", "amount_col": "mrr", "tz": "UTC", "delimiter": ";"}
        log = RevenueLog.from_csv(tmp_path / name, **columns, as_of=AS_OF)
        assert [row.end for row in log.revenue_movements().rows] == [Decimal("19.90"), Decimal("24.90")]
    (tmp_path / "bad.csv").write_text("period,amount\n2026-01,3\n\n2026-x,4\n")
    assert "line 4: period='2026-x' is no period" in refusal(lambda: Costs.from_csv(tmp_path / "bad.csv"))
    (tmp_path / "a.jsonl").write_text('{"customer": "a", "at": "2026-01-05T00:00Z", "amount": "3"}\n')
    assert RevenueLog.from_jsonl(tmp_path / "a.jsonl", as_of=AS_OF).revenue_movements().rows[0].end == 3
    (tmp_path / "r.csv").write_text("customer,at,score\na,2026-01-05T00:00Z,9\n")
    assert Responses.from_csv(tmp_path / "r.csv", scale="0-10").nps().rows[0].value == 100
    lines = {
        Contracts: '{"customer": "a", "start": "2025-01-05T00:00Z", "term": "12 months"}\n',
        Responses: '{"customer": "a", "at": "2026-01-05T00:00Z", "score": 9}\n',
        Costs: '{"period": "2026-01", "amount": "12.50"}\n',
    }
    for make, text in lines.items():
        (tmp_path / "one.jsonl.gz").write_bytes(gzip.compress(text.encode()))
        assert len(make.from_jsonl(tmp_path / "one.jsonl.gz")) == 1
        (tmp_path / "bad.jsonl").write_text(f"\n{text}[1]\n")
        assert "line 3: '[1]' is not an object" in refusal(lambda make=make: make.from_jsonl(tmp_path / "bad.jsonl"))
    (tmp_path / "c.csv").write_text("customer,start,term\na,2025-01-05T00:00Z,12 months\n")
    assert len(Contracts.from_csv(tmp_path / "c.csv").running()) == 1


def test_observation_that_starts_late_makes_nobody_new() -> None:
    rows = [("a", "2025-06-05T00:00Z", "10"), ("b", "2026-02-05T00:00Z", "5")]
    log = RevenueLog.from_rows(rows, since="2026-01-01T00:00Z", as_of="2026-03-01T00:00Z")
    assert [(row.period, row.start, row.new, row.is_complete) for row in log.revenue_movements().rows] == [
        ("2026-01", 10, 0, True), ("2026-02", 10, 5, True),
    ]  # fmt: skip
    assert [row.period for row in log.lives().rows] == ["2026-02"]
    assert log.revenue_movements(over=2)["2026-01"].is_complete is False


def test_a_sum_that_does_not_hold_is_a_defect_and_said() -> None:
    assert refusal(lambda: Tally(start=1, end=1, churn=1).checked(counts=True)).startswith("movements do not add up")


def test_answers_go_into_frames_with_exact_amounts() -> None:
    result = RevenueLog.from_rows([("a", AT, "19.90")], as_of=AS_OF).revenue_movements()
    assert result.to_frame("polars")["end"].to_list() == [Decimal("19.90")] * 2
    assert result.to_frame("pandas")["end"].tolist() == [Decimal("19.90")] * 2
    assert result.to_frame("pyarrow")["end"].to_pylist() == [Decimal("19.900")] * 2
    assert "<svg" in result.svg()
    assert '"end": "19.90"' in result.to_json()


# -- contracts ---------------------------------------------------------------------------------------------------------

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


# -- costs -------------------------------------------------------------------------------------------------------------


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


# -- answers -----------------------------------------------------------------------------------------------------------

ANSWERS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 80), st.one_of(st.none(), st.integers(0, 10)), st.sampled_from("pq")),
    max_size=12, unique_by=lambda row: row[:2],
)  # fmt: skip


@given(ANSWERS, st.sampled_from(["each", "last"]))
def test_nps_is_that_of_counting_by_hand(rows, repeats) -> None:
    dicts = [
        {
            "customer": who,
            "at": datetime(2026, 1, 1, tzinfo=UTC) + relativedelta(days=day),
            "score": score,
            "plan": plan,
        }
        for who, day, score, plan in rows
    ]
    options = {"scale": (0, 10), "missing": "unanswered", "segment_cols": ["plan"], "as_of": "2026-05-01T00:00Z"}
    log = Responses.from_rows(dicts, **options)
    for row in log.nps(every="month", repeats=repeats, by="plan").rows:
        mine = [one for one in dicts if f"{one['at']:%Y-%m}" == row.period and one["score"] is not None]
        if repeats == "last":
            last = {one["customer"]: one for one in sorted(mine, key=lambda one: one["at"])}
            mine = list(last.values())
        scores = [one["score"] for one in mine if one["plan"] == row.segment[0]]
        up, down = sum(score >= 9 for score in scores), sum(score <= 6 for score in scores)
        assert (row.n, row.high, row.low) == (len(scores), up, down)
        assert row.value == (100 * (up - down) / len(scores) if scores else None)
        assert row.interval is None or -100 <= row.interval.low <= row.value <= row.interval.high <= 100
    assume(rows)
    frame = Responses.from_frame(pd.DataFrame(dicts), **options)
    assert (
        frame.nps(every="month", repeats=repeats, by="plan").rows
        == log.nps(every="month", repeats=repeats, by="plan").rows
    )


def test_a_scale_is_said_and_held_to() -> None:
    rows = [("a", AT, 10), ("b", AT, 7)]
    assert refusal(lambda: Responses.from_rows(rows).nps()).startswith("the scale of the survey 'survey' is not known")
    assert refusal(lambda: Responses.from_rows(rows, survey="q", scale="1-10").nps("q")) == (
        "NPS is defined on the scale 0-10, and that of 'q' is 1-10\n\n"
        "Hint: ask csat(); nine and ten of ten mean something else without the 0"
    )
    assert "row 1: score=10 is not on the scale 1-7" in refusal(lambda: Responses.from_rows(rows, scale=(1, 7)))
    for score in (4.5, "good", True, float("inf")):
        assert "is no whole number" in refusal(
            lambda score=score: Responses.from_rows([("a", AT, score)], scale=(1, 7))
        )
    assert "row 1: the score is missing" in refusal(lambda: Responses.from_rows([("a", AT, None)]))
    for scale in ("high", (1,), (1, 2, 3), ("1", "2"), 5):
        with pytest.raises(UsageError, match="is no scale"):
            scale_of(scale)
    with pytest.raises(UsageError, match="does not ascend"):
        scale_of((5, 1))
    assert Responses.from_rows([("a", AT, "5"), ("b", AT, 4.0)], scale=(1, 5)).csat().rows[0].value == 1.0


def test_surveys_and_scales_are_kept_apart() -> None:
    rows = [
        {"customer": "a", "at": AT, "score": 9, "survey": "nps", "scale": "0-10"},
        {"customer": "a", "at": AT, "score": 4, "survey": "visit", "scale": "1 to 5"},
        {"customer": "b", "at": AT, "score": 4, "survey": "odd", "scale": "1-5"},
        {"customer": "b", "at": AS_OF, "score": 4, "survey": "odd", "scale": "1-7"},
        {"customer": "b", "at": AS_OF, "score": 2, "survey": "short", "scale": "1-3"},
    ]
    log = Responses.from_rows(rows, survey_col="survey", scale_col="scale")
    assert log.surveys == ("nps", "odd", "short", "visit")
    assert (log.nps("nps").rows[0].value, log.csat("visit").rows[0].value) == (100, 1.0)
    assert refusal(log.nps).startswith("answers to 4 surveys are not one score: 'nps', 'odd', 'short', 'visit'")
    assert refusal(lambda: log.nps("npss")).startswith("unknown survey 'npss'")
    assert refusal(lambda: log.csat("odd")).startswith("the survey 'odd' has several scales: 1-5, 1-7")
    assert refusal(lambda: log.ces("short", variant="easy")).startswith("the scale 1-3 has no three easy scores")
    assert refusal(lambda: log.ces("short", variant="top")).startswith("variant='top' is not a mode")
    by_name = Responses.from_rows(rows[:2], survey_col="survey", scale={"nps": (0, 10), "visit": "1-5"})
    assert by_name.csat("visit").scale == (1, 5)
    since = Responses.from_rows(rows, survey_col="survey", scale_col="scale", since="2026-02-01T00:00Z")
    assert since.csat("odd").scale == (1, 7)


def test_answers_are_shown_in_their_unit() -> None:
    log = Responses.from_rows([("a", AT, 5), ("b", "2026-02-05T00:00Z", 2)], survey="visit", scale=(1, 5), as_of=AS_OF)
    assert "50.0 %" in str(log.csat())
    assert "3.50" in str(log.csat(variant="mean"))
    assert "turned around" in str(log.ces(easier="low"))
    assert log.csat(every="month")["2026-01"].value == 1.0
    assert "<svg" in log.csat(every="month").svg()
    assert "<svg" not in log.csat().picture().text()
    assert log.csat(repeats="last").footnotes()[-1] == "Of each customer the last one."
    assert log.csat().to_frame("polars")["value"].to_list() == [0.5]


def test_questions_ask_the_right_log() -> None:
    revenue = RevenueLog.from_rows([("a", AT, "1")], as_of=AS_OF)
    from custlife.analysis.lives import PayingLives
    from custlife.analysis.renewals import RenewalRate
    from custlife.analysis.running_contracts import RunningContracts
    from custlife.analysis.surveys import SurveyScore

    for question, text in [
        (RenewalRate(), "this log holds no contracts"), (RunningContracts(), "this log holds no contracts"),
        (SurveyScore(), "this log holds no answers to surveys"),
    ]:  # fmt: skip
        assert refusal(lambda question=question: revenue.ask(question)).startswith(text)
    contracts = Contracts.from_rows([("a", "2026-01-01", "1 year")], tz="UTC")
    assert refusal(lambda: contracts.ask(PayingLives())).startswith("this log holds no recurring revenue")
    assert isinstance(revenue.lives().to_dicts()[0], dict)
    assert "2026-01" in str(revenue.lives())


def test_every_answer_about_money_is_handed_on_in_any_form() -> None:
    rows = [
        {"customer": "a", "at": AT, "amount": "9", "plan": "p"},
        {"customer": "b", "at": AT, "amount": "9", "plan": None},
    ]
    log = RevenueLog.from_rows(rows, segment_cols=["plan"], currency="EUR", as_of="2026-03-10T00:00Z")
    contracts = [{"customer": "a", "start": "2026-01-05", "term": "1 month", "plan": "p"}]
    up = Contracts.from_rows(contracts, segment_cols=["plan"], tz="UTC", as_of="2026-03-10")
    answers = Responses.from_rows([("a", AT, 5)], scale=(1, 5), as_of="2026-03-10T00:00Z")
    results = [
        log.revenue_movements(by="plan", min_gap="9 days"), log.lives(by="plan"), up.renewals(by="plan"), up.running(),
        up.renewals(every=None), answers.csat(every="month"), answers.ces(variant="easy"),
        Costs.from_rows([("2026-01", "5")], currency="EUR").spending(every=None),
    ]  # fmt: skip
    for result in results:
        frame = result.to_frame("polars")
        assert frame.columns == list(result.column_types())
        assert frame.rows(named=True) == result.to_dicts() or frame.height == len(result.to_dicts())
        assert result.title() in str(result)
        assert "<table" in result._repr_html_()
    movements = results[0]
    assert "Who pays again within 9 days has never left. Not complete: 2026-03." in " ".join(movements.footnotes())
    assert movements["p · 2026-01"].new == 9
    assert up.renewals(by="plan", every="quarter", grace="1 month").footnotes()[-1] == "Not complete: 2026-Q1."
    assert refusal(lambda: movements["q · 2026-01"]).startswith("unknown period 'q · 2026-01'")
    assert log.members(movements, segment=None, state="end") == ("b",)


def test_a_contract_with_only_a_date_is_up_once() -> None:
    rows = [{"customer": "a", "start": "2026-01-05", "renews": "2026-02-05", "gone": None}]
    log = Contracts.from_rows(rows, renewal_col="renews", ended_col="gone", tz="UTC", as_of="2026-06-01")
    (row,) = log.renewals(every=None).rows
    assert (row.due, row.renewed, len(log.running())) == (1, 1, 0)
    both = [{**rows[0], "currency": "EUR"}, {**rows[0], "customer": "b", "currency": "USD"}]
    mixed = Contracts.from_rows(both, renewal_col="renews", currency_col="currency", tz="UTC", as_of="2026-06-01")
    assert refusal(mixed.renewals).startswith("amounts in 2 currencies are never added up: EUR, USD")
    assert mixed.renewals(every=None, currency="USD").rows[0].due == 1


def test_columns_of_decimals_and_of_texts_are_read_as_rows_are() -> None:
    """Also in several currencies, told in major units, and where the sums are too large for machine numbers."""
    rows = [
        {"customer": f"c{n}", "at": AT, "amount": amount, "currency": "JPY" if n % 2 else "KWD"}
        for n, amount in enumerate([Decimal(5), Decimal("7.000"), Decimal(0)])
    ]
    here = RevenueLog.from_rows(rows, currency_col="currency", as_of=AS_OF)
    texts = [{**row, "amount": str(row["amount"])} for row in rows]
    for given_rows in (rows, texts):
        there = RevenueLog.from_frame(pl.DataFrame(given_rows), currency_col="currency", as_of=AS_OF)
        for currency in ("JPY", "KWD"):
            assert there.revenue_movements(currency=currency).rows == here.revenue_movements(currency=currency).rows
    empty = RevenueLog.from_frame(pl.DataFrame(rows).clear(), currency_col="currency", as_of=AS_OF)
    assert empty.revenue_movements().rows == ()


@given(ANSWERS, st.sampled_from(["nps", "csat", "ces"]), st.sampled_from(["low", "high"]))
def test_who_is_behind_an_answer_is_who_is_counted(rows, kind, easier) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    dicts = [
        {"customer": f"{who}{n}", "at": start + relativedelta(days=day), "score": score, "plan": plan, "survey": "q"}
        for n, (who, day, score, plan) in enumerate(rows)
    ]
    other = {"customer": "else", "at": start, "score": 3, "plan": "p", "survey": "other"}
    log = Responses.from_rows(
        [*dicts, other], survey_col="survey", scale=(0, 10), missing="unanswered", segment_cols=["plan"],
        as_of="2026-05-01T00:00Z",
    )  # fmt: skip
    if not dicts:
        return
    more = {"easier": easier} if kind == "ces" else {}
    answer = getattr(log, kind)("q", every="month", by="plan", **more)
    tops = {"nps": 9, "csat": 9, "ces": 8}[kind]
    for row in answer.rows:
        cell = {"period": row.period, "segment": row.segment}
        found = {state: log.members(answer, state=state, **cell) for state in ("low", "middle", "high", "unanswered")}
        assert [len(ids) for ids in found.values()] == [row.low, row.middle, row.high, row.asked - row.n]
        mine = [one for one in dicts if f"{one['at']:%Y-%m}" == row.period and one["plan"] == row.segment[0]]
        scores = {one["customer"]: one["score"] for one in mine if one["score"] is not None}
        turned = {who: 10 - score if more == {"easier": "low"} else score for who, score in scores.items()}
        assert found["high"] == tuple(sorted(who for who, score in turned.items() if score >= tops))
        assert log.members(answer, **cell) == tuple(sorted(scores))
    assert refusal(lambda: log.members(answer, state="promoters")).startswith("state='promoters' is not a mode")
    assert refusal(lambda: log.members(answer, cohort="2026-01")).startswith("unknown word for a cell 'cohort'")
    assert refusal(lambda: log.members(log.nps("q").question.__class__())).startswith("answers to 2 surveys")


def test_a_share_of_all_scores_or_by_nothing_is_refused() -> None:
    thumbs = Responses.from_rows([("a", AT, 0), ("b", AT, 1)], scale=(0, 1))
    assert refusal(thumbs.csat) == ("the scale 0-1 has only two scores, the top two\n\nHint: ask csat(variant='mean')")
    assert (thumbs.csat(variant="mean").rows[0].value, thumbs.csat(variant="of_maximum").rows[0].value) == (0.5, 0.5)
    below = Responses.from_rows([("a", AT, -2), ("b", AT, 0)], scale="-2-0")
    assert refusal(lambda: below.csat(variant="of_maximum")).startswith("the scale -2-0 has no highest score above 0")
    assert Responses.from_rows([("a", AT, 1), ("b", AT, 3)], scale=(1, 3)).csat().rows[0].value == 0.5


def test_an_answer_that_is_not_split_has_one_row_for_all() -> None:
    answers = Responses.from_rows([("a", AT, 5)], scale=(1, 5))
    contracts = Contracts.from_rows([("a", AT, "1 month")], as_of="2026-03-10T00:00Z")
    assert answers.csat()["all"].n == 1
    assert answers.csat().footnotes() == ("1 answer.",)
    assert contracts.renewals(every=None)["all"].due == 1
    assert Costs.from_rows([("2026-01", "5")]).spending(every=None)["all"].amount == 5


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
