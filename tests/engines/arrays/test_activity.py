"""Activity from arrays, equal to that from rows."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar import periods
from custlife.engines import gather, rows
from custlife.engines.arrays import activity, keys
from custlife.engines.arrays.activity import count_activity
from custlife.engines.arrays.views import Views
from custlife.engines.gathers import LATE, NEVER, Activity, ActivityTable
from tests.engines.arrays.drawn import EVERY, SPLITS, histories
from tests.engines.making import NAMES, history

DAY = 86_400
CODES = st.frozensets(st.integers(0, len(NAMES) - 1), max_size=4) | st.just(frozenset({0, 1}))
A = frozenset({0})
DAYS = periods("day")


@given(histories(observed=True), EVERY, CODES, CODES, st.booleans(), SPLITS)
def test_activity_is_that_of_rows(made, every, active, start, recurring, by):
    request = Activity(periods(every, tz=made.zone), active, start, recurring, by)
    assert count_activity(request, made) == rows.gather(request, made)


@given(histories(observed=True), EVERY, CODES, st.booleans(), SPLITS)
def test_activity_that_starts_by_being_active_is_that_of_rows(made, every, codes, recurring, by):
    request = Activity(periods(every, tz=made.zone), codes, codes, recurring, by)
    assert count_activity(request, made) == rows.gather(request, made)


@given(histories(events=True, observed=True), EVERY, CODES, CODES, SPLITS)
def test_recurring_activity_is_that_of_rows_in_pieces_and_with_many_keys(made, every, active, start, by):
    request = Activity(periods(every, tz=made.zone), active, start, True, by)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "SMALL", 1)
        patch.setattr(activity, "PIECE", 3)
        patch.setattr(Views.parts, "__defaults__", (5,))
        assert count_activity(request, made) == rows.gather(request, made)


def test_a_unit_is_active_on_each_day_of_a_stay():
    made = history([("u", 0, "a"), ("u", 2 * DAY, "b"), ("u", 4 * DAY + 1, "a")], as_of=5 * DAY)
    assert count_activity(Activity(DAYS, A, A), made) == ActivityTable(
        cohorts={((), 0): 1},
        retained={((), 0, day): 1 for day in (0, 1, 4, 5)},
        last={((), 0, 5): 1},
        growth={((), NEVER, 0): 1, ((), 0, 1): 1, ((), 1, 4): 1, ((), 4, 5): 1},
    )


def test_activity_before_the_first_start_does_not_count():
    made = history([("u", 0, "a"), ("u", 2 * DAY, "b"), ("u", 3 * DAY, "lost")])
    assert count_activity(Activity(DAYS, frozenset({0, 1}), frozenset({1})), made) == ActivityTable(
        cohorts={((), 2): 1}, retained={((), 2, 2): 1}, last={((), 2, 2): 1}, growth={((), NEVER, 2): 1}
    )


def test_a_stay_of_no_length_is_active_on_its_day():
    made = history([("u", DAY, "a"), ("u", DAY, "lost")], as_of=3 * DAY)
    assert count_activity(Activity(DAYS, A, A), made) == ActivityTable(
        cohorts={((), 1): 1}, retained={((), 1, 1): 1}, last={((), 1, 1): 1}, growth={((), NEVER, 1): 1}
    )


def test_a_unit_that_starts_before_it_is_active_comes_late():
    made = history([("u", 0, "x"), ("u", DAY, "y"), ("v", 0, "y")], model=None)
    assert count_activity(Activity(DAYS, frozenset({1}), frozenset({0})), made) == ActivityTable(
        cohorts={((), 0): 1}, retained={((), 0, 1): 1}, last={((), 0, 1): 1}, growth={((), LATE, 1): 1}, outside=1
    )


def test_each_day_with_a_start_opens_a_cohort_where_starts_recur():
    made = history([("u", 0, "x"), ("u", DAY, "x"), ("u", DAY + 5, "x")], model=None)
    found = count_activity(Activity(DAYS, A, A, recurring=True), made)
    assert found.cohorts == {((), 0): 1, ((), 1): 1}
    assert found.retained == {((), 0, 0): 1, ((), 0, 1): 1, ((), 1, 1): 1}
    assert found.last == {((), 0, 1): 1, ((), 1, 1): 1}


def test_a_later_cohort_keeps_only_what_is_active_from_then_on():
    made = history([("u", 0, "x"), ("u", 3 * DAY, "x")], model=None)
    found = count_activity(Activity(DAYS, A, A, recurring=True), made)
    assert found.retained == {((), 0, 0): 1, ((), 0, 3): 1, ((), 3, 3): 1}


def test_who_starts_and_is_never_active_is_in_a_cohort_only():
    made = history([("u", 0, "x"), ("u", 0, "y"), ("v", 0, "x")], model=None)
    assert count_activity(Activity(DAYS, frozenset({1}), A), made) == ActivityTable(
        cohorts={((), 0): 2}, retained={((), 0, 0): 1}, last={((), 0, 0): 1}, growth={((), NEVER, 0): 1}
    )


def test_who_started_before_observation_is_in_no_cohort():
    made = history([("u", 0, "a")], as_of=DAY, since=1)
    assert count_activity(Activity(DAYS, A, A), made) == ActivityTable(
        cohorts={}, retained={}, last={}, growth={((), NEVER, 0): 1, ((), 0, 1): 1}, truncated=1
    )


def test_nobody_is_active_in_an_empty_history():
    assert count_activity(Activity(DAYS, A, A), history([])) == ActivityTable({}, {}, {}, {})


def test_counts_are_plain_numbers():
    made = attrs.evolve(history([("u", 0, "a"), ("v", DAY, "b")]), engine="arrays")
    found = gather(Activity(DAYS, A, A), made)
    for table in (found.cohorts, found.retained, found.last, found.growth):
        for (_, *numbers), n in table.items():
            assert {type(number) for number in (*numbers, n)} == {int}
    assert type(found.truncated) is type(found.outside) is int
