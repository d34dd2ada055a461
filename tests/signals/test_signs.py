"""What each sign sees, against a second answer from plain datetimes, and at the very edge."""

from __future__ import annotations

from datetime import timedelta

import pytest

import custlife as cl
from custlife import scoring, signals, simulate
from custlife.signals import Look, Rule
from tests.signals.made import DAY, day
from tests.signals.seeing import MODEL, US, customer, see, told


class TestStanding:
    def test_stuck_is_longer_than_the_limit_and_its_end_is_inside(self):
        who = customer(("trial", day(0)))
        sign = signals.Stuck("trial", after="14 days")
        assert [see(sign, who, day(14) + one).met for one in (-US, timedelta(0), US)] == [False, False, True]
        assert see(sign, who, day(14) + US).why == "in trial since 2026-01-01, longer than 14 days"

    def test_stuck_by_the_model_has_passed_every_max_gap(self):
        who = customer(("trial", day(0)), ("paid", day(60)))
        assert told(Rule("stuck", signals.Stuck()), who, day(90)) == [(day(32), day(60))]  # a month from 1 January

    def test_stuck_again_elsewhere_is_another_episode(self):
        who = customer(("trial", day(0)), ("onboarding", day(20) + DAY / 2))
        rule = Rule("stuck", signals.Stuck(after="5 hours"))
        assert told(rule, who, day(30)) == [(day(1), day(21)), (day(21), None)]

    def test_who_has_left_is_not_stuck(self):
        who = customer(("trial", day(0)), ("churned", day(20)))
        assert told(Rule("stuck", signals.Stuck(after="5 days")), who, day(40)) == [(day(6), day(20))]

    def test_only_in_some_stages(self):
        who = customer(("trial", day(0)), ("onboarding", day(3)), ("churned", day(6)))
        rule = Rule("any", signals.Holds(scoring.Condition(scoring.days_in_stage(), at_least=0)), only_in="onboarding")
        assert told(rule, who, day(9)) == [(day(3), day(6))]

    def test_lapsed_returned_and_bought_elsewhere(self):
        who = customer(
            ("trial", day(0)),
            ("lapsed", day(2)),
            ("lost_to_competitor", day(5)),
            ("trial", day(9)),
            ("lapsed", day(30)),
        )
        assert told(Rule("l", signals.Lapsed()), who, day(40)) == [(day(2), day(5)), (day(30), None)]
        assert told(Rule("l", signals.Lapsed("churned")), who, day(40)) == []
        assert told(Rule("b", signals.BoughtElsewhere()), who, day(40)) == [(day(5), day(9))]
        assert told(Rule("r", signals.Returned("7 days")), who, day(40)) == [(day(9), day(17))]
        assert told(Rule("e", signals.Entered(["Trial"])), who, day(40)) == [(day(0), day(2)), (day(9), day(30))]

    def test_twice_between_two_looks_is_seen_as_another_occasion(self):
        who = customer(("lapsed", day(0)), ("trial", day(3) + 3 * US), ("lapsed", day(3) + DAY / 2))
        assert told(Rule("l", signals.Lapsed()), who, day(9)) == [(day(0), day(4)), (day(4), None)]

    def test_a_plan_is_late_until_it_is_done(self):
        plan = signals.OffTrack({"login": "7 days", "import": "14 days"}, entered="onboarding")
        who = customer(
            ("trial", day(0)),
            ("onboarding", day(1)),
            events=[("login", day(0)), ("login", day(10)), ("import", day(15))],
        )
        assert told(Rule("off", plan), who, day(40)) == [(day(9), day(10))]
        assert see(plan, who, day(9)).why == "begun 2026-01-02, not done: login (due within 7 days)"
        assert [see(plan, who, day(8) + one).met for one in (timedelta(0), US)] == [False, True]
        assert see(plan, customer(("trial", day(0))), day(99)) == Look(False)

    def test_a_plan_that_an_event_starts_anew_begins_anew(self):
        plan = signals.OffTrack([("call", "2 days")], start=["signed"])
        who = customer(("trial", day(0)), events=[("signed", day(1)), ("call", day(2)), ("signed", day(5))])
        assert told(Rule("off", plan), who, day(20)) == [(day(8), None)]

    def test_what_is_done_as_the_plan_starts_is_done(self):
        plan = signals.OffTrack([("call", "2 days")], start=["signed"])
        who = customer(("trial", day(0)), events=[("signed", day(1)), ("call", day(1))])
        assert told(Rule("off", plan), who, day(20)) == []
        assert told(Rule("off", plan), customer(events=[("call", day(1) - US), ("signed", day(1))]), day(20)) != []

    def test_before_the_first_stage_nobody_knows(self):
        who = customer(events=[("login", day(0))])
        for sign in (signals.Stuck(after="1 day"), signals.Lapsed(), signals.AtRisk({"trial": 1}, at_least=0.5)):
            assert see(sign, who, day(5)).met is None


class TestScored:
    def health(self, *values: float) -> cl.Customer:
        return customer(facts=[cl.Fact("v", value, at=day(place)) for place, value in enumerate(values)])

    def hook(self, request: cl.ScoreRequest) -> object:
        return request.facts["v"]

    def test_red_by_band_with_a_margin(self):
        levels = {value: float(value) for value in range(101)}
        health = cl.HealthScore([scoring.measure("v", scoring.fact("v"), levels=levels)], bands={"red": 0, "green": 40})
        who = self.health(40, 39, 40, 45, 50, 39)
        assert told(Rule("red", signals.HealthRed(health)), who, day(9)) == [(day(1), day(2)), (day(5), None)]
        assert told(Rule("red", signals.HealthRed(health, until=50)), who, day(9)) == [(day(1), day(4)), (day(5), None)]
        assert told(Rule("red", signals.HealthRed(health, below=46)), who, day(9)) == [(day(0), day(4)), (day(5), None)]

    def test_falling_and_recovering(self):
        who = self.health(80, 66, 65, 69, 74, 75, 60)
        sign = signals.HealthFalling(self.hook, by=15, within="30 days")
        assert told(Rule("falls", sign), who, day(8)) == [(day(2), day(3)), (day(6), None)]
        slow = signals.HealthFalling(self.hook, by=15, within="30 days", until=5)
        assert told(Rule("falls", slow), who, day(8)) == [(day(2), day(5)), (day(6), None)]

    def test_what_is_higher_before_the_window_is_forgotten(self):
        who = self.health(80, 60, 60, 60, 60)
        sign = signals.HealthFalling(self.hook, by=15, within="2 days")
        assert told(Rule("falls", sign), who, day(6)) == [(day(1), day(3))]

    def test_equal_scorers_are_asked_once_a_moment(self):
        asked = []

        def hook(request: cl.ScoreRequest) -> float:
            asked.append(request.as_of)
            return 10

        rules = [Rule("a", signals.HealthRed(hook, below=50)), Rule("b", signals.Qualified(hook, at_least=5))]
        found = signals.watch(rules, [self.health(1)], as_of=day(3))
        assert (len(found), asked) == (2, [day(0), day(1), day(2), day(3)])

    def test_no_score_leaves_everything_as_it_is(self):
        who = self.health(80, 20, 0, 0)
        hook = lambda request: request.facts["v"] or cl.Score(None, reason="off")  # noqa: E731  # a hook
        assert told(Rule("red", signals.HealthRed(hook, below=50)), who, day(5)) == [(day(1), None)]
        falls = signals.HealthFalling(hook, by=15)
        assert told(Rule("falls", falls), who, day(5)) == [(day(1), None)]
        assert told(Rule("hot", signals.Qualified(hook, at_least=50)), who, day(5)) == [(day(0), day(1))]

    def test_churn_risk_is_the_chance_of_getting_there_within_the_periods(self):
        """Second answer: the sum over all walks of three steps, state by state."""
        chain = simulate.b2b(300, seed=3).chain()
        found = dict(signals.churn_risk(chain, ["churned", "lost"], periods=3, at_least=0.1).risks)
        markov = chain.markov
        assert markov is not None

        def risk(state: str, left: int) -> float:
            if state in {"churned", "lost"}:
                return 1.0
            return 0.0 if not left else sum(markov.probability(state, to) * risk(to, left - 1) for to in markov.states)

        assert set(found) == set(markov.states) - {"churned", "lost"}
        for state, value in found.items():
            assert value == pytest.approx(risk(state, 3), abs=1e-12)

    def test_who_comes_back_was_lost_all_the_same(self):
        from custlife.stats import MarkovChain

        chain = self.chain_of_one_who_returns()
        markov = chain.markov
        assert isinstance(markov, MarkovChain)
        assert markov.probability("lapsed", "lapsed") < 1
        stay = markov.probability("trial", "trial")
        found = dict(signals.churn_risk(chain, "lapsed", periods=2, at_least=0.1).risks)
        assert found["trial"] == pytest.approx((1 + stay) * markov.probability("trial", "lapsed"))

    def chain_of_one_who_returns(self):
        rows = [
            ("ada", "trial", day(0)),
            ("ada", "lapsed", day(40)),
            ("ada", "trial", day(70)),
            ("bob", "trial", day(0)),
        ]
        return cl.StageLog.from_rows(rows, MODEL, as_of=day(200)).chain()

    def test_at_risk_by_stage(self):
        who = customer(("trial", day(0)), ("onboarding", day(3)), ("paid", day(6)))
        sign = signals.AtRisk({"trial": 0.5, "onboarding": 0.2}, at_least=0.3, learnt="by hand")
        assert told(Rule("risk", sign), who, day(9)) == [(day(0), day(3))]
        assert see(sign, who, day(1)).why == "50.0 % of those in trial are lost (by hand)"


class TestOwners:
    def test_the_team_is_that_of_the_last_stage_that_has_one(self):
        stages = [cl.Stage("a", owners=["Marketing"]), cl.Stage("b", owners=["Sales"]), "c"]
        model = cl.StageModel("owned", stages)
        who = cl.Customer("ada", model, moves=[("a", day(0)), ("b", day(1)), ("c", day(2))])
        assert signals.watch(Rule("c", signals.Entered("c")), [who], as_of=day(3)).open[0].owner == "Sales"

    def test_exits_are_for_the_team_of_the_last_stage_that_has_one(self):
        who = customer(("onboarding", day(0)), ("trial", day(1)), ("lapsed", day(2)))
        assert [one.owner for one in signals.watch(Rule("l", signals.Lapsed()), [who], as_of=day(3))] == [
            "Success, Sales"
        ]
        assert (
            signals.watch(Rule("l", signals.Lapsed()), [customer(("lapsed", day(0)))], as_of=day(3)).open[0].owner == ""
        )

    def test_the_rule_then_the_manager_then_the_team(self):
        who = customer(("onboarding", day(0)), facts=[cl.Fact("manager", "Mia", at=day(2))])
        rules = [Rule("a", signals.Entered("onboarding")), Rule("b", signals.Entered("onboarding"), owner="Ops")]
        first = signals.watch(rules, [who], as_of=day(1))
        assert [one.owner for one in first] == ["Success, Sales", "Ops"]
        assert [one.owner for one in signals.watch(rules, [who], as_of=day(2))] == ["Mia", "Ops"]
        assert signals.watch(rules, [who], as_of=day(2), manager="boss").episodes[0].owner == "Success, Sales"
        assert signals.watch(rules, [who], as_of=day(2)).of(owner="Ops").episodes[0].rule == "b"
