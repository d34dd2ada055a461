"""Limits between the steps of a funnel, for whole columns: until when each step may come, and from when on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays.clock import FOREVER, adder
from custlife.engines.rows.attempts import spanned, summed

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.calendar import Span
    from custlife.engines.arrays.stretch import Ints, Stretch
    from custlife.engines.gathers import FunnelPlan
    from custlife.engines.history import History

__all__ = ["Limits"]

NOTHING = -1  # the step before, where none was really entered yet


class Limits:
    """The limits of one plan whose steps have some of their own."""

    def __init__(self, plan: FunnelPlan, history: History) -> None:
        self.plan: FunnelPlan = plan
        self.history: History = history
        self._adders: dict[Span, Callable[[Ints], Ints]] = {}

    def deadlines(self, stretch: Stretch, starts: Ints) -> Ints:
        """For each step the last instant of each try: by the window, or earlier by the chained limits."""
        plan, at = self.plan, stretch.at.take(starts)
        found = np.full((len(plan.steps), len(starts)), FOREVER, np.int64)
        if plan.window is not None:
            found[:] = self._after(plan.window, at)
        for k in range(1, len(plan.steps)):
            span = summed(plan.within, 1, k)
            if span is not None:
                np.minimum(found[k], self._after(span, at), out=found[k])
        return found

    def between(self, at: Ints, before: Ints, step: int) -> tuple[Ints, Ints]:
        """From when to when a step may come, given when which step before it was really entered.

        Args:
            at: The instant of that; anything where there was none.
            before: That step; `NOTHING` where there was none, and then nothing is asked.
            step: The step.
        """
        lowest, highest = np.full(len(at), -FOREVER, np.int64), np.full(len(at), FOREVER, np.int64)
        for real in np.flatnonzero(np.bincount(before + 1, minlength=1)[1:]).tolist():
            least, most = spanned(self.plan.min_gap, real + 1, step), summed(self.plan.within, real + 1, step)
            which = np.flatnonzero(before == real)
            if least is not None:
                lowest[which] = self._after(least, at.take(which))
            if most is not None:
                highest[which] = self._after(most, at.take(which))
        return lowest, highest

    def _after(self, span: Span, at: Ints) -> Ints:
        if span not in self._adders:
            self._adders[span] = adder(self.history.zone, span)
        return self._adders[span](at)
