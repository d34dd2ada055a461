"""Counting stays: how long units were in each stage, and where they went, as sorted stretches of one column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays import clock
from custlife.engines.arrays.keys import PIECE, Keys, runs
from custlife.engines.arrays.views import column, following, grouping, of
from custlife.engines.gathers import OPEN, SpellTally

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from custlife.calendar import Zone
    from custlife.engines.arrays.keys import Ints
    from custlife.engines.gathers import Group, Spells, SpellTable
    from custlife.engines.history import History

__all__ = ["count_spells"]

DAY = 86_400_000_000


@attrs.define(eq=False)
class _Delays:
    """What observation missed of stays.

    Attributes:
        length: How much of each lay before observation began.
        is_early: Whether it began before observation did.
        is_seen: Whether it was still there to be seen.
    """

    length: NDArray[np.int64]
    is_early: NDArray[np.bool_]
    is_seen: NDArray[np.bool_]


@attrs.define(eq=False)
class _Stays:
    """Stays, or all stays of one unit in one stage, as columns.

    Attributes:
        group: The segment at the start of the first.
        stage: The stage.
        after: The stage behind the last of them plus 1; 0 while it lasts.
        length: Their lengths together.
        delays: None where observation has no start.
    """

    group: Ints
    stage: Ints
    after: Ints
    length: NDArray[np.int64]
    delays: _Delays | None = None


def count_spells(request: Spells, history: History) -> SpellTable:
    """Lengths of stays, by group and stage; a stay that was over before observation began is only counted as gone."""
    groups, labels = grouping(history, request.by)
    if not len(history):
        return {}
    stays = _single(request, history, groups)
    if request.clock == "total":
        stays = _together(request, history, stays)
    names = len(history.vocabulary.names)
    table: SpellTable = {}
    if stays.delays is not None:
        stays, table = _observed(stays, stays.delays, labels, names)
    keys = Keys((stays.group, len(labels)), (stays.stage, names), (stays.after, names + 1))
    column_of_lengths = stays.length
    del stays
    for (group, stage, after), lengths in keys.sorted(column_of_lengths):
        tally = table.setdefault((labels[group], stage), SpellTally())
        if after == 0:
            tally.open = column(lengths)
        else:
            tally.ended[after - 1] = column(lengths)
    return table


def _single(request: Spells, history: History, groups: Ints) -> _Stays:
    """Every stay for itself."""
    views, since, zone = of(history), history.since, history.zone
    at = views.at
    after, until = following(views)
    in_days = request.resolution == "day" and request.clock != "total"
    delays = None
    if since is not None:
        is_early = at < since
        began, delay = at[is_early], np.zeros(len(at), np.int64)
        if in_days:
            delay[is_early] = _whole_days(zone, began, np.full(len(began), since), np.zeros(len(began), np.bool_))
        else:
            delay[is_early] = np.minimum(until[is_early], since) - began
        delays = _Delays(delay, is_early, ~is_early | (until > since))
    length = _whole_days(zone, at, until, after != OPEN) if in_days else np.subtract(until, at, out=until)
    after += 1
    return _Stays(groups, views.code, after, length, delays)


def _whole_days(
    zone: Zone, start: NDArray[np.int64], end: NDArray[np.int64], is_end: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Days on the zone's wall clock from one instant to another: completed ones, or begun ones for an end."""
    found = np.empty(len(start), np.int64)
    for low in range(0, len(start), PIECE):
        here = slice(low, low + PIECE)
        found[here] = _days_of_piece(zone, start[here], end[here], is_end[here])
    return found


def _days_of_piece(
    zone: Zone, start: NDArray[np.int64], end: NDArray[np.int64], is_end: NDArray[np.bool_]
) -> NDArray[np.int64]:
    wall = clock.local(zone, start)
    days: NDArray[np.int64] = np.maximum((clock.local(zone, end) - wall) // DAY - 1, 0)
    reached = np.where(days > 0, clock.instants(zone, wall + days * DAY), start)
    going = np.arange(len(start))
    while len(going):
        then = clock.instants(zone, wall[going] + (days[going] + 1) * DAY)
        is_over = then <= end[going]
        going = going[is_over]
        days[going] += 1
        reached[going] = then[is_over]
    days += is_end & (reached < end)
    return days * DAY


def _together(request: Spells, history: History, stays: _Stays) -> _Stays:
    """The stays of one unit in one stage added up."""
    order = np.argsort(stays.stage, kind="stable")
    begins = runs(stays.stage[order], of(history).unit[order])
    firsts, lasts = order[begins], order[np.append(begins[1:], len(order)) - 1]
    after = stays.after[lasts]
    length = np.add.reduceat(stays.length[order], begins)
    delays = stays.delays
    if delays is not None:
        delays = _Delays(
            np.add.reduceat(delays.length[order], begins),
            np.logical_or.reduceat(delays.is_early[order], begins),
            np.logical_or.reduceat(delays.is_seen[order], begins),
        )
    if request.resolution == "day":
        length += (DAY - 1) * (after > 0)
        length -= length % DAY
        if delays is not None:
            delays.length -= delays.length % DAY
    return _Stays(stays.group[firsts], stays.stage[firsts], after, length, delays)


def _observed(stays: _Stays, delays: _Delays, labels: list[Group], names: int) -> tuple[_Stays, SpellTable]:
    """The stays that were at risk, and tallies of their delays and of the stays that were not."""
    table: SpellTable = {}

    def place(rows: Ints) -> Keys:
        return Keys((stays.group[rows], len(labels)), (stays.stage[rows], names))

    def tally(group: int, stage: int) -> SpellTally:
        return table.setdefault((labels[group], stage), SpellTally())

    # at risk at t means delay < t <= length
    is_gone = ~delays.is_seen | ((delays.length > 0) & (delays.length >= stays.length))
    for group, stage, n in place(np.flatnonzero(is_gone)).cells():
        tally(group, stage).gone = n
    for group, stage, n in place(np.flatnonzero(delays.is_early & ~is_gone)).cells():
        tally(group, stage).truncated = n
    delayed = np.flatnonzero((delays.length > 0) & ~is_gone)
    for (group, stage), lengths in place(delayed).sorted(delays.length[delayed]):
        tally(group, stage).entered = column(lengths)
    kept = ~is_gone
    return _Stays(stays.group[kept], stays.stage[kept], stays.after[kept], stays.length[kept]), table
