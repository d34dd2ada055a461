"""Laws of state probabilities, and a case computed by R."""

from __future__ import annotations

import csv
import math
import pickle
import random
from array import array
from collections import Counter
from fractions import Fraction
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import HistoryError, UnknownNameError, UsageError, UsageTypeError
from custlife.stats import cumulative_incidence, flow, kaplan_meier, state_probabilities
from tests.stats.strategies import late_spells
from tests.stats.test_incidence import CAUSES, competing

DATA = Path(__file__).parent / "data"
STATES = ("a", "b", "c", "d")


@st.composite
def paths(draw):
    """Stays `(state, from, to, next)` of some customers, with skips and returns; the next of the censored is empty."""
    found = []
    for i in range(draw(st.integers(1, 10))):
        state, since = draw(st.sampled_from(STATES)), 0 if i == 0 else draw(st.sampled_from([0, 0, 2]))
        while state:
            until = since + draw(st.integers(1, 4)) if since else draw(st.integers(0, 4))
            others = [""] if until > 12 else ["", *(s for s in STATES if s != state)]
            follows = draw(st.sampled_from(others))
            if not until and follows:
                until = 1
            found.append((state, since, until, follows, bool(found and found[-1][3] and since == found[-1][2])))
            state, since = follows, until
    return found


def probabilities_of(stays, **options):
    entered, moves, censored = {state: Counter() for state in STATES}, {}, {}
    for state, since, until, follows, came in stays:
        if not came:
            entered[state][since] += 1
        if follows:
            moves.setdefault((state, follows), Counter())[until] += 1
        else:
            censored.setdefault(state, Counter())[until] += 1
    return state_probabilities(entered, moves, censored, **options)


def counted(stays, state, t):
    """How many are at risk in a state at a time, and the share that moves to each other one, in fractions."""
    n = sum(1 for s, begin, end, _, _ in stays if s == state and end >= t and (begin < t or begin == 0))
    gone = Counter(follows for s, _, end, follows, _ in stays if s == state and end == t and follows)
    return n, {follows: Fraction(d, n) for follows, d in gone.items()}


def greenwood(stays, until, weigh):
    """The variance of what is reached from the states: of each time and state that of a multinomial, in fractions.

    `weigh` gives by a time what is reached from each state just after it.
    """
    total = Fraction(0)
    for t in {end for _, _, end, follows, _ in stays if follows and end <= until}:
        value, reached = by_hand(stays, t - 1), weigh(t)
        for state in STATES:
            n, ways = counted(stays, state, t)
            if ways:
                every = {**ways, state: 1 - sum(ways.values())}
                mean = sum(share * reached[to] for to, share in every.items())
                spread = sum(share * (reached[to] - mean) ** 2 for to, share in every.items())
                total += value[state] ** 2 / n * spread
    return total


def onward(stays, since, until, state):
    """The probability of a state at a time from each state just after an earlier one, backwards in fractions."""
    reached = {s: Fraction(int(s == state)) for s in STATES}
    for t in sorted({end for _, _, end, follows, _ in stays if follows and since < end <= until}, reverse=True):
        shares = {s: counted(stays, s, t)[1] for s in STATES}
        reached = {
            s: reached[s] + sum(share * (reached[to] - reached[s]) for to, share in ways.items())
            for s, ways in shares.items()
        }
    return reached


def by_hand(stays, until):
    """The product of matrices in fractions, straight from its definition."""
    firsts = Counter(state for state, since, _, _, came in stays if not since and not came)
    value = {state: Fraction(firsts[state], sum(firsts.values())) for state in STATES}
    for t in sorted({end for _, _, end, follows, _ in stays if follows and end <= until}):
        before = dict(value)
        for state, _, end, follows, _ in stays:
            if follows and end == t:
                n = sum(1 for s, begin, end, _, _ in stays if s == state and end >= t and (begin < t or begin == 0))
                value[state] -= before[state] / n
                value[follows] += before[state] / n
    return value


@given(paths())
def test_probabilities_equal_the_product_in_fractions_and_sum_to_one(stays):
    found = probabilities_of(stays)
    assert found.states == STATES
    for i, t in enumerate(found.times):
        expected = by_hand(stays, t)
        row = [column[i] for column in found.probabilities]
        assert row == pytest.approx([float(expected[state]) for state in STATES], abs=1e-14)
        assert math.fsum(row) == pytest.approx(1, abs=1e-14)


@given(paths(), st.integers(1, 4), st.sampled_from(STATES), st.data())
def test_variances_are_greenwoods_in_fractions(stays, mark, state, data):
    """Also where some enter late, with ties, at time 0 and with returns; and wherever a reading begins."""
    with mock.patch.object(flow, "MARK", mark):
        found = probabilities_of(stays)
        i = data.draw(st.integers(0, len(found.times) - 1))
        t, place = found.times[i], STATES.index(state)
        exact = float(greenwood(stays, t, lambda since: onward(stays, since, t, state)))
        assert found.at(t)[place].std_error ** 2 == pytest.approx(exact, abs=1e-13)
        assert found.std_errors[place][i] ** 2 == pytest.approx(exact, abs=1e-13)


@given(paths(), st.integers(0, 12), st.integers(1, 4))
def test_times_in_states_and_their_variances_are_areas_in_fractions(stays, horizon, mark):
    with mock.patch.object(flow, "MARK", mark):
        found = probabilities_of(stays)
        for state in STATES:
            spent = found.time_in(state, horizon)
            if horizon > found.horizon:
                assert (spent.value, spent.std_error, spent.interval) == (None, None, None)
                assert spent.reason == f"nobody was seen past {found.horizon}"
                continue
            assert spent.value == pytest.approx(float(sum(by_hand(stays, t)[state] for t in range(horizon))), abs=1e-12)

            def area(since, state=state):
                rows = [onward(stays, since, t, state) for t in range(since, horizon)]
                return {s: sum((row[s] for row in rows), Fraction(0)) for s in STATES}

            assert spent.std_error**2 == pytest.approx(float(greenwood(stays, horizon, area)), abs=1e-11)
            assert 0 <= spent.interval.low <= spent.value * (1 + 1e-12)
            assert spent.value <= spent.interval.high * (1 + 1e-12) <= horizon * (1 + 1e-12)


@given(paths(), st.integers(1, 4))
def test_readings_and_columns_say_the_same_to_the_last_bit(stays, mark):
    columns = probabilities_of(stays)
    with mock.patch.object(flow, "MARK", mark):
        found = probabilities_of(stays)
        for i, t in enumerate(columns.times):
            points = found.at(t)
            assert [point.value for point in points] == [column[i] for column in columns.probabilities]
            assert [point.at_risk for point in points] == [column[i] for column in columns.at_risk]
            assert [point.std_error for point in points] == pytest.approx([c[i] for c in columns.std_errors], abs=1e-15)


@given(paths(), st.integers(0, 14), st.sampled_from([1, 2]), st.sampled_from([1, 7, 0.5]))
def test_values_without_errors_are_those_of_the_readings_to_the_last_bit(stays, horizon, mark, scale):
    stays = [(state, since * scale, until * scale, *rest) for state, since, until, *rest in stays]
    with mock.patch.object(flow, "MARK", mark):
        found = probabilities_of(stays, unit=3 if scale == 7 else 1)
    values = [point.value for point in found.at(horizon)]
    times = [found.time_in(state, horizon).value for state in found.states]
    assert list(found.values_at(horizon) or [None] * len(values)) == values
    assert list(found.times_in(horizon) or [None] * len(times)) == times


@given(late_spells(), st.integers(0, 8))
def test_the_time_until_one_end_is_the_restricted_mean(rows, horizon):
    ended, censored = ([t for _, t, how in rows if how is value] for value in (True, False))
    entered = [enter for enter, _, _ in rows]
    if 0 not in entered:
        return
    curve = kaplan_meier(ended, censored, entered=entered)
    spent = state_probabilities({"a": entered}, {("a", "b"): ended}, {"a": censored}).time_in("a", horizon)
    mean = curve.restricted_mean(horizon)
    if spent.value is not None:
        assert mean.value == pytest.approx(spent.value, abs=1e-12)
        # once everybody at risk has ended, a curve is 0 for good, but a state may be entered late
        assert mean.std_error == pytest.approx(spent.std_error, abs=1e-7)


@given(paths(), st.sampled_from([1, 7, 2**50, 2**58]), st.sampled_from([1, 3]))
def test_lists_arrays_and_counts_are_one_input(stays, times, unit):
    """Also where times are too large to be floats."""
    stays = [(s, begin * times, end * times, follows, came) for s, begin, end, follows, came in stays]
    entered, moves, censored = {state: Counter() for state in STATES}, {}, {}
    for state, since, until, follows, came in stays:
        if not came:
            entered[state][since] += 1
        to, key = (moves, (state, follows)) if follows else (censored, state)
        to.setdefault(key, Counter())[until] += 1

    def given_as(make):
        return [{key: make(found) for key, found in group.items()} for group in (moves, censored)]

    by_counts = state_probabilities(entered, moves, censored, unit=unit)
    forms = [
        lambda c: list(c.elements()),
        lambda c: array("q", sorted(c.elements())),
        lambda c: iter(list(c.elements())),
        lambda c: array("Q", sorted(c.elements())),
    ]
    for make in forms:
        found = state_probabilities(entered, *given_as(make), unit=unit)
        assert found == by_counts
        assert hash(found) == hash(by_counts)
        assert repr((found.times, found.probabilities, found.at_risk)) == repr(
            (by_counts.times, by_counts.probabilities, by_counts.at_risk)
        )
    assert pickle.loads(pickle.dumps(by_counts)) == by_counts
    assert list(by_counts.times) == [t if unit == 1 else t / unit for t in sorted({end for _, _, end, *_ in stays})]


@given(paths())
def test_errors_and_limits_are_in_range(stays):
    found = probabilities_of(stays)
    for t in found.times:
        for point in found.at(t):
            assert 0 <= point.value <= 1 + 1e-15
            assert point.std_error >= 0
            if point.interval is None:
                assert point.reason == "nothing varies"
            else:
                assert 0 <= point.interval.low <= point.value * (1 + 1e-12)
                assert point.value <= point.interval.high * (1 + 1e-12) <= 1 + 1e-12


@given(competing())
def test_one_state_and_several_ways_out_are_competing_ends(rows):
    rows = [(0, leave, how) for _, leave, how in rows]
    moves = {("open", cause): [leave for _, leave, how in rows if how == cause] for cause in CAUSES}
    censored = [leave for _, leave, how in rows if not how]
    found = state_probabilities({"open": {0: len(rows)}}, moves, {"open": censored})
    expected = cumulative_incidence({cause: moves["open", cause] for cause in CAUSES}, censored)
    assert found.times == expected.overall.times
    assert found.at_risk[0] == expected.overall.at_risk
    for place, curve in enumerate(expected.curves, 1):
        assert found.probabilities[place] == pytest.approx(curve.incidence, abs=1e-14)
        squares = [e * e for e in curve.std_error]
        assert [e * e for e in found.std_errors[place]] == pytest.approx(squares, rel=1e-9, abs=1e-15)


@given(paths())
def test_without_censoring_probabilities_are_shares_and_times_in_states_add_up(stays):
    """Whoever is not followed to the end is kept where last seen."""
    kept = [(s, begin, end if follows else 20, follows, came) for s, begin, end, follows, came in stays]
    found = probabilities_of(kept)
    if all(not begin or came for _, begin, _, _, came in kept):
        n = sum(1 for *_, came in kept if not came)
        for i, t in enumerate(found.times):
            shares = [sum(1 for s, begin, end, _, _ in kept if s == state and begin <= t < end) / n for state in STATES]
            if t < 20:
                assert [column[i] for column in found.probabilities] == pytest.approx(shares, abs=1e-13)
    horizon = found.times[-1]
    assert math.fsum(found.time_in(state, horizon).value for state in STATES) == pytest.approx(horizon, rel=1e-12)


def test_an_illness_death_case_computed_by_r():
    """Probabilities are equal; R's jackknife follows each path, so its errors are near but not equal."""
    moves, censored = {}, {}
    with (DATA / "ebmt3_counts.csv").open() as file:
        for row in csv.DictReader(file):
            pair = row["from"], row["to"]
            to = censored.setdefault(row["from"], {}) if row["to"] == "censor" else moves.setdefault(pair, {})
            to[float(row["time"])] = int(row["count"])
    seen = {pair: sum(counts.values()) for pair, counts in moves.items()}
    assert seen == {("Tx", "PR"): 1169, ("Tx", "RelDeath"): 458, ("PR", "RelDeath"): 383}
    assert {state: sum(counts.values()) for state, counts in censored.items()} == {"Tx": 577, "PR": 786}
    found = state_probabilities({"Tx": {0: 2204}}, moves, censored)
    with (DATA / "ebmt3.aj.csv").open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for point in found.at(int(row["time"])):
            name = "(s0)" if point.state == "Tx" else point.state
            assert point.value == pytest.approx(float(row[f"p_{name}"]), abs=1e-9)
            assert point.std_error == pytest.approx(float(row[f"se_{name}"]), rel=0.03)


def test_many_moves_are_those_of_the_columns():
    """More than a mark apart, some in ties; the columns go time by time, readings from mark to mark."""
    rng, present, moves, censored = random.Random(5), [300, 0, 0], {}, {}
    for i in range(2000):
        t = i // 3 if i % 50 == 0 else i
        a = rng.choice([s for s in range(3) if present[s] > 5])
        to = rng.choice([s for s in range(3) if s != a])
        present[a] -= 1
        if rng.random() < 0.1:
            censored.setdefault("abc"[a], []).append(t)
            continue
        present[to] += 1
        moves.setdefault(("abc"[a], "abc"[to]), []).append(t)
    found = state_probabilities({"a": {0: 300}, "b": [0.0] * 0}, moves, censored)
    assert len(found.flow.marks) > 5
    for i in (0, 1, 255, 256, 257, 1000, len(found.times) - 1):
        points = found.at(found.times[i])
        assert [point.value for point in points] == [column[i] for column in found.probabilities]
        assert [point.std_error for point in points] == pytest.approx([c[i] for c in found.std_errors], rel=1e-9)


def test_floats_and_units():
    found = state_probabilities({"a": [0, 0]}, {("a", "b"): [60, 90]}, unit=60)
    assert found.times == (1, 1.5)
    assert state_probabilities({"a": [0, 0]}, {("a", "b"): [2, 2.5]}).times == (2.0, 2.5)


def test_late_entries_between_two_rows_are_at_risk_at_the_next():
    found = state_probabilities({"a": [0, 0, 3, 4]}, {("a", "b"): [2, 6]})
    assert found.times == (2, 6)
    assert [found.at(t)[0].at_risk for t in (2, 2.5, 3, 5, 6)] == [2, 3, 3, 3, 3]
    assert (found.start, found.horizon) == ((1, 0), 6)


def test_late_entries_are_at_risk_after_their_time():
    found = state_probabilities({"a": [0, 2]}, {("a", "b"): [2, 3]})
    assert found.at_risk[0] == (1, 1)
    assert found.probabilities[0] == (0, 0)


def test_readings_before_between_and_past_the_times():
    found = state_probabilities({"a": [0, 0]}, {("a", "b"): [2, 4]})
    before, between = found.at(1)[0], found.at(3)[0]
    assert (before.value, before.std_error, before.interval, before.at_risk) == (1, 0, None, 2)
    assert (between.value, between.at_risk) == (0.5, 1)
    assert str(before) == "100.0 % a at 1 (nothing varies), 2 at risk"
    assert str(found.at(5)[1]) == "b at 5 unknown (nobody was seen past 4)"
    assert str(found) == "2 states seen up to 4; a 0.0 %, b 100.0 %"
    assert [found.time_in(*asked).value for asked in (("a", 3), ("b", 4), ("a", 5))] == [2.5, 1, None]
    assert (found.values_at(5), found.times_in(5)) == (None, None)


def test_without_moves_nothing_is_known():
    found = state_probabilities({"a": [0]}, {})
    assert str(found) == "nobody moved or was censored"
    assert str(found.at(0)[0]) == "a at 0 unknown (nobody moved or was censored)"
    assert str(found.time_in("a", 0)) == "time in a up to 0 unknown (nobody moved or was censored)"


def test_bad_input_is_refused_with_its_place():
    with pytest.raises(UsageTypeError, match=r"^entered=\[0\] is not a mapping\n\nHint: pass the times by state"):
        state_probabilities([0], {})
    with pytest.raises(
        UsageTypeError, match=r"^moves=\[3\] is not a mapping\n\nHint: pass the times by pair of states"
    ):
        state_probabilities({"a": [0]}, [3])
    with pytest.raises(UsageTypeError, match=r"^state 1 is not a text"):
        state_probabilities({1: [0]}, {})
    for pair in ("ab", ("a", 1), ("a",)):
        with pytest.raises(UsageTypeError, match=r"^move .* is not a pair of texts"):
            state_probabilities({"a": [0]}, {pair: [1]})
    with pytest.raises(UsageError, match=r"^move \('a', 'a'\) leads back to where it began"):
        state_probabilities({"a": [0]}, {("a", "a"): [1]})
    with pytest.raises(UsageError, match=r"^nobody is seen from 0"):
        state_probabilities({"a": [1]}, {("a", "b"): [2]})
    with pytest.raises(UsageError, match=r"^duration -1 is negative @ moves\[\('a', 'b'\)\]\[0\]"):
        state_probabilities({"a": [0]}, {("a", "b"): [-1]})
    with pytest.raises(UsageError, match=r"^unit=0 is below 1"):
        state_probabilities({"a": [0]}, {}, unit=0)
    with pytest.raises(UnknownNameError, match="'x'"):
        state_probabilities({"a": [0]}, {}).time_in("x", 1)
    with pytest.raises(UsageError, match=r"^horizon=-1 is not a time of 0 or more"):
        state_probabilities({"a": [0]}, {}).time_in("a", -1)
    with pytest.raises(UsageError, match=r"^horizon=inf is infinite\n\nHint: pass the end of a window, such as found"):
        state_probabilities({"a": [0]}, {}).time_in("a", math.inf)
    with pytest.raises(UsageError, match=r"^horizon=inf is infinite"):
        state_probabilities({"a": [0]}, {}).times_in(math.inf)
    with pytest.raises(UsageError, match=r"^time=-1 is not"):
        state_probabilities({"a": [0]}, {}).values_at(-1)
    with pytest.raises(UsageError, match=r"^duration -2 is negative @ moves\[\('a', 'b'\)\]\[1\]"):
        state_probabilities({"a": [0]}, {("a", "b"): array("q", [3, -2])})
    with pytest.raises(UsageError, match=r"^count -1 is negative @ censored\['a'\]\[2\]"):
        state_probabilities({"a": [0]}, {}, {"a": {2: -1}})
    for time in (math.nan, math.inf):
        with pytest.raises(UsageError, match=r"@ entered\['a'\]\[1\]"):
            state_probabilities({"a": [0, time]}, {})


def test_more_leaving_than_there_are_is_a_contradiction():
    hint = "Hint: who comes at a time can be censored, but not move, at that time: one move leads from the first to the last"
    with pytest.raises(HistoryError) as caught:
        state_probabilities({"a": [0]}, {("a", "b"): [1], ("b", "c"): [1]})
    assert str(caught.value) == f"more move from 'b' at 1 than were there\n\n{hint}"
    with pytest.raises(HistoryError) as caught:
        state_probabilities({"a": [0]}, {("a", "b"): [1]}, {"a": [1]})
    assert str(caught.value) == f"more are censored from 'a' at 1 than were there\n\n{hint}"
