"""Steps and plans are values: they hash, compare and travel, and what they ask of properties is read off the rows."""

from __future__ import annotations

import pickle
from array import array

import attrs
import pytest

from custlife.analysis.funnel import Funnel
from custlife.analysis.steps import Step, step
from custlife.engines.rows.choosing import Having
from custlife.engines.rows.funnel import count_funnel
from custlife.engines.rows.properties import fixed
from tests.engines.making import history


def with_values(kinds):
    made = history([("u", 0, "x"), ("u", 1, "x"), ("u", 2, "y")], as_of=9, model=None)
    return attrs.evolve(made, values={"kind": kinds})


@pytest.mark.parametrize("wanted", [["red", "blue"], ("red", "blue")])
def test_a_wanted_list_is_a_tuple_and_finds_lists_and_tuples(wanted) -> None:
    asked = step("x", where={"kind": wanted})
    assert asked == step("x", where={"kind": ("red", "blue")})
    assert hash(asked) == hash(Step(("x",), (("kind", ("red", "blue")),)))
    made = with_values([["red"], ["red", "blue"], None])
    (tally,) = count_funnel(Funnel((asked, "y")).plan(made), made).values()
    assert [(s.reached, list(s.from_start)) for s in tally.steps] == [(1, [0]), (1, [1_000_000])]


def test_lists_within_lists_and_sets_are_fixed_too() -> None:
    assert fixed([1, [2, (3, [4])]]) == (1, (2, (3, (4,))))
    assert fixed({1, 2}) == frozenset((1, 2))
    assert fixed("red") == "red"


def test_a_plan_holds_no_rows_and_can_be_sent_elsewhere() -> None:
    made = with_values(["red", "blue", None])
    plan = Funnel((step("x", where={"kind": "blue"}), "y"), "90 days", every="week").plan(made)
    assert plan.tests == ((("kind", "blue"),), ())
    sent = pickle.loads(pickle.dumps(plan))
    assert attrs.asdict(sent) == attrs.asdict(plan)
    assert count_funnel(sent, made) == count_funnel(plan, made)


def test_chosen_ids_can_be_sent_elsewhere() -> None:
    made = history([("u", 0, "x"), ("v", 1, "x")], as_of=9, model=None)
    sent = pickle.loads(pickle.dumps(Having(frozenset(("v",)), (), "first")))
    assert sent(made).ids == ["v"]
    assert sent(made).at == array("q", [1_000_000])
