"""Stage histories with the events of the same units between their rows: `rows.beside` for whole columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays import views
from custlife.engines.arrays.looking import coded
from custlife.engines.history import MISSING, Column
from custlife.engines.rows.beside import all_names, told_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.arrays.stretch import Ints, Mask
    from custlife.engines.history import History

__all__ = ["beside"]


def beside(stages: History, events: History) -> History:
    """The rows of some units in a stage log and in a log of events, as one history.

    Raises:
        UsageError: They have too many names together.
    """
    names = all_names(stages, events)
    place = {id_: unit for unit, id_ in enumerate(stages.ids)}
    owner = np.array([place.get(id_, MISSING) for id_ in events.ids], np.int64)
    order, bounds = _order(stages, events, owner)
    is_stage = order < len(stages)
    filled = _in_force(stages, order, bounds, is_stage)
    at = np.concatenate([views.ints(stages.at), views.ints(events.at)])
    width = len(stages.vocabulary.names)
    code = np.concatenate([views.ints(stages.code), views.ints(events.code) + np.uint16(width)])
    own = order[is_stage]
    return attrs.evolve(
        stages,
        bounds=views.column(bounds),
        at=views.column(at[order]),
        code=views.column(code[order], "H"),
        vocabulary=attrs.evolve(stages.vocabulary, names=names),
        recorded=None,
        segments={name: coded(column, filled) for name, column in stages.segments.items()},
        extras={name: _missing(column, own, is_stage) for name, column in stages.extras.items()},
        values=_values(stages, events, order, is_stage),
        notes=(*stages.notes, *told_of(events, np.flatnonzero(owner == MISSING).tolist())),
    )


def _order(stages: History, events: History, owner: Ints) -> tuple[Ints, Ints]:
    """The old row behind each new one, those of events numbered on, and the bounds of the units.

    Args:
        stages: The stage histories.
        events: The events.
        owner: For each unit of the events its number among those of the stages, or `MISSING`.
    """
    mine, theirs = views.of(stages), views.of(events)
    owners = owner[theirs.unit]
    kept = np.flatnonzero(owners != MISSING)
    unit = np.concatenate([mine.unit, owners[kept]])
    at = np.concatenate([mine.at, theirs.at[kept]])
    rows = np.concatenate([np.arange(len(stages)), kept + len(stages)])
    order: Ints = rows[np.lexsort((at, unit))]  # stable: stages stay before events
    return order, np.append(0, np.bincount(unit, minlength=len(mine.firsts)).cumsum())


def _in_force(stages: History, order: Ints, bounds: Ints, is_stage: Mask) -> Ints:
    """For each row the row of the stage log in force: the last one before it in its unit, else the first one."""
    last = np.maximum.accumulate(np.where(is_stage, np.arange(len(order)), -1))
    many = np.diff(bounds)
    first = np.repeat(views.ints(stages.bounds)[:-1], many)
    return np.where(last >= np.repeat(bounds[:-1], many), order[last], first)


def _missing(column: Column, own: Ints, is_stage: Mask) -> Column:
    """A column that rows of events do not have."""
    codes = np.full(len(is_stage), MISSING, np.int32)
    codes[is_stage] = views.ints(column.codes)[own]
    return Column(views.column(codes, "i"), column.names)


def _values(stages: History, events: History, order: Ints, is_stage: Mask) -> dict[str, Sequence[object]]:
    """What rows of events know; under names they do not have, also what rows of stages know."""
    found: dict[str, Sequence[object]] = {}
    for name, column in stages.values.items():
        found[name] = _placed(column, order[is_stage], is_stage)
    theirs = order[~is_stage] - len(stages)
    for name, segment in events.segments.items():
        names: list[object] = [*segment.names, None]  # the last stands for MISSING
        found[name] = _placed(names, views.ints(segment.codes)[theirs], ~is_stage)
    for name, column in events.values.items():
        found[name] = _placed(column, theirs, ~is_stage)
    return found


def _placed(column: Sequence[object], rows: Ints, where: Mask) -> list[object]:
    """The values of some rows at some places; None elsewhere."""
    values = np.empty(len(column), np.object_)
    values[:] = list(column)
    placed = np.full(len(where), None, np.object_)
    placed[where] = values[rows]
    made: list[object] = placed.tolist()
    return made
