"""Laws of health, against a second answer by fractions."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import attrs
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given
from hypothesis import strategies as st

import custlife as cl
from custlife import scoring
from custlife.errors import DefinitionError, UsageError, UsageTypeError
from tests.scoring.made import (
    ACME,
    AS_OF,
    DAY,
    customers,
    given_facts,
    healths,
    measures,
    scored,
)


def by_hand(health, customer, known):
    """The mean by fractions, before bands; None where nothing is known."""
    request = scoring.ScoreRequest(customer.as_of(AS_OF, known_at=AS_OF), AS_OF)
    seen = [one for one in known if (one.at or AS_OF) <= AS_OF and (one.recorded_at or one.at or AS_OF) <= AS_OF]
    request = attrs.evolve(request, facts=scoring.Facts([*request.customer.facts, *seen]))
    pairs, anything = [], False
    for one in health.measures:
        reading = one.reads.read(request, health.tz)
        level = None
        value = reading.value
        if value is not None and one.stale_after is not None and reading.at is not None:
            zone = ZoneInfo(health.tz)
            months = relativedelta(months=one.stale_after.months, days=one.stale_after.days)
            end = (reading.at.astimezone(zone).replace(tzinfo=None) + months).replace(tzinfo=zone)
            value = None if end < AS_OF else value
        if value is not None and one.levels:
            level = next((Fraction(str(points)) for name, points in one.levels if name == value), None)
        elif value is not None:
            share = (Fraction(value) - Fraction(one.worst)) / (Fraction(one.best) - Fraction(one.worst))
            level = 100 * max(Fraction(0), min(Fraction(1), share))
        anything = anything or level is not None
        if level is None:
            policy = one.missing or health.missing
            level = {"reweigh": None, "neutral": Fraction(50), "zero": Fraction(0)}[policy]
        if level is not None:
            pairs.append((Fraction(str(one.weight)), level))
    if not anything:
        return None
    mean = sum(weight * level for weight, level in pairs) / sum(weight for weight, _ in pairs)
    met = [one for one in health.overrides if one.when.met(one.when.reads.read(request, health.tz))]
    for one in met:
        mean = max(mean, Fraction(one.at_least)) if one.at_least is not None else mean
    for one in met:
        mean = min(mean, Fraction(one.at_most)) if one.at_most is not None else mean
    return mean


class TestHealth:
    @given(healths(), customers(), given_facts)
    def test_agrees_with_fractions_to_the_millionth(self, health, customer, known):
        wanted = by_hand(health, customer, known)
        found = scored(health, customer, known).value
        assert (found is None) == (wanted is None)
        if wanted is not None:
            assert abs(Fraction(found) - wanted) <= Fraction(2, 1_000_000)  # levels and mean are rounded once each

    @pytest.mark.parametrize(("missing", "value"), [("reweigh", 70.0), ("zero", 42.0), ("neutral", 62.0)])
    def test_the_policy_for_missing_values_changes_the_answer(self, missing, value):
        """80 (weight 40), unknown (40), 50 (20)."""
        ranges = {name: {"reads": scoring.fact(name), "worst": 0, "best": 100} for name in "abc"}
        health = cl.HealthScore(
            [scoring.measure(name, weight=w, **ranges[name]) for name, w in zip("abc", (40, 40, 20), strict=True)],
            missing=missing,
        )
        found = scored(health, ACME, [cl.Fact("a", 80), cl.Fact("c", 50)])
        assert (found.value, found.completeness) == (value, 0.6)

    def test_a_measure_that_must_be_known_refuses(self):
        health = cl.HealthScore([
            scoring.measure("a", scoring.fact("a"), worst=0, best=100),
            scoring.measure("b", scoring.fact("b"), worst=0, best=100, missing="refuse"),
        ])  # fmt: skip
        found = scored(health, ACME, [cl.Fact("a", 80)])
        assert (found.value, found.reason, found.completeness) == (None, "b must be known and is not", 0.5)
        assert scored(health, ACME, [cl.Fact("a", 80), cl.Fact("b", 60)]).value == 70

    @given(st.lists(measures(), min_size=1, max_size=1), st.floats(-300, 300), st.floats(-300, 300))
    def test_is_monotone_in_each_measure_in_its_direction(self, found, one, other):
        assume(not found[0].levels)
        first = scoring.measure(
            "x", scoring.fact("x"), worst=found[0].worst, best=found[0].best, weight=found[0].weight
        )
        health = cl.HealthScore([first, scoring.measure("y", scoring.fact("y"), worst=0, best=1, weight=3)])
        low, high = sorted((one, other), reverse=first.better == "low")
        there = [scored(health, ACME, [cl.Fact("x", value), cl.Fact("y", 0.4)]).value for value in (low, high)]
        assert there[0] <= there[1]

    @pytest.mark.parametrize(("edge", "grades"), [("up", "red yellow yellow green"), ("down", "red red yellow yellow")])
    def test_edges_of_bands_belong_where_it_is_stated(self, edge, grades):
        bands = scoring.Bands({"green": 75, "red": 0, "yellow": 50}, edge=edge)
        health = cl.HealthScore([scoring.measure("x", scoring.fact("x"), worst=0, best=100)], bands=bands)
        found = [scored(health, ACME, [cl.Fact("x", value)]).grade for value in (0, 50, 60, 75)]
        assert " ".join(found) == grades

    def test_a_fact_too_old_counts_as_unknown_and_is_named(self):
        health = cl.HealthScore([
            scoring.measure("nps", scoring.fact("nps"), worst=0, best=10, stale_after="30 days"),
            scoring.measure("seats", scoring.fact("seats"), worst=0, best=10),
        ])  # fmt: skip
        for age, value, stale in ((30 * DAY, 70.0, ()), (30 * DAY + timedelta(microseconds=1), 40.0, ("nps",))):
            found = scored(health, ACME, [cl.Fact("nps", 10, at=AS_OF - age), cl.Fact("seats", 4, at=AS_OF - 3 * DAY)])
            assert (found.value, found.stale, found.freshness) == (
                value,
                stale,
                max(age, 3 * DAY) if not stale else 3 * DAY,
            )
        assert "Too old to count: nps." in found.explain()
        assert found.part("nps").reason == "older than 30 days, left out"

    def test_a_fact_confirmed_later_is_as_fresh_as_that(self):
        health = cl.HealthScore([scoring.measure("nps", scoring.fact("nps"), worst=0, best=10, stale_after="30 days")])
        known = [cl.Fact("nps", 10, at=AS_OF - 90 * DAY, recorded_at=AS_OF - DAY)]
        assert scored(health, ACME, known).freshness == DAY

    def test_true_is_not_1(self):
        health = cl.HealthScore([scoring.measure("x", scoring.fact("x"), levels={True: 100, 2: 50})])
        assert [scored(health, ACME, [cl.Fact("x", value)]).value for value in (True, 1, 2)] == [100, None, 50]
        with pytest.raises(UsageTypeError, match="measure 'x': value=True is a bool"):
            scored(
                cl.HealthScore([scoring.measure("x", scoring.fact("x"), worst=0, best=1)]), ACME, [cl.Fact("x", True)]
            )

    @pytest.mark.parametrize(
        ("make", "what"),
        [
            (lambda m: cl.HealthScore([]), "there is no measure"),
            (lambda m: cl.HealthScore([m, m]), "two of them are called 'x': measure[1]"),
            (lambda m: cl.HealthScore([m], missing="guess"), "missing='guess' is no policy"),
            (lambda m: cl.HealthScore([m], neutral=130), "neutral=130 is not between 0 and 100"),
            (lambda m: attrs.evolve(m, worst=None), "measure 'x' needs a range or levels"),
            (lambda m: attrs.evolve(m, levels={"a": 3}), "measure 'x' needs a range or levels"),
            (lambda m: attrs.evolve(m, best=0), "measure 'x' has worst=0 and best=0"),
            (lambda m: scoring.measure("x", scoring.fact("x"), levels={"a": 130}), "measure 'x': levels['a']=130 is not from 0 to 100"),
            (lambda m: scoring.measure("x", scoring.stage(), levels={"a": 1}, stale_after="1 day"), "measure 'x': stale_after has no effect on 'stage'"),
            (lambda m: scoring.override("o", scoring.fact("x"), one_of=1), "override 'o' needs one bound from 0 to 100"),
            (lambda m: scoring.Bands({}), "bands={} name nothing"),
            (lambda m: scoring.Bands({"a": 1, "b": 1}), "bands={'a': 1.0, 'b': 1.0} do not differ"),
            (lambda m: scoring.Bands({"a": 1}, edge="left"), "edge='left' is no side"),
            (lambda m: scoring.Reads("fact"), "'fact' reads one fact, got of=[]"),
            (lambda m: scoring.Reads("stage", "x"), "'stage' takes no names, got of=['x']"),
            (lambda m: scoring.Reads("fact", "x", "1 day"), "within='1 day' has no effect on 'fact'"),
            (lambda m: scoring.Reads("events", "x", field="y"), "field='y' has no effect on 'events'"),
            (lambda m: scoring.Condition(scoring.fact("x")), "the condition on fact x needs bounds or values"),
            (lambda m: scoring.Condition(scoring.fact("x"), at_least=3, at_most=2), "at_least=3 is above at_most=2"),
        ],
    )  # fmt: skip
    def test_what_contradicts_itself_is_refused(self, make, what):
        with pytest.raises(DefinitionError) as caught:
            make(scoring.measure("x", scoring.fact("x"), worst=0, best=10))
        assert caught.value.what == what

    @pytest.mark.parametrize("weight", [0, -1, 20_000, 1e-9])
    def test_weights_are_above_0_and_not_too_large(self, weight):
        with pytest.raises(UsageError, match="weights="):
            scoring.measure("x", scoring.fact("x"), worst=0, best=10, weight=weight)

    @pytest.mark.parametrize(
        "make",
        [
            lambda: scoring.measure("x", "nps", worst=0, best=1),
            lambda: cl.HealthScore(["x"]),
            lambda: cl.HealthScore(scoring.measure("x", scoring.fact("x"), worst=0, best=1)),
            lambda: scoring.measure("x", scoring.fact("x"), worst="0", best=1),
            lambda: scoring.Bands(["red"]),
            lambda: scoring.Bands({"red": "x"}),
            lambda: scoring.Reads("events", [3]),
            lambda: scoring.Condition("nps", at_least=3),
            lambda: cl.HealthScore([scoring.Measure("", scoring.fact("x"), worst=0, best=1)]),
            lambda: cl.HealthScore(5),
            lambda: cl.HealthScore(
                [scoring.measure("x", scoring.fact("x"), worst=0, best=1)],
                overrides=scoring.override("y", scoring.fact("y"), one_of=True, at_most=1),
            ),
            lambda: scoring.measure("x", scoring.fact("x"), levels=["pro", "free"]),
            lambda: cl.Score(50, parts=scoring.Part("x", 50)),
        ],
    )
    def test_what_is_of_another_type_is_refused(self, make):
        with pytest.raises(UsageTypeError):
            make()
