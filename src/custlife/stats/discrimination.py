"""How well a number ranks what happened: the area under the ROC curve, and shares of units that come in clusters."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

import attrs

from custlife.errors import UsageError, UsageTypeError
from custlife.stats.interval import Interval, check_level
from custlife.stats.proportions import Share, share
from custlife.stats.special import logistic, two_sided_z

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

__all__ = ["Auc", "auc", "clustered_share"]


@attrs.frozen
class Auc:
    """The area under the ROC curve: how often a case is ranked above a non-case, ties counting half.

    Attributes:
        value: From 0 to 1; 0.5 is chance. None where there are no cases, or nothing else.
        interval: Confidence interval; None where it cannot be told.
        cases: How many observations are cases.
        others: How many are not.
        clusters: How many independent units there are.
        reason: Why there is no value or no interval; empty where there are both.

    Examples:
        >>> print(Auc(None, None, 0, 3, 3, "there are no cases"))
        no AUC (there are no cases)
    """

    value: float | None
    interval: Interval | None
    cases: int
    others: int
    clusters: int
    reason: str = ""

    def __str__(self) -> str:
        if self.value is None:
            return f"no AUC ({self.reason})"
        if self.interval is None:
            return f"AUC {self.value:.3f} ({self.reason})"
        low, high, level = self.interval.low, self.interval.high, 100 * self.interval.level
        return f"AUC {self.value:.3f} ({level:g} % {low:.3f} to {high:.3f})"


def auc(
    scores: Sequence[float],
    cases: Sequence[bool],
    *,
    clusters: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> Auc:
    """The area under the ROC curve, with an interval for observations that come in clusters.

    Args:
        scores: One number for each observation; cases should have the higher ones.

        cases: Whether each of them is a case.

        clusters: The unit that each is of, such as a customer who is looked at several times; None: each its own.

        level: Nominal coverage of the interval, strictly between 0 and 1.

    Returns:
        The value is exact: a Mann-Whitney count over pairs. The interval is Wald's on the logit scale.

    Raises:
        UsageError: Lists of different lengths, or a score that is not finite.
        UsageTypeError: A case that is neither True nor False.

    Source:
        Obuchowski (1997), Biometrics 53, 567-578, for clusters; with clusters of one it is that of DeLong, DeLong &
        Clarke-Pearson (1988), Biometrics 44, 837-845.

    Examples:
        >>> auc([1, 2, 3, 4], [False, True, False, True]).value
        0.75
    """
    level = check_level(level)
    units = list(range(len(scores))) if clusters is None else list(clusters)
    _check(scores, cases, units)
    count = len(set(units))
    m = sum(cases)
    n = len(cases) - m
    if m == 0 or n == 0:
        return Auc(None, None, m, n, count, "there are no cases" if m == 0 else "there is nothing but cases")
    placed = _placements(scores, cases)
    doubled = sum(place for place, is_case in zip(placed, cases, strict=True) if is_case)
    value = Fraction(doubled, 2 * m * n)
    if value in {0, 1}:
        return Auc(float(value), None, m, n, count, "cases and others do not overlap")
    variance = _variance(placed, cases, units, float(value))
    if variance is None:
        return Auc(float(value), None, m, n, count, "too few clusters differ for an interval")
    area = float(value)
    half = two_sided_z(level) * math.sqrt(variance) / (area * (1 - area))
    middle = math.log(area / (1 - area))
    low, high = logistic(middle - half)[0], logistic(middle + half)[0]
    return Auc(area, Interval(low, high, level, "clustered logit"), m, n, count)


def _check(scores: Sequence[float], cases: Sequence[bool], units: Sequence[Hashable]) -> None:
    if not len(scores) == len(cases) == len(units):
        what = f"{len(scores)} scores, {len(cases)} cases and {len(units)} clusters"
        raise UsageError(f"{what} do not fit together", "pass one of each for every observation")
    for place, (score, case) in enumerate(zip(scores, cases, strict=True)):
        if case is not True and case is not False:
            raise UsageTypeError(f"cases[{place}]={case!r} is neither True nor False", "pass bools")
        if not math.isfinite(score):
            raise UsageError(f"scores[{place}]={score!r} is not a finite number", "leave out what has no score")


def _placements(scores: Sequence[float], cases: Sequence[bool]) -> list[int]:
    """For a case twice the number of others below it, for another twice the number of cases above; ties count once."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    found = [0] * len(scores)
    m = sum(cases)
    cases_below = others_below = 0
    for _, tied in groupby(order, key=scores.__getitem__):
        group = list(tied)
        here = sum(cases[place] for place in group)
        others = len(group) - here
        for place in group:
            found[place] = 2 * others_below + others if cases[place] else 2 * (m - cases_below - here) + here
        cases_below += here
        others_below += others
    return found


def _variance(placed: Sequence[int], cases: Sequence[bool], units: Sequence[Hashable], area: float) -> float | None:
    """Obuchowski's variance, by sums over clusters; None where too few clusters have any or differ."""
    m = sum(cases)
    n = len(cases) - m
    sums: dict[Hashable, list[float]] = {}
    for place, case, unit in zip(placed, cases, units, strict=True):
        of_unit = sums.setdefault(unit, [0.0, 0.0, 0, 0])
        side = 0 if case else 1
        of_unit[side] += place / (2 * (n if case else m)) - area
        of_unit[2 + side] += 1
    with_cases = sum(1 for one in sums.values() if one[2])
    with_others = sum(1 for one in sums.values() if one[3])
    if with_cases < 2 or with_others < 2:
        return None
    of_cases = math.fsum(one[0] ** 2 for one in sums.values()) * with_cases / ((with_cases - 1) * m * m)
    of_others = math.fsum(one[1] ** 2 for one in sums.values()) * with_others / ((with_others - 1) * n * n)
    together = math.fsum(one[0] * one[1] for one in sums.values()) * 2 * len(sums) / ((len(sums) - 1) * m * n)
    variance = of_cases + of_others + together
    return variance if variance > 0 else None


def clustered_share(counts: Sequence[tuple[int, int]], *, level: float = 0.95) -> Share:
    """A share whose observations come in clusters, such as customers who were looked at several times.

    Args:
        counts: For each cluster how many have the property, and how many there are; clusters of none do not matter.

        level: Nominal coverage of the interval, strictly between 0 and 1.

    Returns:
        All k of all n. The interval is Wilson's with the number of observations that would say as much if they were
        independent: by the variance between clusters; where that cannot be told, and never more than n, by the number
        of clusters.

    Raises:
        UsageError: A cluster with more of the property than members.

    Source:
        Kish (1965), Survey Sampling, for the design effect; the ratio's variance as in Cochran (1977), section 6.3.

    Examples:
        >>> found = clustered_share([(1, 1), (0, 1), (3, 3), (0, 4)])
        >>> found.k, found.n, found.interval.method
        (4, 9, 'clustered wilson')
    """
    level = check_level(level)
    for place, (k, n) in enumerate(counts):
        if not 0 <= k <= n:
            raise UsageError(f"counts[{place}]={(k, n)!r} has more of the property than members", "pass (k, n)")
    full = [(k, n) for k, n in counts if n]
    total_k, total_n = sum(k for k, _ in full), sum(n for _, n in full)
    if not total_n:
        return share(0, 0, level=level)
    size = _effective(full, total_k, total_n)
    rate = total_k / total_n
    z = two_sided_z(level)
    below = 1 + z * z / size
    middle = (rate + z * z / (2 * size)) / below
    half = z / below * math.sqrt(rate * (1 - rate) / size + z * z / (4 * size * size))
    low = 0.0 if total_k == 0 else max(0.0, middle - half)
    high = 1.0 if total_k == total_n else min(1.0, middle + half)
    return Share(total_k, total_n, rate, Interval(low, high, level, "clustered wilson"))


def _effective(counts: Sequence[tuple[int, int]], total_k: int, total_n: int) -> float:
    """How many independent observations would say as much."""
    clusters = len(counts)
    rate = total_k / total_n
    spread = math.fsum((k - rate * n) ** 2 for k, n in counts)
    if clusters < 2 or rate in {0.0, 1.0} or spread == 0:
        return float(clusters)
    variance = spread * clusters / ((clusters - 1) * total_n * total_n)
    return min(float(total_n), rate * (1 - rate) / variance)
