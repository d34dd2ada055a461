"""Guards: requirements as data, and functions found by the name they were registered under."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from custlife.errors import DefinitionError, UnknownNameError, UsageTypeError
from custlife.stages import GuardRequest, Requires, StageModel, Transition, guard, guards, refusal

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
LATER = datetime(2026, 1, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(guards, "_registered", {})


def asked(**known) -> GuardRequest:
    customer = SimpleNamespace(**{"moves": (), "events": (), "facts": (), **known})
    return GuardRequest(customer=customer, to_stage="paid", at=NOON, properties=(("amount", 3),))


def on_record(name: str, at: datetime | None) -> SimpleNamespace:
    return SimpleNamespace(name=name, to_stage=name, at=at)


@pytest.mark.parametrize(("what", "known"), [("event", "events"), ("fact", "facts"), ("stage", "moves")])
def test_a_requirement_is_met_by_what_is_on_record_by_then(what, known):
    needed = Requires(what, "x")
    assert refusal(needed, asked(**{known: (on_record("x", NOON),)})) is None
    assert refusal(needed, asked(**{known: (on_record("x", LATER),)})) == f"it needs the {what} 'x'"
    assert refusal(needed, asked(**{known: (on_record("y", NOON),)})) == f"it needs the {what} 'x'"


def test_an_undated_fact_is_known_at_any_time():
    assert refusal(Requires("fact", "x"), asked(facts=(on_record("x", None),))) is None


def test_a_question_without_an_instant_sees_all_that_is_on_record():
    request = GuardRequest(customer=asked(events=(on_record("x", LATER),)).customer, to_stage="paid")
    assert refusal(Requires("event", "x"), request) is None


def test_a_property_is_required_of_the_move_itself():
    assert refusal(Requires("property", "amount"), asked()) is None
    assert refusal(Requires("property", "currency"), asked()) == "it needs the property 'currency'"


@pytest.mark.parametrize(("answer", "why"), [
    (None, None), (True, None), (False, "guard 'ok' refuses it"), ("no contract", "guard 'ok' refuses it: no contract"), (0, "guard 'ok' refuses it"),
])  # fmt: skip
def test_a_registered_guard_lets_pass_with_none_or_true_only(answer, why):
    guard("ok")(lambda request: answer)
    assert refusal("ok", asked()) == why


@pytest.mark.parametrize("answer", [1, re.match("a", "a"), ["yes"]])
def test_an_answer_that_is_neither_yes_nor_no_is_an_error_and_not_a_refusal(answer):
    guard("ok")(lambda request: answer)
    with pytest.raises(UsageTypeError) as caught:
        refusal("ok", asked())
    assert caught.value.what == f"guard 'ok' answers {answer!r}"
    assert caught.value.hint == "return None or True to let the move pass, False or a text to refuse it"


def test_a_guard_of_the_move_is_a_function():
    with pytest.raises(UsageTypeError, match="guard 'of the move' is 3, no function"):
        refusal(3, asked())


def test_a_callable_of_the_move_itself_is_named_in_the_refusal():
    def not_today(request):
        return request.at.day != 5

    class Always:
        def __call__(self, request):
            return False

    assert refusal(not_today, asked()).startswith("guard 'test_a_callable")
    assert "not_today" in refusal(not_today, asked())
    assert "Always" in refusal(Always(), asked())


def test_registering_the_same_function_again_replaces_it_and_another_one_is_refused():
    def register(answer):
        @guard("ok")
        def check(request):
            return answer

        return check

    register("old")
    assert register("new")(None) == "new"
    assert refusal("ok", asked()) == "guard 'ok' refuses it: new"
    with pytest.raises(DefinitionError) as caught:
        guard("ok")(on_record)
    assert caught.value.what.startswith("guard 'ok' is already ")
    assert caught.value.what.endswith("register.<locals>.check")
    assert caught.value.hint == "register it under another name"


def test_what_is_no_function_is_not_registered():
    with pytest.raises(UsageTypeError, match="guard 'ok' is 3, no function"):
        guard("ok")(3)
    assert guards._registered == {}


def test_a_model_may_name_a_guard_that_nobody_registered_and_the_move_finds_out():
    model = StageModel("m", ["trial", "paid"], transitions=[Transition("trial", "paid", guards=["my_app.rules:ok"])])
    stored = StageModel.from_json(model.to_json())
    (named,) = stored.transition("trial", "paid").guards
    guard("my_app.rules")(lambda request: True)
    with pytest.raises(UnknownNameError) as caught:
        refusal(named, asked())
    assert caught.value.what == "unknown guard 'my_app.rules:ok'"
    assert caught.value.hint == "did you mean 'my_app.rules'? There are: 'my_app.rules'"
