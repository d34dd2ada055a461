"""Laws of the Kaplan-Meier estimator."""

from __future__ import annotations

import math
import random
from collections import Counter
from fractions import Fraction
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.stats import Interval, kaplan_meier
from custlife.stats import curve as curves
from custlife.stats.special import two_sided_z
from tests.stats.oracles import efron_survival, exact_kaplan_meier
from tests.stats.strategies import curve_of, curve_of_late, intervals, late_spells, levels, some_spells, spells

# laws of the curve


@given(late_spells(), levels, intervals)
def test_survival_lies_between_zero_and_one_and_never_rises(rows, level, interval):
    curve = curve_of_late(rows, level=level, interval=interval)
    assert curve.times == tuple(sorted({leave for _, leave, _ in rows}))
    assert all(0 <= after <= before <= 1 for before, after in zip((1.0, *curve.survival), curve.survival, strict=False))
    columns = (curve.at_risk, curve.events, curve.censored, curve.survival, curve.std_error, curve.low, curve.high)
    assert {len(column) for column in columns} == {len(curve.times)}


@given(some_spells)
def test_without_censoring_survival_is_the_share_still_there(rows):
    curve = kaplan_meier([t for t, _ in rows])
    n = len(rows)
    assert curve.survival == tuple(sum(1 for t, _ in rows if t > time) / n for time in curve.times)
    for s, e in zip(curve.survival, curve.std_error, strict=True):
        assert (e is None) if s == 0 else e == pytest.approx(math.sqrt(s * (1 - s) / n), rel=1e-12)


@given(late_spells())
def test_the_curve_equals_the_product_limit_in_fractions(rows):
    curve = curve_of_late(rows)
    for i, t in enumerate(curve.times):
        n = sum(1 for enter, leave, _ in rows if leave >= t and (enter < t or enter == 0))
        assert curve.at_risk[i] == n
        assert curve.events[i] == sum(1 for _, leave, ended in rows if leave == t and ended)
        assert curve.censored[i] == sum(1 for _, leave, ended in rows if leave == t and not ended)
        assert curve.survival[i] == pytest.approx(float(exact_kaplan_meier(rows, t)), rel=1e-14)


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=12))
def test_the_curve_equals_efrons_redistribution_to_the_right(rows):
    curve = curve_of(rows)
    assert len(curve.times) == len({t for t, _ in rows})
    for t, s in zip(curve.times, curve.survival, strict=True):
        assert s == pytest.approx(float(efron_survival(rows, t)), abs=1e-14)


@given(late_spells())
def test_greenwoods_sum_gives_the_standard_error(rows):
    curve = curve_of_late(rows)
    total = Fraction(0)
    for n, d, s, e in zip(curve.at_risk, curve.events, curve.survival, curve.std_error, strict=True):
        if s == 0:
            assert e is None
            continue
        total += Fraction(d, n * (n - d)) if d else 0
        assert e == pytest.approx(s * math.sqrt(total), rel=1e-12)


@given(spells, st.randoms(use_true_random=False))
def test_order_changes_nothing(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert curve_of(shuffled) == curve_of(rows)


@given(late_spells())
def test_counts_lists_and_iterators_of_the_same_spells_give_the_same_curve(rows):
    ended = [leave for _, leave, done in rows if done]
    censored = [leave for _, leave, done in rows if not done]
    entered = [enter for enter, _, _ in rows]
    curve = kaplan_meier(ended, censored, entered=entered)
    assert kaplan_meier(Counter(ended), Counter(censored), entered=Counter(entered)) == curve
    assert kaplan_meier(iter(ended), iter(censored), entered=iter(entered)) == curve
    assert kaplan_meier({**Counter(ended), 99: 0}, censored, entered=[e for e in entered if e]) == curve


@given(some_spells, st.integers(1, 1000))
def test_scaling_time_scales_everything_measured_in_time(rows, factor):
    curve, scaled = curve_of(rows), curve_of([(t * factor, ended) for t, ended in rows])
    assert scaled.times == tuple(t * factor for t in curve.times)
    assert scaled.survival == curve.survival
    for this, other in ((curve.median.value, scaled.median.value), (curve.median.low, scaled.median.low)):
        assert other == (None if this is None else this * factor)
    mean, scaled_mean = (c.restricted_mean(c.horizon) for c in (curve, scaled))
    assert scaled_mean.value == pytest.approx(mean.value * factor, rel=1e-12)
    assert scaled_mean.std_error == pytest.approx(mean.std_error * factor, rel=1e-12)


@given(some_spells)
def test_one_more_spell_censored_after_everybody_never_lowers_the_curve(rows):
    curve = curve_of(rows)
    longer = curve_of([*rows, (max(t for t, _ in rows) + 1, False)])
    assert all(more >= less for more, less in zip(longer.survival, curve.survival, strict=False))


@given(some_spells, st.integers(2, 50))
def test_more_of_the_same_keeps_the_curve_and_divides_the_error(rows, copies):
    once, often = curve_of(rows), curve_of(rows * copies)
    assert often.survival == pytest.approx(once.survival, rel=1e-13)
    for one, many in zip(once.std_error, often.std_error, strict=True):
        assert (one is None) == (many is None)
        assert one is None or many == pytest.approx(one / math.sqrt(copies), rel=1e-10)


@given(late_spells(), levels, intervals)
def test_limits_hold_the_curve_and_are_none_once_it_is_zero(rows, level, interval):
    curve = curve_of_late(rows, level=level, interval=interval)
    for s, e, low, high in zip(curve.survival, curve.std_error, curve.low, curve.high, strict=True):
        if s == 0:
            assert (e, low, high) == (None, None, None)
        else:
            assert 0 <= low <= s <= high <= 1


@given(late_spells(), st.floats(0.01, 0.98), intervals)
def test_limits_widen_with_the_level(rows, level, interval):
    narrow = curve_of_late(rows, level=level, interval=interval)
    wide = curve_of_late(rows, level=level + 0.01, interval=interval)
    for i, s in enumerate(narrow.survival):
        assert s == 0 or (wide.low[i] <= narrow.low[i] and narrow.high[i] <= wide.high[i])
        assert s in (0, 1) or (wide.low[i] < narrow.low[i] or wide.low[i] == 0)


@given(late_spells(), levels)
def test_limits_are_symmetric_on_the_scale_that_names_them(rows, level):
    z = two_sided_z(level)
    scales = {"plain": lambda s: s, "log": math.log, "log-log": lambda s: math.log(-math.log(s))}
    for interval, scale in scales.items():
        curve = curve_of_late(rows, level=level, interval=interval)
        for s, e, low, high in zip(curve.survival, curve.std_error, curve.low, curve.high, strict=True):
            if not (0 < s < 1 and low > 1e-6 and high < 1):
                continue
            widths = {"plain": e, "log": e / s, "log-log": e / s / -math.log(s)}
            assert abs(scale(low) - scale(s)) == pytest.approx(z * widths[interval], rel=1e-6, abs=1e-9)
            assert abs(scale(high) - scale(s)) == pytest.approx(z * widths[interval], rel=1e-6, abs=1e-9)


# examples


def test_ends_come_before_censorings_at_one_time():
    curve = kaplan_meier([6, 6, 6], [6, 7])
    assert curve.at_risk == (5, 1)
    assert curve.survival == (0.4, 0.4)


def test_a_duration_of_zero_is_an_end_at_time_zero():
    curve = kaplan_meier([0, 2], [0, 3])
    assert curve.times == (0, 2, 3)
    assert curve.at_risk == (4, 2, 1)
    assert curve.survival == (0.75, 0.375, 0.375)
    assert curve.at(0).value == 0.75
    assert kaplan_meier([2]).at(0).value == 1.0
    assert kaplan_meier([2]).at(0).interval == Interval(1.0, 1.0, 0.95, "log-log")


def test_spells_with_a_delayed_entry_are_not_at_risk_at_zero_or_at_their_entry():
    curve = kaplan_meier([0, 3, 5], [5], entered=[3, 0])
    assert curve.at_risk == (3, 2, 2)
    assert curve.entries == ((3, 1),)
    assert [curve.at(t).at_risk for t in (0, 1, 3, 3.5, 5, 6)] == [3, 2, 2, 2, 2, 0]


def test_a_curve_at_zero_stays_there_whoever_enters_later():
    curve = kaplan_meier([1, 5, 6], entered=[2, 2])
    assert curve.survival == (0.0, 0.0, 0.0)
    assert curve.std_error == curve.low == curve.high == (None, None, None)
    assert curve.at(99).value == 0.0
    assert curve.restricted_mean(4).value == 1.0
    assert curve.restricted_mean(4).std_error == 0.0


def test_defaults_are_log_log_at_ninety_five_percent_nobody_censored_nobody_late():
    assert kaplan_meier([1, 2]) == kaplan_meier([1, 2], (), entered=(), level=0.95, interval="log-log")
    assert kaplan_meier([1, 2]).median == kaplan_meier([1, 2]).quantile(0.5)
    assert kaplan_meier([1], [3]).restricted_mean(5) == kaplan_meier([1], [3]).restricted_mean(5, tail="unknown")


def test_survival_that_underflows_counts_as_zero():
    # With delayed entry one of two ends 1200 times in a row: 2 ** -1200 is below every float.
    times = range(1, 1201)
    curve = kaplan_meier(times, [1201], entered=[t - 1 for t in times])
    assert curve.survival[-1] == 0.0
    assert curve.low[-1] is None


def test_counts_beyond_the_digits_of_a_float_leave_the_curve_at_one():
    curve = kaplan_meier({5: 1}, {6: 10**17})
    assert (curve.survival, curve.low, curve.high) == ((1.0, 1.0), (1.0, 1.0), (1.0, 1.0))


def test_a_million_spells_as_counts_keep_their_digits():
    curve = kaplan_meier(dict.fromkeys(range(1000), 1000), dict.fromkeys(range(0, 1000, 2), 500))
    survival = Fraction(1)
    n = curve.n
    for day in range(1000):
        survival *= 1 - Fraction(1000, n)
        n -= 1500 if day % 2 == 0 else 1000
        assert curve.survival[day] == pytest.approx(float(survival), rel=1e-13)


@given(st.integers(70, 400), st.integers(0, 10**6), levels, intervals, st.floats(0.01, 0.99))
def test_limits_of_quantiles_are_the_first_in_the_columns_also_in_long_curves(n, seed, level, interval, q):
    """The search passes over stretches whose limits are surely too high; the columns are the plain answer."""
    rnd = random.Random(seed)
    curve = kaplan_meier(
        [rnd.randrange(10**6) for _ in range(n)],
        [rnd.randrange(10**6) for _ in range(n // 3)],
        level=level,
        interval=interval,
    )
    reached = (1 - q) * (1 + 1e-12)
    found = curve.quantile(q)

    def first(column):
        return next((t for t, v in zip(curve.times, column, strict=True) if v is not None and v <= reached), None)

    assert (found.value, found.low, found.high) == (first(curve.survival), first(curve.low), first(curve.high))


@given(st.integers(0, 10**6), intervals, st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]))
def test_the_search_for_limits_may_halve_at_any_row(seed, interval, q):
    """Limits may rise again where few are left; short curves are searched row by row."""
    rnd = random.Random(seed)
    for _ in range(30):
        rows = [(rnd.randint(0, 12), rnd.random() < 0.5) for _ in range(rnd.randint(5, 30))]
        curve = curve_of(rows, interval=interval)
        with mock.patch.object(curves, "STRETCH", 1):
            halved = curve.quantile(q)
        assert halved == curve.quantile(q)
