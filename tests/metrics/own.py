"""Metrics of one's own, for tests."""

from __future__ import annotations

import pytest

from custlife import metrics
from custlife.metrics import registry
from tests.analysis.strategies import hour
from tests.oracles.lifecycle import Row

RATE = metrics.conversion("a", "b", within="2 days")


ROWS = [Row(f"u{n % 7}", hour(n), "abcb"[n % 4], "pq"[n % 2]) for n in range(0, 120, 5)]


@pytest.fixture
def own():
    """Metrics registered by a test are gone after it."""
    before = dict(registry._ENTRIES)
    yield
    registry._ENTRIES.clear()
    registry._ENTRIES.update(before)


WORDS = {"question": "How many?", "numerator": "those", "better": "higher"}
