"""What moves say they came from, checked against the histories they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.calendar import from_us
from custlife.engines.history import MISSING, Note, note
from custlife.errors import CustlifeError, DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.engines.history import History

__all__ = ["ORIGIN", "with_origins"]

ORIGIN = "from"


def with_origins(history: History, resolve: Callable[[object], str], *, since_given: bool) -> History:
    """The history without its column of origins, with notes on what they contradict and what they tell.

    A first move from a known stage tells that the customer was there before, since nobody knows when. No stay is
    invented for that: the customer is left truncated, and observation is taken to start with the first row of all,
    unless the caller knows better.

    Raises:
        DataError: Origins that are no stages.
    """
    column = history.extras[ORIGIN]
    codes = _codes(history, resolve)
    truncated: list[str] = []
    changed: list[str] = []
    names, code = history.vocabulary.names, history.code
    for unit, (low, high) in zip(history.ids, history.ranges(), strict=True):
        for row in range(low, high):
            told = MISSING if column.codes[row] == MISSING else codes[column.codes[row]]
            if told == MISSING:
                continue
            if row == low:
                truncated.append(f"{unit}: {names[told]}")
            elif told != code[row - 1]:
                changed.append(f"{unit}: from {names[told]}, not {names[code[row - 1]]}")
    notes = []
    since = history.since
    if changed:
        notes.append(note("changed", "moves said to come from another stage than the history shows", changed))
    if truncated:
        notes.append(
            note("truncated", "customers were in a stage before their first row, since an unknown time", truncated)
        )
        if not since_given:
            since = min(history.at)
            text = f"since={from_us(since).isoformat()}, the first instant in the log; pass since= to say otherwise"
            notes.append(Note("assumed", text))
    extras = {role: kept for role, kept in history.extras.items() if role != ORIGIN}
    return attrs.evolve(history, since=since, extras=extras, notes=(*history.notes, *notes))


def _codes(history: History, resolve: Callable[[object], str]) -> list[int]:
    """The stage of each spelling in the column of origins."""
    column, place = history.extras[ORIGIN], history.vocabulary.code
    found: list[int] = []
    problems: list[tuple[str, str]] = []
    hint = ""
    for index, name in enumerate(column.names):
        try:
            found.append(place[resolve(name)])
        except CustlifeError as error:
            unit = next(
                u for u, (a, b) in zip(history.ids, history.ranges(), strict=True) if index in column.codes[a:b]
            )
            problems.append((f"{history.unit} {unit!r}", error.what))
            hint = hint or error.hint
    if problems:
        raise DataError("moves come from unknown stages", problems, hint)
    return found
