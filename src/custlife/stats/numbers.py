"""Checks of the plain numbers that chains, curves and tests are made of."""

from __future__ import annotations

import math
import operator
from typing import SupportsFloat

from custlife.errors import UsageError, UsageTypeError

__all__ = ["check_discount", "check_number", "check_whole"]


def check_number(name: str, value: SupportsFloat, most: float = 1e100) -> float:
    """A finite number as a float.

    Args:
        name: What the caller calls it, such as `rewards['trial']`.

        value: The number.

        most: The largest size it may have; beyond it products would overflow.

    Raises:
        UsageTypeError: It is not a number.
        UsageError: It is NaN, infinite or too large.

    Examples:
        >>> check_number("rewards[0]", 3)
        3.0
    """
    if isinstance(value, (bool, str, bytes)) or not hasattr(type(value), "__float__"):
        raise UsageTypeError(f"{name}={value!r} is not a number", f"pass {name} as an int or a float")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not abs(found) <= most:
        raise UsageError(f"{name}={value!r} is not a finite number up to {most:g}", f"look at {name}")
    return found


def check_whole(name: str, value: int, least: int = 0) -> int:
    """A whole number as a plain int.

    Raises:
        UsageTypeError: It is not a whole number.
        UsageError: It is below the least.

    Examples:
        >>> check_whole("periods", 12)
        12
    """
    try:
        whole = operator.index(value)
    except TypeError:
        raise UsageTypeError(f"{name}={value!r} is not a whole number", f"pass {name} as an int") from None
    if whole < least:
        raise UsageError(f"{name}={value!r} is below {least}", f"pass {name}={least} or more")
    return whole


def check_discount(discount: float, *, least: float = 0.0, why: str = "without a horizon") -> float:
    """A rate per period as a float.

    Raises:
        UsageTypeError: It is not a number.
        UsageError: It is below the least, where the sum of all periods grows for ever.

    Examples:
        >>> check_discount(0.1)
        0.1
    """
    rate = check_number("discount", discount)
    if rate < least:
        raise UsageError(f"discount={discount!r} does not converge {why}", "pass the rate per period, such as 0.01")
    return rate
