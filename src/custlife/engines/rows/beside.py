"""Stage histories with the events of the same units between their rows: how two logs are read together."""

from __future__ import annotations

from array import array
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import attrs

from custlife.engines.history import MISSING, Column, check_names, note
from custlife.stages.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from custlife.engines.history import History, Note

__all__ = ["all_names", "beside", "told_of"]


def beside(stages: History, events: History) -> History:
    """The rows of some units in a stage log and in a log of events, as one history.

    Codes of events follow those of stages. At one instant the stage comes first. What rows of stages know (segments)
    holds for the events after them; what rows of events know is among the values, None in rows of stages. Events of
    units that the stage log does not have are left out, counted in the notes.

    Args:
        stages: The stage histories.
        events: The events, seen from the same moment.

    Raises:
        UsageError: They have too many names together.
    """
    names = all_names(stages, events)
    order, bounds = _order(stages, events)
    rows = len(stages)
    width = len(stages.vocabulary.names)
    at, code = stages.at + events.at, stages.code + array("H", [width + each for each in events.code])
    filled = _in_force(order, bounds, rows)

    def kept(column: Column) -> Column:
        return column.take(filled)

    extras = {name: _missing(column, order, rows) for name, column in stages.extras.items()}
    known = set(stages.ids)
    alone = [unit for unit, id_ in enumerate(events.ids) if id_ not in known]
    return attrs.evolve(
        stages,
        bounds=bounds,
        at=array("q", [at[row] for row in order]),
        code=array("H", [code[row] for row in order]),
        vocabulary=attrs.evolve(stages.vocabulary, names=names),
        recorded=None,
        segments={name: kept(column) for name, column in stages.segments.items()},
        extras=extras,
        values=_values(stages, events, order),
        notes=(*stages.notes, *told_of(events, alone)),
        engine="rows",
    )


def _order(stages: History, events: History) -> tuple[list[int], array[int]]:
    """The old row behind each new one, those of events numbered on, and the bounds of the units."""
    place = {id_: unit for unit, id_ in enumerate(events.ids)}
    order: list[int] = []
    bounds = array("q", [0])
    rows = len(stages)
    at = stages.at + events.at
    for id_, (low, high) in zip(stages.ids, stages.ranges(), strict=True):
        unit = place.get(id_)
        mine = range(low, high)
        if unit is None:
            order.extend(mine)
        else:
            theirs = range(rows + events.bounds[unit], rows + events.bounds[unit + 1])
            order.extend(sorted(chain(mine, theirs), key=at.__getitem__))  # stable: stages stay before events
        bounds.append(len(order))
    return order, bounds


def _in_force(order: Sequence[int], bounds: Sequence[int], rows: int) -> list[int]:
    """For each row the row of the stage log in force: the last one before it in its unit, else the first one."""
    found: list[int] = []
    for low, high in pairwise(bounds):
        held = next(row for row in order[low:high] if row < rows)
        for row in order[low:high]:
            held = row if row < rows else held
            found.append(held)
    return found


def _missing(column: Column, order: Sequence[int], rows: int) -> Column:
    """A column that rows of events do not have."""
    return Column(array("i", [column.codes[row] if row < rows else MISSING for row in order]), column.names)


def _values(stages: History, events: History, order: Sequence[int]) -> dict[str, Sequence[object]]:
    """What rows of events know; under names they do not have, also what rows of stages know."""
    rows = len(stages)
    found: dict[str, Sequence[object]] = {}
    for name, column in stages.values.items():
        found[name] = [column[row] if row < rows else None for row in order]
    for name, coded in events.segments.items():
        found[name] = [None if row < rows else coded.name(row - rows) for row in order]
    for name, column in events.values.items():
        found[name] = [None if row < rows else column[row - rows] for row in order]
    return found


def all_names(stages: History, events: History) -> tuple[str, ...]:
    """The names behind the codes of both.

    Raises:
        UsageError: There are too many.
    """
    names = (*stages.vocabulary.names, *events.vocabulary.names)
    check_names(names)
    return names


def told_of(events: History, alone: Sequence[int]) -> Iterator[Note]:
    """What was done to the events.

    Args:
        events: The events.
        alone: The numbers of the units that the stage log does not have.
    """
    count = sum(events.bounds[unit + 1] - events.bounds[unit] for unit in alone)
    yield from (attrs.evolve(one, what=f"events: {one.what}") for one in events.notes if one.kind != "assumed")
    if count:
        what = f"events of {plural(0, events.unit)} that the stage log does not have were left out"
        yield note("dropped", what, [events.ids[unit] for unit in alone], count=count)
