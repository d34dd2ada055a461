"""Dates as integers agree with datetime.date and python-dateutil, and go on where those stop."""

from __future__ import annotations

from datetime import date

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar.civil import date_of, day_of, month_of, month_start, shift

EPOCH = date(1970, 1, 1).toordinal()
days = st.integers(-(10**9), 10**9)


@given(days)
def test_every_day_has_one_date_and_every_date_one_day(day):
    assert day_of(*date_of(day)) == day


@given(st.dates())
def test_day_numbers_are_those_of_datetime(at):
    assert day_of(at.year, at.month, at.day) == at.toordinal() - EPOCH
    assert date_of(at.toordinal() - EPOCH) == (at.year, at.month, at.day)


@given(days)
def test_a_day_lies_in_its_month(day):
    month = month_of(day)
    assert month_start(month) <= day < month_start(month + 1)


@given(st.dates(date(1, 1, 1), date(9000, 1, 1)), st.integers(0, 11_000))
def test_shifted_months_are_those_of_relativedelta(at, months):
    moved = at + relativedelta(months=months)
    assert shift(at.toordinal() - EPOCH, months) == moved.toordinal() - EPOCH


@given(days, st.integers(0, 5000))
def test_months_are_counted_from_the_anchor_and_never_run_backwards(day, months):
    assert shift(day, months) < shift(day, months + 1)
    assert shift(day, months) <= shift(day + 1, months)


def test_a_month_after_the_last_of_january_ends_february():
    assert date_of(shift(day_of(2024, 1, 31), 1)) == (2024, 2, 29)
    assert date_of(shift(day_of(2023, 1, 31), 1)) == (2023, 2, 28)
    assert date_of(shift(day_of(2023, 1, 31), 2)) == (2023, 3, 31)
    assert date_of(shift(day_of(2024, 2, 29), 12)) == (2025, 2, 28)
