"""The stage of an account after each move of its members: the rules of `rows.rolling` for whole columns.

Every entry of a member stands until the next one of that member in the same account. So how many members hold a stage
is a running sum, and who moved last is the last entry before that still stands.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.engines.rows.rolling import NOWHERE, need

if TYPE_CHECKING:
    from fractions import Fraction

    from custlife.engines.arrays.stretch import Ints, Mask

__all__ = ["Entries", "stages"]

STEPS = 32  # so many entries that no longer stand are passed one by one


@attrs.frozen(eq=False, slots=False)
class Entries:
    """What happens to the members of all accounts, account by account, in one order.

    Attributes:
        code: The stage entered, or `NOWHERE` for leaving the account.
        first: The number of the first entry of the same account.
        before: The number of the entry before of the same member in the account, or `NOWHERE`.
        path: How many codes are stages of the path.
    """

    code: Ints
    first: Ints
    before: Ints
    path: int

    @cached_property
    def until(self) -> Ints:
        """The number of the entry that ends each: the next one of the same member in the account."""
        until = np.full(len(self.code), len(self.code))
        again = np.flatnonzero(self.before >= 0)
        until[self.before[again]] = again
        return until

    def holding(self, mask: Mask) -> Ints:
        """After each entry how many members hold a stage; of those for which an entry says so."""
        change = mask.astype(np.int32)
        again = np.flatnonzero(self.before >= 0)
        change[again] -= mask[self.before[again]]
        total = change.cumsum()
        held: Ints = total - total[self.first] + change[self.first]
        return held

    @cached_property
    def is_on(self) -> Mask:
        """Whether each enters a stage of the path."""
        is_on: Mask = (self.code >= 0) & (self.code < self.path)
        return is_on

    @cached_property
    def is_off(self) -> Mask:
        """Whether each enters a stage off the path."""
        is_off: Mask = self.code >= self.path
        return is_off

    def last(self, mask: Mask, where: Mask) -> Ints:
        """The stage of the member who moved last, of those for which an entry says so; `NOWHERE` where there is none.

        It is looked for after some entries; after the others it is `NOWHERE` too.
        """
        before = np.maximum.accumulate(np.append(NOWHERE, np.where(mask, np.arange(len(mask)), NOWHERE)))
        which = np.flatnonzero(where)
        first, entry = self.first[which], before[which + 1]
        searched = np.arange(len(which))
        for _ in range(STEPS):
            searched = searched[(entry[searched] >= first[searched]) & (self.until[entry[searched]] <= which[searched])]
            if not len(searched):
                break
            entry[searched] = before[entry[searched]]
        else:
            entry[searched] = _last_above(np.where(mask, self.until, 0), which[searched])
        found = np.full(len(mask), NOWHERE)
        found[which] = np.where(entry >= first, self.code[entry], NOWHERE)
        return found


def _last_above(values: Ints, places: Ints) -> Ints:
    """Of each of some places the last one up to it whose value is above that place; `NOWHERE` where there is none.

    Values are gone through backwards, by the largest of longer and longer stretches.
    """
    levels = [np.append(len(values), values)]  # what stands for ever lies before all
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append(np.maximum.reduceat(below, np.arange(0, len(below), 2)))
    start = np.append(0, np.cumsum([len(level) for level in levels]))
    tree = np.concatenate(levels)
    level, here = np.zeros(len(places), np.int64), places + 1
    while (goes_on := tree[start[level] + here] <= places).any():
        here[goes_on] -= 1
        while (is_full := goes_on & (here & 1 == 1)).any():
            here[is_full] >>= 1
            level[is_full] += 1
    while (is_above := level > 0).any():
        level[is_above] -= 1
        here[is_above] = np.minimum(2 * here[is_above] + 1, start[level[is_above] + 1] - start[level[is_above]] - 1)
        here[is_above & (tree[start[level] + here] <= places)] -= 1
    return here - 1


def stages(entries: Entries, rule: str | float) -> Ints:
    """After each entry the stage of its account by a rule; `NOWHERE` where it says nothing."""
    quorum = need(rule)
    if quorum is not None:
        return _quorum(entries, *quorum)
    everywhere = np.ones(len(entries.code), np.bool_)
    if rule == "latest":
        return entries.last(entries.is_on | entries.is_off, everywhere)
    found = _furthest(entries, 1) if rule == "furthest" else entries.last(entries.is_on, everywhere)
    is_off = found == NOWHERE
    return np.where(is_off, entries.last(entries.is_off, is_off), found)


def _furthest(entries: Entries, wanted: Ints | int) -> Ints:
    """The furthest stage of the path that so many members hold or have passed; `NOWHERE` where none is."""
    found = np.full(len(entries.code), NOWHERE)
    here = np.zeros(len(entries.code), np.int64)
    for stage in range(entries.path - 1, -1, -1):
        here += entries.holding(entries.code == stage)
        found[(found == NOWHERE) & (here >= wanted)] = stage
    return found


def _quorum(entries: Entries, least: int, share: Fraction) -> Ints:
    """The furthest stage that enough members hold or have passed; else, where enough are off the path, the last."""
    off = entries.holding(entries.is_off)
    members = entries.holding(entries.is_on) + off
    most = int(members.max(initial=0))
    least = min(least, most + 1)  # so that any number fits
    wanted = np.array([max(least, -(-share.numerator * n // share.denominator)) for n in range(most + 1)], np.int64)
    enough = wanted[members]
    found = _furthest(entries, enough)
    is_off = (found == NOWHERE) & (off >= enough)
    return np.where(is_off, entries.last(entries.is_off, is_off), found)
