"""Columns of ISO 8601 text as instants: each text is read as `calendar.instant` reads it.

The usual shapes are read by the digit, for many texts at once: a date; a date and a time with or without seconds and
their fraction; and behind the time `Z`, an offset such as `+01:00`, or nothing. What has another shape, or shows a day
or an hour that does not exist, is left to `instant`, which knows what else is ISO 8601 and what is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from custlife.calendar import instant, to_us
from custlife.calendar.civil import DAY_US, SECOND_US
from custlife.engines.arrays import clock
from custlife.engines.arrays.civil import month_start
from custlife.errors import CustlifeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from custlife.calendar import Ambiguous, Zone
    from custlife.engines.arrays.civil import Ints
    from custlife.engines.arrays.ids import Texts

    Mask = NDArray[np.bool_]
    Letters = NDArray[np.uint8]  # one row for each place in the text, one column for each text

__all__ = ["DATE", "INSTANT", "OTHER", "WALL", "Parsed", "instants", "of_days", "of_walls", "parse"]

OTHER, DATE, WALL, INSTANT = range(4)
FIRST_US, LAST_US = -62_135_596_800 * SECOND_US, 253_402_300_800 * SECOND_US - 1  # of the years 1 to 9999
PIECE = 1 << 14
LONGEST = 32
DATE_LENGTH, OFFSET_LENGTH = 10, 6
MINUTES, SECONDS, FRACTION = 16, 19, 21  # letters up to the end of each
MONTHS = month_start(np.arange(12 * 10_000 + 1) - 12 * 1970)  # the first days of all months from the year 0


@attrs.frozen(eq=False)
class Parsed:
    """What some texts say.

    Attributes:
        us: Microseconds since 1970: in UTC, or on the wall clock, or for a date, the number of the day.
        kind: `INSTANT`, `WALL` or `DATE`; or `OTHER` for a text of another shape, which may still be a time.
    """

    us: Ints
    kind: NDArray[np.uint8]


def instants(texts: Texts, zone: Zone | None = None, ambiguous: Ambiguous = "raise") -> tuple[Ints, Mask]:
    """The instants that texts name, microseconds UTC, and which of them name none.

    Args:
        texts: The texts.

        zone: The zone of those that do not say theirs, or None to refuse them.

        ambiguous: What to do with a local time that the zone skips or repeats.
    """
    parsed = parse(texts)
    us, kind = parsed.us, parsed.kind
    bad = (us < FIRST_US) | (us > LAST_US)
    for local, read in ((WALL, of_walls), (DATE, of_days)):
        rows = np.flatnonzero(kind == local)
        if zone is None:
            bad[rows] = True
        elif len(rows):
            us[rows], bad[rows] = read(zone, us[rows], ambiguous)
    others = np.flatnonzero(kind == OTHER)
    for row, text in zip(others.tolist(), texts.take(others), strict=True):
        try:
            us[row] = to_us(instant(text, tz=zone, ambiguous=ambiguous))
        except CustlifeError:
            bad[row] = True
    return us, bad


def of_walls(zone: Zone, wall: Ints, ambiguous: Ambiguous) -> tuple[Ints, Mask]:
    """The instants of wall-clock times, and which of these name none."""
    us, skipped, repeated = clock.utc(zone, wall, ambiguous)
    bad = (us < FIRST_US) | (us > LAST_US)
    return us, bad | skipped | repeated if ambiguous == "raise" else bad


def of_days(zone: Zone, days: Ints, ambiguous: Ambiguous) -> tuple[Ints, Mask]:
    """The first instants of local days, and which of these never were."""
    us = clock.day_starts(zone, days)
    bad = (us < FIRST_US) | (us > LAST_US)
    return us, bad | (clock.days(zone, us) != days) if ambiguous == "raise" else bad


def parse(texts: Texts) -> Parsed:
    """What texts of the usual shapes say."""
    us, kind = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.uint8)
    lengths = texts.ends - texts.starts
    for length in range(DATE_LENGTH, LONGEST + 1):
        rows = np.flatnonzero(lengths == length)
        if not len(rows):
            continue
        # the texts that begin at each byte, copied whole
        windows = np.ndarray((len(texts.data) - length + 1,), f"V{length}", texts.data, strides=(1,))
        for low in range(0, len(rows), PIECE):
            some = rows[low : low + PIECE]
            letters = windows[texts.starts[some]].view(np.uint8).reshape(-1, length)
            us[some], kind[some] = _read(np.ascontiguousarray(letters.T))
    return Parsed(us, kind)


def _read(letters: Letters) -> tuple[Ints, NDArray[np.uint8]]:
    """Texts of one length."""
    length = len(letters)
    if length == DATE_LENGTH:
        day, ok = _day(letters)
        return np.where(ok, day, 0), np.where(ok, DATE, OTHER).astype(np.uint8)
    us, kind = np.zeros(letters.shape[1], np.int64), np.zeros(letters.shape[1], np.uint8)
    is_utc = letters[-1] == ord("Z")
    has_offset = (letters[-6] == ord("+")) | (letters[-6] == ord("-"))
    for mask, cut in ((~(is_utc | has_offset), 0), (is_utc, 1), (has_offset, OFFSET_LENGTH)):
        if not mask.any() or not _is_time(length - cut):
            continue
        some = letters if mask.all() else letters[:, mask]
        wall, ok = _wall(some[: length - cut])
        if cut == OFFSET_LENGTH:
            offset, is_offset = _offset(some[-OFFSET_LENGTH:])
            wall -= offset
            ok &= is_offset
        us[mask] = np.where(ok, wall, 0)
        kind[mask] = np.where(ok, INSTANT if cut else WALL, OTHER)
    return us, kind


def _is_time(length: int) -> bool:
    return length in {MINUTES, SECONDS} or FRACTION <= length <= FRACTION + 5


def _number(digits: Letters) -> tuple[NDArray[np.int32], Mask]:
    """The numbers that up to nine digits write, and where all of them are digits."""
    number, ok = np.zeros(digits.shape[1], np.int32), np.ones(digits.shape[1], np.bool_)
    for letter in digits:
        digit = letter - np.uint8(ord("0"))  # what comes before the digits wraps around
        ok &= digit < 10
        number *= 10
        number += digit
    return number, ok


def _pair(digits: Letters, limit: int) -> tuple[NDArray[np.int32], Mask]:
    number, ok = _number(digits)
    return number, ok & (number < limit)


def _day(letters: Letters) -> tuple[Ints, Mask]:
    """The numbers of days written as `2024-01-31`."""
    year, ok = _number(letters[:4])
    month, is_month = _pair(letters[5:7], 13)
    day, is_day = _number(letters[8:10])
    ok &= is_month & is_day & (year > 0) & (month > 0) & (day > 0)
    ok &= (letters[4] == ord("-")) & (letters[7] == ord("-"))
    number = np.where(ok, year * 12 + month - 1, 0)
    first = MONTHS[number]
    ok &= first + day <= MONTHS[number + 1]
    return first + day - 1, ok


def _wall(letters: Letters) -> tuple[Ints, Mask]:
    """Dates with a time, as microseconds on the wall clock."""
    us, ok = _day(letters)
    ok &= (letters[10] == ord("T")) | (letters[10] == ord(" ")) | (letters[10] == ord("t"))
    parts = [(11, 24, 3600), (14, 60, 60), (17, 60, 1)][: 2 if len(letters) == MINUTES else 3]
    us *= DAY_US // SECOND_US
    for start, limit, seconds in parts:
        number, is_part = _pair(letters[start : start + 2], limit)
        us += number * seconds
        ok &= is_part
        if start > 11:
            ok &= letters[start - 1] == ord(":")
    us *= SECOND_US
    if len(letters) > SECONDS:
        number, is_fraction = _number(letters[SECONDS + 1 :])
        us += number * 10 ** (FRACTION + 5 - len(letters))
        ok &= is_fraction & (letters[SECONDS] == ord("."))
    return us, ok


def _offset(letters: Letters) -> tuple[Ints, Mask]:
    """Offsets written as `+01:00`, in microseconds."""
    hours, ok = _pair(letters[1:3], 24)
    minutes, is_minutes = _pair(letters[4:6], 60)
    ok &= is_minutes & (letters[3] == ord(":"))
    size = (hours * 60 + minutes).astype(np.int64) * (60 * SECOND_US)
    return np.where(letters[0] == ord("-"), -size, size), ok
