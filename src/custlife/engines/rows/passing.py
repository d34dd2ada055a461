"""Counting passages: from the first time at a stage to the first end, and every move in between, unit by unit."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING
from zlib import crc32

import attrs

from custlife.engines.passages import WON, OccupationTally, PassageTally
from custlife.engines.rows.moving import group_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from custlife.calendar import Span
    from custlife.engines.history import History
    from custlife.engines.passages import Occupations, OccupationTable, Passages, PassageTable

__all__ = ["count_occupations", "count_passages", "fold_of", "passing", "starting"]

FOREVER = 1 << 62


def starting(origin: int, path: int) -> range:
    """The codes with which a unit comes to the origin: its own, and on the path all further ones: they pass over it."""
    return range(origin, path if origin < path else origin + 1)


def passing(won: frozenset[int], path: int) -> list[int]:
    """For each stage of the path the furthest wanted one before it; -1 where there is none.

    Who comes to a stage from one before that passes over it.
    """
    furthest, found = -1, []
    for place in range(path):
        found.append(furthest)
        furthest = place if place in won else furthest
    return found


def fold_of(unit: str, folds: int) -> int:
    """The fold of a unit: the same wherever and with whom it is counted."""
    return crc32(unit.encode("utf-8", "surrogatepass")) % folds


@attrs.frozen
class _Story:
    """A unit from its start on.

    Attributes:
        unit: Its number.
        first: The row of the start.
        end: The row behind its last one in time.
        start: The instant of the start.
        deadline: The last instant of its time.
        is_seen: Whether it started under observation.
    """

    unit: int
    first: int
    end: int
    start: int
    deadline: int
    is_seen: bool


def _stories(origin: int, horizon: Span | None, history: History) -> Iterator[_Story]:
    """Every unit that came to the origin."""
    code, at, since = history.code, history.at, history.since
    begins = starting(origin, history.vocabulary.path)
    starts = [place in begins for place in range(len(history.vocabulary.names))]
    add: Callable[[int], int] | None = history.zone.adder(horizon) if horizon is not None else None
    for unit, (low, high) in enumerate(history.ranges()):
        first = next((row for row in range(low, high) if starts[code[row]]), None)
        if first is None:
            continue
        start = at[first]
        deadline = add(start) if add else FOREVER
        end = high
        while at[end - 1] > deadline:
            end -= 1
        is_seen = since is None or (start >= since and code[first] == origin)
        yield _Story(unit, first, end, start, deadline, is_seen)


# -- first passages ----------------------------------------------------------------------------------------------------


def count_passages(request: Passages, history: History) -> PassageTable:
    """Times to the first end, by group and period of the start."""
    table: PassageTable = {}
    grouping = history.grouping(request.by)
    period = request.periods.indexer() if request.periods else None
    ending = _Ending(request, history)
    for story in _stories(request.origin, request.horizon, history):
        key = group_at(grouping, story.first), period(story.start) if period else None
        tally = table.get(key)
        if tally is None:
            tally = table[key] = PassageTally()
        if not story.is_seen:
            tally.truncated += 1
            continue
        tally.imputed += history.code[story.first] != request.origin
        ending.add(tally, story)
    for tally in table.values():
        tally.ended = {code: _sorted(times) for code, times in sorted(tally.ended.items())}
        tally.open, tally.paused = _sorted(tally.open), _sorted(tally.paused)
        tally.past, tally.past_paused = _sorted(tally.past), _sorted(tally.past_paused)
    return table


class _Ending:
    """Finds what ends a story."""

    def __init__(self, request: Passages, history: History) -> None:
        self.request: Passages = request
        self.history: History = history
        self.path: int = history.vocabulary.path
        self.passed: list[int] = passing(request.won, self.path)

    def add(self, tally: PassageTally, story: _Story) -> None:
        """Count a story where it belongs."""
        code, at, as_of = self.history.code, self.history.at, self.history.as_of
        row = self._row(story)
        if row is not None:
            end = code[row] if code[row] in self.request.exits else WON
            tally.ended.setdefault(end, array("q")).append(at[row] - story.start)
            return
        is_paused = code[story.end - 1] in self.request.paused
        if story.deadline <= as_of:
            (tally.past_paused if is_paused else tally.past).append(story.deadline - story.start)
        else:
            (tally.paused if is_paused else tally.open).append(as_of - story.start)

    def _row(self, story: _Story) -> int | None:
        """The row that ends a story, or None."""
        code, path, passed = self.history.code, self.path, self.passed
        won, exits = self.request.won, self.request.exits
        before = self._before(story)
        for row in range(story.first, story.end):
            here = code[row]
            if here in won or (here in exits and row > story.first):
                return row
            if here < path:
                if passed[here] > before:
                    return row
                before = here
        return None

    def _before(self, story: _Story) -> int:
        """The stage of the path that one comes from; whoever starts on the path comes from the origin."""
        if self.request.origin < self.path:
            return self.request.origin
        low = self.history.bounds[story.unit]
        earlier = self.history.code[low : story.first]
        return next((place for place in reversed(earlier) if place < self.path), -1)


def _sorted(times: Sequence[int]) -> array[int]:
    return array("q", sorted(times))


# -- occupations -------------------------------------------------------------------------------------------------------


def count_occupations(request: Occupations, history: History) -> OccupationTable:
    """Moves by the time since the start, by group and fold."""
    table: OccupationTable = {}
    grouping = history.grouping(request.by)
    for story in _stories(request.origin, request.horizon, history):
        fold = fold_of(history.ids[story.unit], request.folds) if request.folds > 1 else 0
        key = group_at(grouping, story.first), fold
        tally = table.get(key)
        if tally is None:
            tally = table[key] = OccupationTally()
        if not story.is_seen:
            tally.truncated += 1
            continue
        tally.imputed += history.code[story.first] != request.origin
        tally.longest = max(tally.longest, story.deadline - story.start)
        _occupy(tally, story, history)
    for tally in table.values():
        tally.started, tally.past = dict(sorted(tally.started.items())), dict(sorted(tally.past.items()))
        tally.moves = {pair: _sorted(times) for pair, times in sorted(tally.moves.items())}
        tally.open = {code: _sorted(ages) for code, ages in sorted(tally.open.items())}
    return table


def _occupy(tally: OccupationTally, story: _Story, history: History) -> None:
    """Count the moves of one unit, and where they leave it."""
    code, at, start = history.code, history.at, story.start
    here = None
    for row in range(story.first, story.end):
        if row + 1 < story.end and at[row + 1] == at[row]:
            continue
        then = code[row]
        if here is None:
            tally.started[then] = tally.started.get(then, 0) + 1
        elif then != here:
            tally.moves.setdefault((here, then), array("q")).append(at[row] - start)
        here = then
    last = code[story.end - 1]
    if story.deadline <= history.as_of:
        tally.past[last] = tally.past.get(last, 0) + 1
    else:
        tally.open.setdefault(last, array("q")).append(history.as_of - start)
