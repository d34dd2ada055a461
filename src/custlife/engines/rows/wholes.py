"""Whole numbers, as they come in columns of numbers and of texts."""

from __future__ import annotations

from typing import Any

__all__ = ["as_whole"]


def as_whole(value: object) -> int | None:
    """A whole number, also as text or as a float; None of what is none.

    Examples:
        >>> as_whole("7"), as_whole(7.0), as_whole(7.5), as_whole(True), as_whole("seven")
        (7, 7, None, None, None)
    """
    number: Any = value
    try:
        if not isinstance(value, bool) and int(number) == (float(number) if isinstance(number, str) else number):
            return int(number)
    except (TypeError, ValueError, ArithmeticError):
        pass
    return None
