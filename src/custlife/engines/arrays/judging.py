"""Which attempts of each unit a funnel counts, for all units of a stretch: `Matcher.judge` for whole columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays.climbing import climbed, is_climb
from custlife.engines.arrays.clock import FOREVER
from custlife.engines.arrays.tries import DROP, RESET, STOP, VOID, Reached, Trier, Tries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.arrays.stretch import Ints, Mask, Stretch
    from custlife.engines.gathers import FunnelPlan
    from custlife.engines.history import History

__all__ = ["Counted", "judge"]


@attrs.frozen(eq=False)
class Counted:
    """The attempts that count of the units of a stretch.

    Attributes:
        unit: The unit of each.
        steps: For each step the attempts that reached it; all have reached the first.
        is_eligible: Of each, whether its deadline is at or before `as_of`: one line for all steps, or a line for each.
        is_open: Of each, whether its time is not up, so that a step not reached may still be.
        why: The units without an attempt that counts, by the reason.
    """

    unit: Ints
    steps: Sequence[Reached]
    is_eligible: Mask
    is_open: Mask
    why: dict[str, Ints]


def judge(plan: FunnelPlan, history: History, stretch: Stretch, trier: Trier) -> Counted:
    """The counted attempts of every unit."""
    if _is_first_touch(plan) and is_climb(plan, history):
        return _touched(plan, history, stretch, *climbed(stretch, trier.deadlines))
    starts, truncated = _starts(plan, history, stretch)
    if _is_first_touch(plan):
        first = _first(stretch, starts)
        deadline = trier.deadlines(stretch, first)
        counted = _touched(plan, history, stretch, list(trier.in_order(stretch, first, deadline)), deadline)
    elif plan.entry == "each":
        counted = _each(plan, history, stretch, _attempts(stretch, trier(stretch, starts)))
    elif plan.entry == "best":
        counted = _one(plan, history, stretch, trier(stretch, starts))
    elif any(exclusion.mode == "reset" for exclusion in plan.exclusions):
        counted = _one(plan, history, stretch, _restarted(stretch, trier(stretch, starts)))
    else:
        counted = _one(plan, history, stretch, trier(stretch, _first(stretch, starts)))
    return attrs.evolve(counted, why={**counted.why, "truncated": truncated})


def _is_first_touch(plan: FunnelPlan) -> bool:
    """Whether the first start of a unit decides, and nothing takes back what it reaches."""
    return (
        plan.entry == "first"
        and plan.order != "unordered"
        and plan.skips != "exclude"
        and plan.repeats != "end"
        and not plan.exclusions
        and not plan.is_limited
    )


def _touched(plan: FunnelPlan, history: History, stretch: Stretch, steps: list[Reached], deadline: Ints) -> Counted:
    """The first attempt of each unit, where nothing but its deadline ends it."""
    unit = stretch.unit.take(steps[0].places)
    is_open = deadline > history.as_of
    if plan.window is None:
        is_open &= ~stretch.ended.take(unit)
    return Counted(unit, steps, (deadline <= history.as_of)[None], is_open, {})


def _starts(plan: FunnelPlan, history: History, stretch: Stretch) -> tuple[Ints, Ints]:
    """The places at which attempts may start, and the units that were beyond the first step before observation."""
    if plan.order == "unordered":
        is_real = stretch.among_first(len(plan.steps))
        starts = np.flatnonzero(is_real)
    else:
        is_real, starts = stretch.real(0), stretch.places(0)
    if history.since is None:
        return starts, starts[:0]
    is_valid = (stretch.at[starts] >= history.since) & is_real[starts]
    unit = stretch.unit[starts]
    is_first = _is_new(unit)
    is_seen = np.zeros(len(stretch.bounds) - 1, np.bool_)
    is_seen[unit[is_valid & is_first] if plan.entry == "first" else unit[is_valid]] = True
    began = unit[is_first]
    return starts[is_valid & is_seen[unit]], began[~is_seen[began]]


def _first(stretch: Stretch, starts: Ints) -> Ints:
    """The first start of each unit."""
    return starts.take(np.flatnonzero(_is_new(stretch.unit.take(starts))))


def _is_new(unit: Ints) -> Mask:
    """Of each row of a column, whether it is not alike to the row before it."""
    is_new = np.ones(len(unit), np.bool_)
    np.not_equal(unit[1:], unit[:-1], out=is_new[1:])
    return is_new


def _in_turn(tries: Tries, behind: Ints) -> Tries:
    """Those of a try from every start that are made: the first of each unit, and behind a place of it the next.

    Args:
        tries: The tries in the order of their starts.
        behind: Of each the last place at which no other of its unit may start.
    """
    after = tries.start.searchsorted(behind, "right").tolist()  # or the first of the next unit
    made, here = [], 0
    while here < len(after):
        made.append(here)
        here = after[here]
    return tries.take(np.array(made, np.int64))


def _restarted(stretch: Stretch, tries: Tries) -> Tries:
    """The first start of each unit; after a reset, the next start behind it."""
    return _in_turn(tries, np.where(tries.fate == RESET, tries.cut, stretch.bounds[tries.unit + 1] - 1))


# -- one attempt for a unit --------------------------------------------------------------------------------------------


def _one(plan: FunnelPlan, history: History, stretch: Stretch, tried: Tries) -> Counted:
    """The attempt that stands for each unit, of all it made."""
    units = len(stretch.bounds) - 1
    first = np.full((len(tried.deadline), units), FOREVER, np.int64)
    first[:, tried.unit[::-1]] = tried.deadline[:, ::-1]  # of the first start: the last to be set stays
    chosen = _best(stretch, tried)
    depth = np.zeros(units, np.int64)
    depth[chosen.unit] = chosen.depth
    latest = np.full(units, -FOREVER, np.int64)
    runs_on = (tried.fate == 0) | (tried.fate == RESET)
    np.maximum.at(latest, tried.unit[runs_on], tried.due(depth.take(tried.unit))[runs_on])
    began = np.zeros(units, np.bool_)
    began[tried.unit] = True
    began[chosen.unit] = False
    why = {"dropped": np.flatnonzero(began)}
    if plan.skips == "exclude":
        is_whole = _is_whole(chosen)
        why["skipped"], chosen = chosen.unit[~is_whole], chosen.take(is_whole)
    is_open = _is_open(plan, history, stretch, chosen, latest[chosen.unit])
    return Counted(chosen.unit, list(chosen.steps()), first[:, chosen.unit] <= history.as_of, is_open, why)


def _best(stretch: Stretch, tried: Tries) -> Tries:
    """Of each unit the deepest attempt, then that with most real steps, the earliest end, the latest start."""
    stands = tried.fate != VOID
    deepest = np.zeros(len(stretch.bounds) - 1, np.int64)
    np.maximum.at(deepest, tried.unit[stands], tried.depth[stands])
    which = np.flatnonzero(stands & (tried.fate != DROP) & (tried.depth == deepest[tried.unit]))
    found = tried if len(which) == len(tried) else tried.take(which)
    rivals = np.bincount(found.unit, minlength=len(deepest))[found.unit] > 1
    if not rivals.any():
        return found
    alone, several = found.take(~rivals), found.take(rivals)
    reals = (several.real & several.is_reached).sum(axis=0)
    order = np.lexsort((-stretch.at[several.start], stretch.at[several.last], -reals, several.unit))
    unit = several.unit[order]
    return Tries.together([alone, several.take(order[_is_new(unit)])])


def _is_whole(tries: Tries) -> Mask:
    """Of each try, whether every step reached was really entered."""
    is_whole: Mask = np.logical_and.reduce(tries.real | ~tries.is_reached, axis=0)
    return is_whole


def _is_open(plan: FunnelPlan, history: History, stretch: Stretch, tries: Tries, latest: Ints) -> Mask:
    """Of each try, whether its time is not up, given the latest deadline."""
    is_open: Mask = latest > history.as_of
    if plan.window is None:
        is_open &= (latest < FOREVER) | ~stretch.ended[tries.unit]
    return is_open


# -- each attempt ------------------------------------------------------------------------------------------------------


def _attempts(stretch: Stretch, tries: Tries) -> Tries:
    """The first start of each unit; then the next one after the attempt before has ended."""
    is_done, is_struck = tries.depth == len(tries.places), tries.fate > 0
    behind = np.where(is_struck & ~is_done, tries.cut, tries.last)
    waits = np.flatnonzero(~is_done & ~is_struck)
    behind[waits] = stretch.last_by(tries.last[waits], tries.unit[waits], tries.due(tries.depth)[waits])
    return _in_turn(tries, behind)


def _each(plan: FunnelPlan, history: History, stretch: Stretch, tries: Tries) -> Counted:
    """Every attempt that no exclusion takes out is counted."""
    is_out = (tries.fate == DROP) | (tries.fate == VOID)
    skips = ~is_out & ~_is_whole(tries) if plan.skips == "exclude" else np.zeros(len(tries), np.bool_)
    kept = tries.take(~is_out & ~skips)
    has = np.zeros((3, len(stretch.bounds) - 1), np.bool_)
    has[0, kept.unit], has[1, tries.unit[is_out]], has[2, tries.unit[skips]] = True, True, True
    why = {"dropped": np.flatnonzero(~has[0] & has[1]), "skipped": np.flatnonzero(~has[0] & ~has[1] & has[2])}
    is_open = _is_open(plan, history, stretch, kept, np.where(kept.fate == STOP, -FOREVER, kept.due(kept.depth)))
    return Counted(kept.unit, list(kept.steps()), kept.deadline <= history.as_of, is_open, why)
