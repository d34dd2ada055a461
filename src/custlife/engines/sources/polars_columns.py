"""Columns of Polars: texts are hashed, coded and gathered by Polars itself, everything else is numbers already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from custlife.engines.arrays.ids import Texts
from custlife.engines.sources.columns import as_numbers, by_chunk, mixed_bits, moments
from custlife.engines.sources.object_columns import ObjectColumn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from custlife.engines.sources.columns import Bools, Column, Ints, Longs, Marks

__all__ = ["OLDEST", "PIECE", "PolarsColumn", "codes_of", "column", "marks_of", "shared_categories", "texts"]

SEEDS = (0, 0x5EED)  # of two hashes of one text
OLDEST = pl.CompatLevel.oldest()
PIECE = 1 << 18  # texts that are hashed at a time
FEW = 10_000  # rows for which chunks need not be joined


def column(series: pl.Series) -> Column:
    """A column of Polars; types that NumPy cannot hold become Python values."""
    dtype = series.dtype
    kind, unit = "other", ""
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        kind = "text"
    elif isinstance(dtype, pl.Datetime):
        kind, unit = "naive" if dtype.time_zone is None else "aware", dtype.time_unit
    elif isinstance(dtype, pl.Date):
        kind, unit = "date", "D"
    elif isinstance(dtype, pl.Null):
        kind = "nothing"
    elif dtype.is_integer() and "128" not in str(dtype):
        kind = "whole"
    elif isinstance(dtype, pl.Float32 | pl.Float64):
        kind = "float"
    elif not isinstance(dtype, pl.Boolean):
        return ObjectColumn(f"Polars {dtype}", series.to_list(), "mixed" if isinstance(dtype, pl.Object) else "other")
    return PolarsColumn(series, kind, unit)


def texts(values: list[Any]) -> Column | None:
    """Python texts, with None where missing, as a column; None where they are not all texts, or no Unicode."""
    try:
        return column(pl.Series(values, dtype=pl.String))
    except (TypeError, UnicodeEncodeError, pl.exceptions.PolarsError):
        return None


class PolarsColumn:
    """A series of texts, of numbers, or of times."""

    def __init__(self, series: pl.Series, kind: str, unit: str) -> None:
        self.dtype = f"Polars {str(series.dtype).partition('(')[0] if kind == 'text' else series.dtype}"
        self.kind = kind
        self.unit = unit
        self._series = series

    def __len__(self) -> int:
        return len(self._series)

    def missing(self) -> Bools | None:
        """Nulls; and what is not a number."""
        series = self._series
        gone = series.is_null().to_numpy() if series.null_count() else None
        if not series.dtype.is_float():
            return gone
        no_number = series.is_nan().fill_null(value=True).to_numpy()
        return no_number if no_number.any() else gone

    def numbers(self) -> Ints:
        """Codes of texts; the bits of floats; what whole numbers and times count."""
        series = self._series
        if series.dtype == pl.String:
            series = series.cast(shared_categories() or pl.Categorical)  # several chunks at once had no order
        if series.dtype == pl.Null:
            return np.zeros(len(series), np.int64)
        found = codes_of(series)
        if found.dtype.kind == "f":
            return found.view(f"i{found.dtype.itemsize}")
        return found.view(np.int8) if found.dtype.kind == "b" else found

    def marks(self) -> Marks:
        """Two hashes of texts: one id is taken for another only where over 100 bits agree."""
        series = self._series
        if self.kind != "text":
            numbers = self.numbers()
            return mixed_bits(numbers), as_numbers(numbers)
        if series.dtype != pl.String:
            series = series.cast(pl.String)
        lows = range(0, len(series), PIECE)
        return marks_of(len(series), ((slice(low, low + PIECE), series.slice(low, PIECE)) for low in lows))

    def take(self, rows: Longs) -> list[Any]:
        """A list of Python values."""
        found = self._gathered(rows)
        if not isinstance(found.dtype, pl.Datetime):
            return found.to_list()
        zone, gone = found.dtype.time_zone, found.is_null().to_numpy()
        counts = found.to_physical().fill_null(0).to_numpy()
        return moments(counts, gone, self.unit, None if zone is None else ZoneInfo(zone))

    def values(self, rows: Longs) -> Sequence[Any] | Ints:
        """Texts as their bytes, whole numbers as an array."""
        found = self._gathered(rows)
        if self.kind == "whole":
            return found.to_numpy()
        return _texts(found.cast(pl.String)) if self.kind == "text" else found.to_list()

    def _gathered(self, rows: Longs) -> pl.Series:
        """Some rows; of each chunk by itself, since joining chunks takes memory and looking for them takes time."""
        if self._series.n_chunks() == 1 or len(rows) < FEW:
            return self._series.gather(rows)
        chunks = self._series.get_chunks()
        parts, back = by_chunk(map(len, chunks), rows)
        found = [chunk.gather(part) for chunk, part in zip(chunks, parts, strict=True)]
        return pl.concat(found, rechunk=True).gather(back)


def _texts(series: pl.Series) -> Texts:
    """The bytes of texts, none of them missing; so many at a time, since one text of Polars has at most 4 GB."""
    pieces = (series.slice(low, PIECE) for low in range(0, len(series), PIECE))
    data = np.frombuffer(b"".join(piece.str.join("").item().encode() for piece in pieces), np.uint8)
    bounds = np.append(0, series.str.len_bytes().to_numpy().cumsum(dtype=np.int64))
    return Texts(data, bounds[:-1], bounds[1:])


def marks_of(count: int, pieces: Iterable[tuple[slice, pl.Series]]) -> Marks:
    """Two hashes of each text of a column that comes in pieces."""
    marks = np.empty(count, np.uint64), np.empty(count, np.uint64)
    # one expression for each, so that they are taken at once
    hashes = [pl.col("text").hash(seed).alias(str(number)) for number, seed in enumerate(SEEDS)]
    for rows, texts in pieces:
        made = pl.DataFrame({"text": texts}).select(hashes)
        for mark, hashed in zip(marks, made, strict=True):
            mark[rows] = hashed.to_numpy()
    return marks


def codes_of(series: pl.Series) -> Ints:
    """What stands behind values, as an array; 0 where missing."""
    plain = series.to_physical()
    if plain.null_count():
        plain = plain.fill_null(value=False if plain.dtype == pl.Boolean else 0)
    found: Ints = plain.to_numpy()
    return found


def shared_categories() -> Any:
    """A type for the categories of some series and no other; None before Polars had it: each has its own then."""
    made = getattr(pl, "Categories", None)
    return None if made is None else pl.Categorical(made.random())
