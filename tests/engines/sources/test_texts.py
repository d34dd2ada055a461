"""Texts of Arrow, read by Polars a piece at a time, are those of Polars read at once."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.engines.sources import arrow_columns, arrow_texts, polars_columns
from custlife.engines.sources.coding import coded, grouped

TEXTS = st.lists(st.lists(st.none() | st.sampled_from(["", "a", "b", "cc", "käse", "x" * 13, "y" * 40])))


@given(TEXTS, st.sampled_from([pa.string(), pa.large_string(), pa.string_view()]), st.integers(1, 4), st.data())
def test_texts_by_the_piece_are_those_at_once(
    chunks: list[list[str | None]], dtype: pa.DataType, size: int, data: st.DataObject
) -> None:
    texts = [text for chunk in chunks for text in chunk]
    whole = polars_columns.column(pl.Series(texts, dtype=pl.String))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrow_texts, "PIECE", size)
        found = arrow_columns.column(pa.chunked_array([pa.array(chunk, dtype) for chunk in chunks], dtype))
        assert [mark.tolist() for mark in found.marks()] == [mark.tolist() for mark in whole.marks()]
        numbers = found.numbers().tolist()
        assert coded(found).codes.tolist() == coded(whole).codes.tolist()
        assert grouped(found).order.tolist() == grouped(whole).order.tolist()
    pairs = {(text, number) for text, number in zip(texts, numbers, strict=True) if text is not None}
    assert len(pairs) == len({text for text, _ in pairs}) == len({number for _, number in pairs})
    rows = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1)) if texts else st.just([])), np.int64)
    assert found.take(rows) == [texts[row] for row in rows]
    there = np.array([row for row in rows.tolist() if texts[row] is not None], np.int64)
    assert list(found.values(there)) == [texts[row] for row in there]


def test_texts_before_polars_had_shared_categories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_texts, "shared_categories", lambda: None)
    monkeypatch.setattr(arrow_texts, "PIECE", 2)
    found = arrow_columns.column(pa.chunked_array([pa.array(["b", None]), pa.array(["a", "b"])]))
    assert coded(found).codes.tolist() == [0, -1, 1, 0]
