"""What a score costs: dispatching a hook beside a bare call with one frozen argument, and a million rows of a frame."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

from custlife import Customer, HealthScore, ScoreRequest, presets, score_all, scoring
from custlife.calendar import instant

if TYPE_CHECKING:
    from collections.abc import Callable

CUSTOMERS = 100_000
ROWS = 1_000_000
AS_OF = instant("2026-02-01T00:00Z")


def half(request: ScoreRequest) -> float:
    """The cheapest hook."""
    return 50.0


def least(work: Callable[[], object], rounds: int) -> float:
    """The least CPU time of some rounds, milliseconds."""
    taken = []
    for _ in range(rounds):
        start = process_time()
        work()
        taken.append((process_time() - start) * 1e3)
    return min(taken)


def dispatch(rounds: int, n: int = CUSTOMERS) -> tuple[float, float]:
    """CPU milliseconds of bare calls with a new frozen request each, and of a batch."""
    moves = [("awareness", "2026-01-05T09:00Z"), ("intent", "2026-01-09T09:00Z")]
    customers = [Customer(f"c{number}", presets.bruxt5, moves=moves) for number in range(n)]
    found = score_all(half, customers, as_of=AS_OF)
    if found.failures or set(found.values) != {50.0}:
        raise AssertionError("the batch gives other scores than the hook")

    def bare() -> list[float]:
        return [half(ScoreRequest(customer, AS_OF)) for customer in customers]

    return least(bare, rounds), least(lambda: score_all(half, customers, as_of=AS_OF), rounds)


HEALTH = HealthScore([
    scoring.measure("logins", scoring.fact("logins"), worst=0, best=20, weight=40),
    scoring.measure("nps", scoring.fact("nps"), worst=-100, best=100, weight=40),
    scoring.measure("tickets", scoring.fact("tickets"), worst=5, best=0, weight=20),
])  # fmt: skip


def frames(rounds: int, n: int = ROWS) -> list[tuple[str, float]]:
    """CPU milliseconds of a health score with holes in one measure: by hand in Polars and NumPy, and declared."""
    import numpy as np
    import polars as pl

    random = np.random.default_rng(20260101)
    logins, tickets = random.integers(0, 30, n).astype(float), random.integers(0, 8, n).astype(float)
    nps = random.normal(20, 40, n)
    nps[random.random(n) < 0.3] = np.nan
    frame = pl.DataFrame({"logins": logins, "nps": pl.Series(nps).fill_nan(None), "tickets": tickets})

    def level(name: str, worst: float, best: float) -> pl.Expr:
        return ((pl.col(name) - worst) / (best - worst)).clip(0, 1) * 100

    def by_polars() -> pl.DataFrame:
        known = pl.col("nps").is_not_null()
        above = 40 * level("logins", 0, 20) + 40 * level("nps", -100, 100).fill_null(0) + 20 * level("tickets", 5, 0)
        return frame.select((above / (60 + 40 * known)).alias("health"))

    def by_numpy() -> np.ndarray:
        one = np.clip(logins / 20, 0, 1) * 100
        two = np.clip((nps + 100) / 200, 0, 1) * 100
        three = np.clip((tickets - 5) / -5, 0, 1) * 100
        known = ~np.isnan(two)
        return (40 * one + np.where(known, 40 * two, 0) + 20 * three) / (60 + 40 * known)

    if np.abs(HEALTH.on_frame(frame).values - by_numpy()).max() > 1e-5:
        raise AssertionError("the declared score differs from the one by hand")
    works = {"by hand, Polars": by_polars, "by hand, NumPy": by_numpy, "declared": lambda: HEALTH.on_frame(frame)}
    return [(name, least(work, rounds)) for name, work in works.items()]
