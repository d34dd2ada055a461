"""Columns and pairs read as the tuples they stand for."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.stats.columns import Pairs, floats, raw, times_of, wholes

numbers = st.one_of(st.lists(st.integers(0, 2**70)), st.lists(st.floats(allow_nan=False)))


@given(numbers, st.slices(8), numbers)
def test_a_column_reads_as_a_tuple(values, part, others):
    column, plain = times_of(values), tuple(values)
    assert column == plain
    assert plain == column
    assert (column == tuple(others)) == (plain == tuple(others)) == (column == times_of(others))
    assert hash(column) == hash(plain)
    assert repr(column) == repr(plain)
    assert column[part] == plain[part]
    assert [column[i] for i in range(-len(values), len(values))] == [*values, *values]
    assert (list(column), len(column)) == (values, len(values))
    assert column != list(values)
    assert pickle.loads(pickle.dumps(column)) == plain


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9))))
def test_pairs_read_as_a_tuple_of_pairs(pairs):
    found = Pairs(wholes([time for time, _ in pairs]), wholes([count for _, count in pairs]))
    assert found == tuple(pairs)
    assert found[1:] == tuple(pairs[1:])
    assert hash(found) == hash(tuple(pairs))


def test_the_text_of_a_long_column_is_short():
    assert repr(floats(range(1001))) == "(0.0, 1.0, 2.0, ..., 1000.0)"


@pytest.mark.parametrize(("most", "code"), [(255, "B"), (256, "i"), (2**31 - 1, "i"), (2**31, "q"), (2**63 - 1, "q")])
def test_whole_numbers_take_no_more_than_they_need(most, code):
    assert raw(wholes([0, most])).typecode == code


def test_numbers_too_large_for_an_array_stay_what_they_are():
    assert raw(wholes([0, 2**63])) == (0, 2**63)
