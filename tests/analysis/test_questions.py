"""What questions are made from, whoever makes them: a log's method or a caller."""

from __future__ import annotations

import pytest

import custlife as cl
from custlife.errors import UsageTypeError

SPLIT = (cl.Flows, cl.GrowthAccounting, cl.Headcount, cl.Paths, cl.Reasons, cl.Retention, cl.TimeInStage, cl.Funnel)


@pytest.mark.parametrize("kind", SPLIT)
def test_by_may_be_one_text_a_list_or_a_set(kind) -> None:
    assert kind(by="plan") == kind(by=["plan"]) == kind(by={"plan"}) == kind(by=("plan",))
    assert hash(kind(by=["plan", "region"])) == hash(kind(by=("plan", "region")))
    assert kind(by=None) == kind()


def test_a_set_has_the_order_of_its_texts() -> None:
    """Its own order is that of the hash seed."""
    wanted = {"e", "d", "c", "b", "a"}
    assert cl.Flows(by=wanted).by == cl.Flows(by=frozenset(wanted)).by == ("a", "b", "c", "d", "e")


@pytest.mark.parametrize("kind", SPLIT)
@pytest.mark.parametrize("by", [3, ["plan", 3], [None]])
def test_segments_that_are_no_text_are_refused(kind, by) -> None:
    with pytest.raises(UsageTypeError) as caught:
        kind(by=by)
    assert str(caught.value) == f"by={by!r} must be text or a list of texts\n\nHint: write by='segment'"


def test_names_spans_and_steps_may_be_texts() -> None:
    assert cl.TimeInStage("intent", horizon="90 days") == cl.TimeInStage(("intent",), horizon=cl.days(90))
    assert cl.Reasons("lost") == cl.Reasons(("lost",))
    assert cl.Retention(start="a", active=["a"]) == cl.Retention(start=("a",), active=("a",))
    assert cl.GrowthAccounting(new="a") == cl.GrowthAccounting(new=("a",))
    assert cl.Conversion("a", "b", "30 days") == cl.Conversion(cl.step("a"), cl.step("b"), cl.days(30))


def test_names_that_are_no_text_are_refused() -> None:
    with pytest.raises(UsageTypeError) as caught:
        cl.Reasons(3)
    assert str(caught.value) == "names=3 must be text or a list of texts\n\nHint: write names='name'"
