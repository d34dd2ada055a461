"""Columns of Python values, of which each may have a type of its own."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from custlife.engines.arrays.ids import Texts
from custlife.engines.rows.ingest import is_missing
from custlife.engines.sources.hashing import text_bits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.engines.sources.columns import Bools, Ints, Longs, Marks

__all__ = ["ObjectColumn"]


class ObjectColumn:
    """Python values of any types; texts and numbers that look alike stay apart."""

    unit = ""

    def __init__(self, dtype: str, values: Sequence[Any], kind: str = "mixed") -> None:
        self.dtype = dtype
        self.kind = kind
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    def missing(self) -> Bools | None:
        """None, and what does not equal itself."""
        found = np.fromiter(map(_is_none, self._values), np.bool_, len(self))
        return found if found.any() else None

    def numbers(self) -> Ints:
        """Equal for equal values of one type that are written alike."""
        return self._numbered(_identity)[0]

    def marks(self) -> Marks:
        """A hash of the text of each value, so that a text and a number which would be one id lie together."""
        places, texts = self._numbered(_text)
        return text_bits(Texts.of(texts)).take(places), self.numbers()

    def take(self, rows: Longs) -> list[Any]:
        """The values themselves."""
        return [None if _is_none(value) else value for value in self.values(rows)]

    def values(self, rows: Longs) -> list[Any]:
        """The values themselves."""
        values = self._values
        return [values[row] for row in rows.tolist()]

    def _numbered(self, identity: Callable[[Any], Any]) -> tuple[Longs, dict[Any, int]]:
        """A number for each value, by what tells it from others; and the number of each of these."""
        seen: dict[Any, int] = {}

        def number(value: Any) -> int:
            told = identity(value)
            try:
                return seen.setdefault(told, len(seen))
            except TypeError:  # a list, for one
                return seen.setdefault((type(value), repr(value)), len(seen))

        return np.fromiter(map(number, self._values), np.int64, len(self)), seen


def _is_none(value: Any) -> bool:
    return not isinstance(value, str) and is_missing(value)


def _identity(value: Any) -> object:
    """What tells a value from those that Python calls equal to it: 1 from True, a decimal 1.0 from 1.00.

    And a local time that clocks show twice from itself an hour later.
    """
    return type(value), value if isinstance(value, str | int) else (value, repr(value))


def _text(value: Any) -> str:
    """What a value is called as an id, or as a name."""
    if type(value) is str:
        return value
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        return str(index(value))
    return str.__str__(value) if isinstance(value, str) else str(value)
