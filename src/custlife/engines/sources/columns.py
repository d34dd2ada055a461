"""One column of a frame, whatever its library: its kind, numbers that tell its values apart, and the values themselves.

A column is never turned into Python objects where numbers will do: what a history needs of most columns is which rows
have the same value, and that value once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

    from numpy.typing import NDArray

    Bools: TypeAlias = NDArray[np.bool_]
    Ints: TypeAlias = NDArray[np.integer[Any]]
    Longs: TypeAlias = NDArray[np.int64]
    Marks: TypeAlias = tuple[NDArray[np.uint64], Ints]

__all__ = ["NS_PER_US", "US_PER", "CodedColumn", "Column", "as_numbers", "by_chunk", "mixed_bits", "moments"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NS_PER_US = 1_000
US_PER = {"us": 1, "ms": 1_000, "s": 1_000_000}
GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # odd, so that multiplying by it loses nothing


class Column(Protocol):
    """A column of a frame, in the order of its rows.

    Attributes:
        dtype: What its library calls its type.
        kind: `text`, `whole` numbers, `float`, `aware` or `naive` times, `date`, `mixed` Python values, `nothing` but
            missing values, or `other`.
        unit: What times count: `s`, `ms`, `us`, `ns`; dates count `D`.
    """

    dtype: str
    kind: str
    unit: str

    def __len__(self) -> int:
        """How many rows there are."""
        ...

    def missing(self) -> Bools | None:
        """Which rows have no value; None where all have one."""
        ...

    def numbers(self) -> Ints:
        """Whole numbers that are equal where the values are: what whole numbers and times count, the bits of floats."""
        ...

    def marks(self) -> Marks:
        """Evenly spread 64 bits for each row, and numbers that differ between different values with like bits.

        They depend on nothing but the value, so that they agree between batches of one source; the second ones within
        one batch only. The bits may be written over.
        """
        ...

    def take(self, rows: Longs) -> list[Any]:
        """The values of some rows as Python values; None where missing."""
        ...

    def values(self, rows: Longs) -> Sequence[Any] | Ints:
        """The values of some rows, none of them missing, as `Coded` wants them."""
        ...


def mixed_bits(numbers: Ints) -> NDArray[np.uint64]:
    """Whole numbers as evenly spread 64 bits; different ones stay different."""
    bits = as_numbers(numbers).view(np.uint64) * GOLDEN
    bits ^= bits >> np.uint64(32)
    bits *= GOLDEN
    return bits


def moments(counts: Ints, gone: Bools | None, unit: str, tz: tzinfo | None) -> list[Any]:
    """Counts since 1970 as Python times, in a zone or naive; in UTC or as text where Python cannot hold them."""
    found: list[Any] = []
    lost = [False] * len(counts) if gone is None else gone.tolist()
    for count, none in zip(counts.tolist(), lost, strict=True):
        if none:
            found.append(None)
            continue
        try:
            moment = EPOCH + timedelta(microseconds=count * US_PER[unit] if unit in US_PER else count // NS_PER_US)
        except OverflowError:
            text = str(np.array([count], np.int64).view(f"M8[{unit}]")[0])
            found.append(text if tz is None else f"{text}Z")
        else:
            found.append(moment.replace(tzinfo=None) if tz is None else _local(moment, tz))
    return found


def _local(moment: datetime, tz: tzinfo) -> datetime:
    """A time in a zone; in UTC where it is in another year than those from 1 to 9999 there."""
    try:
        return moment.astimezone(tz)
    except OverflowError:
        return moment


def as_numbers(numbers: Ints) -> Longs:
    """Whole numbers of any width as 64 bits; the largest unsigned ones come out negative."""
    if numbers.dtype == np.uint64:
        return numbers.view(np.int64)
    return numbers.astype(np.int64, copy=False)


def by_chunk(sizes: Iterable[int], rows: Longs) -> tuple[list[Longs], Longs]:
    """Some rows of a column by the chunk that they are in.

    Returns:
        For each chunk its rows, counted from its start; and where each row is among those of all chunks.
    """
    bounds = np.cumsum([0, *sizes])
    by = np.argsort(rows, kind="stable")
    ordered = rows[by]
    cuts = np.searchsorted(ordered, bounds)
    back = np.empty(len(rows), np.int64)
    back[by] = np.arange(len(rows))
    starts = zip(bounds[:-1], cuts[:-1], cuts[1:], strict=True)
    return [ordered[low:high] - start for start, low, high in starts], back


class CodedColumn:
    """Codes, and a column of the values behind them: categories, dictionaries.

    Several codes may stand for one value, and for none.
    """

    def __init__(self, dtype: str, codes: Ints, values: Column, missing: Bools | None) -> None:
        self.dtype = dtype
        self.kind = values.kind if values.kind in {"text", "whole"} else "mixed" if len(values) else "nothing"
        self.unit = ""
        self.codes = codes
        self.behind = values
        self.gone = missing

    def __len__(self) -> int:
        return len(self.codes)

    def missing(self) -> Bools | None:
        """Rows without a code, and those whose code stands for no value."""
        none = self.behind.missing()
        if none is None or not len(none):
            return self.gone
        of_none = none.take(self.codes)
        return of_none if self.gone is None else of_none | self.gone

    def numbers(self) -> Ints:
        """The numbers of the values."""
        numbers = self.behind.numbers()
        return numbers.take(self.codes) if len(numbers) else np.zeros(len(self.codes), np.int64)

    def marks(self) -> Marks:
        """The marks of the values."""
        bits, numbers = self.behind.marks()
        if not len(bits):
            return np.zeros(len(self.codes), np.uint64), np.zeros(len(self.codes), np.int64)
        return bits.take(self.codes), numbers.take(self.codes)

    def take(self, rows: Longs) -> list[Any]:
        """The values behind the codes; only those of the rows are looked at."""
        codes = self.codes.take(rows)
        there = np.ones(len(codes), np.bool_) if self.gone is None else ~self.gone.take(rows)
        kept, places = np.unique(codes[there], return_inverse=True)
        known = [*self.behind.take(kept.astype(np.int64)), None]
        chosen = np.full(len(codes), len(kept))
        chosen[there] = places
        return [known[place] for place in chosen.tolist()]

    def values(self, rows: Longs) -> Sequence[Any] | Ints:
        """The values behind the codes."""
        return self.behind.values(self.codes.take(rows).astype(np.int64))
