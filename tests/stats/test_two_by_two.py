"""Two-by-two tables: odds ratios, Fisher's exact test, and strata pooled."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.stats import fisher_exact, mantel_haenszel, odds_ratio
from custlife.stats import two_by_two as room

counts = st.one_of(st.integers(0, 6), st.integers(0, 60))
tables = st.tuples(counts, counts, counts, counts)
full = st.tuples(*[st.integers(1, 60)] * 4)

SCIPY = {  # SciPy 1.17.1, scipy.stats.fisher_exact([[a, b], [c, d]]).pvalue
    (8, 2, 1, 5): 0.034965034965034975,
    (3, 1, 1, 3): 0.48571428571428565,
    (100, 2, 1000, 5): 0.13007593634300163,
    (5, 0, 1, 4): 0.047619047619047616,
    (30, 10, 20, 40): 8.308658706239147e-05,
    (14500, 20000, 30000, 40000): 0.011055117704594082,
    (13800, 20200, 30000, 40000): 3.5108173934486814e-12,
}


def by_brute_force(a, b, c, d):
    """Every table with the same margins, its chance as a fraction; those at most as likely as this one."""
    row, column, n = a + b, a + c, a + b + c + d
    chances = {
        x: Fraction(math.comb(row, x) * math.comb(n - row, column - x), math.comb(n, column))
        for x in range(max(0, row + column - n), min(row, column) + 1)
    }
    return sum(chance for chance in chances.values() if chance <= chances[a])


# -- Fisher ------------------------------------------------------------------------------------------------------------


@given(tables)
@example((0, 0, 0, 0))
@example((5, 0, 0, 5))
def test_fisher_is_the_share_of_tables_at_most_as_likely(table):
    assert fisher_exact(*table) == float(by_brute_force(*table))


@given(tables)
def test_fisher_does_not_care_which_side_is_which(table):
    a, b, c, d = table
    assert fisher_exact(a, b, c, d) == fisher_exact(c, d, a, b) == fisher_exact(b, a, d, c) == fisher_exact(a, c, b, d)


@given(tables)
def test_sums_of_chances_agree_with_whole_numbers(table):
    a, b, c, d = table
    row, column, n = a + b, a + c, a + b + c + d
    low, high = max(0, row + column - n), min(row, column)
    assert room._summed(a, row, column, n, low, high) == pytest.approx(float(by_brute_force(*table)), rel=1e-12)


@pytest.mark.parametrize(("table", "p"), SCIPY.items())
def test_fisher_as_scipy(table, p):
    assert fisher_exact(*table) == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize("table", [(6000, 10, 20, 6100), (10, 6000, 6100, 20), (9000, 9000, 0, 1)])
def test_large_tables_far_from_what_was_expected(table):
    p = fisher_exact(*table)
    assert 0 <= p <= 1
    assert (p < 1e-300) == (table[2] != 0)


def test_a_hundred_million_are_summed():
    assert fisher_exact(25_000_000, 25_000_000, 25_000_000, 25_000_000) == 1
    assert fisher_exact(25_000_000, 25_000_000, 24_990_000, 25_010_000) == pytest.approx(0.045509, abs=2e-5)  # z = 2


# -- odds ratio --------------------------------------------------------------------------------------------------------


@given(full)
def test_the_odds_ratio_is_a_ratio_of_odds_within_its_interval(table):
    a, b, c, d = table
    found = odds_ratio(*table)
    assert found.value == pytest.approx(float(Fraction(a, b) / Fraction(c, d)), rel=1e-14)
    assert found.method == "woolf"
    assert found.low < found.value < found.high
    assert math.log(found.high / found.value) == pytest.approx(
        1.959963984540054 * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d), rel=1e-12
    )
    assert found.low * found.high == pytest.approx(found.value**2, rel=1e-12)


@given(full)
def test_swapping_rows_inverts_the_odds_ratio(table):
    a, b, c, d = table
    one, other = odds_ratio(a, b, c, d), odds_ratio(c, d, a, b)
    assert other.value == pytest.approx(1 / one.value, rel=1e-12)
    assert (other.low, other.high) == pytest.approx((1 / one.high, 1 / one.low), rel=1e-12)


@given(tables)
def test_a_cell_of_zero_is_corrected_and_said_so(table):
    a, b, c, d = table
    found = odds_ratio(*table)
    if 0 in (a + b, c + d, a + c, b + d):
        assert (found.value, found.low) == (None, None)
        assert found.reason
    elif 0 in table:
        assert found.method == "woolf, +0.5 in each cell"
        assert found.value == pytest.approx((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5)))
        assert odds_ratio(*table, correction="none").reason == "a cell is 0"
    else:
        assert found == odds_ratio(*table, correction="none")


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ((0, 0, 1, 1), "nobody has the property"),
        ((1, 1, 0, 0), "everybody has the property"),
        ((0, 1, 0, 1), "nobody has the outcome"),
        ((1, 0, 1, 0), "everybody has the outcome"),
    ],
)
def test_an_empty_row_or_column_has_no_odds_ratio(table, reason):
    assert str(odds_ratio(*table)) == f"no odds ratio ({reason})"
    assert fisher_exact(*table) == 1.0


def test_odds_ratio_as_statsmodels_and_as_posthog():
    """statsmodels 0.15.0, Table2x2([[30, 10], [20, 40]]): oddsratio, oddsratio_confint()."""
    found = odds_ratio(30, 10, 20, 40)
    assert str(found) == "6.00 (95 % woolf 2.45 to 14.68)"
    assert (found.value, found.low, found.high) == pytest.approx((6.0, 2.4526336278872316, 14.678099325830175))
    assert odds_ratio(30, 10, 20, 40, correction="posthog").value == pytest.approx(31 * 41 / (11 * 21))
    assert odds_ratio(30, 10, 20, 40, correction="posthog").method == "woolf, +1 in each cell"


# -- strata ------------------------------------------------------------------------------------------------------------


def robins(strata, z=1.959963984540054):
    """The formulas of the paper, term by term, in fractions."""
    r, s, pr, cross, qs = (Fraction(0) for _ in range(5))
    for a, b, c, d in strata:
        n = a + b + c + d
        p, q, ri, si = Fraction(a + d, n), Fraction(b + c, n), Fraction(a * d, n), Fraction(b * c, n)
        r, s, pr, cross, qs = r + ri, s + si, pr + p * ri, cross + p * si + q * ri, qs + q * si
    value, half = float(r / s), z * math.sqrt(pr / (2 * r * r) + cross / (2 * r * s) + qs / (2 * s * s))
    return value, value * math.exp(-half), value * math.exp(half)


@given(st.lists(full, min_size=1, max_size=5))
def test_pooling_follows_robins_breslow_and_greenland(strata):
    found = mantel_haenszel(strata)
    assert (found.value, found.low, found.high) == pytest.approx(robins(strata), rel=1e-12)
    assert found.strata == len(strata)
    assert 0 <= found.p_value <= 1


@given(full)
def test_one_stratum_has_the_plain_odds_ratio(table):
    found = mantel_haenszel([table])
    assert found.value == pytest.approx(odds_ratio(*table).value, rel=1e-12)
    assert found.low < found.value < found.high


@given(st.lists(tables, max_size=4), st.randoms(use_true_random=False))
def test_order_and_strata_that_tell_nothing_change_nothing(strata, dice):
    shuffled = [*strata, (0, 0, 3, 4), (0, 5, 0, 4)]
    dice.shuffle(shuffled)
    assert mantel_haenszel(shuffled) == mantel_haenszel(strata)


def test_strata_as_statsmodels():
    """statsmodels 0.15.0, StratifiedTable: oddsratio_pooled, its confint(), test_null_odds().pvalue."""
    found = mantel_haenszel([(4, 2, 3, 6), (5, 3, 2, 7), (10, 30, 4, 22)])
    assert (found.value, found.low, found.high, found.p_value) == pytest.approx(
        (2.7194952856350527, 1.0219265141581089, 7.236973017266336, 0.04194264842401829), rel=1e-12
    )


def test_simpsons_paradox_is_seen_through():
    """Charig et al. (1986), BMJ 292, 879: open surgery beats the needle for small and for large stones, not overall."""
    small, large = (81, 6, 234, 36), (192, 71, 55, 25)
    whole = tuple(map(sum, zip(small, large, strict=True)))
    assert odds_ratio(*whole).value < 1 < mantel_haenszel([small, large]).value


def test_strata_without_an_answer_say_why():
    assert str(mantel_haenszel([])) == "no odds ratio (no stratum has both rows and both columns)"
    assert mantel_haenszel([(0, 3, 2, 0)]).reason == "no stratum has anybody with both, and anybody with neither"
    assert mantel_haenszel([(3, 0, 0, 2)]).reason == "no stratum has anybody with one only, of either kind"
    assert mantel_haenszel([(3, 0, 0, 2)]).p_value < 0.05


# -- mistakes ----------------------------------------------------------------------------------------------------------


def test_mistakes_are_told():
    with pytest.raises(UsageError, match=r"^b=-1 is below 0"):
        odds_ratio(1, -1, 1, 1)
    with pytest.raises(UsageTypeError, match=r"^d=0\.5 is not a whole number"):
        fisher_exact(1, 1, 1, 0.5)
    with pytest.raises(UnknownNameError, match="unknown correction 'haldan'"):
        odds_ratio(1, 1, 1, 1, correction="haldan")
    with pytest.raises(UsageError, match=r"pass level=0\.95"):
        odds_ratio(1, 1, 1, 1, level=95)
    with pytest.raises(UsageError, match=r"^strata\[1\]=\(1, 2\) is not a table"):
        mantel_haenszel([(1, 1, 1, 1), (1, 2)])
    with pytest.raises(UsageError, match=r"^strata\[0\]\.c=-2 is below 0"):
        mantel_haenszel([(1, 1, -2, 1)])
