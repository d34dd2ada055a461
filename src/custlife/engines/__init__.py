"""Engines turn histories into small tables of counts; they estimate nothing and show nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.engines.gathers import Request
    from custlife.engines.history import History

__all__ = ["gather", "run", "transform"]


def gather(request: Request, history: History) -> Any:
    """The table that answers one request, by the kernels of the history's engine."""
    if history.engine == "arrays":
        from custlife.engines import arrays

        return arrays.gather(request, history)
    from custlife.engines import rows

    return rows.gather(request, history)


def transform(step: Callable[[History], History], history: History) -> History:
    """The history after one step, by the kernels of its engine."""
    if history.engine == "arrays":
        from custlife.engines import arrays

        return arrays.transform(step, history)
    return step(history)


def run(requests: Sequence[Request], history: History) -> list[Any]:
    """The tables that answer some requests, in their order; the same request is counted once."""
    done: dict[Request, Any] = {}
    return [done[r] if r in done else done.setdefault(r, gather(r, history)) for r in requests]
