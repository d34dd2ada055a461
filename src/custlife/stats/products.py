"""The product limit and Greenwood's sum over the rows of a risk table.

While nobody is censored or enters, both telescope to the numbers at the two ends of the run. So without censoring the
curve is the rounded share itself, and rounding adds up per run only. NumPy adds and multiplies in the same order as the
loops here, so both give the same floats.
"""

from __future__ import annotations

import math
import sys
from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING

from custlife.stats.columns import Column, raw

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["final_survival", "is_for_numpy", "is_large", "mean", "relative_errors", "survivals", "total"]

LARGE = 2_000
LARGE_ENOUGH_TO_LOAD = 200_000  # loading NumPy takes as long as reading so many lengths without it


def is_large(n: int) -> bool:
    """Whether NumPy reads *n* numbers faster than loops do, and is there."""
    if not n or n < LARGE or (n < LARGE_ENOUGH_TO_LOAD and "numpy" not in sys.modules):
        return False
    from importlib.util import find_spec

    return find_spec("numpy") is not None


def is_for_numpy(*columns: Sequence[float]) -> bool:
    """Whether columns are large, and arrays of floats or of numbers that floats count exactly."""
    codes = [getattr(raw(column), "typecode", "") for column in columns]
    return is_large(len(columns[0])) and all(code in {"B", "i", "d"} for code in codes)


def total(counts: Sequence[int]) -> int:
    """The sum of a column of counts."""
    if is_for_numpy(counts):
        from custlife.stats import arrays

        return arrays.total(raw(counts))
    return sum(raw(counts))


def mean(values: array[int]) -> float:
    """The mean of at least one number, each of 0 or more.

    Examples:
        >>> mean(array("q", [1, 2]))
        1.5
    """
    if is_large(len(values)):
        from custlife.stats import arrays

        return arrays.mean(values)
    return math.fsum(values) / len(values)


def survivals(at_risk: Sequence[int], events: Sequence[int]) -> Column[float]:
    """Survival at each time."""
    if is_for_numpy(at_risk, events):
        from custlife.stats import arrays

        return Column(arrays.survivals(raw(at_risk), raw(events)))
    found = array("d")
    base, run_n, left, s = 1.0, 0, -1, 1.0
    for n, d in zip(raw(at_risk), raw(events), strict=True):
        if n != left:
            base, run_n = s, n
        left = n - d
        if d:
            s = base * (left / run_n)
        found.append(s)
    return Column(found)


def relative_errors(at_risk: Sequence[int], events: Sequence[int]) -> Column[float]:
    """Greenwood's standard error of survival relative to it, at each time; infinite once survival is 0."""
    if is_for_numpy(at_risk, events):
        from custlife.stats import arrays

        return Column(arrays.relative_errors(raw(at_risk), raw(events)))
    found = array("d")
    base, run_n, left, variance, error = 0.0, 0, -1, 0.0, 0.0
    for n, d in zip(raw(at_risk), raw(events), strict=True):
        if n != left:
            base, run_n = variance, n
        left = n - d
        if d:
            variance = base + (run_n - left) / run_n / left if left else math.inf
            error = math.sqrt(variance)
        found.append(error)
    return Column(found)


def final_survival(ended: array[int], censored: array[int], n: int) -> float:
    """Survival after the last end: the curve's value there, without the curve.

    Args:
        ended: Times of the ends, sorted.

        censored: Times of censorings, sorted; those past the last end change nothing.

        n: Spells; who is neither ended nor censored stays at risk to the end.

    Examples:
        >>> final_survival(array("q", [1, 3]), array("q", [2]), 4)
        0.375
    """
    if is_large(len(censored)):
        from custlife.stats import arrays

        return arrays.final_survival(ended, censored, n)
    surviving, gone = 1.0, 0
    # between two censorings the product of the shares that stay telescopes
    for p, time in enumerate((*censored, *ended[-1:])):
        reached = bisect_right(ended, time, gone)
        if reached > gone:
            surviving *= (n - p - reached) / (n - p - gone)
            gone = reached
    return surviving
