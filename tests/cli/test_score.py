"""`custlife score`: the scores, one of them explained, the test, and what is refused."""

from __future__ import annotations

import csv
import json

import pytest

from tests.cli.running import run

HEALTH = """\
format = "custlife.score/1"
kind = "health"
bands = { red = 0, green = 60 }

[[measures]]
name = "logins"
reads = "events"
of = "login"
within = "30 days"
worst = 0
best = 2

[[measures]]
name = "seats"
reads = "fact"
of = "seats"
worst = 0
best = 10
"""
EVENTS = """\
customer,event,at,seats,amount
ada,login,2026-01-01,5,3
ada,login,2026-01-20,5,
bob,login,2026-01-02,8,4
bob,paid,2026-02-20,,9
cyd,demo,2026-01-05,,
"""
STAGES = """\
customer,stage,at
ada,awareness,2026-01-01
ada,conversion,2026-02-10
bob,awareness,2026-01-01
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "events.csv").write_text(EVENTS, "utf-8")
    (tmp_path / "stages.csv").write_text(STAGES, "utf-8")
    (tmp_path / "health.toml").write_text(HEALTH, "utf-8")
    return tmp_path


WORDS = ("score", "events.csv", "--score", "health.toml", "--tz", "UTC", "--fact", "seats")


def test_scores_are_ranked_and_say_why(capsys):
    ran = run(capsys, *WORDS, "--as-of", "2026-01-25")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "health: scores of 3 customers",
        "",
        "3 in order",
        "rank  customer  value  grade  qualifies  reasons",
        "────  ────────  ─────  ─────  ─────────  ─────────────────────",
        "   1  ada        75.0  green             logins +50; seats +25",
        "   2  bob        65.0  green             seats +40; logins +25",
        "   3  cyd         0.0  red",
        "As of 2026-01-25 00:00 UTC.",
        "Why: add --customer ada",
    ]


def test_one_customer_is_explained(capsys):
    ran = run(capsys, *WORDS, "--as-of", "2026-01-25", "--customer", "bob")
    assert ran.code == 0
    assert ran.out.startswith("bob: health 65.0 of 100, green\n")
    assert "logins   +25.0    1   50.0  50.0 %  events login within 30 days" in ran.out
    assert "The oldest of what went in is 23 days old." in ran.out


def test_it_speaks_json_and_writes_csv(capsys, here):
    ran = run(capsys, *WORDS, "--json", "--out", "scores.csv")
    assert [one["customer"] for one in json.loads(ran.out)] == ["ada", "bob", "cyd"]
    assert json.loads(run(capsys, *WORDS, "--customer", "cyd", "--json").out)["completeness"] == 0.5
    rows = list(csv.DictReader((here / "scores.csv").read_text("utf-8").splitlines()))
    assert [row["customer"] for row in rows] == ["ada", "bob", "cyd"]
    assert "Wrote scores.csv." in run(capsys, *WORDS, "--out", "scores.csv").out


def test_a_fact_that_no_column_brings_is_told(capsys):
    ran = run(capsys, *WORDS[:-2])
    assert "The score reads the fact 'seats', and no --fact names it: it is unknown." in ran.out


def test_stages_and_events_in_two_files(capsys, here):
    staged = HEALTH + '\n[[measures]]\nname = "stage"\nreads = "stage"\nlevels = { awareness = 0, conversion = 100 }\n'
    (here / "staged.toml").write_text(staged, "utf-8")
    words = (
        "score",
        "stages.csv",
        "--model",
        "bruxt5",
        "--events",
        "events.csv",
        "--score",
        "staged.toml",
        "--tz",
        "UTC",
    )
    ran = run(capsys, *words, "--as-of", "2026-02-12", "--customer", "ada")
    assert ran.code == 0
    assert "stage    +50.0  conversion  100.0  50.0 %  stage" in ran.out
    refused = run(capsys, "score", "events.csv", "--events", "events.csv", "--score", "health.toml", "--tz", "UTC")
    assert (refused.code, refused.err.splitlines()[0]) == (1, "custlife: --events goes with a file of stages")


def test_values_of_events(capsys, here):
    money = '[[measures]]\nname = "money"\nreads = "total"\nof = ["login", "paid"]\nfield = "amount"\nworst = 0\nbest = 10\n'
    (here / "money.toml").write_text('format = "custlife.score/1"\nkind = "health"\n' + money, "utf-8")
    ran = run(capsys, "score", "events.csv", "--score", "money.toml", "--tz", "UTC", "--value", "amount", "--json")
    assert (ran.code, {one["customer"]: one["value"] for one in json.loads(ran.out)}) == (
        0,
        {"ada": 30, "bob": 100, "cyd": 0},
    )


def test_the_score_is_tested(capsys):
    ran = run(capsys, *WORDS, "--backtest", "paid", "--horizon", "30 days", "--every", "week")
    assert ran.code == 0
    assert ran.out.startswith("health: high scores and paid\n")
    assert "too little to judge: 0 outcomes in" in ran.out.replace("\n", " ")
    assert "Outcomes within 30 days, by score" in ran.out
    found = json.loads(run(capsys, *WORDS, "--backtest", "paid", "--json").out)
    assert [row["horizon"] for row in found] == ["90 days"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--customer", "zoe"), 1, "custlife: unknown customer 'zoe'"),
        (("--limit", "0"), 1, "custlife: --limit '0' is no number of customers"),
        (("--horizon", "30 days"), 1, "custlife: --horizon has no effect here: it goes with --backtest"),
        (("--score", "gone.toml"), 1, "custlife: there is no file gone.toml"),
        (("--backtest", "paid", "--foretold-by", "left"), 1, "custlife: foretold_by='left' is no side"),
        (("--fact", "nps"), 1, None),
    ],
)
def test_what_cannot_be_done_is_refused(capsys, words, code, said):
    ran = run(capsys, *WORDS, *words)
    assert (ran.code, ran.out) == (code, "")
    assert said in {None, ran.err.splitlines()[0]}


def test_without_a_score_there_is_nothing_to_do(capsys):
    assert run(capsys, "score", "events.csv").code == 2
