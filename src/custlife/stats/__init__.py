"""Numbers in, estimates out: shares and survival curves from counts.

Nothing here knows a customer, a stage, a frame or a clock.
"""

from __future__ import annotations

from custlife.stats.curve import SurvivalCurve
from custlife.stats.durations import Durations, RiskTable, risk_table
from custlife.stats.interval import Interval
from custlife.stats.multiple import benjamini_hochberg
from custlife.stats.proportions import Difference, Method, Share, clopper_pearson, newcombe, share, wilson
from custlife.stats.readings import Quantile, RestrictedMean, SurvivalPoint
from custlife.stats.survival import IntervalKind, kaplan_meier

__all__ = [
    "Difference",
    "Durations",
    "Interval",
    "IntervalKind",
    "Method",
    "Quantile",
    "RestrictedMean",
    "RiskTable",
    "Share",
    "SurvivalCurve",
    "SurvivalPoint",
    "benjamini_hochberg",
    "clopper_pearson",
    "kaplan_meier",
    "newcombe",
    "risk_table",
    "share",
    "wilson",
]
