"""A real-sized clickstream: the answers that pandas, DuckDB and ClickHouse give."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from custlife.calendar import days, minutes
from custlife.log.event_log import EventLog

HERE = Path(__file__).parent
EXPECTED = json.loads((HERE / "retentioneering_ecom.expected.json").read_text())
ANSWER = {name: aggregate["value"] for name, aggregate in EXPECTED["aggregates"].items()}
DATA = HERE / "retentioneering_ecom.csv.gz"


@cache
def log(unit: str) -> EventLog:
    return EventLog.from_csv(
        DATA,
        customer_col=f"{unit}_id",
        at_col="timestamp",
        segment_cols=["platform"],
        tz="UTC",
        as_of="2024-07-01T00:00Z",
    )


def test_the_file_is_the_one_the_answers_were_computed_from() -> None:
    assert hashlib.sha256(gzip.decompress(DATA.read_bytes())).hexdigest() == EXPECTED["sha256"] or (
        hashlib.sha256(DATA.read_bytes()).hexdigest() == EXPECTED["sha256"]
    )


def test_rows_users_sessions_and_events_are_all_there() -> None:
    assert len(log("user")) == ANSWER["rows"]
    assert len(log("user").customers) == ANSWER["users"]
    assert len(log("session").customers) == ANSWER["sessions"]
    with gzip.open(DATA, "rt") as stream:
        assert Counter(row["event"] for row in csv.DictReader(stream)) == ANSWER["events"]


@pytest.mark.parametrize(
    ("name", "unit", "window"),
    [
        ("funnel_users_no_window", "user", None),
        ("funnel_sessions_no_window", "session", None),
        ("funnel_users_window_30_minutes", "user", minutes(30)),
        ("funnel_users_window_7_days", "user", days(7)),
    ],
)
def test_funnels_count_the_same(name, unit, window) -> None:
    expected = ANSWER[name]
    found = log(unit).funnel(*expected["steps"], within=window, entry="best")
    assert [step.reached for step in found.steps] == expected["counts"]


def test_growth_by_month_is_the_same() -> None:
    rows = log("user").growth_accounting(every="month").rows
    found = {
        row.period: {
            "new": row.new,
            "returning": row.returning,
            "resurrecting": row.resurrected,
            "dormant": row.dormant,
        }
        for row in rows
        if row.period <= "2024-06"
    }
    assert found == ANSWER["monthly_lifecycle"]


def test_cohort_retention_is_the_same() -> None:
    rows = log("user").retention(every="month").rows
    found = {
        row.cohort: {str(cell.offset): cell.retained for cell in row.cells if cell.retained is not None}
        for row in rows
        if row.cohort <= "2024-06"
    }
    assert found == ANSWER["cohort_retention_counts"]


def test_steps_from_event_to_event_are_the_same_within_sessions() -> None:
    """Repeats of an event are steps here, as in the file; equal times keep the order of the file through a sequence."""
    with gzip.open(DATA, "rt") as stream:
        rows = [{**row, "seq": number} for number, row in enumerate(csv.DictReader(stream))]
    sessions = EventLog.from_rows(rows, customer_col="session_id", at_col="timestamp", seq_col="seq", tz="UTC")
    found = {
        f"{row.from_stage}->{row.to_stage}": row.moves for row in sessions.flows().rows if row.from_stage is not None
    }
    assert found == ANSWER["transitions_within_session"]


def test_users_split_by_the_platform_of_their_first_event() -> None:
    split = log("user").funnel("home", by="platform", entry="first")
    assert {p.segment[0] for p in split.parts} == set(ANSWER["users_by_platform_of_first_event"])
    sizes = {
        name: len(log("user").where(platform=name).customers) for name in ANSWER["users_by_platform_of_first_event"]
    }
    assert sizes == ANSWER["users_by_platform_of_first_event"]
