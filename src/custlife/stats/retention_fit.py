"""The likelihood of a retention curve, and where it is greatest.

With the mean chance to leave m and the polarization p, the odds of staying in period s to leaving are
`(1 - m)(1 - p) + (s - 1) p` to `m (1 - p)`; alpha is `m (1 - p) / p` and beta `(1 - m)(1 - p) / p`. So the geometric
curve (p = 0) is a point like any other and not one at infinity.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["best", "likelihood", "odds"]

GRID = 24
STEPS = 60


def odds(churn: float, polarization: float, period: int) -> tuple[float, float]:
    """How the customers at the start of a period divide into those who stay and those who leave.

    Examples:
        >>> odds(0.25, 0.5, 2)
        (0.875, 0.125)
    """
    if period == 1:
        return 1 - churn, churn
    alike = 1 - polarization
    return (1 - churn) * alike + (period - 1) * polarization, churn * alike


def likelihood(retained: Sequence[int], churn: float, polarization: float) -> float:
    """The logarithm of the likelihood of the counts."""
    found = []
    for s in range(1, len(retained)):
        stays, leaves = odds(churn, polarization, s)
        for count, part in ((retained[s], stays), (retained[s - 1] - retained[s], leaves)):
            found.append(count * math.log(part / (stays + leaves)) if count else 0.0)
    return math.fsum(found)


def best(retained: Sequence[int]) -> tuple[float, float]:
    """The mean chance to leave and the polarization of greatest likelihood."""
    if len(retained) == 2 or retained[1] == 0 or retained[-1] == retained[0]:
        return _churn(retained, 0.0), 0.0  # every spread is as likely, so none is said
    if retained[1] == retained[-1]:
        return 1 - retained[1] / retained[0], 1.0
    grid = [0.0, *(1 / (1 + math.exp(16 - 32 * i / GRID)) for i in range(GRID + 1)), 1 - 1e-12]
    heights = [likelihood(retained, _churn(retained, p), p) for p in grid]
    top = max(range(len(grid)), key=heights.__getitem__)
    low, high = grid[max(top - 1, 0)], grid[min(top + 1, len(grid) - 1)]
    found = _root(lambda p: _slope(retained, p), low, high)
    found = 0.0 if found < grid[1] else found  # a spread too small to be told from none
    return _churn(retained, found), found


def _churn(retained: Sequence[int], polarization: float) -> float:
    """The mean chance to leave of greatest likelihood for a polarization: the likelihood is concave in it."""
    lost, alike = retained[0] - retained[-1], 1 - polarization
    if not lost or retained[1] == 0:
        return float(lost > 0)
    rise = polarization / alike

    def slope(m: float) -> float:
        stayed = math.fsum(count / (1 - m + i * rise) for i, count in enumerate(retained[1:]))
        return lost - m * stayed

    return _root(slope, 0.0, math.nextafter(1.0, 0.0))


def _slope(retained: Sequence[int], polarization: float) -> float:
    """The slope of the profile likelihood, in units of the odds of the polarization."""
    churn, rise = _churn(retained, polarization), polarization / (1 - polarization)
    parts = (
        i * (stayed / (1 - churn + i * rise) - there / (1 + i * rise))
        for i, (there, stayed) in enumerate(pairwise(retained))
        if i
    )
    return math.fsum(parts)


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that falls through 0 does so, by halving."""
    for _ in range(STEPS):
        middle = (low + high) / 2
        if falling(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
