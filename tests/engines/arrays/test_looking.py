"""Steps from history to history by arrays against those by rows: rows, segments, notes and errors are equal."""

from __future__ import annotations

from array import array
from collections.abc import Callable

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.engines import transform
from custlife.engines.arrays.ids import Texts
from custlife.engines.arrays.looking import illegal_legs
from custlife.engines.history import Column, History
from custlife.engines.rows import looking as rows
from custlife.engines.rows.choosing import FirstSeen, Having
from custlife.engines.rows.looking import Look, Spelled
from custlife.engines.rows.renaming import Renamed
from custlife.errors import DataError
from custlife.stages import Stage, StageModel, Transition
from tests.engines.arrays.making import plain
from tests.engines.making import NAMES, PATH, Rows, raw_history, stage_rows
from tests.stages.strategies import models

SECOND = 1_000_000
MOMENT = st.integers(-1, 13).map(lambda second: second * SECOND)
MANY = stage_rows(units=4, rows=16)
FEW_IDS = st.frozensets(st.sampled_from(["u0", "u1", "u3", "nobody"]))


def told(made: History, seed: int) -> History:
    """The history with a column of every kind."""
    numbers = range(len(made))
    plan = Column(array("i", [(row * seed) % 3 - 1 for row in numbers]), ("free", "pro"))
    now = Column(array("i", [(unit * seed) % 2 for unit in range(len(made.ids))]), ("ch", "de"))
    recorded = array("q", [at + (row * seed) % 4 * SECOND for row, at in enumerate(made.at)])
    return attrs.evolve(
        made,
        segments={"plan": plan},
        current={"land": now},
        extras={"reason": Column(array("i", [row % 2 - 1 for row in numbers]), ("price",))},
        values={
            "amount": [row if row % 2 else None for row in numbers] if seed % 2 else array("q", numbers),
            "expected_close": array("d", [float(row) if row % 2 else float("nan") for row in numbers]),
            "score": array("d", map(float, numbers)),
        },
        recorded=None if seed % 3 else recorded,
    )


def alike(step: Callable[[History], History], made: History) -> None:
    """Both engines make the same history, with ids in memory and ids that are not."""
    expected = transform(step, made)
    for ids in (made.ids, Texts.of(made.ids)):
        found = transform(step, attrs.evolve(made, ids=ids, engine="arrays"))
        assert plain(found) == plain(expected)
        assert [(one, one.keys, one.if_nobody) for one in found.notes] == [
            (one, one.keys, one.if_nobody) for one in expected.notes
        ]
        assert (found.engine, type(found.ids)) == ("arrays", type(ids))


@given(MANY, st.integers(1, 6), MOMENT, st.one_of(st.none(), MOMENT))
def test_the_rows_seen_are_equal(given_rows: Rows, seed: int, as_of: int, known_at: int | None) -> None:
    alike(Look(as_of, known_at), told(raw_history(given_rows), seed))


@given(MANY, st.integers(1, 6), st.sampled_from(["open", "forward", "stepwise"]))
def test_spells_are_equal_with_the_moves_that_a_policy_refuses(given_rows, seed, policy) -> None:
    model = StageModel("tiny", PATH, exits=[Stage("lapsed", exit="paused"), Stage("lost", exit="ended")], policy=policy)
    made = told(raw_history(given_rows, model=model), seed)
    alike(Spelled(), made)
    spells = rows.spelled(made)
    assert illegal_legs(spells) == rows.illegal_legs(spells)


@given(st.data(), models())
def test_policies_of_any_model_refuse_the_same_legs(data: st.DataObject, model: StageModel) -> None:
    moment = st.tuples(st.sampled_from("uvw"), st.integers(0, 9), st.sampled_from(model.codes))
    alike(Spelled(), raw_history(data.draw(st.lists(moment, max_size=24)), model=model))


@given(MANY, st.integers(1, 6), st.one_of(st.none(), FEW_IDS, FEW_IDS.map(lambda some: some.__contains__)),
       st.one_of(st.none(), st.frozensets(st.sampled_from([None, "free", "pro", "gold"]))),
       st.sampled_from(["first", "last", "any"]))  # fmt: skip
def test_the_units_chosen_are_equal(given_rows, seed, test, values, value) -> None:
    segments = () if values is None else (("plan", values),)
    alike(Having(test, segments, value), told(raw_history(given_rows), seed))


@given(st.frozensets(st.integers(0, 400), max_size=9), st.booleans())
def test_few_ids_are_searched_among_many(wanted: frozenset[int], known: bool) -> None:
    made = raw_history([(f"u{number}", 0, "a") for number in range(0, 700, 1 if known else 3)])
    alike(Having(frozenset(f"u{number}" for number in wanted), (), "first"), made)


@given(MANY, st.integers(1, 6), MOMENT, MOMENT)
def test_the_units_first_seen_in_a_range_are_equal(given_rows, seed, low, high) -> None:
    alike(FirstSeen(low, high), told(raw_history(given_rows), seed))


NEW = StageModel("new", ("three", "two", "one"), exits=[Stage("out", exit="ended")])
WHOLE = st.fixed_dictionaries({name: st.sampled_from(NEW.codes) for name in NAMES})
RETOLD = st.one_of(WHOLE, st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NEW.codes)))


@given(MANY, st.integers(1, 6), RETOLD,
       st.booleans(), st.booleans())  # fmt: skip
def test_histories_told_in_another_model_are_equal(given_rows, seed, stages, drop, sequenced) -> None:
    made = told(attrs.evolve(raw_history(given_rows), sequenced=sequenced), seed)
    step = Renamed(NEW, stages, {"lost": "gone for good"}, "say where", drop)
    refusal = refused(step, made)
    if refusal is None:
        alike(step, made)
    else:
        assert refused(step, attrs.evolve(made, engine="arrays")) == refusal


def refused(step: Renamed, made: History) -> tuple[str, object] | None:
    try:
        transform(step, made)
    except DataError as error:
        return str(error), error.problems
    return None


def test_what_changes_nothing_copies_nothing() -> None:
    made = attrs.evolve(told(raw_history([("u", 0, "a"), ("u", 1, "b"), ("v", 2, "a")]), 3), engine="arrays")
    assert transform(Look(9 * SECOND), made).at is made.at
    assert transform(Look(9 * SECOND, 99 * SECOND), made).at is made.at
    assert transform(Spelled(), made) is made
    assert transform(Having(None, (), "first"), made) is made
    assert transform(FirstSeen(0, 9 * SECOND), made) is made
    renamed = transform(Renamed(NEW, dict.fromkeys(NAMES, "one"), {}, ""), made)
    assert renamed.at is made.at


def test_the_stage_left_last_counts_behind_an_exit() -> None:
    exits = [Stage("lapsed", exit="paused"), Stage("lost", exit="ended")]
    model = StageModel("tiny", PATH, exits=exits, policy="stepwise")
    back = [("u", 0, "a"), ("u", 1, "b"), ("u", 2, "lapsed"), ("u", 3, "b"), ("v", 4, "lapsed"), ("v", 5, "b")]
    made = raw_history(back, model=model)
    assert illegal_legs(made) == rows.illegal_legs(made) == [("v", 5, "lapsed")]


def test_declared_moves_are_the_only_ones() -> None:
    model = StageModel(
        "tiny", ("a", "b"), exits=[], policy="declared", transitions=[Transition(None, "a"), Transition("a", "b")]
    )
    made = raw_history([("u", 0, "a"), ("u", 1, "b"), ("v", 0, "b"), ("v", 1, "a")], model=model)
    (note,) = transform(Spelled(), attrs.evolve(made, engine="arrays")).notes
    assert str(note).endswith("(v: the start to b, v: b to a)")


@pytest.mark.parametrize("sequenced", [False, True])
def test_rows_of_one_instant_lie_in_the_order_of_the_new_stages(sequenced) -> None:
    made = raw_history([("u", 0, "a"), ("u", 0, "b"), ("u", 1, "c"), ("v", 1, "a"), ("v", 2, "b"), ("v", 2, "c")])
    step = Renamed(NEW, {"a": "one", "b": "three", "c": "two"}, {}, "")
    alike(step, attrs.evolve(made, sequenced=sequenced))
    told_anew = transform(step, attrs.evolve(made, sequenced=sequenced, engine="arrays"))
    assert list(told_anew.code) == ([2, 0, 1, 2, 0, 1] if sequenced else [0, 2, 1, 2, 0, 1])


@pytest.mark.parametrize(("value", "kept"), [("first", ["u"]), ("last", ["v"]), ("any", ["u", "v"])])
def test_the_row_that_decides_is_the_one_asked_for(value, kept) -> None:
    made = raw_history([("u", 0, "a"), ("u", 1, "b"), ("v", 0, "a"), ("v", 1, "b"), ("w", 2, "a")])
    plan = Column(array("i", [0, -1, 1, 0, -1]), ("free", "pro"))
    made = attrs.evolve(made, segments={"plan": plan})
    step = Having(None, (("plan", frozenset(("free",))),), value)
    alike(step, made)
    assert transform(step, attrs.evolve(made, engine="arrays")).ids == kept
