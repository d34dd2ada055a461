"""Laws of scores of leads, against a second answer by fractions."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import attrs
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given
from hypothesis import strategies as st

import custlife as cl
from custlife import scoring
from custlife.errors import DefinitionError, UsageTypeError
from tests.scoring.made import (
    ACME,
    AS_OF,
    DAY,
    customers,
    decays,
    given_facts,
    leads,
    scored,
)


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
