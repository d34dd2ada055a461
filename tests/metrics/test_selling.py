"""Metrics of sales and service: worked examples, two inputs, explanations, and what bad input gets."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import EventLog, StageLog, metrics, presets
from custlife.errors import UnknownNameError, UsageError
from tests.analysis.deals import FOUR, SIZED, deals, sized
from tests.analysis.desk import DESK, desk_log
from tests.analysis.selling import events, logs
from tests.analysis.strategies import stage_log

ON_BOTH = [
    metrics.lead_response_time("b"),
    metrics.lead_response_time("b", touch="call", q=0.25),
    metrics.lead_response_in_time("b", within="2 days", touch=("call", "mail")),
    metrics.touches_per_stage("a", touch="call"),
]


def both(made):
    rows, touches, as_of, since = made
    return metrics.Inputs(stages=stage_log(rows, as_of, since), events=events(touches))


@pytest.mark.parametrize("metric", ON_BOTH, ids=str)
@given(made=logs())
def test_segments_add_up_and_explanations_count_to_n(metric, made):
    inputs = both(made)
    whole, parts = metric.read(inputs), metric.read_by(inputs, "plan").rows
    assert sum(part.n for part in parts) == whole.n
    assert sum(part.pending for part in parts) == whole.pending
    told = [metric.explain(inputs, customer) for customer in inputs.stages.customers]
    assert sum(one.n for one in told) == whole.n
    assert sum(one.pending for one in told) == whole.pending
    if whole.whole:
        assert sum(one.part or 0 for one in told) == whole.part
        assert whole.value == pytest.approx(whole.part / whole.whole)


@given(logs(since=st.none()), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_nothing_to_two_inputs(made, dice):
    rows, touches, as_of, since = made
    one = [metric.read(both(made)) for metric in ON_BOTH]
    dice.shuffle(rows)
    dice.shuffle(touches)
    assert [metric.read(both((rows, touches, as_of, since))) for metric in ON_BOTH] == one


def test_lead_response_is_a_median_of_business_hours_and_a_share_in_time():
    log, calls = desk_log()
    inputs = metrics.Inputs(stages=log, events=calls)
    reading = metrics.lead_response_time("intent", hours=DESK).read(inputs)
    assert (reading.value, reading.unit, reading.n, reading.pending) == (2.0, "hours", 3, 1)
    text = metrics.lead_response_time("intent", hours="mon-fri 09:00-17:00")
    assert text.read(inputs).value == 2.0
    assert text.replay(inputs, every="week", periods=1).rows[0].value == 2.0
    soon = metrics.lead_response_in_time("intent", within="2 hours", hours=DESK).read(inputs)
    assert (soon.part, soon.whole, soon.value) == (2, 3, 2 / 3)
    whys = metrics.lead_response_in_time("intent", within="2 hours", hours=DESK).explain(inputs, "c")
    assert (whys.state, whys.part) == ("counted", 0)


def test_both_inputs_are_needed():
    log, calls = desk_log()
    for one, missing in ((log, "events"), (calls, "stages")):
        with pytest.raises(UsageError, match=f"needs the input '{missing}', which is missing"):
            metrics.lead_response_time("intent").read(one)


def test_win_rate_and_its_rival_differ():
    """Definitions, section 2: won / (won + lost) by close date, and won / all created."""
    log = deals(*FOUR, as_of="2026-03-01T00:00Z")
    reading = metrics.win_rate(start="opportunity").read(log)
    assert (reading.part, reading.whole) == (2, 3)
    trend = metrics.win_rate(start="opportunity").trend(log, every="month").rows
    assert [(row.period, row.part, row.whole) for row in trend] == [("2026-01", 1, 1), ("2026-02", 1, 2)]
    assert "Conversion rate" in metrics.win_rate().definition.is_not[0]


def test_cycle_length_tells_won_and_lost_apart():
    log = deals(*FOUR, as_of="2026-03-01T00:00Z")
    won, lost = (metrics.cycle_length(start="opportunity", end=end).read(log) for end in ("won", "lost"))
    assert (won.value, won.n, won.pending, lost.value, lost.n) == (30.5, 2, 1, 31.0, 1)
    nothing = metrics.cycle_length().read(deals(("a", "lead", "2026-01-01T00:00Z")))
    assert (nothing.value, nothing.reason) == (None, "n=0: no deal was won")


def test_money_is_exact_and_names_its_currency():
    log = sized(*SIZED, currency="EUR")
    pipeline = metrics.pipeline_amount().read(log)
    assert (pipeline.value, pipeline.unit, pipeline.n) == (Decimal("2200.50"), "EUR", 2)
    assert pipeline.notes == ("1 open deals have no amount",)
    assert metrics.pipeline_amount("mql").read(log).reason == "n=0: no open deal has an amount"
    assert metrics.open_deals("opportunity").read(log).value == 2
    velocity = metrics.sales_velocity().read(log)
    assert (velocity.value, velocity.unit) == (Decimal("20.00"), "EUR per day")
    assert metrics.sales_velocity(over="28 days").read(log).reason == "no deal closed"
    with pytest.raises(UsageError, match="the deals have no amounts"):
        metrics.pipeline_amount().read(deals(*FOUR))


def desk():
    """Two teams: one ticket replied to and solved, one opened again, one that waits."""
    rows = [
        ("t1", "opened", "2026-01-05T09:00Z", "first"),
        ("t1", "replied", "2026-01-05T10:00Z", "first"),
        ("t1", "solved", "2026-01-05T12:00Z", "first"),
        ("t2", "opened", "2026-01-05T09:00Z", "second"),
        ("t2", "replied", "2026-01-05T12:00Z", "second"),
        ("t2", "solved", "2026-01-06T09:00Z", "second"),
        ("t2", "reopened", "2026-01-07T09:00Z", "second"),
        ("t2", "solved", "2026-01-08T09:00Z", "second"),
        ("t3", "opened", "2026-01-08T09:00Z", "first"),
    ]
    told = [dict(zip(("ticket", "event", "at", "team"), row, strict=True)) for row in rows]
    return EventLog.from_rows(
        told, customer_col="ticket", segment_cols=["team"], unit="ticket", as_of="2026-01-09T09:00Z"
    )


def test_service_by_team():
    log = desk()
    first = {row.segment: row.value for row in metrics.first_response_time().read_by(log, "team")}
    assert first == {("first",): 1.0, ("second",): 3.0}
    assert metrics.first_response_in_time(within="3 hours").read(log).value == 2 / 3
    assert metrics.first_response_in_time(within="25 hours").read(log).pending == 1
    assert metrics.resolution_time().read(log).value == 72.0
    assert metrics.resolution_time(hours="mon-fri 09:00-17:00").read(log).value == 24.0
    assert metrics.backlog().read(log).value == 1
    waiting = metrics.backlog().read(log.with_as_of("2026-01-07T10:00Z"))
    assert (waiting.value, waiting.n) == (1, 1)
    assert metrics.backlog().explain(log, "t3").state == "counted"
    again = metrics.reopened_rate(within="1 day").read(log)
    assert (again.part, again.whole) == (1, 2)
    assert metrics.reopened_rate().read(log).pending == 1


def test_the_end_of_a_limit_is_in_it():
    rows = [("t", "opened", "2026-01-05T08:00Z"), ("t", "solved", "2026-01-06T08:00Z")]
    log = EventLog.from_rows(rows, as_of="2026-01-09T00:00Z")
    limits = (cl.hours(24), cl.days(1), cl.minutes(24 * 60 - 1))
    assert [log.tickets(within=limit)["all"].in_time.k for limit in limits] == [1, 1, 0]
    always = cl.BusinessHours("mon-sun 00:00-24:00", tz="UTC")
    assert [log.tickets(within=limit, hours=always)["all"].in_time.k for limit in limits[::2]] == [1, 0]


def test_tickets_are_shown_and_have_members():
    log = desk()
    found = log.tickets(by="team", within=cl.hours(24))
    assert log.members(found) == ("t3",)
    assert log.members(found, state="solved", segment="second") == ("t2",)
    assert (found["first"].in_time.k, found["first"].in_time.n) == (1, 2)
    assert (found["second"].in_time.k, found["second"].in_time.n) == (0, 1)
    assert "backlog" not in str(found)
    assert found.svg()
    at_work = log.tickets(hours=DESK, within=cl.hours(24))["all"]
    assert (at_work.in_time.k, at_work.in_time.n) == (2, 2)
    late = EventLog.from_rows(
        [("t", "opened", "2026-01-05T00:00Z")], since="2026-01-06T00:00Z", as_of="2026-01-07T00:00Z"
    )
    assert "1 were opened before observation began" in " ".join(late.tickets().footnotes())
    with pytest.raises(UsageError, match="no event was named"):
        log.tickets(solved=())
    with pytest.raises(UsageError, match="is calendar time"):
        log.tickets(hours=DESK, within=cl.days(1))
    with pytest.raises(UnknownNameError):
        found["third"]


def test_touches_per_stage_counts_stays_that_ended():
    rows = [("a", "engagement", "2026-01-05T00:00Z"), ("a", "intent", "2026-01-08T00:00Z")]
    log = StageLog.from_rows([*rows, ("b", "engagement", "2026-01-06T00:00Z")], presets.bruxt5)
    mails = EventLog.from_rows([("a", "mail", "2026-01-06T00:00Z"), ("a", "mail", "2026-01-07T00:00Z")])
    reading = metrics.touches_per_stage("engagement").read(metrics.Inputs(stages=log, events=mails))
    assert (reading.value, reading.n, reading.pending) == (2.0, 1, 1)
    empty = metrics.touches_per_stage("intent").read(metrics.Inputs(stages=log, events=mails))
    assert (empty.value, empty.reason) == (None, "n=0: no stay in intent has ended")


@pytest.mark.parametrize(("hours", "share"), [("mon-fri 09:00-17:00", 1.0), (None, 0.0)])
def test_a_reply_in_time_counts_only_the_hours_of_the_desk(hours, share):
    rows = [("t", "opened", "2026-01-09T16:00Z"), ("t", "replied", "2026-01-12T10:00Z")]  # Friday, Monday
    log = cl.EventLog.from_rows(rows, as_of="2026-02-01T00:00Z")
    assert metrics.first_response_in_time(within="2 hours", hours=hours).read(log).value == share
    late = metrics.first_response_in_time(within="1 hour", hours=hours).read(log)
    assert (late.value, late.n) == (0.0, 1)
