"""State probabilities by NumPy are those made without it, to the last bit."""

from __future__ import annotations

from array import array
from collections import Counter

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import HistoryError
from custlife.stats import state_probabilities
from custlife.stats.columns import raw
from tests.stats.test_arrays import by_loops, by_numpy
from tests.stats.test_multistate import STATES, paths

np = pytest.importorskip("numpy")

scales = st.sampled_from([1, 86_400_000_000, 2**50, 2**58, 0.5])
forms = st.sampled_from(["list", "array", "unsigned", "numpy", "counts", "sorted"])


def given_as(form, times):
    times = list(times)
    if form == "array":
        return array("d" if any(isinstance(t, float) for t in times) else "q", times)
    if form == "unsigned" and not any(isinstance(t, float) for t in times):
        return array("Q", times)
    if form == "numpy":
        return np.array(times)
    return {"list": times, "unsigned": times, "counts": Counter(times), "sorted": sorted(times)}[form]


def asked(stays, scale, form):
    entered, moves, censored = {state: [] for state in STATES}, {}, {}
    for state, since, until, follows, came in stays:
        if not came:
            entered[state].append(since * scale)
        to, key = (moves, (state, follows)) if follows else (censored, state)
        to.setdefault(key, []).append(until * scale)
    return [{key: given_as(form, times) for key, times in group.items()} for group in (entered, moves, censored)]


def everything(found):
    """All that can be read, as text that shows every bit, and how it is kept."""
    flow = found.flow
    read = [found.times, found.probabilities, found.at_risk, found.std_errors, found.horizon, str(found)]
    points = [found.at(t) for t in (0, *found.times[:9])]
    spent = [found.time_in(state, found.horizon or 0) for state in found.states]
    kept = [getattr(raw(column), "typecode", "") for column in (flow.times, flow.codes, flow.counts)]
    return repr((read, points, spent, attrs.astuple(flow, recurse=False))), kept, hash(found)


@given(paths(), scales, forms)
def test_both_ways_give_the_same(stays, scale, form):
    with by_loops():
        plain = state_probabilities(*asked(stays, scale, form))
    with by_numpy():
        found = state_probabilities(*asked(stays, scale, form))
    assert everything(found) == everything(plain)
    assert found == plain


def test_counts_too_large_to_add_are_left_to_loops():
    with by_numpy():
        found = state_probabilities({"a": {0: 2**33}}, {("a", "b"): {1: 2**32}}, {"a": {2: 2**32}})
    assert found.probabilities == ((0.5, 0.5), (0.5, 0.5))
    assert found.at_risk == ((2**33, 2**32), (0, 2**32))


def test_who_leaves_without_having_come_is_found_both_ways():
    for way in (by_loops, by_numpy):
        with way(), pytest.raises(HistoryError, match=r"^more move from 'b' at 3 than were there"):
            state_probabilities({"a": {0: 2}}, {("a", "b"): [1], ("b", "a"): [2, 3]}, {"a": [4]})
        with way(), pytest.raises(HistoryError, match=r"^more are censored from 'b' at 2 than were there"):
            state_probabilities({"a": {0: 2}}, {("a", "b"): [1]}, {"b": [2, 2]})
        with way(), pytest.raises(HistoryError, match=r"^more are censored from 'b' at 3 than were there"):
            state_probabilities({"a": {0: 2}}, {("a", "b"): [1]}, {"b": [2, 3]})
