"""A metric, rows to read it from, and the words that one of one's own needs."""

from __future__ import annotations

from custlife import metrics
from tests.analysis.strategies import hour
from tests.oracles.lifecycle import Row

RATE = metrics.conversion("a", "b", within="2 days")
ROWS = [Row(f"u{n % 7}", hour(n), "abcb"[n % 4], "pq"[n % 2]) for n in range(0, 120, 5)]
WORDS = {"question": "How many?", "numerator": "those", "better": "higher"}
