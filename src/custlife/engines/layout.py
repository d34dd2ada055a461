"""What the columns of incoming rows are, before anything has been read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from custlife.calendar import Ambiguous, Zone
    from custlife.engines.history import Vocabulary

__all__ = ["Layout", "RowCheck"]


class RowCheck(Protocol):
    """Refuses rows whose columns do not go together."""

    @property
    def places(self) -> tuple[int, ...]:
        """Which of the other columns it reads."""
        ...

    @property
    def bounds(self) -> Mapping[int, tuple[int, int]]:
        """Of those of whole numbers between which numbers they are fine, whatever else is in the row."""
        ...

    def __call__(self, name: object, others: Sequence[Any], /) -> None:
        """Refuses a row by its name and its other columns, or does nothing."""
        ...


@attrs.frozen(eq=False)
class Layout:
    """How to read rows of `(unit, name, at, *others)` into a history.

    Attributes:
        vocabulary: The codes; its names are filled from the data where they are event names.
        resolve: Turns a spelling into a name of the vocabulary, or raises `CustlifeError`.
        zone: The log's time zone.
        tz: Zone in which naive times and bare dates are read, or None to refuse them.
        ambiguous: What to do with skipped and repeated local times.
        others: The columns after the first three, in order: `seq`, `recorded_at`, `key`, `segment:x`, `extra:x`,
            `value:x`.
        on_bad: `raise`, or `drop` to count and list what cannot be read.
        unit: What is counted.
        constant: The name of all rows of a frame, where no column of it holds one; rows bring theirs along.
        check: Refuses a name and the other columns of a row that do not go together; None: they always do.
        arguments: Pairs of a role and the argument that names its column, where that cannot be told from the role.
    """

    vocabulary: Vocabulary
    resolve: Callable[[object], str]
    zone: Zone
    tz: str | None = None
    ambiguous: Ambiguous = "raise"
    others: tuple[str, ...] = ()
    on_bad: str = "raise"
    unit: str = "customer"
    constant: str | None = None
    check: RowCheck | None = None
    arguments: tuple[tuple[str, str], ...] = ()
