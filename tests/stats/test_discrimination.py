"""AUC and clustered shares, against counts over all pairs and formulas written out; repetition tells nothing new."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife import stats
from custlife.errors import UsageError, UsageTypeError

rows = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.sampled_from("abcdefg")), min_size=1, max_size=30)


def above(case, other):
    return Fraction(1) if case > other else Fraction(1, 2) if case == other else Fraction(0)


def by_pairs(found):
    """AUC and Obuchowski's variance, from every pair."""
    cases = [(score, unit) for score, case, unit in found if case]
    others = [(score, unit) for score, case, unit in found if not case]
    if not cases or not others:
        return None, None
    m, n = len(cases), len(others)
    area = sum(above(c, o) for c, _ in cases for o, _ in others) / (m * n)
    units = sorted({unit for _, _, unit in found})
    x = {u: sum(sum(above(c, o) for o, _ in others) / n - area for c, v in cases if v == u) for u in units}
    y = {u: sum(sum(above(c, o) for c, _ in cases) / m - area for o, v in others if v == u) for u in units}
    i10, i01 = len({u for _, u in cases}), len({u for _, u in others})
    if i10 < 2 or i01 < 2:
        return area, None
    variance = (
        Fraction(i10, (i10 - 1) * m * m) * sum(v * v for v in x.values())
        + Fraction(i01, (i01 - 1) * n * n) * sum(v * v for v in y.values())
        + Fraction(2 * len(units), (len(units) - 1) * m * n) * sum(x[u] * y[u] for u in units)
    )
    return area, variance


class TestAuc:
    @given(rows)
    def test_by_counting_pairs(self, found):
        area, variance = by_pairs(found)
        got = stats.auc([r[0] for r in found], [r[1] for r in found], clusters=[r[2] for r in found])
        assert got.value == (None if area is None else float(area))
        assert got.clusters == len({r[2] for r in found})
        assert (got.cases, got.others) == (sum(r[1] for r in found), sum(not r[1] for r in found))
        if area in {None, 0, 1} or variance is None or variance < Fraction(1, 10**12):
            assert got.interval is None
            assert got.reason
            return
        half = 1.959963984540054 * math.sqrt(variance) / float(area * (1 - area))
        logit = math.log(area / (1 - area))
        assert got.interval.low == pytest.approx(1 / (1 + math.exp(half - logit)))
        assert got.interval.high == pytest.approx(1 / (1 + math.exp(-half - logit)))
        assert got.interval.low <= got.value <= got.interval.high

    @given(rows, st.randoms())
    def test_the_order_of_observations_and_any_rising_scale_change_nothing(self, found, random):
        mixed = list(found)
        random.shuffle(mixed)
        one = stats.auc([r[0] for r in found], [r[1] for r in found], clusters=[r[2] for r in found])
        two = stats.auc([10 * r[0] ** 3 - 5 for r in mixed], [r[1] for r in mixed], clusters=[r[2] for r in mixed])
        assert one.value == two.value
        assert (one.interval is None) == (two.interval is None)
        if one.interval is not None:
            assert one.interval.low == pytest.approx(two.interval.low)

    @given(rows)
    def test_turned_round_it_is_the_rest(self, found):
        one = stats.auc([r[0] for r in found], [r[1] for r in found])
        two = stats.auc([-r[0] for r in found], [r[1] for r in found])
        if one.value is not None:
            assert one.value + two.value == pytest.approx(1)

    def test_looking_twice_tells_nothing_new(self):
        """Every customer twice: the same interval up to the correction for few clusters, not a narrower one."""
        scores, cases, units = [1, 2, 3, 4, 2, 5], [False, False, True, True, True, False], list("abcdef")
        once = stats.auc(scores, cases, clusters=units)
        twice = stats.auc(scores * 2, cases * 2, clusters=units * 2)
        blind = stats.auc(scores * 2, cases * 2)
        assert once.interval.low == pytest.approx(twice.interval.low)
        assert blind.interval.low > twice.interval.low

    def test_words(self):
        assert str(stats.auc([1, 2], [True, True])) == "no AUC (there is nothing but cases)"
        assert str(stats.auc([1, 2], [False, True])) == "AUC 1.000 (cases and others do not overlap)"
        assert str(stats.auc([1, 2, 3], [True, False, True], clusters="aab")) == (
            "AUC 0.500 (too few clusters differ for an interval)"
        )
        found = stats.auc([1, 3, 2, 4, 5, 2], [False, False, True, True, False, True], clusters="abcdef")
        assert str(found).startswith("AUC 0.444 (95 % 0.")

    @pytest.mark.parametrize(
        ("arguments", "kind", "what"),
        [
            (([1], [True, False]), UsageError, "1 scores, 2 cases and 1 clusters do not fit together"),
            (([1, 2], [True, 1]), UsageTypeError, "cases[1]=1 is neither True nor False"),
            (([math.nan, 2], [True, False]), UsageError, "scores[0]=nan is not a finite number"),
        ],
    )
    def test_what_cannot_be_ranked_is_refused(self, arguments, kind, what):
        with pytest.raises(kind) as caught:
            stats.auc(*arguments)
        assert caught.value.what == what


counts = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda p: (min(p), max(p))), max_size=12)


class TestClusteredShare:
    @given(counts)
    def test_the_rate_is_that_of_all_and_lies_within(self, pairs):
        found = stats.clustered_share(pairs)
        k, n = sum(k for k, _ in pairs), sum(n for _, n in pairs)
        assert (found.k, found.n) == (k, n)
        if n == 0:
            assert found.rate is None
            return
        assert found.rate == k / n
        assert 0 <= found.interval.low <= found.rate <= found.interval.high <= 1

    @given(
        st.lists(st.tuples(st.booleans(), st.integers(1, 4)).map(lambda p: (p[0] * p[1], p[1])), max_size=12),
        st.integers(2, 5),
    )
    def test_looking_several_times_at_the_same_tells_nothing_new(self, pairs, times):
        once, more = stats.clustered_share(pairs), stats.clustered_share([(k * times, n * times) for k, n in pairs])
        if once.interval is not None:
            assert more.interval.low <= once.interval.low + 1e-9
            assert more.interval.high >= once.interval.high - 1e-9

    @pytest.mark.parametrize(("k", "n"), [(0, 5), (5, 5)])
    def test_all_or_none_are_judged_by_the_number_of_clusters(self, k, n):
        found = stats.clustered_share([(1, 1) if place < k else (0, 1) for place in range(n)])
        plain = stats.wilson(k, n)
        assert (found.interval.low, found.interval.high) == pytest.approx((plain.low, plain.high))

    def test_by_hand(self):
        """Clusters (4 of 4), (0 of 4), (2 of 4): p = 1/2, variance = (4 + 4 + 0) * 3 / (2 * 144) = 1/12, 3 effective."""
        found = stats.clustered_share([(4, 4), (0, 4), (2, 4)])
        z2 = 1.959963984540054**2
        half = math.sqrt(z2) / (1 + z2 / 3) * math.sqrt(0.25 / 3 + z2 / 36)
        assert found.interval.low == pytest.approx(0.5 - half)
        assert found.interval.method == "clustered wilson"

    def test_more_of_the_property_than_members(self):
        with pytest.raises(UsageError, match=r"counts\[1\]=\(3, 2\)"):
            stats.clustered_share([(1, 1), (3, 2)])
