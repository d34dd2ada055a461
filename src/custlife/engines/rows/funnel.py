"""Counting a funnel: the verdicts of all units, added up by group and step."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from custlife.engines.rows.attempts import Matcher
from custlife.engines.rows.first_touch import count_first_touch, is_first_touch
from custlife.engines.rows.tally_book import TallyBook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.engines.gathers import FunnelPlan, FunnelTable
    from custlife.engines.history import History
    from custlife.engines.rows.attempts import Attempt, Verdict

__all__ = ["count_attempts", "count_funnel", "standing", "starters", "verdicts"]


def verdicts(plan: FunnelPlan, history: History) -> Iterator[tuple[str, Verdict]]:
    """What the funnel says of every unit, one by one."""
    matcher = Matcher(plan, history)
    for unit, (low, high) in zip(history.ids, history.ranges(), strict=True):
        yield unit, matcher.judge(low, high)


def standing(plan: FunnelPlan, history: History, state: str, step: int | None = None) -> Iterator[tuple[int, int]]:
    """The units with an attempt that stands so at a step, as numbers, with the row at which it starts.

    Args:
        plan: The funnel.
        history: Whose units.
        state: `reached`, `entered`, `imputed`, `pending` or `lost`; without a step `dropped`, `skipped` or `truncated`.
        step: The step, from 0.
    """
    for number, (_, verdict) in enumerate(verdicts(plan, history)):
        if step is None:
            if verdict.why == state:
                yield number, history.bounds[number]
        else:
            yield from ((number, one.rows[0]) for one in verdict.attempts if _stands(one, state, step))


def _stands(attempt: Attempt, state: str, step: int) -> bool:
    if step < len(attempt.times):
        return state == "reached" or state == ("entered" if attempt.real[step] else "imputed")
    return state == ("pending" if attempt.is_open else "lost")


def count_funnel(plan: FunnelPlan, history: History) -> FunnelTable:
    """The table of a funnel, by the short way where the plan allows it."""
    table = count_first_touch(plan, history) if is_first_touch(plan, history) else count_attempts(plan, history)
    for tally in table.values():
        for step in tally.steps:
            step.from_start = array("q", sorted(step.from_start))
            step.from_previous = array("q", sorted(step.from_previous))
            step.open_ages = array("q", sorted(step.open_ages))
    return table


def starters(plan: FunnelPlan, history: History) -> frozenset[int]:
    """The codes without which a unit cannot start: those of the first step, or of any, and what passes over it."""
    if plan.order == "unordered":
        return frozenset().union(*plan.steps)
    first = plan.steps[0]
    passing = range(min(first, default=0), history.vocabulary.path) if plan.on_path and plan.skips != "strict" else ()
    return first.union(passing)


def count_attempts(plan: FunnelPlan, history: History) -> FunnelTable:
    """Any plan: judge every unit."""
    counter = TallyBook(plan, history)
    matcher = Matcher(plan, history)
    code, needed = history.code, starters(plan, history)
    for low, high in history.ranges():
        if needed.isdisjoint(code[low:high]):
            continue
        verdict = matcher.judge(low, high)
        for attempt in verdict.attempts:
            counter.add(attempt)
        if verdict.why and low < high:
            tally = counter.tally(low, history.at[low])
            setattr(tally, verdict.why, getattr(tally, verdict.why) + 1)
    if not counter.table:
        counter.tally(None, None)
    return counter.table
