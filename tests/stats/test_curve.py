"""What is read off a survival curve."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction

import attrs
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.stats import Interval, kaplan_meier, wilson
from tests.stats.oracles import exact_kaplan_meier
from tests.stats.strategies import curve_of, curve_of_late, intervals, late_spells, some_spells

# readings


@given(late_spells(), st.one_of(st.integers(0, 10), st.floats(0, 10)), intervals)
def test_reading_the_curve_anywhere_gives_the_row_that_is_in_force(rows, time, interval):
    curve = curve_of_late(rows, interval=interval)
    point = curve.at(time)
    assert point.at_risk == sum(1 for enter, leave, _ in rows if leave >= time and (enter < time or enter == 0))
    if time > curve.horizon and curve.survival[-1] > 0:
        assert (point.value, point.std_error, point.interval) == (None, None, None)
        assert point.reason == f"nobody was seen past {curve.horizon}"
        assert (point.incidence, point.incidence_interval) == (None, None)
        return
    assert point.value == pytest.approx(float(exact_kaplan_meier(rows, time)), rel=1e-14)
    assert point.incidence == 1 - point.value
    if point.value == 0:
        assert (point.std_error, point.interval, point.reason) == (None, None, "survival is 0")
    else:
        before = [i for i, t in enumerate(curve.times) if t <= time]
        limits = (curve.low[before[-1]], curve.high[before[-1]]) if before else (1.0, 1.0)
        assert point.interval == Interval(*limits, 0.95, interval)
        assert point.incidence_interval == Interval(1 - limits[1], 1 - limits[0], 0.95, interval)
        assert point.std_error == (curve.std_error[before[-1]] if before else 0)


@given(late_spells(), st.sampled_from([0.1, 0.25, 1 / 3, 0.5, 0.75, 0.9]), intervals)
@example([(0, 1, True), (0, 2, True), *[(0, 3, False)] * 3], 0.4, "plain")
def test_a_quantile_is_the_first_time_the_curve_is_low_enough(rows, q, interval):
    curve = curve_of_late(rows, interval=interval)
    found = curve.quantile(q)

    def first(column):
        return next((t for t, s in zip(curve.times, column, strict=True) if s is not None and s <= 1 - q + 1e-12), None)

    assert (found.value, found.low, found.high) == (first(curve.survival), first(curve.low), first(curve.high))
    assert (found.q, found.level, found.method) == (q, 0.95, interval)
    if found.value is None:
        assert found.reason.startswith("survival is still")
    else:
        assert found.low is None or found.low <= found.value
        assert found.high is None or found.value <= found.high
        assert found.reason == ""


@given(some_spells)
def test_later_quantiles_are_later(rows):
    found = [curve_of(rows).quantile(q).value for q in (0.1, 0.3, 0.5, 0.7, 0.9)]
    reached = [value for value in found if value is not None]
    assert reached == sorted(reached)
    assert found == [*reached, *[None] * (len(found) - len(reached))]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30), st.integers(0, 60))
def test_without_censoring_the_restricted_mean_is_the_mean_of_cut_durations(durations, horizon):
    found = kaplan_meier(durations).restricted_mean(horizon)
    cut = [min(t, horizon) for t in durations]
    mean = sum(cut) / len(cut)
    assert found.value == pytest.approx(mean, rel=1e-12, abs=1e-12)
    variance = sum((t - mean) ** 2 for t in cut) / len(cut)
    assert found.std_error == pytest.approx(math.sqrt(variance / len(cut)), rel=1e-9, abs=1e-9)


@given(late_spells(), st.floats(0, 8))
def test_the_restricted_mean_is_the_area_under_the_curve(rows, horizon):
    curve = curve_of_late(rows)
    assume(horizon <= curve.horizon)
    area = sum(float(exact_kaplan_meier(rows, u)) * min(1.0, horizon - u) for u in range(math.ceil(horizon)))
    assert curve.restricted_mean(horizon).value == pytest.approx(area, rel=1e-12)


@given(late_spells())
def test_the_error_of_the_restricted_mean_is_its_double_sum(rows):
    curve = curve_of_late(rows)
    horizon = curve.horizon
    found = curve.restricted_mean(horizon)
    total = Fraction(0)
    for t, n, d in zip(curve.times, curve.at_risk, curve.events, strict=True):
        if n > d:
            after = sum(exact_kaplan_meier(rows, u) for u in range(t, horizon))
            total += after**2 * Fraction(d, n * (n - d))
    assert found.std_error == pytest.approx(math.sqrt(total), rel=1e-9, abs=1e-12)


def test_past_the_last_time_the_restricted_mean_is_unknown_unless_the_tail_is_drawn_flat():
    curve = kaplan_meier([1], [3])
    assert curve.restricted_mean(3).value == 2.0
    assert curve.restricted_mean(5).value is None
    assert curve.restricted_mean(5).std_error is None
    assert curve.restricted_mean(5).reason == "nobody was seen past 3"
    assert curve.restricted_mean(5, tail="flat").value == 3.0
    assert kaplan_meier([1, 3]).restricted_mean(5).value == 2.0


# examples


def test_no_spells_give_no_numbers():
    curve = kaplan_meier([])
    assert (curve.n, curve.n_events, curve.horizon, curve.times) == (0, 0, None, ())
    assert (curve.at(0).value, curve.at(0).at_risk, curve.at(0).reason) == (None, 0, "no spells")
    assert (curve.median.value, curve.median.reason) == (None, "no spells")
    assert curve.restricted_mean(3, tail="flat").value is None
    assert curve.restricted_mean(3).reason == "no spells"
    assert str(curve) == "no spells"


def test_a_quantile_is_reached_although_one_minus_it_is_no_float():
    curve = kaplan_meier({1: 9}, {2: 1})
    assert curve.survival[0] == 0.1 > 1 - 0.9
    assert curve.quantile(0.9).value == 1


def test_where_the_curve_is_flat_at_one_half_the_median_is_the_start_of_the_piece():
    """R would report 3, the middle."""
    assert kaplan_meier([1, 2, 4, 5]).median.value == 2


def test_values_read_as_sentences():
    curve = kaplan_meier([1, 2, 3], [3])
    assert str(curve) == "4 spells, 3 ended, seen up to 3; 50 % ended by 2 (95 % log-log 1 to not reached)"
    assert str(curve.at(2)) == "50.0 % past 2 (95 % log-log 5.8 % to 84.5 %), 3 at risk"
    assert str(curve.at(9)) == "unknown past 9 (nobody was seen past 3), 0 at risk"
    assert str(kaplan_meier([1]).at(1)) == "0.0 % past 1 (survival is 0), 1 at risk"
    assert str(curve.quantile(0.9)) == "90 % ended: survival is still 25.0 % at 3"
    assert str(curve.restricted_mean(2)) == "1.75 up to 2 (standard error 0.216506)"
    assert str(curve.restricted_mean(4)) == "unknown up to 4 (nobody was seen past 3)"
    assert repr(curve) == "SurvivalCurve(level=0.95, method='log-log', n=4, n_events=3)"


def test_values_are_frozen_hash_and_pickle():
    curve = kaplan_meier([1, 2, 3], [3])
    for value in (curve, curve.at(1), curve.median, curve.restricted_mean(2)):
        assert pickle.loads(pickle.dumps(value)) == value
        assert hash(pickle.loads(pickle.dumps(value))) == hash(value)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            value.level = 0.5


class Whole:
    """An integer of another library."""

    def __index__(self) -> int:
        return 2


def test_integers_of_other_libraries_are_times_to_read_at():
    assert kaplan_meier([1, 2, 3]).at(Whole()) == kaplan_meier([1, 2, 3]).at(2)
    assert type(kaplan_meier([1, 2, 3]).restricted_mean(Whole()).horizon) is int


def test_the_interval_of_a_survival_point_is_no_share_interval():
    """The two agree roughly, but a curve says which method it used."""
    interval = kaplan_meier({1: 50, 2: 50}).at(1).interval
    other = wilson(50, 100)
    assert interval.method == "log-log"
    assert (interval.low, interval.high) == pytest.approx((other.low, other.high), abs=0.01)


# errors


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda c: c.at(-1),
            UsageError,
            "time=-1 is not a time of 0 or more\n\nHint: pass time in the unit of the durations",
        ),
        (
            lambda c: c.at(math.nan),
            UsageError,
            "time=nan is not a time of 0 or more\n\nHint: pass time in the unit of the durations",
        ),
        (
            lambda c: c.at("3"),
            UsageTypeError,
            "time='3' is not a number\n\nHint: pass time in the unit of the durations",
        ),
        (
            lambda c: c.restricted_mean(None),
            UsageTypeError,
            "horizon=None is not a number\n\nHint: pass horizon in the unit of the durations",
        ),
        (
            lambda c: c.restricted_mean(math.inf),
            UsageError,
            "horizon=inf is infinite\n\nHint: pass the end of a window, such as curve.horizon",
        ),
        (
            lambda c: c.restricted_mean(2, tail="flt"),
            UnknownNameError,
            "unknown tail 'flt'\n\nHint: did you mean 'flat'? There are: 'unknown', 'flat'",
        ),
        (lambda c: c.quantile(50), UsageError, "q=50 is not strictly between 0 and 1\n\nHint: pass q=0.5"),
        (lambda c: c.quantile(1), UsageError, "q=1 is not strictly between 0 and 1\n\nHint: pass q=0.5"),
        (lambda c: c.quantile("half"), UsageTypeError, "q='half' is not a number\n\nHint: pass q=0.5"),
        (
            lambda _: kaplan_meier([1], level=95),
            UsageError,
            "level=95 is not strictly between 0 and 1\n\nHint: pass level=0.95",
        ),
        (
            lambda _: kaplan_meier([1], interval="loglog"),
            UnknownNameError,
            "unknown interval 'loglog'\n\nHint: did you mean 'log-log'? There are: 'log-log', 'log', 'plain'",
        ),
    ],
)
def test_a_reading_that_makes_no_sense_says_what_to_type(call, error, text):
    with pytest.raises(error) as caught:
        call(kaplan_meier([1, 2, 3]))
    assert str(caught.value) == text
