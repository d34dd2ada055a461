"""What answers to a survey come to: a net promoter score or a mean, each with its interval."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from custlife.stats import Interval
from custlife.stats.special import two_sided_z

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["mean_with_interval", "nps_of"]


def nps_of(promoters: int, detractors: int, n: int, level: float = 0.95) -> tuple[float | None, Interval | None]:
    """Net promoter score in points from -100 to 100, with its normal interval; None of nobody.

    Where all answers are of one kind the variance would be 0, as if nothing could be otherwise: there is no interval.

    With the shares p of promoters and d of detractors, the score is p - d and its variance (p + d - (p - d)^2) / n.

    Source:
        The variance of a difference of two cells of a multinomial distribution.

    Examples:
        >>> nps_of(50, 20, 100)[0]
        30.0
    """
    if not n:
        return None, None
    p, d = promoters / n, detractors / n
    if n in {promoters, detractors, n - promoters - detractors}:
        return 100 * (promoters - detractors) / n, None
    off = two_sided_z(level) * sqrt((p + d - (p - d) ** 2) / n)
    low, high = max(-1.0, p - d - off), min(1.0, p - d + off)
    return 100 * (promoters - detractors) / n, Interval(100 * low, 100 * high, level, "normal")


def mean_with_interval(scores: Mapping[int, int], level: float, by: int = 1) -> tuple[float | None, Interval | None]:
    """The mean score, divided by a number, with its normal interval; that is None where no two scores differ.

    Examples:
        >>> mean_with_interval({4: 1, 6: 1}, 0.95)[0]
        5.0
    """
    n = sum(scores.values())
    if not n:
        return None, None
    total = sum(score * count for score, count in scores.items())
    if sum(count > 0 for count in scores.values()) < 2:
        return total / n / by, None
    squares = sum(score * score * count for score, count in scores.items())
    variance = (n * squares - total * total) / (n * (n - 1))
    off = two_sided_z(level) * sqrt(variance / n)
    mean = total / n
    return mean / by, Interval((mean - off) / by, (mean + off) / by, level, "normal")
