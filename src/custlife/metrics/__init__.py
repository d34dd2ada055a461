"""Metrics: each a defined question, with targets that turn its readings into verdicts.

`metrics.conversion("trial", "active", within=cl.days(14))` makes a metric; `metric.read(log)` gives its value with
interval, n and pending; `@metrics.metric(...)` makes one of your own.
"""

from __future__ import annotations

from custlife.metrics.catalogue import Catalogue, catalogue
from custlife.metrics.converting import conversion
from custlife.metrics.definition import Definition
from custlife.metrics.inputs import Inputs
from custlife.metrics.judgement import JudgedLine, Judgement
from custlife.metrics.metric import Metric
from custlife.metrics.reading import Explanation, Reading
from custlife.metrics.readings import Readings
from custlife.metrics.registry import get, metric
from custlife.metrics.request import MetricRequest
from custlife.metrics.scorecard import Line, Scorecard
from custlife.metrics.target import Target
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
    "catalogue",
    "conversion",
    "get",
    "metric",
    "verdict_table",
]
