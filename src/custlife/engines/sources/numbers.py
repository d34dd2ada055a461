"""Columns of whole numbers that say an order: whatever type they have, as the rows engine reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays.ingest_columns import Masked, some
from custlife.engines.rows.ingest import whole_number
from custlife.engines.sources.coding import coded
from custlife.errors import UsageError

if TYPE_CHECKING:
    from custlife.engines.sources.columns import Column

__all__ = ["wholes"]

LIMIT = 1 << 63


def wholes(column: Column) -> Masked:
    """The whole numbers of a column; bad is what is none, or longer than 64 bits."""
    missing = column.missing()
    if column.kind == "whole":
        numbers = column.numbers()
        bad = numbers >= LIMIT if numbers.dtype == np.uint64 else None
        return Masked(numbers.astype(np.int64, copy=False), missing, bad if bad is not None and bad.any() else None)
    found = coded(column)
    size = len(found.values)
    values, gone, wrong = np.zeros(size + 1, np.int64), np.zeros(size + 1, np.bool_), np.zeros(size + 1, np.bool_)
    gone[size] = True
    for code, value in enumerate(some(found.values, np.arange(size))):
        try:
            number = whole_number(value)
        except UsageError:
            wrong[code] = True
            continue
        if number is None:
            gone[code] = True
        elif -LIMIT <= number < LIMIT:
            values[code] = number
        else:
            wrong[code] = True
    return Masked(values.take(found.codes), gone.take(found.codes), wrong.take(found.codes))
