"""Counting moves, stays, paths and reasons: passes over rows and the rows after them."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING

from custlife.engines.gathers import PathTally, SpellTally
from custlife.engines.history import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.gathers import (
        Group,
        Moves,
        MoveTable,
        Paths,
        PathTable,
        Reasons,
        ReasonTable,
        Spells,
        SpellTable,
    )
    from custlife.engines.history import Grouping, History

__all__ = ["OPEN", "count_moves", "count_paths", "count_reasons", "count_spells", "following"]

OPEN = -1
ENTRY = -1
WHOLE: Group = ()


def following(history: History) -> tuple[array[int], array[int]]:
    """For every row the code and instant of the next one of its unit; `OPEN` and `as_of` behind the last."""
    code, at = array("q", history.code[1:]), history.at[1:]
    code.append(OPEN)
    at.append(history.as_of)
    for end in history.bounds[1:]:
        code[end - 1] = OPEN
        at[end - 1] = history.as_of
    return code, at


def count_spells(request: Spells, history: History) -> SpellTable:
    """Lengths of stays, by group and stage; a stay that ended before observation began is not counted."""
    if not len(history):
        return {}
    if request.clock == "total" or history.since is not None or request.by:
        return _sorted_spells(_careful_spells(request, history))
    width = len(history.vocabulary.names) + 1
    after, until = following(history)
    lists: dict[int, list[int]] = {}
    for stage, then, start, end in zip(history.code, after, history.at, until, strict=True):
        key = stage * width + then
        try:
            lists[key].append(end - start)
        except KeyError:
            lists[key] = [end - start]
    table: SpellTable = {}
    for key, lengths in lists.items():
        stage, then = divmod(key + 1, width)
        tally = table.setdefault((WHOLE, stage), SpellTally())
        lengths.sort()
        if then == 0:
            tally.open = array("q", lengths)
        else:
            tally.ended[then - 1] = array("q", lengths)
    return table


def _careful_spells(request: Spells, history: History) -> SpellTable:
    """With segments, delayed entry or stays added up by unit."""
    table: SpellTable = {}
    grouping, since = history.grouping(request.by), history.since
    after, until = following(history)
    total = request.clock == "total"
    for low, high in history.ranges():
        stays: dict[int, tuple[int, int, int, int]] = {}  # stage -> length, delay, next, row
        for row in range(low, high):
            start, end = history.at[row], until[row]
            if since is not None and end < since:
                continue
            delay = max(since - start, 0) if since is not None else 0
            stage = history.code[row]
            if total and stage in stays:
                length, first_delay, _, first_row = stays[stage]
                stays[stage] = (length + end - start, first_delay, after[row], first_row)
                continue
            if total:
                stays[stage] = (end - start, delay, after[row], row)
            else:
                _add_stay(table, grouping, stage, (end - start, delay, after[row], row))
        for stage, stay in stays.items():
            _add_stay(table, grouping, stage, stay)
    return table


def _add_stay(table: SpellTable, grouping: Grouping | None, stage: int, stay: tuple[int, int, int, int]) -> None:
    length, delay, then, row = stay
    tally = table.setdefault((group_at(grouping, row), stage), SpellTally())
    if then == OPEN:
        tally.open.append(length)
    else:
        tally.ended.setdefault(then, array("q")).append(length)
    if delay:
        tally.entered.append(delay)
        tally.truncated += 1


def _sorted_spells(table: SpellTable) -> SpellTable:
    for tally in table.values():
        tally.open = array("q", sorted(tally.open))
        tally.entered = array("q", sorted(tally.entered))
        tally.ended = {then: array("q", sorted(lengths)) for then, lengths in sorted(tally.ended.items())}
    return table


def group_at(grouping: Grouping | None, row: int) -> Group:
    """The segment in force at a row."""
    return grouping.labels[grouping.codes[row]] if grouping else WHOLE


def count_moves(request: Moves, history: History) -> MoveTable:
    """Moves by period, with entries; one packed integer a row, counted at once."""
    if not len(history):
        return {}
    width = len(history.vocabulary.names) + 1
    before = array("q", [ENTRY])
    before.extend(history.code[:-1])
    for start in history.bounds[:-1]:
        before[start] = ENTRY
    pairs: Sequence[int] = [(a + 1) * width + b for a, b in zip(before, history.code, strict=True)]
    grouping = history.grouping(request.by)
    period = list(map(request.periods.indexer(), history.at)) if request.periods else None
    if grouping is None and period is None:
        return {(WHOLE, 0, key // width - 1, key % width): n for key, n in Counter(pairs).items()}
    periods = period if period is not None else [0] * len(pairs)
    groups = grouping.codes if grouping else [0] * len(pairs)
    labels = grouping.labels if grouping else (WHOLE,)
    counted = Counter(zip(groups, periods, pairs, strict=True))
    return {(labels[g], p, key // width - 1, key % width): n for (g, p, key), n in counted.items()}


def count_paths(request: Paths, history: History) -> PathTable:
    """Distinct sequences of codes, cut where asked, with the time from the first to the last entry."""
    table: PathTable = {}
    grouping, longest = history.grouping(request.by), request.longest
    for low, high in history.ranges():
        stop = high if longest is None else min(high, low + longest)
        key = group_at(grouping, low), tuple(history.code[low:stop]), stop < high
        tally = table.get(key)
        if tally is None:
            tally = table[key] = PathTally()
        tally.count += 1
        tally.lengths.append(history.at[stop - 1] - history.at[low])
    for tally in table.values():
        tally.lengths = array("q", sorted(tally.lengths))
    return table


def count_reasons(request: Reasons, history: History) -> ReasonTable:
    """Moves into an exit, by the stage they came from and the reason given."""
    table: Counter[tuple[Group, int, int, str | None]] = Counter()
    grouping = history.grouping(request.by)
    column = history.extras.get("reason")
    for low, high in history.ranges():
        for row in range(low, high):
            if history.code[row] in request.exits:
                came = history.code[row - 1] if row > low else ENTRY
                given = column.codes[row] if column else MISSING
                reason = column.names[given] if column and given != MISSING else None
                table[group_at(grouping, row), came, history.code[row], reason] += 1
    return dict(table)
