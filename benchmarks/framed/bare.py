"""The limit: keys coded by Polars, then NumPy kernels in a straight line, in blocks of rows that stay in the cache.

No model, no checks, no names: what the arithmetic costs when nothing else is done.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from framed.policy import (
    AS_OF_US,
    CUSTOMER_FROM,
    DAY,
    MONTHS,
    PATH,
    STAGES,
    START_US,
    WINDOW,
    answers,
    funnel_answer,
    month_starts,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from framed.policy import Answers

    Ints = NDArray[np.int64]
    Rows = tuple[Ints, NDArray[np.uint8], Ints]
OUT, WIDTH, ENTRY = len(PATH), 16, 15
AT = 51  # bits of instant and stage; a customer's number within its block lies above them
UNITS, BLOCK = 12, 24_576  # bits of customers, or rows, of a block, more or less
CACHED = 3_000_000  # rows
EPOCH = START_US - DAY  # so that the instant before the first one is in the table of months
AS_OF = AS_OF_US - EPOCH
CODE = pl.col("stage").cast(pl.Enum(STAGES)).to_physical()
KEY = (pl.col("at").to_physical() - EPOCH) * 16 + CODE.cast(pl.Int64)
EDGES = (np.array(month_starts()) - EPOCH) // DAY
MONTH = np.maximum(np.searchsorted(EDGES, np.arange(EDGES[-1]), "right") - 1, 0)


def report(path: Path) -> Answers:
    """From the file to the four answers."""
    return report_of(map(unpacked, blocks(path)))


def report_of(pieces: Iterable[Rows]) -> Answers:
    """From sorted rows, in pieces of whole customers, to the four answers."""
    reached, matured = np.zeros(OUT, np.int64), np.zeros(OUT, np.int64)
    moves = np.zeros(WIDTH * WIDTH, np.int64)
    began, ended = np.zeros(64 * 64, np.int64), np.zeros(64 * 64, np.int64)
    lengths = []
    for rows in pieces:
        unit, code, at = rows
        add_funnel(unit, code, at, reached, matured)
        starts = np.concatenate(([True], unit[1:] != unit[:-1]))
        change = starts.copy()
        change[1:] |= code[1:] != code[:-1]
        if not change.all():
            unit, code, at, starts = unit[change], code[change], at[change], starts[change]
        before = np.concatenate((code[:1], code[:-1]))
        before[starts] = ENTRY
        moves += np.bincount(before * WIDTH + code, minlength=WIDTH * WIDTH)
        is_open = np.concatenate((starts[1:], [True]))
        until = np.concatenate((at[1:], [AS_OF]))
        until[is_open] = AS_OF
        lengths.append((until - at).view(np.uint64) << 1 | is_open | code.astype(np.uint64) << 58)
        add_months(unit, code, at, until + is_open, began, ended)
    flows = {(-1 if a == ENTRY else a, b): int(moves[a * WIDTH + b]) for a in range(WIDTH) for b in range(WIDTH)}
    retained = np.cumsum((began - ended).reshape(64, 64), axis=1)
    cohorts = {c: int(n) for c, n in enumerate(retained.diagonal())}
    months = {(c, m): int(retained[c, m]) for c in range(MONTHS) for m in range(MONTHS)}
    return answers(*added_up(reached, matured), flows, medians(np.concatenate(lengths)), cohorts, months)


def funnel(path: Path) -> Answers:
    """From the file to the funnel alone."""
    return funnel_of(map(unpacked, blocks(path)))


def funnel_of(pieces: Iterable[Rows]) -> Answers:
    """From sorted rows, in pieces of whole customers, to the funnel alone."""
    reached, matured = np.zeros(OUT, np.int64), np.zeros(OUT, np.int64)
    for unit, code, at in pieces:
        add_funnel(unit, code, at, reached, matured)
    return funnel_answer(*added_up(reached, matured))


def unpacked(block: NDArray[np.uint64]) -> Rows:
    """Customer, stage and instant of packed rows."""
    at = (block & ((1 << AT) - 1)) >> 4
    return (block >> AT).view(np.int64), (block & 15).astype(np.uint8), at.view(np.int64)


def added_up(reached: Ints, matured: Ints) -> tuple[list[int], tuple[int, list[int]]]:
    """Customers by how deep they came, as customers by step."""
    deep, ripe = (np.cumsum(n[::-1])[::-1].tolist() for n in (reached, matured))
    return deep, (ripe[0], ripe)


def blocks(path: Path) -> Iterator[NDArray[np.uint64]]:
    """Sorted keys of some customers, each row one: customer, instant, stage."""
    rows = pl.scan_parquet(path).select(pl.len()).collect().item()
    count = 1 << (rows // BLOCK).bit_length()
    return coded_in_blocks(path, count) if rows > CACHED else coded_at_once(path)


def coded_at_once(path: Path) -> Iterator[NDArray[np.uint64]]:
    """All ids are coded together, while the table of ids stays in the cache; then rows are dealt out by their code."""
    frame = pl.scan_parquet(path).select(pl.col("customer").cast(pl.Categorical).to_physical(), KEY).collect()
    unit, keys = frame["customer"].to_numpy(), frame["at"].to_numpy().view(np.uint64)
    block = (unit >> UNITS).astype(np.uint16)
    low, keys = 0, keys | (unit & ((1 << UNITS) - 1)).astype(np.uint64) << AT
    keys = keys[np.argsort(block, kind="stable")]
    for size in np.bincount(block).tolist():
        part = keys[low : low + size]
        part.sort()
        low += size
        yield part


def coded_in_blocks(path: Path, count: int) -> Iterator[NDArray[np.uint64]]:
    """Rows are dealt out by a hash of the id first, so that the tables that code the ids stay in the cache too."""
    block = (pl.col("customer").hash() // ((1 << 64) // count)).cast(pl.UInt16).alias("block")
    frame = pl.scan_parquet(path).select("customer", KEY, block).collect().rechunk()
    block = frame["block"].to_numpy()
    order = np.argsort(block, kind="stable")
    ids, keys = frame["customer"][order], frame["at"].to_numpy()[order].view(np.uint64)
    low = 0
    for size in np.bincount(block).tolist():
        if not size:
            continue
        unit = ids.slice(low, size).cast(pl.Categorical).to_physical().to_numpy()
        if unit.max() >> (64 - AT):
            raise AssertionError(f"{unit.max()} customers in a block")
        part = keys[low : low + size]
        part |= unit.astype(np.uint64) << AT
        part.sort()
        low += size
        yield part


def add_funnel(unit: Ints, code: NDArray[np.uint8], at: Ints, reached: Ints, matured: Ints) -> None:
    """How deep each customer of a block came within the window after the first row on the path."""
    on = code < OUT
    unit, code, at = unit[on], code[on], at[on]
    starts = np.flatnonzero(np.concatenate(([True], unit[1:] != unit[:-1])))
    if not len(unit):
        return
    since = at[starts]
    late = at > np.repeat(since + WINDOW, np.diff(starts, append=len(unit)))
    code[late] = 0
    depth = np.maximum.reduceat(code, starts)
    reached += np.bincount(depth, minlength=OUT)
    matured += np.bincount(depth[since + WINDOW <= AS_OF], minlength=OUT)


def add_months(unit: Ints, code: NDArray[np.uint8], at: Ints, until: Ints, began: Ints, ended: Ints) -> None:
    """Where stretches of active months begin and end, by cohort."""
    on = (code >= CUSTOMER_FROM) & (code < OUT)
    unit = unit[on]
    if not len(unit):
        return
    low = MONTH[at[on] // DAY]
    high = np.maximum(MONTH[(until[on] - 1) // DAY], low)
    again = np.concatenate(([False], unit[1:] == unit[:-1]))
    starts = np.flatnonzero(~again)
    line = np.repeat(low[starts] << 6, np.diff(starts, append=len(unit)))
    low[1:] += again[1:] & (low[1:] == high[:-1])
    line, low, high = (column[low <= high] for column in (line, low, high))
    began += np.bincount(line + low, minlength=64 * 64)
    ended += np.bincount(line + high + 1, minlength=64 * 64)


def medians(lengths: NDArray[np.uint64]) -> dict[int, tuple[int, int, int | None]]:
    """Stays, open ones and Kaplan-Meier median by stage; packed as stage, length, open."""
    lengths.sort()
    bounds = np.searchsorted(lengths, np.arange(len(STAGES) + 1, dtype=np.uint64) << np.uint64(58)).tolist()
    found = {}
    for code, (low, high) in enumerate(pairwise(bounds)):
        part = lengths[low:high]
        if low == high:
            continue
        risk = np.arange(high - low, 0, -1)
        is_open = (part & 1).astype(np.int64)
        curve = np.cumprod((risk - 1 + is_open) / risk)
        first = int(np.searchsorted(-curve, -0.5 - 1e-12))
        median = int(part[first] & ((1 << 58) - 1)) >> 1 if first < len(part) else None
        found[code] = high - low, int(is_open.sum()), median
    return found
