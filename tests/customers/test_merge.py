"""Merging: two turn out to be one, nothing is lost, and nobody has to merge in the right order."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.customers import Customer, Fact, Move
from custlife.errors import HistoryError, UsageError, UsageTypeError

from .strategies import OPEN, START, STEPWISE, customers

ONE, TWO, THREE = (customers(id_=name, models=st.just(OPEN), most=4) for name in ("one", "two", "three"))
AT = "2026-01-05T09:00Z"


def content(customer):
    return customer.moves, customer.events, customer.facts, {customer.id, *customer.aliases}


@given(ONE, TWO)
def test_merging_goes_both_ways_up_to_the_name(one, two):
    assert content(one.merge(two)) == content(two.merge(one))


@given(ONE, TWO, THREE)
def test_merging_in_groups_of_any_kind_gives_the_same(one, two, three):
    assert one.merge(two).merge(three) == one.merge(two.merge(three))


@given(ONE, TWO)
def test_merging_again_gives_the_same_value(one, two):
    assert one.merge(one) is one
    merged = one.merge(two)
    assert merged.merge(two) is merged
    assert merged.merge(one) is merged


@given(ONE, TWO)
def test_merging_loses_nothing_and_adds_nothing(one, two):
    merged = one.merge(two)
    for name in ("moves", "events"):
        both = [*getattr(one, name), *getattr(two, name)]
        assert {e for e in getattr(merged, name) if not e.key} == {e for e in both if not e.key}
        assert {e.content() for e in getattr(merged, name)} == {e.content() for e in both}
    assert set(merged.facts) == {*one.facts, *two.facts}
    assert merged.id == "one"
    assert {*one.aliases, *two.aliases, "two"} - {"one"} == set(merged.aliases)


@given(ONE, TWO)
def test_merging_is_recording_what_the_other_has(one, two):
    recorded = one.record(two.moves, events=two.events, facts=two.facts)
    assert attrs.evolve(one.merge(two), aliases=one.aliases) == recorded


def test_a_key_that_both_know_differently_is_an_error():
    one = Customer("one", OPEN, moves=[Move("lead", AT, key="k")])
    two = Customer("two", OPEN, moves=[Move("offer", AT, key="k")])
    with pytest.raises(HistoryError, match="customer 'one' has keys with two contents"):
        one.merge(two)


def test_facts_that_contradict_need_a_preference():
    one = Customer("one", OPEN, facts={"plan": "pro", "size": 3, "city": "Bern"})
    two = Customer("two", OPEN, facts={"plan": "free", "size": 3, "land": "CH"})
    with pytest.raises(HistoryError) as caught:
        one.merge(two)
    assert str(caught.value) == (
        "customers 'one' and 'two' have different values of the same facts\n"
        "  fact 'plan': 'pro' and 'free'\n\n"
        "Hint: pass prefer='self' to keep those of 'one', prefer='other' to keep those of 'two'"
    )
    assert one.merge(two, prefer="self").attributes == {"plan": "pro", "size": 3, "city": "Bern", "land": "CH"}
    assert one.merge(two, prefer="other").attributes == {"plan": "free", "size": 3, "city": "Bern", "land": "CH"}
    assert one.merge(two, prefer="self").facts == two.merge(one, prefer="other").facts


def test_equal_looking_values_of_other_types_contradict():
    one, two = (Customer(name, OPEN, facts=[Fact("vip", value)]) for name, value in (("one", True), ("two", 1)))
    with pytest.raises(HistoryError, match=r"customers 'one' and 'two' have .*\n  fact 'vip': True and 1"):
        one.merge(two)


def test_customers_of_different_models_are_not_merged():
    with pytest.raises(UsageError) as caught:
        Customer("one", OPEN).merge(Customer("two", STEPWISE))
    assert str(caught.value) == (
        "customers 'one' and 'two' have different models: 'crm' version 1 and 'crm' version 1\n\n"
        "Hint: move one of them to the model of the other: a.merge(b.migrate(a.model))"
    )


def test_the_way_to_merge_across_versions_leads_to_the_newer_one():
    newer = OPEN.rename("offer", "quote")
    one, two = Customer("one", OPEN).move("offer", at=START), Customer("two", newer)
    for a, b, way in ((one, two, "a.migrate(b.model).merge(b)"), (two, one, "a.merge(b.migrate(a.model))")):
        with pytest.raises(UsageError) as caught:
            a.merge(b)
        assert caught.value.hint == f"move one of them to the model of the other: {way}"
        assert eval(way, {"a": a, "b": b}).stage == "quote"


def test_only_customers_are_merged_and_only_two_preferences_exist():
    one = Customer("one", OPEN)
    with pytest.raises(UsageTypeError) as caught:
        one.merge("two")
    assert str(caught.value) == "other='two' is not a Customer\n\nHint: pass a Customer"
    with pytest.raises(UsageError) as caught:
        one.merge(Customer("two", OPEN), prefer="newest")
    assert str(caught.value) == "prefer='newest' is unknown\n\nHint: pass prefer='self' or prefer='other'"
