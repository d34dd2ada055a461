"""Numbers: read in, written out, and laid along an axis."""

from __future__ import annotations

import math
from typing import Any, Literal

import attrs

from custlife.errors import UsageError, UsageTypeError

Format = Literal["number", "percent"]

FORMATS: tuple[str, ...] = ("number", "percent")
LARGEST = 1e300
"""Sums of a thousand such numbers are still finite."""

_DAY_STEPS = (1, 2, 5, 7, 14, 30, 60, 90, 180, 365)


def to_number(value: Any, where: str = "") -> float | None:
    """The value as a float; None for None and for NaN, which both mean "nothing here".

    Raises:
        UsageError: For an infinite or astronomically large number.
        UsageTypeError: For anything that is not a number.
    """
    if value is None:
        return None
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    except (TypeError, ValueError):
        raise UsageTypeError(f"value={value!r} is not a number", "pass a number or None", where) from None
    if math.isnan(number):
        return None
    if abs(number) > LARGEST:
        raise UsageError(f"value={number!r} cannot be drawn", "pass a finite number below 1e300, or None", where)
    return number + 0.0


def decimals_for(value: float) -> int:
    """Decimals that leave about three significant digits."""
    size = abs(value)
    if size >= 99.95 or size == 0 or value == int(value):
        return 0
    return 1 if size >= 9.995 else 2 if size >= 0.995 else 3


def number(value: float, decimals: int | None = None) -> str:
    """The number with thousands separators; about three significant digits unless told otherwise.

    Examples:
        >>> number(1204), number(41.237), number(0.5, 2), number(-0.0001)
        ('1,204', '41.2', '0.50', '-0.0001')
    """
    size = abs(value)
    if size >= 1e15 or (decimals is None and 0 < size < 0.0005):
        return f"{value:.3g}"
    text = f"{value:,.{decimals_for(value) if decimals is None else decimals}f}"
    return text[1:] if text[0] == "-" and not text.strip("-0.,") else text


def percent(share: float, decimals: int = 1) -> str:
    """The share in per cent.

    Examples:
        >>> percent(0.41237), percent(1.0)
        ('41.2 %', '100.0 %')
    """
    return number(share * 100, decimals) + " %"


def shown(value: float | None, form: str, missing: str = "–") -> str:
    """The value as `form` says: "number" or "percent"."""
    if value is None:
        return missing
    return percent(value) if form == "percent" else number(value)


def tick_text(value: float, step: float, form: str) -> str:
    """A tick's label, with just the decimals that its step needs; millions as M, billions as bn."""
    if form == "percent":
        return percent(value, _decimals(step * 100))
    for size, unit in ((1e9, "bn"), (1e6, "M")):
        if size <= abs(value) < size * 1e3:
            return number(value / size, _decimals(step / size)) + unit
    return number(value, _decimals(step) if 1e-6 <= step < 1e15 else None)


def _decimals(step: float) -> int:
    for decimals in range(7):
        if abs(step * 10**decimals - round(step * 10**decimals)) < 1e-6 * max(1.0, step):
            return decimals
    return 7


@attrs.frozen
class Scale:
    """A straight map from values `low..high` to positions `start..end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The position of a value."""
        # Divide first: the span may be as small as floats get, and then the ratio of lengths is infinite.
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.0
        return self.start + share * (self.end - self.start)


@attrs.frozen
class Axis:
    """Round numbers that cover a range: `ticks`, evenly `step` apart."""

    ticks: tuple[float, ...]
    step: float

    @property
    def low(self) -> float:
        """First tick."""
        return self.ticks[0]

    @property
    def high(self) -> float:
        """Last tick."""
        return self.ticks[-1]


def axis(low: float, high: float, *, count: int = 5, steps: Literal["decimal", "days"] = "decimal") -> Axis:
    """About `count` intervals of a round length that cover `low..high`.

    Examples:
        >>> axis(0, 87).ticks
        (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
    """
    if max(abs(low), abs(high)) < 1e-290:
        low, high = 0.0, 1.0
    elif high - low <= max(abs(low), abs(high)) * 1e-9:
        low, high = (min(low, 0.0), max(high, 0.0)) if low or high else (0.0, 1.0)
    step = _nice_days(high - low, count) if steps == "days" else _nice((high - low) / count)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Axis(tuple(float(f"{i * step:.12g}") for i in range(first, last + 1)), step)


def _nice(rough: float) -> float:
    power = 10.0 ** max(-300, math.floor(math.log10(rough)))
    return next(m * power for m in (1, 2, 2.5, 5, 10, 20) if m * power >= rough * 0.9999)


def _nice_days(span: float, count: int) -> float:
    rough = span / count
    if rough < 1 or rough > 365:
        return _nice(rough) if rough < 1 else 365 * _nice(rough / 365)
    return float(next(step for step in _DAY_STEPS if step >= rough * 0.9999))
