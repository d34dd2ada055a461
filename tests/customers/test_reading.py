"""Reading a history: legs, spells, time in a stage, furthest stage, and the same history under a newer model."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.customers import Customer, Leg, Spell
from custlife.errors import DataError, UnknownNameError, UsageError
from custlife.stages import MoveKind, StageModel

from .strategies import INSTANTS, OPEN, START, STEPWISE, customers, moved

AT = "2026-01-05T09:00Z"
LATER = "2026-02-01T12:00Z"


def stage_at(customer, at):
    """Brute force: the last of all moves that happened by then."""
    happened = [move for move in customer.moves if move.at <= at]
    numbered = {None: -1}
    order = sorted(happened, key=lambda m: (m.at, numbered.get(m.seq, m.seq), customer.model.codes.index(m.to_stage)))
    return order[-1].to_stage if order else None


@given(customers(), INSTANTS)
def test_spells_tile_the_time_from_the_first_move_on(customer, at):
    seen = customer.as_of(at)
    spells = seen.spells
    assert [spell.left for spell in spells] == [spell.entered for spell in spells[1:]] + [None] * bool(spells)
    assert all(one.stage != other.stage for one, other in pairwise(spells))
    assert (spells[0].entered if spells else None) == (seen.moves[0].at if seen.moves else None)
    assert all(spell.duration is None or spell.duration >= timedelta() for spell in spells)


@given(customers(), INSTANTS)
def test_the_stage_at_any_instant_is_the_one_that_brute_force_finds(customer, at):
    holding = [spell.stage for spell in customer.spells if spell.entered <= at and (not spell.left or at < spell.left)]
    assert holding == ([stage_at(customer, at)] if stage_at(customer, at) else [])
    assert customer.as_of(at).stage == stage_at(customer, at)


@given(customers(), INSTANTS)
def test_the_times_in_all_stages_add_up_to_the_time_observed(customer, at):
    total = sum((customer.time_in(stage, as_of=at) for stage in customer.model.codes), timedelta())
    first = min((move.at for move in customer.moves), default=at)
    assert total == max(at - first, timedelta())


@given(customers(), INSTANTS)
def test_time_in_a_stage_is_what_its_spells_last(customer, at):
    for stage in customer.model.codes:
        held = [s for s in customer.as_of(at).spells if s.stage == stage]
        assert customer.time_in(stage, as_of=at) == sum(((s.left or at) - s.entered for s in held), timedelta())
        if customer.stage != stage:
            closed = sum((s.duration for s in customer.spells if s.stage == stage), timedelta())
            assert customer.time_in(stage) == closed


@given(customers())
def test_legs_are_the_moves_that_changed_the_stage(customer):
    stages = [move.to_stage for move in customer.moves]
    changes = [(a, b) for a, b in zip([None, *stages], stages, strict=False) if a != b]
    assert [(leg.from_stage, leg.to_stage) for leg in customer.journey] == changes
    held = None
    for leg in customer.journey:
        assert leg.kind is customer.model.kind(leg.from_stage, leg.to_stage)
        assert leg.legal == customer.model.allows(leg.from_stage, leg.to_stage, held)
        assert leg.at == leg.move.at
        held = leg.to_stage if customer.model.position(leg.to_stage) is not None else held
    assert customer.violations == tuple(leg for leg in customer.journey if not leg.legal)


@given(customers())
def test_the_furthest_stage_is_one_that_was_really_entered(customer):
    entered = [spell.stage for spell in customer.spells]
    positions = [customer.model.position(stage) for stage in entered if customer.model.position(stage) is not None]
    assert customer.furthest == (customer.model.stages[max(positions)].key if positions else None)
    assert customer.is_customer == (customer.stage == "client")


@given(customers())
def test_a_new_name_for_a_stage_changes_no_journey(customer):
    new = customer.model.rename("offer", "quote")
    migrated = customer.migrate(new)
    assert migrated.model == new
    assert [leg.kind for leg in migrated.journey] == [leg.kind for leg in customer.journey]
    assert [s.entered for s in migrated.spells] == [s.entered for s in customer.spells]
    assert (migrated.events, migrated.facts, migrated.aliases) == (customer.events, customer.facts, customer.aliases)
    assert "offer" not in {move.to_stage for move in migrated.moves}


@given(moved(st.just(OPEN)))
def test_migrating_to_a_model_with_one_more_stage_keeps_every_move(customer):
    assert customer.migrate(OPEN.insert("demo", after="lead")).moves == customer.moves


def test_a_stage_without_a_place_in_the_new_model_is_named():
    customer = Customer("acme", OPEN).record([("lead", AT), ("offer", LATER), ("lead", LATER), ("offer", LATER)])
    new = OPEN.remove("offer")
    with pytest.raises(DataError) as caught:
        customer.migrate(new)
    assert caught.value.what == f"customer 'acme' cannot be migrated to model 'crm' version {new.version}"
    assert [where for where, _ in caught.value.problems] == ["moves[2]"]
    assert "'offer'" in caught.value.problems[0][1]
    assert "remove(..., into=...)" in caught.value.hint
    assert customer.migrate(OPEN.remove("offer", into="lead")).stage == "lead"
    with pytest.raises(DataError) as caught:
        customer.migrate(new.with_name("saas"))
    assert "remove(..., into=...)" in caught.value.hint
    with pytest.raises(DataError) as caught:
        customer.migrate(StageModel("saas", ["trial", "active"]))
    assert caught.value.hint == (
        "a model that was not made from the other: write cl.crosswalk(old, new).translate(customer)"
    )


def test_time_in_the_stage_one_is_in_needs_an_instant():
    customer = Customer("acme", OPEN).move("lead", at=AT).move("Offer", at=LATER)
    assert customer.time_in("Lead") == timedelta(days=27, hours=3)
    assert customer.time_in("offer", as_of="2026-02-02T12:00Z") == timedelta(days=1)
    assert customer.time_in("offer", as_of=AT) == timedelta()
    with pytest.raises(UsageError) as caught:
        customer.time_in("offer")
    assert str(caught.value) == (
        "customer 'acme' is still in 'offer', so the time there depends on when one looks\n\n"
        "Hint: pass as_of=, such as as_of=datetime.now(UTC)"
    )
    with pytest.raises(UnknownNameError):
        customer.time_in("ofer")


def test_repeats_are_moves_but_neither_legs_nor_spells():
    customer = Customer("acme", OPEN).record([("lead", AT), ("lead", LATER)])
    assert len(customer.moves) == 2
    assert customer.journey == (Leg(None, "lead", MoveKind.ENTER, True, customer.moves[0]),)
    assert customer.spells == (Spell("lead", customer.moves[0].at),)
    assert customer.spells[0].duration is None


def test_at_one_instant_the_path_orders_and_exits_come_last():
    rows = [("lost", START), ("other", START), ("client", START), ("lead", START)]
    customer = Customer("acme", OPEN).record(rows)
    assert [move.to_stage for move in customer.moves] == ["lead", "client", "other", "lost"]
    assert [spell.duration for spell in customer.spells][:3] == [timedelta()] * 3


def test_a_customer_before_the_first_stage_is_nowhere():
    blank = Customer("acme", STEPWISE)
    assert (blank.stage, blank.furthest, blank.journey, blank.spells, blank.is_customer) == (None, None, (), (), False)
    assert [t.to_stage for t in blank.next_moves()] == ["lead", "other", "lapsed", "rival", "lost"]
    assert blank.can("lead") is None
    assert Customer("acme", StageModel("m", ["a"])).move("a", at=AT).is_customer is None
    assert Customer("acme", OPEN).move("client", at=AT).move("lapsed", at=LATER).is_customer is False
