"""Presence from arrays, equal to that from rows."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from custlife.calendar import periods
from custlife.engines import rows
from custlife.engines.arrays.presence import count_presence
from custlife.engines.presence import Presence
from tests.engines.arrays.drawn import EVERY, SPLITS, histories
from tests.engines.making import NAMES, history

DAY = 86_400
CODES = st.frozensets(st.integers(0, len(NAMES) - 1))


@given(histories(observed=True), SPLITS, CODES, EVERY)
def test_presence_is_that_of_rows(made, by, codes, every):
    request = Presence(periods(every, tz=made.zone), codes, by)
    assert count_presence(request, made) == rows.gather(request, made)


def both(made, codes=frozenset({1})):
    request = Presence(periods("day"), codes)
    assert count_presence(request, made) == rows.gather(request, made)
    return rows.gather(request, made)


def test_only_periods_in_which_something_changes_are_counted():
    made = history([("u", 0, "a"), ("u", DAY, "b"), ("u", 5 * DAY, "a"), ("v", 0, "a")])
    assert both(made) == {((), 1, False, True, False): 1, ((), 5, True, False, True): 1}


def test_who_is_away_for_a_part_of_a_period_and_who_is_passing():
    made = history([("u", 0, "b"), ("u", DAY, "a"), ("u", DAY + 5, "b"), ("v", DAY, "b"), ("v", DAY + 9, "a")])
    assert both(made) == {
        ((), 0, False, True, False): 1,
        ((), 1, True, True, True): 1,
        ((), 1, False, False, False): 1,
    }


def test_who_comes_back_was_there_before():
    made = history([("u", 0, "b"), ("u", DAY, "a"), ("u", 9 * DAY, "b")])
    assert both(made)[(), 9, False, True, True] == 1


def test_moving_among_the_stages_is_no_change():
    assert both(history([("u", 0, "b"), ("u", DAY, "c")]), frozenset({1, 2})) == {((), 0, False, True, False): 1}


@given(CODES)
@example(frozenset())
def test_nobody_is_in_an_empty_history(codes):
    assert both(history([]), codes) == {}
    assert both(history([("u", 0, "a")]), frozenset()) == {}
