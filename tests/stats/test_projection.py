"""Projections with their variances, against enumeration in fractions and against differences of two chains."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.stats import MarkovChain
from custlife.stats.projection import Arrivals, Expected, SparseChain, projected

STATES = 3


def sparse(rows, weights=None, groups=None):
    found = tuple(tuple((j, float(p)) for j, p in enumerate(row) if p) for row in rows)
    return SparseChain(found, tuple(weights or [50.0] * len(rows)), tuple(groups or range(len(rows))))


@st.composite
def chains(draw):
    """Rows of small fractions, some of them zero."""
    parts = st.lists(st.integers(0, 4), min_size=STATES, max_size=STATES).filter(any)
    return [[Fraction(n, sum(row)) for n in row] for row in draw(st.lists(parts, min_size=STATES, max_size=STATES))]


HEADS = st.lists(st.integers(0, 5), min_size=STATES, max_size=STATES)


@given(chains(), HEADS, st.integers(0, 5))
def test_numbers_are_those_of_the_chain(rows, heads, periods):
    found = projected(sparse(rows), heads, periods)
    chain = MarkovChain(["a", "b", "c"], [[float(p) for p in row] for row in rows])
    for mine, other in zip(found, chain.project(heads, periods), strict=True):
        assert [one.number for one in mine] == pytest.approx(list(other), abs=1e-9)


@given(chains(), st.lists(st.integers(0, 2), min_size=STATES, max_size=STATES), st.integers(1, 2))
def test_the_variance_by_chance_is_that_of_every_way_they_can_go(rows, heads, periods):
    found = projected(sparse(rows), heads, periods)[-1]
    power = rows
    for _ in range(periods - 1):
        power = [
            [sum(a * b for a, b in zip(row, col, strict=True)) for col in zip(*rows, strict=True)] for row in power
        ]
    people = [i for i, n in enumerate(heads) for _ in range(n)]
    for target in range(STATES):
        first = second = Fraction(0)
        for ends in product(range(STATES), repeat=len(people)):
            chance = Fraction(1)
            for start, end in zip(people, ends, strict=True):
                chance *= power[start][end]
            there = ends.count(target)
            first, second = first + chance * there, second + chance * there * there
        assert found[target].chance == pytest.approx(float(second - first * first), abs=1e-9)
        assert found[target].number == pytest.approx(float(first), abs=1e-9)


def moved(rows, a, b, by):
    """The row a with probability moved to b from all of its destinations: the direction (e_b - p)."""
    return [
        [p * (1 - by) + by * (j == b) for j, p in enumerate(row)] if i == a else list(row) for i, row in enumerate(rows)
    ]


def numbers(rows, heads, periods, coming):
    now = list(heads)
    for _ in range(periods):
        now = [sum(n * row[j] for n, row in zip(now, rows, strict=True)) + coming[j] for j in range(STATES)]
    return now


@given(chains(), HEADS, st.integers(1, 4), st.lists(st.integers(0, 3), min_size=STATES, max_size=STATES))
def test_the_variance_by_estimated_rows_is_that_of_small_changes_of_them(rows, heads, periods, coming):
    rows, weights, step = [[float(p) for p in row] for row in rows], (40.0, 90.0, 7.0), 1e-6
    mean = Arrivals(tuple(map(float, coming)), ((0.0,) * STATES,) * STATES)
    found = projected(sparse(rows, weights), heads, periods, mean)[-1]
    for target in range(STATES):
        total = 0.0
        for a, weight in enumerate(weights):
            slopes = [
                (numbers(moved(rows, a, b, step), heads, periods, coming)[target]
                 - numbers(moved(rows, a, b, -step), heads, periods, coming)[target]) / (2 * step)
                for b in range(STATES)
            ]  # fmt: skip
            total += sum(p * slope**2 for p, slope in zip(rows[a], slopes, strict=True)) / weight
        assert found[target].doubt == pytest.approx(total, rel=1e-4, abs=1e-6)


def test_states_of_one_group_are_counted_together():
    rows = [[0.5, 0.25, 0.25], [0, 1, 0], [0, 0, 1]]
    fine = projected(sparse(rows, groups=(0, 1, 1)), [8, 0, 0], 3)
    rough = projected(sparse([[0.5, 0.5], [0, 1]]), [8, 0], 3)
    for one, other in zip(fine, rough, strict=True):
        assert [x.number for x in one] == pytest.approx([x.number for x in other])
        assert [x.chance for x in one] == pytest.approx([x.chance for x in other])
        assert [x.doubt for x in one] == pytest.approx([x.doubt for x in other])


class TestArrivals:
    ROWS = ((0.5, 0.5), (0.0, 1.0))

    def test_a_number_taken_as_certain_adds_the_chance_of_each_who_comes(self):
        coming = Arrivals((10.0, 0.0), ((0.0, 0.0), (0.0, 0.0)))
        (_, one, two) = projected(sparse(self.ROWS), [0, 0], 2, coming)
        assert one == (Expected(10.0, 0.0, 0.0), Expected(0.0, 0.0, 0.0))
        assert [(x.number, x.chance) for x in two] == [(15.0, 2.5), (5.0, 2.5)]

    def test_a_number_that_varies_as_poisson_stays_poisson(self):
        """A Poisson number thinned by chance is a Poisson number: its variance is its mean."""
        coming = Arrivals((10.0, 0.0), ((10.0, 0.0), (0.0, 0.0)))
        for period in projected(sparse(self.ROWS), [0, 0], 4, coming):
            for one in period:
                assert one.chance == pytest.approx(one.number)

    def test_a_mean_of_few_periods_is_in_doubt(self):
        coming = Arrivals((10.0, 0.0), ((4.0, 0.0), (0.0, 0.0)), 8)
        known = Arrivals((10.0, 0.0), ((4.0, 0.0), (0.0, 0.0)))
        made, sure = (projected(sparse(self.ROWS), [0, 0], 2, one)[2][0] for one in (coming, known))
        assert made.chance == sure.chance
        assert made.doubt - sure.doubt == pytest.approx(1.5**2 * 4 / 8)  # 1.5 of each arrival of two periods is there

    def test_what_came_before_the_first_period_is_not_counted(self):
        coming = Arrivals((10.0, 0.0), ((4.0, 0.0), (0.0, 0.0)), 8)
        assert projected(sparse(self.ROWS), [3, 0], 0, coming) == ((Expected(3.0), Expected(0.0)),)


def test_a_state_that_always_leads_to_one_other_is_in_no_doubt():
    found = projected(sparse([[0, 1], [0, 1]]), [9, 0], 1)
    assert found[1] == (Expected(0.0), Expected(9.0))


def test_the_doubt_may_be_that_of_other_rows():
    """Of a row in which one destination had everything nothing would be in doubt."""
    sure = SparseChain((((1, 1.0),), ((1, 1.0),)), (50.0, 50.0), (0, 1))
    unsure = SparseChain(sure.rows, sure.weights, sure.groups, (((0, 0.1), (1, 0.9)), ((1, 1.0),)))
    assert projected(sure, [10, 0], 1)[1][1] == Expected(10.0)
    made = projected(unsure, [10, 0], 1)[1][1]
    assert (made.number, made.chance, made.doubt) == (10.0, 0.0, pytest.approx(100 * 0.1 * 0.9 / 50))
