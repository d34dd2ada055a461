"""Spans: how long, either exactly (hours) or on the calendar (days, months), or first one and then the other.

A span says nothing of a zone: `Zone.add` gives it one. Bare numbers are refused, since `within=90` does not say what.
"""

from __future__ import annotations

import operator
import sys
from datetime import timedelta
from typing import Any, Final, SupportsIndex

import attrs

from custlife.errors import UsageError, UsageTypeError

__all__ = ["Span", "days", "hours", "minutes", "months", "quarters", "seconds", "span", "weeks", "years"]

SECOND_US = 1_000_000  # not taken from civil.py: `import custlife` pays for every file
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

# field of Span, and how much of it one unit is
UNITS: Final = {
    "year": ("months", 12),
    "quarter": ("months", 3),
    "month": ("months", 1),
    "week": ("days", 7),
    "day": ("days", 1),
    "hour": ("us", HOUR_US),
    "minute": ("us", MINUTE_US),
    "second": ("us", SECOND_US),
}
ISO_DATE_UNITS: Final = {"Y": "year", "M": "month", "W": "week", "D": "day"}
ISO_TIME_UNITS: Final = {"H": "hour", "M": "minute", "S": "second"}
HINT: Final = "write it like '90 days', '3 months', '1 month 12 hours', '1.5 hours' or 'P3M'"
MONTH_DAYS: Final = 31  # of the longest
TOO_LONG_US: Final = 1 << 62  # twice as much is more than 64 bits hold
SIGN_HINT: Final = "swap the two instants, or drop the sign"


def _count(name: str, value: object) -> int:
    """A whole number that is not negative: anything with `__index__`, but no bool."""
    if type(value) is int:
        number = value
    elif isinstance(value, SupportsIndex) and not isinstance(value, bool | type):
        number = operator.index(value)
    else:
        raise UsageTypeError(
            f"expected a whole number, got {name}={value!r}",
            "calendar units are whole; for a part of a day write cl.hours(36)",
        )
    if number < 0:
        raise UsageError(f"spans are not negative, got {name}={value!r}", SIGN_HINT)
    return number


def _check_count(_instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    _count(attribute.name, value)


@attrs.frozen(repr=False)
class Span:
    """A length of time: a calendar part (`months`, then `days`) and an exact part (`us`), none of them negative.

    Adding a span to an instant moves the wall clock by the calendar part, counted from that instant, and then adds the
    exact part in real time. Spans compare for equality only: a month is neither longer nor shorter than 30 days.

    Attributes:
        months: Calendar months; a year is twelve, a quarter three.
        days: Calendar days; a week is seven.
        us: Exact microseconds.

    Raises:
        UsageTypeError: A part that is not whole.
        UsageError: A part that is negative, or more than can be counted in microseconds.

    Examples:
        >>> months(1) + hours(12)
        Span(months=1, us=43200000000)
        >>> str(days(90)), bool(Span())
        ('90 days', False)
    """

    months: int = attrs.field(default=0, validator=_check_count)
    days: int = attrs.field(default=0, validator=_check_count)
    us: int = attrs.field(default=0, validator=_check_count)

    def __attrs_post_init__(self) -> None:
        if self.us + (self.days + MONTH_DAYS * self.months) * DAY_US >= TOO_LONG_US:
            what = "a span is longer than can be counted in microseconds"
            raise UsageError(what, "leave it out where there is no limit")

    @property
    def is_exact(self) -> bool:
        """Whether the span needs no calendar and no zone.

        Examples:
            >>> hours(24).is_exact, days(1).is_exact
            (True, False)
        """
        return not (self.months or self.days)

    def to_text(self) -> str:
        """The span in words; `span` reads it back to an equal value.

        Examples:
            >>> years(1).to_text(), hours(36.5).to_text(), Span().to_text()
            ('1 year', '36 hours 30 minutes', '0 seconds')
        """
        hour, rest = divmod(self.us, HOUR_US)
        minute, rest = divmod(rest, MINUTE_US)
        second, micro = divmod(rest, SECOND_US)
        year, month = divmod(self.months, 12) if self.months % 12 == 0 else (0, self.months)
        parts = [("year", year), ("month", month), ("day", self.days), ("hour", hour), ("minute", minute)]
        words = [f"{n} {unit}" if n == 1 else f"{n} {unit}s" for unit, n in parts if n]
        if micro:
            words.append(f"{second}.{micro:06d}".rstrip("0") + " seconds")
        elif second or not words:
            words.append(f"{second} second" if second == 1 else f"{second} seconds")
        return " ".join(words)

    def __add__(self, other: Span) -> Span:
        if not isinstance(other, Span):
            return NotImplemented
        return Span(self.months + other.months, self.days + other.days, self.us + other.us)

    def __bool__(self) -> bool:
        return bool(self.months or self.days or self.us)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        parts = [("months", self.months), ("days", self.days), ("us", self.us)]
        return f"Span({', '.join(f'{name}={value}' for name, value in parts if value)})"


def _exact(name: str, n: float, unit: int) -> Span:
    if type(n) is int:
        return Span(us=_count(name, n) * unit)
    if isinstance(n, bool) or not isinstance(n, float | SupportsIndex):
        raise UsageTypeError(f"expected a number, got {name}={n!r}", f"write cl.{name}(2) or cl.{name}(0.5)")
    if not isinstance(n, float):
        return Span(us=_count(name, n) * unit)
    if not 0 <= n * unit < float("inf"):
        raise UsageError(f"expected a length of time, got {name}={n!r}", f"write cl.{name}(2) or cl.{name}(0.5)")
    return Span(us=round(n * unit))


def hours(n: float) -> Span:
    """So many hours of real time, to the nearest microsecond.

    Examples:
        >>> hours(1.5)
        Span(us=5400000000)
    """
    return _exact("hours", n, HOUR_US)


def minutes(n: float) -> Span:
    """So many minutes of real time, to the nearest microsecond.

    Examples:
        >>> minutes(90) == hours(1.5)
        True
    """
    return _exact("minutes", n, MINUTE_US)


def seconds(n: float) -> Span:
    """So many seconds of real time, to the nearest microsecond.

    Examples:
        >>> seconds(0.25)
        Span(us=250000)
    """
    return _exact("seconds", n, SECOND_US)


def days(n: int) -> Span:
    """So many calendar days: the same wall-clock time `n` days later, also when the clocks change in between.

    Examples:
        >>> days(7) == weeks(1), days(1) == hours(24)
        (True, False)
    """
    return Span(days=_count("days", n))


def weeks(n: int) -> Span:
    """So many calendar weeks of seven days.

    Examples:
        >>> weeks(2)
        Span(days=14)
    """
    return Span(days=7 * _count("weeks", n))


def months(n: int) -> Span:
    """So many calendar months: the same day of the month, or the last day of a shorter one.

    Examples:
        >>> months(3)
        Span(months=3)
    """
    return Span(months=_count("months", n))


def quarters(n: int) -> Span:
    """So many quarters of three calendar months.

    Examples:
        >>> quarters(2) == months(6)
        True
    """
    return Span(months=3 * _count("quarters", n))


def years(n: int) -> Span:
    """So many years of twelve calendar months.

    Examples:
        >>> years(1) == months(12)
        True
    """
    return Span(months=12 * _count("years", n))


def span(value: object, *, name: str = "within") -> Span:
    """A span from whatever says its unit: a `Span`, a `timedelta`, a `relativedelta`, or text.

    Text is a list of amounts and units (`"90 days"`, `"1 month 12 hours"`) or an ISO 8601 duration (`"P3M"`,
    `"PT36H"`). Hours, minutes and seconds may have decimals; a `timedelta` is exact: `timedelta(days=1)` is 24 hours.

    Args:
        value: The span.

        name: What the caller calls it, for the error.

    Raises:
        UsageTypeError: For a bare number, None, or anything else without a unit.
        UsageError: For text that is no span, and for negative spans.

    Examples:
        >>> span("90 days"), span("P1Y6M"), span(timedelta(hours=2)).to_text()
        (Span(days=90), Span(months=18), '2 hours')
    """
    if isinstance(value, Span):
        return value
    if isinstance(value, timedelta):
        us = (value.days * 86_400 + value.seconds) * SECOND_US + value.microseconds
        if us < 0:
            raise UsageError(f"spans are not negative, got {name}={value!r}", SIGN_HINT)
        return Span(us=us)
    if isinstance(value, str):
        return _from_text(value, name)
    # a relativedelta can only have come from a module that is loaded, so nothing is imported to find out
    module = sys.modules.get("dateutil.relativedelta")
    if module is not None and isinstance(value, module.relativedelta):
        return _from_relativedelta(value, name)
    shown = f"{name}={value!r}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise UsageTypeError(f"{shown} has no unit", f"pass cl.days({value!r}) or cl.hours({value!r})")
    raise UsageTypeError(f"expected a span, got {shown}", "pass cl.days(90), cl.months(3), a timedelta, or '90 days'")


def _from_text(text: str, name: str) -> Span:
    import re

    iso = re.fullmatch(r"P((?:\d+[YMWD])*)(?:T((?:[\d.]+[HMS])+))?", text)
    if iso:
        dates = re.findall(r"(\d+)([YMWD])", iso[1])
        times = re.findall(r"([\d.]+)([HMS])", iso[2] or "")
        parts = [(n, ISO_DATE_UNITS[u]) for n, u in dates] + [(n, ISO_TIME_UNITS[u]) for n, u in times]
    elif re.fullmatch(r"\s*[\d.]+ ?[a-z]+(?:[\s,]+[\d.]+ ?[a-z]+)*\s*", text, re.IGNORECASE | re.ASCII):
        found = re.findall(r"([\d.]+) ?([a-z]+)", text.lower())
        parts = [(n, u.removesuffix("s")) for n, u in found]
    else:
        parts = []
    total = {"months": 0, "days": 0, "us": 0}
    for amount, unit in parts:
        field, size = UNITS.get(unit, ("", 0))
        number = _amount(amount, size) if field else None
        if number is None:
            raise UsageError(f"{name}={text!r} is not a span: {amount} {unit}", HINT)
        total[field] += number
    if not parts:
        raise UsageError(f"{name}={text!r} is not a span", HINT)
    return Span(**total)


def _amount(digits: str, size: int) -> int | None:
    """`digits` times `size` where that is a whole number of the field; decimals only for exact units."""
    whole, dot, fraction = digits.partition(".")
    if not whole.isdecimal() or (dot and (size < SECOND_US or not fraction.isdecimal())):
        return None
    number, rest = divmod(int(whole + fraction) * size, 10 ** len(fraction))
    return None if rest else number


def _from_relativedelta(value: Any, name: str) -> Span:
    shown = f"{name}={value!r}"
    if value != value.normalized() or any(
        getattr(value, field) is not None
        for field in ("year", "month", "day", "weekday", "hour", "minute", "second", "microsecond")
    ):
        raise UsageError(f"{shown} is not a plain length of time", "keep whole, relative units only, such as months=3")
    us = ((value.hours * 60 + value.minutes) * 60 + value.seconds) * SECOND_US + value.microseconds
    parts = (value.years * 12 + value.months, value.days, us)
    if min(parts) < 0 or value.leapdays:
        raise UsageError(f"spans are not negative, got {shown}", SIGN_HINT)
    return Span(*parts)
