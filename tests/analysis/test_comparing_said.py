"""What comparisons of segments say in sentences, and what cannot be compared."""

from __future__ import annotations

import pickle

import pytest

import custlife as cl
from custlife import simulate
from custlife.calendar import days, hours
from custlife.errors import UnknownNameError, UsageError
from custlife.stats import share_test
from tests.analysis.strategies import MODEL, ZONE, event_log, hour, stage_log
from tests.oracles.lifecycle import Row


def company():
    return simulate.b2b(400, seed=4)


def test_a_clear_difference_is_told_with_its_size_and_its_certainty():
    rows = [(f"p{n}", "visit", hour(0), "p") for n in range(100)] + [
        (f"f{n}", "visit", hour(0), "f") for n in range(100)
    ]
    rows += [(f"p{n}", "buy", hour(5), "p") for n in range(40)] + [(f"f{n}", "buy", hour(5), "f") for n in range(20)]
    log = cl.EventLog.from_rows(
        [dict(zip(("customer", "event", "at", "plan"), row, strict=True)) for row in rows],
        segment_cols=["plan"], as_of=hour(200),
    )  # fmt: skip
    found = log.conversion("visit", "buy", within=days(1), by="plan").compare("f")
    assert found.sentences == ("p reaches buy 20.0 points more often than f (95 % 7.3 to 31.9, p = 0.0021).",)
    turned = log.conversion("visit", "buy", within=days(1), by="plan").compare("p")
    assert turned.sentences == ("f reaches buy 20.0 points less often than p (95 % 7.3 to 31.9, p = 0.0021).",)
    assert str(found).splitlines() == [
        "Comparison with f: who reaches buy",
        "segment    n    rate  against  its n  its rate  difference, points     p adjusted",
        "───────  ───  ──────  ───────  ─────  ────────  ─────────────────────  ──────────",
        "p        100  40.0 %  f          100    20.0 %  +20.0 (+7.3 to +31.9)      0.0021",
        "Rates are of the eligible: units whose deadline has passed. 95 % newcombe intervals, not adjusted. Tests: chi-square",
        "(N - 1); p adjusted for 1 comparison by Benjamini and Hochberg. As of 2026-04-04 08:00 UTC.",
        "",
        "p reaches buy 20.0 points more often than f (95 % 7.3 to 31.9, p = 0.0021).",
    ]


def test_found_is_what_the_level_calls_so():
    rows = [Row(f"{plan}{n}", hour(0), "visit", plan) for plan in "pq" for n in range(100)]
    rows += [Row(f"{plan}{n}", hour(5), "buy", plan) for plan, k in (("p", 40), ("q", 27)) for n in range(k)]

    def found(level):
        asked = event_log(rows, hour(200)).conversion("visit", "buy", within=days(1), by="plan", level=level)
        compared = asked.compare()
        assert 0.05 < compared.rows[0].adjusted < 0.06
        return [row.segment for row in compared.found], "more often" in compared.sentences[0]

    assert found(0.95) == ([], False)
    assert found(0.94) == (["p"], True)


def test_counts_come_back_whole_from_their_rates():
    """1 / 49 times 49 is a little less than 1 in floats."""
    rows = [Row(f"u{n}", hour(0), "visit", "p") for n in range(49)] + [Row("u0", hour(1), "buy", "p")]
    log = event_log([*rows, Row("x", hour(0), "visit", "q")], hour(200))
    (row,) = log.conversion("visit", "buy", within=days(1), by="plan").compare().rows
    assert (row.estimate, row.p_value) == (1 / 49, share_test(1, 49, 0, 1).p_value)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            [("u1", "visit", 0, "p"), ("u2", "visit", 0, "q"), ("u2", "buy", 9, "q")],
            "p and q: no difference in reaching buy that chance would not make (-100.0 points, 95 % -100.0 to +12.2, p = 1).",
        ),
        (
            [
                (f"u{n}", name, 0, "pq"[n % 2])
                for n in range(40)
                for name in ("visit", "buy")
                if name == "visit" or n % 6 == 0
            ]
            + [("u1", "buy", 5, "q"), ("u3", "buy", 5, "q")],
            "p and q: no difference in reaching buy that chance would not make (+25.0 points, 95 % -1.3 to +47.9, p = 0.062).",
        ),
        ([("u1", "visit", 0, "p"), ("u2", "visit", 190, "q")], "p and q: no comparison, nobody is eligible yet."),
    ],
)
def test_what_cannot_be_told_is_said(rows, sentence):
    made = [Row(unit, hour(at), name, plan) for unit, name, at, plan in rows]
    log = event_log(made, hour(200))
    assert log.conversion("visit", "buy", within=days(1), by="plan").compare().sentences == (sentence,)


def test_attempts_of_one_unit_have_a_difference_without_an_interval():
    rows = [Row("u1", hour(0), "visit", "p"), Row("u1", hour(1), "buy", "p"), Row("u2", hour(0), "visit", "q")]
    found = event_log(rows, hour(200)).funnel("visit", "buy", within=days(1), by="plan", entry="each").compare()
    (row,) = found.rows
    assert found.people()[0]["difference, points"] == "+100.0"
    assert found.picture().ends == ("+100.0 points",)
    assert (row.difference, row.interval, row.p_value, row.adjusted, row.test) == (1.0, None, None, None, "")
    assert row.sentence == (
        "p reaches buy 100.0 points more often than q; how sure that is cannot be said: attempts of one unit are not "
        "independent."
    )


def test_without_a_window_nothing_can_be_compared_and_the_reason_is_given():
    rows = [Row("u1", hour(0), "visit", "p"), Row("u2", hour(0), "visit", "q")]
    found = event_log(rows, hour(9)).conversion("visit", "buy", by="plan").compare()
    (row,) = found.rows
    assert found.people()[0]["difference, points"] is None
    assert found.picture().ends == (row.why,)
    assert row.sentence == ("p and q: no comparison, no window: who has not converted may still do so; pass within=.")


def staying(lengths_p, lengths_q, as_of=400):
    rows = []
    for plan, lengths in (("p", lengths_p), ("q", lengths_q)):
        for n, length in enumerate(lengths):
            rows.append(Row(f"{plan}{n}", hour(0), "a", plan))
            rows.append(Row(f"{plan}{n}", hour(length), "b", plan))
    return stage_log(rows, hour(as_of))


def test_longer_stays_are_told_in_days():
    found = staying([48 + n % 7 for n in range(40)], [24 + n % 5 for n in range(40)]).time_in_stage("a", by="plan")
    (row,) = found.compare().rows
    assert row.sentence == (
        "p stays 1.0 days longer in a than q over the first 2.2 days (95 % 1.0 to 1.1, log-rank p < 0.001)."
    )


def test_stays_that_do_not_vary_at_all_differ_for_sure_and_by_how_much_is_told():
    (row,) = staying([48] * 12, [24] * 12).time_in_stage("a", by="plan").compare().rows
    assert row.interval is None
    assert row.sentence == "p stays 1.0 days longer in a than q over the first 2 days (log-rank p < 0.001)."
    (row,) = staying([24] * 12, [24] * 12).time_in_stage("a", by="plan").compare().rows
    assert (row.p_value, row.test) == (None, "")
    assert row.sentence == (
        "p stays 0.0 days longer in a than q over the first 1 day; how sure that is cannot be said: no two groups were at "
        "risk when somebody ended and somebody did not."
    )


def test_few_stays_are_too_few():
    (row,) = staying([20, 30, 40], [25, 35, 60]).time_in_stage("a", by="plan").compare().rows
    assert row.sentence.endswith("2.2 ends were to be expected in one of them, and it takes 5.")


def test_curves_that_cross_differ_though_their_means_do_not():
    early = [10 + n % 3 for n in range(30)] + [90 + n % 3 for n in range(30)]
    middle = [49 + n % 5 for n in range(60)]
    (row,) = staying(early, middle).time_in_stage("a", by="plan", horizon=hours(80)).compare().rows
    assert row.adjusted > 0.05 or "at another pace" in row.sentence


def test_a_horizon_that_nobody_reached_is_a_reason():
    rows = [Row("u1", hour(0), "a", "p"), Row("u2", hour(0), "a", "q"), Row("u2", hour(9), "b", "q")]
    log = stage_log(rows, hour(48))
    (row,) = log.time_in_stage("a", by="plan", horizon=days(9)).compare().rows
    assert row.sentence == "p and q: no comparison, one of them was seen for 0.4 days only, not for 9."


def test_stages_that_one_segment_was_never_in_are_told():
    rows = [Row("u1", hour(0), "a", "p"), Row("u2", hour(0), "b", "q")]
    found = stage_log(rows, hour(48)).time_in_stage("a", by="plan").compare()
    assert found.sentences == ("p and q: no comparison, nobody was in the stage.",)


def test_one_segment_leaves_nothing_to_compare():
    found = event_log([Row("u1", hour(0), "visit", "p")], hour(9)).conversion("visit", "buy", by="plan").compare()
    assert (found.rows, found.to_dicts(), found.sentences) == ((), [], ())
    assert "One segment only: nothing to compare." in str(found)


def test_an_empty_log_leaves_nothing_to_compare():
    log = stage_log([], hour(9))
    for found in (log.funnel(by="plan", within=days(1)), log.time_in_stage(by="plan")):
        assert found.compare().rows == ()


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (
            lambda log: log.funnel("visit", "buy", within=days(1)).compare(),
            "funnel was not split: nothing to compare\n\nHint: ask for segments: funnel(..., by='segment')",
        ),
        (
            lambda log: log.conversion("visit", "buy", within=days(1)).compare(),
            "conversion was not split: nothing to compare\n\nHint: ask for segments: conversion(..., by='segment')",
        ),
        (
            lambda log: stage_log([]).time_in_stage().compare(),
            "time_in_stage was not split: nothing to compare\n\nHint: ask for segments: time_in_stage(..., by='segment')",
        ),
    ],
)
def test_what_was_not_split_is_refused(ask, text):
    with pytest.raises(UsageError) as caught:
        ask(event_log([Row("u1", hour(0), "visit", "p")], hour(9)))
    assert str(caught.value) == text


def test_an_end_that_nobody_came_to_is_nothing_to_compare():
    found = simulate.b2b(60, seed=1).outcomes("connection", horizon=days(5), by="plan")
    assert "lost_to_competitor" in found.unused
    with pytest.raises(UsageError, match="nobody ended in 'lost_to_competitor': nothing to compare") as caught:
        found.compare(end="lost_to_competitor")
    assert "'won'" in caught.value.hint


def test_unknown_names_are_refused_with_the_nearest():
    log = event_log([Row("u1", hour(0), "visit", "pro"), Row("u2", hour(0), "visit", "free")], hour(9))
    found = log.funnel("visit", "buy", within=days(1), by="plan")
    with pytest.raises(UnknownNameError, match="unknown segment 'por'"):
        found.compare("por")
    with pytest.raises(UnknownNameError, match="unknown step 'by'"):
        found.compare(step="by")
    with pytest.raises(UnknownNameError, match="unknown row 'x'"):
        found.compare()["x"]


@pytest.mark.parametrize("against", [None, "starter"])
def test_answers_are_values_with_all_the_ways_of_an_answer(against):
    log = company()
    funnel = log.funnel(within=days(90), by="plan")
    answers = (
        funnel.compare(against, step="conversion"),
        log.time_in_stage("connection", "onboarding", by="plan").compare(against),
        log.conversion("connection", "conversion", within=days(30), by=("plan",), every="quarter").compare(against),
        log.outcomes("outreach", horizon=days(90), by="plan").compare(against, end="lapsed"),
    )
    for found in answers:
        assert pickle.loads(pickle.dumps(found)) == found
        assert hash(found) == hash(pickle.loads(pickle.dumps(found)))
        assert found[found.rows[0].label] is found.rows[0]
        assert list(found.to_columns()) == list(found.to_dicts()[0])
        assert [row["sentence"] for row in found.to_dicts()] == list(found.sentences)
        assert all(sentence.endswith(".") and "nan" not in sentence for sentence in found.sentences)
        assert len(found.picture().labels) == len(found.rows)
        assert found.svg().count("<circle") == min(60, sum(row.difference is not None for row in found.rows))
        assert found.parameters()["against"] == against


def test_sentences_are_escaped_on_a_page():
    rows = [Row("u1", hour(0), "visit", "<b>"), Row("u2", hour(0), "visit", "q")]
    page = event_log(rows, hour(99)).conversion("visit", "buy", within=days(1), by="plan").compare()._repr_html_()
    assert "<li>&lt;b&gt; and q: no difference" in page
    assert "<b>" not in page


def test_frames_and_rows_are_compared_equally():
    polars = pytest.importorskip("polars")
    table = [
        {"customer": f"c{n % 90}", "stage": "abc"[n % 3], "at": hour(n * 7 % 150), "plan": "pqr"[n % 90 % 7 % 3]}
        for n in range(270)
    ]
    options = {"model": MODEL, "segment_cols": ["plan"], "as_of": hour(150), "tz": ZONE}
    rows = cl.StageLog.from_rows(table, **options)
    frame = cl.StageLog.from_frame(polars.DataFrame(table), **options)
    for ask in (
        lambda log: log.funnel(within=days(2), by="plan"),
        lambda log: log.time_in_stage(by="plan"),
        lambda log: log.conversion("a", "c", within=days(2), by="plan", every="day"),
        lambda log: log.outcomes("a", horizon=days(2), by="plan"),
    ):
        assert ask(frame).compare().rows == ask(rows).compare().rows != ()
