"""Equal values have one code and different ones have two, however hashes fall."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.engines.arrays.ids import Numbers, Texts
from custlife.engines.arrays.ingest_columns import some
from custlife.engines.sources import arrow_columns, coding, pandas_columns, polars_columns
from custlife.engines.sources.coding import coded, grouped, share_of
from custlife.engines.sources.columns import Column
from custlife.engines.sources.hashing import text_bits
from custlife.engines.sources.numbers import wholes
from custlife.engines.sources.object_columns import ObjectColumn

texts = st.lists(st.none() | st.text("aβ😀", max_size=3) | st.text("abcdefgh", min_size=7, max_size=20), max_size=30)
longs = st.lists(st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3), max_size=30)


def arrow_text(values: Any) -> Column:
    return arrow_columns.column(pa.array(values, pa.string()), polars=False)


TEXT_COLUMNS = {
    "polars": lambda values: polars_columns.column(pl.Series(values, dtype=pl.String)),
    "polars category": lambda values: polars_columns.column(pl.Series(values, dtype=pl.Categorical)),
    "arrow": lambda values: arrow_columns.column(pa.array(values, pa.large_string())),
    "arrow alone": arrow_text,
    "arrow view": lambda values: arrow_columns.column(pa.array(values, pa.string_view()), polars=False),
    "arrow runs": lambda values: arrow_columns.column(
        pa.array(values, pa.string()).cast(pa.large_string()), polars=False
    ),
    "dictionary alone": lambda values: arrow_columns.column(
        pa.array(values, pa.string()).dictionary_encode(), polars=False
    ),
    "pandas": lambda values: pandas_columns.column(pd.Series(values, dtype="str")),
    "pandas objects": lambda values: pandas_columns.column(pd.Series(values, dtype=object)),
    "pandas objects alone": lambda values: pandas_columns.column(pd.Series(values, dtype=object), polars=False),
    "pandas python texts": lambda values: pandas_columns.column(
        pd.Series(values, dtype=pd.StringDtype("python")), polars=False
    ),
    "pandas category": lambda values: pandas_columns.column(
        pd.Series(values, dtype=object).astype("category"), polars=False
    ),
}
WHOLE_COLUMNS = {
    "polars": lambda values: polars_columns.column(pl.Series(values, dtype=pl.Int64)),
    "arrow": lambda values: arrow_columns.column(pa.array(values, pa.int64())),
    "pandas": lambda values: pandas_columns.column(pd.Series(values, dtype="Int64")),
    "pandas arrow": lambda values: pandas_columns.column(pd.Series(values, dtype=pd.ArrowDtype(pa.int64()))),
    "pandas objects": lambda values: pandas_columns.column(pd.Series(values, dtype=object)),
}


def decoded(column: Column) -> list[Any]:
    found = coded(column)
    values = some(found.values, np.arange(len(found.values)))
    assert len(set(map(repr, values))) == len(values)
    assert set(found.codes.tolist()) - {-1} == set(range(len(values)))
    return [None if code < 0 else values[code] for code in found.codes.tolist()]


def check_marks(column: Column, values: list[Any]) -> None:
    bits, numbers = column.marks()
    marks: dict[Any, Any] = {}
    for value, first, second in zip(values, bits.tolist(), numbers.tolist(), strict=True):
        if value is not None:
            assert marks.setdefault(value, (first, second)) == (first, second)
    assert len(set(marks.values())) == len(marks)


@pytest.mark.parametrize("name", TEXT_COLUMNS)
@given(values=texts)
def test_texts_come_back_from_their_codes(name: str, values: list[str | None]) -> None:
    column = TEXT_COLUMNS[name](values)
    assert len(column) == len(values)
    assert decoded(column) == values
    assert list(column.take(np.arange(len(values)))) == values
    gone = column.missing()
    assert ([False] * len(values) if gone is None else gone.tolist()) == [value is None for value in values]
    check_marks(column, values)


@pytest.mark.parametrize("name", WHOLE_COLUMNS)
@given(values=longs)
def test_whole_numbers_come_back_from_their_codes(name: str, values: list[int | None]) -> None:
    column = WHOLE_COLUMNS[name](values)
    assert decoded(column) == values
    check_marks(column, values)
    found = wholes(column)
    gone = [False] * len(values) if found.missing is None else found.missing.tolist()
    assert [None if none else number for number, none in zip(found.values.tolist(), gone, strict=True)] == values


@given(
    values=texts.filter(bool),
    kept=st.sampled_from([0, 1, 2, 3, 64]),
    count=st.integers(1, 6),
    piece=st.integers(1, 9),
    cores=st.integers(1, 4),
)
def test_rows_of_one_value_lie_together_however_few_bits_tell_them_apart(
    values: Any, kept: int, count: int, piece: int, cores: int
) -> None:
    column = arrow_text(values)
    rows = np.flatnonzero([value is not None for value in values])
    with mock.patch.object(coding, "PIECE", piece), ThreadPoolExecutor(cores) as pool:
        found = grouped(column, rows, kept, map if cores == 1 else pool.map, cores)
    assert sorted(found.order.tolist()) == rows.tolist()
    bounds = [*found.starts.tolist(), len(rows)]
    groups = [found.order[low:high].tolist() for low, high in itertools.pairwise(bounds)]
    assert all(group == sorted(group) for group in groups)
    assert sorted(groups) == sorted(
        [row for row, value in enumerate(values) if value == one] for one in set(values) - {None}
    )
    pieces = list(found.pieces(count))
    assert np.concatenate([order for order, _ in pieces]).tolist() == found.order.tolist()
    assert len(pieces) <= count
    told = [{values[row] for row in order.tolist()} for order, _ in pieces]
    assert sum(map(len, told)) == len(set().union(*told))
    for order, starts in pieces:
        assert starts.tolist() == [
            row for row in range(len(order)) if not row or values[order[row]] != values[order[row - 1]]
        ]


def test_several_cores_find_the_same_order_as_one() -> None:
    column = polars_columns.column(pl.Series([f"u{i * i % 7_919}" for i in range(3 * coding.PIECE)]))
    one = grouped(column)
    with ThreadPoolExecutor(3) as pool:
        found = grouped(column, run=pool.map, cores=3)
    assert [part.tolist() for part in (found.order, found.starts, found.clean)] == [
        part.tolist() for part in (one.order, one.starts, one.clean)
    ]


def test_many_rows_are_cut_into_pieces_of_one_size() -> None:
    column = polars_columns.column(pl.Series([f"u{i % 5_000}" for i in range(20_000)]))
    sizes = [len(order) for order, _ in grouped(column).pieces(4)]
    assert len(sizes) == 4
    assert max(sizes) < 5_300


@given(values=texts)
def test_hashes_of_texts_hold_in_any_buffer(values: list[str | None]) -> None:
    known = [value for value in values if value is not None]
    alone = [int(text_bits(Texts.of([text]))[0]) for text in known]
    assert text_bits(Texts.of(known)).tolist() == alone
    shifted = Texts.of(["somewhere else", *known]).take(slice(1, None))
    assert text_bits(shifted).tolist() == alone
    assert len(set(alone)) == len(set(known))


def test_zeros_at_the_end_of_a_text_count() -> None:
    alike = ["", "\0", "\0\0", "a", "a\0", "abcdefgh", "abcdefgh\0"]
    assert len(set(text_bits(Texts.of(alike)).tolist())) == len(alike)


def test_views_of_an_old_arrow_are_read_as_python_texts() -> None:
    class Old:
        def cast(self, _: Any) -> None:
            raise pa.ArrowNotImplementedError  # as PyArrow before 16 does

        def to_pylist(self) -> list[str | None]:
            return ["x", None]

    assert arrow_columns._unviewed(Old()).to_pylist() == ["x", None]


def test_shares_are_even() -> None:
    bits = text_bits(Texts.of([f"{i}" for i in range(30_000)]))
    counts = np.bincount(share_of(bits, 7), minlength=7)
    assert len(counts) == 7
    assert counts.min() > 4_000
    whole, _ = pandas_columns.column(pd.Series(range(0, 30_000 * 64, 64))).marks()
    assert np.bincount(share_of(whole, 7)).min() > 4_000


def test_python_values_that_look_alike_stay_apart() -> None:
    values = [1, "1", True, 1.0, 0.0, -0.0, [1], [1], None, float("nan"), ""]
    column = ObjectColumn("pandas object", values)
    found = coded(column)
    assert found.codes.tolist() == [0, 1, 2, 3, 4, 5, 6, 6, -1, -1, 7]
    first, _ = column.marks()
    assert first[0] == first[1]  # a number and a text that would be one id
    assert column.take(np.array([8, 9, 10])) == [None, None, ""]


def test_codes_are_as_narrow_as_they_can_be() -> None:
    for size, width in ((128, np.int8), (129, np.int16), (1 << 15, np.int16), ((1 << 15) + 1, np.int32)):
        found = coded(pandas_columns.column(pd.Series(range(size))))
        assert found.codes.dtype == width
        assert found.codes.tolist() == list(range(size))


@pytest.mark.parametrize("distinct", [3, 4_000])
def test_texts_are_coded_the_same_way_whether_few_or_many(distinct: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "PIECE", 1 << 10)
    values = [None if not i % 7 else f"v{i * i % distinct}" for i in range(5_000)]
    for missing in (values, [value or "v" for value in values]):
        for column in (polars_columns.column(pl.Series(missing, dtype=pl.String)), arrow_text(missing)):
            assert decoded(column) == missing
            assert isinstance(coded(column).values, Texts)
    assert len(Numbers(np.arange(2))) == 2


def test_numbers_far_apart_are_coded_by_hashes() -> None:
    values = [i * 10**12 for i in range(500)] * 2
    assert decoded(pandas_columns.column(pd.Series(values))) == values


def test_chunks_are_gathered_without_being_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polars_columns, "FEW", 1)
    series = pl.concat(
        [pl.Series([f"a{i}" for i in range(9)]), pl.Series(["b", None]), pl.Series(["c"])], rechunk=False
    )
    column = polars_columns.column(series)
    rows = np.array([11, 0, 10, 9, 3, 0])
    assert column.take(rows) == ["c", "a0", None, "b", "a3", "a0"]


@given(
    values=st.lists(st.none() | st.sampled_from([1, -2, 1.0, 2.5, "3", "x", "", True, 2**70, float("nan")]), max_size=9)
)
def test_an_order_is_read_as_the_rows_engine_reads_it(values: list[Any]) -> None:
    from custlife.engines.rows.ingest import whole_number
    from custlife.errors import UsageError

    found = wholes(ObjectColumn("pandas object", values))
    for row, value in enumerate(values):
        try:
            expected = whole_number(value)
        except UsageError:
            expected, is_bad = None, True
        else:
            is_bad = expected is not None and abs(expected) >= 1 << 63
        assert found.bad is not None
        assert found.bad[row] == is_bad
        if not is_bad:
            assert found.missing is not None
            assert found.missing[row] == (expected is None)
            assert expected is None or found.values[row] == expected


def test_numbers_beyond_64_bits_are_no_order() -> None:
    found = wholes(pandas_columns.column(pd.Series([1, 2**64 - 1], dtype="uint64")))
    assert found.bad is not None
    assert found.bad.tolist() == [False, True]
    assert wholes(pandas_columns.column(pd.Series([1, 2], dtype="uint64"))).bad is None
