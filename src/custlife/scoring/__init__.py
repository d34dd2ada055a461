"""Scores that explain themselves: hooks, health, leads, and how well they foretold what happened.

A scorer is any callable that takes one frozen `ScoreRequest` and returns a number from 0 to 100 or a `Score`. One call
raises, a batch isolates and lists what failed. Names are resolved on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custlife.scoring.batch import score, score_all
    from custlife.scoring.composing import capped, gated, maximum, minimum, weighted
    from custlife.scoring.histories import customers_of
    from custlife.scoring.judging import Scorer
    from custlife.scoring.registry import Named, get, named, names, scorer
    from custlife.scoring.request import Facts, ScoreRequest
    from custlife.scoring.scores import Failure, HookTime, Scores, Slow
    from custlife.scoring.value import Part, Score

_ROOMS = {
    "batch": ("score", "score_all"),
    "composing": ("capped", "gated", "maximum", "minimum", "weighted"),
    "histories": ("customers_of",),
    "judging": ("Scorer",),
    "registry": ("Named", "get", "named", "names", "scorer"),
    "request": ("Facts", "ScoreRequest"),
    "scores": ("Failure", "HookTime", "Scores", "Slow"),
    "value": ("Part", "Score"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Facts",
    "Failure",
    "HookTime",
    "Named",
    "Part",
    "Score",
    "ScoreRequest",
    "Scorer",
    "Scores",
    "Slow",
    "capped",
    "customers_of",
    "gated",
    "get",
    "maximum",
    "minimum",
    "named",
    "names",
    "score",
    "score_all",
    "scorer",
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
