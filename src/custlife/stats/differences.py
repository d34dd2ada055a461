"""Do two independent groups differ? Survival and incidence at a time, and restricted means: difference, interval, test.

Limits of a difference of shares are made of the log-log limits of both groups, as Newcombe makes his of Wilson's: they
stay within -1 and 1, and a group whose error is large on one side makes the difference uncertain on that side only.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import attrs

from custlife.errors import UsageTypeError
from custlife.stats.curve import SurvivalCurve
from custlife.stats.incidence import IncidenceCurve
from custlife.stats.interval import Interval, check_level, percent
from custlife.stats.limits import KINDS, mirrored
from custlife.stats.special import chi_square_tail, two_sided_z

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["EstimateDifference", "incidence_difference", "restricted_mean_difference", "survival_difference"]

SIDES = ("first", "second")


@attrs.frozen
class EstimateDifference:
    """The difference of one estimate between two independent groups, first minus second.

    Attributes:
        what: What is compared, such as `survival past 30`.

        first: The estimate of the first group; None where it has none.

        second: The estimate of the second group; None where it has none.

        difference: First minus second; None where either is.

        std_error: Standard error of the difference; None where it is unknown.

        interval: Confidence interval of the difference; None with the standard error.

        p_value: Probability of estimates at least as far apart, were there no difference; None with the standard error.

        method: Which test the p-value is of: `log-log` or `normal`.

        is_share: Whether the estimates are shares, told as percentages and points.

        reason: Why something is None; else empty.

    Examples:
        >>> from custlife.stats import kaplan_meier
        >>> print(restricted_mean_difference(kaplan_meier([4, 5, 9]), kaplan_meier([1, 2, 3]), horizon=6))
        +3, 5 less 2 (95 % normal +1.69 to +4.31), p = 6.8e-06
    """

    what: str
    first: float | None
    second: float | None
    difference: float | None
    std_error: float | None
    interval: Interval | None
    p_value: float | None
    method: str
    is_share: bool = True
    reason: str = ""

    def __str__(self) -> str:
        if self.difference is None or self.first is None or self.second is None:
            return f"{self.what}: no difference ({self.reason})"
        told = _points if self.is_share else _number
        values = [percent(x) if self.is_share else f"{x:g}" for x in (self.first, self.second)]
        text = f"{told(self.difference)}{' points' if self.is_share else ''}, {' less '.join(values)}"
        if self.interval is None or self.p_value is None:
            return f"{text} (no interval: {self.reason})"
        level = f"{100 * self.interval.level:g} % {self.interval.method}"
        limits = f"{told(self.interval.low)} to {told(self.interval.high)}"
        return f"{text} ({level} {limits}), p = {self.p_value:.3g}"


@attrs.frozen
class _Share:
    """A share of one group, read for a comparison.

    Attributes:
        value: The share.
        limits: Its log-log limits.
        depth: `-log` of what is left.
        relative: Standard error of what is left, by what is left.
    """

    value: float
    limits: tuple[float, float]
    depth: float
    relative: float


def survival_difference(
    first: SurvivalCurve, second: SurvivalCurve, *, at: float, level: float = 0.95
) -> EstimateDifference:
    """The difference of two survival curves at one time.

    The test compares `log(-log S)`, which keeps its level in small groups best. Where a curve is still 1 or
    already 0 its error is unknown, and so are interval and p-value.

    Args:
        first: The curve subtracted from.

        second: The curve that is subtracted; its spells are independent of those of the first.

        at: The time, 0 or more, in the unit of both curves. It must be named beforehand, not chosen by the curves.

        level: Nominal coverage of the interval, strictly between 0 and 1.

    Raises:
        UsageTypeError: One is not a survival curve, or the time or the level is not a number.
        UsageError: The time is negative or NaN, or the level is out of range.

    Source:
        Test: Klein, Logan, Harhoff & Andersen (2007), Statistics in Medicine 26, 4505-4519. Interval: Zou & Donner
        (2008), Statistics in Medicine 27, 1693-1702, with the log-log limits of each group.

    Examples:
        >>> from custlife.stats import kaplan_meier
        >>> print(survival_difference(kaplan_meier([2, 3, 5, 8]), kaplan_meier([1, 2, 2, 3]), at=2))
        +50.0 points, 75.0 % less 25.0 % (95 % hybrid log-log -24.8 to +82.0), p = 0.183
    """
    for name, curve in zip(SIDES, (first, second), strict=True):
        if not isinstance(curve, SurvivalCurve):
            raise UsageTypeError(f"{name}={curve!r} is not a survival curve", "pass kaplan_meier(...) of each group")
    level = check_level(level)
    points = [curve.at(at) for curve in (first, second)]

    def read(place: int) -> _Share | str:
        point, error = points[place], points[place].std_error
        if point.value == 1:
            return f"nobody of the {SIDES[place]} group has ended by then, so that its error is unknown"
        if not point.value or error is None:
            return f"all of the {SIDES[place]} group have ended by then, so that its error is unknown"
        relative = error / point.value
        limits = KINDS["log-log"](point.value, two_sided_z(level) * relative)
        return _Share(point.value, limits, -math.log(point.value), relative)

    values = [(point.value, point.reason) for point in points]
    return _of_shares(f"survival past {points[0].time}", values, read, level)


def incidence_difference(
    first: IncidenceCurve, second: IncidenceCurve, *, at: float, level: float = 0.95
) -> EstimateDifference:
    """The difference of the cumulative incidences of two groups at one time.

    The test compares `log(-log(1 - F))`; with one cause it is that of `survival_difference`.

    Args:
        first: The incidence subtracted from, such as `cumulative_incidence(...)["won"]`.

        second: The incidence that is subtracted; its spells are independent of those of the first.

        at: The time, 0 or more, in the unit of both. It must be named beforehand, not chosen by the curves.

        level: Nominal coverage of the interval, strictly between 0 and 1.

    Raises:
        UsageTypeError: One is not an incidence curve, or the time or the level is not a number.
        UsageError: The time is negative or NaN, or the level is out of range.

    Source:
        As for `survival_difference`.

    Examples:
        >>> from custlife.stats import cumulative_incidence
        >>> won = [cumulative_incidence({"won": days, "lost": [4]})["won"] for days in ([1, 2, 3], [2, 6, 9])]
        >>> print(incidence_difference(*won, at=3))
        +50.0 points, 75.0 % less 25.0 % (95 % hybrid log-log -24.8 to +82.0), p = 0.183
    """
    for name, curve in zip(SIDES, (first, second), strict=True):
        if not isinstance(curve, IncidenceCurve):
            hint = "pass cumulative_incidence(...)['won'] of each group"
            raise UsageTypeError(f"{name}={curve!r} is not an incidence curve", hint)
    level = check_level(level)
    points = [curve.at(at) for curve in (first, second)]

    def read(place: int) -> _Share | str:
        value, error = points[place].value or 0.0, points[place].std_error or 0.0
        rest = (first, second)[place].rest(at)
        if not value:
            return f"nobody of the {SIDES[place]} group has ended so by then, so that its error is unknown"
        if not rest or not error:
            return f"all of the {SIDES[place]} group have ended so by then, so that its error is unknown"
        depth = -math.log1p(-value) if value <= 0.5 else -math.log(rest)
        return _Share(value, mirrored(value, rest, two_sided_z(level) * error), depth, error / rest)

    causes = dict.fromkeys((first.cause, second.cause))
    values = [(point.value, point.reason) for point in points]
    return _of_shares(f"{' and '.join(causes)} by {points[0].time}", values, read, level)


def restricted_mean_difference(
    first: SurvivalCurve, second: SurvivalCurve, *, horizon: float, level: float = 0.95
) -> EstimateDifference:
    """The difference of the mean times of two groups up to a horizon.

    Args:
        first: The curve whose mean is subtracted from.

        second: The curve whose mean is subtracted; its spells are independent of those of the first.

        horizon: End of the window, 0 or more, in the unit of both curves; past either curve there is no difference.

        level: Nominal coverage of the interval, strictly between 0 and 1.

    Raises:
        UsageTypeError: One is not a survival curve, or the horizon or the level is not a number.
        UsageError: The horizon is negative, NaN or infinite, or the level is out of range.

    Source:
        Royston & Parmar (2013), BMC Medical Research Methodology 13, 152; variances as in `restricted_mean`.

    Examples:
        >>> from custlife.stats import kaplan_meier
        >>> print(restricted_mean_difference(kaplan_meier([1, 5]), kaplan_meier([1, 2]), horizon=4))
        +1, 2.5 less 1.5 (95 % normal -1.19 to +3.19), p = 0.371
    """
    for name, curve in zip(SIDES, (first, second), strict=True):
        if not isinstance(curve, SurvivalCurve):
            raise UsageTypeError(f"{name}={curve!r} is not a survival curve", "pass kaplan_meier(...) of each group")
    level = check_level(level)
    one, other = (curve.restricted_mean(horizon) for curve in (first, second))
    what = f"restricted mean up to {one.horizon}"
    if one.value is None or other.value is None or one.std_error is None or other.std_error is None:
        reason = _reasons([(one.value, one.reason), (other.value, other.reason)])
        return _unknown(what, one.value, other.value, "normal", reason, is_share=False)
    difference, error = one.value - other.value, math.hypot(one.std_error, other.std_error)
    if not error:
        return _unknown(what, one.value, other.value, "normal", "nothing varies in either group", is_share=False)
    half = two_sided_z(level) * error
    interval = Interval(difference - half, difference + half, level, "normal")
    p_value = chi_square_tail((difference / error) ** 2, 1)
    return EstimateDifference(
        what, one.value, other.value, difference, error, interval, p_value, "normal", is_share=False
    )


def _of_shares(
    what: str, values: list[tuple[float | None, str]], read: Callable[[int], _Share | str], level: float
) -> EstimateDifference:
    """The difference of two shares that are read only where both have a value."""
    (first, _), (second, _) = values
    if first is None or second is None:
        return _unknown(what, first, second, "log-log", _reasons(values))
    one, other = read(0), read(1)
    if isinstance(one, str) or isinstance(other, str):
        return _unknown(what, first, second, "log-log", "; ".join(x for x in (one, other) if isinstance(x, str)))
    difference = first - second
    low = difference - math.hypot(first - one.limits[0], other.limits[1] - second)
    high = difference + math.hypot(one.limits[1] - first, second - other.limits[0])
    errors = [math.exp(-share.depth) * share.relative for share in (one, other)]
    distance = math.log(one.depth / other.depth)
    p_value = chi_square_tail(distance**2 / math.fsum((x.relative / x.depth) ** 2 for x in (one, other)), 1)
    interval = Interval(low, high, level, "hybrid log-log")
    return EstimateDifference(what, first, second, difference, math.hypot(*errors), interval, p_value, "log-log")


def _unknown(
    what: str, first: float | None, second: float | None, method: str, reason: str, *, is_share: bool = True
) -> EstimateDifference:
    difference = None if first is None or second is None else first - second
    return EstimateDifference(what, first, second, difference, None, None, None, method, is_share, reason)


def _reasons(values: list[tuple[float | None, str]]) -> str:
    """Why there are no values, by group."""
    return "; ".join(
        f"{side} group: {reason}" for side, (value, reason) in zip(SIDES, values, strict=True) if value is None
    )


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"


def _number(x: float) -> str:
    return f"{x:+.3g}"
