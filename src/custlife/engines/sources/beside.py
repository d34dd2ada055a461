"""Two logs of the same units, asked as one."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import attrs

from custlife.engines import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from custlife.engines.history import History
    from custlife.engines.sources.asked import Asked

__all__ = ["Beside"]

T = TypeVar("T")


@attrs.frozen(eq=False, slots=False)
class Beside:
    """Stage histories with the events of the same units between their rows; they are put together in memory.

    Attributes:
        stages: The stage histories.
        events: The events, seen from the same moment.
    """

    stages: Asked
    events: Asked

    @property
    def sample(self) -> History:
        """Both without rows, on which questions are tried before any work is done."""
        return beside(self.stages.empty, self.events.empty)

    @cached_property
    def whole(self) -> History:
        """Both, put together once.

        Raises:
            UsageError: One of them is not in memory.
        """
        return beside(self.stages.whole(), self.events.whole())

    def map(self, work: Callable[[History], T]) -> Iterator[T]:
        """What some work makes of them."""
        yield work(self.whole)
