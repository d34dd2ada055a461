"""State probabilities without each fold of the units by NumPy: the same numbers as by loops, to the last bit.

One walk over the moves carries the estimates without each fold side by side: a row of numbers for each state, with one
number for each fold that is left out. What a move of that very fold would do there is to divide by infinity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custlife.stats.arrays import EXACT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from custlife.stats.arrays import Array
    from custlife.stats.occupancy import Fold

__all__ = ["walked"]

STRETCH = 1 << 12


@attrs.define
class _Walk:
    """Where the walk is.

    Attributes:
        time: Where it ends.
        present: By state and fold how many of the fold are there.
        values: By state the probabilities without each fold.
        areas: By state the time spent in it without each fold, up to `since`.
        since: By state the time of the last move into it or out of it, of another fold.
    """

    time: int
    present: Array
    values: list[Array]
    areas: Array
    since: Array


def walked(folds: Sequence[Fold], states: int, time: int) -> tuple[list[list[float]], list[list[float]]] | None:
    """By fold left out, probabilities and times spent by state; see `occupancy`. None where it is left to loops."""
    events = _events(folds, time)
    if events is None:
        return None
    present = np.array([[fold.started.get(state, 0) for fold in folds] for state in range(states)])
    others = present.sum(axis=1)[:, None] - present
    walk = _Walk(time, present, list(others / others.sum(axis=0)), np.zeros(others.shape), np.zeros(others.shape))
    for stretch in _stretches(*events):
        _follow(walk, *stretch)
    values = np.array(walk.values)
    times = walk.areas + values * (time - walk.since)
    return np.maximum(0.0, values).T.tolist(), times.T.tolist()


def _events(folds: Sequence[Fold], time: int) -> tuple[Array, ...] | None:
    """Times up to one, whether each is a censoring, from, to and the fold, in the order of the loops."""
    kinds: list[tuple[int, int, int, int, Any]] = []
    for k, fold in enumerate(folds):
        kinds += [(0, a, b, k, times) for (a, b), times in fold.moves.items()]
        kinds += [(1, a, a, k, times) for a, times in fold.censored.items()]
    kinds.sort(key=lambda kind: kind[:4])
    columns = [np.asarray(times, np.int64) for *_, times in kinds]
    times = np.concatenate([*columns, np.zeros(0, np.int64)])
    if time >= EXACT:
        return None
    order = np.argsort(times, kind="stable")
    times = times[order]
    last = int(np.searchsorted(times, time, "right"))
    which = np.repeat(np.arange(len(kinds)), list(map(len, columns)))[order[:last]]
    facts = np.array([kind[:4] for kind in kinds], np.int64).reshape(-1, 4)
    return times[:last], *(facts[:, column][which] for column in range(4))


def _stretches(times: Array, *columns: Array) -> Iterator[tuple[Array, ...]]:
    """Some events after some others; no time is torn apart."""
    begin = 0
    while begin < len(times):
        end = min(begin + STRETCH, len(times))
        end = int(np.searchsorted(times, times[end - 1], "right"))
        yield times[begin:end], *(column[begin:end] for column in columns)
        begin = end


def _follow(walk: _Walk, times: Array, gone: Array, a: Array, b: Array, k: Array) -> None:
    """Go on past some events."""
    is_move = gone == 0
    at_risk = _at_risk(walk, times, is_move, a, b, k)
    times, a, b, k = times[is_move], a[is_move], b[is_move], k[is_move]
    if len(times):
        before = walk.values[:]
        after = _moved(walk.values, times, a.tolist(), b.tolist(), at_risk, (np.arange(len(k)), k))
        for state, value in enumerate(before):
            _spend(walk, state, value, after, times, (a == state, b == state), k)


def _at_risk(walk: _Walk, times: Array, is_move: Array, a: Array, b: Array, k: Array) -> Array:
    """For each move how many are in its state before it and before all others at its time, without each fold."""
    found = np.empty((len(times), walk.present.shape[1]))
    for state, present in enumerate(walk.present):
        rows = np.flatnonzero((a == state) | (b == state))
        leaves = a[rows] == state
        steps = np.zeros((len(rows) + 1, len(present)), np.int64)
        steps[0] = present
        steps[np.arange(1, len(rows) + 1), k[rows]] = np.where(leaves, -1, 1)
        counts = np.cumsum(steps, axis=0)
        moves = rows[leaves & is_move[rows]]
        there = counts[np.searchsorted(times[rows], times[moves])]
        found[moves] = there.sum(axis=1)[:, None] - there
        walk.present[state] = counts[-1]
    return found[is_move]


def _moved(values: list[Array], times: Array, a: list[int], b: list[int], at_risk: Array, own: Any) -> Array:
    """The probabilities after each move: of the state it leaves, and of the one it leads to; those in hand go along."""
    at_risk[own] = np.inf
    with np.errstate(invalid="ignore"):
        shares = (at_risk - 1) / at_risk  # that stay
    shares[own] = 1.0
    after = np.empty((2 * len(times), at_risk.shape[1]))
    made, risks, parts, step = list(after), list(at_risk), list(shares), np.empty(at_risk.shape[1])
    ends = [*(np.flatnonzero(times[1:] != times[:-1]) + 1).tolist(), len(times)]
    divide, multiply, add, begin = np.divide, np.multiply, np.add, 0
    for end in ends:
        if end - begin == 1:  # most often, and quicker so
            x, y, value = a[begin], b[begin], values[a[begin]]
            divide(value, risks[begin], step)
            values[x] = multiply(value, parts[begin], made[2 * begin])
            values[y] = add(values[y], step, made[2 * begin + 1])
        else:
            for i in range(begin, end):
                divide(values[a[i]], risks[i], parts[i])
            for i in range(begin, end):
                values[a[i]] = np.subtract(values[a[i]], parts[i], made[2 * i])
                values[b[i]] = add(values[b[i]], parts[i], made[2 * i + 1])
        begin = end
    return after


def _spend(
    walk: _Walk, state: int, value: Array, after: Array, times: Array, ways: tuple[Array, Array], k: Array
) -> None:
    """Add the time spent in a state up to the last move out of it or into it."""
    out, into = ways
    rows = np.flatnonzero(out | into)
    if not len(rows):
        return
    every, k = np.arange(len(rows)), k[rows]
    held = np.vstack((value, after[2 * rows[:-1] + into[rows[:-1]]]))
    reached = np.repeat(times[rows].astype("f8")[:, None], len(value), axis=1)
    own = reached.copy()
    own[every, k] = 0.0
    since = np.maximum.accumulate(np.vstack((walk.since[state], own)), axis=0)
    spans = reached - since[:-1]
    spans[every, k] = 0.0
    held *= spans
    held[0] += walk.areas[state]
    walk.areas[state] = np.cumsum(held, axis=0)[-1]
    walk.since[state] = since[-1]
