"""Growth accounting: its identities, and every class against brute force."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from tests.analysis.strategies import (
    AS_OF,
    DAYS,
    EVENT_ROWS,
    EVENTS,
    NAMES,
    SINCE,
    STAGE_ROWS,
    START,
    ZONE,
    event_log,
    hour,
    stage_log,
)
from tests.oracles.lifecycle import Row, calendar, growth, histories, label

THRESHOLD = st.integers(1, 3)
CLASSES = {
    "active": "active",
    "new": "new",
    "returning": "returning",
    "resurrected": "resurrected",
    "dormant": "dormant",
    "stock": "dormant_stock",
}


def check(found, expected, periods, as_of, since, *, split):
    numbers = {label(low, found.question.every, ZONE): n for n, (low, _) in enumerate(periods)}
    shown = {numbers[row.period] for row in found.rows}
    for segment in {row.segment for row in found.rows}:
        for row in [row for row in found.rows if row.segment == segment]:
            number = numbers[row.period]
            low, high = periods[number]
            assert row.is_complete == (high <= as_of and (since is None or since <= low))
            for name, field in CLASSES.items():
                wanted = sum(
                    n
                    for (plan, period, kind), n in expected.items()
                    if (period, kind) == (number, name) and (not split or plan == segment[0])
                )
                assert getattr(row, field) == wanted, (row, name)
    for (_, period, kind), _n in expected.items():
        just_begun = periods[period][0] == as_of
        before_observation = since is not None and periods[period][1] <= since
        assert kind not in {"new", "resurrected", "active"} or period in shown or just_begun or before_observation


def periods_for(rows, as_of, every):
    seen = [row.at for row in rows if row.at <= as_of]
    return calendar(min([*seen, as_of, START]), as_of, every, ZONE)


@given(
    rows=STAGE_ROWS, as_of=AS_OF, since=SINCE, every=DAYS, split=st.booleans(), dormant=THRESHOLD, back=THRESHOLD,
    new=st.sampled_from(["first_active", "first_seen", "c"]),
)  # fmt: skip
def test_classes_of_stages_are_those_of_brute_force(rows, as_of, since, every, split, dormant, back, new):
    born = {"first_active": {"b", "c"}, "first_seen": set(NAMES), "c": {"c"}}[new]
    seen = histories(rows, NAMES, as_of, collapse=True)
    periods = periods_for(rows, as_of, every)
    expected = growth(seen, periods, {"b", "c"}, born, as_of, spans=True, dormant_after=dormant, resurrected_after=back)
    found = stage_log(rows, as_of, since).growth_accounting(
        every=every, new=new, dormant_after=dormant, resurrected_after=back, by="plan" if split else ()
    )
    check(found, expected, periods, as_of, since, split=split)


@given(
    rows=EVENT_ROWS, as_of=AS_OF, every=DAYS, split=st.booleans(), dormant=THRESHOLD, back=THRESHOLD,
    new=st.sampled_from(["first_active", "first_seen", "buy"]),
)  # fmt: skip
def test_classes_of_events_are_those_of_brute_force(rows, as_of, every, split, dormant, back, new):
    born = {"first_active": {"visit"}, "first_seen": set(EVENTS), "buy": {"buy"}}[new]
    seen = histories(rows, tuple(sorted(EVENTS)), as_of, collapse=False)
    periods = periods_for(rows, as_of, every)
    expected = growth(seen, periods, {"visit"}, born, as_of, spans=False, dormant_after=dormant, resurrected_after=back)
    found = event_log(rows, as_of).growth_accounting(
        every=every, active="visit", new=new, dormant_after=dormant, resurrected_after=back, by="plan" if split else ()
    )
    check(found, expected, periods, as_of, None, split=split)


@given(rows=EVENT_ROWS, as_of=AS_OF, every=DAYS, new=st.sampled_from(["first_active", "first_seen", "buy"]))
def test_active_are_new_returning_or_resurrected_and_nobody_vanishes(rows, as_of, every, new):
    found = event_log(rows, as_of).growth_accounting(every=every, new=new).rows
    for row in found:
        assert row.active == row.new + row.returning + row.resurrected
    for before, row in pairwise(found):
        assert before.active == row.returning + row.dormant
        assert row.dormant_stock <= before.dormant_stock + row.dormant


def log_of(*visits: tuple[str, int], as_of: int = 24 * 6 - 1):
    return event_log([Row(unit, hour(day * 24), "visit") for unit, day in visits], hour(as_of))


def test_dormancy_is_counted_once_as_a_flow_and_stays_in_the_stock():
    rows = log_of(("u1", 0), ("u1", 4)).growth_accounting(every="day").rows
    assert [row.dormant for row in rows] == [0, 1, 0, 0, 0, 1, 0]
    assert [row.dormant_stock for row in rows] == [0, 1, 1, 1, 0, 1, 1]
    assert [row.resurrected for row in rows] == [0, 0, 0, 0, 1, 0, 0]


def test_thresholds_move_dormancy_and_resurrection():
    log = log_of(("u1", 0), ("u1", 3))
    rows = log.growth_accounting(every="day", dormant_after=2, resurrected_after=3).rows
    assert [row.dormant for row in rows] == [0, 0, 1, 0, 0, 1, 0]
    assert [row.returning for row in rows] == [0, 0, 0, 1, 0, 0, 0]


def test_the_quick_ratio_needs_somebody_dormant_and_a_whole_period():
    rows = log_of(("u1", 0), ("u2", 1), ("u3", 1), as_of=40).growth_accounting(every="day").rows
    assert [(row.quick_ratio, row.is_complete) for row in rows] == [(None, True), (None, False)]
    rows = log_of(("u1", 0), ("u2", 1), ("u3", 1)).growth_accounting(every="day").rows
    assert rows[1].quick_ratio == 2.0
    assert rows[3].quick_ratio is None


def test_activity_before_one_is_new_does_not_count():
    rows = [Row("u1", hour(0), "visit"), Row("u1", hour(24), "buy"), Row("u2", hour(0), "visit")]
    found = event_log(rows, hour(48)).growth_accounting(every="day", new="buy")
    assert [row.active for row in found.rows] == [1, 0]
    assert found.outside == 1
    assert "1 were active but never new." in found.footnotes()


def test_who_is_still_in_a_stage_at_the_first_instant_of_a_period_is_active_in_it():
    rows = [Row("u1", hour(0), "b"), Row("u2", hour(23), "b")]  # midnight in Zurich
    found = stage_log(rows, hour(23)).growth_accounting(every="day").rows
    assert [(row.active, row.returning, row.dormant) for row in found] == [(1, 0, 0), (2, 1, 0)]


def test_a_period_that_has_only_begun_is_shown_once_something_happens_in_it():
    found = event_log([Row("u1", hour(0), "visit")], hour(23)).growth_accounting(every="day")
    assert [row.period for row in found.rows] == ["2026-03-27"]
    found = stage_log([Row("u1", hour(0), "b")], hour(23)).growth_accounting(every="day")
    assert [row.period for row in found.rows] == ["2026-03-27"]


def test_one_who_was_seen_long_before_being_active_is_resurrected_not_new():
    rows = [Row("u1", hour(0), "a"), Row("u1", hour(50), "b")]
    found = stage_log(rows, hour(60)).growth_accounting(every="day", new="first_seen").rows
    assert [(row.new, row.resurrected) for row in found] == [(0, 1)]


def test_the_last_period_is_flagged_where_it_is_not_over():
    found = log_of(("u1", 0), as_of=30).growth_accounting(every="day")
    assert [row.is_complete for row in found.rows] == [True, False]
    assert found["2026-03-28"].dormant == 1
    assert "Not complete: 2026-03-28." in found.footnotes()
    assert "not complete" in found.picture().note
    assert found.picture().labels[1].endswith("*")


def test_a_split_answer_has_rows_by_label():
    found = event_log([Row("u1", hour(0), "visit", "p")], hour(1)).growth_accounting(every="day", by="plan")
    assert found["p · 2026-03-27"].new == 1
    assert found.to_dicts()[0]["plan"] == "p"


def test_nobody_gives_no_rows():
    assert event_log([], hour(1)).growth_accounting().rows == ()


def test_what_cannot_be_meant_is_refused():
    log = log_of(("u1", 0))
    with pytest.raises(UsageError, match="dormant_after=0"):
        log.growth_accounting(dormant_after=0)
    with pytest.raises(UsageTypeError, match="resurrected_after=True"):
        log.growth_accounting(resurrected_after=True)
    with pytest.raises(UsageError, match="nobody new"):
        log.growth_accounting(new=())
    with pytest.raises(UsageError, match="every='hour'"):
        log.growth_accounting(every="hour")
    with pytest.raises(UnknownNameError, match="period"):
        log.growth_accounting()["1999-01"]
