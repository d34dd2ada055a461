"""Paths from arrays, equal to those from rows."""

from __future__ import annotations

from array import array

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.engines import gather, rows
from custlife.engines.arrays import keys
from custlife.engines.arrays.paths import count_paths
from custlife.engines.gathers import Paths, PathTally
from custlife.engines.history import Vocabulary
from tests.engines.arrays.drawn import SPLITS, histories
from tests.engines.making import history

LONGEST = st.none() | st.integers(1, 6)
REPEATS = st.sampled_from(["keep", "first"])


@given(histories(observed=True), SPLITS, LONGEST, REPEATS)
def test_paths_are_those_of_rows(made, by, longest, repeats):
    request = Paths(by, longest, repeats)
    assert count_paths(request, made) == rows.gather(request, made)


@given(histories(observed=True), SPLITS, LONGEST, REPEATS)
def test_paths_over_many_names_are_those_of_rows(made, by, longest, repeats):
    spread = array("H", [code * 300 for code in made.code])
    made = attrs.evolve(made, code=spread, vocabulary=Vocabulary(tuple(map(str, range(3_000)))))
    request = Paths(by, longest, repeats)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "SMALL", 1)
        assert count_paths(request, made) == rows.gather(request, made)


@pytest.mark.parametrize("names", [256, 257, 512])
def test_codes_of_one_byte_and_of_two_stay_apart(names):
    made = history([("u", 0, "a"), ("v", 0, "b"), ("w", 0, "c")])
    codes = array("H", [0, names - 1, names % 256])
    many = attrs.evolve(made, code=codes, vocabulary=Vocabulary(tuple(map(str, range(names)))))
    assert {path for _, path, _ in count_paths(Paths(), many)} == {(code,) for code in codes}


def test_a_path_is_cut_after_so_many_stages_and_ends_where_its_unit_is():
    made = history([("u", 0, "a"), ("u", 2, "b"), ("u", 5, "c"), ("v", 0, "a"), ("v", 4, "b"), ("w", 7, "a")])
    assert count_paths(Paths(longest=2), made) == {
        ((), (0, 1), True): PathTally(1, array("q", [2_000_000]), {2: 1}),
        ((), (0, 1), False): PathTally(1, array("q", [4_000_000]), {1: 1}),
        ((), (0,), False): PathTally(1, array("q", [0]), {0: 1}),
    }


def test_a_path_of_first_occurrences_lasts_until_the_last_of_them():
    made = history([("u", 0, "a"), ("u", 2, "b"), ("u", 5, "a")])
    found = count_paths(Paths(repeats="first"), made)
    assert found == {((), (0, 1), False): PathTally(1, array("q", [2_000_000]), {0: 1})}


def test_units_first_seen_before_observation_have_an_empty_path():
    made = history([("u", 0, "a"), ("u", 2, "b")], since=1)
    assert count_paths(Paths(longest=1), made) == {((), (), False): PathTally(1, array("q", [0]), {1: 1})}


def test_an_empty_history_has_no_paths():
    assert count_paths(Paths(longest=1, repeats="first"), history([])) == {}


def test_whether_a_path_is_cut_is_a_plain_truth():
    made = attrs.evolve(history([("u", 0, "a")]), engine="arrays")
    ((_, codes, is_cut),) = gather(Paths(), made)
    assert (codes, is_cut) == ((0,), False)
    assert type(is_cut) is bool
    assert type(codes[0]) is int
