"""Shares and differences of shares."""

from __future__ import annotations

import json
import math
import pickle
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.stats import Interval, Share, clopper_pearson, newcombe, share, wilson
from custlife.stats.proportions import METHODS
from custlife.stats.special import half_deviance, two_sided_z
from tests.stats.oracles import binomial_at_least

DATA = Path(__file__).parent / "data"
CASES = json.loads((DATA / "intervals.json").read_text())["cases"]
SINGLE = [case for case in CASES if case["kind"] == "proportion_interval"]
DIFFERENCES = [case for case in CASES if case["kind"] != "proportion_interval"]
LARGE = json.loads((DATA / "clopper_pearson.json").read_text())["cases"]

UNCUT = {"wald", "wald-cc", "agresti-coull"}  # documented to leave [0, 1]
MAY_MISS_THE_RATE = {"jeffreys", "mid-p"}  # at the ends, or at very low levels

levels = st.sampled_from([0.01, 0.5, 0.8, 0.9, 0.95, 0.99, 0.9999])
methods = st.sampled_from(METHODS)


@st.composite
def counts(draw, most=60):
    n = draw(st.integers(1, most))
    return draw(st.integers(0, n)), n


# laws


@given(counts(10**7), levels, methods)
def test_the_interval_holds_the_rate_and_lies_between_zero_and_one(kn, level, method):
    found = share(*kn, level=level, method=method)
    assert found.rate == kn[0] / kn[1]
    assert found.interval.low <= found.interval.high
    if method not in MAY_MISS_THE_RATE:
        assert found.interval.low <= found.rate <= found.interval.high
    if method not in UNCUT:
        assert found.interval.low >= 0
        assert found.interval.high <= 1


@given(counts(10**7), st.floats(0.01, 0.98), methods)
@example((10**7, 10**7), 0.8442815008887145, "clopper-pearson")  # Newton's method went to and fro on rounding for ever
def test_the_interval_widens_with_its_level(kn, level, method):
    narrow = share(*kn, level=level, method=method).interval
    wide = share(*kn, level=level + 0.01, method=method).interval
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@given(counts(10**7), levels, methods)
def test_counting_the_others_mirrors_the_interval(kn, level, method):
    k, n = kn
    this = share(k, n, level=level, method=method).interval
    other = share(n - k, n, level=level, method=method).interval
    assert this.low == pytest.approx(1 - other.high, rel=1e-9, abs=1e-15)
    assert this.high == pytest.approx(1 - other.low, rel=1e-9, abs=1e-15)


@given(counts(10**6), levels, methods)
def test_one_more_success_moves_neither_limit_down(kn, level, method):
    k, n = kn
    if method == "wald" or method == "wald-cc" or k == n:
        return  # Wald's width is 0 at both ends, so its lower limit turns
    less, more = share(k, n, level=level, method=method).interval, share(k + 1, n, level=level, method=method).interval
    assert less.low <= more.low + 1e-12
    assert less.high <= more.high + 1e-12


@given(counts(), levels)
def test_clopper_pearson_inverts_the_binomial_tails(kn, level):
    k, n = kn
    interval = clopper_pearson(k, n, level=level)
    tail = (1 - level) / 2
    assert (interval.low == 0) == (k == 0)
    assert (interval.high == 1) == (k == n)
    if k > 0:
        assert float(binomial_at_least(k, n, Fraction(interval.low))) == pytest.approx(tail, rel=1e-9)
    if k < n:
        at_most = 1 - binomial_at_least(k + 1, n, Fraction(interval.high))
        assert float(at_most) == pytest.approx(tail, rel=1e-9)


@given(counts(), levels)
def test_mid_p_counts_half_of_the_observed(kn, level):
    k, n = kn
    low = share(k, n, level=level, method="mid-p").interval.low
    if k == 0:
        assert low == 0
    else:
        above, at_least = (binomial_at_least(i, n, Fraction(low)) for i in (k + 1, k))
        assert float((above + at_least) / 2) == pytest.approx((1 - level) / 2, rel=1e-9)


@given(counts(10**6), levels)
def test_wilson_solves_the_score_equation(kn, level):
    k, n = kn
    interval = wilson(k, n, level=level)
    for limit in (interval.low, interval.high):
        score = abs(k / n - limit)
        assert score == pytest.approx(two_sided_z(level) * math.sqrt(limit * (1 - limit) / n), rel=1e-6, abs=1e-12)


@given(counts(10**6), levels)
def test_likelihood_ratio_limits_lose_just_the_allowed_likelihood(kn, level):
    k, n = kn
    interval = share(k, n, level=level, method="likelihood-ratio").interval
    drop = two_sided_z(level) ** 2 / 2
    if 0 < k < n:
        for p in (interval.low, interval.high):
            lost = half_deviance(k, n * p) + half_deviance(n - k, n * (1 - p))
            assert lost == pytest.approx(drop, rel=1e-5, abs=1e-9)
    else:
        assert (interval.low if k == 0 else interval.high) == k / n
        likely = 1 - interval.high if k == 0 else interval.low
        assert -n * math.log(likely) == pytest.approx(drop, rel=1e-5, abs=1e-9)


@given(counts(10**6), counts(10**6), levels)
def test_newcombe_is_antisymmetric_and_holds_the_difference(one, two, level):
    there, back = newcombe(*one, *two, level=level), newcombe(*two, *one, level=level)
    assert there.difference == -back.difference
    assert there.interval.low == pytest.approx(-back.interval.high, abs=1e-15)
    assert there.interval.low <= there.difference <= there.interval.high
    assert there.interval.low >= -1 - 1e-12
    assert there.interval.high <= 1 + 1e-12
    assert (there.first, there.second) == (share(*one, level=level), share(*two, level=level))


@given(counts(), counts())
def test_newcombe_equals_its_formula(one, two):
    (k1, n1), (k2, n2) = one, two
    a, b = wilson(k1, n1), wilson(k2, n2)
    d, interval = k1 / n1 - k2 / n2, newcombe(k1, n1, k2, n2).interval
    assert interval.low == pytest.approx(d - math.sqrt((k1 / n1 - a.low) ** 2 + (b.high - k2 / n2) ** 2), abs=1e-14)
    assert interval.high == pytest.approx(d + math.sqrt((a.high - k1 / n1) ** 2 + (k2 / n2 - b.low) ** 2), abs=1e-14)


@given(levels, methods)
def test_a_share_of_nothing_is_no_number(level, method):
    assert share(0, 0, level=level, method=method) == Share(0, 0, None, None, "n=0: a share of nothing")


# oracles


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case["id"])
def test_intervals_of_one_proportion_equal_statsmodels_scipy_and_r(case):
    assert {method.replace("_", "-") for method in case["expected"]} == set(METHODS)
    for source, tolerance in (("expected", case["tolerance"]), ("published", case.get("published_tolerance"))):
        for method, (low, high) in case.get(source, {}).items():
            found = share(
                case["successes"], case["n"], level=case["confidence"], method=method.replace("_", "-")
            ).interval
            assert (found.low, found.high) == pytest.approx((low, high), abs=tolerance), (source, method)


@pytest.mark.parametrize("case", DIFFERENCES, ids=lambda case: case["id"])
def test_newcombe_equals_statsmodels_and_r(case):
    found = newcombe(case["x1"], case["n1"], case["x2"], case["n2"], level=case["confidence"])
    expected = case["expected"]
    assert found.difference == pytest.approx(expected["difference"], abs=case["tolerance"])
    limits = (found.interval.low, found.interval.high)
    assert limits == pytest.approx((expected["lower"], expected["upper"]), abs=case["tolerance"])
    assert limits == pytest.approx(tuple(case["published"]), abs=case["published_tolerance"])


@pytest.mark.parametrize("case", LARGE, ids=lambda case: f"{case['k']}-of-{case['n']}-{case['level']}")
def test_clopper_pearson_keeps_nine_digits_of_both_tails_for_ten_million(case):
    found = clopper_pearson(case["k"], case["n"], level=case["level"])
    assert found.low == pytest.approx(float(case["low"]), rel=1e-9, abs=0)
    assert found.high == pytest.approx(float(case["high"]), rel=1e-9, abs=0)


# examples


def test_defaults_are_wilson_at_ninety_five_percent():
    assert share(7, 50) == share(7, 50, level=0.95, method="wilson")
    assert share(7, 50).interval == wilson(7, 50)
    assert share(7, 50, method="clopper-pearson").interval == clopper_pearson(7, 50)
    assert newcombe(1, 2, 1, 3) == newcombe(1, 2, 1, 3, level=0.95)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("k", [0, 1, 10, 21])
def test_a_level_next_to_nothing_gives_an_interval_next_to_the_rate(method, k):
    """Within three quarters of a success, which is what the corrections and the discreteness are worth."""
    interval = share(k, 21, level=1e-300, method=method).interval
    assert interval.low <= interval.high
    assert (interval.low, interval.high) == pytest.approx((k / 21, k / 21), abs=0.75 / 21)


def test_interval_names_its_level_and_method():
    assert share(0, 20, level=0.9, method="mid-p").interval == Interval(
        0.0, pytest.approx(1 - 0.1 ** (1 / 20), rel=1e-12), 0.9, "mid-p"
    )


def test_values_read_as_sentences():
    assert str(share(81, 263)) == "81 of 263: 30.8 % (95 % wilson 25.5 % to 36.6 %)"
    assert str(share(0, 0)) == "0 of 0: no rate (n=0: a share of nothing)"
    assert str(newcombe(56, 70, 48, 80)) == "+20.0 points, 56 of 70 less 48 of 80 (95 % newcombe +5.2 to +33.4)"
    assert str(newcombe(0, 0, 1, 2)) == "0 of 0 less 1 of 2: no difference (n1=0: a share of nothing)"
    assert newcombe(1, 2, 0, 0).reason == "n2=0: a share of nothing"
    assert newcombe(0, 0, 0, 0).reason == "n1=0 and n2=0: a share of nothing"


def test_values_hash_and_pickle():
    for value in (share(1, 2), share(0, 0), newcombe(1, 2, 1, 3)):
        assert hash(pickle.loads(pickle.dumps(value))) == hash(value)


class Whole:
    """An integer of another library."""

    def __index__(self) -> int:
        return 3


def test_counts_of_other_libraries_become_plain_ints():
    assert type(share(Whole(), 5).k) is int
    assert share(Whole(), 5) == share(3, 5)


# errors


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: share(-1, 5), UsageError, "k=-1 is negative\n\nHint: pass k as a count, 0 or more"),
        (lambda: share(0, -5), UsageError, "n=-5 is negative\n\nHint: pass n as a count, 0 or more"),
        (lambda: share(6, 5), UsageError, "k=6 is greater than n=5\n\nHint: k counts those among the n"),
        (
            lambda: share(2.0, 5),
            UsageTypeError,
            "k=2.0 is not a whole number\n\nHint: pass k as an int: a share is made of counts",
        ),
        (
            lambda: newcombe(1, 2, 4, 3),
            UsageError,
            "k2=4 is greater than n2=3\n\nHint: k2 counts those among the n2",
        ),
        (
            lambda: newcombe(1, "2", 1, 3),
            UsageTypeError,
            "n1='2' is not a whole number\n\nHint: pass n1 as an int: a share is made of counts",
        ),
        (
            lambda: share(1, 5, level=95),
            UsageError,
            "level=95 is not strictly between 0 and 1\n\nHint: pass level=0.95",
        ),
        (
            lambda: wilson(1, 5, level=99.9),
            UsageError,
            "level=99.9 is not strictly between 0 and 1\n\nHint: pass level=0.999",
        ),
        (
            lambda: newcombe(1, 5, 1, 5, level=1),
            UsageError,
            "level=1 is not strictly between 0 and 1\n\nHint: pass level=0.95",
        ),
        (
            lambda: share(0, 0, level=float("nan")),
            UsageError,
            "level=nan is not strictly between 0 and 1\n\nHint: pass level=0.95",
        ),
        (lambda: share(1, 5, level="95%"), UsageTypeError, "level='95%' is not a number\n\nHint: pass level=0.95"),
        (lambda: share(1, 5, level=True), UsageTypeError, "level=True is not a number\n\nHint: pass level=0.95"),
        (
            lambda: share(0, 0, method="wilsn"),
            UnknownNameError,
            (
                "unknown method 'wilsn'\n\nHint: did you mean 'wilson'? There are: 'wilson', 'clopper-pearson', "
                "'wilson-cc', 'mid-p', 'likelihood-ratio', 'jeffreys', 'agresti-coull', 'wald', 'wald-cc'"
            ),
        ),
    ],
)
def test_a_call_that_cannot_be_answered_says_what_to_type(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text
