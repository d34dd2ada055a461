"""The distributions under the intervals."""

from __future__ import annotations

import math
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.stats.special import (
    beta_quantile,
    half_deviance,
    log_beta_tail,
    logistic,
    two_sided_z,
)

tails = st.floats(1e-12, 0.5)


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 99))
def test_the_beta_tail_is_a_binomial_sum_on_both_sides_of_the_mean(a, b, percent):
    x = Fraction(percent, 100)
    n = a + b - 1
    exact = sum(comb(n, i) * x**i * (1 - x) ** (n - i) for i in range(a, n + 1))
    value, _ = log_beta_tail(a, b, percent / 100, 1 - percent / 100)
    assert value == pytest.approx(math.log(exact), rel=1e-11, abs=1e-13)


@given(st.floats(0.5, 50), st.floats(0.5, 50), st.floats(-4, 4))
def test_the_slope_of_the_beta_tail_is_its_difference_quotient(a, b, theta):
    def value(shift: float) -> float:
        return log_beta_tail(a, b, *logistic(theta + shift))[0]

    slope = log_beta_tail(a, b, *logistic(theta))[1]
    assert slope == pytest.approx((value(1e-5) - value(-1e-5)) / 2e-5, rel=1e-5, abs=1e-6)


@given(st.floats(0.5, 1e6), tails)
def test_the_quantile_of_a_beta_with_second_shape_one_is_a_root(a, tail):
    x, y = beta_quantile(a, 1, tail)
    assert x == pytest.approx(tail ** (1 / a), rel=1e-11)
    assert y == pytest.approx(-math.expm1(math.log(tail) / a), rel=1e-9)


@given(st.floats(0.5, 1e5), st.floats(0.5, 1e5), tails)
def test_the_beta_quantile_inverts_the_beta_tail(a, b, tail):
    x, y = beta_quantile(a, b, tail)
    assert x + y == pytest.approx(1, abs=1e-15)
    assert log_beta_tail(a, b, x, y)[0] == pytest.approx(math.log(tail), rel=1e-9, abs=1e-9)


@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6))
def test_half_the_deviance_is_never_negative_and_equals_its_formula_far_from_the_mean(k, mean):
    value = half_deviance(k, mean)
    assert value >= 0
    plain = k * math.log(k / mean) + mean - k
    assert value == pytest.approx(plain, rel=1e-9, abs=1e-9 * max(k, mean))


def test_half_the_deviance_keeps_its_digits_close_to_the_mean():
    # For a gap d it is d^2 / (2 mean) to first order, 1e8 times less than what the plain formula cancels.
    assert half_deviance(1e8 + 1, 1e8) == pytest.approx(0.5e-8, rel=1e-7)


@given(st.floats(0.001, 0.998))
def test_z_rises_with_the_level(level):
    assert two_sided_z(level) < two_sided_z(level + 0.001)


def test_z_of_ninety_five_percent_is_not_rounded():
    assert two_sided_z(0.95) == pytest.approx(1.959963984540054, rel=1e-15)


@given(st.floats(-700, 700))
def test_logistic_gives_both_shares_to_full_relative_accuracy(theta):
    x, y = logistic(theta)
    assert x + y == pytest.approx(1, abs=3e-16)
    assert math.log(x) - math.log(y) == pytest.approx(theta, rel=1e-12, abs=1e-12)
