"""Polars by hand, as its manual would have it: codes, one sort of three columns, `over` and `group_by`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from framed.by_polars import CODES, C, depths, transitions
from framed.policy import AS_OF_US, CUSTOMER_FROM, MONTHS, PATH, START, answers

if TYPE_CHECKING:
    from pathlib import Path

    from framed.policy import Answers

OUT, ENTRY = len(PATH), 15


def report(path: Path) -> Answers:
    """From the file to the four answers."""
    rows = pl.scan_parquet(path).select(CODES).collect().sort("customer", "at", "stage")
    reached = depths(rows.filter(C("stage") < OUT).with_columns(start=C("at").min().over("customer")))
    stays = rows.filter(C("stage").ne_missing(C("stage").shift().over("customer")))
    stays = stays.with_columns(
        before=C("stage").shift().over("customer").fill_null(ENTRY), until=C("at").shift(-1).over("customer")
    )
    stays = stays.with_columns(C("until").fill_null(AS_OF_US), open=C("until").is_null())
    return answers(*reached, transitions(stays), time_in_stage(stays), *retention(stays))


def time_in_stage(stays: pl.DataFrame) -> dict[int, tuple[int, int, int | None]]:
    """Stays, open ones and Kaplan-Meier median."""
    rows = stays.select("stage", "open", length=C("until") - C("at")).sort("stage", "length", "open")
    rows = rows.with_columns(risk=(pl.len() - pl.int_range(pl.len())).over("stage"))
    stay = pl.when("open").then(1.0).otherwise(1 - 1 / C("risk"))
    rows = rows.with_columns(curve=stay.cum_prod().over("stage"))
    found = rows.group_by("stage").agg(
        pl.len(), C("open").sum(), C("length").filter(C("curve") <= 0.5 + 1e-12).min().alias("median")
    )
    return {code: (n, last, median) for code, n, last, median in found.iter_rows()}


def month(at: pl.Expr) -> pl.Expr:
    """The month of an instant, by the calendar."""
    moment = at.cast(pl.Datetime("us"))
    return moment.dt.year().cast(pl.Int16) * 12 + moment.dt.month() - (12 * START.year + 1)


def retention(stays: pl.DataFrame) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Customers by cohort and month: every month that a stay touches, once."""
    active = stays.filter(C("stage").is_between(CUSTOMER_FROM, OUT - 1))
    low = month(C("at"))
    rows = active.select("customer", low=low, high=pl.max_horizontal(low, month(C("until") - 1 + C("open"))))
    touched = rows.select("customer", month=pl.int_ranges("low", C("high") + 1)).explode("month").unique()
    touched = touched.with_columns(cohort=C("month").min().over("customer"))
    counts = {(cohort, at): n for cohort, at, n in touched.group_by("cohort", "month").len().iter_rows()}
    return {cohort: counts.get((cohort, cohort), 0) for cohort in range(MONTHS)}, counts
