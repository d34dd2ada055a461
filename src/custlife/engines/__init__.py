"""Engines turn histories into small tables of counts; they estimate nothing and show nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.gathers import Request
    from custlife.engines.history import History

__all__ = ["run"]


def run(requests: Sequence[Request], history: History) -> list[Any]:
    """The tables that answer some requests, in their order; the same request is counted once."""
    from custlife.engines.rows import gather

    done: dict[Request, Any] = {}
    return [done[r] if r in done else done.setdefault(r, gather(r, history)) for r in requests]
