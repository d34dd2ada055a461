"""Columns of Arrow: what is not text is NumPy's without a copy; texts go to Polars where there is Polars."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from custlife.engines.arrays.ids import Texts
from custlife.engines.sources.columns import CodedColumn, as_numbers, by_chunk, mixed_bits, moments
from custlife.engines.sources.hashing import text_bits
from custlife.engines.sources.object_columns import ObjectColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.sources.columns import Bools, Column, Ints, Longs, Marks

__all__ = ["ArrowColumn", "ArrowText", "as_texts", "column", "taken"]

KINDS = {
    "whole": pt.is_integer,
    "date": pt.is_date,
    "nothing": pt.is_null,
    "float": lambda dtype: pt.is_float32(dtype) or pt.is_float64(dtype),
    "other": pt.is_boolean,
}
NS_PER_US = 1_000
DAY_MS = 86_400_000
NOTHING, NOWHERE = np.zeros(0, np.uint8), np.zeros(1, np.int64)


def column(values: Any, backend: str = "PyArrow", *, polars: bool = True) -> Column:
    """A column of Arrow, an array or its chunks.

    Args:
        values: The array.
        backend: Whose it is, for errors.
        polars: Whether Polars may read texts, which it does faster.
    """
    chunked = _decoded(values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values]))
    dtype = chunked.type
    told = f"{backend} {dtype}"
    if pt.is_dictionary(dtype):
        return _coded(chunked, told, backend, polars=polars)
    if _is_text(dtype):
        read = _by_polars(chunked, told) if polars else None
        if read is not None:
            return read
        return ArrowText(_unviewed(chunked) if pt.is_string_view(dtype) else chunked, told)
    kind = _kind(dtype)
    if not kind:
        return ObjectColumn(told, chunked.to_pylist(), "other")
    return ArrowColumn(chunked, told, kind)


def _decoded(chunked: Any) -> Any:
    """Runs of equal values as the values."""
    if not pt.is_run_end_encoded(chunked.type):
        return chunked
    parts = [pc.call_function("run_end_decode", [chunk]) for chunk in chunked.chunks]
    return pa.chunked_array(parts, chunked.type.value_type)


def _unviewed(chunked: Any) -> Any:
    """Views of texts as texts."""
    try:
        return chunked.cast(pa.large_string())
    except pa.ArrowException:  # before PyArrow 17
        return pa.chunked_array([pa.array(chunked.to_pylist(), pa.large_string())])


def _is_text(dtype: Any) -> bool:
    return any(test(dtype) for test in (pt.is_string, pt.is_large_string, pt.is_string_view))


def _kind(dtype: Any) -> str:
    if pt.is_timestamp(dtype):
        return "naive" if dtype.tz is None else "aware"
    return next((kind for kind, test in KINDS.items() if test(dtype)), "")


def _by_polars(chunked: Any, told: str) -> Column | None:
    """Texts that Polars reads, where it is installed; views of texts are its own."""
    try:
        import polars  # noqa: F401  # first: of threads that import a room which needs it, all but one are told otherwise

        from custlife.engines.sources import arrow_texts
    except ModuleNotFoundError:
        return None
    if not pt.is_string_view(chunked.type):
        return arrow_texts.HashedText(chunked, told)
    return arrow_texts.viewed(chunked, told)


def _coded(chunked: Any, told: str, backend: str, *, polars: bool) -> Column:
    """A dictionary column: the dictionaries of all chunks one after another, so that each code says where."""
    codes: list[Ints] = []
    dictionaries: list[Any] = []
    ends = 0
    for chunk in chunked.chunks:
        known = dictionaries and dictionaries[-1].equals(chunk.dictionary)
        if not known:
            dictionaries.append(chunk.dictionary)
            ends += len(chunk.dictionary)
        start = ends - len(chunk.dictionary)
        codes.append(chunk.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64) + start)
    whole = np.concatenate(codes) if codes else np.zeros(0, np.int64)
    gone = _nulls(pa.chunked_array([chunk.indices for chunk in chunked.chunks], chunked.type.index_type))
    if gone is not None:
        whole[gone] = 0
    values = column(pa.chunked_array(dictionaries, chunked.type.value_type), backend, polars=polars)
    return CodedColumn(told, whole, values, gone)


def _nulls(chunked: Any) -> Bools | None:
    return chunked.is_null().to_numpy() if chunked.null_count else None


def taken(table: Any, rows: Longs) -> Any:
    """Some rows of a table or a batch, as a table; runs and views, of which PyArrow takes none, are texts then."""
    whole = table if isinstance(table, pa.Table) else pa.Table.from_batches([table])
    for number, field in enumerate(whole.schema):
        if pt.is_string_view(field.type) or pt.is_run_end_encoded(field.type):
            plain = _decoded(whole.column(number))
            whole = whole.set_column(number, field.name, _unviewed(plain) if pt.is_string_view(plain.type) else plain)
    return whole.take(pa.array(rows))


class ArrowColumn:
    """Numbers, dates or times."""

    def __init__(self, chunked: Any, dtype: str, kind: str) -> None:
        self.dtype = dtype
        self.kind = kind
        self.unit = chunked.type.unit if kind in {"naive", "aware"} else "D" if kind == "date" else ""
        self._chunked = chunked

    def __len__(self) -> int:
        return len(self._chunked)

    def missing(self) -> Bools | None:
        """Nulls; and what is not a number."""
        if self.kind == "float":
            gone = self._chunked.is_null(nan_is_null=True).to_numpy()
            return gone if gone.any() else None
        return _nulls(self._chunked)

    def numbers(self) -> Ints:
        """The bits of floats; what whole numbers and times count."""
        chunked = self._chunked
        dtype = chunked.type
        if pt.is_null(dtype):
            return np.zeros(len(chunked), np.int64)
        if pt.is_boolean(dtype):
            chunked = chunked.cast(pa.int8())
        elif not pt.is_integer(dtype):
            chunked = pa.chunked_array(
                [chunk.view(pa.from_numpy_dtype(f"int{dtype.bit_width}")) for chunk in chunked.chunks],
                pa.from_numpy_dtype(f"int{dtype.bit_width}"),
            )
        found = (chunked.fill_null(0) if chunked.null_count else chunked).to_numpy()
        numbers: Ints = found // DAY_MS if pt.is_date64(dtype) else found
        return numbers

    def marks(self) -> Marks:
        """The numbers, spread evenly."""
        numbers = self.numbers()
        return mixed_bits(numbers), as_numbers(numbers)

    def values(self, rows: Longs) -> Sequence[Any] | Ints:
        """Whole numbers as an array."""
        return self.numbers().take(rows) if self.kind == "whole" else self.take(rows)

    def take(self, rows: Longs) -> list[Any]:
        """A list of Python values."""
        found = self._chunked.take(pa.array(rows))
        if pt.is_timestamp(found.type) and found.type.unit == "ns":
            # a cast would cut off towards 1970
            counts = np.asarray(self.numbers()).take(rows) // NS_PER_US
            gone = found.is_null().to_numpy()
            found = pa.chunked_array([pa.array(counts, mask=gone).cast(pa.timestamp("us", found.type.tz))])
        try:
            values: list[Any] = found.to_pylist()
        except (OverflowError, ValueError):  # times that Python cannot hold
            if self.kind == "date":
                values = found.cast(pa.string()).to_pylist()
            else:
                gone, zone = found.is_null().to_numpy(), UTC if self.kind == "aware" else None
                values = moments(np.asarray(self.numbers()).take(rows), gone, self.unit, zone)
        return values


class ArrowText:
    """Texts, coded by Arrow."""

    kind = "text"
    unit = ""

    def __init__(self, chunked: Any, dtype: str) -> None:
        self.dtype = dtype
        self._chunked = chunked

    def __len__(self) -> int:
        return len(self._chunked)

    def missing(self) -> Bools | None:
        """Nulls."""
        return _nulls(self._chunked)

    def numbers(self) -> Ints:
        """The codes of the dictionary that Arrow makes; its chunks share one."""
        return self._encoded()[0]

    def _encoded(self) -> tuple[Ints, Any]:
        encoded = self._chunked.dictionary_encode()
        if not encoded.num_chunks:
            return np.zeros(0, np.int32), pa.array([], self._chunked.type)
        codes = [chunk.indices.fill_null(0).to_numpy(zero_copy_only=False) for chunk in encoded.chunks]
        return np.concatenate(codes), encoded.chunk(encoded.num_chunks - 1).dictionary

    def marks(self) -> Marks:
        """A hash of each text, and its code."""
        codes, dictionary = self._encoded()
        bits = text_bits(as_texts(dictionary))
        return (bits.take(codes) if len(bits) else np.zeros(len(codes), np.uint64)), codes

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
        parts, back = by_chunk(map(len, chunks), rows)
        wide = pa.large_string()
        some = [chunk.take(pa.array(part)).cast(wide) for chunk, part in zip(chunks, parts, strict=True) if len(part)]
        return pa.concat_arrays([pa.array([], wide), *some]).take(pa.array(back))


def as_texts(texts: Any) -> Texts:
    """An array of texts without nulls, on the bytes that it has."""
    made = texts if pt.is_large_string(texts.type) else texts.cast(pa.large_string())
    _, bounds, data = made.buffers()
    starts = np.frombuffer(bounds, np.int64)[made.offset : made.offset + len(made) + 1] if len(made) else NOWHERE
    return Texts(np.frombuffer(data, np.uint8) if data else NOTHING, starts[:-1], starts[1:])
