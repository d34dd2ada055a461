"""Makes the rows: seeded, vectorised, shuffled, in bounded memory; as a Parquet file.

Eight stages and two exits, about 6.1 rows a customer: two of three go on, some skip a stage, fall back, name the stage
they are in again, lapse and return, or churn. A few rows share one instant.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from framed.policy import AS_OF_US, DAY, PATH, STAGES, START_US

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

BLOCK = 200_000  # customers made at once
BUCKET = 2_000_000  # rows shuffled at once
MEAN_DAYS = np.array([8, 14, 10, 21, 40, 60, 90, 150, 75, 0], dtype=float)
LAPSED, CHURNED = STAGES.index("lapsed"), STAGES.index("churned")
HEX = np.array([list(f"{byte:02x}".encode()) for byte in range(256)], dtype=np.uint8)
ROW = np.dtype([("id", "<u8"), ("at", "<i8"), ("code", "u1")])
SCHEMA = pa.schema(
    [
        ("customer", pa.large_string()),
        ("stage", pa.string()),
        ("at", pa.timestamp("us")),
    ]
)


def rows_file(folder: Path, n: int, *, seed: int = 20260101) -> Path:
    """A file of exactly `n` rows, made unless it is there: first dealt out at random to buckets, then shuffled."""
    path = folder / f"rows-{n}-{seed}.parquet"
    if path.exists():
        return path
    random = np.random.default_rng(seed)
    buckets = max(1, round(n / BUCKET))
    with TemporaryDirectory(dir=folder) as spill:
        files = [Path(spill) / f"{i}.bin" for i in range(buckets)]
        for block in _blocks(n, random):
            chosen = random.integers(0, buckets, len(block))
            for i, file in enumerate(files):
                with file.open("ab") as out:
                    block[chosen == i].tofile(out)
        made = path.with_suffix(".part")
        with pq.ParquetWriter(made, SCHEMA) as writer:
            for file in files:
                writer.write_table(_table(random.permutation(np.fromfile(file, ROW))), row_group_size=1 << 20)
                file.unlink()
        made.rename(path)
    return path


def _blocks(n: int, random: np.random.Generator) -> Iterator[NDArray[np.void]]:
    made = start = 0
    while made < n:
        block = _histories(start, BLOCK, random)[: n - made]
        made, start = made + len(block), start + BLOCK
        yield block


def _ids(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Sixty-four bits that look random and never repeat (splitmix64)."""
    z = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _histories(start: int, customers: int, random: np.random.Generator) -> NDArray[np.void]:
    """The rows of some customers, those of one together."""
    unit = np.arange(start + 1, start + customers + 1)
    at = START_US + random.integers(0, AS_OF_US - START_US, customers)
    code = np.where(random.random(customers) < 0.9, 0, random.integers(0, 4, customers))
    parts = []
    while len(unit):
        parts.append((unit, at, code))
        stays = random.exponential(MEAN_DAYS[code]) * (random.random(len(unit)) > 0.001)
        at = at + np.maximum(np.rint(stays * DAY).astype(np.int64), 0)
        after = _next(code, random.random(len(unit)), random)
        on = (after >= 0) & (at < AS_OF_US)
        unit, at, code = unit[on], at[on], after[on]
    rows = np.empty(sum(len(part[0]) for part in parts), ROW)
    unit, rows["at"], rows["code"] = (np.concatenate(column) for column in zip(*parts, strict=True))
    rows["id"] = _ids(unit)
    return rows[np.argsort(unit, kind="stable")]


def _next(code: NDArray[np.int64], dice: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.int64]:
    """The stage after each: on, skipping, the same again, back, lapsed, churned; -1 where nothing follows."""
    last = len(PATH) - 1
    on = np.select(
        [dice < 0.66, dice < 0.75, dice < 0.78, dice < 0.84, dice < 0.90],
        [code + 1, code + 2, code, code - 1, np.full_like(code, LAPSED)],
        CHURNED,
    )
    on = np.where(on < 0, CHURNED, np.where((dice < 0.75) & (on > last), np.where(code < last, last, LAPSED), on))
    back = np.where(dice < 0.5, random.integers(0, 4, len(code)), -1)
    return np.where(code == LAPSED, back, np.where(code == CHURNED, -1, on))


def _table(rows: NDArray[np.void]) -> pa.Table:
    digits = HEX[rows["id"].astype(">u8").view(np.uint8)]
    offsets = np.arange(len(rows) + 1, dtype=np.int64) * 16
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(digits))]
    customers = pa.Array.from_buffers(pa.large_string(), len(rows), buffers)
    stages = pa.DictionaryArray.from_arrays(pa.array(rows["code"].astype(np.int8)), pa.array(STAGES)).cast(pa.string())
    at = pa.array(np.ascontiguousarray(rows["at"]).view("datetime64[us]"))
    return pa.Table.from_arrays([customers, stages, at], schema=SCHEMA)
