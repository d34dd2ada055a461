"""The public face as a type checker sees it: never run, checked by mypy and pyright.

What must be refused carries `type: ignore` with its code; that nothing is ignored in vain makes those lines tests.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, assert_type

import custlife as cl
from custlife import crosswalk, playbook, presets, scoring, signals, stats
from custlife.presets import Crosswalk
from custlife.stages import GuardRequest, ModelDiff


def define() -> cl.StageModel:
    model = presets.catalyst8
    assert_type(model, cl.StageModel)
    assert_type(presets.get("catalyst8"), cl.StageModel)
    assert_type(presets.find(stages=8), tuple[cl.StageModel, ...])
    assert_type(presets.names()[0], str)
    assert_type(model.stages, tuple[cl.Stage, ...])
    assert_type(model.keys, tuple[str, ...])
    assert_type(model["onboarding"].label, str)
    assert_type(model["onboarding"].needs, tuple[str, ...])
    assert_type(iter(model), Iterator[cl.Stage])
    assert_type("onboarding" in model, bool)
    assert_type(model.resolve("Onboarding"), str)
    assert_type(model.position("onboarding"), int | None)
    assert_type(model.kind(None, "outreach"), cl.MoveKind)
    assert_type(model.allows(None, "outreach"), bool)
    assert_type(model.next_stages("outreach"), tuple[str, ...])
    edge = model.transition("connection", "onboarding")
    assert_type(edge, cl.Transition)
    assert_type(edge.kind, cl.MoveKind | None)
    assert_type(edge.max_gap, cl.Span | None)
    mine = model.rename("experience", "adoption").insert(cl.Stage("pilot"), after="conversion").with_version(2)
    assert_type(mine, cl.StageModel)
    assert_type(mine.diff(model), ModelDiff)
    assert_type(cl.StageModel.from_json(mine.to_json()), cl.StageModel)
    assert_type(cl.StageModel.from_toml(mine.to_toml()), cl.StageModel)
    assert_type(cl.StageModel.from_file("model.toml"), cl.StageModel)
    assert_type(mine.to_dict(), dict[str, Any])
    assert_type(mine.picture().svg(), str)
    assert_type(mine.journey_map().plot(), Any)
    assert_type(cl.law_table(), str)
    assert_type(crosswalk(model, presets.bruxt5), Crosswalk)
    return cl.StageModel(
        "mine",
        ["lead", cl.Stage("trial", "Trial", needs=["proof"]), "paid"],
        exits=[cl.Stage("gone", exit="ended")],
        transitions=[cl.Transition("lead", "trial", action="signs up", max_gap="30 days")],
        policy="stepwise",
        customer_from="paid",
    )


def define_wrongly(model: cl.StageModel) -> None:
    cl.StageModel("m", ["a"], policy="free")  # type: ignore[arg-type]
    cl.StageModel("m", [1])  # type: ignore[list-item]
    cl.Stage("x", exit="maybe")  # type: ignore[arg-type]
    cl.Stage()  # type: ignore[call-arg]
    cl.Transition("a")  # type: ignore[call-arg]
    model.name = "other"  # type: ignore[misc]
    model.stages[0].label = "other"  # type: ignore[misc]
    presets.catalyst9  # type: ignore[attr-defined]  # noqa: B018  # reading it is the test
    model.insert("pilot", "conversion")  # type: ignore[call-arg]
    cl.Funel  # type: ignore[attr-defined]  # noqa: B018  # reading it is the test


def support(request: cl.ScoreRequest) -> float:
    assert_type(request.as_of, datetime)
    assert_type(request.customer, cl.Customer)
    return 70 if request.facts.get("tickets") is None else 30


def judge(acme: cl.Customer, log: cl.StageLog, events: cl.EventLog) -> None:
    hook: cl.Scorer = support
    logins = scoring.measure("logins", scoring.events("login", within="30 days"), worst=0, best=20, weight=40)
    plan = scoring.measure("plan", scoring.fact("plan"), levels={"pro": 100}, missing="zero", stale_after=cl.months(6))
    notice = scoring.override("notice", scoring.fact("notice"), one_of=True, at_most=10)
    health = cl.HealthScore([logins, plan], bands={"red": 0, "green": 60}, overrides=[notice])
    found = cl.score(health, acme, as_of="2026-02-01T00:00Z", facts={"plan": "pro"})
    assert_type(found, cl.Score)
    assert_type(found.value, float | None)
    assert_type(found.parts, tuple[scoring.Part, ...])
    assert_type(found.explain(), str)
    assert_type(cl.score_all(hook, [acme], as_of=datetime(2026, 2, 1)), scoring.Scores)  # noqa: DTZ001  # never run
    assert_type(cl.score_all(health, log, progress=print)["acme"], cl.Score)
    assert_type(
        cl.score_all(health, [log, events], facts={"acme": {"plan": "pro"}}).failures, tuple[scoring.Failure, ...]
    )
    demo = scoring.behavior("demo", "demo_requested", points=20, cap=40, decay=scoring.half_life("30 days"))
    size = scoring.fit("size", scoring.fact("employees"), at_least=50, points=30)
    lead = cl.LeadScore([size, demo], caps={"behavior": 30}, thresholds={"MQL": 40})
    assert_type(cl.LeadScore.from_toml(lead.to_toml()), cl.LeadScore)
    assert_type(cl.HealthScore.from_file("health.toml"), cl.HealthScore)
    assert_type(scoring.crossings(lead, events, 40, every="day"), scoring.Crossings)
    assert_type(scoring.prioritise(cl.score_all(lead, events)).rows, tuple[scoring.Priority, ...])
    assert_type(scoring.trend(health, acme, as_of="2026-02-01T00:00Z").slope, float | None)
    both = scoring.weighted(
        {"health": health, "lead": lead, "support": support}, {"health": 2, "lead": 1, "support": 1}
    )
    assert_type(scoring.gated(both, gate=health, at_least=50)(cl.ScoreRequest(acme, "2026-02-01T00:00Z")), cl.Score)
    tested = cl.backtest(both, events, "paid", horizons=["90 days"], foretold_by="high")
    assert_type(tested, scoring.Backtest)
    assert_type(tested["90 days"].auc, stats.Auc)
    assert_type(tested.horizons[0].verdict, str)
    ideal = scoring.IdealCustomer([scoring.criterion("size", scoring.fact("employees"), at_least=50, weight=2)])
    assert_type(scoring.learn(ideal.criteria, events, "paid").score, cl.LeadScore)
    assert_type(scoring.Rfm.learn(events, "order", as_of="2026-02-01T00:00Z"), scoring.Rfm)
    assert_type(health.on_frame(object()), scoring.FrameScores)
    cl.score(health, acme)  # type: ignore[call-arg]
    cl.score(3, acme, as_of="2026-02-01T00:00Z")  # type: ignore[arg-type]
    cl.HealthScore([3])  # type: ignore[list-item]
    found.value = 3  # type: ignore[misc]


@cl.guard("has budget")
def has_budget(request: GuardRequest) -> bool:
    return request.customer.stage is not None


@cl.metrics.metric(question="Who?", numerator="those", better="higher")
def loyal(request: cl.metrics.MetricRequest) -> cl.metrics.Reading:
    return request.share(1, 2, pending=3)


def measure(log: cl.StageLog, events: cl.EventLog) -> None:
    engaged = cl.metrics.conversion("awareness", "intent", within=cl.days(30))
    assert_type(engaged, cl.Metric)
    assert_type(loyal, cl.Metric)
    assert_type(cl.metrics.get("nrr", every="month"), cl.Metric)
    assert_type(engaged.read(log), cl.metrics.Reading)
    assert_type(engaged.read(log).interval, stats.Interval | None)
    assert_type(engaged.read_by(log, "plan"), cl.metrics.Readings)
    assert_type(engaged.trend(cl.metrics.Inputs(stages=log, events=events), every="week"), cl.metrics.Readings)
    assert_type(engaged.replay(log, periods=3), cl.metrics.Readings)
    assert_type(engaged.explain(log, "ada").state, str)
    goal = cl.Target(engaged, at_least=0.25, due="2026-12-31", segment={"plan": "pro"})
    assert_type(goal.judge(log), cl.Verdict)
    card = cl.Scorecard([goal, engaged])
    assert_type(card.judge(log), cl.metrics.Judgement)
    assert_type(card.judge(log).ok, bool)
    assert_type(cl.metrics.scorecard(log.model), cl.Scorecard)
    assert_type(cl.Scorecard.from_toml(card.to_toml()), cl.Scorecard)
    cl.metrics.conversion("awareness", "intent")  # type: ignore[call-arg]
    cl.metrics.Inputs(log)  # type: ignore[call-arg]


def move() -> cl.Customer:
    acme = cl.Customer("acme", presets.catalyst8)
    acme = acme.move("outreach", at="2026-01-05T09:00Z")
    acme = acme.move("onboarding", at=datetime(2026, 2, 1), reason="signed", key="crm-4711", properties={"fee": 3})  # noqa: DTZ001  # never run
    guards: list[Callable[[GuardRequest], bool]] = [has_budget]
    acme = acme.move("experience", at=date(2026, 3, 1), guards=guards)
    assert_type(acme.can("onboarding"), str | None)
    assert_type(acme.stage, str | None)
    assert_type(acme.furthest, str | None)
    assert_type(acme.journey, tuple[cl.Leg, ...])
    assert_type(acme.journey[-1].kind, cl.MoveKind)
    assert_type(acme.journey[-1].move, cl.Move)
    assert_type(acme.as_of("2026-01-20T00:00Z").stage, str | None)
    assert_type(acme.spells, tuple[cl.Spell, ...])
    assert_type(acme.spells[0].left, datetime | None)
    assert_type(acme.moves, tuple[cl.Move, ...])
    assert_type(acme.events, tuple[cl.Event, ...])
    assert_type(acme.facts, tuple[cl.Fact, ...])
    assert_type(acme.is_customer, bool | None)
    assert_type(acme.time_in("onboarding", as_of="2026-04-01T00:00Z"), timedelta)
    assert_type(acme.track("login", at="2026-02-02T00:00Z", value=1, channel="web", direction="inbound"), cl.Customer)
    assert_type(acme.fact("plan", "pro"), cl.Customer)
    assert_type(acme.explain(), str)
    assert_type(cl.Customer.from_json(acme.to_json(), model=acme.model), cl.Customer)
    assert_type(cl.Customer.from_json(acme.to_json(), model=acme.model, migrate=True), cl.Customer)
    assert_type(acme.merge(cl.Customer("b", acme.model), prefer="self"), cl.Customer)
    assert_type(acme.migrate(acme.model), cl.Customer)
    moved = cl.Move("trial", "2026-01-05T09:00Z")
    assert_type(moved.at, datetime)
    late: list[cl.Move | tuple[str, str]] = [moved, ("outreach", "2026-01-04T09:00Z")]
    happened = cl.Event("login", "2026-01-05T09:00Z")
    known = cl.Fact("plan", "pro", at="2026-01-05T09:00Z")
    return acme.record(late, events=[happened], facts=[known], on_illegal="raise")


class Journey(cl.StageModel):
    """A class of one's own stays itself."""


def edit_ones_own(journey: Journey) -> None:
    assert_type(journey.rename("a", "b").insert("c", after="b").with_policy("open"), Journey)
    assert_type(Journey.from_toml(journey.to_toml()), Journey)


class Account(cl.Customer):
    """A class of one's own stays itself."""


def move_ones_own(account: Account) -> None:
    assert_type(account.move("onboarding", at="2026-02-01T12:00Z"), Account)
    assert_type(account.record([("value", "2026-03-01T12:00Z")]).as_of("2026-04-01T00:00Z"), Account)
    assert_type(Account.from_json(account.to_json(), model=account.model), Account)


def move_wrongly(acme: cl.Customer) -> None:
    acme.move("outreach")  # type: ignore[call-arg]
    acme.move("outreach", "2026-01-05T09:00Z")  # type: ignore[call-arg]
    acme.move("outreach", at=17)  # type: ignore[arg-type]
    acme.track("login", at="2026-02-02T00:00Z", direction="sideways")  # type: ignore[arg-type]
    acme.record([], on_illegal="ignore")  # type: ignore[arg-type]
    acme.stage = "trial"  # type: ignore[misc]
    acme.journey[-1].kind = cl.MoveKind.SKIP  # type: ignore[misc]
    acme.moves.append(acme.moves[0])  # type: ignore[attr-defined]
    acme.merge(acme, prefer="mine")  # type: ignore[arg-type]


def spans() -> tuple[cl.Span, ...]:
    assert_type(cl.instant("2026-01-05", tz="Europe/Zurich", ambiguous="earlier"), datetime)
    desk = cl.BusinessHours("mon-fri 09:00-17:00", tz="Europe/Zurich", holidays=["2026-12-25", date(2026, 12, 26)])
    assert_type(desk.between("2026-01-05T09:00Z", "2026-01-06T09:00Z"), timedelta)
    assert_type(desk.add("2026-01-05T09:00Z", timedelta(hours=3)), datetime)
    exact = (cl.seconds(0.5), cl.minutes(30), cl.hours(1.5))
    return (*exact, cl.days(1), cl.weeks(2), cl.months(3), cl.quarters(1), cl.years(1) + cl.days(1))


def spans_wrongly() -> None:
    cl.days(1.5)  # type: ignore[arg-type]
    cl.days("1")  # type: ignore[arg-type]
    cl.instant(3)  # type: ignore[arg-type]
    cl.instant("2026-01-05", ambiguous="guess")  # type: ignore[arg-type]
    cl.days(1).days = 2  # type: ignore[misc]


def watch(
    acme: cl.Customer, log: cl.StageLog, events: cl.EventLog, contracts: cl.Contracts, health: cl.HealthScore
) -> None:
    stuck = signals.Rule("stuck", signals.Stuck(["trial"], after="30 days"), cool_down=cl.days(7), min_n=2)
    mine = signals.Rule("mine", lambda request: request.facts.get("nps") == 9, unless="stuck", only_in="paid")
    rules = signals.RuleSet([stuck, mine, signals.Rule("red", signals.HealthRed(health, until=50), owner="Success")])
    assert_type(signals.RuleSet.from_toml(rules.to_toml()), signals.RuleSet)
    found = signals.watch(rules, [log, events], facts=signals.contract_facts(contracts), every="week")
    assert_type(found, signals.Signals)
    assert_type(found.open, tuple[signals.Episode, ...])
    assert_type(found.feed("2026-01-01T00:00Z").news[0].at, datetime)
    assert_type(found.of(customer="acme").episodes[0].resolved_at, datetime | None)
    assert_type(signals.churn_risk(log.chain(), "churned", periods=3, at_least=0.2), signals.AtRisk)
    assert_type(signals.rules_for(acme.model), signals.RuleSet)
    assert_type(signals.watch(stuck, [acme], as_of="2026-01-01T00:00Z").last_look, datetime | None)
    signals.watch(stuck, log, every="hour")  # type: ignore[arg-type]
    signals.OffTrack({"login": "7 days"}, entered=3)  # type: ignore[arg-type]


def act(acme: cl.Customer, log: cl.StageLog, events: cl.EventLog) -> None:
    large = scoring.Condition(scoring.fact("employees"), at_least=500)
    call = playbook.Play("call", "call them", stages="trial", signal="stuck", when=large, priority=2)
    book = playbook.plays(acme.model).plus(call)
    assert_type(playbook.Playbook.from_toml(book.to_toml()), playbook.Playbook)
    assert_type(playbook.next_action(acme, as_of="2026-02-01T00:00Z", plays=book), playbook.NextAction)
    assert_type(playbook.next_actions([log, events], limit=20).rows[0].owner, str)
    watched = signals.watch(signals.Rule("stuck", signals.Stuck("trial", after="30 days")), log)
    assert_type(playbook.next_actions(log, watched.episodes), playbook.NextActions)
    plan = playbook.hand_overs(acme.model, required=[playbook.Required("budget", at="sale")])
    assert_type(plan["paid"].leaving, tuple[str, ...])
    assert_type(playbook.check_hand_over(acme, as_of="2026-02-01T00:00Z", plan=plan).missing, tuple[str, ...])
    assert_type(playbook.check_hand_overs(log).rows[0].missing_share, float | None)
    content = playbook.Inventory.from_rows([{"title": "Price list", "stages": "paid"}], published="Date")
    assert_type(content, playbook.Inventory)
    assert_type(playbook.coverage(content, log, demand="drop_off")["paid"].gap, float | None)
    found = playbook.coverage(content, acme.model, demand={"paid": 3}, as_of="2026-02-01T00:00Z")
    assert_type(found.findings, tuple[playbook.Finding, ...])
    playbook.Required("x", at="always")  # type: ignore[arg-type]
    playbook.Play("x")  # type: ignore[call-arg]
