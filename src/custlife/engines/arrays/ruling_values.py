"""Values as rules compare and add them, for whole columns: exactly as they are written, like `rows.watching`.

Numbers of few decimals are whole ones of a smaller unit; floats compare as their shortest texts do, which are in the
same order. What cannot be told exactly so has no answer here, and is asked of the rows engine.
"""

from __future__ import annotations

from array import array
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import ceil, floor, inf, nextafter
from types import NoneType
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custlife.engines.arrays import views
from custlife.engines.rows.watching import EXACT, as_decimal, is_equal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.arrays.stretch import Ints, Mask
    from custlife.engines.rules import Value

__all__ = ["Whole", "equals", "passes", "read", "whole"]

SCALES = (2, 6, 0)  # decimals that numbers are tried with: hundredths are the most common
SURE = 10**15  # a decimal text of fewer digits is the shortest of the float it names
LARGEST = (1 << 63) - 1
DIGITS = 18  # of a whole number that fits
GONE = (None, "")
NONE = Decimal(0)
NO_NUMBER = (InvalidOperation, OverflowError, TypeError, ValueError)


@attrs.frozen(eq=False)
class Whole:
    """Numbers as whole ones.

    Attributes:
        parts: Of each, how many units it is; anything where it is missing.
        digits: The unit: 2 for hundredths.
        is_there: Which are not missing.
    """

    parts: Ints
    digits: int
    is_there: Mask

    def reach(self, parts: Ints, at_least: Any) -> Mask:
        """Which numbers of so many units are not below a bound."""
        return _from(parts, ceil(self._in_units(at_least)))

    def keep_to(self, parts: Ints, at_most: Any) -> Mask:
        """Which numbers of so many units are not above a bound."""
        return ~_from(parts, floor(self._in_units(at_most)) + 1)

    def _in_units(self, bound: Any) -> Fraction:
        return Fraction(as_decimal(bound)) * Fraction(10**self.digits)


def _from(parts: Ints, least: int) -> Mask:
    """Which whole numbers are no less than one that may be too large for their type."""
    if least > LARGEST:
        return np.zeros(len(parts), np.bool_)
    return parts >= max(least, -LARGEST - 1)


def read(column: Sequence[object], rows: Ints) -> Ints | list[Any]:
    """The values of some rows: an array where all are integers or all floats, NaN for a missing one; else a list."""
    if isinstance(column, array):
        numbers: Ints = views.ints(column)[rows]
        return numbers
    found = [column[row] for row in rows.tolist()]
    return np.array(found, np.float64) if set(map(type, found)) <= {float, NoneType} else found


# -- whole numbers -----------------------------------------------------------------------------------------------------


def whole(values: Ints | list[Any]) -> Whole | None:
    """Numbers as whole ones; None where that would not be exact, or where some are no numbers."""
    if isinstance(values, list):
        return _whole_of_list(values)
    if values.dtype.kind == "i":
        return Whole(values, 0, np.ones(len(values), np.bool_))
    is_there = ~np.isnan(values)
    floats = np.where(is_there, values, 0.0)
    largest = float(np.abs(floats).max(initial=0.0))
    for digits in SCALES:
        if largest * 10.0**digits < SURE:
            units = np.rint(floats * 10.0**digits)
            if (units / 10.0**digits == floats).all():
                return Whole(units.astype(np.int64), digits, is_there)
    return None


def _whole_of_list(values: list[Any]) -> Whole | None:
    """Whole numbers with gaps, texts and decimals."""
    kinds = set(map(type, values)) - {NoneType}
    if not kinds <= {int, str, Decimal}:
        return None
    try:
        found = _units(values, kinds)
    except NO_NUMBER:
        return None
    if found is None:
        return None
    there = (value not in GONE for value in values) if str in kinds else (value is not None for value in values)
    return Whole(*found, np.fromiter(there, np.bool_, len(values)))


def _units(values: list[Any], kinds: set[type]) -> tuple[Ints, int] | None:
    """Each number in a unit common to all, and that unit; 0 for a missing one. None where none is found."""
    if kinds <= {int}:
        return np.fromiter((value or 0 for value in values), np.int64, len(values)), 0
    if kinds == {Decimal}:
        return _scaled([NONE if value is None else value for value in values])
    known = {value: as_decimal(value) for value in dict.fromkeys(values) if value not in GONE}
    found = _scaled([*known.values(), NONE])
    if found is None:
        return None
    place = dict(zip(known, range(len(known)), strict=True))
    return found[0][np.fromiter((place.get(value, -1) for value in values), np.int64, len(values))], found[1]


def _scaled(numbers: Sequence[Decimal]) -> tuple[Ints, int] | None:
    """Numbers in the first unit in which all are whole, and that unit; None where there is none, or for large ones."""
    if all(-SURE < number < SURE for number in numbers):
        for digits in SCALES:
            parts = [int(EXACT.scaleb(number, digits)) for number in numbers]
            if all(EXACT.scaleb(Decimal(part), -digits) == number for part, number in zip(parts, numbers, strict=True)):
                return np.array(parts, np.int64), digits
    return None


# -- tests of single values --------------------------------------------------------------------------------------------


def passes(rule: Value, values: Ints | list[Any]) -> Mask | None:
    """Which values pass the test of a rule of single ones; None where arrays cannot tell."""
    if rule.equals is not None:
        return equals(values, rule.equals)
    if isinstance(values, list) or values.dtype.kind == "i":
        found = whole(values)
        if found is None:
            return None
        test, bound = (found.keep_to, rule.at_most) if rule.at_least is None else (found.reach, rule.at_least)
        return found.is_there & test(found.parts, bound)
    if np.isinf(values).any():
        return None
    if rule.at_least is not None:
        return values >= _float_from(as_decimal(rule.at_least))
    return values <= -_float_from(as_decimal(rule.at_most).copy_negate())


def _float_from(low: Decimal) -> float:
    """The smallest float whose text is no less than a number; infinity where there is none."""
    near = float(low)
    return near if as_decimal(near) >= low else nextafter(near, inf)


def equals(values: Ints | list[Any], wanted: object) -> Mask:
    """Which values are the one that is wanted."""
    if not isinstance(values, list):
        return _same(values, wanted)
    kinds = set(map(type, values)) - {NoneType}
    if len(kinds) == 1 and kinds <= {bool, int, str}:
        known = {value: is_equal(value, wanted) for value in dict.fromkeys(values)}
        return np.fromiter(map(known.__getitem__, values), np.bool_, len(values))
    return np.fromiter((is_equal(value, wanted) for value in values), np.bool_, len(values))


def _same(values: Ints, wanted: object) -> Mask:
    """Which numbers of a column are equal to what is wanted: one number of its type is, or none."""
    nothing = np.zeros(len(values), np.bool_)
    try:
        number = Decimal(str(wanted))
        is_whole = values.dtype.kind == "i"
        if is_whole and number.adjusted() > DIGITS:
            return nothing
        near = values.dtype.type(int(number) if is_whole else float(number))
    except NO_NUMBER:
        return nothing
    if not is_equal(near.item(), wanted):
        return nothing
    same: Mask = values == near
    if isinstance(wanted, str) and not near:  # 0.0 and -0.0 are one number and two texts
        same &= np.signbit(values) == np.signbit(near)
    return same
