"""Moves between states in the order of time, and the probabilities that follow from them.

Only what changes at a time is touched: two states for each move. What is kept on the way is a mark now and then, from
which any time is read by going on a few moves.
"""

from __future__ import annotations

import operator
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property, partial
from itertools import compress, count, islice, repeat
from typing import TYPE_CHECKING, Any, Union

import attrs

from custlife.errors import HistoryError
from custlife.stats.columns import Column, raw, times_of, wholes
from custlife.stats.products import is_large

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.stats.arrays import Array

__all__ = ["NOWHERE", "Flow", "Kind", "Move", "Row", "Times", "flow_of"]

NOWHERE = -1
EXACT = 2**53  # up to where floats count exactly
MARK = 256

Read = Union[list[float], dict[float, int], "array[Any]"]
Times = Union[Read, "Array"]
Pairs = list[tuple[int, int]]
Events = tuple[Column[float], Column[int], Column[int], bool, Sequence[tuple[int, int]]]
"""Times, codes and counts, whether the times are whole, and the clusters."""
Kind = tuple[int, int]  # from and to, as places among the states; to or from nowhere are censorings and late entries
Move = tuple[int, int, int]  # from and to, and how many
Row = tuple[float, tuple[int, ...], tuple[float, ...], list[Move], tuple[float, ...]]
"""A time; by state how many were there, and its probability; the moves; the probabilities afterwards."""
Mark = tuple[int, tuple[int, ...], tuple[float, ...]]  # events so far; by state how many are there, and probabilities


@attrs.frozen(slots=False)
class Flow:
    """Moves, censorings and late entries in the order of time.

    Attributes:
        states: Names of the states.

        present: How many are in each state at 0.

        kinds: What can happen, moves first, then censorings, then entries.

        times: Time of each event, never falling; what happens at one time to several alike is one event.

        codes: Place of each event among the kinds; at one time rising.

        counts: How many each event is of; empty where all are of one.

        are_whole: Whether the times were ints, though kept as floats.

        clusters: Where several events share a time, or one is of several: the first of them, and past the last.
    """

    states: tuple[str, ...]
    present: tuple[int, ...]
    kinds: tuple[Kind, ...]
    times: Sequence[float] = attrs.field(repr=False, hash=False)
    codes: Sequence[int] = attrs.field(repr=False, hash=False)
    counts: Sequence[int] = attrs.field(repr=False, hash=False)
    are_whole: bool = attrs.field(eq=False, repr=False)
    clusters: Sequence[tuple[int, int]] = attrs.field(eq=False, repr=False)

    @property
    def start(self) -> tuple[float, ...]:
        """Probability of each state before the first event."""
        total = sum(self.present)
        return tuple([n / total for n in self.present])

    @cached_property
    def entries(self) -> int:
        """The first kind that is an entry."""
        return next((code for code, (a, _) in enumerate(self.kinds) if a == NOWHERE), len(self.kinds))

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """Where a reading may begin, first of all at the start.

        Raises:
            HistoryError: More leave a state at a time than were there.
        """
        present, value = list(self.present), list(self.start)
        marks = [(0, tuple(present), tuple(value))]
        for begin, end, is_cluster in self.stretches(0, len(self.times)):
            if is_cluster:
                self.together(begin, end, present, value)
            elif not _follow(self.steps(begin, end), present, value):
                list(self.rows())  # finds who is too many
            if end - marks[-1][0] >= MARK:
                marks.append((end, tuple(present), tuple(value)))
        return tuple(marks)

    def stretches(self, begin: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """Events from one to another in pieces: each a cluster, or some of one each with times of their own."""
        for i in range(bisect_left(self.clusters, (begin, 0)), bisect_left(self.clusters, (end, 0))):
            first, past = self.clusters[i]
            for at in range(begin, first, MARK):
                yield at, min(first, at + MARK), False
            yield first, past, True
            begin = past
        for at in range(begin, end, MARK):
            yield at, min(end, at + MARK), False

    def steps(self, begin: int, end: int) -> Iterator[Move]:
        """Some events with times of their own: from, to, and how many the first has fewer; to nowhere if no move."""
        return map(self._steps.__getitem__, raw(self.codes)[begin:end])

    @cached_property
    def _steps(self) -> tuple[Move, ...]:
        return tuple([(a, b, 1) if a != NOWHERE else (b, a, -1) for a, b in self.kinds])

    def after(self, done: int) -> tuple[list[int], list[float]]:
        """How many are in each state after some events, and its probability; no time may be torn apart."""
        begin, was_present, was_value = self.marks[bisect_right(self.marks, done, key=operator.itemgetter(0)) - 1]
        present, value = list(was_present), list(was_value)
        for first, past, is_cluster in self.stretches(begin, done):
            if is_cluster:
                self.together(first, past, present, value)
            else:
                _follow(self.steps(first, past), present, value)
        return present, value

    def rows(self) -> Iterator[Row]:
        """Each time that is not of entries alone."""
        present, value, times, codes, begin = list(self.present), list(self.start), raw(self.times), raw(self.codes), 0
        while begin < len(times):
            end = bisect_right(times, times[begin], begin, min(begin + len(self.kinds), len(times)))
            there, before = tuple(present), tuple(value)
            moves = self.together(begin, end, present, value)
            if codes[begin] < self.entries:
                yield times[begin], there, before, moves, tuple(value)
            begin = end

    def together(self, begin: int, end: int, present: list[int], value: list[float]) -> list[Move]:
        """Everything that happens at one time, each move by its state's share that moves."""
        before, left, moves = value[:], present[:], []
        for i in range(begin, end):
            (a, b), d = self.kinds[self.codes[i]], self.counts[i] if self.counts else 1
            if NOWHERE not in {a, b}:
                left[a] -= d
                moves.append((a, b, d))
        if moves and min(left) < 0:
            raise self._too_many(left, "move", begin)
        for a in {a for a, _, _ in moves}:
            value[a] = before[a] * (left[a] / present[a])
        for a, b, d in moves:
            value[b] += before[a] * (d / present[a])
            left[b] += d
        for i in range(begin, end):
            (a, b), d = self.kinds[self.codes[i]], self.counts[i] if self.counts else 1
            if b == NOWHERE:
                left[a] -= d
            elif a == NOWHERE:
                left[b] += d
        if min(left) < 0:
            raise self._too_many(left, "are censored", begin)
        present[:] = left
        return moves

    def _too_many(self, left: list[int], what: str, event: int) -> HistoryError:
        hint = (
            "who comes at a time can be censored, but not move, at that time: one move leads from the first to the last"
        )
        state, time = self.states[left.index(min(left))], self.times[event]
        at = int(time) if self.are_whole else time
        return HistoryError(f"more {what} from {state!r} at {at!r} than were there", hint=hint)


def flow_of(states: tuple[str, ...], present: Sequence[int], kinds: Sequence[Kind], columns: Sequence[Times]) -> Flow:
    """What happens in the order of time, from the checked times of each kind."""
    if is_large(sum(map(len, columns))):
        from custlife.stats import arrays_groups

        found = arrays_groups.flow_columns(columns)
        if found is not None:
            return Flow(states, tuple(present), tuple(kinds), *found)
    reads = [column if isinstance(column, (list, dict, array)) else column.tolist() for column in columns]
    return Flow(states, tuple(present), tuple(kinds), *_sorted(reads))


def _sorted(reads: Sequence[Read]) -> Events:
    """All events in the order of time. Floats are sorted, since comparing them is quickest."""
    are_whole = not any(isinstance(t, float) for read in reads for t in islice(read, 1))
    times: list[float] = []
    codes: list[int] = []
    for code, read in enumerate(reads):
        times.extend(map(float, read))
        codes += [code] * len(read)
    if are_whole and max(times, default=0) > EXACT:
        times = [t for read in reads for t in read]
    counts = []
    if any(isinstance(read, dict) and max(read.values(), default=1) > 1 for read in reads):
        counts = [d for read in reads for d in (read.values() if isinstance(read, dict) else repeat(1, len(read)))]
        counts.sort(key=partial(next, iter(times)))  # sorts them along with the times, which are left as they are
    codes.sort(key=partial(next, iter(times)))
    times.sort()
    times, codes, counts, clusters = _joined(times, codes, counts)
    return (
        times_of(times),
        wholes(codes, len(reads)),
        wholes(counts) if counts else Column(()),
        are_whole,
        tuple(clusters),
    )


def _joined(times: list[float], codes: list[int], counts: list[int]) -> tuple[list[float], list[int], list[int], Pairs]:
    """The same with one event for all that happens alike at one time, and where there are several or one of several."""
    same = list(compress(count(), map(operator.eq, times, islice(times, 1, None))))
    several = list(compress(count(), map((1).__ne__, counts)))
    if not same and not several:
        return times, codes, [], []
    given: tuple[list[Any], ...] = (times, codes, counts or [1] * len(times))
    found: tuple[list[Any], ...] = ([], [], [])
    clusters, done, starts, i = [], 0, sorted({*same, *several}) if several else same, 0
    while i < len(starts):
        begin = starts[i]
        end = bisect_right(times, times[begin], begin)
        for column, whole in zip(found, given, strict=True):
            column.extend(whole[done:begin])
        each: dict[int, int] = {}
        for code, d in zip(codes[begin:end], given[2][begin:end], strict=True):
            each[code] = each.get(code, 0) + d
        clusters.append((len(found[0]), len(found[0]) + len(each)))
        found[0].extend(repeat(times[begin], len(each)))
        found[1].extend(each)
        found[2].extend(each.values())
        done, i = end, bisect_left(starts, end, i)
    for column, whole in zip(found, given, strict=True):
        column.extend(whole[done:])
    return found[0], found[1], found[2] if max(found[2]) > 1 else [], clusters


def _follow(steps: Iterator[Move], present: list[int], value: list[float]) -> bool:
    """Go on from event to event where each is of one and has a time of its own; whether all of them can be."""
    try:
        for a, b, d in steps:
            n = present[a]
            if b < 0:
                if n < d:
                    return False
                present[a] = n - d
                continue
            left, p = n - 1, value[a]
            value[a] = p * (left / n)
            value[b] += p * (1 / n)
            present[a] = left
            present[b] += 1
    except ZeroDivisionError:  # one leaves where nobody is: asking each time would cost a tenth
        return False
    return True
