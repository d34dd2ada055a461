"""Moving now: the law is kept, a repeated call changes nothing, and a refused one leaves everything as it was."""

from __future__ import annotations

import copy
import pickle
from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.customers import Customer, Move
from custlife.errors import (
    HistoryError,
    TimeError,
    TransitionNotAllowedError,
    UnknownNameError,
    UsageError,
    UsageTypeError,
)
from custlife.stages import MoveKind, StageModel, Transition, guard

from .strategies import DECLARED, GUARDED, INSTANTS, MODELS, OPEN, STAGES, STEPS, STEPWISE, customers, moved

AT = "2026-01-05T09:00Z"
LATER = "2026-02-01T12:00Z"


def refused(customer, to_stage, **told) -> str:
    snapshot = pickle.dumps(customer)
    with pytest.raises(TransitionNotAllowedError) as caught:
        customer.move(to_stage, **told)
    assert pickle.dumps(customer) == snapshot
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    return str(caught.value)


@given(moved())
def test_a_history_made_by_moving_has_no_violations(customer):
    assert customer.violations == ()
    assert len(customer.journey) == len(customer.moves)


@given(moved())
def test_moves_keep_the_order_in_which_they_were_made_also_at_one_instant(customer):
    replayed = Customer("acme", customer.model, moves=reversed(customer.moves))
    assert replayed == customer
    assert replayed.journey == customer.journey


@given(customers(), STAGES, st.sampled_from(STEPS))
def test_moving_leaves_the_original_as_it_was(customer, to_stage, step):
    snapshot = pickle.dumps(customer)
    before = hash(customer)
    at = (customer.moves[-1].at if customer.moves else INSTANTS.elements[0]) + step
    try:
        after = customer.move(to_stage, at=at, reason="why", properties={"n": 1})
    except TransitionNotAllowedError:
        assert customer.can(to_stage, at=at, reason="why") is not None
    else:
        assert customer.can(to_stage, at=at, reason="why") is None
        assert after.stage == to_stage
        assert (after is customer) == (customer.stage == to_stage)
    assert pickle.dumps(customer) == snapshot
    assert hash(customer) == before


@given(customers())
def test_next_moves_are_what_the_policy_lets_pass(customer):
    at = INSTANTS.elements[-1] + timedelta(days=999)
    ways = {transition.to_stage for transition in customer.next_moves()}
    for stage in customer.model.codes:
        if stage != customer.stage:
            assert (stage in ways) == (customer.can(stage, at=at, reason="why") is None)
            if stage in ways:
                assert customer.move(stage, at=at).journey[-1].legal


@given(moved(), STAGES)
def test_a_move_equals_the_record_of_the_same_move(customer, to_stage):
    at = INSTANTS.elements[-1] + timedelta(days=9_999)
    if customer.can(to_stage, at=at) is None and to_stage != customer.stage:
        assert customer.move(to_stage, at=at, reason="é") == customer.record([Move(to_stage, at, reason="é")])


def test_the_tour_works():
    acme = Customer("acme", OPEN).move("lead", at=AT)
    acme = acme.move("trial", at=LATER, reason="signed at the fair", key="crm-4711")
    assert (acme.stage, acme.furthest, acme.journey[-1].kind) == ("trial", "trial", MoveKind.SKIP)
    assert acme.as_of("2026-01-20T00:00Z").stage == "lead"


def test_moving_to_the_current_stage_gives_the_same_value():
    acme = Customer("acme", OPEN).move("lead", at=AT)
    assert acme.move("lead", at=AT) is acme
    assert acme.move("Lead", at=LATER) is acme


def test_a_known_key_gives_the_same_value_however_late():
    acme = Customer("acme", OPEN).move("lead", at=AT, key="k1").move("offer", at=LATER, key="k2")
    assert acme.move("lead", at=AT, key="k1") is acme
    assert acme.move("Lead", at="2026-01-05T10:00+01:00", key="k1") is acme


def test_a_known_key_with_another_content_is_an_error():
    acme = Customer("acme", OPEN).move("lead", at=AT, key="k1")
    with pytest.raises(HistoryError) as caught:
        acme.move("offer", at=LATER, key="k1")
    assert str(caught.value) == (
        "customer 'acme' has keys with two contents\n"
        "  key 'k1': Move('lead', '2026-01-05T09:00:00Z', key='k1') and "
        "Move('offer', '2026-02-01T12:00:00Z', key='k1')\n\n"
        "Hint: a key names one delivery: fix the source, or leave key= out where it is no identity"
    )


def test_a_label_is_resolved_and_an_unknown_stage_is_named():
    assert Customer("acme", OPEN).move(" Offer", at=AT).stage == "offer"
    with pytest.raises(UnknownNameError, match="did you mean 'offer'"):
        Customer("acme", OPEN).move("ofer", at=AT)


def test_a_move_before_the_last_one_names_both_instants():
    acme = Customer("acme", OPEN).move("lead", at=LATER)
    for stage in ("offer", "lead"):
        with pytest.raises(UsageError) as caught:
            acme.move(stage, at=AT)
        assert str(caught.value) == (
            "customer 'acme': at=2026-01-05T09:00:00Z is before the last move, to 'lead' at 2026-02-01T12:00:00Z\n\n"
            "Hint: move() is for what happens now; record([(stage, at)]) takes what is learnt late"
        )
        assert acme.can(stage, at=AT) == "at=2026-01-05T09:00:00Z is before the last move, at 2026-02-01T12:00:00Z"


def test_moves_at_one_instant_are_numbered():
    acme = Customer("acme", OPEN).move("trial", at=AT).move("lead", at=AT).move("offer", at=AT)
    assert [(m.to_stage, m.seq) for m in acme.moves] == [("trial", None), ("lead", 0), ("offer", 1)]
    assert [leg.kind for leg in acme.journey] == [MoveKind.ENTER, MoveKind.REGRESS, MoveKind.ADVANCE]
    assert acme.move("trial", at=AT, seq=7).moves[-1].seq == 7
    with pytest.raises(UsageError) as caught:
        acme.move("trial", at=AT, seq=1)
    assert str(caught.value) == (
        "customer 'acme': seq=1 at 2026-01-05T09:00:00Z is not after seq=1 of the last move\n\n"
        "Hint: pass seq=2 or leave it out"
    )


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(TimeError) as caught:
        Customer("acme", OPEN).move("lead", at="2026-01-05T09:00")
    assert "at='2026-01-05T09:00'" in str(caught.value)


def test_what_stands_beside_a_move_is_checked_and_kept():
    acme = Customer("acme", OPEN).move("lead", at=AT, recorded_at=LATER, seq=3, actor="Ann", properties={"n": 1})
    assert acme.moves == (Move("lead", AT, recorded_at=LATER, seq=3, actor="Ann", properties={"n": 1}),)
    with pytest.raises(UsageTypeError, match="reason=3 is not a str"):
        Customer("acme", OPEN).move("lead", at=AT, reason=3)
    with pytest.raises(UsageError, match="at=2026-02-01T12:00:00Z is after recorded_at=2026-01-05T09:00:00Z"):
        Customer("acme", OPEN).move("lead", at=LATER, recorded_at=AT)


@pytest.mark.parametrize(
    ("model", "history", "to_stage", "text"),
    [
        (STEPWISE, [], "offer", "from the start to 'offer': policy 'stepwise' starts at 'lead'"),
        (STEPWISE, ["lead"], "trial", "from 'lead' to 'trial': policy 'stepwise' skips no stage"),
        (STEPWISE, ["lead", "offer"], "lead", "from 'offer' to 'lead': policy 'stepwise' never goes back"),
        (
            STEPWISE,
            ["lead", "offer", "trial", "rival", "lapsed"],
            "client",
            "from 'lapsed' to 'client': policy 'stepwise' comes back at 'lead' or 'trial', the stage left",
        ),
        (STEPWISE, ["lapsed"], "offer", "from 'lapsed' to 'offer': policy 'stepwise' comes back at 'lead'"),
        (DECLARED, ["lead"], "trial", "from 'lead' to 'trial': model 'crm' declares no such transition"),
    ],
)
def test_a_refusal_says_what_the_policy_wants(model, history, to_stage, text):
    customer = Customer("acme", model)
    for day, stage in enumerate(history, 1):
        customer = customer.move(stage, at=f"2026-01-{day:02}T00:00Z")
    said = refused(customer, to_stage, at=LATER)
    names = ", ".join(repr(t.to_stage) for t in customer.next_moves())
    start = "the start" if not history else repr(history[-1])
    assert said == f"customer 'acme' cannot move {text}\n\nHint: allowed from {start}: {names}."
    assert customer.can(to_stage) == text.partition(": ")[2]


def test_who_lapsed_comes_back_to_the_stage_left_under_stepwise():
    customer = Customer("acme", STEPWISE).move("lead", at=AT).move("offer", at=AT).move("rival", at=AT)
    back = customer.move("lapsed", at=AT).move("offer", at=AT)
    assert back.journey[-1].kind is MoveKind.RETURN
    assert back.violations == ()


def test_a_transition_asks_for_its_reason():
    customer = Customer("acme", GUARDED).move("offer", at=AT)
    assert "cannot move from 'offer' to 'lost': it needs a reason; pass reason=" in refused(customer, "lost", at=LATER)
    assert "it needs a reason" in refused(customer, "lost", at=LATER, reason=" ")
    assert customer.can("lost") == "it needs a reason; pass reason="
    assert customer.can("lost", reason="price") is None
    assert customer.move("lost", at=LATER, reason="price").stage == "lost"


def test_a_transition_asks_for_its_least_gap_counted_from_the_entry():
    customer = Customer("acme", GUARDED).record(
        [("lapsed", "2026-01-01T00:00Z"), ("lead", AT), ("lead", "2026-01-06T09:00Z")]
    )
    assert customer.can("offer") is None
    why = "not before 2026-01-07T09:00:00Z, 2 days after entering 'lead'"
    assert customer.can("offer", at="2026-01-07T08:59:59.999999Z") == why
    assert why in refused(customer, "offer", at="2026-01-07T08:59Z")
    assert customer.move("offer", at="2026-01-07T09:00Z").stage == "offer"
    assert Customer("acme", GUARDED).move("lead", at=AT).can("offer", at="2026-01-07T08:00Z") == why


def test_a_guard_as_data_asks_what_is_on_record():
    customer = Customer("acme", GUARDED).move("trial", at=AT)
    assert "it needs the event 'signed'" in refused(customer, "client", at=LATER)
    signed = customer.track("signed", at="2026-01-20T00:00Z")
    assert signed.can("client") is None
    assert signed.can("client", at="2026-01-19T00:00Z") == "it needs the event 'signed'"
    assert signed.move("client", at=LATER).stage == "client"


def test_a_registered_guard_is_found_by_name():
    @guard("tests.customers.big_enough")
    def big_enough(request):
        return dict(request.properties).get("seats", 0) > 4 or "fewer than five seats"

    model = StageModel("m", ["a", "b"], transitions=[Transition("a", "b", guards=["tests.customers.big_enough"])])
    customer = Customer("acme", model).move("a", at=AT)
    assert "fewer than five seats" in refused(customer, "b", at=LATER)
    assert customer.can("b", properties={"seats": 5}) is None
    assert customer.move("b", at=LATER, properties={"seats": 5}).moves[-1].properties == {"seats": 5}


def test_a_callable_guard_sees_the_move_and_may_say_why_not():
    asked = []

    def only_ann(request):
        asked.append(request)
        return request.actor == "Ann"

    customer = Customer("acme", OPEN).fact("plan", "pro", at=AT)
    assert "only_ann' refuses it" in refused(customer, "lead", at=LATER, guards=[only_ann])
    assert customer.can("lead", guards=[only_ann]).endswith("only_ann' refuses it")
    moved_on = customer.move("lead", at=LATER, actor="Ann", reason="r", properties={"a": 1}, guards=[only_ann])
    request = asked[-1]
    assert (request.customer, request.from_stage, request.to_stage) == (customer, None, "lead")
    assert (request.kind, request.at, request.reason) == (MoveKind.ENTER, moved_on.moves[-1].at, "r")
    assert request.properties == (("a", 1),)
    assert asked[1].at == customer.facts[0].at
    assert Customer("new", OPEN).can("lead", guards=[lambda request: request.at is None]) is None


@pytest.mark.parametrize("guards", ["nobody", len])
def test_one_guard_is_not_a_list_of_guards(guards):
    with pytest.raises(UsageTypeError, match=r"guards=.* is not a list\n\nHint: write guards="):
        Customer("acme", OPEN).move("lead", at=AT, guards=guards)


@given(MODELS)
def test_whatever_is_refused_without_an_instant_is_refused_with_one(model):
    for stage in model.codes:
        why = Customer("acme", model).can(stage)
        assert why == Customer("acme", model).can(stage, at=AT)


@given(customers())
def test_customers_survive_pickling_copying_and_hashing(customer):
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(customer, protocol))
        assert back == customer
        assert hash(back) == hash(customer)
    assert copy.copy(customer) == copy.deepcopy(customer) == customer
    assert {customer, back} == {customer}


def test_a_moved_customer_is_as_frozen_as_a_built_one():
    acme = Customer("acme", OPEN).move("lead", at=AT)
    assert type(acme) is Customer
    assert type(acme.moves[0]) is Move
    for value, name in ((acme, "id"), (acme.moves[0], "at")):
        with pytest.raises(AttributeError):
            setattr(value, name, None)
        with pytest.raises(AttributeError):
            delattr(value, name)
        assert not hasattr(value, "__dict__")


class Account(Customer):
    """A class of one's own, with what one's app asks again and again."""

    def is_ours(self) -> bool:
        return self.stage == "client"


@attrs.frozen(repr=False)
class Deal(Customer):
    """One with a field of its own."""

    region: str = attrs.field(default="north", kw_only=True)


@pytest.mark.parametrize("account", [Account("acme", OPEN), Deal("acme", OPEN, region="south")])
def test_a_class_of_ones_own_stays_the_same_through_every_change(account):
    made = account.move("lead", at=AT).record([("client", LATER)]).track("login", at=LATER).fact("plan", "pro")
    made = made.merge(Customer("other", OPEN)).migrate(OPEN.rename("offer", "quote"))
    for back in (made, made.as_of(AT), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert type(back) is type(account)
        assert getattr(back, "region", None) == getattr(account, "region", None)
    plain = Customer("acme", OPEN).move("lead", at=AT).record([("client", LATER)])
    assert made.moves == plain.moves
    assert pickle.loads(pickle.dumps(made)) == copy.copy(made) == made
    assert repr(made).startswith(f"<{type(account).__name__} 'acme' in 'client'")
    read = type(account).from_json(made.to_json(), model=made.model)
    assert (type(read), read.stage) == (type(account), "client")


def test_two_copies_that_went_different_ways_merge_into_what_both_know():
    base = Customer("acme", OPEN).move("lead", at=AT, key="k1")
    one = base.track("login", at=LATER)
    two = base.move("offer", at=LATER, key="k2")
    both = one.merge(two)
    assert both == two.merge(one)
    assert (both.id, both.aliases, both.stage, len(both.moves), len(both.events)) == ("acme", (), "offer", 2, 1)


@pytest.mark.parametrize("call", [
    lambda: Customer("acme", OPEN).migrate("crm"), lambda: Customer.from_dict({}, model="crm"),
])  # fmt: skip
def test_the_name_of_a_model_is_no_model(call):
    with pytest.raises(UsageTypeError, match="model='crm' is not a StageModel"):
        call()


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((None, OPEN), UsageTypeError, "id=None is not a str\n\nHint: pass a str, not NoneType"),
        ((7, OPEN), UsageTypeError, "id=7 is not a str\n\nHint: write id='7'"),
        ((" ", OPEN), UsageError, "id=' ' is empty\n\nHint: pass what tells the customer apart"),
        (
            ("a", "crm"),
            UsageTypeError,
            "model='crm' is not a StageModel\n\nHint: pass a StageModel or a preset: presets.crm without quotes, if it is one",
        ),
    ],
)
def test_a_customer_without_id_or_model_is_refused(arguments, error, text):
    with pytest.raises(error) as caught:
        Customer(*arguments)
    assert str(caught.value) == text


def test_aliases_are_sorted_texts_without_the_id():
    assert Customer("b", OPEN, aliases=["c", "a", "b", "a"]).aliases == ("a", "c")
    with pytest.raises(UsageTypeError, match=r"aliases='ab' is not a list of ids"):
        Customer("b", OPEN, aliases="ab")
    with pytest.raises(UsageTypeError, match=r"aliases=None is not a list of ids\n\nHint: write aliases=\[\.\.\.\]"):
        Customer("b", OPEN, aliases=None)
    with pytest.raises(UsageError, match=r"aliases\[1\]='' is no id"):
        Customer("b", OPEN, aliases=["a", ""])
