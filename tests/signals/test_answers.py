"""Rules as documents, the answer in its forms, and what is told of data that cannot be looked at."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import scoring, signals
from custlife.errors import DataError, DefinitionError, UnknownNameError, UsageError
from custlife.signals import Rule, RuleSet
from tests.signals.made import HEALTH, LEAD, day, lettered, letters, rule_sets
from tests.signals.seeing import MODEL, customer

DESK = cl.BusinessHours("mon-fri 09:00-17:00", tz="Europe/Zurich", holidays=["2026-12-25"])
ALL = RuleSet([
    Rule("stuck", signals.Stuck(["trial", "onboarding"], after="14 days"), cool_down="7 days", min_n=2, owner="Sales"),
    Rule("stuck as declared", signals.Stuck()),
    Rule("lapsed", signals.Lapsed(), action="write"),
    Rule("returned", signals.Returned("1 month")),
    Rule("elsewhere", signals.BoughtElsewhere()),
    Rule("entered", signals.Entered("paid"), only_in=["paid", "trial"]),
    Rule("qualified", signals.Qualified(LEAD, at_least=50, until=40)),
    Rule("red", signals.HealthRed(HEALTH, until=45)),
    Rule("falling", signals.HealthFalling(HEALTH, by=15, within="3 weeks", until=5)),
    Rule("overdue", signals.Unanswered(["demo"], within="8 hours", hours=DESK, answered_by=["call"], entered="trial")),
    Rule("renewal", signals.RenewalNear("60 days", start="since")),
    Rule("csql", signals.NearLimit(scoring.events("login", within="30 days"), scoring.fact("seats"), until=0.7),
         unless=["red", "disputed"]),
    Rule("off track", signals.OffTrack({"login": "7 days"}, entered="onboarding", start=["signed"])),
    Rule("risk", signals.AtRisk({"trial": 0.3, "paid": 0.01}, at_least=0.2, learnt="by hand")),
    Rule("disputed", signals.Holds(scoring.Condition(scoring.fact("disputed"), one_of=[True, "yes"]))),
    Rule("band", signals.Holds(scoring.Condition(scoring.fact("a"), at_most=1), scoring.Condition(scoring.fact("a"), at_least=2))),
])  # fmt: skip


class TestDocuments:
    def test_every_sign_goes_and_comes_back(self, tmp_path):
        from custlife.signals.document import SIGNS

        assert {type(one.sign) for one in ALL} == set(SIGNS.values())
        assert RuleSet.from_toml(ALL.to_toml()) == ALL
        assert RuleSet.from_json(ALL.to_json()) == ALL
        (tmp_path / "rules.toml").write_text(ALL.to_toml(), "utf-8")
        assert RuleSet.from_file(tmp_path / "rules.toml") == ALL

    @given(rule_sets())
    def test_round_trip(self, rules):
        assert RuleSet.from_dict(rules.to_dict()) == rules
        assert RuleSet.from_toml(rules.to_toml()).to_toml() == rules.to_toml()

    def test_code_is_no_data(self):
        with pytest.raises(DefinitionError, match="rule 'mine' looks by code"):
            RuleSet(Rule("mine", lettered)).to_toml()

    def test_rules_may_share_a_score(self):
        score = {key: value for key, value in HEALTH.to_dict().items() if key != "format"}
        rules = [
            {"name": "red", "sign": "health red", "score": "health"},
            {"name": "falling", "sign": "health falling", "score": "health", "by": 20},
        ]
        made = RuleSet.from_dict({"format": "custlife.signals/1", "scores": {"health": score}, "rules": rules})
        assert made == RuleSet(
            [Rule("red", signals.HealthRed(HEALTH)), Rule("falling", signals.HealthFalling(HEALTH, by=20))]
        )

    def test_all_faults_are_told_at_once(self):
        rules = [
            {"name": "a", "sign": "stuk"},
            {"name": "b", "sign": "stuck", "after": "soon"},
            {
                "name": "c",
                "sign": "unanswered",
                "asked": "demo",
                "within": "1 day",
                "hours": {"hours": "x", "tz": "UTC"},
            },
            {"name": "d", "sign": "near limit", "used": {"reads": "fact", "of": "x"}, "limt": 3},
            {"name": "e", "sign": "health red", "score": "nobody"},
            {"sign": "lapsed", "unless": 3},
            {"name": "f", "sign": "off track", "start": "a", "plan": [{"event": "x"}]},
        ]
        with pytest.raises(DataError) as caught:
            RuleSet.from_dict({"format": "custlife.signals/1", "rules": rules, "more": 1})
        told = dict(caught.value.problems)
        assert {"rules[0].sign", "rules[1]", "rules[2].hours", "rules[3].limit", "rules[3].limt", "more"} <= set(told)
        assert {"rules[4].score", "rules[5].name", "rules[5].unless", "rules[6].plan[0].within"} <= set(told)
        assert told["rules[0].sign"].startswith("unknown sign 'stuk'; did you mean 'stuck'?")

    @pytest.mark.parametrize("rules", [{}, {"rules": []}, {"rules": [{"name": "a", "sign": "lapsed", "unless": "b"}]}])
    def test_no_rules_and_rules_that_do_not_fit(self, rules):
        with pytest.raises(DataError):
            RuleSet.from_dict({"format": "custlife.signals/1", **rules})


class TestAnswers:
    def found(self) -> signals.Signals:
        rules = [
            Rule("letters", lettered, action="call", owner="Mia"),
            Rule("lapsed", signals.Holds(scoring.Condition(scoring.fact("letter"), one_of="C"))),
        ]
        return signals.watch(rules, [letters("CMMCM")], as_of=day(4))

    def test_as_rows_text_and_picture(self):
        found = self.found()
        assert found.title() == "4 episodes: 1 opened, 0 open, 3 resolved"
        assert [row["state"] for row in found.to_dicts()] == ["resolved", "resolved", "resolved", "opened"]
        assert list(found.column_types()) == list(found.to_dicts()[0])
        assert str(found).splitlines()[3].startswith("opened")
        assert found._repr_html_().count("<table") == 1
        assert found.svg().startswith("<svg")
        assert json.loads(found.to_json())["parameters"]["rules"] == ["letters", "lapsed"]
        assert repr(found) == "<Signals: 4 episodes: 1 opened, 0 open, 3 resolved, 4 rows, as of 2026-01-05 00:00 UTC>"
        assert [one.state for one in found.open] == ["opened"]
        assert found[found.open[0].id] == found.open[0]
        assert list(found.of(rule="letters", customer="ada", owner="Mia")) == [
            one for one in found if one.owner == "Mia"
        ]

    def test_what_is_for_several_teams_is_for_each_of_them(self):
        who = customer(("onboarding", day(0)))
        found = signals.watch(Rule("a", signals.Entered("onboarding")), [who], as_of=day(3))
        assert [one.owner for one in found] == ["Success, Sales"]
        for name in ("Sales", "Success", "Success, Sales"):
            assert found.of(owner=name).episodes == found.episodes
        for name in ("Sal", "", "Sales, Success"):
            assert found.of(owner=name).episodes == ()

    def test_as_a_frame(self):
        frame = self.found().to_frame("polars")
        assert frame["rule"].to_list().count("letters") == 2
        assert self.found().feed(day(0)).to_frame("polars").height == 6

    def test_the_feed_tells_what_to_do_about_what_has_opened(self):
        feed = self.found().feed(day(2), until=day(4))
        assert [(one.change, one.episode.rule, one.at) for one in feed] == [
            ("resolved", "letters", day(3)),
            ("opened", "lapsed", day(3)),
            ("resolved", "lapsed", day(4)),
            ("opened", "letters", day(4)),
        ]
        assert [row["action"] for row in feed.to_dicts()] == ["", "look into it", "", "call"]
        assert str(feed).startswith("4 changes")
        assert repr(feed) == "<Feed of 4 changes after 2026-01-03 00:00 UTC>"
        assert "<table" in feed._repr_html_()
        assert list(feed.column_types()) == list(feed.to_dicts()[0])

    def test_what_is_not_there_is_said(self):
        found = self.found()
        with pytest.raises(UnknownNameError, match="unknown episode 'x'"):
            found["x"]
        with pytest.raises(UnknownNameError, match="unknown rule 'leters'"):
            found.of(rule="leters")
        with pytest.raises(UsageError, match="do not lie in order"):
            found.feed(day(3), until=day(2))
        with pytest.raises(UsageError, match="do not lie in order"):
            found.feed(day(3), until=day(30))

    def test_what_cannot_look_is_listed_and_changes_nothing(self):
        def odd(request):
            letter = request.facts["letter"]
            return {"M": True, "C": False, "?": 3}[letter] if letter != "-" else 1 / 0

        found = signals.watch([Rule("odd", odd), Rule("fine", lettered)], [letters("M?-C")], as_of=day(3))
        assert [(one.opened_at, one.resolved_at) for one in found.of(rule="odd")] == [(day(0), day(3))]
        assert [str(one) for one in found.failures] == [
            "rule 'odd' raised UsageTypeError for customer 'ada' at 2026-01-02 00:00: rule 'odd' returned 3"
        ]
        assert "1 failures, first: rule 'odd'" in str(found)

    def test_an_error_that_cannot_say_what_it_is(self):
        class OddError(Exception):
            def __str__(self) -> str:
                raise RuntimeError

        def odd(_request):
            raise OddError

        found = signals.watch(Rule("odd", odd), [letters("M")], as_of=day(0))
        assert str(found.failures[0]).endswith("raised OddError for customer 'ada' at 2026-01-01 00:00")

    def test_who_stops_it_stops_it(self):
        def stop(_request):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            signals.watch(Rule("stop", stop), [letters("M")], as_of=day(0))

    def test_nothing_dated_and_facts_without_a_date_are_told(self):
        rule = Rule("many", signals.Holds(scoring.Condition(scoring.fact("seats"), at_least=5)))
        people = [cl.Customer("ada", MODEL, facts={"seats": 9}), customer(("trial", day(0)))]
        with pytest.raises(DataError):
            signals.watch(rule, people, as_of=day(2))
        people = [cl.Customer("bob", MODEL, facts={"seats": 9}), customer(("trial", day(0)))]
        found = signals.watch(rule, people, as_of=day(2), facts={"ada": {"seats": 7}, "eve": {"seats": 1}})
        assert [(one.customer, one.opened_at) for one in found] == [("ada", day(0))]
        assert (found.unseen, found.undated, found.unknown) == (("bob",), ("seats",), ("eve",))
        assert "Nothing dated is known of 1, first 'bob'." in str(found)
        assert signals.watch(rule, people[:1], as_of=day(2)).last_look is None
        assert [one.opened_at for one in signals.watch(rule, people[:1], as_of=day(2), since=day(1))] == [day(1)]

    def test_since_opens_what_is_there(self):
        found = signals.watch(Rule("r", lettered), [letters("MMCMM")], as_of=day(4), since=day(1))
        assert [one.opened_at for one in found] == [day(1), day(3)]

    @given(st.integers(0, 60), st.integers(0, 60))
    def test_a_customer_of_whom_something_is_learnt_late_is_looked_at_from_then(self, at, lag):
        event = cl.Event("demo", day(at), recorded_at=day(at + lag))
        who = cl.Customer("ada", MODEL, events=[event])
        rule = Rule("demo", signals.Holds(scoring.Condition(scoring.events("demo"), at_least=1)))
        assert [one.opened_at for one in signals.watch(rule, [who], as_of=day(130))] == [day(at + lag)]

    def test_logs_bring_their_zone_and_their_moment(self):
        stages = cl.StageLog.from_rows(
            [("ada", "trial", "2026-01-05 09:00")], MODEL, tz="Europe/Zurich", as_of="2026-03-01"
        )
        events = cl.EventLog.from_rows([("ada", "demo", "2026-01-06 09:00")], tz="Europe/Zurich", as_of="2026-03-01")
        rules = [
            Rule("stuck", signals.Stuck("trial", after="7 days")),
            Rule("late", signals.Unanswered("demo", within="1 day")),
        ]
        found = signals.watch(rules, [stages, events])
        assert (found.about.tz, found.as_of) == ("Europe/Zurich", stages.as_of)
        assert [(one.rule, f"{one.opened_at:%m-%d %H}") for one in found] == [
            ("late", "01-07 23"),
            ("stuck", "01-12 23"),
        ]
        alone = signals.watch(rules[0], stages, every="week")
        assert [f"{one.opened_at:%m-%d %H}" for one in alone] == ["01-18 23"]
        other = cl.EventLog.from_rows([("ada", "demo", "2026-01-06 09:00")], tz="UTC", as_of=stages.as_of)
        with pytest.raises(UsageError, match="different zones: Europe/Zurich and UTC"):
            signals.watch(rules, [stages, other])

    def test_progress_is_told(self):
        said: list[int] = []
        people = [cl.Customer(f"c{number}", MODEL) for number in range(1001)]
        signals.watch(Rule("l", signals.Lapsed()), people, as_of=day(0), progress=said.append)
        assert said == [1000, 1001]


@pytest.mark.parametrize(
    ("sign", "names"),
    [
        (signals.Unanswered("demo", answered_by="cal", within="1 day"), ("cal",)),
        (signals.OffTrack({"login": "7 days"}, start=["demo", "signed"]), ("login", "signed")),
        (signals.Holds(scoring.Condition(scoring.events("dmo"), at_least=1)), ("dmo",)),
        (
            signals.Holds(
                scoring.Condition(scoring.events("demo"), at_least=1),
                scoring.Condition(scoring.days_since("x"), at_least=1),
            ),
            ("x",),
        ),
        (signals.NearLimit(scoring.events("use"), scoring.fact("seats")), ("use",)),
        (signals.Stuck("trial", after="1 day"), ()),
    ],
)
def test_events_that_rules_name_and_nobody_had_are_told(sign, names):
    found = signals.watch(Rule("one", sign), [customer(events=[("demo", day(0))])], as_of=day(1))
    assert found.unheard == names
    assert [line for line in found.footnotes() if "spelled" in line] == (
        [f"Nobody had the event {names[0]!r}: is it spelled so?"]
        if len(names) == 1
        else ["Nobody had the events 'login', 'signed': are they spelled so?"] * bool(names)
    )
