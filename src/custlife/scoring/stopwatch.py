"""The one stopwatch of custlife: it measures how long hooks take, and never says what time it is."""

from __future__ import annotations

from time import perf_counter_ns

__all__ = ["ticks"]

ticks = perf_counter_ns
"""Nanoseconds since some moment; only differences mean anything."""
