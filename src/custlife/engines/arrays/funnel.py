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
    from custlife.engines.arrays.stretch import Stretch
    from custlife.engines.gathers import FunnelPlan, FunnelTable
    from custlife.engines.history import History

__all__ = ["count_funnel", "is_for_columns", "judged", "starting"]


def is_for_columns(plan: FunnelPlan) -> bool:
    """Whether a plan needs no search through all chains, as limits between steps do."""
    return len(plan.steps) <= MOST_STEPS and not plan.is_limited


def count_funnel(plan: FunnelPlan, history: History) -> FunnelTable:
    """The table of a funnel; a plan that needs a search is counted unit by unit, on those that may start."""
    if not is_for_columns(plan):
        return rows.count_funnel(plan, starting(plan, history))
    tallying = Tallying(plan, history)
    for stretch, counted in judged(plan, history):
        tallying.add(stretch, counted)
    return tallying.table()


def judged(plan: FunnelPlan, history: History) -> Iterator[tuple[Stretch, Counted]]:
    """The verdicts on all units, a stretch at a time."""
    trier = Trier(plan, history)
    for stretch in stretches(plan, history, views.of(history)):
        yield stretch, judge(plan, history, stretch, trier)


def starting(plan: FunnelPlan, history: History) -> History:
    """The units that may start, with all their rows."""
    seen = views.of(history)
    starts = views.among(rows.starters(plan, history), history)[seen.code]
    begun = np.append(0, starts.cumsum())[seen.bounds]
    return of_mask(history, begun[1:] > begun[:-1])
