"""Greenwood's variances of state probabilities and of the time spent in a state, from moves in the order of time.

A move touches one row and one column of the covariances, so that a time without ties costs little. Variances of areas
are found backwards: what a move adds is how much more time is to come where it leads than where it leaves.
"""

from __future__ import annotations

import math
import operator
from array import array
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

from custlife.stats.columns import raw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from custlife.stats.flow import Flow, Move

__all__ = ["Spread"]

Matrix = list[list[float]]


@attrs.frozen(slots=False, eq=False)
class Spread:
    """The covariances of the probabilities of a flow, and of the times spent in its states."""

    flow: Flow

    def variances(self, done: int) -> list[float]:
        """The variance of each probability after some events."""
        i = bisect_right(self.flow.marks, done, key=operator.itemgetter(0)) - 1
        begin, present, value = self.flow.marks[i]
        matrix = [list(row) for row in self._marks[i]]
        self._carry(begin, done, list(present), list(value), matrix)
        return _diagonal(matrix)

    def rows(self) -> Iterator[list[float]]:
        """The variance of each probability after each time that is not of entries alone."""
        matrix = _zeros(len(self.flow.states))
        for _, present, value, moves, _ in self.flow.rows():
            _advance(matrix, present, value, moves)
            yield _diagonal(matrix)

    def time_in(self, place: int, times: Sequence[float], horizon: float) -> tuple[float, float]:
        """The expected time in a state up to a horizon, and its variance.

        Args:
            place: The state.

            times: Times of the events before the horizon.

            horizon: End of the window.
        """
        (shares, weights), codes, kinds = self._moved, raw(self.flow.codes), self.flow.kinds
        ahead, terms = [0.0] * len(self.flow.states), []  # time in the state still to come, by the state one is in
        done, until = len(times), horizon
        while done:
            t = times[done - 1]
            ahead[place] += until - t
            begin, until = bisect_left(times, t, 0, done), t
            if done - begin == 1:
                a, b = kinds[codes[begin]]
                share, gap = shares[begin], ahead[b] - ahead[a]
                terms.append(weights[begin] * (share * (1 - share) * gap * gap))
                ahead[a] += share * gap
            else:
                terms += self._together(begin, done, ahead)
            done = begin
        ahead[place] += until
        value = math.fsum([p * time for p, time in zip(self.flow.start, ahead, strict=True)])
        return value, math.fsum(terms)

    def times_in(self, times: Sequence[float], horizon: float) -> list[float]:
        """The expected time in each state up to a horizon: the values of `time_in`, at the cost of about one of them.

        Args:
            times: Times of the events before the horizon.

            horizon: End of the window.
        """
        (shares, _), codes, kinds, size = self._moved, raw(self.flow.codes), self.flow.kinds, len(self.flow.states)
        ahead = _zeros(size)  # by the state one is in, the time in each state still to come
        done, until = len(times), horizon
        while done:
            t = times[done - 1]
            more, until = until - t, t
            for state, row in enumerate(ahead):
                row[state] += more
            begin = done - 1 if done < 2 or times[done - 2] < t else bisect_left(times, t, 0, done)
            if done - begin == 1:
                if shares[begin]:
                    a, b = kinds[codes[begin]]
                    share = shares[begin]
                    ahead[a] = [x + share * (y - x) for x, y in zip(ahead[a], ahead[b])]  # noqa: B905  # as above
            else:
                self._all_together(begin, done, ahead)
            done = begin
        for state, row in enumerate(ahead):
            row[state] += until
        return [math.fsum(map(operator.mul, self.flow.start, column)) for column in zip(*ahead, strict=True)]

    def _all_together(self, begin: int, end: int, ahead: Matrix) -> None:
        """Carry the times to come back past the moves at one time."""
        ways = self._ways(begin, end)
        means = {}
        for a, given in ways.items():
            every = [*given, (1 - math.fsum([share for share, _ in given]), a)]
            means[a] = [math.fsum([share * ahead[b][place] for share, b in every]) for place in range(len(ahead))]
        for a, mean in means.items():
            ahead[a] = mean

    def _ways(self, begin: int, end: int) -> dict[int, list[tuple[float, int]]]:
        """By state the shares that move at one time, and where they go."""
        shares, _ = self._moved
        ways: dict[int, list[tuple[float, int]]] = {}
        for i in range(begin, end):
            if shares[i]:
                a, b = self.flow.kinds[self.flow.codes[i]]
                ways.setdefault(a, []).append((shares[i], b))
        return ways

    def _together(self, begin: int, end: int, ahead: list[float]) -> Iterator[float]:
        """What the moves at one time add to the variance of an area; each state's are multinomial."""
        shares, weights = self._moved
        ways: dict[int, list[tuple[float, float]]] = {}
        weight: dict[int, float] = {}
        for i in range(begin, end):
            if shares[i]:
                a, b = self.flow.kinds[self.flow.codes[i]]
                ways.setdefault(a, []).append((shares[i], ahead[b]))
                weight[a] = weights[i]
        means = {}
        for a, given in ways.items():
            every = [*given, (1 - math.fsum([share for share, _ in given]), ahead[a])]
            means[a] = math.fsum([share * time for share, time in every])
            yield weight[a] * math.fsum([share * (time - means[a]) ** 2 for share, time in every])
        for a, mean in means.items():
            ahead[a] = mean

    @cached_property
    def _marks(self) -> tuple[tuple[tuple[float, ...], ...], ...]:
        """The covariances where the flow has its marks."""
        matrix = _zeros(len(self.flow.states))
        found = [tuple(map(tuple, matrix))]
        for (begin, present, value), (end, *_) in pairwise(self.flow.marks):
            self._carry(begin, end, list(present), list(value), matrix)
            found.append(tuple(map(tuple, matrix)))
        return tuple(found)

    @cached_property
    def _moved(self) -> tuple[array[float], array[float]]:
        """Of each event the share of its state that moves, 0 for others, and what it weighs in a variance."""
        shares, weights = array("d", [0.0]) * len(self.flow.times), array("d", [0.0]) * len(self.flow.times)
        present, value = list(self.flow.present), list(self.flow.start)
        for begin, end, is_cluster in self.flow.stretches(0, len(shares)):
            if is_cluster:
                there, before = present[:], value[:]
                for i, (a, _, d) in enumerate(self.flow.together(begin, end, present, value), begin):
                    shares[i], weights[i] = d / there[a], before[a] * before[a] / there[a]
                continue
            for i, (a, b, d) in enumerate(self.flow.steps(begin, end), begin):
                n = present[a]
                present[a] = n - d
                if b >= 0:
                    p, share = value[a], 1 / n
                    shares[i], weights[i] = share, p * p / n
                    value[a] = p * ((n - d) / n)
                    value[b] += p * share
                    present[b] += 1
        return shares, weights

    def _carry(self, begin: int, end: int, present: list[int], value: list[float], matrix: Matrix) -> None:
        """Go on from one event to another."""
        for first, past, is_cluster in self.flow.stretches(begin, end):
            if is_cluster:
                there, before = present[:], value[:]
                _advance(matrix, there, before, self.flow.together(first, past, present, value))
                continue
            for a, b, d in self.flow.steps(first, past):
                n = present[a]
                present[a] = left = n - d
                if b >= 0:
                    p, share, keep = value[a], 1 / n, left / n
                    _carry_one(matrix, a, b, share, keep, p * p / n)
                    value[a] = p * keep
                    value[b] += p * share
                    present[b] += 1


def _carry_one(matrix: Matrix, a: int, b: int, share: float, keep: float, weight: float) -> None:
    """Carry covariances past one move: those before it, and those of its binomial."""
    for row in matrix:
        x = row[a]
        row[b] += x * share
        row[a] = x * keep
    left = matrix[a]
    matrix[b] = [y + x * share for x, y in zip(left, matrix[b])]  # noqa: B905  # checking lengths costs time here
    matrix[a] = [x * keep for x in left]
    added = weight * (share * keep)
    matrix[a][a] += added
    matrix[b][b] += added
    matrix[a][b] -= added
    matrix[b][a] -= added


def _advance(matrix: Matrix, present: Sequence[int], value: Sequence[float], moves: Sequence[Move]) -> None:
    """Carry covariances past one time: those before it, and what its moves add."""
    if len(moves) == 1:
        ((a, b, d),) = moves
        n = present[a]
        _carry_one(matrix, a, b, d / n, (n - d) / n, value[a] * value[a] / n)
    elif moves:
        shares = [(a, b, d / present[a]) for a, b, d in moves]
        matrix[:] = _carried(_carried(matrix, shares), shares)
        for a in {a for a, _, _ in moves}:
            _scatter(matrix, a, shares, value[a] * value[a] / present[a])


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


def _zeros(size: int) -> Matrix:
    return [[0.0] * size for _ in range(size)]


def _diagonal(matrix: Matrix) -> list[float]:
    return [max(0.0, row[i]) for i, row in enumerate(matrix)]
