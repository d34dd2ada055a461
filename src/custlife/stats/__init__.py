"""Numbers in, estimates out: shares, survival curves, hazards, competing ends, log-rank tests and chains from counts.

Nothing here knows a customer, a stage, a frame or a clock.
"""

from __future__ import annotations

from custlife.stats.chain import MarkovChain
from custlife.stats.chain_results import Absorption, ByState, ByTransition
from custlife.stats.curve import SurvivalCurve
from custlife.stats.differences import (
    EstimateDifference,
    incidence_difference,
    restricted_mean_difference,
    survival_difference,
)
from custlife.stats.discrimination import Auc, auc, clustered_share
from custlife.stats.durations import Durations, RiskTable, risk_table
from custlife.stats.folds import Jackknife, jackknife, jackknife_counts
from custlife.stats.hazard import HazardCurve, HazardPoint, nelson_aalen
from custlife.stats.incidence import CumulativeIncidence, IncidenceCurve, IncidencePoint, cumulative_incidence
from custlife.stats.interval import Interval
from custlife.stats.logrank import LogRank, log_rank
from custlife.stats.multiple import benjamini_hochberg
from custlife.stats.multistate import state_probabilities
from custlife.stats.multistate_result import StatePoint, StateProbabilities, StateTime
from custlife.stats.proportions import Difference, Method, Share, clopper_pearson, newcombe, share, wilson
from custlife.stats.readings import Quantile, RestrictedMean, SurvivalPoint
from custlife.stats.retention_curve import RetentionCurve, RetentionModel, geometric, shifted_beta_geometric
from custlife.stats.splitting import split_durations
from custlife.stats.survival import IntervalKind, kaplan_meier
from custlife.stats.transitions import markov_chain
from custlife.stats.two_by_two import OddsRatio, PooledOddsRatio, fisher_exact, mantel_haenszel, odds_ratio
from custlife.stats.two_shares import ShareTest, share_test

__all__ = [
    "Absorption",
    "Auc",
    "ByState",
    "ByTransition",
    "CumulativeIncidence",
    "Difference",
    "Durations",
    "EstimateDifference",
    "HazardCurve",
    "HazardPoint",
    "IncidenceCurve",
    "IncidencePoint",
    "Interval",
    "IntervalKind",
    "Jackknife",
    "LogRank",
    "MarkovChain",
    "Method",
    "OddsRatio",
    "PooledOddsRatio",
    "Quantile",
    "RestrictedMean",
    "RetentionCurve",
    "RetentionModel",
    "RiskTable",
    "Share",
    "ShareTest",
    "StatePoint",
    "StateProbabilities",
    "StateTime",
    "SurvivalCurve",
    "SurvivalPoint",
    "auc",
    "benjamini_hochberg",
    "clopper_pearson",
    "clustered_share",
    "cumulative_incidence",
    "fisher_exact",
    "geometric",
    "incidence_difference",
    "jackknife",
    "jackknife_counts",
    "kaplan_meier",
    "log_rank",
    "mantel_haenszel",
    "markov_chain",
    "nelson_aalen",
    "newcombe",
    "odds_ratio",
    "restricted_mean_difference",
    "risk_table",
    "share",
    "share_test",
    "shifted_beta_geometric",
    "split_durations",
    "state_probabilities",
    "survival_difference",
    "wilson",
]
