"""The plainest code for two of the questions, to compare answers with; it is not timed."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from made_rows import MODEL, STAGES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from made_rows import Row

WINDOW = timedelta(days=90)


def stays(rows: Sequence[Row]) -> list[list[tuple[datetime, str]]]:
    """For each customer the stages entered, in order; naming the stage one is in is no move."""
    histories: dict[str, list[tuple[datetime, int]]] = {}
    for customer, stage, at in rows:
        histories.setdefault(customer, []).append((at, MODEL.codes.index(stage)))
    found = []
    for entries in histories.values():
        kept: list[tuple[datetime, str]] = []
        for at, code in sorted(entries):
            if not kept or kept[-1][1] != MODEL.codes[code]:
                kept.append((at, MODEL.codes[code]))
        found.append(kept)
    return found


def units_per_step(rows: Sequence[Row]) -> list[int]:
    """How many came as far as each stage within the window after they were first at the first one or past it."""
    reached = Counter[int]()
    for history in stays(rows):
        path = [(at, STAGES.index(stage)) for at, stage in history if stage in STAGES]
        if path:
            deepest = max(place for at, place in path if at - path[0][0] <= WINDOW)
            reached.update(range(deepest + 1))
    return [reached[place] for place in range(len(STAGES))]


def transitions(rows: Sequence[Row]) -> dict[tuple[str | None, str], int]:
    """Moves from stage to stage; from None: entries."""
    counts = Counter[tuple[str | None, str]]()
    for history in stays(rows):
        names = [stage for _, stage in history]
        counts.update(zip([None, *names], names, strict=False))
    return dict(counts)
