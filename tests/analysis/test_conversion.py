"""Conversion: the funnel of two steps, in one row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife import EventLog
from custlife.analysis.conversion import Conversion
from custlife.analysis.steps import Step, step
from custlife.calendar import days, hours
from custlife.errors import UnknownNameError, UsageError
from tests.analysis.strategies import AS_OF, EVENT_ROWS, NAMES, STAGE_ROWS, event_log, hour, stage_log
from tests.oracles.lifecycle import Row, histories

ENTRY = st.sampled_from(["first", "best", "each"])


@given(
    rows=EVENT_ROWS, as_of=AS_OF, entry=ENTRY, by=st.sampled_from([(), ("plan",)]), every=st.sampled_from([None, "day"])
)
def test_conversion_is_the_funnel_of_its_two_steps(rows, as_of, entry, by, every):
    log = event_log(rows, as_of)
    funnel = log.funnel("visit", "buy", within=days(2), entry=entry, by=by, every=every)
    found = log.conversion("visit", "buy", within=days(2), entry=entry, by=by, every=every)
    parts = [part for part in funnel.parts if len(part.segment) == len(by)]
    for row, part in zip(found.rows, parts, strict=True):
        goal = part.steps[1]
        assert (row.segment, row.cohort, row.entered, row.converted) == (
            part.segment,
            part.cohort,
            part.entered,
            goal.reached,
        )
        assert (row.rate, row.interval, row.km_rate, row.pending) == (
            goal.rate,
            goal.interval,
            goal.km_rate,
            goal.pending,
        )
        assert row.entered == row.converted + row.pending + row.lost


@given(rows=STAGE_ROWS, as_of=AS_OF)
def test_an_exit_can_be_the_goal(rows, as_of):
    found = stage_log(rows, as_of).conversion("a", "lost", within=hours(24), skips="strict")
    entered = converted = 0
    for mine in histories(rows, NAMES, as_of, collapse=True).values():
        start = next((i for i, row in enumerate(mine) if row.name == "a"), None)
        if start is None:
            continue
        entered += 1
        gaps = [(row.at - mine[start].at).total_seconds() / 3600 for row in mine[start:] if row.name == "lost"]
        converted += bool(gaps) and min(gaps) <= 24
    assert (found.entered, found.converted) == (entered, converted)


ROWS = [
    Row("u1", hour(0), "a", "p"), Row("u1", hour(12), "b", "p"), Row("u2", hour(0), "a", "q"), Row("u3", hour(47), "a", "q"),
]  # fmt: skip


def test_a_split_conversion_is_picked_by_label():
    found = stage_log(ROWS, hour(60)).conversion("a", "b", within=days(1), by="plan", every="day")
    assert [row.label for row in found.rows] == ["p · 2026-03-27", "q · 2026-03-27", "q · 2026-03-29"]
    assert found["p · 2026-03-27"].rate == 1.0
    assert found["q · 2026-03-29"].pending == 1
    with pytest.raises(UnknownNameError, match="'z'"):
        found["z"]
    with pytest.raises(UsageError, match="3 rows"):
        _ = found.rate


def test_a_whole_conversion_reads_like_one_number():
    found = stage_log(ROWS, hour(60)).conversion("a", "b", within=days(1))
    assert (found.rate, found.entered, found.converted, found.pending, found.lost) == (0.5, 3, 1, 1, 1)
    assert found.interval == found.whole.interval
    assert found.whole.label == "all"
    assert found.whole.curve().n == 3
    assert found.whole.curve().at(0.5).incidence == pytest.approx(1 / 3)


def test_without_a_window_there_is_no_rate_and_a_reason():
    found = stage_log(ROWS, hour(60)).conversion("a", "b")
    assert found.rate is None
    assert any("No rate" in note for note in found.footnotes())


def test_a_trend_is_a_line_and_a_split_is_bars():
    log = stage_log(ROWS, hour(60))
    assert type(log.conversion("a", "b", within=days(1), every="day").picture()).__name__ == "Lines"
    assert type(log.conversion("a", "b", within=days(1), by="plan").picture()).__name__ == "Bars"
    assert "100.0 %" in str(log.conversion("a", "b", within=days(1), by="plan"))
    text = log.conversion("a", "b", within=days(1), every="day", by="plan").picture().text()
    assert "p" in text


def test_steps_with_limits_serve_as_start_and_goal():
    found = stage_log(ROWS, hour(60)).conversion("a", step("b", within=hours(6)))
    assert found.converted == 0
    assert found.title() == "Conversion from a to b"


def test_policies_are_checked_when_the_question_is_made():
    with pytest.raises(UsageError, match="entry='any'"):
        Conversion(Step(("a",)), Step(("b",)), entry="any")


def test_a_rate_stands_beside_those_it_is_of():
    rows = [("u", "a", hour(0)), ("u", "b", hour(1)), ("v", "a", hour(90))]
    log = EventLog.from_rows(rows, as_of=hour(100))
    found = log.conversion("a", "b", within=days(2))
    assert found.people()[0]["eligible"] == 1
    assert "Rate: of the eligible, whose time is over." in found.footnotes()
    assert log.funnel("a", "b", within=days(2)).footnotes()[1] == "Rate: of the 1 eligible, whose time is over."
    assert not any("Rate:" in line for line in log.funnel("a", "b").footnotes())
    assert not any("Rate:" in line for line in log.conversion("a", "b").footnotes())
    assert log.funnel("a", "b", within=days(0)).title().endswith(" within 0 seconds")
