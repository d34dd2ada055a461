"""The engine of a bare install: gathers in pure Python over packed columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.engines.gathers import Activity, FunnelPlan, Moves, Paths, Profile, Reasons, Spells, Standings, Stays
from custlife.engines.rows.activity import count_activity
from custlife.engines.rows.funnel import count_funnel
from custlife.engines.rows.listing import list_standings, list_stays
from custlife.engines.rows.moving import count_moves, count_paths, count_reasons
from custlife.engines.rows.profiling import count_profile
from custlife.engines.rows.staying import count_spells
from custlife.engines.rows.transiting import count_transits
from custlife.engines.transits import Transits

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.engines.gathers import Request
    from custlife.engines.history import History

__all__ = ["gather"]

COUNTERS: dict[type, Callable[[Any, History], Any]] = {
    Spells: count_spells,
    Moves: count_moves,
    Activity: count_activity,
    Paths: count_paths,
    Reasons: count_reasons,
    FunnelPlan: count_funnel,
    Profile: count_profile,
    Stays: list_stays,
    Standings: list_standings,
    Transits: count_transits,
}


def gather(request: Request, history: History) -> Any:
    """The table of counts that answers one request."""
    return COUNTERS[type(request)](request, history)
