"""Metrics: each a defined question, with targets that turn its readings into verdicts."""

from __future__ import annotations

__all__: list[str] = []
