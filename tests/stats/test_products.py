"""The shortcuts of the product limit, and when NumPy is asked."""

from __future__ import annotations

import math
import sys
from array import array
from statistics import fmean
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from custlife.stats import kaplan_meier, products
from custlife.stats.products import final_survival, is_large, mean

times = st.lists(st.one_of(st.integers(0, 8), st.integers(0, 10**15)), max_size=20)


@given(times, times, st.integers(0, 9))
def test_the_final_survival_is_that_of_the_curve(ended, censored, staying):
    """Who stays is at risk to the end, as if censored at the last time."""
    ended, censored = array("q", sorted(ended)), array("q", sorted(censored))
    n = len(ended) + len(censored) + staying
    last = max((*ended, *censored, 0))
    curve = kaplan_meier(ended, [*censored, *[last] * staying])
    with mock.patch.object(products, "LARGE", math.inf):
        assert final_survival(ended, censored, n) == (curve.survival[-1] if n else 1.0)


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1))
def test_a_mean_is_that_of_the_standard_library(values):
    with mock.patch.object(products, "LARGE", math.inf):
        assert mean(array("q", values)) == fmean(values)


def test_few_numbers_are_not_worth_it():
    assert not is_large(0)
    assert not is_large(products.LARGE - 1)


def test_without_numpy_loops_do_it():
    with mock.patch.dict(sys.modules, {"numpy": None}):
        assert not is_large(10**9)
