"""Laws of the Nelson-Aalen estimator."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given

from custlife.errors import HistoryError, UsageError, UsageTypeError
from custlife.stats import Interval, nelson_aalen
from custlife.stats.special import two_sided_z
from tests.stats.strategies import late_spells, levels


def hazard_of(rows, **options):
    return nelson_aalen(
        [leave for _, leave, ended in rows if ended],
        [leave for _, leave, ended in rows if not ended],
        entered=[enter for enter, _, _ in rows],
        **options,
    )


@given(late_spells())
def test_hazard_and_variance_are_the_sums_in_fractions(rows):
    found = hazard_of(rows)
    value, variance = Fraction(0), Fraction(0)
    for i, t in enumerate(found.curve.times):
        n = sum(1 for enter, leave, _ in rows if leave >= t and (enter < t or enter == 0))
        d = sum(1 for _, leave, ended in rows if leave == t and ended)
        value, variance = value + Fraction(d, n or 1), variance + Fraction(d, (n or 1) ** 2)
        assert found.hazard[i] == pytest.approx(float(value), rel=1e-14)
        assert found.std_error[i] == pytest.approx(math.sqrt(variance), rel=1e-14)


@given(late_spells())
def test_survival_lies_below_the_exponential_of_the_hazard(rows):
    """The product of (1 - h) is at most the exponential of -h."""
    found = hazard_of(rows)
    pairs = zip(found.curve.survival, found.hazard, strict=True)
    assert all(s <= math.exp(-h) + 1e-15 for s, h in pairs)


@given(late_spells(), levels)
def test_limits_lie_around_the_hazard_symmetric_in_its_logarithm(rows, level):
    found = hazard_of(rows, level=level)
    for h, e, low, high in zip(found.hazard, found.std_error, found.low, found.high, strict=True):
        assert 0 <= low <= h <= high
        if h:
            assert math.log(high / h) == pytest.approx(two_sided_z(level) * e / h, rel=1e-9)
            assert low * high == pytest.approx(h * h, rel=1e-12)
        else:
            assert (e, low, high) == (0, 0, 0)


@given(late_spells())
def test_a_reading_at_each_time_is_the_row(rows):
    found = hazard_of(rows)
    for i, t in enumerate(found.curve.times):
        point = found.at(t)
        assert (point.time, point.value, point.std_error) == (t, found.hazard[i], found.std_error[i])
        assert point.interval == Interval(found.low[i], found.high[i], 0.95, "log")
        assert point.at_risk == found.curve.at_risk[i]


def test_before_the_first_time_the_hazard_is_the_point_zero():
    point = nelson_aalen([2, 3]).at(1)
    assert (point.value, point.std_error, point.interval) == (0, 0, Interval(0, 0, 0.95, "log"))
    assert point.at_risk == 2


def test_past_the_last_time_the_hazard_is_unknown_though_survival_is_zero():
    found = nelson_aalen([2, 3])
    assert found.curve.at(4).value == 0
    assert str(found.at(4)) == "hazard unknown up to 4 (nobody was seen past 3), 0 at risk"


def test_who_enters_after_all_have_ended_adds_to_the_hazard():
    assert nelson_aalen([1, 5], entered=[3]).hazard == (1, 2)


def test_without_spells_there_is_no_hazard():
    found = nelson_aalen([])
    assert (str(found), found.hazard) == ("no spells", ())
    assert str(found.at(0)) == "hazard unknown up to 0 (no spells), 0 at risk"


def test_text():
    assert str(nelson_aalen([1, 2, 3], [3])) == "4 spells, 3 ended, seen up to 3; hazard 1.08333"
    text = "hazard 0.583333 up to 2 (95 % log 0.143852 to 2.36547), 3 at risk"
    assert str(nelson_aalen([1, 2, 3], [3]).at(2)) == text


def test_a_unit_divides_the_durations():
    assert nelson_aalen([60], [120], unit=60).curve.times == (1, 2)


def test_bad_input_is_refused_as_by_kaplan_meier():
    with pytest.raises(UsageError, match=r"^duration -1 is negative @ ended\[0\]"):
        nelson_aalen([-1])
    with pytest.raises(UsageTypeError, match=r"^duration 'a' is not a number @ censored\[0\]"):
        nelson_aalen([1], ["a"])
    with pytest.raises(UsageError, match=r"^level=95 is not strictly between 0 and 1"):
        nelson_aalen([1], level=95)
    with pytest.raises(HistoryError, match=r"^1 leave at 1, but only 0 have entered before"):
        nelson_aalen([1], entered=[1])
    with pytest.raises(UsageError, match=r"^time=-1 is not a time of 0 or more"):
        nelson_aalen([1]).at(-1)
