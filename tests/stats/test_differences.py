"""Differences of survival, incidence and restricted means: laws, and the same straight from fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import NormalDist

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import UsageError, UsageTypeError
from custlife.stats import (
    cumulative_incidence,
    incidence_difference,
    kaplan_meier,
    restricted_mean_difference,
    survival_difference,
)
from tests.stats.oracles import exact_kaplan_meier
from tests.stats.strategies import curve_of_late, late_spells

at_times = st.integers(0, 9)


def greenwood(spells, at):
    """Greenwood's sum over `(entry, exit, ended)` in fractions: the squared relative error of survival."""
    total = Fraction(0)
    for t in {leave for _, leave, ended in spells if ended and leave <= at}:
        n = sum(1 for enter, leave, _ in spells if leave >= t and (enter < t or enter == 0))
        d = sum(1 for _, leave, ended in spells if leave == t and ended)
        total += Fraction(d, n * (n - d))
    return total


def negated(found):
    """What comparing the other way round should give."""
    interval = found.interval and attrs.evolve(found.interval, low=-found.interval.high, high=-found.interval.low)
    difference = None if found.difference is None else -found.difference
    return (found.second, found.first, difference, found.std_error, interval, found.p_value)


def facts(found):
    return (found.first, found.second, found.difference, found.std_error, found.interval, found.p_value)


@given(late_spells(), late_spells(), at_times)
def test_a_survival_difference_is_that_of_the_definitions(first, second, at):
    found = survival_difference(curve_of_late(first), curve_of_late(second), at=at, level=0.9)
    values = [exact_kaplan_meier(rows, at) for rows in (first, second)]
    seen = [s == 0 or at <= max(leave for _, leave, _ in rows) for s, rows in zip(values, (first, second), strict=True)]
    for value, s, is_seen in zip((found.first, found.second), values, seen, strict=True):
        assert value == (pytest.approx(float(s), abs=1e-14) if is_seen else None)
    if not all(seen):
        assert (found.difference, found.interval, found.p_value) == (None, None, None)
        assert "nobody was seen past" in found.reason
        return
    assert found.difference == pytest.approx(float(values[0] - values[1]), abs=1e-14)
    if not all(0 < s < 1 for s in values):
        assert (found.std_error, found.interval, found.p_value) == (None, None, None)
        assert "so that its error is unknown" in found.reason
        return
    errors = [math.sqrt(greenwood(rows, at)) for rows in (first, second)]
    z = NormalDist().inv_cdf(0.95)
    s, logs = [float(value) for value in values], [math.log(value) for value in values]
    low, high = ([x ** math.exp(side * z * e / g) for x, e, g in zip(s, errors, logs, strict=True)] for side in (-1, 1))
    assert found.interval.low == pytest.approx(s[0] - s[1] - math.hypot(s[0] - low[0], high[1] - s[1]), abs=1e-12)
    assert found.interval.high == pytest.approx(s[0] - s[1] + math.hypot(high[0] - s[0], s[1] - low[1]), abs=1e-12)
    spread = math.sqrt(sum((e / g) ** 2 for e, g in zip(errors, logs, strict=True)))
    distance = (math.log(-logs[0]) - math.log(-logs[1])) / spread
    assert found.p_value == pytest.approx(2 * NormalDist().cdf(-abs(distance)), rel=1e-9, abs=1e-15)
    variance = sum((x * e) ** 2 for x, e in zip(s, errors, strict=True))
    assert found.std_error == pytest.approx(math.sqrt(variance), rel=1e-12)
    assert -1 <= found.interval.low <= found.difference <= found.interval.high <= 1


@given(late_spells(), late_spells(), at_times)
def test_the_other_way_round_is_the_same_with_the_other_sign(first, second, at):
    one, other = curve_of_late(first), curve_of_late(second)
    for compare in (
        lambda a, b: survival_difference(a, b, at=at),
        lambda a, b: restricted_mean_difference(a, b, horizon=at),
    ):
        found, turned = compare(one, other), compare(other, one)
        for there, back in zip(negated(found)[:4], facts(turned)[:4], strict=True):
            assert there == (None if back is None else pytest.approx(back, abs=1e-15))
        assert (found.p_value is None) == (turned.p_value is None)
        if found.interval is not None:
            assert -found.interval.low == pytest.approx(turned.interval.high, abs=1e-14)
            assert found.p_value == pytest.approx(turned.p_value)


@given(late_spells(), late_spells(), at_times)
def test_with_one_cause_incidence_and_survival_differ_alike(first, second, at):
    def incidence_of(rows):
        ended, censored = ([t for _, t, how in rows if how is value] for value in (True, False))
        return cumulative_incidence({"won": ended}, censored, entered=[enter for enter, _, _ in rows])["won"]

    found = incidence_difference(incidence_of(first), incidence_of(second), at=at)
    other = survival_difference(curve_of_late(first), curve_of_late(second), at=at)
    assert (found.interval is None) == (other.interval is None)
    if found.difference is not None:
        assert found.difference == pytest.approx(-other.difference, abs=1e-14)
    if found.interval is not None:
        assert found.interval.low == pytest.approx(-other.interval.high, abs=1e-9)
        assert found.interval.high == pytest.approx(-other.interval.low, abs=1e-9)
        assert found.std_error == pytest.approx(other.std_error, rel=1e-7)
        assert found.p_value == pytest.approx(other.p_value, rel=1e-7, abs=1e-12)


@given(late_spells(), late_spells(), at_times)
def test_a_difference_of_restricted_means_is_that_of_the_definitions(first, second, horizon):
    found = restricted_mean_difference(curve_of_late(first), curve_of_late(second), horizon=horizon, level=0.5)
    means, variance, known = [], 0.0, True
    for rows in (first, second):
        known &= exact_kaplan_meier(rows, 99) == 0 or horizon <= max(leave for _, leave, _ in rows)
        means.append(sum(exact_kaplan_meier(rows, t) for t in range(horizon)))
        for t in {leave for _, leave, ended in rows if ended and leave < horizon}:
            after = sum(exact_kaplan_meier(rows, u) for u in range(t, horizon))
            term = greenwood_term(rows, t)
            variance += float(after**2 * term) if after else 0
    if not known:
        assert (found.difference, found.interval, found.p_value) == (None, None, None)
        return
    assert found.difference == pytest.approx(float(means[0] - means[1]), abs=1e-12)
    if not variance:
        assert (found.interval, found.reason) == (None, "nothing varies in either group")
        return
    assert found.std_error == pytest.approx(math.sqrt(variance), rel=1e-9)
    half = NormalDist().inv_cdf(0.75) * math.sqrt(variance)
    assert found.interval.high - found.interval.low == pytest.approx(2 * half, rel=1e-9)
    expected = 2 * NormalDist().cdf(-abs(float(means[0] - means[1])) / math.sqrt(variance))
    assert found.p_value == pytest.approx(expected, rel=1e-9, abs=1e-12)


def greenwood_term(rows, t):
    n = sum(1 for enter, leave, _ in rows if leave >= t and (enter < t or enter == 0))
    d = sum(1 for _, leave, ended in rows if leave == t and ended)
    return Fraction(d, n * (n - d)) if n > d else Fraction(0)


def test_texts_say_what_is_compared_and_why_something_is_missing():
    fast, slow, none = kaplan_meier([1, 2, 2, 3]), kaplan_meier([2, 3, 5, 8]), kaplan_meier([], [4, 4])
    assert str(survival_difference(slow, fast, at=2)).startswith(
        "+50.0 points, 75.0 % less 25.0 % (95 % hybrid log-log"
    )
    text = "+25.0 points, 100.0 % less 75.0 % (no interval: nobody of the first group has ended by then, so that its"
    assert str(survival_difference(none, slow, at=2)).startswith(text)
    found = survival_difference(none, fast, at=3)
    assert found.reason.startswith("nobody of the first group has ended by then")
    assert "; all of the second group have ended by then" in found.reason
    text = "survival past 9: no difference (second group: nobody was seen past 4)"
    assert str(survival_difference(slow, none, at=9)) == text
    text = "restricted mean up to 9: no difference (first group: no spells; second group: nobody was seen past 4)"
    assert str(restricted_mean_difference(kaplan_meier([]), none, horizon=9)) == text
    text = "+0, 4 less 4 (no interval: nothing varies in either group)"
    assert str(restricted_mean_difference(none, none, horizon=4)) == text


def test_few_of_very_many_are_compared_by_their_counts():
    """Where shares are tiny, log(-log(1 - F)) of a count k has the variance 1 / k."""
    n = 10**17
    few, more = (cumulative_incidence({"won": {1: k}}, {2: n - k})["won"] for k in (1, 9))
    distance = math.log(9) / math.sqrt(1 + 1 / 9)
    wanted = 2 * NormalDist().cdf(-distance)
    assert incidence_difference(more, few, at=1).p_value == pytest.approx(wanted)


def test_an_incidence_of_nothing_or_of_all_has_no_error():
    won, lost = cumulative_incidence({"won": [1, 2], "lost": []}).curves
    some = cumulative_incidence({"won": [1, 5], "lost": [2]})["won"]
    found = incidence_difference(won, lost, at=2)
    assert (found.what, found.difference, found.interval) == ("won and lost by 2", 1, None)
    assert found.reason.startswith("all of the first group have ended so by then")
    assert "; nobody of the second group has ended so by then" in found.reason
    assert incidence_difference(some, some, at=0.5).reason.startswith("nobody of the first group")
    assert incidence_difference(some, some, at=2).p_value == 1


def test_bad_input_is_named():
    curve, won = kaplan_meier([1, 2]), cumulative_incidence({"won": [1, 2]})["won"]
    with pytest.raises(UsageTypeError, match=r"^first=3 is not a survival curve\n\nHint: pass kaplan_meier"):
        survival_difference(3, curve, at=1)
    with pytest.raises(UsageTypeError, match=r"^second=3 is not a survival curve"):
        restricted_mean_difference(curve, 3, horizon=1)
    with pytest.raises(UsageTypeError, match=r"^second=.* is not an incidence curve\n\nHint: pass cumulative_inc"):
        incidence_difference(won, curve, at=1)
    with pytest.raises(UsageError, match=r"^time=-1 is not a time of 0 or more"):
        survival_difference(curve, curve, at=-1)
    with pytest.raises(UsageError, match=r"^horizon=inf is infinite"):
        restricted_mean_difference(curve, curve, horizon=math.inf)
    for compare in (survival_difference, incidence_difference):
        with pytest.raises(UsageError, match=r"^level=95 is not strictly between 0 and 1"):
            compare(*([won] * 2 if compare is incidence_difference else [curve] * 2), at=1, level=95)
