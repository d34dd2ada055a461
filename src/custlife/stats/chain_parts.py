"""The parts of a chain: checked rows, what can be reached, the systems that answer questions of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import SupportsFloat

from custlife.errors import DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.stats.linear import Factored, factor
from custlife.stats.numbers import check_number

__all__ = [
    "Chain",
    "PerState",
    "Rows",
    "check_chain",
    "closed_groups",
    "direction",
    "factored",
    "heads_by_state",
    "leaving",
    "numbers_by_state",
    "place",
    "reachable",
    "rows_of",
    "solvable",
    "states_of",
    "texts",
    "times",
]

Rows = tuple[tuple[float, ...], ...]
PerState = Mapping[str, SupportsFloat] | Sequence[SupportsFloat]

ROUNDING = 1e-9  # rows typed with a few digits, or divided by a total


class Chain:
    """What the arithmetic needs of a chain: its states, and for each the probabilities of all."""

    __slots__ = ()

    states: tuple[str, ...]
    rows: Rows


def texts(name: str, given: Iterable[str]) -> tuple[str, ...]:
    """The texts as a tuple, refused where they are one text, whose letters would be read as names."""
    if isinstance(given, str):
        raise UsageTypeError(f"{name}={given!r} is one text", f"pass {name}=[{given!r}]")
    return tuple(given)


def states_of(states: Iterable[str]) -> tuple[str, ...]:
    """The names of the states, refused where they are not distinct texts."""
    names = texts("states", states)
    for i, name in enumerate(names):
        if not isinstance(name, str):
            raise UsageTypeError(f"states[{i}]={name!r} is not a text", "name every state by a str")
        if name in names[:i]:
            raise DefinitionError(f"states[{i}]={name!r} is there twice", "give each state a name of its own")
    if not names:
        raise DefinitionError("a chain without states", "pass states=['active', 'gone'], with a row for each")
    return names


def rows_of(rows: Iterable[Iterable[float]]) -> Rows:
    """The rows as tuples of floats, refused where an entry is no probability."""
    found = tuple(
        tuple(check_number(f"rows[{i}][{j}]", p) for j, p in enumerate(row)) for i, row in enumerate(tuple(rows))
    )
    for i, row in enumerate(found):
        for j, p in enumerate(row):
            if p < 0:
                raise DefinitionError(f"rows[{i}][{j}]={p!r} is negative", "pass probabilities, from 0 to 1")
    return found


def check_chain(states: tuple[str, ...], rows: Rows) -> None:
    """Refuse rows that are not one probability for each pair of states, or do not sum to 1."""
    if len(rows) != len(states):
        raise DefinitionError(f"{len(rows)} rows for {len(states)} states", "pass one row for each state, in order")
    for i, row in enumerate(rows):
        if len(row) != len(states):
            what = f"rows[{i}] has {len(row)} entries for {len(states)} states"
            raise DefinitionError(what, f"give {states[i]!r} one probability for each state, itself included")
        total = math.fsum(row)
        if abs(total - 1) > ROUNDING:
            what = f"rows[{i}] sums to {total:.12g}, not to 1"
            raise DefinitionError(what, f"give {states[i]!r} the probabilities of all destinations, staying included")


def place(name: str, states: tuple[str, ...], kind: str = "state") -> int:
    """Where a state stands.

    Raises:
        UnknownNameError: No such state.
    """
    if name not in states:
        raise UnknownNameError(kind, name, states)
    return states.index(name)


def numbers_by_state(name: str, given: PerState, states: tuple[str, ...]) -> tuple[float, ...]:
    """One number for each state; a mapping says 0 for those it does not name."""
    if isinstance(given, Mapping):
        found = [0.0] * len(states)
        for state, number in given.items():
            found[place(state, states)] = check_number(f"{name}[{state!r}]", number)
        return tuple(found)
    if len(given) != len(states):
        raise UsageError(
            f"{name} has {len(given)} numbers for {len(states)} states",
            f"pass {name} as a mapping from state to number",
        )
    return tuple(check_number(f"{name}[{i}]", number) for i, number in enumerate(given))


def heads_by_state(name: str, given: PerState, states: tuple[str, ...]) -> tuple[float, ...]:
    """How many are in each state, none of them negative."""
    found = numbers_by_state(name, given, states)
    for state, number in zip(states, found, strict=True):
        if number < 0:
            raise UsageError(f"{name}[{state!r}]={number!r} is negative", "pass how many are there, 0 or more")
    return found


def reachable(rows: Rows) -> list[set[int]]:
    """From each state the states that can be reached, itself included."""
    found = []
    for start in range(len(rows)):
        seen, waiting = {start}, [start]
        while waiting:
            following = {j for j, p in enumerate(rows[waiting.pop()]) if p > 0} - seen
            seen |= following
            waiting += following
        found.append(seen)
    return found


def closed_groups(rows: Rows) -> list[list[int]]:
    """The groups of states that lead to each other and never out; all other states are transient."""
    reach = reachable(rows)
    groups = {tuple(sorted(seen)) for seen in reach if all(reach[other] == seen for other in seen)}
    return [list(group) for group in sorted(groups)]


def leaving(row: Sequence[float], i: int) -> float:
    """One minus the probability to stay, without the subtraction: exact where leaving is rare."""
    return math.fsum(p for j, p in enumerate(row) if j != i)


def solvable(rows: Rows, kept: Sequence[int], states: tuple[str, ...], discount: float = 0.0) -> Factored:
    """`(1 + discount) I - P` over the states kept, ready to be solved.

    Raises:
        UsageError: The matrix is singular in floating point.
    """
    matrix = [[discount + leaving(rows[i], i) if i == j else -rows[i][j] for j in kept] for i in kept]
    return factored(matrix, [states[i] for i in kept])


def factored(matrix: Sequence[Sequence[float]], names: list[str]) -> Factored:
    """A matrix over the named states, ready to be solved; refused where it is singular."""
    found = factor(matrix)
    if found is None:
        raise UsageError(
            f"the chain is singular: {names} are left too seldom to tell it from never",
            "drop transitions of almost no probability, or merge these states",
        )
    return found


def times(rows: Iterable[Sequence[float]], x: Sequence[float]) -> tuple[float, ...]:
    """Each row times the numbers."""
    return tuple(math.fsum(p * number for p, number in zip(row, x, strict=True)) for row in rows)


def direction(rows: Rows, i: int, j: int, states: tuple[str, ...]) -> tuple[float, ...]:
    """How row i changes for each unit added to its entry j and taken pro rata from the others.

    Raises:
        UsageError: There is no other destination to take from.
    """
    others = leaving(rows[i], j)
    if others == 0:
        raise UsageError(
            f"{states[i]!r} always goes to {states[j]!r}: there is no other destination to take from or give to",
            "pass another target",
        )
    return tuple(1.0 if k == j else -p / others for k, p in enumerate(rows[i]))
