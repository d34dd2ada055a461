"""One of every kind of value, made the same way each time; every new public value goes in here."""

from __future__ import annotations

from typing import Any

import custlife as cl
from custlife import presets, simulate, stats
from custlife.analysis.lives import PayingLives
from custlife.analysis.renewals import RenewalRate
from custlife.analysis.revenue import RevenueMovements
from custlife.analysis.running_contracts import RunningContracts
from custlife.analysis.spending import Spending
from custlife.analysis.surveys import SurveyScore
from custlife.calendar import periods, zone
from custlife.pictures import Bars, Ranges, Segment, Table
from custlife.stages import Requires
from tests.judged import plays, scores, watching
from tests.small import customer, deals, event_log, measures, model, stage_log, touches


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
