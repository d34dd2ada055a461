"""Competing ends and log-rank tests by NumPy are those made without it, to the last bit."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.stats import cumulative_incidence, log_rank, risk_table
from custlife.stats.columns import raw
from tests.stats.strategies import late_spells
from tests.stats.test_arrays import by_loops, by_numpy, forms, units
from tests.stats.test_incidence import CAUSES, competing

np = pytest.importorskip("numpy")
arrays_groups = pytest.importorskip("custlife.stats.arrays_groups")

scales = st.sampled_from([1, 86_400_000_000, 2**50, 2**58, 0.5])


def both(make, show):
    """What NumPy makes, after it was compared with what loops make."""
    with by_loops():
        plain = show(make())
    with by_numpy():
        found = show(make())
    assert found == plain


def shown(found):
    """All that can be read off incidences, as text that shows every bit, and how it is kept."""
    columns = [(c.cause, c.events, c.incidence, c.std_error, c.low, c.high) for c in found.curves]
    kept = [getattr(raw(c.events), "typecode", "") for c in found.curves if len(c.events)]
    points = [found.at(t) for t in (0, *found.overall.times[:5])]
    return repr((columns, points, found.overall.times, found.overall.survival)), kept


@given(competing(), scales, forms, units)
@example([(0, 1, "won"), (0, 1, "lost"), (0, 2, "won")], 1, list, 1)
def test_incidences_in_any_form_are_the_same(rows, scale, form, unit):
    rows = [(enter * scale, leave * scale, how) for enter, leave, how in rows]
    ended = {cause: [leave for _, leave, how in rows if how == cause] for cause in CAUSES}
    censored = [leave for _, leave, how in rows if not how]
    entered = [enter for enter, _, _ in rows]
    both(
        lambda: cumulative_incidence(
            {cause: form(times) for cause, times in ended.items()}, form(censored), entered=form(entered), unit=unit
        ),
        shown,
    )


def test_an_incidence_that_rounding_takes_past_one_is_cut_both_ways():
    at_risk = [34, 33, 31, 30, 29, 28, 25, 23, 22, 20, 19, 18, 17, 15, 13, 12, 11, 10, 8, 7, 5, 4, 2, 1, 0]
    ended = dict(enumerate([1, 1, 1, 0, 1, 2, 1, 1, 2, 1, 1, 1, 1, 2, 1, 0, 1, 1, 1, 2, 1, 1, 0, 1]))
    censored = {t: at_risk[t] - at_risk[t + 1] - d for t, d in ended.items()}
    columns = [np.array(column) for column in (at_risk[:-1], list(ended.values()), list(ended.values()))]
    assert arrays_groups.incidences(*columns) is None
    both(lambda: cumulative_incidence({"won": ended}, censored), shown)


@pytest.mark.parametrize("unit", [1, 7])
def test_incidences_of_lengths_that_repeat_often_are_the_same(unit):
    days = {"won": [1, 1, 2, 5] * 9, "lost": [2, 3] * 9, "none": [], "last": [1, 4] * 7}
    for kind in ("i8", "f8"):
        ended = {cause: np.array(times, kind) for cause, times in days.items()}
        both(lambda ended=ended, kind=kind: cumulative_incidence(ended, np.array([2, 6] * 9, kind), unit=unit), shown)


def test_ints_of_one_cause_and_floats_of_another_are_one_kind():
    both(lambda: cumulative_incidence({"won": [1, 2, 3], "lost": [2.0, 2.5], "none": []}, [3, 4]), shown)


@given(st.lists(late_spells(), min_size=2, max_size=4), scales)
@example([[(0, 2, True), (1, 3, True)], [(0, 1, True), (1, 2, True), (2, 4, False)], [(0, 0, True)]], 1)
def test_log_rank_sums_are_the_same(groups, scale):
    tables = {}
    for g, rows in enumerate(groups):
        ended, censored = ([t * scale for _, t, how in rows if how is value] for value in (True, False))
        tables[str(g)] = risk_table(ended, censored, entered=[enter * scale for enter, _, _ in rows])
    both(lambda: log_rank(tables), repr)


def test_groups_whose_times_are_of_two_kinds_are_left_to_loops():
    tables = {"a": risk_table([1, 2]), "b": risk_table([1.5, 2.0])}
    both(lambda: log_rank(tables), repr)
    both(lambda: log_rank({"a": risk_table([1]), "b": risk_table(array("q", [2**60]))}), repr)
    both(lambda: log_rank({"a": risk_table([], [1]), "b": risk_table([], [2])}), repr)
    both(lambda: log_rank({"a": risk_table({1: 2**27}), "b": risk_table([2])}), repr)
