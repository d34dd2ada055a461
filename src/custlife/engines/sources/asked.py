"""A source seen through a view: the histories that questions are put to."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from custlife.engines.sources.held import Held, Lazy, joined, mapped
from custlife.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from custlife.engines.history import History
    from custlife.engines.sources.source import Source
    from custlife.engines.view import Shown, View

__all__ = ["Asked", "ids_of"]

T = TypeVar("T")


@attrs.frozen(eq=False, slots=False)
class Asked:
    """Histories that can be asked; what is in memory is looked at once and kept."""

    source: Source
    view: View

    def __attrs_post_init__(self) -> None:
        for column in self.view.across:
            if not self.is_held and self.source.accounts != column:
                raise UsageError(
                    f"rows of one {column} lie in different partitions",
                    "name it when the log is made, with account_col=, or pass partitions=1",
                )

    @property
    def is_held(self) -> bool:
        """Whether the rows are in memory, or will be at the first question."""
        return isinstance(self.source, Held | Lazy)

    @cached_property
    def shown(self) -> Shown:
        """The view with its moment fixed."""
        return self.view.at(self.source.last() if self.view.as_of is None else None)

    @property
    def as_of(self) -> int:
        """The moment of looking, microseconds UTC."""
        return self.shown.as_of

    @cached_property
    def empty(self) -> History:
        """A history without rows that has all the columns."""
        return self.view.at(None)(self.source.empty)

    @property
    def sample(self) -> History | None:
        """A history without rows, on which questions are tried before any work is done; None where work is cheap."""
        return None if isinstance(self.source, Held) else self.empty

    @cached_property
    def parts(self) -> tuple[History, ...]:
        """What is seen of the histories in memory."""
        held = self.source.held()
        if held is None:
            hint = "ask questions of it; or pass partitions=1 when it is made"
            raise UsageError("the rows of this log are not in memory", hint)
        return tuple((held.whole() if self.view.across else held).map(self.shown))

    def whole(self) -> History:
        """All that is seen, as one history.

        Raises:
            UsageError: It is not in memory.
        """
        first, *others = self.parts
        return joined(self.parts) if others else first

    def map(self, work: Callable[[History], T]) -> Iterator[T]:
        """What some work makes of each part of what is seen."""
        if self.is_held:
            return mapped(work, self.parts)
        return self.source.map(Then(self.shown, work))


@attrs.frozen
class Then(Generic[T]):
    """One piece of work after another."""

    first: Callable[[History], History]
    second: Callable[[History], T]

    def __call__(self, history: History) -> T:
        """The second, of what the first made."""
        return self.second(self.first(history))


def ids_of(history: History) -> Sequence[str]:
    """The units of a history."""
    return history.ids
