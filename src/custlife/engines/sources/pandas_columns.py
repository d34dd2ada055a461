"""Columns of pandas: NumPy's own without a copy, Arrow's by Arrow, and Python objects as texts where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from custlife.engines.arrays.ids import Texts
from custlife.engines.sources.columns import CodedColumn, as_numbers, mixed_bits, moments
from custlife.engines.sources.object_columns import ObjectColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.engines.sources.columns import Bools, Column, Ints, Longs, Marks

__all__ = ["PandasColumn", "column"]

MISSING = np.iinfo(np.int64).min  # what pandas keeps in place of a missing time
WIDEST = 8  # bytes of a number


def column(series: Any, *, polars: bool = True) -> Column:
    """A column of pandas.

    Args:
        series: The column.
        polars: Whether Polars may read texts, which it does faster.
    """
    dtype = series.dtype
    told = f"pandas {dtype}"
    if isinstance(dtype, pd.CategoricalDtype):
        codes = series.cat.codes.to_numpy()
        gone = codes < 0
        values = column(pd.Series(series.cat.categories), polars=polars)
        return CodedColumn(told, codes, values, gone if gone.any() else None)
    if isinstance(dtype, pd.ArrowDtype) or getattr(dtype, "storage", "") == "pyarrow":
        from custlife.engines.sources import arrow_columns

        return arrow_columns.column(series.array.__arrow_array__(), "pandas", polars=polars)
    if getattr(dtype, "kind", "") == "O" and isinstance(dtype, np.dtype | pd.StringDtype):
        return _objects(series, told, polars=polars)
    if isinstance(dtype, pd.DatetimeTZDtype):
        plain = series.dt.tz_convert(None).to_numpy()
        return PandasColumn(series, told, "aware", plain.view(np.int64), dtype.unit)
    return _numeric(series, told)


def _objects(series: Any, told: str, *, polars: bool) -> Column:
    """Python values: texts where all are."""
    values = series.to_numpy(dtype=object)
    gone = series.isna().to_numpy()
    if gone.all():
        return ObjectColumn(told, values, "nothing")
    if pd.api.types.infer_dtype(series, skipna=True) not in {"string", "empty"}:
        return ObjectColumn(told, values)  # Polars panics at some of them
    if polars:
        try:
            import polars as _  # noqa: F401  # see arrow_columns

            from custlife.engines.sources import polars_columns
        except ModuleNotFoundError:
            pass
        else:
            filled: Any = np.where(gone, None, values)
            made = polars_columns.texts(filled.tolist())
            if made is not None:
                made.dtype = told
                return made
    codes, names = pd.factorize(values)
    return CodedColumn(told, codes, _Names(told, list(map(str.__str__, names))), codes < 0 if gone.any() else None)


class _Names(ObjectColumn):
    """Distinct texts."""

    def __init__(self, dtype: str, values: Sequence[str]) -> None:
        super().__init__(dtype, values, "text")

    def missing(self) -> None:
        """None: what is missing has no name."""

    def values(self, rows: Longs) -> Any:
        """The texts as their bytes."""
        return Texts.of(super().values(rows))


def _numeric(series: Any, told: str) -> Column:
    """Numbers and naive times, with or without a mask; anything else as Python values."""
    dtype = series.dtype
    plain = getattr(dtype, "numpy_dtype", dtype)  # behind a mask
    if not isinstance(plain, np.dtype) or plain.kind not in "iubfM" or plain.itemsize > WIDEST:
        return ObjectColumn(told, series.tolist(), "other")
    if not plain.isnative:  # as files of some instruments have them
        return _numeric(series.astype(plain.newbyteorder("=")), told)
    kind = plain.kind
    values = series.to_numpy() if plain is dtype else series.to_numpy(dtype=plain, na_value=0)
    if kind == "M":
        return PandasColumn(series, told, "naive", values.view(np.int64), np.datetime_data(plain)[0])
    if kind in "bf":
        told_kind = "float" if kind == "f" else "other"
        return PandasColumn(series, told, told_kind, values.view(f"i{plain.itemsize}"), "")
    return PandasColumn(series, told, "whole", values, "")


class PandasColumn:
    """Numbers or times."""

    def __init__(self, series: Any, dtype: str, kind: str, numbers: Ints, unit: str) -> None:
        self.dtype = dtype
        self.kind = kind
        self.unit = unit
        self._series = series
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._series)

    def missing(self) -> Bools | None:
        """What pandas calls missing."""
        if self.kind == "whole" and isinstance(self._series.dtype, np.dtype):
            return None
        gone = self._series.isna().to_numpy()
        return gone if gone.any() else None

    def numbers(self) -> Ints:
        """The bits of floats; what whole numbers and times count."""
        return self._numbers

    def marks(self) -> Marks:
        """The numbers, spread evenly."""
        return mixed_bits(self._numbers), as_numbers(self._numbers)

    def take(self, rows: Longs) -> list[Any]:
        """A list of Python values."""
        if not self.unit:
            return [_plain(value) for value in self._series.iloc[rows].tolist()]
        counts = self._numbers.take(rows)
        return moments(counts, counts == MISSING, self.unit, getattr(self._series.dtype, "tz", None))

    def values(self, rows: Longs) -> Sequence[Any] | Ints:
        """Whole numbers as an array."""
        return self._numbers.take(rows) if self.kind == "whole" else self.take(rows)


def _plain(value: Any) -> Any:
    """A value as Python has it; None where missing."""
    return None if value is pd.NA or value != value else value  # noqa: PLR0124  # what is missing is not itself
