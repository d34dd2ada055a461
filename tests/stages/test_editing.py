"""Editing: new models, edits on record, and old keys mapped by replaying them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.stages import Requires, Stage, StageModel, Transition
from custlife.stages.edit import Edit, StageMapping
from tests.stages import strategies as make

CRM = StageModel("crm", ["lead", "opp", "won"], customer_from="won", unplaced=["other"], transitions=[
    Transition("lead", "opp", guards=[{"requires_stage": "lead"}]), Transition("opp", "won", action="signs"), Transition("won", "lead"),
])  # fmt: skip


# -- laws --------------------------------------------------------------------------------------------------------


@given(make.models(), st.data())
def test_every_old_key_is_mapped_or_says_why_not(old, data):
    new = data.draw(make.edited(old))
    mapping = new.mapping_from(old)
    assert {*mapping} | {key for key, _ in mapping.unmapped} == set(old.codes)
    assert mapping.is_complete == (len(mapping) == len(old.codes))
    for key in old.codes:
        if key in mapping:
            assert mapping[key] == mapping.get(key)
            assert mapping[key] in new
        else:
            assert mapping.get(key) is None
            with pytest.raises(DefinitionError, match="cannot be mapped: version"):
                mapping[key]


@given(make.models(), st.data())
def test_the_version_alone_or_the_edits_map_as_the_old_model_does(old, data):
    new = data.draw(make.edited(old))
    mapping = new.mapping_from(old)
    for same in (new.mapping_from(old.version), new.mapping_from(new.edits)):
        assert dict(same) == dict(mapping)
        assert dict(same.unmapped) == dict(mapping.unmapped)


@given(make.models(), st.data())
def test_migrating_in_two_steps_is_migrating_in_one(first, data):
    second = data.draw(make.edited(first))
    third = data.draw(make.edited(second))
    whole, early, late = third.mapping_from(first), second.mapping_from(first), third.mapping_from(second)
    assert dict(whole) == {key: late[middle] for key, middle in early.items() if middle in late}


@given(make.models(), st.data())
def test_edits_leave_the_old_model_as_it_was_and_count_up_the_version(old, data):
    before = old.to_json()
    new = data.draw(make.edited(old))
    assert old.to_json() == before
    assert new.version == old.version + len(new.edits)
    assert [edit.version for edit in new.edits] == list(range(old.version + 1, new.version + 1))
    assert new.with_version(new.version) == new


@given(make.models(), st.data())
def test_a_model_maps_from_itself_by_identity(model, data):
    model = data.draw(make.edited(model))
    assert dict(model.mapping_from(model)) == {key: key for key in model.codes}


@given(make.models(), st.data())
def test_an_inserted_stage_leaves_the_others_in_their_order(model, data):
    anchor = data.draw(st.sampled_from(model.keys))
    side = data.draw(st.sampled_from(["after", "before"]))
    way_in = [Transition(anchor, "fresh")]
    made = model.insert("fresh", **{side: anchor}, transitions=way_in)
    assert tuple(key for key in made.codes if key != "fresh") == model.codes
    assert made.position("fresh") == model.position(anchor) + (side == "after")
    assert [(t.from_stage, t.to_stage) for t in made.transitions[:-1]] == [
        (t.from_stage, t.to_stage) for t in model.transitions
    ]
    assert made.reorder("fresh", before=made.keys[0] if made.keys[0] != "fresh" else made.keys[1]).keys[0] == "fresh"


@given(make.models(), st.data())
def test_renaming_there_and_back_leads_history_home(model, data):
    key = data.draw(st.sampled_from(model.codes))
    made = model.rename(key, "fresh").rename("fresh", key)
    assert made.codes == model.codes
    assert [(t.from_stage, t.to_stage) for t in made.transitions] == [
        (t.from_stage, t.to_stage) for t in model.transitions
    ]
    assert dict(made.mapping_from(model)) == {code: code for code in model.codes}
    assert made.resolve("fresh") == key


@given(make.models(), st.data())
def test_a_renamed_stage_still_goes_by_all_its_old_spellings(model, data):
    key = data.draw(st.sampled_from(model.codes))
    made = model.rename(key, "fresh", "Fresh one")
    for spelling in (*make.spellings(model[key]), "Fresh one"):
        assert made.resolve(spelling) == "fresh"


# -- examples ----------------------------------------------------------------------------------------------------


def test_renaming_follows_the_key_into_transitions_guards_and_customers():
    made = CRM.rename("lead", "contact").rename("won", "customer")
    assert [(t.from_stage, t.to_stage) for t in made.transitions] == [
        ("contact", "opp"),
        ("opp", "customer"),
        ("customer", "contact"),
    ]
    assert made.transitions[0].guards == (Requires("stage", "contact"),)
    assert made.customer_from == "customer"
    assert made["contact"].label == "Contact"
    assert CRM.with_stage("lead", label="Our lead").rename("lead", "contact")["contact"].label == "Our lead"
    assert CRM.rename("lead", "contact", label="Kontakt")["contact"].label == "Kontakt"


def test_removing_drops_transitions_or_hands_them_over():
    assert [
        (t.from_stage, t.to_stage) for t in CRM.with_transition(Transition("lead", "opp")).remove("opp").transitions
    ] == [("won", "lead")]
    heir = CRM.remove("opp", into="won")
    assert [(t.from_stage, t.to_stage) for t in heir.transitions] == [("lead", "won"), ("won", "lead")]
    assert heir.resolve("opp") == "won"
    assert heir.mapping_from(CRM)["opp"] == "won"
    assert str(heir.edits[-1]) == "opp removed, history to won"


def test_customers_start_at_the_heir_of_their_first_stage_or_at_the_next_one():
    model = StageModel("m", ["a", "b", "c"], customer_from="b")
    assert model.remove("b").customer_from == "c"
    assert model.remove("b", into="a").customer_from == "a"
    assert model.remove("a").customer_from == "b"
    with pytest.raises(DefinitionError) as caught:
        CRM.remove("won")
    assert caught.value.what == "model 'crm' would lose customer_from='won'"
    assert caught.value.hint == "write model.with_customer_from(...) first"
    assert "won" not in CRM.with_customer_from(None).remove("won")


def test_a_removed_stage_that_others_still_require_is_a_fault_of_the_new_model():
    model = StageModel("m", ["a", "b", "c"], transitions=[Transition("b", "c", guards=[{"requires_stage": "a"}])])
    with pytest.raises(DefinitionError, match="requires the unknown stage 'a'"):
        model.remove("a")
    assert model.remove("a", into="b").transitions[0].guards == (Requires("stage", "b"),)


def test_a_split_leads_in_to_the_first_part_and_out_of_the_last():
    made = CRM.split("opp", into=["offer", Stage("talks", aliases=["deal"])], default="talks")
    assert made.keys == ("lead", "offer", "talks", "won")
    assert [(t.from_stage, t.to_stage) for t in made.transitions] == [
        ("lead", "offer"),
        ("talks", "won"),
        ("won", "lead"),
    ]
    assert made.resolve("opp") == "talks"
    assert made.mapping_from(CRM)["opp"] == "talks"
    assert str(made.edits[-1]) == "opp split into offer and talks, history to talks"
    guarded = CRM.split("lead", into=["mql", "sql"], default="sql")
    assert guarded.transitions[0].guards == (Requires("stage", "sql"),)
    assert CRM.split("lead", into=["mql", "sql"]).transitions[0].guards == (Requires("stage", "mql"),)


def test_a_split_may_keep_the_old_key_for_one_part():
    made = CRM.split("opp", into=["opp", "talks"], default="talks")
    assert made.keys == ("lead", "opp", "talks", "won")
    assert made.mapping_from(CRM)["opp"] == "talks"
    assert made.resolve("opp") == "opp"
    assert made.mapping_from(made)["opp"] == "opp"


def test_the_parts_of_a_declared_stage_lead_on_from_one_to_the_next():
    model = StageModel("m", ["a", "b"], policy="declared", transitions=[Transition("a", "b")])
    made = model.split("b", into=["c", "d", "e"])
    assert made.next_stages("c") == ("d",)
    assert made.next_stages("d") == ("e",)
    assert made.next_stages("a") == ("c",)


def test_a_split_without_default_leaves_history_no_place():
    made = CRM.split("opp", into=["offer", "talks"])
    with pytest.raises(DefinitionError) as caught:
        made.mapping_from(CRM)["opp"]
    assert str(caught.value) == (
        "stage 'opp' cannot be mapped: version 2: opp split into offer and talks, history to none of them"
        " @ model 'crm' version 1 -> model 'crm' version 2\n\n"
        "Hint: say where its history goes: remove(..., into=...) or split(..., default=...)"
    )


def test_an_exit_splits_into_exits():
    made = CRM.split("lost", into=["lost_price", "lost_product"], default="lost_price")
    assert made.is_ended("lost_price")
    assert made.is_ended("lost_product")


def test_stages_merge_into_one_of_them_or_into_a_new_one():
    into_one = CRM.merge("lead", "opp", into="opp")
    assert into_one.keys == ("opp", "won")
    assert into_one.version == 2
    into_new = CRM.merge("lead", "opp", into="open_deal")
    assert into_new.keys == ("open_deal", "won")
    assert into_new.version == 2
    assert dict(into_new.mapping_from(CRM)) | {"lead": "open_deal", "opp": "open_deal"} == dict(
        into_new.mapping_from(CRM)
    )
    assert into_new.resolve("opp") == into_new.resolve("lead") == "open_deal"


def test_exits_and_unplaced_stages_are_inserted_next_to_their_like():
    assert CRM.insert(Stage("bankrupt", exit="ended")).codes[-1] == "bankrupt"
    assert CRM.insert(Stage("bankrupt", exit="ended"), before="lost").codes[4:8] == (
        "lapsed",
        "lost_to_competitor",
        "bankrupt",
        "lost",
    )
    assert [stage.key for stage in CRM.insert("paused", after="other").unplaced] == ["other", "paused"]
    assert StageModel("m", ["a"], exits=()).insert(Stage("gone", exit="ended")).codes == ("a", "gone")


def test_texts_transitions_policy_and_name_change_without_an_edit():
    made = (
        CRM.with_stage("lead", owners=["Marketing"])
        .with_policy("stepwise")
        .with_name("mine", "Mine")
        .without_transition("won", "lead")
    )
    made = made.with_transition(Transition("opp", "won", action="pays")).with_transition(Transition(None, "opp"))
    assert made.version == 7
    assert made.edits == ()
    assert (made.name, made.title, made.policy, made["lead"].owners) == ("mine", "Mine", "stepwise", ("Marketing",))
    assert made.transition("opp", "won").action == "pays"
    assert made.allows(None, "opp")
    assert made.with_name("other").title == "Mine"
    assert made.without_transition(None, "opp").allows(None, "opp") is False
    assert dict(made.mapping_from(CRM)) == {key: key for key in CRM.codes}


def test_a_version_of_ones_own_gathers_the_edits_since():
    made = CRM.rename("opp", "deal").insert("pilot", after="deal").rename("deal", "offer").with_version(2)
    assert [edit.version for edit in made.edits] == [2, 2, 2]
    assert made.mapping_from(CRM)["opp"] == "offer"
    assert CRM.rename("opp", "deal").with_version(9).edits[0].version == 2
    with pytest.raises(DefinitionError) as caught:
        CRM.rename("opp", "deal").with_version(1)
    assert caught.value.what == "model 'crm' has an edit of version 1 (opp renamed to deal), but is version 1"
    assert caught.value.hint == "raise version="


def test_a_model_written_anew_maps_by_its_aliases():
    new = StageModel("crm", [Stage("deal", aliases=["opp"])], version=4)
    mapping = new.mapping_from(CRM)
    assert mapping["opp"] == "deal"
    with pytest.raises(DefinitionError, match="version 4 has no such stage and no edit of it"):
        mapping["lead"]


def test_a_stage_removed_and_inserted_again_is_another_stage():
    made = CRM.remove("opp").insert("opp", after="lead")
    assert made.keys == CRM.keys
    assert dict(made.mapping_from(CRM).unmapped) == {"opp": "version 2: opp removed"}


def test_edits_read_as_sentences():
    made = (
        CRM.rename("opp", "deal")
        .insert("pilot", after="deal")
        .reorder("pilot", before="deal")
        .remove("other")
        .split("lead", into=["x", "y"])
    )
    assert [str(edit) for edit in made.edits] == [
        "opp renamed to deal",
        "pilot inserted",
        "pilot moved",
        "other removed",
        "lead split into x and y, history to none of them",
    ]


BAD = [
    (lambda: CRM.rename("op", "deal"), UnknownNameError, "unknown stage 'op'", None),
    (lambda: CRM.rename("opp", "won"), DefinitionError, "model 'crm' has the stage 'won' twice", None),
    (lambda: CRM.rename("opp", "The Deal"), DefinitionError, "stage key 'The Deal' is not a slug", None),
    (lambda: CRM.insert("pilot"), UsageError, "stage 'pilot' needs one neighbour, got after=None and before=None", "write after='won', or before= another stage"),
    (lambda: CRM.insert("pilot", after="lead", before="opp"), UsageError, "stage 'pilot' needs one neighbour, got after='lead' and before='opp'", "write after='won', or before= another stage"),
    (lambda: CRM.insert("pilot", after="leed"), UnknownNameError, "unknown stage 'leed'", None),
    (lambda: CRM.insert("pilot", after="lost"), DefinitionError, "model 'crm' has the exit 'pilot', which is neither paused nor ended", None),
    (lambda: CRM.insert("opp", after="lead"), DefinitionError, "model 'crm' has the stage 'opp' twice", None),
    (lambda: CRM.remove("opp", into="opp"), UsageError, "into='opp' is the stage to be removed", "name the stage that takes over"),
    (lambda: CRM.remove("opp", into="x"), UnknownNameError, "unknown stage 'x'", None),
    (lambda: CRM.remove("won", into="lost"), DefinitionError, "model 'crm' has customer_from='lost', which is not on its path", None),
    (lambda: StageModel("m", ["a"]).remove("a"), DefinitionError, "model 'm' has no stages", None),
    (lambda: CRM.split("opp", into="offer"), UsageTypeError, "into='offer' is one stage, not several", "write into=['offer']"),
    (lambda: CRM.split("opp", into=["offer", 3]), UsageTypeError, "into[1]=3 is no Stage", "write Stage(...), or the key of one stage"),
    (lambda: CRM.insert(["x", "y"], after="opp"), UsageTypeError, "stage=['x', 'y'] is no Stage", "write Stage(...), or the key of one stage"),
    (lambda: CRM.insert("x", after="opp", transitions=Transition("opp", "x")), UsageTypeError, "transitions=Transition('opp', 'x') is not a list", "write transitions=[...], in the order that counts"),
    (lambda: CRM.merge(["lead", "opp"], into="x"), UsageTypeError, "merge takes keys, not ['lead', 'opp']", "write model.merge('a', 'b', into='c')"),
    (lambda: CRM.mapping_from("crm"), UsageTypeError, "old='crm' is no model", "pass the older model, its version number, or the edits since"),
    (lambda: CRM.mapping_from(None), UsageTypeError, "old=None is no model", "pass the older model, its version number, or the edits since"),
    (lambda: CRM.mapping_from(["x"]), UsageTypeError, "old=['x'] is no model", "pass the older model, its version number, or the edits since"),
    (lambda: CRM.mapping_from(0), DefinitionError, "version=0 is not a whole number from 1", "pass version=1 or more"),
    (lambda: CRM.diff("crm"), UsageTypeError, "other='crm' is not a StageModel", "pass a StageModel or a preset: presets.crm without quotes, if it is one"),
    (lambda: CRM.split("opp", into=["one"]), DefinitionError, "edit 'split' of 'opp' has into=('one',)", "name between 2 and 99 stages"),
    (lambda: CRM.split("opp", into=["one", "two"], default="opp"), UnknownNameError, "unknown part 'opp'", None),
    (lambda: CRM.merge("lead", into="lead"), UsageError, "merge needs two stages, got ['lead']", "name the stages to merge, and into="),
    (lambda: CRM.merge("lead", "x", into="lead"), UnknownNameError, "unknown stage 'x'", None),
    (lambda: CRM.reorder("opp", after="opp"), UsageError, "'opp' cannot stand next to itself", "name another stage"),
    (lambda: CRM.reorder("opp", after="lost"), UsageError, "'opp' cannot move among the exits", "a stage stays a stage, and an exit an exit: remove it and insert another"),
    (lambda: CRM.with_stage("opp", key="deal"), UsageError, "a stage changes its key by rename", "write model.rename('opp', 'deal')"),
    (lambda: CRM.with_stage("opp", owner="x"), UnknownNameError, "unknown field of Stage 'owner'", None),
    (lambda: CRM.without_transition(None, "opp"), UnknownNameError, "unknown transition 'start -> opp'", None),
    (lambda: CRM.mapping_from(2), UsageError, "version 2 of model 'crm' is newer than version 1", "write the other way round: the model of version 2 maps from version 1"),
    (lambda: CRM.mapping_from(CRM)["x"], UnknownNameError, "unknown stage 'x'", None),
    (lambda: Edit(2, "renmae", "a"), UnknownNameError, "unknown kind of edit 'renmae'", None),
    (lambda: Edit("2", "insert", "a"), DefinitionError, "version='2' is not a whole number from 1", None),
    (lambda: Edit(2, "rename", "a"), DefinitionError, "edit 'rename' of 'a' has into=()", "name one stage"),
    (lambda: Edit(2, "insert", "a", ["b"]), DefinitionError, "edit 'insert' of 'a' has into=('b',)", "leave into= out"),
    (lambda: CRM.with_transition("x"), UsageTypeError, "transition='x' is no Transition", "write Transition('trial', 'paid')"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "error", "what", "hint"), BAD)
def test_an_edit_that_cannot_be_says_what_is_wrong(edit, error, what, hint):
    with pytest.raises(error) as caught:
        edit()
    assert caught.value.what == what
    assert hint in (None, caught.value.hint)


def test_a_mapping_is_a_frozen_value():
    mapping = StageMapping("m", (("a", "b"),))
    assert mapping == StageMapping("m", (("a", "b"),))
    assert hash(mapping) == hash(StageMapping("m", (("a", "b"),)))
    assert "a" in mapping
    assert "b" not in mapping
