"""The UTC offsets of one zone as flat tables of integers, read once from zoneinfo.

zoneinfo answers one datetime at a time, in half a microsecond or more, and only between the years 1 and 9999. A log
asks a million times, and deadlines may pass the year 9999. So the changes of offset are found once and kept sorted:

    starts    the instants at which the offset changes
    offsets   offsets[i] holds before starts[i], offsets[-1] after the last
    walls     for each change, the wall-clock time from which the offset after it is used

Reading a wall-clock time with `walls` gives the earlier of two instants where the clocks went back, and a time shifted
forward by the gap where they went forward, as zoneinfo does with `fold=0` (PEP 495).

No zone had a rule before 1800, so the table holds for all times before it. Rules given for all years to come depend on
the month and the weekday only, and the calendar repeats after 400 years; the table ends 400 years after the last change
that the time zone database names year by year (2087), and later times are taken back by whole cycles.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

import attrs

from custlife.calendar.civil import DAY_US, ERA_DAYS, SECOND_US

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

__all__ = ["CYCLE_US", "Offsets", "read_offsets"]

CYCLE_US = ERA_DAYS * DAY_US
LOCAL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # the origin of wall clocks
START, FAR, END = -5_364_662_400, 4_102_444_800, 16_725_225_600  # the first seconds of 1800, 2100 and 2500
# The shortest stay of an offset is 3.99 days (Africa/Freetown, 1939), since 2000 it is 6.96: no step may be longer.
# tests/calendar reads the stays of every zone from the database, so that a new one would be noticed.
NEAR_STEP, FAR_STEP = 3 * 86_400, 6 * 86_400
NEVER_US = 1 << 80


@attrs.frozen(eq=False)
class Offsets:
    """Changes of offset; see the head of this file. All numbers are microseconds.

    Attributes:
        starts: Instants of the changes, ascending.
        offsets: Local time minus UTC, one more than `starts`.
        walls: Where each change takes effect on the wall clock.
        end: From here on the table repeats; beyond any time for a zone without a rule for the years to come.
    """

    starts: tuple[int, ...]
    offsets: tuple[int, ...]
    walls: tuple[int, ...]
    end: int

    def offset(self, us: int) -> int:
        """Local time minus UTC at an instant."""
        if us >= self.end:
            us -= self.cycles(us)
        return self.offsets[bisect_right(self.starts, us)]

    def utc(self, local: int) -> int:
        """The instant of a wall-clock time: the earlier of two, or shifted forward by the gap."""
        moved = self.cycles(local) if local >= self.end else 0
        return local - self.offsets[bisect_right(self.walls, local - moved)]

    def readings(self, local: int) -> tuple[int, int]:
        """Both readings of a wall-clock time, in order; equal unless the time is skipped or repeated."""
        moved = self.cycles(local) if local >= self.end else 0
        i = bisect_right(self.walls, local - moved)
        before, after = self.offsets[i], self.offsets[min(i + 1, len(self.starts))]
        if before == after or local - moved < self.starts[i] + min(before, after):
            after = before
        return local - max(before, after), local - min(before, after)

    def cycles(self, us: int) -> int:
        """The whole cycles of 400 years between the table and a time after its end."""
        return ((us - self.end) // CYCLE_US + 1) * CYCLE_US

    def dates(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The tables `(starts, offsets)` by which days are told, so that days never run backwards.

        Where the clocks once went back over midnight (America/St_Johns until 2011), the offset before the change is
        kept until the wall clock reaches that midnight again.
        """
        starts, offsets = [], [self.offsets[0]]
        for at, before, after in zip(self.starts, self.offsets, self.offsets[1:], strict=False):
            midnight = (at + before - 1) // DAY_US * DAY_US
            starts.append(max(at, midnight - after) if after < before else at)
            offsets.append(after)
        return tuple(starts), tuple(offsets)


def read_offsets(info: ZoneInfo) -> Offsets:
    """The table of a zone, in some tens of milliseconds."""
    # All of it on the wall clock: zoneinfo reads that twice as fast, and by the same rule (fold=0) as `utc`.
    offset_at = info.utcoffset
    starts, walls, offsets = [], [], [_offset(offset_at, START)]
    last = START
    for probe in chain(range(START, FAR, NEAR_STEP), range(FAR, END, FAR_STEP), (END,)):
        before, after = offsets[-1], _offset(offset_at, probe)
        if after != before:
            low, high = last, probe
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset(offset_at, middle) == before else (low, middle)
            walls.append(high * SECOND_US)
            starts.append(high * SECOND_US - max(before, after))
            offsets.append(after)
        last = probe
    has_rule = bool(starts) and starts[-1] >= FAR * SECOND_US
    return Offsets(tuple(starts), tuple(offsets), tuple(walls), END * SECOND_US if has_rule else NEVER_US)


def _offset(offset_at: Callable[[datetime], timedelta | None], second: int) -> int:
    """Local time minus UTC in microseconds, at a second of the wall clock."""
    offset = offset_at(LOCAL_EPOCH + timedelta(seconds=second)) or timedelta()
    return (offset.days * 86_400 + offset.seconds) * SECOND_US
