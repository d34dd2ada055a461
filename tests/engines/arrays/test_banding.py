"""Bands of numbers by arrays are those by rows."""

from __future__ import annotations

from array import array

import attrs
from hypothesis import given
from hypothesis import strategies as st

from custlife.engines import transform
from custlife.engines.rows.banding import Banded
from tests.engines.arrays.making import plain
from tests.engines.making import raw_history

NUMBERS = st.one_of(
    st.lists(st.integers(-3, 12), max_size=9).map(lambda found: array("q", found)),
    st.lists(st.integers(-(1 << 63), (1 << 63) - 1), max_size=9).map(lambda found: array("q", found)),
    st.lists(st.floats(-3, 12), max_size=9).map(lambda found: array("d", found)),
    st.lists(st.sampled_from([None, "", 3, "7", 9.5]), max_size=9),
)
EDGES = st.lists(
    st.one_of(st.integers(-3, 12), st.sampled_from([1 << 70, 1 << 62])), min_size=1, max_size=4, unique=True
)


@given(NUMBERS, EDGES.map(sorted).map(tuple))
def test_bands_are_equal(numbers, edges) -> None:
    made = raw_history([("u", second, "a") for second in range(len(numbers))])
    made = attrs.evolve(made, values={"seats": numbers, "score": list(numbers)})
    step = Banded("seats", edges, "size")
    assert plain(transform(step, attrs.evolve(made, engine="arrays"))) == plain(transform(step, made))
