"""How many customers stay from one renewal to the next, fitted to a cohort and carried on past its data."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import attrs

from custlife.errors import UsageError
from custlife.stats.interval import percent
from custlife.stats.numbers import check_discount, check_whole
from custlife.stats.retention_fit import best, likelihood, odds

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["RetentionCurve", "RetentionModel", "geometric", "shifted_beta_geometric"]

RetentionModel = Literal["shifted beta-geometric", "geometric"]


@attrs.frozen
class RetentionCurve:
    """A fitted curve of retention: each customer leaves at the end of a period with a chance of their own.

    The chances are spread over the customers as a beta distribution; those likely to leave go first, so the share that
    stays rises from period to period. Without spread all are alike and the curve is geometric.

    Attributes:
        model: `shifted beta-geometric` or `geometric`.

        retained: The counts it was fitted to: customers at the start, then those left after each period.

        churn: Mean chance to leave in a period, from 0 to 1: the share that leaves in the first.

        polarization: How far apart the customers are: 0 all alike, 1 either sure to leave or sure to stay.

        log_likelihood: The natural logarithm of the likelihood of the counts.

        reason: Why alpha and beta have no finite value above 0; else empty.

    Examples:
        >>> print(shifted_beta_geometric([1000, 631, 468, 382, 326, 289, 262, 241]))
        shifted beta-geometric, alpha 0.704, beta 1.18: 62.7 % stay the first period
    """

    model: RetentionModel
    retained: tuple[int, ...]
    churn: float
    polarization: float
    log_likelihood: float
    reason: str = ""

    @property
    def alpha(self) -> float | None:
        """First parameter of the beta distribution of the chance to leave; None where the reason says why."""
        return None if self.reason else self.churn * self._total

    @property
    def beta(self) -> float | None:
        """Second parameter of the beta distribution of the chance to leave; None where the reason says why."""
        return None if self.reason else (1 - self.churn) * self._total

    @property
    def _total(self) -> float:
        return (1 - self.polarization) / self.polarization

    def retention(self, period: int) -> float:
        """The share that stays in a period, of those there at its start; the first period is 1.

        Raises:
            UsageTypeError: The period is not a whole number.
            UsageError: It is below 1.

        Examples:
            >>> round(geometric([100, 80, 64]).retention(2), 12)
            0.8
        """
        stays, leaves = odds(self.churn, self.polarization, check_whole("period", period, 1))
        return stays / (stays + leaves)

    def survival(self, periods: int) -> tuple[float, ...]:
        """The share of the cohort still there at the start and after each of the periods, past the data too.

        Raises:
            UsageTypeError: The periods are not a whole number.
            UsageError: They are negative.

        Source:
            Fader & Hardie (2007), J. Interactive Marketing 21(1), 76-90, equations 5 to 7.

        Examples:
            >>> [round(share, 12) for share in geometric([100, 80, 64]).survival(2)]
            [1.0, 0.8, 0.64]
        """
        found = [1.0]
        for period in range(1, check_whole("periods", periods) + 1):
            found.append(found[-1] * self.retention(period))
        return tuple(found)

    def lifetime(self, *, discount: float, age: int = 0) -> float:
        """Expected periods still to come, each discounted; the present one counts in full.

        Args:
            discount: Rate per period, 0, or from 1e-9 to 1; 0 only where the sum is finite, which for a spread of
                chances takes alpha above 1.

            age: Periods the customer has stayed so far: who has stayed longer is likely to stay longer.

        Raises:
            UsageTypeError: Something is not a number of the right kind.
            UsageError: The sum does not converge, or the age is negative.

        Source:
            Fader & Hardie (2010), Marketing Science 29(1), 85-93: `2F1(1, beta + age; alpha + beta + age;
            1 / (1 + discount))`, here by Gauss's continued fraction (DLMF 15.7.5).

        Examples:
            >>> round(geometric([100, 80, 64]).lifetime(discount=0.2), 12)
            3.0
        """
        rate, stayed = check_discount(discount), check_whole("age", age)
        alpha, beta = self.alpha, self.beta
        if alpha is None or beta is None:
            return self._simple_lifetime(rate, stayed)
        if rate > 0:
            return _hypergeometric(beta + stayed, alpha + beta + stayed, 1 / (1 + rate), rate)
        if alpha <= 1:
            raise _endless(f"alpha={alpha:g} is not above 1")
        return (alpha + beta + stayed - 1) / (alpha - 1)

    def _simple_lifetime(self, rate: float, stayed: int) -> float:
        """The geometric series, or that of customers sure to stay after their first period."""
        later = self.churn if self.polarization == 0 else 0.0
        if rate + later == 0:
            raise _endless("some never leave")
        now = later if stayed else self.churn
        return 1 + (1 - now) / (rate + later)

    def __str__(self) -> str:
        fitted = self.reason or f"alpha {self.alpha:.3g}, beta {self.beta:.3g}"
        return f"{self.model}, {fitted}: {percent(1 - self.churn)} stay the first period"


def shifted_beta_geometric(retained_counts: Iterable[int]) -> RetentionCurve:
    """The shifted beta-geometric curve of greatest likelihood for the retention of one cohort.

    Where the share that stays does not rise, or one period is all there is, the likelihood is greatest without any
    spread and the curve is geometric; where all who stayed once stayed for ever, the spread is complete. Then alpha
    and beta are None and the reason tells.

    Args:
        retained_counts: Customers at the start, then those left after each period; none may come back.

    Raises:
        UsageTypeError: A count is not a whole number.
        UsageError: A count is negative or above the one before, nobody is there at the start, or there is no period.

    Source:
        Fader & Hardie (2007), J. Interactive Marketing 21(1), 76-90.

    Examples:
        >>> round(shifted_beta_geometric([1000, 631, 468, 382, 326, 289, 262, 241]).alpha, 3)
        0.704
    """
    retained = _checked(retained_counts)
    churn, polarization = best(retained)
    reason = ""
    if polarization == 0:
        reason = "no spread: the share that stays does not rise"
    elif polarization == 1:
        reason = "full spread: nobody left after the first period"
    found = likelihood(retained, churn, polarization)
    return RetentionCurve("shifted beta-geometric", retained, churn, polarization, found, reason)


def geometric(retained_counts: Iterable[int]) -> RetentionCurve:
    """The curve of greatest likelihood where all customers leave with the same chance in every period.

    Args:
        retained_counts: As for `shifted_beta_geometric`.

    Raises:
        UsageTypeError: A count is not a whole number.
        UsageError: A count is negative or above the one before, nobody is there at the start, or there is no period.

    Source:
        Fader & Hardie (2007), J. Interactive Marketing 21(1), 76-90, section 2.

    Examples:
        >>> round(geometric([1000, 800, 640]).churn, 12)
        0.2
    """
    retained = _checked(retained_counts)
    churn = (retained[0] - retained[-1]) / sum(retained[:-1])
    return RetentionCurve("geometric", retained, churn, 0.0, likelihood(retained, churn, 0.0), "no spread")


def _checked(counts: Iterable[int]) -> tuple[int, ...]:
    found = tuple(check_whole(f"retained_counts[{i}]", count) for i, count in enumerate(counts))
    for i, (before, after) in enumerate(pairwise(found), start=1):
        if after > before:
            what = f"retained_counts[{i}]={after} is above retained_counts[{i - 1}]={before}"
            raise UsageError(what, "count the customers of one cohort who never left")
    if len(found) < 2:
        raise UsageError(f"retained_counts has {len(found)} of 2 or more counts", "pass the start and each period")
    if found[0] == 0:
        raise UsageError("retained_counts[0]=0: nobody can be retained", "leave out cohorts without customers")
    return found


def _endless(why: str) -> UsageError:
    return UsageError(f"discount=0 does not converge: {why}", "pass a discount above 0")


def _hypergeometric(b: float, c: float, z: float, rate: float) -> float:
    """`2F1(1, b; c; z)` for 0 < b < c and 0 < z < 1; each step takes a factor of about 1 - 4 sqrt(1 - z) off."""
    found = 1.0
    for k in range(60 + math.ceil(12 / math.sqrt(min(1.0, rate))), 0, -1):
        even = k * (c - 1 - b + k) / ((c + 2 * k - 2) * (c + 2 * k - 1))
        odd = (b + k) * (c - 1 + k) / ((c + 2 * k - 1) * (c + 2 * k))
        found = 1 - even * z / (1 - odd * z / found)
    return 1 / (1 - b / c * z / found)
