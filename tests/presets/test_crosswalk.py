from __future__ import annotations

import pickle
from itertools import product

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife import presets
from custlife.errors import UnknownNameError, UsageTypeError
from custlife.presets import crosswalk
from custlife.presets.catalogue import LISTED
from custlife.stages import Stage, StageModel

from .strategies import placed_models

PAIRS = list(product(LISTED, LISTED))


def places(stage: Stage) -> set[str]:
    return {stage.phase, *stage.also} - {""}


def check_laws(a: StageModel, b: StageModel) -> None:
    walk = crosswalk(a, b)
    assert [found.stage for found in walk] == list(a.codes)
    decided, open_, nothing = set(walk.mapping), {p.stage for p in walk.ambiguous}, {p.stage for p in walk.unmapped}
    assert decided | open_ | nothing == set(a.codes)
    assert len(decided) + len(open_) + len(nothing) == len(walk)
    for found in walk:
        assert found.reason
        assert set(found.to) <= set(b.codes)
        assert len(set(found.to)) == len(found.to)
        assert bool(found.to) == (found.verdict != "none")
        for to in found.to:
            assert a[found.stage].exit == b[to].exit
            if a != b and a[found.stage].exit is None:
                assert places(a[found.stage]) & places(b[to])
    for key, to in walk.mapping.items():
        if a != b and a[key].exit is None:
            assert a[key].phase == b[to].phase
            if a.customer_from and b.customer_from:
                assert a.is_customer_stage(key) == b.is_customer_stage(to)


def test_laws_hold_between_all_presets():
    for a, b in PAIRS:
        check_laws(presets.get(a), presets.get(b))


@given(placed_models("a"), placed_models("b"))
def test_laws_hold_between_any_models(a, b):
    check_laws(a, b)


@given(placed_models())
def test_crosswalk_to_itself_is_the_identity(model):
    assert crosswalk(model, model).mapping == {key: key for key in model.codes}


@given(placed_models())
def test_crosswalk_of_a_copy_under_another_name_is_the_identity_where_stages_are_placed(model):
    copy = attrs.evolve(model, name="copy")
    mapping = crosswalk(model, copy).mapping
    assert mapping == {stage.key: stage.key for stage in (*model.stages, *model.exits) if stage.phase or stage.exit}


@given(placed_models("a"), placed_models("b"), st.randoms())
def test_names_never_matter(a, b, random):
    names = {stage.key: f"t{index}" for index, stage in enumerate(random.sample(b.stages, len(b)))}
    stages = [attrs.evolve(stage, key=names[stage.key], label="") for stage in b.stages]
    renamed = attrs.evolve(b, name="renamed", stages=stages, customer_from=names.get(b.customer_from))
    there, here = crosswalk(a, renamed), crosswalk(a, b)
    expected = [(found.verdict, tuple(names.get(key, key) for key in found.to)) for found in here]
    assert [(found.verdict, found.to) for found in there] == expected


def test_equal_names_at_other_places_are_never_paired_and_are_pointed_out():
    walk = crosswalk(presets.wason7, presets.reach5)
    assert walk["acquisition"].to == ("conversion",)
    assert walk["lead_conversion"].to == ("acquisition",)
    assert walk.false_friends == ("acquisition",)


def test_word_engagement_is_before_the_sale_here_and_after_it_there():
    walk = crosswalk(presets.bruxt5, presets.wason7)
    assert walk["engagement"].to == ("lead_conversion",)
    assert walk.false_friends == ("engagement",)


@pytest.mark.parametrize(
    ("a", "b", "stage", "to"),
    [
        ("bruxt5", "deepstash6", "retention", ("loyal_customer", "active_customer")),
        ("bruxt5", "catalyst8", "retention", ("retention", "value", "expansion", "experience")),
        ("acquisition_funnel", "catalyst8", "retain", ("retention", "value", "expansion", "experience")),
        (
            "hubspot8",
            "catalyst8",
            "customer",
            ("conversion", "onboarding", "experience", "value", "retention", "expansion"),
        ),
        ("catalyst8", "hubspot8", "onboarding", ("customer",)),
        ("deepstash6", "catalyst8", "activated_user", ("outreach", "conversion", "onboarding")),
        ("catalyst8", "bruxt5", "conversion", ("conversion", "intent")),
        ("catalyst8", "bruxt5", "outreach", ("awareness", "intent")),
        ("imhoff4", "wason7", "acquisition", ("lead_conversion", "prospecting", "acquisition", "onboarding")),
        ("imhoff4", "catalyst8", "service", ("experience", "value")),
        ("reach5", "deepstash6", "loyalty", ("loyal_customer",)),
        ("pombriant6", "catalyst8", "bond", ("retention", "value")),
        ("traditional7", "deepstash6", "consideration", ("visitor", "prospect")),
        ("saas9", "catalyst8", "adoption", ("onboarding", "experience")),
        ("bruxt5", "hubspot8", "intent", ("marketing_qualified_lead", "sales_qualified_lead", "opportunity")),
        ("bruxt5", "saas9", "intent", ("qualification", "selection")),
        ("infusionsoft3", "infusionsoft9", "attract", ("target", "attract_interest", "collect_leads")),
    ],
)
def test_ambiguous_cases_of_the_literature_are_named_with_the_likeliest_first(a, b, stage, to):
    pairing = crosswalk(presets.get(a), presets.get(b))[stage]
    assert (pairing.verdict, pairing.to) == ("ambiguous", to)


def test_pairing_that_would_make_or_unmake_customers_is_left_open():
    pairing = crosswalk(presets.bruxt5, presets.imhoff4)["conversion"]
    assert (pairing.verdict, pairing.to) == ("ambiguous", ("acquisition",))
    assert pairing.reason == "both stand at convert, but one is a customer in only one of them"


def test_stages_that_divide_a_place_alike_are_paired_one_by_one():
    walk = crosswalk(presets.sales_funnel, presets.hubspot8)
    assert walk["mql"].to == ("marketing_qualified_lead",)
    assert walk["sql"].to == ("sales_qualified_lead",)
    assert walk["opportunity"].to == ("opportunity",)
    assert walk["sql"].reason == "both are number 2 of 3 at evaluate"


@pytest.mark.parametrize(
    ("a", "b", "stage", "reason"),
    [
        ("deepstash6", "bruxt5", "prospect", "prospect stands at acquire, but also at evaluate"),
        ("bruxt5", "hubspot8", "intent", "hubspot8 has 3 stages at evaluate"),
        ("catalyst8", "bruxt5", "value", "bruxt5 has none chiefly at value"),
    ],
)
def test_doubt_is_told_in_words(a, b, stage, reason):
    assert crosswalk(presets.get(a), presets.get(b))[stage].reason == reason


def test_stage_with_nothing_at_its_place_says_what_is_nearest():
    pairing = crosswalk(presets.catalyst8, presets.bruxt5)["onboarding"]
    assert (pairing.verdict, pairing.to, pairing.nearest) == ("none", (), "conversion")
    assert pairing.reason == "bruxt5 has nothing at onboard; conversion at convert is nearest"


def test_of_two_as_near_the_earlier_is_named():
    a = StageModel("a", [Stage("x", phase="convert")])
    b = StageModel("b", [Stage("early", phase="evaluate"), Stage("late", phase="onboard")])
    assert crosswalk(a, b)["x"].nearest == "early"


def test_unplaced_stage_is_nothing_elsewhere():
    pairing = crosswalk(presets.hubspot8, presets.bruxt5)["other"]
    assert (pairing.verdict, pairing.nearest, pairing.guess) == ("none", None, None)
    assert pairing.reason == "other has no place on the spine"


def test_model_without_places_has_nothing_near():
    pairing = crosswalk(presets.bruxt5, StageModel("b", ["x"]))["intent"]
    assert (pairing.to, pairing.nearest) == ((), None)
    assert pairing.reason == "b has nothing at evaluate, and no stage with a place on the spine"


def test_exits_are_paired_by_what_they_mean():
    walk = crosswalk(presets.saas9_payproglobal, presets.bruxt5)
    assert {key: walk.mapping[key] for key in ("churn", "lapsed", "lost")} == {
        "churn": "churned",
        "lapsed": "lapsed",
        "lost": "lost",
    }
    shop = crosswalk(presets.ecommerce4, presets.bruxt5)
    assert {key: shop.mapping[key] for key in ("at_risk", "lost")} == {"at_risk": "lapsed", "lost": "churned"}


def test_exits_without_a_counterpart_go_by_whether_one_may_come_back():
    shop = crosswalk(presets.bruxt5, presets.ecommerce4)
    assert shop["disqualified"].to == ("lost",)
    assert shop["disqualified"].reason == "the only ended exit of ecommerce4"
    ended = StageModel("b", ["x"], exits=[Stage("gone", exit="ended"), Stage("dead", exit="ended")])
    walk = crosswalk(presets.bruxt5, ended)
    assert (walk["lost"].verdict, walk["lost"].to) == ("ambiguous", ("gone", "dead"))
    assert (walk["lapsed"].verdict, walk["lapsed"].reason) == ("none", "b has no paused exit")


def test_choice_decides_and_leaves_the_rest_alone():
    walk = crosswalk(presets.bruxt5, presets.deepstash6)
    decided = crosswalk(presets.bruxt5, presets.deepstash6, choose={"retention": "loyal_customer"})
    assert walk.suggested == {"retention": "loyal_customer"}
    assert decided["retention"].verdict == "chosen"
    assert decided.mapping == {**walk.mapping, "retention": "loyal_customer"}
    assert decided.ambiguous == ()


def test_choice_must_name_stages_of_both_models():
    with pytest.raises(UnknownNameError) as caught:
        crosswalk(presets.bruxt5, presets.deepstash6, choose={"retetion": "loyal_customer"})
    assert str(caught.value).startswith(
        "unknown stage 'retetion' @ choose for model 'bruxt5'\n\nHint: did you mean 'retention'?"
    )
    with pytest.raises(UnknownNameError):
        crosswalk(presets.bruxt5, presets.deepstash6, choose={"retention": "retention"})


def test_choice_is_a_mapping():
    with pytest.raises(UsageTypeError, match=r"choose=\['retention'\] is not a mapping"):
        crosswalk(presets.bruxt5, presets.deepstash6, choose=["retention"])


def test_unknown_stage_of_a_crosswalk_is_named():
    with pytest.raises(UnknownNameError) as caught:
        crosswalk(presets.bruxt5, presets.reach5)["itent"]
    assert "did you mean 'intent'?" in str(caught.value)


def test_crosswalk_knows_stages_and_pairings_as_its_own():
    walk = crosswalk(presets.bruxt5, presets.reach5)
    assert "intent" in walk
    assert walk["intent"] in walk
    assert "loyalty" not in walk


def test_crosswalk_leads_between_models_and_not_between_their_names():
    for pair in (("bruxt5", presets.reach5), (presets.reach5, "bruxt5")):
        with pytest.raises(UsageTypeError, match="='bruxt5' is not a StageModel"):
            crosswalk(*pair)


def test_crosswalk_counts_its_verdicts_in_its_repr_and_pickles():
    walk = crosswalk(presets.wason7, presets.reach5)
    assert repr(walk) == "<Crosswalk from wason7 to reach5: 9 decided, 2 ambiguous, 1 unmapped>"
    assert pickle.loads(pickle.dumps(walk)) == walk


def test_crosswalk_prints_as_a_table_with_false_friends():
    walk = crosswalk(presets.wason7, presets.reach5)
    text = str(walk)
    assert "From wason7 to reach5" in text
    assert "Same name, other place: acquisition." in text
    assert "<table" in walk._repr_html_()
    assert "Same name" not in str(crosswalk(presets.bruxt5, presets.deepstash6))
