"""Movements of recurring revenue: against brute force, equal from rows and frames, and the laws that hold for all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import attrs
import pytest

pytest.importorskip("polars")
pytest.importorskip("pandas")
pytest.importorskip("pyarrow")

import pandas as pd
import polars as pl
import pyarrow as pa
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import custlife as cl
from custlife import RevenueLog
from custlife.analysis.revenue import RevenueMovements
from custlife.calendar import to_us
from custlife.engines.money import PARTS
from custlife.errors import CustlifeError
from tests.oracles.revenue import KINDS, PER_MONTH, Paid, View, movements

NAMES = ("start", *KINDS, "end")
ZONES = ("UTC", "Europe/Zurich", "America/New_York")
AS_OF = datetime(2026, 5, 1, tzinfo=UTC)
EDGES = [
    datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 31, 12, tzinfo=UTC),
    datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 28, 23, 30, tzinfo=UTC), datetime(2026, 3, 1, 4, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC), datetime(2026, 4, 30, tzinfo=UTC), AS_OF,
]  # fmt: skip
TICKS = [timedelta(0), timedelta(microseconds=1), timedelta(microseconds=-1), timedelta(days=9)]


@st.composite
def paid(draw: st.DrawFn, most: int = 14) -> list[Paid]:
    """Few customers and many ties; of one subscription one amount an instant."""
    made: dict[tuple, Paid] = {}
    for _ in range(draw(st.integers(0, most))):
        at = draw(st.sampled_from(EDGES)) + draw(st.sampled_from(TICKS))
        customer, subscription = draw(st.sampled_from("abü")), draw(st.sampled_from([None, None, "x", "y"]))
        amount = draw(st.sampled_from([0, 0, 0, 1, 7, 100, 1200]))
        one = Paid(customer, at, amount, draw(st.sampled_from(sorted(PER_MONTH))), subscription)
        made[customer, at, subscription] = one
    return draw(st.permutations(list(made.values())))


def dicts(rows: list[Paid]) -> list[dict]:
    return [
        {"customer": row.customer, "at": row.at, "amount": row.amount, "interval": row.interval,
         "subscription": row.subscription, "plan": "odd" if row.amount % 2 else None}
        for row in rows
    ]  # fmt: skip


LIGHT = settings(max_examples=max(1, settings.default.max_examples // 3))  # asks many times in each
OPTIONS = {"interval_col": "interval", "subscription_col": "subscription", "segment_cols": ["plan"]}


def log_of(rows: list[Paid], **more) -> RevenueLog:
    return RevenueLog.from_rows(dicts(rows), **{"as_of": AS_OF, **OPTIONS, **more})


def told(result) -> dict:
    """Label and cell to customers and exact amount, without those of nobody."""
    return {
        (row.period, name): (getattr(row.customers, name), Fraction(getattr(row.exact, name), PARTS))
        for row in result.rows
        for name in NAMES
        if getattr(row.customers, name)
    }


def label(edge: datetime, tz: str) -> str:
    from zoneinfo import ZoneInfo

    return f"{edge.astimezone(ZoneInfo(tz)):%Y-%m}"


@given(
    paid(), st.sampled_from(ZONES), st.sampled_from([1, 2, 12]),
    st.sampled_from([None, (relativedelta(days=20), "20 days"), (relativedelta(months=2), "2 months")]),
)  # fmt: skip
def test_movements_are_those_of_brute_force(rows, tz, over, gap) -> None:
    view = View(tz, AS_OF, over, gap and gap[0])
    expected = {(label(edge, tz), name): cell for (edge, name), cell in movements(view, rows).items()}
    result = log_of(rows, tz=tz).revenue_movements(over=over, min_gap=gap and gap[1])
    shown = {row.period for row in result.rows}
    assert told(result) == {key: cell for key, cell in expected.items() if key[0] in shown}
    assert all(key[1] in {"start", "end"} or over > 1 for key in expected if key[0] not in shown)


QUESTIONS = [
    RevenueMovements(),
    RevenueMovements("week", by=("plan",)),
    RevenueMovements(over=3, by=("plan",), periods=2),
    RevenueMovements("day", min_gap="3 days"),
    RevenueMovements("quarter", over=2, min_gap="1 month"),
    RevenueMovements("week", over=2, min_gap="9 days", by=("plan",), segment="end"),
]
FRAMES = {
    "polars": lambda rows: pl.DataFrame(dicts(rows), schema_overrides={"amount": pl.Int64, "plan": pl.String}),
    "pandas": lambda rows: pd.DataFrame(dicts(rows)),
    "arrow": lambda rows: pa.Table.from_pylist(dicts(rows)),
}


@LIGHT
@given(paid(), st.sampled_from(sorted(FRAMES)), st.sampled_from(["level", "movement"]), st.sampled_from([1, 3]))
def test_frames_say_what_rows_say(rows, kind, amount, partitions) -> None:
    assume(rows)

    def said(make) -> object:
        try:
            log = make()
            answers = [(one.rows, sorted(map(str, one.notes))) for one in log.ask_all(QUESTIONS)]
            return answers, [log.members(QUESTIONS[0], state=state) for state in NAMES[1:4]], log.lives().rows
        except CustlifeError as error:
            return type(error), str(error)

    one = {**OPTIONS, "as_of": AS_OF, "amount": amount, "tz": "Europe/Zurich"}
    here = said(lambda: RevenueLog.from_frame(FRAMES[kind](rows), **one, partitions=partitions))
    assert here == said(lambda: RevenueLog.from_rows(dicts(rows), **one))


@given(paid(), st.integers(1, 12), st.data())
def test_movements_add_up_to_the_change_also_as_shown(rows, over, data) -> None:
    by = data.draw(st.sampled_from(["", "plan"]))
    for row in log_of(rows).revenue_movements(over=over, by=by or ()).rows:
        assert row.end == row.start + row.new + row.reactivation + row.expansion - row.contraction - row.churn
        exact = row.exact
        gained, lost = exact.new + exact.reactivation + exact.expansion, exact.contraction + exact.churn
        assert exact.end - exact.start == gained - lost
        for name in NAMES:
            off = Fraction(str(getattr(row, name))) * 100 - Fraction(getattr(exact, name), PARTS)
            assert abs(off) < 1
        assert row.customers.end - row.customers.start == (
            row.customers.new + row.customers.reactivation - row.customers.churn
        )


@given(paid())
def test_the_end_of_a_month_is_the_start_of_the_next(rows) -> None:
    found = log_of(rows).revenue_movements().rows
    assert [row.exact.end for row in found[:-1]] == [row.exact.start for row in found[1:]]
    assert [row.end for row in found[:-1]] == [row.start for row in found[1:]]


@given(paid(), st.integers(1, 12))
def test_gross_retention_is_at_most_one_and_at_most_net(rows, over) -> None:
    for row in log_of(rows).revenue_movements(over=over).rows:
        if row.grr is not None and row.nrr is not None:
            assert 0 <= row.grr <= min(1, row.nrr)


@LIGHT
@given(paid(), paid(), st.integers(1, 4))
def test_retention_is_of_a_closed_cohort(rows, others, over) -> None:
    """Customers that pay nothing at the start change neither retention, whatever they pay later."""
    result = log_of(rows).revenue_movements(over=over)
    for row in result.rows:
        opens = {one.period: one for one in result.rows}[row.period]
        there = set(log_of(rows).members(result, period=row.period, state="start"))
        kept = [one for one in rows if one.customer in there]
        alone = {one.period: one for one in log_of(kept).revenue_movements(over=over).rows}.get(row.period)
        if opens.nrr is not None:
            assert (alone.nrr, alone.grr) == (opens.nrr, opens.grr)


@LIGHT
@given(paid())
def test_who_comes_back_is_a_reactivation_and_never_an_expansion_or_new(rows) -> None:
    log = log_of(rows)
    result = log.revenue_movements()
    for row in result.rows:
        back = set(log.members(result, period=row.period, state="reactivation"))
        assert not back & set(log.members(result, period=row.period, state="expansion"))
        assert not back & set(log.members(result, period=row.period, state="start"))
    news = [customer for row in result.rows for customer in log.members(result, period=row.period, state="new")]
    assert len(news) == len(set(news))


@given(paid(), st.integers(1, 3))
def test_segments_recombine(rows, over) -> None:
    log = log_of(rows)
    whole = {row.period: row for row in log.revenue_movements(over=over).rows}
    parts = log.revenue_movements(over=over, by="plan").rows
    for period, row in whole.items():
        mine = [part for part in parts if part.period == period]
        for name in NAMES:
            assert sum(getattr(part.exact, name) for part in mine) == getattr(row.exact, name)
            assert sum(getattr(part.customers, name) for part in mine) == getattr(row.customers, name)


@LIGHT
@given(paid(), paid())
def test_later_rows_change_nothing(rows, others) -> None:
    later = [attrs.evolve(row, at=AS_OF + timedelta(days=1) + (row.at - EDGES[0])) for row in others]
    assert log_of([*rows, *later]).revenue_movements().rows == log_of(rows).revenue_movements().rows


@LIGHT
@given(paid(), st.data())
def test_the_last_periods_are_those_of_all(rows, data) -> None:
    log, over = log_of(rows), data.draw(st.integers(1, 4))
    every = log.revenue_movements(over=over).rows
    for count in (1, 2, 50):
        assert log.revenue_movements(over=over, periods=count).rows == every[-count:]


@LIGHT
@given(paid())
def test_movements_say_what_levels_say(rows) -> None:
    """The same history told as changes; the interval is that of one month, so that they can be told in cents."""
    monthly = [attrs.evolve(row, interval="month") for row in rows]
    changes, held = [], {}
    for row in sorted(monthly, key=lambda row: row.at):
        key = row.customer, row.subscription
        changes.append(attrs.evolve(row, amount=row.amount - held.get(key, 0)))
        held[key] = row.amount
    here, there = log_of(monthly), log_of(changes, amount="movement")
    for over in (1, 3):
        assert here.revenue_movements(over=over).rows == there.revenue_movements(over=over).rows


@LIGHT
@given(paid())
def test_members_are_those_who_count(rows) -> None:
    log = log_of(rows)
    result = log.revenue_movements()
    for row in result.rows:
        for name in NAMES:
            assert len(log.members(result, period=row.period, state=name)) == getattr(row.customers, name)


def test_a_big_sum_is_exact_in_both_engines() -> None:
    rows = [Paid(f"c{n}", EDGES[0], 10**12 - n, "week") for n in range(1600)]  # more than 2**62 parts together
    frame = RevenueLog.from_frame(FRAMES["polars"](rows), **OPTIONS, as_of=AS_OF)
    assert frame.revenue_movements().rows == log_of(rows).revenue_movements().rows
    total = sum(row.amount for row in rows)
    assert frame.revenue_movements().rows[0].exact.end == total * 1560
    often = [Paid("one", EDGES[0] + timedelta(hours=n), 10**12 - n, "week") for n in range(1600)]
    frame = RevenueLog.from_frame(FRAMES["polars"](often), **OPTIONS, as_of=AS_OF)
    assert frame.revenue_movements().rows == log_of(often).revenue_movements().rows


def test_currencies_are_never_added_up() -> None:
    rows = [
        {"customer": "a", "at": "2026-01-05T00:00Z", "amount": "10", "currency": "eur"},
        {"customer": "a", "at": "2026-01-06T00:00Z", "amount": "1000", "currency": "JPY"},
        {"customer": "a", "at": "2026-02-06T00:00Z", "amount": "0", "currency": "EUR"},
    ]
    for log in (
        RevenueLog.from_rows(rows, currency_col="currency", as_of=AS_OF),
        RevenueLog.from_frame(pl.DataFrame(rows), currency_col="currency", as_of=AS_OF, partitions=2),
    ):
        with pytest.raises(cl.errors.UsageError) as caught:
            log.revenue_movements()
        assert str(caught.value) == (
            "amounts in 2 currencies are never added up: EUR, JPY\n\nHint: choose one: currency='EUR'"
        )
        assert log.currencies == ("EUR", "JPY")
        yen = log.revenue_movements(currency="JPY")
        assert (str(yen["2026-02"].end), str(log.revenue_movements(currency="eur")["2026-02"].churn)) == (
            "1000",
            "10.00",
        )
        with pytest.raises(cl.errors.UsageError, match=r"^currency='USD' occurs in no row"):
            log.revenue_movements(currency="USD")


def test_instants_are_in_the_window_they_fall_into() -> None:
    """A change at the first instant of a month belongs to it, one a microsecond before to the month before."""
    start = datetime(2026, 2, 1, tzinfo=UTC)
    rows = [Paid("a", start, 5), Paid("b", start - timedelta(microseconds=1), 7)]
    found = {row.period: row.customers.new for row in log_of(rows).revenue_movements().rows}
    assert (found["2026-01"], found["2026-02"]) == (1, 1)
    assert to_us(AS_OF) > 0
