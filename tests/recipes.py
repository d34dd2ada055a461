"""How values are made of lists, dicts and sets: what happens to those afterwards is no matter of theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import custlife as cl
from custlife import playbook, scoring, signals, stats
from custlife.analysis.revenue import RevenueMovements
from custlife.analysis.spending import Spending
from custlife.pictures import Table
from custlife.stages import Edit, Requires
from tests.small import model

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
    parts: dict[str, Any] = {
        name: [f"{name} one"]
        for name in ("needs", "attitudes", "behaviors", "process", "owners", "touchpoints", "content", "metrics", "drops", "aliases")
    }  # fmt: skip
    return lambda: cl.Stage("x", **parts), [parts, *parts.values()]


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


def _table_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    rows: list[list[Any]] = [["a", 1]]
    return lambda: Table(("x", "y"), rows), [rows, rows[0]]


def _chain_parts() -> tuple[Callable[[], Any], list[Mutable]]:
    states: Any = ["trial", "paid"]
    rows: Any = [[0.5, 0.5], [0.0, 1.0]]
    return lambda: stats.MarkovChain(states, rows), [states, rows, *rows]


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
    "table": _table_parts,
}
