"""State probabilities, and times spent in states, without each fold of the units: the values alone, for a jackknife.

They are those of `state_probabilities`, of which the variances would cost more than all else.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import attrs

from custlife.stats.products import is_large

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Fold", "Occupancy", "without_each"]

Events = list[tuple[int, bool, int, int, int]]
"""Of each its time, whether it is a censoring, from, to, and the fold."""
Step = tuple[int, list[tuple[int, int, int]], list[tuple[int, int]]]
"""A time, its moves (from, to, fold), and its censorings (state, fold)."""


@attrs.frozen
class Fold:
    """What happened to some of the units, all seen from time 0 on.

    Attributes:
        started: Units by the state in which they are from time 0 on.
        moves: Times of the moves by the states from and to.
        censored: Times when somebody was last seen, by the state.
    """

    started: Mapping[int, int]
    moves: Mapping[tuple[int, int], Sequence[int]]
    censored: Mapping[int, Sequence[int]]


@attrs.frozen
class Occupancy:
    """The estimate at one time.

    Attributes:
        probabilities: By state the probability to be in it just after the time.
        times: By state the expected time in it up to then.
    """

    probabilities: tuple[float, ...]
    times: tuple[float, ...]


def without_each(folds: Sequence[Fold], states: int, time: int) -> list[Occupancy | None]:
    """For each fold the estimate from all others; None where none of them was seen that long.

    Args:
        folds: Two or more, each with somebody who started.
        states: So many states; they are known by number, from 0.
        time: The time at which to read.

    Source:
        As for `state_probabilities`.

    Examples:
        >>> one, other = Fold({0: 2}, {(0, 1): [1]}, {0: [2], 1: [2]}), Fold({0: 1}, {}, {0: [2]})
        >>> [found.probabilities for found in without_each([one, other], 2, 2)]
        [(1.0, 0.0), (0.5, 0.5)]
    """
    lasts = [max((t for times in (*fold.moves.values(), *fold.censored.values()) for t in times[-1:]), default=0)
             for fold in folds]  # fmt: skip
    last_without = [max(last for k, last in enumerate(lasts) if k != out) for out in range(len(folds))]
    made = _walked(folds, states, time)
    return [one if last >= time else None for one, last in zip(made, last_without, strict=True)]


def _walked(folds: Sequence[Fold], states: int, time: int) -> list[Occupancy]:
    """For each fold the estimate from all others, were they seen that long."""
    if is_large(sum(len(times) for fold in folds for times in (*fold.moves.values(), *fold.censored.values()))):
        from custlife.stats import arrays_occupancy

        found = arrays_occupancy.walked(folds, states, time)
        if found is not None:
            return [Occupancy(tuple(values), tuple(spent)) for values, spent in zip(*found, strict=True)]
    steps, made = _steps(folds), []
    for out in range(len(folds)):
        others = [fold for k, fold in enumerate(folds) if k != out]
        present = [sum(fold.started.get(state, 0) for fold in others) for state in range(states)]
        made.append(_followed(steps, present, out, time))
    return made


def _steps(folds: Sequence[Fold]) -> list[Step]:
    """What happens at each time; moves come before censorings."""
    events: Events = [
        (t, False, a, b, k) for k, fold in enumerate(folds) for (a, b), times in fold.moves.items() for t in times
    ]
    events += [(t, True, a, a, k) for k, fold in enumerate(folds) for a, times in fold.censored.items() for t in times]
    events.sort()
    steps = []
    for t, group in groupby(events, itemgetter(0)):
        here = list(group)
        moves = [(a, b, k) for _, is_last, a, b, k in here if not is_last]
        steps.append((t, moves, [(a, k) for _, is_last, a, _, k in here if is_last]))
    return steps


def _followed(steps: Sequence[Step], present: list[int], out: int, time: int) -> Occupancy:
    """The product integral up to a time, without one fold."""
    total = sum(present)
    values = [n / total for n in present]
    areas, since = [0.0] * len(values), [0] * len(values)
    for t, moves, gone in steps:
        if t > time:
            break
        if len(moves) == 1:  # most often, and quicker so
            ((a, b, k),) = moves
            if k != out:
                p, q, n = values[a], values[b], present[a]
                areas[a] += p * (t - since[a])
                areas[b] += q * (t - since[b])
                since[a] = since[b] = t
                values[a], values[b] = p * ((n - 1) / n), q + p / n
                present[a] = n - 1
                present[b] += 1
        elif moves:
            _together([(a, b) for a, b, k in moves if k != out], t, values, present, areas, since)
        for a, k in gone:
            present[a] -= k != out
    times = [area + p * (time - t) for area, p, t in zip(areas, values, since, strict=True)]
    return Occupancy(tuple([max(0.0, p) for p in values]), tuple(times))


def _together(
    moves: list[tuple[int, int]], t: int, values: list[float], present: list[int], areas: list[float], since: list[int]
) -> None:
    """Several moves at one time, each by its share of those who were there before all of them."""
    for state in {state for pair in moves for state in pair}:
        areas[state] += values[state] * (t - since[state])
        since[state] = t
    shares = [(a, b, values[a] / present[a]) for a, b in moves]
    for a, b, share in shares:
        values[a] -= share
        values[b] += share
        present[a] -= 1
        present[b] += 1
