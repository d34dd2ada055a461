"""Counting passages for whole columns: `rows.passing`, some units at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from custlife.engines.arrays import clock
from custlife.engines.arrays.keys import Keys, dense, runs
from custlife.engines.arrays.views import among, column, grouping, of
from custlife.engines.passages import WON, OccupationTally, PassageTally
from custlife.engines.rows.passing import FOREVER, fold_of, passing, starting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from custlife.calendar import Span
    from custlife.engines.arrays.keys import Ints
    from custlife.engines.arrays.views import Views
    from custlife.engines.gathers import Group
    from custlife.engines.history import History
    from custlife.engines.passages import Occupations, OccupationTable, Passages, PassageTable

    Instants = NDArray[np.int64]
    Mask = NDArray[np.bool_]

__all__ = ["count_occupations", "count_passages"]

LISTS = ("open", "paused", "past", "past_paused")
"""The lists of a tally by number; behind them there is one for `WON`, and then one for each code."""

ENTERED, IMPUTED, TRUNCATED = range(3)


class _Stories(NamedTuple):
    """The units of a part that came to the origin, by number.

    Attributes:
        part: The part.
        who: The story of each row; -1 of rows before a start or beyond a deadline.
        unit: The unit of each story, counted from the first of the part.
        first: The row of each start.
        deadline: The last instant of the time of each.
        fate: Of each, whether it entered the origin, passed over it, or did so before it was observed.
    """

    part: Views
    who: Ints
    unit: Ints
    first: Ints
    deadline: Ints
    fate: Ints

    @property
    def start(self) -> Instants:
        """The instant of each start."""
        found: Instants = self.part.at[self.first]
        return found

    @property
    def rows(self) -> Ints:
        """The rows of all stories."""
        return np.flatnonzero(self.who >= 0)

    @property
    def stage(self) -> Ints:
        """The stage in which each stands at the end of its time, or now."""
        rows = self.rows
        lasts = np.append(runs(self.who[rows])[1:], len(rows)) - 1
        found: Ints = self.part.code[rows[lasts]]
        return found

    @property
    def is_past(self) -> Mask:
        """Of each, whether its time is up."""
        found: Mask = self.deadline <= self.part.as_of
        return found

    @property
    def age(self) -> Ints:
        """Of each the length of its window, or its age where its time is not up."""
        return np.minimum(self.deadline, self.part.as_of) - self.start


def _stories(origin: int, horizon: Span | None, history: History) -> Iterator[_Stories]:
    """Every unit that came to the origin, some at a time."""
    starts = among(starting(origin, history.vocabulary.path), history)
    add = clock.adder(history.zone, horizon) if horizon is not None else None
    for part in of(history).parts():
        units = part.unit
        rows = np.flatnonzero(starts[part.code])
        first = rows[runs(units[rows])]
        if not len(first):
            continue
        start = part.at[first]
        deadline = add(start) if add else np.full(len(first), FOREVER)
        number = np.full(len(part.bounds) - 1, -1)
        number[units[first]] = np.arange(len(first))
        who = number[units]
        is_in = (who >= 0) & (np.arange(len(who)) >= first[who]) & (part.at <= deadline[who])
        who[~is_in] = -1
        fate = np.where(part.code[first] == origin, ENTERED, IMPUTED)
        if history.since is not None:
            fate[(start < history.since) | (fate == IMPUTED)] = TRUNCATED
        yield _Stories(part, who, units[first], first, deadline, fate)


def _numbered(group: Ints, number: Ints, labels: list[Group]) -> tuple[Ints, list[tuple[Group, int]]]:
    """Of each story the tally it belongs to, and the keys of the tallies: segment, and a number of any size."""
    zero = int(number.min())
    keys = Keys((group, len(labels)), (number - zero, int(number.max()) - zero + 1))
    ranks, kept = dense(keys.codes, keys.size)
    return ranks, [(labels[at], zero + more) for at, more in zip(*keys.columns(kept), strict=True)]


def _judge(tallies: Sequence[PassageTally | OccupationTally], ranks: Ints, fate: Ints) -> None:
    """Say of each tally how many passed over the origin, and how many were not observed."""
    for rank, kind, n in Keys((ranks, len(tallies)), (fate, TRUNCATED + 1)).cells():
        if kind == IMPUTED:
            tallies[rank].imputed = n
        elif kind == TRUNCATED:
            tallies[rank].truncated = n


# -- first passages ----------------------------------------------------------------------------------------------------


def count_passages(request: Passages, history: History) -> PassageTable:
    """Times to the first end, by group and period of the start."""
    groups, labels = grouping(history, request.by)
    ending = _Ending(request, history)
    found = []
    for stories in _stories(request.origin, request.horizon, history):
        group = groups[stories.part.rows][stories.first]
        period = np.zeros(len(group), np.int64)
        if request.periods is not None:
            period = clock.indexes(request.periods, stories.start)
        found.append((group, period, stories.fate, *ending.of(stories)))
    if not found:
        return {}
    group, period, fate, slot, time = (np.concatenate(columns) for columns in zip(*found, strict=True))
    ranks, keys = _numbered(group, period, labels)
    tallies = [PassageTally() for _ in keys]
    _judge(tallies, ranks, fate)
    seen = np.flatnonzero(fate != TRUNCATED)
    slots = slot[seen], len(LISTS) + len(history.vocabulary.names) + 1
    for (rank, place), times in Keys((ranks[seen], len(keys)), slots).sorted(time[seen]):
        if place < len(LISTS):
            setattr(tallies[rank], LISTS[place], column(times))
        else:
            tallies[rank].ended[place - len(LISTS) + WON] = column(times)
    named = keys if request.periods is not None else [(group, None) for group, _ in keys]
    return dict(zip(named, tallies, strict=True))


class _Ending:
    """Finds what ends stories."""

    def __init__(self, request: Passages, history: History) -> None:
        self.origin: int = request.origin
        self.path: int = history.vocabulary.path
        self.won: Mask = among(request.won, history)
        self.exits: Mask = among(request.exits, history)
        self.paused: Mask = among(request.paused, history)
        off_path = [-1] * (len(self.won) - self.path)
        self.passed: Ints = np.array(passing(request.won, self.path) + off_path, np.int32)

    def of(self, stories: _Stories) -> tuple[Ints, Ints]:
        """Of each story the list that its time belongs to, and the time."""
        part, rows = stories.part, stories.rows
        here, who = part.code[rows], stories.who[rows]
        is_exit = self.exits[here] & (rows != stories.first[who])
        is_end = self.won[here] | is_exit | (self.passed[here] > self._before(stories, rows))
        ends = np.flatnonzero(is_end)
        ends = ends[runs(who[ends])]
        over = who[ends]
        slot = 2 * stories.is_past + self.paused[stories.stage].astype(np.int64)
        slot[over] = len(LISTS) + np.where(is_exit[ends], here[ends].astype(np.int64) - WON, 0)
        time = stories.age
        time[over] = part.at[rows[ends]] - stories.start[over]
        return slot, time

    def _before(self, stories: _Stories, rows: Ints) -> Ints:
        """Of each row the last stage of the path before it; whoever starts on the path comes from the origin."""
        code, on_path = stories.part.code, np.flatnonzero(stories.part.code < self.path)
        is_path = self.origin < self.path
        nothing = self.origin if is_path else -1
        if not len(on_path):
            return np.full(len(rows), nothing)
        place = on_path.searchsorted(rows) - 1
        earlier = on_path[place]
        begins = stories.first if is_path else stories.part.firsts[stories.unit]
        is_there = (place >= 0) & (earlier >= begins[stories.who[rows]])
        return np.where(is_there, code[earlier].astype(np.int32), nothing)


# -- occupations -------------------------------------------------------------------------------------------------------


def count_occupations(request: Occupations, history: History) -> OccupationTable:
    """Moves by the time since the start, by group and fold."""
    groups, labels = grouping(history, request.by)
    found, moved, before = [], [], 0
    for stories in _stories(request.origin, request.horizon, history):
        group = groups[stories.part.rows][stories.first]
        fold = _folds(stories, request.folds, history)
        started, who, *moves = _moves(stories)
        window = stories.deadline - stories.start
        found.append((group, fold, stories.fate, started, stories.stage, stories.is_past, stories.age, window))
        moved.append((who + before, *moves))
        before += len(stories.first)
    if not found:
        return {}
    group, fold, fate, *states = (np.concatenate(columns) for columns in zip(*found, strict=True))
    ranks, keys = _numbered(group, fold, labels)
    tallies = [OccupationTally() for _ in keys]
    _judge(tallies, ranks, fate)
    names, seen = len(history.vocabulary.names), fate != TRUNCATED
    _stand(tallies, names, ranks[seen], *(column[seen] for column in states))
    who, *moves = (np.concatenate(columns) for columns in zip(*moved, strict=True))
    is_seen = seen[who]
    came, went, time = (column[is_seen] for column in moves)
    for (rank, a, b), times in Keys((ranks[who[is_seen]], len(keys)), (came, names), (went, names)).sorted(time):
        tallies[rank].moves[a, b] = column(times)
    return dict(zip(keys, tallies, strict=True))


def _stand(
    tallies: list[OccupationTally], names: int, ranks: Ints, started: Ints, stage: Ints, is_past: Mask, age: Ints,
    window: Ints,
) -> None:  # fmt: skip
    """Say of each tally where its units stood at the start and at the end, and how long their windows were."""
    for at, code, n in Keys((ranks, len(tallies)), (started, names)).cells():
        tallies[at].started[code] = n
    past, going = np.flatnonzero(is_past), np.flatnonzero(~is_past)
    for at, code, n in Keys((ranks[past], len(tallies)), (stage[past], names)).cells():
        tallies[at].past[code] = n
    for (at, code), ages in Keys((ranks[going], len(tallies)), (stage[going], names)).sorted(age[going]):
        tallies[at].open[code] = column(ages)
    longest = np.zeros(len(tallies), np.int64)
    np.maximum.at(longest, ranks, window)
    for tally, most in zip(tallies, longest.tolist(), strict=True):
        tally.longest = most


def _folds(stories: _Stories, folds: int, history: History) -> Ints:
    """The fold of each story."""
    if folds == 1:
        return np.zeros(len(stories.unit), np.int64)
    units: list[int] = (stories.unit + stories.part.unit_from).tolist()
    return np.array([fold_of(history.ids[unit], folds) for unit in units], np.int64)


def _moves(stories: _Stories) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """The stage of each story from its start on; and of all moves the story, from, to, and the time since the start."""
    part, rows = stories.part, stories.rows
    who, at = stories.who[rows], part.at[rows]
    lasts = np.append(runs(who, at)[1:], len(rows)) - 1  # of each instant
    who, at, code = who[lasts], at[lasts], part.code[rows[lasts]]
    begins = runs(who)
    is_move = np.append(False, code[1:] != code[:-1])
    is_move[begins] = False
    moves = np.flatnonzero(is_move)
    return code[begins], who[moves], code[moves - 1], code[moves], at[moves] - stories.start[who[moves]]
