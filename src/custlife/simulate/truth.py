"""What the rates imply: the share of customers that reach a stage, ever or in time, or stand in it."""

from __future__ import annotations

from itertools import pairwise
from operator import mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custlife.simulate.rates import Rates, Way

__all__ = ["ever", "in_time", "occupied"]

State = tuple[str, str]
"""A stage, and the stage of the path that was left last: some ways lead back there."""

GRID = 240
SETTLED = 1e-13


def ever(rates: Rates, start: str | None, goal: str) -> float:
    """The share that reaches the goal at all: the smallest solution of the linear equations, by iteration."""
    goals = _goals(rates, goal)
    states = _states(rates, start, goals)
    found = dict.fromkeys(states, 0.0)
    change = 1.0
    while change > SETTLED:
        change = 0.0
        for state in states:
            new = sum(w.share * (1.0 if t[0] in goals else found[t]) for w, t in _next(rates, state))
            change = max(change, abs(new - found[state]))
            found[state] = new
    return _mixed(rates, start, goals, found)


def in_time(rates: Rates, start: str | None, goal: str, days: float, pace: float) -> float:
    """The share that reaches the goal within some days."""
    goals = _goals(rates, goal)
    states = _states(rates, start, goals)
    plans = {state: _plan(rates, state, days, pace) for state in states}
    there = {state: _left([way for way in plans[state] if way[0][0] in goals]) for state in states}
    ways = {state: [way for way in plans[state] if way[0][0] not in goals] for state in states}
    return _mixed(rates, start, goals, _renewed(states, ways, there))


def occupied(rates: Rates, start: str | None, stages: frozenset[str], days: float, pace: float) -> float:
    """The share that stands in one of some stages after some days."""
    states = _states(rates, start, frozenset())
    ways = {state: _plan(rates, state, days, pace) for state in states}
    there = {
        state: [1 - left for left in _left(ways[state])] if state[0] in stages else [0.0] * (GRID + 1)
        for state in states
    }
    return _mixed(rates, start, frozenset(), _renewed(states, ways, there))


def _left(ways: list[Plan]) -> list[float]:
    """The share that has left by some ways, on the grid."""
    return [
        sum(share * (once + (1 - once) * over[step]) for _, share, once, over, _ in ways) for step in range(GRID + 1)
    ]


def _renewed(states: list[State], ways: dict[State, list[Plan]], there: dict[State, list[float]]) -> dict[State, float]:
    """The renewal equations on a grid of `GRID` steps: what holds in a state itself, and what follows its ways out."""
    found: dict[State, list[float]] = {state: [0.0] for state in states}
    for step in range(GRID + 1):
        for state in states:
            total = there[state][step]
            for target, share, once, _, rises in ways[state]:
                past = found[target]
                if step:
                    # A wait that ends in a cell ends in its middle on average, so the two ends are averaged.
                    late = sum(map(mul, rises[1 : step + 1], reversed(past[:step])))
                    early = sum(map(mul, rises[2 : step + 1], reversed(past[1:step]))) + rises[1] * past[step - 1]
                    now = past[step] if len(past) > step else past[-1]
                    total += share * (once * now + (1 - once) * (late + early) / 2)
                else:
                    total += share * once * past[0]
            if step:
                found[state].append(total)
            else:
                found[state][0] = total
    return {state: values[-1] for state, values in found.items()}


Plan = tuple[State, float, float, list[float], list[float]]


def _plan(rates: Rates, state: State, days: float, pace: float) -> list[Plan]:
    """For each way out: where to, its share, the part that takes no time, and the wait on the grid."""
    made = []
    for way, target in _next(rates, state):
        over = [way.wait.by(days * step / GRID, pace) for step in range(GRID + 1)]
        rises = [0.0, *(b - a for a, b in pairwise(over))]
        once = rates.at_once if rates.forward(state[0], way) else 0.0
        made.append((target, way.share, once, over, rises))
    return made


def _goals(rates: Rates, goal: str) -> frozenset[str]:
    """The stages that count as reaching the goal: on the path also every later one."""
    place = rates.model.position(goal)
    return frozenset({goal} if place is None else rates.model.keys[place:])


def _next(rates: Rates, state: State) -> list[tuple[Way, State]]:
    """The ways out of a state, each with the state it leads to."""
    stage, left = state
    last = stage if rates.model.position(stage) is not None else left
    return [(way, (way.to or last, last)) for way in rates.ways(stage) if way.to or last]


def _states(rates: Rates, start: str | None, goals: frozenset[str]) -> list[State]:
    """The states on the way to the goals, those further on the path first: ways that take no time need them."""
    open_ = [(name, "") for name in ([name for name, _ in rates.entry] if start is None else [start])]
    seen: set[State] = set()
    while open_:
        state = open_.pop()
        if state not in seen:
            seen.add(state)
            open_ += [target for _, target in _next(rates, state) if target[0] not in goals]
    rank = {name: place for place, name in enumerate(rates.model.codes)}
    return sorted(seen, key=lambda state: (-rank[state[0]], state[1]))


def _mixed(rates: Rates, start: str | None, goals: frozenset[str], found: dict[State, float]) -> float:
    """The answer at the start, or over all first appearances."""
    if start is not None:
        return found[start, ""]
    return sum(share * (1.0 if name in goals else found[name, ""]) for name, share in rates.entry)
