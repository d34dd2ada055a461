"""Worth of heads in fine states: against the chain, against its projection, and against small changes of its rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import UsageError
from custlife.stats import MarkovChain
from custlife.stats.discounting import worth
from custlife.stats.projection import SparseChain, projected

NAMES = ("a", "b", "c")
ROWS = st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3).filter(any), min_size=3, max_size=3)
HEADS = st.lists(st.integers(0, 9), min_size=3, max_size=3)
REWARDS = st.lists(st.integers(-9, 9), min_size=3, max_size=3)
WEIGHTS = (40.0, 90.0, 7.0)


def sparse(rows):
    found = tuple(tuple((j, p) for j, p in enumerate(row) if p) for row in rows)
    return SparseChain(found, WEIGHTS, (0, 1, 2))


def shares(rows):
    return [[n / sum(row) for n in row] for row in rows]


@given(ROWS, HEADS, REWARDS, st.none() | st.integers(0, 5))
def test_it_is_the_value_of_the_chain_times_the_heads(rows, heads, rewards, horizon):
    rows = shares(rows)
    (found,) = worth(sparse(rows), NAMES, rewards, [heads], discount=0.1, horizon=horizon)
    each = MarkovChain(NAMES, rows).value(rewards, discount=0.1, horizon=horizon)
    assert found.value == pytest.approx(sum(n * v for n, v in zip(heads, each, strict=True)))


@given(ROWS, HEADS, REWARDS, st.integers(0, 5))
def test_it_is_the_discounted_sum_of_the_projection(rows, heads, rewards, horizon):
    chain = sparse(shares(rows))
    (found,) = worth(chain, NAMES, rewards, [heads], discount=0.25, horizon=horizon)
    later = projected(chain, heads, horizon)
    total = sum(r * x.number / 1.25**t for t, row in enumerate(later) for r, x in zip(rewards, row, strict=True))
    assert found.value == pytest.approx(total)


@given(ROWS, HEADS, REWARDS, st.none() | st.integers(0, 5))
def test_its_doubt_is_that_of_small_changes_of_the_rows(rows, heads, rewards, horizon):
    rows, step = shares(rows), 1e-5
    (found,) = worth(sparse(rows), NAMES, rewards, [heads], discount=0.1, horizon=horizon)
    total = 0.0
    for a, weight in enumerate(WEIGHTS):
        for b, p in enumerate(rows[a]):
            sides = []
            for by in (step, -step):
                moved = [q * (1 - by) + by * (j == b) for j, q in enumerate(rows[a])]
                if min(moved) < 0:
                    break
                changed = [moved if i == a else row for i, row in enumerate(rows)]
                values = MarkovChain(NAMES, changed).value(rewards, discount=0.1, horizon=horizon)
                sides.append(sum(n * v for n, v in zip(heads, values, strict=True)))
            if p:
                total += p * ((sides[0] - sides[1]) / (2 * step)) ** 2 / weight
    assert found.doubt == pytest.approx(total, rel=1e-3, abs=1e-4)


def test_many_horizons_on_it_is_the_value_of_all_periods():
    chain = sparse([[0.5, 0.25, 0.25], [0.1, 0.6, 0.3], [0, 0, 1]])
    starts = [(1, 0, 0), (3, 2, 9)]
    far = worth(chain, NAMES, (8, 2, 0), starts, discount=0.1, horizon=400)
    for one, other in zip(worth(chain, NAMES, (8, 2, 0), starts, discount=0.1), far, strict=True):
        assert (one.value, one.doubt) == pytest.approx((other.value, other.doubt))


def test_undiscounted_what_never_ends_is_named():
    chain = sparse([[0.5, 0.5, 0], [0, 1, 0], [0, 0, 1]])
    assert worth(chain, NAMES, (8, 0, 0), [(1, 0, 5)], discount=0)[0].value == 16
    with pytest.raises(UsageError, match="'b' is worth 2 a period for ever"):
        worth(chain, NAMES, (8, 2, 0), [(1, 0, 0)], discount=0)
