"""Durations split by marks: the multisets of each mark, the same from lists and from arrays."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife import stats
from custlife.errors import UsageError, UsageTypeError
from custlife.stats import products

MARKS = {
    "flags": st.booleans(),
    "numbers": st.integers(-3, 4),
    "far": st.sampled_from([-200, 0, 999]),
    "texts": st.sampled_from("abc"),
}


def plain(split):
    """Counts by mark and length, whatever holds them."""
    return {mark: own if isinstance(own, dict) else Counter(list(own)) for mark, own in split.items()}


@st.composite
def spells(draw):
    kind = draw(st.sampled_from(sorted(MARKS)))
    length = draw(
        st.sampled_from([st.integers(0, 3), st.integers(0, 10**15), st.floats(0, 9), st.integers(0, 3).map(float)])
    )
    return draw(st.lists(st.tuples(length, MARKS[kind]), min_size=1, max_size=40))


@given(spells())
@example([(0, False)])
@example([(2, 4), (0, -3)])
def test_every_duration_is_under_its_mark_once(drawn):
    split = stats.split_durations([t for t, _ in drawn], [m for _, m in drawn])
    marks = {m for _, m in drawn}
    assert list(split) == ([False, True] if marks <= {True, False} and isinstance(drawn[0][1], bool) else sorted(marks))
    assert plain(split) == {mark: Counter(t for t, m in drawn if m == mark) for mark in split}


@given(spells())
@example([(2, 4), (0, -3)] * 20)
@example([(1, True)] * 30)
@example([(1, 0), (0, 2)] * 20)  # the last length with another than the last mark
def test_arrays_are_split_as_lists_are(drawn):
    numpy = pytest.importorskip("numpy")
    times, marks = [t for t, _ in drawn], [m for _, m in drawn]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "LARGE", 1)
        split = stats.split_durations(numpy.array(times), numpy.array(marks))
        assert all(type(mark) in {bool, int, str} for mark in split)
        assert plain(split) == plain(stats.split_durations(times, marks))
        assert list(split) == list(stats.split_durations(times, marks))


def test_curves_read_what_was_split():
    spells = stats.split_durations([1, 2, 2, 4], [True, True, False, False])
    assert stats.kaplan_meier(spells[True], spells[False]) == stats.kaplan_meier([1, 2], [2, 4])
    causes = stats.split_durations([1, 2, 2, 4], ["won", "open", "lost", "open"])
    assert stats.cumulative_incidence({"won": causes["won"]}, causes["open"])["won"].incidence[-1] == 1 / 3


def test_nothing_is_split_into_nothing():
    assert stats.split_durations([], []) == {}


def test_one_mark_too_many_is_refused():
    with pytest.raises(UsageError, match="there are 2 durations and 1 marks"):
        stats.split_durations([1, 2], [True])


def test_one_mark_too_many_is_refused_of_arrays_too():
    numpy = pytest.importorskip("numpy")
    with pytest.raises(UsageError, match="there are 3,000 durations and 2,999 marks"):
        stats.split_durations(numpy.zeros(3000), numpy.zeros(2999, bool))


@pytest.mark.parametrize(
    ("marks", "odd"), [([1, None], "None"), ([True, 1], "1"), ([1, "a"], "'a'"), ([1.5, 1], "1.5")]
)
def test_marks_of_several_kinds_are_refused(marks, odd):
    with pytest.raises(UsageTypeError, match=f"mark {odd} is of another kind"):
        stats.split_durations([1, 2], marks)


def test_a_duration_that_is_none_is_refused_with_its_place():
    with pytest.raises(UsageError, match=r"duration -1 is negative @ durations\[1\]"):
        stats.split_durations([1, -1], [True, True])


def test_a_mapping_has_no_order_to_be_marked():
    with pytest.raises(UsageTypeError, match="durations is a mapping to counts"):
        stats.split_durations({1: 2}, [True])
