"""What a metric over 36 months costs beside the same of one: recurring revenue, and the conversion of a stage."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import attrs
from counting import cpu
from framed.maker import rows_file
from framed.own import COLUMNS, MODEL
from framed.policy import AS_OF, MONTHS, PATH

import custlife as cl

if TYPE_CHECKING:
    from collections.abc import Callable

EACH = 20
"""Rows of revenue for each customer."""


@attrs.frozen
class Times:
    """CPU seconds of some question about one period, and about all months.

    Attributes:
        what: What was asked.
        rows: Of how many rows.
        one: For one month, or for all time together.
        all_: For all months.
    """

    what: str
    rows: int
    one: float
    all_: float


def revenue_frame(n: int) -> Any:
    """Rows of revenue in a frame: twenty changes of a price for each customer, over 36 months, shuffled."""
    import numpy as np
    import polars as pl

    random = np.random.default_rng(20260101)
    end = np.datetime64("2026-01-01", "us")
    start = np.datetime64("2023-01-01", "us")
    instants = start + random.integers(0, int((end - start).astype(int)), n).astype("timedelta64[us]")
    amounts = random.integers(1, 50, n) * 1_000 * (random.random(n) > 0.1)
    who = pl.Series(random.integers(0, max(n // EACH, 1), n)).cast(pl.String).str.zfill(8)
    return pl.DataFrame({"customer": "customer" + who, "at": instants, "amount": amounts.astype("int64")})


def revenue(n: int, rounds: int) -> Times:
    """Movements of recurring revenue: of the last month, and of all 36."""
    frame = revenue_frame(n)

    def asked(periods: int) -> Any:
        log = cl.RevenueLog.from_frame(frame, currency="EUR", tz="UTC", as_of=AS_OF)
        return log.revenue_movements(periods=periods)

    if asked(1).rows != asked(MONTHS).rows[-1:] or len(asked(MONTHS).rows) != MONTHS:
        raise AssertionError("the last of the months is not what one month is alone")
    return Times("movements of recurring revenue", n, *_both(lambda: asked(1), lambda: asked(MONTHS), rounds))


def conversion(n: int, rounds: int, folder: Path) -> Times:
    """Conversion of a stage: of everybody together, and by the month in which they came."""
    import polars as pl

    frame = pl.read_parquet(rows_file(folder, n))
    metric = cl.metrics.conversion(PATH[0], PATH[1], within="90 days")

    def log() -> cl.StageLog:
        return cl.StageLog.from_frame(frame, MODEL, **COLUMNS)

    whole, months = metric.read(log()), metric.trend(log()).rows
    if (whole.n, whole.part) != (sum(row.n for row in months), sum(row.part for row in months)):
        raise AssertionError("the months do not add up to the whole")
    read, trend = _both(lambda: metric.read(log()), lambda: metric.trend(log()), rounds)
    return Times("conversion of a stage", n, read, trend)


def run(n: int, rounds: int, folder: Path | None) -> list[Times]:
    """Both, on rows made on the spot or kept in a folder."""
    with TemporaryDirectory() as made:
        return [revenue(n, rounds), conversion(n, rounds, folder or Path(made))]


def _both(one: Callable[[], Any], all_: Callable[[], Any], rounds: int) -> tuple[float, float]:
    return cpu(one, rounds), cpu(all_, rounds)
