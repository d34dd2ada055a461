"""The plain kernels: keys coded by Polars, then NumPy in a straight line over all rows in one piece.

Customer, instant to the microsecond and stage do not fit one integer, so instants and stages are ranked first; then
customer and rank are one key, sorted once. What is counted, and how, is as in `bare.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from framed.bare import KEY, funnel_of, report_of

if TYPE_CHECKING:
    from pathlib import Path

    from framed.bare import Rows
    from framed.policy import Answers

RANK = 32  # bits


def report(path: Path) -> Answers:
    """From the file to the four answers."""
    return report_of([sorted_rows(path)])


def funnel(path: Path) -> Answers:
    """From the file to the funnel alone."""
    return funnel_of([sorted_rows(path)])


def sorted_rows(path: Path) -> Rows:
    """Customer, stage and instant of all rows, sorted."""
    frame = pl.scan_parquet(path).select(pl.col("customer").cast(pl.Categorical).to_physical(), KEY).collect()
    unit, key = frame["customer"].to_numpy(), frame["at"].to_numpy()
    del frame
    order = np.argsort(key)
    key = key[order]
    rows = unit[order].astype(np.int64) << RANK | np.arange(len(key))
    del unit, order
    rows.sort()
    key = key[rows & ((1 << RANK) - 1)]
    rows >>= RANK
    return rows, (key & 15).astype(np.uint8), key >> 4
