"""Counting touches: `rows.touching` for whole columns; hooks and business hours are left to the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from custlife.engines.arrays import views
from custlife.engines.arrays.clock import adder
from custlife.engines.arrays.keys import Keys
from custlife.engines.arrays.views import equal_numbers, first_from
from custlife.engines.rows import touching as rows_engine
from custlife.engines.rows.ingest import is_missing
from custlife.engines.rows.touching import alike
from custlife.engines.touching import ContactTally, HandTally, TouchTally

if TYPE_CHECKING:
    from custlife.engines.arrays.stretch import Ints, Mask
    from custlife.engines.arrays.views import Views
    from custlife.engines.gathers import Group
    from custlife.engines.history import History
    from custlife.engines.touching import Contacts, ContactTable, HandOvers, HandTable, Seen, Touches, TouchTable

__all__ = ["count_contacts", "count_hand_overs", "count_touches", "meant"]

NOBODY = -1


def meant(seen: Seen, history: History) -> Mask:
    """Of each row, whether it is meant."""
    mask: Mask = views.among(seen.codes, history)[views.ints(history.code)]
    for name, wanted in seen.tests:
        column, rows = history.values[name], np.flatnonzero(mask)
        is_equal = equal_numbers(column, wanted, rows)
        mask[rows] = [alike(column[row], wanted) for row in rows.tolist()] if is_equal is None else is_equal
    return mask


def _last_before(mask: Mask, seen: Views) -> Ints:
    """For each row the last one before it in its unit that is in a mask; `NOBODY` where there is none."""
    last = np.append(NOBODY, np.maximum.accumulate(np.where(mask, np.arange(len(mask)), NOBODY))[:-1])
    last = last[: len(mask)]
    first = np.repeat(seen.firsts, np.diff(seen.bounds))
    return np.where(last >= first, last, NOBODY)


# -- first contacts ----------------------------------------------------------------------------------------------------


def count_contacts(request: Contacts, history: History) -> ContactTable:
    """Time from the first start of each unit to its first touch, by segment."""
    if request.finder is not None or request.hours is not None:
        return rows_engine.count_contacts(request, history)
    seen, (groups, labels) = views.of(history), views.grouping(history, request.by)
    row = first_from(np.flatnonzero(meant(request.start, history)), seen.firsts)
    unit = np.flatnonzero(row < seen.bounds[1:])
    row, high = row[unit], seen.bounds[1:][unit]
    start, group = seen.at[row], groups[row]
    truncated = start < history.since if history.since is not None else np.zeros(len(row), np.bool_)
    touch = first_from(np.flatnonzero(meant(request.touch, history)), _instant_of(seen, row))
    is_touched = touch < high
    end = np.where(is_touched, seen.at[np.minimum(touch, len(seen.at) - 1)], seen.as_of)
    gone = views.among(request.exits, history)[seen.code[_standing(history, seen, high)]] & ~is_touched
    if request.within is None:
        eligible = in_time = np.zeros(len(row), np.bool_)
    else:
        limit = adder(history.zone, request.within)(start)
        eligible = seen.as_of >= limit
        in_time = eligible & is_touched & (end <= limit)
    table: ContactTable = {labels[code]: ContactTally() for code in np.unique(group).tolist()}
    kept = ~truncated
    keys = Keys((group[kept], len(labels)), (is_touched[kept].astype(np.int8), 2))
    for (code, is_answered), times in keys.sorted((end - start)[kept]):
        setattr(table[labels[code]], "answered" if is_answered else "waiting", views.column(times))
    counts = {"gone": kept & gone, "eligible": kept & eligible, "in_time": kept & in_time, "truncated": truncated}
    for name, mask in counts.items():
        for code, many in Keys((group[mask], len(labels))).cells():
            setattr(table[labels[code]], name, many)
    return table


def _instant_of(seen: Views, rows: Ints) -> Ints:
    """For each of some rows the first of the same instant in its unit."""
    moves_on = seen.is_first
    moves_on[1:] |= seen.at[1:] != seen.at[:-1]
    starts = np.flatnonzero(moves_on)
    found: Ints = starts[starts.searchsorted(rows, "right") - 1]
    return found


def _standing(history: History, seen: Views, ends: Ints) -> Ints:
    """The last row of some units, given by their ends, that tells where they stand."""
    rows = np.append(0, np.flatnonzero(seen.code < len(history.vocabulary.standing)))
    found: Ints = rows[rows.searchsorted(ends, "left") - 1]
    return found


# -- touches of each stay ----------------------------------------------------------------------------------------------


def count_touches(request: Touches, history: History) -> TouchTable:
    """Touches in each stay and the gaps between them, by segment and stage."""
    seen, (groups, labels) = views.of(history), views.grouping(history, request.by)
    touches, is_stage = meant(request.touch, history), seen.code < request.width
    table: TouchTable = {}
    _stays(request, history, touches, is_stage, (groups, labels), table)
    _gaps(request, history, touches & ~is_stage, is_stage, (groups, labels), table)
    return table


def _tally(table: TouchTable, group: Group, code: int) -> TouchTally:
    return table.setdefault((group, code), TouchTally())


def _stays(
    request: Touches, history: History, touches: Mask, is_stage: Mask, groups: tuple[Ints, list[Group]],
    table: TouchTable,
) -> None:  # fmt: skip
    """The stays by their number of touches."""
    seen, (group, labels) = views.of(history), groups
    rows = np.flatnonzero(is_stage)
    ends = seen.bounds[1:][seen.unit[rows]]
    after = np.append(rows[1:], len(is_stage))
    counted = np.append(0, touches.cumsum())
    many = counted[np.minimum(after, ends)] - counted[rows + 1]
    kept = views.among(request.stages, history)[seen.code[rows]]
    rows, many, is_open = rows[kept], many[kept], (after >= ends)[kept]
    fate = np.where(is_open, 1, 0)
    if history.since is not None:
        fate[seen.at[rows] < history.since] = 2
    most = int(many.max(initial=0)) + 1
    keys = Keys((group[rows], len(labels)), (seen.code[rows], len(history.vocabulary.names)), (fate, 3), (many, most))
    for place, code, how, number, count in keys.cells():
        tally = _tally(table, labels[place], code)
        if how == 2:
            tally.truncated += count
        else:
            (tally.open if how else tally.ended)[number] = count


def _gaps(
    request: Touches, history: History, touches: Mask, is_stage: Mask, groups: tuple[Ints, list[Group]],
    table: TouchTable,
) -> None:  # fmt: skip
    """The time without a touch while units are in no exit, by the stage in which it begins."""
    seen, (group, labels) = views.of(history), groups
    stage = _last_before(is_stage, seen)
    exits = views.among(request.exits, history)[seen.code] & is_stage
    is_in = (stage != NOBODY) & ~exits[stage]
    is_touched = touches & is_in
    begins = is_touched | (is_stage & ~exits & ~is_in)
    turns = np.flatnonzero(begins | (exits & is_in))
    after = np.append(turns[1:], len(is_stage))
    rows = turns[begins[turns]]
    after = after[begins[turns]]
    lasts = after >= seen.bounds[1:][seen.unit[rows]]
    end = np.where(lasts, seen.as_of, seen.at[np.minimum(after, len(is_stage) - 1)])
    answered = ~lasts & is_touched[np.minimum(after, len(is_stage) - 1)]
    held = np.where(is_stage[rows], rows, stage[rows])
    kept = views.among(request.stages, history)[seen.code[held]]
    if history.since is not None:
        kept &= seen.at[rows] >= history.since
    held, length = held[kept], (end - seen.at[rows])[kept]
    keys = Keys(
        (group[held], len(labels)), (seen.code[held], len(history.vocabulary.names)),
        (answered[kept].astype(np.int8), 2),
    )  # fmt: skip
    for (place, code, is_answered), times in keys.sorted(length):
        tally = _tally(table, labels[place], code)
        if is_answered:
            tally.gaps = views.column(times)
        else:
            tally.silent = views.column(times)


# -- hand-overs --------------------------------------------------------------------------------------------------------

STATES = ("moved", "lost", "back", "pending")


def count_hand_overs(request: HandOvers, history: History) -> HandTable:
    """Pairs of touches in a row, by segment and teams, and what came next."""
    seen, (group, labels) = views.of(history), views.grouping(history, request.by)
    touches = meant(request.touch, history) & (seen.code >= request.width)
    before = _last_before(touches, seen)
    rows = np.flatnonzero(touches & (before != NOBODY))
    if history.since is not None:
        rows = rows[seen.at[before[rows]] >= history.since]
    teams, names = _teams(history.values[request.team], np.flatnonzero(touches), len(touches))
    state = _next_stage(request, history, seen)[rows]
    pair = (group[rows], len(labels)), (teams[before[rows]], len(names)), (teams[rows], len(names))
    table: HandTable = {}
    for (place, one, other), waits in Keys(*pair).sorted(seen.at[rows] - seen.at[before[rows]]):
        table[labels[place], names[one], names[other]] = HandTally(waits=views.column(waits))
    for place, one, other, how, count in Keys(*pair, (state, len(STATES))).cells():
        setattr(table[labels[place], names[one], names[other]], STATES[how], count)
    return table


def _teams(column: Any, rows: Ints, many: int) -> tuple[Ints, list[str | None]]:
    """The team of some rows as a number, and the names of the teams; None where it is missing."""
    place: dict[str | None, int] = {}
    teams = np.zeros(many, np.int64)
    teams[rows] = [
        place.setdefault(None if is_missing(value) else str(value), len(place))
        for value in map(column.__getitem__, rows.tolist())
    ]
    return teams, list(place)


def _next_stage(request: HandOvers, history: History, seen: Views) -> Ints:
    """For each row what its unit does next, as a number of `STATES`."""
    is_stage = seen.code < request.width
    here = _last_before(is_stage, seen)
    here = np.where(is_stage, np.arange(len(is_stage)), here)
    after = first_from(np.flatnonzero(is_stage), np.arange(1, len(is_stage) + 1))
    is_last = after >= np.repeat(seen.bounds[1:], np.diff(seen.bounds))
    there = seen.code[np.minimum(after, len(is_stage) - 1)]
    moves = (seen.code[here] < there) & (there < request.path)
    state = np.where(views.among(request.exits, history)[there], 1, np.where(moves, 0, 2))
    state[is_last] = 3
    state[here == NOBODY] = 2  # before the first stage there is nothing to go on from
    return state
