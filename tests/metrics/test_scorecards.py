"""Scorecards: judged together, as documents, in the shell, and by default for every model."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import metrics, presets, simulate
from custlife.errors import DataError, UsageError, UsageTypeError
from custlife.metrics.defaults import UNMEASURED, WORDS
from custlife.metrics.scorecard import Line
from tests.cli.running import run
from tests.metrics.some import ON_EVENTS, ON_STAGES

WON = metrics.conversion("outreach", "conversion", within="90 days")
LOG = simulate.b2b(120)
SHARES = [metric for metric in (*ON_STAGES.values(), *ON_EVENTS.values()) if metric.definition.unit == "share"]


def targets() -> st.SearchStrategy[cl.Target]:
    share = st.one_of(st.floats(0, 1), st.sampled_from([0, 1, Decimal("0.25")]))
    return st.builds(
        lambda metric, low, due, by: cl.Target(metric, at_least=low, due=due, by=by),
        st.sampled_from(SHARES),
        share,
        st.sampled_from([None, "2026-12-31", date(2026, 6, 30), "2026-01-01T09:00Z"]),
        st.sampled_from([(), "plan", ("plan", "region")]),
    )


@given(st.lists(st.one_of(targets(), st.sampled_from(SHARES)), min_size=1, max_size=5), st.text(min_size=1, max_size=9))
def test_documents_bring_back_the_same_scorecard(lines, title):
    try:
        title.encode()
    except UnicodeEncodeError:
        title = "half"
    card = cl.Scorecard([Line(line, "intent") for line in lines], title)
    for back in (cl.Scorecard.from_toml(card.to_toml()), cl.Scorecard.from_json(card.to_json())):
        assert back.title == title
        assert [line.stage for line in back] == ["intent"] * len(lines)
        assert back.to_toml() == card.to_toml()
        assert [line.metric for line in back] == [line.metric for line in card]
        assert [t.goal for t in back.targets] == [t.goal for t in card.targets]


def test_segments_and_money_come_back(tmp_path):
    card = cl.Scorecard([
        cl.Target(WON, at_least=0.1, segment={"plan": "pro", "region": None}),
        cl.Target(metrics.mrr(), at_least=Decimal("12000.50")),
    ])  # fmt: skip
    assert cl.Scorecard.from_toml(card.to_toml()) == card
    (tmp_path / "card.toml").write_text(card.to_toml(), "utf-8")
    (tmp_path / "card.json").write_text(card.to_json(), "utf-8")
    assert cl.Scorecard.from_file(tmp_path / "card.toml") == cl.Scorecard.from_file(tmp_path / "card.json") == card
    assert 'at_least = "12000.50"' in card.to_toml()


def test_lengths_and_exact_numbers_of_them_come_back():
    days, payback = metrics.time_to_convert("a", "b"), metrics.cac_payback(margin="0.7")
    card = cl.Scorecard([
        cl.Target(days, at_most=Decimal("14.5")), cl.Target(days, at_most="2 weeks"), cl.Target(payback, at_most=12),
    ])  # fmt: skip
    assert cl.Scorecard.from_toml(card.to_toml()) == card
    assert cl.Scorecard.from_toml(card.to_toml().replace("at_most = 12", "at_most = '1 year'")) == card


def test_a_metric_that_no_document_can_name_is_refused():
    hidden = metrics.Metric("hidden", WON.definition, better="higher", compute=WON.compute)
    for write in (cl.Scorecard([hidden]).to_toml, cl.Scorecard([hidden]).to_json):
        with pytest.raises(UsageError) as caught:
            write()
        assert caught.value.what == "metric 'hidden' is not in the catalogue, so that no document can name it"


BROKEN = """
format = "custlife.targets/1"
titel = "x"
[[targets]]
metric = "conversionn"
[[targets]]
metric = "conversion"
at_leest = 0.5
with = { start = "a", goal = "b" }
[[targets]]
metric = "conversion"
at_least = 25
with = { start = "a", goal = "b", within = "9 days" }
[[targets]]
due = "2026-12-31"
[[targets]]
metric = "logo_churn"
due = "2026-12-31"
[[targets]]
metric = "logo_churn"
at_most = "little"
segment = [{ value = "pro" }]
[[targets]]
metric = "mrr"
with = 3
[[targets]]
metric = "mrr"
at_least = "lots"
"""


def test_a_broken_document_names_every_fault_with_its_path():
    with pytest.raises(DataError) as caught:
        cl.Scorecard.from_toml(BROKEN)
    found = dict(caught.value.problems)
    assert found["targets[0]"].startswith("unknown metric 'conversionn'; did you mean 'conversion'?")
    assert found["targets[1].at_leest"].startswith("unknown key 'at_leest'; did you mean 'at_least'?")
    assert (
        found["targets[1]"]
        == "metric 'conversion': missing a required argument: 'within'; it takes: start, goal, within, [on]"
    )
    assert found["targets[2]"] == "at_least=25 is no share: 100 % is 1; write at_least=0.25"
    assert found["targets[3].metric"] == "the key is missing"
    assert found["targets[4]"] == "a target for 'logo_churn' without a direction; write at_most=..."
    assert found["targets[5].segment[0].column"] == "the key is missing"
    assert found["targets[6].with"] == "3 is not a table"
    assert found["targets[7].at_least"] == "'lots' is not a number"
    assert found["titel"].startswith("unknown key 'titel'")


@pytest.mark.parametrize("text", ['format = "custlife.targets/1"', 'format = "custlife.targets/1"\ntargets = []'])
def test_a_document_without_targets_is_refused(text):
    with pytest.raises(DataError) as caught:
        cl.Scorecard.from_toml(text)
    assert str(caught.value) == (
        "scorecard cannot be read\n  targets: there is none\n\nHint: write [[targets]] and a metric"
    )


def test_another_format_is_refused():
    with pytest.raises(DataError, match=r"is not 'custlife\.targets/1'"):
        cl.Scorecard.from_json('{"format": "custlife.targets/2"}')


def test_a_document_never_names_code():
    """What stands in it is looked up in the catalogue, as a text."""
    with pytest.raises(DataError, match="unknown metric 'os:system'"):
        cl.Scorecard.from_toml('format = "custlife.targets/1"\n[[targets]]\nmetric = "os:system"')


def test_a_line_is_a_target_or_a_metric():
    assert cl.Scorecard(WON).lines == (Line(WON),)
    assert [line.metric for line in cl.Scorecard([WON, cl.Target(WON, at_least=0.1)])] == [WON, WON]
    assert len(cl.Scorecard([WON])) == 1
    with pytest.raises(UsageTypeError, match="a line cannot be 'nrr'"):
        cl.Scorecard(["nrr"])
    with pytest.raises(UsageTypeError, match="a line cannot be None"):
        cl.Scorecard(None)


def test_a_judged_scorecard_is_an_answer():
    card = cl.Scorecard([
        cl.Target(WON, at_least=0.1),
        cl.Target(WON, at_least=0.9),
        cl.Target(WON, at_least=0.9, due="2030-01-01", by="plan"),
        Line(metrics.stickiness(), "value"),
        metrics.time_to_convert("outreach", "conversion"),
    ])  # fmt: skip
    judged = card.judge(LOG)
    assert [row.state for row in judged.rows] == ["met", "missed", *["too_early"] * 3, "no value", "no value"]
    assert judged.title() == "Scorecard: 1 met, 3 too early, 1 missed"
    assert (judged.ok, len(judged.missed), len(judged.verdicts)) == (False, 1, 5)
    assert judged.rows[5].why == "the input stages or events is missing".replace("stages or events", "events")
    assert list(judged.to_dicts()[0]) == list(judged.column_types())
    assert judged.to_frame("polars").height == 7
    assert json.loads(judged.to_json())["rows"][1]["verdict"] == "missed"
    assert "stickiness, DAU over MAU: the input events is missing." in str(judged).replace("\n", " ")
    assert judged.picture().svg().startswith("<svg")
    assert cl.Scorecard([WON]).judge(LOG).picture().text()
    assert "<table" in judged._repr_html_()
    assert "<table" in card._repr_html_()
    assert "too early" in str(judged)
    assert [row.verdict is None for row in judged.targets().rows] == [False] * 5


def test_a_target_whose_input_is_missing_is_an_error_and_a_metric_is_not():
    stick = metrics.stickiness()
    with pytest.raises(UsageError, match="needs the input 'events', which is missing"):
        cl.Scorecard([cl.Target(stick, at_least=0.2)]).judge(LOG)
    judged = cl.Scorecard([stick]).judge(LOG)
    assert (judged.rows[0].reading, judged.about.units) == (None, len(LOG.customers))
    assert cl.Scorecard([]).judge(LOG).rows == ()


# -- by default -----------------------------------------------------------------------------------------------------


def words() -> set[str]:
    models = [presets.get(name) for name in presets.names()]
    return {word for model in models for stage in model.stages for word in stage.metrics}


def test_every_word_of_every_preset_is_a_metric_or_said_to_be_none():
    assert words() - set(WORDS) - UNMEASURED == set()
    assert set(WORDS) & UNMEASURED == set()
    assert (set(WORDS) | UNMEASURED) - words() == set()


@pytest.mark.parametrize("name", list(presets.names()))
def test_every_stage_of_every_preset_has_a_sensible_set(name):
    model = presets.get(name)
    card = metrics.scorecard(model, within="60 days")
    stages = {line.stage for line in card}
    assert stages == {stage.key for stage in (*model.stages, *model.unplaced, *model.exits)}
    assert cl.Scorecard.from_toml(card.to_toml()) == card
    rows = [("u", stage, f"2026-01-{day:02d}T00:00Z") for day, stage in enumerate(model.keys, 1)]
    judged = card.judge(cl.StageLog.from_rows(rows, model, as_of="2026-06-01T00:00Z"))
    assert {row.state for row in judged.rows} <= {"read", "no value"}
    assert {row.line.stage for row in judged.rows if row.state == "read"} >= set(model.keys)


def test_who_comes_back_is_asked_of_exits_that_one_may_come_back_from():
    exits = [cl.Stage("lapsed", exit="paused"), cl.Stage("lost", exit="ended")]
    card = metrics.scorecard(cl.StageModel("m", ["a", "b"], exits=exits))
    assert [line.stage for line in card if line.metric.name == "reactivation_rate"] == ["lapsed"]


def test_what_is_won_is_asked_of_leads_and_what_came_of_customers():
    words = ("win rate", "rate of trials that turn paid")
    stages = [cl.Stage(key, metrics=words) for key in ("lead", "trial", "customer")]
    card = metrics.scorecard(cl.StageModel("m", stages, customer_from="customer"), within="60 days")
    asked = {(line.stage, repr(line.metric)) for line in card}
    for stage in ("lead", "trial"):
        assert (stage, f"metrics.eventual_conversion(origin='{stage}')") in asked
        assert (stage, f"metrics.trial_to_paid(trial='{stage}', paid='customer', within='60 days')") in asked
    assert ("customer", "metrics.conversion(start='trial', goal='customer', within='60 days')") in asked
    assert {what for stage, what in asked if stage == "customer" and "eventual" in what} == set()


def test_a_model_without_customers_or_with_one_stage_has_a_scorecard():
    assert {line.metric.name for line in metrics.scorecard(cl.StageModel("one", ["a"], exits=[]))} == {
        "arrivals",
        "time_in_stage",
    }
    with pytest.raises(UsageTypeError, match="is not a stage model"):
        metrics.scorecard("bruxt5")


# -- in the shell ---------------------------------------------------------------------------------------------------

TARGETS = """
format = "custlife.targets/1"
title = "Mine"
[[targets]]
metric = "conversion"
at_least = {goal}
by = ["plan"]
with = {{ start = "awareness", goal = "intent", within = "30 days" }}
"""
CSV = "customer,stage,at,plan\n" + "".join(
    f"u{n},{stage},2026-01-{day:02d}T00:00Z,{'pro' if n % 2 else 'team'}\n"
    for n in range(40)
    for stage, day in (("awareness", 1), ("intent", 9))
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "log.csv").write_text(CSV, "utf-8")
    (tmp_path / "events.csv").write_text("customer,event,at\nu1,login,2026-01-05T00:00Z\n", "utf-8")
    return tmp_path


WORDS_OF_LOG = ["log.csv", "--model", "bruxt5", "--as-of", "2026-06-01T00:00Z"]


@pytest.mark.parametrize(("goal", "code", "state"), [("0.5", 0, "met"), ("0.95", 0, "on track")])
def test_check_ends_with_0_where_nothing_was_missed(capsys, here, goal, code, state):
    (here / "targets.toml").write_text(TARGETS.format(goal=goal), "utf-8")
    ran = run(capsys, "check", "targets.toml", *WORDS_OF_LOG)
    assert (ran.code, ran.err) == (code, "")
    assert ran.out.startswith(f"Mine: 2 {state}\n")


def test_check_ends_with_1_where_something_was_missed(capsys, here):
    (here / "targets.toml").write_text(TARGETS.format(goal="0.5").replace("at_least", "at_most"), "utf-8")
    ran = run(capsys, "check", "targets.toml", *WORDS_OF_LOG, "--out", "card.html")
    assert ran.code == 1
    assert "missed: awareness to intent within 30 days (pro): 100.0 %" in ran.out
    page = (here / "card.html").read_text("utf-8")
    assert "Mine: 2 missed" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("words", "err"),
    [
        (["none.toml", *WORDS_OF_LOG], "there is no file none.toml"),
        (["targets.txt", *WORDS_OF_LOG], "neither .json nor .toml"),
        (["targets.toml", "none.csv", "--model", "bruxt5"], "none.csv"),
        (["targets.toml", "log.csv", "--model", "bruxt"], "unknown preset 'bruxt'"),
        (["targets.toml", "events.csv"], "plan"),
        (["targets.toml", "events.csv", "--events", "events.csv"], "--events goes with a file of stages"),
        (["targets.toml"], "nothing to judge the targets on"),
    ],
)
def test_check_ends_with_2_where_nothing_can_be_judged(capsys, here, words, err):
    (here / "targets.toml").write_text(TARGETS.format(goal="0.5"), "utf-8")
    ran = run(capsys, "check", *words)
    assert ran.code == 2
    assert err in ran.err


def test_check_speaks_json_and_reads_events_beside(capsys, here):
    more = '[[targets]]\nmetric = "active_users"\nat_least = 1\nwith = { every = "week" }\n'
    (here / "targets.toml").write_text(TARGETS.format(goal="0.5") + more, "utf-8")
    ran = run(capsys, "check", "targets.toml", *WORDS_OF_LOG, "--json", "--events", "events.csv")
    rows = json.loads(ran.out)["rows"]
    assert [row["verdict"] for row in rows] == ["met", "met", "missed"]
    assert (ran.code, rows[2]["value"]) == (1, 0)


def test_show_prints_the_scorecard_of_a_model_to_begin_with(capsys, here):
    ran = run(capsys, "show", "bruxt5", "--scorecard")
    assert ran.code == 0
    assert cl.Scorecard.from_toml(ran.out) == metrics.scorecard(presets.bruxt5)


# -- on the page ----------------------------------------------------------------------------------------------------


def test_the_report_has_a_scorecard(capsys):
    page = cl.report(LOG, scorecard=cl.Scorecard([cl.Target(WON, at_least=0.9)], "Mine"))
    assert "1 missed." in page.html
    assert "\u00a0%\u00a0–\u2060\u00a0" in page.html  # an interval stays on one line
    assert dict(page.answers)["scorecard"].rows[0].state == "missed"
    plain = cl.report(LOG)
    assert "What each stage is measured by" in plain.html
    events = cl.EventLog.from_rows([("u", "visit", "2026-01-05T00:00Z")], as_of="2026-03-01T00:00Z")
    assert 'id="scorecard"' not in cl.report(events).html
    assert 'id="scorecard"' in cl.report(events, scorecard=cl.Scorecard([metrics.active_users()])).html
    assert 'id="scorecard"' not in cl.report(LOG, scorecard=cl.Scorecard([])).html
