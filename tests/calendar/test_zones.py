"""Wall clocks and spans on them agree with zoneinfo and relativedelta, at any instant of any zone."""

from __future__ import annotations

import pickle
import zoneinfo
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.calendar import Span, days, from_us, hours, instant, months, to_us, zone
from custlife.calendar.offsets import FAR, FAR_STEP, NEAR_STEP, START
from custlife.errors import UsageError, UsageTypeError
from tests.calendar import oracles
from tests.calendar.strategies import DAY, HOUR, ZONES, around_changes, places, spans, zone_keys

APIA = to_us(instant("2011-12-29T12:00", tz="Pacific/Apia"))
ZURICH_FOLD = to_us(datetime(2024, 10, 27, 1, 30, tzinfo=UTC))


def us(text):
    return to_us(instant(text))


@given(places())
@example(("Africa/Casablanca", us("2087-05-11T02:00Z")))
@example(("Europe/Zurich", us("2500-07-01T00:00Z")))
@example(("Europe/Zurich", us("2499-12-31T23:30Z")))
def test_offsets_are_those_of_zoneinfo(place):
    key, at = place
    assert zone(key).offset(at) == oracles.offset(at, key)
    assert zone(key).local(at) == at + oracles.offset(at, key)


@given(places())
@example(("Europe/Zurich", us("2500-01-01T00:30Z")))
def test_wall_clock_times_are_read_as_by_zoneinfo(place):
    key, local = place
    assert zone(key).utc(local) == oracles.utc(local, key)
    both = sorted(oracles.utc(local, key, fold) for fold in (0, 1))
    assert list(zone(key).readings(local)) == both


@given(places(), spans)
@example(("Pacific/Apia", APIA), days(1))
@example(("Europe/Zurich", us("2024-01-31T01:30Z")), months(2))
@example(("Europe/Zurich", us("2499-10-01T00:00Z")), months(6))
@example(("Europe/Zurich", us("2499-12-31T22:30Z")), days(1))
def test_adding_a_span_is_a_step_on_the_wall_clock_and_then_real_time(place, span):
    key, at = place
    assert zone(key).add(at, span) == oracles.add(at, span, key)


@given(places(), spans)
@example(("UTC", us("2024-01-31T23:30Z")), months(1))
@example(("UTC", us("2024-01-31T23:30Z")), months(1) + hours(1))
@example(("Etc/GMT+12", us("2024-02-01T03:00Z")), months(1))
@example(("Etc/GMT+12", us("2024-02-01T03:00Z")), days(1))
def test_the_adder_is_add(place, span):
    key, at = place
    assert zone(key).adder(span)(at) == zone(key).add(at, span)


@given(zone_keys, st.integers(10**15, 10**19), spans)
def test_the_adder_is_add_far_beyond_the_calendar_of_datetime(key, at, span):
    """A deadline counted from 9999-12-31 lies beyond every datetime and is still a number to compare with."""
    assert zone(key).adder(span)(at) == zone(key).add(at, span) >= at


@given(places())
def test_an_empty_span_changes_nothing_even_in_a_repeated_hour(place):
    key, at = place
    assert zone(key).add(at, Span()) == at == zone(key).adder(Span())(at)


@given(places(), spans, spans)
def test_more_of_every_unit_is_never_earlier(place, span, more):
    key, at = place
    add = zone(key).add
    calendar = Span(span.months, span.days)
    assert at <= add(at, calendar) <= add(at, calendar + Span(more.months, more.days) + Span(us=more.us))


@given(places(), st.integers(0, 3000), st.integers(0, 10**9))
def test_the_exact_part_of_a_span_is_real_time(place, number, exact):
    key, at = place
    add = zone(key).add
    assert add(at, months(number) + Span(us=exact)) - add(at, months(number)) == exact


@given(st.sampled_from(ZONES).flatmap(lambda key: st.tuples(st.just(key), around_changes(key))))
def test_both_readings_of_a_time_show_it_or_the_time_was_skipped(place):
    key, local = place
    early, late = zone(key).readings(local)
    assert early <= late
    shown = {zone(key).local(early), zone(key).local(late)}
    assert shown == {local} or (local not in shown and min(shown) < local < max(shown))


@given(places(first=1800, last=2499), st.integers(-3, 3))
def test_a_day_starts_at_its_first_instant(place, by):
    key, at = place
    day = zone(key).local(at) // DAY + by
    start = zone(key).day_start(day)
    assert zone(key).local(start) >= day * DAY
    earlier = [start - back for back in (1, 1_000_000, HOUR // 2, HOUR, 2 * HOUR)]
    assert all(zone(key).local(before) < day * DAY for before in earlier)


@given(places(), st.integers(-2, 2))
def test_the_day_of_an_instant_is_the_one_that_started_last(place, by):
    key, at = place
    day = zone(key).day(at)
    assert zone(key).day_start(day) <= at < zone(key).day_start(day + 1)
    assert abs(day - zone(key).local(at) // DAY) <= 1
    assert zone(key).day(at + abs(by)) >= day


@pytest.mark.parametrize(
    "key", ["Africa/Freetown", "Africa/Casablanca", "America/St_Johns", "Pacific/Apia", "Asia/Gaza"]
)
def test_the_table_holds_every_change_of_the_tzif_file(key):
    listed = oracles.changes(key)
    table = zone(key).offsets
    ours = [
        (at // 10**6, a // 10**6, b // 10**6)
        for at, a, b in zip(table.starts, table.offsets, table.offsets[1:], strict=False)
    ]
    assert ours[: len(listed)] == listed


def test_no_zone_changes_its_offset_twice_within_a_probing_step():
    for key in sorted(zoneinfo.available_timezones() - {"localtime"}):
        seconds = [second for second, _, _ in oracles.changes(key)]
        assert all(START < second < FAR for second in seconds), key
        # a probe sees wall-clock time, which moves against UTC by a day at most, and only where a date was skipped
        assert all(b - a > NEAR_STEP + 4 * 3600 for a, b in pairwise(seconds)), key
    for key in ZONES:
        starts = [at // 10**6 for at in zone(key).offsets.starts if at // 10**6 > FAR]
        assert all(b - a > FAR_STEP + 4 * 3600 for a, b in pairwise(starts)), key


def test_a_day_over_the_change_is_no_24_hours():
    anchor = to_us(instant("2024-03-30T12:00", tz="Europe/Zurich"))
    zurich = zone("Europe/Zurich")
    assert zurich.add(anchor, days(1)) - anchor == 23 * HOUR
    assert zurich.add(anchor, hours(24)) - anchor == 24 * HOUR


def test_a_skipped_time_is_shifted_forward_and_of_a_repeated_one_the_earlier_is_taken():
    zurich = zone("Europe/Zurich")
    assert from_us(zurich.add(us("2024-03-30T01:30Z"), days(1))) == instant("2024-03-31T01:30Z")
    assert from_us(zurich.add(us("2024-10-26T00:30Z"), days(1))) == instant("2024-10-27T00:30Z")
    assert zurich.add(ZURICH_FOLD, Span()) == ZURICH_FOLD


def test_a_day_that_never_happened_is_passed_over():
    apia = zone("Pacific/Apia")
    assert apia.add(APIA, days(1)) == apia.add(APIA, days(2)) == APIA + 24 * HOUR


def test_summer_time_of_half_an_hour_is_half_an_hour():
    lord_howe = zone("Australia/Lord_Howe")
    anchor = to_us(instant("2024-10-05T12:00", tz="Australia/Lord_Howe"))
    assert lord_howe.add(anchor, days(1)) - anchor == 23 * HOUR + HOUR // 2


def test_months_are_counted_from_the_anchor():
    add = zone("UTC").add
    anchor = us("2023-12-31T10:00Z")
    assert [from_us(add(anchor, months(n))).date().isoformat() for n in (1, 2, 3)] == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
    ]


def test_zones_are_one_value_per_name():
    assert zone("Europe/Zurich") is zone("Europe/Zurich")
    assert pickle.loads(pickle.dumps(zone("Europe/Zurich"))) is zone("Europe/Zurich")
    assert zone(None) is zone("UTC") is zone(UTC) is zone(zone("UTC"))
    assert zone(zoneinfo.ZoneInfo("Asia/Tokyo")) is zone("Asia/Tokyo")
    assert zone("Asia/Tokyo") != zone("Asia/Seoul")
    assert zone("UTC") != "UTC"
    assert {zone("UTC"): 1}[zone("UTC")] == 1
    assert (repr(zone("UTC")), str(zone("UTC"))) == ("zone('UTC')", "UTC")


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("Europe/Zürich", "did you mean 'Europe/Zurich'?"),
        ("europe/zurich ", "did you mean 'Europe/Zurich'?"),
        ("Tokyo", "did you mean 'Asia/Tokyo'?"),
        ("CEST", "abbreviations can mean several zones: write a name such as 'Europe/Zurich' or 'UTC'"),
        ("AEST", "abbreviations can mean several zones: write a name such as 'Europe/Zurich' or 'UTC'"),
        ("+01:00", "write a name such as 'Europe/Zurich' or 'UTC'"),
        ("TOKYOO", "did you mean 'Asia/Tokyo'?"),
        ("qqqqqqqqqq", "write a name such as 'Europe/Zurich' or 'UTC'"),
        ("../etc/passwd", None),
        ("/etc/localtime", None),
        ("America", None),
        ("localtime", None),
        ("", None),
        ("a\0b", None),
        ("x" * 5000, None),
    ],
)
def test_unknown_zones_are_refused_with_the_nearest_name(key, hint):
    with pytest.raises(UsageError) as error:
        zone(key)
    assert error.value.what == f"there is no time zone tz={key!r}"
    assert hint is None or error.value.hint == hint


def test_without_a_database_the_hint_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    with pytest.raises(UsageError) as error:
        zone("Nowhere/Land")
    assert error.value.hint == "this machine has no time zone database: pip install tzdata"


@pytest.mark.parametrize("wrong", [timezone(timedelta(hours=1)), 1, 1.5, object])
def test_what_has_no_name_is_no_zone(wrong):
    with pytest.raises(UsageTypeError) as error:
        zone(wrong)
    assert str(error.value) == (
        f"expected the name of a time zone, got tz={wrong!r}\n\nHint: pass a name such as tz='Europe/Zurich'"
    )
