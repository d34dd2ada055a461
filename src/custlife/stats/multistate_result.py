"""State probabilities as a value, their variance, and readings off them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from custlife.errors import UnknownNameError
from custlife.stats.columns import raw
from custlife.stats.curve import read_time
from custlife.stats.interval import Interval, percent
from custlife.stats.limits import mirrored
from custlife.stats.special import two_sided_z

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Move", "StatePoint", "StateProbabilities"]

Move = tuple[int, int, int]  # from and to, as places among the states, and how many
Matrix = list[list[float]]

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


@attrs.frozen(slots=False)
class StateProbabilities:
    """The probability of each state at each time somebody moved or was censored.

    The variance is Greenwood's for moves between several states. It takes the future of those in a state to be the same
    wherever they come from; R's survfit gives the infinitesimal jackknife, which does not and needs each path.

    Attributes:
        states: Names of the states, in the order they were met.

        times: Distinct times, rising.

        probabilities: By state a column of its probability just after each time; at each time they sum to 1.

        at_risk: By state a column of how many were in it and seen just before each time.

        start: Probability of each state before the first time.

        steps: At each time the moves: from and to, as places among the states, and how many.

        level: Nominal coverage of the intervals.

    Examples:
        >>> from custlife.stats import state_probabilities
        >>> print(state_probabilities({"lead": {0: 4}}, {("lead", "paid"): [1, 2]}))
        2 states seen up to 2; lead 50.0 %, paid 50.0 %
    """

    states: tuple[str, ...]
    times: Sequence[float] = attrs.field(repr=False)
    probabilities: tuple[Sequence[float], ...] = attrs.field(repr=False)
    at_risk: tuple[Sequence[int], ...] = attrs.field(repr=False)
    start: tuple[float, ...]
    steps: tuple[tuple[Move, ...], ...] = attrs.field(repr=False)
    level: float

    @cached_property
    def std_errors(self) -> tuple[tuple[float, ...], ...]:
        """By state a column of Greenwood's standard errors; the shares at the start are taken as known."""
        size = range(len(self.states))
        variance: Matrix = [[0.0 for _ in size] for _ in size]
        rows: list[list[float]] = []
        before = self.start
        for row, step in enumerate(self.steps):
            if step:
                shares = [(a, b, d / self.at_risk[a][row]) for a, b, d in step]
                variance = _carried(_carried(variance, shares), shares)
                for a in {a for a, _, _ in step}:
                    _scatter(variance, a, shares, before[a] * before[a] / self.at_risk[a][row])
            before = tuple([column[row] for column in self.probabilities])
            rows.append([math.sqrt(max(0.0, variance[i][i])) for i in size])
        return tuple([tuple([errors[i] for errors in rows]) for i in size])

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
        row = bisect_right(raw(self.times), time) - 1
        later = bisect_left(raw(self.times), time)
        if later == len(self.times):
            reason = f"nobody was seen past {self.times[-1]}" if self.times else "nobody moved or was censored"
            return tuple([StatePoint(state, time, None, None, None, 0, reason) for state in self.states])
        return tuple([self._point(i, time, row, later) for i in range(len(self.states))])

    def time_in(self, state: str, horizon: float) -> float | None:
        """The expected time in a state up to a horizon: the area under its probability; None where that is unknown.

        Args:
            state: The state.

            horizon: End of the window, 0 or more, in the unit of the times; None past the last of them.

        Raises:
            UnknownNameError: No such state.
            UsageTypeError: The horizon is not a number.
            UsageError: The horizon is negative or NaN.

        Examples:
            >>> from custlife.stats import state_probabilities
            >>> state_probabilities({"lead": {0: 4}}, {("lead", "paid"): [1, 2]}).time_in("lead", 2)
            1.75
        """
        if state not in self.states:
            raise UnknownNameError("state", state, self.states)
        place, horizon = self.states.index(state), read_time("horizon", horizon)
        if not self.times or horizon > self.times[-1]:
            return None
        last = bisect_left(raw(self.times), horizon)
        edges = [0, *self.times[:last], horizon]
        heights = [self.start[place], *self.probabilities[place][:last]]
        return math.fsum([p * (end - begin) for p, begin, end in zip(heights, edges, edges[1:], strict=False)])

    def _point(self, place: int, time: float, row: int, later: int) -> StatePoint:
        """One state read at a time that has a row at or after it."""
        at_risk = self.at_risk[place][later]
        value = self.start[place] if row < 0 else self.probabilities[place][row]
        error = 0.0 if row < 0 else self.std_errors[place][row]
        others = self.start if row < 0 else [column[row] for column in self.probabilities]
        rest = math.fsum([p for i, p in enumerate(others) if i != place])
        if not (value and rest and error):
            return StatePoint(self.states[place], time, value, error, None, at_risk, "nothing varies")
        low, high = mirrored(value, rest, two_sided_z(self.level) * error)
        return StatePoint(self.states[place], time, value, error, Interval(low, high, self.level, METHOD), at_risk)

    def __str__(self) -> str:
        if not self.times:
            return "nobody moved or was censored"
        parts = [f"{s} {percent(column[-1])}" for s, column in zip(self.states, self.probabilities, strict=True)]
        return f"{len(self.states)} states seen up to {self.times[-1]}; {', '.join(parts)}"


def _carried(matrix: Matrix, shares: list[tuple[int, int, float]]) -> Matrix:
    """The transpose of a matrix times the moves of one time; twice that carries a variance to the next time."""
    rows = [row[:] for row in matrix]
    for old, new in zip(matrix, rows, strict=True):
        for a, b, share in shares:
            new[a] -= old[a] * share
            new[b] += old[a] * share
    return [list(column) for column in zip(*rows, strict=True)]


def _scatter(variance: Matrix, state: int, shares: list[tuple[int, int, float]], weight: float) -> None:
    """Add the multinomial variance of the moves out of one state."""
    ways = {b: share for a, b, share in shares if a == state}
    ways[state] = 1 - math.fsum(ways.values())
    for i, share in ways.items():
        for j, other in ways.items():
            variance[i][j] += weight * share * ((i == j) - other)
