"""The survival curve as a value, and everything that is read off it.

Past the last time, with spells left, the curve is unknown: None with a reason, neither flat nor 0.
"""

from __future__ import annotations

import math
import operator
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Literal

import attrs

from custlife.errors import UsageError, UsageTypeError
from custlife.stats.columns import raw
from custlife.stats.interval import Interval, check_level, check_name, percent
from custlife.stats.limits import FLOORS, KINDS
from custlife.stats.products import is_for_numpy, relative_errors
from custlife.stats.readings import Quantile, RestrictedMean, SurvivalPoint
from custlife.stats.special import two_sided_z

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


__all__ = ["SurvivalCurve", "read_time"]

NO_SPELLS = "no spells"
STRETCH = 64
TIE = 1e-12  # relative: 1 - 0.9 is not 0.1 in floats, but a curve at 0.1 has reached it


@attrs.frozen(slots=False)
class SurvivalCurve:
    """A Kaplan-Meier curve: the columns at each time somebody ended or was censored, and readings off them.

    The curve is 1 before the first end and constant between two times; a value holds from its time on. Before
    the first end the standard error is 0 and the interval is the point 1, as in R. Once the curve is 0 it stays
    there, and standard error and interval are None.

    Columns take a few bytes a row, and read as tuples: they are indexed, sliced and compared like those.

    Attributes:
        times: Distinct times, rising, in the unit of the durations; all columns are as long.

        at_risk: Spells at risk just before each time.

        events: Spells that ended at each time.

        censored: Spells censored at each time.

        survival: Probability to last longer than each time; in [0, 1], never rising.

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

    times: Sequence[float] = attrs.field(repr=False, hash=False)
    at_risk: Sequence[int] = attrs.field(repr=False, hash=False)
    events: Sequence[int] = attrs.field(repr=False, hash=False)
    censored: Sequence[int] = attrs.field(repr=False, hash=False)
    survival: Sequence[float] = attrs.field(repr=False, hash=False)
    level: float
    method: str
    n: int
    n_events: int
    entries: Sequence[tuple[float, int]] = attrs.field(default=(), repr=False, hash=False)

    @cached_property
    def relative_error(self) -> Sequence[float]:
        """Greenwood's standard error of survival divided by survival, at each time; infinite once survival is 0."""
        return relative_errors(self.at_risk, self.events)

    @cached_property
    def std_error(self) -> tuple[float | None, ...]:
        """Greenwood's standard error of survival at each time; None once survival is 0."""
        rows = zip(raw(self.survival), raw(self.relative_error), strict=True)
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
        survival, errors = raw(self.survival), raw(self.relative_error)
        before, low, high = 1.0, 1.0, 1.0
        for i in rows:
            s = survival[i]
            if s == 0.0:
                yield None, None
                continue
            if s != before:
                before = s
                low, high = kind(s, z * errors[i])
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
        time = read_time("time", time)
        at_risk = self._at_risk(time)
        i = bisect_right(raw(self.times), time) - 1
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
        i = bisect_left(raw(self.survival), -reached, key=operator.neg)
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
        horizon = read_time("horizon", horizon)
        if math.isinf(horizon):
            raise UsageError(f"horizon={horizon!r} is infinite", "pass the end of a window, such as curve.horizon")
        check_name("tail", tail, ("unknown", "flat"))
        reason = self._unknown(horizon)
        if reason and (tail == "unknown" or not self.n):
            return RestrictedMean(horizon, None, None, reason)
        last = bisect_left(raw(self.times), horizon)
        area, variance = self._restricted(last, horizon)
        return RestrictedMean(horizon, area, math.sqrt(variance))

    def _restricted(self, last: int, horizon: float) -> tuple[float, float]:
        """The area up to a horizon before which there are some rows, and its variance."""
        if is_for_numpy(self.times, self.at_risk, self.events, self.survival) and last:
            from custlife.stats import arrays

            return arrays.restricted(self, last, horizon)
        times, heights = [0, *raw(self.times)[:last], horizon], [1.0, *raw(self.survival)[:last]]
        areas = list(map(operator.mul, heights, map(operator.sub, islice(times, 1, None), times)))
        after = list(accumulate(reversed(areas)))[-2::-1]  # what is left of the area from each time on
        rows = zip(after, raw(self.at_risk), raw(self.events), strict=False)
        variance = math.fsum([a * a * (d / n / (n - d)) for a, n, d in rows if n > d > 0])
        return math.fsum(areas), variance

    def _first_at_most(self, reached: float, side: int, rows: range) -> float | None:
        """The first time among some rows at which a limit is at most a value; limits may rise again."""
        waiting = [rows]
        while waiting:
            rows = waiting.pop()
            if self._stays_above(reached, side, rows):
                continue
            if len(rows) > STRETCH:
                middle = len(rows) // 2
                waiting += [rows[middle:], rows[:middle]]
                continue
            for i, limits in zip(rows, self.limits(rows), strict=True):
                limit = limits[side]
                if limit is not None and limit <= reached:
                    return self.times[i]
        return None

    def _stays_above(self, value: float, side: int, rows: range) -> bool:
        """Whether the limits of some rows are surely above a value, or None; saves making them one by one.

        Survival never rises from row to row and its relative error never falls. An upper limit rises with both, so
        that of the least of both is below all.
        """
        if not rows or not self.survival[rows[0]]:
            return True
        most, least = self.survival[rows[0]], self.survival[rows[-1]]
        if not least:
            return False
        z, bound = two_sided_z(self.level), 1.0
        if side and least < 1:
            bound = KINDS[self.method](least, z * self.relative_error[rows[0]])[1]
        elif least < 1:
            bound = FLOORS[self.method](most, least, z * self.relative_error[rows[-1]])
        return bound > value * (1 + 1e-9)

    def _at_risk(self, time: float) -> int:
        """How many are at risk just before a time: those of the next row, less who enters in between."""
        i = bisect_left(raw(self.times), time)
        if i == len(self.times):
            return 0
        entries, next_time = self.entries, self.times[i]
        between = range(*(bisect_left(entries, t, key=operator.itemgetter(0)) for t in (time, next_time)))
        return self.at_risk[i] - sum(entries[k][1] for k in between)

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


def read_time(name: str, time: float) -> float:
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
