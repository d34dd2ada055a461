"""Stage models: values, names and law; and what cannot be built."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.stages import DEFAULT_EXITS, Citation, MoveKind, Stage, StageModel, Transition
from tests.stages import strategies as make


def snapshot(model: StageModel) -> str:
    return repr([getattr(model, field.name) for field in attrs.fields(StageModel) if field.init])


# -- values ------------------------------------------------------------------------------------------------------


@given(make.models(rich=True))
def test_a_model_survives_pickling_and_copying_as_an_equal_value(model):
    hash(model)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(model, protocol))
        assert again == model
        assert hash(again) == hash(model)
        assert again.next_stages(None) == model.next_stages(None)
    assert copy.deepcopy(model) == copy.copy(model) == model


@given(make.models())
def test_a_model_built_again_from_its_fields_is_the_same(model):
    again = attrs.evolve(model)
    assert again == model
    assert hash(again) == hash(model)
    assert snapshot(again) == snapshot(model)
    assert model != attrs.evolve(model, version=model.version + 1)
    assert model != "model"


@given(make.models())
def test_asking_a_model_changes_nothing(model):
    before, hashed = snapshot(model), hash(model)
    for key in model.codes:
        model.next_stages(key)
    str(model), repr(model), model.to_json(), model.diff(model)
    assert (snapshot(model), hash(model)) == (before, hashed)


def test_a_model_keeps_nothing_of_the_lists_it_was_given_and_cannot_be_changed():
    stages, transitions = ["a", "b"], [Transition("a", "b")]
    model = StageModel("m", stages, transitions=transitions)
    stages.append("c")
    transitions.clear()
    assert model == StageModel("m", ["a", "b"], transitions=[Transition("a", "b")])
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        model.name = "n"
    assert not hasattr(model, "__dict__")


def test_the_hash_of_a_pickle_is_that_of_the_process_it_arrives_in():
    script = "import pickle, sys; from custlife.stages import StageModel; m = StageModel('m', ['a', 'b']); hash(m);{0}"
    source = str(Path(sys.modules["custlife"].__file__).parents[1])

    def run(seed, body, data=b""):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": source}
        command = [sys.executable, "-c", script.format(body)]
        return subprocess.run(command, input=data, capture_output=True, check=True, env=environment).stdout

    sent = run("1", "sys.stdout.buffer.write(pickle.dumps(m))")
    body = "again = pickle.loads(sys.stdin.buffer.read()); print(again == m, again in {m}, hash(again) == hash(m))"
    assert run("2", body, sent).split() == [b"True"] * 3


# -- names -------------------------------------------------------------------------------------------------------


@given(make.models(rich=True))
def test_every_spelling_of_a_stage_resolves_to_it_whatever_its_case_and_spaces(model):
    for key in model.codes:
        for spelling in make.spellings(model[key]):
            assert model.resolve(spelling) == key
            assert model.resolve(f" {spelling} ") == key
            if spelling.isascii():
                assert model.resolve(spelling.upper()) == key


@given(make.models())
def test_positions_ranks_and_places_follow_the_order_of_declaration(model):
    everything = (*model.stages, *model.unplaced, *model.exits)
    assert model.codes == tuple(stage.key for stage in everything)
    assert [model.rank(key) for key in model.codes] == list(range(len(everything)))
    assert [model.position(key) for key in model.keys] == list(range(len(model)))
    assert tuple(model) == model.stages
    for stage in everything:
        assert stage.key in model
        assert model[stage.key] is stage
        assert model.is_exit(stage.key) == (stage in model.exits) == (stage.exit is not None)
        assert model.is_paused(stage.key) == (stage.exit == "paused")
        assert model.is_ended(stage.key) == (stage.exit == "ended")
        assert (model.position(stage.key) is None) == (stage not in model.stages)


@given(make.models())
def test_customers_stand_on_the_path_at_or_past_the_first_customer_stage(model):
    customers = [key for key in model.codes if model.is_customer_stage(key)]
    start = None if model.customer_from is None else model.position(model.customer_from)
    assert customers == ([] if start is None else list(model.keys[start:]))


@pytest.mark.parametrize(
    "ask", ["position", "rank", "is_exit", "is_paused", "is_ended", "is_customer_stage", "resolve"]
)
def test_an_unknown_stage_is_an_error_that_names_the_nearest_one(ask):
    model = StageModel("saas", ["trial", "active"], exits=())
    with pytest.raises(UnknownNameError) as caught:
        getattr(model, ask)("trail")
    assert str(caught.value) == (
        "unknown stage 'trail' @ model 'saas'\n\nHint: did you mean 'trial'? There are: 'trial', 'active'"
    )


@pytest.mark.parametrize("null", [None, 3, float("nan")])
def test_a_null_is_no_spelling_of_a_stage(null):
    with pytest.raises(UnknownNameError, match="unknown stage"):
        StageModel("saas", [Stage("trial", aliases=["None", "nan", "3"])]).resolve(null)


def test_what_is_no_text_is_no_key_of_a_stage():
    model = StageModel("m", ["a"])
    assert ["a"] not in model
    for ask in (model.__getitem__, model.resolve):
        with pytest.raises(UnknownNameError, match=r"unknown stage \['a'\]"):
            ask(["a"])


def test_stages_and_exits_may_be_given_by_their_keys():
    model = StageModel(
        "saas", ["trial", Stage("active")], exits=["churned", Stage("bought", exit="ended")], unplaced=["other"]
    )
    assert model.codes == ("trial", "active", "other", "churned", "bought")
    assert model["churned"] is DEFAULT_EXITS[3]


def test_a_model_has_five_exits_unless_it_uses_their_names_itself():
    assert StageModel("m", ["a"]).exits == DEFAULT_EXITS
    assert StageModel("m", ["a"], exits=()).exits == ()
    own = StageModel("m", ["a", Stage("gone", aliases=["Churned"])], unplaced=[Stage("lost")])
    assert [stage.key for stage in own.exits] == ["lapsed", "lost_to_competitor", "disqualified"]


# -- law ---------------------------------------------------------------------------------------------------------


@given(make.models(), st.data())
def test_next_stages_are_exactly_the_targets_that_are_allowed(model, data):
    origin = data.draw(st.sampled_from([None, *model.codes]))
    left = data.draw(st.sampled_from([None, *model.keys]))
    allowed = [key for key in model.codes if key != origin and model._edges[origin, key].permits(left)]
    assert list(model.next_stages(origin, left)) == allowed
    for key in model.codes:
        assert model.allows(origin, key, left) == (key in allowed)
        if key in allowed:
            found = model.transition(origin, key, left)
            assert (found.from_stage, found.to_stage, found.kind) == (origin, key, model.kind(origin, key))
        elif key != origin:
            with pytest.raises(UsageError, match="refuses it"):
                model.transition(origin, key, left)


@given(make.models())
def test_an_edge_is_plain_exactly_if_nothing_more_is_to_be_asked(model):
    for origin in (None, *model.codes):
        for target in model.codes:
            if target == origin:
                continue
            edge = model._edges[origin, target]
            assert edge is model._edges[origin, target]
            asks = edge.reason_required or edge.min_gap is not None or edge.guards != ()
            assert edge.plain == (edge.allowed and not asks)
            if edge.transition:
                assert edge.transition in model.transitions
                assert (edge.reason_required, edge.guards) == (edge.transition.reason_required, edge.transition.guards)


def test_to_stay_is_not_a_move():
    model = StageModel("saas", ["trial", "active"])
    assert not model.allows("trial", "trial")
    with pytest.raises(UsageError) as caught:
        model.kind("trial", "trial")
    assert (
        str(caught.value) == "from 'trial' to 'trial' is not a move @ model 'saas'\n\nHint: name two different stages"
    )


def test_unknown_stages_have_no_law():
    model = StageModel("saas", ["trial", "active"])
    for pair in [(None, "x"), ("x", "trial"), ("trial", "x"), ("x", "x")]:
        with pytest.raises(UnknownNameError, match="unknown stage 'x' @ model 'saas'"):
            model.allows(*pair)
        with pytest.raises(UnknownNameError, match="unknown stage 'x' @ model 'saas'"):
            model.kind(*pair)


def test_a_refused_transition_names_what_is_allowed():
    model = StageModel("sales", ["lead", "offer", "won"], policy="stepwise", exits=())
    with pytest.raises(UsageError) as caught:
        model.transition(None, "won")
    assert str(caught.value) == (
        "model 'sales' has no transition the start -> 'won': policy='stepwise' refuses it\n\nHint: from there it allows 'lead'"
    )
    with pytest.raises(UsageError) as caught:
        model.transition("won", "lead")
    assert caught.value.hint == "from there it allows nothing"


def test_a_declared_transition_is_allowed_whatever_the_policy():
    for policy in ("forward", "stepwise"):
        model = StageModel("m", ["a", "b", "c"], policy=policy, transitions=[Transition("c", "a", action="restart")])
        assert model.allows("c", "a")
        assert not model.allows("c", "b")
        assert model.transition("c", "a").action == "restart"
        assert model.transition("c", "a").kind is MoveKind.REGRESS


def test_a_declared_model_is_entered_at_its_first_stage_unless_it_says_otherwise():
    model = StageModel("m", ["a", "b"], policy="declared", transitions=[Transition("a", "b")])
    assert model.transitions[0] == Transition(None, "a", kind="enter")
    assert model.next_stages(None) == ("a",)
    assert model.codes == ("a", "b")
    other = StageModel("m", ["a", "b"], policy="declared", transitions=[Transition(None, "b"), Transition("b", "a")])
    assert other.next_stages(None) == ("b",)


def test_a_declared_model_has_those_default_exits_that_its_transitions_name():
    model = StageModel("m", ["a"], policy="declared", transitions=[Transition("a", "churned")])
    assert model.codes == ("a", "churned")


def test_a_big_model_answers_at_once_and_compiles_only_what_is_asked():
    model = StageModel("big", [f"s{number}" for number in range(200)], policy="stepwise")
    assert len(model._edges) == 0
    assert model.allows("lapsed", "s150", left="s150")
    assert model.next_stages("s7")[:1] == ("s8",)
    assert model.kind("s3", "s199") is MoveKind.SKIP
    assert len(model._edges) < 250


# -- what cannot be built ----------------------------------------------------------------------------------------

AB = ["a", "b"]
THERE = "there are: 'a', 'b', 'lapsed', 'lost_to_competitor', 'lost', 'churned', 'disqualified'"
BAD = [
    ("a typo in a transition", {"transitions": [Transition("aa", "b")]}, "has a transition naming the unknown stage 'aa'", "did you mean 'a'? T" + THERE[1:]),
    ("two in one", {"transitions": [Transition("x", "y")]}, "has 2 faults:\n  1. it has a transition naming the unknown stage 'x'\n  2. it has a transition naming the unknown stage 'y'", f"1. {THERE}; 2. {THERE}"),
    ("a transition twice", {"transitions": [Transition("a", "b"), Transition("a", "b", action="x")]}, "has the transition 'a' -> 'b' twice", "keep one of them"),
    ("another kind", {"transitions": [Transition("a", "b", kind="skip")]}, "calls the transition 'a' -> 'b' MoveKind.SKIP; it is MoveKind.ADVANCE", "leave kind out: it is derived"),
    ("no stages", {"stages": []}, "has no stages", "name at least one stage of the path"),
    ("a stage twice", {"stages": ["a", "b", "a"]}, "has the stage 'a' twice", "keep one, or give the other its own key"),
    ("a stage and an exit", {"exits": [Stage("a", exit="ended")]}, "has the stage 'a' twice", "keep one, or give the other its own key"),
    ("an alias twice", {"stages": [Stage("a", aliases=["X Y"]), Stage("b", aliases=["x-y"])]}, "spells both 'a' and 'b' as 'x-y'", "drop the label or alias 'x-y' from one of them"),
    ("a label twice", {"stages": [Stage("a", "Lead"), Stage("b", "lead ")]}, "spells both 'a' and 'b' as 'lead'", "drop the label or alias 'lead' from one of them"),
    ("a label of another key", {"stages": [Stage("a"), Stage("b", "A")]}, "spells both 'a' and 'b' as 'A'", "drop the label or alias 'A' from one of them"),
    ("one text in two forms", {"stages": [Stage("a", "Cafe\u0301"), Stage("b", "Caf\u00e9")]}, "spells both 'a' and 'b' as 'Caf\u00e9'", "drop the label or alias 'Caf\u00e9' from one of them"),
    ("customers nowhere", {"customer_from": "aa"}, "has customer_from='aa', which is not on its path", "did you mean 'a'? There are: 'a', 'b'"),
    ("customers in an exit", {"customer_from": "churned"}, "has customer_from='churned', which is not on its path", "there are: 'a', 'b'"),
    ("an exit on the path", {"stages": ["a", Stage("b", exit="ended")]}, "has the exit 'b' among its stages", "pass it in exits=[...]"),
    ("an exit unplaced", {"unplaced": [Stage("c", exit="ended")]}, "has the exit 'c' among its stages", "pass it in exits=[...]"),
    ("a stage among the exits", {"exits": ["gone"]}, "has the exit 'gone', which is neither paused nor ended", "write Stage('gone', exit='paused') if one may come back from it, else exit='ended'"),
    ("a guard on nothing", {"transitions": [Transition("a", "b", guards=[{"requires_stage": "bb"}])]}, "requires the unknown stage 'bb' for 'a' -> 'b'", "did you mean 'b'? T" + THERE[1:]),
    ("a stage out of reach", {"stages": ["a", "b", "vip"], "policy": "declared", "transitions": [Transition("a", "b")]}, "can never reach ['vip'] from 'a'", "add a Transition into each of them, or drop the stage"),
    ("an exit out of reach", {"policy": "declared", "exits": ["lost"], "transitions": [Transition("a", "b"), Transition("b", "a"), Transition(None, "a"), Transition(None, "b")]}, "can never reach ['lost'] from 'a' or 'b'", "add a Transition into each of them, or drop the stage"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "what", "hint"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_broken_model_cannot_be_built_and_says_why(fields, what, hint):
    with pytest.raises(DefinitionError) as caught:
        StageModel("saas", **{"stages": AB, **fields})
    assert (caught.value.what, caught.value.hint) == (f"model 'saas' {what}", hint)


WRONG = [
    ({"stages": "ab"}, UsageTypeError, "stages='ab' is one stage, not several", "write stages=['ab']"),
    ({"exits": "lost"}, UsageTypeError, "exits='lost' is one stage, not several", "write exits=['lost']"),
    ({"unplaced": Stage("x")}, UsageTypeError, "unplaced=Stage('x') is one stage, not several", "write unplaced=[Stage('x')]"),
    ({"stages": {"a", }}, UsageTypeError, "stages={'a'} is not a list", "write stages=[...], in the order that counts"),
    ({"stages": {"a": "Awake"}}, UsageTypeError, "stages={'a': 'Awake'} is not a list", "write stages=[Stage('a', 'Awake'), ...]"),
    ({"exits": {}}, UsageTypeError, "exits={} is not a list", "write exits=[Stage('trial', 'Free trial'), ...]"),
    ({"stages": 3}, UsageTypeError, "stages=3 is not a list", "write stages=[...], in the order that counts"),
    ({"transitions": Transition("a", "b")}, UsageTypeError, "transitions=Transition('a', 'b') is not a list", "write transitions=[...], in the order that counts"),
    ({"edits": None}, UsageTypeError, "edits=None is not a list", "write edits=[...], in the order that counts"),
    ({"stages": [3]}, UsageTypeError, "stages[0]=3 is no Stage", "write Stage(...)"),
    ({"transitions": [("a", "b")]}, UsageTypeError, "transitions[0]=('a', 'b') is no Transition", "write Transition(...)"),
    ({"edits": [3]}, UsageTypeError, "edits[0]=3 is no Edit", "write Edit(...)"),
    ({"cited": "S1"}, UsageTypeError, "cited='S1' is no Citation", "write Citation(...)"),
    ({"policy": "opne"}, UnknownNameError, "unknown policy 'opne'", "did you mean 'open'? There are: 'open', 'forward', 'stepwise', 'declared'"),
    ({"version": 0}, DefinitionError, "version=0 is not a whole number from 1", "pass version=1 or more"),
    ({"version": True}, DefinitionError, "version=True is not a whole number from 1", "pass version=1 or more"),
    ({"version": "2"}, DefinitionError, "version='2' is not a whole number from 1", "pass version=1 or more"),
    ({"name": " "}, DefinitionError, "name=' ' is empty", "write a text or leave it out"),
    ({"name": 3}, UsageTypeError, "name=3 is not a text", "pass a str, not int"),
    ({"title": "a\nb"}, DefinitionError, "title='a\\nb' contains '\\n'", "drop the control or half character"),
    ({"about": None}, UsageTypeError, "about=None is not a text", "pass a str, not NoneType"),
    ({"stages": ["Trial"]}, DefinitionError, "stage key 'Trial' is not a slug", "write Stage('trial', 'Trial')"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "error", "what", "hint"), WRONG)
def test_arguments_of_the_wrong_kind_are_named(fields, error, what, hint):
    with pytest.raises(error) as caught:
        StageModel(**{"name": "saas", "stages": AB, **fields})
    assert (caught.value.what, caught.value.hint) == (what, hint)


def test_a_citation_of_a_model_is_kept():
    assert StageModel("m", AB, cited=Citation("S1", notes=["n"])).cited.notes == ("n",)
