"""Laws of the cumulative incidence of competing ends, and a case computed by R."""

from __future__ import annotations

import csv
import json
import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custlife.errors import HistoryError, UnknownNameError, UsageError, UsageTypeError
from custlife.stats import Interval, cumulative_incidence, kaplan_meier
from tests.stats.oracles import exact_incidence, jackknife_variance
from tests.stats.strategies import levels

DATA = Path(__file__).parent / "data"
CAUSES = ("lost", "merged", "won")


@st.composite
def competing(draw, latest=8):
    """Spells `(entry, exit, cause)`; the cause of the censored is empty, and entry 0 is no delay."""
    found = []
    for _ in range(draw(st.integers(1, 14))):
        leave = draw(st.integers(0, 8))
        enter = draw(st.integers(0, min(latest, max(leave - 1, 0))))
        found.append((enter, leave, draw(st.sampled_from(["", *CAUSES]))))
    return found


def incidence_of(rows, causes=CAUSES, **options):
    return cumulative_incidence(
        {cause: [leave for _, leave, how in rows if how == cause] for cause in causes},
        [leave for _, leave, how in rows if not how],
        entered=[enter for enter, _, _ in rows],
        **options,
    )


def survival_of(rows, **options):
    return kaplan_meier(
        [leave for _, leave, how in rows if how],
        [leave for _, leave, how in rows if not how],
        entered=[enter for enter, _, _ in rows],
        **options,
    )


@given(competing())
def test_incidences_and_survival_sum_to_one(rows):
    found = incidence_of(rows)
    for i, s in enumerate(found.overall.survival):
        assert math.fsum([s, *(curve.incidence[i] for curve in found.curves)]) == pytest.approx(1, abs=1e-15)


@given(competing())
def test_the_curves_equal_the_sum_in_fractions(rows):
    found = incidence_of(rows)
    assert found.overall == survival_of(rows)
    for curve in found.curves:
        for i, t in enumerate(found.overall.times):
            assert curve.events[i] == sum(1 for _, leave, how in rows if leave == t and how == curve.cause)
            assert curve.incidence[i] == pytest.approx(float(exact_incidence(rows, curve.cause, t)), abs=1e-15)


@given(competing(latest=0))
@example([(0, 3, "won"), (0, 3, "lost"), (0, 3, ""), (0, 5, "won")])
def test_without_late_entries_the_variance_is_the_infinitesimal_jackknife(rows):
    for curve in incidence_of(rows).curves:
        for i, t in enumerate(curve.overall.times):
            expected = float(jackknife_variance(rows, curve.cause, t))
            assert curve.std_error[i] ** 2 == pytest.approx(expected, rel=1e-9, abs=1e-16)


@given(competing(latest=0))
def test_without_censoring_the_incidence_is_the_share_and_its_variance_binomial(rows):
    rows = [(0, leave, how) for _, leave, how in rows if how]
    n = len(rows)
    for curve in incidence_of(rows).curves:
        for i, t in enumerate(curve.overall.times):
            share = sum(1 for _, leave, how in rows if leave <= t and how == curve.cause) / n
            assert curve.incidence[i] == share
            assert curve.std_error[i] ** 2 == pytest.approx(share * (1 - share) / n, rel=1e-9, abs=1e-16)


@given(competing(), levels)
def test_one_cause_is_one_less_survival_and_so_are_its_error_and_its_limits(rows, level):
    rows = [(enter, leave, "won" if how else "") for enter, leave, how in rows]
    found = incidence_of(rows, ["won"], level=level)
    survival, curve = survival_of(rows, level=level), found["won"]
    for i, s in enumerate(survival.survival):
        assert curve.incidence[i] == pytest.approx(1 - s, abs=1e-15)
        if s:
            assert curve.std_error[i] == pytest.approx(survival.std_error[i], rel=1e-9)
            assert (1 - curve.high[i], 1 - curve.low[i]) == pytest.approx((survival.low[i], survival.high[i]), abs=1e-9)
        else:
            assert (curve.incidence[i], curve.std_error[i], curve.low[i], curve.high[i]) == (1, 0, None, None)


@given(competing(), st.permutations(CAUSES))
def test_names_and_order_of_causes_do_not_matter(rows, others):
    names = dict(zip(CAUSES, others, strict=True)) | {"": ""}
    found = incidence_of(rows)
    renamed = incidence_of([(enter, leave, names[how]) for enter, leave, how in rows])
    for cause in CAUSES:
        one, other = found[cause], renamed[names[cause]]
        assert (one.incidence, one.std_error, one.low) == (other.incidence, other.std_error, other.low)


@given(competing())
def test_merging_two_causes_adds_their_incidences(rows):
    found = incidence_of(rows)
    merged = incidence_of([(enter, leave, "won" if how == "merged" else how) for enter, leave, how in rows])
    assert merged["lost"].incidence == pytest.approx(found["lost"].incidence, abs=1e-15)
    parts = zip(found["won"].incidence, found["merged"].incidence, strict=True)
    assert merged["won"].incidence == pytest.approx([a + b for a, b in parts], abs=1e-15)


@given(competing())
def test_ends_of_other_causes_taken_as_censored_overstate(rows):
    curve = incidence_of(rows)["won"]
    naive = survival_of([(enter, leave, how if how == "won" else "") for enter, leave, how in rows])
    assert all(1 - s >= f - 1e-15 for s, f in zip(naive.survival, curve.incidence, strict=True))


@given(competing(), levels)
def test_incidence_lies_in_its_limits_and_never_falls(rows, level):
    for curve in incidence_of(rows, level=level).curves:
        assert list(curve.incidence) == sorted(curve.incidence)
        for value, error, low, high in zip(curve.incidence, curve.std_error, curve.low, curve.high, strict=True):
            assert error >= 0
            if low is None:
                assert (value, high) == (1, None)
            else:
                assert 0 <= low <= value * (1 + 1e-12)
                assert value <= high * (1 + 1e-12)
                assert high <= 1


@given(competing())
def test_only_the_order_of_times_matters(rows):
    stretched = incidence_of([(enter**3, leave**3, how) for enter, leave, how in rows])
    for one, other in zip(incidence_of(rows).curves, stretched.curves, strict=True):
        assert (one.incidence, one.std_error, one.low) == (other.incidence, other.std_error, other.low)


@given(competing())
def test_counts_and_floats_say_the_same_as_lists(rows):
    counted = cumulative_incidence(
        {cause: Counter(leave for _, leave, how in rows if how == cause) for cause in CAUSES},
        Counter(float(leave) for _, leave, how in rows if not how),
        entered=Counter(enter for enter, _, _ in rows),
    )
    assert counted == incidence_of(rows)
    floats = {cause: [float(leave) for _, leave, how in rows if how == cause] for cause in ("lost", "won")}
    mixed = {**floats, "merged": [leave for _, leave, how in rows if how == "merged"]}
    found = cumulative_incidence(
        mixed, [leave for _, leave, how in rows if not how], entered=[enter for enter, _, _ in rows]
    )
    assert [found[cause].events for cause in CAUSES] == [counted[cause].events for cause in CAUSES]


@given(competing())
def test_a_reading_at_each_time_is_the_row(rows):
    found = incidence_of(rows)
    for i, t in enumerate(found.overall.times):
        for curve, point in zip(found.curves, found.at(t), strict=True):
            assert (point.cause, point.time, point.at_risk) == (curve.cause, t, found.overall.at_risk[i])
            assert (point.value, point.std_error) == (curve.incidence[i], curve.std_error[i])
            if curve.low[i] is None:
                assert (point.interval, point.reason) == (None, "all have ended so")
            else:
                assert point.interval == Interval(curve.low[i], curve.high[i], 0.95, "log-log")


def test_a_case_computed_by_r():
    """R's survfit for several states, with its infinitesimal jackknife (see data/README.md)."""
    ended, censored = {}, []
    with (DATA / "crdata.csv").open() as file:
        for row in csv.DictReader(file):
            to = censored if row["endpoint"] == "censor" else ended.setdefault(row["endpoint"], [])
            to.append(int(row["time"]))
    found = cumulative_incidence(ended, censored)
    with (DATA / "crdata.aj.csv").open() as file:
        expected = list(csv.DictReader(file))
    for row in expected:
        points = found.at(int(row["time"]))
        assert [p.value for p in points] == pytest.approx([float(row[f"p_{p.cause}"]) for p in points], abs=1e-9)
        assert [p.std_error for p in points] == pytest.approx([float(row[f"se_{p.cause}"]) for p in points], abs=1e-6)
        overall = found.overall.at(int(row["time"]))
        assert (overall.value, overall.std_error) == pytest.approx(
            (float(row["p_entry"]), float(row["se_entry"])), abs=1e-6
        )


def test_the_case_prints_the_figures_of_the_manual():
    printed = json.loads((DATA / "crdata_published.json").read_text())["rows_time_nrisk_nevent_entry_a_b_c"]
    found = cumulative_incidence({"a": [1, 2, 5, 6], "b": [3, 6], "c": [7, 7]}, [4, 8, 8])
    for time, n_risk, n_event, *shares in printed:
        row = found.overall.times.index(time)
        assert (found.overall.at_risk[row], found.overall.events[row]) == (n_risk, n_event)
        values = [found.overall.survival[row], *(curve.incidence[row] for curve in found.curves)]
        assert values == pytest.approx(shares, abs=5.1e-4)


def test_before_the_first_time_the_incidence_is_the_point_zero():
    (point,) = cumulative_incidence({"won": [2, 3]}).at(1)
    assert (point.value, point.std_error, point.interval) == (0, 0, Interval(0, 0, 0.95, "log-log"))


def test_past_the_last_time_the_incidence_is_known_only_if_nobody_is_left():
    assert cumulative_incidence({"won": [2], "lost": [3]})["won"].at(9).value == 0.5
    point = cumulative_incidence({"won": [2]}, [3])["won"].at(9)
    assert str(point) == "won by 9 unknown (nobody was seen past 3), 0 at risk"


def test_tiny_shares_of_many_spells_keep_their_error():
    curve = cumulative_incidence({"won": {1: 1}, "lost": {1: 10**7 - 1}})["won"]
    assert curve.std_error[0] == pytest.approx(math.sqrt(1e-7 * (1 - 1e-7) / 1e7), rel=1e-12)
    assert cumulative_incidence({"won": {1: 1}, "lost": {1: 10**7 - 1}})["lost"].std_error == curve.std_error


def test_a_unit_divides_the_durations():
    found = cumulative_incidence({"won": {60: 1, 90: 1}, "lost": [90]}, [120], unit=60)
    assert found.overall.times == (1, 1.5, 2)
    assert (found["won"].events, found["lost"].events) == ((1, 1, 0), (0, 1, 0))


def test_ints_that_are_one_float_are_counted_together():
    found = cumulative_incidence({"won": {2**53: 1, 2**53 + 1: 1}, "lost": [0.5]})
    assert (found.overall.times, found["won"].events) == ((0.5, float(2**53)), (0, 2))


def test_without_spells_there_is_no_incidence():
    found = cumulative_incidence({"won": []})
    assert (str(found), str(found["won"]), found["won"].low) == ("no spells", "no spells", ())
    assert str(found["won"].at(1)) == "won by 1 unknown (no spells), 0 at risk"


def test_texts():
    found = cumulative_incidence({"won": [1, 2], "lost": [3]}, [3])
    assert str(found) == "4 spells, 3 ended, seen up to 3; won 50.0 %, lost 25.0 %, neither 25.0 %"
    assert str(found["won"]) == "4 spells, 2 won, seen up to 3; 50.0 %"
    assert str(found["won"].at(2)) == "50.0 % won by 2 (95 % log-log 15.5 % to 94.2 %), 3 at risk"
    assert str(cumulative_incidence({"won": [1]})["won"].at(1)) == "100.0 % won by 1 (all have ended so), 1 at risk"
    assert found.causes == ("won", "lost")


def test_an_unknown_cause_is_named_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"'wom'.*\n\nHint: did you mean 'won'\?"):
        cumulative_incidence({"won": [1]})["wom"]


def test_bad_input_is_refused_with_its_place():
    hint = r"\n\nHint: pass the durations by cause, such as ended=\{'won': \[3, 5\], 'lost': \[4\]\}$"
    with pytest.raises(UsageTypeError, match=r"^ended=\[1\] is not a mapping from cause to durations" + hint):
        cumulative_incidence([1])
    with pytest.raises(UsageTypeError, match=r"^cause 1 is not a text @ ended" + hint):
        cumulative_incidence({1: [1]})
    with pytest.raises(UsageError, match=r"^ended=\{\} names no cause" + hint):
        cumulative_incidence({})
    with pytest.raises(UsageError, match=r"^duration -1 is negative @ ended\['won'\]\[1\]"):
        cumulative_incidence({"won": [1, -1]})
    with pytest.raises(UsageError, match=r"^count -1 is negative @ ended\['won'\]\[2\]"):
        cumulative_incidence({"won": {2: -1}})
    with pytest.raises(UsageError, match=r"^level=95 is not strictly between 0 and 1"):
        cumulative_incidence({"won": [1]}, level=95)
    with pytest.raises(UsageError, match=r"^unit=0 is below 1"):
        cumulative_incidence({"won": [1]}, unit=0)
    with pytest.raises(HistoryError, match=r"^2 spells enter late but only 1 leave"):
        cumulative_incidence({"won": [3]}, entered=[1, 1])
