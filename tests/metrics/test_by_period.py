"""Metrics of periods by hand: daily churn, ratios of period counts, the K factor."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given

import custlife as cl
from custlife import metrics
from tests.analysis.strategies import AS_OF, STAGE_ROWS, stage_log

MODEL = cl.StageModel("m", ["invited", "paying"], exits=[cl.Stage("gone", exit="ended")], customer_from="paying")


def day(n: int, month: int = 3) -> str:
    return f"2026-{month:02}-{n:02}T12:00Z"


def log_of(rows, as_of: str = "2026-04-01T00:00Z", **more) -> cl.StageLog:
    return cl.StageLog.from_rows(rows, MODEL, as_of=as_of, **more)


def test_daily_churn_is_that_of_its_definition_beside_the_denominators_of_logo_churn() -> None:
    """100 at the start; 60 come at noon of March 11th, 8 of the old and 4 of the new leave at noon of the 21st."""
    rows = [(f"old{n}", "paying", day(1, 1)) for n in range(100)] + [(f"new{n}", "paying", day(11)) for n in range(60)]
    rows += [(f"old{n}", "gone", day(21)) for n in range(8)] + [(f"new{n}", "gone", day(21)) for n in range(4)]
    mean = Fraction(11 * 100 + 10 * 160 + 10 * 148, 31)
    found = metrics.daily_churn().read(log_of(rows))
    assert found.value == float(12 / mean) == pytest.approx(0.0890, abs=1e-4)
    assert (found.part, found.whole, found.n, found.notes) == (12 * 31, mean * 31, 160, ("of 2026-03",))
    logo = [metrics.logo_churn(base=base).read(log_of(rows)).value for base in ("all over start", "start", "average")]
    assert logo == pytest.approx([0.12, 0.08, 12 / 124])


def test_who_leaves_twice_is_lost_twice_and_who_comes_and_goes_in_a_day_is_not_seen() -> None:
    rows = [("a", "paying", day(1, 1)), ("a", "gone", day(5)), ("a", "paying", day(8)), ("a", "gone", day(20))]
    rows += [("b", "paying", "2026-03-02T01:00Z"), ("b", "gone", "2026-03-02T23:00Z")]
    found = metrics.daily_churn().read(log_of(rows))
    assert (found.part, found.whole) == (2 * 31, 5 + 12)
    assert metrics.daily_churn().read(log_of(rows[4:])).reason.startswith("nothing below the line")


def test_days_of_23_hours_count_as_days() -> None:
    rows = [("a", "paying", day(1, 1)), ("b", "paying", day(1, 1)), ("b", "gone", day(29))]
    zone = "Europe/Zurich"
    found = metrics.daily_churn(every="week").trend(log_of(rows, "2026-03-31T00:00Z", tz=zone), every="week")
    assert (found["2026-W13"].part, found["2026-W13"].whole) == (7, 14)
    assert found["2026-W14"].reason == "2026-W14 is not over"


@given(STAGE_ROWS, AS_OF)
def test_days_of_customers_are_those_of_the_headcount(rows, as_of) -> None:
    log = stage_log(rows, as_of)
    customers = ("a", "c")
    there: dict[str, int] = {}
    for row in log.headcount(every="day").rows:
        there[row.period] = there.get(row.period, 0) + (row.count if row.stage in customers else 0)
    for reading in metrics.daily_churn(every="day", customers=customers).trend(log, every="day"):
        before = max((one for one in there if one < reading.period), default=None)
        if reading.value is not None:
            assert reading.whole == there[before]


def test_a_ratio_of_period_counts_sets_other_people_side_by_side() -> None:
    rows = [("a", "invited", day(1, 2)), ("a", "paying", day(3)), ("b", "invited", day(9)), ("c", "paying", day(5))]
    found = metrics.period_ratio("invited", "paying").trend(log_of(rows))
    assert [(row.period, row.value, row.part, row.whole) for row in found] == [
        ("2026-02", 0.0, 0, 1), ("2026-03", 2.0, 2, 1),
    ]  # fmt: skip
    assert metrics.period_ratio("invited", "paying").read(log_of(rows[3:])).reason.startswith("nothing below the line")
    assert metrics.conversion("invited", "paying", within="40 days").read(log_of(rows)).value == 1.0


def invitations() -> list[tuple[str, str, str]]:
    """Four customers; in February they invite five, of whom two become customers in time, and one too late."""
    rows = [(f"c{n}", "paying", day(1, 1)) for n in range(4)]
    rows += [(f"i{n}", "invited", day(10, 2)) for n in range(5)]
    rows += [("i0", "paying", day(12, 2)), ("i1", "paying", day(9)), ("i2", "paying", day(20))]
    return [*rows, ("j", "invited", day(5)), ("j", "paying", day(6))]


def test_the_k_factor_is_invites_for_each_customer_times_their_conversion() -> None:
    metric = metrics.k_factor("invited", "paying", within="30 days")
    found = metric.read(log_of(invitations()))
    assert (found.value, found.part, found.whole, found.n) == (5 / 4 * 2 / 5, 2, 4, 4)
    assert found.notes == ("of 2026-02", "1.25 invited for each customer, of whom 40.0 % became customers")
    trend = metric.trend(log_of(invitations()))
    assert [row.period for row in trend] == ["2026-01", "2026-02", "2026-03"]
    assert trend["2026-01"].reason.startswith("nothing below the line")
    assert (trend["2026-03"].value, trend["2026-03"].pending) == (None, 0)
    assert trend["2026-03"].reason == "2026-03 is not over, or not yet 30 days ago"
    later = metric.read(log_of(invitations(), "2026-05-01T00:00Z"))
    assert (later.value, later.part, later.whole) == (1 / 5, 1, 5)
    assert metric.explain(log_of(invitations()), "i0").part == 1
    assert metric.explain(log_of(invitations()), "j").state == "not counted"


def test_a_period_of_invitations_is_closed_with_the_last_possible_one() -> None:
    metric = metrics.k_factor("invited", "paying", within="30 days")
    rows = [("c", "paying", day(1, 1)), ("i", "invited", day(10, 2))]
    for as_of, period in [("2026-03-30T23:59:59.999998Z", "2026-01"), ("2026-03-30T23:59:59.999999Z", "2026-02")]:
        assert metric.read(log_of(rows, as_of)).notes[0] == f"of {period}"
