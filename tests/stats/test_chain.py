"""Markov chains: laws, the answers of exact fractions, and figures of the literature (see data/README.md)."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import CustlifeError, DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.stats import ByState, MarkovChain, markov_chain, share
from tests.stats.oracles import exact_inverse

CASES = json.loads((Path(__file__).parent / "data" / "markov.json").read_text())["cases"]
BY_ID = {case["id"][:5]: case for case in CASES}

rewards = st.integers(-50, 50)
discounts = st.sampled_from([0.001, 0.1, 0.2, 1.0])


@st.composite
def exact_rows(draw, n, absorbing):
    """Rows of fractions; the last *absorbing* states are never left, and all others can reach the first of them."""
    rows = []
    for i in range(n):
        if i >= n - absorbing:
            rows.append([Fraction(int(i == j)) for j in range(n)])
            continue
        weights = [draw(st.integers(0, 9)) for _ in range(n)]
        weights[min(i + 1, n - absorbing)] += 1
        rows.append([Fraction(w, sum(weights)) for w in weights])
    return rows


one_to_three = st.integers(1, 3)


@st.composite
def exact_chains(draw, absorbing=one_to_three):
    """A chain and its rows as fractions; without absorbing states the last leads back to the first."""
    ends = draw(absorbing)
    n = draw(st.integers(1, 5)) + ends
    rows = draw(exact_rows(n, ends)) if ends else ring(draw, n)
    return MarkovChain([f"s{i}" for i in range(n)], [[float(p) for p in row] for row in rows]), rows, ends


def ring(draw, n):
    weights = [[draw(st.integers(0, 9)) + (j == (i + 1) % n) for j in range(n)] for i in range(n)]
    return [[Fraction(w, sum(row)) for w in row] for row in weights]


def close(numbers):
    return pytest.approx([float(x) for x in numbers], rel=1e-9, abs=1e-9)


# laws


@given(exact_chains(st.integers(0, 2)), st.integers(0, 200))
def test_rows_of_powers_sum_to_one_and_powers_add_up(found, n):
    chain, _, _ = found
    power = chain.power(n)
    assert [sum(row) for row in power.rows] == close([1] * len(chain.states))
    again = MarkovChain(chain.states, power.rows).power(2)
    assert [p for row in again.rows for p in row] == close([p for row in chain.power(2 * n).rows for p in row])


@given(exact_chains(st.integers(0, 2)), st.integers(0, 6))
def test_powers_are_those_of_fractions(found, n):
    chain, rows, _ = found
    size = range(len(rows))
    exact = [[Fraction(int(i == j)) for j in size] for i in size]
    for _ in range(n):
        exact = [[sum(row[k] * rows[k][j] for k in size) for j in size] for row in exact]
    for row, expected in zip(chain.power(n).rows, exact, strict=True):
        assert list(row) == close(expected)


@given(exact_chains())
def test_absorption_is_that_of_fractions(found):
    chain, rows, ends = found
    kept = range(len(rows) - ends)
    fundamental = exact_inverse([[int(i == j) - rows[i][j] for j in kept] for i in kept])
    done = chain.absorption()
    assert (done.transient, done.absorbing) == (chain.states[: len(kept)], chain.states[len(kept) :])
    steps = [sum(row) for row in fundamental]
    assert list(done.periods) == close(steps)
    for i in kept:
        assert list(done.fundamental[i]) == close(fundamental[i])
        ends_in = [sum(fundamental[i][k] * rows[k][j] for k in kept) for j in range(len(kept), len(rows))]
        assert list(done.probabilities[i]) == close(ends_in)
        assert sum(done.probabilities[i]) == pytest.approx(1, rel=1e-12)
        variance = sum((2 * fundamental[i][k] - (i == k)) * steps[k] for k in kept) - steps[i] ** 2
        assert done.variances[i] == pytest.approx(float(variance), rel=1e-9, abs=1e-9)
    assert done.condition >= 1


@given(exact_chains(st.integers(0, 1)))
def test_the_stationary_distribution_is_fixed_and_sums_to_one(found):
    chain, _, _ = found
    settled = chain.stationary()
    assert sum(settled) == pytest.approx(1, rel=1e-12)
    assert min(settled) >= 0
    assert list(chain.project(settled.numbers, 1)[1]) == close(settled)


@given(exact_chains(st.integers(0, 2)), discounts, st.data())
def test_values_are_those_of_fractions_and_linear_in_the_rewards(found, discount, data):
    chain, rows, _ = found
    size = range(len(rows))
    one, two = ([data.draw(rewards) for _ in size] for _ in range(2))
    rate = 1 / (1 + Fraction(discount))
    inverse = exact_inverse([[int(i == j) - rate * rows[i][j] for j in size] for i in size])
    value = chain.value(one, discount=discount)
    assert list(value) == close([sum(g * r for g, r in zip(row, one, strict=True)) for row in inverse])
    both = chain.value([3 * a + b for a, b in zip(one, two, strict=True)], discount=discount)
    other = chain.value(two, discount=discount)
    assert list(both) == pytest.approx([3 * a + b for a, b in zip(value, other, strict=True)], rel=1e-9, abs=1e-7)


@given(exact_chains(st.integers(0, 2)), discounts)
def test_a_constant_reward_is_worth_the_same_whatever_the_chain(found, discount):
    chain, _, _ = found
    assert list(chain.value([7] * len(chain.states), discount=discount)) == close(
        [7 * (1 + discount) / discount] * len(chain.states)
    )


@given(exact_chains(), st.data())
def test_undiscounted_values_are_rewards_times_expected_periods(found, data):
    chain, _, _ = found
    done = chain.absorption()
    given_rewards = {state: data.draw(rewards) for state in done.transient}
    value = chain.value(given_rewards, discount=0)
    for state, row in zip(done.transient, done.fundamental, strict=True):
        assert value[state] == pytest.approx(
            sum(n * r for n, r in zip(row, given_rewards.values(), strict=True)), rel=1e-9, abs=1e-7
        )
    assert [value[state] for state in done.absorbing] == [0] * len(done.absorbing)


@given(exact_chains(st.integers(0, 2)), st.sampled_from([-0.5, 0, 0.2, 1]), st.integers(0, 12), st.data())
def test_the_value_up_to_a_horizon_is_that_of_the_projection(found, discount, horizon, data):
    chain, _, _ = found
    given_rewards = [data.draw(rewards) for _ in chain.states]
    value = chain.value(given_rewards, discount=discount, horizon=horizon)
    for state in chain.states:
        paid = [
            sum(p * r for p, r in zip(later, given_rewards, strict=True)) / (1 + discount) ** t
            for t, later in enumerate(chain.project({state: 1}, horizon))
        ]
        assert value[state] == pytest.approx(sum(paid), rel=1e-9, abs=1e-7)


@given(exact_chains(st.integers(0, 2)), st.integers(0, 20), st.data())
def test_projections_keep_everybody_and_equal_powers(found, n, data):
    chain, _, _ = found
    start = [data.draw(st.integers(0, 1000)) for _ in chain.states]
    later = chain.project(start, n)
    assert (len(later), list(later[0])) == (n + 1, start)
    assert sum(later[-1]) == pytest.approx(sum(start), rel=1e-12)
    rows = chain.power(n).rows
    expected = [sum(s * row[j] for s, row in zip(start, rows, strict=True)) for j in range(len(rows))]
    assert list(later[-1]) == close(expected)


# sensitivity

STEP = 1e-6


def slope(chain, source, target, answer):
    """Difference of two shifted chains; one-sided where the probability stands at an end."""
    p = chain.probability(source, target)
    low, high = (-STEP if p > STEP else 0), (STEP if p < 1 - STEP else 0)
    up, down = answer(chain.with_shift(source, target, high)), answer(chain.with_shift(source, target, low))
    return (up - down) / (high - low)


def transition(chain, data, ends):
    """Some transition whose row has another destination too."""
    movable = [
        (source, target)
        for source in chain.states[: len(chain.states) - ends]
        for target in chain.states
        if chain.probability(source, target) < 1
    ]
    return data.draw(st.sampled_from(movable)) if movable else (None, None)


@given(exact_chains(), st.sampled_from([0, 0.1, 1]), st.sampled_from([None, 0, 1, 5]), st.data())
def test_the_slope_of_a_value_is_that_of_shifted_chains(found, discount, horizon, data):
    chain, _, ends = found
    source, target = transition(chain, data, ends)
    if source is None:
        return
    money = {state: data.draw(rewards) for state in chain.states[: len(chain.states) - ends]}
    slopes = chain.value_sensitivity(source, target, rewards=money, discount=discount, horizon=horizon)
    for state in chain.states:
        shifted = slope(chain, source, target, lambda c, s=state: c.value(money, discount=discount, horizon=horizon)[s])
        scale = max(map(abs, slopes), default=0)
        assert slopes[state] == pytest.approx(shifted, rel=1e-2, abs=1e-2 + 1e-2 * scale)


@given(exact_chains(), st.data())
def test_the_slopes_of_all_ends_cancel_and_are_those_of_shifted_chains(found, data):
    chain, _, ends = found
    source, target = transition(chain, data, ends)
    if source is None:
        return
    done = chain.absorption()
    slopes = {end: chain.absorption_sensitivity(source, target, end=end) for end in done.absorbing}
    for state in done.transient:
        assert sum(found[state] for found in slopes.values()) == pytest.approx(0, abs=1e-9)
        for end in done.absorbing:
            shifted = slope(chain, source, target, lambda c, s=state, e=end: c.absorption().probability(s, e))
            assert slopes[end][state] == pytest.approx(shifted, rel=1e-2, abs=1e-2)
    assert all(found[end] == 0 for found in slopes.values() for end in done.absorbing)


def test_a_never_left_state_may_be_left_when_values_are_discounted():
    chain = MarkovChain(["a", "b"], [[0.5, 0.5], [0, 1]])
    found = chain.value_sensitivity("b", "a", rewards={"a": 1}, discount=0.25)
    assert found["b"] == pytest.approx(
        slope(chain, "b", "a", lambda c: c.value({"a": 1}, discount=0.25)["b"]), rel=1e-4
    )


@given(exact_chains(), st.sampled_from([0, 0.1, 1]), st.sampled_from([None, 0, 1, 5]), st.data())
def test_all_slopes_at_once_are_those_one_by_one(found, discount, horizon, data):
    chain, _, ends = found
    money = {state: data.draw(rewards) for state in chain.states[: len(chain.states) - ends]}
    start = [data.draw(st.integers(0, 100)) for _ in chain.states]
    slopes = chain.value_sensitivities(start, rewards=money, discount=discount, horizon=horizon)
    for source in chain.states:
        for target in chain.states:
            ask = {"rewards": money, "discount": discount, "horizon": horizon}
            try:
                each = chain.value_sensitivity(source, target, **ask)
            except UsageError:
                assert slopes[source, target] is None
                continue
            total = sum(n * slope for n, slope in zip(start, each, strict=True))
            assert slopes[source, target] == pytest.approx(total, rel=1e-9, abs=1e-7)
    assert (slopes.condition is None) == (horizon is not None)
    ranked = slopes.ranked()
    assert [x for *_, x in ranked] == sorted((x for row in slopes.rows for x in row if x is not None), reverse=True)


@given(exact_chains(st.integers(0, 1)), st.data())
def test_the_slope_of_the_stationary_shares_is_that_of_shifted_chains(found, data):
    chain, _, ends = found
    source, target = transition(chain, data, ends)
    if source is None:
        return
    slopes = chain.stationary_sensitivity(source, target)
    assert sum(slopes) == pytest.approx(0, abs=1e-9)
    for state in chain.states:
        near = slope(chain, source, target, lambda c, state=state: c.stationary()[state])
        assert slopes[state] == pytest.approx(near, rel=1e-3, abs=1e-3)


@given(exact_chains(st.integers(0, 2)), st.integers(0, 6), st.data())
def test_the_slope_of_a_projection_is_that_of_shifted_chains(found, periods, data):
    chain, _, _ = found
    source, target = transition(chain, data, 0)
    if source is None:
        return
    start = [data.draw(st.integers(0, 100)) for _ in chain.states]
    slopes = chain.projection_sensitivity(source, target, start=start, periods=periods)
    for state in chain.states:
        near = slope(chain, source, target, lambda c, state=state: c.project(start, periods)[-1][state])
        assert slopes[state] == pytest.approx(near, rel=1e-3, abs=1e-2)


def test_the_slope_of_the_stationary_shares_by_hand():
    """With p there and q back the share there is p / (p + q), whose slope in p is q / (p + q)^2."""
    chain = MarkovChain(["here", "there"], [[0.9, 0.1], [0.3, 0.7]])
    slopes = chain.stationary_sensitivity("here", "there")
    assert list(slopes) == pytest.approx([-0.3 / 0.16, 0.3 / 0.16])


def test_periods_before_absorption_are_a_value_whose_slopes_are_known():
    """With probability p to leave the periods are 1 / p, whose slope in staying is 1 / p^2."""
    chain = MarkovChain(["a", "b"], [[0.8, 0.2], [0, 1]])
    slopes = chain.value_sensitivities({"a": 3}, rewards={"a": 1}, discount=0)
    assert slopes["a", "a"] == pytest.approx(3 / 0.2**2)
    assert slopes["a", "b"] == pytest.approx(-3 / 0.2**2)
    assert slopes.rows[1] == (None, None)
    assert str(slopes) == "a to a 75, a to b -75"


@given(exact_chains(st.integers(0, 2)), st.floats(0, 1), st.data())
def test_a_shift_takes_pro_rata_from_all_others(found, new, data):
    chain, _, _ = found
    source, target = transition(chain, data, 0)
    if source is None:
        return
    i, j = chain.states.index(source), chain.states.index(target)
    old = chain.rows[i][j]
    row = chain.with_shift(source, target, new - old).rows[i]
    assert row[j] == pytest.approx(new, abs=1e-12)
    rest = [p * (1 - new) / (1 - old) for k, p in enumerate(chain.rows[i]) if k != j]
    assert [p for k, p in enumerate(row) if k != j] == pytest.approx(rest, abs=1e-12)


def test_a_shift_to_certainty_leaves_nothing_below_0():
    row = [0.3220333906820241, 0.17868897083262048, 0.11000640497338868, 0.21722617014114498, 0.17204506337082173]
    others = [[float(i == j) for j in range(5)] for i in range(1, 5)]
    found = MarkovChain([*"abcde"], [row, *others]).with_shift(
        "a", "c", 1 - row[2]
    )  # pro rata, floats end just below 0
    assert found.rows[0] == (0.0, 0.0, 1.0, 0.0, 0.0)


# cases


def chain_of(case):
    return MarkovChain(case["states"], case["P"])


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


# long chains


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


# counts

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


# errors

TWO = MarkovChain(["active", "gone"], [[0.5, 0.5], [0, 1]])
LOOP = MarkovChain(["a", "b", "end"], [[0, 1, 0], [1, 0, 0], [0, 0, 1]])
RARE = MarkovChain(["a", "b", "end"], [[0.5, 0.5, 1e-300], [0.5, 0.5, 0], [0, 0, 1]])
ERRORS = {
    "one text": (lambda: MarkovChain("ab", []), UsageTypeError, "states='ab' is one text\n\nHint: pass states=['ab']"),
    "no text": (
        lambda: MarkovChain([1], [[1]]),
        UsageTypeError,
        "states[0]=1 is not a text\n\nHint: name every state by a str",
    ),
    "twice": (
        lambda: MarkovChain(["a", "a"], []),
        DefinitionError,
        "states[1]='a' is there twice\n\nHint: give each state a name of its own",
    ),
    "no states": (
        lambda: MarkovChain([], []),
        DefinitionError,
        "a chain without states\n\nHint: pass states=['active',",
    ),
    "sum": (
        lambda: MarkovChain(["a", "b"], [[1, 0], [0.5, 0.4]]),
        DefinitionError,
        "rows[1] sums to 0.9, not to 1\n\nHint: give 'b' the probabilities of all destinations, staying included",
    ),
    "negative": (
        lambda: MarkovChain(["a", "b"], [[1, 0], [1.5, -0.5]]),
        DefinitionError,
        "rows[1][1]=-0.5 is negative\n\nHint: pass probabilities, from 0 to 1",
    ),
    "nan": (
        lambda: MarkovChain(["a"], [[float("nan")]]),
        UsageError,
        "rows[0][0]=nan is not a finite number up to 1e+100\n\nHint: look at rows[0][0]",
    ),
    "rows": (lambda: MarkovChain(["a"], []), DefinitionError, "0 rows for 1 states\n\nHint: pass one row for each"),
    "entries": (
        lambda: MarkovChain(["a"], [[0.5, 0.5]]),
        DefinitionError,
        "rows[0] has 2 entries for 1 states\n\nHint: give 'a' one probability for each state, itself included",
    ),
    "unknown": (lambda: TWO.probability("actve", "gone"), UnknownNameError, "unknown state 'actve'\n\nHint: "),
    "unknown result": (lambda: TWO.stationary()["gon"], UnknownNameError, "unknown state 'gon'\n\nHint: "),
    "no counts": (
        lambda: TWO.share("active", "gone"),
        UsageError,
        "the chain was not estimated from counts\n\nHint: make it with markov_chain(counts)",
    ),
    "periods": (lambda: TWO.power(-1), UsageError, "periods=-1 is below 0\n\nHint: pass periods=0 or more"),
    "half a period": (lambda: TWO.power(0.5), UsageTypeError, "periods=0.5 is not a whole number\n\nHint: "),
    "start": (lambda: TWO.project([1, -1], 1), UsageError, "start['gone']=-1.0 is negative\n\nHint: "),
    "too few": (
        lambda: TWO.project([1], 1),
        UsageError,
        "start has 1 numbers for 2 states\n\nHint: pass start as a map",
    ),
    "never absorbed": (
        LOOP.absorption,
        UsageError,
        "the chain is never absorbed from ['a', 'b']: they lead to each other\n\nHint: see stationary",
    ),
    "singular": (
        RARE.absorption,
        UsageError,
        "the chain is singular: ['a', 'b'] are left too seldom to tell it from never\n\nHint: drop transitions of",
    ),
    "several ends": (
        LOOP.stationary,
        UsageError,
        "where the chain settles depends on its start: [['a', 'b'], ['end']] are never left\n\nHint: see absorption",
    ),
    "discount": (
        lambda: TWO.value([1, 0], discount=-0.1),
        UsageError,
        "discount=-0.1 does not converge over all periods to come\n\nHint: pass the rate per period, 0 or more, such as",
    ),
    "tiny discount": (
        lambda: TWO.value([1, 0], discount=1e-12),
        UsageError,
        "discount=1e-12 is above 0 but below 1e-09\n\nHint: pass discount=0",
    ),
    "no discount": (
        lambda: TWO.value([1, 2], discount=0),
        UsageError,
        "discount=0 does not converge: 'gone' is worth 2 a period for ever\n\nHint: pass a discount above 0, or a horizon",
    ),
    "below -1": (
        lambda: TWO.value([1, 2], discount=-1, horizon=3),
        UsageError,
        "discount=-1 is not above -1\n\nHint: pass the rate per period, such as 0.01",
    ),
    "growth": (
        lambda: TWO.value([1, 2], discount=-0.999, horizon=300),
        UsageError,
        "discount=-0.999 lets values grow beyond 1e+200\n\nHint: pass a shorter horizon",
    ),
    "slope never left": (
        lambda: TWO.value_sensitivity("gone", "active", rewards=[1, 0], discount=0),
        UsageError,
        "discount=0 does not converge where 'gone', never left so far, is left\n\nHint: pass a discount above 0, or a",
    ),
    "slope from an end": (
        lambda: TWO.absorption_sensitivity("gone", "active", end="gone"),
        UsageError,
        "source='gone' is never left\n\nHint: pass one of ['active']",
    ),
    "slope to no end": (
        lambda: TWO.absorption_sensitivity("active", "active", end="active"),
        UsageError,
        "end='active' can be left\n\nHint: pass one of ['gone']",
    ),
    "several ends, slope": (
        lambda: LOOP.stationary_sensitivity("a", "a"),
        UsageError,
        "where the chain settles depends on its start: [['a', 'b'], ['end']] are never left\n\nHint: see absorption",
    ),
    "slope start": (
        lambda: TWO.value_sensitivities({"active": -2}, rewards=[1, 0], discount=0),
        UsageError,
        "start['active']=-2.0 is negative\n\nHint: pass how many are there, 0 or more",
    ),
    "unknown transition": (
        lambda: TWO.value_sensitivities([1, 1], rewards=[1, 0], discount=0)["active", "gon"],
        UnknownNameError,
        "unknown state 'gon'\n\nHint: ",
    ),
    "nothing to take": (
        lambda: LOOP.with_shift("a", "b", 0.1),
        UsageError,
        "'a' always goes to 'b': there is no other destination to take from or give to\n\nHint: pass another target",
    ),
    "too much": (
        lambda: TWO.with_shift("active", "gone", 0.6),
        UsageError,
        "by=0.6 would make the probability from 'active' to 'gone' 1.1\n\nHint: it is 0.5: pass by from -0.5 to 0.5",
    ),
    "stop": (lambda: TWO.with_stop("gone", into="gone"), UsageTypeError, "states='gone' is one text\n\nHint: "),
    "unseen": (
        lambda: markov_chain({("a", "b"): 1}),
        UsageError,
        "nobody was seen in state 'b', so nothing is known of where it leads\n\nHint: pass absorbing=['b'] if it is",
    ),
    "left": (
        lambda: markov_chain({("a", "b"): 1}, absorbing=["a"]),
        DefinitionError,
        "absorbing state 'a' was left for 'b', counts[('a', 'b')]=1\n\nHint: take it out of absorbing",
    ),
    "pair": (lambda: markov_chain({"ab": 1}), UsageTypeError, "counts has the key 'ab'\n\nHint: pass counts={"),
    "count": (lambda: markov_chain({("a", "b"): -1}), UsageError, "counts[('a', 'b')]=-1 is below 0\n\nHint: "),
    "smoothing": (
        lambda: markov_chain({("a", "a"): 1}, smoothing=-1),
        UsageError,
        "smoothing=-1 is negative\n\nHint: pass smoothing=0 for none",
    ),
    "absorbing": (
        lambda: markov_chain({("a", "a"): 1}, absorbing="a"),
        UsageTypeError,
        "absorbing='a' is one text\n\nHint: pass absorbing=['a']",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_cannot_be_is_named(name):
    ask, kind, text = ERRORS[name]
    with pytest.raises(CustlifeError) as caught:
        ask()
    assert type(caught.value) is kind
    assert str(caught.value).startswith(text)


def test_a_chain_that_has_ended_everywhere_has_nothing_left():
    done = MarkovChain(["a", "b"], [[1, 0], [0, 1]]).absorption()
    assert (done.transient, done.absorbing, done.periods, done.condition) == ((), ("a", "b"), (), 1.0)


def test_numbers_by_state_are_read_by_name_in_order_and_as_text():
    found = ByState(("a", "b"), (1.5, 2.0))
    assert (found["b"], list(found), len(found), str(found)) == (2.0, [1.5, 2.0], 2, "a 1.5, b 2")
