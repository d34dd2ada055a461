"""Ugly times: zones with odd clocks, instants around their changes, month ends, microseconds, far years."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime

from hypothesis import strategies as st

from custlife.calendar import Span, to_us, zone

HOUR = 3_600_000_000
DAY = 24 * HOUR

ZONES = [
    "UTC",
    "Europe/Zurich",
    "America/New_York",
    "America/St_Johns",  # half-hour offset; clocks went back over midnight until 2011
    "America/Sao_Paulo",  # midnight skipped
    "America/Havana",  # midnight repeated
    "America/Toronto",  # 1919: a gap over midnight
    "Australia/Lord_Howe",  # summer time of 30 minutes
    "Africa/Casablanca",  # winter time during Ramadan, listed to 2087
    "Africa/Freetown",  # the shortest stay of an offset: four days
    "Pacific/Apia",  # 2011-12-30 never happened
    "Pacific/Kwajalein",  # a day skipped in 1993, most of one repeated in 1969
    "America/Juneau",  # a whole day repeated in 1867
    "Asia/Kathmandu",  # +05:45
    "Etc/GMT+12",  # a negative offset without changes
]
LOW = to_us(datetime(3, 1, 1, tzinfo=UTC))
HIGH = to_us(datetime(9990, 1, 1, tzinfo=UTC))

zone_keys = st.sampled_from(ZONES)


def utc_datetimes(first: int = 3, last: int = 9989) -> st.SearchStrategy[datetime]:
    low, high = (datetime(*day, tzinfo=UTC).replace(tzinfo=None) for day in ((first, 1, 1), (last, 12, 31)))
    return st.datetimes(low, high, timezones=st.just(UTC))


def month_ends() -> st.SearchStrategy[int]:
    """The last days of months, and the first moments after them."""
    firsts = st.builds(lambda y, m: to_us(datetime(y, m, 1, tzinfo=UTC)), st.integers(1850, 2450), st.integers(1, 12))
    return st.builds(lambda us, back: us - back, firsts, st.sampled_from([0, 1, HOUR, DAY // 2, DAY, 2 * DAY, 3 * DAY]))


def around_changes(key: str, first: int = 1800, last: int = 2499) -> st.SearchStrategy[int]:
    """Instants within two days of a change of offset between two years; any instant where there is none."""
    starts = zone(key).offsets.starts
    low, high = (to_us(datetime(year, 1, 1, tzinfo=UTC)) for year in (first, last))
    near = starts[bisect_left(starts, low) : bisect_left(starts, high)]
    if not near:
        return st.integers(low, high)
    ticks = st.sampled_from([-1, 0, 1, -HOUR, HOUR, HOUR - 1, -DAY, DAY, HOUR // 2])
    return st.builds(lambda at, by: at + by, st.sampled_from(near), ticks | st.integers(-2 * DAY, 2 * DAY))


@st.composite
def places(draw, first: int = 3, last: int = 9989):
    """A zone and an instant that is likely to be awkward there."""
    key = draw(zone_keys)
    anywhere = utc_datetimes(first, last).map(to_us)
    kinds = [around_changes(key, max(first, 1800), min(last, 2499)), anywhere]
    if first <= 1850 and last >= 2450:
        kinds.append(month_ends())
    return key, draw(st.one_of(kinds))


spans = st.builds(
    Span,
    months=st.integers(0, 30) | st.just(0),
    days=st.integers(0, 400) | st.just(0),
    us=st.just(0) | st.integers(0, 3 * DAY),
)
