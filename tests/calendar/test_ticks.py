"""Ticks: instants counted back from an anchor, on the wall clock of a zone."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar import from_us, to_us, zone
from custlife.calendar.ticks import STEPS, ticks_back
from tests.calendar.strategies import DAY, around_changes, month_ends, zone_keys
from tests.oracles.transits import grid

EVERY = st.sampled_from(sorted(STEPS))
ANCHORS = zone_keys.flatmap(lambda key: st.tuples(st.just(key), month_ends() | around_changes(key, 1900, 2030)))


def ticks(anchor, every, first, tz="UTC"):
    found = ticks_back(to_us(anchor), every, zone(tz), None if first is None else to_us(first))
    return [from_us(us).strftime("%Y-%m-%d %H:%M") for us in found]


@given(ANCHORS, EVERY, st.integers(0, 20))
def test_ticks_are_those_of_brute_force(drawn, every, many):
    key, anchor = drawn
    first = anchor - many * {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[every] * DAY
    found = ticks_back(anchor, every, zone(key), first)
    assert [from_us(us) for us in found] == grid(from_us(anchor), every, key, from_us(first))
    assert found[-1] == anchor
    assert all(a < b for a, b in pairwise(found))
    assert all(us >= first for us in found)


@given(ANCHORS, EVERY)
def test_a_tick_is_never_counted_from_another_tick(drawn, every):
    """The ticks down to a later first one are the last of those down to an earlier one."""
    key, anchor = drawn
    long = ticks_back(anchor, every, zone(key), anchor - 1000 * DAY)
    short = ticks_back(anchor, every, zone(key), anchor - 100 * DAY)
    assert long[len(long) - len(short) :] == short


def test_months_back_from_a_month_end_keep_the_day_where_there_is_one():
    found = ticks(datetime(2024, 5, 31, 12, tzinfo=UTC), "month", datetime(2023, 11, 30, tzinfo=UTC))
    assert [text[5:10] for text in found] == ["11-30", "12-31", "01-31", "02-29", "03-31", "04-30", "05-31"]


def test_days_back_over_a_night_of_changing_clocks_keep_the_time_of_day():
    first = datetime(2024, 3, 29, tzinfo=UTC)
    assert ticks(datetime(2024, 4, 1, 10, tzinfo=UTC), "day", first, "Europe/Zurich") == [
        "2024-03-29 11:00", "2024-03-30 11:00", "2024-03-31 10:00", "2024-04-01 10:00",
    ]  # fmt: skip


def test_a_day_that_clocks_skipped_has_no_tick_of_its_own():
    anchor, first = datetime(2011, 12, 31, 22, tzinfo=UTC), datetime(2011, 12, 28, 23, tzinfo=UTC)
    found = ticks(anchor, "day", first, "Pacific/Apia")
    assert found == ["2011-12-29 22:00", "2011-12-30 22:00", "2011-12-31 22:00"]  # noon of the 29th, the 31st, the 1st


@pytest.mark.parametrize("first", [None, datetime(2024, 5, 31, 12, tzinfo=UTC)])
def test_without_anything_before_there_is_the_anchor_alone(first):
    assert ticks(datetime(2024, 5, 31, 12, tzinfo=UTC), "day", first) == ["2024-05-31 12:00"]
