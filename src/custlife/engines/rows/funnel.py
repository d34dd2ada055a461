"""Counting a funnel: the verdicts of all units, added up by group and step."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from custlife.engines.gathers import FunnelTally, StepTally
from custlife.engines.rows.attempts import FOREVER, Matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from custlife.engines.gathers import FunnelPlan, FunnelTable, Group
    from custlife.engines.history import Grouping, History
    from custlife.engines.rows.attempts import Attempt, Verdict

__all__ = ["count_funnel", "verdicts"]


def verdicts(plan: FunnelPlan, history: History) -> Iterator[tuple[str, Verdict]]:
    """What the funnel says of every unit, one by one."""
    matcher = Matcher(plan, history)
    for unit, (low, high) in zip(history.ids, history.ranges(), strict=True):
        yield unit, matcher.judge(low, high)


def count_funnel(plan: FunnelPlan, history: History) -> FunnelTable:
    """The table of a funnel, by the short way where the plan allows it."""
    table = _count_first_touch(plan, history) if _is_first_touch(plan, history) else _count_all(plan, history)
    for tally in table.values():
        for step in tally.steps:
            step.from_start = array("q", sorted(step.from_start))
            step.from_previous = array("q", sorted(step.from_previous))
            step.open_ages = array("q", sorted(step.open_ages))
    return table


class _Counter:
    """Adds attempts to the tally of their group."""

    def __init__(self, plan: FunnelPlan, history: History) -> None:
        self.table: FunnelTable = {}
        self.steps = len(plan.steps)
        self.as_of = history.as_of
        self.grouping: Grouping | None = history.grouping(plan.by)
        self.period: Callable[[int], int] | None = plan.periods.indexer() if plan.periods else None

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


def _count_all(plan: FunnelPlan, history: History) -> FunnelTable:
    """Any plan: judge every unit."""
    counter = _Counter(plan, history)
    matcher = Matcher(plan, history)
    for low, high in history.ranges():
        verdict = matcher.judge(low, high)
        for attempt in verdict.attempts:
            counter.add(attempt)
        if verdict.why and low < high:
            tally = counter.tally(low, history.at[low])
            setattr(tally, verdict.why, getattr(tally, verdict.why) + 1)
    if not counter.table:
        counter.tally(None, None)
    return counter.table


def _is_first_touch(plan: FunnelPlan, history: History) -> bool:
    """The common question: stages of the path in order, first entry, one window, nothing excluded."""
    return (
        plan.on_path
        and plan.entry == "first"
        and plan.order == "ordered"
        and plan.skips == "passed"
        and plan.ties == "lenient"
        and plan.repeats == "keep"
        and history.since is None
        and not (plan.exclusions or any(plan.tests) or any(plan.within) or any(plan.min_gap))
        and all(len(step) == 1 for step in plan.steps)
    )


def _count_first_touch(plan: FunnelPlan, history: History) -> FunnelTable:
    """A step is reached at the first row at or past it: one look at each row, no search."""
    counter = _Counter(plan, history)
    places = [min(step) for step in plan.steps]
    first_place, steps, path = places[0], len(places), history.vocabulary.path
    add = history.zone.adder(plan.window) if plan.window is not None else None
    as_of, at, code, ended = history.as_of, history.at, history.code, history.vocabulary.ended
    plain = counter.grouping is None and counter.period is None
    tally = counter.tally(None, None) if plain else None
    reached_at: list[array[int]] = [step.from_start for step in tally.steps] if tally else []
    for low, high in history.ranges():
        times = at[low:high]
        stages = code[low:high]
        k = 0
        aim, start, deadline, row = first_place, 0, FOREVER, low
        before, was_real = 0, False
        for place, now in zip(stages, times, strict=True):
            if aim <= place < path:
                if k == 0:
                    start, row = now, low
                    deadline = add(now) if add else FOREVER
                    if not plain:
                        row = low + times.index(now)
                        tally = _group_tally(counter, history, low, high, aim, path)
                        reached_at = [step.from_start for step in tally.steps]
                elif now > deadline:
                    break
                while aim <= place:
                    step = tally.steps[k]  # type: ignore[union-attr]
                    reached_at[k].append(now - start)
                    is_real = aim == place
                    if not is_real:
                        step.imputed += 1
                    elif was_real:
                        step.from_previous.append(now - before)
                    before, was_real = now, is_real
                    k += 1
                    if k == steps:
                        break
                    aim = places[k]
                if k == steps:
                    break
        if k and tally is not None:
            _close(tally, k, steps, deadline <= as_of, deadline > as_of and not (add is None and code[high - 1] in ended), as_of - start)
    if not counter.table:
        counter.tally(None, None)
    return _completed(counter.table)


def _group_tally(counter: _Counter, history: History, low: int, high: int, aim: int, path: int) -> FunnelTally:
    """The tally of the group in force at the row that starts the funnel."""
    code = history.code
    row = next(row for row in range(low, high) if aim <= code[row] < path)
    return counter.tally(row, history.at[row])


def _close(tally: FunnelTally, depth: int, steps: int, eligible: bool, is_open: bool, age: int) -> None:  # noqa: FBT001
    """Note how deep a unit came; the tallies of the steps are summed up once at the end."""
    last = tally.steps[depth - 1]
    last.reached += 1
    if eligible:
        last.eligible += 1
    elif is_open and depth < steps:
        tally.steps[depth].open_ages.append(age)


def _completed(table: FunnelTable) -> FunnelTable:
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
