"""Texts of Arrow, hashed and coded by Polars: a piece at a time, since its views of them take as much memory again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa

from custlife.engines.sources import polars_columns
from custlife.engines.sources.arrow_columns import ArrowText, as_texts
from custlife.engines.sources.polars_columns import PIECE, codes_of, marks_of, shared_categories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.engines.arrays.ids import Texts
    from custlife.engines.sources.columns import Column, Ints, Longs, Marks

__all__ = ["HashedText", "viewed"]


def viewed(chunked: Any, told: str) -> Column:
    """Views of texts, which Polars has without a copy."""
    series: Any = pl.from_arrow(chunked)
    made = polars_columns.column(series)
    made.dtype = told
    return made


class HashedText(ArrowText):
    """Texts, hashed and coded by Polars."""

    def _pieces(self) -> Iterator[tuple[slice, pl.Series]]:
        for low in range(0, len(self), PIECE):
            made: Any = pl.from_arrow(self._chunked.slice(low, PIECE))
            yield slice(low, low + PIECE), made

    def numbers(self) -> Ints:
        """The codes of categories that all pieces share."""
        shared = shared_categories()
        if shared is None:
            whole: Any = pl.from_arrow(self._chunked)
            return codes_of(whole.cast(pl.Categorical))
        codes = np.empty(len(self), np.uint32)
        known = []  # Polars forgets categories that no series has
        for rows, texts in self._pieces():
            coded = texts.cast(shared)
            codes[rows] = codes_of(coded)
            known.append(coded.head(1))
        return codes

    def marks(self) -> Marks:
        """Two hashes, as Polars' own columns have them."""
        return marks_of(len(self), self._pieces())

    def take(self, rows: Longs) -> list[Any]:
        """A list of Python texts."""
        texts: list[Any] = self._taken(rows).to_pylist()
        return texts

    def values(self, rows: Longs) -> Texts:
        """The texts as their bytes."""
        return as_texts(self._taken(rows))

    def _taken(self, rows: Longs) -> Any:
        """Some texts; of each chunk by itself, since PyArrow would join the chunks."""
        chunks = self._chunked.chunks
        bounds = np.cumsum([0, *map(len, chunks)])
        by = np.argsort(rows, kind="stable")
        ordered = rows[by]
        cuts = np.searchsorted(ordered, bounds)
        parts = [
            chunk.take(pa.array(ordered[low:high] - start)).cast(pa.large_string())
            for chunk, start, low, high in zip(chunks, bounds[:-1], cuts[:-1], cuts[1:], strict=True)
            if low < high
        ]
        if not parts:
            return pa.array([], pa.large_string())
        back = np.empty(len(rows), np.int64)
        back[by] = np.arange(len(rows))
        return pa.concat_arrays(parts).take(pa.array(back))
