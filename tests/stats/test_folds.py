"""The jackknife by folds: laws, fractions, and Student's t from closed forms and tables."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from custlife.errors import UsageError, UsageTypeError
from custlife.stats import jackknife, jackknife_counts
from custlife.stats.special import student_tail, two_sided_t

values = st.lists(st.integers(-50, 50), min_size=2, max_size=12)
tables = st.lists(
    st.dictionaries(st.sampled_from(["won", "all", "other"]), st.integers(0, 20), max_size=3), min_size=2, max_size=8
)


@given(values)
def test_of_a_mean_by_folds_of_one_it_is_the_usual_standard_error(numbers):
    n = len(numbers)
    mean = Fraction(sum(numbers), n)
    without = [float(Fraction(sum(numbers) - x, n - 1)) for x in numbers]
    found = jackknife(float(mean), without)
    variance = sum((x - mean) ** 2 for x in numbers) / (n - 1) / n
    assert found.std_error == pytest.approx(math.sqrt(variance), rel=1e-9, abs=1e-12)
    half = two_sided_t(0.95, n - 1) * found.std_error
    assert (found.interval.low, found.interval.high) == (found.value - half, found.value + half)
    if found.std_error:
        assert found.p_value == student_tail(found.value / found.std_error, n - 1)


@given(tables)
def test_counts_are_read_without_each_fold(folds):
    def rate(counts):
        return counts["won"] / counts["all"] if counts["all"] else None

    def left(skipped):
        return [sum(fold.get(key, 0) for i, fold in enumerate(folds) if i != skipped) for key in ("won", "all")]

    found = jackknife_counts(folds, rate, within=(0, 1))
    shares = [Fraction(k, n) if n else None for k, n in (left(i) for i in range(len(folds)))]
    k, n = left(None)
    assert found.value == (k / n if n else None)
    if n and None not in shares:
        mean = sum(shares) / len(shares)
        variance = Fraction(len(folds) - 1, len(folds)) * sum((x - mean) ** 2 for x in shares)
        assert found.std_error == pytest.approx(math.sqrt(variance), abs=1e-12)
        assert found.interval.low >= 0
        assert found.interval.high <= 1
    else:
        assert found.interval is None
        assert found.reason


@given(values, st.integers(1, 9), st.integers(-5, 5))
def test_it_scales_and_does_not_see_shifts(numbers, times, more):
    one = jackknife(0.0, numbers)
    other = jackknife(float(more), [times * x + more for x in numbers])
    assert other.std_error == pytest.approx(times * one.std_error, rel=1e-9, abs=1e-9)


def test_where_units_are_in_both_groups_their_difference_is_steadier():
    """Each fold has the same customers in both groups: what they share cancels in the difference."""
    folds = [{("a", "won"): a, ("a", "all"): 20, ("b", "won"): a - 2, ("b", "all"): 20} for a in (4, 9, 15, 6, 12, 17)]

    def share(counts, group):
        return counts[group, "won"] / counts[group, "all"]

    both = jackknife_counts(folds, lambda counts: share(counts, "a") - share(counts, "b"))
    alone = [jackknife_counts(folds, lambda counts, group=group: share(counts, group)) for group in "ab"]
    assert both.value == pytest.approx(0.1)
    assert both.std_error == pytest.approx(0, abs=1e-15)
    assert math.hypot(*(one.std_error for one in alone)) > 0.1


def test_texts_and_reasons():
    assert str(jackknife(0.5, [0.4, 0.5, 0.6])) == "0.5 (95 % jackknife 0.00317 to 0.997, 3 folds)"
    assert str(jackknife(None, [0.4, 0.5])) == "no estimate (there is no estimate from all units)"
    assert str(jackknife(0.5, [0.4, None])) == "0.5 (no interval: there is no estimate without fold 1)"
    assert jackknife(0.5, [0.4]).reason == "a variance takes two folds or more, not 1"
    still = jackknife(0.5, [0.5, 0.5])
    assert (still.std_error, still.interval.low, still.p_value) == (0, 0.5, None)
    assert still.reason == "nothing varies between the folds"
    assert jackknife(0.9, [0.1, 0.9], within=(0, 1)).interval.low == 0


def test_bad_input_is_named():
    with pytest.raises(UsageError, match=r"^without\[1\]=nan is not a finite number"):
        jackknife(0.5, [0.4, math.nan])
    with pytest.raises(UsageTypeError, match=r"^value='x' is not a number"):
        jackknife("x", [0.4, 0.5])
    with pytest.raises(UsageError, match=r"^level=2 is not strictly between 0 and 1"):
        jackknife(0.5, [0.4, 0.5], level=2)
    with pytest.raises(UsageTypeError, match=r"^folds\[0\]=3 is not a mapping to counts\n\nHint: pass one table"):
        jackknife_counts([3], len)
    with pytest.raises(UsageError, match=r"^folds=\[\] holds no fold"):
        jackknife_counts([], len)
    with pytest.raises(UsageError, match=r"^folds\[1\]\['won'\]=-1 is below 0"):
        jackknife_counts([{"won": 1}, {"won": -1}], len)


# Student's t


@given(st.floats(0.001, 0.999))
def test_one_and_two_degrees_have_closed_forms(level):
    assert two_sided_t(level, 1) == pytest.approx(math.tan(math.pi * level / 2), rel=1e-9)
    assert two_sided_t(level, 2) == pytest.approx(level * math.sqrt(2 / (1 - level**2)), rel=1e-9)


@given(st.floats(0.01, 0.9999), st.integers(1, 200))
def test_the_tail_at_a_quantile_is_what_the_level_leaves(level, degrees):
    t = two_sided_t(level, degrees)
    assert student_tail(t, degrees) == pytest.approx(1 - level, rel=1e-8)
    assert student_tail(-t, degrees) == student_tail(t, degrees)


@given(st.floats(1e-6, 1e6), st.integers(1, 100))
def test_the_tail_falls_with_the_distance(t, degrees):
    assume(t * 2 < 1e7)
    assert 0 <= student_tail(2 * t, degrees) <= student_tail(t, degrees) * (1 + 1e-9) <= 1 + 1e-9
    assert student_tail(0, degrees) == 1


@pytest.mark.parametrize(
    ("level", "degrees", "t"),
    [(0.95, 1, 12.706), (0.95, 4, 2.776), (0.99, 10, 3.169), (0.9, 30, 1.697), (0.95, 120, 1.980), (0.5, 5, 0.727)],
)
def test_quantiles_are_those_of_the_tables(level, degrees, t):
    assert two_sided_t(level, degrees) == pytest.approx(t, abs=5.1e-4)
