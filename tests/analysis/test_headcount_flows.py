"""Headcount and flows: who is where, who went where, and that nobody is lost between the two."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import UnknownNameError, UsageError
from custlife.stages import MoveKind
from tests.analysis.strategies import (
    AS_OF,
    DAYS,
    EVENT_ROWS,
    EVENTS,
    MODEL,
    NAMES,
    SINCE,
    STAGE_ROWS,
    START,
    ZONE,
    event_log,
    hour,
    stage_log,
)
from tests.oracles.lifecycle import Row, calendar, histories, in_stage, label, period_of, stays


def periods_for(rows, as_of, every):
    seen = [row.at for row in rows if row.at <= as_of]
    return calendar(min([*seen, as_of, START]), as_of, every, ZONE)


@given(rows=STAGE_ROWS, as_of=AS_OF, every=DAYS, since=SINCE)
def test_headcount_is_who_is_there_just_before_the_next_period(rows, as_of, every, since):
    seen = histories(rows, NAMES, as_of, collapse=True)
    periods = periods_for(rows, as_of, every)
    found = stage_log(rows, as_of, since).headcount(every=every)
    ends = {label(low, every, ZONE): high for low, high in periods}
    for stage in NAMES if found.rows else ():
        mine = found.of(stage)
        for row in mine:
            high = ends[row.period]
            assert row.count == len(in_stage(seen, stage, high))
            assert row.is_complete == (high <= as_of)


@given(rows=STAGE_ROWS, as_of=AS_OF, every=DAYS, split=st.booleans())
def test_a_stock_is_the_one_before_plus_who_came_minus_who_went(rows, as_of, every, split):
    found = stage_log(rows, as_of).headcount(every=every, by="plan" if split else ())
    before: Counter[tuple] = Counter()
    for row in found.rows:
        before[row.segment, row.stage] += row.entered - row.left
        assert row.count == before[row.segment, row.stage] >= 0


@given(rows=STAGE_ROWS, as_of=AS_OF, every=DAYS)
def test_headcount_by_segment_adds_up_and_follows_the_start_of_the_stay(rows, as_of, every):
    log = stage_log(rows, as_of)
    whole, parts = log.headcount(every=every), log.headcount(every=every, by="plan")
    total: Counter[tuple[str, str]] = Counter()
    for row in parts.rows:
        total[row.period, row.stage] += row.count
    assert all(total[row.period, row.stage] == row.count for row in whole.rows)
    if whole.rows:
        last = whole.rows[-1].period  # a period that has only begun is not shown, and nothing happened in it
        open_ones = Counter(
            (s.plan, s.stage) for s in stays(histories(rows, NAMES, as_of, collapse=True)) if s.left is None
        )
        assert {(r.segment[0], r.stage): r.count for r in parts.rows if r.period == last and r.count} == dict(open_ones)


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, every=st.one_of(st.none(), DAYS), split=st.booleans())
def test_flows_are_the_moves_of_brute_force(rows, as_of, since, every, split):
    found = stage_log(rows, as_of, since).flows(every=every, by="plan" if split else ())
    expected: Counter[tuple] = Counter()
    periods = periods_for(rows, as_of, every or "day")
    earlier = 0
    for stay in stays(histories(rows, NAMES, as_of, collapse=True)):
        if since is not None and stay.entered < since:
            earlier += 1
            continue
        period = label(periods[period_of(stay.entered, periods)][0], every, ZONE) if every else None
        expected[(stay.plan,) if split else (), period, stay.came, stay.stage] += 1
    counted = Counter()
    for row in found.rows:
        counted[row.segment, row.period, row.from_stage, row.to_stage] += row.moves
    assert counted == expected
    assert found.earlier == earlier


@given(rows=EVENT_ROWS, as_of=AS_OF)
def test_flows_of_events_keep_repeats(rows, as_of):
    seen = histories(rows, tuple(sorted(EVENTS)), as_of, collapse=False)
    expected = Counter((stay.came, stay.stage) for stay in stays(seen))
    found = event_log(rows, as_of).flows()
    assert Counter({(row.from_stage, row.to_stage): row.moves for row in found.rows}) == expected
    assert {row.kind for row in found.rows} <= {None}


@given(rows=STAGE_ROWS, as_of=AS_OF)
def test_shares_of_the_moves_from_one_stage_add_up_to_one(rows, as_of):
    found = stage_log(rows, as_of).flows(every="day")
    total: Counter[tuple] = Counter()
    for row in found.rows:
        total[row.period, row.from_stage] += row.share
        assert row.kind == MODEL.kind(row.from_stage, row.to_stage)
    assert all(value == pytest.approx(1) for value in total.values())


ROWS = [
    Row("u1", hour(0), "a", "p"),
    Row("u1", hour(30), "b", "q"),
    Row("u2", hour(1), "b", "p"),
    Row("u2", hour(50), "lapsed", "p"),
    Row("u3", hour(2), "other"),
]


def test_headcount_lists_exits_apart():
    found = stage_log(ROWS, hour(60)).headcount(every="day")
    assert found.at("2026-03-29") == {"a": 0, "b": 1, "c": 0, "other": 1, "lapsed": 1, "lost": 0}
    assert found.rows[0].label == "a · 2026-03-27"
    assert {row.stage: row.place for row in found.rows} == {
        "a": "path", "b": "path", "c": "path", "other": "unplaced", "lapsed": "paused", "lost": "ended",
    }  # fmt: skip
    assert [line.name for line in found.picture().series] == ["a", "b", "c", "other"]
    assert "2026-03-29 is not over: counted at as_of." in found.footnotes()


def test_headcount_knows_who_came_before_observation():
    found = stage_log(ROWS, hour(60), hour(40)).headcount(every="day")
    assert [row.count for row in found.of("b")] == [2, 1]


def test_headcount_of_nobody_is_empty():
    assert stage_log([], hour(1)).headcount().rows == ()
    with pytest.raises(UnknownNameError, match="row 'a'"):
        stage_log([], hour(1)).headcount().of("a")
    with pytest.raises(UnknownNameError, match="2026-01"):
        stage_log(ROWS, hour(60)).headcount().at("2026-01")


def test_flows_name_entries_and_kinds():
    found = stage_log(ROWS, hour(60)).flows()
    assert found.moves(None, "b") == 1
    assert found.moves("b", "lapsed") == 1
    kinds = {(row.from_stage, row.to_stage): row.kind for row in found.rows}
    assert kinds["a", "b"] == MoveKind.ADVANCE
    assert kinds["b", "lapsed"] == MoveKind.LAPSE


def test_flows_are_drawn_whole_or_by_period():
    log = stage_log(ROWS, hour(60), hour(1))
    assert "(start)" in str(log.flows().picture())
    assert "enter" in str(log.flows(every="day").picture())
    assert "1 moves were made before observation began." in log.flows().footnotes()
    assert log.flows(every="day", by="plan").to_dicts()[0].keys() >= {"plan", "period", "from", "to"}


def test_headcount_before_observation_starts_with_the_period_of_since():
    found = stage_log([Row("u1", hour(0), "a")], hour(60), hour(40)).headcount(every="day")
    assert [(row.period, row.count, row.entered) for row in found.of("a")] == [
        ("2026-03-28", 1, 0),
        ("2026-03-29", 1, 0),
    ]


def test_periods_are_checked():
    with pytest.raises(UsageError, match="every='hour'"):
        stage_log(ROWS).flows(every="hour")
    with pytest.raises(UsageError, match="week_start='x'"):
        stage_log(ROWS).headcount(week_start="x")
