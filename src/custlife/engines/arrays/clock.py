"""The calendar for whole columns: every function equals its namesake in `calendar` for every instant of the array.

Offsets of a zone, and with them its days, are step functions of time with few steps in the range of a column. So the
range is cut into buckets no longer than the shortest step, a small table says how many steps lie before each bucket,
and one comparison tells the rest: no row is searched for. Dates are looked up by day, of which there are far fewer than
rows. Columns are read in pieces that stay in the cache.

Instants may lie anywhere within 2**62 microseconds of 1970, some 146,000 years: what has no answer there is FOREVER.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from custlife.calendar.civil import DAY_US
from custlife.calendar.offsets import CYCLE_US
from custlife.engines.arrays.civil import Ints, month_of, month_start, shift

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from custlife.calendar import Ambiguous, Periods, Span, Zone

__all__ = ["FOREVER", "adder", "day_starts", "days", "indexes", "instants", "local", "period_starts", "utc"]

FOREVER = 1 << 62
END_US = (1 << 63) - 1
PIECE = 1 << 15  # 256 KB a column
FEW = 1 << 10  # below so many rows, making tables costs more than searching
BUCKETS = 1 << 16
SLACK_DAYS = 2  # no wall clock is further from UTC
MONTHS = {"month": 1, "quarter": 3, "year": 12}

Map: TypeAlias = "Callable[[Ints], Ints]"


def local(zone: Zone, us: Ints) -> Ints:
    """The wall-clock time at each instant: `Zone.local`."""
    offset = _offset(zone.offsets.starts, zone.offsets.offsets, zone.offsets.end, us)
    return _in_pieces(lambda piece: piece + offset(piece), us)


def instants(zone: Zone, wall: Ints) -> Ints:
    """The instant of each wall-clock time: `Zone.utc`."""
    back = _offset(zone.offsets.walls, zone.offsets.offsets, zone.offsets.end, wall)
    return _in_pieces(lambda piece: piece - back(piece), wall)


def days(zone: Zone, us: Ints) -> Ints:
    """The local day of each instant: `Zone.day`."""
    return _in_pieces(_day_finder(zone, us), us)


def indexes(periods: Periods, us: Ints) -> Ints:
    """The number of the period that holds each instant: `Periods.index`."""
    day = _day_finder(periods.zone, us)
    if periods.every == "day":
        return _in_pieces(day, us)
    if periods.every == "week":
        before = -periods.first_day(0)
        return _in_pieces(lambda piece: (day(piece) + before) // 7, us)
    size = MONTHS[periods.every]
    number = _by_day(lambda day: month_of(day) // size, us)
    return _in_pieces(lambda piece: number(day(piece)), us)


def period_starts(periods: Periods, numbers: Ints) -> Ints:
    """The first instant of each period: `Periods.start`."""
    if periods.every == "day":
        return day_starts(periods.zone, numbers)
    if periods.every == "week":
        return day_starts(periods.zone, numbers * 7 + periods.first_day(0))
    return day_starts(periods.zone, month_start(numbers * MONTHS[periods.every]))


def day_starts(zone: Zone, day: Ints) -> Ints:
    """The first instant at which the wall clock shows each day, or a later one: `Zone.day_start`."""
    midnight = day * DAY_US
    early, skipped, _ = utc(zone, midnight, "earlier")
    if skipped.any():
        # a gap: the day starts when it ends, at the change of offset
        table = zone.offsets
        moved = _cycles(early[skipped], table.end)
        starts = np.asarray(table.starts, np.int64)
        early[skipped] = starts[starts.searchsorted(early[skipped] - moved, "right")] + moved
    return early


def utc(zone: Zone, wall: Ints, ambiguous: Ambiguous = "earlier") -> tuple[Ints, NDArray[np.bool_], NDArray[np.bool_]]:
    """The instant of each wall-clock time, of two readings the one named by `ambiguous`: `Zone.readings`.

    Returns:
        Instants; where the time was skipped; where it was repeated. With `"raise"`, the earlier readings.
    """
    table = zone.offsets
    before, after = np.asarray(table.offsets[:-1], np.int64), np.asarray(table.offsets[1:], np.int64)
    starts = np.asarray(table.starts, np.int64)
    # between these, the wall clock shows times that have two readings: one with each offset
    cuts = np.column_stack([starts + np.minimum(before, after), np.asarray(table.walls, np.int64)]).ravel()
    either = (np.minimum if ambiguous == "later" else np.maximum)(before, after)
    values = np.full(2 * len(starts) + 1, table.offsets[0], np.int64)
    values[1::2], values[2::2] = either, after
    kinds = np.zeros(len(values), np.int8)
    kinds[1::2] = np.where(after > before, 1, 2)
    place = _place(cuts, table.end, wall)
    instants, kind = np.empty_like(wall), np.empty(len(wall), np.int8)
    for low in range(0, len(wall), PIECE):
        piece = slice(low, low + PIECE)
        found = place(wall[piece])
        np.subtract(wall[piece], values.take(found), out=instants[piece])
        kinds.take(found, out=kind[piece])
    return instants, kind == 1, kind == 2


def adder(zone: Zone, span: Span) -> Map:
    """The function that adds a span to each instant: `Zone.add`."""
    furthest = (span.days + 31 * span.months + 2 * SLACK_DAYS) * DAY_US + span.us
    last = FOREVER - furthest

    def add(us: Ints) -> Ints:
        low, high = _range(us)
        if high <= last:
            return _in_pieces(_adding(zone, span, us), us)
        moved = np.full(len(us), FOREVER, np.int64)
        if low <= last:
            within = us <= last
            moved[within] = add(us[within])
        return moved

    return add


def _adding(zone: Zone, span: Span, us: Ints) -> Map:
    """`add` for the instants of one column."""
    table, exact = zone.offsets, span.us
    if span.is_exact:
        return lambda piece: piece + exact
    if not span.months and not table.starts:
        constant = span.days * DAY_US + exact
        return lambda piece: piece + constant
    low, high = _range(us)
    offset = _offset(table.starts, table.offsets, table.end, us)
    ahead = np.array([low - SLACK_DAYS * DAY_US, high + (span.days + 31 * span.months + SLACK_DAYS) * DAY_US])
    back = _offset(table.walls, table.offsets, table.end, ahead, rows=len(us))
    step = _by_day(lambda day: (shift(day, span.months) + span.days - day) * DAY_US, us) if span.months else None

    def add(piece: Ints) -> Ints:
        wall = piece + offset(piece)
        wall += span.days * DAY_US if step is None else step(wall // DAY_US)
        wall -= back(wall)
        wall += exact
        return wall

    return add


def _day_finder(zone: Zone, us: Ints) -> Map:
    (starts, offsets), end = zone.dates, zone.offsets.end
    offset = _offset(starts, offsets, end, us)
    return lambda piece: (piece + offset(piece)) // DAY_US


def _offset(starts: Sequence[int], offsets: Sequence[int], end: int, us: Ints, rows: int | None = None) -> Map:
    """The offset in force at each instant of a column, from a table of changes."""
    values = np.asarray(offsets, np.int64)
    if not starts:
        return lambda _: values
    place = _place(np.asarray(starts, np.int64), end, us, rows)
    return lambda piece: values.take(place(piece))


def _by_day(number: Map, us: Ints) -> Map:
    """A function of the local day, as a table over the days of a column unless that would be longer than the column."""
    low, high = _range(us)
    first, last = low // DAY_US - SLACK_DAYS, high // DAY_US + SLACK_DAYS
    if last - first > max(len(us), FEW):
        return number
    table = number(np.arange(first, last + 1))
    return lambda day: table.take(day - first)


def _place(cuts: Ints, end: int, us: Ints, rows: int | None = None) -> Map:
    """How many of the cuts are at or before each instant; from `end` on they repeat every 400 years."""
    low, high = _range(us)
    if high >= end:
        return lambda piece: cuts.searchsorted(piece - _cycles(piece, end), "right")
    skipped, last = (int(found) for found in cuts.searchsorted([low, high], "right"))
    near = cuts[skipped:last]
    if not len(near):
        return lambda piece: np.full(len(piece), skipped, np.int64)
    place = _bucketed(near, low, high, skipped) if (rows or len(us)) >= FEW else None
    return place or (lambda piece: cuts.searchsorted(piece, "right"))


def _bucketed(cuts: Ints, low: int, high: int, skipped: int) -> Map | None:
    """`_place` without searching, for cuts within a range; None where they lie too close in too long a range."""
    if high - low >= FOREVER:
        return None
    shortest = int(np.diff(cuts).min(initial=high - low + 1))
    bits = max(shortest.bit_length() - 1, ((high - low) // BUCKETS).bit_length())
    before = cuts.searchsorted(low + (np.arange(((high - low) >> bits) + 2) << bits), "right")
    passes = int(np.diff(before).max())
    if passes > 2:
        return None
    padded = np.append(cuts, END_US)

    def place(us: Ints) -> Ints:
        found = before.take((us - low) >> bits)
        for _ in range(passes):
            found += us >= padded.take(found)
        found += skipped
        return found

    return place


def _cycles(us: Ints, end: int) -> Ints:
    """The whole cycles of 400 years between a table and each time after its end."""
    end = min(end, END_US)
    cycles: Ints = ((np.maximum(us, end - 1) - end) // CYCLE_US + 1) * CYCLE_US
    return cycles


def _range(us: Ints) -> tuple[int, int]:
    return (int(us.min()), int(us.max())) if len(us) else (0, 0)


def _in_pieces(function: Map, us: Ints) -> Ints:
    """The function of a column, piece by piece, so that what lies between stays in the cache."""
    if len(us) <= PIECE:
        return function(us)
    found = np.empty(len(us), np.int64)
    for low in range(0, len(us), PIECE):
        found[low : low + PIECE] = function(us[low : low + PIECE])
    return found
