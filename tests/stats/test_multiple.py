"""P-values adjusted for many tests."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import UsageError, UsageTypeError
from custlife.stats import benjamini_hochberg

p_values = st.lists(st.one_of(st.sampled_from([0.0, 0.01, 0.02, 0.05, 1.0]), st.floats(0, 1)), max_size=20)


def by_definition(values):
    """For each p the least q at which the step-up procedure rejects it."""
    exact = sorted(Fraction(p) for p in values)
    bounds = [p * len(exact) / rank for rank, p in enumerate(exact, start=1)]
    return [min(min(bounds[rank:]) for rank, q in enumerate(exact) if q >= Fraction(p)) for p in values]


@given(p_values)
def test_adjusted_values_are_those_of_the_definition(values):
    expected = [float(q) for q in by_definition(values)]
    assert benjamini_hochberg(values) == pytest.approx(expected, rel=1e-14, abs=0)


@given(p_values)
def test_adjusting_keeps_the_order_and_never_lowers(values):
    adjusted = benjamini_hochberg(values)
    pairs = sorted(zip(values, adjusted, strict=True))
    assert [q for _, q in pairs] == sorted(adjusted)
    assert all(p <= q <= 1 for p, q in pairs)


@given(p_values, st.randoms(use_true_random=False))
def test_the_order_of_the_tests_changes_nothing(values, dice):
    order = list(range(len(values)))
    dice.shuffle(order)
    adjusted = benjamini_hochberg(values)
    assert benjamini_hochberg([values[i] for i in order]) == tuple(adjusted[i] for i in order)


@given(p_values, st.floats(0.001, 0.5))
def test_discoveries_are_those_of_the_step_up_procedure(values, q):
    exact = sorted(Fraction(p) for p in values)
    passing = [p for rank, p in enumerate(exact, start=1) if p * len(exact) <= Fraction(q) * rank]
    found = [p for p, bound in zip(values, by_definition(values), strict=True) if bound <= Fraction(q)]
    assert found == [p for p in values if passing and Fraction(p) <= max(passing)]


def test_a_printed_example_is_reproduced():
    """The 15 p-values of Benjamini & Hochberg (1995), section 4: four are rejected at 0.05."""
    printed = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
               0.7590, 1.0]  # fmt: skip
    assert sum(q <= 0.05 for q in benjamini_hochberg(printed)) == 4


def test_any_kind_of_number_will_do_and_no_tests_have_no_values():
    assert benjamini_hochberg([Decimal("0.25"), Fraction(1, 2), 1]) == (0.75, 0.75, 1.0)
    assert benjamini_hochberg(iter([])) == ()


@pytest.mark.parametrize(
    ("bad", "kind", "text"),
    [
        (1.5, UsageError, "p_values[1]=1.5 is not from 0 to 1\n\nHint: pass probabilities, not test statistics"),
        (-0.1, UsageError, "p_values[1]=-0.1 is not from 0 to 1\n\nHint: pass probabilities, not test statistics"),
        (float("nan"), UsageError, "p_values[1]=nan is not a finite number up to 1e+100\n\nHint: look at p_values[1]"),
        (None, UsageTypeError, "p_values[1]=None is not a number\n\nHint: pass p_values[1] as an int or a float"),
        ("0.5", UsageTypeError, "p_values[1]='0.5' is not a number\n\nHint: pass p_values[1] as an int or a float"),
        (True, UsageTypeError, "p_values[1]=True is not a number\n\nHint: pass p_values[1] as an int or a float"),
    ],
)
def test_what_is_no_p_value_is_named(bad, kind, text):
    with pytest.raises(kind) as caught:
        benjamini_hochberg([0.5, bad])
    assert str(caught.value) == text


def test_a_number_beyond_all_floats_is_refused():
    with pytest.raises(UsageError, match=r"^p_values\[0\]=1000+ is not a finite number"):
        benjamini_hochberg([10**400])
