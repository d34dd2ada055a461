"""The cumulative hazard: the estimator of Nelson and Aalen."""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import attrs

from custlife.stats.columns import Column, floats
from custlife.stats.interval import Interval
from custlife.stats.special import two_sided_z
from custlife.stats.survival import kaplan_meier

if TYPE_CHECKING:
    from custlife.stats.curve import SurvivalCurve
    from custlife.stats.durations import Durations

__all__ = ["HazardCurve", "HazardPoint", "nelson_aalen"]

METHOD = "log"


@attrs.frozen
class HazardPoint:
    """The cumulative hazard read at one time.

    Attributes:
        time: The time asked for.

        value: Cumulative hazard up to and with the time, 0 or more; None where nobody was seen that long.

        std_error: Its standard error, the root of Aalen's sum of d / n^2; None with the value.

        interval: Confidence interval of the value; None with it.

        at_risk: Spells at risk just before the time.

        reason: Why the value is None; else empty.

    Examples:
        >>> print(nelson_aalen([1, 2, 3], [3]).at(2))
        hazard 0.583333 up to 2 (95 % log 0.143852 to 2.36547), 3 at risk
    """

    time: float
    value: float | None
    std_error: float | None
    interval: Interval | None
    at_risk: int
    reason: str = ""

    def __str__(self) -> str:
        if self.interval is None:
            return f"hazard unknown up to {self.time} ({self.reason}), {self.at_risk} at risk"
        low, high, level = self.interval.low, self.interval.high, 100 * self.interval.level
        limits = f"{level:g} % {self.interval.method} {low:g} to {high:g}"
        return f"hazard {self.value:g} up to {self.time} ({limits}), {self.at_risk} at risk"


@attrs.frozen(slots=False)
class HazardCurve:
    """A Nelson-Aalen curve: the cumulative hazard at each time of a survival curve, and readings off it.

    The hazard is 0 before the first end and constant between two times; a value holds from its time on. Who enters
    after everybody at risk has ended adds to it still, though survival stays at 0.

    Attributes:
        curve: The Kaplan-Meier curve of the same spells. Its `times`, `at_risk` and `events` are those of the hazard,
            its `level` is the coverage of the limits.

    Examples:
        >>> print(nelson_aalen([1, 2, 3], [3]))
        4 spells, 3 ended, seen up to 3; hazard 1.08333
    """

    curve: SurvivalCurve

    @cached_property
    def hazard(self) -> Column[float]:
        """Sum of ends by numbers at risk up to and with each time; 0 or more, never falling."""
        return floats(
            accumulate(d / n if d else 0.0 for n, d in zip(self.curve.at_risk, self.curve.events, strict=True))
        )

    @cached_property
    def std_error(self) -> Column[float]:
        """The root of Aalen's variance, the sum of d / n^2, at each time."""
        rows = zip(self.curve.at_risk, self.curve.events, strict=True)
        return floats(map(math.sqrt, accumulate(d / n / n if d else 0.0 for n, d in rows)))

    @cached_property
    def low(self) -> Column[float]:
        """Lower limits at each time."""
        return floats(self._limits(row)[0] for row in range(len(self.hazard)))

    @cached_property
    def high(self) -> Column[float]:
        """Upper limits at each time."""
        return floats(self._limits(row)[1] for row in range(len(self.hazard)))

    def at(self, time: float) -> HazardPoint:
        """The cumulative hazard up to and with *time*, with its interval.

        Args:
            time: 0 or more, in the unit of the durations. Past the largest time the value is None.

        Raises:
            UsageTypeError: The time is not a number.
            UsageError: The time is negative or NaN.

        Examples:
            >>> nelson_aalen([1, 2, 3], [3]).at(1).value
            0.25
        """
        point = self.curve.at(time)
        if not self.curve.times:
            return HazardPoint(point.time, None, None, None, 0, point.reason)
        if point.time > self.curve.times[-1]:
            return HazardPoint(point.time, None, None, None, 0, f"nobody was seen past {self.curve.times[-1]}")
        row = bisect_right(self.curve.times, point.time) - 1
        if row < 0:
            return HazardPoint(point.time, 0.0, 0.0, Interval(0.0, 0.0, self.curve.level, METHOD), point.at_risk)
        interval = Interval(*self._limits(row), self.curve.level, METHOD)
        return HazardPoint(point.time, self.hazard[row], self.std_error[row], interval, point.at_risk)

    def _limits(self, row: int) -> tuple[float, float]:
        """Lower and upper limit at a row; the point 0 before the first end."""
        value = self.hazard[row]
        if not value:
            return 0.0, 0.0
        factor = math.exp(two_sided_z(self.curve.level) * self.std_error[row] / value)
        return value / factor, value * factor

    def __str__(self) -> str:
        if not self.curve.n:
            return str(self.curve)
        seen = f"{self.curve.n} spells, {self.curve.n_events} ended, seen up to {self.curve.horizon}"
        return f"{seen}; hazard {self.hazard[-1]:g}"


def nelson_aalen(
    ended: Durations, censored: Durations = (), *, entered: Durations = (), unit: int = 1, level: float = 0.95
) -> HazardCurve:
    """The Nelson-Aalen curve of spells given as counts.

    The hazard is the sum of d / n and its variance the sum of d / n^2, over the times at which d of n at risk ended;
    this is what R's survfit gives. Limits are symmetric in the logarithm of the hazard.

    Args:
        ended: Durations of the spells that ended: an iterable, whose repeats are counts, or a mapping from
            duration to count. Ints or floats, 0 or more, all in one unit.

        censored: Durations of the spells that had not ended when last seen, likewise.

        entered: Entry times of the spells seen only from then on, likewise; each of these spells is among *ended*
            or *censored* too. An entry at 0 delays nothing.

        unit: What the durations are divided by, a whole number.

        level: Nominal coverage of the intervals, strictly between 0 and 1.

    Raises:
        UsageTypeError: Something is not a number or not a count.
        UsageError: A duration is negative, NaN or endless, a count is negative, or the level or the unit is out of
            range.
        HistoryError: More spells enter than leave, or some leave before they have entered.

    Source:
        Aalen (1978), Ann. Statist. 6, 701-726; limits of Bie, Borgan & Liestoel (1987), Scand. J. Statist. 14, 221-233.

    Examples:
        >>> nelson_aalen([1, 2, 2], [4]).hazard[1]
        0.9166666666666666
    """
    return HazardCurve(kaplan_meier(ended, censored, entered=entered, unit=unit, level=level))
