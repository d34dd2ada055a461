"""What a log shows from one moment, and the spells it then consists of: `rows.looking` for whole columns."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.calendar import from_us
from custlife.engines.arrays import views
from custlife.engines.arrays.keys import Keys, dense
from custlife.engines.history import EXAMPLES, Column, Note, note
from custlife.engines.rows.looking import LAST_TOLD, last_told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.engines.arrays.stretch import Ints, Mask
    from custlife.engines.history import History
    from custlife.engines.rows.looking import Look, Spelled

__all__ = ["coded", "collapsed", "illegal_legs", "look", "named", "of_mask", "spelled", "taken", "within_mask"]


def look(step: Look, history: History) -> History:
    """The rows that had occurred at `as_of` and, where asked, were known at `known_at`."""
    at = views.ints(history.at)
    seen = attrs.evolve(history, as_of=step.as_of)
    later = int((at > step.as_of).sum()) if len(at) and at.max() > step.as_of else 0
    if not later and step.known_at is None:
        return seen
    is_shown = at <= step.as_of
    notes: list[Note] = []
    if later:
        notes.append(Note("later", f"rows after as_of {from_us(step.as_of).isoformat()} were left out", later))
    if step.known_at is not None:
        is_known = (at if history.recorded is None else views.ints(history.recorded)) <= step.known_at
        unknown = int((is_shown & ~is_known).sum())
        is_shown &= is_known
        if unknown:
            what = f"rows not yet known at {from_us(step.known_at).isoformat()} were left out"
            notes.append(Note("later", what, unknown))
    return within_mask(seen, is_shown, notes)


def within_mask(history: History, keep: Mask, notes: Sequence[Note] = ()) -> History:
    """The rows that are kept; units without a row go."""
    if keep.all():
        return attrs.evolve(history, notes=(*history.notes, *notes)) if notes else history
    rows = np.flatnonzero(keep)
    return taken(history, rows, rows.searchsorted(views.ints(history.bounds)), notes)


def of_mask(history: History, keep: Mask) -> History:
    """The units that are kept, with all their rows."""
    if keep.all():
        return history
    lengths = np.diff(views.ints(history.bounds))
    bounds = np.append(0, np.where(keep, lengths, 0).cumsum())
    return taken(history, np.flatnonzero(np.repeat(keep, lengths)), bounds)


def taken(history: History, rows: Ints, bounds: Ints, notes: Sequence[Note] = ()) -> History:
    """The history of some rows, in their order; bounds may leave units empty, which then go."""
    kept = np.flatnonzero(np.diff(bounds))
    return attrs.evolve(
        history,
        ids=named(history.ids, kept),
        bounds=views.column(np.append(0, bounds[1:][kept])),
        at=views.column(views.ints(history.at)[rows]),
        code=views.column(views.ints(history.code)[rows], "H"),
        recorded=None if history.recorded is None else views.column(views.ints(history.recorded)[rows]),
        segments={name: coded(column, rows) for name, column in history.segments.items()},
        current={name: coded(column, kept) for name, column in history.current.items()},
        extras={name: coded(column, rows) for name, column in history.extras.items()},
        values={name: plain(column, rows) for name, column in history.values.items()},
        notes=(*history.notes, *notes),
    )


def coded(column: Column, rows: Ints) -> Column:
    """A coded column of some rows."""
    return Column(views.column(views.ints(column.codes)[rows], "i"), column.names)


def plain(column: Sequence[object], rows: Ints) -> Sequence[object]:
    """The values of some rows; those of a column of numbers stay one, and those of columns that can be taken from."""
    if isinstance(column, array):
        return views.column(views.ints(column)[rows], column.typecode)
    take = getattr(column, "take", None)
    return take(rows) if take else [column[row] for row in rows.tolist()]


def named(ids: Sequence[str], units: Ints) -> Sequence[str]:
    """The ids of some units; ids that are not in memory stay where they are."""
    take: Callable[[Ints], Sequence[str]] | None = getattr(ids, "take", None)
    if take is not None:
        return take(units)
    numbers: list[int] = units.tolist()
    return [ids[unit] for unit in numbers]


# -- spells ------------------------------------------------------------------------------------------------------------


def spelled(_step: Spelled, history: History) -> History:
    """Each row opens a spell, with the moves noted that the policy would have refused."""
    spells = collapsed(history)
    legs, model = _refused(spells), history.vocabulary.model
    if model is None or not len(legs):
        return spells
    what = f"moves that policy {model.policy!r} refuses were kept as they happened"
    told, names = _told(spells, legs[:EXAMPLES]), spells.vocabulary.names
    shown = [f"{unit}: {before or 'the start'} to {names[spells.code[row]]}" for unit, row, before in told]
    illegal = note("illegal", what, shown, len(legs), [unit for unit, _, _ in told])
    return attrs.evolve(spells, notes=(*spells.notes, illegal))


def collapsed(history: History) -> History:
    """The rows that name another stage than the one before them."""
    seen = views.of(history)
    changes = np.ones(len(history), np.bool_)
    np.not_equal(seen.code[1:], seen.code[:-1], out=changes[1:])
    changes[seen.firsts] = True
    repeats = len(changes) - int(changes.sum())
    if not repeats:
        return history
    current = {name: coded(column, seen.lasts) for name, column in history.segments.items()}
    told = Note("collapsed", "rows that named the stage already held", repeats)
    fewest = within_mask(history, changes, [told])
    values = _last_told(history, np.flatnonzero(changes)) if history.values else {}
    return attrs.evolve(fewest, current=current, values={**fewest.values, **values})


def _last_told(history: History, rows: Ints) -> dict[str, Sequence[object]]:
    """Of values that change during a stay the last one told in each, given the rows that open stays."""
    told = {name: history.values[name] for name in LAST_TOLD if name in history.values}
    numbers = {name: column for name, column in told.items() if isinstance(column, array) and column.typecode != "d"}
    lasts = np.append(rows[1:], len(history)) - 1
    found: dict[str, Sequence[object]] = {name: plain(column, lasts) for name, column in numbers.items()}
    others = {name: column for name, column in told.items() if name not in numbers}
    if others:
        found |= last_told(attrs.evolve(history, values=others), rows.tolist())
    return found


def illegal_legs(history: History) -> list[tuple[str, int, str | None]]:
    """Unit, row and stage before of each leg that the policy of the model refuses; of rows that open spells."""
    return _told(history, _refused(history))


def _told(history: History, legs: Ints) -> list[tuple[str, int, str | None]]:
    bounds, code, names = history.bounds, history.code, history.vocabulary.names
    units = views.ints(bounds).searchsorted(legs, "right") - 1
    told = zip(named(history.ids, units), units.tolist(), legs.tolist(), strict=True)
    return [(id_, row, None if bounds[unit] == row else names[code[row - 1]]) for id_, unit, row in told]


def _refused(history: History) -> Ints:
    """The rows whose legs the policy of the model refuses: each kind of leg is asked for once."""
    vocabulary, seen = history.vocabulary, views.of(history)
    model, names, path = vocabulary.model, vocabulary.names, vocabulary.path
    if model is None or model.policy == "open":
        return np.empty(0, np.int64)
    before = views.shifted(seen.code.astype(np.int32) + 1, seen.firsts, 0)
    left = np.where(before <= path, before, 0)
    off = np.flatnonzero(before > path)
    left[off] = _left(seen, path, off)
    legs = Keys((before, len(names) + 1), (left, path + 1), (seen.code, len(names)))
    kinds, kept = dense(legs.codes, legs.size)
    known = (None, *names)
    is_refused = [
        not model.allows(known[one], names[other], left=known[last])
        for one, last, other in zip(*legs.columns(kept), strict=True)
    ]
    return np.flatnonzero(np.array(is_refused, np.bool_)[kinds])


def _left(seen: views.Views, path: int, rows: Ints) -> Ints:
    """For some rows the last stage of the path before them in their unit, plus 1; 0 where there is none."""
    on = np.flatnonzero(seen.code < path)
    last = np.append(-1, on)[on.searchsorted(rows)]
    first = seen.bounds[seen.bounds.searchsorted(rows, "right") - 1]
    return np.where(last >= first, seen.code[last].astype(np.int32) + 1, 0)
