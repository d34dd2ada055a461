"""State probabilities as a value, and readings off them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from custlife.errors import UnknownNameError, UsageError
from custlife.stats.columns import Column, floats, raw, times_of, wholes
from custlife.stats.curve import read_time
from custlife.stats.flow_variance import Spread
from custlife.stats.interval import Interval, percent
from custlife.stats.limits import mirrored
from custlife.stats.special import two_sided_z

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.stats.flow import Flow

__all__ = ["StatePoint", "StateProbabilities", "StateTime"]

METHOD = "log-log"


@attrs.frozen
class StatePoint:
    """The probability of one state read at one time.

    Attributes:
        state: The state.

        time: The time asked for.

        value: Probability to be in the state just after the time; None where nobody was seen that long.

        std_error: Greenwood's standard error of the value; None with it.

        interval: Confidence interval of the value; None with it, and where the value is 0 or 1.

        at_risk: How many are in the state just before the time and seen, as of the next row; 0 past the last one.

        reason: Why the value or the interval is None; else empty.

    Examples:
        >>> from custlife.stats import state_probabilities
        >>> print(state_probabilities({"lead": {0: 4}}, {("lead", "paid"): [1]}).at(1)[0])
        75.0 % lead at 1 (95 % log-log 33.5 % to 99.1 %), 4 at risk
    """

    state: str
    time: float
    value: float | None
    std_error: float | None
    interval: Interval | None
    at_risk: int
    reason: str = ""

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.state} at {self.time} unknown ({self.reason})"
        limits = self.interval or self.reason
        return f"{percent(self.value)} {self.state} at {self.time} ({limits}), {self.at_risk} at risk"


@attrs.frozen
class StateTime:
    """The expected time in one state in a window that starts at 0: the area under its probability.

    Attributes:
        state: The state.

        horizon: End of the window.

        value: Expected time, from 0 to the horizon; None where nobody was seen that long.

        std_error: Greenwood's standard error of the value; None with it.

        interval: Confidence interval of the value by the normal distribution, cut to the window; None with it.

        reason: Why there is no value; else empty.

    Examples:
        >>> from custlife.stats import state_probabilities
        >>> print(state_probabilities({"lead": {0: 4}}, {("lead", "paid"): [1, 2]}).time_in("lead", 2))
        1.75 in lead up to 2 (95 % normal 1.33 to 2)
    """

    state: str
    horizon: float
    value: float | None
    std_error: float | None
    interval: Interval | None
    reason: str = ""

    def __str__(self) -> str:
        if self.value is None or self.interval is None:
            return f"time in {self.state} up to {self.horizon} unknown ({self.reason})"
        limits = f"{self.interval.method} {self.interval.low:.3g} to {self.interval.high:.3g}"
        return f"{self.value:.3g} in {self.state} up to {self.horizon} ({100 * self.interval.level:g} % {limits})"


@attrs.frozen(slots=False)
class StateProbabilities:
    """The probability of each state at any time up to the last move or censoring.

    `at` and `time_in` go to their time and cost little; the columns of all times are made when they are first read,
    and so are variances. These are Greenwood's for moves between several states, with who enters late at risk from then
    on; the shares at the start are taken as known. They take the future of those in a state to be the same wherever
    they come from; R's survfit gives the infinitesimal jackknife, which does not and needs each path. Where that is in
    doubt, or units repeat, see `jackknife`.

    Attributes:
        flow: What happened, in the order of time.

        level: Nominal coverage of the intervals.

        unit: What the times are divided by.

    Examples:
        >>> from custlife.stats import state_probabilities
        >>> print(state_probabilities({"lead": {0: 4}}, {("lead", "paid"): [1, 2]}))
        2 states seen up to 2; lead 50.0 %, paid 50.0 %
    """

    flow: Flow = attrs.field(repr=False)
    level: float
    unit: int = 1

    def __attrs_post_init__(self) -> None:
        _ = self.flow.marks  # who leaves without having come is found here, not at the first reading

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states, in the order they were met."""
        return self.flow.states

    @property
    def start(self) -> tuple[float, ...]:
        """Probability of each state before the first time."""
        return self.flow.start

    @property
    def horizon(self) -> float | None:
        """The last time at which anybody moved or was censored; None where nobody did."""
        return None if self._end is None else self._time(self._end)

    @cached_property
    def times(self) -> Column[float]:
        """Distinct times at which somebody moved or was censored, rising."""
        return self._columns[0]

    @cached_property
    def probabilities(self) -> tuple[Column[float], ...]:
        """By state a column of its probability just after each time; at each time they sum to 1."""
        return self._columns[1]

    @cached_property
    def at_risk(self) -> tuple[Column[int], ...]:
        """By state a column of how many were in it and seen just before each time."""
        return self._columns[2]

    @cached_property
    def std_errors(self) -> tuple[Column[float], ...]:
        """By state a column of Greenwood's standard errors."""
        found = [list(map(math.sqrt, variances)) for variances in self._spread.rows()]
        return tuple([floats(errors[i] for errors in found) for i in range(len(self.states))])

    def at(self, time: float) -> tuple[StatePoint, ...]:
        """The probability of each state at one time, in the order of the states.

        Args:
            time: 0 or more, in the unit of the times. Past the last one the values are None.

        Raises:
            UsageTypeError: The time is not a number.
            UsageError: The time is negative or NaN.

        Examples:
            >>> from custlife.stats import state_probabilities
            >>> [point.value for point in state_probabilities({"lead": {0: 4}}, {("lead", "paid"): [1]}).at(1)]
            [0.75, 0.25]
        """
        time = read_time("time", time)
        if not self._is_seen(time):
            reason = self._unseen()
            return tuple([StatePoint(state, time, None, None, None, 0, reason) for state in self.states])
        times, codes, entries = raw(self.flow.times), raw(self.flow.codes), self.flow.entries
        done, later = self._place(time, bisect_right), self._place(time, bisect_left)
        while codes[later] >= entries:  # who enters late before the next row is at risk there
            later += 1
        present, _ = self.flow.after(bisect_left(times, times[later]))
        _, values = self.flow.after(done)
        errors = list(map(math.sqrt, self._spread.variances(done)))
        return tuple([self._point(i, time, values, errors[i], present[i]) for i in range(len(self.states))])

    def time_in(self, state: str, horizon: float) -> StateTime:
        """The expected time in a state up to a horizon, with its standard error.

        Args:
            state: The state.

            horizon: End of the window, 0 or more, in the unit of the times. Past the last one the value is None.

        Raises:
            UnknownNameError: No such state.
            UsageTypeError: The horizon is not a number.
            UsageError: The horizon is negative, NaN or infinite.

        Source:
            Greenwood's variance of the area: Andersen, Borgan, Gill & Keiding (1993), section IV.4.1; with one move
            out of one state that of the restricted mean.

        Examples:
            >>> from custlife.stats import state_probabilities
            >>> state_probabilities({"lead": {0: 4}}, {("lead", "paid"): [1, 2]}).time_in("lead", 2).value
            1.75
        """
        if state not in self.states:
            raise UnknownNameError("state", state, self.states)
        horizon = _window(horizon)
        if not self._is_seen(horizon):
            return StateTime(state, horizon, None, None, None, self._unseen())
        value, variance = self._spread.time_in(self.states.index(state), self._times_before(horizon), horizon)
        error = math.sqrt(variance)
        half = two_sided_z(self.level) * error
        interval = Interval(max(0.0, value - half), min(horizon, value + half), self.level, "normal")
        return StateTime(state, horizon, value, error, interval)

    def values_at(self, time: float) -> tuple[float, ...] | None:
        """The values of `at` without their errors, which cost far more, in the order of the states.

        Args:
            time: As for `at`. Past the last time there are no values, and the answer is None.

        Raises:
            UsageTypeError: The time is not a number.
            UsageError: The time is negative or NaN.

        Examples:
            >>> from custlife.stats import state_probabilities
            >>> state_probabilities({"lead": {0: 4}}, {("lead", "paid"): [1, 2]}).values_at(1)
            (0.75, 0.25)
        """
        time = read_time("time", time)
        return tuple(self.flow.after(self._place(time, bisect_right))[1]) if self._is_seen(time) else None

    def times_in(self, horizon: float) -> tuple[float, ...] | None:
        """The values of `time_in` for all states without their errors, in the order of the states.

        Args:
            horizon: As for `time_in`. Past the last time there are no values, and the answer is None.

        Raises:
            UsageTypeError: The horizon is not a number.
            UsageError: The horizon is negative, NaN or infinite.

        Examples:
            >>> from custlife.stats import state_probabilities
            >>> state_probabilities({"lead": {0: 4}}, {("lead", "paid"): [1, 2]}).times_in(2)
            (1.75, 0.25)
        """
        horizon = _window(horizon)
        if not self._is_seen(horizon):
            return None
        return tuple(self._spread.times_in(self._times_before(horizon), horizon))

    def _is_seen(self, time: float) -> bool:
        return self._end is not None and time <= self._time(self._end)

    def _times_before(self, horizon: float) -> list[float]:
        """Times of the events before a horizon, in the unit of the answer."""
        return list(map(self._time, raw(self.flow.times)[: self._place(horizon, bisect_left)]))

    @cached_property
    def _columns(self) -> tuple[Column[float], tuple[Column[float], ...], tuple[Column[int], ...]]:
        size = range(len(self.states))
        times: list[float] = []
        values: list[list[float]] = [[] for _ in size]
        present: list[list[int]] = [[] for _ in size]
        for t, before, _, _, after in self.flow.rows():
            times.append(abs(self._time(t)))  # -0.0 is 0.0
            for i in size:
                values[i].append(after[i])
                present[i].append(before[i])
        return times_of(times), tuple(map(floats, values)), tuple(map(wholes, present))

    @cached_property
    def _spread(self) -> Spread:
        return Spread(self.flow)

    @cached_property
    def _end(self) -> float | None:
        """The last time of a move or a censoring, not divided."""
        codes, entries = raw(self.flow.codes), self.flow.entries
        last = next((i for i in range(len(codes) - 1, -1, -1) if codes[i] < entries), None)
        return None if last is None else self.flow.times[last]

    def _time(self, time: float) -> float:
        """A time of the flow in the unit of the answer."""
        whole = int(time) if self.flow.are_whole else time
        return whole if self.unit == 1 else whole / self.unit

    def _place(self, time: float, find: Callable[..., int]) -> int:
        """How many events come before a time in the unit of the answer, or up to it."""
        times = raw(self.flow.times)
        return find(times, time) if self.unit == 1 else find(times, time, key=self._time)

    def _unseen(self) -> str:
        return "nobody moved or was censored" if self.horizon is None else f"nobody was seen past {self.horizon}"

    def _point(self, place: int, time: float, values: Sequence[float], error: float, at_risk: int) -> StatePoint:
        """One state read at a time that has a row at or after it."""
        state, value = self.states[place], values[place]
        rest = math.fsum([p for i, p in enumerate(values) if i != place])
        if not (value and rest and error):
            return StatePoint(state, time, value, error, None, at_risk, "nothing varies")
        low, high = mirrored(value, rest, two_sided_z(self.level) * error)
        return StatePoint(state, time, value, error, Interval(low, high, self.level, METHOD), at_risk)

    def __str__(self) -> str:
        if self.horizon is None:
            return "nobody moved or was censored"
        _, values = self.flow.after(len(self.flow.times))
        parts = [f"{s} {percent(p)}" for s, p in zip(self.states, values, strict=True)]
        return f"{len(self.states)} states seen up to {self.horizon}; {', '.join(parts)}"


def _window(horizon: float) -> float:
    """The end of a window, as a plain number."""
    horizon = read_time("horizon", horizon)
    if math.isinf(horizon):
        raise UsageError(f"horizon={horizon!r} is infinite", "pass the end of a window, such as found.horizon")
    return horizon
