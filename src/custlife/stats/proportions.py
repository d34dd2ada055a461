"""Shares and differences of shares, with intervals, from counts.

A share of nothing is no number: where the denominator is 0 the rate is None and the reason says why.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Final, Literal

import attrs

from custlife.errors import UsageError, UsageTypeError
from custlife.stats.interval import Interval, check_level, check_name, percent
from custlife.stats.special import beta_quantile, half_deviance, log_beta_tail, logistic, logit_root, two_sided_z

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "METHODS",
    "Difference",
    "Method",
    "Share",
    "checked_counts",
    "clopper_pearson",
    "newcombe",
    "share",
    "wilson",
]

Method = Literal[
    "wilson",
    "clopper-pearson",
    "wilson-cc",
    "mid-p",
    "likelihood-ratio",
    "jeffreys",
    "agresti-coull",
    "wald",
    "wald-cc",
]


@attrs.frozen
class Share:
    """A share of a count, with its interval.

    Attributes:
        k: How many have the property, from 0 to n.

        n: How many there are.

        rate: `k / n`, or None where n is 0.

        interval: Confidence interval of the rate, or None where n is 0.

        reason: Why there is no rate; empty where there is one.

    Examples:
        >>> print(Share(0, 0, None, None, "n=0: a share of nothing"))
        0 of 0: no rate (n=0: a share of nothing)
    """

    k: int
    n: int
    rate: float | None
    interval: Interval | None
    reason: str = ""

    def __str__(self) -> str:
        if self.rate is None:
            return f"{self.k} of {self.n}: no rate ({self.reason})"
        return f"{self.k} of {self.n}: {percent(self.rate)} ({self.interval})"


@attrs.frozen
class Difference:
    """The difference of two independent shares, first minus second.

    Attributes:
        first: The share subtracted from, with its own interval.

        second: The share that is subtracted, with its own interval.

        difference: From -1 to 1, or None where either share has no rate.

        interval: Confidence interval of the difference, or None with it.

        reason: Why there is no difference; empty where there is one.

    Examples:
        >>> print(newcombe(56, 70, 48, 80))
        +20.0 points, 56 of 70 less 48 of 80 (95 % newcombe +5.2 to +33.4)
    """

    first: Share
    second: Share
    difference: float | None
    interval: Interval | None
    reason: str = ""

    def __str__(self) -> str:
        counts = f"{self.first.k} of {self.first.n} less {self.second.k} of {self.second.n}"
        if self.difference is None or self.interval is None:
            return f"{counts}: no difference ({self.reason})"
        ends = f"{100 * self.interval.low:+.1f} to {100 * self.interval.high:+.1f}"
        level = f"{100 * self.interval.level:g} % {self.interval.method}"
        return f"{100 * self.difference:+.1f} points, {counts} ({level} {ends})"


def share(k: int, n: int, *, level: float = 0.95, method: Method = "wilson") -> Share:
    """The share of k in n with a confidence interval.

    Args:
        k: How many have the property, a whole number from 0 to n.

        n: How many there are, a whole number; with 0 the rate and the interval are None.

        level: Nominal coverage, strictly between 0 and 1.

        method: `wilson` (score interval, close to its level on average) or `clopper-pearson` (never below its level;
            relative error below 1e-9 for counts up to ten million); further `wilson-cc` and `wald-cc` (continuity
            correction 1/(2n)), `mid-p`, `likelihood-ratio`, `jeffreys` (does not hold the rate when k is 0 or n),
            `agresti-coull` and `wald`. The limits of `wald`, `wald-cc` and `agresti-coull` are not cut to [0, 1].

    Raises:
        UsageTypeError: A count or the level is not a number of the right kind.
        UsageError: A count is negative, k exceeds n, or the level is not strictly between 0 and 1.
        UnknownNameError: No such method.

    Source:
        Wilson (1927), J. Amer. Statist. Assoc. 22, 209-212. Clopper & Pearson (1934), Biometrika 26, 404-413.
        The others as in Newcombe (1998), Statistics in Medicine 17, 857-872.

    Examples:
        >>> print(share(81, 263))
        81 of 263: 30.8 % (95 % wilson 25.5 % to 36.6 %)
    """
    k, n = checked_counts("k", k, "n", n)
    level = check_level(level)
    check_name("method", method, METHODS)
    if n == 0:
        return Share(k, n, None, None, "n=0: a share of nothing")
    low, high = sorted(_LIMITS[method](k, n, level))  # at a level near 0 rounding may cross them
    return Share(k, n, k / n, Interval(low, high, level, method))


def wilson(k: int, n: int, *, level: float = 0.95) -> Interval | None:
    """Wilson's score interval for the share of k in n; None where n is 0. See `share`.

    Examples:
        >>> print(wilson(0, 20))
        95 % wilson 0.0 % to 16.1 %
    """
    return share(k, n, level=level).interval


def clopper_pearson(k: int, n: int, *, level: float = 0.95) -> Interval | None:
    """The exact interval of Clopper and Pearson for the share of k in n; None where n is 0. See `share`.

    Examples:
        >>> print(clopper_pearson(0, 20))
        95 % clopper-pearson 0.0 % to 16.8 %
    """
    return share(k, n, level=level, method="clopper-pearson").interval


def newcombe(k1: int, n1: int, k2: int, n2: int, *, level: float = 0.95) -> Difference:
    """The difference `k1/n1 - k2/n2` of two independent shares, with Newcombe's hybrid score interval.

    Args:
        k1: How many of the first group have the property, from 0 to n1.

        n1: Size of the first group; with 0 there is no difference.

        k2: How many of the second group have the property, from 0 to n2.

        n2: Size of the second group; with 0 there is no difference.

        level: Nominal coverage, strictly between 0 and 1.

    Raises:
        UsageTypeError: A count or the level is not a number of the right kind.
        UsageError: A count is negative, a k exceeds its n, or the level is not strictly between 0 and 1.

    Source:
        Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.

    Examples:
        >>> round(newcombe(56, 70, 48, 80).difference, 3)
        0.2
    """
    k1, n1 = checked_counts("k1", k1, "n1", n1)
    k2, n2 = checked_counts("k2", k2, "n2", n2)
    first, second = share(k1, n1, level=level), share(k2, n2, level=level)
    if first.interval is None or second.interval is None:
        empty = " and ".join(f"n{i}=0" for i, n in ((1, n1), (2, n2)) if n == 0)
        return Difference(first, second, None, None, f"{empty}: a share of nothing")
    rate1, rate2 = k1 / n1, k2 / n2
    one, two = first.interval, second.interval
    low = rate1 - rate2 - math.hypot(rate1 - one.low, two.high - rate2)
    high = rate1 - rate2 + math.hypot(one.high - rate1, rate2 - two.low)
    return Difference(first, second, rate1 - rate2, Interval(low, high, first.interval.level, "newcombe"))


def checked_counts(k_name: str, k: int, n_name: str, n: int) -> tuple[int, int]:
    """Both counts as plain ints, checked alone and against each other.

    Raises:
        UsageTypeError: A count is not a whole number.
        UsageError: A count is negative, or the first exceeds the second.
    """
    k, n = _count(k_name, k), _count(n_name, n)
    if k > n:
        raise UsageError(f"{k_name}={k!r} is greater than {n_name}={n!r}", f"{k_name} counts those among the {n_name}")
    return k, n


def _count(name: str, count: int) -> int:
    """The count as a plain int that is not negative."""
    try:
        whole = operator.index(count)
    except TypeError:
        hint = f"pass {name} as an int: a share is made of counts"
        raise UsageTypeError(f"{name}={count!r} is not a whole number", hint) from None
    if whole < 0:
        raise UsageError(f"{name}={count!r} is negative", f"pass {name} as a count, 0 or more")
    return whole


def _wilson(k: int, n: int, level: float) -> tuple[float, float]:
    z2 = two_sided_z(level) ** 2
    spread = math.sqrt(z2 * (z2 / 4 + k * (n - k) / n))
    outer = k + z2 / 2 + spread
    # The lower limit is (k + z2 / 2 - spread) / (n + z2) with the cancellation multiplied out.
    low = min(k / n, k * k / (n * outer)) if k else 0.0
    return low, min(1.0, max(k / n, outer / (n + z2)))


def _wilson_cc(k: int, n: int, level: float) -> tuple[float, float]:
    z = two_sided_z(level)

    def lower(k: int) -> float:
        if k == 0:
            return 0.0
        spread = z * math.sqrt(z * z - 2 - 1 / n + 4 * k * (n - k + 1) / n)
        return max(0.0, (2 * k + z * z - 1 - spread) / (2 * (n + z * z)))

    return lower(k), 1 - lower(n - k)


def _clopper_pearson(k: int, n: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2

    def lower(k: int) -> tuple[float, float]:
        return beta_quantile(k, n - k + 1, tail) if k else (0.0, 1.0)

    return lower(k)[0], lower(n - k)[1]


def _mid_p(k: int, n: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2

    def lower(k: int) -> tuple[float, float]:
        if k == 0:
            return 0.0, 1.0
        if k == n:
            return math.exp(math.log(2 * tail) / n), -math.expm1(math.log(2 * tail) / n)

        def log_tail(p: float, q: float) -> tuple[float, float]:
            at_least, slope = log_beta_tail(k, n - k + 1, p, q)
            above, slope_above = log_beta_tail(k + 1, n - k, p, q)
            part = math.exp(above - at_least)
            return at_least + math.log((1 + part) / 2), (slope + slope_above * part) / (1 + part)

        return logistic(logit_root(log_tail, tail, math.log(k / (n - k))))

    return lower(k)[0], lower(n - k)[1]


def _likelihood_ratio(k: int, n: int, level: float) -> tuple[float, float]:
    drop = two_sided_z(level) ** 2 / 2

    def lower(k: int) -> tuple[float, float]:
        if k == 0:
            return 0.0, 1.0
        if k == n:
            return math.exp(-drop / n), -math.expm1(-drop / n)
        start = _wilson(k, n, level)[0]
        theta, step, left = math.log(start / (1 - start)), math.inf, 50
        # A handful of steps is enough; where rounding keeps Newton's method from rest, it is close.
        while abs(step) > 1e-12 and left:
            p, q = logistic(theta)
            excess = half_deviance(k, n * p) + half_deviance(n - k, n * q) - drop
            slope = n * p - k
            step = -excess / slope if slope else 0.0  # a level so low that the limit is the rate itself
            theta += step
            left -= 1
        return logistic(theta)

    return min(k / n, lower(k)[0]), max(k / n, lower(n - k)[1])


def _jeffreys(k: int, n: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    return beta_quantile(k + 0.5, n - k + 0.5, tail)[0], beta_quantile(n - k + 0.5, k + 0.5, tail)[1]


def _agresti_coull(k: int, n: int, level: float) -> tuple[float, float]:
    z = two_sided_z(level)
    centre = (k + z * z / 2) / (n + z * z)
    half = z * math.sqrt(centre * (1 - centre) / (n + z * z))
    return centre - half, centre + half


def _wald(k: int, n: int, level: float, correction: float = 0.0) -> tuple[float, float]:
    half = two_sided_z(level) * math.sqrt(k / n * ((n - k) / n) / n) + correction
    return k / n - half, k / n + half


def _wald_cc(k: int, n: int, level: float) -> tuple[float, float]:
    return _wald(k, n, level, 0.5 / n)


_LIMITS: dict[Method, Callable[[int, int, float], tuple[float, float]]] = {
    "wilson": _wilson,
    "clopper-pearson": _clopper_pearson,
    "wilson-cc": _wilson_cc,
    "mid-p": _mid_p,
    "likelihood-ratio": _likelihood_ratio,
    "jeffreys": _jeffreys,
    "agresti-coull": _agresti_coull,
    "wald": _wald,
    "wald-cc": _wald_cc,
}
METHODS: Final[tuple[Method, ...]] = tuple(_LIMITS)
