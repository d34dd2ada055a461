"""Linear systems: the answers of whole numbers, where rows must be swapped and where rounding would show."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.stats.linear import factor
from tests.stats.oracles import exact_inverse

entries = st.integers(-9, 9)


def hilbert_inverse(n):
    """The inverse of the matrix of 1 / (i + j + 1), in whole numbers: for n = 6 its condition is 29 million.

    Source:
        Choi (1983), American Mathematical Monthly 90, 301-312.
    """
    return [
        [
            (-1) ** (i + j) * (i + j + 1) * comb(n + i, n - j - 1) * comb(n + j, n - i - 1) * comb(i + j, i) ** 2
            for j in range(n)
        ]
        for i in range(n)
    ]


def times(matrix, x):
    return [sum(a * b for a, b in zip(row, x, strict=True)) for row in matrix]


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(entries, min_size=n, max_size=n), min_size=n, max_size=n)))
def test_the_inverse_is_that_of_fractions(matrix):
    found = factor(matrix)
    try:
        exact = exact_inverse([list(map(Fraction, row)) for row in matrix])
    except StopIteration:  # no row is left to go on from
        assert found is None or found.condition() > 1e10
        return
    assert found is not None
    largest = float(max(1, *(abs(x) for row in exact for x in row)))
    for row, wanted in zip(found.inverse(), exact, strict=True):
        assert row == pytest.approx(list(map(float, wanted)), abs=1e-12 * largest)
    wide = max(sum(map(abs, row)) for row in matrix) * max(sum(map(abs, row)) for row in exact)
    assert found.condition() == pytest.approx(max(1.0, float(wide)), rel=1e-9)


def test_rows_are_swapped_where_the_first_has_little_or_nothing():
    assert factor([[0, 1], [1, 0]]).solve([2, 3]) == (3.0, 2.0)
    assert factor([[1e-20, 1], [1, 1]]).inverse(refined=False)[0] == pytest.approx([-1, 1])


def test_what_rounding_took_is_put_back():
    matrix, wanted = hilbert_inverse(6), [7, -3, 2, 5, -1, 4]
    right = times(matrix, wanted)
    found = factor(matrix)
    assert max(abs(x - y) for x, y in zip(found.solve(right), wanted, strict=True)) < 1e-14
    assert max(abs(x - y) for x, y in zip(found._substitute(right), wanted, strict=True)) > 1e-13


def test_a_matrix_whose_rows_say_the_same_is_singular():
    assert factor([[1, 2], [2, 4]]) is None
    assert factor([]).solve([]) == ()
    assert factor([]).condition() == 1.0
