"""Retention and growth accounting of other systems: the same events in, the same counts out.

Inputs and expected figures from public tests of PostHog (MIT) and ClickHouse (Apache-2.0), as named in each case's
`source`; see `cases/README.md`.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from custlife.log.event_log import EventLog

CASES = Path(__file__).parent / "cases"


def cases(name: str, kind: str) -> list:
    found = [case for case in json.loads((CASES / name).read_text())["cases"] if case["kind"] == kind]
    assert found
    return [pytest.param(case, id=case["id"]) for case in found]


def log_of(events: list[dict], last_day: str) -> EventLog:
    rows = [(e["customer"], e.get("event") or "seen", e["at"]) for e in events]
    return EventLog.from_rows(rows, tz="UTC", as_of=date.fromisoformat(last_day) + timedelta(days=1))


def starts(first: str, last: str, every: str) -> list[str]:
    step = timedelta(days=7 if every == "week" else 1)
    day, found = date.fromisoformat(first), []
    while day <= date.fromisoformat(last):
        found.append(day.isoformat())
        day += step
    return found


def label_of(day: str, every: str, week_start: str) -> str:
    if every == "week" and week_start == "monday":
        year, week, _ = date.fromisoformat(day).isocalendar()
        return f"{year}-W{week:02d}"
    return day


@pytest.mark.parametrize("case", cases("lifecycle.json", "lifecycle"))
def test_lifecycle_classes_are_those_of_posthog(case):
    params, expected = case["params"], dict(case["expected"])
    every, week_start = params["interval"], params["week_start"]
    days = expected.pop("periods", None) or starts(params["date_from"], params["date_to"], every)
    found = log_of(case["events"], params["date_to"]).growth_accounting(every=every, week_start=week_start)
    rows = {row.period: row for row in found.rows}
    wanted = [rows.get(label_of(day, every, week_start)) for day in days]
    assert {
        "new": [row.new if row else 0 for row in wanted],
        "returning": [row.returning if row else 0 for row in wanted],
        "resurrecting": [row.resurrected if row else 0 for row in wanted],
        "dormant": [-row.dormant if row else 0 for row in wanted],
    } == expected


@pytest.mark.parametrize("case", cases("retention.json", "retention"))
def test_retention_triangles_are_those_of_posthog(case):
    params, counts = case["params"], case["expected"]["counts"]
    every, week_start = params["interval"], params["week_start"]
    step = 7 if every == "week" else 1
    first = date.fromisoformat(params["first_interval"])
    days = [(first + timedelta(days=step * i)).isoformat() for i in range(params["intervals"])]
    last = (first + timedelta(days=step * params["intervals"] - 1)).isoformat()
    found = log_of(case["events"], last).retention(
        every=every,
        week_start=week_start,
        cohort="first" if params["first_time"] else "recurring",
        start=params["target_event"],
        active=params["returning_event"],
    )
    rows = {row.cohort: row for row in found.rows}
    made = []
    for number, day in enumerate(days):
        row = rows.get(label_of(day, every, week_start))
        later = [cell.retained for cell in row.cells[1:]] if row else [0] * (params["intervals"] - number - 1)
        made.append([row.size if row else 0, *later])
    assert made == counts


@pytest.mark.parametrize("case", cases("window_funnel.json", "retention_flags"))
def test_retention_flags_are_those_of_clickhouse(case):
    active = case["events_rule"]["active"]
    rows = [(f"c{n:03}", "active", f"{day}T12:00Z") for day, count in active.items() for n in range(count)]
    found = EventLog.from_rows(rows, as_of=f"{max(active)}T23:59:59.999999Z").with_as_of("2018-08-09T00:00Z")
    row = found.retention(every="day").row("2018-08-06")
    offsets = [(date.fromisoformat(day) - date(2018, 8, 6)).days for day in case["params"]["days"]]
    assert [row[offset].retained for offset in offsets] == case["expected"]["sums"]
