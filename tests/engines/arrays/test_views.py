"""Columns as arrays and back, and what kernels ask of rows."""

from __future__ import annotations

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.engines.arrays import views
from custlife.engines.rows.staying import following
from custlife.errors import UnknownNameError
from tests.engines.arrays.drawn import SPLITS, histories
from tests.engines.making import history

LIMITS = {"q": (-(2**63), 2**63 - 1), "H": (0, 2**16 - 1), "i": (-(2**31), 2**31 - 1)}


@given(st.sampled_from("qHi").flatmap(lambda code: st.tuples(st.just(code), st.lists(st.integers(*LIMITS[code])))))
def test_columns_come_back_as_they_were(drawn):
    made = array(*drawn)
    assert views.column(views.ints(made), made.typecode) == made
    assert views.ints(made).tolist() == made.tolist()


def test_columns_are_made_from_arrays_of_other_types_and_steps():
    assert views.column(np.arange(6, dtype=np.int8)[::2]) == array("q", [0, 2, 4])
    assert views.column(np.array([1, 2]), "H") == array("H", [1, 2])


def test_a_view_shares_the_memory_of_its_column_and_cannot_write_to_it():
    made = array("q", [1, 2])
    seen = views.ints(made)
    with pytest.raises(ValueError, match="read-only"):
        seen[0] = 5
    made[0] = 7
    assert seen.tolist() == [7, 2]


@given(histories())
def test_rows_know_their_unit(made):
    seen = views.of(made)
    units = [unit for unit, (low, high) in enumerate(made.ranges()) for _ in range(low, high)]
    assert seen.unit.tolist() == units
    assert np.flatnonzero(seen.is_first).tolist() == seen.firsts.tolist() == list(made.bounds[:-1])
    assert np.flatnonzero(seen.is_last).tolist() == seen.lasts.tolist() == [end - 1 for end in made.bounds[1:]]


@given(histories())
def test_what_follows_a_row_is_what_rows_say(made):
    code, at = views.following(views.of(made))
    assert (code.tolist(), at.tolist()) == tuple(map(list, following(made)))


@given(histories())
def test_the_value_before_is_that_of_the_row_before_in_the_unit(made):
    seen = views.of(made)
    before = views.shifted(seen.at, seen.firsts, 5)
    assert before.tolist() == [
        5 if row == low else made.at[row - 1] for low, high in made.ranges() for row in range(low, high)
    ]


@given(histories(), SPLITS)
def test_rows_are_split_as_rows_split_them(made, by):
    codes, labels = views.grouping(made, by)
    wanted = made.grouping(by)
    assert [labels[code] for code in codes] == (
        [wanted.labels[code] for code in wanted.codes] if wanted else [()] * len(made)
    )
    assert len(set(labels)) == len(labels)


def test_a_split_names_unknown_segments():
    with pytest.raises(UnknownNameError, match="unknown segment 'plan'"):
        views.grouping(history([]), ("plan",))


@given(histories(), st.integers(1, 9))
def test_parts_hold_whole_units_in_order(made, rows):
    seen = views.of(made)
    parts = list(seen.parts(rows))
    assert [at for part in parts for at in part.at.tolist()] == seen.at.tolist()
    assert [code for part in parts for code in part.code.tolist()] == seen.code.tolist()
    assert [unit + part.unit_from for part in parts for unit in part.unit.tolist()] == seen.unit.tolist()
    assert all(part.at.tolist() == seen.at[part.rows].tolist() for part in parts)
    assert all(len(part.at) <= rows or len(part.firsts) == 1 for part in parts)


def test_codes_that_a_history_has_not_are_not_among_its_codes():
    made = history([("u", 0, "x"), ("u", 0, "y")], model=None)
    assert views.among({1, 5}, made).tolist() == [False, True]
    assert views.among((), made).tolist() == [False, False]
