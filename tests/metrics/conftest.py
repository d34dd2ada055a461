"""Metrics that a test registers are its own."""

from __future__ import annotations

import pytest

from custlife.metrics import registry


@pytest.fixture
def own():
    """Metrics registered by a test are gone after it."""
    before = dict(registry._ENTRIES)
    yield
    registry._ENTRIES.clear()
    registry._ENTRIES.update(before)
