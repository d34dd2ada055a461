"""Texts of Arrow, hashed and coded by Polars: a piece at a time, since its views of them take as much memory again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from custlife.engines.sources import polars_columns
from custlife.engines.sources.arrow_columns import ArrowText
from custlife.engines.sources.polars_columns import PIECE, codes_of, marks_of, shared_categories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.engines.sources.columns import Column, Ints, Marks

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
        for rows, texts in self._pieces():
            coded = texts.cast(shared)  # there until the next one is: Polars forgets categories that no series has
            codes[rows] = codes_of(coded)
        return codes

    def marks(self) -> Marks:
        """Two hashes, as Polars' own columns have them."""
        return marks_of(len(self), self._pieces())
