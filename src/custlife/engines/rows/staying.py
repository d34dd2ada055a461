"""Counting stays: how long units were in each stage, and where they went."""

from __future__ import annotations

from array import array
from functools import cache
from typing import TYPE_CHECKING

import attrs

from custlife.calendar import Span
from custlife.engines.gathers import OPEN, Spells, SpellTally
from custlife.engines.rows.moving import WHOLE, group_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.calendar import Zone
    from custlife.engines.gathers import SpellTable
    from custlife.engines.history import Grouping, History

__all__ = ["count_spells", "following"]

DAY = 86_400_000_000
EXACT_FLOAT = 1 << 53


def following(history: History) -> tuple[array[int], array[int]]:
    """For every row the code and instant of the next one of its unit; `OPEN` and `as_of` behind the last."""
    code, at = array("q", history.code[1:]), history.at[1:]
    if len(history):
        code.append(OPEN)
        at.append(history.as_of)
    for end in history.bounds[1:]:
        code[end - 1] = OPEN
        at[end - 1] = history.as_of
    return code, at


def count_spells(request: Spells, history: History) -> SpellTable:
    """Lengths of stays, by group and stage; a stay that was over before observation began is only counted as gone."""
    if request != Spells() or history.since is not None:
        return _careful_spells(request, history)
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
    for key, lengths in sorted(lists.items()):
        stage, then = divmod(key + 1, width)
        tally = table.setdefault((WHOLE, stage), SpellTally())
        lengths.sort(key=float if max(lengths) < EXACT_FLOAT else None)  # floats are compared faster than long ints
        if then == 0:
            tally.open = array("q", lengths)
        else:
            tally.ended[then - 1] = array("q", lengths)
    return table


@attrs.define
class _Stay:
    """One stay, or all stays of one unit in one stage."""

    row: int
    after: int
    length: int = 0
    delay: int = 0
    is_seen: bool = False
    is_truncated: bool = False


def _careful_spells(request: Spells, history: History) -> SpellTable:
    """With segments, delayed entry, stays added up by unit or lengths in whole days."""
    table: SpellTable = {}
    grouping, since = history.grouping(request.by), history.since
    at, code = history.at, history.code
    after, until = following(history)
    total = request.clock == "total"
    whole = _whole_days(history.zone) if request.resolution == "day" and not total else None
    for low, high in history.ranges():
        stays: dict[int, _Stay] = {}
        for row in range(low, high):
            start, end = at[row], until[row]
            key = code[row] if total else row
            stay = stays.get(key)
            if stay is None:
                stay = stays[key] = _Stay(row, after[row])
            stay.after = after[row]
            is_early = since is not None and start < since
            stay.is_truncated |= is_early
            stay.is_seen |= not is_early or (since is not None and end > since)
            if whole is not None:
                stay.length = whole(start, end, after[row] != OPEN)
                stay.delay = whole(start, since, False) if since is not None and is_early else 0
            else:
                stay.length += end - start
                stay.delay += min(end, since) - start if since is not None and is_early else 0
        for stay in stays.values():
            if total and request.resolution == "day":
                stay.length = -(-stay.length // DAY) * DAY if stay.after != OPEN else stay.length // DAY * DAY
                stay.delay = stay.delay // DAY * DAY
            _add_stay(table, grouping, code[stay.row], stay)
    return _sorted_spells(table)


def _whole_days(zone: Zone) -> Callable[[int, int, bool], int]:
    """Days on the zone's wall clock from one instant to another: completed ones, or begun ones for an end."""
    later = cache(lambda days: zone.adder(Span(days=days)))
    local = zone.local

    def count(start: int, end: int, is_end: bool) -> int:
        days = max((local(end) - local(start)) // DAY - 1, 0)
        after = later(days)(start)
        while (then := later(days + 1)(start)) <= end:
            days, after = days + 1, then
        return (days + (is_end and after < end)) * DAY

    return count


def _add_stay(table: SpellTable, grouping: Grouping | None, stage: int, stay: _Stay) -> None:
    tally = table.setdefault((group_at(grouping, stay.row), stage), SpellTally())
    if not stay.is_seen or 0 < stay.delay >= stay.length:  # at risk at t means delay < t <= length
        tally.gone += 1
        return
    if stay.after == OPEN:
        tally.open.append(stay.length)
    else:
        tally.ended.setdefault(stay.after, array("q")).append(stay.length)
    tally.truncated += stay.is_truncated
    if stay.delay:
        tally.entered.append(stay.delay)


def _sorted_spells(table: SpellTable) -> SpellTable:
    for tally in table.values():
        tally.open = array("q", sorted(tally.open))
        tally.entered = array("q", sorted(tally.entered))
        tally.ended = {then: array("q", sorted(lengths)) for then, lengths in sorted(tally.ended.items())}
    return table
