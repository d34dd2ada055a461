"""The common funnel: stages of the path in their order, each reached at the first row at or past it.

Only the rows that are further along the path than any row of their unit before them can reach a step, and each unit has
one of them for each step. They are a third of the rows of a usual log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays.tries import Reached

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.engines.arrays.stretch import Ints, Stretch
    from custlife.engines.gathers import FunnelPlan
    from custlife.engines.history import History

__all__ = ["climbed", "is_climb"]


def is_climb(plan: FunnelPlan, history: History) -> bool:
    """Whether a plan of first touch is this question."""
    path = history.vocabulary.path
    return (
        plan.on_path
        and plan.order == "ordered"
        and plan.skips == "passed"
        and plan.ties == "lenient"
        and history.since is None
        and not any(plan.tests)
        and all(max(step) < path for step in plan.steps)
    )


def climbed(stretch: Stretch, deadlines: Callable[[Stretch, Ints], Ints]) -> tuple[list[Reached], Ints]:
    """The tries that reach each step, one for each unit that reaches the first; and their deadlines."""
    places, level, before = _records(stretch)
    first, *stages = [min(step) for step in stretch.plan.steps]
    found = np.flatnonzero((before < first) & (level >= first))
    there = places.take(found)
    deadline, order = deadlines(stretch, there), np.arange(len(there))
    number = np.zeros(len(stretch.bounds) - 1, np.int64)
    number[stretch.unit.take(there)] = order
    steps = [Reached(order, order, there, level.take(found) == first)]
    for stage in stages:
        found = np.flatnonzero((before < stage) & (level >= stage))
        there = places.take(found)
        who = number.take(stretch.unit.take(there))
        kept = np.flatnonzero(stretch.at.take(there) <= deadline.take(who))
        who = who.take(kept)
        steps.append(Reached(who, order.take(who), there.take(kept), level.take(found.take(kept)) == stage))
        order = np.zeros_like(deadline)
        order[who] = np.arange(len(who))
    return steps, deadline


def _records(stretch: Stretch) -> tuple[Ints, Ints, Ints]:
    """The places further along the path than all before them in their unit; their stages, and the furthest before."""
    here, bits = stretch.here, stretch.history.vocabulary.path.bit_length()
    base = stretch.unit.astype(np.int64) << bits
    far = base + here + 1  # of a later unit it is always more, so that the maximum starts anew
    furthest = np.maximum.accumulate(far)
    places = np.append(0, np.flatnonzero(far[1:] > furthest[:-1]) + 1)
    before = furthest.take(places - 1) - base.take(places) - 1
    before[0] = -1
    return places, here.take(places), np.maximum(before, -1).astype(here.dtype)
