from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife import presets
from custlife.customers import Customer
from custlife.errors import DataError, UsageError, UsageTypeError
from custlife.presets import crosswalk

from .strategies import START, customers

BRUXT = presets.bruxt5
DEEPSTASH = presets.deepstash6
DECIDED = crosswalk(BRUXT, DEEPSTASH, choose={"retention": "loyal_customer"})
OPEN = crosswalk(presets.hubspot8, BRUXT)


@given(customers(BRUXT))
def test_translation_into_the_same_model_changes_nothing(customer):
    assert crosswalk(BRUXT, BRUXT).translate(customer) == customer


@given(customers(BRUXT))
def test_every_move_is_told_in_the_other_model_and_keeps_the_rest(customer):
    there = DECIDED.translate(customer)
    assert there.model == DEEPSTASH
    told = sorted((DECIDED.mapping[m.to_stage], m.at, m.known) for m in map(_facts, customer.moves))
    assert sorted((m.to_stage, m.at, m.known) for m in map(_facts, there.moves)) == told


class _facts:
    def __init__(self, move):
        self.to_stage = move.to_stage
        self.at = move.at
        self.known = (move.recorded_at or move.at, -1 if move.seq is None else move.seq)


@given(customers(BRUXT), st.integers(-1, 6), st.integers(-1, 9))
def test_translation_and_looking_back_may_be_done_in_either_order(customer, hours, known):
    at, known_at = START + timedelta(hours=hours), START + timedelta(hours=max(known, hours))
    there = DECIDED.translate(customer)
    assert DECIDED.translate(customer.as_of(at, known_at=known_at)) == there.as_of(at, known_at=known_at)


@given(customers(BRUXT))
def test_original_is_untouched_and_id_and_entries_are_kept(customer):
    before = customer.to_dict()
    there = DECIDED.translate(customer)
    assert customer.to_dict() == before
    assert (there.id, there.events, there.facts, there.aliases) == (
        customer.id,
        customer.events,
        customer.facts,
        customer.aliases,
    )


@given(customers(presets.hubspot8))
def test_dropping_keeps_what_is_decided_and_nothing_else(customer):
    kept = [move.at for move in customer.moves if OPEN[move.to_stage].decided]
    assert [move.at for move in OPEN.translate(customer, undecided="drop").moves] == kept


def test_two_stages_that_are_one_there_make_one_stay():
    customer = Customer("acme", presets.hubspot8)
    customer = customer.move("subscriber", at="2026-01-01T00:00Z").move("lead", at="2026-02-01T00:00Z")
    customer = customer.move("customer", at="2026-03-01T00:00Z")
    walk = crosswalk(presets.hubspot8, presets.reach5, choose={"subscriber": "acquisition", "customer": "conversion"})
    there = walk.translate(customer)
    assert [leg.to_stage for leg in there.journey] == ["acquisition", "conversion"]
    assert [str(leg.kind) for leg in there.journey] == ["enter", "advance"]
    assert there.spells[0].duration == timedelta(days=59)


def test_moves_without_a_stage_are_listed_with_what_they_may_be():
    customer = Customer("acme", presets.hubspot8)
    customer = customer.move("sales_qualified_lead", at="2026-01-01T00:00Z").move("other", at="2026-02-01T00:00Z")
    walk = crosswalk(presets.hubspot8, presets.catalyst8)
    with pytest.raises(DataError) as caught:
        walk.translate(customer)
    assert str(caught.value) == (
        "customer 'acme' has 2 moves that have no stage in 'catalyst8'\n"
        "  moves[0] into 'sales_qualified_lead': catalyst8 has none chiefly at evaluate; "
        "it may be outreach or conversion\n"
        "  moves[1] into 'other': other has no place on the spine\n\n"
        "Hint: decide with crosswalk(a, b, choose={'sales_qualified_lead': 'outreach'}), "
        "or pass undecided='drop' or 'nearest'"
    )


def test_nearest_takes_the_likeliest_and_still_refuses_what_is_near_nothing():
    customer = Customer("acme", presets.catalyst8)
    customer = customer.move("onboarding", at="2026-01-01T00:00Z").move("value", at="2026-02-01T00:00Z")
    there = crosswalk(presets.catalyst8, BRUXT).translate(customer, undecided="nearest")
    assert [move.to_stage for move in there.moves] == ["conversion", "retention"]
    other = Customer("acme", presets.hubspot8).move("other", at="2026-01-01T00:00Z")
    with pytest.raises(DataError) as caught:
        OPEN.translate(other, undecided="nearest")
    assert caught.value.problems == (("moves[0] into 'other'", "other has no place on the spine"),)


def test_customer_on_another_model_is_refused():
    with pytest.raises(UsageError) as caught:
        DECIDED.translate(Customer("acme", presets.reach5))
    assert str(caught.value) == (
        "customer 'acme' is on model 'reach5', not on 'bruxt5'\n\nHint: make the crosswalk from customer.model"
    )


def test_only_a_customer_is_translated():
    with pytest.raises(UsageTypeError) as caught:
        DECIDED.translate("acme")
    assert str(caught.value) == (
        "customer='acme' is not a Customer\n\nHint: a whole log goes by log.translate(crosswalk)"
    )


def test_unknown_mode_is_refused():
    with pytest.raises(UsageError) as caught:
        DECIDED.translate(Customer("acme", BRUXT), undecided="ignore")
    assert str(caught.value) == "undecided='ignore' is unknown\n\nHint: pass 'raise', 'drop' or 'nearest'"
