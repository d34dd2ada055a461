"""Logs of revenue: how amounts are read, and what is refused with which words; what all logs about money share."""

from __future__ import annotations

import gzip
from decimal import Decimal
from fractions import Fraction

import pytest

pytest.importorskip("polars")
pytest.importorskip("pandas")

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from custlife import Contracts, Costs, Responses, RevenueLog
from custlife.analysis.revenue import RevenueMovements
from custlife.analysis.revenue_result import Tally
from custlife.engines.money import PARTS, decimal_of, in_one_sum, minor_units, rounded
from tests.log.refusals import AS_OF, AT, refusal


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
