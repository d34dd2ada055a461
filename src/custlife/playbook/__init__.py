"""What to do next: plays, hand-overs between teams, and content set beside where customers are.

A playbook is data: which action, by whom and through which channel, for which stage, signal and condition. Where none
is declared, the words of the model's own stages are the plays.
"""

from __future__ import annotations

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


def __dir__() -> list[str]:
    return __all__
