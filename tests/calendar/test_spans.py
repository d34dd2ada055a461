"""Spans say their unit, add up, and survive text and pickle."""

from __future__ import annotations

import pickle
from datetime import timedelta
from fractions import Fraction

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.calendar import Span, days, hours, minutes, months, quarters, seconds, span, weeks, years
from custlife.errors import UsageError, UsageTypeError
from tests.calendar.strategies import spans

# three of them together can still be counted
any_span = st.builds(Span, st.integers(0, 3 * 10**5), st.integers(0, 10**6), st.integers(0, 3 * 10**17)) | spans


@given(any_span)
@example(Span(us=1))
@example(Span(us=61_500_000))
def test_text_reads_back_to_the_same_span(value):
    assert span(str(value)) == value
    assert span(value) is value


@given(any_span)
def test_repr_pickle_and_hash_keep_a_span(value):
    assert eval(repr(value)) == value
    assert pickle.loads(pickle.dumps(value)) == value
    assert hash(pickle.loads(pickle.dumps(value))) == hash(value)


@given(any_span, any_span, any_span)
def test_spans_add_like_numbers(a, b, c):
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + Span() == a


@given(any_span)
def test_only_the_empty_span_is_false_and_exact_spans_have_no_calendar(value):
    assert bool(value) == (value != Span())
    assert value.is_exact == (value == Span(us=value.us))


@given(st.timedeltas(timedelta(0), timedelta(days=10**6)))
def test_a_timedelta_is_an_exact_span_to_the_microsecond(length):
    assert span(length) == Span(us=length // timedelta(microseconds=1))


@given(st.integers(0, 10**9), st.integers(0, 999_999))
def test_decimal_seconds_are_read_without_rounding(whole, micro):
    assert span(f"{whole}.{micro:06d} seconds") == Span(us=int((whole + Fraction(micro, 10**6)) * 10**6))


@given(st.integers(0, 10**11))
def test_floats_are_taken_to_the_nearest_microsecond(us):
    assert seconds(us / 10**6) == Span(us=us)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Span(), "0 seconds"),
        (days(90), "90 days"),
        (days(1), "1 day"),
        (weeks(2), "14 days"),
        (months(3), "3 months"),
        (years(2), "2 years"),
        (months(18), "18 months"),
        (hours(24), "24 hours"),
        (minutes(1), "1 minute"),
        (seconds(1), "1 second"),
        (seconds(1.5), "1.5 seconds"),
        (Span(1, 2, 3_661_000_000), "1 month 2 days 1 hour 1 minute 1 second"),
    ],
)
def test_a_span_is_written_as_people_say_it(value, text):
    assert str(value) == text


@given(st.text(max_size=20))
def test_any_text_is_a_span_or_an_error_of_ours(text):
    try:
        value = span(text)
    except UsageError as error:
        value = error
    assert isinstance(value, Span) or repr(text) in str(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("90 days", days(90)),
        ("1 day", days(1)),
        ("90days", days(90)),
        ("2 Weeks", weeks(2)),
        ("1 month 12 hours", months(1) + hours(12)),
        ("1 year, 2 quarters", years(1) + quarters(2)),
        ("1.5 hours", minutes(90)),
        ("0.1 seconds", seconds(0.1)),
        ("P3M", months(3)),
        ("P1Y2M10DT2H30M", months(14) + days(10) + minutes(150)),
        ("P2W", weeks(2)),
        ("PT36H", hours(36)),
        ("PT0.25S", seconds(0.25)),
    ],
)
def test_the_usual_ways_to_write_a_span_are_read(text, value):
    assert span(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1",
        "90",
        "days",
        "-3 days",
        "3 -days",
        "1.5 days",
        "P1.5M",
        "1. hours",
        "1..5 hours",
        "3 fortnights",
        "0.0000001 seconds",
        "3 days ago",
        "1e3 days",
        "٣ days",
        "p3m",
        "3M",
    ],
)
def test_other_texts_are_refused(text):
    with pytest.raises(UsageError, match="is not a span"):
        span(text)


def test_the_errors_of_span_name_the_value_and_what_to_type():
    with pytest.raises(UsageTypeError) as number:
        span(90)
    assert str(number.value) == "within=90 has no unit\n\nHint: pass cl.days(90) or cl.hours(90)"
    with pytest.raises(UsageTypeError) as nothing:
        span(None, name="min_gap")
    assert str(nothing.value) == (
        "expected a span, got min_gap=None\n\nHint: pass cl.days(90), cl.months(3), a timedelta, or '90 days'"
    )
    with pytest.raises(UsageError) as negative:
        span(timedelta(days=-1))
    assert str(negative.value) == (
        "spans are not negative, got within=datetime.timedelta(days=-1)\n\n"
        "Hint: swap the two instants, or drop the sign"
    )
    with pytest.raises(UsageError) as unknown:
        span("3 fortnights")
    assert str(unknown.value) == (
        "within='3 fortnights' is not a span: 3 fortnight\n\n"
        "Hint: write it like '90 days', '3 months', '1 month 12 hours', '1.5 hours' or 'P3M'"
    )


@pytest.mark.parametrize("unit", [days, weeks, months, quarters, years, hours, minutes, seconds])
def test_units_refuse_what_is_no_amount(unit):
    with pytest.raises(UsageError, match="spans are not negative"):
        unit(-1)
    for wrong in (True, "3", None):
        with pytest.raises(UsageTypeError, match="expected a"):
            unit(wrong)


@pytest.mark.parametrize("unit", [days, weeks, months, quarters, years])
def test_calendar_units_are_whole(unit):
    with pytest.raises(UsageTypeError) as error:
        unit(1.5)
    assert str(error.value) == (
        f"expected a whole number, got {unit.__name__}=1.5\n\n"
        "Hint: calendar units are whole; for a part of a day write cl.hours(36)"
    )


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -0.5])
def test_exact_units_refuse_floats_that_are_no_length(wrong):
    with pytest.raises(UsageError, match="expected a length of time, got hours="):
        hours(wrong)


class Seven:
    def __index__(self):
        return 7


def test_integers_of_other_libraries_count_as_integers():
    assert days(Seven()) == days(7)
    assert hours(Seven()) == hours(7)


def test_a_span_refuses_negative_fields():
    with pytest.raises(UsageError, match="got months=-1"):
        Span(months=-1)


def test_spans_have_no_order_and_add_only_to_spans():
    with pytest.raises(TypeError):
        months(1) < days(30)  # noqa: B015
    with pytest.raises(TypeError):
        days(1) + timedelta(days=1)


def test_plain_relativedeltas_are_spans():
    assert span(relativedelta(years=1, months=2, days=3, hours=4)) == months(14) + days(3) + hours(4)
    for wrong in (relativedelta(day=1), relativedelta(months=-1), relativedelta(days=1.5)):
        with pytest.raises(UsageError):
            span(wrong)


@pytest.mark.parametrize("make", [
    lambda: Span(us=1 << 62), lambda: Span(days=(1 << 62) // 86_400_000_000 + 1), lambda: Span(months=2_000_000),
    lambda: span(timedelta.max), lambda: span("99999999999 years"), lambda: Span(us=(1 << 62) - 1) + Span(us=1),
])  # fmt: skip
def test_spans_end_where_engines_could_no_longer_count(make):
    assert Span(us=(1 << 62) - 1).us
    with pytest.raises(UsageError, match="longer than can be counted in microseconds"):
        make()
