"""Slopes of Markov chains, against those of chains that were shifted a little."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import UsageError
from custlife.stats import MarkovChain
from tests.stats.chains import exact_chains, rewards

STEP = 1e-6


def slope(chain, source, target, answer):
    """Difference of two shifted chains; one-sided where the probability stands at an end."""
    p = chain.probability(source, target)
    low, high = (-STEP if p > STEP else 0), (STEP if p < 1 - STEP else 0)
    up, down = answer(chain.with_shift(source, target, high)), answer(chain.with_shift(source, target, low))
    return (up - down) / (high - low)


def transition(chain, data, ends):
    """Some transition whose row has another destination too."""
    movable = [
        (source, target)
        for source in chain.states[: len(chain.states) - ends]
        for target in chain.states
        if chain.probability(source, target) < 1
    ]
    return data.draw(st.sampled_from(movable)) if movable else (None, None)


@given(exact_chains(), st.sampled_from([0, 0.1, 1]), st.sampled_from([None, 0, 1, 5]), st.data())
def test_the_slope_of_a_value_is_that_of_shifted_chains(found, discount, horizon, data):
    chain, _, ends = found
    source, target = transition(chain, data, ends)
    if source is None:
        return
    money = {state: data.draw(rewards) for state in chain.states[: len(chain.states) - ends]}
    slopes = chain.value_sensitivity(source, target, rewards=money, discount=discount, horizon=horizon)
    for state in chain.states:
        shifted = slope(chain, source, target, lambda c, s=state: c.value(money, discount=discount, horizon=horizon)[s])
        scale = max(map(abs, slopes), default=0)
        assert slopes[state] == pytest.approx(shifted, rel=1e-2, abs=1e-2 + 1e-2 * scale)


@given(exact_chains(), st.data())
def test_the_slopes_of_all_ends_cancel_and_are_those_of_shifted_chains(found, data):
    chain, _, ends = found
    source, target = transition(chain, data, ends)
    if source is None:
        return
    done = chain.absorption()
    slopes = {end: chain.absorption_sensitivity(source, target, end=end) for end in done.absorbing}
    for state in done.transient:
        assert sum(found[state] for found in slopes.values()) == pytest.approx(0, abs=1e-9)
        for end in done.absorbing:
            shifted = slope(chain, source, target, lambda c, s=state, e=end: c.absorption().probability(s, e))
            assert slopes[end][state] == pytest.approx(shifted, rel=1e-2, abs=1e-2)
    assert all(found[end] == 0 for found in slopes.values() for end in done.absorbing)


def test_a_never_left_state_may_be_left_when_values_are_discounted():
    chain = MarkovChain(["a", "b"], [[0.5, 0.5], [0, 1]])
    found = chain.value_sensitivity("b", "a", rewards={"a": 1}, discount=0.25)
    assert found["b"] == pytest.approx(
        slope(chain, "b", "a", lambda c: c.value({"a": 1}, discount=0.25)["b"]), rel=1e-4
    )


@given(exact_chains(), st.sampled_from([0, 0.1, 1]), st.sampled_from([None, 0, 1, 5]), st.data())
def test_all_slopes_at_once_are_those_one_by_one(found, discount, horizon, data):
    chain, _, ends = found
    money = {state: data.draw(rewards) for state in chain.states[: len(chain.states) - ends]}
    start = [data.draw(st.integers(0, 100)) for _ in chain.states]
    slopes = chain.value_sensitivities(start, rewards=money, discount=discount, horizon=horizon)
    for source in chain.states:
        for target in chain.states:
            ask = {"rewards": money, "discount": discount, "horizon": horizon}
            try:
                each = chain.value_sensitivity(source, target, **ask)
            except UsageError:
                assert slopes[source, target] is None
                continue
            total = sum(n * slope for n, slope in zip(start, each, strict=True))
            assert slopes[source, target] == pytest.approx(total, rel=1e-9, abs=1e-7)
    assert (slopes.condition is None) == (horizon is not None)
    ranked = slopes.ranked()
    assert [x for *_, x in ranked] == sorted((x for row in slopes.rows for x in row if x is not None), reverse=True)


@given(exact_chains(st.integers(0, 1)), st.data())
def test_the_slope_of_the_stationary_shares_is_that_of_shifted_chains(found, data):
    chain, _, ends = found
    source, target = transition(chain, data, ends)
    if source is None:
        return
    slopes = chain.stationary_sensitivity(source, target)
    assert sum(slopes) == pytest.approx(0, abs=1e-9)
    for state in chain.states:
        near = slope(chain, source, target, lambda c, state=state: c.stationary()[state])
        assert slopes[state] == pytest.approx(near, rel=1e-3, abs=1e-3)


@given(exact_chains(st.integers(0, 2)), st.integers(0, 6), st.data())
def test_the_slope_of_a_projection_is_that_of_shifted_chains(found, periods, data):
    chain, _, _ = found
    source, target = transition(chain, data, 0)
    if source is None:
        return
    start = [data.draw(st.integers(0, 100)) for _ in chain.states]
    slopes = chain.projection_sensitivity(source, target, start=start, periods=periods)
    for state in chain.states:
        near = slope(chain, source, target, lambda c, state=state: c.project(start, periods)[-1][state])
        assert slopes[state] == pytest.approx(near, rel=1e-3, abs=1e-2)


def test_the_slope_of_the_stationary_shares_by_hand():
    """With p there and q back the share there is p / (p + q), whose slope in p is q / (p + q)^2."""
    chain = MarkovChain(["here", "there"], [[0.9, 0.1], [0.3, 0.7]])
    slopes = chain.stationary_sensitivity("here", "there")
    assert list(slopes) == pytest.approx([-0.3 / 0.16, 0.3 / 0.16])


def test_periods_before_absorption_are_a_value_whose_slopes_are_known():
    """With probability p to leave the periods are 1 / p, whose slope in staying is 1 / p^2."""
    chain = MarkovChain(["a", "b"], [[0.8, 0.2], [0, 1]])
    slopes = chain.value_sensitivities({"a": 3}, rewards={"a": 1}, discount=0)
    assert slopes["a", "a"] == pytest.approx(3 / 0.2**2)
    assert slopes["a", "b"] == pytest.approx(-3 / 0.2**2)
    assert slopes.rows[1] == (None, None)
    assert str(slopes) == "a to a 75, a to b -75"


@given(exact_chains(st.integers(0, 2)), st.floats(0, 1), st.data())
def test_a_shift_takes_pro_rata_from_all_others(found, new, data):
    chain, _, _ = found
    source, target = transition(chain, data, 0)
    if source is None:
        return
    i, j = chain.states.index(source), chain.states.index(target)
    old = chain.rows[i][j]
    row = chain.with_shift(source, target, new - old).rows[i]
    assert row[j] == pytest.approx(new, abs=1e-12)
    rest = [p * (1 - new) / (1 - old) for k, p in enumerate(chain.rows[i]) if k != j]
    assert [p for k, p in enumerate(row) if k != j] == pytest.approx(rest, abs=1e-12)


def test_a_shift_to_certainty_leaves_nothing_below_0():
    row = [0.3220333906820241, 0.17868897083262048, 0.11000640497338868, 0.21722617014114498, 0.17204506337082173]
    others = [[float(i == j) for j in range(5)] for i in range(1, 5)]
    found = MarkovChain([*"abcde"], [row, *others]).with_shift(
        "a", "c", 1 - row[2]
    )  # pro rata, floats end just below 0
    assert found.rows[0] == (0.0, 0.0, 1.0, 0.0, 0.0)
