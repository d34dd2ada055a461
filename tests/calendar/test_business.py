"""Business time is what stepping through the minutes finds, adds up, and costs the same for a day and for ten years."""

from __future__ import annotations

import pickle
import sys
import zoneinfo
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from custlife.calendar import BusinessHours, from_us, instant, to_us
from custlife.calendar.opening import week_of, week_text
from custlife.errors import DefinitionError, TimeError, UsageError, UsageTypeError
from tests.calendar.strategies import HOUR, around_changes

MINUTE = 60_000_000
ZERO = timedelta()
ZONES = ["UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns"]
OFFICE = BusinessHours("mon-fri 09:00-17:00", tz="Europe/Zurich", holidays=["2026-01-01", "2026-12-25"])
ALWAYS = "mon-sun 00:00-24:00"


@st.composite
def windows(draw):
    cuts = draw(st.lists(st.integers(0, 24 * 4), min_size=2, max_size=6, unique=True).map(sorted))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return tuple((15 * opens, 15 * closes) for opens, closes in pairs)


weeks = st.lists(st.just(()) | windows(), min_size=7, max_size=7).map(tuple).filter(any)
hours_texts = st.sampled_from([ALWAYS, "mon-fri 09:00-17:00", "sun 01:00-04:00; sat 22:00-24:00"]) | weeks.map(
    week_text
)


@st.composite
def desks(draw):
    """Business hours and three instants in order, within days of a change of the clock, on whole minutes."""
    key = draw(st.sampled_from(ZONES))
    start = draw(around_changes(key, 1985, 2030)) // MINUTE
    steps = [draw(st.integers(0, 2 * 24 * 60)) for _ in range(2)]
    at = [start * MINUTE, (start + steps[0]) * MINUTE, (start + sum(steps)) * MINUTE]
    near = from_us(start * MINUTE).date()
    holidays = draw(st.lists(st.integers(-2, 8).map(lambda n: near + timedelta(days=n)), max_size=2))
    return BusinessHours(draw(hours_texts), tz=key, holidays=holidays), *map(from_us, at)


def is_open(desk, at):
    wall = at.astimezone(zoneinfo.ZoneInfo(desk.tz))
    minute = wall.hour * 60 + wall.minute
    today = week_of(desk.hours)[wall.weekday()]
    return wall.date() not in desk.holidays and any(opens <= minute < closes for opens, closes in today)


def stepped(desk, start, end, step):
    return step * sum(is_open(desk, start + i * step) for i in range((end - start) // step))


@given(desks())
def test_business_time_is_what_stepping_through_the_minutes_finds(case):
    desk, start, end, _ = case
    assert desk.between(start, end) == stepped(desk, start, end, timedelta(minutes=1))


@given(desks(), st.integers(-1800, 1800), st.integers(0, 900), st.integers(0, 999_999), st.integers(0, 999_999))
def test_seconds_and_microseconds_count_in_full(case, shift, length, before, after):
    desk, at, _, _ = case
    second = timedelta(seconds=1)
    start, end = at + shift * second, at + (shift + length) * second
    whole = stepped(desk, start, end, second)
    head, tail = timedelta(microseconds=before), timedelta(microseconds=after)
    parts = is_open(desk, start - second) * head + is_open(desk, end) * tail
    assert desk.between(start - head, end + tail) == whole + parts


@given(desks())
def test_splitting_adds_up(case):
    desk, a, b, c = case
    assert desk.between(a, b) + desk.between(b, c) == desk.between(a, c)


@given(desks(), st.integers(0, 40 * 365 * 24 * HOUR))
def test_splitting_adds_up_over_years(case, far):
    desk, a, b, _ = case
    end = b + timedelta(microseconds=far)
    assert desk.between(a, b) + desk.between(b, end) == desk.between(a, end)


@given(desks())
def test_business_time_never_exceeds_real_time(case):
    desk, a, b, _ = case
    assert ZERO <= desk.between(a, b) <= b - a
    assert BusinessHours(ALWAYS, tz=desk.tz).between(a, b) == b - a


@given(desks(), st.timedeltas(ZERO, timedelta(days=30)))
@example((OFFICE, *[instant("2026-01-02T16:30Z")] * 3), timedelta(microseconds=1))
def test_adding_is_the_inverse_of_between_and_comes_as_early_as_it_can(case, length):
    desk, start, _, _ = case
    end = desk.add(start, length)
    assert desk.between(start, end) == length
    if length:
        tick = timedelta(microseconds=1)
        assert desk.between(start, end - tick) == length - tick
    else:
        assert end == start


@given(desks())
def test_adding_what_passed_leads_back_to_the_same_amount(case):
    desk, a, b, _ = case
    again = desk.add(a, desk.between(a, b))
    assert again <= b
    assert desk.between(again, b) == ZERO


@given(desks())
def test_open_is_what_the_wall_clock_shows(case):
    desk, *instants = case
    for at in instants:
        assert desk.is_open(at) == is_open(desk, at)


@given(desks())
def test_another_holiday_takes_its_open_time_and_no_other(case):
    desk, a, b, _ = case
    day = b.astimezone(zoneinfo.ZoneInfo(desk.tz)).date()
    assume(day not in desk.holidays)
    closed = BusinessHours(desk.hours, tz=desk.tz, holidays=[*desk.holidays, day])
    first, last = (max(a, min(b, instant(d, tz=desk.tz, ambiguous="later"))) for d in (day, day + timedelta(days=1)))
    if desk.tz != "America/St_Johns":  # its days once overlapped, see the tests of periods
        assert desk.between(a, b) - closed.between(a, b) == desk.between(first, last)


@given(weeks)
def test_the_text_of_a_week_reads_back(week):
    merged = week_of(week_text(week))
    assert week_of(week_text(merged)) == merged
    assert week_text(merged) == week_text(week_of(week_text(merged)))


@given(desks())
def test_business_hours_are_values(case):
    desk, a, b, _ = case
    desk.between(a, b)
    again = pickle.loads(pickle.dumps(desk))
    assert again == desk
    assert hash(again) == hash(desk)
    assert eval(repr(again), {"BusinessHours": BusinessHours, "datetime": __import__("datetime")}) == desk
    assert again.between(a, b) == desk.between(a, b)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        desk.tz = "UTC"


def steps_of(call):
    """Python lines run by a call."""
    count = 0

    def trace(frame, event, arg):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def test_ten_years_cost_what_ninety_days_cost():
    holidays = [date(year, 12, day) for year in range(2016, 2030) for day in (24, 25, 26)]
    desk = BusinessHours("mon-fri 09:00-17:00", tz="Europe/Zurich", holidays=holidays)
    start = instant("2016-03-01T12:00Z")
    desk.between(start, start)
    cost = [steps_of(lambda d=d: desk.between(start, start + timedelta(days=d))) for d in (1, 90, 3650)]
    assert cost[0] == cost[1] == cost[2]


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [
        ("2026-01-02T09:00+01:00", "2026-01-02T17:00+01:00", timedelta(hours=8)),
        ("2026-01-02T16:00+01:00", "2026-01-05T10:00+01:00", timedelta(hours=2)),
        ("2026-01-03T00:00+01:00", "2026-01-05T00:00+01:00", ZERO),
        ("2025-12-31T16:30+01:00", "2026-01-02T09:10+01:00", timedelta(minutes=40)),
        ("2026-03-27T16:00+01:00", "2026-03-30T10:00+02:00", timedelta(hours=2)),
    ],
)
def test_an_office_works_from_nine_to_five(start, end, length):
    assert OFFICE.between(start, end) == length
    assert OFFICE.add(start, length) <= instant(end)


def test_a_year_of_office_hours_is_counted_by_its_workdays():
    """2026 has 261 weekdays; two holidays of the office fall on a Thursday and a Friday."""
    assert OFFICE.between("2026-01-01T00:00+01:00", "2027-01-01T00:00+01:00") == timedelta(hours=8 * 259)


def test_a_desk_that_never_closes_has_days_of_23_and_25_hours():
    desk = BusinessHours(ALWAYS, tz="Europe/Zurich")
    assert desk.between("2024-03-31T00:00+01:00", "2024-04-01T00:00+02:00") == timedelta(hours=23)
    assert desk.between("2024-10-27T00:00+02:00", "2024-10-28T00:00+01:00") == timedelta(hours=25)


def test_adding_until_closing_time_ends_at_closing_time():
    assert OFFICE.add("2026-01-02T16:00+01:00", timedelta(hours=1)) == instant("2026-01-02T17:00+01:00")
    assert OFFICE.add("2026-01-03T12:00+01:00", ZERO) == instant("2026-01-03T12:00+01:00")


def test_hours_are_kept_in_their_shortest_form():
    mapping = {"mon-thu": "9:00-17:30", "friday": "09:00-12:00, 12:00-17:30", "sun": "closed"}
    assert BusinessHours(mapping, tz="UTC").hours == "mon-fri 09:00-17:30"
    assert BusinessHours("fri-mon 10:00-11:00", tz="UTC").hours == "mon 10:00-11:00; fri-sun 10:00-11:00"
    assert BusinessHours("mon, wed 10:00-11:00", tz="UTC").hours == "mon 10:00-11:00; wed 10:00-11:00"
    assert BusinessHours(mapping, tz="UTC") == BusinessHours("mon-fri 09:00-17:30", tz=UTC, holidays=())


def test_holidays_are_sorted_and_kept_once():
    desk = BusinessHours(ALWAYS, tz="UTC", holidays=["2026-12-25", date(2026, 1, 1), "2026-01-01"])
    assert desk.holidays == (date(2026, 1, 1), date(2026, 12, 25))


FORM = "write days and then hours, such as 'mon-fri 09:00-17:00; sat 10:00-14:00'"


@pytest.mark.parametrize(
    ("hours", "what", "hint"),
    [
        ("", "hours='' never open", FORM),
        ("mon-sun closed", "hours='mon-sun closed' never open", FORM),
        ("09:00-17:00", "cannot read '09:00-17:00' in hours='09:00-17:00'", FORM),
        ("mon-fri", "cannot read 'mon-fri' in hours='mon-fri'", FORM),
        ("mon closed 09:00-10:00", "cannot read 'mon closed 09:00-10:00' in hours='mon closed 09:00-10:00'", FORM),
        (
            "mon-fry 09:00-17:00",
            "unknown day 'mon-fry' in hours='mon-fry 09:00-17:00'",
            "days are mon, tue, wed, thu, fri, sat, sun, or mon-fri",
        ),
        ("mon 9-17", "cannot read '9-17' in hours='mon 9-17'", "write a window like '09:00-17:30'"),
        (
            "mon 24:00-24:00",
            "cannot read '24:00-24:00' in hours='mon 24:00-24:00'",
            "write a window like '09:00-17:30'",
        ),
        (
            "mon 09:00-24:30",
            "cannot read '09:00-24:30' in hours='mon 09:00-24:30'",
            "write a window like '09:00-17:30'",
        ),
        (
            "mon 09:60-10:00",
            "cannot read '09:60-10:00' in hours='mon 09:60-10:00'",
            "write a window like '09:00-17:30'",
        ),
        (
            "mon 22:00-06:00",
            "window '22:00-06:00' in hours='mon 22:00-06:00' ends before it starts",
            "a window ends on its day: for a night write '22:00-24:00' and, on the next day, '00:00-06:00'",
        ),
        (
            "mon 09:00-12:00 11:00-13:00",
            "hours='mon 09:00-12:00 11:00-13:00' overlap at 11:00",
            "give each window of a day once",
        ),
        (
            "mon 09:00-12:00; mon-fri 13:00-14:00",
            "hours='mon 09:00-12:00; mon-fri 13:00-14:00' names 'mon' twice",
            "put all hours of a day together",
        ),
    ],
)
def test_hours_that_cannot_be_are_refused(hours, what, hint):
    with pytest.raises(DefinitionError) as error:
        BusinessHours(hours, tz="UTC")
    assert (error.value.what, error.value.hint) == (what, hint)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: BusinessHours(9, tz="UTC"), UsageTypeError, f"expected opening hours, got hours=9\n\nHint: {FORM}"),
        (
            lambda: BusinessHours(ALWAYS, tz="UTC", holidays="2026-01-01"),
            UsageTypeError,
            "expected several dates, got holidays='2026-01-01'\n\nHint: write holidays=['2026-01-01']",
        ),
        (
            lambda: BusinessHours(ALWAYS, tz="UTC", holidays=["25.12.2026"]),
            UsageError,
            "holidays hold '25.12.2026', which is no date\n\nHint: write dates like '2026-12-25'",
        ),
        (
            lambda: BusinessHours(ALWAYS, tz="UTC", holidays=[datetime(2026, 1, 1, tzinfo=UTC)]),
            UsageTypeError,
            (
                "holidays hold datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), which is no date\n\n"
                "Hint: pass datetime.date(2026, 12, 25)"
            ),
        ),
        (
            lambda: OFFICE.between("2026-01-02T00:00Z", "2026-01-01T00:00Z"),
            UsageError,
            "end='2026-01-01T00:00Z' lies before start='2026-01-02T00:00Z'\n\nHint: swap them",
        ),
        (
            lambda: OFFICE.between("2026-01-02T00:00", "2026-01-01T00:00Z"),
            TimeError,
            (
                "expected a time with its zone, got start='2026-01-02T00:00'\n\nHint: if it is UTC, write "
                "'2026-01-02T00:00Z'; a call that takes tz= reads it with tz='UTC' or such as tz='Europe/Zurich'"
            ),
        ),
        (
            lambda: OFFICE.add("2026-01-02T00:00Z", timedelta(hours=-1)),
            UsageError,
            "business time is not negative, got length=datetime.timedelta(days=-1, seconds=82800)\n\nHint: drop the sign",
        ),
        (
            lambda: OFFICE.add("2026-01-02T00:00Z", 8),
            UsageTypeError,
            "expected a timedelta, got length=8\n\nHint: pass datetime.timedelta(hours=8)",
        ),
        (
            lambda: OFFICE.between("2026-01-02T00:00Z", "9999-12-31T00:00Z"),
            TimeError,
            "business hours in Europe/Zurich are known until the year 2500\n\nHint: use an earlier time",
        ),
    ],
)
def test_wrong_calls_name_the_value_and_what_to_type(call, kind, text):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == text


@pytest.mark.parametrize("tz", ["UTC", "Europe/Zurich"])
@pytest.mark.parametrize("length", [timedelta(days=365 * 2900), timedelta.max, timedelta(days=365 * 3000)])
def test_adding_too_much_is_refused(tz, length):
    with pytest.raises(TimeError, match="is too far to tell"):
        BusinessHours("mon 09:00-10:00", tz=tz).add("2026-01-01T00:00Z", length)


def test_a_zone_without_changes_has_no_last_year():
    desk = BusinessHours("mon 00:00-24:00", tz="UTC")
    mondays = (date(9999, 12, 31) - date(2026, 1, 5)).days // 7 + 1
    assert desk.between("2026-01-05T00:00Z", "9999-12-31T00:00Z") == timedelta(days=mondays)
    assert to_us(desk.add("9999-12-20T00:00Z", timedelta(hours=1))) == to_us(instant("9999-12-20T01:00Z"))
