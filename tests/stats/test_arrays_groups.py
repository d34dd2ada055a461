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


def test_incidences_that_rounding_would_take_past_one_are_cut_both_ways():
    """Ten groups of ten end; in 0.1 steps a sum can pass 1."""
    for n in (3, 7, 10, 49, 103):
        rows = {"won": [t for t in range(n) for _ in range(1)], "lost": []}
        both(lambda rows=rows, n=n: cumulative_incidence(rows, [t + 0.5 for t in range(n) if t % 3 == 0]), shown)


def test_ints_of_one_cause_and_floats_of_another_are_one_kind():
    both(lambda: cumulative_incidence({"won": [1, 2, 3], "lost": [2.0, 2.5], "none": []}, [3, 4]), shown)


@given(st.lists(late_spells(), min_size=2, max_size=4), scales)
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
