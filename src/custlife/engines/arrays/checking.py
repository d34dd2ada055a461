"""What is odd about the rows of a history: `rows.checking` on the few rows that whole columns leave to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays import views
from custlife.engines.arrays.clock import adder
from custlife.engines.arrays.looking import collapsed, illegal_legs, named
from custlife.engines.history import MISSING
from custlife.engines.rows.checking import broken, illegal, tie, wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.engines.arrays.stretch import Ints, Mask
    from custlife.engines.history import History
    from custlife.engines.rows.checking import Odd
    from custlife.stages import Transition

__all__ = ["odd_rows"]


def odd_rows(seen: History) -> Iterator[Odd]:
    """All that is odd, by kind and then by unit and time, about rows that need not open spells."""
    is_stages = seen.vocabulary.model is not None
    if is_stages:
        spells = collapsed(seen)
        yield from illegal(spells, illegal_legs(spells))
        yield from _expected(spells)
    if not seen.sequenced:
        yield from _ties(seen)
    if is_stages:
        rows = np.flatnonzero(_repeats(seen, views.ints(seen.code)))
        names, at, code = seen.vocabulary.names, seen.at, seen.code
        for unit, row in _placed(seen, rows):
            yield "repeat", unit, at[row], names[code[row]]


def _placed(history: History, rows: Ints) -> Iterator[tuple[str, int]]:
    """Some rows with the unit of each."""
    units = views.ints(history.bounds).searchsorted(rows, "right") - 1
    return zip(named(history.ids, units), rows.tolist(), strict=True)


def _repeats(history: History, values: Ints) -> Mask:
    """Of each row, whether a value is that of the row before in its unit."""
    repeats = np.zeros(len(values), np.bool_)
    np.equal(values[1:], values[:-1], out=repeats[1:])
    repeats[views.ints(history.bounds)[:-1]] = False
    return repeats


def _expected(spells: History) -> Iterator[Odd]:
    """The legs that break what their transition expects of time and reason."""
    seen, code = views.of(spells), spells.vocabulary.code
    before = views.shifted(seen.code.astype(np.int32), seen.firsts, -1)
    found: list[tuple[int, Transition]] = []
    for (left, entered), transition in wanted(spells).items():
        came = -1 if left is None else code[left]
        rows = np.flatnonzero((seen.code == code[entered]) & (before == came))
        found += [(row, transition) for row in rows[_breaks(spells, seen.at, rows, transition)].tolist()]
    found.sort(key=lambda one: one[0])
    rows = np.array([row for row, _ in found], np.int64)
    for (unit, row), (_, transition) in zip(_placed(spells, rows), found, strict=True):
        yield from broken(spells, unit, row, transition)


def _breaks(spells: History, at: Ints, rows: Ints, transition: Transition) -> Mask:
    """Of some legs of one transition, whether they break what it expects."""
    breaks = np.zeros(len(rows), np.bool_)
    if transition.max_gap:
        breaks |= at[rows] > adder(spells.zone, transition.max_gap)(at[rows - 1])
    if transition.min_gap:
        breaks |= at[rows] < adder(spells.zone, transition.min_gap)(at[rows - 1])
    if transition.reason_required:
        reasons = spells.extras.get("reason")
        breaks |= reasons is None or views.ints(reasons.codes)[rows] == MISSING
    return breaks


def _ties(seen: History) -> Iterator[Odd]:
    """The instants of a unit at which rows name several stages or events."""
    is_tied, code = _repeats(seen, views.ints(seen.at)), views.ints(seen.code)
    differs = np.flatnonzero(is_tied[1:] & (code[1:] != code[:-1])) + 1
    starts = np.append(np.flatnonzero(~is_tied), len(is_tied))
    groups = np.unique(starts.searchsorted(differs, "right") - 1)
    ends: list[int] = starts[groups + 1].tolist()
    for (unit, low), high in zip(_placed(seen, starts[groups]), ends, strict=True):
        yield from tie(seen, unit, list(range(low, high)))
