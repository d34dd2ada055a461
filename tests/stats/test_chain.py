"""Markov chains: laws, and the answers of exact fractions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.stats import MarkovChain
from tests.stats.chains import close, discounts, exact_chains, rewards
from tests.stats.oracles import exact_inverse


@given(exact_chains(st.integers(0, 2)), st.integers(0, 200))
def test_rows_of_powers_sum_to_one_and_powers_add_up(found, n):
    chain, _, _ = found
    power = chain.power(n)
    assert [sum(row) for row in power.rows] == close([1] * len(chain.states))
    again = MarkovChain(chain.states, power.rows).power(2)
    assert [p for row in again.rows for p in row] == close([p for row in chain.power(2 * n).rows for p in row])


@given(exact_chains(st.integers(0, 2)), st.integers(0, 6))
def test_powers_are_those_of_fractions(found, n):
    chain, rows, _ = found
    size = range(len(rows))
    exact = [[Fraction(int(i == j)) for j in size] for i in size]
    for _ in range(n):
        exact = [[sum(row[k] * rows[k][j] for k in size) for j in size] for row in exact]
    for row, expected in zip(chain.power(n).rows, exact, strict=True):
        assert list(row) == close(expected)


@given(exact_chains())
def test_absorption_is_that_of_fractions(found):
    chain, rows, ends = found
    kept = range(len(rows) - ends)
    fundamental = exact_inverse([[int(i == j) - rows[i][j] for j in kept] for i in kept])
    done = chain.absorption()
    assert (done.transient, done.absorbing) == (chain.states[: len(kept)], chain.states[len(kept) :])
    steps = [sum(row) for row in fundamental]
    assert list(done.periods) == close(steps)
    for i in kept:
        assert list(done.fundamental[i]) == close(fundamental[i])
        ends_in = [sum(fundamental[i][k] * rows[k][j] for k in kept) for j in range(len(kept), len(rows))]
        assert list(done.probabilities[i]) == close(ends_in)
        assert sum(done.probabilities[i]) == pytest.approx(1, rel=1e-12)
        variance = sum((2 * fundamental[i][k] - (i == k)) * steps[k] for k in kept) - steps[i] ** 2
        assert done.variances[i] == pytest.approx(float(variance), rel=1e-9, abs=1e-9)
    assert done.condition >= 1


@given(exact_chains(st.integers(0, 1)))
def test_the_stationary_distribution_is_fixed_and_sums_to_one(found):
    chain, _, _ = found
    settled = chain.stationary()
    assert sum(settled) == pytest.approx(1, rel=1e-12)
    assert min(settled) >= 0
    assert list(chain.project(settled.numbers, 1)[1]) == close(settled)


@given(exact_chains(st.integers(0, 2)), discounts, st.data())
def test_values_are_those_of_fractions_and_linear_in_the_rewards(found, discount, data):
    chain, rows, _ = found
    size = range(len(rows))
    one, two = ([data.draw(rewards) for _ in size] for _ in range(2))
    rate = 1 / (1 + Fraction(discount))
    inverse = exact_inverse([[int(i == j) - rate * rows[i][j] for j in size] for i in size])
    value = chain.value(one, discount=discount)
    assert list(value) == close([sum(g * r for g, r in zip(row, one, strict=True)) for row in inverse])
    both = chain.value([3 * a + b for a, b in zip(one, two, strict=True)], discount=discount)
    other = chain.value(two, discount=discount)
    assert list(both) == pytest.approx([3 * a + b for a, b in zip(value, other, strict=True)], rel=1e-9, abs=1e-7)


@given(exact_chains(st.integers(0, 2)), discounts)
def test_a_constant_reward_is_worth_the_same_whatever_the_chain(found, discount):
    chain, _, _ = found
    assert list(chain.value([7] * len(chain.states), discount=discount)) == close(
        [7 * (1 + discount) / discount] * len(chain.states)
    )


@given(exact_chains(), st.data())
def test_undiscounted_values_are_rewards_times_expected_periods(found, data):
    chain, _, _ = found
    done = chain.absorption()
    given_rewards = {state: data.draw(rewards) for state in done.transient}
    value = chain.value(given_rewards, discount=0)
    for state, row in zip(done.transient, done.fundamental, strict=True):
        assert value[state] == pytest.approx(
            sum(n * r for n, r in zip(row, given_rewards.values(), strict=True)), rel=1e-9, abs=1e-7
        )
    assert [value[state] for state in done.absorbing] == [0] * len(done.absorbing)


@given(exact_chains(st.integers(0, 2)), st.sampled_from([-0.5, 0, 0.2, 1]), st.integers(0, 12), st.data())
def test_the_value_up_to_a_horizon_is_that_of_the_projection(found, discount, horizon, data):
    chain, _, _ = found
    given_rewards = [data.draw(rewards) for _ in chain.states]
    value = chain.value(given_rewards, discount=discount, horizon=horizon)
    for state in chain.states:
        paid = [
            sum(p * r for p, r in zip(later, given_rewards, strict=True)) / (1 + discount) ** t
            for t, later in enumerate(chain.project({state: 1}, horizon))
        ]
        assert value[state] == pytest.approx(sum(paid), rel=1e-9, abs=1e-7)


@given(exact_chains(st.integers(0, 2)), st.integers(0, 20), st.data())
def test_projections_keep_everybody_and_equal_powers(found, n, data):
    chain, _, _ = found
    start = [data.draw(st.integers(0, 1000)) for _ in chain.states]
    later = chain.project(start, n)
    assert (len(later), list(later[0])) == (n + 1, start)
    assert sum(later[-1]) == pytest.approx(sum(start), rel=1e-12)
    rows = chain.power(n).rows
    expected = [sum(s * row[j] for s, row in zip(start, rows, strict=True)) for j in range(len(rows))]
    assert list(later[-1]) == close(expected)
