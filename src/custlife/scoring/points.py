"""Points: scores are counted in whole millionths, so that sums are exact, in any order and on any engine."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Rational, Real
from typing import TYPE_CHECKING, Any

from custlife.errors import UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from fractions import Fraction

__all__ = [
    "FULL", "ONE", "in_micro", "in_points", "named", "number", "pairs_of", "points_of", "ratio", "several", "shared",
    "whole_weights",
]  # fmt: skip

ONE = 1_000_000
FULL = 100 * ONE
HEAVIEST = 10_000
MOST = 9_000_000_000  # in millionths still exact as a float


def in_points(micro: int) -> float:
    """Millionths as points.

    Examples:
        >>> in_points(62_000_000)
        62.0
    """
    return micro / ONE


def in_micro(value: float | Decimal | Fraction) -> int:
    """Points as whole millionths, to the nearest.

    Examples:
        >>> in_micro(0.1 + 0.2)
        300000
    """
    return round(value * ONE)


def number(value: object, name: str = "value") -> float:
    """A finite number as a float; whole numbers that fit stay as they are.

    Raises:
        UsageTypeError: Not a number; True and False are none.
        UsageError: NaN or infinity, or larger than any float.

    Examples:
        >>> number(3), number(0.5)
        (3, 0.5)
    """
    try:
        found = value if type(value) is float or type(value) is int else _plain(value, name)
        if math.isfinite(found):
            return found
    except (ValueError, OverflowError):  # a signalling NaN, a whole number larger than any float
        pass
    raise UsageError(f"{name}={shortly(value)} is not a finite number", f"pass {name}=10")


def _plain(value: Any, name: str) -> int | float:
    if not is_number(value):
        what = f"{name}={shortly(value)} is a {type(value).__name__}, not a number"
        raise UsageTypeError(what, f"pass {name}=10")
    whole: bool = isinstance(value, Rational) and value.denominator == 1
    given: Any = value
    return int(given) if whole else float(given)


def is_number(value: object) -> bool:
    """Whether something is a real number: ints, floats, those of NumPy, fractions, decimals; but no bool."""
    if isinstance(value, Real):
        return not isinstance(value, bool)
    from decimal import Decimal

    return isinstance(value, Decimal)


def points_of(value: object, name: str = "points") -> float:
    """A number rounded to a millionth.

    Raises:
        UsageTypeError: Not a number.
        UsageError: Not finite, or beyond 9 billion on either side of 0.

    Examples:
        >>> points_of(0.1 + 0.2)
        0.3
    """
    found = number(value, name)
    if abs(found) > MOST:
        raise UsageError(f"{name}={shortly(value)} is beyond 9 billion", f"pass {name}=10, and scale the others alike")
    return in_points(in_micro(found))


def whole_weights(weights: Iterable[float]) -> tuple[int, ...]:
    """Weights as whole numbers in the same proportions, as small as possible.

    Raises:
        UsageError: A weight is not a number above 0, or they add up to more than 10,000.

    Examples:
        >>> whole_weights([40, 40, 20]), whole_weights([0.5, 0.25])
        ((2, 2, 1), (2, 1))
    """
    found = [in_micro(points_of(weight, "weight")) for weight in weights]
    if any(weight <= 0 for weight in found):
        raise UsageError(f"weights={tuple(weights)!r} must be above 0", "leave out what should not count")
    if sum(found) > HEAVIEST * ONE:
        raise UsageError(f"weights={tuple(weights)!r} add up to more than {HEAVIEST:,}", "make all of them smaller")
    common = math.gcd(*found)
    return tuple(weight // common for weight in found)


def ratio(above: int, below: int) -> int:
    """A quotient of whole numbers to the nearest whole number; halves go up. *below* is positive.

    Examples:
        >>> ratio(7, 2), ratio(-7, 2)
        (4, -3)
    """
    return (2 * above + below) // (2 * below)


def shared(parts: Sequence[int], below: int) -> tuple[int, list[int]]:
    """The quotient of a sum by a whole number, and its parts, which add up to it exactly.

    Each part is rounded where the running sum is, so none is off by more than one.

    Examples:
        >>> shared([100, 100, 100], 3)
        (100, [33, 34, 33])
    """
    total, so_far, found = 0, 0, []
    for part in parts:
        total += part
        rounded = ratio(total, below)
        found.append(rounded - so_far)
        so_far = rounded
    return so_far, found


def several(given: object, name: str) -> tuple[Any, ...]:
    """Several values, from a list or whatever else has them; one alone is refused.

    Raises:
        UsageTypeError: It is a text, or has no values.

    Examples:
        >>> several([1, 2], "rules")
        (1, 2)
    """
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise UsageTypeError(f"{name}={shortly(given)} is not a list", f"write {name}=[...]")
    return tuple(given)


def pairs_of(given: Any, name: str, example: str) -> tuple[tuple[Any, Any], ...]:
    """Pairs, from a mapping or a list of them.

    Raises:
        UsageTypeError: Something else.

    Examples:
        >>> pairs_of({"pro": 100}, "levels", "{'pro': 100}"), pairs_of([("pro", 100)], "levels", "{'pro': 100}")
        ((('pro', 100),), (('pro', 100),))
    """
    found = given.items() if hasattr(given, "items") else given
    pairs = tuple(found) if isinstance(found, Iterable) else (found,)
    if not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
        raise UsageTypeError(f"{name}={shortly(given)} are no {name}", f"write {example}")
    return tuple((one, other) for one, other in pairs)


def named(given: Any, name: str, example: str) -> tuple[tuple[str, Any], ...]:
    """Pairs of a name and something, from a mapping or a list of them.

    Raises:
        UsageTypeError: Something else, or a name that is no text.

    Examples:
        >>> named({"fit": 40}, "caps", "caps={'fit': 40}")
        (('fit', 40),)
    """
    found = pairs_of(given, name, example)
    for one, _ in found:
        if not isinstance(one, str):
            raise UsageTypeError(f"{name}={shortly(given)}: {shortly(one)} is not a text", f"write {example}")
    return found


def shortly(value: object) -> str:
    """A value in the words of an error: never long, and never an error itself."""
    from reprlib import Repr

    short = Repr()
    short.maxstring = short.maxother = 60
    try:
        text = short.repr(value)
    except Exception:  # the repr of somebody else's class may do anything
        text = " at 0x"
    if " at 0x" in text:  # where it lies in memory says nothing, and differs from run to run
        return f"<{type(value).__name__}>"
    return text if len(text) <= 80 else f"{text[:77]}..."
