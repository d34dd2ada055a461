"""Rolling members up into what they belong to: `rows.rolling` for whole columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.calendar import from_us
from custlife.engines.arrays import views
from custlife.engines.arrays.keys import runs
from custlife.engines.arrays.looking import coded, named, plain, within_mask
from custlife.engines.arrays.rolling_rules import Entries, stages
from custlife.engines.history import EXAMPLES, MISSING, Column, note
from custlife.engines.rows.rolling import LEAVING, NOWHERE, belonging, placed, rolled
from custlife.stages.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.arrays.stretch import Ints, Mask
    from custlife.engines.arrays.views import Views
    from custlife.engines.history import History, Note
    from custlife.engines.rows.rolling import Pooled, RolledUp

__all__ = ["pooled", "rolled_up"]

BITS = LEAVING.bit_length()


def rolled_up(step: RolledUp, history: History) -> History:
    """The stages of every whole, each entry with the row of the member behind it.

    Raises:
        DataError: Rows that do not name a whole, unless they may be dropped.
    """
    history, column = _whole(history, step.to, step.on_bad)
    seen = views.of(history)
    names, place = _places(column)
    whole, row, code, order = _entries(seen, place[views.ints(column.codes)])
    sorting = np.lexsort((order, seen.at[row], whole))
    before = _links(whole, seen.unit[row], row, code, sorting)
    whole, row, code = whole[sorting], row[sorting], code[sorting]
    begins = runs(whole)
    first = np.repeat(begins, np.diff(begins, append=len(whole)))
    stage = stages(Entries(code, first, before, history.vocabulary.path), step.rule)
    told = np.flatnonzero(stage != NOWHERE)
    kept = told[runs(whole[told], stage[told])]
    owner, row = whole[kept], row[kept]
    is_there = np.bincount(owner, minlength=len(names)) > 0
    notes = [rolled(history, step.to)]
    if not is_there.all():
        without = [names[each] for each in np.flatnonzero(~is_there).tolist()]
        notes.append(note("dropped", f"{plural(0, step.to)} never met the quorum of {step.rule}", without))
    made = _of_rows(history, seen, row, step.to, notes)
    ids = [name for name, is_kept in zip(names, is_there.tolist(), strict=True) if is_kept]
    bounds = views.column(np.append(runs(owner), len(owner)))
    at, codes = views.column(seen.at[row]), views.column(stage[kept], "H")
    return attrs.evolve(made, ids=ids, bounds=bounds, at=at, code=codes, sequenced=True)


def pooled(step: Pooled, history: History) -> History:
    """The events of every whole.

    Raises:
        DataError: Rows that do not name a whole, unless they may be dropped.
    """
    history, column = _whole(history, step.to, step.on_bad)
    seen = views.of(history)
    names, place = _places(column)
    whole = place[views.ints(column.codes)]
    row = np.lexsort((_order(seen), seen.at, whole))
    made = _of_rows(history, seen, row, step.to, [rolled(history, step.to)])
    values = {name: plain(found, row) for name, found in history.values.items()}
    bounds = views.column(np.append(runs(whole[row]), len(row)))
    at, codes = views.column(seen.at[row]), views.column(seen.code[row], "H")
    return attrs.evolve(made, ids=names, bounds=bounds, at=at, code=codes, values=values)


# -- where members belong ----------------------------------------------------------------------------------------------


def _whole(history: History, to: str, on_bad: str) -> tuple[History, Column]:
    """The rows that say where their unit belongs, and where that is."""
    column = belonging(history, to)
    without = views.ints(column.codes) == MISSING
    if not without.any():
        return history, column
    if on_bad != "drop":
        return placed(history, to, on_bad)
    rows = np.flatnonzero(without)
    some: list[int] = rows[:EXAMPLES].tolist()
    units = named(history.ids, views.ints(history.bounds).searchsorted(some, "right") - 1)
    told = [
        f"{history.unit} {unit!r} at {from_us(history.at[row]).isoformat()}"
        for unit, row in zip(units, some, strict=True)
    ]
    left_out = note("dropped", f"rows without {to} were left out", told, len(rows), units)
    kept = within_mask(history, ~without, [left_out])
    return kept, belonging(kept, to)


def _places(column: Column) -> tuple[list[str], Ints]:
    """The names of the wholes that occur, sorted; and for each code of the column the place of its name."""
    occurs = np.bincount(views.ints(column.codes), minlength=len(column.names)) > 0
    used: list[int] = np.flatnonzero(occurs).tolist()
    names = {code: column.names[code] for code in used}
    place = np.zeros(len(column.names), np.int64)
    used.sort(key=names.__getitem__)
    place[used] = np.arange(len(used))
    return [names[code] for code in used], place


# -- what happens to members -------------------------------------------------------------------------------------------


def _order(seen: Views) -> Ints:
    """The order of each row at its instant: an order that the source gave within one member stands."""
    moves_on = _is_new_instant(seen)
    if moves_on.all():
        return seen.code
    base = moves_on.cumsum() << BITS
    order: Ints = np.maximum.accumulate(base + seen.code) - base
    return order


def _is_new_instant(seen: Views) -> Mask:
    moves_on = np.append(True, seen.at[1:] != seen.at[:-1])[: len(seen.at)]
    moves_on[seen.firsts] = True
    return moves_on


def _entries(seen: Views, whole: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Whole, row, stage and order at its instant of each entry; those of leaving come behind the others.

    A row that repeats stage and whole is no entry. Who belongs elsewhere when an instant is over has left.
    """
    is_same = np.append(False, whole[1:] == whole[:-1])[: len(whole)]
    is_same[seen.firsts] = False
    repeats = is_same & np.append(False, seen.code[1:] == seen.code[:-1])[: len(whole)]
    code, order = seen.code.astype(np.int64), _order(seen).astype(np.int64)
    changes = np.flatnonzero(~is_same & ~seen.is_first)
    if not len(changes):
        row = np.flatnonzero(~repeats)
        return whole[row], row, code[row], order[row]
    left_by, left = _left(seen, whole, changes, repeats)
    row = np.flatnonzero(~repeats)
    nowhere, leaving = np.full(len(left), NOWHERE), np.full(len(left), LEAVING)
    return (
        np.append(whole[row], left),
        np.append(row, left_by),
        np.append(code[row], nowhere),
        np.append(order[row], leaving),
    )


def _left(seen: Views, whole: Ints, changes: Ints, repeats: Mask) -> tuple[Ints, Ints]:
    """By which rows which wholes were left, by row; where an instant has several rows, `repeats` is set right.

    Args:
        seen: The rows.
        whole: The whole of each.
        changes: The rows whose whole is not that of the row before.
        repeats: Of each row, whether it repeats the stage and the whole of the row before.
    """
    starts = np.append(np.flatnonzero(_is_new_instant(seen)), len(whole))
    touched = np.unique(starts.searchsorted(changes, "right") - 1)
    is_alone = starts[touched + 1] - starts[touched] == 1
    alone = starts[touched[is_alone]]
    found = list(zip(alone.tolist(), whole[alone - 1].tolist(), strict=True))
    firsts = set(seen.firsts.tolist()) if not is_alone.all() else set()
    for low, high in zip(starts[touched[~is_alone]].tolist(), starts[touched[~is_alone] + 1].tolist(), strict=True):
        held = {} if low in firsts else {int(whole[low - 1]): int(seen.code[low - 1])}
        for row in range(low, high):
            repeats[row] = held.get(int(whole[row])) == seen.code[row]
            held[int(whole[row])] = int(seen.code[row])
        found.extend((high - 1, left) for left in held if left != whole[high - 1])
    found.sort()
    left_by, left = np.array(found, np.int64).reshape(-1, 2).T
    return left_by, left


def _links(whole: Ints, member: Ints, row: Ints, code: Ints, sorting: Ints) -> Ints:
    """For each entry, in the order of some sorting, the one before of its member in the whole; `NOWHERE` for none."""
    is_settled = (code != NOWHERE).all()  # nobody leaves, so that rows lie by member and whole
    turn = np.arange(len(row)) if is_settled else np.lexsort((row, whole, member))
    again = np.flatnonzero((whole[turn][1:] == whole[turn][:-1]) & (member[turn][1:] == member[turn][:-1]))
    position, before = np.empty(len(row), np.int64), np.full(len(row), NOWHERE)
    position[sorting] = np.arange(len(row))
    before[position[turn[again + 1]]] = position[turn[again]]
    return before


# -- what comes of it --------------------------------------------------------------------------------------------------


def _of_rows(history: History, seen: Views, rows: Ints, to: str, notes: Sequence[Note]) -> History:
    """The columns beside stage and time, at the rows behind the new ones; `member` says whose they are."""
    extras = {name: coded(column, rows) for name, column in history.extras.items()}
    extras["member"] = Column(views.column(seen.unit[rows], "i"), history.ids)
    segments = {name: coded(column, rows) for name, column in history.segments.items()}
    return attrs.evolve(
        history, unit=to, recorded=None, extras=extras, notes=(*history.notes, *notes), values={}, segments=segments
    )
