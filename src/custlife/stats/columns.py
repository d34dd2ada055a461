"""Columns of numbers that are kept as arrays, a few bytes for each number, and read as tuples."""

from __future__ import annotations

import operator
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeGuard, TypeVar, overload

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Column", "Pairs", "floats", "raw", "times_of", "wholes"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

SHOWN = 1000
CODES = (("B", 2**8), ("i", 2**31), ("q", 2**63))
"""Arrays of whole numbers, and the number that is too large for each; both ways of counting choose by the largest."""


class _Rows(Sequence[T_co]):
    """A sequence that is equal to the tuple of its items, with its hash and its text."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (tuple, _Rows)):
            return NotImplemented
        return len(self) == len(other) and all(map(operator.eq, self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        if len(self) <= SHOWN:
            return repr(tuple(self))
        first, second, third = self[:3]
        return f"({first!r}, {second!r}, {third!r}, ..., {self[-1]!r})"


@attrs.frozen(eq=False, repr=False)
class Column(_Rows[T_co]):
    """Numbers in an array, or in a tuple where they are too large for one; see `raw`.

    Examples:
        >>> wholes([3, 2, 2])
        (3, 2, 2)
        >>> wholes([3, 2, 2])[1:] == (2, 2)
        True
    """

    _held: Sequence[T_co] = attrs.field(eq=False)  # compared as a tuple is

    def __len__(self) -> int:
        return len(self._held)

    @overload
    def __getitem__(self, at: int) -> T_co: ...

    @overload
    def __getitem__(self, at: slice) -> Column[T_co]: ...

    def __getitem__(self, at: int | slice) -> T_co | Column[T_co]:
        return Column(self._held[at]) if isinstance(at, slice) else self._held[at]

    def __iter__(self) -> Iterator[T_co]:
        return iter(self._held)


@attrs.frozen(eq=False, repr=False)
class Pairs(_Rows[tuple[float, int]]):
    """Times, each with its count.

    Examples:
        >>> Pairs((1, 4), (2, 1))
        ((1, 2), (4, 1))
    """

    times: Sequence[float] = ()
    counts: Sequence[int] = ()

    def __len__(self) -> int:
        return len(self.times)

    @overload
    def __getitem__(self, at: int) -> tuple[float, int]: ...

    @overload
    def __getitem__(self, at: slice) -> Pairs: ...

    def __getitem__(self, at: int | slice) -> tuple[float, int] | Pairs:
        if isinstance(at, slice):
            return Pairs(self.times[at], self.counts[at])
        return self.times[at], self.counts[at]


def raw(column: Sequence[T]) -> Sequence[T]:
    """What holds the numbers of a column: quicker to read one by one, and what NumPy reads without a copy."""
    return column._held if isinstance(column, Column) else column


def floats(values: Iterable[float]) -> Column[float]:
    """A column of floats."""
    return Column(array("d", values))


def wholes(values: Sequence[int], most: int | None = None) -> Column[int]:
    """A column of whole numbers of 0 or more, in the smallest array that holds the largest."""
    most = max(values, default=0) if most is None else most
    code = next((code for code, end in CODES if most < end), None)
    return Column(array(code, values) if code else tuple(values))


def times_of(values: Sequence[float]) -> Column[float]:
    """A column of times, all ints or all floats."""
    return wholes(values) if _are_whole(values) else floats(values)


def _are_whole(times: Sequence[float]) -> TypeGuard[Sequence[int]]:
    """Whether times that are all of one kind are ints, as the first is."""
    return not (times and isinstance(times[0], float))
