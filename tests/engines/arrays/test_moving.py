"""Moves and reasons from arrays, equal to those from rows."""

from __future__ import annotations

from array import array

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar import periods
from custlife.engines import gather, rows
from custlife.engines.arrays import GATHERS, keys
from custlife.engines.arrays.moving import count_moves, count_reasons
from custlife.engines.gathers import EARLIER, Moves, Reasons
from custlife.engines.history import Column
from custlife.errors import UnknownNameError
from tests.engines.arrays.drawn import EVERY, SPLITS, histories
from tests.engines.making import NAMES, history

SEGMENT = st.sampled_from(["move", "stay"])


@given(histories(observed=True), SPLITS, SEGMENT, st.none() | EVERY)
def test_moves_are_those_of_rows(made, by, segment, every):
    request = Moves(periods(every, tz=made.zone) if every else None, by, segment)
    assert count_moves(request, made) == rows.gather(request, made)


@given(histories(observed=True), SPLITS, SEGMENT, EVERY)
def test_moves_are_those_of_rows_where_combinations_are_too_many_for_one_key(made, by, segment, every):
    request = Moves(periods(every, tz=made.zone), by, segment)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "LIMIT", 50)
        patch.setattr(keys, "SMALL", 1)
        assert count_moves(request, made) == rows.gather(request, made)


@given(histories(observed=True), SPLITS, st.frozensets(st.integers(0, len(NAMES) - 1)))
def test_reasons_are_those_of_rows(made, by, exits):
    request = Reasons(exits, by)
    assert count_reasons(request, made) == rows.gather(request, made)


def test_moves_by_month_begin_with_entries():
    made = history([("u", 0, "a"), ("u", 40 * 86_400, "b"), ("v", 0, "b")])
    assert count_moves(Moves(periods("month")), made) == {((), 0, -1, 0): 1, ((), 0, -1, 1): 1, ((), 1, 0, 1): 1}


def test_moves_before_observation_began_are_of_no_period():
    made = history([("u", 0, "a"), ("u", 5, "b")], since=5)
    assert count_moves(Moves(periods("month")), made) == {((), EARLIER, -1, 0): 1, ((), 0, 0, 1): 1}
    assert count_moves(Moves(), made) == {((), EARLIER, -1, 0): 1, ((), 0, 0, 1): 1}


def test_the_segment_of_a_move_is_that_of_the_stay_it_ends_where_asked():
    made = history([("u", 0, "a"), ("u", 5, "b")])
    made = attrs.evolve(made, segments={"plan": Column(array("i", [0, 1]), ("pro", "free"))})
    assert count_moves(Moves(None, ("plan",)), made) == {(("pro",), 0, -1, 0): 1, (("free",), 0, 0, 1): 1}
    assert count_moves(Moves(None, ("plan",), "stay"), made) == {(("pro",), 0, -1, 0): 1, (("pro",), 0, 0, 1): 1}


def test_an_exit_may_come_first_and_without_a_reason():
    made = history([("u", 0, "lost"), ("v", 0, "a"), ("v", 1, "lost")])
    made = attrs.evolve(made, extras={"reason": Column(array("i", [-1, -1, 0]), ("price",))})
    lost = NAMES.index("lost")
    found = count_reasons(Reasons(frozenset({lost})), made)
    assert found == {((), -1, lost, None): 1, ((), 0, lost, "price"): 1}


def test_an_exit_counts_from_the_first_instant_of_observation():
    lost = NAMES.index("lost")
    made = history([("u", 0, "a"), ("u", 5, "lost"), ("v", 4, "lost")], since=5)
    assert count_reasons(Reasons(frozenset({lost})), made) == {((), 0, lost, None): 1}


def test_nobody_moves_in_an_empty_history():
    made = history([])
    assert count_moves(Moves(periods("day"), (), "stay"), made) == {}
    assert count_reasons(Reasons(frozenset({0})), made) == {}


def test_an_unknown_segment_is_named():
    made = history([("u", 0, "a")])
    for request in (Moves(None, ("plan",)), Reasons(frozenset(), ("plan",))):
        with pytest.raises(UnknownNameError, match="plan"):
            GATHERS[type(request)](request, made)


def test_counts_are_plain_numbers():
    made = attrs.evolve(history([("u", 0, "a")]), engine="arrays")
    (((group, *numbers), n),) = gather(Moves(periods("day")), made).items()
    assert [type(x) for x in (group, *numbers, n)] == [tuple, int, int, int, int]
