"""What is odd about the rows of a history: one line for each thing that a person should look at."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from custlife.engines.rows.looking import illegal_legs, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from custlife.engines.history import History
    from custlife.stages import Transition

__all__ = ["Leg", "Odd", "broken", "illegal", "odd_rows", "tie", "wanted"]

Odd = tuple[str, str, int, str]
"""Its kind, the unit, the instant in microseconds, and what was found."""

Leg = tuple[str, int, "str | None"]  # unit, row, stage before


def odd_rows(seen: History) -> Iterator[Odd]:
    """All that is odd, by kind and then by unit and time, about rows that need not open spells."""
    is_stages = seen.vocabulary.model is not None
    if is_stages:
        spells = spelled(seen)
        yield from illegal(spells, illegal_legs(spells))
        if expected := wanted(spells):
            yield from _expected(spells, expected)
    units = list(zip(seen.ids, seen.ranges(), strict=True))
    if not seen.sequenced:
        for unit, (low, high) in units:
            for _, group in groupby(range(low, high), key=seen.at.__getitem__):
                yield from tie(seen, unit, list(group))
    if is_stages:
        code, names = seen.code, seen.vocabulary.names
        for unit, (low, high) in units:
            for row in range(low + 1, high):
                if code[row] == code[row - 1]:
                    yield "repeat", unit, seen.at[row], names[code[row]]


def illegal(spells: History, legs: Iterable[Leg]) -> Iterator[Odd]:
    """The legs that the policy refuses, told."""
    names = spells.vocabulary.names
    for unit, row, before in legs:
        yield "illegal", unit, spells.at[row], f"{before or 'the start'} to {names[spells.code[row]]}"


def wanted(spells: History) -> dict[tuple[str | None, str], Transition]:
    """The transitions of the model that expect something of time or reason, by stage left and stage entered."""
    model = spells.vocabulary.model
    found = () if model is None else model.transitions
    return {(t.from_stage, t.to_stage): t for t in found if t.max_gap or t.min_gap or t.reason_required}


def _expected(spells: History, expected: dict[tuple[str | None, str], Transition]) -> Iterator[Odd]:
    """The legs that break what their transition expects."""
    names, code = spells.vocabulary.names, spells.code
    for unit, (low, high) in zip(spells.ids, spells.ranges(), strict=True):
        for row in range(low, high):
            before = names[code[row - 1]] if row > low else None
            if transition := expected.get((before, names[code[row]])):
                yield from broken(spells, unit, row, transition)


def broken(spells: History, unit: str, row: int, transition: Transition) -> Iterator[Odd]:
    """What one leg breaks of what its transition expects of time and reason."""
    add, at, reasons = spells.zone.add, spells.at, spells.extras.get("reason")
    leg = f"{transition.from_stage or 'the start'} to {transition.to_stage}"
    if transition.max_gap and at[row] > add(at[row - 1], transition.max_gap):
        yield "gap", unit, at[row], f"{leg} took longer than {transition.max_gap}"
    if transition.min_gap and at[row] < add(at[row - 1], transition.min_gap):
        yield "gap", unit, at[row], f"{leg} took less than {transition.min_gap}"
    if transition.reason_required and (reasons is None or reasons.name(row) is None):
        yield "reason", unit, at[row], f"{leg} has no reason"


def tie(seen: History, unit: str, rows: list[int]) -> Iterator[Odd]:
    """The rows of one instant, where they name several stages or events."""
    together = dict.fromkeys(seen.vocabulary.names[seen.code[row]] for row in rows)
    if len(together) > 1:
        yield "tie", unit, seen.at[rows[0]], ", ".join(together)
