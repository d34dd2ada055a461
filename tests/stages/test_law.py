"""The law, read from the printed table and held against what models do."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.stages import LAW, POLICIES, MoveKind, StageModel, law_table
from custlife.stages.law import kind_of, relation
from tests.stages.strategies import models

PLACES = ("nowhere", "path", "paused", "ended")
RELATIONS = ("next", "further", "same", "first", "back", "paused", "ended")


def printed() -> dict[tuple[str, str, str], str]:
    """The printed table, cell by cell."""
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in law_table().splitlines())
    return {(row[0], row[1], policy): cell for row in rows for policy, cell in zip(head[2:], row[2:], strict=True)}


def towards(model: StageModel, origin: str | None, target: str, left: str | None) -> tuple[str, str]:
    """Place and relation of a move, worked out from the words of the law and not from its code."""
    path = list(model.keys)

    def place(key):
        return "path" if key in path else "ended" if model[key].exit == "ended" else "paused"

    start = "nowhere" if origin is None else place(origin)
    if target not in path:
        return start, place(target)
    held = origin if start == "path" else left if start in ("paused", "ended") else None
    if held == target:
        return start, "same"
    if held is None:
        if target == path[0]:
            return start, "next" if start == "nowhere" else "first"
        return start, "further"
    if path.index(target) < path.index(held):
        return start, "first" if target == path[0] else "back"
    if target == path[0]:
        return start, "first"
    return start, "next" if path.index(target) == path.index(held) + 1 else "further"


def test_the_printed_table_has_every_place_relation_and_policy_once():
    assert set(printed()) == set(itertools.product(PLACES, RELATIONS, POLICIES))


@pytest.mark.parametrize("cell", sorted(printed()))
def test_the_code_answers_as_the_table_is_printed(cell):
    place, relation_, policy = cell
    kind = kind_of(place, relation_, policy)
    written = printed()[cell]
    assert (kind.name if kind else None) == (None if written in ("refused", "no move") else written)


def test_no_move_is_printed_where_open_has_none_and_nowhere_else():
    for (place, relation_, policy), written in printed().items():
        nothing = kind_of(place, relation_, "open") is None
        assert (written == "no move") == nothing, (place, relation_, policy)


def test_only_staying_and_going_back_from_nowhere_are_no_moves():
    no_moves = {key for key, cells in LAW.items() if cells[0] is None}
    assert no_moves == {("nowhere", "same"), ("nowhere", "first"), ("nowhere", "back"), ("path", "same")}


def test_kinds_are_what_their_words_say():
    for (place, to), (kind, *_) in LAW.items():
        if to in ("paused", "ended"):
            assert kind is {"paused": MoveKind.LAPSE, "ended": MoveKind.LOSE}[to]
        elif place in ("paused", "ended"):
            assert kind is MoveKind.RETURN
        elif place == "path":
            along = {
                "next": MoveKind.ADVANCE,
                "further": MoveKind.SKIP,
                "first": MoveKind.REGRESS,
                "back": MoveKind.REGRESS,
            }
            assert kind is along.get(to)
        else:
            assert kind is (MoveKind.ENTER if to in ("next", "further") else None)


def test_policies_refuse_what_their_words_say():
    for (place, to), cells in LAW.items():
        open_, forward, stepwise, declared = cells
        assert declared is None
        assert forward == (None if open_ is MoveKind.REGRESS else open_)
        refused = open_ in (MoveKind.REGRESS, MoveKind.SKIP) or (place, to) == ("nowhere", "further")
        refused |= open_ is MoveKind.RETURN and to not in ("first", "same")
        assert stepwise == (None if refused else open_)


@given(models(), st.data())
def test_a_model_allows_what_it_declares_and_else_what_the_printed_table_allows(model, data):
    table = printed()
    origin = data.draw(st.sampled_from([None, *model.codes]))
    target = data.draw(st.sampled_from([key for key in model.codes if key != origin] or [None]))
    left = data.draw(st.sampled_from([None, *model.keys]))
    if target is None:
        return
    declared = any((t.from_stage, t.to_stage) == (origin, target) for t in model.transitions)
    place, relation_ = towards(model, origin, target, left)
    cell = table[place, relation_, model.policy]
    assert model.allows(origin, target, left) == (declared or cell != "refused")
    assert model.kind(origin, target).name == table[place, relation_, "open"]


def test_every_cell_of_the_table_is_met_by_a_real_move():
    met = set()
    for policy in ("open", "forward", "stepwise"):
        model = StageModel("m", ["a", "b", "c", "d"], policy=policy, unplaced=["other"])
        lefts = [None, *model.keys]
        for origin, target, left in itertools.product([None, *model.codes], model.codes, lefts):
            if origin == target:
                continue
            place, relation_ = towards(model, origin, target, left)
            met.add((place, relation_))
            assert model.kind(origin, target) is kind_of(place, relation_)
            assert model.allows(origin, target, left) == (kind_of(place, relation_, policy) is not None)
    assert met == {key for key, cells in LAW.items() if cells[0] is not None}


@given(st.integers(-1, 9), st.integers(0, 9))
def test_relations_from_the_path_follow_the_order_of_positions(held, target):
    found = relation("path", held, target)
    assert (found == "same") == (held == target)
    assert (found in ("next", "further")) == (target > held and target != 0)


def test_kinds_are_text_and_print_as_python_names():
    assert [str(kind) for kind in MoveKind] == ["enter", "advance", "skip", "regress", "lapse", "lose", "return"]
    assert repr(MoveKind.RETURN) == "MoveKind.RETURN"
    assert MoveKind("skip") is MoveKind.SKIP
