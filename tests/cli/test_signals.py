"""`custlife signals`: rules over files, the feed, and what is refused."""

from __future__ import annotations

import csv
import json

import pytest

from tests.cli.running import run

STAGES = """\
customer,stage,at,manager
ada,awareness,2026-01-01,
ada,intent,2026-01-03,Mia
bob,awareness,2026-01-01,
bob,lapsed,2026-01-10,
bob,engagement,2026-01-20,
"""
EVENTS = """\
customer,event,at
ada,demo,2026-01-05
bob,demo,2026-01-06
bob,call,2026-01-07
"""
RULES = """\
format = "custlife.signals/1"

[[rules]]
name = "slow"
sign = "stuck"
stages = ["intent"]
after = "10 days"

[[rules]]
name = "overdue"
sign = "unanswered"
asked = ["demo"]
answered_by = ["call"]
within = "1 day"
owner = "Desk"
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    (tmp_path / "stages.csv").write_text(STAGES, "utf-8")
    (tmp_path / "events.csv").write_text(EVENTS, "utf-8")
    (tmp_path / "rules.toml").write_text(RULES, "utf-8")
    return tmp_path


WORDS = ("signals", "stages.csv", "--model", "bruxt5", "--tz", "UTC", "--as-of", "2026-02-01")
RULED = (*WORDS, "--rules", "rules.toml", "--events", "events.csv", "--fact", "manager")


def test_the_model_alone_gives_rules(capsys):
    ran = run(capsys, *WORDS, "--as-of", "2026-02-10")
    assert ran.code == 0
    assert ran.out.startswith("2 episodes: 0 opened, 0 open, 2 resolved\n\nNothing is open.\n")


def test_open_episodes_say_for_whom_and_why(capsys):
    lines = run(capsys, *RULED).out.splitlines()
    assert lines[0] == "2 episodes: 0 opened, 2 open, 0 resolved"
    told = [" ".join(line.split()) for line in lines[4:6]]
    assert told == [
        "open overdue ada 2026-01-07 – Desk demo of 2026-01-05 00:00 waits for 48.0 hours",
        "open slow ada 2026-01-14 – Mia in intent since 2026-01-03, longer than 10 days",
    ]


def test_the_rest_is_counted(capsys):
    assert "and 1 more: add --limit 2\n" in run(capsys, *RULED, "--limit", "1").out


def test_a_job_that_runs_twice_tells_the_same(capsys):
    assert run(capsys, *RULED, "--json").out == run(capsys, *RULED, "--json").out


def test_the_feed_as_text_and_as_json(capsys):
    ran = run(capsys, *WORDS, "--feed", "2026-01-15")
    told = [line.split()[1:4] for line in ran.out.splitlines()[3:-1]]
    assert told == [["resolved", "lapsed", "bob"], ["opened", "returned", "bob"]]
    rows = json.loads(run(capsys, *WORDS, "--feed", "2026-01-15", "--json").out)
    assert [(row["change"], row["rule"], row["at"]) for row in rows] == [
        ("resolved", "lapsed", "2026-01-20T00:00:00+00:00"),
        ("opened", "returned", "2026-01-20T00:00:00+00:00"),
    ]


def test_json_holds_the_whole_answer(capsys):
    found = json.loads(run(capsys, *RULED, "--json", "--owner", "Mia").out)
    assert [row["rule"] for row in found["rows"]] == ["slow"]
    assert found["parameters"]["rules"] == ["slow", "overdue"]


def test_episodes_go_to_a_file(capsys, here):
    assert run(capsys, *RULED, "--out", "out.csv").out.endswith("Wrote out.csv.\n")
    with (here / "out.csv").open(encoding="utf-8") as stream:
        assert [(row["rule"], row["customer"]) for row in csv.DictReader(stream)] == [
            ("overdue", "ada"),
            ("slow", "ada"),
        ]


def test_since_begins_the_grid_there(capsys):
    found = json.loads(run(capsys, *RULED, "--json", "--since", "2026-01-20").out)
    assert {row["opened_at"] for row in found["rows"]} == {"2026-01-20T00:00:00+00:00"}


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ((*WORDS, "--rules", "none.toml"), "there is no file none.toml"),
        ((*WORDS, "--limit", "x"), "--limit 'x' is no number of episodes"),
        ((*WORDS, "--feed", "2027-01-01"), "--feed 2027-01-01 00:00 and until="),
        ((*WORDS, "--feed", "yesterday"), "--feed yesterday is not an ISO 8601 time"),
        ((*WORDS, "--fact", "plan"), "the rows have no column --fact plan"),
        ((*WORDS, "--by", "plan", "--fact", "seats"), "the rows have no column --by plan"),
        ((*WORDS, "--every", "hour"), "--every hour"),
        (("signals", "events.csv", "--tz", "UTC"), "events alone come without rules"),
        (("signals", "events.csv", "--tz", "UTC", "--events", "events.csv"), "--events goes with a file of stages"),
    ],
)
def test_what_cannot_be_is_refused(capsys, words, what):
    ran = run(capsys, *words)
    assert ran.code == 1
    assert what in ran.err
    assert ran.out == ""


def test_an_owner_that_nothing_is_for_is_said_with_those_there_are(capsys):
    ran = run(capsys, *RULED, "--owner", "Mai")
    assert ran.code == 0
    assert "nothing is for 'Mai'; did you mean 'Mia'?" in ran.err
    assert "Nothing is open.\nLooked every day" in ran.out
