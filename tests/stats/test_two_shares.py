"""Laws of the test of two shares, and what others print."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.stats import share_test
from custlife.stats.two_shares import TEST_METHODS


@st.composite
def tables(draw, most=14):
    n1, n2 = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


def fisher_by_hand(k1, n1, k2, n2):
    """All tables with these margins, in fractions."""
    yes = k1 + k2
    ways = {k: math.comb(n1, k) * math.comb(n2, yes - k) for k in range(max(0, yes - n2), min(n1, yes) + 1)}
    return Fraction(sum(w for w in ways.values() if w <= ways[k1]), sum(ways.values()))


def chi_square_by_hand(k1, n1, k2, n2):
    """Observed and expected in the four cells, in fractions; None where a cell expects nobody."""
    everybody, yes = n1 + n2, k1 + k2
    cells = [(k1, n1, yes), (n1 - k1, n1, everybody - yes), (k2, n2, yes), (n2 - k2, n2, everybody - yes)]
    expected = [Fraction(n * total, everybody) for _, n, total in cells]
    if not all(expected):
        return None, expected
    pearson = sum((seen - e) ** 2 / e for (seen, _, _), e in zip(cells, expected, strict=True))
    return pearson * Fraction(everybody - 1, everybody), expected


@given(tables())
@example((3, 3, 0, 3))
@example((0, 5, 0, 4))
def test_the_exact_test_equals_the_enumeration_in_fractions(table):
    found = share_test(*table, method="fisher")
    assert found.p_value == pytest.approx(float(fisher_by_hand(*table)), rel=1e-12)
    assert (found.method, found.statistic) == ("fisher", None)


@given(tables(60))
def test_the_statistic_equals_the_sum_over_the_cells_in_fractions(table):
    wanted, _ = chi_square_by_hand(*table)
    found = share_test(*table, method="n-1")
    if wanted is None:
        assert (found.method, found.p_value) == ("fisher", 1.0)
    else:
        assert found.statistic == pytest.approx(float(wanted), rel=1e-12)
        assert found.p_value == pytest.approx(math.erfc(math.sqrt(wanted / 2)), rel=1e-9)


@given(tables(60))
@example((1, 2, 1, 2))  # all four expect exactly 1
def test_campbell_takes_the_exact_test_where_a_cell_expects_less_than_one(table):
    _, expected = chi_square_by_hand(*table)
    assert share_test(*table) == share_test(*table, method="fisher" if min(expected) < 1 else "n-1")


@given(tables(60), st.sampled_from(TEST_METHODS))
def test_neither_the_order_of_the_groups_nor_the_side_counted_matters(table, method):
    k1, n1, k2, n2 = table
    found = share_test(*table, method=method)
    for other in ((k2, n2, k1, n1), (n1 - k1, n1, n2 - k2, n2)):
        assert share_test(*other, method=method).p_value == pytest.approx(found.p_value, rel=1e-12)
    assert 0 < found.p_value <= 1


@given(st.integers(1, 30), st.integers(1, 5), st.sampled_from(TEST_METHODS))
def test_equal_shares_do_not_differ(n, times, method):
    assert share_test(n // 2, n, times * (n // 2), times * n, method=method).p_value == pytest.approx(1)


# R 4.3 help page of fisher.test, "tea tasting" (two-sided 0.4857) and "convictions" (two-sided 0.0005367);
# scipy 1.17.1: fisher_exact([[10, 190], [30, 170]]), chi2_contingency([[56, 14], [48, 32]], correction=False)
# times (N - 1) / N.
@pytest.mark.parametrize(
    ("table", "method", "p_value"),
    [
        ((3, 4, 1, 4), "fisher", 0.4857142857142857),
        ((2, 17, 10, 13), "fisher", 0.0005367241191243),
        ((10, 200, 30, 200), "fisher", 0.001284932759445198),
        ((56, 70, 48, 80), "n-1", 0.00825828792938078),
    ],
)
def test_others_print_the_same(table, method, p_value):
    assert share_test(*table, method=method).p_value == pytest.approx(p_value, rel=1e-9)


def test_millions_take_no_time_and_lose_no_digit():
    """A p-value of 1e-31 is no 0; beyond the smallest float it is."""
    big = share_test(510_000, 1_000_000, 500_000, 1_000_000, method="fisher").p_value
    chi = share_test(510_000, 1_000_000, 500_000, 1_000_000).p_value
    assert big == pytest.approx(chi, rel=0.02)
    assert 0 < big < 1e-40
    assert share_test(0, 1_000_000, 500_000, 1_000_000, method="fisher").p_value == 0


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ((0, 0, 3, 9), "n1=0: a share of nothing"),
        ((0, 0, 0, 0), "n1=0 and n2=0: a share of nothing"),
    ],
)
def test_an_empty_group_has_no_p_value_but_a_reason(table, reason):
    found = share_test(*table)
    assert (found.p_value, found.method, found.reason) == (None, "", reason)
    assert str(found) == f"no test of shares: {reason}"


def test_it_prints_the_test_that_was_used():
    assert str(share_test(56, 70, 48, 80)) == "n-1 6.97659, p = 0.00826"
    assert str(share_test(0, 20, 0, 20)) == "fisher, p = 1"


@pytest.mark.parametrize(
    ("table", "kind", "text"),
    [
        ((5, 4, 1, 4), UsageError, "k1=5 is greater than n1=4\n\nHint: k1 counts those among the n1"),
        ((1, 4, -1, 4), UsageError, "k2=-1 is negative\n\nHint: pass k2 as a count, 0 or more"),
        (
            (0.5, 4, 1, 4),
            UsageTypeError,
            "k1=0.5 is not a whole number\n\nHint: pass k1 as an int: a share is made of counts",
        ),
    ],
)
def test_what_is_no_count_is_refused(table, kind, text):
    with pytest.raises(kind) as caught:
        share_test(*table)
    assert str(caught.value) == text


def test_an_unknown_method_is_refused():
    with pytest.raises(UnknownNameError, match="unknown method 'fischer'"):
        share_test(1, 2, 1, 2, method="fischer")
