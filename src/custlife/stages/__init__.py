"""Stages, transitions and the models they form; what is legal is decided in `law.py` alone."""

from __future__ import annotations

from custlife.stages.guards import GuardRequest, Requires, guard, refusal
from custlife.stages.law import LAW, POLICIES, MoveKind, law_table
from custlife.stages.model import DEFAULT_EXITS, StageModel
from custlife.stages.stage import Citation, Stage, stage
from custlife.stages.transition import Transition

__all__ = [
    "DEFAULT_EXITS",
    "LAW",
    "POLICIES",
    "Citation",
    "GuardRequest",
    "MoveKind",
    "Requires",
    "Stage",
    "StageModel",
    "Transition",
    "guard",
    "law_table",
    "refusal",
    "stage",
]
