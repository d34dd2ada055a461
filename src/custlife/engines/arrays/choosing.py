"""Choosing units: `rows.choosing` for whole columns."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays import views
from custlife.engines.arrays.looking import of_mask

if TYPE_CHECKING:
    from custlife.engines.arrays.stretch import Mask
    from custlife.engines.arrays.views import Views
    from custlife.engines.history import History
    from custlife.engines.rows.choosing import FirstSeen, Having

__all__ = ["first_seen", "having"]

SEARCH = 32  # so many ids are read in the time that it takes to search for one


def having(step: Having, history: History) -> History:
    """The history of the units whose ids pass, and whose segments have wanted values."""
    seen = views.of(history)
    keep = _named(step, history)
    for name, values in step.segments:
        column = history.segments[name]
        wanted = np.array([*(known in values for known in column.names), None in values], np.bool_)
        keep &= _told(wanted[views.ints(column.codes)], seen, step.value)  # missing is the last
    kept = of_mask(history, keep)
    return kept if len(kept) or not len(history) else attrs.evolve(kept, notes=(*kept.notes, step.nobody(history)))


def _named(step: Having, history: History) -> Mask:
    """Of each unit, whether its id passes."""
    ids = history.ids
    if step.test is None:
        return np.ones(len(ids), np.bool_)
    if not isinstance(step.test, frozenset) or len(step.test) * SEARCH > len(ids):
        return np.fromiter(map(step.names, ids), np.bool_, len(ids))
    keep = np.zeros(len(ids), np.bool_)
    for wanted in step.test:
        place = bisect_left(ids, wanted)
        if place < len(ids) and ids[place] == wanted:
            keep[place] = True
    return keep


def _told(mask: Mask, seen: Views, value: str) -> Mask:
    """Of each unit, whether the row that decides is one of some: the first, the last or any."""
    if value == "any":
        return np.logical_or.reduceat(mask, seen.firsts)
    return mask[seen.firsts if value == "first" else seen.lasts]


def first_seen(step: FirstSeen, history: History) -> History:
    """The history of the units whose first row lies in the range."""
    first = views.ints(history.at)[views.ints(history.bounds)[:-1]]
    return of_mask(history, (step.low <= first) & (first < step.high))
