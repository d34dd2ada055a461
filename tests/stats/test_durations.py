"""Multisets of durations, and what is refused at the door."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.errors import CustlifeError, HistoryError, UsageError, UsageTypeError
from custlife.stats import kaplan_meier, risk_table
from custlife.stats.durations import tally

numbers = st.one_of(st.integers(0, 20), st.floats(0, 20), st.sampled_from([0.0, -0.0, 5, 5.0]))


class Reversing:
    """A shuffle that is sure to change the order."""

    def sample(self, values: list, n: int) -> list:
        return values[::-1]


@given(st.lists(numbers))
def test_a_tally_counts_every_duration_once(values):
    assert tally(values, "ended") == Counter(values)


@given(st.lists(numbers), st.lists(numbers), st.randoms(use_true_random=False))
@example([5, 5.0, 0, -0.0], [7, 5.0], Reversing())
def test_ints_and_floats_of_one_time_give_the_same_text_in_any_order(ended, censored, random):
    mixed = risk_table(ended, censored)
    again = risk_table(random.sample(ended, len(ended)), random.sample(censored, len(censored)))
    assert repr(again) == repr(mixed)
    assert len({type(t) for t in mixed.times}) <= 1


@given(st.lists(numbers), st.lists(numbers))
def test_nobody_is_lost_between_the_rows(ended, censored):
    table = risk_table(ended, censored)
    left = len(ended) + len(censored)
    for n, d, c in zip(table.at_risk, table.events, table.censored, strict=True):
        assert n == left
        assert d + c > 0
        left -= d + c
    assert left == 0


class Whole:
    """An integer of another library."""

    def __index__(self) -> int:
        return 4


class Real(float):
    """A float of another library."""


def test_arrays_and_numbers_of_other_libraries_become_plain_numbers():
    table = risk_table(array("q", [3, 4]), [Whole(), Real(4.0)])
    assert table.times == (3.0, 4.0)
    assert {type(t) for t in risk_table([Whole(), 3]).times} == {int}
    assert {type(t) for t in table.times} == {float}
    assert table.censored == (0, 2)
    assert risk_table({3: Whole()}).events == (4,)


def test_microseconds_beyond_the_digits_of_a_float_stay_exact():
    assert risk_table([2**60 + 1], [2**60]).times == (2**60, 2**60 + 1)


def test_the_longest_duration_is_one_whose_areas_stay_finite():
    curve = kaplan_meier({1e300: 10**6})
    assert curve.restricted_mean(1e300).value == 1e300
    with pytest.raises(UsageError, match="endless"):
        kaplan_meier([1.1e300])


@given(st.lists(numbers), st.lists(numbers), st.sampled_from([1, 2, 7]))
def test_a_unit_divides_every_duration(ended, censored, unit):
    divided = risk_table([t / unit for t in ended], [t / unit for t in censored], entered=[])
    assert risk_table(ended, Counter(censored), unit=unit) == divided


def test_what_a_unit_makes_equal_is_counted_together():
    assert risk_table({3 * 2**52: 1, 3 * 2**52 + 1: 2}, unit=3).events == (3,)


HINT_TYPE = "\n\nHint: pass ints or floats, all in one unit"
HINT_FLAG = "\n\nHint: pass the durations of those who ended as ended= and of those who did not as censored=, not flags"
HINT_ENDLESS = "\n\nHint: who has not left is censored at the last time seen: pass that time in censored="
HINT_COUNT = "\n\nHint: counts are ints, 0 or more"


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: kaplan_meier([3, -1]),
            UsageError,
            "duration -1 is negative @ ended[1]\n\nHint: a spell cannot leave before it enters",
        ),
        (
            lambda: kaplan_meier([3], {-2.5: 1}),
            UsageError,
            "duration -2.5 is negative @ censored[-2.5]\n\nHint: a spell cannot leave before it enters",
        ),
        (
            lambda: kaplan_meier([3], entered=[1, 0, -1]),
            UsageError,
            "duration -1 is negative @ entered[2]\n\nHint: a spell cannot leave before it enters",
        ),
        (
            lambda: kaplan_meier([1.0, math.nan, 2.0]),
            UsageError,
            "duration nan is not a number @ ended[1]\n\nHint: leave out what has no duration, and count it",
        ),
        (
            lambda: kaplan_meier([10**400, math.nan]),
            UsageError,
            f"duration {10**400} is endless @ ended[0]{HINT_ENDLESS}",
        ),
        (
            lambda: kaplan_meier([1], [math.inf]),
            UsageError,
            f"duration inf is endless @ censored[0]{HINT_ENDLESS}",
        ),
        (
            lambda: kaplan_meier([1, 2], [True, False]),
            UsageTypeError,
            f"duration True is a flag, not a number @ censored[0]{HINT_FLAG}",
        ),
        (
            lambda: kaplan_meier([1, timedelta(days=2)]),
            UsageTypeError,
            (
                "duration datetime.timedelta(days=2) has no unit here @ ended[1]\n\n"
                "Hint: pass a number in one unit, such as d // timedelta(microseconds=1)"
            ),
        ),
        (lambda: kaplan_meier(["3"]), UsageTypeError, f"duration '3' is not a number @ ended[0]{HINT_TYPE}"),
        (lambda: kaplan_meier({None: 3}), UsageTypeError, f"duration None is not a number @ ended[None]{HINT_TYPE}"),
        (
            lambda: kaplan_meier(5),
            UsageTypeError,
            (
                "ended=5 is not a collection of durations\n\n"
                "Hint: pass ended as an iterable of durations or as a mapping from duration to count"
            ),
        ),
        (lambda: kaplan_meier({5: -2}), UsageError, f"count -2 is negative @ ended[5]{HINT_COUNT}"),
        (lambda: kaplan_meier({5: 1.5}), UsageTypeError, f"count 1.5 is not a whole number @ ended[5]{HINT_COUNT}"),
        (
            lambda: kaplan_meier([5], [6], entered=[1, 2, 3]),
            HistoryError,
            (
                "3 spells enter late but only 2 leave\n\n"
                "Hint: pass one duration in ended= or censored= for each time in entered="
            ),
        ),
        (
            lambda: kaplan_meier([5], [2, 3], entered={3: 2, 1: 1}),
            HistoryError,
            (
                "1 leave at 3, but only 0 have entered before\n\n"
                "Hint: a spell must enter before it leaves: entered= holds times on the same clock as ended=, entry < exit"
            ),
        ),
        (
            lambda: kaplan_meier([5], entered=[5]),
            HistoryError,
            (
                "1 leave at 5, but only 0 have entered before\n\n"
                "Hint: a spell must enter before it leaves: entered= holds times on the same clock as ended=, entry < exit"
            ),
        ),
    ],
)
def test_durations_that_cannot_be_used_are_named(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text


@pytest.mark.parametrize("unit", [0, -1, True, 1.5, "days"])
def test_a_unit_is_a_whole_number_of_one_or_more(unit):
    with pytest.raises(CustlifeError, match=r"(?s)unit=.*\n\nHint: pass how many of the durations' ticks are one"):
        kaplan_meier([1], unit=unit)
