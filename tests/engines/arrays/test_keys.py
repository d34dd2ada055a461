"""Packed keys against tuples and dictionaries."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.engines.arrays import keys
from custlife.engines.arrays.keys import Keys, counted, dense, runs, sorted_by

SIZES = (3, 1, 200, 40_000, 2)
ROWS = st.lists(st.tuples(*(st.integers(0, size - 1) for size in SIZES)), max_size=30)
LIMIT, SMALL, PIECE = st.sampled_from([1 << 62, 1 << 20]), st.sampled_from([1 << 16, 1]), st.sampled_from([1 << 18, 3])


def packed(rows):
    """The rows as columns of unlike types."""
    columns = zip(*rows, strict=True) if rows else [()] * len(SIZES)
    types = (np.int8, np.int64, np.uint8, np.uint16, np.int32)
    return Keys(*((np.array(list(c), t), n) for c, t, n in zip(columns, types, SIZES, strict=True)))


@given(ROWS, LIMIT, SMALL, PIECE)
def test_rows_are_counted_by_combination_in_order(rows, limit, small, piece):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "LIMIT", limit)
        patch.setattr(keys, "SMALL", small)
        patch.setattr(keys, "PIECE", piece)
        assert list(packed(rows).cells()) == [(*row, n) for row, n in sorted(Counter(rows).items())]


@given(ROWS, LIMIT, SMALL)
def test_lengths_are_sorted_by_combination(rows, limit, small):
    lengths = np.array([hash(row) % 7 for row in rows], np.int64)
    wanted = {}
    for row, length in zip(rows, lengths.tolist(), strict=True):
        wanted.setdefault(row, []).append(length)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "LIMIT", limit)
        patch.setattr(keys, "SMALL", small)
        found = [(tuple(cell), part.tolist()) for cell, part in packed(rows).sorted(lengths)]
    assert found == [(row, sorted(part)) for row, part in sorted(wanted.items())]


def test_combinations_beyond_any_integer_are_counted():
    column = np.array([0, 5, (1 << 40) - 1, 5])
    wide = Keys((column, 1 << 40), (column, 1 << 40), (column, 1 << 40))
    last = (1 << 40) - 1
    assert list(wide.cells()) == [(0, 0, 0, 1), (5, 5, 5, 2), (last, last, last, 1)]


@given(st.lists(st.integers(0, 9)), SMALL)
def test_codes_are_ranked_and_counted(codes, small):
    column = np.array(codes, np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "SMALL", small)
        patch.setattr(keys, "PIECE", 4)
        ranks, kept = dense(column, 10)
        found, counts = counted(column, 10)
    assert kept[ranks].tolist() == codes
    assert kept.tolist() == found.tolist() == sorted(set(codes))
    assert counts.tolist() == [codes.count(code) for code in sorted(set(codes))]


def test_ranks_are_as_small_as_their_number_allows():
    assert dense(np.arange(200), 1_000)[0].dtype == np.uint8
    assert dense(np.arange(300), 1_000)[0].dtype == np.uint16
    assert dense(np.arange(300) << 20, 1 << 30)[0].dtype == np.uint16


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1))))
def test_runs_begin_where_a_row_differs_from_the_one_before(rows):
    columns = [np.array([row[i] for row in rows], np.int64) for i in (0, 1)]
    assert runs(*columns).tolist() == [i for i, row in enumerate(rows) if i == 0 or row != rows[i - 1]]


def test_codes_that_do_not_occur_have_no_lengths():
    found = [(code, part.tolist()) for code, part in sorted_by(np.array([4, 1, 4]), 9, np.array([3, 5, 2]))]
    assert found == [(1, [5]), (4, [2, 3])]
