"""Laws that hold for every metric, on small logs that reach the ugly places."""

from __future__ import annotations

import pickle

import polars
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import custlife as cl
from custlife.metrics.scorecard import Scorecard
from tests.analysis.strategies import (
    AS_OF,
    EVENT_ROWS,
    MODEL,
    SINCE,
    STAGE_ROWS,
    ZONE,
    as_dicts,
    event_log,
    hour,
    stage_log,
)
from tests.metrics.some import NO_TREND, ON_EVENTS, ON_STAGES
from tests.oracles.lifecycle import Row

ALL = {"stages": ON_STAGES, "events": ON_EVENTS}
LOGS = {"stages": stage_log, "events": event_log}
ROWS = {"stages": STAGE_ROWS, "events": EVENT_ROWS}


def some(kind: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(sorted(ALL[kind])), min_size=1, max_size=5, unique=True)


CASES = st.sampled_from(["stages", "events"]).flatmap(lambda kind: st.tuples(st.just(kind), some(kind), ROWS[kind]))
SEGMENTED = {"referrals"}  # splits by the plan itself


def example_of(kind: str) -> tuple[str, list[str], list[Row]]:
    """Every metric, on a log with ties, a return, and somebody on either side of most windows."""
    names = {
        "stages": "a b c b lapsed a lost b a b c c lost",
        "events": "visit buy visit refund buy visit buy buy refund",
    }
    units, hours = (
        ["u1", "u1", "u2", "u1", "u2", "u2", "u3", "u4"],
        [0, 5, 5, 30, 47, 60, 60, 70, 90, 99, 118, 120, 140],
    )
    plans = ["p", "p", "q", None]
    rows = [
        Row(units[i % len(units)], hour(at), name, plans[i % len(plans)])
        for i, (at, name) in enumerate(zip(hours, names[kind].split(), strict=False))
    ]
    return kind, sorted(ALL[kind]), rows


def on_all(test):
    """Both kinds with every metric, and then by chance."""
    return example(case=example_of("stages"), as_of=hour(150), since=None)(
        example(case=example_of("events"), as_of=hour(150), since=hour(10))(
            given(case=CASES, as_of=AS_OF, since=SINCE)(test)
        )
    )


@on_all
def test_disjoint_segments_recombine_by_their_weights(case, as_of, since):
    kind, names, rows = case
    log = LOGS[kind](rows, as_of, since)
    for name in set(names) - SEGMENTED:
        metric = ALL[kind][name]
        whole, parts = metric.read(log), metric.read_by(log, "plan").rows
        assert sum(part.n for part in parts) == whole.n
        assert sum(part.pending for part in parts) == whole.pending
        if whole.part is not None and whole.whole:
            assert sum(part.part or 0 for part in parts) == whole.part
            assert sum(part.whole or 0 for part in parts) == whole.whole
            assert whole.value == pytest.approx(whole.part / whole.whole)


@on_all
def test_explaining_every_customer_gives_the_numbers_of_the_metric(case, as_of, since):
    kind, names, rows = case
    log = LOGS[kind](rows, as_of, since)
    for name in names:
        metric = ALL[kind][name]
        reading, told = metric.read(log), [metric.explain(log, customer) for customer in log.customers]
        assert sum(one.n for one in told) == reading.n
        assert sum(one.pending for one in told) == reading.pending
        if reading.whole:
            assert sum(one.part or 0 for one in told) == reading.part
        for one in told:
            assert one.state == ("counted" if one.n or one.part else "pending" if one.pending else "not counted")
            assert one.why.strip()


@on_all
def test_later_rows_change_nothing(case, as_of, since):
    kind, names, rows = case
    log, early = (LOGS[kind](some, as_of, since) for some in (rows, [row for row in rows if row.at <= as_of]))
    for name in names:
        metric = ALL[kind][name]
        assert metric.read(log) == metric.read(early)
        if name not in NO_TREND:
            assert metric.trend(log, every=period(metric)).rows == metric.trend(early, every=period(metric)).rows


@on_all
def test_rows_and_arrays_give_equal_readings(case, as_of, since):
    kind, names, rows = case
    if not rows:
        return
    options = {"segment_cols": ["plan"], "tz": ZONE, "as_of": as_of, "since": since}
    frame = polars.DataFrame(as_dicts(rows), schema_overrides={"plan": polars.String, "reason": polars.String})
    if kind == "stages":
        arrays = cl.StageLog.from_frame(frame, MODEL, reason_col="reason", **options)
    else:
        arrays = cl.EventLog.from_frame(frame, **options)
    plain = LOGS[kind](rows, as_of, since)
    for name in names:
        by = () if name in SEGMENTED else ("plan",)
        metric = ALL[kind][name]
        assert metric.read_by(arrays, *by).rows == metric.read_by(plain, *by).rows


@on_all
def test_the_order_of_rows_is_nothing(case, as_of, since):
    kind, names, rows = case
    log, turned = LOGS[kind](rows, as_of, since), LOGS[kind](rows[::-1], as_of, since)
    for name in names:
        assert ALL[kind][name].read(log) == ALL[kind][name].read(turned)


@on_all
def test_a_trend_counts_everybody_once(case, as_of, since):
    """Cohorts are disjoint; the periods of what counts by period are not."""
    kind, names, rows = case
    log = LOGS[kind](rows, as_of, since)
    for name in set(names) - NO_TREND:
        metric = ALL[kind][name]
        if "every" not in dict(metric.arguments) or metric.name == "retention_rate":
            assert sum(row.n for row in metric.trend(log, every=period(metric))) == metric.read(log).n


@on_all
def test_a_trend_says_of_each_period_what_was_known_at_its_end(case, as_of, since):
    """Of what counts by period; cohorts grow older, and what does not count by period has no trend of this kind."""
    kind, names, rows = case
    log = LOGS[kind](rows, as_of, since)
    for name in names:
        metric = ALL[kind][name]
        if not getattr(metric.compute, "every", None) or metric.name in {"retention_rate", "k_factor"}:
            continue
        trend = {row.period: row for row in metric.trend(log, every=period(metric))}
        for row in metric.replay(log, every=period(metric), periods=4):
            if row.period in trend:
                assert (row.value, row.n) == (trend[row.period].value, trend[row.period].n)
            else:
                assert not row.value


def period(metric: cl.Metric) -> str:
    return dict(metric.arguments).get("every") or "day"


class Spy:
    """A log that counts how often it is asked."""

    def __init__(self, log):
        self.log, self.asks, self.INPUT = log, [], log.INPUT

    def __getattr__(self, name):
        return getattr(self.log, name)

    def ask_all(self, questions):
        self.asks.append(len(questions))
        return self.log.ask_all(questions)


class StageSpy(Spy):
    INPUT = "stages"


class EventSpy(Spy):
    INPUT = "events"


SPIES = {"stages": StageSpy, "events": EventSpy}


@pytest.mark.parametrize("kind", ["stages", "events"])
@pytest.mark.parametrize("until", [10, 140])
def test_a_trend_is_one_look_at_the_log_however_many_periods_it_has(kind, until):
    log = LOGS[kind]([row for row in example_of(kind)[2] if row.at <= hour(until)])
    for name, metric in ALL[kind].items():
        if name not in NO_TREND:
            spy = SPIES[kind](log)
            metric.trend(spy, every=period(metric))
            assert len(spy.asks) == 1, name


@pytest.mark.parametrize("kind", ["stages", "events"])
def test_a_scorecard_is_one_look_at_the_log(kind):
    spy = SPIES[kind](LOGS[kind](example_of(kind)[2]))
    judged = Scorecard(ALL[kind].values()).judge(spy)
    assert len(spy.asks) == 1
    assert len(judged.rows) == len(ALL[kind])
    assert [row.reading for row in judged.rows] == [metric.read(spy.log) for metric in ALL[kind].values()]


@pytest.mark.parametrize("metric", [*ON_STAGES.values(), *ON_EVENTS.values()], ids=repr)
def test_metrics_are_values(metric):
    assert pickle.loads(pickle.dumps(metric)) == metric
    assert hash(metric) == hash(pickle.loads(pickle.dumps(metric)))
    assert cl.metrics.get(metric.name, **dict(metric.arguments)) == metric
    card = Scorecard([metric], "one")
    assert Scorecard.from_toml(card.to_toml()) == card
    assert Scorecard.from_json(card.to_json()) == card
