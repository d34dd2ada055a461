"""Deals by array kernels: the table of the rows engine, for every history."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from custlife.engines import arrays, rows
from custlife.engines.touching import Deals
from tests.engines.arrays.drawn import histories


@given(histories(events=False, observed=True), st.data(), st.sampled_from(["final", "first"]), st.booleans())
def test_deals_are_those_of_the_rows_engine(made, data, reopened, is_split):
    path = made.vocabulary.path
    start = data.draw(st.integers(0, path - 2))
    won = data.draw(st.integers(start + 1, path - 1))
    exits = made.vocabulary.paused | made.vocabulary.ended
    lost = data.draw(st.frozensets(st.sampled_from(sorted(exits)), min_size=1))
    by = tuple(made.segments)[:1] if is_split else ()
    request = Deals(frozenset(range(start, path)), frozenset(range(won, path)), lost, reopened, by=by)
    assert arrays.gather(request, made) == rows.gather(request, made)
