"""Customers as documents: what is written is read back, and what cannot be read says where and why."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.customers import Customer, Event, Fact, Move
from custlife.errors import DataError, HistoryError, UsageError
from tests.stages.strategies import edited

from .strategies import OPEN, START, STEPWISE, customers

AT = "2026-01-05T09:00Z"
HEAD = {"format": "custlife.customer/1", "id": "acme", "model": {"name": "crm", "version": 1}}


@given(customers())
def test_what_is_written_is_read_back(customer):
    back = Customer.from_json(customer.to_json(), model=customer.model)
    assert back == customer
    assert back.to_json() == customer.to_json()
    assert Customer.from_dict(customer.to_dict(), model=customer.model) == customer
    assert back.explain() == customer.explain()


def test_the_document_names_the_model_and_leaves_out_what_is_empty():
    values = {"b": True, "d": Decimal("1.50"), "t": START, "n": None, "s": "é", "f": -0.0}
    customer = Customer(
        "acme",
        OPEN,
        moves=[
            Move("lead", AT, recorded_at="2026-01-06T09:00Z", seq=2, reason="r", actor="a", key="k", properties=values)
        ],
        events=[
            Event("login", AT, value=Decimal(2), by_human=False, direction="inbound", channel="web", team="t", key="e")
        ],
        facts=[Fact("plan", None), Fact("plan", START, at=AT, recorded_at=AT)],
        aliases=["acme-2"],
    )
    assert customer.to_dict() == {
        "format": "custlife.customer/1",
        "id": "acme",
        "aliases": ["acme-2"],
        "model": {"name": "crm", "version": 1},
        "moves": [
            {
                "to": "lead",
                "at": "2026-01-05T09:00:00Z",
                "recorded_at": "2026-01-06T09:00:00Z",
                "seq": 2,
                "reason": "r",
                "actor": "a",
                "key": "k",
                "properties": {
                    "b": True,
                    "d": {"decimal": "1.50"},
                    "f": -0.0,
                    "n": None,
                    "s": "é",
                    "t": {"instant": "2026-03-28T23:59:59.999999Z"},
                },
            }
        ],
        "events": [
            {
                "name": "login",
                "at": "2026-01-05T09:00:00Z",
                "value": {"decimal": "2"},
                "key": "e",
                "channel": "web",
                "direction": "inbound",
                "by_human": False,
                "team": "t",
            }
        ],
        "facts": [
            {"name": "plan", "value": None},
            {
                "name": "plan",
                "value": {"instant": "2026-03-28T23:59:59.999999Z"},
                "at": "2026-01-05T09:00:00Z",
                "recorded_at": "2026-01-05T09:00:00Z",
            },
        ],
    }
    assert Customer.from_dict(json.loads(customer.to_json()), model=OPEN) == customer
    assert Customer("acme", OPEN).to_dict() == HEAD
    assert Customer.from_json(customer.to_json().encode(), model=OPEN) == customer


def test_another_model_or_version_is_refused():
    way = "pass that model, then customer.migrate(model)"
    for model, named, hint in (
        (OPEN.with_version(2), "'crm' version 2", f"pass migrate=True, or {way}"),
        (OPEN.with_name("sales"), "'sales' version", way),
    ):
        with pytest.raises(UsageError) as caught:
            Customer.from_dict(HEAD, model=model)
        assert str(caught.value).startswith(f"customer 'acme' was written under model 'crm' version 1, not {named}")
        assert caught.value.hint == hint


@given(customers(), st.data())
def test_a_document_of_an_older_version_is_read_as_the_customer_of_it_migrates(customer, data):
    model = data.draw(edited(customer.model))
    text = customer.to_json()
    assert Customer.from_json(text, model=customer.model, migrate=True) == customer
    mapping = model.mapping_from(customer.model)
    lost = {move.to_stage for move in customer.moves if move.to_stage not in mapping}
    if not lost:
        assert Customer.from_json(text, model=model, migrate=True) == customer.migrate(model)
        return
    with pytest.raises(DataError) as caught:
        Customer.from_json(text, model=model, migrate=True)
    places = [f"moves[{index}].to" for index, move in enumerate(customer.moves) if move.to_stage in lost]
    assert [where for where, _ in caught.value.problems] == places


def test_what_an_older_document_cannot_become_is_named():
    document = Customer("acme", OPEN).move("lead", at=AT).to_dict()
    with pytest.raises(DataError) as caught:
        Customer.from_dict(document, model=OPEN.remove("lead"), migrate=True)
    (found,) = caught.value.problems
    assert found[0] == "moves[0].to"
    assert found[1].startswith("stage 'lead' cannot be mapped: version 2: lead removed; say where its history goes: ")
    for version, what in ((9, "version 9 of model 'crm' is newer than version 1"), (0, "version=0 is not a whole")):
        with pytest.raises(DataError, match=f"model: {what}"):
            Customer.from_dict({**HEAD, "model": {"name": "crm", "version": version}}, model=OPEN, migrate=True)


def test_illegal_history_is_read_as_it_was_written():
    customer = Customer("acme", STEPWISE).record([("client", AT)])
    assert len(Customer.from_json(customer.to_json(), model=STEPWISE).violations) == 1


def test_another_format_is_refused():
    with pytest.raises(DataError, match=r"'custlife\.customer/2' is not 'custlife\.customer/1'"):
        Customer.from_dict({**HEAD, "format": "custlife.customer/2"}, model=OPEN)
    with pytest.raises(DataError, match="is not a table"):
        Customer.from_dict([], model=OPEN)


def test_all_faults_of_a_document_are_found_at_once():
    document = {
        **HEAD,
        "colour": "red",
        "moves": [
            {"to": "ofer", "at": AT},
            {"to": "lead", "at": "2026-01-05T09:00", "seq": "1"},
            {"to": "lead", "at": AT, "why": "x", "properties": {"n": {"decimal": "one"}, "m": {"instant": "now"}}},
            {"to": "lead", "at": AT, "properties": 3},
            "lead",
        ],
        "events": [{"at": AT}, {"name": "login", "at": AT, "value": {"decimal": "1", "instant": AT}}],
        "facts": [{"name": "plan", "value": [1]}],
    }
    with pytest.raises(DataError) as caught:
        Customer.from_dict(document, model=OPEN)
    problems = caught.value.problems
    assert {
        ("moves[0].to", "model 'crm' has no stage 'ofer'"),
        ("moves[2].why", problems_what(problems, "moves[2].why")),
        ("events[0].name", "the key is missing"),
        ("colour", problems_what(problems, "colour")),
    } <= set(problems)
    said = " ".join(f"{where}: {what}" for where, what in problems)
    for text in (
        "moves[1]: ",
        "moves[2]: properties.n='one' is not a decimal number",
        "properties.m='now'",
        "moves[3]: properties=3 is not a mapping",
        "moves[4]: 'lead' is not a table",
        "events[1]: value={'decimal': '1', 'instant': '2026-01-05T09:00Z'} is a dict, not a plain value",
        "facts[0]: value=[1] is a list, not a plain value",
    ):
        assert text in said


def problems_what(problems, where):
    return next(what for place, what in problems if place == where)


@pytest.mark.parametrize("missing", ["id", "model"])
def test_what_every_document_needs_is_missed(missing):
    document = {key: value for key, value in HEAD.items() if key != missing}
    with pytest.raises(DataError) as caught:
        Customer.from_dict(document, model=OPEN)
    assert (missing, "the key is missing") in caught.value.problems


def test_a_model_without_a_name_is_a_fault_of_the_document():
    with pytest.raises(DataError, match=r"model\.name: the key is missing"):
        Customer.from_dict({**HEAD, "model": {"version": 1}}, model=OPEN)


def test_a_document_that_contradicts_itself_is_refused():
    moves = [{"to": "lead", "at": AT, "key": "k"}, {"to": "offer", "at": AT, "key": "k"}]
    with pytest.raises(HistoryError, match="key 'k'"):
        Customer.from_dict({**HEAD, "moves": moves}, model=OPEN)


def test_half_a_character_is_not_written():
    with pytest.raises(DataError, match="half a character"):
        Customer("acme", OPEN).move("lead", at=AT, reason="\ud800").to_json()
