"""Second answers: periods, ages and days counted by looking at every row, and the worked numbers of the definitions."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import custlife as cl
from custlife import metrics
from custlife.analysis.ageing import Ageing
from custlife.analysis.customer_base import CustomerBase
from tests.analysis.strategies import (
    AS_OF,
    EVENT_ROWS,
    EVENTS,
    MODEL,
    NAMES,
    STAGE_ROWS,
    ZONE,
    event_log,
    hour,
    stage_log,
)
from tests.oracles.lifecycle import Row, calendar, days_later, histories, label, stays

CUSTOMER = ("b", "c")


def seen_stages(rows, as_of):
    return stays(histories(rows, NAMES, as_of, collapse=True))


def seen_events(rows, as_of):
    return [row for row in rows if row.at <= as_of]


# -- the customer base ------------------------------------------------------------------------------------------------


def holder(mine, moment):
    """The stage that a unit is in just before a moment, or None."""
    held = [stay for stay in mine if stay.entered < moment and (stay.left is None or stay.left >= moment)]
    return held[-1].stage if held else None


def base_of(rows, as_of, every):
    """Start, new, returned, lost, away, passing and end of each period, from the state before each boundary."""
    found = seen_stages(rows, as_of)
    units = {unit: [stay for stay in found if stay.unit == unit] for unit in {stay.unit for stay in found}}
    entries = [stay.entered for stay in found if stay.stage in CUSTOMER]
    if not entries:
        return []
    out = []
    for low, high in calendar(min(entries), as_of, every, ZONE):
        count = Counter()
        for mine in units.values():
            # the state just before a boundary is that after all rows of earlier instants, ties included
            before, after = (holder(mine, moment) in CUSTOMER for moment in (low, high))
            inside = [stay for stay in mine if low <= stay.entered < high]
            ever = any(stay.stage in CUSTOMER and stay.entered < low for stay in mine)
            was_in = any(stay.stage in CUSTOMER for stay in inside)
            was_out = any(stay.stage not in CUSTOMER for stay in inside)
            count["start"] += before
            count["end"] += after
            count["new"] += after and not before and not ever
            count["returned"] += after and not before and ever
            count["lost"] += before and not after
            count["away"] += before and after and was_out
            count["passing"] += not before and not after and was_in
        out.append((label(low, every, ZONE), high <= as_of, count))
    return out


@given(STAGE_ROWS, AS_OF, st.sampled_from(["day", "week", "month"]))
@example([Row("u1", hour(47), "b"), Row("u1", hour(47), "lost")], hour(150), "day")
@example([Row("u1", hour(0), "b"), Row("u1", hour(23), "a"), Row("u1", hour(46), "c")], hour(150), "day")
def test_the_customer_base_is_the_state_at_both_ends_of_each_period(rows, as_of, every):
    told = stage_log(rows, as_of).ask(CustomerBase(every)).rows
    wanted = base_of(rows, as_of, every)
    names = ("start", "new", "returned", "lost", "away", "passing", "end")
    found = {row.period: (row.is_complete, *(getattr(row, name) for name in names)) for row in told}
    assert found == {
        period: (is_over, *(count[name] for name in names)) for period, is_over, count in wanted if period in found
    }
    assert all(
        not is_over and not any(count[n] for n in ("new", "returned", "lost"))
        for p, is_over, count in wanted
        if p not in found
    )


@given(STAGE_ROWS, AS_OF)
def test_the_base_ends_where_headcount_says(rows, as_of):
    log = stage_log(rows, as_of)
    heads = log.headcount(every="day")
    for row in log.ask(CustomerBase("day")).rows:
        assert row.end == sum(heads.at(row.period)[stage] for stage in CUSTOMER)
        assert row.end == row.start + row.new + row.returned - row.lost


def worked() -> cl.StageLog:
    """100 customers at the start and 60 new ones in March, of whom 8 and 4 are lost."""
    rows = [(f"old{n}", "b", "2026-02-10T00:00Z") for n in range(100)]
    rows += [(f"new{n}", "b", "2026-03-05T00:00Z") for n in range(60)]
    rows += [(f"old{n}", "lost", "2026-03-20T00:00Z") for n in range(8)]
    rows += [(f"new{n}", "lost", "2026-03-20T00:00Z") for n in range(4)]
    return cl.StageLog.from_rows(rows, MODEL, as_of="2026-04-01T00:00Z")


@pytest.mark.parametrize(
    ("base", "value"),
    [("start", Fraction(8, 100)), ("all over start", Fraction(12, 100)), ("average", Fraction(12, 124))],
)
def test_logo_churn_gives_the_worked_numbers(base, value):
    """12.0 %, 8.0 % and 9.7 % of the definitions."""
    assert metrics.logo_churn(base=base).read(worked()).value == float(value)
    assert round(100 * float(value), 1) in {12.0, 8.0, 9.7}
    assert metrics.customers_kept().read(worked()).value == 0.92
    assert metrics.customer_quick_ratio().read(worked()).value == 56 / 8


@pytest.mark.parametrize(("customers", "lost", "year"), [(100, 5, 0.459640), (500, 15, 0.3061576390045623)])
def test_annualised_churn_compounds(customers, lost, year):
    """5 % a month is 46.0 % a year; 15 of 500 is 30.6 % (theprimecalculator.com, logo churn formula)."""
    rows = [(f"u{n}", "b", "2026-02-10T00:00Z") for n in range(customers)]
    rows += [(f"u{n}", "lost", "2026-03-20T00:00Z") for n in range(lost)]
    log = cl.StageLog.from_rows(rows, MODEL, as_of="2026-04-01T00:00Z")
    found = metrics.annualised_churn().read(log)
    assert found.value == pytest.approx(year, abs=1e-6)
    assert found.interval.low < found.value < found.interval.high
    assert metrics.logo_churn().read(log).value == lost / customers


# -- ages -------------------------------------------------------------------------------------------------------------


@given(STAGE_ROWS, AS_OF, st.sampled_from(["a", "b", "lost"]), st.integers(0, 4))
@example([Row("u1", datetime(2026, 3, 28, 1, 30, tzinfo=UTC), "a")], hour(50), "a", 1)
@example([Row("u1", datetime(2026, 2, 1, tzinfo=UTC), "a")], datetime(2026, 2, 2, tzinfo=UTC), "a", 1)
def test_ages_are_those_of_open_stays(rows, as_of, stage, limit):
    open_ones = [stay for stay in seen_stages(rows, as_of) if stay.stage == stage and stay.left is None]
    ages = [(as_of - stay.entered) // timedelta(microseconds=1) for stay in open_ones]
    over = sum(days_later(stay.entered, limit, ZONE) < as_of for stay in open_ones)
    (found,) = stage_log(rows, as_of).ask(Ageing(stage, cl.days(limit))).rows
    assert (found.count, found.over) == (len(ages), over)
    assert found.median_days == (median(ages) / 86_400_000_000 if ages else None)
    reading = metrics.stuck(stage, longer_than=cl.days(limit)).read(stage_log(rows, as_of))
    assert (reading.part, reading.n) == (over, len(ages))


GAPS = [cl.Transition("a", "b", max_gap="1 month"), cl.Transition("a", "c", max_gap="30 days"), cl.Transition("b", "c")]


def test_the_limit_is_the_longest_gap_that_the_model_allows():
    model = cl.StageModel("gaps", ["a", "b", "c"], transitions=GAPS)
    rows = [("u", "a", "2026-01-31T00:00Z"), ("v", "b", "2026-01-31T00:00Z")]
    log = cl.StageLog.from_rows(rows, model, as_of="2026-03-01T00:00Z")  # past the month, not past the 30 days
    assert metrics.stuck("a").read(log).part == 0
    assert metrics.stuck("a").read(log).notes == ("limit: 1 month and 30 days",)
    later = log.with_as_of("2026-03-02T00:00:01Z")
    assert metrics.stuck("a").read(later).part == 1
    assert metrics.stuck("a").explain(later, "u").why == ("u is in a since 30.0 days, beyond 1 month and 30 days.")
    assert metrics.stuck("a").explain(later, "v").why == "v is not in a now."
    with pytest.raises(cl.errors.UsageError) as caught:
        metrics.stuck("b").read(log)
    assert caught.value.hint == "pass longer_than='30 days'"


# -- use --------------------------------------------------------------------------------------------------------------


def active_days(rows, as_of, names):
    """Pairs of unit and local day on which it did something."""
    from zoneinfo import ZoneInfo

    return {
        (row.unit, row.at.astimezone(ZoneInfo(ZONE)).date()) for row in seen_events(rows, as_of) if row.name in names
    }


def last_over(rows, as_of, every):
    """The last period that is over, as days, or None."""
    from zoneinfo import ZoneInfo

    if not rows:
        return None
    low = min(row.at for row in rows)
    whole = [(a, b) for a, b in calendar(low, as_of, every, ZONE) if b <= as_of]
    if not whole:
        return None
    first, last = (moment.astimezone(ZoneInfo(ZONE)).date() for moment in whole[-1])
    return [first + timedelta(days=n) for n in range((last - first).days)]


@given(EVENT_ROWS, AS_OF, st.sampled_from(["week", "month"]), st.sampled_from([None, ("visit",), ("buy", "refund")]))
def test_stickiness_and_frequency_count_days(rows, as_of, every, names):
    pairs = active_days(rows, as_of, names or EVENTS)
    seen = [row for row in seen_events(rows, as_of) if row.name in (names or EVENTS)]
    days = last_over(seen, as_of, every)
    inside = {(unit, day) for unit, day in pairs if days and day in days}
    users = {unit for unit, _ in inside}
    log = event_log(rows, as_of)
    stick = metrics.stickiness(every=every, active=names).read(log)
    often = metrics.usage_frequency(every=every, active=names).read(log)
    active = metrics.active_users(every=every, active=names).read(log)
    assert stick.n == often.n == active.n == len(users)
    if users:
        assert stick.value == float(Fraction(len(inside), len(users) * len(days)))
        assert often.value == float(Fraction(len(inside), len(users)))
        assert active.value == len(users)
    else:
        assert stick.value is often.value is None


@given(EVENT_ROWS, AS_OF, st.sampled_from(["day", "week"]))
def test_adoption_is_a_share_of_the_active(rows, as_of, every):
    days = last_over(seen_events(rows, as_of), as_of, every)
    everyone, users = (
        {unit for unit, day in active_days(rows, as_of, names) if days and day in days} for names in (EVENTS, ("buy",))
    )
    found = metrics.feature_adoption("buy", every=every).read(event_log(rows, as_of))
    assert (found.part or 0, found.n) == (len(users), len(everyone))
    only = metrics.feature_adoption("buy", every=every, active="refund").read(event_log(rows, as_of))
    both = {unit for unit, day in active_days(rows, as_of, ("buy", "refund")) if days and day in days}
    assert (only.part or 0, only.n) == (len(users), len(both))


@given(EVENT_ROWS, AS_OF)
def test_arrivals_are_first_times(rows, as_of):
    seen = sorted(seen_events(rows, as_of), key=lambda row: (row.at, EVENTS.index(row.name)))
    first = {}
    for row in seen:
        if row.name == "buy":
            first.setdefault(row.unit, row.at)
    found = metrics.arrivals("buy", every="day").trend(event_log(rows, as_of), every="day")
    told = {row.period: row.n for row in found if row.value is not None}
    wanted = Counter(
        label(low, "day", ZONE)
        for at in first.values()
        for low, high in calendar(at, at, "day", ZONE)
        if low <= at < high
    )
    assert {day: n for day, n in told.items() if n} == {day: wanted[day] for day in told if wanted[day]}
    assert sum(told.values()) + sum(row.pending for row in found) == len(first)


# -- churn ------------------------------------------------------------------------------------------------------------


@given(STAGE_ROWS, AS_OF, st.integers(1, 3))
def test_churn_by_age_is_one_minus_the_product_of_survival(rows, as_of, days):
    """Kaplan-Meier by hand, in fractions; who leaves by another exit stays at risk."""
    spans = []
    for mine in histories(rows, NAMES, as_of, collapse=True).values():
        start = next((row.at for row in mine if row.name in CUSTOMER), None)
        if start is None:
            continue
        end = days_later(start, days, ZONE)
        lost = next((row.at for row in mine if row.name == "lost" and row.at >= start and row.at <= end), None)
        place = next(i for i, row in enumerate(mine) if row.name in CUSTOMER)
        lost = next((row.at for row in mine[place:] if row.name == "lost" and row.at <= end), None)
        spans.append(
            (lost - start, True) if lost else (min(as_of, end) - start, False) if end > as_of else (None, False)
        )
    far = max([span for span, _ in spans if span is not None], default=timedelta(0))
    times = [(far + timedelta(1) if span is None else span, is_lost) for span, is_lost in spans]
    left = Fraction(1)
    for moment in sorted({span for span, is_lost in times if is_lost}):
        at_risk = sum(span >= moment for span, _ in times)
        left *= 1 - Fraction(sum(is_lost and span == moment for span, is_lost in times), at_risk)
    old = [end for end in (days_later(start, days, ZONE) for start in starts(rows, as_of)) if end <= as_of]
    found = metrics.churn_by_age(cl.days(days)).read(stage_log(rows, as_of))
    assert found.n == len(spans)
    assert (found.value is None) == (not old)
    if old:
        assert found.value == pytest.approx(float(1 - left), abs=1e-12)


def starts(rows, as_of):
    seen = histories(rows, NAMES, as_of, collapse=True).values()
    return [first for mine in seen if (first := next((row.at for row in mine if row.name in CUSTOMER), None))]


def test_churn_after_a_bad_experience_is_compared_with_those_without_it():
    """Newcombe's own example (1998), 56 of 70 less 48 of 80: 20.0 points, 5.24 to 33.39."""
    rows = [(f"u{n}", "subscribed", "2026-01-01T00:00Z") for n in range(150)]
    rows += [(f"u{n}", "complaint", "2026-01-10T00:00Z") for n in range(70)]
    rows += [(f"u{n}", "cancelled", "2026-01-12T00:00Z") for n in (*range(56), *range(70, 118))]
    log = cl.EventLog.from_rows(rows, as_of="2026-06-01T00:00Z")
    found = metrics.churn_after("complaint", start="subscribed", churned="cancelled", within="30 days").read(log)
    assert (found.n, found.notes) == (70, ("after it 56 of 70, without it 48 of 80",))
    assert found.value == pytest.approx(0.2)
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (0.0524, 0.3339)


def test_outcomes_are_added_up_over_what_was_wanted():
    rows = [("u", "wants_a", 1), ("u", "a", 3), ("v", "wants_a", 1), ("u", "wants_b", 2), ("u", "b", 60)]
    log = cl.EventLog.from_rows(
        [(u, e, f"2026-01-01T{h % 24:02d}:00Z" if h < 24 else "2026-01-03T12:00Z") for u, e, h in rows],
        as_of="2026-02-01T00:00Z",
    )
    found = metrics.outcomes_reached({"wants_a": "a", "wants_b": "b"}, within="1 day").read(log)
    assert (found.part, found.whole, found.value, found.interval) == (1, 3, 1 / 3, None)
    one = metrics.outcomes_reached({"wants_a": "a"}, within="1 day").read(log)
    assert (one.part, one.whole, one.interval.method) == (1, 2, "wilson")
    with pytest.raises(cl.errors.DefinitionError, match="outcomes are missing"):
        metrics.outcomes_reached({}, within="1 day")


def test_a_drop_off_is_an_exit_of_the_model():
    log = stage_log([Row("u", hour(0), "a"), Row("v", hour(0), "a"), Row("v", hour(9), "lost")], hour(150))
    found = metrics.drop_off("a", "lost", within="2 days").read(log)
    assert (found.value, found.n) == (0.5, 2)
    nobody = metrics.drop_off("a", "lapsed", within="2 days").read(log)
    assert (nobody.value, nobody.interval.low) == (0.0, 0.0)
    assert 0 < nobody.interval.high < 1
    with pytest.raises(cl.errors.UsageError) as caught:
        metrics.drop_off("a", "b", within="2 days").read(log)
    assert (caught.value.what, caught.value.hint) == ("to='b' is not an exit", "exits are 'lapsed', 'lost'")


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: metrics.conversion("a", "b", within=None), "metric 'conversion' needs a window: without one nobody is ever lost"),
        (lambda: metrics.retention_rate(-1), "offset=-1 is below 0"),
        (lambda: metrics.logo_churn(base="end"), "base='end' is not a mode"),
        (lambda: metrics.logo_churn(every="fortnight"), "every='fortnight' is not a period"),
        (lambda: metrics.stickiness(every="day"), "every='day' is not a mode"),
        (lambda: metrics.time_to_convert("a", "b", q=50), "q=50 is not strictly between 0 and 1"),
        (lambda: metrics.referral_share("plan", "b").read_by(stage_log([]), "plan"), "'plan' says who was referred, and cannot split"),
        (lambda: metrics.logo_churn().read(cl.metrics.Inputs(stages=stage_log([])).stages.where(["x"])), None),
        (lambda: metrics.churn_by_age("1 day").read(event_log([])), "the log does not say what customer means"),
        (
            lambda: metrics.reactivation_rate(within="1 day").read(
                cl.StageLog.from_rows([], cl.StageModel("m", ["a"], exits=[]), as_of="2026-01-01T00:00Z")
            ),
            "the model has no paused exit to come back from",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_says_why(make, what):
    if what is None:
        assert make().reason == "no month is over yet"
        return
    with pytest.raises((cl.errors.UsageError, cl.errors.DefinitionError)) as caught:
        make()
    assert caught.value.what == what
