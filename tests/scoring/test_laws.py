"""Laws of declared scores and compositions, each against a second answer by fractions and brute force."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import attrs
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, example, given, reject
from hypothesis import strategies as st

import custlife as cl
from custlife import scoring
from custlife.errors import DataError, DefinitionError, UsageError, UsageTypeError
from custlife.scoring.points import in_micro, shared, whole_weights
from tests.scoring.made import AS_OF, DAY, MODEL, customers, decays, declared, facts, healths, ideals, leads, measures

given_facts = st.lists(facts(), max_size=4).map(
    lambda found: tuple({(one.name, one.at, one.recorded_at or one.at): one for one in found}.values())
)
ACME = cl.Customer("acme", MODEL)


def scored(scorer, customer, known=(), at=AS_OF):
    return cl.score(scorer, customer, as_of=at, facts=list(known))


class TestEveryScore:
    @given(declared, customers(), given_facts)
    def test_lies_between_0_and_100_and_its_parts_add_up_to_it(self, scorer, customer, known):
        found = scored(scorer, customer, known)
        assert 0 <= found.completeness <= 1
        if found.value is None:
            assert found.reason
            return
        assert 0 <= found.value <= 100
        assert sum(in_micro(part.points) for part in found.parts) == in_micro(found.value)
        assert found.completeness > 0
        assert found.freshness is None or found.freshness >= timedelta(0)

    @given(declared, customers(), given_facts)
    def test_ignores_everything_known_later(self, scorer, customer, known):
        early = customer.as_of(AS_OF, known_at=AS_OF)
        seen = [one for one in known if (one.at or AS_OF) <= AS_OF and (one.recorded_at or one.at or AS_OF) <= AS_OF]
        assert scored(scorer, customer, known) == scored(scorer, early, seen)

    @given(declared, customers())
    def test_completeness_0_is_no_score_and_not_50(self, scorer, customer):
        found = scored(scorer, customer)
        assert (found.value is None) == (found.completeness == 0)

    @given(st.one_of(healths(), leads(), ideals()), customers(), given_facts, st.randoms())
    def test_the_order_of_rules_is_irrelevant(self, scorer, customer, known, random):
        def mixed(items):
            found = list(items)
            random.shuffle(found)
            return found

        lists = [f.name for f in attrs.fields(type(scorer)) if f.name in {"measures", "overrides", "rules", "criteria"}]
        other = attrs.evolve(scorer, **{name: mixed(getattr(scorer, name)) for name in lists})
        one, two = scored(scorer, customer, known), scored(other, customer, known)
        assert (one.value, one.grade, one.qualifies, one.freshness) == (
            two.value,
            two.grade,
            two.qualifies,
            two.freshness,
        )
        assert set(one.parts) == set(two.parts)
        assert one.completeness == pytest.approx(two.completeness)

    @given(declared)
    def test_goes_to_documents_and_comes_back_equal(self, scorer):
        kind = type(scorer)
        assert kind.from_toml(scorer.to_toml()) == scorer
        assert kind.from_json(scorer.to_json()) == scorer
        assert kind.from_toml(scorer.to_toml()).to_toml() == scorer.to_toml()

    @given(declared, customers(), given_facts)
    def test_a_batch_says_the_same(self, scorer, customer, known):
        found = cl.score_all(scorer, [customer], as_of=AS_OF, facts={"acme": list(known)})
        assert not found.failures
        assert found["acme"] == scored(scorer, customer, known)
        assert "acme" in found["acme"].explain()


# -- health ------------------------------------------------------------------------------------------------------------


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


# -- leads -------------------------------------------------------------------------------------------------------------


class TestLeads:
    @given(
        decays,
        st.integers(-90_000_000, 90_000_000),
        st.lists(st.timedeltas(timedelta(0), 400 * DAY), min_size=2, max_size=6),
    )
    def test_decay_never_increases_a_past_contribution(self, decay, points, ages):
        assume(decay is not None)
        from custlife.calendar import to_us, zone

        at, place = to_us(AS_OF), zone("Europe/Zurich")
        left = [decay.left(points, at, at + to_us(AS_OF + age) - to_us(AS_OF), place) for age in sorted(ages)]
        assert decay.left(points, at, at, place) == points
        assert all(abs(one) >= abs(other) for one, other in pairwise(left))
        assert all(one * points >= 0 for one in left)

    @pytest.mark.parametrize(
        ("decay", "left"),
        [
            (scoring.linear("30 days"), {0: 10, 15: 5, 30: 0, 31: 0}),
            (scoring.half_life("30 days"), {0: 10, 30: 5, 60: 2.5, 90: 1.25}),
            (scoring.steps(("30 days", 0.5), ("60 days", 0)), {0: 10, 30: 10, 30.001: 5, 60: 5, 61: 0}),
        ],
    )
    def test_decay_by_hand(self, decay, left):
        """Half of a linear month: 10 -> 5 -> 0; a step is taken after its span is over."""
        lead = cl.LeadScore([scoring.behavior("demo", points=10, decay=decay)])
        acme = ACME.track("demo", at=AS_OF)
        assert {age: scored(lead, acme, at=AS_OF + age * DAY).value for age in left} == left

    @given(leads(), customers(), given_facts)
    def test_points_by_hand(self, lead, customer, known):
        """Caps of rules, then of groups, then of the whole; events within the window, faded one by one."""
        request = scoring.ScoreRequest(customer.as_of(AS_OF, known_at=AS_OF), AS_OF)
        seen = [one for one in known if (one.at or AS_OF) <= AS_OF and (one.recorded_at or one.at or AS_OF) <= AS_OF]
        request = attrs.evolve(request, facts=scoring.Facts([*request.customer.facts, *seen]))
        groups, sure = {}, 0
        for rule in lead.rules:
            if isinstance(rule, scoring.Fit):
                met = rule.when.met(rule.when.reads.read(request, lead.tz))
                points = rule.points if met else 0
                sure += met is not None
            else:
                sure += bool(request.customer.moves or request.customer.events)
                points = sum(faded(rule, event, lead.tz) for event in request.customer.events if event.name in rule.of)
                if rule.cap is not None:
                    points = max(-rule.cap, min(rule.cap, points))
            groups[rule.group] = groups.get(rule.group, 0) + points
        caps = dict(lead.caps)
        total = sum(min(points, caps.get(group, points)) for group, points in groups.items())
        found = scored(lead, customer, known)
        if not sure:
            assert found.value is None
        else:
            assert found.value == pytest.approx(max(0, min(100, total)), abs=1e-4)
            assert found.qualifies == ("SQL" if found.value >= 40 else "MQL" if found.value >= 10 else "")

    def test_unknown_is_not_a_mismatch(self):
        lead = cl.LeadScore([
            scoring.fit("large", scoring.fact("seats"), at_least=50, points=30),
            scoring.fit("student", scoring.fact("role"), one_of="student", points=-10),
        ])  # fmt: skip
        assert scored(lead, ACME).value is None
        found = scored(lead, ACME, [cl.Fact("seats", 80)])
        assert (found.value, found.completeness) == (30.0, 0.75)
        assert found.part("student").reason == "fact role is student: unknown"

    def test_a_score_never_falls_below_0_and_says_so(self):
        lead = cl.LeadScore([scoring.behavior("bounced", points=-10), scoring.behavior("demo", points=4)])
        found = scored(lead, ACME.track("bounced", at=AS_OF).track("demo", at=AS_OF))
        assert (found.value, found.part("bounds").points) == (0, 6)

    def test_the_grid_grades_fit_by_letters_and_behavior_by_digits(self):
        lead = cl.LeadScore(
            [scoring.fit("large", scoring.fact("seats"), at_least=50, points=30), scoring.behavior("demo", points=20)],
            fit_bands={"C": 0, "B": 10, "A": 30},
            behavior_bands={"3": 0, "2": 20, "1": 40},
        )
        demo = ACME.track("demo", at=AS_OF)
        twice = demo.track("demo", at=AS_OF - DAY)
        grades = [
            scored(lead, who, [cl.Fact("seats", seats)]).grade for who, seats in ((ACME, 1), (demo, 80), (twice, 80))
        ]
        assert grades == ["C3", "A2", "A1"]

    @pytest.mark.parametrize(
        ("make", "what"),
        [
            (lambda r: cl.LeadScore([]), "there is no rule"),
            (lambda r: cl.LeadScore([r, r]), "two of them are called 'demo': rule[1]"),
            (lambda r: cl.LeadScore([r], caps={"x": 3}), "caps={'x': 3.0} name the group 'x' of no rule"),
            (lambda r: cl.LeadScore([r], caps={"behavior": 0}), "caps['behavior']=0 is not above 0"),
            (lambda r: cl.LeadScore([r], fit_bands={"A": 0}), "the grid has one side only"),
            (lambda r: attrs.evolve(r, cap=3), "behavior 'demo': cap=3 is below points=10"),
            (lambda r: scoring.linear(cl.days(0)), "decay 'linear' takes no time"),
            (lambda r: scoring.steps(), "decay 'steps' lacks its span"),
            (lambda r: scoring.steps(("1 day", 0.5), ("2 days", 0.7)), "the shares [0.5, 0.7] of decay must fall from 1 to 0"),
            (lambda r: scoring.Decay("linear"), "decay 'linear' lacks its span"),
            (lambda r: scoring.Decay("cubic"), "decay='cubic' is unknown"),
        ],
    )  # fmt: skip
    def test_what_contradicts_itself_is_refused(self, make, what):
        with pytest.raises(DefinitionError) as caught:
            make(scoring.behavior("demo", points=10))
        assert caught.value.what == what

    @pytest.mark.parametrize(
        "make",
        [
            lambda: cl.LeadScore(scoring.behavior("demo", points=1)),
            lambda: scoring.behavior("demo", points=1, decay="linear"),
            lambda: scoring.Fit("x", "y", 3),
            lambda: scoring.steps("a"),
            lambda: scoring.Criterion("x", "y"),
            lambda: cl.LeadScore(None),
            lambda: cl.LeadScore(["demo"]),
            lambda: cl.LeadScore([scoring.behavior("demo", points=1)], caps=30),
            lambda: cl.LeadScore([scoring.behavior("demo", points=1)], caps=["behavior"]),
            lambda: scoring.IdealCustomer(scoring.criterion("x", scoring.fact("x"), at_least=1)),
            lambda: scoring.IdealCustomer([scoring.criterion("x", scoring.fact("x"), at_least=1)], exclusions=3),
        ],
    )
    def test_what_is_of_another_type_is_refused(self, make):
        with pytest.raises(UsageTypeError):
            make()

    @pytest.mark.parametrize(
        ("make", "what"),
        [
            (lambda: scoring.half_life(30), "over=30 has no unit"),
            (lambda: scoring.steps((30, 0.5)), "steps=30 has no unit"),
            (lambda: scoring.measure("x", scoring.fact("x"), worst=0, best=1, stale_after=30), "stale_after=30 has no unit"),
            (lambda: scoring.behavior("x", points=1, within=30), "within=30 has no unit"),
            (lambda: scoring.Rfm("x", recency=30, frequency=(2,)), "recency=30 is not a list"),
        ],
    )  # fmt: skip
    def test_an_error_names_the_argument_that_was_meant(self, make, what):
        with pytest.raises(UsageTypeError) as caught:
            make()
        assert caught.value.what == what

    def test_a_cap_of_a_rule_holds_below_0_as_well(self):
        lead = cl.LeadScore([scoring.behavior("bounced", points=-30, cap=60), scoring.behavior("demo", points=100)])
        bounced = [cl.Event("bounced", AS_OF, key=str(number)) for number in range(4)]
        found = scored(lead, ACME.record(events=[*bounced, ("demo", AS_OF)]))
        assert (found.value, found.part("bounced").points) == (40, -60)


def faded(rule, event, tz):
    """Points left of one event, by datetimes."""
    zone = ZoneInfo(tz)

    def after(span):
        local = event.at.astimezone(zone).replace(tzinfo=None)
        if span.is_exact:
            return event.at + timedelta(microseconds=span.us)
        moved = local + relativedelta(months=span.months, days=span.days)
        return moved.replace(tzinfo=zone).astimezone(AS_OF.tzinfo) + timedelta(microseconds=span.us)

    if rule.within is not None and after(rule.within) < AS_OF:
        return 0
    decay = rule.decay
    if decay is None:
        return rule.points
    if decay.kind == "steps":
        return rule.points * min([share for span, share in decay.steps if after(span) < AS_OF], default=1)
    share = (AS_OF - event.at) / (after(decay.over) - event.at)
    return rule.points * (max(0, 1 - share) if decay.kind == "linear" else 0.5**share)


# -- the ideal customer and RFM ----------------------------------------------------------------------------------------


class TestIdeal:
    @given(ideals(), customers(), given_facts)
    def test_is_the_weight_of_what_matches_among_what_is_known(self, ideal, customer, known):
        request = scoring.ScoreRequest(customer.as_of(AS_OF, known_at=AS_OF), AS_OF)
        seen = [one for one in known if (one.at or AS_OF) <= AS_OF and (one.recorded_at or one.at or AS_OF) <= AS_OF]
        request = attrs.evolve(request, facts=scoring.Facts([*request.customer.facts, *seen]))
        met = {one.name: one.when.met(one.when.reads.read(request)) for one in (*ideal.criteria, *ideal.exclusions)}
        below = sum(Fraction(str(one.weight)) for one in ideal.criteria if met[one.name] is not None)
        above = sum(Fraction(str(one.weight)) for one in ideal.criteria if met[one.name])
        found = scored(ideal, customer, known)
        if any(met[one.name] for one in ideal.exclusions):
            assert (found.value, found.completeness) == (0, 1)
            return
        if not below:
            assert found.value is None
            return
        assert abs(Fraction(found.value) - 100 * above / below) <= Fraction(1, 1_000_000)
        assert found.completeness == pytest.approx(
            float(below / sum(Fraction(str(one.weight)) for one in ideal.criteria))
        )

    def test_nothing_on_record_is_not_nothing_done(self):
        """Before anything happened nobody knows that they did nothing."""
        health = cl.HealthScore([scoring.measure("logins", scoring.events("login"), worst=0, best=10)])
        lead = cl.LeadScore([scoring.behavior("login", points=5)])
        for scorer in (health, lead):
            assert scored(scorer, ACME).value is None
            assert scored(scorer, ACME.track("signed up", at=AS_OF)).value == 0

    def test_who_is_excluded_scores_0_also_where_nothing_else_is_known(self):
        ideal = scoring.IdealCustomer(
            [scoring.criterion("size", scoring.fact("seats"), at_least=5)],
            exclusions=[scoring.criterion("rival", scoring.fact("rival"), one_of=True)],
        )
        found = scored(ideal, ACME, [cl.Fact("rival", True)])
        assert (found.value, found.completeness) == (0, 1)
        assert scored(ideal, ACME, [cl.Fact("rival", False)]).value is None
        both = scoring.weighted({"ideal": ideal, "all": lambda _: 50})
        assert (scored(both, ACME, [cl.Fact("rival", True)]).completeness) == 1

    def test_says_whom_it_describes(self):
        ideal = scoring.IdealCustomer([scoring.criterion("size", scoring.fact("seats"), at_least=5)], pains="slow tools", channels=["fairs"], seeks=["speed"])  # fmt: skip
        assert (ideal.pains, ideal.channels, ideal.seeks) == (("slow tools",), ("fairs",), ("speed",))
        assert scoring.IdealCustomer.from_toml(ideal.to_toml()) == ideal


class TestRfm:
    @given(customers())
    def test_classes_by_hand(self, customer):
        rfm = scoring.Rfm("order", recency=(10, 30, 90), frequency=(2, 3), monetary=(0, 2.5))
        orders = [one for one in customer.as_of(AS_OF, known_at=AS_OF).events if one.name == "order"]
        found = scored(rfm, customer)
        if not orders:
            assert (found.value, found.reason) == (None, "never bought")
            return
        days = (AS_OF - max(one.at for one in orders)) / DAY
        recency = 1 + sum(days <= edge for edge in (10, 30, 90))
        frequency = 1 + sum(len(orders) >= edge for edge in (2, 3))
        money = 1 + sum(sum(one.value or 0 for one in orders) >= edge for edge in (0, 2.5))
        assert found.grade == f"{recency}{frequency}{money}"
        wanted = Fraction(100, 3) * (Fraction(recency - 1, 3) + Fraction(frequency - 1, 2) + Fraction(money - 1, 2))
        assert abs(Fraction(found.value) - wanted) <= Fraction(2, 1_000_000)

    @given(st.lists(st.integers(0, 30), min_size=2, max_size=30), st.integers(2, 5))
    @example([0, 0, 0, 5], 4)
    def test_learnt_thresholds_leave_somebody_in_every_class(self, gaps, classes):
        buyers = [
            cl.Customer(f"c{number}", MODEL, events=[cl.Event("order", AS_OF - n * DAY, value=gap, key=str(n)) for n in range(gap, gap + 1 + gap % 4)])
            for number, gap in enumerate(gaps)
        ]  # fmt: skip
        if len(set(gaps)) == 1:
            with pytest.raises(DataError, match="all have the same recency"):
                scoring.Rfm.learn(buyers, "order", as_of=AS_OF, classes=classes)
            return
        try:
            rfm = scoring.Rfm.learn(buyers, "order", as_of=AS_OF, classes=classes)
        except DataError:  # frequencies may be equal where recencies are not
            reject()
        found = [one.grade for one in cl.score_all(rfm, buyers, as_of=AS_OF)]
        for place, edges in enumerate((rfm.recency, rfm.frequency, rfm.monetary)):
            assert {int(grade[place]) for grade in found} == set(range(1, len(edges) + 2))
            assert len(edges) < classes
        assert scoring.Rfm.from_json(rfm.to_json()) == rfm

    def test_equal_numbers_make_equal_classes(self):
        buyers = [
            cl.Customer(
                f"c{n}", MODEL, events=[("order", AS_OF - n * DAY)] * 1 + [("order", AS_OF - 40 * DAY)] * (n % 2)
            )
            for n in range(1, 11)
        ]
        rfm = scoring.Rfm.learn(buyers, "order", as_of=AS_OF, classes=5, money=False)
        assert rfm.recency == (2, 4, 6, 8)
        assert rfm.frequency == (2,)

    @pytest.mark.parametrize(
        "make",
        [
            lambda: scoring.Rfm("order", recency=(3, 2), frequency=(2,)),
            lambda: scoring.Rfm("order", recency=(), frequency=(2,)),
            lambda: scoring.Rfm("order", recency=(3,), frequency=(2,), field="x"),
            lambda: scoring.Rfm.learn([ACME], "order", as_of=AS_OF),
            lambda: scoring.Rfm.learn([ACME], "order", as_of=AS_OF, classes=1),
            lambda: scoring.Rfm.learn([ACME], "order", as_of=AS_OF, classes="5"),
            lambda: scoring.Rfm.learn([ACME], "order", as_of=AS_OF, classes=2.5),
            lambda: scoring.Rfm.learn([ACME.track("order", at=AS_OF)], "order", as_of=AS_OF),
        ],
    )
    def test_what_makes_no_classes_is_refused(self, make):
        with pytest.raises(cl.CustlifeError):
            make()


# -- compositions ------------------------------------------------------------------------------------------------------

values = st.one_of(st.none(), st.floats(0, 100), st.sampled_from([0, 100, 50, 33.333333]))


def giving(name, value):
    answer = cl.Score(None, reason="unknown", completeness=0) if value is None else value
    return scoring.named(name, lambda _: answer)


class TestCompositions:
    @given(declared, customers(), given_facts)
    def test_one_alone_is_itself(self, scorer, customer, known):
        alone = scored(scorer, customer, known)
        for composed in (
            scoring.weighted([scorer], name=scorer.name),
            scoring.weighted({scorer.name: scorer}, {scorer.name: 0.3}, name=scorer.name),
            scoring.minimum([scorer], name=scorer.name),
            scoring.maximum([scorer], name=scorer.name),
            scoring.capped(scorer, at_most=100, at_least=0, name=scorer.name),
            scoring.gated(scorer, gate=lambda _: 100, at_least=0, name=scorer.name),
        ):
            assert scored(composed, customer, known) == alone

    @given(st.lists(st.tuples(values, st.sampled_from([1, 2, 0.5, 40])), min_size=2, max_size=5))
    def test_a_weighted_mean_by_fractions(self, pairs):
        hooks = {f"h{n}": giving(f"h{n}", value) for n, (value, _) in enumerate(pairs)}
        composed = scoring.weighted(hooks, {f"h{n}": weight for n, (_, weight) in enumerate(pairs)})
        found = scored(composed, ACME)
        known = [(Fraction(str(w)), Fraction(round(Fraction(v) * 10**6), 10**6)) for v, w in pairs if v is not None]
        if not known:
            assert found.value is None
            return
        mean = sum(w * v for w, v in known) / sum(w for w, _ in known)
        assert abs(Fraction(found.value) - mean) <= Fraction(1, 10**6)
        assert found.completeness == pytest.approx(
            float(sum(w for w, _ in known) / sum(Fraction(str(w)) for _, w in pairs))
        )
        assert sum(in_micro(part.points) for part in found.parts) == in_micro(found.value)

    @given(st.lists(values, min_size=2, max_size=5))
    def test_the_least_and_the_greatest(self, given_values):
        hooks = {f"h{n}": giving(f"h{n}", value) for n, value in enumerate(given_values)}
        known = [value for value in given_values if value is not None]
        low, high = scored(scoring.minimum(hooks), ACME), scored(scoring.maximum(hooks), ACME)
        assert low.value == (pytest.approx(min(known), abs=1e-6) if known else None)
        assert high.value == (pytest.approx(max(known), abs=1e-6) if known else None)
        assert low.completeness == pytest.approx(len(known) / len(given_values))

    @pytest.mark.parametrize(
        ("gate", "value", "reason"),
        [(50, 90, ""), (49.999999, 30, ""), (None, None, "nothing is known of the gate 'gate': unknown")],
    )
    def test_a_gate(self, gate, value, reason):
        composed = scoring.gated(giving("lead", 90), giving("gate", gate), at_least=50, otherwise=30)
        found = scored(composed, ACME)
        assert (found.value, found.reason) == (value, reason)
        if value == 30:
            assert found.part("gate gate").points == -60
            assert (
                found.part("gate gate").reason == "gate is 49.999999, below 50"
                or "50, below 50" in found.part("gate gate").reason
            )

    @given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
    def test_caps(self, value, one, other):
        low, high = sorted((one, other))
        found = scored(scoring.capped(giving("x", value), at_least=low, at_most=high), ACME)
        assert found.value == pytest.approx(max(low, min(high, value)), abs=1e-6)
        assert sum(in_micro(part.points) for part in found.parts) in {0, in_micro(found.value)}

    def test_both_bounds_may_be_one_number(self):
        from custlife.scoring.composing import Capped

        bound = 50.0
        for value in (10, 50, 90):
            assert scored(Capped(giving("x", value), bound, bound), ACME).value == 50

    @pytest.mark.parametrize(
        "make",
        [
            lambda x: scoring.weighted([]),
            lambda x: scoring.weighted([x, x]),
            lambda x: scoring.weighted([x], {"y": 1}),
            lambda x: scoring.weighted([x], [1]),
            lambda x: scoring.weighted([x], {"x": 0}),
            lambda x: scoring.weighted("x"),
            scoring.capped,
            lambda x: scoring.capped(x, at_least=60, at_most=50),
            lambda x: scoring.capped(x, at_most=101),
            lambda x: scoring.gated(x, 3, at_least=50),
        ],
    )
    def test_what_cannot_be_put_together_is_refused(self, make):
        with pytest.raises(cl.CustlifeError):
            make(giving("x", 3))

    def test_compositions_go_to_documents_with_names_for_code(self):
        @scoring.scorer("tests: flat")
        def flat(request):
            return 50

        health = cl.HealthScore([scoring.measure("x", scoring.fact("x"), worst=0, best=10)])
        for composed in (
            scoring.weighted({"health": health, "flat": flat}, {"health": 2, "flat": 1}),
            scoring.minimum({"health": health, "flat": flat}, name="worst"),
            scoring.maximum({"health": health, "both": scoring.capped(flat, at_most=30)}),
            scoring.gated(health, gate=flat, at_least=20, otherwise=5),
        ):
            assert type(composed).from_toml(composed.to_toml()) == composed
            assert type(composed).from_json(composed.to_json()) == composed
        with pytest.raises(DefinitionError, match="scorer '<lambda>' is code, and a document is data"):
            scoring.capped(lambda _: 3, at_most=5).to_toml()


@given(st.lists(st.integers(-(10**12), 10**12), max_size=6), st.integers(1, 10**6))
def test_shared_parts_add_up_and_are_off_by_less_than_one(parts, below):
    total, found = shared(parts, below)
    assert sum(found) == total
    assert abs(Fraction(sum(parts), below) - total) <= Fraction(1, 2)
    assert all(abs(Fraction(part, below) - one) < 1 for part, one in zip(parts, found, strict=True))


@given(st.lists(st.sampled_from([1, 2, 0.5, 40, 0.000001, 33.333333]), min_size=1, max_size=5))
def test_whole_weights_keep_their_proportions(given_weights):
    found = whole_weights(given_weights)
    exact = [Fraction(str(weight)) for weight in given_weights]
    assert [Fraction(one, sum(found)) for one in found] == [one / sum(exact) for one in exact]
