"""Sales questions on frames and in parts: equal to those on rows, whoever lies in which part."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import EventLog, StageLog
from custlife.analysis.actions import ActionsAgainstWins
from custlife.analysis.cycle_length import CycleLength
from custlife.analysis.hand_overs import HandOvers
from custlife.analysis.nurture import Nurture
from custlife.analysis.pipeline import Pipeline
from custlife.analysis.question import ask
from custlife.analysis.response_time import ResponseTime
from custlife.analysis.velocity import Velocity
from custlife.analysis.win_rate import WinRate
from custlife.engines import gather, run
from custlife.engines.gathers import Profile
from custlife.engines.merging import merged
from custlife.engines.rows.beside import beside
from custlife.engines.rows.looking import of_units
from custlife.engines.sources.asked import Asked
from custlife.engines.sources.held import Held
from custlife.engines.view import View
from custlife.errors import UsageError
from tests.analysis.selling import events, logs
from tests.analysis.strategies import MODEL, as_dicts, hour, stage_log

QUESTIONS = [
    WinRate(by=("plan",)),
    WinRate(every="day", reopened="first"),
    CycleLength(),
    Pipeline(by=("plan",)),
]
TOGETHER = [
    ActionsAgainstWins(by=("plan",), bands=2),
    HandOvers(by=("plan",)),
    Nurture(by=("plan",)),
    ResponseTime("b", touch="call", within=cl.days(2), by=("plan",)),
]


def framed(rows, kind, as_of, **options):
    made = pl.DataFrame(as_dicts(rows), schema_overrides={"plan": pl.String, "reason": pl.String})
    native = made if kind == "polars" else made.to_pandas()
    return StageLog.from_frame(
        native, MODEL, segment_cols=["plan"], reason_col="reason", tz="Europe/Zurich", as_of=as_of, **options
    )


@given(logs(since=st.none()).filter(lambda made: made[0]), st.sampled_from(["polars", "pandas"]))
def test_frames_answer_as_rows_do(made, kind):
    rows, touches, as_of, _ = made
    plain, log = stage_log(rows, as_of), framed(rows, kind, as_of)
    for question in QUESTIONS:
        assert log.ask(question).to_dicts() == plain.ask(question).to_dicts()
    for question in TOGETHER:
        assert log.beside(events(touches)).ask(question) == plain.beside(events(touches)).ask(question)


@given(logs(), st.integers(0, 7))
def test_parts_add_up(made, which):
    rows, touches, as_of, since = made
    log = stage_log(rows, as_of, since)
    together = log.beside(events(touches))
    whole = together._asked.whole
    ids = {f"u{unit + 1}" for unit in range(3) if which >> unit & 1}
    parts = [of_units(whole, ids.__contains__), of_units(whole, lambda unit: unit not in ids)]
    split, one = (Asked(Held(held), View(whole.as_of)) for held in (tuple(parts), (whole,)))
    for question in [*QUESTIONS, *TOGETHER]:
        assert ask(question, split).to_dicts() == ask(question, one).to_dicts()


def test_a_table_of_one_part_is_itself():
    log = stage_log([], hour(0))
    whole = beside(log.history, events([]).history)
    (request,) = Nurture().requests(gather(Profile(), whole))
    assert merged(request, run([request], whole)) == {}


MONEY = [
    {"deal": n, "stage": stage, "at": at, "amount": amount, "currency": "CHF", "due": "2026-02-01"}
    for n, stage, at, amount in (
        (1, "a", "2026-01-01T00:00Z", Decimal("10.50")),
        (1, "a", "2026-01-05T00:00Z", Decimal("11.25")),
        (2, "a", "2026-01-02T00:00Z", Decimal("3.00")),
        (2, "b", "2026-01-12T00:00Z", Decimal("4.00")),
        (3, "a", "2026-01-02T00:00Z", None),
        (3, "lost", "2026-01-03T00:00Z", None),
        (4, "a", "2026-01-20T00:00Z", Decimal("100.00")),
    )
]
SOLD = {
    "customer_col": "deal",
    "amount_col": "amount",
    "currency_col": "currency",
    "expected_close_col": "due",
    "unit": "deal",
    "tz": "Europe/Zurich",
    "as_of": "2026-02-02T00:00Z",
}


@pytest.mark.parametrize("kind", ["polars", "pandas", "lazy", "parts"])
def test_money_in_frames_is_that_of_rows(kind):
    frame = pl.DataFrame(MONEY)
    native = {"pandas": pd.DataFrame(MONEY), "lazy": frame.lazy()}.get(kind, frame)
    log = StageLog.from_frame(native, MODEL, partitions=3 if kind == "parts" else None, **SOLD)
    plain = StageLog.from_rows(MONEY, MODEL, **SOLD)
    for question in (Pipeline(), Velocity(), WinRate()):
        assert log.ask(question).to_dicts() == plain.ask(question).to_dicts()
    assert plain.pipeline().amount == Decimal("111.25")
    assert plain.pipeline()["a"].overdue == 2
    assert plain.velocity()["all"].per_day == Decimal("0.40")  # 2 * 1/2 * 4 / 10


def test_logs_that_are_not_in_memory_are_refused_honestly(tmp_path):
    pl.DataFrame(MONEY).write_parquet(tmp_path / "deals.parquet")
    log = StageLog.scan_parquet(tmp_path / "deals.parquet", MODEL, partitions=3, **SOLD)
    calls = EventLog.from_rows([("1", "call", "2026-01-05T10:00Z")], unit="deal")
    assert log.pipeline().amount == Decimal("111.25")
    with pytest.raises(UsageError, match=r"not in memory\n\nHint: .*partitions=1"):
        log.nurture(calls)
    held = StageLog.scan_parquet(tmp_path / "deals.parquet", MODEL, partitions=1, **SOLD)
    assert held.nurture(calls)["a"].touches == 0
    assert held.nurture(calls)["a"].touches_so_far == 1
