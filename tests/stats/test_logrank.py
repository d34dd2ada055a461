"""Laws of the log-rank test, and figures of public data."""

from __future__ import annotations

import csv
import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import UsageError, UsageTypeError
from custlife.stats import kaplan_meier, log_rank, risk_table
from custlife.stats.special import chi_square_tail, two_sided_z
from tests.stats.strategies import curve_of_late, late_spells

DATA = Path(__file__).parent / "data"
several = st.lists(late_spells(), min_size=2, max_size=4)


def compared(groups):
    return log_rank({str(g): curve_of_late(rows) for g, rows in enumerate(groups)})


def by_hand(groups):
    """Observed, expected and variance in fractions, straight from their definition."""
    size = range(len(groups))
    expected = [Fraction(0) for _ in size]
    variance = [[Fraction(0) for _ in size] for _ in size]
    for t in {leave for rows in groups for _, leave, ended in rows if ended}:
        at_risk = [sum(leave >= t and (enter < t or enter == 0) for enter, leave, _ in rows) for rows in groups]
        d = sum(leave == t and ended for rows in groups for _, leave, ended in rows)
        n = sum(at_risk)
        for g in size:
            expected[g] += Fraction(d * at_risk[g], n)
            for h in size:
                share = Fraction(at_risk[g], n) * ((g == h) - Fraction(at_risk[h], n))
                variance[g][h] += share * Fraction(d * (n - d), max(n - 1, 1))
    return [sum(ended for _, _, ended in rows) for rows in groups], expected, variance


def solved(distances, variance):
    """The distance in units of a variance without one inverse, and its rank, by elimination in fractions."""
    rows = [[*row, distance] for row, distance in zip(variance, distances, strict=True)]
    total, rank = Fraction(0), 0
    for g in range(len(rows)):
        if not rows[g][g]:
            assert not any(rows[g][g:])
            continue
        rank += 1
        total += rows[g][-1] ** 2 / rows[g][g]
        for h in range(g + 1, len(rows)):
            ratio = rows[h][g] / rows[g][g]
            rows[h] = [a - ratio * b for a, b in zip(rows[h], rows[g], strict=True)]
    return total, rank


@given(several)
def test_the_statistic_equals_the_quadratic_form_in_fractions(groups):
    observed, expected, variance = by_hand(groups)
    total, rank = solved([o - e for o, e in zip(observed, expected, strict=True)], variance)
    found = compared(groups)
    assert found.observed == tuple(observed)
    assert found.expected == pytest.approx([float(e) for e in expected], rel=1e-13)
    assert found.degrees_of_freedom == rank
    if rank:
        assert found.statistic == pytest.approx(float(total), rel=1e-9, abs=1e-12)
        assert found.p_value == chi_square_tail(found.statistic, rank)
    else:
        assert (found.statistic, found.p_value) == (None, None)


@given(several)
def test_expected_ends_add_up_to_the_observed(groups):
    found = compared(groups)
    assert math.fsum(found.expected) == pytest.approx(sum(found.observed), rel=1e-13)


@given(several, st.randoms(use_true_random=False))
def test_the_order_of_the_groups_does_not_matter(groups, random):
    one, other = compared(groups), compared(random.sample(groups, len(groups)))
    assert one.degrees_of_freedom == other.degrees_of_freedom
    assert sorted(one.expected) == pytest.approx(sorted(other.expected), rel=1e-13)
    assert (one.statistic or 0) == pytest.approx(other.statistic or 0, rel=1e-9, abs=1e-12)


@given(several)
def test_only_the_order_of_times_matters(groups):
    stretched = [[(enter**3, leave**3, ended) for enter, leave, ended in rows] for rows in groups]
    assert compared(stretched) == compared(groups)


@given(late_spells())
def test_two_groups_of_the_same_spells_do_not_differ(rows):
    found = compared([rows, rows])
    assert found.observed[0] == pytest.approx(found.expected[0], rel=1e-13)
    assert found.statistic is None or (found.statistic, found.p_value) == pytest.approx((0, 1), abs=1e-6)


@given(several)
def test_curves_and_tables_give_the_same(groups):
    tables = {
        str(g): risk_table(
            [leave for _, leave, ended in rows if ended],
            [leave for _, leave, ended in rows if not ended],
            entered=[enter for enter, _, _ in rows],
        )
        for g, rows in enumerate(groups)
    }
    assert log_rank(tables) == compared(groups)


@pytest.mark.parametrize(
    ("file", "event", "by", "observed", "expected", "statistic", "p_value"),
    [
        ("aml.csv", ("status", "1"), "x", (7, 11), (10.69, 7.31), 3.3963886989776, 0.0653393220405049),
        ("lung.csv", ("status", "2"), "sex", (112, 53), (91.6, 73.4), 10.326741954885637, 0.0013111645203554858),
    ],
)
def test_figures_of_public_data(file, event, by, observed, expected, statistic, p_value):
    """Statistic and p-value as lifelines 0.30.3 computes them (`multivariate_logrank_test`).

    Rounded, they and the expected ends are what `survdiff` of R's survival prints (3.4 and 0.07, 10.3 and 0.001); those
    were quoted from memory, and lifelines confirms them.
    """
    spells = {}
    with (DATA / file).open() as lines:
        for row in csv.DictReader(lines):
            spells.setdefault(row[by], ([], []))[row[event[0]] != event[1]].append(int(row["time"]))
    found = log_rank({name: kaplan_meier(*spells[name]) for name in sorted(spells)})
    assert found.observed == observed
    assert found.expected == pytest.approx(expected, abs=0.05)
    assert found.statistic == pytest.approx(statistic, rel=1e-12)
    assert found.p_value == pytest.approx(p_value, rel=1e-12)


def test_groups_never_at_risk_together_cost_a_degree_of_freedom():
    early, late = risk_table([1, 2, 3], [4]), risk_table([11, 12, 13], entered=[10, 10, 10])
    found = log_rank({"a": early, "b": early, "c": late, "d": late})
    assert found.degrees_of_freedom == 2
    assert found.statistic == pytest.approx(0, abs=1e-12)


def test_without_ends_there_is_no_test():
    found = log_rank({"a": risk_table([], [3]), "b": risk_table([], [4])})
    text = "no log-rank test: no two groups were at risk when somebody ended and somebody did not"
    assert (str(found), found.degrees_of_freedom, found.p_value) == (text, 0, None)


def test_text():
    one, two = risk_table([1, 2, 3]), risk_table([3, 4, 5])
    assert str(log_rank({"a": one, "b": two})) == "log-rank 3.45946 on 1 degree of freedom, p = 0.0629"
    assert "on 2 degrees of freedom" in str(log_rank({"a": one, "b": two, "c": one}))


def test_bad_groups_are_refused():
    hint = r"\n\nHint: pass one kaplan_meier\(\.\.\.\) or risk_table\(\.\.\.\) for each group, by its name$"
    with pytest.raises(UsageTypeError, match=r"^groups=\[1\] is not a mapping" + hint):
        log_rank([1])
    with pytest.raises(
        UsageTypeError, match=r"^group \[1\] is neither a curve nor a risk table @ groups\['a'\]" + hint
    ):
        log_rank({"a": [1]})
    with pytest.raises(UsageError, match=r"^groups=\['a'\] leaves nothing to compare" + hint):
        log_rank({"a": risk_table([1])})


# the tail of the chi-square distribution


@given(st.floats(0.001, 0.999))
def test_one_degree_of_freedom_is_a_squared_normal(level):
    assert chi_square_tail(two_sided_z(level) ** 2, 1) == pytest.approx(1 - level, rel=1e-10)


@given(st.floats(0, 1e4), st.integers(1, 300))
def test_the_tail_lies_between_zero_and_one_and_rises_with_the_degrees(x, degrees):
    less, more = chi_square_tail(x, degrees), chi_square_tail(x, degrees + 1)
    assert 0 <= less <= more * (1 + 1e-11)
    assert more <= 1


@pytest.mark.parametrize(
    ("x", "degrees", "tail"),
    [
        (3.841, 1, 0.05),
        (5.991, 2, 0.05),
        (7.815, 3, 0.05),
        (18.307, 10, 0.05),
        (124.342, 100, 0.05),
        (10.828, 1, 0.001),
    ],
)
def test_the_tail_at_the_figures_of_the_textbooks(x, degrees, tail):
    assert chi_square_tail(x, degrees) == pytest.approx(tail, rel=1e-3)
