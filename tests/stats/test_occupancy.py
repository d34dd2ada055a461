"""Estimates without each fold: those of the whole estimator on the other folds."""

from __future__ import annotations

import math
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.stats import products, state_probabilities
from custlife.stats.occupancy import Fold, Occupancy, without_each

STATES = 3


@st.composite
def folds(draw: st.DrawFn) -> list[Fold]:
    """A few folds of units that walk between three states, with many ties."""
    found = []
    for _ in range(draw(st.integers(2, 4))):
        started: dict[int, int] = {}
        moves: dict[tuple[int, int], list[int]] = {}
        censored: dict[int, list[int]] = {}
        for _ in range(draw(st.integers(1, 4))):
            state, t = draw(st.integers(0, STATES - 1)), 0
            started[state] = started.get(state, 0) + 1
            for _ in range(draw(st.integers(0, 4))):
                t += draw(st.integers(1, 4))
                to = (state + draw(st.integers(1, STATES - 1))) % STATES
                moves.setdefault((state, to), []).append(t)
                state = to
            censored.setdefault(state, []).append(t + draw(st.integers(0, 4)))
        for times in (*moves.values(), *censored.values()):
            times.sort()
        found.append(Fold(started, moves, censored))
    return found


def whole(parts: list[Fold], time: int) -> Occupancy | None:
    """The same by the public estimator."""
    started = {str(s): {0: sum(part.started.get(s, 0) for part in parts)} for s in range(STATES)}
    moves = {
        (str(a), str(b)): [t for part in parts for t in part.moves.get((a, b), ())]
        for a in range(STATES)
        for b in range(STATES)
        if a != b
    }
    censored = {str(s): [t for part in parts for t in part.censored.get(s, ())] for s in range(STATES)}
    found = state_probabilities(started, moves, censored)
    points = {point.state: point.value for point in found.at(time)}
    if None in points.values():
        return None
    spent = [found.time_in(str(s), time).value for s in range(STATES)]
    return Occupancy(tuple(points[str(s)] for s in range(STATES)), tuple(spent))


@given(folds(), st.integers(0, 16))
def test_without_each_fold_it_is_the_estimate_from_the_others(parts, time):
    found = without_each(parts, STATES, time)
    for out, here in enumerate(found):
        there = whole([part for k, part in enumerate(parts) if k != out], time)
        assert (here is None) == (there is None)
        if here is not None and there is not None:
            assert here.probabilities == pytest.approx(there.probabilities, abs=1e-12)
            assert here.times == pytest.approx(there.times, abs=1e-9)
            assert sum(here.times) == pytest.approx(time)


@given(folds(), st.integers(0, 16), st.integers(1, 5))
def test_numpy_makes_the_same_to_the_bit(parts, time, stretch):
    arrays_occupancy = pytest.importorskip("custlife.stats.arrays_occupancy")
    with mock.patch.object(products, "LARGE", math.inf):
        plain = without_each(parts, STATES, time)
    with mock.patch.object(products, "LARGE", 1), mock.patch.object(arrays_occupancy, "STRETCH", stretch):
        assert repr(without_each(parts, STATES, time)) == repr(plain)


def test_times_that_floats_do_not_count_exactly_are_left_to_loops():
    arrays_occupancy = pytest.importorskip("custlife.stats.arrays_occupancy")
    parts = [Fold({0: 1}, {(0, 1): [2**53 + 1]}, {1: [2**54]}), Fold({0: 2}, {}, {0: [2**54]})]
    assert arrays_occupancy.walked(parts, 2, 2**53) is None
    with mock.patch.object(products, "LARGE", 1):
        assert without_each(parts, 2, 2**53) == [
            Occupancy((1.0, 0.0), (2.0**53, 0.0)),
            Occupancy((1.0, 0.0), (2.0**53, 0.0)),
        ]
