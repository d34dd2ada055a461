"""The common funnel, counted without judging unit by unit: first entry, steps in order, one window.

On the path a step is reached at the first row at or past it, elsewhere at the first row that serves it, so one look at
each row is enough. The long way, by attempts, gives the same counts.
"""

from __future__ import annotations

from array import array
from itertools import chain, compress, repeat
from operator import sub
from typing import TYPE_CHECKING

from custlife.engines.gathers import FunnelTally
from custlife.engines.rows.attempts import FOREVER
from custlife.engines.rows.tally_book import TallyBook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from custlife.engines.gathers import FunnelPlan, FunnelTable
    from custlife.engines.history import History

__all__ = ["count_first_touch", "is_first_touch"]

PASSING, REALLY = 1, 2


def is_first_touch(plan: FunnelPlan, history: History) -> bool:
    """Whether a plan is the common question: of stages, with nothing between them that needs a search."""
    path = history.vocabulary.path
    return (
        path > 0
        and plan.entry == "first"
        and plan.order == "ordered"
        and plan.ties == "lenient"
        and plan.repeats == "keep"
        and history.since is None
        and not (plan.on_path and (plan.skips != "passed" or any(max(step) >= path for step in plan.steps)))
        and not (plan.exclusions or any(plan.tests) or plan.is_limited)
    )


def count_first_touch(plan: FunnelPlan, history: History) -> FunnelTable:
    """The table of a plan that is the common question."""
    book = TallyBook(plan, history)
    served = _served(plan, history)
    add = history.zone.adder(plan.window) if plan.window is not None else None
    whole = book.tally(None, None) if book.is_whole else None
    unit = k = start = before = 0
    deadline, was_real, serving, tally = FOREVER, False, served[0], FunnelTally([])
    for here, row, place, now in _serving_rows(history, served):
        if here != unit:
            _close(tally, k, start, deadline, history, unit)
            unit, k, deadline, was_real, serving = here, 0, FOREVER, False, served[0]
        if not serving[place] or now > deadline:
            continue
        if not k:
            start, tally = now, whole or book.tally(row, now)
            deadline = add(now) if add else FOREVER
        while how := serving[place]:
            step = tally.steps[k]
            step.from_start.append(now - start)
            is_real = how == REALLY
            if not is_real:
                step.imputed += 1
            elif was_real:
                step.from_previous.append(now - before)
            before, was_real = now, is_real
            k += 1
            serving = served[k]
            if is_real:
                break
    _close(tally, k, start, deadline, history, unit)
    if not book.table:
        book.tally(None, None)
    return _summed(book.table)


def _served(plan: FunnelPlan, history: History) -> list[list[int]]:
    """For each step how each code serves it: not, by passing over it, or really; and a last line that none serves."""
    codes, path = range(len(history.vocabulary.names)), history.vocabulary.path
    lines = [[REALLY if code in step else 0 for code in codes] for step in plan.steps]
    if plan.on_path:
        for line, step in zip(lines, plan.steps, strict=True):
            line[max(step) + 1 : path] = [PASSING] * (path - max(step) - 1)
    return [*lines, [0] * len(codes)]


def _serving_rows(history: History, served: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, int, int]]:
    """Unit, counted from 1, number, code and instant of the rows that serve any step."""
    code, bounds = history.code, history.bounds
    serves = [any(line[place] for line in served) for place in range(len(history.vocabulary.names))]
    mask = list(map(serves.__getitem__, code))
    units = chain.from_iterable(map(repeat, range(1, len(bounds)), map(sub, bounds[1:], bounds)))
    columns = units, range(len(code)), code, history.at
    return zip(*(compress(column, mask) for column in columns), strict=False)


def _close(tally: FunnelTally, depth: int, start: int, deadline: int, history: History, unit: int) -> None:
    """Note how deep a unit came: the steps hold how many came just so deep, until the sums at the end."""
    if not depth:
        return
    tally.steps[depth - 1].reached += 1
    if deadline <= history.as_of:
        tally.steps[depth - 1].eligible += 1
    elif depth < len(tally.steps):
        last = history.code[history.bounds[unit] - 1]
        if deadline < FOREVER or last not in history.vocabulary.ended:
            tally.steps[depth].open_ages.append(history.as_of - start)


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
