"""What a row costs when answers to surveys are read and counted, and lives of customers: by arrays, and by rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
from counting import cpu

import custlife as cl
from custlife.analysis.lives import PayingLives
from custlife.analysis.surveys import SurveyScore
from custlife.engines import gather, transform
from custlife.engines.gathers import Profile
from custlife.engines.rows import gather as walk
from custlife.engines.rows.scoring import Graded, Grades

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.engines.history import History

EACH = 6
"""Rows of each customer, on average."""
SCALE = (0, 10)
OPTIONS = {"segment_cols": ["plan"], "tz": "Europe/Zurich", "as_of": "2026-01-01T00:00Z"}
SURVEYS = {
    "answers counted": SurveyScore(),
    "by month": SurveyScore(every="month"),
    "of each customer the last of a month, by plan": SurveyScore(every="month", repeats="last", by=("plan",)),
}
LIVES = {"lives by month": PayingLives(), "lives by week and plan": PayingLives("week", by=("plan",))}


@attrs.frozen
class Times:
    """CPU microseconds a row.

    Attributes:
        what: What is counted.
        rows: By the walk over rows.
        arrays: By arrays.
        whole: The whole of it through the log: all from the frame on, or the answer to the question.
    """

    what: str
    rows: float
    arrays: float
    whole: float


def told(n: int) -> Any:
    """A Polars frame of answers, a tenth of them missing in one column, and of what is paid, over three years."""
    import numpy as np
    import polars as pl

    random = np.random.default_rng(20260101)
    start, span = np.datetime64("2023-01-01", "us"), 3 * 365 * 86_400 * 10**6
    at = start + random.integers(0, span, n).astype("timedelta64[us]")
    score, is_silent = random.integers(0, 11, n), random.random(n) < 0.1
    return pl.DataFrame({
        "customer": pl.Series(random.integers(0, max(n // EACH, 1), n)).cast(pl.String).str.zfill(8),
        "at": pl.Series(at).dt.replace_time_zone("UTC"), "score": score, "plan": random.choice(["a", "b", "c"], n),
        "perhaps": np.where(is_silent, np.nan, score), "event": "answer",
        "amount": np.where(random.random(n) < 0.3, 0, random.integers(1, 99, n) * 100),
    })  # fmt: skip


def run(n: int, rounds: int) -> list[Times]:
    """Every reading and every count; those of arrays must be those of rows."""
    frame, micro, found = told(n), 1e6 / n, []
    for what, column in (("answers read", "score"), ("answers read, of which one in ten is missing", "perhaps")):
        answers = frame.with_columns(score=column)
        raw = cl.EventLog.from_frame(answers, value_cols=["score"], **OPTIONS).history
        step = Graded(Grades(("value:score",), (), SCALE, unanswered=True))
        one, other = step(raw), transform(step, raw)
        if list(one.values["score"]) != list(other.values["score"]):
            raise AssertionError(f"{what}: arrays and rows differ")
        whole = partial(_history, answers)
        works = (partial(step, raw), partial(transform, step, raw), whole)
        found.append(Times(what, *(cpu(work, rounds) * micro for work in works)))
    surveys = cl.Responses.from_frame(frame, scale=SCALE, **OPTIONS)
    revenue = cl.RevenueLog.from_frame(frame, currency="EUR", **OPTIONS)
    return [*found, *_counted(SURVEYS, surveys, rounds, micro), *_counted(LIVES, revenue, rounds, micro)]


def _history(frame: Any) -> History:
    return cl.Responses.from_frame(frame, scale=SCALE, missing="unanswered", **OPTIONS).history


def _counted(questions: dict[str, Any], log: Any, rounds: int, micro: float) -> Iterator[Times]:
    history = log.history
    for what, question in questions.items():
        (request,) = question.requests(gather(Profile(), history))
        works = (partial(walk, request, history), partial(gather, request, history), partial(log.ask, question))
        if works[0]() != works[1]():
            raise AssertionError(f"{what}: arrays and rows differ")
        yield Times(what, *(cpu(work, rounds) * micro for work in works))
