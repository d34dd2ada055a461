"""Touches by stage and hand-overs, and two logs at once: against brute force, by examples, and what bad input gets."""

from __future__ import annotations

import pickle
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import EventLog, StageLog, presets
from custlife.analysis.hand_overs import HandOvers
from custlife.analysis.nurture import Nurture
from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from tests.analysis.desk import HOUR, desk_log, nurtured, spread
from tests.analysis.selling import EXITS, PATH, TOUCHES, both, events, logs
from tests.analysis.strategies import MODEL, STAGE_ROWS, stage_log
from tests.oracles import selling as oracle

# -- two logs ----------------------------------------------------------------------------------------------------------


def test_logs_must_fit_together():
    log, calls = desk_log()
    with pytest.raises(UsageTypeError, match="is not a log of events"):
        log.beside(log)
    with pytest.raises(UsageError, match="counts customers, the events are of deals"):
        log.beside(EventLog.from_rows([], unit="deal"))
    with pytest.raises(UsageError, match="the events are seen from 2026-01-05"):
        log.beside(calls.with_as_of("2026-01-05T00:00Z"))
    assert log.beside(calls.with_as_of("2027-01-05T00:00Z")).ask(Nurture()) == log.nurture(calls)


def test_events_of_nobody_are_counted_in_the_notes():
    log, _ = desk_log()
    rows = [("z", "call", "2026-01-05T10:00Z"), ("z", "call", "2026-01-06T10:00Z"), ("y", "call", "2026-01-05T10:00Z")]
    notes = log.nurture(EventLog.from_rows(rows)).notes
    assert (
        str(notes[-1]) == "dropped (3): events of customers that the stage log does not have were left out (y, z, ...)"
    )


@given(logs(since=st.none()), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_later_rows_change_nothing(made, dice):
    rows, touches, as_of, _ = made
    log, beside, *_ = both(made)
    one = [log.nurture(beside).to_dicts(), log.hand_overs(beside).to_dicts()]
    late = [oracle.Touch("u1", as_of + HOUR, "call", "sales", True, "outbound")]
    shuffled = [*touches, *late]
    dice.shuffle(rows)
    dice.shuffle(shuffled)
    again = stage_log(rows, as_of)
    other = [again.nurture(events(shuffled)).to_dicts(), again.hand_overs(events(shuffled)).to_dicts()]
    assert other == one


# -- touches by stage --------------------------------------------------------------------------------------------------


@given(logs())
def test_touches_and_gaps_are_those_of_brute_force(made):
    log, beside, seen, touches = both(made)
    found = log.nurture(beside, by="plan")
    stays = oracle.touches_by_stay(seen, touches, PATH, made[3])
    silences = oracle.gaps(seen, touches, PATH, EXITS, made[2], made[3])
    assert {key for key, mine in stays.items()} <= {(row.segment[0], row.stage) for row in found.rows}
    for row in found.rows:
        ended, still, truncated = stays[row.segment[0], row.stage]
        assert (row.ended, row.open, row.truncated) == (sum(ended.values()), sum(still.values()), truncated)
        assert (row.touches, row.untouched) == (sum(k * n for k, n in ended.items()), ended[0])
        assert (row.touches_so_far, row.untouched_so_far) == (sum(k * n for k, n in still.items()), still[0])
        over, cut = silences[row.segment[0], row.stage]
        assert spread(row.gaps, "events") == sorted(round(gap / HOUR / 24, 6) for gap in over)
        assert spread(row.gaps, "censored") == sorted(round(gap / HOUR / 24, 6) for gap in cut)
        longest = max([*over, *cut], default=None)
        assert row.longest_gap_days == (None if longest is None else pytest.approx(longest / HOUR / 24))


def test_a_touch_at_a_move_belongs_to_the_new_stage():
    log, calls = nurtured()
    found = log.nurture(calls)
    first, second = found["awareness"], found["engagement"]
    assert (first.per_stay, first.open, first.untouched_so_far) == (2, 1, 1)
    assert (second.per_stay, second.untouched) == (2, 0)
    assert spread(first.gaps, "events") == [1, 1, 2]
    assert spread(first.gaps, "censored") == [31]
    assert spread(second.gaps, "events") == [5]
    assert spread(second.gaps, "censored") == [10]
    assert first.longest_gap_days == 31
    assert found["intent"].per_stay is None


def test_touches_are_shown_and_have_members():
    log, calls = nurtured()
    found = log.nurture(calls)
    assert log.beside(calls).members(found, stage="awareness") == ("b",)
    assert log.beside(calls).members(found, stage="awareness", state="touched") == ("a",)
    assert log.beside(calls).members(found) == ("b",)
    assert "a touch is any event" in found.title()
    assert "touches" in str(found)
    assert found.svg()
    assert pickle.loads(pickle.dumps(found)) == found
    since = StageLog.from_rows(
        [("a", "intent", "2026-01-01T00:00Z")], presets.bruxt5, since="2026-01-02T00:00Z", as_of="2026-01-09T00:00Z"
    )
    assert "1 stays began before observation did" in str(since.nurture(calls, "intent"))
    with pytest.raises(UnknownNameError, match="unknown stage 'intnt'"):
        log.nurture(calls, "intnt")


# -- hand-overs --------------------------------------------------------------------------------------------------------


@given(logs(since=st.none()))
def test_hand_overs_are_those_of_brute_force(made):
    log, beside, seen, touches = both(made)
    found = log.hand_overs(beside, by="plan")
    expected = oracle.hand_overs(seen, touches, PATH, EXITS)
    assert {(row.segment[0], row.from_team, row.to_team) for row in found.rows} == set(expected)
    for row in found.rows:
        waits, states = expected[row.segment[0], row.from_team, row.to_team]
        assert {state: getattr(row, state) for state in states} == states
        assert row.n == len(waits) == row.moved + row.lost + row.back + row.pending
        assert row.median_gap_days == pytest.approx(median(wait / HOUR for wait in waits) / 24)
        assert (row.loss.k, row.loss.n) == (row.lost, row.n - row.pending)


def test_a_hand_over_is_read_beside_what_one_team_keeps():
    log, calls = nurtured()
    found = log.hand_overs(calls)
    passed = found["marketing → sales"]
    assert (passed.n, passed.lost, passed.median_gap_days, passed.is_kept) == (1, 1, 2.0, False)
    assert [row.is_kept for row in found.rows] == [False, True, True]
    assert (found["sales → sales"].lost, found["sales → sales"].pending) == (1, 1)
    assert log.beside(calls).members(found, from_team="marketing", to_team="sales") == ("a",)
    assert log.beside(calls).members(found, state="moved") == ("a",)
    assert "association, not cause" in str(found)
    assert found.svg()
    assert pickle.loads(pickle.dumps(found)) == found


def test_the_median_gap_lies_between_the_two_in_the_middle():
    log = StageLog.from_rows(
        [(one, "awareness", "2026-01-01T00:00Z") for one in "ab"], presets.bruxt5, as_of="2026-02-01T00:00Z"
    )
    rows = [("a", "sales", 2), ("a", "care", 3), ("b", "sales", 2), ("b", "care", 5)]
    told = [
        {"customer": one, "event": "call", "at": f"2026-01-{day:02}T00:00Z", "team": team} for one, team, day in rows
    ]
    calls = EventLog.from_rows(told, value_cols=["team"])
    assert log.hand_overs(calls)["sales → care"].median_gap_days == 2.0


def test_hand_overs_need_teams():
    log, calls = nurtured()
    with pytest.raises(UsageError, match=r"no property team='squad' \(they have: 'team'\)"):
        log.hand_overs(calls, team="squad")
    assert log.hand_overs(calls, touch="mail").rows == ()
    assert HandOvers(touch="mail").touch == cl.step("mail")


@given(STAGE_ROWS, TOUCHES)
def test_disjoint_units_add_up(rows, touches):
    as_of = max([row.at for row in rows] + [t.at for t in touches], default=None)
    log, beside = stage_log(rows, as_of), events(touches)
    parts = [log.where(["u1"]), log.where(["u2", "u3"])]
    wholes = {row.label: (row.touches, row.ended, row.open) for row in log.nurture(beside).rows}
    sums = dict.fromkeys(wholes, (0, 0, 0))
    for part in parts:
        for row in part.nurture(beside).rows:
            sums[row.label] = tuple(map(sum, zip(sums[row.label], (row.touches, row.ended, row.open), strict=True)))
    assert sums == wholes
    assert MODEL is log.model
