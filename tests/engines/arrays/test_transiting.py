"""Transits from arrays, equal to those from rows."""

from __future__ import annotations

from array import array

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custlife.calendar.ticks import ticks_back
from custlife.engines import rows
from custlife.engines.arrays import keys
from custlife.engines.arrays.transiting import count_transits
from custlife.engines.arrays.views import Views
from custlife.engines.gathers import OPEN
from custlife.engines.history import Column
from custlife.engines.transits import Transits, TransitTable
from tests.engines.arrays.drawn import EVERY, SPLITS, histories
from tests.engines.making import history


def request(made, every, by):
    starts = [us for us in (made.since, min(made.at, default=made.as_of)) if us is not None]
    return Transits(ticks_back(made.as_of, every, made.zone, max(starts)), by)


@given(histories(observed=True, events=False), SPLITS, EVERY)
def test_transits_are_those_of_rows(made, by, every):
    asked = request(made, every, by)
    assert count_transits(asked, made) == rows.gather(asked, made)


@given(histories(observed=True, events=False), SPLITS, EVERY)
def test_transits_are_those_of_rows_in_small_pieces_with_many_combinations(made, by, every):
    asked = request(made, every, by)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "LIMIT", 50)
        patch.setattr(keys, "SMALL", 1)
        patch.setattr(Views.parts, "__defaults__", (3,))
        assert count_transits(asked, made) == rows.gather(asked, made)


@given(histories(observed=True, events=False), EVERY, st.integers(1, 9))
def test_every_unit_is_seen_today_and_arrives_once(made, every, width):
    asked = request(made, every, ())
    table = rows.gather(asked, made)
    together = [table.stays, table.truncated]
    assert sum(n for stays in together for (*_, then), n in stays.items() if then == OPEN) == len(made.ids)
    assert sum(table.arrivals.values()) == len(made.ids)
    # whoever stands at an instant stands at all later ones
    instants = sum(covered * n for stays in together for (_, _, covered, _), n in stays.items())
    assert instants == sum((ago + 1) * n for (_, ago, _), n in table.arrivals.items())


def seconds(*times):
    return tuple(1_000_000 * second for second in times)


@pytest.mark.parametrize("count", [count_transits, rows.gather])
def test_what_lies_between_two_instants_collapses(count):
    made = history([("u", 0, "a"), ("u", 3, "b"), ("u", 4, "c"), ("u", 12, "a")], as_of=20)
    table = count(Transits(seconds(0, 10, 20)), made)
    assert table == TransitTable({((), 0, 1, 2): 1, ((), 2, 1, 0): 1, ((), 0, 1, OPEN): 1}, {}, {((), 2, 0): 1})


@pytest.mark.parametrize("count", [count_transits, rows.gather])
def test_a_stay_covers_the_instant_at_which_it_begins_but_not_that_at_which_it_ends(count):
    made = history([("u", 10, "a"), ("u", 20, "b")], as_of=20)
    table = count(Transits(seconds(0, 10, 20)), made)
    assert table == TransitTable({((), 0, 1, 1): 1, ((), 1, 1, OPEN): 1}, {}, {((), 1, 0): 1})


@pytest.mark.parametrize("count", [count_transits, rows.gather])
def test_who_leaves_and_is_back_at_the_next_instant_begins_a_stay_anew(count):
    made = history([("u", 0, "a"), ("u", 13, "b"), ("u", 14, "a")], as_of=20)
    table = count(Transits(seconds(0, 10, 20)), made)
    assert table.stays == {((), 0, 2, 0): 1, ((), 0, 1, OPEN): 1}


@pytest.mark.parametrize("count", [count_transits, rows.gather])
def test_stays_begun_before_observation_are_told_apart(count):
    made = history([("u", 1, "a"), ("u", 15, "b")], since=5, as_of=20)
    table = count(Transits(seconds(10, 20)), made)
    assert (table.stays, table.truncated) == ({((), 1, 1, OPEN): 1}, {((), 0, 1, 1): 1})


@pytest.mark.parametrize("count", [count_transits, rows.gather])
def test_the_segment_is_that_of_the_start_of_the_stay(count):
    made = history([("u", 0, "a"), ("u", 5, "b")], as_of=10)
    made = attrs.evolve(made, segments={"plan": Column(array("i", [0, 1]), ("pro", "free"))})
    table = count(Transits(seconds(0, 10), ("plan",)), made)
    assert table == TransitTable({(("pro",), 0, 1, 1): 1, (("free",), 1, 1, OPEN): 1}, {}, {(("pro",), 1, 0): 1})
