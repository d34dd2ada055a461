"""Values that judge customers: scores, plays, signals, and what they are made of."""

from __future__ import annotations

from typing import Any

import custlife as cl
from custlife import playbook, scoring, signals, stats
from tests.small import customer, event_log, stage_log


def seats(request: cl.ScoreRequest) -> float:
    number: Any = request.facts["seats"]
    found: float = 10 * number
    return found


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
