"""Metrics: each a defined question, with targets that turn its readings into verdicts.

`metrics.conversion("trial", "active", within=cl.days(14))` makes a metric; `metric.read(log)` gives its value with
interval, n and pending; `@metrics.metric(...)` makes one of your own.
"""

from __future__ import annotations

from custlife.metrics.converting import conversion
from custlife.metrics.definition import Definition
from custlife.metrics.inputs import Inputs
from custlife.metrics.metric import Metric
from custlife.metrics.reading import Explanation, Reading
from custlife.metrics.registry import get, metric
from custlife.metrics.request import MetricRequest

__all__ = [
    "Definition",
    "Explanation",
    "Inputs",
    "Metric",
    "MetricRequest",
    "Reading",
    "conversion",
    "get",
    "metric",
]
