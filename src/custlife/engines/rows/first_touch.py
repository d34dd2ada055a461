"""The common funnel, counted without judging unit by unit: first entry, stages in order, one window.

A step is then reached at the first row at or past it, so one look at each row is enough. The long way, by attempts,
gives the same counts.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from custlife.engines.rows.attempts import FOREVER
from custlife.engines.rows.tally_book import TallyBook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.gathers import FunnelPlan, FunnelTable, StepTally
    from custlife.engines.history import History

__all__ = ["count_first_touch", "is_first_touch"]


def is_first_touch(plan: FunnelPlan, history: History) -> bool:
    """Whether a plan is the common question."""
    return (
        plan.on_path
        and plan.entry == "first"
        and plan.order == "ordered"
        and plan.skips == "passed"
        and plan.ties == "lenient"
        and plan.repeats == "keep"
        and history.since is None
        and all(max(step) < history.vocabulary.path for step in plan.steps)
        and not (plan.exclusions or any(plan.tests) or any(plan.within) or any(plan.min_gap))
    )


def count_first_touch(plan: FunnelPlan, history: History) -> FunnelTable:
    """The table of a plan that is the common question."""
    book = TallyBook(plan, history)
    places = [min(step) for step in plan.steps]
    aim, steps, path = places[0], len(places), history.vocabulary.path
    add = history.zone.adder(plan.window) if plan.window is not None else None
    as_of, at, code, ended = history.as_of, history.at, history.code, history.vocabulary.ended
    whole = book.tally(None, None) if book.is_whole else None
    for low, high in history.ranges():
        stages = code[low:high]
        first = next((i for i, place in enumerate(stages) if aim <= place < path), None)
        if first is None:
            continue
        start = at[low + first]
        deadline = add(start) if add else FOREVER
        tally = whole or book.tally(low + first, start)
        depth = _advance(tally.steps, places, path, stages[first:], at[low + first : high], deadline)
        # The steps hold how many came just so deep, until the sums at the end.
        tally.steps[depth - 1].reached += 1
        if deadline <= as_of:
            tally.steps[depth - 1].eligible += 1
        elif depth < steps and not (add is None and code[high - 1] in ended):
            tally.steps[depth].open_ages.append(as_of - start)
    if not book.table:
        book.tally(None, None)
    return _summed(book.table)


def _advance(
    steps: list[StepTally],
    places: Sequence[int],
    path: int,
    stages: Sequence[int],
    times: Sequence[int],
    deadline: int,
) -> int:
    """Note the steps that one unit reaches in time, from the row that starts it; how many they are."""
    start, last, k = times[0], len(places), 0
    aim, before, was_real = places[0], 0, False
    for place, now in zip(stages, times, strict=True):
        if not aim <= place < path:
            continue
        if now > deadline:
            break
        while aim <= place:
            step = steps[k]
            step.from_start.append(now - start)
            is_real = aim == place
            if not is_real:
                step.imputed += 1
            elif was_real:
                step.from_previous.append(now - before)
            before, was_real = now, is_real
            k += 1
            if k == last:
                return k
            aim = places[k]
    return k


def _summed(table: FunnelTable) -> FunnelTable:
    """Turn counts of how deep units came into counts of how many reached each step."""
    for tally in table.values():
        deep = [step.reached for step in tally.steps]
        matured = [step.eligible for step in tally.steps]
        tally.entered, eligible = sum(deep), sum(matured)
        waiting: list[int] = []
        for k, step in enumerate(tally.steps):
            waiting = sorted([*waiting, *step.open_ages])
            step.reached, step.eligible = sum(deep[k:]), eligible
            step.eligible_reached = step.step_reached = sum(matured[k:])
            step.step_eligible = sum(matured[k - 1 :]) if k else eligible
            step.open_ages = array("q", waiting)
            step.pending = len(waiting)
    return table
