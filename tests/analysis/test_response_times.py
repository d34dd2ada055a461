"""Response times: against brute force, by examples, and what bad input gets."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import EventLog, StageLog, presets
from custlife.analysis.response_time import ResponseTime
from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from tests.analysis.desk import DESK, LIMIT, desk_log, first_stage, hours_of, nurtured, spread
from tests.analysis.selling import PATH, TOUCHES, both, events, logs
from tests.analysis.strategies import AS_OF
from tests.oracles import selling as oracle


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
