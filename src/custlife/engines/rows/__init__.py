"""The engine of a bare install: gathers in pure Python over packed columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.engines.gathers import Activity, FunnelPlan, Moves, Paths, Profile, Reasons, Spells, Standings, Stays
from custlife.engines.movements import Lives, Movements
from custlife.engines.passages import Occupations, Passages
from custlife.engines.presence import Presence
from custlife.engines.purchases import Purchases
from custlife.engines.renewals import Renewals, Running
from custlife.engines.rows.activity import count_activity
from custlife.engines.rows.dealing import count_deals
from custlife.engines.rows.funnel import count_funnel
from custlife.engines.rows.listing import list_standings, list_stays
from custlife.engines.rows.moving import count_moves, count_paths, count_reasons
from custlife.engines.rows.passing import count_occupations, count_passages
from custlife.engines.rows.presence import count_presence
from custlife.engines.rows.profiling import count_profile
from custlife.engines.rows.purchasing import list_purchases
from custlife.engines.rows.renewing import count_renewals, list_running
from custlife.engines.rows.revenue import count_lives, count_movements
from custlife.engines.rows.scoring import count_scores
from custlife.engines.rows.staying import count_spells
from custlife.engines.rows.touching import count_contacts, count_hand_overs, count_touches
from custlife.engines.rows.transiting import count_transits
from custlife.engines.scores import Scores
from custlife.engines.touching import Contacts, Deals, HandOvers, Touches
from custlife.engines.transits import Transits

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.engines.gathers import Request
    from custlife.engines.history import History

__all__ = ["gather"]

COUNTERS: dict[type, Callable[[Any, History], Any]] = {
    Spells: count_spells,
    Moves: count_moves,
    Movements: count_movements,
    Lives: count_lives,
    Renewals: count_renewals,
    Running: list_running,
    Scores: count_scores,
    Activity: count_activity,
    Paths: count_paths,
    Reasons: count_reasons,
    FunnelPlan: count_funnel,
    Profile: count_profile,
    Stays: list_stays,
    Standings: list_standings,
    Purchases: list_purchases,
    Transits: count_transits,
    Passages: count_passages,
    Occupations: count_occupations,
    Presence: count_presence,
    Contacts: count_contacts,
    Touches: count_touches,
    HandOvers: count_hand_overs,
    Deals: count_deals,
}


def gather(request: Request, history: History) -> Any:
    """The table of counts that answers one request."""
    return COUNTERS[type(request)](request, history)
