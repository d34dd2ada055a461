"""Columns of instants are read as single instants are, on every clock, near every change of it, and beyond all years."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.calendar import (
    EVERY,
    WEEKDAYS,
    Span,
    days,
    from_us,
    hours,
    instant,
    months,
    periods,
    seconds,
    to_us,
    weeks,
    zone,
)
from custlife.calendar import civil as dates
from custlife.engines.arrays import civil, clock
from custlife.errors import TimeError
from tests.calendar.strategies import DAY, HOUR, ZONES, around_changes, month_ends, utc_datetimes
from tests.calendar.strategies import spans as some_spans

KEYS = st.sampled_from([*ZONES, "Africa/Cairo", "Asia/Kolkata"])
FAR = to_us(datetime(9999, 12, 31, tzinfo=UTC))
spans = some_spans | st.sampled_from([months(1), months(12), days(1), weeks(1), hours(24), months(1) + seconds(1)])
far = st.integers(FAR, 10**18) | st.integers(-(10**18), -(10**16)) | st.sampled_from([FAR, -(10**18), 10**18])


@st.composite
def columns(draw, *, last: int = 2499, beyond: bool = True):
    """A zone and a column of awkward instants there, sometimes long enough for tables."""
    key = draw(KEYS)
    kinds = [around_changes(key, last=last), utc_datetimes(1800, last).map(to_us), month_ends()]
    if beyond and draw(st.booleans()):
        kinds.append(far)
    us = draw(st.lists(st.one_of(kinds), max_size=8))
    return key, np.array(us * draw(st.sampled_from([1, clock.FEW])), np.int64)


def column(*texts: str, times: int = 1) -> np.ndarray:
    return np.array([to_us(instant(text)) for text in texts] * times, np.int64)


def year(key: str, number: int, *, step: int = HOUR // 2) -> tuple[str, np.ndarray]:
    """Every half hour of a year, and what is beside."""
    low, high = (to_us(datetime(n, 1, 1, tzinfo=UTC)) for n in (number, number + 1))
    us = np.arange(low, high, step)
    return key, np.concatenate([us - 1, us, us + 1])


HARD_YEARS = [
    year("Europe/Zurich", 2024),
    year("America/New_York", 1967),
    year("America/St_Johns", 1988),
    year("America/St_Johns", 2006),
    year("Pacific/Apia", 2011),
    year("Africa/Cairo", 2014),
    year("Africa/Freetown", 1939),
    year("Africa/Casablanca", 2087),
    year("Europe/Zurich", 2499),
    year("UTC", 1969),
]


@pytest.mark.parametrize("place", HARD_YEARS, ids=lambda place: place[0])
class TestHardYears:
    """Each array is longer than a piece, so that pieces are laid end to end as well."""

    def test_local_times_days_and_offsets(self, place):
        key, us = place
        here = zone(key)
        assert clock.local(here, us).tolist() == list(map(here.local, us.tolist()))
        assert clock.days(here, us).tolist() == list(map(here.day, us.tolist()))

    @pytest.mark.parametrize("every", EVERY)
    def test_periods(self, place, every):
        key, us = place
        told = periods(every, tz=key)
        assert clock.indexes(told, us).tolist() == told.indexes(us.tolist())

    @pytest.mark.parametrize("span", [months(1), months(11) + hours(1), days(1), hours(24), Span()], ids=str)
    def test_spans(self, place, span):
        key, us = place
        here = zone(key)
        assert clock.adder(here, span)(us).tolist() == list(map(here.adder(span), us.tolist()))

    def test_readings(self, place):
        key, wall = place
        both = [zone(key).readings(at) for at in wall.tolist()]
        assert clock.utc(zone(key), wall, "earlier")[0].tolist() == [early for early, _ in both]
        assert clock.utc(zone(key), wall, "later")[0].tolist() == [late for _, late in both]


@given(columns())
@example(("Europe/Zurich", column("2499-12-31T22:59:59.999999Z", "2500-01-01T00:00Z", "2500-06-01T00:00Z")))
@example(("Pacific/Kwajalein", column("1900-01-01T00:00Z", "9999-12-31T00:00Z", times=clock.FEW)))
@example(("UTC", np.array([-clock.FOREVER, clock.FOREVER - 1])))
@example(("Europe/Zurich", np.array([-clock.FOREVER, clock.FOREVER] * clock.FEW)))
@example(("Africa/Cairo", np.array([-clock.FOREVER, clock.FOREVER] * clock.FEW)))
@example(("Pacific/Apia", np.array([-clock.FOREVER, clock.FOREVER] * clock.FEW)))
def test_local_times_and_days_are_those_of_the_zone(place):
    key, us = place
    here = zone(key)
    assert clock.local(here, us).tolist() == [here.local(at) for at in us.tolist()]
    assert clock.days(here, us).tolist() == [here.day(at) for at in us.tolist()]


@given(columns(), st.sampled_from(EVERY), st.sampled_from(WEEKDAYS))
def test_indexes_are_those_of_the_periods(place, every, week_start):
    key, us = place
    told = periods(every, tz=key, week_start=week_start)
    assert clock.indexes(told, us).tolist() == [told.index(at) for at in us.tolist()]


@given(KEYS, st.lists(st.integers(-6000, 30_000) | st.integers(-(10**5), 10**5)), st.sampled_from(EVERY))
@example("Pacific/Apia", [dates.day_of(2011, 12, 30), 0], "day")
@example("Pacific/Kwajalein", [dates.day_of(1993, 8, 21)], "day")
@example("Pacific/Apia", [-(10**7)], "day")
@example("Africa/Cairo", list(range(dates.day_of(2600, 4, 1), dates.day_of(2600, 5, 3))), "day")
def test_starts_are_those_of_the_periods(key, numbers, every):
    told = periods(every, tz=key, week_start="sunday")
    assert clock.period_starts(told, np.array(numbers, np.int64)).tolist() == [told.start(n) for n in numbers]


@given(columns(), spans)
@example(("Pacific/Apia", column("2011-12-29T12:00Z")), days(1))
@example(("Europe/Zurich", column("2024-01-30T23:00Z", "2024-01-31T01:00Z", times=clock.FEW)), months(1))
@example(("Europe/Zurich", column("2024-10-27T00:30Z", "2024-10-27T01:30Z", times=clock.FEW)), Span())
@example(("Europe/Zurich", column("2499-12-31T22:30Z")), days(1))
@example(("Europe/Zurich", column("2499-10-01T00:00Z", times=clock.FEW)), months(6))
@example(("UTC", column("2024-01-31T23:30Z", "2023-01-31T23:30Z")), months(1) + hours(1))
def test_adding_a_span_to_a_column_is_adding_it_to_each(place, span):
    key, us = place
    add = zone(key).adder(span)
    assert clock.adder(zone(key), span)(us).tolist() == [add(at) for at in us.tolist()]


@given(columns())
@example(("Pacific/Apia", np.array([to_us(instant("2011-12-30T12:00Z"))])))
@example(("Pacific/Apia", np.array([to_us(instant("2011-12-30T00:00Z"))])))
@example(("Pacific/Apia", np.array([to_us(instant("2011-12-31T00:00Z"))])))
@example(("America/Juneau", np.array([to_us(instant("1867-10-18T12:00Z"))])))
def test_wall_clock_times_have_the_readings_of_the_zone(place):
    key, wall = place
    here = zone(key)
    assert clock.instants(here, wall).tolist() == [here.utc(at) for at in wall.tolist()]
    both = [here.readings(at) for at in wall.tolist()]
    shows = [here.local(early) == at for (early, _), at in zip(both, wall.tolist(), strict=True)]
    for ambiguous, chosen in (("raise", 0), ("earlier", 0), ("later", 1)):
        us, skipped, repeated = clock.utc(here, wall, ambiguous)
        assert us.tolist() == [pair[chosen] for pair in both]
        assert skipped.tolist() == [
            early != late and not shown for (early, late), shown in zip(both, shows, strict=True)
        ]
        assert repeated.tolist() == [early != late and shown for (early, late), shown in zip(both, shows, strict=True)]


@given(st.sampled_from(["UTC", "Europe/Zurich"]), st.integers(0, 10**12), spans | st.just(Span(months=1_700_000)))
def test_what_lies_beyond_all_years_is_forever(key, before, span):
    """A sentinel stays one: no deadline counted from it is earlier than another instant."""
    us = np.array([clock.FOREVER, clock.FOREVER - before, clock.FOREVER + before, 0], np.int64)
    moved = clock.adder(zone(key), span)(us).tolist()
    assert moved[0] == moved[2] == clock.FOREVER
    assert clock.FOREVER - before <= moved[1] <= clock.FOREVER
    assert moved[3] == min(zone(key).adder(span)(0), clock.FOREVER)


def test_columns_without_a_row_are_read():
    none = np.array([], np.int64)
    here = zone("Europe/Zurich")
    assert clock.local(here, none).tolist() == clock.utc(here, none)[0].tolist() == []
    assert clock.adder(here, months(1))(none).tolist() == clock.indexes(periods("month"), none).tolist() == []


@given(st.lists(st.integers(-(10**8), 10**8)), st.integers(0, 5000))
def test_dates_are_those_of_the_calendar(numbers, by):
    day = np.array(numbers, np.int64)
    parts = civil.date_of(day)
    assert list(zip(*(part.tolist() for part in parts), strict=True)) == list(map(dates.date_of, numbers))
    assert civil.day_of(*parts).tolist() == numbers
    assert civil.month_of(day).tolist() == list(map(dates.month_of, numbers))
    assert civil.month_start(day // 40).tolist() == [dates.month_start(n // 40) for n in numbers]
    assert civil.shift(day, by).tolist() == [dates.shift(n, by) for n in numbers]


@given(KEYS.flatmap(lambda key: st.tuples(st.just(key), around_changes(key, 1900, 2100))))
def test_masks_are_the_times_that_single_rows_refuse(place):
    key, wall = place
    _, skipped, repeated = clock.utc(zone(key), np.array([wall]))
    naive = from_us(wall).replace(tzinfo=None)
    try:
        instant(naive, tz=key)
        refused = ""
    except TimeError as error:
        refused = error.what
    assert bool(skipped[0]) == ("never happens" in refused)
    assert bool(repeated[0]) == ("happens twice" in refused)


def test_sorted_or_not_a_column_has_the_same_answers():
    us = np.random.default_rng(1).integers(0, 2 * 10**15, 3 * clock.PIECE)
    assert us.max() - us.min() > 40 * 365 * DAY
    month = periods("month", tz="America/New_York")
    assert (clock.indexes(month, np.sort(us)) == np.sort(clock.indexes(month, us))).all()
