"""Small logs that reach the ugly places: ties, repeats, midnights on the nights the clocks change, `as_of` on an entry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from custlife.log.event_log import EventLog
from custlife.log.stage_log import StageLog
from custlife.stages import Stage, StageModel
from tests.oracles.lifecycle import Row

ZONE = "Europe/Zurich"
START = datetime(2026, 3, 27, tzinfo=UTC)
HOURS = 150  # across the spring change of 29 March and into April
MODEL = StageModel(
    "tiny",
    ["a", "b", "c"],
    exits=[Stage("lapsed", exit="paused"), Stage("lost", exit="ended")],
    unplaced=["other"],
    customer_from="b",
)
NAMES = MODEL.codes
EVENTS = ("visit", "buy", "refund")
DAYS = st.sampled_from(["day", "week", "month"])


def hour(n: int) -> datetime:
    """An instant some hours after the start; local midnights are among them."""
    return START + timedelta(hours=n)


HOUR = st.one_of(st.sampled_from([0, 23, 46, 47, 48, 70, 118]), st.integers(0, HOURS))


def rows_of(names: tuple[str, ...]) -> st.SearchStrategy[list[Row]]:
    """Few units, many ties, segments that change."""
    row = st.builds(
        Row,
        st.sampled_from(["u1", "u2", "u3"]),
        HOUR.map(hour),
        st.sampled_from(names),
        st.sampled_from([None, "p", "q"]),
        st.sampled_from([None, "price"]),
    )
    return st.lists(row, max_size=9)


STAGE_ROWS = rows_of(NAMES)
EVENT_ROWS = rows_of(EVENTS)
AS_OF = st.one_of(st.just(hour(HOURS)), st.integers(0, HOURS + 40).map(hour))
SINCE = st.one_of(st.none(), st.none(), HOUR.map(hour))


def as_dicts(rows: list[Row]) -> list[dict]:
    return [
        {"customer": r.unit, "stage": r.name, "event": r.name, "at": r.at, "plan": r.plan, "reason": r.reason}
        for r in rows
    ]


def stage_log(rows: list[Row], as_of: datetime | None = None, since: datetime | None = None, **options) -> StageLog:
    return StageLog.from_rows(
        as_dicts(rows), MODEL, segment_cols=["plan"], reason_col="reason", tz=ZONE, as_of=as_of, since=since, **options
    )  # fmt: skip


def event_log(rows: list[Row], as_of: datetime | None = None, since: datetime | None = None, **options) -> EventLog:
    return EventLog.from_rows(as_dicts(rows), segment_cols=["plan"], tz=ZONE, as_of=as_of, since=since, **options)
