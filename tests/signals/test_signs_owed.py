"""What the signs of what is owed see, at the very edge, and which signs cannot be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

import custlife as cl
from custlife import scoring, signals
from custlife.errors import DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.signals import Look, Rule
from tests.signals.made import DAY, HEALTH, START, day
from tests.signals.seeing import US, customer, see, told


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
    (lambda: signals.NearLimit(scoring.fact("a"), scoring.fact("b"), at_least=90), DefinitionError, "90 % is at_least=0.9"),
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
