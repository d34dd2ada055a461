"""What a log shows from one moment, and the spells it then consists of: transforms from history to history."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import chain, compress
from operator import ne
from typing import TYPE_CHECKING

import attrs

from custlife.calendar import from_us
from custlife.engines.history import Note, note

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.engines.history import History

__all__ = [
    "LAST_TOLD",
    "Look",
    "Spelled",
    "illegal",
    "illegal_legs",
    "last_told",
    "look",
    "of_units",
    "spelled",
    "within_rows",
]

LAST_TOLD = ("amount", "currency", "expected_close")


@attrs.frozen
class Look:
    """Shows the rows that had occurred at `as_of` and, where asked, were known at `known_at`."""

    as_of: int
    known_at: int | None = None

    def __call__(self, history: History) -> History:
        """The rows seen."""
        return look(history, self.as_of, self.known_at)


@attrs.frozen
class Spelled:
    """Makes each row open a spell, with the moves noted that the policy would have refused."""

    def __call__(self, history: History) -> History:
        """The rows that open spells."""
        spells = spelled(history)
        return attrs.evolve(spells, notes=(*spells.notes, *illegal(spells)))


def look(history: History, as_of: int, known_at: int | None = None) -> History:
    """The rows that had occurred at `as_of` and, where asked, were known at `known_at`."""
    at, recorded = history.at, history.recorded
    seen = attrs.evolve(history, as_of=as_of)
    later = sum(us > as_of for us in at) if len(at) and max(at) > as_of else 0
    if not later and known_at is None:
        return seen
    knowing = recorded if recorded is not None else at

    def shown(row: int) -> bool:
        return at[row] <= as_of and (known_at is None or knowing[row] <= known_at)

    notes = [Note("later", f"rows after as_of {from_us(as_of).isoformat()} were left out", later)] if later else []
    unknown = sum(us <= as_of and known_at is not None and k > known_at for us, k in zip(at, knowing, strict=True))
    if unknown and known_at is not None:
        notes.append(Note("later", f"rows not yet known at {from_us(known_at).isoformat()} were left out", unknown))
    return within_rows(seen, shown, notes)


def within_rows(history: History, keep: Callable[[int], bool], notes: Sequence[Note] = ()) -> History:
    """The rows for which `keep(row)` is true; units without a row go."""
    rows: list[int] = []
    bounds = array("q", [0])
    for low, high in history.ranges():
        rows.extend([row for row in range(low, high) if keep(row)])
        bounds.append(len(rows))
    return history.take(rows, bounds, notes)


def of_units(history: History, keep: Callable[[str], bool]) -> History:
    """The units whose id passes `keep`, with all their rows."""
    rows: list[int] = []
    bounds = array("q", [0])
    for unit, (low, high) in zip(history.ids, history.ranges(), strict=True):
        if keep(unit):
            rows.extend(range(low, high))
        bounds.append(len(rows))
    return history.take(rows, bounds)


def spelled(history: History) -> History:
    """Each row opens a spell: rows that name the stage one is in already are collapsed into it."""
    code, bounds = history.code, history.bounds
    changes = list(map(ne, code, chain((-1,), code)))
    for start in bounds[:-1]:
        changes[start] = True
    repeats = [row for row, is_change in enumerate(changes) if not is_change]
    if not repeats:
        return history
    collapsed = Note("collapsed", "rows that named the stage already held", len(repeats))
    last = [end - 1 for end in bounds[1:]]
    current = {name: column.take(last) for name, column in history.segments.items()}
    rows = list(compress(range(len(code)), changes))
    fewer = array("q", [bound - bisect_left(repeats, bound) for bound in bounds])
    fewest = history.take(rows, fewer, [collapsed])
    return attrs.evolve(fewest, current=current, values={**fewest.values, **last_told(history, rows)})


def last_told(history: History, rows: Sequence[int]) -> dict[str, list[object]]:
    """Of values that change during a stay, such as the amount of a deal, the last one told in each.

    Args:
        history: All rows.
        rows: Those that open stays.
    """
    from custlife.engines.rows.ingest import is_missing

    ends = [*rows[1:], len(history)]
    return {
        name: [
            next((column[r] for r in range(end - 1, row - 1, -1) if not is_missing(column[r])), None)
            for row, end in zip(rows, ends, strict=True)
        ]
        for name in LAST_TOLD
        if (column := history.values.get(name)) is not None
    }


def illegal_legs(history: History) -> list[tuple[str, int, str | None]]:
    """Unit, row and stage before of each leg that the policy of the model refuses; of rows that open spells."""
    vocabulary = history.vocabulary
    model = vocabulary.model
    if model is None or model.policy == "open":
        return []
    names, path, code = vocabulary.names, vocabulary.path, history.code
    found: list[tuple[str, int, str | None]] = []
    for unit, (low, high) in zip(history.ids, history.ranges(), strict=True):
        before: str | None = None
        left: str | None = None
        for row in range(low, high):
            name = names[code[row]]
            if not model.allows(before, name, left=left):
                found.append((unit, row, before))
            before = name
            left = name if code[row] < path else left
    return found


def illegal(history: History) -> list[Note]:
    """Counts the legs that the policy of the model would have refused; history is kept as it happened."""
    model, names = history.vocabulary.model, history.vocabulary.names
    legs = illegal_legs(history)
    if model is None or not legs:
        return []
    shown = [f"{unit}: {before or 'the start'} to {names[history.code[row]]}" for unit, row, before in legs]
    what = f"moves that policy {model.policy!r} refuses were kept as they happened"
    return [note("illegal", what, shown, keys=[unit for unit, _, _ in legs])]
