"""Metrics: each a defined question, with targets that turn its readings into verdicts.

`metrics.conversion("trial", "active", within=cl.days(14))` makes a metric; `metric.read(log)` gives its value with
interval, n and pending; `@metrics.metric(...)` makes one of your own.
"""

from __future__ import annotations

from custlife.metrics.advocating import advocate_rate, arrivals, in_stage, referral_share
from custlife.metrics.catalogue import Catalogue, catalogue
from custlife.metrics.converting import (
    activation_rate,
    conversion,
    overall_conversion,
    repeat_rate,
    trial_to_paid,
    trials_expired_unused,
)
from custlife.metrics.definition import Definition
from custlife.metrics.ending import drop_off, eventual_conversion
from custlife.metrics.inputs import Inputs
from custlife.metrics.judgement import JudgedLine, Judgement
from custlife.metrics.leaving import churn_after, churn_by_age
from custlife.metrics.losing import annualised_churn, logo_churn
from custlife.metrics.metric import Metric
from custlife.metrics.qualifying import csql_rate, mql_rate, pql_rate, sql_rate
from custlife.metrics.reading import Explanation, Reading
from custlife.metrics.readings import Readings
from custlife.metrics.registry import get, metric
from custlife.metrics.request import MetricRequest
from custlife.metrics.retaining import customer_quick_ratio, customers_kept, reactivation_rate, retention_rate
from custlife.metrics.scorecard import Line, Scorecard
from custlife.metrics.target import Target
from custlife.metrics.timing import stage_ageing, stuck, time_in_stage, time_to_convert, time_to_value
from custlife.metrics.using import active_users, feature_adoption, outcomes_reached, stickiness, usage_frequency
from custlife.metrics.verdict import Verdict, verdict_table

__all__ = [
    "Catalogue",
    "Definition",
    "Explanation",
    "Inputs",
    "JudgedLine",
    "Judgement",
    "Line",
    "Metric",
    "MetricRequest",
    "Reading",
    "Readings",
    "Scorecard",
    "Target",
    "Verdict",
    "activation_rate",
    "active_users",
    "advocate_rate",
    "annualised_churn",
    "arrivals",
    "catalogue",
    "churn_after",
    "churn_by_age",
    "conversion",
    "csql_rate",
    "customer_quick_ratio",
    "customers_kept",
    "drop_off",
    "eventual_conversion",
    "feature_adoption",
    "get",
    "in_stage",
    "logo_churn",
    "metric",
    "mql_rate",
    "outcomes_reached",
    "overall_conversion",
    "pql_rate",
    "reactivation_rate",
    "referral_share",
    "repeat_rate",
    "retention_rate",
    "sql_rate",
    "stage_ageing",
    "stickiness",
    "stuck",
    "time_in_stage",
    "time_to_convert",
    "time_to_value",
    "trial_to_paid",
    "trials_expired_unused",
    "usage_frequency",
    "verdict_table",
]
