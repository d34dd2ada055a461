"""Transits: where units stand on a grid of instants, and where they stand at the next one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from custlife.engines.gathers import Group

__all__ = ["TransitTable", "Transits"]


@attrs.frozen
class Transits:
    """Stays as a grid of instants sees them; what happens between two of its instants collapses.

    Attributes:
        grid: The instants, microseconds UTC, rising; the last one is `as_of`.
        by: Segments, in force at the start of the stay.
    """

    grid: tuple[int, ...]
    by: tuple[str, ...] = ()


@attrs.define
class TransitTable:
    """What the grid sees. A stay that covers none of its instants is in no number.

    Attributes:
        stays: Stays by `(group, stage, covered, next)`: how many instants of the grid it covers, and the stage at the
            first instant behind it, `OPEN` where it covers `as_of`.
        truncated: The same of stays that began before observation did, so that their age is not known.
        arrivals: Units by `(group, index, stage)` of the first instant that sees them; index 0 is `as_of`, 1 the
            instant before.
    """

    stays: Counter[tuple[Group, int, int, int]] = attrs.field(factory=Counter)
    truncated: Counter[tuple[Group, int, int, int]] = attrs.field(factory=Counter)
    arrivals: Counter[tuple[Group, int, int]] = attrs.field(factory=Counter)
