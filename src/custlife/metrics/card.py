"""A metric as a card: everything one must know before one reads its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.pictures import Cards

if TYPE_CHECKING:
    from custlife.metrics.metric import Metric

__all__ = ["aspects", "card"]

GOOD = {"higher": "higher is better", "lower": "lower is better", "neither": "neither way is better as such"}


def aspects(metric: Metric) -> dict[str, tuple[str, ...]]:
    """What a card says, by aspect; what is empty is left out."""
    words = metric.definition
    said = {
        "question": (words.question,),
        "numerator": (words.numerator,),
        "denominator": (words.denominator,),
        "formula": (words.formula,),
        "window": (words.window,),
        "unit": (f"{words.unit}; {GOOD[metric.better]}",),
        "time zone": ("that of the log, for days, weeks and months",),
        "cohorts": (words.cohort,),
        "needs": words.needs,
        "is not": words.is_not,
        "pitfalls": words.pitfalls,
        "source": (words.source,),
    }
    return {name: told for name, told in ((n, tuple(filter(None, t))) for n, t in said.items()) if told}


def card(metric: Metric) -> Cards:
    """The card of a metric."""
    said = aspects(metric)
    return Cards([metric.label], list(said), [list(said.values())], title=f"Metric {metric.name!r}")
