"""Funnels for whole columns: the tables of `rows.funnel`, stretch by stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays import views
from custlife.engines.arrays.judging import judge
from custlife.engines.arrays.looking import of_mask
from custlife.engines.arrays.stretch import MOST_STEPS, stretches
from custlife.engines.arrays.tallying import Tallying
from custlife.engines.arrays.tries import Trier
from custlife.engines.rows import funnel as rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.engines.arrays.judging import Counted
    from custlife.engines.arrays.stretch import Mask, Stretch
    from custlife.engines.gathers import FunnelPlan, FunnelTable
    from custlife.engines.history import History

__all__ = ["count_funnel", "is_for_columns", "judged", "standing", "starting"]

NOBODY = np.empty(0, np.int64)


def is_for_columns(plan: FunnelPlan) -> bool:
    """Whether the steps of a plan fit into the bits of a number."""
    return len(plan.steps) <= MOST_STEPS


def count_funnel(plan: FunnelPlan, history: History) -> FunnelTable:
    """The table of a funnel; a plan of too many steps is counted unit by unit, on those that may start."""
    if not is_for_columns(plan):
        return rows.count_funnel(plan, starting(plan, history))
    tallying = Tallying(plan, history)
    for stretch, counted in judged(plan, history):
        tallying.add(stretch, counted)
    return tallying.table()


def judged(plan: FunnelPlan, history: History) -> Iterator[tuple[Stretch, Counted]]:
    """The verdicts on all units, a stretch at a time."""
    trier = Trier(plan, history)
    for stretch in stretches(plan, history):
        yield stretch, judge(plan, history, stretch, trier)


def standing(plan: FunnelPlan, history: History, state: str, step: int | None = None) -> Iterator[tuple[int, int]]:
    """The units with an attempt that stands so at a step, as `rows.funnel.standing` names them."""
    if not is_for_columns(plan):
        yield from rows.standing(plan, history, state, step)
        return
    for stretch, counted in judged(plan, history):
        if step is None:
            units = counted.why.get(state, NOBODY)
            starts = stretch.bounds[units] + stretch.low
        else:
            which = _stands(counted, state, step)
            units, starts = counted.unit[which], stretch.rows(counted.steps[0].places[which])
        order = np.argsort(units, kind="stable")
        yield from zip((units[order] + stretch.first).tolist(), starts[order].tolist(), strict=True)


def _stands(counted: Counted, state: str, step: int) -> Mask:
    """Of each attempt, whether it stands so at a step."""
    reached = counted.steps[step]
    stands = np.zeros(len(counted.unit), np.bool_)
    if state in {"pending", "lost"}:
        stands[:] = counted.is_open if state == "pending" else ~counted.is_open
        stands[reached.who] = False
    else:
        stands[reached.who] = {"reached": True, "entered": reached.real, "imputed": ~reached.real}[state]
    return stands


def starting(plan: FunnelPlan, history: History) -> History:
    """The units that may start, with all their rows."""
    seen = views.of(history)
    starts = views.among(rows.starters(plan, history), history)[seen.code]
    begun = np.append(0, starts.cumsum())[seen.bounds]
    return of_mask(history, begun[1:] > begun[:-1])
