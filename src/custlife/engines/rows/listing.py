"""Units and their stays as rows: what is listed one by one, not counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.engines.gathers import Standing, Stay
from custlife.engines.rows.staying import following

if TYPE_CHECKING:
    from custlife.engines.gathers import Standings, Stays
    from custlife.engines.history import History

__all__ = ["list_standings", "list_stays"]


def list_stays(request: Stays, history: History) -> list[Stay]:
    """The stays in some stages, by unit and time."""
    after, until = following(history)
    at, code, wanted = history.at, history.code, request.codes
    segments = tuple(history.segments.values())
    return [
        Stay(unit, code[row], at[row], until[row], after[row], tuple([column.name(row) for column in segments]))
        for unit, (low, high) in zip(history.ids, history.ranges(), strict=True)
        for row in range(low, high)
        if code[row] in wanted
    ]


def list_standings(_request: Standings, history: History) -> list[Standing]:
    """The units, with their last values of each segment."""
    at, code, path = history.at, history.code, history.vocabulary.path
    segments = [(history.current.get(name), column) for name, column in history.segments.items()]
    return [
        Standing(
            id_,
            code[high - 1],
            at[high - 1],
            at[low],
            max((here for here in code[low:high] if here < path), default=-1),
            high - low,
            tuple([current.name(unit) if current else column.name(high - 1) for current, column in segments]),
        )
        for unit, (id_, (low, high)) in enumerate(zip(history.ids, history.ranges(), strict=True))
    ]
