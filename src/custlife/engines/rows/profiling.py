"""What a history is like as a whole: its setting, and where the segments of its units change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.engines.history import Note, Setting, check_segments, note
from custlife.stages.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.engines.gathers import Profile
    from custlife.engines.history import History

__all__ = ["count_profile", "profiled"]


def count_profile(request: Profile, history: History) -> Setting:
    """The setting, with the changes of some segments."""
    seen = (min(history.at), frozenset(history.code)) if len(history) else (None, frozenset[int]())
    return profiled(request, history, seen, changing)


def profiled(
    request: Profile,
    history: History,
    seen: tuple[int | None, frozenset[int]],
    changing: Callable[[History, str], Sequence[int]],
) -> Setting:
    """The setting, from the first instant and the codes that occur, and a way to find units whose segment changes."""
    check_segments(request.by, history.segments)
    changed = []
    for name in request.by:
        units = changing(history, name)
        if len(units):
            changed.append((name, _note(history, name, units)))
    return Setting(
        history.vocabulary, history.zone, history.as_of, history.since, history.unit, tuple(history.segments),
        tuple(history.values), len(history.ids), len(history), *seen, history.notes, tuple(changed), history.frame,
    )  # fmt: skip


def changing(history: History, name: str) -> list[int]:
    """The units whose segment is not the same in all their rows."""
    codes = history.segments[name].codes
    current = history.current.get(name)
    return [
        unit
        for unit, (low, high) in enumerate(history.ranges())
        if (high - low > 1 and min(codes[low:high]) != max(codes[low:high]))
        or (current is not None and current.codes[unit] != codes[high - 1])
    ]


def _note(history: History, name: str, units: Sequence[int]) -> Note:
    what = f"{plural(0, history.unit)} whose {name} changed count by the value in force when they were counted"
    return note("changed", what, [history.ids[unit] for unit in units[:5]], len(units))
