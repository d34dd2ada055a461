"""Greenwood's standard errors of an incidence: at one row, at which few rows are walked once some were read, or at all.

The covariance of survival and incidence is carried from time to time, and what is added at a time is that of the
multinomial counts there.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import attrs

from custlife.stats.columns import raw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["IncidenceErrors"]

State = tuple[float, float, float, float]
"""Survival; the variance of survival, the covariance of survival and incidence, and the variance of incidence."""

MARK = 256
START = (1.0, 0.0, 0.0, 0.0)


def _marks() -> dict[int, State]:
    return {0: START}


@attrs.frozen(eq=False)
class IncidenceErrors:
    """The errors of the incidence of some of the ends.

    Attributes:
        at_risk: Spells at risk just before each time.
        events: Spells that ended at each time.
        own: Those of them whose incidence it is.
    """

    at_risk: Sequence[int]
    events: Sequence[int]
    own: Sequence[int]
    _marks: dict[int, State] = attrs.field(factory=_marks, init=False, repr=False)  # what readings have come by

    def at(self, row: int) -> tuple[float, float]:
        """The errors after one row of the incidence, and of the incidence plus survival."""
        mark = row // MARK
        while mark not in self._marks:
            mark -= 1
        state = self._marks[mark]
        for begin in range(mark * MARK, row + 1, MARK):
            (state,) = deque(self._states(state, begin, min(begin + MARK, row + 1)), 1)
            if begin + MARK <= row:
                self._marks[begin // MARK + 1] = state
        return _errors(state)

    def rows(self) -> Iterator[tuple[float, float]]:
        """The same after each row."""
        return map(_errors, self._states(START, 0, len(self.own)))

    def _states(self, state: State, begin: int, end: int) -> Iterator[State]:
        """Where one is after each of some rows."""
        survival, both, cross, alone = state
        columns = (raw(column)[begin:end] for column in (self.at_risk, self.events, self.own))
        for n, d, k in zip(*columns, strict=True):
            if d:
                stay, square = (n - d) / n, survival * survival / n
                if k:
                    share = k / n
                    alone += share * (2 * cross + share * both) + square * share * ((n - k) / n)
                    cross = stay * (cross + share * both - square * share)
                else:
                    cross *= stay
                both = stay * (stay * both + square * (d / n))
                survival *= stay
            yield survival, both, cross, alone


def _errors(state: State) -> tuple[float, float]:
    """From the variances to the errors."""
    _, both, cross, alone = state
    return math.sqrt(max(0.0, alone)), math.sqrt(max(0.0, alone + 2 * cross + both))
