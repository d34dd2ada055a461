from __future__ import annotations

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from custlife import presets
from custlife.errors import UnknownNameError, UsageTypeError
from custlife.presets.catalogue import LISTED
from custlife.presets.sources import sources
from custlife.presets.spine import DEFAULTED, SPINE, ids, read
from custlife.stages import DEFAULT_EXITS, Stage, StageModel

from .reference import models as reference_models

REFERENCE = reference_models()
FOLDER = Path(presets.__file__).parent
STATED = ("about", "needs", "owners", "entered_by", "touchpoints", "content", "drops")
WIDER = {("bruxt5", "Retention"): ("adopt", "value", "expand", "advocate")}
"""Wider than the reference's column of second places, because its prose says: everything after the sale."""


def everything(model: StageModel) -> tuple[Stage, ...]:
    return (*model.stages, *model.unplaced, *model.exits)


def listed(model: StageModel, label: str) -> Stage:
    return next(stage for stage in everything(model) if stage.label == label)


@pytest.mark.parametrize("name", LISTED)
class TestEveryPreset:
    def test_loads_under_its_own_name(self, name):
        assert presets.get(name).name == name

    def test_is_the_same_value_however_it_is_asked_for(self, name):
        assert getattr(presets, name) is presets.get(name)

    def test_survives_its_own_document(self, name):
        model = presets.get(name)
        assert StageModel.from_dict(model.to_dict()) == model
        assert pickle.loads(pickle.dumps(model)) == model

    def test_says_when_one_is_a_customer(self, name):
        assert presets.get(name).customer_from in presets.get(name).keys

    def test_places_every_stage_of_the_path(self, name):
        places = [place for stage in presets.get(name).stages for place in (stage.phase, *stage.also)]
        assert set(places) <= set(SPINE[:-1])

    def test_says_of_every_field_whether_it_is_stated_or_inferred(self, name):
        for stage in presets.get(name).stages:
            assert [field for field in DEFAULTED if not getattr(stage, field)] == []
            assert stage.cited.source
            assert "phase" in stage.cited.inferred

    def test_infers_no_field_that_says_nothing(self, name):
        for stage in everything(presets.get(name)):
            inferred = stage.cited.inferred if stage.cited else ()
            assert [field for field in inferred if not getattr(stage, field)] == []
            assert len(set(inferred)) == len(inferred)

    def test_cites_sources_that_are_described(self, name):
        model = presets.get(name)
        cited = [model.cited, *(stage.cited for stage in everything(model) if stage.cited)]
        for citation in cited:
            assert [presets.source(id).id for id in ids(citation.source)] == list(ids(citation.source))

    def test_can_be_left_for_a_while_and_for_good(self, name):
        assert {stage.exit for stage in presets.get(name).exits} == {"paused", "ended"}

    def test_holds_plain_sentences_without_codes(self, name):
        text = (FOLDER / "models" / f"{name}.toml").read_text(encoding="utf-8")
        assert "[I]" not in text
        assert "[S0" not in text
        assert text.isascii()


@pytest.mark.parametrize("name", sorted(REFERENCE))
class TestAgainstTheReference:
    def test_path_has_the_stages_in_order(self, name):
        off_path = {"Churn", "Other"}
        assert [s.label for s in presets.get(name).stages] == [r[0] for r in REFERENCE[name] if r[0] not in off_path]

    def test_stages_stand_at_the_same_places(self, name):
        model = presets.get(name)
        for label, place, also, _ in REFERENCE[name]:
            stage = listed(model, label)
            assert (stage.phase or "none", stage.also) == (place, WIDER.get((name, label), also))

    def test_the_same_fields_are_stated(self, name):
        model = presets.get(name)
        for label, _, _, stated in REFERENCE[name]:
            stage = listed(model, label)
            ours = tuple(f for f in STATED if getattr(stage, f) and f not in stage.cited.inferred)
            assert (label, ours) == (label, stated)

    def test_count_is_what_the_source_lists(self, name):
        assert LISTED[name] == len(REFERENCE[name])


def test_every_model_of_the_reference_is_a_preset_and_one_has_a_short_form():
    assert set(LISTED) == {*REFERENCE, "infusionsoft3"}


def test_every_file_is_a_preset():
    assert {path.stem for path in (FOLDER / "models").glob("*.toml")} == set(LISTED)


def test_reconstructions_are_marked_and_stand_last():
    marked = [preset.name for preset in presets.names().presets if preset.reconstructed]
    assert marked == ["saas9", "agency5", "clm5"]
    assert presets.names()[-3:] == tuple(marked)


def test_every_source_is_cited_by_a_model_or_a_default():
    used = {id for name in LISTED for part in _citations(presets.get(name)) for id in ids(part)}
    used |= {id for place in read("spine.toml").values() for given in place["cited"].values() for id in given}
    assert set(sources()) == used


def _citations(model: StageModel) -> list[str]:
    return [model.cited.source, *(stage.cited.source for stage in everything(model) if stage.cited)]


def test_sources_have_plain_addresses():
    assert all(found.url == "" or found.url.startswith("https://") for found in sources().values())
    assert str(presets.source("paypro-answer")) == (
        "PayPro Global, 'What is Customer Lifecycle?', https://payproglobal.com/customer-lifecycle"
    )
    assert str(presets.source("clm-slides")) == presets.source("clm-slides").name


def test_defaults_stand_in_the_order_of_the_spine_and_hold_every_field():
    places = read("spine.toml")
    assert tuple(places) == SPINE
    assert all(set(place) == {"about", "cited", *DEFAULTED} for place in places.values())


def test_default_from_the_models_own_source_is_stated_and_any_other_inferred():
    stage = presets.bruxt5["engagement"]
    assert stage.needs == ("get something of use in return for contact details",)
    assert "needs" not in stage.cited.inferred
    assert "needs" in presets.reach5["acquisition"].cited.inferred
    assert presets.reach5["acquisition"].needs == stage.needs


def test_stage_names_the_source_of_a_default_that_it_shares():
    assert presets.saas9["awareness"].cited.source == "frontegg-glossary, glide-components"
    assert presets.sales_funnel["lead"].cited.source == "piwik-glossary, deepstash-idea, bruxt-article"


def test_only_the_sales_funnel_is_stepwise():
    assert [name for name in presets.names() if presets.get(name).policy != "open"] == ["sales_funnel"]
    assert presets.sales_funnel.policy == "stepwise"


def test_hubspot_reads_labels_internal_values_and_short_names():
    model = presets.hubspot8
    texts = ["marketingqualifiedlead", "Marketing Qualified Lead", "MQL", "salesqualifiedlead", "SQL", "other", "Other"]
    assert [model.resolve(text) for text in texts] == [
        *["marketing_qualified_lead"] * 3,
        *["sales_qualified_lead"] * 2,
        *["other"] * 2,
    ]


def test_other_of_hubspot_is_neither_progress_nor_exit():
    model = presets.hubspot8
    assert [stage.key for stage in model.unplaced] == ["other"]
    assert model.position("other") is None
    assert not model.is_exit("other")


def test_churn_of_paypro_is_an_exit_and_the_other_exits_are_the_usual_ones():
    model = presets.saas9_payproglobal
    assert len(model) == 8
    assert model.is_ended("churn")
    usual = [stage for stage in DEFAULT_EXITS if stage.key != "churned"]
    assert [stage for stage in model.exits if stage.key != "churn"] == usual
    assert model.resolve("churned") == "churn"


def test_shop_has_its_own_exits():
    model = presets.ecommerce4
    assert [(stage.key, stage.exit) for stage in model.exits] == [("at_risk", "paused"), ("lost", "ended")]


def test_catalyst_names_the_team_of_every_stage():
    assert [stage.owners for stage in presets.catalyst8] == [
        ("Marketing",),
        ("Marketing", "Sales"),
        ("Sales",),
        ("Customer Success", "Sales"),
        ("Customer Success",),
        ("Customer Success",),
        ("Customer Success",),
        ("Customer Success", "Sales"),
    ]
    assert not any("owners" in stage.cited.inferred for stage in presets.catalyst8)


def test_short_and_long_form_of_infusionsoft_cover_the_same_places():
    short, long = presets.infusionsoft3, presets.infusionsoft9
    assert len(short) * 3 == len(long)
    covered = {place for stage in short for place in (stage.phase, *stage.also)}
    assert {stage.phase for stage in long} <= covered


def test_find_counts_what_the_source_lists():
    assert [model.name for model in presets.find(stages=8)] == ["catalyst8", "hubspot8"]
    assert [model.name for model in presets.find(stages=9)] == ["saas9_payproglobal", "infusionsoft9", "saas9"]
    assert presets.find(stages=2) == ()


def test_find_asks_for_all_that_is_given():
    assert [model.name for model in presets.find(phase="value")] == ["catalyst8"]
    assert presets.find(stages=5, phase="value") == ()
    assert [model.name for model in presets.find(phase="lapsed")] == ["saas9_payproglobal", "ecommerce4"]
    assert [model.name for model in presets.find()] == list(LISTED)


def test_find_refuses_what_it_cannot_count_or_place():
    with pytest.raises(UsageTypeError) as caught:
        presets.find(stages="8")
    assert str(caught.value) == "stages='8' is not an int\n\nHint: pass a number of stages such as 8"
    with pytest.raises(UnknownNameError) as caught:
        presets.find(phase="retention")
    assert str(caught.value).startswith("unknown phase 'retention'\n\nHint: did you mean 'retain'?")


def test_get_of_an_unknown_name_gives_the_nearest():
    with pytest.raises(UnknownNameError) as caught:
        presets.get("catalist8")
    assert str(caught.value).startswith("unknown preset 'catalist8'\n\nHint: did you mean 'catalyst8'?")


def test_get_of_no_text_is_an_unknown_name():
    with pytest.raises(UnknownNameError):
        presets.get(["bruxt5"])


def test_unknown_attribute_is_an_attribute_error_with_the_nearest():
    with pytest.raises(AttributeError) as caught:
        getattr(presets, "brux5")  # noqa: B009
    assert str(caught.value).startswith("module 'custlife.presets' has no attribute 'brux5'; did you mean 'bruxt5'?")
    assert not hasattr(presets, "__wrapped__")


def test_names_behave_as_names_and_print_as_a_table():
    names = presets.names()
    assert list(names) == list(LISTED)
    assert names[0] == "deepstash6"
    assert len(names) == 18
    assert "hubspot8" in names
    lines = str(names).splitlines()
    assert any("catalyst8" in line and " 8 " in line and "Post Infographics" in line for line in lines)
    assert "<table" in names._repr_html_()
    assert presets.names() == names
    assert repr(names).startswith("<Names deepstash6, bruxt5, ")


def test_names_stand_in_the_module_for_editors_and_type_checkers():
    tree = ast.parse(Path(presets.__file__).read_text(encoding="utf-8"))
    named = [node.target.id for node in tree.body if isinstance(node, ast.AnnAssign)]
    told = [node.value.value for node in tree.body[1:] if isinstance(node, ast.Expr)]
    assert named == list(LISTED)
    assert told == [f"{presets.get(name).title}." for name in LISTED]
    assert set(LISTED) < set(dir(presets))


def test_importing_presets_reads_no_file_and_no_parser():
    code = "import sys, custlife.presets; print(sorted({'tomllib', 'json', 'difflib', 'importlib.resources'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
