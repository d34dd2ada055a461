"""Passages: from the moment a unit first comes to a stage, what ends its story, and where it stands over time.

The clock of a unit starts when it first comes to the origin, as in a funnel: who moves past it comes at that instant,
imputed. Time runs to the unit's own deadline, end inclusive, or to `as_of`.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from custlife.calendar import Periods, Span
    from custlife.engines.gathers import Group

__all__ = ["WON", "OccupationTable", "OccupationTally", "Occupations", "PassageTable", "PassageTally", "Passages"]

WON = -1
"""The end of those who reached what was wanted, whichever of its stages; other ends have the code of the exit."""


def _times() -> array[int]:
    return array("q")


@attrs.frozen
class Passages:
    """First passages: how long after the origin the first of several ends came.

    Attributes:
        origin: The stage that starts the clock.
        won: Stages of which reaching any one, or passing over it on the path, is the end `WON`; never the origin.
        exits: Codes that are ends of their own, from the row behind the start on; none of them is in `won`.
        paused: Codes that do not end a story, but are told apart where one stands in them.
        horizon: The most time from the start, or None for no limit.
        periods: The calendar of the starts, or None for all together.
        by: Segments, in force at the start.
    """

    origin: int
    won: frozenset[int]
    exits: frozenset[int] = frozenset()
    paused: frozenset[int] = frozenset()
    horizon: Span | None = None
    periods: Periods | None = None
    by: tuple[str, ...] = ()


@attrs.define
class PassageTally:
    """Times in microseconds since the start, each list sorted; every unit that started is in one of them.

    Attributes:
        ended: Times to the first end, by its code or `WON`.
        open: Ages at `as_of` of those without an end whose time is not up.
        paused: The same of those who stand in a paused stage.
        past: Lengths of the windows of those without an end whose time is up at `as_of`.
        past_paused: The same of those who stood in a paused stage when it was.
        imputed: Units among them that passed over the origin.
        truncated: Units in none of the numbers, as their start lies before observation or was passed over.
    """

    ended: dict[int, array[int]] = attrs.field(factory=dict)
    open: array[int] = attrs.field(factory=_times)
    paused: array[int] = attrs.field(factory=_times)
    past: array[int] = attrs.field(factory=_times)
    past_paused: array[int] = attrs.field(factory=_times)
    imputed: int = 0
    truncated: int = 0

    @property
    def entered(self) -> int:
        """Units that started."""
        times = (*self.ended.values(), self.open, self.paused, self.past, self.past_paused)
        return sum(map(len, times))


PassageTable = dict[tuple["Group", "int | None"], PassageTally]


@attrs.frozen
class Occupations:
    """Moves by the time since the origin, whatever ends there are.

    Rows of one instant are one move, from the stage before them to the last of them; who is back at once has not moved.

    Attributes:
        origin: The stage that starts the clock.
        horizon: The most time from the start.
        by: Segments, in force at the start.
        folds: So many folds of units, by the CRC-32 of their ids; 1 for no folds.
    """

    origin: int
    horizon: Span
    by: tuple[str, ...] = ()
    folds: int = 1


@attrs.define
class OccupationTally:
    """Times in microseconds since the start, each list sorted.

    Attributes:
        started: Units by the stage in which they stand from the start on.
        moves: Times of the moves, by the stages from and to.
        open: Ages at `as_of` of those whose time is not up, by the stage in which they stand.
        past: Units whose time is up at `as_of`, by the stage in which they stood when it was.
        longest: The longest window of a unit; as windows are spans on the calendar, they may differ.
        imputed: Units that passed over the origin.
        truncated: Units in none of the numbers, as their start lies before observation or was passed over.
    """

    started: dict[int, int] = attrs.field(factory=dict)
    moves: dict[tuple[int, int], array[int]] = attrs.field(factory=dict)
    open: dict[int, array[int]] = attrs.field(factory=dict)
    past: dict[int, int] = attrs.field(factory=dict)
    longest: int = 0
    imputed: int = 0
    truncated: int = 0


OccupationTable = dict[tuple["Group", int], OccupationTally]
"""By group and number of the fold."""
