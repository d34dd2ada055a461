"""Differences between two models."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.stages import Stage, StageModel, Transition
from custlife.stages.diff import Change, ModelDiff
from tests.stages import strategies as make


@given(make.models(rich=True), make.models(rich=True), st.data())
def test_a_diff_is_empty_exactly_between_models_that_say_the_same(one, other, data):
    assert not one.diff(one)
    edited = data.draw(make.edited(one))
    renamed_back = one.rename(one.keys[0], "fresh").rename("fresh", one.keys[0])
    for after in (other, edited, renamed_back):
        said = [m.with_version(9).to_dict() | {"edits": [], "version": 0} for m in (one, after)]
        assert bool(one.diff(after)) == (said[0] != said[1])


@given(make.models(), st.data())
def test_a_renamed_stage_is_neither_added_nor_removed_in_both_directions(model, data):
    key = data.draw(st.sampled_from(model.codes))
    made = model.rename(key, "fresh", "Fresh")
    for changes in (model.diff(made), made.diff(model)):
        sorts = [change.sort for change in changes]
        assert sorts.count("renamed") == 1
        assert {"added", "removed", "moved"}.isdisjoint(sorts)


@given(make.models(), make.models())
def test_stages_added_one_way_are_removed_the_other_way(one, other):
    forth, back = one.with_version(1).diff(other.with_version(1)), other.with_version(1).diff(one.with_version(1))
    for sort, opposite in (("added", "removed"), ("changed", "changed")):
        there = {(change.where, change.field) for change in forth if change.sort == sort}
        assert there == {(change.where, change.field) for change in back if change.sort == opposite}


@pytest.mark.parametrize(
    ("order", "moved"), [("abcd", ""), ("bacd", "b"), ("dabc", "d"), ("dcba", "bcd"), ("acbd", "c")]
)
def test_as_few_stages_as_possible_are_called_moved(order, moved):
    changes = StageModel("m", list("abcd")).diff(StageModel("m", list(order)))
    assert len(changes) == len(moved)
    assert {change.sort for change in changes} <= {"moved"}


def test_a_diff_reads_as_a_list_of_changes():
    before = StageModel(
        "crm",
        ["lead", "opp", "won"],
        unplaced=["other"],
        exits=(),
        transitions=[Transition("lead", "opp", action="calls"), Transition("opp", "won")],
    )
    after = (
        before.rename("opp", "deal").reorder("lead", after="deal").with_policy("forward").insert("pilot", before="won")
    )
    after = after.with_transition(Transition("lead", "deal", action="writes")).with_transition(Transition(None, "won"))
    after = after.without_transition("deal", "won").remove("other").with_customer_from("won")
    assert str(before.diff(after)) == (
        "model 'crm' version 1 -> model 'crm' version 10\n"
        "  ~ model: policy 'open' -> 'forward'\n"
        "  ~ model: customer_from None -> 'won'\n"
        "  ~ stage 'opp': renamed 'opp' -> 'deal'\n"
        "  ~ stage 'deal': label 'Opp' -> 'Deal'\n"
        "  ~ stage 'deal': aliases () -> ('opp',)\n"
        "  - stage 'other'\n"
        "  + stage 'pilot'\n"
        "  ~ stage 'deal': moved 2 -> 1\n"
        "  ~ transition 'lead' -> 'deal': kind MoveKind.ADVANCE -> MoveKind.REGRESS\n"
        "  ~ transition 'lead' -> 'deal': action 'calls' -> 'writes'\n"
        "  - transition 'deal' -> 'won'\n"
        "  + transition the start -> 'won'"
    )


def test_a_stage_that_changes_lists_has_moved():
    before = StageModel("m", ["a", "b"], exits=())
    after = StageModel("m", ["a"], unplaced=["b"], exits=())
    assert [str(change) for change in before.diff(after)] == ["~ stage 'b': moved 'stages' -> 'unplaced'"]


def test_no_difference_says_so():
    model = StageModel("m", ["a"])
    assert str(model.diff(model)) == "model 'm' version 1 -> model 'm' version 1\n  nothing changed"
    assert not model.diff(model)
    assert model.diff(model) == ModelDiff("model 'm' version 1", "model 'm' version 1", ())


def test_a_change_of_a_stage_shows_both_values():
    (change,) = StageModel("m", [Stage("a", owners=["x"])]).diff(StageModel("m", ["a"]))
    assert change == Change("changed", "stage 'a'", "owners", ("x",), ())
