"""Instants: reading times, and microseconds since 1970 in both directions.

`instant` runs once per row and per move, so what is ready (an aware datetime in UTC) or nearly so (ISO 8601 text with
Z) is answered first; everything else takes the careful path, which ends in an answer or in an error naming the value.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

from custlife.errors import TimeError, UsageError, UsageTypeError

if TYPE_CHECKING:
    from datetime import tzinfo

    from custlife.calendar.zones import Zone

__all__ = ["Ambiguous", "Instant", "from_us", "instant", "parse_us", "to_us", "wall_text", "zoned_text"]

Instant: TypeAlias = datetime | date | str
Ambiguous: TypeAlias = Literal["raise", "earlier", "later"]

SECOND_US = 1_000_000  # not taken from civil.py: `import custlife` pays for every file
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOCAL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # the origin of wall clocks
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
FORMS = "write ISO 8601, such as '2024-01-31T09:00Z' or '2024-01-31T09:00+01:00'"
SEPARATORS = frozenset("T t")


def to_us(at: datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z of an aware datetime, exactly.

    Raises:
        TimeError: If *at* has no zone.

    Examples:
        >>> to_us(datetime(1970, 1, 2, tzinfo=UTC))
        86400000000
    """
    try:
        since = at - EPOCH
    except TypeError:
        _refuse_naive(at, "at", "")
    return (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds


def from_us(us: int) -> datetime:
    """The aware datetime in UTC that lies so many microseconds after 1970-01-01T00:00Z, exactly.

    Raises:
        TimeError: If it lies outside the years 1 to 9999.

    Examples:
        >>> from_us(-1)
        datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
    """
    try:
        return EPOCH + timedelta(microseconds=us)
    except OverflowError:
        raise TimeError(f"us={us!r} lies outside the years 1 to 9999") from None


def wall_text(at: datetime, zone: Zone, form: str = "%Y-%m-%d %H:%M") -> str:
    """An instant as the clock on the wall of a zone shows it.

    Examples:
        >>> from custlife.calendar import instant, zone
        >>> wall_text(instant("2026-01-05T23:30Z"), zone("Europe/Zurich"))
        '2026-01-06 00:30'
    """
    return f"{from_us(zone.local(to_us(at))):{form}}"


def zoned_text(at: datetime, zone: Zone) -> str:
    """An instant as the clock on the wall of a zone shows it, with the name of the zone.

    Examples:
        >>> from custlife.calendar import instant, zone
        >>> zoned_text(instant("2026-01-05T23:30Z"), zone("Europe/Zurich"))
        '2026-01-06 00:30 Europe/Zurich'
    """
    return f"{wall_text(at, zone)} {zone.key}"


def instant(
    value: Instant,
    *,
    tz: str | Zone | tzinfo | None = None,
    ambiguous: Ambiguous = "raise",
    name: str = "at",
    where: str = "",
) -> datetime:
    """The instant that a value names, as an aware datetime in UTC.

    Args:
        value: An aware datetime; or ISO 8601 text with an offset; or, with *tz*, a naive datetime, text without an
            offset, or a date or date-only text, which mean the first instant of that local day. What is finer than a
            microsecond is cut off.

        tz: The zone of values that do not say theirs. Others keep their own.

        ambiguous: What to do with a local time that the zone skips or repeats. `"earlier"` and `"later"` name the two
            readings by their order in time; of a skipped time these lie before and after the gap.

        name: What the caller calls the value, for the error.

        where: The place of the value, such as `row 17`, for the error.

    Raises:
        TimeError: For a missing, naive, unreadable, skipped or repeated time, and outside the years 1 to 9999 in UTC.
        UsageTypeError: For numbers and other types.

    Examples:
        >>> str(instant("2024-06-01T09:00+02:00")), str(instant("2024-06-01", tz="Europe/Zurich"))
        ('2024-06-01 07:00:00+00:00', '2024-05-31 22:00:00+00:00')
    """
    if type(value) is datetime and value.tzinfo is UTC:
        return value
    read = _read(value, name, where)
    if type(read) is datetime:
        if read.tzinfo is UTC:
            return read
        if read.utcoffset() is not None:
            return _in_utc(read, value, name, where)
    if tz is None:
        _refuse_naive(value, name, where)
    us = _from_local(read, tz, ambiguous, value=value, name=name, where=where)
    try:
        return from_us(us)
    except TimeError:
        _refuse_year(value, name, where)


def parse_us(
    text: str,
    *,
    tz: str | Zone | tzinfo | None = None,
    ambiguous: Ambiguous = "raise",
    name: str = "at",
    where: str = "",
) -> int:
    """`to_us(instant(text, ...))` for columns of text, without the datetime in between.

    Examples:
        >>> parse_us("1970-01-01T00:00:01Z")
        1000000
    """
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is UTC and text[10:11] in SEPARATORS:
            since = at - EPOCH
            return (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds
    except (TypeError, ValueError):
        pass
    return to_us(instant(text, tz=tz, ambiguous=ambiguous, name=name, where=where))


def _read(value: Any, name: str, where: str) -> datetime | date:
    """A plain datetime, or a plain date where the value has no time of day."""
    if isinstance(value, str):
        return _read_text(value, name, where)
    if _is_missing(value):
        raise TimeError(f"expected a time, got {name}={value!r}", "give the time it happened, or leave it out", where)
    if type(value) is datetime or type(value) is date:
        return value
    if isinstance(value, datetime):
        # a subclass such as pandas.Timestamp may carry more than a datetime, and must not travel further
        parts = (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
        return datetime(*parts, tzinfo=value.tzinfo, fold=value.fold)
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    shown = f"expected a datetime, a date or ISO 8601 text, got {name}={value!r}"
    if isinstance(value, int | float):
        hint = f"if it counts seconds since 1970, write datetime.fromtimestamp({name}, tz=UTC)"
    else:
        hint = "pass an aware datetime, or text such as '2024-01-31T09:00Z'"
    raise UsageTypeError(shown, hint, where)


def _is_missing(value: object) -> bool:
    """None, and what does not equal itself: NaN, pandas.NaT, pandas.NA."""
    if value is None:
        return True
    try:
        return bool(value != value)  # noqa: PLR0124  # what is missing is not itself
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"


def _read_text(text: str, name: str, where: str) -> datetime | date:
    try:
        at = datetime.fromisoformat(text)
        # fromisoformat takes any character between date and time, and turns a date into its midnight
        return at if text[10:11] in SEPARATORS or SEPARATORS.intersection(text) else date.fromisoformat(text)
    except ValueError:
        raise TimeError(f"{name}={text!r} is not an ISO 8601 time", FORMS, where) from None


def _in_utc(at: datetime, value: object, name: str, where: str) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        _refuse_year(value, name, where)


def _from_local(
    read: datetime | date,
    tz: str | Zone | tzinfo,
    ambiguous: Ambiguous,
    *,
    value: object,
    name: str,
    where: str,
) -> int:
    if ambiguous not in ("raise", "earlier", "later"):
        raise UsageError(f"unknown ambiguous={ambiguous!r}", "pass 'raise', 'earlier' or 'later'", where)
    from custlife.calendar.zones import zone

    place = zone(tz)
    if not isinstance(read, datetime):
        day = read.toordinal() - EPOCH_ORDINAL
        start = place.day_start(day)
        if place.day(start) == day or ambiguous != "raise":
            return start
        hint = f"clocks skipped that day; the day after starts at {from_us(start).isoformat(' ')}"
        raise TimeError(f"{name}={value!r} never happens in {place.key}", hint, where)
    since = read.replace(tzinfo=None) - LOCAL_EPOCH
    local = (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds
    early, late = place.readings(local)
    if early == late or ambiguous == "earlier":
        return early
    if ambiguous == "later":
        return late
    what = "happens twice" if place.local(early) == local else "never happens: clocks skip it"
    readings = (
        f'ambiguous="earlier" for {from_us(early).isoformat(" ")}, ambiguous="later" for {from_us(late).isoformat(" ")}'
    )
    raise TimeError(f"{name}={value!r} {what} in {place.key}", f"pass {readings}", where)


def _refuse_naive(value: object, name: str, where: str) -> NoReturn:
    if isinstance(value, str):
        exact = repr(value + ("Z" if SEPARATORS.intersection(value) else "T00:00Z"))
    elif isinstance(value, datetime):
        exact = f"{name}.replace(tzinfo=UTC)"
    else:
        exact = repr(f"{value}T00:00Z")
    hint = f"if it is UTC, write {exact}; a call that takes tz= reads it with tz='UTC' or such as tz='Europe/Zurich'"
    raise TimeError(f"expected a time with its zone, got {name}={value!r}", hint, where)


def _refuse_year(value: object, name: str, where: str) -> NoReturn:
    raise TimeError(
        f"{name}={value!r} lies outside the years 1 to 9999 in UTC", "leave out times without meaning", where
    )
