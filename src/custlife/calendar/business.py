"""Business hours: how much of the time between two instants somebody was at work."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from custlife.calendar.elapsed import elapsed_in, first_after, open_per_week
from custlife.calendar.instants import EPOCH_ORDINAL, Instant, from_us, instant, to_us
from custlife.calendar.opening import read_hours, week_of
from custlife.calendar.zones import zone
from custlife.errors import TimeError, UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["BusinessHours"]


def _zone_key(tz: Any) -> str:
    return zone(tz).key


def _holidays(days: Iterable[date | str]) -> tuple[date, ...]:
    if isinstance(days, str):
        raise UsageTypeError(f"expected several dates, got holidays={days!r}", f"write holidays=[{days!r}]")
    return tuple(sorted({_holiday(day) for day in days}))


def _holiday(day: object) -> date:
    if isinstance(day, str):
        try:
            return date.fromisoformat(day)
        except ValueError:
            raise UsageError(f"holidays hold {day!r}, which is no date", "write dates like '2026-12-25'") from None
    if not isinstance(day, date) or isinstance(day, datetime):
        raise UsageTypeError(f"holidays hold {day!r}, which is no date", "pass datetime.date(2026, 12, 25)")
    return day


@attrs.frozen
class BusinessHours:
    """Opening hours of a week, in one zone, with holidays.

    Open are the instants at which the wall clock shows an opening hour of a day that is no holiday. Business time is
    the real time that passes while open: an opening hour that the clocks repeat counts twice, one they skip never.

    Attributes:
        hours: Clauses of days and windows, such as `"mon-fri 09:00-12:00 13:00-17:00; sat 10:00-14:00"`, or a mapping
            such as `{"mon-fri": "09:00-17:00"}`. Days that are not named are closed. Kept as text in its shortest form.

        tz: The zone of the wall clock on the wall.

        holidays: Local dates on which nobody is at work, as dates or ISO text. Kept sorted.

    Raises:
        DefinitionError: If the hours cannot be read, or never open.
        UsageError: For an unknown zone or an unreadable holiday.

    Examples:
        >>> desk = BusinessHours("mon-fri 09:00-17:00", tz="Europe/Zurich", holidays=["2026-01-01"])
        >>> str(desk.between("2025-12-31T15:30Z", "2026-01-02T08:10Z"))
        '0:40:00'
    """

    hours: str = attrs.field(converter=read_hours)
    tz: str = attrs.field(kw_only=True, converter=_zone_key)
    holidays: tuple[date, ...] = attrs.field(default=(), kw_only=True, converter=_holidays)
    _elapsed: Callable[[int], int] | None = attrs.field(default=None, init=False, eq=False, repr=False)

    def between(self, start: Instant, end: Instant) -> timedelta:
        """Business time between two instants; it costs the same for a day and for ten years.

        Splitting adds up: `between(a, b) + between(b, c) == between(a, c)`.

        Raises:
            UsageError: If *end* lies before *start*.

        Examples:
            >>> str(BusinessHours("mon-fri 09:00-17:00", tz="UTC").between("2026-01-02T16:00Z", "2026-01-05T10:00Z"))
            '2:00:00'
        """
        first, last = instant(start, name="start"), instant(end, name="end")
        if last < first:
            raise UsageError(f"end={end!r} lies before start={start!r}", "swap them")
        elapsed = self.elapsed()
        return timedelta(microseconds=elapsed(to_us(last)) - elapsed(to_us(first)))

    def add(self, start: Instant, length: timedelta) -> datetime:
        """The first instant at which so much business time has passed since *start*; the inverse of `between`.

        Hours that end a day end it at closing time, not at the next opening. Nothing added is *start* itself.

        Raises:
            UsageError: If *length* is negative.
            TimeError: If the answer lies beyond the year 9999, or 2500 in a zone that changes its clocks.

        Examples:
            >>> desk = BusinessHours("mon-fri 09:00-17:00", tz="UTC")
            >>> str(desk.add("2026-01-02T16:00Z", timedelta(hours=2)))
            '2026-01-05 10:00:00+00:00'
        """
        first = instant(start, name="start")
        if not isinstance(length, timedelta):
            raise UsageTypeError(f"expected a timedelta, got length={length!r}", "pass datetime.timedelta(hours=8)")
        if length < timedelta():
            raise UsageError(f"business time is not negative, got length={length!r}", "drop the sign")
        us = length // timedelta(microseconds=1)
        per_week, end = open_per_week(week_of(self.hours)), zone(self.tz).offsets.end
        after = first_after(self.elapsed(), to_us(first), us, per_week=per_week, end=end)
        if after is None:
            raise TimeError(f"length={length!r} after start={start!r} is too far to tell", "add less")
        return from_us(after)

    def is_open(self, at: Instant) -> bool:
        """Whether somebody is at work at an instant; closing time itself is closed.

        Examples:
            >>> desk = BusinessHours("mon-fri 09:00-17:00", tz="UTC")
            >>> desk.is_open("2026-01-05T09:00Z"), desk.is_open("2026-01-05T17:00Z")
            (True, False)
        """
        us = to_us(instant(at))
        elapsed = self.elapsed()
        return elapsed(us + 1) > elapsed(us)

    def elapsed(self) -> Callable[[int], int]:
        """Open time before an instant, both in microseconds, for loops: differences are business time.

        Examples:
            >>> elapsed = BusinessHours("mon-fri 09:00-17:00", tz="UTC").elapsed()
            >>> elapsed(60_000_000) - elapsed(0)
            0
        """
        if self._elapsed is None:
            holidays = [day.toordinal() - EPOCH_ORDINAL for day in self.holidays]
            made = elapsed_in(week_of(self.hours), holidays, zone(self.tz))
            object.__setattr__(self, "_elapsed", made)
            return made
        return self._elapsed

    def __reduce__(self) -> tuple[Callable[..., BusinessHours], tuple[Any, ...]]:
        return _rebuild, (self.hours, self.tz, self.holidays)


def _rebuild(hours: str, tz: str, holidays: tuple[date, ...]) -> BusinessHours:
    return BusinessHours(hours, tz=tz, holidays=holidays)
