"""Limits of a survival curve at one time, and a quick lower bound for a stretch of times.

With `s` the survival, `spread` is z times its standard error relative to `s`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FLOORS", "KINDS", "mirrored"]

STEEPEST = 700.0  # e^700 is about the largest float


def _log_log(s: float, spread: float) -> tuple[float, float]:
    power = math.exp(spread / math.log(s))
    return s ** (1 / power), s**power


def _log(s: float, spread: float) -> tuple[float, float]:
    return s * math.exp(-spread), min(1.0, s * math.exp(spread))


def _plain(s: float, spread: float) -> tuple[float, float]:
    return max(0.0, s - s * spread), min(1.0, s + s * spread)


def _log_log_floor(most: float, least: float, spread: float) -> float:
    """The lower limit is exp(-x e^(spread/x)) with x = -log s, whose exponent is largest at an end of a stretch."""
    ends = [-math.log(s) for s in (most, least)]
    if ends[0] <= 0 or spread / ends[0] > STEEPEST:
        return 0.0
    return math.exp(-max(x * math.exp(spread / x) for x in ends))


def _log_floor(_most: float, least: float, spread: float) -> float:
    return least * math.exp(-spread)


def _plain_floor(_most: float, least: float, spread: float) -> float:
    return max(0.0, least * (1 - spread))


KINDS: dict[str, Callable[[float, float], tuple[float, float]]] = {"log-log": _log_log, "log": _log, "plain": _plain}
FLOORS: dict[str, Callable[[float, float, float], float]] = {
    "log-log": _log_log_floor,
    "log": _log_floor,
    "plain": _plain_floor,
}


def mirrored(value: float, rest: float, spread: float) -> tuple[float, float]:
    """The log-log limits of a share that is no survival: those of what is left, mirrored.

    Args:
        value: The share, above 0.
        rest: What is left of 1, above 0; given apart, since the difference loses digits where it is small.
        spread: z times the standard error of the share.

    Examples:
        >>> [round(limit, 6) for limit in mirrored(0.25, 0.75, 0.1)]
        [0.165547, 0.367007]
    """
    depth = -math.log1p(-value) if value <= 0.5 else -math.log(rest)
    factor = math.exp(min(STEEPEST, spread / rest / depth))
    return -math.expm1(-depth / factor), -math.expm1(-depth * factor)
