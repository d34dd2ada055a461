"""custlife: the four questions asked together, from a file or from a frame in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import custlife as cl
from framed.policy import AS_OF, DAY, MONTHS, PATH, STAGES, answers, funnel_answer

if TYPE_CHECKING:
    from pathlib import Path

    from framed.policy import Answers

MODEL = cl.StageModel("eight", PATH, customer_from="conversion")
COLUMNS: dict[str, Any] = {
    "customer_col": "customer",
    "stage_col": "stage",
    "at_col": "at",
    "tz": "UTC",
    "as_of": AS_OF,
}
PARTITIONS = 32
FUNNEL = cl.Funnel(within=cl.days(90))
QUESTIONS: tuple[Any, ...] = (FUNNEL, cl.Flows(), cl.TimeInStage(), cl.Retention("month"))


def _load() -> None:
    """What custlife imports when it is first used, so that imports are counted where those of the others are."""
    import polars as pl

    rows = {"customer": ["a", "a"], "stage": [STAGES[0], STAGES[1]], "at": [AS_OF, AS_OF]}
    frame = pl.DataFrame(rows)
    told(*cl.StageLog.from_frame(frame, MODEL, **COLUMNS).ask_all(QUESTIONS))


def report(path: Path) -> Answers:
    """From the file to the four answers."""
    return told(*cl.StageLog.scan_parquet(path, MODEL, **COLUMNS).ask_all(QUESTIONS))


def partitioned(path: Path) -> Answers:
    """From a file larger than the memory allowed to the four answers."""
    return told(*cl.StageLog.scan_parquet(path, MODEL, **COLUMNS, partitions=PARTITIONS).ask_all(QUESTIONS))


def funnel(path: Path) -> Answers:
    """From the file to the funnel alone."""
    log = cl.StageLog.scan_parquet(path, MODEL, **COLUMNS)
    return funnel_answer(*_funnel(log.ask(FUNNEL)))


def prepare_polars(path: Path) -> Any:
    """The caller's frame: Polars."""
    import polars as pl

    return pl.read_parquet(path)


def prepare_pandas(path: Path) -> Any:
    """The caller's frame: pandas."""
    import pandas as pd

    return pd.read_parquet(path)


def prepare_seconds(path: Path) -> Any:
    """The caller's frame: Polars, with times in whole seconds, so that customer, instant and stage fit one integer."""
    import polars as pl

    return pl.read_parquet(path).with_columns(pl.col("at").dt.truncate("1s"))


def polars(frame: Any) -> Answers:
    """From a frame in memory to the four answers."""
    return told(*cl.StageLog.from_frame(frame, MODEL, **COLUMNS).ask_all(QUESTIONS))


pandas = seconds = polars


def told(funnel: Any, flows: Any, times: Any, retention: Any) -> Answers:
    """The answers in the form that everybody gives."""
    code = {name: place for place, name in enumerate(STAGES)}
    moves = {
        (-1 if row.from_stage is None else code[row.from_stage], code[row.to_stage]): row.moves for row in flows.rows
    }
    stays = {
        code[row.stage]: (row.n, row.open, None if row.median.value is None else round(row.median.value * DAY))
        for row in times.rows
    }
    cohorts, retained = {}, {}
    for row in retention.rows:
        year, month = map(int, row.cohort.split("-"))
        cohort = 12 * (year - AS_OF.year) + month - 1 + MONTHS
        cohorts[cohort] = row.size
        retained |= {(cohort, cohort + cell.offset): cell.retained for cell in row.cells if cell.is_complete}
    return answers(*_funnel(funnel), moves, stays, cohorts, retained)


def _funnel(funnel: Any) -> tuple[list[int], tuple[int, list[int]]]:
    steps = funnel.whole.steps
    ripe = [round(step.eligible * step.rate) if step.rate is not None else 0 for step in steps]
    return [step.reached for step in steps], (steps[0].eligible, ripe)


_load()
