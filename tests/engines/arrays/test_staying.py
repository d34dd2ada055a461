"""Stays from arrays, equal to those from rows."""

from __future__ import annotations

from array import array

import attrs
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.calendar import to_us, zone
from custlife.engines import gather, rows
from custlife.engines.arrays import keys, staying
from custlife.engines.arrays.staying import count_spells
from custlife.engines.arrays.views import Views
from custlife.engines.gathers import Spells, SpellTally
from custlife.engines.rows.staying import _whole_days as whole_days
from tests.engines.arrays.drawn import HOUR, NIGHTS, SPLITS, histories
from tests.engines.making import NAMES, history

CLOCK = st.sampled_from(["visit", "total"])
RESOLUTION = st.sampled_from(["exact", "day"])
DAY = 86_400
DAY_US = DAY * 1_000_000


@given(histories(observed=True), SPLITS, CLOCK)
def test_spells_are_those_of_rows(made, by, clock):
    request = Spells(by, clock)
    assert count_spells(request, made) == rows.gather(request, made)


@given(histories(observed=True), SPLITS, CLOCK)
def test_spells_in_days_are_those_of_rows(made, by, clock):
    request = Spells(by, clock, "day")
    assert count_spells(request, made) == rows.gather(request, made)


HALF_HOURS = st.builds(lambda days, more: abs(48 * days + more), st.integers(0, 3), st.integers(-4, 4))


@given(st.sampled_from(NIGHTS), st.lists(st.tuples(st.integers(-60, 60), HALF_HOURS, st.booleans())))
@example(NIGHTS[2], [(-43, 47, False)])  # the hour in which the day would be over is skipped
@example(NIGHTS[3], [(6, 0, True)])  # nothing is over in the second reading of a repeated hour
def test_whole_days_are_those_of_rows_around_awkward_nights(night, stays):
    tz, base = zone(night[0]), to_us(night[1])
    starts = [base + half_hours * HOUR // 2 for half_hours, _, _ in stays]
    ends = [start + half_hours * HOUR // 2 for start, (_, half_hours, _) in zip(starts, stays, strict=True)]
    are_ends = [is_end for _, _, is_end in stays]
    found = staying._whole_days(tz)(np.array(starts, np.int64), np.array(ends, np.int64), np.array(are_ends, np.bool_))
    assert found.tolist() == list(map(whole_days(tz), starts, ends, are_ends))


@given(histories(events=False, observed=True), SPLITS, CLOCK, RESOLUTION)
def test_spells_are_those_of_rows_in_pieces_and_with_many_keys(made, by, clock, resolution):
    request = Spells(by, clock, resolution)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "SMALL", 1)
        patch.setattr(staying, "SMALL", 0)
        patch.setattr(Views.parts, "__defaults__", (5,))
        assert count_spells(request, made) == rows.gather(request, made)


def test_stays_are_sorted_by_where_they_led():
    made = history([("u", 0, "a"), ("u", 5, "b"), ("v", 0, "a"), ("v", 3, "b"), ("w", 6, "a")], as_of=9)
    assert count_spells(Spells(), made) == {
        ((), 0): SpellTally({1: array("q", [3_000_000, 5_000_000])}, array("q", [3_000_000])),
        ((), 1): SpellTally({}, array("q", [4_000_000, 6_000_000])),
    }


@given(histories(observed=True), SPLITS, st.integers(0, 63))
def test_stays_are_sorted_alike_whether_cell_and_length_fit_one_number_or_not(made, by, bits):
    request = Spells(by)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staying, "PACKED_BITS", bits)
        assert count_spells(request, made) == rows.gather(request, made)


def test_stays_of_thousands_of_years_are_sorted_though_they_do_not_fit_beside_their_cell():
    first, last = -62_135_596_800, 253_402_300_799
    made = history([(name, first + n, name) for n, name in enumerate(NAMES)], as_of=last)
    assert count_spells(Spells(), made) == rows.gather(Spells(), made)


def test_stays_of_one_unit_in_one_stage_are_added_up():
    made = history([("u", 0, "a"), ("u", 2, "b"), ("u", 3, "a"), ("u", 8, "c")], as_of=9)
    found = count_spells(Spells(clock="total"), made)
    assert found[(), 0] == SpellTally({2: array("q", [7_000_000])})


def test_an_end_takes_the_next_whole_day_and_a_censoring_the_last():
    made = history([("u", 0, "a"), ("u", DAY + 1, "b")], as_of=3 * DAY)
    assert count_spells(Spells(resolution="day"), made) == {
        ((), 0): SpellTally({1: array("q", [2 * DAY_US])}),
        ((), 1): SpellTally({}, array("q", [DAY_US])),
    }


def test_a_stay_that_lasts_for_whole_days_has_completed_them():
    made = history([("u", 0, "a")], as_of=2 * DAY)
    assert count_spells(Spells(resolution="day"), made) == {((), 0): SpellTally({}, array("q", [2 * DAY_US]))}


def test_delays_are_added_up_and_then_taken_in_completed_days():
    rows = [("u", 0, "a"), ("u", DAY // 2, "b"), ("u", DAY, "a"), ("u", 9 * DAY, "b")]
    found = count_spells(Spells((), "total", "day"), history(rows, since=2 * DAY))
    ended = {1: array("q", [9 * DAY_US])}  # of eight days and a half, a day and a half are missed
    assert found[(), 0] == SpellTally(ended, entered=array("q", [DAY_US]), truncated=1)


def test_stays_over_before_observation_are_gone_and_others_enter_late():
    made = history([("u", 0, "a"), ("u", 4, "b"), ("u", 6, "c")], as_of=9, since=5)
    assert count_spells(Spells(), made) == {
        ((), 0): SpellTally(gone=1),
        ((), 1): SpellTally({2: array("q", [2_000_000])}, entered=array("q", [1_000_000]), truncated=1),
        ((), 2): SpellTally({}, array("q", [3_000_000])),
    }


def test_nobody_stays_in_an_empty_history():
    assert count_spells(Spells((), "total", "day"), history([])) == {}


def test_lengths_are_columns_of_their_own():
    made = attrs.evolve(history([("u", 0, "a")], as_of=1), engine="arrays")
    tally = gather(Spells(), made)[(), 0]
    assert (tally.open.typecode, type(tally.open), type(tally.gone)) == ("q", array, int)
