"""Periods tile the line, nest, and agree with local dates told by zoneinfo."""

from __future__ import annotations

import pickle
from datetime import date, timedelta

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.calendar import EVERY, WEEKDAYS, instant, periods, to_us, zone
from custlife.errors import UsageError
from tests.calendar import oracles
from tests.calendar.strategies import DAY, ZONES, places

every = st.sampled_from(EVERY)
week_starts = st.sampled_from(WEEKDAYS)
EPOCH = date(1970, 1, 1)


def us(text, tz=None):
    return to_us(instant(text, tz=tz))


def first_of(name, day, week_start):
    """The first day of the period of a day, by datetime alone."""
    if name == "day":
        return day
    if name == "week":
        return day - timedelta(days=(day.weekday() - WEEKDAYS.index(week_start)) % 7)
    if name == "year":
        return day.replace(month=1, day=1)
    return day.replace(month=(day.month - 1) // 3 * 3 + 1 if name == "quarter" else day.month, day=1)


@given(places(), every, week_starts)
def test_an_instant_lies_in_its_period_and_in_no_other(place, name, week_start):
    key, at = place
    some = periods(name, tz=key, week_start=week_start)
    i = some.index(at)
    assert some.start(i) <= at < some.end(i) == some.start(i + 1)


@given(places(), every, week_starts)
def test_a_period_starts_on_its_first_local_day(place, name, week_start):
    key, at = place
    some = periods(name, tz=key, week_start=week_start)
    day = EPOCH + timedelta(days=zone(key).day(at))
    first = first_of(name, day, week_start)
    assert some.first_day(some.index(at)) == (first - EPOCH).days
    shown = oracles.wall(some.start(some.index(at)), key).date()
    assert shown == first or zone(key).day_start((first - EPOCH).days) == zone(key).day_start((shown - EPOCH).days)


@given(places(), every, week_starts)
@example(("America/St_Johns", us("2010-11-07T02:31Z")), "day", "monday")
@example(("Europe/Zurich", us("2499-12-31T23:30Z")), "year", "monday")
def test_the_indexer_is_the_period_of_the_local_date(place, name, week_start):
    """But for the hour before a midnight that was repeated, the local date decides."""
    key, at = place
    some = periods(name, tz=key, week_start=week_start)
    i = some.indexer()(at)
    assert i == some.index(at)
    day = oracles.wall(at, key).date()
    first = (first_of(name, day, week_start) - EPOCH).days
    if zone(key).day_start((day - EPOCH).days + 1) > at:
        assert some.first_day(i) == first


@given(st.lists(places(), min_size=1), every, week_starts)
def test_many_instants_at_once_lie_in_the_periods_of_each(many, name, week_start):
    calendar = periods(name, tz=many[0][0], week_start=week_start)
    instants = [us for _, us in many]
    assert calendar.indexes(instants) == [calendar.index(us) for us in instants]


@pytest.mark.parametrize("key", ["UTC", "Etc/GMT+5", "Etc/GMT-14"])
@given(st.lists(st.integers(-DAY * 9, DAY * 40)), every)
def test_many_instants_of_a_zone_without_changes(key, instants, name):
    calendar = periods(name, tz=key)
    assert calendar.indexes(instants) == [calendar.index(us) for us in instants]


@given(st.sampled_from(ZONES), every, week_starts, st.integers(-20_000, 200_000))
def test_periods_are_consecutive_and_find_themselves(key, name, week_start, i):
    some = periods(name, tz=key, week_start=week_start)
    assert some.first_day(i) < some.first_day(i + 1)
    assert some.start(i) <= some.end(i)
    if some.start(i) < some.end(i):
        assert some.index(some.start(i)) == i == some.index(some.end(i) - 1)


@given(places(), st.integers(0, 400 * DAY), every)
def test_later_is_never_in_an_earlier_period(place, by, name):
    key, at = place
    some = periods(name, tz=key)
    assert some.index(at) <= some.index(at + by)


@given(places())
def test_days_nest_in_months_in_quarters_in_years(place):
    key, at = place
    day, month, quarter, year = (periods(name, tz=key) for name in ("day", "month", "quarter", "year"))
    start = day.start(day.index(at))
    assert month.index(start) == month.index(at)
    assert quarter.index(at) == month.index(at) // 3
    assert year.index(at) == quarter.index(at) // 4


@given(places(first=1000), week_starts)
def test_labels_say_the_local_date(place, week_start):
    key, at = place
    day = EPOCH + timedelta(days=zone(key).day(at))

    def label(name, **options):
        some = periods(name, tz=key, **options)
        return some.label(some.index(at))

    year, week, _ = day.isocalendar()
    assert label("day") == day.isoformat()
    assert label("week") == f"{year:04d}-W{week:02d}"
    assert label("month") == f"{day:%Y-%m}"[-7:] == day.isoformat()[:7]
    assert label("quarter") == f"{day.year:04d}-Q{(day.month + 2) // 3}"
    assert label("year") == f"{day.year:04d}"
    if week_start != "monday":
        assert label("week", week_start=week_start) == first_of("week", day, week_start).isoformat()


@given(places(first=1970, last=2400))
def test_an_alias_of_a_zone_gives_the_same_periods(place):
    _, at = place
    for name in EVERY:
        assert periods(name, tz="Europe/Zurich").index(at) == periods(name, tz="Europe/Busingen").index(at)


@given(places(), every, week_starts)
def test_periods_are_values(place, name, week_start):
    some = periods(name, tz=place[0], week_start=week_start)
    again = pickle.loads(pickle.dumps(some))
    assert again == some
    assert hash(again) == hash(some)
    assert again.index(place[1]) == some.index(place[1])
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        some.every = "day"


@given(every, week_starts)
def test_period_0_holds_the_first_day_of_1970(name, week_start):
    assert periods(name, week_start=week_start).index(0) == 0


def test_an_event_before_midnight_in_the_east_is_in_the_month_that_began_there():
    assert periods("month", tz="Asia/Tokyo").label(
        periods("month", tz="Asia/Tokyo").index(us("2026-01-31T15:00Z"))
    ) == ("2026-02")


def test_a_skipped_day_is_an_empty_period():
    day = periods("day", tz="Pacific/Apia")
    before = day.index(us("2011-12-29T23:00", "Pacific/Apia"))
    assert day.label(before + 1) == "2011-12-30"
    assert day.start(before + 1) == day.end(before + 1)
    assert day.index(us("2011-12-31T00:00", "Pacific/Apia")) == before + 2


def test_a_midnight_that_was_repeated_starts_one_day_only():
    """On 2010-11-07 clocks in Newfoundland went back from 00:01 to 23:01."""
    day = periods("day", tz="America/St_Johns")
    after_midnight, before_it_again = us("2010-11-07T02:30:30Z"), us("2010-11-07T02:31:30Z")
    assert oracles.wall(before_it_again, "America/St_Johns").day == 6
    assert day.label(day.index(after_midnight)) == day.label(day.index(before_it_again)) == "2010-11-07"


def test_sunday_weeks_start_on_sunday():
    week = periods("week", week_start="sunday")
    assert week.label(week.index(us("2026-01-31T23:59:59.999999Z"))) == "2026-01-25"
    assert week.label(week.index(us("2026-02-01T00:00Z"))) == "2026-02-01"


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda: periods("days"),
            "unknown period every='days'\n\nHint: pass one of 'day', 'week', 'month', 'quarter', 'year'",
        ),
        (
            lambda: periods("week", week_start="mon"),
            (
                "unknown week_start='mon'\n\nHint: pass one of 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', "
                "'saturday', 'sunday'"
            ),
        ),
        (
            lambda: periods("day", tz="Europe/Zürich"),
            "there is no time zone tz='Europe/Zürich'\n\nHint: did you mean 'Europe/Zurich'?",
        ),
    ],
)
def test_unknown_words_are_refused_with_the_known_ones(make, text):
    with pytest.raises(UsageError) as error:
        make()
    assert str(error.value) == text
