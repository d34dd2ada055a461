"""Quantiles of the normal and the beta distribution, the binomial likelihood and the chi-square tail, in plain floats.

Everything is built on Loader's form of the binomial density, which keeps its relative accuracy where
differences of log-gammas lose it (counts in the millions), and everything is solved on the logit scale,
so that limits near 0 and near 1 are equally sharp.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "beta_quantile",
    "chi_square_tail",
    "half_deviance",
    "log_beta_tail",
    "logistic",
    "logit_root",
    "student_tail",
    "two_sided_t",
    "two_sided_z",
]

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)
CONVERGED = 1e-10  # Newton doubles the digits: the step after one of this size is below rounding


@lru_cache(maxsize=64)
def two_sided_z(level: float) -> float:
    """The z with `P(-z <= Z <= z) = level` for a standard normal Z; 1.959963985 for 0.95.

    Args:
        level: Coverage, strictly between 0 and 1.

    Examples:
        >>> round(two_sided_z(0.95), 6)
        1.959964
    """
    from statistics import NormalDist

    # From the lower tail, because 1 - level is exact where 0.5 + level / 2 is not.
    return -NormalDist().inv_cdf((1 - level) / 2)


def logistic(theta: float) -> tuple[float, float]:
    """The pair `(x, 1 - x)` with `log(x / (1 - x)) = theta`, both to full relative accuracy.

    Examples:
        >>> logistic(0.0)
        (0.5, 0.5)
    """
    odds = math.exp(-abs(theta))
    large = 1 / (1 + odds)
    small = odds * large
    return (large, small) if theta > 0 else (small, large)


def logit_root(log_tail: Callable[[float, float], tuple[float, float]], target: float, start: float) -> float:
    """The logit at which a tail probability equals *target*, by Newton's method on its logarithm.

    The logarithm of a beta tail is concave and rising in the logit, so Newton's method needs no bracket:
    after at most one step it climbs to the root from the left. A later step back is rounding, and the end.

    Args:
        log_tail: From `(x, 1 - x)` to the log of the tail and its slope in the logit of x.

        target: The tail probability looked for, strictly between 0 and 1.

        start: A logit near the bulk of the distribution.
    """
    wanted, theta, steps = math.log(target), start, 0
    step = math.inf
    while step > CONVERGED or steps < 2:
        value, slope = log_tail(*logistic(theta))
        step = (wanted - value) / slope
        theta += step
        steps += 1
    return theta


def beta_quantile(a: float, b: float, tail: float) -> tuple[float, float]:
    """The pair `(x, 1 - x)` at which the regularised incomplete beta function `I_x(a, b)` equals *tail*.

    Args:
        a: First shape, at least 0.5.

        b: Second shape, at least 0.5.

        tail: Lower tail probability, above 0 and at most about one half (take the other tail by swapping a and b).

    Source:
        Concavity: the logit of a beta variable has a log-concave density.

    Examples:
        >>> round(beta_quantile(7, 44, 0.025)[0], 10)
        0.0581917003
    """
    return logistic(logit_root(lambda x, y: log_beta_tail(a, b, x, y), tail, math.log(a / b)))


def log_beta_tail(a: float, b: float, x: float, y: float) -> tuple[float, float]:
    """The log of `I_x(a, b)` and its derivative by the logit of x, given x and `y = 1 - x`.

    Source:
        Continued fraction: NIST Digital Library of Mathematical Functions, 8.17.22.

    Examples:
        >>> round(math.exp(log_beta_tail(1.0, 1.0, 0.3, 0.7)[0]), 12)
        0.3
    """
    # Density times x (1 - x), which is the derivative of I by the logit of x.
    log_density = math.log(a * b / (a + b)) + _log_binomial(a, b, x, y)
    if x <= (a + 1) / (a + b + 2):
        fraction = _continued_fraction(a, b, x)
        return log_density + math.log(fraction / a), a / fraction
    density = math.exp(log_density)
    tail = 1 - density * _continued_fraction(b, a, y) / b
    return math.log(tail), density / tail


def half_deviance(k: float, mean: float) -> float:
    """`k log(k / mean) + mean - k`, without cancellation where k is close to the mean.

    Source:
        Loader (2000), Fast and Accurate Computation of Binomial Probabilities (the function D0 there).

    Examples:
        >>> half_deviance(2.0, 2.0)
        0.0
    """
    gap = k - mean
    if abs(gap) > 0.1 * (k + mean):
        return k * math.log(k / mean) - gap
    ratio = gap / (k + mean)
    total, power, odd = gap * ratio, 2 * k * ratio, 1
    while total + power != total:
        power *= ratio * ratio
        odd += 2
        total += power / odd
    return total


def chi_square_tail(x: float, degrees: int) -> float:
    """The probability that a chi-square variable exceeds *x*: a finite sum of positive terms.

    Args:
        x: 0 or more.

        degrees: Degrees of freedom, 1 or more.

    Source:
        NIST Digital Library of Mathematical Functions, section 8.4.

    Examples:
        >>> round(chi_square_tail(3.841458820694124, 1), 12)
        0.05
    """
    half = x / 2
    if not half:
        return 1.0
    first = math.erfc(math.sqrt(half)) if degrees % 2 else 0.0
    powers = [k + degrees % 2 / 2 for k in range(degrees // 2)]
    terms = [math.exp(power * math.log(half) - half - math.lgamma(power + 1)) for power in powers]
    return min(1.0, math.fsum([first, *terms]))


@lru_cache(maxsize=64)
def two_sided_t(level: float, degrees: int) -> float:
    """The t with `P(-t <= T <= t) = level` for Student's T.

    Args:
        level: Coverage, strictly between 0 and 1.

        degrees: Degrees of freedom, 1 or more.

    Source:
        NIST Digital Library of Mathematical Functions, section 8.17: `degrees / (degrees + T^2)` is a beta variable.

    Examples:
        >>> round(two_sided_t(0.95, 2), 6)
        4.302653
    """
    if level < 0.5:
        part, rest = beta_quantile(0.5, degrees / 2, level)
    else:
        rest, part = beta_quantile(degrees / 2, 0.5, 1 - level)
    return math.sqrt(degrees * (part / rest))


def student_tail(t: float, degrees: int) -> float:
    """The probability that Student's T is at least as far from 0 as *t*.

    Examples:
        >>> round(student_tail(4.302653, 2), 6)
        0.05
    """
    if not t:
        return 1.0
    square = t * t
    log_tail, _ = log_beta_tail(degrees / 2, 0.5, degrees / (degrees + square), square / (degrees + square))
    return min(1.0, math.exp(log_tail))


def _log_binomial(k: float, rest: float, p: float, q: float) -> float:
    """Log of the binomial density of k successes and `rest` failures, both real and positive."""
    n = k + rest
    errors = _stirling_error(n) - _stirling_error(k) - _stirling_error(rest)
    deviance = half_deviance(k, n * p) + half_deviance(rest, n * q)
    return errors - deviance + 0.5 * math.log(n / k / rest) - HALF_LOG_TWO_PI


def _stirling_error(n: float) -> float:
    """The log of n! less Stirling's formula for it."""
    if n < 15:
        return math.lgamma(n + 1) - (n + 0.5) * math.log(n) + n - HALF_LOG_TWO_PI
    square = n * n
    series = 1 / 1260 - (1 / 1680 - 1 / (1188 * square)) / square
    return (1 / 12 - (1 / 360 - series / square) / square) / n


def _continued_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, evaluated forwards (modified Lentz)."""
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value, change, m = d, math.inf, 0
    while abs(change - 1) > 1e-15:
        m += 1
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / (1 + even * d)
        c = 1 + even / c
        value *= c * d
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + odd * d)
        c = 1 + odd / c
        change = c * d
        value *= change
    return value
