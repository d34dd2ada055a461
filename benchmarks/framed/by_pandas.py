"""pandas by hand, as one writes it: strings as they come, one sort, `groupby` and `shift`; for orientation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from framed.policy import AS_OF, CUSTOMER_FROM, MONTHS, PATH, STAGES, START, WINDOW, answers

if TYPE_CHECKING:
    from pathlib import Path

    from framed.policy import Answers

NOW, LONG = pd.Timestamp(AS_OF).tz_localize(None), pd.Timedelta(WINDOW, "us")


def report(path: Path) -> Answers:
    """From the file to the four answers."""
    rows = pd.read_parquet(path)
    rows["stage"] = rows["stage"].astype(pd.CategoricalDtype(STAGES, ordered=True)).cat.codes
    reached = depths(rows)
    rows = rows.sort_values(["customer", "at", "stage"])
    before = rows.groupby("customer")["stage"].shift()
    stays = rows[before.ne(rows["stage"])].copy()
    of_customer = stays.groupby("customer")
    stays["before"] = of_customer["stage"].shift().fillna(-1).astype(int)
    after = of_customer["at"].shift(-1)
    stays["open"], stays["until"] = after.isna(), after.fillna(NOW)
    moves = {(int(a), int(b)): int(n) for (a, b), n in stays.groupby(["before", "stage"]).size().items()}
    return answers(*reached, moves, time_in_stage(stays), *retention(stays))


def depths(rows: pd.DataFrame) -> tuple[list[int], tuple[int, list[int]]]:
    """Customers by the furthest stage within the window."""
    path = rows[rows["stage"] < len(PATH)]
    start = path.groupby("customer")["at"].transform("min")
    inside = path[path["at"] - start <= LONG]
    deepest = inside.groupby("customer").agg(stage=("stage", "max"), start=("at", "min"))
    is_ripe = deepest["start"] + LONG <= NOW
    reached = [int((deepest["stage"] >= k).sum()) for k in range(len(PATH))]
    ripe = [int(((deepest["stage"] >= k) & is_ripe).sum()) for k in range(len(PATH))]
    return reached, (ripe[0], ripe)


def time_in_stage(stays: pd.DataFrame) -> dict[int, tuple[int, int, int | None]]:
    """Stays, open ones and Kaplan-Meier median."""
    found = {}
    stays = stays.assign(length=(stays["until"] - stays["at"]).astype("timedelta64[us]").astype("int64"))
    for code, unsorted in stays.groupby("stage"):
        rows = unsorted.sort_values(["length", "open"])
        risk = np.arange(len(rows), 0, -1)
        curve = np.cumprod(np.where(rows["open"], 1.0, 1 - 1 / risk))
        lengths = rows["length"].to_numpy()[curve <= 0.5 + 1e-12]
        found[int(code)] = len(rows), int(rows["open"].sum()), int(lengths[0]) if len(lengths) else None
    return found


def month(at: pd.Series) -> pd.Series:
    """The month of an instant."""
    return at.dt.year * 12 + at.dt.month - (12 * START.year + 1)


def retention(stays: pd.DataFrame) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Customers by cohort and month: every month that a stay touches, once."""
    active = stays[stays["stage"].between(CUSTOMER_FROM, len(PATH) - 1)]
    low = month(active["at"])
    last = active["until"].where(active["open"], active["until"] - pd.Timedelta(1, "us"))
    times = month(last).clip(lower=low) - low + 1
    touched = pd.DataFrame({"customer": active["customer"].repeat(times), "month": low.repeat(times)})
    touched["month"] += touched.groupby(level=0).cumcount()
    touched = touched.drop_duplicates()
    touched["cohort"] = touched.groupby("customer")["month"].transform("min")
    sizes = touched.groupby(["cohort", "month"]).size()
    counts = {(int(a), int(b)): int(n) for (a, b), n in sizes.items()}
    return {cohort: counts.get((cohort, cohort), 0) for cohort in range(MONTHS)}, counts
