"""A desk with business hours, touches spread over nurtured stages, and hours for tests."""

from __future__ import annotations

from datetime import timedelta

import custlife as cl
from custlife import EventLog, StageLog, presets
from tests.analysis.selling import PATH

HOUR = timedelta(hours=1)
LIMIT = 40 * HOUR


def hours_of(times):
    return sorted(round(time / HOUR, 6) for time in times)


def spread(curve, what):
    """The times of a curve one by one."""
    counts = getattr(curve, what)
    return sorted(round(t, 6) for t, n in zip(curve.times, counts, strict=True) for _ in range(n))


def first_stage(name):
    """The first time at a stage, or past it."""

    def start(_, rows):
        at = [row for row in rows if row.name in PATH and PATH.index(row.name) >= PATH.index(name)]
        return (at[0].at, at[0].plan) if at else None

    return start


DESK = cl.BusinessHours("mon-fri 09:00-17:00", tz="UTC")


def desk_log(as_of="2026-01-12T12:00Z"):
    """Friday 2 January: one at 16:00, answered on Monday at 10:00; one on Saturday; one that nobody answers."""
    rows = [
        ("a", "intent", "2026-01-02T16:00Z"),
        ("b", "intent", "2026-01-03T12:00Z"),
        ("c", "intent", "2026-01-05T09:00Z"),
    ]
    calls = [("a", "2026-01-05T10:00Z", True), ("b", "2026-01-05T09:30Z", True), ("c", "2026-01-05T09:01Z", False)]
    touches = [
        {"customer": unit, "event": "call", "at": at, "by_human": human, "direction": "outbound"}
        for unit, at, human in calls
    ]
    made = EventLog.from_rows(touches, value_cols=["by_human", "direction"])
    return StageLog.from_rows(rows, presets.bruxt5, as_of=as_of), made


def nurtured():
    rows = [
        ("a", "awareness", "2026-01-01T00:00Z"),
        ("a", "engagement", "2026-01-05T00:00Z"),
        ("a", "lost", "2026-01-20T00:00Z"),
        ("b", "awareness", "2026-01-01T00:00Z"),
    ]
    days = [("a", 2, "marketing"), ("a", 3, "marketing"), ("a", 5, "sales"), ("a", 10, "sales"), ("a", 25, "sales")]
    touches = [{"customer": u, "event": "call", "at": f"2026-01-{d:02d}T00:00Z", "team": t} for u, d, t in days]
    log = StageLog.from_rows(rows, presets.bruxt5, as_of="2026-02-01T00:00Z")
    return log, EventLog.from_rows(touches, value_cols=["team"])
