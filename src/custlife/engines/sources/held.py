"""Histories held in memory."""

from __future__ import annotations

from array import array
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from custlife.engines.history import Column
from custlife.engines.sources.memory import give_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from custlife.engines.history import History

__all__ = ["Held", "Lazy", "emptied", "joined", "mapped"]

P = TypeVar("P")
T = TypeVar("T")


@attrs.frozen(eq=False, slots=False)
class Held:
    """One history or several of disjoint units, in memory.

    Attributes:
        parts: The histories; at least one.
    """

    parts: tuple[History, ...]

    @property
    def accounts(self) -> None:
        """None: any units may be brought together in memory."""

    @property
    def empty(self) -> History:
        """A history like these, without rows."""
        return emptied(self.parts[0])

    def last(self) -> int | None:
        """The last instant of all rows."""
        return max((part.as_of for part in self.parts if len(part)), default=None)

    def held(self) -> Held:
        """Itself."""
        return self

    def persist(self) -> Held:
        """Itself."""
        return self

    def map(self, work: Callable[[History], T]) -> Iterator[T]:
        """What some work makes of each history; several are worked on at once."""
        return mapped(work, self.parts)

    def whole(self) -> Held:
        """All units in one history."""
        return self if len(self.parts) == 1 else Held((joined(self.parts),))


@attrs.frozen(eq=False, slots=False)
class Lazy:
    """Histories that are read into memory when they are first needed.

    Attributes:
        empty: A history like them, without rows, made without reading any.
        read: Reads them.
    """

    empty: History
    read: Callable[[], Sequence[History]]
    _reading: Any = attrs.field(factory=Lock, init=False, repr=False)

    @property
    def accounts(self) -> None:
        """None, as of what is held."""

    @cached_property
    def _made(self) -> Held:
        return Held(tuple(self.read()))

    def held(self) -> Held:
        """The histories, read once, also where several threads ask at once."""
        with self._reading:
            return self._made

    def last(self) -> int | None:
        """The last instant of all rows."""
        return self.held().last()

    def persist(self) -> Held:
        """The histories, read now."""
        return self.held()

    def map(self, work: Callable[[History], T]) -> Iterator[T]:
        """What some work makes of each history."""
        return self.held().map(work)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy elsewhere holds the rows themselves: what they were read from may not be there."""
        return Held, (self.held().parts,)


def mapped(work: Callable[[P], T], parts: Sequence[P], threads: int | None = None) -> Iterator[T]:
    """What some work makes of each part, in order; kernels in NumPy run at once on all cores.

    Raises:
        CustlifeError: What is wrong, of all parts at once.
    """
    if len(parts) == 1:
        yield work(parts[0])
        return
    from concurrent.futures import ThreadPoolExecutor
    from os import cpu_count

    from custlife.engines.sources.failing import Trying, sound

    with ThreadPoolExecutor(threads or min(len(parts), cpu_count() or 1)) as pool:
        yield from sound(pool.map(Trying(work), parts))
    give_back()


def joined(parts: Sequence[History]) -> History:
    """The history of the units of several, which must be disjoint."""
    from custlife.engines.arrays.joining import join

    return join(parts)


def emptied(history: History) -> History:
    """A history without rows that has all the columns of another."""

    def nothing(column: Column) -> Column:
        return Column(array("i"), column.names)

    return attrs.evolve(
        history,
        ids=[],
        bounds=array("q", [0]),
        at=array("q"),
        code=array("H"),
        recorded=None if history.recorded is None else array("q"),
        segments={name: nothing(column) for name, column in history.segments.items()},
        current={},
        extras={name: nothing(column) for name, column in history.extras.items()},
        values={name: [] for name in history.values},
        notes=(),
        dropped=(),
    )
