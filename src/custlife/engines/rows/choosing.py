"""Choosing units: transforms that keep some histories whole and leave the others out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.engines.history import note
from custlife.engines.rows.looking import of_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.engines.history import History, Note

__all__ = ["FirstSeen", "Having"]


@attrs.frozen(eq=False)
class Having:
    """Keeps the units that pass a test of their id, and whose segments have wanted values.

    Attributes:
        test: The ids, a test of an id, or None for all.
        segments: Pairs of a segment and its wanted values; None for missing.
        value: Which row of a unit decides: the `first`, the `last` or `any`.
    """

    test: frozenset[str] | Callable[[str], bool] | None
    segments: tuple[tuple[str, frozenset[str | None]], ...]
    value: str

    def __call__(self, history: History) -> History:
        """The history of the units kept."""
        ranges = dict(zip(history.ids, history.ranges(), strict=True))
        wanted = [(history.segments[name], values) for name, values in self.segments]

        def keep(unit: str) -> bool:
            low, high = ranges[unit]
            rows = {"first": (low,), "last": (high - 1,), "any": range(low, high)}[self.value]
            held = all(any(column.name(row) in values for row in rows) for column, values in wanted)
            return self.names(unit) and held

        kept = of_units(history, keep)
        return kept if len(kept) or not len(history) else attrs.evolve(kept, notes=(*kept.notes, self.nobody(history)))

    def names(self, unit: str) -> bool:
        """Whether a unit's id passes."""
        if isinstance(self.test, frozenset):
            return unit in self.test
        return self.test is None or bool(self.test(unit))

    def nobody(self, history: History) -> Note:
        """Says that nobody was left, and what there would have been."""
        asked = [f"{name} in {sorted(map(str, values))}" for name, values in self.segments]
        there = sorted(f"{name} is {value}" for name, _ in self.segments for value in history.segments[name].names)
        what = " and ".join(asked) or "the customers asked for"
        said = note("dropped", f"nobody was left by where() with {what}", there, len(history.ids))
        return attrs.evolve(said, if_nobody=True)


@attrs.frozen(eq=False)
class FirstSeen:
    """Keeps the units whose first row lies from `low` to before `high`, microseconds UTC."""

    low: int
    high: int

    def __call__(self, history: History) -> History:
        """The history of the units kept."""
        firsts = {unit: history.at[low] for unit, (low, _) in zip(history.ids, history.ranges(), strict=True)}
        return of_units(history, lambda unit: self.low <= firsts[unit] < self.high)
