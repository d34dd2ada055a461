"""The common funnel, counted without judging unit by unit: first entry, stages in order, one window.

A step is then reached at the first row at or past it, so one look at each row is enough. The long way, by attempts,
gives the same counts.
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
    from collections.abc import Iterator

    from custlife.engines.gathers import FunnelPlan, FunnelTable
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
    aims = [*(min(step) for step in plan.steps), history.vocabulary.path]  # no row that counts lies past the path
    add = history.zone.adder(plan.window) if plan.window is not None else None
    whole = book.tally(None, None) if book.is_whole else None
    unit = k = start = before = aim = 0
    deadline, was_real = FOREVER, False
    tally = FunnelTally([])
    for here, row, place, now in _path_rows(history, aims[0]):
        if here != unit:
            _close(tally, k, start, deadline, history, unit)
            unit, k, start, was_real, aim = here, 0, now, False, aims[0]
            tally = whole or book.tally(row, now)
            deadline = add(now) if add else FOREVER
        if place < aim or now > deadline:
            continue
        while aim <= place:
            step = tally.steps[k]
            step.from_start.append(now - start)
            is_real = aim == place
            if not is_real:
                step.imputed += 1
            elif was_real:
                step.from_previous.append(now - before)
            before, was_real = now, is_real
            k += 1
            aim = aims[k]
    _close(tally, k, start, deadline, history, unit)
    if not book.table:
        book.tally(None, None)
    return _summed(book.table)


def _path_rows(history: History, least: int) -> Iterator[tuple[int, int, int, int]]:
    """Unit, counted from 1, number, stage and instant of the rows on the path that lie at a stage or past it."""
    code, bounds = history.code, history.bounds
    counts = [least <= place < history.vocabulary.path for place in range(len(history.vocabulary.names))]
    mask = list(map(counts.__getitem__, code))
    units = chain.from_iterable(map(repeat, range(1, len(bounds)), map(sub, bounds[1:], bounds)))
    columns = units, range(len(code)), code, history.at
    return zip(*(compress(column, mask) for column in columns), strict=False)


def _close(tally: FunnelTally, depth: int, start: int, deadline: int, history: History, unit: int) -> None:
    """Note how deep a unit came: the steps hold how many came just so deep, until the sums at the end."""
    if not unit:
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
