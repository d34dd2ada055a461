"""The survival curve as a value, and everything that is read off it.

Past the last time, with spells left, the curve is unknown: None with a reason, neither flat nor 0.
"""

from __future__ import annotations

import math
import operator
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

import attrs

from custlife.errors import UsageError, UsageTypeError
from custlife.stats.interval import Interval, check_level, check_name, percent
from custlife.stats.limits import FLOORS, KINDS
from custlife.stats.special import two_sided_z

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Quantile", "RestrictedMean", "SurvivalCurve", "SurvivalPoint"]

NO_SPELLS = "no spells"
STRETCH = 64
TIE = 1e-12  # relative: 1 - 0.9 is not 0.1 in floats, but a curve at 0.1 has reached it


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


@attrs.frozen(slots=False)
class SurvivalCurve:
    """A Kaplan-Meier curve: the columns at each time somebody ended or was censored, and readings off them.

    The curve is 1 before the first end and constant between two times; a value holds from its time on. Before
    the first end the standard error is 0 and the interval is the point 1, as in R. Once the curve is 0 it stays
    there, and standard error and interval are None.

    Attributes:
        times: Distinct times, rising, in the unit of the durations; all columns are as long.

        at_risk: Spells at risk just before each time.

        events: Spells that ended at each time.

        censored: Spells censored at each time.

        survival: Probability to last longer than each time; in [0, 1], never rising.

        relative_error: Greenwood's standard error of survival divided by survival; infinite once survival is 0.

        level: Nominal coverage of the limits.

        method: Kind of the limits: `log-log`, `log` or `plain`.

        n: Number of spells.

        n_events: Number of spells that ended.

        entries: Distinct delayed entry times, rising, each with its count.

    Examples:
        >>> from custlife.stats import kaplan_meier
        >>> print(kaplan_meier([1, 2, 3], [3]))
        4 spells, 3 ended, seen up to 3; 50 % ended by 2 (95 % log-log 1 to not reached)
    """

    times: tuple[float, ...] = attrs.field(repr=False)
    at_risk: tuple[int, ...] = attrs.field(repr=False)
    events: tuple[int, ...] = attrs.field(repr=False)
    censored: tuple[int, ...] = attrs.field(repr=False)
    survival: tuple[float, ...] = attrs.field(repr=False)
    relative_error: tuple[float, ...] = attrs.field(repr=False)
    level: float
    method: str
    n: int
    n_events: int
    entries: tuple[tuple[float, int], ...] = attrs.field(default=(), repr=False)

    @cached_property
    def std_error(self) -> tuple[float | None, ...]:
        """Greenwood's standard error of survival at each time; None once survival is 0."""
        rows = zip(self.survival, self.relative_error, strict=True)
        return tuple([s * relative if s else None for s, relative in rows])

    @cached_property
    def low(self) -> tuple[float | None, ...]:
        """Lower limits at each time, cut to [0, 1]; None once survival is 0."""
        return tuple([low for low, _ in self.limits(range(len(self.times)))])

    @cached_property
    def high(self) -> tuple[float | None, ...]:
        """Upper limits at each time, cut to [0, 1]; None once survival is 0."""
        return tuple([high for _, high in self.limits(range(len(self.times)))])

    def limits(self, rows: Iterable[int]) -> Iterator[tuple[float | None, float | None]]:
        """Lower and upper limit at some rows; made when they are asked for, since they cost more than the curve.

        Args:
            rows: Places in the columns, rising.
        """
        kind, z = KINDS[self.method], two_sided_z(self.level)
        before, low, high = 1.0, 1.0, 1.0
        for i in rows:
            s = self.survival[i]
            if s == 0.0:
                yield None, None
                continue
            if s != before:
                before = s
                low, high = kind(s, z * self.relative_error[i])
            yield low, high

    @property
    def horizon(self) -> float | None:
        """The largest time at which anybody was seen; None without spells."""
        return self.times[-1] if self.times else None

    @property
    def median(self) -> Quantile:
        """The time by which half have ended; see `quantile`."""
        return self.quantile(0.5)

    def at(self, time: float) -> SurvivalPoint:
        """The probability to last longer than *time*, with its interval.

        Args:
            time: 0 or more, in the unit of the durations. Past the horizon the value is None, unless the curve is 0.

        Raises:
            UsageTypeError: The time is not a number.
            UsageError: The time is negative or NaN.

        Examples:
            >>> from custlife.stats import kaplan_meier
            >>> kaplan_meier([1, 2, 3], [3]).at(2).value
            0.5
        """
        time = _time("time", time)
        at_risk = self._at_risk(time)
        i = bisect_right(self.times, time) - 1
        reason = self._unknown(time)
        if reason:
            return SurvivalPoint(time, None, None, None, at_risk, reason)
        if i < 0:
            return SurvivalPoint(time, 1.0, 0.0, Interval(1.0, 1.0, self.level, self.method), at_risk)
        ((low, high),) = self.limits(range(i, i + 1))
        if low is None or high is None:
            return SurvivalPoint(time, 0.0, None, None, at_risk, "survival is 0")
        interval = Interval(low, high, self.level, self.method)
        std_error = self.survival[i] * self.relative_error[i]
        return SurvivalPoint(time, self.survival[i], std_error, interval, at_risk)

    def quantile(self, q: float) -> Quantile:
        """The smallest time by which the share *q* has ended, with its interval.

        Where the curve is flat at exactly `1 - q` this is the start of the flat piece; R reports its middle.

        Args:
            q: Share that has ended, strictly between 0 and 1.

        Raises:
            UsageTypeError: q is not a number.
            UsageError: q is not strictly between 0 and 1.

        Source:
            Brookmeyer & Crowley (1982), Biometrics 38, 29-41.

        Examples:
            >>> from custlife.stats import kaplan_meier
            >>> kaplan_meier([1, 2, 3], [3]).quantile(0.25).value
            1
        """
        q = check_level(q, "q", 0.5)
        reached = (1 - q) * (1 + TIE)
        i = bisect_left(self.survival, -reached, key=operator.neg)
        low = self._first_at_most(reached, 0, range(min(i + 1, len(self.times))))
        high = self._first_at_most(reached, 1, range(i, len(self.times)))
        if i < len(self.times):
            return Quantile(q, self.times[i], low, high, self.level, self.method)
        reason = f"survival is still {percent(self.survival[-1])} at {self.times[-1]}" if self.n else NO_SPELLS
        return Quantile(q, None, low, high, self.level, self.method, reason)

    def restricted_mean(self, horizon: float, *, tail: Literal["unknown", "flat"] = "unknown") -> RestrictedMean:
        """The mean of `min(duration, horizon)`, with its standard error.

        Args:
            horizon: End of the window, 0 or more, in the unit of the durations.

            tail: Where the horizon lies past the largest time and the curve is not 0 there: `unknown` gives None,
                `flat` draws the curve on at its last value, as R does for a common horizon of several curves.

        Raises:
            UsageTypeError: The horizon is not a number.
            UsageError: The horizon is negative, NaN or infinite.
            UnknownNameError: No such tail.

        Source:
            Klein & Moeschberger (2003), Survival Analysis, 2nd ed., section 4.5.

        Examples:
            >>> from custlife.stats import kaplan_meier
            >>> kaplan_meier([1, 2, 3], [3]).restricted_mean(2).value
            1.75
        """
        horizon = _time("horizon", horizon)
        if math.isinf(horizon):
            raise UsageError(f"horizon={horizon!r} is infinite", "pass the end of a window, such as curve.horizon")
        check_name("tail", tail, ("unknown", "flat"))
        reason = self._unknown(horizon)
        if reason and (tail == "unknown" or not self.n):
            return RestrictedMean(horizon, None, None, reason)
        last = bisect_left(self.times, horizon)
        starts = [0, *self.times[:last]]
        heights = [1.0, *self.survival[:last]]
        ends = [*self.times[:last], horizon]
        areas = list(map(operator.mul, heights, map(operator.sub, ends, starts)))
        after = list(accumulate(reversed(areas)))[-2::-1]  # what is left of the area from each time on
        rows = zip(after, self.at_risk, self.events, strict=False)
        variance = math.fsum([a * a * (d / n / (n - d)) for a, n, d in rows if n > d > 0])
        return RestrictedMean(horizon, math.fsum(areas), math.sqrt(variance))

    def _first_at_most(self, reached: float, side: int, rows: range) -> float | None:
        """The first time among some rows at which a limit is at most a value; limits may rise again."""
        for start in range(rows.start, rows.stop, STRETCH):
            stretch = range(start, min(start + STRETCH, rows.stop))
            if self._stays_above(reached, stretch):
                continue
            for i, limits in zip(stretch, self.limits(stretch), strict=True):
                limit = limits[side]
                if limit is not None and limit <= reached:
                    return self.times[i]
        return None

    def _stays_above(self, value: float, rows: range) -> bool:
        """Whether even the lower limits of some rows are surely above a value; saves making them one by one."""
        last = rows[-1]
        least, relative = self.survival[last], self.relative_error[last]
        if least <= value:
            return False
        spread = two_sided_z(self.level) * relative
        return FLOORS[self.method](self.survival[rows[0]], least, spread) > value * (1 + 1e-9)

    def _at_risk(self, time: float) -> int:
        """How many are at risk just before a time: those of the next row, less who enters in between."""
        i = bisect_left(self.times, time)
        if i == len(self.times):
            return 0
        return self.at_risk[i] - sum(count for entry, count in self.entries if time <= entry < self.times[i])

    def _unknown(self, time: float) -> str:
        """Why the curve has no value at a time; empty where it has one."""
        if not self.times:
            return NO_SPELLS
        if time > self.times[-1] and self.survival[-1] > 0:
            return f"nobody was seen past {self.times[-1]}"
        return ""

    def __str__(self) -> str:
        if not self.n:
            return NO_SPELLS
        return f"{self.n} spells, {self.n_events} ended, seen up to {self.horizon}; {self.median}"


def _time(name: str, time: float) -> float:
    """A time to read a curve at, as a plain number."""
    hint = f"pass {name} in the unit of the durations"
    if not isinstance(time, (int, float)):
        try:
            time = operator.index(time)
        except TypeError:
            raise UsageTypeError(f"{name}={time!r} is not a number", hint) from None
    if not time >= 0:
        raise UsageError(f"{name}={time!r} is not a time of 0 or more", hint)
    return time
