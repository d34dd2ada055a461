"""State probabilities of histories with any moves between states: the estimator of Aalen and Johansen.

Rule 1: at one time, moves come before censorings and entries; who is censored at t is at risk at t, who enters or
arrives at t is at risk only after t.
Rule 2: who is seen from time 0 is at risk at 0 already, and may move there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from custlife.errors import HistoryError, UsageError, UsageTypeError
from custlife.stats.columns import floats, times_of, wholes
from custlife.stats.durations import check_unit, tally
from custlife.stats.interval import check_level
from custlife.stats.multistate_result import Move, StateProbabilities

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from custlife.stats.durations import Durations

__all__ = ["state_probabilities"]

Key = TypeVar("Key", bound="Hashable")

Counts = dict[float, dict[int, int]]  # by time, then by state, how many
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
    come = _by_time(_checked(entered, "entered", HINT), places)
    pairs = _checked(moves, "moves", MOVES_HINT)
    out: dict[float, list[Move]] = {}
    for pair, times in pairs.items():
        a, b = (places.setdefault(state, len(places)) for state in _pair(pair))
        for t, d in times.items():
            out.setdefault(t, []).append((a, b, d))
    gone = _by_time(_checked({} if censored is None else censored, "censored", HINT), places)
    if not come.get(0):
        raise UsageError(
            "nobody is seen from 0", "list in entered= who is there at 0, such as entered={'lead': {0: 5}}"
        )
    return _followed(tuple(places), come, out, gone, unit, level)


def _followed(
    states: tuple[str, ...], come: Counts, out: dict[float, list[Move]], gone: Counts, unit: int, level: float
) -> StateProbabilities:
    """The product integral over all times."""
    present = [come[0].get(i, 0) for i in range(len(states))]
    start = tuple([n / sum(present) for n in present])
    value, times, steps = list(start), [], []
    at_risk: list[list[int]] = [[] for _ in states]
    values: list[list[float]] = [[] for _ in states]
    for t in sorted({*come, *out, *gone}):
        step = out.get(t, [])
        if t in out or t in gone:
            for column, n in zip(at_risk, present, strict=True):
                column.append(n)
            _check_leaving(states, t, present, step)
            _flow(value, present, step)
            for p_column, p in zip(values, value, strict=True):
                p_column.append(p)
            times.append(t if unit == 1 else t / unit)
            steps.append(tuple(step))
        _move(present, step, come.get(t, {}) if t else {}, gone.get(t, {}))
        if min(present) < 0:
            raise _too_many(states[present.index(min(present))], "are censored", t)
    kept = floats(times) if any(isinstance(t, float) for t in times) else times_of(times)
    columns = tuple(map(floats, values)), tuple(map(wholes, at_risk))
    return StateProbabilities(states, kept, *columns, start, tuple(steps), level)


def _flow(value: list[float], present: list[int], step: Iterable[Move]) -> None:
    """Move the probabilities of one time, each by its state's share that moved."""
    before, left = value[:], present[:]
    for a, _, d in step:
        left[a] -= d
    for a in {a for a, _, _ in step}:
        value[a] = before[a] * (left[a] / present[a])
    for a, b, d in step:
        value[b] += before[a] * (d / present[a])


def _move(present: list[int], step: Iterable[Move], come: dict[int, int], gone: dict[int, int]) -> None:
    """Move the numbers at risk past one time."""
    for a, b, d in step:
        present[a] -= d
        present[b] += d
    for i, n in come.items():
        present[i] += n
    for i, n in gone.items():
        present[i] -= n


def _check_leaving(states: tuple[str, ...], time: float, present: list[int], step: Iterable[Move]) -> None:
    """Refuse moves of more than were there."""
    left = present[:]
    for a, _, d in step:
        left[a] -= d
        if left[a] < 0:
            raise _too_many(states[a], "move", time)


def _too_many(state: str, what: str, time: float) -> HistoryError:
    hint = "who comes at a time can be censored, but not move, at that time: one move leads from the first to the last"
    return HistoryError(f"more {what} from {state!r} at {time!r} than were there", hint=hint)


def _checked(given: Mapping[Key, Durations], name: str, hint: str) -> dict[Key, dict[float, int]]:
    """The count of each time, by state or by pair of states."""
    if not isinstance(given, Mapping):
        raise UsageTypeError(f"{name}={given!r} is not a mapping", hint)
    return {key: tally(times, f"{name}[{key!r}]") for key, times in given.items()}


def _by_time(given: dict[str, dict[float, int]], places: dict[str, int]) -> Counts:
    """Counts by time and state; new states get the next places."""
    found: Counts = {}
    for state, times in given.items():
        if not isinstance(state, str):
            raise UsageTypeError(f"state {state!r} is not a text", HINT)
        place = places.setdefault(state, len(places))
        for t, n in times.items():
            found.setdefault(t, {})[place] = n
    return found


def _pair(pair: object) -> tuple[str, str]:
    """A move between two states."""
    a, b = pair if isinstance(pair, tuple) and len(pair) == 2 else (None, None)
    if not isinstance(a, str) or not isinstance(b, str):
        raise UsageTypeError(f"move {pair!r} is not a pair of texts", MOVES_HINT)
    if a == b:
        raise UsageError(f"move {pair!r} leads back to where it began", "leave it out: who does not move stays")
    return a, b
