"""Repeat purchases: against brute force over dates, and what pymc-marketing makes of the same purchases."""

from __future__ import annotations

import pickle
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import custlife as cl
from custlife import demo
from custlife.errors import DataError, UnknownNameError, UsageError, UsageTypeError
from tests.analysis.strategies import ZONE, hour

purchases = cache(demo.purchases)
EVERY = st.sampled_from(["day", "week", "month", "quarter", "year"])
HOURS = st.one_of(st.sampled_from([0, 46, 47, 48, 70, 118]), st.integers(-9000, 9000))
AMOUNTS = st.sampled_from([Decimal(0), Decimal("19.90"), "5.25", Decimal(-3), 1990, 1])
BOUGHT = st.lists(st.tuples(st.sampled_from(["u1", "u2", "ü3"]), HOURS, st.sampled_from(["buy", "visit"]), AMOUNTS), max_size=9)  # fmt: skip


def log_of(bought, as_of, **options):
    rows = [{"customer": u, "at": hour(h), "event": e, "amount": amount} for u, h, e, amount in bought]
    return cl.EventLog.from_rows(rows, value_cols=["amount"], tz=ZONE, as_of=as_of, **options)


def number(day: date, every: str) -> int:
    """A number that rises by one with every period: by dates alone."""
    if every in ("day", "week"):
        monday = day - timedelta(days=day.weekday())
        return day.toordinal() if every == "day" else monday.toordinal() // 7
    months = 12 * day.year + day.month - 1
    return months // {"month": 1, "quarter": 3, "year": 12}[every]


def by_hand(bought, as_of, every, scale):
    local = ZoneInfo(ZONE)
    buys = sorted((u, hour(h), amount) for u, h, e, amount in bought if e == "buy" and hour(h) <= as_of)
    found = {}
    begun = as_of.astimezone(local)
    day = begun.date()
    same = number(day, every) == number((begun - timedelta(microseconds=1)).date(), every)
    if not same and begun.time() == datetime.min.time() and all(at != as_of for _, at, _ in buys):
        day -= timedelta(days=1)
    for unit in sorted({u for u, _, _ in buys}):
        mine = [(number(at.astimezone(local).date(), every), amount) for u, at, amount in buys if u == unit]
        first, last = mine[0][0], max(n for n, _ in mine)
        exact = [Fraction(a) / 100 if isinstance(a, int) else Fraction(a) for n, a in mine if n != first]
        times = len({n for n, _ in mine}) - 1
        mean = sum(exact) / times if times else 0
        found[unit] = (times, (last - first) / scale, (number(day, every) - first) / scale, float(mean))
    return found


@given(BOUGHT, st.one_of(HOURS.map(hour), st.just(hour(9000))), EVERY, st.sampled_from([1, 7]))
@example([("u1", 0, "buy", 1), ("u1", 47, "buy", 1)], hour(47), "day", 1)  # midnight, and somebody buys at it
@example([("u1", 0, "buy", 1), ("u1", 46, "buy", 1)], hour(47), "day", 1)  # midnight, and nobody does
def test_every_customer_is_as_counted_by_dates(bought, as_of, every, scale):
    bought = list({(u, h, e): (u, h, e, a) for u, h, e, a in bought}.values())
    found = log_of(bought, as_of).repeat_purchases("buy", value="amount", every=every, scale=scale)
    assert {r.customer: (r.frequency, r.recency, r.age, r.monetary_value) for r in found.rows} == by_hand(
        bought, as_of, every, scale
    )
    for row in found.rows:
        assert 0 <= row.recency <= row.age
        assert row.frequency <= row.recency * scale
        assert float(row.spent) == pytest.approx(row.monetary_value * row.frequency)


@given(BOUGHT, EVERY)
def test_without_amounts_the_rest_is_the_same(bought, every):
    log = log_of(bought, hour(9000))
    plain, full = log.repeat_purchases("buy", every=every), log.repeat_purchases("buy", every=every, value="amount")
    without = [{name: row[name] for name in row if name != "monetary_value"} for row in full.to_dicts()]
    assert plain.to_dicts() == without
    assert all((row.spent, row.monetary_value) == (None, None) for row in plain.rows)


ASKED = st.sampled_from([{}, {"value": "amount"}, {"value": "amount", "amounts_in": "major"}])


@given(BOUGHT, EVERY, ASKED, st.sampled_from([None, 0, 60]), st.randoms(use_true_random=False))
def test_frames_say_the_same_in_any_order(bought, every, asked, since, random):
    polars = pytest.importorskip("polars")
    rows = [
        {"customer": u, "at": hour(h), "event": e, "amount": a if isinstance(a, int) else int(Decimal(a) * 100)}
        for u, h, e, a in bought
    ]
    options = {
        "value_cols": ["amount"],
        "tz": ZONE,
        "as_of": hour(9000),
        "since": None if since is None else hour(since),
    }
    wanted = cl.EventLog.from_rows(rows, **options).repeat_purchases("buy", every=every, **asked)
    random.shuffle(rows)
    schema = {"customer": polars.String, "at": polars.Datetime("us", "UTC"), "event": polars.String, "amount": polars.Int64}  # fmt: skip
    found = cl.EventLog.from_frame(polars.DataFrame(rows, schema=schema), **options).repeat_purchases(
        "buy", every=every, **asked
    )
    assert (found.rows, found.end, found.truncated) == (wanted.rows, wanted.end, wanted.truncated)


def test_frames_of_decimals_and_of_what_is_no_amount_are_read_as_rows_are():
    polars = pytest.importorskip("polars")
    columns = {"customer": ["a", "a", "b"], "at": [hour(0), hour(99), hour(1)], "event": ["buy"] * 3}
    exact = polars.DataFrame({**columns, "amount": [Decimal("1.10"), Decimal("2.20"), Decimal("3.30")]})
    log = cl.EventLog.from_frame(exact, value_cols=["amount"], tz=ZONE, as_of=hour(200))
    assert log.repeat_purchases(value="amount")["a"].spent == Decimal("2.20")
    for amounts, text in (
        ([1.5, 2.5, 3.5], "is a float, and money is exact"),
        ([1, None, 10**13], "2 rows cannot be used"),
    ):
        log = cl.EventLog.from_frame(polars.DataFrame({**columns, "amount": amounts}), value_cols=["amount"], tz=ZONE)
        with pytest.raises(DataError, match=text):
            log.repeat_purchases(value="amount")


# pymc-marketing 0.19.2, clv.utils.rfm_summary(..., observation_period_end="1998-06-30"), and lifetimes 0.11.3,
# summary_data_from_transaction_data, on the same file; both print the same sums. Neither can count months.
@pytest.mark.parametrize(
    ("options", "frequency", "recency", "age", "value"),
    [
        ({}, 4339.0, 307464.0, 1183240.0, 40758.44137790224),
        ({"scale": 7}, 4339.0, 43923.42857142857, 169034.2857142857, 40758.44137790224),
        ({"every": "week"}, 4004.0, 43920.0, 169671.0, 42918.75224470664),
    ],
)
def test_pymc_marketing_makes_the_same_of_the_purchases_at_cdnow(options, frequency, recency, age, value):
    columns = purchases().repeat_purchases(value="cents", **options).to_columns()
    sums = [sum(columns[name]) for name in ("frequency", "recency", "T", "monetary_value")]
    assert sums == pytest.approx([frequency, recency, age, value], rel=1e-12)
    assert len(columns["customer_id"]) == 2357


def test_pymc_marketing_makes_the_same_of_single_customers():
    rows = purchases().repeat_purchases(value="cents")
    assert [tuple(row.values()) for row in rows.to_dicts()[:4]] == [
        ("1", 3.0, 345.0, 545.0, pytest.approx(23.723333, abs=5e-7)),
        ("10", 0.0, 0.0, 545.0, 0.0),
        ("100", 1.0, 167.0, 541.0, 26.22),
        ("1000", 7.0, 456.0, 508.0, pytest.approx(20.998571, abs=5e-7)),
    ]
    assert rows["1"].spent == Decimal("71.17")


# The published summary of the first 39 weeks (to 30 September 1997), on which Fader, Hardie & Lee (2005), "Counting Your
# Customers" the Easy Way, fit their model: lifetimes 0.11.3, load_cdnow_summary(). All 2,357 customers were compared and
# equal to its two decimals; these are its sums and its first rows.
def test_the_published_summary_of_the_calibration_period_is_reproduced():
    found = purchases().with_as_of("1997-09-30T23:59Z").repeat_purchases(scale=7)
    columns = found.to_columns()
    assert sum(columns["frequency"]) == 2457
    assert sum(round(x, 2) for x in columns["recency"]) == pytest.approx(16135.52)
    assert sum(round(x, 2) for x in columns["T"]) == pytest.approx(77111.21)
    first = [
        (found[n].frequency, round(found[n].recency, 2), round(found[n].age, 2)) for n in ("1", "2", "3", "6", "9")
    ]
    assert first == [(2, 30.43, 38.86), (1, 1.71, 38.86), (0, 0, 38.86), (7, 29.43, 38.86), (2, 35.71, 38.86)]


def test_frames_have_the_columns_and_types_that_models_read():
    pandas = pytest.importorskip("pandas")
    frame = purchases().repeat_purchases(value="cents").to_frame("pandas")
    assert list(frame.columns) == ["customer_id", "frequency", "recency", "T", "monetary_value"]
    assert {str(frame[name].dtype) for name in frame.columns[1:]} == {"float64"}
    assert pandas.api.types.is_string_dtype(frame["customer_id"])
    assert list(purchases().repeat_purchases().to_frame("pandas").columns) == list(frame.columns[:4])


def test_who_bought_before_observation_began_is_left_out_and_counted():
    bought = [("u1", -5, "buy", 1), ("u1", 40, "buy", 1), ("u2", -5, "visit", 1), ("u2", 1, "buy", 1)]
    found = log_of(bought, hour(100), since=hour(0)).repeat_purchases("buy")
    assert ([row.customer for row in found.rows], found.truncated) == (["u2"], 1)
    assert "1 bought before observation began and are left out." in found.footnotes()


def test_repeats_that_bring_nothing_are_told():
    bought = [("u1", 0, "buy", 1), ("u1", 40, "buy", Decimal(-2)), ("u2", 0, "buy", 5)]
    found = log_of(bought, hour(100)).repeat_purchases("buy", value="amount")
    assert found.footnotes()[-1] == (
        "1 spent nothing or less on repeats; the gamma-gamma model takes only more than nothing."
    )


def test_an_event_that_nobody_had_is_told():
    found = log_of([("u1", 0, "buy", 1)], hour(100)).repeat_purchases("buy", "bought")
    assert found.footnotes()[1] == "Nobody had the event 'bought': is it spelled so?"


def test_yen_have_no_cents():
    log = log_of([("u1", 0, "buy", 900), ("u1", 40, "buy", 1200)], hour(100))
    row = log.repeat_purchases("buy", value="amount", currency="jpy")["u1"]
    assert (row.spent, row.monetary_value) == (Decimal(1200), 1200.0)


def test_the_answer_is_a_value_that_shows_itself():
    found = purchases().repeat_purchases(value="cents", every="week")
    assert pickle.loads(pickle.dumps(found)) == found
    assert found.title() == "Repeat purchases of 2,357 customers up to 1998-W27"
    assert found.picture().labels == (*map(str, range(10)), "10 or more")
    assert sum(found.picture().segments[0].values) == len(found) == 2357
    assert "recency and T in weeks" in found.footnotes()[0]
    empty = log_of([], hour(5)).repeat_purchases("buy")
    assert (len(empty), empty.picture().text().splitlines()[-1]) == (0, "(nothing to show)")
    with pytest.raises(UnknownNameError, match="unknown customer 'x'"):
        found["x"]


@pytest.mark.parametrize(
    ("ask", "kind", "text"),
    [
        (
            lambda log: log.repeat_purchases(),
            UsageError,
            "the log has 2 kinds of events: 'buy', 'visit'\n\nHint: name those that are purchases: repeat_purchases('buy')",
        ),
        (
            lambda log: log.repeat_purchases("buy", value="amuont"),
            UnknownNameError,
            "unknown value 'amuont' @ repeat_purchases(value=)\n\nHint: did you mean 'amount'? There are: 'amount'",
        ),
        (
            lambda _: cl.EventLog.from_rows([("a", "buy", "2026-01-05T00:00Z")]).repeat_purchases(value="amount"),
            UnknownNameError,
            (
                "unknown value 'amount' @ repeat_purchases(value=)\n\n"
                "Hint: name its column when the log is made: value_cols=['amount']"
            ),
        ),
        (
            lambda log: log.repeat_purchases("buy", every="hour"),
            UsageError,
            "every='hour' is not a period\n\nHint: choose one of 'day', 'week', 'month', 'quarter', 'year'",
        ),
        (
            lambda log: log.repeat_purchases("buy", scale=0.5),
            UsageTypeError,
            "scale=0.5 is not a whole number\n\nHint: write scale=1",
        ),
        (
            lambda log: log.repeat_purchases("buy", currency="EUR"),
            UsageError,
            "currency= and amounts_in= need amounts\n\nHint: name their column: value='amount'",
        ),
        (
            lambda log: log.repeat_purchases("buy", value="amount"),
            DataError,
            (
                "2 rows cannot be used\n"
                "  customer 'u1' at 2026-03-27T00:00:00+00:00: amount=1.5 is a float, and money is exact\n"
                "  customer 'u2' at 2026-03-27T00:00:00+00:00: the amount is missing\n\n"
                "Hint: write 0 where nothing is paid"
            ),
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(ask, kind, text):
    log = log_of([("u1", 0, "buy", 1.5), ("u2", 0, "buy", None), ("u2", 0, "visit", None)], hour(9))
    with pytest.raises(kind) as caught:
        ask(log)
    assert str(caught.value) == text
