"""What is read off a survival curve: a point, a quantile, a mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.stats.interval import percent

if TYPE_CHECKING:
    from custlife.stats.interval import Interval

__all__ = ["Quantile", "RestrictedMean", "SurvivalPoint"]


@attrs.frozen
class SurvivalPoint:
    """The survival curve read at one time.

    Attributes:
        time: The time asked for.

        value: Probability to last longer than the time, or None where the curve does not reach that far.

        std_error: Greenwood's standard error of the value; None where the value is None or 0.

        interval: Confidence interval of the value; None with the standard error.

        at_risk: Spells at risk just before the time.

        reason: Why the value or the interval is None; else empty.

    Examples:
        >>> from custlife.stats import kaplan_meier
        >>> print(kaplan_meier([1, 2, 3], [3]).at(2))
        50.0 % past 2 (95 % log-log 5.8 % to 84.5 %), 3 at risk
    """

    time: float
    value: float | None
    std_error: float | None
    interval: Interval | None
    at_risk: int
    reason: str = ""

    @property
    def incidence(self) -> float | None:
        """Probability to have ended by the time, `1 - value`; None with the value."""
        return None if self.value is None else 1 - self.value

    @property
    def incidence_interval(self) -> Interval | None:
        """Confidence interval of the incidence, the mirror image of `interval`; None with it."""
        if self.interval is None:
            return None
        return attrs.evolve(self.interval, low=1 - self.interval.high, high=1 - self.interval.low)

    def __str__(self) -> str:
        if self.value is None:
            return f"unknown past {self.time} ({self.reason}), {self.at_risk} at risk"
        return f"{percent(self.value)} past {self.time} ({self.interval or self.reason}), {self.at_risk} at risk"


@attrs.frozen
class Quantile:
    """The time by which a share of the spells has ended.

    Attributes:
        q: The share, strictly between 0 and 1.

        value: Smallest time with survival at most `1 - q`, in the unit of the durations; None where none is.

        low: Lower limit: the same time read off the lower limits of the curve; None where they do not get there.

        high: Upper limit: the same time read off the upper limits; None where they do not get there.

        level: Nominal coverage of the interval.

        method: Kind of interval: `log-log`, `log` or `plain`.

        reason: Why there is no value; else empty.

    Examples:
        >>> from custlife.stats import kaplan_meier
        >>> print(kaplan_meier([1, 2, 3], [3]).median)
        50 % ended by 2 (95 % log-log 1 to not reached)
    """

    q: float
    value: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    reason: str = ""

    def __str__(self) -> str:
        if self.value is None:
            return f"{100 * self.q:g} % ended: {self.reason}"
        low, high = ("not reached" if t is None else t for t in (self.low, self.high))
        return f"{100 * self.q:g} % ended by {self.value} ({100 * self.level:g} % {self.method} {low} to {high})"


@attrs.frozen
class RestrictedMean:
    """The mean time in a window that starts at 0: the area under the survival curve.

    Attributes:
        horizon: End of the window, in the unit of the durations.

        value: Mean of `min(duration, horizon)`, or None where the curve does not reach the horizon.

        std_error: Greenwood's standard error of the value; None with it.

        reason: Why there is no value; else empty.

    Examples:
        >>> from custlife.stats import kaplan_meier
        >>> print(kaplan_meier([1, 2, 3], [3]).restricted_mean(2))
        1.75 up to 2 (standard error 0.216506)
    """

    horizon: float
    value: float | None
    std_error: float | None
    reason: str = ""

    def __str__(self) -> str:
        if self.value is None:
            return f"unknown up to {self.horizon} ({self.reason})"
        return f"{self.value:g} up to {self.horizon} (standard error {self.std_error:g})"
