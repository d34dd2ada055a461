"""What a row costs when contracts are read, and what became of them is counted: by arrays, and by rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
from answering import Times
from counting import cpu

import custlife as cl
from custlife.analysis.renewals import RenewalRate
from custlife.analysis.running_contracts import RunningContracts
from custlife.engines import gather, transform
from custlife.engines.gathers import Profile
from custlife.engines.renewals import TOLD
from custlife.engines.rows import gather as walk

if TYPE_CHECKING:
    from collections.abc import Iterator

EACH = 3
"""Contracts of each customer, on average."""
OPTIONS = {"amounts_in": "minor", "segment_cols": ["plan"], "tz": "Europe/Zurich", "as_of": "2026-01-01T00:00Z"}
LOGS: dict[str, dict[str, Any]] = {
    "one row a term": {"term_col": "term", "amount_col": "amount"},
    "until they are ended": {"term_col": "term", "ended_col": "ended", "limit_col": "limit", "used_col": "used"},
    "dates of renewal, amounts as decimals": {"renewal_col": "renewal", "amount_col": "price", "amounts_in": "auto"},
}
QUESTIONS = {
    "renewals by month and plan": RenewalRate("month", "30 days", by=("plan",)),
    "up within 30 days": RunningContracts(within="30 days"),
}


def told(n: int) -> Any:
    """A Polars frame of contracts that begin in six years; of those that go on, two in five were ended."""
    import numpy as np
    import polars as pl

    random = np.random.default_rng(20260101)
    day = 86_400 * 10**6
    start = np.datetime64("2020-01-01", "us") + random.integers(0, 6 * 365 * day, n).astype("m8[us]")
    renewal = start + random.integers(2 * day, 400 * day, n).astype("m8[us]")
    ended = start + random.integers(20 * day, 900 * day, n).astype("m8[us]")
    ended[random.random(n) > 0.4] = np.datetime64("NaT")
    amount = random.integers(100, 100_000, n)
    frame = pl.DataFrame({
        "customer": pl.Series(random.integers(0, max(n // EACH, 1), n)).cast(pl.String).str.zfill(8),
        "start": start, "ended": ended, "renewal": renewal, "amount": amount, "price": amount,
        "term": random.choice(["1 month", "3 months", "12 months", "24 months", "30 days"], n),
        "limit": random.choice([10, 20, 50, 100], n), "used": random.random(n) * 120,
        "plan": random.choice(["a", "b", "c"], n),
    })  # fmt: skip
    return frame.with_columns(
        pl.col("start", "ended").dt.replace_time_zone("UTC"),
        pl.col("renewal").cast(pl.Date),
        pl.col("price").cast(pl.Decimal(12, 2)) / 100,
    )


def run(n: int, rounds: int) -> list[Times]:
    """Every reading and every count; those of arrays must be those of rows."""
    frame = told(n)
    return [one for name, columns in LOGS.items() for one in _measured(name, frame, {**OPTIONS, **columns}, rounds)]


def _measured(name: str, frame: Any, options: dict[str, Any], rounds: int) -> Iterator[Times]:
    log = cl.Contracts.from_frame(frame, **options)
    step, micro = log._view.steps[-1], 1e6 / len(frame)
    seen = attrs.evolve(log, view=attrs.evolve(log._view, steps=())).history
    here, there = transform(step, seen), step(seen)
    if list(here.values[TOLD]) != there.values[TOLD]:
        raise AssertionError(f"{name}: arrays and rows differ")
    whole = partial(_history, frame, options)
    works = (partial(step, seen), partial(transform, step, seen), whole)
    yield Times(f"{name}: contracts read", *(cpu(work, rounds) * micro for work in works))
    for what, question in QUESTIONS.items():
        (request,) = question.requests(gather(Profile(), here))
        works = (partial(walk, request, there), partial(gather, request, here), partial(log.ask, question))
        if works[0]() != works[1]():
            raise AssertionError(f"{name}, {what}: arrays and rows differ")
        yield Times(f"{name}: {what}", *(cpu(work, rounds) * micro for work in works))


def _history(frame: Any, options: dict[str, Any]) -> Any:
    return cl.Contracts.from_frame(frame, **options).history
