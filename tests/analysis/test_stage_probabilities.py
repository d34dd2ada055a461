"""Stage probabilities: where everybody stands at every time, as far as it is known."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from zlib import crc32

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from custlife import StageLog, StageModel, StageProbabilities, simulate
from custlife.analysis.stage_probabilities_part import DAY
from custlife.calendar import days, hours, months, to_us
from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.simulate import Leaving, Rates, Wait, Way
from custlife.stages import Stage
from custlife.stats import jackknife
from tests.analysis.strategies import AS_OF, MODEL, NAMES, SINCE, STAGE_ROWS, event_log, hour, stage_log
from tests.oracles import passages as oracle
from tests.oracles.lifecycle import Row, histories

PATH = ("a", "b", "c")
ORIGIN = st.sampled_from(["a", "b", "lapsed", "other"])
SPANS = st.sampled_from([hours(0), hours(30), days(2), months(1)])
WAYS = st.sampled_from(["jackknife", "greenwood"])
SPLIT = st.sampled_from([(), ("plan",)])


def walked(rows, as_of, since, origin, horizon):
    """Of each unit that came its states since then, how long it was seen, and whether to its deadline."""
    seen = histories(rows, NAMES, as_of, collapse=True)
    later, found = stage_log([], hour(1)).history.zone.adder(horizon), []
    for rows_ in seen.values():
        entries = [(to_us(row.at), row.name) for row in rows_]
        one = oracle.story(entries, PATH, origin, later)
        if one is None or oracle.is_truncated(one, None if since is None else to_us(since)):
            continue
        until = min(one.deadline, to_us(as_of))
        times = sorted({at for at, _ in entries[one.place :] if at <= until})
        steps = [(at - one.start, oracle.stage_at(entries, one, at)) for at in times]
        found.append((steps, until - one.start, one.deadline <= to_us(as_of)))
    return found


def standing(steps, time, *, before: bool) -> str:
    """The state at a time, or just before it."""
    return [state for at, state in steps if at < time or (at == time and (not before or time == 0))][-1]


def product(units, time):
    """Probabilities and areas at a time in fractions: at each instant everybody at risk moves in proportion."""
    value = {state: Fraction(n, len(units)) for state, n in Counter(steps[0][1] for steps, *_ in units).items()}
    area: Counter = Counter()
    moments = sorted({at for steps, *_ in units for at, _ in steps[1:] if at <= time})
    last = 0
    for now in [*moments, time]:
        for state, p in value.items():
            area[state] += p * (now - last)
        last = now
        if now not in moments:
            continue
        moments = [at for at in moments if at > now]
        at_risk = Counter(standing(steps, now, before=True) for steps, until, past in units if past or until >= now)
        moves = Counter(
            (standing(steps, now, before=True), standing(steps, now, before=False))
            for steps, until, past in units
            if any(at == now for at, _ in steps[1:])
        )
        was = dict(value)
        for (a, b), n in moves.items():
            if a != b:
                value[a] -= was[a] * Fraction(n, at_risk[a])
                value[b] = value.get(b, Fraction(0)) + was[a] * Fraction(n, at_risk[a])
    return value, area


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, origin=ORIGIN, horizon=SPANS, way=WAYS)
def test_shares_and_times_are_those_of_following_everybody(rows, as_of, since, origin, horizon, way):
    found = stage_log(rows, as_of, since).stage_probabilities(origin, horizon, interval=way).whole
    units = walked(rows, as_of, since, origin, horizon)
    assert found.entered == len(units)
    longest = round(found.horizon_days * DAY)
    if not any(past for *_, past in units):
        assert all(row.share is None and row.why for row in found.rows)
        return
    value, area = product(units, longest)
    for row in found.rows:
        assert row.share == pytest.approx(float(value.get(row.stage, 0)), abs=1e-12)
        assert row.expected_days == pytest.approx(float(area[row.stage] / DAY), abs=1e-9)
        if row.interval is not None:
            assert 0 <= row.interval.low <= row.share <= row.interval.high <= 1
        if row.expected_interval is not None:
            assert 0 <= row.expected_interval.low <= row.expected_days <= row.expected_interval.high
    assert {stage for stage, p in value.items() if p} <= set(found.stages)


@given(rows=STAGE_ROWS, as_of=AS_OF, hour_=st.integers(0, 30), way=WAYS)
def test_at_any_time_shares_sum_to_1_and_times_to_the_time(rows, as_of, hour_, way):
    found = stage_log(rows, as_of).stage_probabilities("a", hours(30), interval=way)
    at = found.at(hours(hour_))
    assume(at and at[0].share is not None)
    units = walked(rows, as_of, None, "a", hours(30))
    value, _ = product(units, hour_ * DAY // 24)
    assert {row.stage: row.share for row in at if row.share} == pytest.approx(
        {s: float(p) for s, p in value.items() if p}
    )
    assert sum(row.share for row in at) == pytest.approx(1, abs=1e-12)
    assert sum(row.expected_days for row in at) == pytest.approx(hour_ / 24)
    assert {row.days for row in at} == {hour_ / 24}


@given(rows=STAGE_ROWS, as_of=AS_OF, horizon=SPANS)
def test_when_everybody_was_followed_the_shares_are_counts(rows, as_of, horizon):
    found = stage_log(rows, as_of).stage_probabilities("a", horizon).whole
    assume(found.entered and not found.pending)
    counts = Counter(steps[-1][1] for steps, *_ in walked(rows, as_of, None, "a", horizon))
    for row in found.rows:
        assert row.share == pytest.approx(counts[row.stage] / found.entered, abs=1e-12)


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, horizon=SPANS, by=SPLIT)
def test_every_unit_has_its_place(rows, as_of, since, horizon, by):
    log = stage_log(rows, as_of, since)
    found, whole = log.stage_probabilities("a", horizon, by=by), log.stage_probabilities("a", horizon).whole
    assert sum(part.entered for part in found.parts) == whole.entered
    assert sum(part.imputed for part in found.parts) == whole.imputed
    for part in found.parts:
        where = {"segment": part.segment}
        assert len(log.members(found, state="open", **where)) == part.pending
        standing = [log.members(found, stage=stage, **where) for stage in part.stages]
        assert sum(map(len, standing)) == part.entered == len(log.members(found, **where))
    assert len(log.members(found, state="truncated")) == found.truncated


@given(rows=STAGE_ROWS, as_of=AS_OF, by=SPLIT)
def test_rows_in_any_order_give_the_same_bytes(rows, as_of, by):
    one, other = (stage_log(each, as_of).stage_probabilities("a", days(2), by=by) for each in (rows, rows[::-1]))
    assert one.to_json() == other.to_json()
    assert one.picture() == other.picture()


# -- examples ----------------------------------------------------------------------------------------------------------


def unit(name, *moves):
    return [Row(name, hour(at), stage) for at, stage in moves]


WALKS = [
    *unit("u1", (0, "a"), (6, "b"), (18, "lapsed"), (30, "b")),
    *unit("u2", (0, "a"), (24, "lost")),
    *unit("u3", (12, "c")),
]


def test_who_leaves_stands_in_the_exit_and_who_returns_is_back():
    found = stage_log(WALKS, hour(140)).stage_probabilities("a", days(2))
    assert {row.stage: row.share for row in found.at(hours(20)) if row.share} == pytest.approx(
        {"a": 1 / 3, "c": 1 / 3, "lapsed": 1 / 3}
    )
    assert found["b"].share == pytest.approx(1 / 3)
    assert found["lapsed"].expected_days == pytest.approx(0.5 / 3)
    assert (found.entered, found.whole.imputed) == (3, 1)
    assert "1 moved past a and count from then on." in found.footnotes()


def test_each_window_is_a_span_on_the_calendar():
    rows = [*unit("u1", (48, "a"), (48 + 23, "b")), *unit("u2", (48, "a"), (48 + 24, "b"))]  # a day of 23 hours
    found = stage_log(rows, hour(140)).stage_probabilities("a", days(1))
    assert found["b"].share == 0.5
    assert found.whole.horizon_days == 23 / 24


def test_a_young_log_is_read_where_anybody_was_seen():
    found = stage_log(unit("u1", (0, "a"), (6, "b")), hour(24)).stage_probabilities("a", days(9))
    assert found["b"].share is None
    assert found["b"].why == "nobody was seen for more than 1.0 days"
    assert {row.stage: row.share for row in found.at(days(1))} == {"a": 0, "b": 1}
    assert "read it earlier, with .at(cl.days(...))" in " ".join(found.footnotes())
    assert found.svg().startswith("<svg")


def test_the_table_shows_shares_and_days_with_their_limits():
    rows = [row for k in range(4) for row in unit(f"u{k}", (0, "a"), *([(12, "b")] if k % 2 else []))]
    found = stage_log(rows, hour(90), hour(0)).stage_probabilities("a", days(1), interval="greenwood")
    assert [line.split()[0] for line in str(found).splitlines()[3:5]] == ["a", "b"]
    assert "50.0 % (15.5–94.2)" in str(found)
    assert found.people()[0]["expected days"].startswith("0.8 (")
    assert "95 % intervals by Greenwood." in found.footnotes()[0]


def test_who_came_before_observation_is_left_out_and_counted():
    found = stage_log([*unit("u1", (0, "a")), *unit("u2", (9, "a"))], hour(90), hour(5)).stage_probabilities(
        "a", days(1)
    )
    assert (found.entered, found.truncated) == (1, 1)
    assert "1 came to a before they were observed: left out." in found.footnotes()


def test_limits_of_times_stay_within_the_window():
    rows = [Row(f"u{n}", hour(0), "a") for n in range(12)] + [Row("u3", hour(1), "b")]
    found = stage_log(rows, hour(90)).stage_probabilities("a", days(2)).rows
    limits = {row.stage: row.expected_interval for row in found}
    assert (limits["a"].high, limits["b"].low) == (2.0, 0.0)
    assert 0 < limits["a"].low < 2
    assert 0 < limits["b"].high < 2


def test_one_unit_has_no_spread_and_says_so():
    row = stage_log(unit("u1", (0, "a"), (6, "b")), hour(90)).stage_probabilities("a", days(1))["b"]
    assert (row.share, row.interval, row.why) == (1, None, "a variance takes two folds or more, not 0")


def test_nobody_came():
    found = stage_log([], hour(9)).stage_probabilities("a", days(1))
    assert (found.entered, found.rows, found.at(hours(3))) == (0, (), ())
    assert list(found.to_columns()) == list(found.column_types())
    assert "Where 0 customers stand 1 day after a" in str(found)
    assert found.svg().startswith("<svg")


def test_what_cannot_be_meant_is_refused():
    log = stage_log(WALKS, hour(140))
    found = log.stage_probabilities("a", days(2))
    with pytest.raises(UsageTypeError, match="horizon=90 has no unit"):
        log.stage_probabilities("a", 90)
    with pytest.raises(UsageError, match="interval='bootstrap'"):
        log.stage_probabilities("a", days(2), interval="bootstrap")
    with pytest.raises(UsageError, match="folds=1 is below 2"):
        log.stage_probabilities("a", days(2), folds=1)
    with pytest.raises(UsageError, match=r"time=3 days lies beyond horizon=2 days\n\nHint: ask again"):
        found.at(days(3))
    with pytest.raises(UsageError, match="time=1 month has no fixed length"):
        found.at(months(1))
    with pytest.raises(UnknownNameError, match="row 'z'"):
        found["z"]
    with pytest.raises(UnknownNameError, match="'region'"):
        log.stage_probabilities("a", days(2), by="region")
    with pytest.raises(UsageError, match="2 parts"):
        _ = (
            stage_log([Row("u", hour(0), "a", "p"), Row("v", hour(0), "a")], hour(9))
            .stage_probabilities("a", days(1), by="plan")
            .whole
        )
    with pytest.raises(UsageError, match="state='gone'"):
        log.members(found, state="gone")
    with pytest.raises(UsageError, match="holds events"):
        event_log([], hour(1)).ask(StageProbabilities("visit", days(1)))


def test_the_horizon_itself_may_be_asked_for_in_any_unit():
    found = stage_log(WALKS, hour(900)).stage_probabilities("a", months(1))
    assert found.at(months(1)) == found.rows


def test_the_picture_stacks_stages_and_puts_exits_of_one_kind_together():
    model_exits = [*unit("u1", (0, "a"), (3, "lapsed")), *unit("u2", (0, "a"), (5, "lost")), *unit("u3", (0, "a"))]
    series = stage_log(model_exits, hour(90)).stage_probabilities("a", days(1)).picture().series
    assert [(one.name, one.style, one.tone) for one in series] == [
        ("a", "area", ""), ("lapsed", "area", "muted"), ("lost", "area", "bad")
    ]  # fmt: skip
    assert [sum(ys) for ys in zip(*(one.ys for one in series), strict=True)] == pytest.approx([1] * len(series[0].xs))
    both = simulate.b2b(200, seed=2).stage_probabilities("connection", days(90))
    assert [name for name in (one.name for one in both.picture().series) if "exits" in name] == [
        "paused exits", "final exits"
    ]  # fmt: skip


def test_a_split_shows_the_largest_part():
    rows = [Row("u1", hour(0), "a", "p"), Row("u2", hour(0), "a", "q"), Row("u3", hour(0), "a", "q")]
    assert stage_log(rows, hour(90)).stage_probabilities("a", days(1), by="plan").picture().note.startswith("Only q:")


@given(st.sets(st.text(min_size=1, max_size=4).filter(str.strip), min_size=1, max_size=30), st.integers(2, 20))
def test_the_spread_is_that_of_leaving_out_the_units_of_one_fold_after_another(ids, folds):
    log = StageLog.from_rows(
        [(one, stage, hour(at)) for one in ids for stage, at in moved(one)], MODEL, as_of=hour(90), on_bad="drop"
    )
    names, row = log.customers, log.stage_probabilities("a", days(1), folds=folds)["a"]
    parts: dict[int, list[str]] = {}
    for one in names:
        parts.setdefault(crc32(one.encode()) % folds, []).append(one)
    left = [[one for one in names if one not in part] for _, part in sorted(parts.items())]
    stay = lambda some: sum(len(moved(one)) == 1 for one in some) / len(some) if some else None  # noqa: E731
    wanted = jackknife(stay(names), [stay(some) for some in left])
    assert row.share == pytest.approx(wanted.value)
    assert (row.std_error is None) == (wanted.std_error is None)
    assert row.std_error is None or row.std_error == pytest.approx(wanted.std_error, abs=1e-9)


def moved(one: str) -> list[tuple[str, int]]:
    """Some leave after six hours."""
    return [("a", 0), ("b", 6)][: 1 + len(one) % 2]


def test_intervals_hold_the_truth_of_simulated_customers_at_their_rate():
    """Deterministic: populations whose stages have a memory, and of whom many are still on their way."""
    stages = {"trial": 25, "paid": 40, "lapsed": 60}
    truth = {stage: TRIAL.standing("trial", stage, after=days(at)) for stage, at in stages.items()}
    held = Counter()
    for seed in range(40):
        rows = simulate.stage_rows(
            TRIAL, customers=150, seed=seed, start="2026-01-01T00:00Z", as_of="2026-05-01T00:00Z"
        )
        log = StageLog.from_rows(rows, TRIAL.model, as_of="2026-05-01T00:00Z")
        found = log.stage_probabilities("trial", days(90))
        for stage, at in stages.items():
            row = next(row for row in found.at(days(at)) if row.stage == stage)
            held[stage] += row.interval.low < truth[stage] < row.interval.high
    assert all(35 <= n <= 40 for n in held.values()), held


TRIAL = Rates(
    StageModel("app", ["trial", "paid"], exits=[Stage("lapsed", exit="paused"), Stage("churned", exit="ended")]),
    (("trial", 1.0),),
    (
        Leaving("trial", (Way("paid", 0.5, Wait(14)), Way("lapsed", 0.4, Wait(25)))),
        Leaving("paid", (Way("churned", 0.3, Wait(30, 4)),)),
        Leaving("lapsed", (Way("paid", 0.3, Wait(20)),)),
    ),
)
