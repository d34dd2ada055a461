"""Answers to surveys: their scores against counting by hand, their scales, and what is refused with which words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

pytest.importorskip("polars")
pytest.importorskip("pandas")

import pandas as pd
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given
from hypothesis import strategies as st

from custlife import Contracts, Costs, Responses
from custlife.engines.rows.scoring import scale_of
from custlife.errors import UsageError
from tests.log.refusals import AS_OF, AT, refusal

ANSWERS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 80), st.one_of(st.none(), st.integers(0, 10)), st.sampled_from("pq")),
    max_size=12, unique_by=lambda row: row[:2],
)  # fmt: skip


@given(ANSWERS, st.sampled_from(["each", "last"]))
def test_nps_is_that_of_counting_by_hand(rows, repeats) -> None:
    dicts = [
        {
            "customer": who,
            "at": datetime(2026, 1, 1, tzinfo=UTC) + relativedelta(days=day),
            "score": score,
            "plan": plan,
        }
        for who, day, score, plan in rows
    ]
    options = {"scale": (0, 10), "missing": "unanswered", "segment_cols": ["plan"], "as_of": "2026-05-01T00:00Z"}
    log = Responses.from_rows(dicts, **options)
    for row in log.nps(every="month", repeats=repeats, by="plan").rows:
        mine = [one for one in dicts if f"{one['at']:%Y-%m}" == row.period and one["score"] is not None]
        if repeats == "last":
            last = {one["customer"]: one for one in sorted(mine, key=lambda one: one["at"])}
            mine = list(last.values())
        scores = [one["score"] for one in mine if one["plan"] == row.segment[0]]
        up, down = sum(score >= 9 for score in scores), sum(score <= 6 for score in scores)
        assert (row.n, row.high, row.low) == (len(scores), up, down)
        assert row.value == (100 * (up - down) / len(scores) if scores else None)
        assert row.interval is None or -100 <= row.interval.low <= row.value <= row.interval.high <= 100
    assume(rows)
    frame = Responses.from_frame(pd.DataFrame(dicts), **options)
    assert (
        frame.nps(every="month", repeats=repeats, by="plan").rows
        == log.nps(every="month", repeats=repeats, by="plan").rows
    )


def test_a_scale_is_said_and_held_to() -> None:
    rows = [("a", AT, 10), ("b", AT, 7)]
    assert refusal(lambda: Responses.from_rows(rows).nps()).startswith("the scale of the survey 'survey' is not known")
    assert refusal(lambda: Responses.from_rows(rows, survey="q", scale="1-10").nps("q")) == (
        "NPS is defined on the scale 0-10, and that of 'q' is 1-10\n\n"
        "Hint: ask csat(); nine and ten of ten mean something else without the 0"
    )
    assert "row 1: score=10 is not on the scale 1-7" in refusal(lambda: Responses.from_rows(rows, scale=(1, 7)))
    for score in (4.5, "good", True, float("inf")):
        assert "is no whole number" in refusal(
            lambda score=score: Responses.from_rows([("a", AT, score)], scale=(1, 7))
        )
    assert "row 1: the score is missing" in refusal(lambda: Responses.from_rows([("a", AT, None)]))
    for scale in ("high", (1,), (1, 2, 3), ("1", "2"), 5):
        with pytest.raises(UsageError, match="is no scale"):
            scale_of(scale)
    with pytest.raises(UsageError, match="does not ascend"):
        scale_of((5, 1))
    assert Responses.from_rows([("a", AT, "5"), ("b", AT, 4.0)], scale=(1, 5)).csat().rows[0].value == 1.0


def test_surveys_and_scales_are_kept_apart() -> None:
    rows = [
        {"customer": "a", "at": AT, "score": 9, "survey": "nps", "scale": "0-10"},
        {"customer": "a", "at": AT, "score": 4, "survey": "visit", "scale": "1 to 5"},
        {"customer": "b", "at": AT, "score": 4, "survey": "odd", "scale": "1-5"},
        {"customer": "b", "at": AS_OF, "score": 4, "survey": "odd", "scale": "1-7"},
        {"customer": "b", "at": AS_OF, "score": 2, "survey": "short", "scale": "1-3"},
    ]
    log = Responses.from_rows(rows, survey_col="survey", scale_col="scale")
    assert log.surveys == ("nps", "odd", "short", "visit")
    assert (log.nps("nps").rows[0].value, log.csat("visit").rows[0].value) == (100, 1.0)
    assert refusal(log.nps).startswith("answers to 4 surveys are not one score: 'nps', 'odd', 'short', 'visit'")
    assert refusal(lambda: log.nps("npss")).startswith("unknown survey 'npss'")
    assert refusal(lambda: log.csat("odd")).startswith("the survey 'odd' has several scales: 1-5, 1-7")
    assert refusal(lambda: log.ces("short", variant="easy")).startswith("the scale 1-3 has no three easy scores")
    assert refusal(lambda: log.ces("short", variant="top")).startswith("variant='top' is not a mode")
    by_name = Responses.from_rows(rows[:2], survey_col="survey", scale={"nps": (0, 10), "visit": "1-5"})
    assert by_name.csat("visit").scale == (1, 5)
    since = Responses.from_rows(rows, survey_col="survey", scale_col="scale", since="2026-02-01T00:00Z")
    assert since.csat("odd").scale == (1, 7)


def test_answers_are_shown_in_their_unit() -> None:
    log = Responses.from_rows([("a", AT, 5), ("b", "2026-02-05T00:00Z", 2)], survey="visit", scale=(1, 5), as_of=AS_OF)
    assert "50.0 %" in str(log.csat())
    assert "3.50" in str(log.csat(variant="mean"))
    assert "turned around" in str(log.ces(easier="low"))
    assert log.csat(every="month")["2026-01"].value == 1.0
    assert "<svg" in log.csat(every="month").svg()
    assert "<svg" not in log.csat().picture().text()
    assert log.csat(repeats="last").footnotes()[-1] == "Of each customer the last one."
    assert log.csat().to_frame("polars")["value"].to_list() == [0.5]


@given(ANSWERS, st.sampled_from(["nps", "csat", "ces"]), st.sampled_from(["low", "high"]))
def test_who_is_behind_an_answer_is_who_is_counted(rows, kind, easier) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    dicts = [
        {"customer": f"{who}{n}", "at": start + relativedelta(days=day), "score": score, "plan": plan, "survey": "q"}
        for n, (who, day, score, plan) in enumerate(rows)
    ]
    other = {"customer": "else", "at": start, "score": 3, "plan": "p", "survey": "other"}
    log = Responses.from_rows(
        [*dicts, other], survey_col="survey", scale=(0, 10), missing="unanswered", segment_cols=["plan"],
        as_of="2026-05-01T00:00Z",
    )  # fmt: skip
    if not dicts:
        return
    more = {"easier": easier} if kind == "ces" else {}
    answer = getattr(log, kind)("q", every="month", by="plan", **more)
    tops = {"nps": 9, "csat": 9, "ces": 8}[kind]
    for row in answer.rows:
        cell = {"period": row.period, "segment": row.segment}
        found = {state: log.members(answer, state=state, **cell) for state in ("low", "middle", "high", "unanswered")}
        assert [len(ids) for ids in found.values()] == [row.low, row.middle, row.high, row.asked - row.n]
        mine = [one for one in dicts if f"{one['at']:%Y-%m}" == row.period and one["plan"] == row.segment[0]]
        scores = {one["customer"]: one["score"] for one in mine if one["score"] is not None}
        turned = {who: 10 - score if more == {"easier": "low"} else score for who, score in scores.items()}
        assert found["high"] == tuple(sorted(who for who, score in turned.items() if score >= tops))
        assert log.members(answer, **cell) == tuple(sorted(scores))
    assert refusal(lambda: log.members(answer, state="promoters")).startswith("state='promoters' is not a mode")
    assert refusal(lambda: log.members(answer, cohort="2026-01")).startswith("unknown word for a cell 'cohort'")
    assert refusal(lambda: log.members(log.nps("q").question.__class__())).startswith("answers to 2 surveys")


def test_a_share_of_all_scores_or_by_nothing_is_refused() -> None:
    thumbs = Responses.from_rows([("a", AT, 0), ("b", AT, 1)], scale=(0, 1))
    assert refusal(thumbs.csat) == ("the scale 0-1 has only two scores, the top two\n\nHint: ask csat(variant='mean')")
    assert (thumbs.csat(variant="mean").rows[0].value, thumbs.csat(variant="of_maximum").rows[0].value) == (0.5, 0.5)
    below = Responses.from_rows([("a", AT, -2), ("b", AT, 0)], scale="-2-0")
    assert refusal(lambda: below.csat(variant="of_maximum")).startswith("the scale -2-0 has no highest score above 0")
    assert Responses.from_rows([("a", AT, 1), ("b", AT, 3)], scale=(1, 3)).csat().rows[0].value == 0.5


def test_an_answer_that_is_not_split_has_one_row_for_all() -> None:
    answers = Responses.from_rows([("a", AT, 5)], scale=(1, 5))
    contracts = Contracts.from_rows([("a", AT, "1 month")], as_of="2026-03-10T00:00Z")
    assert answers.csat()["all"].n == 1
    assert answers.csat().footnotes() == ("1 answer.",)
    assert contracts.renewals(every=None)["all"].due == 1
    assert Costs.from_rows([("2026-01", "5")]).spending(every=None)["all"].amount == 5
