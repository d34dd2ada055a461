"""The engine of frames: gathers and transforms as NumPy kernels over the flat columns of a history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.engines import rows
from custlife.engines.arrays.moving import count_moves, count_reasons
from custlife.engines.arrays.profiling import count_profile
from custlife.engines.arrays.staying import count_spells
from custlife.engines.gathers import Moves, Profile, Reasons, Spells

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.engines.gathers import Request
    from custlife.engines.history import History

__all__ = ["GATHERS", "TRANSFORMS", "gather", "transform"]

GATHERS: dict[type, Callable[[Any, History], Any]] = {
    Profile: count_profile,
    Spells: count_spells,
    Moves: count_moves,
    Reasons: count_reasons,
}
"""Kernels by kind of request; what has none is counted by the rows engine on the same columns."""

TRANSFORMS: dict[type, Callable[[Any, History], History]] = {}
"""Kernels by kind of step; what has none is done by the rows engine on the same columns."""


def gather(request: Request, history: History) -> Any:
    """The table of counts that answers one request."""
    kernel = GATHERS.get(type(request))
    return kernel(request, history) if kernel else rows.gather(request, history)


def transform(step: Callable[[History], History], history: History) -> History:
    """The history after one step."""
    kernel = TRANSFORMS.get(type(step))
    return kernel(step, history) if kernel else step(history)
