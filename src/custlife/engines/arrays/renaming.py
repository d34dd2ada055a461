"""The same histories told in the stages of another model: `rows.renaming` for whole columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays import views
from custlife.engines.arrays.looking import taken, within_mask
from custlife.engines.history import Vocabulary

if TYPE_CHECKING:
    from custlife.engines.arrays.stretch import Mask
    from custlife.engines.history import History
    from custlife.engines.rows.renaming import Renamed

__all__ = ["renamed"]


def renamed(step: Renamed, history: History) -> History:
    """The history in the stages of the other model.

    Raises:
        DataError: Rows whose stage has no place, with their customers.
    """
    names = history.vocabulary.names
    has_place = np.array([name in step.stages for name in names], np.bool_)
    lost = ~has_place[views.ints(history.code)]
    if lost.any():
        history = _without(step, history, lost)
    vocabulary = Vocabulary.of_model(step.model)
    new = [vocabulary.code[step.stages[name]] if name in step.stages else 0 for name in names]
    code = views.column(np.array(new, np.uint16)[views.ints(history.code)], "H")
    return _settled(attrs.evolve(history, code=code, vocabulary=vocabulary))


def _without(step: Renamed, history: History, lost: Mask) -> History:
    rows = np.flatnonzero(lost)
    units: list[int] = (views.ints(history.bounds).searchsorted(rows, "right") - 1).tolist()
    found = [(history.ids[unit], row) for unit, row in zip(units, rows.tolist(), strict=True)]
    return within_mask(history, ~lost, [step.left_out(history, found)])


def _settled(history: History) -> History:
    """Rows of one instant in the order of the new stages, unless the source gave them an order."""
    seen = views.of(history)
    is_tied = np.append(False, seen.at[1:] == seen.at[:-1])
    is_tied[seen.firsts] = False
    if history.sequenced or not is_tied.any():
        return history
    rows = np.flatnonzero(is_tied | np.append(is_tied[1:], False))
    instant = (~is_tied).cumsum()[rows]
    order = np.arange(len(history))
    order[rows] = rows[np.lexsort((seen.code[rows], instant))]
    return taken(history, order, seen.bounds)
