"""Looking back: what happened by then, as far as it was known by then."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from custlife.customers import Customer, Move

from .strategies import INSTANTS, OPEN, customers

MAYBE = st.one_of(st.none(), INSTANTS)


def entries(customer) -> set:
    return {*customer.moves, *customer.events, *customer.facts}


@given(customers(), INSTANTS, MAYBE)
def test_looking_back_is_filtering_by_hand(customer, at, known):
    def was_seen(entry):
        if entry.at is not None and entry.at > at:
            return False
        if known is None:
            return True
        if entry.recorded_at is not None:
            return entry.recorded_at <= known
        return entry.at is None or entry.at <= known

    kept = {name: [e for e in getattr(customer, name) if was_seen(e)] for name in ("moves", "events", "facts")}
    built = Customer(customer.id, customer.model, aliases=customer.aliases, **kept)
    assert customer.as_of(at, known_at=known) == built


@given(customers(), INSTANTS, INSTANTS, MAYBE)
def test_a_later_look_sees_all_that_an_earlier_one_saw(customer, one, other, known):
    early, late = sorted([one, other])
    assert entries(customer.as_of(early, known_at=known)) <= entries(customer.as_of(late, known_at=known))
    assert entries(customer.as_of(known or late, known_at=early)) <= entries(
        customer.as_of(known or late, known_at=late)
    )


@given(customers(), INSTANTS, MAYBE)
def test_looking_twice_changes_nothing(customer, at, known):
    seen = customer.as_of(at, known_at=known)
    assert seen.as_of(at, known_at=known) is seen
    assert customer.as_of(at + timedelta(days=9_999)) is customer


@given(customers(), INSTANTS, INSTANTS)
def test_two_looks_make_the_earlier_one(customer, one, other):
    assert customer.as_of(one).as_of(other) == customer.as_of(min(one, other))


@given(customers(), INSTANTS)
def test_what_comes_later_never_rewrites_what_was(customer, at):
    later = [Move("lead", at + timedelta(microseconds=1)), Move("lost", at + timedelta(days=1))]
    assert customer.record(later).as_of(at) == customer.as_of(at)


def test_the_two_clocks_are_told_apart():
    late = Move("lead", "2026-01-05T09:00Z", recorded_at="2026-02-01T00:00Z")
    customer = Customer("acme", OPEN, moves=[late])
    assert customer.as_of("2026-01-10T00:00Z").stage == "lead"
    assert customer.as_of("2026-01-10T00:00Z", known_at="2026-01-10T00:00Z").stage is None
    assert customer.as_of("2026-01-10T00:00Z", known_at="2026-02-01T00:00Z").stage == "lead"
    assert customer.as_of("2026-01-05T08:59:59.999999Z").stage is None
