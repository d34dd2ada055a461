"""Markov chains of the literature (see data/README.md), long ones, and those of counts."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.stats import MarkovChain, markov_chain, share
from tests.stats.chains import BY_ID, chain_of
from tests.stats.oracles import exact_inverse


def test_pfeifer_and_carraway_values():
    case = BY_ID["mk-01"]
    chain, expected, discount = chain_of(case), case["expected"], case["discount_rate"]
    value = chain.value(case["reward"], discount=discount)
    assert list(value) == pytest.approx(expected["clv_infinite"], abs=case["tolerance"])
    assert list(value) == pytest.approx(case["published"]["clv_infinite"], abs=case["published_tolerance"])
    for horizon, values in expected["clv_horizon_T"].items():
        found = chain.value(case["reward"], discount=discount, horizon=int(horizon))
        assert list(found) == pytest.approx(values, abs=case["tolerance"])
    four = chain.value(case["reward"], discount=discount, horizon=4)
    assert list(four) == pytest.approx(case["published"]["clv_T4"], abs=case["published_tolerance"])


@pytest.mark.parametrize("last", range(1, 6))
def test_pfeifer_and_carraway_values_where_remarketing_stops(last):
    case = BY_ID["mk-01"]
    given_up = case["states"][last:4]
    chain = chain_of(case).with_stop(given_up, into="former customer")
    money = {s: r for s, r in zip(case["states"], case["reward"], strict=True) if s not in given_up}
    expected = case["expected"]["clv_infinite_if_remarketing_stops_after_recency"][str(last)]
    assert list(chain.value(money, discount=case["discount_rate"])) == pytest.approx(expected, abs=case["tolerance"])
    if last == 3:
        assert expected == pytest.approx(case["published"]["clv_stop_after_3"], abs=case["published_tolerance"])


@pytest.mark.parametrize("name", ["mk-03", "mk-07"])
def test_absorbing_chains_of_the_textbooks(name):
    case = BY_ID[name]
    found, expected, near = chain_of(case).absorption(), case["expected"], case["tolerance"]
    assert (list(found.transient), list(found.absorbing)) == (case["transient"], case["absorbing"])
    for row, figures in zip(found.fundamental, expected["fundamental_matrix"], strict=True):
        assert list(row) == pytest.approx(figures, abs=near)
    for row, figures in zip(found.probabilities, expected["absorption_probabilities"], strict=True):
        assert list(row) == pytest.approx(figures, abs=near)
    assert list(found.periods) == pytest.approx(expected["expected_steps"], abs=near)
    assert list(found.variances) == pytest.approx(expected["variance_steps"], abs=near)
    for i, start in enumerate(case["transient"]):
        assert found.expected_periods(start) == found.periods[i]
        assert [found.probability(start, end) for end in case["absorbing"]] == list(found.probabilities[i])


def test_receivables_are_absorbed_as_printed():
    case = BY_ID["mk-07"]
    chain, start = chain_of(case), dict(zip(case["transient"], case["start_amounts"], strict=True))
    rows = chain.absorption().probabilities
    amounts = [sum(a * row[k] for a, row in zip(start.values(), rows, strict=True)) for k in range(2)]
    assert amounts == pytest.approx(case["expected"]["absorbed_amounts"], abs=case["tolerance"])
    assert amounts == pytest.approx(case["published"]["amounts"], abs=0.5)
    later = chain.project(start, 400)[-1]
    assert [later[end] for end in case["absorbing"]] == pytest.approx(amounts, abs=1e-9)


def test_the_weather_of_oz_settles():
    case = BY_ID["mk-12"]
    assert list(chain_of(case).stationary()) == pytest.approx(case["expected"]["stationary"], abs=case["tolerance"])


def test_margin_multiples_are_values_without_the_present_period():
    case = BY_ID["mk-16"]
    for retention, row in case["expected"]["multiple_by_retention_and_discount"].items():
        keep = float(retention)
        chain = MarkovChain(["active", "gone"], [[keep, 1 - keep], [0, 1]])
        for discount, multiple in row.items():
            value = chain.value({"active": 1}, discount=float(discount))["active"] - 1
            assert value == pytest.approx(multiple, abs=case["tolerance"])
            printed = case["published"][retention][discount]
            assert value == pytest.approx(printed, abs=case["published_tolerance"])


@pytest.mark.parametrize("stay", [Fraction(1, 2), Fraction(999_999, 1_000_000)])
def test_chains_of_thirty_states_are_accurate(stay):
    """A walk that goes on or back, and is lost now and then; exact in fractions, however rarely it moves."""
    n = 30
    rows = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    for i in range(n - 2):
        go = 1 - stay
        rows[i] = [Fraction(0)] * n
        for j, part in ((i, stay), (i + 1, go / 2), (max(i - 1, 0), go * Fraction(2, 5)), (n - 1, go / 10)):
            rows[i][j] += part
    chain = MarkovChain([f"s{i}" for i in range(n)], [[float(p) for p in row] for row in rows])
    found = chain.absorption()
    exact = exact_inverse([[int(i == j) - rows[i][j] for j in range(n - 2)] for i in range(n - 2)])
    assert 1 < found.condition < 1e3
    for row, expected in zip(found.fundamental, exact, strict=True):
        assert list(row) == pytest.approx([float(x) for x in expected], rel=1e-9)
    assert [sum(row) for row in found.probabilities] == pytest.approx([1] * (n - 2), rel=1e-13)
    assert list(found.periods) == pytest.approx([float(sum(row)) for row in exact], rel=1e-9)


def test_what_is_rare_is_not_rounded_away():
    done = MarkovChain(["a", "b", "c"], [[1.0, 1e-17, 3e-17], [0, 1, 0], [0, 0, 1]]).absorption()
    assert done.probabilities[0] == pytest.approx((0.25, 0.75), rel=1e-15)
    assert done.periods[0] == pytest.approx(2.5e16, rel=1e-15)


COUNTS = {("trial", "trial"): 6, ("trial", "paid"): 3, ("trial", "lost"): 1, ("paid", "paid"): 4, ("paid", "lost"): 0}


def test_shares_of_counts_are_probabilities_with_intervals():
    chain = markov_chain({**COUNTS, ("paid", "lost"): 4}, absorbing=["lost"], level=0.9)
    assert chain.states == ("trial", "paid", "lost")
    assert chain.rows == ((0.6, 0.3, 0.1), (0, 0.5, 0.5), (0, 0, 1))
    assert chain.share("trial", "paid") == share(3, 10, level=0.9)
    assert chain.share("lost", "lost").reason == "n=0: a share of nothing"


def test_smoothing_adds_to_every_destination_of_states_that_can_be_left():
    chain = markov_chain(COUNTS, absorbing=["lost"], smoothing=0.5, states=["lost", "trial", "paid"])
    assert chain.rows[0] == (1, 0, 0)
    assert chain.rows[1] == pytest.approx((1.5 / 11.5, 6.5 / 11.5, 3.5 / 11.5))
    assert chain.rows[2] == pytest.approx((0.5 / 5.5, 0.5 / 5.5, 4.5 / 5.5))
    assert chain.share("trial", "paid") == share(3, 10)


@given(st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), st.integers(0, 10**12), min_size=1))
def test_a_chain_of_counts_has_their_shares(counts):
    chain = markov_chain(counts, smoothing=1)
    for (source, target), count in counts.items():
        total = sum(n for (start, _), n in counts.items() if start == source)
        expected = (count + 1) / (total + len(chain.states))
        assert chain.probability(source, target) == pytest.approx(expected, rel=1e-12)
        assert chain.share(source, target) == share(count, total)
