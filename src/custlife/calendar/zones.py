"""Zones: wall clocks, and spans counted on them.

`Zone.add` is the one definition of "so long after": the calendar part moves the wall clock from the anchor, the exact
part then passes in real time. `Zone.adder` gives the same function, specialised for a loop over many instants.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from custlife.calendar.civil import DAY_US, MonthShift, shift
from custlife.calendar.offsets import NEVER_US, Offsets, read_offsets
from custlife.errors import UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.calendar.spans import Span

__all__ = ["Zone", "zone"]

LONGEST_ABBREVIATION = 5  # letters, such as AEST
UTC_OFFSETS = Offsets((), (0,), (), NEVER_US)


class Zone:
    """The wall clock of one named time zone, on integers: microseconds since 1970 in UTC ("us") or on the wall clock.

    Zones are compared and pickled by their key; get one with `zone`. All methods take any integer, also far beyond the
    year 9999. The table of offsets is read on first use, so naming a zone costs nothing.

    Attributes:
        key: The name in the IANA time zone database.

    Examples:
        >>> from custlife.calendar import days, hours, instant, from_us, to_us
        >>> anchor = to_us(instant("2024-03-30T12:00", tz="Europe/Zurich"))
        >>> [str(from_us(zone("Europe/Zurich").add(anchor, step))) for step in (days(1), hours(24))]
        ['2024-03-31 10:00:00+00:00', '2024-03-31 11:00:00+00:00']
    """

    __slots__ = ("_dates", "_offsets", "key")
    key: str
    _offsets: Offsets | None
    _dates: tuple[tuple[int, ...], tuple[int, ...]] | None

    def __init__(self, key: str) -> None:
        self._set("key", key)
        self._set("_offsets", UTC_OFFSETS if key == "UTC" else None)
        self._set("_dates", None)
        if key != "UTC":
            _load(key)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"zone {self.key!r} cannot be changed: {name}={value!r}")  # one zone serves many logs

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"zone {self.key!r} cannot lose {name!r}")

    @property
    def offsets(self) -> Offsets:
        """The changes of UTC offset, for code that looks up whole columns at once."""
        found = self._offsets
        if found is None:
            found = read_offsets(_load(self.key))
            self._set("_offsets", found)
        return found

    @property
    def dates(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The tables `(starts, offsets)` by which days are told; see `day`."""
        found = self._dates
        if found is None:
            found = self.offsets.dates()
            self._set("_dates", found)
        return found

    def offset(self, us: int) -> int:
        """Local time minus UTC at an instant, in microseconds.

        Examples:
            >>> zone("Europe/Zurich").offset(0) // 3_600_000_000
            1
        """
        return self.offsets.offset(us)

    def local(self, us: int) -> int:
        """The wall-clock time at an instant, as microseconds since 1970-01-01 on that clock."""
        return us + self.offsets.offset(us)

    def utc(self, local: int) -> int:
        """The instant of a wall-clock time: the earlier where it is repeated, shifted forward by the gap if skipped."""
        return self.offsets.utc(local)

    def readings(self, local: int) -> tuple[int, int]:
        """Both readings of a wall-clock time, in order; equal unless it is skipped or repeated.

        Of a repeated time these are its two instants. Of a skipped one they are the readings with the offsets after and
        before the gap: `local` of each then differs from the time asked for.
        """
        return self.offsets.readings(local)

    def day(self, us: int) -> int:
        """The local day of an instant, counted from 1970-01-01.

        A day lasts from its first instant (`day_start`) to that of the next, so days never run backwards: where clocks
        once went back over midnight, the repeated hour before it stays with the new day.
        """
        starts, offsets = self.dates
        moved = self.offsets.cycles(us) if us >= self.offsets.end else 0
        us -= moved
        return (us + offsets[bisect_right(starts, us)]) // DAY_US + moved // DAY_US

    def day_start(self, day: int) -> int:
        """The first instant at which the wall clock shows the day, or a later one where the day was skipped."""
        midnight = day * DAY_US
        early, late = self.offsets.readings(midnight)
        if early == late or self.local(early) == midnight:
            return early
        # a gap: the day starts when it ends, at the change of offset
        while late - early > 1:
            middle = (early + late) // 2
            early, late = (early, middle) if self.local(middle) >= midnight else (middle, late)
        return late

    def add(self, us: int, span: Span) -> int:
        """The instant one span after another.

        The calendar part moves the wall clock, counted from the anchor: months keep the day of the month or take the
        last day of a shorter one. A skipped time is shifted forward by the gap, of a repeated one the earlier is taken.
        The exact part then passes in real time. With an exact span, or an empty one, the wall clock is not asked, so
        `add(us, Span()) == us` also inside a repeated hour. A later anchor may have an earlier answer: 30 January
        23:00 and 31 January 01:00 both lead to the last of February, each at its own time of day.
        """
        if span.is_exact:
            return us + span.us
        local = self.local(us)
        day = local // DAY_US
        moved = shift(day, span.months) + span.days - day
        return self.utc(local + moved * DAY_US) + span.us

    def adder(self, span: Span) -> Callable[[int], int]:
        """`add` with this span, as the fastest plain function for a loop over many instants."""
        months, days, us = span.months, span.days, span.us
        offsets = UTC_OFFSETS if span.is_exact else self.offsets
        if not offsets.starts and not months:
            constant = days * DAY_US + us
            return lambda at: at + constant
        if not offsets.starts:
            return _month_adder(MonthShift(months, days), offsets.offsets[0], us)
        if not months:
            return _day_adder(self, span)
        return _wall_adder(self, span)

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, Zone) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.key)

    def __reduce__(self) -> tuple[Callable[[str], Zone], tuple[str]]:
        return zone, (self.key,)

    def __repr__(self) -> str:
        return f"zone({self.key!r})"

    def __str__(self) -> str:
        return self.key


def _month_adder(shifts: MonthShift, offset: int, exact: int) -> Callable[[int], int]:
    if offset or exact:
        return lambda us: us + shifts[(us + offset) // DAY_US] + exact
    return lambda us: us + shifts[us // DAY_US]


def _day_adder(zone: Zone, span: Span) -> Callable[[int], int]:
    table = zone.offsets
    starts, offsets, walls, end = table.starts, table.offsets, table.walls, table.end
    days, exact = span.days * DAY_US, span.us

    def add(us: int) -> int:
        local = us + offsets[bisect_right(starts, us)] + days
        if us >= end or local >= end:
            return zone.add(us, span)
        return local - offsets[bisect_right(walls, local)] + exact

    return add


def _wall_adder(zone: Zone, span: Span) -> Callable[[int], int]:
    table = zone.offsets
    starts, offsets, walls, end = table.starts, table.offsets, table.walls, table.end
    shifts, exact = MonthShift(span.months, span.days), span.us

    def add(us: int) -> int:
        local = us + offsets[bisect_right(starts, us)]
        local += shifts[local // DAY_US]
        if us >= end or local >= end:
            return zone.add(us, span)
        return local - offsets[bisect_right(walls, local)] + exact

    return add


def zone(key: str | Zone | tzinfo | None = "UTC") -> Zone:
    """The zone of a name such as `"Europe/Zurich"`; None means UTC. A `ZoneInfo` or `datetime.UTC` works as well.

    Raises:
        UsageError: If there is no zone of that name.
        UsageTypeError: For a `tzinfo` without a name, such as a fixed offset.

    Examples:
        >>> zone("America/New_York").key, zone(None)
        ('America/New_York', zone('UTC'))
    """
    if type(key) is str:
        return _named(key)
    if isinstance(key, Zone):
        return key
    if key is None or key is UTC:
        return _named("UTC")
    name: Any = getattr(key, "key", None) if isinstance(key, tzinfo) else key
    if isinstance(name, str):
        return _named(str(name))
    raise UsageTypeError(f"expected the name of a time zone, got tz={key!r}", "pass a name such as tz='Europe/Zurich'")


@lru_cache(maxsize=1024)
def _named(key: str) -> Zone:
    return Zone(key)


def _load(key: str) -> Any:
    from zoneinfo import ZoneInfo

    try:
        # "localtime" is a file in some databases: the zone of this machine, which must never be asked
        return ZoneInfo(key if key != "localtime" else "")
    except (LookupError, ValueError, OSError):
        raise UsageError(f"there is no time zone tz={key!r}", _advice(key)) from None


def _advice(key: str) -> str:
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    known = {name.lower(): name for name in sorted(available_timezones() - {"localtime"})}
    if not known:
        return "this machine has no time zone database: pip install tzdata"
    if key.isalpha() and key.isupper() and len(key) <= LONGEST_ABBREVIATION:  # CEST is not nearly EST
        return "abbreviations can mean several zones: write a name such as 'Europe/Zurich' or 'UTC'"
    close = get_close_matches(key.lower(), known, n=1) or [
        name for name in known if name.endswith("/" + key.lower().replace(" ", "_"))
    ]
    return f"did you mean {known[close[0]]!r}?" if close else "write a name such as 'Europe/Zurich' or 'UTC'"
