"""`custlife check` on several files: revenue, contracts, costs and answers to surveys, beside a log and without one."""

from __future__ import annotations

import json

import pytest

import custlife as cl
from custlife import metrics
from custlife.cli.reading import inputs_of
from custlife.cli.words import parser
from tests.cli.running import run

MONEY = {
    "log.csv": "customer,stage,at\na,awareness,2026-01-05T09:00Z\na,intent,2026-05-01T09:00Z\n",
    "prices.csv": "customer,at,mrr,currency,plan,note\na,2026-01-05,100,EUR,pro,x\nb,2026-02-03,50,EUR,basic,\n",
    "terms.csv": "customer,start,term\na,2025-03-01,12 months\nb,2026-02-01,12 months\n",
    "spent.csv": "period,amount,currency,purpose\n2026-01,300,EUR,acquisition\n2026-02,200,EUR,acquisition\n",
    "answers.jsonl": '{"customer": "a", "at": "2026-02-20", "score": 10}\n'
    '{"customer": "b", "at": "2026-02-21", "score": 3, "survey": "nps"}\n',
}
OF_MONEY = """format = "custlife.targets/1"
[[targets]]
metric = "mrr"
at_least = "150"
[[targets]]
metric = "mrr"
at_least = "75"
by = ["plan"]
[[targets]]
metric = "cac"
with = { over = 1 }
at_most = "300"
[[targets]]
metric = "renewal_rate"
at_least = 0.9
[[targets]]
metric = "nps"
at_least = 0
"""
FILES = [
    "--revenue", "prices.csv", "--contracts", "terms.csv", "--costs", "spent.csv", "--responses", "answers.jsonl",
    "--option", "revenue.amount_col=mrr", "--option", "responses.survey=nps", "--option", "responses.scale=0-10",
]  # fmt: skip


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in {**MONEY, "targets.toml": OF_MONEY}.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def inputs(*words: str) -> metrics.Inputs:
    return inputs_of(parser().parse_args(["check", "targets.toml", *words]), cl.Scorecard.from_file("targets.toml"))


def test_check_reads_money_terms_costs_and_answers_without_a_log(capsys, here):
    ran = run(capsys, "check", "targets.toml", *FILES, "--as-of", "2026-03-15", "--tz", "Europe/Zurich", "--json")
    rows = json.loads(ran.out)["rows"]
    assert ran.err == ""
    assert [(row["metric"], row["segment"], row["value"]) for row in rows][:4] == [
        ("monthly recurring revenue", None, "150.00"),
        ("monthly recurring revenue", "basic", "50.00"),
        ("monthly recurring revenue", "pro", "100.00"),
        ("customer acquisition cost", None, "200.00"),
    ]
    assert rows[0]["unit"] == "EUR"
    assert [row["n"] for row in rows] == [2, 1, 1, 1, 1, 2]
    assert ran.code == 1


def test_check_sees_all_files_from_the_latest_moment(capsys, here):
    found = inputs("log.csv", "--model", "bruxt5", *FILES, "--tz", "Europe/Zurich")
    assert [*found.given()] == ["stages", "revenue", "contracts", "costs", "responses"]
    assert {log.as_of for kind, log in found.given().items() if kind != "costs"} == {found.stages.as_of}
    assert f"{found.stages.as_of:%Y-%m-%d %H:%M}" == "2026-05-01 09:00"
    assert found.stages.segments == ()  # the plans are in the file of revenue
    assert found.revenue.segments == ("plan",)


def test_what_is_typed_goes_before_the_columns_of_usual_names(here):
    assert inputs(*FILES, "--tz", "UTC").revenue.currencies == ("EUR",)
    assert inputs(*FILES, "--tz", "UTC", "--option", "revenue.currency=USD").revenue.currencies == ("USD",)
    assert inputs(*FILES, "--tz", "UTC", "--option", "revenue.currency_col=").revenue.currencies == ("none",)
    more = ("--option", "revenue.segment_cols=plan, note")
    assert inputs(*FILES, "--tz", "UTC", *more).revenue.segments == ("plan", "note")


def test_words_of_all_files_name_columns_where_a_file_has_them(here):
    (here / "prices.csv").write_text(MONEY["prices.csv"].replace("customer,at", "account,day"), "utf-8")
    words = ("--tz", "UTC", "--customer-col", "account", "--at-col", "day", *FILES)
    assert inputs(*words).revenue.customers == inputs(*words).responses.customers == ("a", "b")


@pytest.mark.parametrize(
    ("option", "err"),
    [
        ("revenue.currency", "is not INPUT.NAME=VALUE"),
        ("currency=EUR", "is not INPUT.NAME=VALUE"),
        ("revenues.currency=EUR", "unknown input 'revenues'"),
        ("revenue.curency=EUR", "Hint: did you mean 'currency'?"),
        ("revenue.rows=1", "unknown option 'rows'"),
        ("revenue.seat_bands=1,b", "seat_bands='1,b' are not whole numbers"),
        ("costs.team_col=team", "there is no file of costs"),
        ("revenue.amount_col=price", "the rows have no column amount_col='price'"),
    ],
)
def test_check_refuses_options_that_nothing_takes(capsys, here, option, err):
    ran = run(capsys, "check", "targets.toml", "--revenue", "prices.csv", "--tz", "UTC", "--option", option)
    assert ran.code == 2
    assert err in ran.err


SHARE = """format = "custlife.targets/1"
[[targets]]
metric = "{metric}"
at_least = 0
{more}"""
CONVERSION = 'with = { start = "awareness", goal = "intent", within = "30 days" }'


@pytest.mark.parametrize(
    ("metric", "more", "words", "what", "hint"),
    [
        ("mrr", "", ["log.csv", "--model", "bruxt5"], "the target for 'mrr' needs revenue", "pass --revenue FILE"),
        ("conversion", CONVERSION, ["--revenue"], "needs stages or events", "name a FILE of stages or of events"),
        ("logo_churn", "", ["--revenue"], "needs stages", "name a FILE of stages, and its --model"),
        (
            "stickiness",
            "",
            ["log.csv", "--model", "bruxt5"],
            "the target for 'stickiness' needs events, and no file has them",
            "pass --events FILE, or the events as FILE without --model",
        ),
    ],
)
def test_a_target_without_its_file_says_what_to_type(capsys, here, metric, more, words, what, hint):
    (here / "targets.toml").write_text(SHARE.format(metric=metric, more=more), "utf-8")
    money = ["prices.csv", "--option", "revenue.amount_col=mrr"] if words == ["--revenue"] else []
    ran = run(capsys, "check", "targets.toml", *words, *money, "--tz", "UTC")
    assert ran.code == 2
    assert what in ran.err
    assert f"Hint: {hint}\n" in ran.err


@pytest.mark.parametrize("command", [["check", "targets.toml"], ["report"]])
def test_stages_without_a_model_say_that_the_model_is_missing(capsys, here, command):
    (here / "targets.toml").write_text(SHARE.format(metric="conversion", more=CONVERSION), "utf-8")
    ran = run(capsys, *command, "log.csv")
    assert ran.code == (2 if command[0] == "check" else 1)
    assert ran.err == (
        "custlife: log.csv has stages, and nothing says of which model\n\n"
        "Hint: pass --model NAME (see: custlife models), or --event-col COL if it has events\n"
    )


@pytest.mark.parametrize(
    ("text", "words", "err"),
    [
        ("customer,stage,at\n", ["--event-col", "act"], "the rows have no column --event-col act"),
        ("customer,step,at\n", [], "the rows have no column --event-col event"),
        ("customer,stage,event,at\na,x,visit,soon\n", [], "at='soon'"),
    ],
)
def test_what_else_is_wrong_with_a_file_is_still_told(capsys, here, text, words, err):
    (here / "log.csv").write_text(text, "utf-8")
    ran = run(capsys, "report", "log.csv", *words)
    assert ran.code == 1
    assert err in ran.err


def test_a_file_beside_that_has_another_column_names_itself_and_the_option(capsys, here):
    ran = run(capsys, "check", "targets.toml", "--revenue", "prices.csv", "--tz", "UTC")
    assert ran.code == 2
    assert ran.err.startswith("custlife: prices.csv: the rows have no column amount_col='amount'\n")
    assert ran.err.endswith(" pass --option revenue.amount_col= with one of them\n")
    (here / "prices.csv").write_text("customer,at,amount\na,soon,3\n", "utf-8")
    ran = run(capsys, "check", "targets.toml", "--revenue", "prices.csv", "--tz", "UTC")
    assert "'soon'" in ran.err
    assert "--option" not in ran.err


def test_goals_in_money_are_told_in_its_currency_and_the_page_is_named(capsys, here):
    goal = SHARE.format(metric="mrr", more="").replace("at_least = 0", 'at_least = "200"')
    (here / "targets.toml").write_text(goal, "utf-8")
    words = ["--revenue", "prices.csv", "--option", "revenue.amount_col=mrr", "--tz", "UTC", "--as-of", "2026-03-15"]
    ran = run(capsys, "check", "targets.toml", *words, "--out", "card.html")
    assert "≥ 200 EUR" in ran.out
    assert ran.out.endswith("target at least 200 EUR\nWrote card.html.\n")
    row = json.loads(run(capsys, "check", "targets.toml", *words, "--json").out)["rows"][0]
    assert (row["target"], row["unit"]) == ("at least 200 EUR", "EUR")
