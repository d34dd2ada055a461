"""The truth: waits, rates, and what they imply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife import StageModel
from custlife.errors import DefinitionError, UnknownNameError, UsageError
from custlife.simulate import Leaving, Rates, Trait, Wait, Way

MODEL = StageModel("trial", ["trial", "active", "loyal"])
WAIT = Wait(10.0)


def rates(*leaving: Leaving, **options: object) -> Rates:
    return Rates(MODEL, (("trial", 1.0),), leaving, **options)  # type: ignore[arg-type]


@given(st.floats(0, 0.999999), st.floats(0.1, 1000), st.sampled_from([1, 2, 4]), st.floats(0.25, 4))
def test_a_drawn_wait_is_the_quantile_of_its_distribution(chance, median, shape, pace):
    wait = Wait(median, shape)
    assert wait.by(wait.drawn(chance, pace), pace) == pytest.approx(chance, abs=1e-9)


@given(st.floats(0.1, 1000), st.sampled_from([1, 2, 4]))
def test_half_of_the_waits_are_over_at_the_median(median, shape):
    assert Wait(median, shape).by(median) == 0.5
    assert Wait(median, shape).drawn(0.5) == median


@given(st.floats(0.05, 0.9), st.floats(0.01, 0.09), st.integers(1, 200))
def test_one_step_has_its_closed_form(share, skip, days):
    truth = rates(Leaving("trial", (Way("active", share, WAIT), Way("loyal", skip, Wait(30.0)))))
    expected = share * WAIT.by(days) + skip * Wait(30.0).by(days)
    assert truth.probability("trial", "active", within=f"{days} days") == pytest.approx(expected, abs=1e-12)
    assert truth.probability("trial", "active") == pytest.approx(share + skip)
    assert truth.left_by("trial", f"{days} days") == pytest.approx(expected, abs=1e-12)


@given(st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_coming_back_is_a_geometric_series(share, back):
    truth = rates(
        Leaving("trial", (Way("active", share, WAIT), Way("lapsed", 1 - share, WAIT))),
        Leaving("lapsed", (Way("", back, WAIT),)),
    )
    assert truth.probability("trial", "active") == pytest.approx(share / (1 - (1 - share) * back))


LOOP = rates(
    Leaving("trial", (Way("active", 0.5, WAIT), Way("lapsed", 0.4, Wait(25.0)))),
    Leaving("lapsed", (Way("", 0.5, Wait(40.0)),)),
    at_once=0.1,
)


@given(st.integers(1, 900), st.integers(1, 900))
def test_more_time_never_lowers_a_probability_and_ever_is_the_limit(one, other):
    low, high = sorted((one, other))
    early = LOOP.probability(None, "active", within=f"{low} days")
    late = LOOP.probability(None, "active", within=f"{high} days")
    assert 0 <= early <= late + 1e-3
    assert late <= LOOP.probability(None, "active") + 1e-3


def test_in_the_very_long_run_time_does_not_matter():
    assert LOOP.probability(None, "active", within="30000 days") == pytest.approx(
        LOOP.probability(None, "active"), abs=1e-2
    )


def test_two_steps_are_the_convolution_of_their_waits():
    truth = rates(Leaving("trial", (Way("active", 1.0, WAIT),)), Leaving("active", (Way("loyal", 1.0, Wait(20.0)),)))
    cells = 4000
    sum_ = sum(
        (WAIT.by(60 * (i + 1) / cells) - WAIT.by(60 * i / cells)) * Wait(20.0).by(60 - 60 * (i + 0.5) / cells)
        for i in range(cells)
    )
    assert truth.probability("trial", "loyal", within="60 days") == pytest.approx(sum_, abs=2e-3)


def test_moves_that_take_no_time_count_at_once():
    truth = rates(Leaving("trial", (Way("active", 0.5, WAIT),)), at_once=0.2)
    assert truth.left_by("trial", "10 days") == pytest.approx(0.5 * (0.2 + 0.8 * 0.5))


def test_a_slow_plan_waits_longer():
    slow = Trait("plan", (("slow", 1.0, 2.0),))
    truth = rates(Leaving("trial", (Way("active", 1.0, WAIT),)), traits=(slow,))
    assert truth.probability("trial", "active", within="20 days") == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: Wait(0.0), DefinitionError, "median_days=0.0 is not a wait"),
        (lambda: Wait(1.0, 3), DefinitionError, "shape=3 is not 1, 2 or 4"),
        (lambda: rates(Leaving("trial", (Way("paid", 1.0, WAIT),))), UnknownNameError, "unknown stage 'paid'"),
        (
            lambda: rates(Leaving("trial", (Way("active", 0.7, WAIT), Way("loyal", 0.7, WAIT)))),
            DefinitionError,
            "the shares of 'trial' are [0.7, 0.7]",
        ),
        (lambda: Rates(MODEL, (("trial", 0.5),), ()), DefinitionError, "the shares of 'entry' sum to 0.5"),
        (lambda: rates().probability("trial", "nowhere"), UnknownNameError, "unknown stage 'nowhere'"),
        (
            lambda: rates().probability("trial", "active", within="2 months"),
            UsageError,
            "within='2 months' has no fixed length",
        ),
    ],
)
def test_rates_that_cannot_be_are_refused_with_the_reason(make, error, text):
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value).startswith(text)
