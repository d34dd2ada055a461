"""Scores that explain themselves: hooks, health, leads, and how well they foretold what happened.

A scorer is any callable that takes one frozen `ScoreRequest` and returns a number from 0 to 100 or a `Score`. One call
raises, a batch isolates and lists what failed. Names are resolved on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custlife.scoring.backtest_result import Backtest, Bin, Decile, Foretold, Observation
    from custlife.scoring.backtesting import backtest
    from custlife.scoring.bands import Bands
    from custlife.scoring.batch import score, score_all
    from custlife.scoring.composing import capped, gated, maximum, minimum, weighted
    from custlife.scoring.crossing import Crossing, Crossings, crossings
    from custlife.scoring.decay import Decay, half_life, linear, steps
    from custlife.scoring.document import from_file
    from custlife.scoring.framed import FrameScores
    from custlife.scoring.health import HealthScore
    from custlife.scoring.histories import customers_of
    from custlife.scoring.ideal import Criterion, IdealCustomer, criterion
    from custlife.scoring.judging import Scorer
    from custlife.scoring.lead import Behavior, Fit, LeadScore, behavior, fit
    from custlife.scoring.learning import Learned, Lesson, learn
    from custlife.scoring.measures import Measure, Override, measure, override
    from custlife.scoring.ranking import Priorities, Priority, prioritise
    from custlife.scoring.reading import (
        Condition,
        Reading,
        Reads,
        days_in_stage,
        days_since,
        events,
        fact,
        stage,
        total,
    )
    from custlife.scoring.registry import Named, get, named, names, scorer
    from custlife.scoring.request import Facts, ScoreRequest
    from custlife.scoring.rfm import Rfm
    from custlife.scoring.scores import Failure, HookTime, Scores, Slow
    from custlife.scoring.trending import Trend, trend
    from custlife.scoring.value import Part, Score

_ROOMS = {
    "backtest_result": ("Backtest", "Bin", "Decile", "Foretold", "Observation"),
    "backtesting": ("backtest",),
    "bands": ("Bands",),
    "batch": ("score", "score_all"),
    "composing": ("capped", "gated", "maximum", "minimum", "weighted"),
    "crossing": ("Crossing", "Crossings", "crossings"),
    "decay": ("Decay", "half_life", "linear", "steps"),
    "document": ("from_file",),
    "learning": ("Learned", "Lesson", "learn"),
    "framed": ("FrameScores",),
    "health": ("HealthScore",),
    "measures": ("Measure", "Override", "measure", "override"),
    "histories": ("customers_of",),
    "ideal": ("Criterion", "IdealCustomer", "criterion"),
    "judging": ("Scorer",),
    "lead": ("Behavior", "Fit", "LeadScore", "behavior", "fit"),
    "ranking": ("Priorities", "Priority", "prioritise"),
    "reading": ("Condition", "Reading", "Reads", "days_in_stage", "days_since", "events", "fact", "stage", "total"),
    "registry": ("Named", "get", "named", "names", "scorer"),
    "request": ("Facts", "ScoreRequest"),
    "rfm": ("Rfm",),
    "scores": ("Failure", "HookTime", "Scores", "Slow"),
    "trending": ("Trend", "trend"),
    "value": ("Part", "Score"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Backtest",
    "Bands",
    "Behavior",
    "Bin",
    "Condition",
    "Criterion",
    "Crossing",
    "Crossings",
    "Decay",
    "Decile",
    "Facts",
    "Failure",
    "Fit",
    "Foretold",
    "FrameScores",
    "HealthScore",
    "HookTime",
    "IdealCustomer",
    "LeadScore",
    "Learned",
    "Lesson",
    "Measure",
    "Named",
    "Observation",
    "Override",
    "Part",
    "Priorities",
    "Priority",
    "Reading",
    "Reads",
    "Rfm",
    "Score",
    "ScoreRequest",
    "Scorer",
    "Scores",
    "Slow",
    "Trend",
    "backtest",
    "behavior",
    "capped",
    "criterion",
    "crossings",
    "customers_of",
    "days_in_stage",
    "days_since",
    "events",
    "fact",
    "fit",
    "from_file",
    "gated",
    "get",
    "half_life",
    "learn",
    "linear",
    "maximum",
    "measure",
    "minimum",
    "named",
    "names",
    "override",
    "prioritise",
    "score",
    "score_all",
    "scorer",
    "stage",
    "steps",
    "total",
    "trend",
    "weighted",
]


if not TYPE_CHECKING:  # a type checker that saw __getattr__ would accept any name

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name not in _ROOM_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found: object = getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return __all__
