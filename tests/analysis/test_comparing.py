"""Comparisons of segments: against counts and stays taken by hand."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from custlife.analysis.comparing import THE_REST
from custlife.calendar import days, hours
from custlife.errors import UnknownNameError, UsageError
from custlife.stats import benjamini_hochberg, incidence_difference, kaplan_meier, log_rank, newcombe, share_test
from tests.analysis.strategies import AS_OF, STAGE_ROWS, event_log, hour, stage_log
from tests.analysis.test_comparing_said import staying
from tests.oracles.lifecycle import Row

WINDOW = 60


ENTRY = st.sampled_from(["first", "best"])


def counts_by_hand(rows, as_of):
    """Eligible and converted of the eligible by plan: from the first visit, its plan, and whether a buy came in time."""
    mine = defaultdict(list)
    for row in rows:
        if row.at <= as_of:
            mine[row.unit].append(row)
    found: dict[str, list[int]] = {}
    for visits in mine.values():
        start = min((row for row in visits if row.name == "visit"), key=lambda row: row.at, default=None)
        if start is None:
            continue
        tally = found.setdefault(start.plan or "(missing)", [0, 0])
        deadline = start.at + timedelta(hours=WINDOW)
        if deadline <= as_of:
            tally[1] += 1
            tally[0] += any(row.name == "buy" and start.at <= row.at <= deadline for row in visits)
    return {
        plan: tuple(tally) for plan, tally in sorted(found.items(), key=lambda item: (item[0] == "(missing)", item))
    }


@st.composite
def visits(draw):
    """Many small units with one plan each, so that groups are not all empty."""
    plans = st.sampled_from(["p", "q", "r", None])
    gap = st.one_of(st.none(), st.sampled_from([0, 1, WINDOW, WINDOW + 1]), st.integers(0, 90))
    units = draw(st.lists(st.tuples(plans, st.integers(0, 140), gap), min_size=1, max_size=14))
    rows = []
    for n, (plan, start, wait) in enumerate(units):
        rows.append(Row(f"u{n}", hour(start), "visit", plan))
        if wait is not None:
            rows.append(Row(f"u{n}", hour(start + wait), "buy", plan))
    return rows


@given(visits(), AS_OF, ENTRY, st.sampled_from([None, "p", "q"]))
def test_rates_are_compared_as_their_counts_by_hand(rows, as_of, entry, against):
    wanted = counts_by_hand(rows, as_of)
    log = event_log(rows, as_of)
    found = log.conversion("visit", "buy", within=hours(WINDOW), by="plan", entry=entry)
    if against is not None and against not in wanted:
        with pytest.raises(UnknownNameError):
            found.compare(against)
        return
    made = found.compare(against)
    if against is None and len(wanted) == 2:
        against = list(wanted)[1]
    names = [name for name in wanted if name != against] if len(wanted) > 1 else []
    assert [row.segment for row in made.rows] == names
    for row in made.rows:
        k, n = wanted[row.segment]
        others = [wanted[against]] if against else [wanted[name] for name in wanted if name != row.segment]
        k2, n2 = (sum(column) for column in zip(*others, strict=True))
        by_hand, test = newcombe(k, n, k2, n2), share_test(k, n, k2, n2)
        assert (row.against, row.n, row.n_against) == (against or THE_REST, n, n2)
        assert (row.estimate, row.estimate_against) == (by_hand.first.rate, by_hand.second.rate)
        assert (row.difference, row.interval, row.p_value) == (by_hand.difference, by_hand.interval, test.p_value)
        assert (row.difference is None) == bool(row.why)
    tested = [row for row in made.rows if row.p_value is not None]
    assert [row.adjusted for row in tested] == list(benjamini_hochberg(row.p_value for row in tested))
    assert made.found == tuple(row for row in tested if row.adjusted <= 1 - 0.95)


@given(visits(), AS_OF)
def test_the_funnel_compares_the_same_rates_as_the_conversion(rows, as_of):
    log = event_log(rows, as_of)
    made = log.conversion("visit", "buy", within=hours(WINDOW), by="plan").compare()
    funnel = log.funnel("visit", "buy", within=hours(WINDOW), by="plan")
    for same in (funnel.compare(), funnel.compare(step="buy"), funnel.compare(step=1)):
        assert same.rows == made.rows
    assert all(row.estimate == 1 for row in funnel.compare(step=0).rows if row.n)


@given(visits(), AS_OF)
def test_swapping_the_sides_turns_the_difference_around(rows, as_of):
    rows = [row for row in rows if row.plan in {"p", "q"}]
    assume(len(counts_by_hand(rows, as_of)) == 2)
    found = event_log(rows, as_of).conversion("visit", "buy", within=hours(WINDOW), by="plan")
    one, other, neither = found.compare("q").rows[0], found.compare("p").rows[0], found.compare()
    assert neither.rows == (one,)
    assert one.adjusted == other.adjusted
    if one.difference is not None:
        assert one.difference == -other.difference
        assert (one.interval.low, one.interval.high) == (-other.interval.high, -other.interval.low)


@given(visits(), AS_OF)
def test_within_each_cohort_segments_are_compared_and_without_segments_the_cohorts(rows, as_of):
    log = event_log(rows, as_of)
    both = log.conversion("visit", "buy", within=hours(WINDOW), by="plan", every="day")
    made = both.compare()
    cohorts = {row.cohort for row in both.rows}
    assert {row.part for row in made.rows} <= cohorts
    for row in made.rows:
        mine = [one for one in both.rows if one.cohort == row.part]
        assert row.n == sum(one.eligible for one in mine if one.label.startswith(row.segment))
        assert row.n + row.n_against <= sum(one.eligible for one in mine)
    alone = log.conversion("visit", "buy", within=hours(WINDOW), every="day")
    assert [row.segment for row in alone.compare().rows] == (
        [row.cohort for row in alone.rows][: -1 if len(alone.rows) < 3 else None] if len(alone.rows) > 1 else []
    )
    assert {row.part for row in alone.compare().rows} <= {None}


def stays_by_hand(log, stage):
    """Lengths in days by plan, ended and open, from the list of stays."""
    ended, still = defaultdict(list), defaultdict(list)
    for row in log.spells(stage).rows:
        (still if row.censored else ended)[row.segments[0] or "(missing)"].append(row.days)
    return ended, still


def same(found, wanted):
    """Equal up to rounding: lengths by hand are in days, counted ones in microseconds."""
    assert found == (None if wanted is None else pytest.approx(wanted, rel=1e-9, abs=1e-9))


@given(STAGE_ROWS, AS_OF, st.sampled_from([None, 10, 30]))
def test_times_are_compared_as_their_stays_by_hand(rows, as_of, horizon):
    log = stage_log(rows, as_of)
    made = log.time_in_stage("a", "b", by="plan", horizon=None if horizon is None else hours(horizon)).compare()
    for row in made.rows:
        ended, still = stays_by_hand(log, row.part)
        plans = {*ended, *still}
        others = [row.against] if row.against != THE_REST else [plan for plan in plans if plan != row.segment]
        curves = [
            kaplan_meier([t for p in ps for t in ended[p]], [t for p in ps for t in still[p]])
            for ps in ([row.segment], others)
        ]
        assert (row.n, row.n_against) == tuple(curve.n for curve in curves)
        if not all(curve.n for curve in curves):
            assert (row.difference, row.p_value, row.why) == (None, None, "nobody was in the stage")
            continue
        known = [curve.horizon for curve in curves if curve.survival[-1]] or [max(curve.horizon for curve in curves)]
        end = min(known) if horizon is None else horizon / 24
        one, two = (curve.restricted_mean(end) for curve in curves)
        same(row.estimate, one.value)
        same(row.estimate_against, two.value)
        assert (row.interval, row.p_value) == (None, None)  # so few rows have fewer than five ends
        assert row.why


LENGTHS = st.lists(st.integers(1, 60), min_size=12, max_size=20)


@given(LENGTHS, LENGTHS, st.sampled_from([None, 30, 45]), st.sampled_from([50, 400]))
def test_enough_stays_have_an_interval_and_a_p_value(mine, others, horizon, as_of):
    """From the lengths themselves, cut at the moment of looking."""
    log = staying(mine, others, as_of)
    (row,) = log.time_in_stage("a", by="plan", horizon=None if horizon is None else hours(horizon)).compare().rows
    curves = [
        kaplan_meier([t / 24 for t in ts if t <= as_of], [as_of / 24 for t in ts if t > as_of]) for ts in (mine, others)
    ]
    test = log_rank({"p": curves[0], "q": curves[1]})
    known = [curve.horizon for curve in curves if curve.survival[-1]] or [max(curve.horizon for curve in curves)]
    one, two = (curve.restricted_mean(min(known) if horizon is None else horizon / 24) for curve in curves)
    same(row.difference, one.value - two.value)
    if min(test.expected) < 5:
        assert (row.interval, row.p_value) == (None, None)
        assert row.why == f"{min(test.expected):.1f} ends were to be expected in one of them, and it takes 5"
        return
    same(row.p_value, test.p_value)
    assert row.test == ("" if test.p_value is None else "log-rank")
    if not one.std_error and not two.std_error:
        assert row.interval is None
        assert row.why
        return
    half = 1.959963984540054 * (one.std_error**2 + two.std_error**2) ** 0.5
    same(row.interval.low, one.value - two.value - half)
    same(row.interval.high, one.value - two.value + half)


@given(STAGE_ROWS, AS_OF, st.sampled_from(["won", "lapsed", "lost"]), st.sampled_from([hours(30), days(3)]))
def test_outcomes_of_the_rest_are_those_of_one_segment_with_another_name(rows, as_of, end, horizon):
    """Everybody else is renamed in a log of its own, and the curves of its two segments are compared."""
    made = stage_log(rows, as_of).outcomes("a", horizon=horizon, by="plan")
    if end not in [row.end for row in made.rows]:
        return
    for row in made.compare(end=end).rows:
        mine = None if row.segment == "(missing)" else row.segment
        renamed = [dataclasses.replace(one, plan="mine" if one.plan == mine else "others") for one in rows]
        log = stage_log(renamed, as_of).outcomes("a", horizon=horizon, by="plan")
        one, other = (next(part for part in log.parts if part.label == name) for name in ("mine", "others"))
        assert (row.n, row.n_against) == (one.entered, other.entered)
        assert (row.estimate, row.estimate_against) == (one[end].share, other[end].share)
        if row.difference is not None:
            at = max(one.horizon_days, other.horizon_days)
            wanted = incidence_difference(one.incidence[end], other.incidence[end], at=at)
            assert (row.difference, row.interval, row.p_value) == (wanted.difference, wanted.interval, wanted.p_value)
        assert bool(row.why) == (row.interval is None)


def came_to(b, lost, plan, n):
    """Some who come to `a`, of whom so many go on to `b` and so many are lost after a day."""
    rows = [Row(f"{plan}{i}", hour(0), "a", plan) for i in range(n)]
    rows += [Row(f"{plan}{i}", hour(24), "b", plan) for i in range(b)]
    return rows + [Row(f"{plan}{i}", hour(24 + i), "lost", plan) for i in range(b, b + lost)]


def test_outcomes_are_told_by_what_was_won_or_where_they_ended():
    log = stage_log([*came_to(30, 10, "p", 60), *came_to(10, 40, "q", 60)], hour(400))
    found = log.outcomes("a", horizon=days(9), by="plan")
    assert found.compare().sentences == (
        "p reaches b 33.3 points more often than q within 9 days (95 % 16.4 to 48.4, p < 0.001).",
    )
    assert found.compare("p", end="lost").sentences == (
        "q ends in lost 50.0 points more often than p within 9 days (95 % 33.0 to 63.6, p < 0.001).",
    )
    assert found.compare().title() == "Comparison with all others: who reaches b"
    assert found.compare("p", end="lost").title() == "Comparison with p: who ends in lost"


def test_segments_are_read_at_the_horizon_though_all_of_one_have_ended_before():
    rows = [
        *came_to(3, 3, "p", 6),
        *(Row(f"q{i}", hour(0), "a", "q") for i in range(6)),
        Row("q1", hour(100), "b", "q"),
    ]
    (row,) = stage_log(rows, hour(400)).outcomes("a", horizon=days(9), by="plan").compare().rows
    assert (row.estimate, row.estimate_against) == (0.5, pytest.approx(1 / 6))


def test_a_segment_in_which_nobody_won_has_a_difference_without_an_interval():
    found = stage_log([*came_to(3, 1, "p", 6), *came_to(0, 4, "q", 6)], hour(400)).outcomes(
        "a", horizon=days(9), by="plan"
    )
    assert found.compare().sentences[0] == (
        "p reaches b 50.0 points more often than q within 9 days; how sure that is cannot be said: nobody of q has ended so "
        "by then, so that its error is unknown."
    )


def test_outcomes_of_cohorts_and_of_who_was_never_there():
    rows = [*came_to(3, 1, "p", 6), Row("x", hour(30), "a", "q"), Row("y", hour(380), "a", "r")]
    log = stage_log(rows, hour(400))
    made = log.outcomes("a", horizon=days(2), by="plan", every="day").compare("p")
    assert {row.why for row in made.rows if row.part != "2026-03-27"} >= {"nobody came to a"}
    cohorts = log.outcomes("a", horizon=days(2), every="day").compare()
    assert [row.segment for row in cohorts.rows] == ["2026-03-27", "2026-03-28", "2026-04-11"]
    assert cohorts.rows[2].why == "nobody has been followed for 2 days yet"


@pytest.mark.parametrize(
    ("ask", "kind", "text"),
    [
        (
            lambda log: log.outcomes("a", by="plan").compare(),
            UsageError,
            "outcomes without a horizon are read at different times\n\nHint: pass horizon=cl.days(90)",
        ),
        (
            lambda log: log.outcomes("a", horizon=days(9)).compare(),
            UsageError,
            "outcomes was not split: nothing to compare\n\nHint: ask for segments: outcomes(..., by='segment')",
        ),
        (
            lambda log: log.outcomes("a", horizon=days(9), by="plan").compare(end="still open"),
            UnknownNameError,
            "unknown end 'still open'\n\nHint: there are: 'won', 'lost'",
        ),
    ],
)
def test_outcomes_that_cannot_be_compared_are_refused(ask, kind, text):
    with pytest.raises(kind) as caught:
        ask(stage_log(came_to(3, 1, "p", 6), hour(400)))
    assert str(caught.value) == text
