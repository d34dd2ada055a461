"""What each sign sees, against a second answer from plain datetimes, and at the very edge."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

import custlife as cl
from custlife import scoring, signals, simulate
from custlife.errors import DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.signals import Look, Moment, Rule
from tests.signals.made import DAY, HEALTH, START, day

US = timedelta(microseconds=1)
MODEL = cl.StageModel(
    "saas",
    ["trial", cl.Stage("onboarding", owners=["Success", "Sales"]), "paid"],
    exits=[
        cl.Stage("lapsed", exit="paused"),
        cl.Stage("lost_to_competitor", exit="paused"),
        cl.Stage("churned", exit="ended"),
    ],
    transitions=[
        cl.Transition("trial", "onboarding", max_gap="14 days"),
        cl.Transition("trial", "paid", max_gap="1 month"),
    ],
)


def customer(*moves: tuple[str, datetime], **rest: object) -> cl.Customer:
    return cl.Customer("ada", MODEL, moves=moves, **rest)  # type: ignore[arg-type]  # as given


def see(sign: signals.Sign, who: cl.Customer, at: datetime, tz: str = "UTC") -> Look:
    """One look without a past."""
    from custlife.calendar import zone
    from custlife.scoring.request import request_at

    return sign.look(Moment(request_at(who, at), zone(tz)))


def told(rule: Rule, who: cl.Customer, until: datetime, **words: object) -> list[tuple[datetime, datetime | None]]:
    found = signals.watch(rule, [who], as_of=until, **words)  # type: ignore[arg-type]  # as given
    assert found.failures == ()
    return [(one.opened_at, one.resolved_at) for one in found]


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


class TestOwed:
    DESK = cl.BusinessHours("mon-fri 09:00-17:00", tz="UTC")

    def test_business_hours_stand_still_at_night(self):
        asked = datetime(2026, 1, 2, 16, tzinfo=UTC)  # a Friday, an hour before closing
        who = customer(events=[("demo", asked)])
        sign = signals.Unanswered("demo", within="2 hours", hours=self.DESK)
        monday = datetime(2026, 1, 5, 10, tzinfo=UTC)
        assert [see(sign, who, monday + one).met for one in (timedelta(0), US)] == [False, True]
        assert see(sign, who, monday + DAY).why == "demo of 2026-01-02 16:00 waits for 10.0 business hours"

    @settings(max_examples=50)
    @given(st.lists(st.integers(0, 200), max_size=5), st.lists(st.integers(0, 200), max_size=4), st.integers(0, 220))
    def test_the_first_without_an_answer_counts(self, asked, answered, now):
        hour = timedelta(hours=1)
        events = [cl.Event("demo", START + one * hour, key=f"q{place}") for place, one in enumerate(asked)]
        events += [cl.Event("call", START + one * hour, key=f"a{place}") for place, one in enumerate(answered)]
        look = see(
            signals.Unanswered("demo", within="24 hours", answered_by="call"),
            customer(events=events),
            START + now * hour,
        )
        open_ = [q for q in asked if q <= now and not any(q <= a <= now for a in answered)]
        assert look.met is (bool(open_) and now - min(open_) > 24)
        assert look.value == (now - min(open_) if open_ else None)

    def test_outbound_events_answer_by_default(self):
        events = [cl.Event("demo", day(0)), cl.Event("mail", day(3), direction="outbound")]
        rule = Rule("overdue", signals.Unanswered("demo", within="1 day"))
        assert told(rule, customer(events=events), day(9)) == [(day(2), day(3))]

    def test_entering_a_stage_wants_an_answer_too(self):
        rule = Rule("overdue", signals.Unanswered(entered="trial", within="1 day", answered_by="call"))
        assert told(rule, customer(("trial", day(0))), day(9)) == [(day(2), None)]

    @settings(max_examples=80)
    @given(
        st.dates(date(2024, 1, 1), date(2025, 12, 31)),
        st.sampled_from([1, 3, 12]),
        st.integers(0, 900),
        st.sampled_from([1, 3]),
    )
    def test_renewals_are_counted_from_the_anchor(self, start, months, later, near):
        """Second answer: all renewals by dateutil, each from the start."""
        now = datetime(start.year, start.month, start.day, tzinfo=UTC) + later * DAY
        facts = [cl.Fact("contract_start", start.isoformat()), cl.Fact("contract_term", f"{months} months")]
        look = see(signals.RenewalNear(f"{near} months"), customer(facts=facts), now)
        begun = datetime(start.year, start.month, start.day, tzinfo=UTC)
        dates = [begun + relativedelta(months=months * number) for number in range(1, 60)]
        due = min(one for one in dates if one >= now)
        assert look.met is (due <= now + relativedelta(months=near))
        assert look.value == (due - now) / DAY
        assert look.why.startswith(f"up for renewal on {due:%Y-%m-%d}")

    def test_a_renewal_of_31_october_is_on_the_30th_of_november(self):
        facts = [cl.Fact("contract_start", "2025-10-31", at="2025-10-31T00:00Z"), cl.Fact("contract_term", "1 month")]
        rule = Rule("near", signals.RenewalNear("2 days"))
        until = datetime(2026, 1, 1, tzinfo=UTC)
        found = told(rule, customer(facts=facts), until)
        assert [one[0] for one in found] == [datetime(2025, 11, 28, tzinfo=UTC), datetime(2025, 12, 29, tzinfo=UTC)]
        assert found[0][1] == datetime(2025, 12, 1, tzinfo=UTC)

    def test_a_renewal_with_a_term_comes_again_from_its_date(self):
        facts = [cl.Fact("renewal_at", "2026-01-31"), cl.Fact("contract_term", "1 month")]
        sign = signals.RenewalNear("2 days")
        looks = [see(sign, customer(facts=facts), day(30 + one)) for one in (-40, 0, 1, 28, 57)]
        assert [(look.met, look.value) for look in looks] == [(False, 40), (True, 0), (False, 27), (True, 0), (True, 2)]

    def test_a_date_of_renewal_alone_comes_once(self):
        facts = [cl.Fact("renewal_at", "2026-01-20", at=day(0))]
        rule = Rule("near", signals.RenewalNear("1 week"))
        assert told(rule, customer(facts=facts), day(60)) == [(day(12), day(20))]

    def test_days_of_contracts_are_those_of_the_zone(self):
        facts = [cl.Fact("renewal_at", "2026-01-20", at=day(0))]
        look = see(signals.RenewalNear("1 week"), customer(facts=facts), day(18), "America/New_York")
        assert look.value == 1 + 5 / 24

    def test_who_has_ended_the_contract_does_not_renew(self):
        facts = [cl.Fact("renewal_at", "2026-02-20", at=day(0)), cl.Fact("contract_ended", "2026-02-20", at=day(30))]
        rule = Rule("near", signals.RenewalNear("40 days"))
        assert told(rule, customer(facts=facts), day(60)) == [(day(10), day(30))]

    def test_a_lead_of_customer_success_is_silenced_by_red_health_or_a_dispute(self):
        facts = [cl.Fact("limit", 10, at=day(0))]
        facts += [cl.Fact("used", used, at=day(place)) for place, used in enumerate([7, 8, 9, 7.5, 6, 9, 9, 9, 9])]
        facts += [cl.Fact("disputed", True, at=day(2)), cl.Fact("disputed", False, at=day(3))]
        facts += [cl.Fact("v", 90, at=day(0)), cl.Fact("v", 10, at=day(6)), cl.Fact("v", 90, at=day(7))]
        rules = [
            Rule(
                "csql",
                signals.NearLimit(scoring.fact("used"), scoring.fact("limit"), until=0.7),
                unless=["red", "disputed"],
            ),
            Rule("red", signals.HealthRed(lambda request: request.facts["v"], below=50)),
            Rule("disputed", signals.Holds(scoring.Condition(scoring.fact("disputed"), one_of=True))),
        ]
        found = signals.watch(rules, [customer(facts=facts)], as_of=day(8)).of(rule="csql")
        assert [(one.opened_at, one.resolved_at, one.ended) for one in found] == [
            (day(1), day(2), "silenced by disputed"),
            (day(5), day(6), "silenced by red"),
            (day(7), None, ""),
        ]
        assert found.episodes[0].why == "8 of 10 used (80 %)"

    def test_numbers_that_a_file_gave_as_text_are_numbers(self):
        sign = signals.NearLimit(scoring.fact("used"), scoring.fact("limit"))
        look = see(sign, customer(facts=[cl.Fact("used", "90"), cl.Fact("limit", "100")]), day(1))
        assert (look.met, look.value, look.why) == (True, 0.9, "90 of 100 used (90 %)")

    def test_a_plan_without_a_limit_has_no_share(self):
        sign = signals.NearLimit(scoring.fact("used"), scoring.fact("limit"))
        facts = [cl.Fact("used", 5), cl.Fact("limit", 0)]
        assert see(sign, customer(facts=facts), day(1)).met is False
        assert see(sign, customer(facts=facts[:1]), day(1)).met is None

    def test_a_condition_with_a_band(self):
        nps = scoring.fact("nps")
        sign = signals.Holds(scoring.Condition(nps, at_most=0), scoring.Condition(nps, at_least=30))
        facts = [cl.Fact("nps", value, at=day(place)) for place, value in enumerate([10, 0, 20, 30, 20])]
        assert told(Rule("low", sign), customer(facts=facts), day(6)) == [(day(1), day(3))]


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


BAD = (
    (lambda: Rule(" ", signals.Lapsed()), DefinitionError, "name=' ' is empty"),
    (lambda: Rule("a", signals.Lapsed(), min_n=0), DefinitionError, "rule 'a': min_n=0 is no number of looks"),
    (lambda: Rule("a", signals.Lapsed), UsageTypeError, "sign=Lapsed is a class"),
    (lambda: Rule("a", 3), UsageTypeError, "sign=3 cannot look"),
    (lambda: Rule("a", signals.Lapsed(), owner=3), UsageTypeError, "owner=3 is no text"),
    (lambda: signals.RuleSet([]), DefinitionError, "there is no rule"),
    (lambda: signals.RuleSet([3]), UsageTypeError, "rules[0]=3 is not a Rule"),
    (lambda: signals.RuleSet(signals.Lapsed()), UsageTypeError, "rules[0]=Lapsed(stages=()) is not a Rule"),
    (lambda: signals.RuleSet(3), UsageTypeError, "rules=3 is not a list"),
    (lambda: Rule("a", signals.Lapsed(), cool_down=7), UsageTypeError, "cool_down=7 has no unit"),
    (lambda: signals.Stuck(after=14), UsageTypeError, "after=14 has no unit"),
    (lambda: signals.OffTrack("a", start="b"), UsageTypeError, "plan='a' is not a list"),
    (lambda: signals.OffTrack(["a"], start="b"), UsageTypeError, "plan holds 'a', no milestone"),
    (lambda: signals.AtRisk(["a"], at_least=0.1), UsageTypeError, "risks=['a'] are no risks"),
    (lambda: signals.AtRisk({"a": "x"}, at_least=0.1), UsageTypeError, "risks['a']='x' is a str"),
    (lambda: signals.watch(Rule("a", signals.Lapsed()), [], as_of=day(1), facts={"ada": 3}), UsageTypeError, "facts['ada']=3 are not the facts"),
    (lambda: signals.RuleSet([Rule("a", signals.Lapsed())] * 2), DefinitionError, "two rules are called 'a'"),
    (lambda: signals.RuleSet(Rule("a", signals.Lapsed(), unless="b")), DefinitionError, "waits for unknown rule 'b'"),
    (lambda: signals.RuleSet(Rule("a", signals.Lapsed(), unless="a")), DefinitionError, "in a circle: 'a'"),
    (lambda: signals.Entered([]), DefinitionError, "stages=[] name nothing"),
    (lambda: signals.Entered([3]), UsageTypeError, "3 is no name"),
    (lambda: signals.OffTrack({"a": "1 day"}), DefinitionError, "nothing starts the plan"),
    (lambda: signals.OffTrack({}, start="a"), DefinitionError, "a plan needs milestones"),
    (lambda: signals.Milestone("", "1 day"), UsageTypeError, "event='' is no name"),
    (lambda: signals.Unanswered(within="1 day"), DefinitionError, "nothing wants an answer"),
    (lambda: signals.Unanswered("a", within="1 day", hours=TestOwed.DESK), DefinitionError, "'1 day' is no business time"),
    (lambda: signals.Unanswered("a", within="1 hour", hours="9-5"), UsageTypeError, "hours='9-5' are not business hours"),
    (lambda: signals.Qualified(HEALTH, at_least=120), DefinitionError, "at_least=120 is not from 0 to 100"),
    (lambda: signals.Qualified(HEALTH, at_least=20, until=30), DefinitionError, "until=30 is above at_least=20"),
    (lambda: signals.HealthRed(lambda _: 1), DefinitionError, "has no bands to be red in"),
    (lambda: signals.HealthRed(HEALTH, until=10), DefinitionError, "until=10 is under the edge 40"),
    (lambda: signals.HealthFalling(HEALTH, by=0), DefinitionError, "by=0 is not above 0"),
    (lambda: signals.HealthFalling(HEALTH, by=5, until=5), DefinitionError, "until=5 is not from 0 to below by=5"),
    (lambda: signals.AtRisk({"a": 2}, at_least=0.1), DefinitionError, "risk 2.0 of stage 'a' is no probability"),
    (lambda: signals.AtRisk({}, at_least=0.1), DefinitionError, "risks need stages"),
    (lambda: signals.AtRisk({"a": 0.1}, at_least=2), DefinitionError, "at_least=2 is no probability"),
    (lambda: signals.NearLimit(3, scoring.fact("a")), UsageTypeError, "3 is nothing to read"),
    (lambda: signals.NearLimit(scoring.fact("a"), scoring.fact("b"), at_least=0), DefinitionError, "is no share"),
    (lambda: signals.NearLimit(scoring.fact("a"), scoring.fact("b"), until=0.9), DefinitionError, "until=0.9 is not"),
    (lambda: signals.Holds("nps"), UsageTypeError, "'nps' is not a condition"),
    (lambda: Look(True, clear=True), DefinitionError, "met and clear at once"),
    (lambda: Look("yes"), UsageTypeError, "met='yes' is neither"),
    (lambda: signals.watch("rules.toml", []), UsageError, "is a text"),
    (lambda: signals.watch(Rule("a", signals.Lapsed()), []), UsageError, "as_of is missing"),
    (lambda: signals.watch(Rule("a", signals.Lapsed()), [], as_of=day(1), since=day(2)), UsageError, "is after as_of"),
    (lambda: signals.watch(Rule("a", signals.Lapsed()), [], as_of=day(1), every="hour"), UsageError, "every='hour'"),
    (lambda: signals.watch(Rule("a", signals.Lapsed()), [], as_of=day(1), facts=3), UsageTypeError, "facts=3 do not say"),
    (lambda: signals.watch(Rule("a", signals.Stuck("tral", after="1 day")), [customer()], as_of=day(1)), UnknownNameError, "unknown stage 'tral' @ rule 'a' on model 'saas'"),
    (lambda: signals.watch(Rule("a", signals.Lapsed(), only_in="tral"), [customer()], as_of=day(1)), UnknownNameError, "unknown stage 'tral'"),
    (lambda: signals.watch(Rule("a", signals.Stuck()), [cl.Customer("a", cl.StageModel("m", ["x"]))], as_of=day(1)), UsageError, "no max_gap on any"),
)  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "what"), BAD, ids=[what for _, _, what in BAD])
def test_what_cannot_be_is_refused(call, kind, what):
    with pytest.raises(kind) as caught:
        call()
    assert what in str(caught.value)
    assert "Hint: " in str(caught.value)
