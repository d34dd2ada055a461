"""Time in stage: every stay counted once, with its length, its end and what came before observation."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.analysis.time_in_stage import TimeInStage
from custlife.calendar import days, hours, months
from custlife.errors import UnknownNameError, UsageError
from custlife.stats import kaplan_meier
from tests.analysis.strategies import AS_OF, NAMES, SINCE, STAGE_ROWS, ZONE, event_log, hour, stage_log
from tests.oracles.lifecycle import Length, Row, histories, lengths, stays, whole_days

DAY_US = 86_400_000_000


def table_of(log, question):
    from custlife.engines import run

    return run(question.requests(log.history), log.history)[0]


def counted(table, names):
    """The table as multisets: what any engine must agree on."""
    ended, still, late, truncated, gone = Counter(), Counter(), Counter(), Counter(), Counter()
    for (group, code), tally in table.items():
        plan = group[0] if group else "all"
        key = names[code], plan
        for then, times in tally.ended.items():
            ended.update((*key, names[then], us) for us in times)
        still.update((*key, us) for us in tally.open)
        late.update((*key, us) for us in tally.entered)
        truncated[key] += tally.truncated
        gone[key] += tally.gone
    return ended, still, late, +truncated, +gone


def expected(made: list[Length], gone, split: bool):
    plan = lambda one: one.plan if split else "all"  # noqa: E731
    over = Counter()
    for (stage, segment), n in gone.items():
        over[stage, segment if split else "all"] += n
    return (
        Counter((one.stage, plan(one), one.next, one.length) for one in made if one.next is not None),
        Counter((one.stage, plan(one), one.length) for one in made if one.next is None),
        Counter((one.stage, plan(one), one.delay) for one in made if one.delay),
        Counter((one.stage, plan(one)) for one in made if one.truncated),
        over,
    )


BACK_AT_SINCE = [Row("u1", hour(0), "a"), Row("u1", hour(5), "b"), Row("u1", hour(9), "a"), Row("u1", hour(9), "b")]


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, clock=st.sampled_from(["visit", "total"]), split=st.booleans())
@example(rows=BACK_AT_SINCE, as_of=hour(20), since=hour(9), clock="total", split=False)
def test_the_table_holds_every_stay_once(rows, as_of, since, clock, split):
    log = stage_log(rows, as_of, since)
    table = table_of(log, TimeInStage(clock=clock, by=("plan",) if split else ()))
    found = stays(histories(rows, NAMES, as_of, collapse=True))
    made, gone = lengths(found, as_of, since, total=clock == "total")
    assert counted(table, NAMES) == expected(made, gone, split)


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE)
@example(rows=[Row("u1", hour(10), "a")], as_of=hour(110), since=hour(80))
def test_whole_days_are_days_of_the_wall_clock(rows, as_of, since):
    log = stage_log(rows, as_of, since)
    table = table_of(log, TimeInStage(resolution="day"))
    made = []
    for stay in stays(histories(rows, NAMES, as_of, collapse=True)):
        end = stay.left or as_of
        length = whole_days(stay.entered, end, ZONE, is_end=stay.left is not None)
        late = since is not None and stay.entered < since
        delay = whole_days(stay.entered, since, ZONE, is_end=False) if late else 0
        if (not late or end > since) and not 0 < delay >= length:
            made.append(Length(stay.stage, None, length * DAY_US, delay * DAY_US, stay.next, late))
    assert counted(table, NAMES)[:4] == expected(made, Counter(), split=False)[:4]


@given(rows=STAGE_ROWS, as_of=AS_OF)
def test_whole_days_added_up_are_rounded_once(rows, as_of):
    table = table_of(stage_log(rows, as_of), TimeInStage(resolution="day", clock="total"))
    made, _ = lengths(stays(histories(rows, NAMES, as_of, collapse=True)), as_of, None, total=True)
    ended, still, *_ = counted(table, NAMES)
    assert sorted(us // DAY_US for *_, us in ended.elements()) == sorted(-(-m.length // DAY_US) for m in made if m.next)
    assert sorted(us // DAY_US for *_, us in still.elements()) == sorted(m.length // DAY_US for m in made if not m.next)


@given(rows=STAGE_ROWS, as_of=AS_OF, since=SINCE)
def test_segments_add_up_to_the_whole(rows, as_of, since):
    log = stage_log(rows, as_of, since)
    whole, parts = log.time_in_stage(), log.time_in_stage(by="plan")
    for row in whole.rows:
        mine = [part for part in parts.rows if part.stage == row.stage]
        for name in ("n", "ended", "open", "truncated", "gone"):
            assert sum(getattr(part, name) for part in mine) == getattr(row, name)
        onward = Counter({one.stage: one.count for one in row.next})
        assert sum((Counter({one.stage: one.count for one in part.next}) for part in mine), Counter()) == onward


@given(rows=STAGE_ROWS, as_of=AS_OF)
def test_rows_in_any_order_give_the_same_bytes(rows, as_of):
    assert stage_log(rows, as_of).time_in_stage().to_json() == stage_log(rows[::-1], as_of).time_in_stage().to_json()


def rows_by_length(*lengths_and_ends):
    """One stay in `a` for each pair of hours and whether it ended."""
    made = []
    for number, (length, is_over) in enumerate(lengths_and_ends):
        start = hour(100) - timedelta(hours=length)
        made.append(Row(f"u{number}", start, "a"))
        if is_over:
            made.append(Row(f"u{number}", hour(100), "b"))
    return made


def test_an_open_stay_is_censored_not_left_out():
    found = stage_log(rows_by_length((24, True), (48, True), (72, False)), hour(100)).time_in_stage()["a"]
    assert (found.n, found.ended, found.open) == (3, 2, 1)
    assert found.curve == kaplan_meier([1.0, 2.0], [3.0])
    assert found.median.value == 2.0
    assert found.lower_quartile.value == 1.0
    assert found.upper_quartile.value is None
    assert found.restricted_mean.value == pytest.approx(1 + 2 / 3 + 1 / 3)


def test_exact_times_are_the_default_and_days_are_named():
    rows = [Row("u1", hour(0), "a"), Row("u1", hour(0) + timedelta(microseconds=1), "b")]
    exact = stage_log(rows, hour(9)).time_in_stage("a")
    binned = stage_log(rows, hour(9)).time_in_stage("a", resolution="day")
    assert exact["a"].median.value == 1 / DAY_US
    assert binned["a"].median.value == 1
    assert any("approximation" in note for note in binned.footnotes())
    assert not any("approximation" in note for note in exact.footnotes())


def test_who_was_there_before_is_at_risk_from_then_on():
    rows = [Row("u1", hour(0), "a"), Row("u1", hour(72), "b"), Row("u2", hour(48), "a"), Row("u2", hour(72), "b")]
    found = stage_log(rows, hour(100), hour(48)).time_in_stage()["a"]
    assert found.truncated == 1
    assert found.curve == kaplan_meier([3.0, 1.0], entered=[2.0])


def test_a_stay_over_before_observation_is_gone_and_said_so():
    rows = [Row("u1", hour(0), "a"), Row("u1", hour(24), "b")]
    found = stage_log(rows, hour(100), hour(48)).time_in_stage()
    assert (found["a"].n, found["a"].gone, found["b"].truncated) == (0, 1, 1)
    assert "1 stays were over before observation began." in found.footnotes()
    assert "1 stays began before observation did and are at risk from then on." in found.footnotes()


def test_next_stages_are_counts_in_the_order_of_the_path():
    rows = [Row("u1", hour(0), "a"), Row("u1", hour(1), "lost"), Row("u2", hour(0), "a"), Row("u2", hour(1), "b")]
    assert [(n.stage, n.count) for n in stage_log(rows, hour(9)).time_in_stage()["a"].next] == [("b", 1), ("lost", 1)]


def test_every_stage_of_the_path_has_a_row_even_with_nobody_in_it():
    found = stage_log([], hour(1)).time_in_stage()
    assert [row.stage for row in found.rows] == ["a", "b", "c"]
    assert found["b"].median.reason == "no spells"
    assert "a" in str(found)


def test_one_may_ask_for_some_stages_and_a_horizon():
    log = stage_log(rows_by_length((24, True), (48, True)), hour(100))
    found = log.time_in_stage("a", horizon=days(1))
    assert [row.stage for row in found.rows] == ["a"]
    assert found["a"].restricted_mean.value == 1.0
    assert log.time_in_stage("a", horizon=hours(36))["a"].restricted_mean.value == 1.25


def test_a_mean_says_up_to_when_it_is_one():
    def told(log, **options):
        return log.time_in_stage("a", **options).footnotes()[1]

    log = stage_log(rows_by_length((24, True), (48, False)), hour(100))
    assert told(log, horizon=days(2)) == "Restricted mean up to 2 days."
    assert told(log, horizon=days(9)) == "Restricted mean up to 9 days; none where nobody was seen for so long."
    assert told(log) == "Restricted mean up to 2.0 days, the longest stay seen."
    rows = [Row("u1", hour(0), "a", "p"), Row("u2", hour(2), "a", "q")]
    split = stage_log(rows, hour(9))
    uneven = "Restricted mean up to the longest stay seen in each row: pass horizon= to compare them."
    assert told(split, by="plan") == uneven
    assert [row.restricted_mean.horizon for row in split.time_in_stage("a", by="plan").rows] == [9 / 24, 7 / 24]
    assert len(stage_log([], hour(1)).time_in_stage("a").footnotes()) == 1


def test_a_segment_that_changes_is_counted_in_the_notes():
    rows = [Row("u1", hour(0), "a", "p"), Row("u1", hour(2), "a", "q"), Row("u2", hour(2), "a", "q")]
    found = stage_log(rows, hour(9)).time_in_stage(by="plan")
    assert found["p · a"].n == 1
    assert [n.count for n in found.notes if n.kind == "changed"] == [1]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"clock": "wall"}, "clock='wall'"),
        ({"resolution": "hour"}, "resolution='hour'"),
        ({"horizon": months(1)}, "horizon=1 month"),
        ({"level": 95}, "level=95"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments, text):
    with pytest.raises(UsageError, match=text):
        stage_log([], hour(1)).time_in_stage(**arguments)


def test_unknown_names_are_named():
    log = stage_log([Row("u1", hour(0), "a")], hour(1))
    with pytest.raises(UnknownNameError, match="'z'"):
        log.time_in_stage("z")
    with pytest.raises(UnknownNameError, match="'region'"):
        log.time_in_stage(by="region")
    with pytest.raises(UnknownNameError, match="interval"):
        log.time_in_stage(interval="wald")
    with pytest.raises(UnknownNameError, match="row 'z'"):
        log.time_in_stage()["z"]


def test_events_have_no_stages():
    with pytest.raises(UsageError, match="holds events"):
        event_log([], hour(1)).ask(TimeInStage(("visit",)))


def test_a_curve_of_very_many_lengths_is_made_when_asked_for(monkeypatch) -> None:
    from custlife import simulate
    from custlife.analysis import time_in_stage

    log = simulate.b2b(30, seed=3)
    kept = log.time_in_stage()
    monkeypatch.setattr(time_in_stage, "KEPT", 0)
    made = log.time_in_stage()
    assert "curve" not in vars(made.rows[0])
    assert [row.curve for row in made.rows] == [row.curve for row in kept.rows]
    assert made.to_dicts() == kept.to_dicts()
