"""Metrics: each a defined question, with targets that turn its readings into verdicts.

`metrics.conversion("trial", "active", within=cl.days(14))` makes a metric; `metric.read(log)` gives its value with
interval, n and pending; `@metrics.metric(...)` makes one of your own.
"""

from __future__ import annotations

from custlife.metrics.advocating import advocate_rate, arrivals, in_stage, period_ratio, referral_share
from custlife.metrics.catalogue import Catalogue, catalogue
from custlife.metrics.contracts import near_limit, renewal_rate
from custlife.metrics.converting import (
    activation_rate,
    conversion,
    overall_conversion,
    repeat_rate,
    trial_to_paid,
    trials_expired_unused,
)
from custlife.metrics.defaults import scorecard
from custlife.metrics.definition import Definition
from custlife.metrics.ending import drop_off, eventual_conversion
from custlife.metrics.inputs import Inputs
from custlife.metrics.judgement import JudgedLine, Judgement
from custlife.metrics.leaving import churn_after, churn_by_age
from custlife.metrics.lifetime import ltv, ltv_from_chain, ltv_from_curve, ltv_historical, ltv_to_cac
from custlife.metrics.losing import annualised_churn, daily_churn, logo_churn
from custlife.metrics.metric import Metric
from custlife.metrics.netting import acquisition_share, gross_margin, net
from custlife.metrics.qualifying import csql_rate, mql_rate, pql_rate, sql_rate
from custlife.metrics.reaching import lead_response_in_time, lead_response_time, touches_per_stage
from custlife.metrics.reading import Explanation, Reading
from custlife.metrics.readings import Readings
from custlife.metrics.registry import get, metric
from custlife.metrics.request import MetricRequest
from custlife.metrics.retaining import customer_quick_ratio, customers_kept, reactivation_rate, retention_rate
from custlife.metrics.revenue import arpa, mrr, mrr_movement
from custlife.metrics.revenue_kept import gross_revenue_churn, grr, net_revenue_churn, nrr, revenue_quick_ratio
from custlife.metrics.scorecard import Line, Scorecard
from custlife.metrics.selling import cycle_length, open_deals, pipeline_amount, sales_velocity, win_rate
from custlife.metrics.serving import (
    backlog,
    first_response_in_time,
    first_response_time,
    reopened_rate,
    resolution_time,
)
from custlife.metrics.spending import cac, cac_payback, cost
from custlife.metrics.spreading import k_factor
from custlife.metrics.surveys import ces, csat, nps, response_rate
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
    "acquisition_share",
    "activation_rate",
    "active_users",
    "advocate_rate",
    "annualised_churn",
    "arpa",
    "arrivals",
    "backlog",
    "cac",
    "cac_payback",
    "catalogue",
    "ces",
    "churn_after",
    "churn_by_age",
    "conversion",
    "cost",
    "csat",
    "csql_rate",
    "customer_quick_ratio",
    "customers_kept",
    "cycle_length",
    "daily_churn",
    "drop_off",
    "eventual_conversion",
    "feature_adoption",
    "first_response_in_time",
    "first_response_time",
    "get",
    "gross_margin",
    "gross_revenue_churn",
    "grr",
    "in_stage",
    "k_factor",
    "lead_response_in_time",
    "lead_response_time",
    "logo_churn",
    "ltv",
    "ltv_from_chain",
    "ltv_from_curve",
    "ltv_historical",
    "ltv_to_cac",
    "metric",
    "mql_rate",
    "mrr",
    "mrr_movement",
    "near_limit",
    "net",
    "net_revenue_churn",
    "nps",
    "nrr",
    "open_deals",
    "outcomes_reached",
    "overall_conversion",
    "period_ratio",
    "pipeline_amount",
    "pql_rate",
    "reactivation_rate",
    "referral_share",
    "renewal_rate",
    "reopened_rate",
    "repeat_rate",
    "resolution_time",
    "response_rate",
    "retention_rate",
    "revenue_quick_ratio",
    "sales_velocity",
    "scorecard",
    "sql_rate",
    "stage_ageing",
    "stickiness",
    "stuck",
    "time_in_stage",
    "time_to_convert",
    "time_to_value",
    "touches_per_stage",
    "trial_to_paid",
    "trials_expired_unused",
    "usage_frequency",
    "verdict_table",
    "win_rate",
]
