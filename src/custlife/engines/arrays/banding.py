"""Numbers as segments: `rows.banding` for whole columns."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays import views
from custlife.engines.history import Column
from custlife.engines.rows.banding import band_names

if TYPE_CHECKING:
    from custlife.engines.history import History
    from custlife.engines.rows.banding import Banded

__all__ = ["banded"]

WIDE = 1 << 62


def banded(step: Banded, history: History) -> History:
    """The same rows with one more segment, in place of the numbers; what is no column of integers goes by rows."""
    numbers = history.values[step.column]
    if not isinstance(numbers, array) or numbers.typecode != "q" or any(abs(edge) > WIDE for edge in step.edges):
        return step(history)
    values = {name: column for name, column in history.values.items() if name != step.column}
    codes = np.array(step.edges, np.int64).searchsorted(views.ints(numbers), "right")
    segment = Column(views.column(codes, "i"), band_names(step.edges))
    return attrs.evolve(history, segments={**history.segments, step.name: segment}, values=values)
