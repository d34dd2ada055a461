"""Fitted curves of retention: laws, closed forms, and the cohort of Fader & Hardie (see data/README.md)."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import UsageError, UsageTypeError
from custlife.stats import RetentionCurve, geometric, shifted_beta_geometric

(CASE,) = json.loads((Path(__file__).parent / "data" / "retention.json").read_text())["cases"]
REGULAR = shifted_beta_geometric(CASE["survivors"])

MODELS = [geometric, shifted_beta_geometric]


@st.composite
def cohorts(draw, least=2):
    """Counts that never rise, of a few periods, with ties and zeros."""
    start = draw(st.one_of(st.integers(1, 12), st.integers(1, 10**6)))
    later = draw(st.lists(st.integers(0, start), min_size=least - 1, max_size=8))
    return [start, *sorted(later, reverse=True)]


def leaving(alpha, beta, n):
    """P(T = 1..n) and S(n) by the recursion of Fader & Hardie (2007)."""
    found = [alpha / (alpha + beta)]
    for t in range(2, n + 1):
        found.append(found[-1] * (beta + t - 2) / (alpha + beta + t - 1))
    return found, 1 - math.fsum(found)


def by_definition(cohort, alpha, beta):
    chances, still = leaving(alpha, beta, len(cohort) - 1)
    lost = [a - b for a, b in pairwise(cohort)]
    parts = [*zip(lost, chances, strict=True), (cohort[-1], still)]
    return sum(n * math.log(p) for n, p in parts if n) if all(p > 0 for n, p in parts if n) else -math.inf


# laws


@given(cohorts(), st.floats(0.05, 50), st.floats(0.05, 50))
def test_no_other_curve_is_more_likely(cohort, alpha, beta):
    found = shifted_beta_geometric(cohort)
    near = 1e-9 * cohort[0] * len(cohort)
    assert by_definition(cohort, alpha, beta) <= found.log_likelihood + near
    assert geometric(cohort).log_likelihood <= found.log_likelihood + near
    if found.alpha is not None and 1e-3 < found.alpha + found.beta < 1e3:
        for a, b in ((1.01, 1), (0.99, 1), (1, 1.01), (1, 0.99), (1.01, 1.01), (0.99, 0.99)):
            assert by_definition(cohort, found.alpha * a, found.beta * b) <= found.log_likelihood + near


@given(cohorts(), st.sampled_from(MODELS))
def test_survival_falls_from_one_and_retention_never_falls(cohort, model):
    found = model(cohort)
    survival, retention = found.survival(12), [found.retention(t) for t in range(1, 13)]
    assert survival[0] == 1
    assert list(survival) == sorted(survival, reverse=True)
    assert min(survival) >= 0
    assert retention == pytest.approx(sorted(retention), rel=1e-12)
    assert survival[1] == pytest.approx(1 - found.churn, abs=1e-12)


@given(cohorts(), st.integers(2, 9))
def test_a_cohort_many_times_as_large_has_the_same_curve(cohort, times):
    one, many = shifted_beta_geometric(cohort), shifted_beta_geometric([times * n for n in cohort])
    assert many.survival(9) == pytest.approx(one.survival(9), abs=1e-5)


@given(cohorts(), st.sampled_from(MODELS), st.sampled_from([0.05, 0.3, 1]), st.integers(0, 6))
def test_the_lifetime_is_the_discounted_sum_of_survival(cohort, model, discount, age):
    found = model(cohort)
    paid, still = 0.0, 1.0
    for t in range(1, 900):
        paid += still
        still *= found.retention(age + t) / (1 + discount)
    assert found.lifetime(discount=discount, age=age) == pytest.approx(paid, rel=1e-9)


def test_lifetimes_of_curves_without_and_with_full_spread():
    assert geometric([100, 80, 64]).lifetime(discount=0) == pytest.approx(5)
    assert geometric([100, 80, 64]).lifetime(discount=0, age=7) == pytest.approx(5)
    split = shifted_beta_geometric([5, 4, 4])  # a fifth leaves at once, the rest never
    assert split.lifetime(discount=0.1) == pytest.approx(1 + 0.8 / 0.1)
    assert split.lifetime(discount=0.1, age=1) == pytest.approx(1 + 1 / 0.1)


@given(st.floats(1.1, 20), st.floats(0.1, 20), st.integers(0, 5))
def test_the_undiscounted_lifetime_is_the_limit_of_small_discounts(alpha, beta, age):
    total = alpha + beta
    found = RetentionCurve("shifted beta-geometric", (1, 1), alpha / total, 1 / (1 + total), 0.0)
    assert (found.alpha, found.beta) == (pytest.approx(alpha), pytest.approx(beta))
    assert found.lifetime(discount=0, age=age) == pytest.approx((total + age - 1) / (alpha - 1), rel=1e-9)
    if alpha > 3:
        assert found.lifetime(discount=1e-7, age=age) == pytest.approx(found.lifetime(discount=0, age=age), rel=1e-4)


@given(cohorts())
def test_the_geometric_churn_is_who_left_of_who_could(cohort):
    found = geometric(cohort)
    assert found.churn == (cohort[0] - cohort[-1]) / sum(cohort[:-1])
    assert (found.alpha, found.beta, found.reason) == (None, None, "no spread")


# cases


def test_the_regular_customers_of_fader_and_hardie():
    expected, near = CASE["expected"], CASE["tolerance"]
    assert REGULAR.alpha == pytest.approx(expected["alpha"], abs=near["alpha"])
    assert REGULAR.beta == pytest.approx(expected["beta"], abs=near["beta"])
    assert round(REGULAR.alpha, 3) == CASE["published"]["alpha"]
    assert round(REGULAR.beta, 3) == CASE["published"]["beta"]
    assert REGULAR.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-12)
    assert list(REGULAR.survival(12)) == pytest.approx(expected["survival"], abs=near["survival"])
    rates = [REGULAR.retention(t) for t in range(1, 13)]
    assert rates == pytest.approx(expected["retention_rate"], abs=near["survival"])


def test_the_curve_holds_on_where_the_geometric_one_has_lost_everybody():
    late = CASE["all_years_percent"][12] / 100
    assert abs(REGULAR.survival(12)[12] - late) < 0.005
    assert geometric(CASE["survivors"]).survival(12)[12] < late / 2


@pytest.mark.parametrize(
    ("cohort", "churn", "reason"),
    [
        ([100, 80, 64, 51], 49 / 244, "no spread: the share that stays does not rise"),
        ([10, 5], 0.5, "no spread: the share that stays does not rise"),
        ([10, 0, 0], 1, "no spread: the share that stays does not rise"),
        ([10, 10, 10], 0, "no spread: the share that stays does not rise"),
        ([10, 5, 5], 0.5, "full spread: nobody left after the first period"),
    ],
)
def test_a_curve_without_parameters_says_why(cohort, churn, reason):
    found = shifted_beta_geometric(cohort)
    assert (found.churn, found.alpha, found.beta, found.reason) == (pytest.approx(churn), None, None, reason)
    assert str(found) == f"shifted beta-geometric, {reason}: {100 * (1 - found.churn):.1f} % stay the first period"


# errors


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("cohort", "kind", "text"),
    [
        ([5, 6], UsageError, "retained_counts[1]=6 is above retained_counts[0]=5\n\nHint: count the customers of one"),
        ([5, -1], UsageError, "retained_counts[1]=-1 is below 0\n\nHint: pass retained_counts[1]=0 or more"),
        ([5, 0.5], UsageTypeError, "retained_counts[1]=0.5 is not a whole number\n\nHint: pass retained_counts[1] as"),
        ([5], UsageError, "retained_counts has 1 of 2 or more counts\n\nHint: pass the start and each period"),
        ([0, 0], UsageError, "retained_counts[0]=0: nobody can be retained\n\nHint: leave out cohorts without"),
    ],
)
def test_what_is_no_cohort_is_named(model, cohort, kind, text):
    with pytest.raises(kind) as caught:
        model(cohort)
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda: REGULAR.lifetime(discount=0), "discount=0 does not converge: alpha=0.704077 is not above 1\n\nHint: "),
        (
            lambda: geometric([5, 5]).lifetime(discount=0),
            "discount=0 does not converge: some never leave\n\nHint: pass",
        ),
        (
            lambda: shifted_beta_geometric([5, 4, 4]).lifetime(discount=0),
            "discount=0 does not converge: some never leave\n\nHint: pass a discount above 0",
        ),
        (lambda: REGULAR.lifetime(discount=-1), "discount=-1 does not converge over all periods to come\n\nHint: "),
        (lambda: REGULAR.lifetime(discount=1, age=-1), "age=-1 is below 0\n\nHint: pass age=0 or more"),
        (lambda: REGULAR.retention(0), "period=0 is below 1\n\nHint: pass period=1 or more"),
        (lambda: REGULAR.survival(-1), "periods=-1 is below 0\n\nHint: pass periods=0 or more"),
    ],
)
def test_what_cannot_be_asked_is_named(ask, text):
    with pytest.raises(UsageError) as caught:
        ask()
    assert str(caught.value).startswith(text)
