"""Chains for tests: their rows as exact fractions, and the cases of the literature (see data/README.md)."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import strategies as st

from custlife.stats import MarkovChain

CASES = json.loads((Path(__file__).parent / "data" / "markov.json").read_text())["cases"]


BY_ID = {case["id"][:5]: case for case in CASES}


rewards = st.integers(-50, 50)


discounts = st.sampled_from([0.001, 0.1, 0.2, 1.0])


@st.composite
def exact_rows(draw, n, absorbing):
    """Rows of fractions; the last *absorbing* states are never left, and all others can reach the first of them."""
    rows = []
    for i in range(n):
        if i >= n - absorbing:
            rows.append([Fraction(int(i == j)) for j in range(n)])
            continue
        weights = [draw(st.integers(0, 9)) for _ in range(n)]
        weights[min(i + 1, n - absorbing)] += 1
        rows.append([Fraction(w, sum(weights)) for w in weights])
    return rows


one_to_three = st.integers(1, 3)


@st.composite
def exact_chains(draw, absorbing=one_to_three):
    """A chain and its rows as fractions; without absorbing states the last leads back to the first."""
    ends = draw(absorbing)
    n = draw(st.integers(1, 5)) + ends
    rows = draw(exact_rows(n, ends)) if ends else ring(draw, n)
    return MarkovChain([f"s{i}" for i in range(n)], [[float(p) for p in row] for row in rows]), rows, ends


def ring(draw, n):
    weights = [[draw(st.integers(0, 9)) + (j == (i + 1) % n) for j in range(n)] for i in range(n)]
    return [[Fraction(w, sum(row)) for w in row] for row in weights]


def close(numbers):
    return pytest.approx([float(x) for x in numbers], rel=1e-9, abs=1e-9)


def chain_of(case):
    return MarkovChain(case["states"], case["P"])
