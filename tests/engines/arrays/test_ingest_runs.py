"""Rows that came unit by unit are sorted as any others are."""

from __future__ import annotations

from unittest import mock

import attrs
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from custlife.engines.arrays import ingest_order, ingest_runs
from custlife.engines.arrays.ingest_order import Unsorted, plain, wide
from custlife.engines.arrays.ingest_runs import Runs

lengths = st.lists(st.integers(1, 6), min_size=1, max_size=12)


@st.composite
def unsorted(draw: st.DrawFn) -> Unsorted:
    """Some units, side by side, in an order that is not that of their ids."""
    sizes = draw(lengths)
    rows = sum(sizes)
    units = draw(st.permutations(range(len(sizes))))
    row = st.integers(0, 1 << 12) | st.sampled_from([0, 1_000_000])
    return Unsorted(
        np.repeat(np.arange(len(sizes)), sizes),
        np.array([*units, -1], np.int32),
        np.array(draw(st.lists(st.integers(0, 2), min_size=rows, max_size=rows))),
        np.array([2, 0, 1, 0], np.uint16),
        np.array(draw(st.lists(row, min_size=rows, max_size=rows)), np.int64) - 7,
        None,
        (len(sizes), 3),
    )


def bounds_of(rows: Unsorted) -> np.ndarray:
    counts = np.bincount(rows.units[rows.unit_codes], minlength=rows.sizes[0])
    return np.concatenate([[0], np.cumsum(counts)])


@given(rows=unsorted(), room=st.integers(0, 2), piece=st.integers(1, 9))
def test_rows_in_runs_are_sorted_as_all_at_once(rows: Unsorted, room: int, piece: int) -> None:
    bounds = bounds_of(rows)
    whole, order = plain(rows), wide(rows, bounds)
    alone = ingest_order._packing(rows, with_unit=False)
    assert alone is not None
    with (
        mock.patch.object(ingest_order, "BITS", alone.time_bits + alone.code_bits + room),
        mock.patch.object(ingest_runs, "PIECE", piece),
        mock.patch.object(ingest_order, "_rows", side_effect=AssertionError),
    ):
        found, arranged = plain(rows), wide(rows, bounds)
    assert found == whole
    assert arranged.at.tolist() == order.at.tolist()
    assert arranged.code.tolist() == order.code.tolist()
    assert sorted(arranged.rows.tolist()) == list(range(len(rows)))
    assert rows.at[arranged.rows].tolist() == order.at.tolist()
    assert rows.units[rows.unit_codes[arranged.rows]].tolist() == sorted(rows.units[rows.unit_codes].tolist())


def test_rows_that_do_not_lie_in_runs_are_told() -> None:
    rows = Unsorted(
        np.array([0, 0, 1, 2]),
        np.array([1, 0, 2, -1], np.int32),
        np.zeros(4, np.int8),
        np.zeros(2, np.uint16),
        np.arange(4),
        None,
        (3, 1),
    )
    found = Runs.of(rows)
    assert found is not None
    assert found.starts.tolist() == [0, 2, 3, 4]
    assert found.order.tolist() == [1, 0, 2]
    with mock.patch.object(ingest_runs, "PIECE", 1):
        assert Runs.of(rows) is not None
        assert Runs.of(attrs.evolve(rows, unit_codes=np.array([0, 2, 1, 2]))) is None
    assert Runs.of(attrs.evolve(rows, unit_codes=np.array([0, 0, 1, 0]))) is None
    assert Runs.of(attrs.evolve(rows, rows=np.arange(3))) is None
    two = attrs.evolve(rows, units=np.array([1, 0, 0, -1], np.int32), sizes=(2, 1))
    assert Runs.of(two) is None
