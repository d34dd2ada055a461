"""Models as documents: round trips, and faults with their paths."""

from __future__ import annotations

import json
import pickle
import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.errors import CustlifeError, DataError
from custlife.stages import Citation, Stage, StageModel, Transition
from tests.stages import strategies as make

TEXT = """\
format = "custlife.model/1"
name = "bruxt5"
title = "Five stages"
about = "A path."
policy = "open"
customer_from = "conversion"
version = 2

[cited]
source = "an article"
reconstructed = false
notes = ["n"]

[[stages]]
key = "awareness"
label = "Aware"
phase = "reach"
also = ["acquire"]
needs = ["know"]
[stages.cited]
source = "S001"
inferred = ["needs"]

[[stages]]
key = "conversion"

[[unplaced]]
key = "other"

[[exits]]
key = "lapsed"
exit = "paused"

[[transitions]]
to = "awareness"

[[transitions]]
from = "awareness"
to = "conversion"
kind = "advance"
action = "buys"
max_gap = "30 days"
min_gap = "1 day"
reason_required = true
guards = ["registered", {requires_event = "signed"}]

[[edits]]
version = 2
kind = "split"
stage = "start"
into = ["awareness", "conversion"]
default = "awareness"
"""


@given(make.models(rich=True), st.data())
def test_models_come_back_from_json_and_toml_as_they_were(model, data):
    model = data.draw(st.one_of(st.just(model), make.edited(model, steps=2)))
    for back in (
        StageModel.from_json(model.to_json()),
        StageModel.from_json(model.to_json().encode()),
        StageModel.from_toml(model.to_toml()),
        StageModel.from_toml(model.to_toml().encode()),
        StageModel.from_dict(model.to_dict()),
    ):
        assert back == model
        assert hash(back) == hash(model)
        assert back.to_json() == model.to_json()


@given(make.models(rich=True))
def test_both_forms_hold_the_same_document_and_every_parser_reads_them(model):
    assert json.loads(model.to_json()) == tomllib.loads(model.to_toml()) == model.to_dict()


@given(make.models(rich=True), st.data())
@example(StageModel("m", ["a"]), None)
def test_a_document_that_was_tampered_with_is_read_or_refused_and_nothing_else(model, data):
    text = model.to_json()
    if data is not None:
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 20)))
        text = (
            text[:start]
            + data.draw(st.sampled_from(["", "{", "[]", '"', "NaN", "null", "1e999", "true", '"x"']))
            + text[end:]
        )
    try:
        read = StageModel.from_json(text)
    except DataError:
        return
    assert StageModel.from_json(read.to_json()) == read


@given(st.binary(max_size=40))
def test_any_bytes_are_refused_as_data(content):
    for read in (StageModel.from_json, StageModel.from_toml):
        with pytest.raises(DataError):
            read(content)


def test_every_key_of_the_format_is_read():
    model = StageModel.from_toml(TEXT)
    assert model.cited == Citation("an article", notes=["n"])
    assert model["awareness"] == Stage(
        "awareness",
        "Aware",
        phase="reach",
        also=["acquire"],
        needs=["know"],
        cited=Citation("S001", inferred=["needs"]),
    )
    assert model.codes == ("awareness", "conversion", "other", "lapsed")
    assert model.transitions[1] == Transition(
        "awareness", "conversion", kind="advance", action="buys", max_gap="30 days", min_gap="1 day",
        reason_required=True, guards=["registered", {"requires_event": "signed"}],
    )  # fmt: skip
    assert (model.name, model.title, model.about, model.policy) == ("bruxt5", "Five stages", "A path.", "open")
    assert (model.version, model.customer_from, model.edits[0].default) == (2, "conversion", "awareness")
    assert StageModel.from_toml(model.to_toml()) == model


def test_a_document_of_few_words_takes_the_defaults():
    model = StageModel.from_toml('format = "custlife.model/1"\nname = "m"\n[[stages]]\nkey = "a"\n')
    assert model == StageModel("m", ["a"])
    assert (
        StageModel.from_toml('format = "custlife.model/1"\nname = "m"\nexits = []\n[[stages]]\nkey = "a"\n').exits == ()
    )


def test_a_model_writes_the_same_few_lines_each_time():
    model = StageModel(
        "m", ["a", Stage("b", "Ünë", owners=["x"])], exits=(), transitions=[Transition("a", "b", max_gap="30 days")]
    )
    assert model.to_toml() == (
        'format = "custlife.model/1"\nname = "m"\nversion = 1\npolicy = "open"\nexits = []\n\n'
        '[[stages]]\nkey = "a"\n\n[[stages]]\nkey = "b"\nlabel = "Ünë"\nowners = ["x"]\n\n'
        '[[transitions]]\nfrom = "a"\nto = "b"\nmax_gap = "30 days"\n'
    )


def test_models_are_read_from_files_by_their_suffix(tmp_path):
    model = StageModel.from_toml(TEXT)
    (tmp_path / "m.toml").write_text(model.to_toml(), encoding="utf-8")
    (tmp_path / "m.json").write_text("\ufeff" + model.to_json(), encoding="utf-8")
    assert StageModel.from_file(tmp_path / "m.toml") == StageModel.from_file(str(tmp_path / "m.json")) == model
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        StageModel.from_file(tmp_path / "bad.json")
    assert caught.value.what == f"{tmp_path / 'bad.json'} cannot be read"
    with pytest.raises(FileNotFoundError):
        StageModel.from_file(tmp_path / "none.json")


class Journey(StageModel):
    """A class of one's own."""


def test_a_class_of_ones_own_reads_and_edits_its_own_kind(tmp_path):
    model = Journey("m", ["a", "b"])
    (tmp_path / "m.toml").write_text(model.to_toml(), encoding="utf-8")
    for back in (
        Journey.from_dict(model.to_dict()),
        Journey.from_json(model.to_json()),
        Journey.from_toml(model.to_toml()),
        Journey.from_file(tmp_path / "m.toml"),
        pickle.loads(pickle.dumps(model)),
    ):
        assert type(back) is Journey
        assert back == model
    assert type(model.rename("a", "c")) is Journey


def changed(**changes) -> dict:
    return {"format": "custlife.model/1", "name": "m", "stages": [{"key": "a"}, {"key": "b"}], **changes}


BAD = [
    ([], "$", "[] is not a table"),
    ({}, "format", "the key is missing"),
    ({"format": "custlife.model/2"}, "format", "'custlife.model/2' is not 'custlife.model/1', which this release reads"),
    ({"format": 1}, "format", "1 is not 'custlife.model/1', which this release reads"),
    (changed(nmae="x"), "nmae", "unknown key 'nmae'; did you mean 'name'? There are: 'format', 'title', 'about', 'name', 'policy', 'customer_from', 'version', 'cited', 'stages', 'unplaced', 'exits', 'transitions', 'edits'"),
    (changed(name=3), "name", "3 is not a text"),
    (changed(version="1"), "version", "'1' is not a whole number"),
    (changed(version=True), "version", "True is not a whole number"),
    (changed(version=0), "$", "version=0 is not a whole number from 1; pass version=1 or more"),
    (changed(policy="opne"), "$", "unknown policy 'opne'; did you mean 'open'? There are: 'open', 'forward', 'stepwise', 'declared'"),
    (changed(stages={}), "stages", "{} is not a list"),
    (changed(stages=["a"]), "stages[0]", "'a' is not a table"),
    (changed(stages=[{"label": "x"}]), "stages[0].key", "the key is missing"),
    (changed(stages=[{"key": "A"}]), "stages[0]", "stage key 'A' is not a slug; write Stage('a', 'A')"),
    (changed(stages=[{"key": "a", "needs": "x"}]), "stages[0].needs", "'x' is not a list"),
    (changed(stages=[{"key": "a", "needs": ["x", 3]}]), "stages[0].needs[1]", "3 is not a text"),
    (changed(stages=[{"key": "a", "cited": "S1"}]), "stages[0].cited", "'S1' is not a table"),
    (changed(stages=[{"key": "a", "cited": {"inferred": ["x"]}}]), "stages[0]", None),
    (changed(stages=[{"key": "a"}, {"key": "a"}]), "$", "model 'm' has the stage 'a' twice; keep one, or give the other its own key"),
    (changed(exits=[{"key": "x", "exit": 1}]), "exits[0].exit", "1 is not a text"),
    (changed(cited={"reconstructed": "yes"}), "cited.reconstructed", "'yes' is not true or false"),
    (changed(cited={"source": "a\u0000"}), "cited", "source='a\\x00' contains '\\x00'; drop the control or half character"),
    (changed(transitions=[{"from": "a"}]), "transitions[0].to", "the key is missing"),
    (changed(transitions=[{"from": "a", "to": "b", "max_gap": 30}]), "transitions[0].max_gap", "30 is not a text"),
    (changed(transitions=[{"from": "a", "to": "b", "max_gap": "x"}]), "transitions[0]", None),
    (changed(transitions=[{"from": "a", "to": "b", "guards": [3]}]), "transitions[0].guards", "3 is neither a name nor a requirement such as {'requires_event': 'signed'}"),
    (changed(transitions=[{"from": "a", "to": "b", "guards": [{"requires_event": 3}]}]), "transitions[0].guards", "{'requires_event': 3} is neither a name nor a requirement such as {'requires_event': 'signed'}"),
    (changed(transitions=[{"from": "a", "to": "b", "guards": [{"eval": "x"}]}]), "transitions[0]", None),
    (changed(edits=[{"version": 1, "kind": "rename", "stage": "x", "into": ["a"]}]), "$", "model 'm' has an edit of version 1 (x renamed to a), but is version 1; raise version="),
    (changed(edits=[{"version": 3, "kind": "insert", "stage": "a"}], version=2), "$", "model 'm' has an edit of version 3 (a inserted), but is version 2; edits belong to the versions 2 to 2"),
    (changed(edits=[{"version": 2, "stage": "x"}]), "edits[0].kind", "the key is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "where", "what"), BAD)
def test_a_fault_of_a_document_is_named_with_its_path(document, where, what):
    with pytest.raises(DataError) as caught:
        StageModel.from_dict(document)
    assert caught.value.what == "model cannot be read"
    found = dict(caught.value.problems)
    assert where in found
    assert what in (None, found[where])


def test_all_faults_of_a_document_are_found_at_once():
    with pytest.raises(DataError) as caught:
        StageModel.from_dict(
            changed(stages=[{"key": "A"}, {"key": "b", "owner": []}], transitions=[{"to": 3}], version="x")
        )
    assert [where for where, _ in caught.value.problems][:4] == [
        "version",
        "stages[0]",
        "stages[1].owner",
        "transitions[0].to",
    ]


def test_another_release_is_told_apart_from_another_format():
    with pytest.raises(DataError) as newer:
        StageModel.from_dict({"format": "custlife.model/9"})
    assert newer.value.hint == "it was written by another release: pip install -U custlife"
    with pytest.raises(DataError) as other:
        StageModel.from_dict({"format": "custlife.customer/1"})
    assert other.value.hint == "write format = 'custlife.model/1'"


def test_a_document_that_python_values_smuggle_things_into_is_refused():
    with pytest.raises(CustlifeError):
        StageModel.from_dict(changed(stages=[{"key": "a", "about": "\ud800"}]))
