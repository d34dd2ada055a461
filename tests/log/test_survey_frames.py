"""Answers to surveys in frames say what they say in rows: numbers, notes, and errors with the rows they are about."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

pytest.importorskip("polars")
pytest.importorskip("pandas")

import pandas as pd
import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from custlife import EventLog, Responses
from custlife.analysis.surveys import SurveyScore
from custlife.errors import CustlifeError
from tests.log.refusals import refusal

ZURICH = "Europe/Zurich"
AS_OF = datetime(2026, 11, 2, tzinfo=UTC)
EDGES = [
    datetime(2026, 1, 31, 22, 59, 59, 999_999, tzinfo=UTC), datetime(2026, 1, 31, 23, tzinfo=UTC),
    datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 3, 31, 22, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC), AS_OF, AS_OF + timedelta(microseconds=1),
]  # fmt: skip
SCORES = {
    "whole": (st.integers(0, 10), pl.Int64), "small": (st.integers(0, 5), pl.Int8),
    "whole or none": (st.none() | st.integers(0, 10), pl.Int64), "beyond": (st.integers(-1, 11), pl.Int64),
    "float": (st.integers(0, 10).map(float), pl.Float64), "odd float": (st.sampled_from([3.0, 4.5]), pl.Float64),
    "float or none": (st.none() | st.integers(0, 10).map(float), pl.Float64),
    "nan": (st.sampled_from([float("nan"), 0.0, 7.0, 10.0]), pl.Float64),
    "text": (st.sampled_from(["0", " 7", "10", "٩"]), pl.String), "odd text": (st.sampled_from(["7", "", "x"]), pl.String),
    "decimal": (st.integers(0, 10).map(Decimal), pl.Decimal(6, 2)), "true": (st.booleans(), pl.Boolean),
}  # fmt: skip
SCALED = {
    "one": {"scale": (0, 10)}, "two": {"scale": (-1, 11)}, "by survey": {"scale": {"nps": (0, 10), "visit": "1-7"}},
    "told": {"scale_col": "scale"}, "told or one": {"scale_col": "scale", "scale": "0-10"}, "none": {},
}  # fmt: skip
SCHEMA = {"customer": pl.String, "at": pl.Datetime("us", "UTC"), "survey": pl.String, "scale": pl.String,
          "plan": pl.String, "key": pl.Int64}  # fmt: skip
ASKED = [
    SurveyScore("nps", "nps", "nps", None, "each", by=("plan",)), SurveyScore("nps", "nps", "nps", "week", "last"),
    SurveyScore("csat", "top2", "nps", "month", "last", by=("plan",)), SurveyScore("csat", "mean", "visit", "day"),
    SurveyScore("ces", "mean", "nps", "day", easier="low"), SurveyScore("ces", "easy", None, "month", "last"),
]  # fmt: skip


@st.composite
def told(draw) -> tuple[list[dict], str]:
    kind = draw(st.sampled_from(sorted(SCORES)))
    row = st.fixed_dictionaries({
        "customer": st.sampled_from("aéb"), "at": st.sampled_from(EDGES),
        "survey": st.sampled_from(["nps", "nps", "visit"]), "scale": st.sampled_from(["0-10", "0 to 10", "0-10", None]),
        "plan": st.sampled_from([None, "pro", "free"]), "key": st.integers(0, 9), "score": SCORES[kind][0],
    })  # fmt: skip
    size = draw(st.integers(0, 14))
    return draw(st.lists(row, min_size=size, max_size=size)), kind


LIKE = {"score": 7, "customer": "a", "at": EDGES[5], "survey": "nps", "scale": None, "plan": None, "key": 1}
ONE = ([LIKE, {**LIKE, "score": None, "at": EDGES[6], "key": 2}, {**LIKE, "at": EDGES[6], "key": 3}], "whole or none")


@given(
    told(), st.sampled_from(["polars", "pandas"]), st.sampled_from(sorted(SCALED)),
    st.sampled_from(["bad", "unanswered", "unanswered"]), st.sampled_from(["raise", "drop"]),
    st.sampled_from([None, EDGES[3]]), st.booleans(),
)  # fmt: skip
@example(ONE, "pandas", "one", "unanswered", "raise", None, False)
@example(ONE, "polars", "one", "bad", "raise", None, False)
def test_frames_say_what_rows_say(given_rows, library, scaled, missing, on_bad, since, has_key) -> None:
    rows, kind = given_rows
    schema = {**SCHEMA, "score": SCORES[kind][1]}
    options = {
        "survey_col": "survey", "segment_cols": ["plan"], "tz": ZURICH, "as_of": AS_OF, "since": since,
        "missing": missing, "on_bad": on_bad, **SCALED[scaled], **({"key_col": "key"} if has_key else {}),
    }  # fmt: skip
    polars = pl.DataFrame(rows, schema)
    frame = polars if library == "polars" else _pandas(rows, polars)
    if kind in {"decimal", "small"}:
        rows = polars.to_dicts()
    expected = _said(lambda: Responses.from_rows(rows, **options))
    assert _said(lambda: Responses.from_frame(frame, **options)) == expected


def _pandas(rows: list[dict], polars: pl.DataFrame) -> pd.DataFrame:
    """The same in pandas: whole numbers beside nothing in a column that can hold them."""
    frame = pd.DataFrame(rows, columns=polars.columns)
    if polars.schema["score"] in {pl.Int64, pl.Int8}:
        frame["score"] = pd.array(
            [row["score"] for row in rows], "Int8" if polars.schema["score"] == pl.Int8 else "Int64"
        )
    return frame.astype({"at": "datetime64[us, UTC]"})


def _said(make) -> object:
    try:
        log = make()
    except CustlifeError as error:
        return type(error), str(error)
    return [_answer(log, one) for one in ASKED], sorted(map(str, log.notes)), log.surveys, log.customers


def _answer(log, question) -> object:
    try:
        found = log.ask(question)
    except CustlifeError as error:
        return type(error), str(error)
    return found.rows, found.scale, str(found)


def test_of_each_customer_the_last_answer_counts_and_silence_is_no_answer() -> None:
    march = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3, 4, 5)]
    rows = [("a", march[0], 10), ("a", march[2], 0), ("a", march[4], None), ("b", march[1], None), ("c", march[3], 9)]
    frame = pl.DataFrame(rows, {"customer": pl.String, "at": pl.Datetime("us", "UTC"), "score": pl.Int64}, orient="row")
    for log in (
        Responses.from_rows(rows, scale=(0, 10), missing="unanswered"),
        Responses.from_frame(frame, scale=(0, 10), missing="unanswered"),
        Responses.from_frame(frame.to_pandas(), scale=(0, 10), missing="unanswered"),
    ):
        (last,), (each,) = (log.nps(every="month", repeats=repeats).rows for repeats in ("last", "each"))
        assert (last.n, last.asked, last.low, last.high) == (2, 4, 1, 1)
        assert (each.n, each.asked, each.low, each.high) == (3, 5, 1, 2)


def test_a_score_that_is_no_score_is_told_with_its_row() -> None:
    rows = [{"customer": "a", "at": EDGES[0], "score": score} for score in (7, 11, 3, -1)]
    told = {
        refusal(lambda make=make: make(scale=(0, 10)))
        for make in (
            lambda **more: Responses.from_rows(rows, **more),
            lambda **more: Responses.from_frame(pl.DataFrame(rows), **more),
            lambda **more: Responses.from_frame(pd.DataFrame(rows), **more),
        )
    }
    assert len(told) == 1
    assert "row 2: score=11 is not on the scale 0-10" in told.pop()


def test_a_log_of_events_with_a_column_called_score_holds_no_answers() -> None:
    rows = [{"customer": "a", "event": "x", "at": EDGES[0], "score": 3}]
    for log in (
        EventLog.from_rows(rows, value_cols=["score"]), EventLog.from_frame(pl.DataFrame(rows), value_cols=["score"]),
    ):  # fmt: skip
        assert refusal(lambda log=log: log.ask(SurveyScore())) == (
            "this log holds no answers to surveys\n\nHint: ask cl.Responses"
        )


def test_scales_differ_by_survey_and_by_row() -> None:
    rows = [
        {"customer": "a", "at": EDGES[0], "survey": survey, "scale": scale, "score": score}
        for survey, scale, score in (("nps", None, 10), ("nps", "0-10", 3), ("visit", "1 to 5", 5), ("visit", "1-5", 1))
    ]
    log = Responses.from_frame(pl.DataFrame(rows), survey_col="survey", scale_col="scale", scale={"nps": (0, 10)})
    assert Counter((row.n, row.low, row.high) for row in (*log.nps("nps").rows, *log.csat("visit").rows)) == {
        (2, 1, 1): 1, (2, 0, 1): 1,
    }  # fmt: skip
