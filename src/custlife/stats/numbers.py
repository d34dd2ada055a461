"""Checks of the plain numbers that chains, curves and tests are made of."""

from __future__ import annotations

import math
import operator
from typing import SupportsFloat

from custlife.errors import UsageError, UsageTypeError

__all__ = ["check_discount", "check_number", "check_rate", "check_whole"]

LEAST = 1e-9  # below it the answer would be rounding


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


def check_rate(name: str, value: SupportsFloat) -> float:
    """A rate as a float, or an error that takes what is above 1 for percent.

    Raises:
        UsageTypeError: It is not a number.
        UsageError: It is above 1.

    Examples:
        >>> check_rate("discount", 0.1)
        0.1
    """
    rate = check_number(name, value)
    if rate > 1:
        raise UsageError(f"{name}={value!r} is above 1, which is 100 %", f"{rate:g} % is {name}={rate / 100:g}")
    return rate


def check_discount(discount: float) -> float:
    """A rate per period over all periods to come, as a float.

    Raises:
        UsageTypeError: It is not a number.
        UsageError: It is negative, so that the sum grows for ever, above 1, or above 0 but too small to be told from
            it.

    Examples:
        >>> check_discount(0.1)
        0.1
    """
    rate = check_rate("discount", discount)
    if rate < 0:
        raise UsageError(
            f"discount={discount!r} does not converge over all periods to come",
            "pass the rate per period, 0 or more, such as 0.01",
        )
    if 0 < rate < LEAST:
        raise UsageError(f"discount={discount!r} is above 0 but below {LEAST:g}", "pass discount=0")
    return rate
