"""Texts that become Python strings only when they are asked for: a million ids in the memory of their letters.

Ids are in the order of their text, as Python compares it. The bytes of UTF-8 have that order as well, so texts are
sorted by eight bytes at a time, read as one number; whole numbers by their digits, without writing them.
"""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Self, overload

import numpy as np

from custlife.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from custlife.engines.arrays.civil import Ints

__all__ = ["Ids", "Numbers", "Texts"]

WORD = 8  # bytes that are compared at once
PIECE = 1 << 12
DIGITS = 19  # of the largest int64
TEXT = ("utf-8", "surrogatepass")  # Python's strings may hold halves of pairs


class Ids(Sequence[str]):
    """Texts in a fixed order, made when asked for. What `index` and `in` look for is found by bisection."""

    __slots__ = ()

    @abstractmethod
    def take(self, rows: Any) -> Self:
        """The texts of some rows, given by number, mask or slice."""

    @abstractmethod
    def order(self) -> Ints:
        """The numbers of the rows in the order of their texts; equal texts in any order."""

    @abstractmethod
    def _strings(self) -> list[str]:
        """All of them, as strings."""

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> Self: ...
    def __getitem__(self, row: int | slice) -> str | Self:
        if isinstance(row, slice):
            return self.take(row)
        row = range(len(self))[row]
        return self.take(slice(row, row + 1))._strings()[0]

    def __iter__(self) -> Iterator[str]:
        for low in range(0, len(self), PIECE):
            yield from self.take(slice(low, low + PIECE))._strings()

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and self._found(text) is not None

    def index(self, value: object, start: int = 0, stop: int | None = None) -> int:
        """The row of a text.

        Raises:
            UsageError: It is not there.
        """
        row = self._found(value) if isinstance(value, str) else None
        if row is None or row not in range(len(self))[start:stop]:
            raise UsageError(f"{value!r} is not among the ids")
        return row

    def _found(self, text: str) -> int | None:
        row = bisect_left(self, text)
        return row if row < len(self) and self[row] == text else None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(mine == its for mine, its in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # equal to lists, which have no hash; said, since an `__eq__` alone looks forgotten

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:3]))
        return f"{type(self).__name__}({len(self)}: {shown}{', ...' if len(self) > 3 else ''})"


class Texts(Ids):
    """Texts as the bytes of UTF-8, each a range of one buffer.

    Attributes:
        data: The bytes of all texts, uint8.
        starts: Where each text begins.
        ends: Where it ends.
    """

    __slots__ = ("data", "ends", "starts")

    def __init__(self, data: NDArray[np.uint8], starts: Ints, ends: Ints) -> None:
        self.data = data
        self.starts = starts
        self.ends = ends

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """The texts of an iterable."""
        listed = list(texts)
        whole = "".join(listed)
        data = np.frombuffer(whole.encode(*TEXT), np.uint8)
        if len(data) == len(whole):
            lengths: Iterable[int] = map(len, listed)
        else:
            lengths = (len(text.encode(*TEXT)) for text in listed)
        bounds = np.fromiter(accumulate(lengths, initial=0), np.int64, len(listed) + 1)
        return cls(data, bounds[:-1], bounds[1:])

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, rows: Any) -> Self:
        """The texts of some rows, on the same bytes."""
        return type(self)(self.data, self.starts[rows], self.ends[rows])

    def order(self) -> Ints:
        """The numbers of the rows in the order of their texts; equal texts in any order."""
        lengths = (self.ends - self.starts).astype(np.int64)
        order, group = np.arange(len(self)), np.zeros(len(self), np.int64)
        tied, level = order.copy(), 0
        longest = int(lengths.max(initial=0))
        while len(tied) > 1 and level <= longest:
            rows = order[tied]
            # what differs in nothing but zeros at the end: the shorter is first
            words = self._words(rows, level) if level < longest else lengths[rows].view(np.uint64)
            by = np.argsort(words)
            ranks = _ranks(words[by])
            if level:
                keys = group[tied][by] * (int(ranks[-1]) + 1) + ranks
                again = np.argsort(keys)
                by, ranks = by[again], _ranks(keys[again])
            order[tied] = rows[by]
            firsts = np.flatnonzero(np.diff(ranks, prepend=-1))
            sizes = np.diff(firsts, append=len(ranks))
            group[tied] = np.repeat(tied[firsts], sizes)
            tied = tied[np.repeat(sizes, sizes) > 1]
            level = min(level + WORD, longest) if level < longest else longest + 1
        return order

    def _words(self, rows: Ints, level: int) -> NDArray[np.uint64]:
        """Eight bytes of each text from a level on, as one number; zeros behind its end."""
        padded = np.concatenate([self.data, np.zeros(WORD, np.uint8)]) if len(self.data) < WORD else self.data
        starts = self.starts[rows].astype(np.int64) + level
        left = np.clip(self.ends[rows] - starts, 0, WORD)
        # the last texts are read from where eight bytes are left, and what came before them is shifted out
        at = np.clip(starts, 0, len(padded) - WORD)
        words = np.ndarray((len(padded) - WORD + 1,), ">u8", padded, strides=(1,))[at].astype(np.uint64)
        words <<= (np.minimum(starts - at, WORD - 1) * 8).astype(np.uint64)
        empty = (WORD - np.maximum(left, 1)).astype(np.uint64) * np.uint64(8)
        words >>= empty
        words <<= empty
        words[left == 0] = 0
        return words

    def _strings(self) -> list[str]:
        data = self.data.data
        pairs = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        return [str(data[start:end], *TEXT) for start, end in pairs]

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpacked, ("".join(self).encode(*TEXT), (self.ends - self.starts).astype(np.int64).tobytes())


class Numbers(Ids):
    """Whole numbers, each shown as its text.

    Attributes:
        numbers: The numbers, int64.
    """

    __slots__ = ("numbers",)

    def __init__(self, numbers: NDArray[np.integer[Any]]) -> None:
        self.numbers: Ints = numbers.astype(np.int64, copy=False)

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: Any) -> Self:
        """The numbers of some rows."""
        return type(self)(self.numbers[rows])

    def order(self) -> Ints:
        """The numbers of the rows in the order of their texts; equal numbers in any order."""
        size = np.abs(self.numbers).view(np.uint64)  # also of the one number whose negative does not exist
        digits = np.ones(len(size), np.int64)
        for power in range(1, DIGITS):
            digits += size >= np.uint64(10**power)
        # written from the left: 7 is before 70 and after 69
        written = size * np.array([10 ** (DIGITS - n) for n in range(DIGITS + 1)], np.uint64)[digits]
        if digits.max(initial=0) < DIGITS - 1:
            order = np.argsort(written + digits.view(np.uint64))  # the last two digits of all are zeros
        else:
            order = np.argsort(digits, kind="stable")
            order = order[np.argsort(written[order], kind="stable")]
        return np.concatenate([order[self.numbers[order] < 0], order[self.numbers[order] >= 0]])

    def _strings(self) -> list[str]:
        return list(map(str, self.numbers.tolist()))

    def __reduce__(self) -> tuple[Any, ...]:
        return Numbers, (self.numbers,)


def _ranks(values: Ints | NDArray[np.uint64]) -> Ints:
    """Of sorted values: how many different ones lie before each."""
    ranks = np.zeros(len(values), np.int64)
    np.cumsum(values[1:] != values[:-1], out=ranks[1:])
    return ranks


def _unpacked(data: bytes, lengths: bytes) -> Texts:
    bounds = np.concatenate([[0], np.cumsum(np.frombuffer(lengths, np.int64))])
    return Texts(np.frombuffer(data, np.uint8), bounds[:-1], bounds[1:])
