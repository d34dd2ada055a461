"""What a history is like as a whole, in a few passes over its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays.views import ints
from custlife.engines.rows.profiling import profiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.gathers import Profile
    from custlife.engines.history import History, Setting

__all__ = ["count_profile"]


def count_profile(request: Profile, history: History) -> Setting:
    """The setting, with the changes of some segments."""
    at = ints(history.at)
    first = int(at.min()) if len(at) else None
    codes = frozenset(np.flatnonzero(np.bincount(ints(history.code))).tolist())
    return profiled(request, history, (first, codes), _changing)


def _changing(history: History, name: str) -> Sequence[int]:
    """The units whose segment is not the same in all their rows."""
    if not len(history):
        return []
    codes, bounds = ints(history.segments[name].codes), ints(history.bounds)
    differs = np.zeros(len(codes) + 1, np.int32)  # how many rows so far are unlike the one before in their unit
    differs[2:] = codes[1:] != codes[:-1]
    differs[bounds[:-1] + 1] = 0
    counted = np.cumsum(differs, dtype=np.int32)
    is_changing = counted[bounds[1:]] > counted[bounds[:-1]]
    current = history.current.get(name)
    if current is not None:
        is_changing |= ints(current.codes) != codes[bounds[1:] - 1]
    found: list[int] = np.flatnonzero(is_changing).tolist()
    return found
