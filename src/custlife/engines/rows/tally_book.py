"""Where the verdicts on units are added up: one tally for each segment and period of entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.engines.gathers import FunnelTally, StepTally

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.engines.gathers import FunnelPlan, FunnelTable, Group
    from custlife.engines.history import Grouping, History
    from custlife.engines.rows.attempts import Attempt

__all__ = ["TallyBook"]


class TallyBook:
    """Adds attempts to the tally of their group."""

    def __init__(self, plan: FunnelPlan, history: History) -> None:
        self.table: FunnelTable = {}
        self.steps: int = len(plan.steps)
        self.as_of: int = history.as_of
        self.grouping: Grouping | None = history.grouping(plan.by)
        self.period: Callable[[int], int] | None = plan.periods.indexer() if plan.periods else None

    @property
    def is_whole(self) -> bool:
        """Whether all units share one tally."""
        return self.grouping is None and self.period is None

    def tally(self, row: int | None, at: int | None) -> FunnelTally:
        """The tally of the group in force at a row; at no row, that of the whole."""
        group: Group = self.grouping.labels[self.grouping.codes[row]] if self.grouping and row is not None else ()
        key = group, self.period(at) if self.period and at is not None else None
        found = self.table.get(key)
        if found is None:
            found = self.table[key] = FunnelTally([StepTally() for _ in range(self.steps)])
        return found

    def add(self, attempt: Attempt) -> None:
        """Count one attempt at every step."""
        tally = self.tally(attempt.rows[0], attempt.times[0])
        tally.entered += 1
        times, real, depth, start = attempt.times, attempt.real, len(attempt.times), attempt.times[0]
        for k, (step, deadline) in enumerate(zip(tally.steps, attempt.deadlines, strict=True)):
            eligible = deadline <= self.as_of
            step.eligible += eligible
            if k < depth:
                step.reached += 1
                step.imputed += not real[k]
                step.eligible_reached += eligible
                step.step_reached += eligible
                step.from_start.append(times[k] - start)
                if k and real[k] and real[k - 1]:
                    step.from_previous.append(times[k] - times[k - 1])
            elif attempt.is_open:
                step.pending += 1
                step.open_ages.append(self.as_of - start)
            step.step_eligible += eligible and k <= depth
