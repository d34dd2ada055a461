"""Counting presence: the state of each unit at both ends of every period in which it changes."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from custlife.engines.rows.moving import WHOLE

if TYPE_CHECKING:
    from custlife.engines.history import History
    from custlife.engines.presence import Presence, PresenceTable

__all__ = ["count_presence"]


def count_presence(request: Presence, history: History) -> PresenceTable:
    """Units by period and by where they stand at its ends, in one pass."""
    period, codes = request.periods.indexer(), request.codes
    grouping = history.grouping(request.by)
    found: Counter[tuple[int, int, bool, bool, bool]] = Counter()
    at, code = history.at, history.code
    for low, high in history.ranges():
        is_in = [here in codes for here in code[low:high]]
        if not any(is_in):
            continue
        group = grouping.codes[low + is_in.index(True)] if grouping else 0
        here = ever = False
        for index, rows in groupby(zip(map(period, at[low:high]), is_in, strict=True), key=_first):
            states = [state for _, state in rows]
            if not (here and all(states)) and (here or any(states)):
                found[group, index, here, states[-1], ever] += 1
            here, ever = states[-1], ever or any(states)
    labels = grouping.labels if grouping else (WHOLE,)
    return {(labels[group], index, was, stays, before): n for (group, index, was, stays, before), n in found.items()}


def _first(pair: tuple[int, bool]) -> int:
    return pair[0]
