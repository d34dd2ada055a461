"""A small company: its logs, a model, a customer; what values are made of."""

from __future__ import annotations

from typing import Any

import custlife as cl
from custlife import presets
from custlife.stages import Requires

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
