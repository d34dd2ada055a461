"""What a source is: whole units in one or more partitions, and a way to work on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from custlife.engines.history import History
    from custlife.engines.sources.held import Held

__all__ = ["Source"]

T = TypeVar("T")


class Source(Protocol):
    """Histories, wherever they are. Each partition holds all rows of its units."""

    @property
    def empty(self) -> History:
        """A history without rows, with all the columns: questions are checked on it before any work is done."""
        ...

    @property
    def accounts(self) -> str | None:
        """The column by whose values units lie together, or None: then only a unit is surely whole."""
        ...

    def last(self) -> int | None:
        """The last instant of all rows, microseconds UTC; None without rows."""
        ...

    def held(self) -> Held | None:
        """The rows in memory, read where they are not there yet; None where they are not to be held at once."""
        ...

    def persist(self) -> Source:
        """The same rows, read once now and kept ready for many questions, in memory or wherever they lie."""
        ...

    def map(self, work: Callable[[History], T]) -> Iterator[T]:
        """What some work makes of each partition; there is at least one, which may be empty."""
        ...
