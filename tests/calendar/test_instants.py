"""Times are read exactly or refused with their value; microseconds go there and back."""

from __future__ import annotations

import os
import time
import zoneinfo
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.calendar import from_us, instant, parse_us, to_us, zone
from custlife.errors import CustlifeError, TimeError, UsageError, UsageTypeError
from tests.calendar import oracles
from tests.calendar.strategies import HOUR, ZONES, around_changes, utc_datetimes, zone_keys

FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
naive = st.datetimes()
local_places = st.sampled_from(ZONES).flatmap(lambda key: st.tuples(st.just(key), around_changes(key)))


def wall(local):
    return oracles.WALL_EPOCH + timedelta(microseconds=local)


@given(utc_datetimes(1, 9999))
@example(FIRST)
@example(LAST)
def test_microseconds_go_there_and_back_exactly(at):
    assert from_us(to_us(at)) == at
    assert to_us(at) == (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@given(utc_datetimes(2, 9998), st.integers(-23 * 60, 23 * 60), zone_keys)
def test_an_aware_time_is_one_instant_however_it_is_written(at, minutes, key):
    offset = timezone(timedelta(minutes=minutes))
    forms = [at, at.astimezone(offset), at.astimezone(zoneinfo.ZoneInfo(key)), at.isoformat(), at.isoformat(" ")]
    forms += [at.astimezone(offset).isoformat(), at.isoformat().replace("+00:00", "Z")]
    for form in forms:
        read = instant(form, tz="Asia/Tokyo")
        assert read == at
        assert type(read) is datetime
        assert read.tzinfo is UTC


@given(utc_datetimes(2, 9998), st.sampled_from(["Z", "+00:00", "+05:45", ""]))
def test_text_is_parsed_to_the_same_microseconds(at, suffix):
    text = at.replace(tzinfo=None).isoformat() + suffix
    assert parse_us(text, tz="Asia/Kathmandu") == to_us(instant(text, tz="Asia/Kathmandu"))


@given(naive)
def test_a_naive_time_is_refused(at):
    for form in (at, at.isoformat(), at.date(), at.date().isoformat()):
        with pytest.raises(TimeError, match="expected a time with its zone"):
            instant(form)
    with pytest.raises(TimeError, match="expected a time with its zone"):
        to_us(at)


@given(local_places)
def test_a_local_time_is_read_by_its_zone_or_refused_if_it_is_none_or_two(place):
    key, local = place
    both = sorted(oracles.utc(local, key, fold) for fold in (0, 1))
    for form in (wall(local), wall(local).isoformat()):
        assert to_us(instant(form, tz=key, ambiguous="earlier")) == both[0]
        assert to_us(instant(form, tz=key, ambiguous="later")) == both[1]
        if both[0] == both[1]:
            assert to_us(instant(form, tz=key)) == both[0]
        else:
            with pytest.raises(TimeError, match="happens"):
                instant(form, tz=key)


@given(local_places)
def test_a_date_is_the_first_instant_of_its_local_day(place):
    key, local = place
    day = wall(local).date()
    for form in (day, day.isoformat()):
        start = instant(form, tz=key, ambiguous="earlier")
        assert oracles.wall(to_us(start), key).date() >= day
        assert oracles.wall(to_us(start) - 1, key).date() < day


@given(
    st.text(max_size=30) | st.from_regex(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}.?[0-9:]{0,8}[Z+-]?[0-9:]{0,5}", fullmatch=True)
)
@example("20200728121240")  # read as 21:24 by dateutil 2.9
@example("1")
@example("2147483648")
def test_any_text_is_an_instant_or_an_error_that_shows_it(text):
    try:
        outcome = instant(text, tz="UTC")
    except TimeError as error:
        outcome = error
    assert isinstance(outcome, datetime) or f"at={text!r}" in str(outcome)


@given(utc_datetimes(1700, 2300), st.sampled_from(["Asia/Tokyo", "America/St_Johns", "Pacific/Kiritimati"]))
def test_the_zone_of_the_machine_is_never_asked(at, machine):
    def read():
        text = at.replace(tzinfo=None).isoformat()
        return instant(text, tz="Asia/Kathmandu"), to_us(at), from_us(0), zone("Europe/Zurich").offset(to_us(at))

    before, expected = os.environ.get("TZ"), read()
    try:
        os.environ["TZ"] = machine
        time.tzset()
        assert read() == expected
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


def message(value, error=TimeError, **options):
    with pytest.raises(error) as caught:
        instant(value, **options)
    return str(caught.value)


def test_a_naive_datetime_is_told_how_to_get_a_zone():
    assert message(datetime(2024, 1, 1)) == (  # noqa: DTZ001
        "expected a time with its zone, got at=datetime.datetime(2024, 1, 1, 0, 0)\n\n"
        "Hint: if it is UTC, write at.replace(tzinfo=UTC); a call that takes tz= reads it with tz='UTC' or such as tz='Europe/Zurich'"
    )
    assert message("2024-01-01T09:00", name="as_of", where="row 17") == (
        "expected a time with its zone, got as_of='2024-01-01T09:00' @ row 17\n\n"
        "Hint: if it is UTC, write '2024-01-01T09:00Z'; a call that takes tz= reads it with tz='UTC' or such as tz='Europe/Zurich'"
    )
    assert message(date(2024, 1, 1)) == (
        "expected a time with its zone, got at=datetime.date(2024, 1, 1)\n\n"
        "Hint: if it is UTC, write '2024-01-01T00:00Z'; a call that takes tz= reads it with tz='UTC' or such as tz='Europe/Zurich'"
    )


def test_a_repeated_time_is_shown_with_both_readings():
    assert message("2024-10-27T02:30", tz="Europe/Zurich", name="closed_at", where="row 17") == (
        "closed_at='2024-10-27T02:30' happens twice in Europe/Zurich @ row 17\n\n"
        'Hint: pass ambiguous="earlier" for 2024-10-27 00:30:00+00:00, '
        'ambiguous="later" for 2024-10-27 01:30:00+00:00'
    )


def test_a_skipped_time_is_shown_with_both_readings():
    assert message(datetime(2024, 3, 31, 2, 30), tz="Europe/Zurich") == (  # noqa: DTZ001
        "at=datetime.datetime(2024, 3, 31, 2, 30) never happens: clocks skip it in Europe/Zurich\n\n"
        'Hint: pass ambiguous="earlier" for 2024-03-31 00:30:00+00:00, '
        'ambiguous="later" for 2024-03-31 01:30:00+00:00'
    )


def test_a_skipped_day_is_refused():
    assert message("2011-12-30", tz="Pacific/Apia") == (
        "at='2011-12-30' never happens in Pacific/Apia\n\n"
        "Hint: clocks skipped that day; the day after starts at 2011-12-30 10:00:00+00:00"
    )
    assert instant("2011-12-30", tz="Pacific/Apia", ambiguous="later") == instant("2011-12-31", tz="Pacific/Apia")


def test_a_day_whose_midnight_is_skipped_starts_later():
    assert instant("2018-11-04", tz="America/Sao_Paulo") == instant("2018-11-04T01:00-02:00")
    assert instant("1919-03-31", tz="America/Toronto") == instant("1919-03-31T00:30-04:00")


def test_a_day_whose_midnight_is_repeated_starts_with_the_first():
    assert instant("2024-11-03", tz="America/Havana") == instant("2024-11-03T00:00-04:00")


@pytest.mark.parametrize(
    "text", ["03/04/2024", "2024-13-01", "2024-01-01x10:00Z", " 2024-01-01", "2024-1-1", "now", ""]
)
def test_text_that_is_not_iso_8601_is_refused(text):
    assert message(text, tz="UTC", name="created", where="row 3") == (
        f"created={text!r} is not an ISO 8601 time @ row 3\n\n"
        "Hint: write ISO 8601, such as '2024-01-31T09:00Z' or '2024-01-31T09:00+01:00'"
    )
    with pytest.raises(TimeError, match="is not an ISO 8601 time"):
        parse_us(text, tz="UTC")


@pytest.mark.parametrize("text", ["2024-01-31", "20240131", "2024-W05-3"])
def test_dates_are_read_in_every_form_of_iso_8601(text):
    assert instant(text, tz="UTC") == datetime(2024, 1, 31, tzinfo=UTC)


def test_finer_than_a_microsecond_is_cut_off():
    assert instant("2024-01-01T00:00:00.1234567Z") == datetime(2024, 1, 1, 0, 0, 0, 123456, tzinfo=UTC)


class NaT(datetime):
    """Like pandas.NaT: a datetime by type, equal to nothing."""

    def __ne__(self, other):
        return True

    def __eq__(self, other):
        return False

    __hash__ = None

    def __repr__(self):
        return "NaT"


class NAType:
    """Like pandas.NA: comparing it has no truth value."""

    def __ne__(self, other):
        return self

    def __bool__(self):
        raise TypeError("boolean value of NA is ambiguous")

    def __repr__(self):
        return "<NA>"


@pytest.mark.parametrize("missing", [None, float("nan"), NaT(2024, 1, 1), NAType()])
def test_a_missing_time_is_refused_as_missing(missing):
    assert message(missing, tz="UTC") == (
        f"expected a time, got at={missing!r}\n\nHint: give the time it happened, or leave it out"
    )


def test_a_number_is_no_time():
    assert message(1704067200, UsageTypeError, tz="UTC") == (
        "expected a datetime, a date or ISO 8601 text, got at=1704067200\n\n"
        "Hint: if it counts seconds since 1970, write datetime.fromtimestamp(at, tz=UTC)"
    )
    assert message(b"2024", UsageTypeError, where="row 2") == (
        "expected a datetime, a date or ISO 8601 text, got at=b'2024' @ row 2\n\n"
        "Hint: pass an aware datetime, or text such as '2024-01-31T09:00Z'"
    )


class Timestamp(datetime):
    """Like pandas.Timestamp: a datetime that carries more."""


class Day(date):
    pass


def test_subclasses_become_plain_datetimes():
    for stamp in (Timestamp(2024, 1, 1, tzinfo=UTC), Timestamp(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))):
        read = instant(stamp)
        assert (type(read), read) == (datetime, datetime(2024, 1, 1, tzinfo=UTC))
    fold = Timestamp(2024, 10, 27, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo("Europe/Zurich"))
    assert instant(fold) == datetime(2024, 10, 27, 1, 30, tzinfo=UTC)
    assert instant(Day(2024, 1, 1), tz="UTC") == datetime(2024, 1, 1, tzinfo=UTC)


def test_an_aware_datetime_in_utc_is_returned_as_it_is():
    at = datetime(2024, 1, 1, tzinfo=UTC)
    assert instant(at) is at


@pytest.mark.parametrize(
    ("value", "tz"),
    [
        ("0001-01-01T00:00+14:00", None),
        (LAST.replace(tzinfo=timezone(timedelta(hours=-1))), None),
        ("0001-01-01T00:00", "Asia/Tokyo"),
        ("9999-12-31T23:00", "America/New_York"),
        ("0001-01-01", "Asia/Tokyo"),
    ],
)
def test_times_outside_the_years_of_datetime_are_refused(value, tz):
    assert message(value, tz=tz) == (
        f"at={value!r} lies outside the years 1 to 9999 in UTC\n\nHint: leave out times without meaning"
    )


def test_microseconds_outside_the_years_of_datetime_are_refused():
    for us in (to_us(LAST) + 1, to_us(FIRST) - 1, 10**30):
        with pytest.raises(TimeError) as error:
            from_us(us)
        assert str(error.value) == f"us={us} lies outside the years 1 to 9999"


def test_an_unknown_way_to_read_ambiguous_times_is_refused():
    assert message("2024-01-01T09:00", UsageError, tz="UTC", ambiguous="first") == (
        "unknown ambiguous='first'\n\nHint: pass 'raise', 'earlier' or 'later'"
    )


def test_the_hour_that_lord_howe_repeats_is_half_an_hour():
    early, late = (instant("2024-04-07T01:45", tz="Australia/Lord_Howe", ambiguous=a) for a in ("earlier", "later"))
    assert (late - early) == timedelta(microseconds=HOUR // 2)


def test_every_refusal_is_ours():
    for wrong in (None, 3, "x", datetime(2024, 1, 1), [], object()):  # noqa: DTZ001
        with pytest.raises(CustlifeError):
            instant(wrong)
