"""Polars by hand, as fast as we could make it: codes, one packed key sorted once, then shifts; each step collected.

It is written like the kernels: everything that wants a window (`over`) is said by comparing neighbours instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from pathlib import Path

    from framed.policy import Answers

OUT, ENTRY, BITS = len(PATH), 15, 60
C = pl.col
CODES = (
    C("customer").cast(pl.Categorical).to_physical(),
    C("stage").cast(pl.Enum(STAGES)).to_physical(),
    C("at").to_physical(),
)
NEW = C("customer").ne_missing(C("customer").shift())
LAST = C("customer").ne_missing(C("customer").shift(-1))
FIRST_DAY = START_US - DAY
EDGES = month_starts()
MONTH = pl.Series(
    [max(sum(edge <= at for edge in EDGES) - 1, 0) for at in range(FIRST_DAY, AS_OF_US + DAY, DAY)], dtype=pl.UInt8
)


def report(path: Path) -> Answers:
    """From the file to the four answers."""
    rows = sorted_rows(path)
    stays = stays_of(rows)
    months = retention(stays)
    return answers(*funnel_of(rows), transitions(stays), time_in_stage(stays), *months)


def funnel(path: Path) -> Answers:
    """From the file to the funnel alone; without a sort, since it needs the first row only."""
    rows = pl.scan_parquet(path).select(CODES).collect().filter(C("stage") < OUT)
    first = rows.group_by("customer").agg(start=C("at").min())
    return funnel_answer(*depths(rows.join(first, on="customer")))


def sorted_rows(path: Path) -> pl.DataFrame:
    """Rows by customer, instant and stage: one sort of one column of 128 bits is faster than one of three columns."""
    rows = pl.scan_parquet(path).select(CODES).collect()
    below = (C("at") - START_US) * 16 + C("stage")
    key = rows.select(C("customer").cast(pl.Int128) * (1 << BITS) + below.cast(pl.Int128)).to_series().sort()
    del rows
    halves = key.to_frame("key").select(
        customer=(C("key") // (1 << BITS)).cast(pl.UInt32), below=(C("key") & ((1 << BITS) - 1)).cast(pl.Int64)
    )
    return halves.select("customer", stage=(C("below") & 15).cast(pl.UInt8), at=C("below") // 16 + START_US)


def funnel_of(rows: pl.DataFrame) -> tuple[list[int], tuple[int, list[int]]]:
    """How many reached each step, from sorted rows."""
    path = rows.filter(C("stage") < OUT)
    return depths(path.with_columns(start=pl.when(NEW).then("at").forward_fill()))


def depths(rows: pl.DataFrame) -> tuple[list[int], tuple[int, list[int]]]:
    """Customers by the furthest stage within the window, added up from the last step to the first."""
    inside = rows.filter(C("at") - C("start") <= WINDOW)
    deepest = inside.group_by("customer").agg(C("stage").max(), C("start").first())
    deep = deepest.group_by("stage").agg(n=pl.len(), ripe=(C("start") + WINDOW <= AS_OF_US).sum())
    table = {row["stage"]: row for row in deep.to_dicts()}
    reached, ripe = (
        [sum(row[column] for stage, row in table.items() if stage >= k) for k in range(OUT)] for column in ("n", "ripe")
    )
    return reached, (ripe[0], ripe)


def stays_of(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a stay, with the stage before, the instant it ends, and whether it lasts."""
    stays = rows.filter(NEW | C("stage").ne_missing(C("stage").shift()))
    return stays.with_columns(
        before=pl.when(NEW).then(pl.lit(ENTRY, pl.UInt8)).otherwise(C("stage").shift()),
        until=pl.when(LAST).then(AS_OF_US).otherwise(C("at").shift(-1)),
        open=LAST,
    )


def transitions(stays: pl.DataFrame) -> dict[tuple[int, int], int]:
    """Moves by pair."""
    counts = stays.group_by("before", "stage").len()
    return {(-1 if a == ENTRY else a, b): n for a, b, n in counts.iter_rows()}


def time_in_stage(stays: pl.DataFrame) -> dict[int, tuple[int, int, int | None]]:
    """Stays, open ones and Kaplan-Meier median; open ones behind ended ones of the same length."""
    risk = pl.len() - pl.int_range(pl.len())
    curve = ((risk - 1 + C("key") % 2) / risk).cum_prod()
    plans = [
        stays.lazy()
        .filter(C("stage") == code)
        .select(key=((C("until") - C("at")) * 2 + C("open")).sort())
        .select(pl.len(), open=(C("key") % 2).sum(), median=(C("key") // 2).filter(curve <= 0.5 + 1e-12).first())
        for code in range(len(STAGES))
    ]
    return {code: found.row(0) for code, found in enumerate(pl.collect_all(plans))}


def month(at: pl.Expr) -> pl.Expr:
    """The month of an instant, by a table of days."""
    return pl.lit(MONTH).gather(((at - FIRST_DAY) // DAY).cast(pl.UInt32))


def retention(stays: pl.DataFrame) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Stretches of active months by cohort: counted where they begin and end, then added up."""
    active = stays.filter(C("stage").is_between(CUSTOMER_FROM, OUT - 1))
    rows = active.select("customer", low=month(C("at")), high=month(C("until") - 1 + C("open")))
    rows = rows.with_columns(pl.max_horizontal("low", "high").alias("high"), new=NEW)
    again = (~C("new") & (C("low") == C("high").shift())).fill_null(value=False)
    rows = rows.with_columns(cohort=pl.when("new").then("low").forward_fill(), low=C("low") + again)
    rows = rows.filter(C("low") <= C("high"))
    change: dict[tuple[int, int], int] = {}
    for column, sign, shift in (("low", 1, 0), ("high", -1, 1)):
        for cohort, at, n in rows.group_by("cohort", column).len().iter_rows():
            change[cohort, at + shift] = change.get((cohort, at + shift), 0) + sign * n
    retained = {}
    for cohort in range(MONTHS):
        n = 0
        for at in range(cohort, MONTHS):
            n += change.get((cohort, at), 0)
            retained[cohort, at] = n
    return {cohort: retained[cohort, cohort] for cohort in range(MONTHS)}, retained
