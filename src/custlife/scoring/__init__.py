"""Scores that explain themselves: hooks, health, leads, and how well they foretold what happened."""

from __future__ import annotations

__all__: list[str] = []
