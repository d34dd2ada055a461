"""Activity by the short way against the long way, and stays against a law of their own."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar import periods
from custlife.engines.gathers import Activity
from custlife.engines.rows.activity import count_activity
from custlife.engines.rows.looking import spelled
from tests.engines.making import NAMES, Rows, event_rows, history, raw_history, stage_rows

HALF_DAY = 43_200
SKIPPED = 15_338  # 2011-12-30 in Apia
CODES = st.frozensets(st.integers(0, len(NAMES) - 1), min_size=1)


def on_half_days(rows: Rows) -> Rows:
    """Rows of which every other one lies on the edge of two days."""
    return [(unit, second * HALF_DAY, name) for unit, second, name in rows]


@given(
    stage_rows(3, 12),
    CODES,
    st.integers(12, 16),
    st.sampled_from(["day", "week"]),
    st.sampled_from(["UTC", "Pacific/Apia"]),
)
def test_what_starts_by_being_active_is_counted_alike_with_and_without_a_start_of_observation(
    rows, codes, as_of, every, tz
):
    made = history(on_half_days(rows), as_of=as_of * HALF_DAY)
    request = Activity(periods(every, tz=tz), codes, codes)
    assert count_activity(request, made) == count_activity(request, attrs.evolve(made, since=-(10**12)))


@given(event_rows(3, 12), st.frozensets(st.integers(0, 2), min_size=1))
def test_events_are_counted_alike_with_and_without_a_start_of_observation(rows, codes):
    made = history(on_half_days(rows), model=None)
    request = Activity(periods("day"), codes, codes)
    assert count_activity(request, made) == count_activity(request, attrs.evolve(made, since=-(10**12)))


def test_a_skipped_day_is_no_day_of_activity():
    # Apia had no 2011-12-30
    apia = periods("day", tz="Pacific/Apia")
    edge = apia.start(SKIPPED + 1) // 1_000_000
    made = history([("u", edge - 100, "a"), ("u", edge, "lost")], as_of=edge + 100)
    counted = count_activity(Activity(apia, frozenset({0}), frozenset({0})), made)
    assert list(counted.retained) == [((), SKIPPED - 1, SKIPPED - 1)]


@given(stage_rows(3, 14))
def test_collapsing_keeps_the_rows_that_change_the_stage(rows):
    full = raw_history(rows)
    stays = spelled(full)
    kept = [
        (unit, full.at[row], full.code[row])
        for unit, (low, high) in zip(full.ids, full.ranges(), strict=True)
        for row in range(low, high)
        if row == low or full.code[row] != full.code[row - 1]
    ]
    found = [
        (unit, stays.at[row], stays.code[row])
        for unit, (low, high) in zip(stays.ids, stays.ranges(), strict=True)
        for row in range(low, high)
    ]
    assert found == kept
    assert sum(note.count for note in stays.notes if note.kind == "collapsed") == len(full) - len(stays)
