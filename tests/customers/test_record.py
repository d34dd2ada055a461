"""Recording: the order of arrival, the number of deliveries and the size of the batches change nothing."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.customers import Customer, Event, Fact, Move
from custlife.errors import DataError, HistoryError, UsageError, UsageTypeError

from .strategies import EVENTS, FACTS, MODELS, MOVES, OPEN, START, STEPWISE, customers

AT = "2026-01-05T09:00Z"
LATER = "2026-02-01T12:00Z"


@given(MODELS, MOVES, EVENTS, FACTS, st.randoms(use_true_random=False))
def test_recording_in_any_order_gives_the_same_customer(model, moves, events, facts, random):
    blank = Customer("acme", model)
    straight = blank.record(moves, events=events, facts=facts)
    for entries in (moves, events, facts):
        random.shuffle(entries)
    shuffled = blank.record(moves, events=events, facts=facts)
    assert shuffled == straight
    assert (shuffled.moves, shuffled.journey, shuffled.to_json()) == (
        straight.moves,
        straight.journey,
        straight.to_json(),
    )


@given(MODELS, MOVES, EVENTS, FACTS, st.integers(0, 8))
def test_recording_in_pieces_equals_recording_in_bulk(model, moves, events, facts, cut):
    blank = Customer("acme", model)
    pieces = blank.record(moves[:cut], events=events[:cut]).record(facts=facts).record(moves[cut:], events=events[cut:])
    assert pieces == blank.record(moves, events=events, facts=facts)
    assert pieces == Customer("acme", model, moves=moves, events=events, facts=facts)


@given(customers())
def test_recording_again_what_is_on_record_gives_the_same_value(customer):
    assert customer.record(customer.moves, events=customer.events, facts=customer.facts) is customer


@given(customers(), EVENTS)
def test_tracking_one_by_one_equals_recording(customer, events):
    one_by_one = customer
    for e in events:
        one_by_one = one_by_one.track(
            e.name,
            at=e.at,
            recorded_at=e.recorded_at,
            value=e.value,
            key=e.key,
            channel=e.channel,
            direction=e.direction,
            by_human=e.by_human,
            team=e.team,
            properties=e.properties,
        )
    assert one_by_one == customer.record(events=events)


@given(customers(), FACTS)
def test_stating_facts_one_by_one_equals_recording(customer, facts):
    one_by_one = customer
    for fact in facts:
        one_by_one = one_by_one.fact(fact.name, fact.value, at=fact.at, recorded_at=fact.recorded_at)
    assert one_by_one == customer.record(facts=facts)


@given(MODELS, MOVES)
def test_moves_stand_in_the_order_of_time_then_number_then_path(model, moves):
    found = Customer("acme", model, moves=moves).moves
    numbered = {None: -1}
    places = [(move.at, numbered.get(move.seq, move.seq), model.codes.index(move.to_stage)) for move in found]
    assert places == sorted(places)


@given(MODELS, MOVES)
def test_nothing_unique_is_ever_dropped(model, moves):
    found = Customer("acme", model, moves=moves).moves
    assert {m for m in moves if not m.key} == {m for m in found if not m.key}
    assert {m.key for m in moves} - {""} == {m.key for m in found} - {""}
    assert len(found) == len({m for m in moves if not m.key}) + len({m.key for m in moves if m.key})


def test_pairs_labels_and_aliases_are_read():
    customer = Customer("acme", OPEN).record(
        [("Offer", LATER), ["lead", AT]], events=[("login", AT)], facts={"plan": 1}
    )
    assert [move.to_stage for move in customer.moves] == ["lead", "offer"]
    assert customer.events == (Event("login", AT),)
    assert customer.facts == (Fact("plan", 1),)
    assert customer == Customer("acme", OPEN, moves=iter(customer.moves), events=customer.events, facts=[("plan", 1)])


def test_illegal_history_is_kept_and_marked():
    customer = Customer("acme", STEPWISE).record([("lead", AT), ("client", LATER)])
    assert [leg.legal for leg in customer.journey] == [True, False]
    assert [leg.to_stage for leg in customer.violations] == ["client"]


def test_illegal_history_is_refused_where_that_is_asked_for():
    with pytest.raises(HistoryError) as caught:
        Customer("acme", STEPWISE).record([("lead", AT), ("client", LATER)], on_illegal="raise")
    assert str(caught.value) == (
        "customer 'acme' has moves that model 'crm' does not allow\n"
        "  2026-02-01T12:00:00Z: skip 'lead' -> 'client'\n\n"
        "Hint: on_illegal='keep' keeps them and marks their legs"
    )
    legal = Customer("acme", STEPWISE).record([("lead", AT), ("offer", LATER)], on_illegal="raise")
    assert legal.stage == "offer"


def test_unknown_way_to_treat_illegal_history_is_named():
    with pytest.raises(UsageError) as caught:
        Customer("acme", OPEN).record(on_illegal="drop")
    assert str(caught.value) == "on_illegal='drop' is unknown\n\nHint: pass on_illegal='keep' or on_illegal='raise'"


def test_all_unusable_rows_are_reported_at_once():
    with pytest.raises(DataError) as caught:
        Customer("acme", OPEN).record([("ofer", AT), ("lead", AT), ("lead", "2026-01-05T09:00"), "lead"])
    where, what = zip(*caught.value.problems, strict=True)
    assert caught.value.what == "customer 'acme': 3 of 4 moves cannot be used"
    assert where == ("moves[0]", "moves[2]", "moves[3]")
    assert what[0] == "unknown stage 'ofer'"
    assert what[2] == "'lead' is not a Move or a pair (stage, at)"
    assert "did you mean 'offer'?" in caught.value.hint


@pytest.mark.parametrize("name", ["moves", "events", "facts"])
@pytest.mark.parametrize("given", ["lead", Move("lead", AT), 3])
def test_a_single_entry_is_not_a_list_of_entries(name, given):
    with pytest.raises(UsageTypeError) as caught:
        Customer("acme", OPEN).record(**{name: given})
    assert str(caught.value) == f"{name}={given!r} is not a list of {name}\n\nHint: write {name}=[...]"


def test_a_key_with_two_contents_is_an_error_that_shows_both():
    moves = [Move("lead", AT, key="k1"), Move("offer", AT, key="k1"), Move("trial", AT, key="k2")]
    for given_moves in (moves, moves[::-1]):
        with pytest.raises(HistoryError) as caught:
            Customer("acme", OPEN).record(given_moves)
        assert str(caught.value) == (
            "customer 'acme' has keys with two contents\n"
            "  key 'k1': Move('lead', '2026-01-05T09:00:00Z', key='k1') and "
            "Move('offer', '2026-01-05T09:00:00Z', key='k1')\n\n"
            "Hint: a key names one delivery: fix the source, or leave key= out where it is no identity"
        )


def test_of_two_deliveries_the_one_known_first_stays():
    early = Move("lead", AT, key="k", recorded_at="2026-01-06T00:00Z", seq=3)
    late = Move("lead", AT, key="k", recorded_at="2026-01-07T00:00Z", seq=1)
    for given_moves in ([early, late], [late, early], [late, early, late]):
        assert Customer("acme", OPEN, moves=given_moves).moves == (early,)
    blank, numbered = Move("lead", AT, key="k"), Move("lead", AT, key="k", seq=0)
    assert Customer("acme", OPEN, moves=[blank, numbered]).moves == (numbered,)


def test_a_fact_with_two_values_at_once_is_an_error():
    with pytest.raises(HistoryError) as caught:
        Customer("acme", OPEN).fact("plan", "pro").record(facts=[Fact("plan", "basic"), Fact("seats", 1, at=AT)])
    assert str(caught.value) == (
        "customer 'acme' has facts with two values at once\n"
        "  fact 'plan': 'basic' and 'pro'\n\n"
        "Hint: pass at= if the value changed, recorded_at= if the later one corrects the earlier one"
    )
    with pytest.raises(HistoryError, match="fact 'seats' at 2026-01-05T09:00:00Z: 1 and 2"):
        Customer("acme", OPEN).fact("seats", 1, at=AT).fact("seats", 2, at=AT)


def test_a_later_recording_corrects_a_fact_and_a_later_date_changes_it():
    customer = Customer("acme", OPEN).fact("plan", "basic").fact("plan", "pro", at=AT)
    assert customer.attributes == {"plan": "pro"}
    corrected = customer.fact("plan", "free", at=AT, recorded_at=LATER)
    assert corrected.attributes["plan"] == "free"
    assert corrected.as_of(LATER, known_at=AT).attributes["plan"] == "pro"
    assert corrected.fact("plan", None, at=LATER).attributes == {}
    assert corrected.fact("plan", "basic", at=AT, recorded_at="2026-02-02T00:00Z").attributes["plan"] == "basic"


def test_equal_looking_values_of_other_types_are_other_events():
    events = [Event("vote", AT, value=value) for value in (1, True, 1.0)]
    assert len(set(events)) == 3
    assert len(Customer("acme", OPEN, events=events).events) == 3
    assert Fact("vip", 1) != Fact("vip", True)


def test_an_exact_duplicate_of_an_event_or_fact_gives_the_same_value():
    customer = Customer("acme", OPEN).track("login", at=AT, channel="web").fact("plan", "pro", at=AT)
    assert customer.track("login", at=AT, channel="web") is customer
    assert customer.fact("plan", "pro", at=AT) is customer
    assert len(customer.track("login", at=AT).events) == 2


def test_tracking_a_known_key_with_another_content_is_an_error():
    customer = Customer("acme", OPEN).track("login", at=AT, key="e1")
    assert customer.track("login", at=AT, key="e1") is customer
    with pytest.raises(HistoryError, match="key 'e1'"):
        customer.track("logout", at=AT, key="e1")


def calls(done) -> int:
    seen = []
    sys.setprofile(lambda _frame, event, _arg: seen.append(event) if event == "call" else None)
    try:
        done()
    finally:
        sys.setprofile(None)
    return len(seen)


def test_bulk_recording_calls_grow_in_line_with_the_rows():
    def rows(n):
        return [(OPEN.codes[i * 7 % 5], START + timedelta(seconds=i * 7919 % n)) for i in range(n)]

    few, many = rows(100), rows(1_000)
    assert calls(lambda: Customer("acme", OPEN).record(many)) < 12 * calls(lambda: Customer("acme", OPEN).record(few))


@pytest.mark.parametrize("add", [
    lambda customer, at: customer.move("offer", at=at),
    lambda customer, at: customer.track("login", at=at),
    lambda customer, at: customer.fact("plan", "pro", at=at),
])  # fmt: skip
def test_one_more_entry_does_not_go_through_all_that_are_there(add):
    def customer(n):
        instants = [START + timedelta(seconds=i) for i in range(n)]
        events, facts = [("login", at) for at in instants], [Fact("plan", at.second, at=at) for at in instants]
        return Customer("acme", OPEN, moves=[("lead", at) for at in instants], events=events, facts=facts)

    short, long = customer(10), customer(1_000)
    later = START + timedelta(days=1)
    assert calls(lambda: add(long, later)) < 3 * calls(lambda: add(short, later))


def test_a_fact_that_contradicts_its_neighbours_is_an_error_wherever_it_stands():
    customer = Customer("acme", OPEN, facts=[Fact("plan", 1, at=AT), Fact("seats", 5), Fact("seats", 6, at=AT)])
    for fact in (Fact("plan", 0, at=AT), Fact("plan", 2, at=AT), Fact("seats", 4), Fact("seats", 9, at=AT)):
        with pytest.raises(HistoryError, match=f"fact {fact.name!r}"):
            customer.fact(fact.name, fact.value, at=fact.at)
    assert customer.fact("plan", 1, at=AT) is customer


def test_a_mapping_of_stages_is_not_a_list_of_moves():
    with pytest.raises(UsageTypeError) as caught:
        Customer("acme", OPEN).record({"lead": AT})
    assert str(caught.value) == (
        f"moves={{'lead': {AT!r}}} is not a list of moves\n\nHint: write moves=list(moves.items())"
    )
