"""The engine of frames: gathers and transforms as NumPy kernels over the flat columns of a history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custlife.engines import rows
from custlife.engines.arrays.activity import count_activity
from custlife.engines.arrays.banding import banded
from custlife.engines.arrays.choosing import first_seen, having
from custlife.engines.arrays.dealing import count_deals
from custlife.engines.arrays.funnel import count_funnel
from custlife.engines.arrays.looking import look, spelled
from custlife.engines.arrays.moving import count_moves, count_reasons
from custlife.engines.arrays.passing import count_occupations, count_passages
from custlife.engines.arrays.paths import count_paths
from custlife.engines.arrays.presence import count_presence
from custlife.engines.arrays.pricing import levelled
from custlife.engines.arrays.profiling import count_profile
from custlife.engines.arrays.purchasing import list_purchases
from custlife.engines.arrays.renaming import renamed
from custlife.engines.arrays.renewing import count_renewals, list_running, termed
from custlife.engines.arrays.revenue import count_lives, count_movements
from custlife.engines.arrays.rolling import pooled, rolled_up
from custlife.engines.arrays.ruling import ruled
from custlife.engines.arrays.scoring import count_scores, graded
from custlife.engines.arrays.staying import count_spells
from custlife.engines.arrays.touching import count_contacts, count_hand_overs, count_touches
from custlife.engines.arrays.transiting import count_transits
from custlife.engines.gathers import Activity, FunnelPlan, Moves, Paths, Profile, Reasons, Spells
from custlife.engines.movements import Lives, Movements
from custlife.engines.passages import Occupations, Passages
from custlife.engines.presence import Presence
from custlife.engines.purchases import Purchases
from custlife.engines.renewals import Renewals, Running
from custlife.engines.rows.banding import Banded
from custlife.engines.rows.choosing import FirstSeen, Having
from custlife.engines.rows.looking import Look, Spelled
from custlife.engines.rows.pricing import Levelled
from custlife.engines.rows.renaming import Renamed
from custlife.engines.rows.renewing import Termed
from custlife.engines.rows.rolling import Pooled, RolledUp
from custlife.engines.rows.ruling import Ruled
from custlife.engines.rows.scoring import Graded
from custlife.engines.scores import Scores
from custlife.engines.touching import Contacts, Deals, HandOvers, Touches
from custlife.engines.transits import Transits

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.engines.gathers import Request
    from custlife.engines.history import History

__all__ = ["GATHERS", "TRANSFORMS", "gather", "transform"]

GATHERS: dict[type, Callable[[Any, History], Any]] = {
    Profile: count_profile,
    Spells: count_spells,
    Moves: count_moves,
    Movements: count_movements,
    Lives: count_lives,
    Scores: count_scores,
    Purchases: list_purchases,
    Renewals: count_renewals,
    Running: list_running,
    Activity: count_activity,
    Paths: count_paths,
    Reasons: count_reasons,
    FunnelPlan: count_funnel,
    Transits: count_transits,
    Passages: count_passages,
    Occupations: count_occupations,
    Presence: count_presence,
    Deals: count_deals,
    Contacts: count_contacts,
    Touches: count_touches,
    HandOvers: count_hand_overs,
}
"""Kernels by kind of request; what has none is counted by the rows engine on the same columns."""

TRANSFORMS: dict[type, Callable[[Any, History], History]] = {
    Look: look,
    Spelled: spelled,
    Having: having,
    FirstSeen: first_seen,
    Renamed: renamed,
    Levelled: levelled,
    Termed: termed,
    Graded: graded,
    RolledUp: rolled_up,
    Pooled: pooled,
    Banded: banded,
    Ruled: ruled,
}
"""Kernels by kind of step; what has none is done by the rows engine on the same columns."""


def gather(request: Request, history: History) -> Any:
    """The table of counts that answers one request."""
    kernel = GATHERS.get(type(request))
    return kernel(request, history) if kernel else rows.gather(request, history)


def transform(step: Callable[[History], History], history: History) -> History:
    """The history after one step."""
    kernel = TRANSFORMS.get(type(step))
    return kernel(step, history) if kernel else step(history)
