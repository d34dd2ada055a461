"""Signals: rules that open, keep and resolve episodes, looked at over a stated grid of moments.

`watch` follows every customer from the first that is known of them, and at each moment of the grid sees what was known
then. So a job may run twice, late, or for the first time today: the episodes and their ids are the same.
"""

from __future__ import annotations

from custlife.signals.contracting import contract_facts
from custlife.signals.episodes import Episode
from custlife.signals.look import Look, Moment, Sign
from custlife.signals.owed import Holds, NearLimit, RenewalNear, Unanswered
from custlife.signals.result import Feed, News, Signals
from custlife.signals.rule import Rule, RuleSet, rules_for
from custlife.signals.scored import AtRisk, HealthFalling, HealthRed, Qualified, churn_risk
from custlife.signals.standing import BoughtElsewhere, Entered, Lapsed, Milestone, OffTrack, Returned, Stuck
from custlife.signals.watching import Watch, watch

__all__ = [
    "AtRisk",
    "BoughtElsewhere",
    "Entered",
    "Episode",
    "Feed",
    "HealthFalling",
    "HealthRed",
    "Holds",
    "Lapsed",
    "Look",
    "Milestone",
    "Moment",
    "NearLimit",
    "News",
    "OffTrack",
    "Qualified",
    "RenewalNear",
    "Returned",
    "Rule",
    "RuleSet",
    "Sign",
    "Signals",
    "Stuck",
    "Unanswered",
    "Watch",
    "churn_risk",
    "contract_facts",
    "rules_for",
    "watch",
]


def __dir__() -> list[str]:
    return __all__
