"""From what rules and silences say to the stages entered: the k-th item of every unit at once, as `rows.ruling` walks.

Stages are bits of one integer, the first stage of the path the lowest, so that "further on" is "more than".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.arrays.tables import Table
from custlife.engines.rows.ruling import NOWHERE

if TYPE_CHECKING:
    from custlife.engines.arrays.stretch import Ints, Mask
    from custlife.engines.rows.ruling import Walk

__all__ = ["EVENT", "Items", "Law", "Standing", "highest", "walked"]

EVENT = -1  # where an item is no silence


@attrs.frozen(eq=False)
class Law:
    """What the rules of a walk say, whatever happens.

    Attributes:
        path: How many stages the path has.
        on: The stages of the path, as bits.
        off: The other ones, as bits.
        always: The stages of the path to which their rules also lead back, as bits.
        is_exit: Of each stage, whether it is an exit.
        quiet: The stage of each silence.
        back: Where one returns to; `NOWHERE` for the stage left.
        anew: Whether watching begins anew for who returns.
    """

    path: int
    on: int
    off: int
    always: int
    is_exit: Mask
    quiet: Ints
    back: int
    anew: bool

    @classmethod
    def of(cls, walk: Walk, stages: int) -> Law:
        """The law of a walk over so many stages."""
        on = (1 << walk.path) - 1
        always = sum(1 << stage for stage, _, is_always in walk.watched if is_always)
        is_exit = np.isin(np.arange(stages), list(walk.exits))
        quiet = np.array([stage for stage, _, _ in walk.quiet], np.int64)
        return cls(walk.path, on, ~on, always & on, is_exit, quiet, walk.back, walk.anew)


@attrs.frozen(eq=False)
class Items(Table):
    """What may change the stage of a unit: events and silences, unit by unit and in order.

    Attributes:
        unit: Whose each is.
        silence: Which silence is over; `EVENT` for an event.
        fired: The stages whose rules an event fires, as bits.
        breaks: The silences that an event breaks, as bits.
        at: When it was.
        row: The row of the event, or of the last activity before a silence.
    """

    unit: Ints
    silence: Ints
    fired: Ints
    breaks: Ints
    at: Ints
    row: Ints


class Standing:
    """Where some units stand.

    Attributes:
        stage: The stage each is in, or `NOWHERE`.
        mark: Its last stage on the path, or `NOWHERE`.
        away: The silence it is in, or `NOWHERE`.
        out: Whether an event has led it off the path, and none back.
        stopped: The item by which it returned while watching has to begin anew, or `NOWHERE`.
    """

    def __init__(self, stage: Ints, mark: Ints, away: Ints, out: Mask) -> None:
        self.stage, self.mark, self.away, self.out = stage, mark, away, out
        self.stopped: Ints = np.full(len(stage), NOWHERE)

    @classmethod
    def nowhere(cls, units: int) -> Standing:
        """That of units to which nothing has happened."""
        stage, mark, away = (np.full(units, NOWHERE) for _ in range(3))
        return cls(stage, mark, away, np.zeros(units, np.bool_))

    def of(self, units: Ints) -> Standing:
        """That of some units."""
        return Standing(self.stage[units], self.mark[units], self.away[units], self.out[units])


def walked(law: Law, items: Items, standing: Standing, *, returning: bool) -> tuple[Ints, Mask]:
    """The stages that each item leads to, as bits, and which of them are returns; units go on to where they stand then.

    Args:
        law: What the rules say.
        items: What happens.
        standing: Of each unit, in the order of their most items.
        returning: Whether the first item of each unit is the event by which it returns.
    """
    return _Steps(law, items, standing).run(returning=returning)


def highest(bits: Ints) -> Ints:
    """The number of the highest bit, from 1; 0 where there is none. Below 2**53."""
    return np.frexp(bits.astype(np.float64))[1].astype(np.int64)


class _Steps:
    """The walk of all units at once, those with the most items first."""

    def __init__(self, law: Law, items: Items, standing: Standing) -> None:
        counts = np.bincount(items.unit, minlength=len(standing.stage))
        self.law, self.items, self.standing = law, items, standing
        self.order = np.argsort(-counts, kind="stable")
        self.counts = counts[self.order]
        self.first = (counts.cumsum() - counts)[self.order]
        self.now = standing.of(self.order)
        self.bits = np.zeros(len(items.unit), np.int64)
        self.is_return = np.zeros(len(items.unit), np.bool_)

    def run(self, *, returning: bool) -> tuple[Ints, Mask]:
        fewest = self.counts[::-1]
        for k in range(int(self.counts.max(initial=0))):
            units = np.arange(len(fewest) - int(fewest.searchsorted(k, "right")))
            if self.law.anew:
                units = units[self.now.stopped[units] == NOWHERE]
            if not len(units):
                break
            items = self.first[units] + k
            is_event = self.items.silence[items] == EVENT
            self._lapse(units[~is_event], items[~is_event])
            units, items = units[is_event], items[is_event]
            if not (returning and k == 0):
                units, items, comes = self._coming(units, items)
            else:
                comes = np.ones(len(units), np.bool_)
            self._event(units, items, comes)
        for name in ("stage", "mark", "away", "out", "stopped"):
            getattr(self.standing, name)[self.order] = getattr(self.now, name)
        return self.bits, self.is_return

    def _lapse(self, units: Ints, items: Ints) -> None:
        """Silences lead outwards: from a silence to the stages behind it, and from no exit."""
        now, silence = self.now, self.items.silence[items]
        target, stage = self.law.quiet[silence], now.stage[units]
        is_outward = np.where(now.away[units] != NOWHERE, target > stage, ~self.law.is_exit[stage])
        goes = is_outward & (stage != NOWHERE) & (stage != target)
        units = units[goes]
        now.stage[units], now.away[units] = target[goes], silence[goes]
        self.bits[items[goes]] = 1 << target[goes]

    def _coming(self, units: Ints, items: Ints) -> tuple[Ints, Ints, Mask]:
        """Who is off the path and comes back by an event; where watching begins anew, they are stopped and left out."""
        now, fired, away = self.now, self.items.fired[items], self.now.away[units]
        is_away = away != NOWHERE
        is_broken = is_away & ((self.items.breaks[items] >> np.maximum(away, 0)) & 1 == 1)
        is_straight = fired & (self.law.off | self.law.always) != 0
        comes = (is_away | now.out[units]) & (is_broken | (fired != 0)) & ~is_straight
        if not self.law.anew:
            return units, items, comes
        now.stopped[units[comes]] = items[comes]
        return units[~comes], items[~comes], comes[~comes]

    def _event(self, units: Ints, items: Ints, comes: Mask) -> None:
        """Back onto the path for whoever was off it, then on to whatever the event leads to."""
        law, now, fired = self.law, self.now, self.items.fired[items]
        stage, mark = now.stage[units], now.mark[units]
        target = mark if law.back == NOWHERE else np.full(len(units), law.back)
        stays = comes & ((target >= law.path) | (fired >> (target + 1) == 0))
        mark = np.where(comes, np.where(target < law.path, target, NOWHERE), mark)
        enters = np.where(stays, 0, self._entered(fired, stage, mark))
        climbed, reached = highest(enters & law.on) - 1, highest(enters) - 1
        returns = stays & (target != NOWHERE) & (target != stage)
        now.mark[units] = np.where(climbed >= 0, climbed, mark)
        now.stage[units] = np.where(reached >= 0, reached, np.where(returns, target, stage))
        moves = stays | (reached >= 0)
        now.away[units[moves]], now.out[units[moves]] = NOWHERE, reached[moves] >= law.path
        self.bits[items] = np.where(returns, 1 << np.maximum(target, 0), enters)
        self.is_return[items] = returns

    def _entered(self, fired: Ints, stage: Ints, mark: Ints) -> Ints:
        """Where an event leads to: further on, back where the rule says `always`, off the path."""
        law = self.law
        here = np.where(stage == NOWHERE, 0, 1 << np.maximum(stage, 0))
        back = fired & law.always & ~here
        lowest = back & -back
        further = 1 << (mark + 1)
        # once a stage further back is entered, all that lies behind it is further on
        climbs = fired & law.on & -np.where((lowest != 0) & (lowest < further), lowest, further)
        off = fired & law.off
        is_there = (climbs == 0) & (off & -off == here)
        return climbs | np.where(is_there, off & ~here, off)
