"""The clock is read nowhere: every public call works where reading it raises, and says the same.

In a question about months, four calls of a clock can fall into two of them (Sourcegraph, pull request 17047); `as_of` is
an argument here. What the source may not name stands in `test_house.py`; here the calls are made.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

import custlife as cl
from custlife import presets
from custlife.errors import TimeError
from tests import artefacts, small

ROOT = Path(__file__).parents[1]
STOPPED = """
import datetime, json, sys, time
import attr, dateutil.relativedelta

class Stopped(Exception): pass

def stopped(*_, **__): raise Stopped("somebody read the clock")

class datetime_(datetime.datetime):
    now = utcnow = today = classmethod(stopped)

class date_(datetime.date):
    today = classmethod(stopped)

for kind, name in ((datetime_, "datetime"), (date_, "date")):
    kind.__name__ = kind.__qualname__ = name
    kind.__module__ = "datetime"
datetime.datetime = datetime_
for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "monotonic", "perf_counter"):
    setattr(time, name, stopped)
"""


def without_a_clock(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", f"{STOPPED}\n{code}"],
        check=False, capture_output=True, text=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_clock_is_stopped() -> None:
    """The test of the test."""
    code = "for read in (datetime.datetime.now, time.time):\n  try: read()\n  except Stopped: print('stopped')"
    assert without_a_clock(code).split() == ["stopped", "stopped"]


def test_everything_is_written_without_a_clock_and_is_the_same() -> None:
    code = "from tests.artefacts import digest\nprint(json.dumps(digest()))"
    assert json.loads(without_a_clock(code)) == artefacts.digest()


def test_importing_every_room_reads_no_clock() -> None:
    rooms = sorted(
        ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "src").rglob("*.py")
        if path.stem != "__main__" and path.parent.name not in {"arrays", "sources"}  # NumPy looks into datetime itself
    )
    without_a_clock(f"import importlib\nfor room in {rooms!r}: importlib.import_module(room)")


MOMENTS = [
    "2026-01-05T09:00Z",
    "2026-01-05T10:00+01:00",
    "2026-01-05 09:00:00+00:00",
    datetime(2026, 1, 5, 9, tzinfo=UTC),
    datetime(2026, 1, 5, 14, 45, tzinfo=timezone(timedelta(hours=5, minutes=45))),
]


@pytest.mark.parametrize("at", MOMENTS, ids=str)
class TestOneInstant:
    """Every door of the library reads a time in the same way."""

    def test_it_is_one_instant_at_every_door(self, at: str | datetime) -> None:
        wanted = datetime(2026, 1, 5, 9, tzinfo=UTC)
        acme = (
            cl.Customer("acme", presets.bruxt5)
            .move("awareness", at=at)
            .track("login", at=at)
            .fact("plan", "pro", at=at)
        )
        log = cl.StageLog.from_rows([("acme", "awareness", at)], presets.bruxt5, as_of=at, since=at)
        events = cl.EventLog.from_rows([("acme", "login", at)], as_of=at)
        found = [
            cl.instant(at), cl.Move("awareness", at).at, cl.Event("login", at).at, acme.moves[0].at, acme.events[0].at,
            acme.facts[0].at, acme.as_of(at).moves[0].at, acme.spells[0].entered, log.as_of, log.since, events.as_of,
            log.spells().rows[0].entered, log.with_as_of(at).as_of, log.funnel().as_of,
        ]  # fmt: skip
        assert found == [wanted] * len(found)
        assert {moment.tzinfo for moment in found if moment is not None} == {UTC}


NAIVE = [datetime(2026, 1, 5, 9), "2026-01-05T09:00", date(2026, 1, 5), "2026-01-05"]  # noqa: DTZ001  # refused


@pytest.mark.parametrize("at", NAIVE, ids=str)
@pytest.mark.parametrize(
    "door",
    [
        cl.instant,
        lambda at: cl.Move("awareness", at),
        lambda at: cl.Event("login", at),
        lambda at: cl.Fact("plan", "pro", at=at),
        lambda at: small.customer().move("expansion", at=at),
        lambda at: small.customer().track("login", at=at),
        lambda at: small.customer().as_of(at),
        lambda at: small.customer().time_in("onboarding", as_of=at),
        lambda at: cl.StageLog.from_rows([], presets.bruxt5, as_of=at),
        lambda at: cl.EventLog.from_rows([], since=at),
    ],
    ids=["instant", "Move", "Event", "Fact", "move", "track", "as_of", "time_in", "StageLog", "EventLog"],
)
def test_a_time_without_a_zone_is_refused_at_every_door(door, at) -> None:
    with pytest.raises(TimeError, match=r"\b(at|as_of|since)="):
        door(at)


@pytest.mark.parametrize("at", NAIVE, ids=str)
def test_a_zone_reads_it(at) -> None:
    log = cl.StageLog.from_rows([("acme", "awareness", at)], presets.bruxt5, tz="Asia/Kathmandu")
    hour = 9 if "9" in str(at) else 0
    assert log.as_of == datetime(2026, 1, 5, hour, tzinfo=UTC) - timedelta(hours=5, minutes=45)


@pytest.mark.parametrize(
    "at", [None, float("nan"), 1_767_603_600, 1.5, True, "", "soon", "2026-13-01T00:00Z", b"2026"], ids=str
)
def test_what_is_no_time_is_refused_by_name(at) -> None:
    with pytest.raises(cl.CustlifeError, match="at"):
        cl.Move("awareness", at)


def test_an_open_stay_ends_at_as_of_and_nowhere_else() -> None:
    acme = cl.Customer("acme", presets.bruxt5).move("awareness", at="2026-01-05T00:00Z")
    assert acme.time_in("awareness", as_of="2026-01-07T00:00Z") == timedelta(days=2)
    with pytest.raises(cl.errors.UsageError, match="depends on when one looks"):
        acme.time_in("awareness")
