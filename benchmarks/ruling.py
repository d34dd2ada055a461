"""What a row costs when rules turn the events of a frame into stages: by arrays, beside the walk over rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
from counting import cpu

import custlife as cl
from custlife.engines import transform
from custlife.engines.rows.ruling import Ruled

if TYPE_CHECKING:
    from custlife.engines.rules import Rule

EACH = 6
"""Events of each customer, on average."""
MODEL = cl.StageModel(
    "shop",
    ["visitor", "customer", "repeat", "loyal"],
    exits=[cl.Stage("lapsed", exit="paused"), cl.Stage("lost", exit="ended")],
)
EVENTS: dict[str, Rule] = {
    "visitor": cl.seen("visit"),
    "customer": cl.any_of(cl.seen("purchase"), cl.seen("contract")),
    "repeat": cl.all_of(cl.count("purchase", 2), cl.seen("login")),
    "loyal": cl.value("purchase", "cents", at_least=50_000, of="total"),
}
SILENCE = {"lapsed": cl.silent(for_=cl.days(180))}
WINDOWS = {
    "repeat": cl.count("purchase", 2, within=cl.months(6)),
    "loyal": cl.value("purchase", "price", at_least=500, of="total", within=cl.months(6)),
}
RULES = {
    "what was seen, counted and added up": cl.Rules(EVENTS),
    "the same within six months": cl.Rules({**EVENTS, **WINDOWS}),
    "with a silence of 180 days": cl.Rules({**EVENTS, **SILENCE}),
    "and counts that begin anew": cl.Rules({**EVENTS, **SILENCE}, "first"),
    "with a silence and an event that leads to exits": cl.Rules({**EVENTS, **SILENCE, "lost": cl.seen("cancelled")}),
}


@attrs.frozen
class Times:
    """CPU microseconds a row.

    Attributes:
        rules: What the rules wait for.
        rows: By the walk over rows.
        arrays: By arrays.
    """

    rules: str
    rows: float
    arrays: float


def events(n: int) -> cl.EventLog:
    """A log of events over three years, some customers busier than others, from a Polars frame."""
    import numpy as np
    import polars as pl

    random = np.random.default_rng(20260101)
    units = max(n // EACH, 1)
    busy = random.gamma(0.8, 1.0, units) + 0.1
    who = random.choice(units, n, p=busy / busy.sum())
    start, span = np.datetime64("2023-01-01", "us"), 3 * 365 * 86_400 * 10**6
    born = random.integers(0, span // 2, units)[who]
    at = start + (born + random.random(n) ** 1.5 * (span - born)).astype("timedelta64[us]")
    names = np.array(["purchase", "visit", "login", "contract", "cancelled"])
    cents = random.integers(100, 30_000, n)
    frame = pl.DataFrame({
        "customer": pl.Series(who).cast(pl.String).str.zfill(8),
        "event": names[random.choice(5, n, p=[0.35, 0.3, 0.25, 0.08, 0.02])],
        "at": pl.Series(at).dt.replace_time_zone("UTC"), "cents": cents, "price": cents / 100,
    })  # fmt: skip
    return cl.EventLog.from_frame(frame, value_cols=["cents", "price"], tz="Europe/Zurich", as_of="2026-01-01T00:00Z")


def run(n: int, rounds: int) -> list[Times]:
    """Every kind of rules; the entries of both must be equal."""
    history = events(n).history

    def took(work: Any) -> float:
        return cpu(work, rounds) / n * 1e6

    found = []
    for name, rules in RULES.items():
        step = Ruled(MODEL, rules)
        one, other = step(history), transform(step, history)
        if [one.bounds, one.at, one.code] != [other.bounds, other.at, other.code]:
            raise AssertionError(f"{name}: arrays and rows differ")
        walked, by_arrays = took(partial(step, history)), took(partial(transform, step, history))
        found.append(Times(name, walked, by_arrays))
    return found
