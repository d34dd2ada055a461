"""Errors of an incidence read row by row are those of the whole column, to the last bit."""

from __future__ import annotations

import pickle
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from custlife.stats import cumulative_incidence, incidence_errors
from custlife.stats.incidence_errors import IncidenceErrors
from tests.stats.strategies import late_spells


def won_of(rows):
    """The curve of those who were won: the ended whose exit is even."""
    ended = {"won": [t for _, t, how in rows if how and t % 2 == 0], "lost": [t for _, t, how in rows if how and t % 2]}
    censored, entered = [t for _, t, how in rows if not how], [t for t, _, _ in rows]
    return cumulative_incidence(ended, censored, entered=entered)["won"]


@given(late_spells(), st.lists(st.integers(0, 10**6), max_size=6), st.integers(1, 4))
def test_rows_in_any_order_have_the_errors_of_the_column(spells, asked, mark):
    curve = won_of(spells)
    errors = IncidenceErrors(curve.overall.at_risk, curve.overall.events, curve.events)
    column = list(errors.rows())
    with mock.patch.object(incidence_errors, "MARK", mark):
        for row in asked:
            if column:
                assert errors.at(row % len(column)) == column[row % len(column)]


@given(late_spells(), st.lists(st.integers(0, 10**6), max_size=6))
def test_readings_at_a_time_are_those_of_the_columns(spells, asked):
    curve, other = won_of(spells), won_of(spells)
    rows = [row % len(curve.events) for row in asked if len(curve.events)]
    points = [curve.at(curve.overall.times[row]) for row in rows]
    assert [point.std_error for point in points] == [other.std_error[row] for row in rows]
    assert list(curve.limits(rows)) == [(other.low[row], other.high[row]) for row in rows]
    assert pickle.loads(pickle.dumps(curve)) == other


def test_a_reading_goes_on_from_where_an_earlier_one_has_been():
    curve = won_of([(0, t, t % 3 > 0) for t in range(1, 2_000)])
    errors = IncidenceErrors(curve.overall.at_risk, curve.overall.events, curve.events)
    column = list(errors.rows())
    assert [errors.at(row) for row in (1_900, 300, 511, 512, 1_998)] == [
        column[row] for row in (1_900, 300, 511, 512, 1_998)
    ]
    assert len(errors._marks) == 1 + 1_998 // incidence_errors.MARK
