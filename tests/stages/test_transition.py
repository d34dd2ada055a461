"""Transitions: gaps, guards as data, and what contradicts itself."""

from __future__ import annotations

import pickle
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar import Span, days, months, span
from custlife.errors import DefinitionError, UnknownNameError, UsageTypeError
from custlife.stages import MoveKind, Requires, Transition
from tests.stages import strategies as make

GAP = "swap them, or drop one"


@given(make.transitions("a", "b"))
def test_transitions_are_values_and_their_repr_can_be_pasted(value):
    names = {"Transition": Transition, "Requires": Requires, "Span": Span, "MoveKind": MoveKind}
    again = pickle.loads(pickle.dumps(value))
    assert again == value
    assert hash(again) == hash(value)
    assert eval(repr(value), names) == value


def test_gaps_may_be_text_timedelta_or_span():
    made = Transition("a", "b", min_gap=timedelta(hours=2), max_gap="30 days")
    assert (made.min_gap, made.max_gap) == (span("2 hours"), days(30))
    assert Transition("a", "b", min_gap=months(1), max_gap=months(1)).min_gap == months(1)


@given(st.builds(Span, st.integers(0, 30), st.integers(0, 90), st.integers(0, 10**13)), st.data())
def test_gaps_that_the_calendar_can_order_are_accepted_and_their_swap_refused(least, data):
    more = data.draw(st.builds(Span, st.integers(0, 5), st.integers(0, 9), st.integers(0, 10**12)))
    Transition("a", "b", min_gap=least, max_gap=least + more)
    if more:
        with pytest.raises(DefinitionError):
            Transition("a", "b", min_gap=least + more, max_gap=least)


@pytest.mark.parametrize(("least", "most", "fine"), [
    ("30 days", "1 month", True), ("1 month", "28 days", True), ("40 days", "1 month", False), ("2 months", "30 days", False),
    ("24 hours", "1 day", True), ("25 hours", "1 day", True), ("48 hours", "1 day", True), ("60 hours", "1 day", False),
])  # fmt: skip
def test_unlike_gaps_are_refused_only_where_no_calendar_can_order_them(least, most, fine):
    if fine:
        assert Transition("a", "b", min_gap=least, max_gap=most).max_gap == span(most)
    else:
        with pytest.raises(DefinitionError, match="above max_gap"):
            Transition("a", "b", min_gap=least, max_gap=most)


def test_a_kind_may_be_given_by_its_text():
    assert Transition("a", "b", kind="skip").kind is MoveKind.SKIP


def test_a_transition_says_in_a_document_what_it_adds_and_no_kind():
    made = Transition(
        "a", "b", kind="skip", max_gap="30 days", reason_required=True, guards=["x", {"requires_fact": "plan"}]
    )
    assert made.to_dict() == {
        "from": "a",
        "to": "b",
        "max_gap": "30 days",
        "reason_required": True,
        "guards": ["x", {"requires_fact": "plan"}],
    }
    assert Transition(None, "b").to_dict() == {"to": "b"}


BAD = [
    (lambda: Transition("a", "a"), DefinitionError, "transition 'a' -> 'a' leads nowhere", "drop it: one stays without a move"),
    (lambda: Transition("a", None), UsageTypeError, "to_stage=None is not the key of a stage", "pass a str such as 'trial'"),
    (lambda: Transition(3, "a"), UsageTypeError, "from_stage=3 is not the key of a stage", "pass a str such as 'trial'"),
    (lambda: Transition("a", "b", action=3), UsageTypeError, "action=3 is not a text", "pass a str, not int"),
    (lambda: Transition("a", "b", reason_required="yes"), UsageTypeError, "reason_required='yes' is not a bool", "pass True or False"),
    (lambda: Transition(None, "b", max_gap="1 day"), DefinitionError, "the way in to 'b' has a gap, but no stage to count it from", "give the gap to a transition that starts from a stage"),
    (lambda: Transition(None, "b", min_gap="1 day"), DefinitionError, "the way in to 'b' has a gap, but no stage to count it from", "give the gap to a transition that starts from a stage"),
    (lambda: Transition("a", "b", min_gap="8 days", max_gap="7 days"), DefinitionError, "transition 'a' -> 'b' has min_gap='8 days' above max_gap='7 days'", GAP),
    (lambda: Transition("a", "b", kind="jump"), UnknownNameError, "unknown kind of move 'jump'", "there are: 'enter', 'advance', 'skip', 'regress', 'lapse', 'lose', 'return'"),
    (lambda: Transition("a", "b", max_gap=90), UsageTypeError, None, None),
    (lambda: Transition("a", "b", guards="x"), UsageTypeError, "guards='x' is one guard, not several", "write guards=['x']"),
    (lambda: Transition("a", "b", guards={"requires_event": "x"}), UsageTypeError, "guards={'requires_event': 'x'} is one guard, not several", "write guards=[{'requires_event': 'x'}]"),
    (lambda: Transition("a", "b", guards=[""]), DefinitionError, "guard='' is empty", "write a text or leave it out"),
    (lambda: Transition("a", "b", guards=[{}]), DefinitionError, "guard {} does not name one requirement", "name one of requires_event, requires_stage, requires_fact, requires_property"),
    (lambda: Transition("a", "b", guards=[{"requires_evnt": "x"}]), UnknownNameError, "unknown guard 'requires_evnt'", "did you mean 'requires_event'? There are: 'requires_event', 'requires_stage', 'requires_fact', 'requires_property'"),
    (lambda: Requires("evnt", "x"), UnknownNameError, "unknown kind of requirement 'evnt'", "did you mean 'event'? There are: 'event', 'stage', 'fact', 'property'"),
    (lambda: Requires("event", ""), DefinitionError, "name='' is empty", "write a text or leave it out"),
]  # fmt: skip


@pytest.mark.parametrize(("make_it", "error", "what", "hint"), BAD)
def test_a_transition_that_cannot_be_says_what_is_wrong_and_what_to_type(make_it, error, what, hint):
    with pytest.raises(error) as caught:
        make_it()
    if what is not None:
        assert (caught.value.what, caught.value.hint) == (what, hint)
    else:
        assert "max_gap=90" in caught.value.what


def test_code_in_a_transition_is_refused_with_the_two_ways_that_work():
    with pytest.raises(DefinitionError) as caught:
        Transition("a", "b", guards=[print])
    assert str(caught.value) == (
        "guard <built-in function print> is code, and a model is data\n\n"
        "Hint: register it with @guard('name') and write guards=['name'], or pass it to move(guards=[...])"
    )
