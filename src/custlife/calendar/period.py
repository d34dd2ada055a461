"""Periods: days, weeks, months, quarters and years of one zone, as consecutive integers.

Period 0 holds the local day 1970-01-01. A period starts at the first instant of its first day and ends where the next
one starts, so periods tile the line and nest: the month of an instant is the month of its day.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from custlife.calendar.civil import DAY_US, MonthOfDay, date_of, day_of, month_start
from custlife.calendar.zones import Zone, zone
from custlife.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import tzinfo

__all__ = ["EVERY", "WEEKDAYS", "Every", "Periods", "Weekday", "periods"]

Every: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
EVERY: Final[tuple[Every, ...]] = ("day", "week", "month", "quarter", "year")
WEEKDAYS: Final[tuple[Weekday, ...]] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK_US: Final = 7 * DAY_US
MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


def as_every(value: str) -> Every:
    """The length of a period, from its word.

    Raises:
        UsageError: There is no such word.
    """
    if value in EVERY:
        return value
    raise UsageError(f"unknown period every={value!r}", f"pass one of {', '.join(map(repr, EVERY))}")


def as_weekday(value: str) -> Weekday:
    """The first day of the week, from its word.

    Raises:
        UsageError: There is no such word.
    """
    if value in WEEKDAYS:
        return value
    raise UsageError(f"unknown week_start={value!r}", f"pass one of {', '.join(map(repr, WEEKDAYS))}")


@attrs.frozen
class Periods:
    """Calendar periods of one zone, numbered by consecutive integers; make them with `periods`.

    A local day that clocks skipped (Pacific/Apia, 2011-12-30) is an empty period.

    Attributes:
        every: `"day"`, `"week"`, `"month"`, `"quarter"` or `"year"`.
        zone: Whose wall clock the periods follow.
        week_start: The first day of the week; matters for weeks only.

    Examples:
        >>> month = periods("month", tz="Europe/Zurich")
        >>> [month.label(i) for i in (-1, 0, 672)]
        ['1969-12', '1970-01', '2026-01']
    """

    every: Every = attrs.field(converter=as_every)
    zone: Zone = attrs.field(converter=zone)
    week_start: Weekday = attrs.field(default="monday", converter=as_weekday)

    def index(self, us: int) -> int:
        """The number of the period that holds an instant.

        Examples:
            >>> periods("day").index(-1)
            -1
        """
        return _indexer(self.every, self.zone, self.week_start)(us)

    def indexer(self) -> Callable[[int], int]:
        """`index` as the fastest plain function for a loop over many instants."""
        return _indexer(self.every, self.zone, self.week_start)

    def indexes(self, instants: Iterable[int]) -> list[int]:
        """`index` of each of many instants, without a call for each where the zone never changes its offset.

        Examples:
            >>> periods("day").indexes([-1, 0])
            [-1, 0]
        """
        if self.every not in MONTHS or self.zone.dates[0]:
            return list(map(self.indexer(), instants))
        offset, table = self.zone.dates[1][0], MonthOfDay(MONTHS[self.every])
        return [table[(us + offset) // DAY_US] for us in instants]

    def start(self, index: int) -> int:
        """The first instant of a period."""
        return self.zone.day_start(self.first_day(index))

    def end(self, index: int) -> int:
        """The first instant after a period: the start of the next."""
        return self.start(index + 1)

    def first_day(self, index: int) -> int:
        """The local day on which a period starts, counted from 1970-01-01."""
        if self.every == "day":
            return index
        if self.every == "week":
            return index * 7 - _week_shift(self.week_start)
        return month_start(index * MONTHS[self.every])

    def label(self, index: int) -> str:
        """A short name that sorts in time: `2026-01-31`, `2026-W05`, `2026-01`, `2026-Q1` or `2026`.

        Weeks are ISO weeks if they start on Monday; others are named by their first day.

        Examples:
            >>> week = periods("week")
            >>> week.label(0), week.label(2926)
            ('1970-W01', '2026-W05')
        """
        first = self.first_day(index)
        if self.every == "week" and self.week_start == "monday":
            year = date_of(first + 3)[0]  # the ISO year of a week is that of its Thursday
            return f"{year:04d}-W{(first + 3 - day_of(year, 1, 1)) // 7 + 1:02d}"
        year, month, day = date_of(first)
        if self.every == "year":
            return f"{year:04d}"
        if self.every == "quarter":
            return f"{year:04d}-Q{month // 3 + 1}"
        return f"{year:04d}-{month:02d}" if self.every == "month" else f"{year:04d}-{month:02d}-{day:02d}"


def periods(every: Every, *, tz: str | Zone | tzinfo | None = "UTC", week_start: Weekday = "monday") -> Periods:
    """The periods of a zone.

    Args:
        every: `"day"`, `"week"`, `"month"`, `"quarter"` or `"year"`.

        tz: The zone whose days count.

        week_start: `"monday"` to `"sunday"`.

    Raises:
        UsageError: For other words, and for unknown zones.

    Examples:
        >>> periods("quarter").label(periods("quarter").index(0))
        '1970-Q1'
    """
    return Periods(every, tz, week_start)


def _week_shift(week_start: str) -> int:
    """Days from the start of week 0 to 1970-01-01, a Thursday."""
    return (3 - WEEKDAYS.index(week_start)) % 7


@lru_cache(maxsize=256)
def _indexer(every: str, place: Zone, week_start: str) -> Callable[[int], int]:
    before, table = _week_shift(week_start), MonthOfDay(MONTHS.get(every, 1))
    if not place.dates[0]:
        return _fixed_indexer(every, place.dates[1][0], before, table)
    day_of_us = _day_finder(place)
    if every == "day":
        return day_of_us
    if every == "week":
        return lambda us: (day_of_us(us) + before) // 7
    return lambda us: table[day_of_us(us)]


def _fixed_indexer(every: str, offset: int, before: int, table: MonthOfDay) -> Callable[[int], int]:
    """The indexer of a zone that never changes its offset, such as UTC."""
    if every == "week":
        shifted = offset + before * DAY_US
        return lambda us: (us + shifted) // WEEK_US
    if every == "day":
        return (lambda us: (us + offset) // DAY_US) if offset else (lambda us: us // DAY_US)
    return (lambda us: table[(us + offset) // DAY_US]) if offset else (lambda us: table[us // DAY_US])


def _day_finder(place: Zone) -> Callable[[int], int]:
    """`Zone.day` as the fastest plain function."""
    (starts, offsets), end = place.dates, place.offsets.end

    def find(us: int) -> int:
        return (us + offsets[bisect_right(starts, us)]) // DAY_US if us < end else place.day(us)

    return find
