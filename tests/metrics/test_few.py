"""What few customers say: an interval never claims more than they know, and no verdict rests on one of them."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import metrics
from tests.analysis.strategies import hour, stage_log
from tests.oracles.lifecycle import Row

Z = 1.959963984540054  # the 97.5 % point of the normal distribution


def wilson(k: int, n: int) -> tuple[float, float]:
    """The roots of (p - k/n)^2 = z^2 p (1 - p) / n, by the formula for a quadratic."""
    a, b, c = n + Z * Z, -(2 * k + Z * Z), k * k / n
    root = (b * b - 4 * a * c) ** 0.5
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def ends(reading: metrics.Reading) -> tuple[float, float] | None:
    return None if reading.interval is None else (reading.interval.low, reading.interval.high)


def log(histories: dict[str, int], until: int = 400) -> cl.StageLog:
    """So many units of each history, its stages ten hours apart."""
    rows = []
    for history, count in histories.items():
        for n in range(count):
            names = history.split()
            rows += [Row(f"{history} {n}", hour(10 * i), name) for i, name in enumerate(names)]
    return stage_log(rows, hour(until))


GONE = "b lost"


@given(st.integers(1, 60))
def test_churn_by_age_of_none_or_all_is_as_sure_as_their_number(n):
    churn = metrics.churn_by_age("2 days")
    young = [Row(f"y{i}", hour(395), "b") for i in range(3)]  # too young to say anything
    kept = churn.read(stage_log([*(Row(f"k{i}", hour(0), "b") for i in range(n)), *young], hour(400)))
    gone = churn.read(log({GONE: n}))
    assert (kept.value, kept.n, kept.pending, gone.value) == (0, n + 3, 3, 1)
    assert ends(kept) == pytest.approx(wilson(0, n), abs=1e-12)
    assert ends(gone) == pytest.approx(wilson(n, n), abs=1e-12)


@given(st.integers(1, 40), st.integers(1, 40), st.booleans())
def test_drop_off_of_none_is_as_sure_as_those_whose_end_is_known(known, pending, has_window):
    way = "a" if has_window else "ab"
    rows = [Row(f"k{n}", hour(10 * i), name) for n in range(known) for i, name in enumerate(way)]
    rows += [Row(f"p{n}", hour(395), "a") for n in range(pending)]
    drop = metrics.drop_off("a", "lost", within="2 days" if has_window else None)
    found = drop.read(stage_log(rows, hour(400)))
    assert (found.value, found.n, found.pending) == (0, known + pending, pending)
    assert ends(found) == pytest.approx(wilson(0, known), abs=1e-12)


def test_drop_off_has_no_value_where_nobody_has_ended_yet():
    found = metrics.drop_off("a", "lost").read(log({"a": 100}))
    assert (found.value, found.interval, found.pending) == (None, None, 100)
    assert found.reason == "nobody has ended yet: 100 pending"
    assert metrics.eventual_conversion("a").read(log({"a": 100})).value is None


def responses(scores: list[int], kind: str) -> cl.Responses:
    scale = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}[kind]
    rows = [{"customer": f"u{n}", "at": "2026-01-05T00:00Z", "score": score} for n, score in enumerate(scores)]
    return cl.Responses.from_rows(rows, survey=kind, scale=scale, as_of="2026-02-01T00:00Z")


SURVEYS = {
    "nps": (metrics.nps(), {10: 100, 7: 0, 2: -100}, (-100, 100)),
    "csat": (metrics.csat(variant="mean"), {5: 5, 1: 1, 3: 3}, (1, 5)),
    "ces": (metrics.ces(), {7: 7, 4: 4}, (1, 7)),
}


@given(st.integers(1, 50), st.sampled_from([(kind, score) for kind, one in SURVEYS.items() for score in one[1]]))
def test_answers_that_are_all_alike_leave_room_for_some_that_are_not(n, case):
    kind, score = case
    metric, values, (least, most) = SURVEYS[kind]
    found = metric.read(responses([score] * n, kind))
    others = 1 - wilson(n, n)[0]
    value = values[score]
    assert found.value == value
    assert ends(found) == pytest.approx((value + (least - value) * others, value + (most - value) * others))


def test_a_mean_by_the_highest_score_has_room_in_its_own_unit():
    found = metrics.csat(variant="of_maximum").read(responses([5], "csat"))
    others = 1 - wilson(1, 1)[0]
    assert (found.value, found.unit) == (1, "share")
    assert ends(found) == pytest.approx((1 + (1 / 5 - 1) * others, 1))


def test_nobody_answered_gives_no_interval():
    empty = metrics.nps().read(responses([], "nps"))
    assert (empty.value, empty.interval) == (None, None)


ONE = {
    "churn by age": (metrics.churn_by_age("2 days"), log({"b": 1}), 0.05),
    "drop-off": (metrics.drop_off("a", "lost", within="2 days"), log({"a": 1}), 0.05),
    "time to convert": (metrics.time_to_convert("a", "c"), log({"a c": 1}), 2),
    "time in stage": (metrics.time_in_stage("a"), log({"a c": 1}), 2),
    "cycle": (metrics.cycle_length(start="a", won="c"), log({"a c": 1}), 2),
}


@pytest.mark.parametrize("name", ONE)
def test_one_customer_meets_no_target_and_misses_none(name):
    metric, of_one, most = ONE[name]
    assert cl.Target(metric, at_most=most).judge(of_one).state == "on_track"
    harder = cl.Target(metric, at_least=0.5 if most < 1 else 3).judge(of_one)
    assert harder.state == "not_enough_data"


@pytest.mark.parametrize(("least", "state"), [(50, "on_track"), (-20, "on_track"), (-60, "met")])
def test_one_promoter_is_no_score(least, state):
    assert cl.Target(metrics.nps(), at_least=least).judge(responses([10], "nps")).state == state


@pytest.mark.parametrize("name", ["time to convert", "time in stage", "cycle"])
def test_a_median_of_one_may_be_anything(name):
    metric, of_one, _ = ONE[name]
    assert ends(metric.read(of_one)) == (0, inf)


def test_a_median_that_nobody_has_reached_has_no_interval_and_a_cycle_of_nobody_none():
    assert metrics.time_to_convert("a", "c").read(log({"a": 1})).interval is None
    assert metrics.cycle_length(start="a", won="c").read(log({"a": 1})).interval is None


# -- who is back, too young, referred, or still there --------------------------------------------------------------------


def test_who_came_back_is_gained_in_the_quick_ratio_of_customers():
    rows = [Row("back", hour(0), "b"), Row("back", hour(1), "lost"), Row("back", hour(60), "b")]
    rows += [Row("gone", hour(0), "b"), Row("gone", hour(61), "lost"), Row("new", hour(62), "b")]
    trend = metrics.customer_quick_ratio(every="week").trend(stage_log(rows, hour(400)))
    day = metrics.customer_quick_ratio(every="day").trend(stage_log(rows, hour(400)))
    assert max(row.part or 0 for row in day) == 2  # one is new, one is back
    assert all(row.n == (row.whole or 0) for row in trend)


def test_cohorts_too_young_for_retention_are_pending():
    rows = [Row("old", hour(0), "b"), Row("young", hour(330), "b")]  # its third day is not over
    found = metrics.retention_rate(3, every="day").read(stage_log(rows, hour(400)))
    assert (found.value, found.n, found.pending) == (1, 1, 1)


def test_only_named_values_mean_a_referral():
    rows = [Row(f"u{i}", hour(1), "b", plan=plan) for i, plan in enumerate(["p", "p", "q", None])]
    log = stage_log(rows, hour(400))
    week = metrics.referral_share("plan", "b", values="p", every="week").trend(log)
    assert [(row.part, row.whole) for row in week if row.n] == [(2, 4)]
    anyone = metrics.referral_share("plan", "b", every="week").trend(log)
    assert [(row.part, row.whole) for row in anyone if row.n] == [(3, 4)]


def test_stays_that_last_are_pending_and_told():
    found = metrics.time_in_stage("a").read(log({"a c": 3, "a": 2}))
    assert (found.n, found.pending, found.notes) == (5, 2, ("3 of 5 have got there",))


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        ("2026-02-28T23:59:59.999998Z", "2026-01"),
        ("2026-02-28T23:59:59.999999Z", "2026-02"),
        ("2026-03-01T00:00Z", "2026-02"),
    ],
)
def test_a_replay_ends_with_the_last_month_that_is_over_and_sees_nothing_of_the_next(as_of, last):
    model = cl.StageModel("m", ["a", "b"])
    rows = [("u", "a", "2026-01-05T00:00Z"), ("v", "a", "2026-02-01T00:00Z"), ("w", "a", "2026-03-01T00:00Z")]
    found = metrics.in_stage("a").replay(cl.StageLog.from_rows(rows, model, as_of=as_of), periods=2)
    values = {"2025-12": 0, "2026-01": 1, "2026-02": 2}
    assert [row.period for row in found][-1] == last
    assert [row.value for row in found] == [values[row.period] for row in found]
