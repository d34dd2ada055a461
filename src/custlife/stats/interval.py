"""The confidence interval as a value, and the checks every estimate shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import attrs

from custlife.errors import UnknownNameError, UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Interval", "check_level", "check_name", "percent"]

N = TypeVar("N", bound=str)


def percent(share: float) -> str:
    """A share as text with one decimal.

    Examples:
        >>> percent(0.3080)
        '30.8 %'
    """
    return f"{100 * share:.1f} %"


@attrs.frozen
class Interval:
    """A confidence interval for a share, a difference of shares or a survival probability.

    Attributes:
        low: Lower limit.

        high: Upper limit, never below the lower one.

        level: Nominal coverage, strictly between 0 and 1.

        method: How it was made, such as `wilson`, `newcombe` or `log-log`.

    Examples:
        >>> print(Interval(0.2553, 0.3662, 0.95, "wilson"))
        95 % wilson 25.5 % to 36.6 %
    """

    low: float
    high: float
    level: float
    method: str

    def __str__(self) -> str:
        return f"{100 * self.level:g} % {self.method} {percent(self.low)} to {percent(self.high)}"


def check_level(level: float, name: str = "level", usual: float = 0.95) -> float:
    """A level as a float, or an error that guesses what was meant.

    Raises:
        UsageTypeError: The level is not a number.
        UsageError: The level is not strictly between 0 and 1.

    Examples:
        >>> check_level(0.95)
        0.95
    """
    if isinstance(level, bool) or not isinstance(level, (int, float)):
        raise UsageTypeError(f"{name}={level!r} is not a number", f"pass {name}={usual:g}")
    if not 0 < level < 1:
        meant = level / 100 if 1 < level < 100 else usual
        raise UsageError(f"{name}={level!r} is not strictly between 0 and 1", f"pass {name}={meant:g}")
    return float(level)


def check_name(kind: str, name: str, known: Sequence[N]) -> N:
    """The one of the known modes that is named, or an error.

    Raises:
        UnknownNameError: With the nearest known name.

    Examples:
        >>> check_name("method", "wilson", ("wilson",))
        'wilson'
    """
    for one in known:
        if one == name:
            return one
    raise UnknownNameError(kind, name, known)
