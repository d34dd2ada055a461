"""Targets and verdicts: the table, the numbers behind it, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import metrics
from custlife.errors import DefinitionError, TimeError, UsageError, UsageTypeError
from custlife.metrics.verdict import CHANCES, DECISIONS, SAID, STATES, TIMES, chance_of, decided, verdict_table
from custlife.stats import Interval
from tests.analysis.strategies import hour, stage_log
from tests.oracles.lifecycle import Row

RATE = metrics.conversion("a", "b", within="2 days")
DAYS = metrics.time_to_convert("a", "c")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def reading(value, low=None, high=None, *, pending=0, n=10, metric=RATE):
    interval = None if low is None else Interval(low, high, 0.95, "wilson")
    reason = "" if value is not None else "n=0"
    return metrics.Reading(
        metric=metric, value=value, unit="share", interval=interval, n=n, pending=pending, reason=reason, as_of=NOW
    )


def test_a_metric_of_events_that_nobody_had_says_so_wherever_it_is_read():
    rows = [("u", "signed up", NOW), ("u", "buy", NOW + timedelta(days=1)), ("v", "signed up", NOW)]
    log = cl.EventLog.from_rows(rows, as_of=NOW + timedelta(days=30))
    doubt = "Nobody had the event 'byu': is it spelled so?"
    metric = metrics.conversion("signed up", "byu", within="7 days", on="events")
    target = cl.Target(metric, at_least=0.9)
    assert metric.read(log).unseen == ("byu",)
    assert str(metric.read(log)).endswith(f", n 2. {doubt}")
    assert str(target.judge(log)).endswith(f"nothing is pending. {doubt}")
    assert metric.trend(log, every="month").footnotes()[-1] == doubt
    bought = metrics.conversion("signed up", "buy", within="7 days", on="events")
    assert cl.Scorecard([target, cl.Target(bought, at_least=0.4)]).judge(log).footnotes() == (doubt,)
    assert (bought.read(log).unseen, bought.read(log).doubt) == ((), "")


READINGS = {
    "none": reading(None),
    "clearly reached": reading(0.5, 0.4, 0.6),
    "reached": reading(0.5, 0.2, 0.8),
    "not reached": reading(0.2, 0.1, 0.4),
    "clearly not reached": reading(0.2, 0.1, 0.25),
}
GOAL = cl.Target(RATE, at_least=0.3)
TABLE = """
| there is no value | too_early | too_early | not_enough_data |
| the goal is reached, even at the worse end of the interval | on_track | met | met |
| the value reaches the goal, but the worse end of its interval does not | on_track | on_track | on_track |
| the value does not reach the goal, but the better end of its interval does | too_early | too_early | not_enough_data |
| the goal is not reached, even at the better end of the interval | too_early | missed | missed |
"""  # written by hand, before the code


def test_the_table_is_the_one_that_was_decided():
    printed = verdict_table().replace("`", "").splitlines()[2:]
    assert printed == TABLE.strip().splitlines()
    assert set(CHANCES) == set(DECISIONS) == set(SAID)
    assert {state for row in DECISIONS.values() for state in row} == set(STATES)


@pytest.mark.parametrize("chance", CHANCES)
@pytest.mark.parametrize("time", TIMES)
def test_the_code_is_the_table(chance, time):
    import attrs

    found = attrs.evolve(READINGS[chance], pending=3 if time == "pending" else 0)
    assert chance_of(found, 0.3, None) == chance
    state, why = decided(GOAL, found, is_due=time != "ahead")
    assert state == DECISIONS[chance][TIMES.index(time)]
    words = {"ahead": "the due date is ahead", "pending": "3 are still pending", "settled": "nothing is pending"}
    assert why.endswith(f"; {words[time]}")


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_mirrored_goal_gives_the_mirrored_answer(a, b, c, goal):
    low, value, high = sorted((a, b, c))
    forward = chance_of(reading(value, low, high), goal, None)
    back = chance_of(reading(-value, -high, -low), None, -goal)
    assert forward == back


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_harder_goal_is_never_reached_more_clearly(a, b, c, one, other):
    order = ["clearly not reached", "not reached", "reached", "clearly reached"]
    low, value, high = sorted((a, b, c))
    easy, hard = sorted((one, other))
    found = [order.index(chance_of(reading(value, low, high), goal, None)) for goal in (easy, hard)]
    assert found[0] >= found[1]


def test_both_sides_of_a_band_must_hold():
    assert chance_of(reading(0.5, 0.4, 0.6), 0.3, 0.7) == "clearly reached"
    assert chance_of(reading(0.5, 0.4, 0.6), 0.3, 0.55) == "reached"
    assert chance_of(reading(0.5, 0.4, 0.6), 0.3, 0.45) == "not reached"
    assert chance_of(reading(0.5, 0.4, 0.6), 0.1, 0.3) == "clearly not reached"


def test_an_interval_that_touches_the_goal_leaves_a_doubt():
    assert chance_of(reading(0.5, 0.4, 0.6), 0.4, None) == "clearly reached"
    assert chance_of(reading(0.5, 0.4, 0.6), None, 0.6) == "clearly reached"
    assert chance_of(reading(0.5, 0.4, 0.6), 0.6, None) == "not reached"
    assert chance_of(reading(0.5, 0.4, 0.6), None, 0.4) == "not reached"


def test_a_value_without_an_interval_is_exact():
    assert chance_of(reading(0.3), 0.3, None) == "clearly reached"
    assert chance_of(reading(0.2), 0.3, None) == "clearly not reached"
    assert chance_of(reading(Decimal("10.00")), Decimal(10), None) == "clearly reached"


def test_a_median_that_is_not_reached_may_still_be_known_to_be_too_long():
    assert chance_of(reading(None, 45.0, float("inf")), None, 20) == "clearly not reached"
    assert chance_of(reading(None, 15.0, float("inf")), None, 20) == "none"


ROWS = [Row(f"u{n}", hour(n), name, plan="p" if n % 2 else "q") for n in range(40) for name in ("a", "b")]


def test_one_that_is_pending_is_one():
    found = decided(GOAL, reading(0.5, 0.2, 0.8, pending=1), is_due=True)[1]
    assert found.endswith("; 1 is still pending")


def test_judging_reads_the_log():
    verdict = GOAL.judge(stage_log(ROWS, hour(150)))
    assert (verdict.state, verdict.ok, verdict.as_of) == ("met", True, hour(150))
    assert verdict.reading == RATE.read(stage_log(ROWS, hour(150)))
    assert str(verdict).startswith("met: a to b within 2 days: 100.0 % (95 %")
    assert cl.Target(RATE, at_most=0.3).judge(stage_log(ROWS, hour(150))).state == "missed"


@pytest.mark.parametrize(
    ("due", "state"),
    [
        (None, "met"),
        (hour(150), "met"),
        (hour(150) + timedelta(microseconds=1), "on_track"),
        (date(2026, 4, 2), "met"),  # the start of that day in Zurich, eight hours before the moment of looking
        (date(2026, 4, 3), "on_track"),
        ("2026-04-02T08:00", "met"),  # in the zone of the log
        ("2026-04-02T08:01", "on_track"),
    ],
)
def test_a_target_is_due_from_its_date_on(due, state):
    assert cl.Target(RATE, at_least=0.3, due=due).judge(stage_log(ROWS, hour(150))).state == state


def test_a_segment_is_judged_alone():
    log = stage_log(ROWS, hour(150))
    one = cl.Target(RATE, at_least=0.3, segment={"plan": "p"}).judge(log)
    assert (one.reading.segment, one.reading.n) == (("p",), 20)
    nobody = cl.Target(RATE, at_least=0.3, segment={"plan": "gold"}).judge(log)
    assert (nobody.state, nobody.why) == ("not_enough_data", "nobody is in the segment gold; nothing is pending")


def test_each_segment_is_judged_and_the_worst_decides():
    rows = [row for row in ROWS if not (row.plan == "q" and row.name == "b")]
    verdict = cl.Target(RATE, at_least=0.3, by="plan").judge(stage_log(rows, hour(150)))
    assert [(part.reading.segment, part.state) for part in verdict.parts] == [(("p",), "met"), (("q",), "missed")]
    assert (verdict.state, verdict.reading.segment, verdict.ok) == ("missed", ("q",), False)
    assert cl.Target(RATE, at_least=0.3, by="plan").judge(stage_log([], hour(9))).state == "not_enough_data"


@pytest.mark.parametrize(
    ("options", "error", "what", "hint"),
    [
        ({}, DefinitionError, "a target for 'conversion' without a direction", "write at_least=..."),
        ({"at_least": 25}, UsageError, "at_least=25 is no share: 100 % is 1", "write at_least=0.25"),
        ({"at_least": -0.1}, UsageError, "at_least=-0.1 is no share: 100 % is 1", "write at_least=0.25"),
        ({"at_most": 300}, UsageError, "at_most=300 is no share: 100 % is 1", "write at_most=0.25"),
        ({"at_least": "0.2"}, UsageTypeError, "at_least='0.2' is not a number", "write at_least=0.25"),
        ({"at_least": True}, UsageTypeError, "at_least=True is not a number", "write at_least=0.25"),
        ({"at_least": float("nan")}, UsageError, "at_least=nan is not a finite number", "write at_least=0.25"),
        ({"at_least": 0.4, "at_most": 0.2}, DefinitionError, "at_least=0.4 is above at_most=0.2", "swap them"),
        ({"at_least": cl.days(3)}, UsageError, "at_least=Span(days=3) is no number of share", "write at_least=30"),
        (
            {"at_least": 0.2, "by": "plan", "segment": {"plan": "p"}},
            DefinitionError,
            "segment= and by= exclude each other",
            "name one segment, or ask each of a column",
        ),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(options, error, what, hint):
    with pytest.raises(error) as caught:
        cl.Target(RATE, **options)
    assert (caught.value.what, caught.value.hint) == (what, hint)


def test_a_lower_metric_without_direction_is_told_the_other_word():
    with pytest.raises(DefinitionError) as caught:
        cl.Target(metrics.logo_churn())
    assert caught.value.hint == "write at_most=..."


def test_a_target_needs_a_metric_and_a_time_that_can_be_read():
    with pytest.raises(
        UsageTypeError, match=r"metric='conversion' is not a metric\n\nHint: write metrics.*within='14 days'\)$"
    ):
        cl.Target("conversion", at_least=0.3)
    with pytest.raises(TimeError, match="due="):
        cl.Target(RATE, at_least=0.3, due="in autumn")


@pytest.mark.parametrize("length", [cl.days(14), timedelta(days=14), "14 days", 14, 14.0])
def test_lengths_are_numbers_of_the_unit_of_the_metric(length):
    assert cl.Target(DAYS, at_most=length).at_most == 14
    assert (
        cl.Target(DAYS, at_most=length).goal
        == f"at most {'14' if length == 14 and type(length) is int else '14.0'} days"
    )


def test_months_are_no_number_of_days():
    with pytest.raises(UsageError) as caught:
        cl.Target(DAYS, at_most="1 month")
    assert caught.value.what == "at_most='1 month' is no number of days"


@pytest.mark.parametrize("length", [cl.months(18), "18 months", 18])
def test_months_are_a_number_of_months(length):
    target = cl.Target(metrics.cac_payback(margin="0.7"), at_most=length)
    assert (target.at_most, target.signs) == (18, "≤ 18 months")
    assert cl.Target(metrics.cac_payback(margin="0.7"), at_most="2 years").at_most == 24


def test_days_are_no_number_of_months():
    with pytest.raises(UsageError) as caught:
        cl.Target(metrics.cac_payback(margin="0.7"), at_most="90 days")
    assert caught.value.what == "at_most='90 days' is no number of months"
    assert caught.value.hint == "write at_most=12"


@pytest.mark.parametrize("segment", ["pro", ["pro"], 3, {"plan": 3}, {3: "pro"}, [("plan", "pro", "x")]])
def test_a_segment_is_columns_with_texts(segment):
    with pytest.raises(UsageTypeError) as caught:
        cl.Target(RATE, at_least=0.3, segment=segment)
    assert caught.value.what == f"segment={segment!r} does not say which column has which text"


def test_a_target_says_what_it_wants():
    goal = cl.Target(RATE, at_least=0.3, at_most=0.5, due=date(2026, 6, 30), segment={"plan": "p"})
    assert str(goal) == "a to b within 2 days (p): at least 30.0 % and at most 50.0 % by 2026-06-30"
    assert goal.signs == "≥ 30.0 %, ≤ 50.0 %"
    assert cl.Target(RATE, at_least=0.3, by="plan").label == "a to b within 2 days (each plan)"
