"""What to do next: plays, hand-overs between teams, and content set beside where customers are.

A playbook is data: which action, by whom and through which channel, for which stage, signal and condition. Where none
is declared, the words of the model's own stages are the plays. Names are resolved on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custlife.playbook.acting import NextAction, NextActions, next_action, next_actions
    from custlife.playbook.book import Play, Playbook, Signal, plays
    from custlife.playbook.checking import (
        HandOverCheck,
        HandOverChecks,
        HandOverCount,
        Passed,
        check_hand_over,
        check_hand_overs,
    )
    from custlife.playbook.content import ContentItem, Inventory
    from custlife.playbook.coverage_result import Coverage, CoverageRow
    from custlife.playbook.covering import CoverageQuestion, coverage
    from custlife.playbook.handing import HandOverPlan, PlannedHandOver, Required, hand_overs
    from custlife.playbook.mistakes import Finding, Limits, Unjudged

_ROOMS = {
    "acting": ("NextAction", "NextActions", "next_action", "next_actions"),
    "checking": ("HandOverCheck", "HandOverChecks", "HandOverCount", "Passed", "check_hand_over", "check_hand_overs"),
    "content": ("ContentItem", "Inventory"),
    "coverage_result": ("Coverage", "CoverageRow"),
    "covering": ("CoverageQuestion", "coverage"),
    "handing": ("HandOverPlan", "PlannedHandOver", "Required", "hand_overs"),
    "mistakes": ("Finding", "Limits", "Unjudged"),
    "book": ("Play", "Playbook", "Signal", "plays"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "ContentItem",
    "Coverage",
    "CoverageQuestion",
    "CoverageRow",
    "Finding",
    "HandOverCheck",
    "HandOverChecks",
    "HandOverCount",
    "HandOverPlan",
    "Inventory",
    "Limits",
    "NextAction",
    "NextActions",
    "Passed",
    "PlannedHandOver",
    "Play",
    "Playbook",
    "Required",
    "Signal",
    "Unjudged",
    "check_hand_over",
    "check_hand_overs",
    "coverage",
    "hand_overs",
    "next_action",
    "next_actions",
    "plays",
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
