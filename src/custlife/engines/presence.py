"""Presence: who is there at both ends of each period, who came, who went, and who did both in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from custlife.calendar import Periods
    from custlife.engines.gathers import Group

__all__ = ["Presence", "PresenceTable"]


@attrs.frozen
class Presence:
    """Units that are in some stages, at the last instant of each period.

    Attributes:
        periods: The calendar.
        codes: The stages.
        by: Segments, in force when a unit first came into one of the stages.
    """

    periods: Periods
    codes: frozenset[int]
    by: tuple[str, ...] = ()


PresenceTable = dict[tuple["Group", int, bool, bool, bool], int]
"""Units by `(group, period, there before it, there at its end, ever there before it)`, where something changed in it:
who is there at both ends was away in between, who is at neither came and went."""
