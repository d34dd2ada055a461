"""The customer lifecycle as code.

Define the stages (`StageModel`, `presets`), move customers through them (`Customer`), measure what really happens
(`StageLog`, `EventLog`) and show it (`report`). Every name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custlife import errors, metrics, playbook, presets, scoring, signals, simulate, stats
    from custlife.analysis.actions import ActionsAgainstWins
    from custlife.analysis.chain import Chain
    from custlife.analysis.conversion import Conversion
    from custlife.analysis.cycle_length import CycleLength
    from custlife.analysis.flows import Flows
    from custlife.analysis.funnel import Funnel
    from custlife.analysis.growth import GrowthAccounting
    from custlife.analysis.hand_overs import HandOvers
    from custlife.analysis.headcount import Headcount
    from custlife.analysis.nurture import Nurture
    from custlife.analysis.outcomes import Outcomes
    from custlife.analysis.paths import Paths
    from custlife.analysis.pipeline import Pipeline
    from custlife.analysis.reasons import Reasons
    from custlife.analysis.response_time import ResponseTime
    from custlife.analysis.retention import Retention
    from custlife.analysis.stage_probabilities import StageProbabilities
    from custlife.analysis.steps import exclude, step
    from custlife.analysis.tickets import Tickets
    from custlife.analysis.time_in_stage import TimeInStage
    from custlife.analysis.velocity import Velocity
    from custlife.analysis.win_rate import WinRate
    from custlife.calendar import (
        BusinessHours,
        Span,
        days,
        hours,
        instant,
        minutes,
        months,
        quarters,
        seconds,
        weeks,
        years,
    )
    from custlife.customers import Customer, Event, Fact, Leg, Move, Spell
    from custlife.engines.rules import Rules, all_of, any_of, count, seen, silent, value
    from custlife.errors import CustlifeError
    from custlife.log.contracts import Contracts
    from custlife.log.costs import Costs
    from custlife.log.event_log import EventLog
    from custlife.log.responses import Responses
    from custlife.log.revenue_log import RevenueLog
    from custlife.log.stage_log import StageLog
    from custlife.metrics import Metric, Scorecard, Target, Verdict
    from custlife.presets import crosswalk
    from custlife.reporting import report
    from custlife.scoring import HealthScore, LeadScore, Score, Scorer, ScoreRequest, backtest, score, score_all
    from custlife.stages import MoveKind, Stage, StageModel, Transition, guard, law_table

__version__ = "0.1.0"

_HOMES = {
    "custlife.analysis.actions": ("ActionsAgainstWins",),
    "custlife.analysis.chain": ("Chain",),
    "custlife.analysis.conversion": ("Conversion",),
    "custlife.analysis.cycle_length": ("CycleLength",),
    "custlife.analysis.flows": ("Flows",),
    "custlife.analysis.funnel": ("Funnel",),
    "custlife.analysis.growth": ("GrowthAccounting",),
    "custlife.analysis.hand_overs": ("HandOvers",),
    "custlife.analysis.headcount": ("Headcount",),
    "custlife.analysis.nurture": ("Nurture",),
    "custlife.analysis.outcomes": ("Outcomes",),
    "custlife.analysis.paths": ("Paths",),
    "custlife.analysis.pipeline": ("Pipeline",),
    "custlife.analysis.reasons": ("Reasons",),
    "custlife.analysis.response_time": ("ResponseTime",),
    "custlife.analysis.retention": ("Retention",),
    "custlife.analysis.stage_probabilities": ("StageProbabilities",),
    "custlife.analysis.steps": ("exclude", "step"),
    "custlife.analysis.tickets": ("Tickets",),
    "custlife.analysis.time_in_stage": ("TimeInStage",),
    "custlife.analysis.velocity": ("Velocity",),
    "custlife.analysis.win_rate": ("WinRate",),
    "custlife.calendar": (
        "BusinessHours",
        "Span",
        "days",
        "hours",
        "instant",
        "minutes",
        "months",
        "quarters",
        "seconds",
        "weeks",
        "years",
    ),
    "custlife.customers": ("Customer", "Event", "Fact", "Leg", "Move", "Spell"),
    "custlife.engines.rules": ("Rules", "all_of", "any_of", "count", "seen", "silent", "value"),
    "custlife.errors": ("CustlifeError",),
    "custlife.log.contracts": ("Contracts",),
    "custlife.log.costs": ("Costs",),
    "custlife.log.event_log": ("EventLog",),
    "custlife.log.responses": ("Responses",),
    "custlife.log.revenue_log": ("RevenueLog",),
    "custlife.log.stage_log": ("StageLog",),
    "custlife.metrics": ("Metric", "Scorecard", "Target", "Verdict"),
    "custlife.presets": ("crosswalk",),
    "custlife.reporting": ("report",),
    "custlife.scoring": (
        "HealthScore",
        "LeadScore",
        "Score",
        "ScoreRequest",
        "Scorer",
        "backtest",
        "score",
        "score_all",
    ),
    "custlife.stages": ("MoveKind", "Stage", "StageModel", "Transition", "guard", "law_table"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_MODULES = ("errors", "metrics", "playbook", "presets", "scoring", "signals", "simulate", "stats")

__all__ = [
    "ActionsAgainstWins",
    "BusinessHours",
    "Chain",
    "Contracts",
    "Conversion",
    "Costs",
    "CustlifeError",
    "Customer",
    "CycleLength",
    "Event",
    "EventLog",
    "Fact",
    "Flows",
    "Funnel",
    "GrowthAccounting",
    "HandOvers",
    "Headcount",
    "HealthScore",
    "LeadScore",
    "Leg",
    "Metric",
    "Move",
    "MoveKind",
    "Nurture",
    "Outcomes",
    "Paths",
    "Pipeline",
    "Reasons",
    "ResponseTime",
    "Responses",
    "Retention",
    "RevenueLog",
    "Rules",
    "Score",
    "ScoreRequest",
    "Scorecard",
    "Scorer",
    "Span",
    "Spell",
    "Stage",
    "StageLog",
    "StageModel",
    "StageProbabilities",
    "Target",
    "Tickets",
    "TimeInStage",
    "Transition",
    "Velocity",
    "Verdict",
    "WinRate",
    "all_of",
    "any_of",
    "backtest",
    "count",
    "crosswalk",
    "days",
    "errors",
    "exclude",
    "guard",
    "hours",
    "instant",
    "law_table",
    "metrics",
    "minutes",
    "months",
    "playbook",
    "presets",
    "quarters",
    "report",
    "score",
    "score_all",
    "scoring",
    "seconds",
    "seen",
    "signals",
    "silent",
    "simulate",
    "stats",
    "step",
    "value",
    "weeks",
    "years",
]


if not TYPE_CHECKING:  # a type checker that saw __getattr__ would accept any name

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name in _MODULES:
            return import_module(f"custlife.{name}")
        home = _HOME_OF.get(name)
        if home is None:
            raise AttributeError(f"module 'custlife' has no attribute {name!r}")
        found: object = getattr(import_module(home), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
