"""Response times, touches by stage and hand-overs: against brute force, by examples, and what bad input gets."""

from __future__ import annotations

import pickle
from datetime import timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import EventLog, StageLog, presets
from custlife.analysis.hand_overs import HandOvers
from custlife.analysis.nurture import Nurture
from custlife.analysis.response_time import ResponseTime
from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from tests.analysis.selling import EXITS, PATH, TOUCHES, both, events, logs
from tests.analysis.strategies import AS_OF, MODEL, STAGE_ROWS, stage_log
from tests.oracles import selling as oracle

HOUR = timedelta(hours=1)
LIMIT = 40 * HOUR


def hours_of(times):
    return sorted(round(time / HOUR, 6) for time in times)


def spread(curve, what):
    """The times of a curve one by one."""
    counts = getattr(curve, what)
    return sorted(round(t, 6) for t, n in zip(curve.times, counts, strict=True) for _ in range(n))


def first_stage(name):
    """The first time at a stage, or past it."""

    def start(_, rows):
        at = [row for row in rows if row.name in PATH and PATH.index(row.name) >= PATH.index(name)]
        return (at[0].at, at[0].plan) if at else None

    return start


# -- response time -----------------------------------------------------------------------------------------------------


@given(logs(), st.sampled_from(PATH))
def test_response_times_are_those_of_brute_force(made, name):
    log, beside, seen, touches = both(made)
    found = log.response_time(beside, name, within=LIMIT, by="plan")
    expected = oracle.responses(seen, touches, made[2], start=first_stage(name), within=LIMIT, since=made[3])
    assert {row.segment[0] for row in found.rows} == set(expected)
    for row in found.rows:
        answered, waiting, eligible, in_time, truncated = expected[row.segment[0]]
        assert (row.answered, row.waiting, row.truncated) == (len(answered), len(waiting), truncated)
        assert (row.in_time.k, row.in_time.n) == (in_time, eligible)
        assert spread(row.curve, "events") == hours_of(answered)
        assert row.pending == row.n - eligible
        assert row.never.k == len(waiting)


@given(logs(), st.sampled_from(["call", "mail"]))
def test_an_event_or_a_function_that_finds_it_starts_the_same_clock(made, name):
    log, beside, *_ = both(made)

    def first(customer):
        return next((event.at for event in customer.events if event.name == name), None)

    by_name = log.response_time(beside, cl.step(name), within=LIMIT)
    by_hook = log.response_time(beside, first, within=LIMIT)
    assert by_hook.to_dicts() == by_name.to_dicts()


@given(logs(since=st.none()))
def test_a_stage_and_a_function_that_finds_it_start_the_same_clock(made):
    log, beside, *_ = both(made)

    def first(customer):
        return next((move.at for move in customer.moves if move.to_stage == "b"), None)

    strict = log.response_time(beside, "b", skips="strict", within=LIMIT)
    assert log.response_time(beside, first, within=LIMIT).to_dicts() == strict.to_dicts()


@given(TOUCHES, AS_OF)
def test_events_alone_are_asked_alike(touches, as_of):
    log = events(touches, as_of=as_of)
    found = log.response_time("call", touch="mail", within=LIMIT)["all"]
    seen = oracle.seen_touches(touches, as_of)

    def start(unit, rows):
        at = [row.at for row in rows if row.name == "call"]
        return (at[0], None) if at else None

    expected = oracle.responses(
        seen, seen, as_of, start=start, within=LIMIT, is_touch=lambda touch: touch.name == "mail"
    )[None]
    assert spread(found.curve, "events") == hours_of(expected[0])
    assert (found.waiting, found.in_time.n, found.in_time.k) == (len(expected[1]), expected[2], expected[3])


DESK = cl.BusinessHours("mon-fri 09:00-17:00", tz="UTC")


def desk_log(as_of="2026-01-12T12:00Z"):
    """Friday 2 January: one at 16:00, answered on Monday at 10:00; one on Saturday; one that nobody answers."""
    rows = [
        ("a", "intent", "2026-01-02T16:00Z"),
        ("b", "intent", "2026-01-03T12:00Z"),
        ("c", "intent", "2026-01-05T09:00Z"),
    ]
    calls = [("a", "2026-01-05T10:00Z", True), ("b", "2026-01-05T09:30Z", True), ("c", "2026-01-05T09:01Z", False)]
    touches = [
        {"customer": unit, "event": "call", "at": at, "by_human": human, "direction": "outbound"}
        for unit, at, human in calls
    ]
    made = EventLog.from_rows(touches, value_cols=["by_human", "direction"])
    return StageLog.from_rows(rows, presets.bruxt5, as_of=as_of), made


def test_lead_response_is_counted_in_business_hours_and_by_people():
    """Definitions, section 2: outbound human touch, business time, unanswered leads censored, automatic replies none."""
    log, calls = desk_log()
    row = log.response_time(calls, "intent", hours=DESK, within=cl.hours(2))["all"]
    assert (row.n, row.answered, row.waiting) == (3, 2, 1)
    assert spread(row.curve, "events") == [0.5, 2.0]
    assert spread(row.curve, "censored") == [8 * 5 + 3]
    assert row.median_hours == 2.0
    assert (row.in_time.k, row.in_time.n) == (2, 3)
    assert row.never.rate == pytest.approx(1 / 3)
    assert log.response_time(calls, "intent", within=cl.days(2))["all"].in_time.k == 1


def test_a_limit_is_inclusive_and_young_leads_are_pending():
    log, calls = desk_log(as_of="2026-01-05T10:59Z")
    row = log.response_time(calls, "intent", hours=DESK, within=cl.hours(2))["all"]
    assert (row.in_time.k, row.in_time.n, row.pending) == (1, 1, 2)
    assert log.response_time(calls, "intent")["all"].pending == row.waiting == 1


def test_a_limit_that_ends_at_as_of_is_over():
    log, calls = desk_log(as_of="2026-01-03T16:00Z")
    assert log.response_time(calls, "intent", within=cl.hours(24))["all"].in_time.n == 1
    assert log.response_time(calls, "intent", within=cl.hours(25))["all"].in_time.n == 0


def test_who_is_behind_an_answer():
    log, calls = desk_log()
    found = log.response_time(calls, "intent", hours=DESK, within=cl.hours(1))
    members = log.beside(calls).members
    assert members(found, state="answered") == ("a", "b")
    assert members(found) == ("c",)
    assert members(found, state="in_time") == ("b",)
    assert members(found, state="late") == ("a", "c")
    with pytest.raises(UsageError, match="needs a time limit"):
        members(log.response_time(calls, "intent"), state="late")


def test_who_left_without_an_answer_is_told():
    rows = [("a", "intent", "2026-01-02T16:00Z"), ("a", "lost", "2026-01-05T16:00Z")]
    log = StageLog.from_rows(rows, presets.bruxt5)
    assert log.response_time(EventLog.from_rows([]), "intent", touch="call")["all"].gone == 1


def test_words_of_a_file_are_yes_and_no():
    rows = [{"customer": "a", "event": "call", "at": "2026-01-03T00:00Z", "by_human": "yes", "direction": "outbound"}]
    calls = EventLog.from_rows(rows, value_cols=["by_human"], segment_cols=["direction"])
    log = StageLog.from_rows([("a", "intent", "2026-01-02T00:00Z")], presets.bruxt5, as_of="2026-01-05T00:00Z")
    assert log.response_time(calls, "intent")["all"].answered == 1

    def by_people(customer):
        return customer.events[0].at if customer.events[0].by_human else None

    assert log.response_time(calls, by_people, touch="call")["all"].median_hours == 0


def test_events_that_nobody_had_are_named():
    log, calls = nurtured()
    told = "Nobody had the event 'cal': is it spelled so?"
    for found in (
        log.nurture(calls, touch="cal"),
        log.hand_overs(calls, touch=["cal", "call"]),
        log.response_time(calls, "awareness", touch="cal"),
        log.response_time(calls, cl.step("cal"), touch="call"),
        calls.response_time("cal", touch="call"),
        log.actions_against_wins(calls, "cal", "call", start="awareness"),
    ):
        assert told in found.footnotes()
    for found in (
        log.nurture(calls, touch="call"),
        log.hand_overs(calls),
        log.response_time(calls, "awareness", touch="call"),
        log.response_time(calls, lambda _: None, touch="call"),
        calls.response_time("call", touch="call"),
        log.actions_against_wins(calls, start="awareness"),
    ):
        assert "Nobody had" not in " ".join(found.footnotes())


def test_tickets_name_events_that_nobody_had_but_may_well_stay_solved():
    tickets = EventLog.from_rows([("t1", "opened", "2026-01-05T08:00Z"), ("t1", "solved", "2026-01-05T09:00Z")])
    assert tickets.tickets().unseen == ()
    assert tickets.tickets(solved="resolved", reopened="again").unseen == ("resolved", "again")
    assert "'resolved', 'again'" in str(tickets.tickets(solved="resolved", reopened="again"))


def test_answers_are_shown_and_told():
    log, calls = desk_log()
    found = log.response_time(calls, "intent", hours=DESK, within=cl.hours(2))
    assert found.title() == "Time from intent to the first outbound human touch, business hours"
    assert "qualified" in str(found)
    assert found.svg().startswith("<svg")
    assert pickle.loads(pickle.dumps(found)) == found

    def signed(customer):
        return customer.moves[0].at

    hooked = log.response_time(calls, signed)
    assert "0x" not in hooked.to_json()
    assert hooked.title().startswith("Time from test_answers_are_shown_and_told.<locals>.signed")
    with pytest.raises(UnknownNameError):
        found["some"]


def test_mistakes_of_response_times():
    log, calls = desk_log()
    with pytest.raises(UnknownNameError, match="unknown stage or event 'intnt'"):
        log.response_time(calls, "intnt")
    with pytest.raises(UsageError, match="asks for 'by_human', which the events do not have"):
        log.response_time(EventLog.from_rows([("a", "call", "2026-01-05T10:00Z")]), "intent")
    with pytest.raises(UsageError, match="within=2 days is calendar time"):
        log.response_time(calls, "intent", hours=DESK, within=cl.days(2))
    with pytest.raises(UsageTypeError, match="hours='9-17' are not business hours"):
        log.response_time(calls, "intent", hours="9-17")
    with pytest.raises(UsageTypeError, match="qualified=3 starts no clock"):
        log.response_time(calls, 3)
    with pytest.raises(UsageTypeError, match=r"said True of 'a', which is no time"):
        log.response_time(calls, lambda customer: True)
    with pytest.raises(UsageError, match=r"said .* of 'a': .*"):
        log.response_time(calls, lambda customer: "soon")
    with pytest.raises(UsageError, match="events alone make none"):
        calls.ask(ResponseTime(lambda customer: None))
    with pytest.raises(UsageTypeError, match="has limits, which mean nothing here"):
        log.response_time(calls, "intent", touch=cl.step("call", within=cl.days(1)))


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


def nurtured():
    rows = [
        ("a", "awareness", "2026-01-01T00:00Z"),
        ("a", "engagement", "2026-01-05T00:00Z"),
        ("a", "lost", "2026-01-20T00:00Z"),
        ("b", "awareness", "2026-01-01T00:00Z"),
    ]
    days = [("a", 2, "marketing"), ("a", 3, "marketing"), ("a", 5, "sales"), ("a", 10, "sales"), ("a", 25, "sales")]
    touches = [{"customer": u, "event": "call", "at": f"2026-01-{d:02d}T00:00Z", "team": t} for u, d, t in days]
    log = StageLog.from_rows(rows, presets.bruxt5, as_of="2026-02-01T00:00Z")
    return log, EventLog.from_rows(touches, value_cols=["team"])


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
