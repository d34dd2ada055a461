"""Stages, transitions and the models they form; what is legal is decided in `law.py` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.stages.law import LAW, POLICIES, MoveKind, law_table
from custlife.stages.model import DEFAULT_EXITS, StageModel
from custlife.stages.stage import Stage, stage

if TYPE_CHECKING:
    from custlife.stages.citation import Citation
    from custlife.stages.diff import ModelDiff
    from custlife.stages.edit import Edit, StageMapping
    from custlife.stages.guards import GuardRequest, Requires, guard, refusal
    from custlife.stages.transition import Transition

__all__ = [
    "DEFAULT_EXITS",
    "LAW",
    "POLICIES",
    "Citation",
    "Edit",
    "GuardRequest",
    "ModelDiff",
    "MoveKind",
    "Requires",
    "Stage",
    "StageMapping",
    "StageModel",
    "Transition",
    "guard",
    "law_table",
    "refusal",
    "stage",
]

# a model without transitions, guards and edits does not pay for importing them
_HOMES = {
    "Citation": "citation",
    "Edit": "edit",
    "GuardRequest": "guards",
    "ModelDiff": "diff",
    "Requires": "guards",
    "StageMapping": "edit",
    "Transition": "transition",
    "guard": "guards",
    "refusal": "guards",
}


if not TYPE_CHECKING:  # a type checker that saw __getattr__ would accept any name

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return __all__
