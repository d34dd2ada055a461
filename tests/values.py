"""One of every kind of value, made the same way each time; every new public value goes in here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import custlife as cl
from custlife import playbook, presets, scoring, signals, simulate, stats
from custlife.analysis.lives import PayingLives
from custlife.analysis.renewals import RenewalRate
from custlife.analysis.revenue import RevenueMovements
from custlife.analysis.running_contracts import RunningContracts
from custlife.analysis.spending import Spending
from custlife.analysis.surveys import SurveyScore
from custlife.calendar import periods, zone
from custlife.pictures import Bars, Ranges, Segment, Table
from custlife.stages import Edit, Requires

ROWS = [
    {"customer": "ada", "stage": "awareness", "at": "2026-01-05T09:00Z", "plan": "pro", "reason": ""},
    {"customer": "ada", "stage": "intent", "at": "2026-01-09T09:00Z", "plan": "pro", "reason": ""},
    {"customer": "ada", "stage": "conversion", "at": "2026-02-01T12:00Z", "plan": "team", "reason": ""},
    {"customer": "bob", "stage": "awareness", "at": "2026-01-20T09:00Z", "plan": "", "reason": ""},
    {"customer": "bob", "stage": "lapsed", "at": "2026-02-20T09:00Z", "plan": "", "reason": "price"},
    {"customer": "bob", "stage": "awareness", "at": "2026-03-20T09:00Z", "plan": "", "reason": ""},
    {"customer": "cyd", "stage": "engagement", "at": "2026-02-02T00:00Z", "plan": "pro", "reason": ""},
    {"customer": "cyd", "stage": "lost", "at": "2026-02-22T00:00Z", "plan": "pro", "reason": "size"},
]


def stage_log() -> cl.StageLog:
    return cl.StageLog.from_rows(
        ROWS, presets.bruxt5, segment_cols=["plan"], reason_col="reason", tz="Europe/Zurich", as_of="2026-04-01T00:00Z"
    )


def event_log() -> cl.EventLog:
    rows = [(row["customer"], f"{row['stage']} seen", row["at"]) for row in ROWS]
    return cl.EventLog.from_rows(rows, as_of="2026-04-01T00:00Z")


def touches() -> cl.EventLog:
    rows = [
        {"customer": row["customer"], "event": "call", "at": row["at"], "team": team}
        for row, team in zip(ROWS, ["marketing", "sales"] * len(ROWS), strict=False)
    ]
    return cl.EventLog.from_rows(rows, value_cols=["team"], as_of="2026-04-01T00:00Z")


def deals() -> cl.StageLog:
    rows = [{**row, "amount": "1200.50"} for row in ROWS]
    return cl.StageLog.from_rows(rows, presets.bruxt5, amount_col="amount", unit="deal", as_of="2026-04-01T00:00Z")


def model() -> cl.StageModel:
    edge = cl.Transition("lead", "trial", action="signs up", max_gap="30 days", guards=[Requires("fact", "email")])
    return cl.StageModel(
        "saas",
        ["lead", cl.Stage("trial", needs=["proof"], aliases=["Test"]), "paid"],
        exits=[cl.Stage("lapsed", exit="paused"), cl.Stage("churned", exit="ended")],
        transitions=[edge],
        customer_from="paid",
    )


def customer() -> cl.Customer:
    return (
        cl.Customer("acme", presets.catalyst8)
        .move("outreach", at="2026-01-05T09:00Z")
        .move("onboarding", at="2026-02-01T12:00Z", reason="signed at the fair", key="crm-4711", properties={"fee": 3})
        .track("login", at="2026-02-02T12:00Z", value=3, channel="web", properties={"page": "home"})
        .fact("plan", "pro", at="2026-02-03T12:00Z")
    )


def make() -> dict[str, Any]:
    """Fresh values by name."""
    mine, acme = model(), customer()
    return {
        **plain(mine, acme),
        **questions(),
        **answers(),
        **measures(),
        **scores(),
        **plays(),
        **watching(),
        **numbers_and_pictures(),
    }


def plain(mine: cl.StageModel, acme: cl.Customer) -> dict[str, Any]:
    return {
        "span": cl.months(3),
        "span of hours": cl.hours(1.5),
        "zone": zone("Europe/Zurich"),
        "periods": periods("week", tz="Europe/Zurich", week_start="sunday"),
        "business hours": cl.BusinessHours("mon-fri 09:00-17:00", tz="Europe/Zurich", holidays=["2026-12-25"]),
        "stage": mine["trial"],
        "citation": presets.catalyst8.cited,
        "transition": mine.transitions[0],
        "implied transition": mine.transition("trial", "paid"),
        "guard": Requires("fact", "email"),
        "model": mine,
        "preset": presets.catalyst8,
        "edited model": mine.rename("paid", "customer").insert("pilot", after="trial"),
        "edit": mine.rename("paid", "customer").edits[0],
        "diff": mine.diff(mine.rename("paid", "customer")),
        "kind": cl.MoveKind.SKIP,
        "move": acme.moves[1],
        "event": acme.events[0],
        "fact": acme.facts[0],
        "leg": acme.journey[-1],
        "spell": acme.spells[0],
        "customer": acme,
        "crosswalk": cl.crosswalk(presets.bruxt5, presets.catalyst8),
        "pairing": next(iter(cl.crosswalk(presets.bruxt5, presets.catalyst8))),
        "names": presets.names(),
        "source": presets.source("catalyst-map"),
    }


def questions() -> dict[str, Any]:
    paid = cl.all_of(cl.count("login", 3, within="30 days"), cl.value("order", "amount", at_least=5, of="total"))
    away = cl.silent(for_="90 days", of="login")
    return {
        "step": cl.step(["intent", "conversion"], where={"plan": "pro"}, within="30 days", unless="lost"),
        "exclude": cl.exclude("refund", after="paid", mode="stop"),
        "chain question": cl.Chain(every="week", by=("plan",), smoothing=0.5),
        "conversion": cl.Conversion(cl.step("awareness"), cl.step("intent"), within=cl.days(30)),
        "revenue movements": RevenueMovements(by=("plan",), over=12, currency="EUR", min_gap="10 days"),
        "lives": PayingLives(by=("plan",)),
        "renewal rate": RenewalRate(grace="30 days"),
        "running contracts": RunningContracts(within="30 days", used=0.8),
        "spending": Spending(by=("team",), where={"purpose": ["acquisition", None]}),
        "survey score": SurveyScore("csat", "top2"),
        "flows": cl.Flows(every="month", by=("plan",)),
        "funnel": cl.Funnel((cl.step("awareness"), cl.step("intent")), within=cl.days(30), by=("plan",)),
        "growth": cl.GrowthAccounting(every="week"),
        "headcount": cl.Headcount(every="quarter"),
        "actions": cl.ActionsAgainstWins(bands=[cl.days(14), cl.days(60)], by=("plan",)),
        "cycle length": cl.CycleLength(start="intent", horizon=cl.days(90)),
        "hand-overs": cl.HandOvers(touch=["call", "mail"]),
        "nurture": cl.Nurture(("intent",), touch=cl.step("call", where={"by_human": True})),
        "pipeline": cl.Pipeline(won="conversion"),
        "response time": cl.ResponseTime(
            "intent", within=cl.hours(4), hours=cl.BusinessHours("mon 09:00-17:00", tz="UTC")
        ),
        "tickets": cl.Tickets(within=cl.hours(24)),
        "velocity": cl.Velocity(over=cl.months(3)),
        "win rate": cl.WinRate(every="month"),
        "outcomes": cl.Outcomes("intent", kind="final", horizon=cl.months(3)),
        "paths": cl.Paths(longest=3),
        "reasons": cl.Reasons(("lost",)),
        "retention": cl.Retention(start=("conversion",)),
        "stage probabilities": cl.StageProbabilities("intent", cl.months(3)),
        "time in stage": cl.TimeInStage(("intent",), horizon=cl.days(90)),
        "rule": paid,
        "rules": cl.Rules({"trial": cl.any_of(cl.seen("signed up"), cl.seen("demo")), "paid": paid, "lapsed": away}),
    }


def measures() -> dict[str, Any]:
    log, engaged = stage_log(), cl.metrics.conversion("awareness", "intent", within=cl.days(30))
    goal = cl.Target(engaged, at_least=0.25, due="2026-12-31", by="plan")
    card = cl.Scorecard([goal, cl.metrics.logo_churn()], "Mine")
    return {
        "metric": engaged,
        "definition": engaged.definition,
        "metric of other arguments": cl.metrics.outcomes_reached({"wish": "proof"}, within="90 days"),
        "reading": engaged.read(log),
        "readings": engaged.trend(log, by="plan"),
        "explanation": engaged.explain(log, "ada"),
        "target": goal,
        "verdict": goal.judge(log),
        "scorecard": card,
        "scorecard of a model": cl.metrics.scorecard(presets.bruxt5),
        "judgement": card.judge(log),
    }


def answers() -> dict[str, Any]:
    log, events = stage_log(), event_log()
    funnel = log.funnel(within=cl.days(30), by="plan")
    return {
        "funnel answer": funnel,
        "funnel step": funnel.parts[0].steps[1],
        "about": funnel.about,
        "chain answer": log.chain(by="plan", smoothing=1),
        "chain part": log.chain().whole,
        "chain transition": log.chain()["awareness", "lapsed"],
        "conversion answer": log.conversion("awareness", "intent", within=cl.days(30), every="month"),
        "comparison answer": funnel.compare(),
        **money_answers(),
        "flows answer": log.flows(every="month"),
        "growth answer": events.growth_accounting(every="month"),
        "headcount answer": log.headcount(every="month", by="plan"),
        "actions answer": log.actions_against_wins(events, start="awareness", won="conversion"),
        "cycle length answer": log.cycle_length(won="conversion"),
        "hand-overs answer": log.hand_overs(touches(), team="team"),
        "nurture answer": log.nurture(events, by="plan"),
        "pipeline answer": log.pipeline(won="conversion"),
        "response time answer": log.response_time(events, "intent", touch="intent seen", within=cl.days(1)),
        "tickets answer": events.tickets(opened="awareness seen", solved="conversion seen"),
        "velocity answer": deals().velocity(won="conversion"),
        "win rate answer": log.win_rate(won="conversion", every="month"),
        "outcomes answer": log.outcomes("awareness", by="plan"),
        "forecast answer": log.chain().forecast(3, arrivals={"awareness": 2}, method="semi-markov"),
        "value answer": log.chain(smoothing=1).what_if({("lapsed", "lost"): 0.1}).clv({"conversion": "9.90"}, 0.01),
        "levers answer": log.chain().levers({"conversion": 10}, "0.01", horizon=12),
        "paths answer": log.paths(),
        "per customer answer": log.per_customer(),
        "reasons answer": log.reasons(),
        "repeat purchases answer": events.repeat_purchases("awareness seen"),
        "retention answer": log.retention(every="month"),
        "spells answer": log.spells(),
        "stage probabilities answer": log.stage_probabilities("awareness", cl.days(30), by="plan"),
        "time in stage answer": log.time_in_stage(by="plan"),
    }


def seats(request: cl.ScoreRequest) -> float:
    return 10 * request.facts["seats"]  # type: ignore[operator]  # a number


def scores() -> dict[str, Any]:
    acme, at = customer(), "2026-04-01T00:00Z"
    both = scoring.weighted({"seats": seats, "flat": scoring.named("flat", seats)})
    found = cl.score_all(both, [acme], as_of=at, facts={"acme": {"seats": 5}}, slow_after=cl.seconds(60))
    failed = cl.score_all(seats, [acme], as_of=at)
    return {
        "score request": cl.ScoreRequest(acme, at, {"seats": 5}),
        "facts in force": scoring.Facts(acme.facts),
        "score": cl.Score(40, parts=[scoring.Part("seats", 40, raw=4)]),
        "part": scoring.Part("seats", 40, raw=4),
        "named scorer": scoring.named("size", seats),
        "weighted scores": both,
        "scores": found,
        "time of a hook": found.hooks[0],
        "failed scores": failed,
        "failure": failed.failures[0],
        "slow call": scoring.Slow("acme", "seats", 2.5),
        **declared_scores(acme, at),
    }


def plays() -> dict[str, Any]:
    acme, at = customer(), "2026-04-01T00:00Z"
    pro = scoring.Condition(scoring.fact("plan"), one_of=["pro"])
    book = playbook.plays(acme.model).plus(playbook.Play("call", "call them", stages=["onboarding"], when=pro))
    plan = playbook.hand_overs(acme.model)
    into = plan.rows[0].to_stage
    found = playbook.check_hand_overs([acme], as_of=at, plan=plan, facts={"acme": {"needs": "speed"}})
    items = [playbook.ContentItem(f"Post {n}", "awareness", team="Marketing", published="2026-01-05") for n in range(5)]
    covered = playbook.coverage(playbook.Inventory(items), stage_log())
    return {
        "play": book.plays[-1],
        "playbook": book,
        "next action": playbook.next_action(acme, as_of=at, plays=book),
        "next actions": playbook.next_actions([acme], as_of=at),
        "requirement": playbook.Required("budget", at="sale"),
        "planned hand-over": plan[into],
        "hand-over plan": plan,
        "check of a hand-over": (
            check := playbook.check_hand_over(acme, as_of=at, into=into, facts={"needs": "speed"})
        ),
        "passed on": check.passed[0],
        "checks of hand-overs": found,
        "count of a hand-over": found.rows[0],
        "content item": items[0],
        "inventory": covered.question.inventory,
        "limits of mistakes": covered.question.limits,
        "coverage question": covered.question,
        "coverage answer": covered,
        "coverage row": covered.rows[0],
        "finding": covered.findings[0],
        "unjudged": covered.unjudged[0],
    }


def watching() -> dict[str, Any]:
    acme, at = customer(), "2026-04-01T00:00Z"
    levels = cl.HealthScore(
        [scoring.measure("logins", scoring.events("login"), worst=0, best=4)], bands={"red": 0, "green": 40}
    )
    desk, used = cl.BusinessHours("mon-fri 09:00-17:00", tz="UTC"), scoring.fact("used")
    signs: dict[str, Any] = {
        "stuck": signals.Stuck("onboarding", after="14 days"),
        "lapsed": signals.Lapsed(),
        "returned": signals.Returned(),
        "bought elsewhere": signals.BoughtElsewhere(),
        "entered": signals.Entered("onboarding"),
        "qualified": signals.Qualified(levels, at_least=20, until=10),
        "health red": signals.HealthRed(levels),
        "health falling": signals.HealthFalling(levels, by=15),
        "unanswered": signals.Unanswered("login", within="8 hours", hours=desk),
        "renewal near": signals.RenewalNear("60 days"),
        "near limit": signals.NearLimit(used, scoring.fact("limit")),
        "off track": signals.OffTrack({"login": "7 days"}, entered="onboarding"),
        "at risk": signals.AtRisk({"onboarding": 0.3}, at_least=0.2),
        "holds": signals.Holds(scoring.Condition(used, at_least=5)),
    }
    rules = signals.RuleSet([signals.Rule(name, sign, cool_down="7 days") for name, sign in signs.items()])
    found = signals.watch(rules, [acme], as_of=at)
    feed = found.feed("2026-01-01T00:00Z")
    values = {"rules of signals": rules, "rule of signals": rules.rules[0], "milestone": signs["off track"].plan[0]}
    answer = {"signals": found, "signals question": found.question, "episode": found.episodes[0]}
    told = {"feed": feed, "news": feed.news[0], "look": signals.Look(True, 3, why="so")}
    return {**{f"sign: {name}": sign for name, sign in signs.items()}, **values, **answer, **told}


def looking_back() -> dict[str, Any]:
    events = event_log()
    tested = cl.backtest(seats_seen, events, "conversion seen", horizons=["30 days", "60 days"])
    keen = scoring.criterion("keen", scoring.events("intent seen"), at_least=1)
    learnt = scoring.learn([keen], events, "conversion seen", horizon="30 days")
    return {
        "backtest": tested,
        "foretold": tested.horizons[0],
        "decile": tested.horizons[0].deciles[0],
        "bin": tested.horizons[0].calibration[0],
        "observation": tested.horizons[0].seen[0],
        "learned": learnt,
        "lesson": learnt["keen"],
        "area under the curve": stats.auc([1, 2, 3], [False, True, True]),
        "clustered share": stats.clustered_share([(1, 2), (0, 2)]),
    }


def seats_seen(request: cl.ScoreRequest) -> float:
    return 10 * len(request.customer.events)


def declared_scores(acme: cl.Customer, at: str) -> dict[str, Any]:
    logins = scoring.events("login", within="90 days")
    measures = [
        scoring.measure("logins", logins, worst=0, best=10, weight=2),
        scoring.measure("plan", scoring.fact("plan"), levels={"pro": 100, "free": 20}, stale_after=cl.months(6)),
    ]
    notice = scoring.override("notice", scoring.fact("notice"), one_of=True, at_most=10)
    health = cl.HealthScore(measures, bands={"red": 0, "green": 60}, overrides=[notice], missing="neutral")
    size = scoring.fit("size", scoring.fact("employees"), at_least=50, points=20)
    visits = scoring.behavior("visits", "login", points=5, cap=20, decay=scoring.half_life("30 days"))
    lead = cl.LeadScore([size, visits], caps={"behavior": 30}, thresholds={"MQL": 20})
    industry = scoring.criterion("plan", scoring.fact("plan"), one_of=["pro", "team"], weight=2)
    return {
        "health score": health,
        "measure": measures[0],
        "override": notice,
        "thing to read": logins,
        "reading": logins.read(cl.ScoreRequest(acme, at)),
        "condition": notice.when,
        "bands": health.bands,
        "lead score": lead,
        "fit rule": size,
        "behavior rule": visits,
        "decay": visits.decay,
        "ideal customer": scoring.IdealCustomer([industry], pains=["slow"], channels=["fair"], seeks=["speed"]),
        "criterion": industry,
        "rfm": scoring.Rfm("login", recency=(30, 90), frequency=(2, 4)),
        "health of one": cl.score(health, acme, as_of=at),
        "trend": scoring.trend(health, acme, as_of=at, last=2),
        "crossings": (crossed := scoring.crossings(lead, [acme], 4, as_of=at)),
        "crossing": crossed.found[0],
        "priorities": (ranked := scoring.prioritise(cl.score_all(lead, [acme], as_of=at))),
        "priority": ranked.rows[0],
        **looking_back(),
    }


def money_answers() -> dict[str, Any]:
    rows = [{"customer": "ada", "at": "2026-01-05T00:00Z", "amount": "19.90", "plan": None}]
    revenue = cl.RevenueLog.from_rows(rows, segment_cols=["plan"], currency="EUR", as_of="2026-04-01T00:00Z")
    contracts = cl.Contracts.from_rows([("ada", "2025-01-05", "1 year")], tz="UTC", as_of="2026-04-01")
    costs = cl.Costs.from_rows([("2026-01", "5.50")], currency="EUR")
    responses = cl.Responses.from_rows([("ada", "2026-01-05T00:00Z", 9)], survey="nps", scale=(0, 10))
    movements = revenue.revenue_movements(by="plan")
    return {
        "costs": costs,
        "revenue answer": movements,
        "revenue row": movements.rows[0],
        "lives answer": revenue.lives(),
        "renewals answer": contracts.renewals(),
        "running answer": contracts.running(),
        "spending answer": costs.spending(),
        "survey answer": responses.nps(),
    }


def numbers_and_pictures() -> dict[str, Any]:
    curve = stats.kaplan_meier([1.0, 2.0, 2.0], [3.0])
    hazard = stats.nelson_aalen([1.0, 2.0, 2.0], [3.0])
    states = stats.state_probabilities({"lead": [0, 0]}, {("lead", "paid"): [1]}, {"lead": [2]})
    incidence = stats.cumulative_incidence({"won": [1, 2], "lost": [2]}, [3])
    return {
        "interval": stats.wilson(3, 10),
        "share": stats.share(3, 10),
        "difference": stats.newcombe(3, 10, 4, 10),
        "test of shares": stats.share_test(3, 10, 4, 10),
        "odds ratio": stats.odds_ratio(3, 1, 2, 4),
        "pooled odds ratio": stats.mantel_haenszel([(3, 1, 2, 4)]),
        "curve": curve,
        "median": curve.median,
        "mean": curve.restricted_mean(3),
        "hazard": hazard,
        "hazard at a time": hazard.at(2),
        "incidence": incidence,
        "incidence of a cause": incidence["won"],
        "incidence at a time": incidence["won"].at(2),
        "state probabilities": states,
        "state at a time": states.at(1)[0],
        "time in a state": states.time_in("lead", 2),
        "log-rank test": stats.log_rank({"a": curve, "b": stats.kaplan_meier([3, 4])}),
        "difference of estimates": stats.survival_difference(curve, stats.kaplan_meier([1, 3, 4]), at=1),
        "jackknife": stats.jackknife(0.5, [0.4, 0.5, 0.6]),
        "chain": stats.markov_chain({("trial", "paid"): 3, ("trial", "trial"): 7}, absorbing=["paid"]),
        "absorption": stats.MarkovChain(["trial", "paid"], [[0.5, 0.5], [0, 1]]).absorption(),
        "by state": stats.MarkovChain(["trial", "paid"], [[0.5, 0.5], [0, 1]]).stationary(),
        "by transition": stats.MarkovChain(["trial", "paid"], [[0.5, 0.5], [0, 1]]).value_sensitivities(
            [1, 0], rewards=[1, 0], discount=0
        ),
        "retention curve": stats.shifted_beta_geometric([1000, 631, 468, 382]),
        "bars": Bars(("a", "b"), (Segment("reached", [3, 2], "good"),), title="t"),
        "ranges": Ranges(("a", "b"), [0.1, None], [-0.1, None], [0.3, None], form="percent"),
        "table": Table(("a", "b"), [("x", 1.5), ("y", None)], title="t"),
        "rates": simulate.B2B,
        "season": simulate.Season(weekdays=[1, 1, 1, 1, 1, 0.2, 0.1]),
    }


VALUES = make()

Mutable = list[Any] | dict[Any, Any] | set[Any]
Recipe = Callable[[], tuple[Callable[[], Any], list[Mutable]]]


def _model_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    stages: list[Any] = ["lead", "paid"]
    exits, unplaced, transitions, edits = [cl.Stage("lost", exit="ended")], ["odd"], [cl.Transition("lead", "paid")], [
        Edit(2, "rename", "old", ("lead",))
    ]  # fmt: skip
    return (
        lambda: cl.StageModel(
            "m", stages, version=2, exits=exits, unplaced=unplaced, transitions=transitions, edits=edits
        ),
        [stages, exits, unplaced, transitions, edits],
    )


def _stage_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    parts: dict[str, list[str]] = {
        name: [f"{name} one"]
        for name in ("needs", "attitudes", "behaviors", "process", "owners", "touchpoints", "content", "metrics", "drops", "aliases")
    }  # fmt: skip
    return lambda: cl.Stage("x", **parts), [parts, *parts.values()]  # type: ignore[arg-type]


def _transition_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    guards = [Requires("fact", "email")]
    return lambda: cl.Transition("a", "b", guards=guards), [guards]


def _customer_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    moves, events, facts, aliases = (
        [("trial", "2026-01-05T09:00Z")],
        [("login", "2026-01-05T09:00Z")],
        {"plan": "pro"},
        ["b"],
    )
    made = model()
    return (
        lambda: cl.Customer("a", made, moves=moves, events=events, facts=facts, aliases=aliases),
        [moves, events, facts, aliases],
    )


def _move_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    properties = {"a": 1}
    return lambda: cl.Move("trial", "2026-01-05T09:00Z", properties=properties), [properties]


def _event_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    properties = {"a": 1}
    return lambda: cl.Event("login", "2026-01-05T09:00Z", properties=properties), [properties]


def _hours_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    hours, holidays = {"mon-fri": "09:00-17:00"}, ["2026-12-25"]
    return lambda: cl.BusinessHours(hours, tz="UTC", holidays=holidays), [hours, holidays]


def _step_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    names, where, unless = ["a", "b"], {"plan": "pro"}, ["c"]
    return lambda: cl.step(names, where=where, unless=unless), [names, where, unless]


def _chain_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    states, rows = ["trial", "paid"], [[0.5, 0.5], [0.0, 1.0]]
    return lambda: stats.MarkovChain(states, rows), [states, rows, *rows]  # type: ignore[arg-type]


def _rules_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    names, pairs = ["login"], {"trial": cl.seen("login")}
    return lambda: (cl.count(names, 2), cl.Rules(pairs)), [names, pairs]


def _question(kind: Any, **lists: list[Any]) -> Recipe:
    return lambda: (lambda: kind(**lists), list(lists.values()))


def _score_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    parts, stale = [scoring.Part("a", 40)], ["b"]
    return lambda: cl.Score(40, parts=parts, stale=stale), [parts, stale]


def _health_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    levels, bands = {"pro": 100}, {"red": 0}
    measures = [scoring.measure("plan", scoring.fact("plan"), levels=levels)]
    return lambda: cl.HealthScore(measures, bands=bands), [measures, bands, levels]


def _rule_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    stages, plan, other = ["a"], {"x": "7 days"}, ["red"]
    return (
        lambda: (
            signals.Rule("r", signals.Stuck(stages, after="1 day"), unless=other),
            signals.OffTrack(plan, start=stages),
        ),
        [stages, plan, other],
    )


def _play_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    stages = ["a"]
    made = [playbook.Play("x", "call", stages=stages)]
    return lambda: playbook.Playbook([*made, playbook.Play("y", "wait", stages=stages)]), [made, stages]


FROM_MUTABLE: dict[str, Recipe] = {
    "model": _model_parts,
    "stage": _stage_parts,
    "transition": _transition_parts,
    "customer": _customer_parts,
    "move": _move_parts,
    "event": _event_parts,
    "business hours": _hours_parts,
    "step": _step_parts,
    "rules": _rules_parts,
    "chain": _chain_parts,
    "funnel": _question(cl.Funnel, steps=[cl.step("a"), cl.step("b")], by=["plan"], exclusions=[cl.exclude("c")]),
    "chain question": _question(cl.Chain, by=["plan"]),
    "content item": _question(lambda stages: playbook.ContentItem("x", stages), stages=["a"]),
    "inventory": _question(playbook.Inventory, items=[playbook.ContentItem("x")]),
    "rule of signals": _rule_parts,
    "playbook": _play_parts,
    "flows": _question(cl.Flows, by=["plan"]),
    "revenue movements": _question(RevenueMovements, by=["plan"]),
    "spending": _question(Spending, by=["team"], where=[("purpose", ["acquisition"])]),
    "growth": _question(cl.GrowthAccounting, by=["plan"], active=["a"], new=["a"]),
    "headcount": _question(cl.Headcount, by=["plan"]),
    "outcomes": _question(lambda **lists: cl.Outcomes("a", **lists), won=["b"], by=["plan"]),
    "paths": _question(cl.Paths, by=["plan"]),
    "reasons": _question(cl.Reasons, exits=["lost"], by=["plan"]),
    "retention": _question(cl.Retention, by=["plan"], start=["a"], active=["a"]),
    "stage probabilities": _question(lambda by: cl.StageProbabilities("a", cl.days(9), by), by=["plan"]),
    "time in stage": _question(cl.TimeInStage, stages=["a"], by=["plan"]),
    "score": _score_parts,
    "health score": _health_parts,
    "table": lambda: (lambda rows=(rows := [["a", 1]]): Table(("x", "y"), rows), [rows, rows[0]]),  # type: ignore[misc]
}
