"""The truth: waits, rates, and what they imply."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife import StageModel
from custlife.errors import DefinitionError, UnknownNameError, UsageError
from custlife.simulate import Leaving, Rates, Season, Trait, Wait, Way
from custlife.simulate.arriving import arrivals

MODEL = StageModel("trial", ["trial", "active", "loyal"])
WAIT = Wait(10.0)


def rates(*leaving: Leaving, **options: Any) -> Rates:
    return Rates(MODEL, (("trial", 1.0),), leaving, **options)


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


@pytest.mark.parametrize("days", [0, 1, 20, 90, 800])
def test_everybody_stands_somewhere(days):
    shares = [LOOP.standing(None, stage, after=f"{days} days") for stage in MODEL.codes]
    assert sum(shares) == pytest.approx(1, abs=1e-3)
    assert LOOP.standing(None, MODEL.codes, after=f"{days} days") == pytest.approx(sum(shares), abs=1e-9)


@given(st.integers(0, 400))
def test_who_cannot_leave_a_stage_stands_in_it_once_it_is_reached(days):
    reached = LOOP.probability("trial", "active", within=f"{days} days")
    assert LOOP.standing("trial", "active", after=f"{days} days") == pytest.approx(reached, abs=1e-9)


@given(st.floats(0.05, 0.9), st.floats(0.0, 1.0), st.integers(0, 200))
def test_one_step_leaves_the_others_where_they_were(share, once, days):
    truth = rates(Leaving("trial", (Way("active", share, WAIT),)), at_once=once)
    gone = share * (once + (1 - once) * WAIT.by(days))
    assert truth.standing("trial", "trial", after=f"{days} days") == pytest.approx(1 - gone, abs=1e-9)
    assert truth.standing(None, ["trial", "loyal"], after=f"{days} days") == pytest.approx(1 - gone, abs=1e-9)


@given(st.integers(0, 400))
def test_the_ways_out_add_up_to_leaving(days):
    within = f"{days} days"
    ways = [LOOP.left_by("trial", within, to=to) for to in ("active", "lapsed")]
    assert sum(ways) == pytest.approx(LOOP.left_by("trial", within), abs=1e-12)
    assert LOOP.left_by("lapsed", within, to="") == LOOP.left_by("lapsed", within)
    assert LOOP.left_by("lapsed", within, to="active") == 0


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: LOOP.standing(None, "nowhere", after="1 day"), UnknownNameError, "unknown stage 'nowhere'"),
        (lambda: LOOP.standing("nowhere", "trial", after="1 day"), UnknownNameError, "unknown stage 'nowhere'"),
        (lambda: LOOP.left_by("nowhere", "1 day"), UnknownNameError, "unknown stage 'nowhere'"),
        (lambda: LOOP.left_by("trial", "1 day", to="nowhere"), UnknownNameError, "unknown stage 'nowhere'"),
        (lambda: LOOP.standing(None, "trial", after="1 month"), UsageError, "after='1 month' has no fixed length"),
        (lambda: Season(months=[1]), DefinitionError, "months=(1.0,) are not the weights of a season"),
        (lambda: Season(weekdays=[0] * 7), DefinitionError, "weekdays=(0.0, 0.0"),
        (lambda: Season(weekdays=[-1, *[1] * 6]), DefinitionError, "weekdays=(-1.0, 1.0"),
        (lambda: arrivals(Season(weekdays=[1, *[0] * 6]), 0, 1440, 1440), UsageError, "nobody appears in this season"),
    ],
)
def test_questions_and_seasons_that_cannot_be_are_refused_with_the_reason(make, error, text):
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value).startswith(text)


def test_the_weight_of_a_day_is_that_of_its_month_times_that_of_its_weekday():
    season = Season(months=range(1, 13), weekdays=[1, 10, 100, 1000, 10**4, 10**5, 10**6])
    assert season.weight(date(2026, 1, 5)) == 1  # a Monday
    assert season.weight(date(2026, 3, 1)) == 3 * 10**6
    assert season.weight(date(2026, 12, 31)) == 12 * 1000


DAY = 1440
SEASONS = st.builds(
    Season,
    months=st.lists(st.sampled_from([0.5, 1, 3]), min_size=12, max_size=12),
    weekdays=st.lists(st.sampled_from([0, 0.1, 1, 2]), min_size=7, max_size=7).filter(any),
)


@given(SEASONS, st.integers(-5 * 10**7, 5 * 10**7), st.integers(8 * DAY, 500 * DAY), st.floats(0, 1, exclude_max=True))
def test_customers_appear_in_the_window_on_days_of_the_season(season, first, length, chance):
    made = arrivals(season, first, first + length, DAY)
    at = made.at(chance)
    assert first <= at < first + length
    assert season.weight(date(1970, 1, 1) + timedelta(days=at // DAY)) > 0
    assert made.at(0.0) == made.starts[0]


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=2), SEASONS)
def test_a_higher_number_never_appears_earlier(chances, season):
    made = arrivals(season, 100, 100 + 40 * DAY, DAY)
    assert list(map(made.at, sorted(chances))) == sorted(map(made.at, chances))


def test_without_a_season_a_number_is_a_share_of_the_window():
    assert arrivals(None, 10, 20, DAY).at(0.55) == 15
