"""Many tests at once: p-values adjusted so that the share of false discoveries stays bounded."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from custlife.errors import UsageError
from custlife.stats.numbers import check_number

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["benjamini_hochberg"]


def benjamini_hochberg(p_values: Iterable[float]) -> tuple[float, ...]:
    """P-values adjusted for the number of tests, in the order given.

    Those at or below q are the discoveries of which a share of at most q is false on average, where the tests are
    independent or positively dependent. The adjusted value of rank i among m is the least `p * m / rank` of the
    ranks from i on, at most 1; equal p-values stay equal.

    Args:
        p_values: One for each test, each from 0 to 1; none give none.

    Raises:
        UsageTypeError: One is not a number.
        UsageError: One is not from 0 to 1.

    Source:
        Benjamini & Hochberg (1995), J. Royal Statist. Soc. B 57, 289-300. Adjusted values as in Yekutieli &
        Benjamini (1999), J. Statist. Planning and Inference 82, 171-196.

    Examples:
        >>> benjamini_hochberg([0.5, 0.01, 0.02])
        (0.5, 0.03, 0.03)
    """
    found = [_p_value(i, p) for i, p in enumerate(p_values)]
    worst_first = sorted(range(len(found)), key=found.__getitem__, reverse=True)
    scaled = (found[i] * (len(found) / rank) for i, rank in zip(worst_first, range(len(found), 0, -1), strict=True))
    adjusted = dict(zip(worst_first, accumulate(scaled, min), strict=True))
    return tuple(adjusted[i] for i in range(len(found)))


def _p_value(i: int, value: float) -> float:
    p = check_number(f"p_values[{i}]", value)
    if not 0 <= p <= 1:
        raise UsageError(f"p_values[{i}]={value!r} is not from 0 to 1", "pass probabilities, not test statistics")
    return p
