"""Engines turn histories into small tables of counts; they estimate nothing and show nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from custlife.engines.gathers import FunnelPlan, Request
    from custlife.engines.history import History
    from custlife.engines.rows.checking import Odd

__all__ = ["beside", "gather", "odd_rows", "run", "standing", "transform"]


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


def beside(stages: History, events: History) -> History:
    """The rows of some units in a stage log and in a log of events, as one history."""
    if stages.engine == events.engine == "arrays":
        from custlife.engines.arrays.beside import beside as by_arrays

        return by_arrays(stages, events)
    from custlife.engines.rows.beside import beside as by_rows

    return by_rows(stages, events)


def standing(plan: FunnelPlan, history: History, state: str, step: int | None = None) -> Iterator[tuple[int, int]]:
    """The units with an attempt that stands so at a step of a funnel, by number, with the row at which it starts."""
    if history.engine == "arrays":
        from custlife.engines.arrays import funnel

        return funnel.standing(plan, history, state, step)
    from custlife.engines.rows.funnel import standing as by_rows

    return by_rows(plan, history, state, step)


def odd_rows(seen: History) -> Iterator[Odd]:
    """All that is odd about the rows seen, which need not open spells: by kind, and then by unit and time."""
    if seen.engine == "arrays":
        from custlife.engines.arrays import checking

        return checking.odd_rows(seen)
    from custlife.engines.rows.checking import odd_rows as by_rows

    return by_rows(seen)


def run(requests: Sequence[Request], history: History) -> list[Any]:
    """The tables that answer some requests, in their order; the same request is counted once."""
    done: dict[Request, Any] = {}
    return [done[r] if r in done else done.setdefault(r, gather(r, history)) for r in requests]
