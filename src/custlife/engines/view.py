"""A view: how a log looks at its rows, from which moment and after which steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.calendar import from_us
from custlife.engines import transform
from custlife.engines.history import Note
from custlife.engines.rows.looking import Look

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.engines.history import History

__all__ = ["Shown", "View"]


@attrs.frozen
class View:
    """From the rows of a source to those that are counted: the same for every partition.

    Attributes:
        as_of: The moment of looking, microseconds UTC; None for the last instant of the source.
        known_at: What was recorded later is left out, or None.
        since: Start of observation, or None for what the source says.
        steps: What is done to the rows seen, in order.
    """

    as_of: int | None
    known_at: int | None = None
    since: int | None = None
    steps: tuple[Callable[[History], History], ...] = ()

    def at(self, last: int | None) -> Shown:
        """The view with its moment fixed.

        Args:
            last: The last instant of all partitions, or None where there are no rows.
        """
        return Shown(self, (last or 0) if self.as_of is None else self.as_of, last is not None)

    @property
    def across(self) -> tuple[str, ...]:
        """The columns that name the units anew: rows of different units then belong together."""
        steps: tuple[Any, ...] = self.steps
        return tuple(step.to for step in steps if hasattr(step, "to"))


@attrs.frozen
class Shown:
    """A view with its moment fixed."""

    view: View
    as_of: int
    has_rows: bool = True

    def __call__(self, full: History) -> History:
        """What is seen of some whole units."""
        view = self.view
        if view.since is not None:
            full = attrs.evolve(full, since=view.since)
        seen = transform(Look(self.as_of, view.known_at), full)
        if view.as_of is None:
            when = from_us(self.as_of).isoformat()
            last = "the last instant in the log" if self.has_rows else "as the log has no rows"
            assumed = Note("assumed", f"as_of={when}, {last}; pass as_of= to say when it was made")
            seen = attrs.evolve(seen, notes=(*seen.notes, assumed))
        for step in view.steps:
            seen = transform(step, seen)
        return seen
