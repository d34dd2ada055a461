"""State probabilities of histories with any moves between states: the estimator of Aalen and Johansen.

Rule 1: at one time, moves come before censorings and entries; who is censored at t is at risk at t, who enters or
arrives at t is at risk only after t.
Rule 2: who is seen from time 0 is at risk at 0 already, and may move there.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from custlife.errors import UsageError, UsageTypeError
from custlife.stats.durations import check_unit, read_durations, tally
from custlife.stats.flow import NOWHERE, flow_of
from custlife.stats.interval import check_level
from custlife.stats.multistate_result import StateProbabilities

if TYPE_CHECKING:
    from collections.abc import Hashable

    from custlife.stats.durations import Durations
    from custlife.stats.flow import Times

__all__ = ["state_probabilities"]

Key = TypeVar("Key", bound="Hashable")

HINT = "pass the times by state, such as entered={'lead': [0, 0]}"
MOVES_HINT = "pass the times by pair of states, such as moves={('lead', 'paid'): [3, 5]}"


def state_probabilities(
    entered: Mapping[str, Durations],
    moves: Mapping[tuple[str, str], Durations],
    censored: Mapping[str, Durations] | None = None,
    *,
    unit: int = 1,
    level: float = 0.95,
) -> StateProbabilities:
    """The probability to be in each state at each time, from counts of moves.

    States may be skipped, left and entered again. Nobody's path is needed: at risk in a state are all who have come
    and have not left. Whoever crosses several states at one moment counts as one move from the first to the last.

    Args:
        entered: By state the times from which somebody is seen in it, each as an iterable or as a mapping to counts.
            Those at 0 are the start, and their shares the probabilities there.

        moves: By pair of states, from and to, the times of the moves.

        censored: By state the times when somebody was last seen in it. Who stays in a state to the end of all times
            need not be listed.

        unit: What the times are divided by, a whole number.

        level: Nominal coverage of the intervals, strictly between 0 and 1.

    Raises:
        UsageTypeError: States are not named, or something is not a number or not a count.
        UsageError: Nobody starts at 0, a move leads back to where it began, a time is negative, NaN or endless, a count
            is negative, or the level or the unit is out of range.
        HistoryError: More leave a state at a time than were there.

    Source:
        Aalen & Johansen (1978), Scand. J. Statist. 5, 141-150; variance in Andersen, Borgan, Gill & Keiding (1993),
        Statistical Models Based on Counting Processes, section IV.4.1.3.

    Examples:
        >>> moves = {("lead", "paid"): [1, 2], ("paid", "lost"): [3]}
        >>> print(state_probabilities({"lead": {0: 4}}, moves).at(2)[1])
        50.0 % paid at 2 (95 % log-log 15.5 % to 94.2 %), 1 at risk
    """
    level = check_level(level)
    check_unit(unit)
    places: dict[str, int] = {}
    come = {
        _place(state, places): tally(times, f"entered[{state!r}]")
        for state, times in _mapping(entered, "entered", HINT).items()
    }
    kinds, columns = [], []
    for pair, times in _mapping(moves, "moves", MOVES_HINT).items():
        a, b = _pair(pair)
        kinds.append((_place(a, places), _place(b, places)))
        columns.append(_times(times, f"moves[{pair!r}]"))
    for state, times in _mapping({} if censored is None else censored, "censored", HINT).items():
        kinds.append((_place(state, places), NOWHERE))
        columns.append(_times(times, f"censored[{state!r}]"))
    for place, counts in come.items():
        kinds.append((NOWHERE, place))
        columns.append({t: n for t, n in counts.items() if t})
    start = [come.get(place, {}).get(0, 0) for place in range(len(places))]
    if not any(start):
        raise UsageError(
            "nobody is seen from 0", "list in entered= who is there at 0, such as entered={'lead': {0: 5}}"
        )
    return StateProbabilities(flow_of(tuple(places), start, kinds, columns), level, unit)


def _mapping(given: Mapping[Key, Durations], name: str, hint: str) -> Mapping[Key, Durations]:
    """Times by state or by pair of states."""
    if not isinstance(given, Mapping):
        raise UsageTypeError(f"{name}={given!r} is not a mapping", hint)
    return given


def _place(state: object, places: dict[str, int]) -> int:
    """The place of a state; a new one gets the next."""
    if not isinstance(state, str):
        raise UsageTypeError(f"state {state!r} is not a text", HINT)
    return places.setdefault(state, len(places))


def _times(times: Durations, name: str) -> Times:
    """Checked times; arrays of signed ints are taken as they are."""
    if isinstance(times, array) and times.typecode in "bhilq" and min(times, default=0) >= 0:
        return times
    return read_durations(times, name)


def _pair(pair: object) -> tuple[str, str]:
    """A move between two states."""
    a, b = pair if isinstance(pair, tuple) and len(pair) == 2 else (None, None)
    if not isinstance(a, str) or not isinstance(b, str):
        raise UsageTypeError(f"move {pair!r} is not a pair of texts", MOVES_HINT)
    if a == b:
        raise UsageError(f"move {pair!r} leads back to where it began", "leave it out: who does not move stays")
    return a, b
