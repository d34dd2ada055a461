"""Counting moves, paths and reasons: passes over rows and the rows before them."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING

from custlife.engines.gathers import EARLIER, PathTally
from custlife.engines.history import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.gathers import Group, Moves, MoveTable, Paths, PathTable, Reasons, ReasonTable
    from custlife.engines.history import Grouping, History

__all__ = ["ENTRY", "count_moves", "count_paths", "count_reasons", "group_at"]

ENTRY = -1
WHOLE: Group = ()


def group_at(grouping: Grouping | None, row: int) -> Group:
    """The segment in force at a row."""
    return grouping.labels[grouping.codes[row]] if grouping else WHOLE


def count_moves(request: Moves, history: History) -> MoveTable:
    """Moves by period, with entries; one packed integer a row, counted at once."""
    if not len(history):
        return {}
    width = len(history.vocabulary.names) + 1
    before = array("q", [ENTRY, *history.code[:-1]])
    for start in history.bounds[:-1]:
        before[start] = ENTRY
    keys: Sequence[int] = [(a + 1) * width + b for a, b in zip(before, history.code, strict=True)]
    square = width * width
    labels: tuple[Group, ...] = (WHOLE,)
    grouping = history.grouping(request.by)
    if grouping is not None:
        codes, labels = _codes_for(request, grouping, before), grouping.labels
        keys = [g * square + key for g, key in zip(codes, keys, strict=True)]
    area = square * len(labels)
    if request.periods is not None or history.since is not None:
        keys = [p * area + key for p, key in zip(_periods_of(request, history), keys, strict=True)]
    table: MoveTable = {}
    for packed, n in Counter(keys).items():
        period, key = divmod(packed, area)
        group, pair = divmod(key, square)
        table[labels[group], period, pair // width - 1, pair % width] = n
    return table


def _codes_for(request: Moves, grouping: Grouping, before: Sequence[int]) -> Sequence[int]:
    """The segment of each move: at the move, or at the start of the stay it ends."""
    if request.segment == "move":
        return grouping.codes
    earlier = [0, *grouping.codes[:-1]]
    return [now if came == ENTRY else then for now, then, came in zip(grouping.codes, earlier, before, strict=True)]


def _periods_of(request: Moves, history: History) -> Sequence[int]:
    """The period of each row; `EARLIER` before observation began."""
    found = request.periods.indexes(history.at) if request.periods else [0] * len(history)
    since = history.since
    if since is None:
        return found
    return [EARLIER if us < since else period for us, period in zip(history.at, found, strict=True)]


def count_paths(request: Paths, history: History) -> PathTable:
    """Distinct sequences of codes, cut where asked, with the time from the first to the last row on them."""
    table: PathTable = {}
    grouping, since = history.grouping(request.by), history.since
    code, at = history.code, history.at
    for low, high in history.ranges():
        sequence, last, is_cut = _path(request, code[low:high])
        if since is not None and at[low] < since:
            sequence, last, is_cut = (), 0, False
        key = group_at(grouping, low), sequence, is_cut
        tally = table.get(key)
        if tally is None:
            tally = table[key] = PathTally()
        tally.count += 1
        tally.lengths.append(at[low + last] - at[low])
        end = code[high - 1]
        tally.ends[end] = tally.ends.get(end, 0) + 1
    for tally in table.values():
        tally.lengths = array("q", sorted(tally.lengths))
        tally.ends = dict(sorted(tally.ends.items()))
    return table


def _path(request: Paths, codes: array[int]) -> tuple[tuple[int, ...], int, bool]:
    """The sequence of one unit, the place of its last row among the rows, and whether it goes on."""
    places: Sequence[int] = range(len(codes))
    if request.repeats == "first":
        first: dict[int, int] = {}
        for place, here in enumerate(codes):
            first.setdefault(here, place)
        places = list(first.values())
    longest = request.longest
    is_cut = longest is not None and len(places) > longest
    if is_cut:
        places = places[:longest]
    return tuple([codes[place] for place in places]), places[-1], is_cut


def count_reasons(request: Reasons, history: History) -> ReasonTable:
    """Moves into an exit, by the stage they came from and the reason given."""
    table: Counter[tuple[Group, int, int, str | None]] = Counter()
    grouping, since = history.grouping(request.by), history.since
    code, exits = history.code, request.exits
    column = history.extras.get("reason")
    starts = frozenset(history.bounds)
    for row in [row for row, here in enumerate(code) if here in exits]:
        if since is not None and history.at[row] < since:
            continue
        came = ENTRY if row in starts else code[row - 1]
        given = column.codes[row] if column else MISSING
        reason = column.names[given] if column and given != MISSING else None
        table[group_at(grouping, row), came, code[row], reason] += 1
    return dict(table)
