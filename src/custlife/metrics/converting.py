"""Metrics of conversion: who comes from one stage or event to another in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.analysis.conversion import Conversion
from custlife.analysis.steps import optional_span
from custlife.metrics.definition import LOG, Definition
from custlife.metrics.metric import Metric
from custlife.metrics.registry import catalogued

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from custlife.calendar import Span
    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

    Length = Span | timedelta | str

__all__ = ["conversion"]


@attrs.frozen
class Converted:
    """The rate of a conversion."""

    start: str
    goal: str
    within: Span | None
    needs: str = LOG

    def __call__(self, request: MetricRequest) -> Iterator[Reading]:
        """One reading for each segment and cohort."""
        question = Conversion(
            self.start, self.goal, self.within, by=request.by, every=request.every, level=request.level
        )
        for row in request.ask(self.needs, question).rows:
            yield request.value(
                row.rate,
                n=row.eligible,
                part=None if row.rate is None else round(row.rate * row.eligible),
                whole=row.eligible,
                interval=row.interval,
                pending=row.pending,
                reason=row.why if row.rate is None else "",
                segment=row.segment,
                period=row.cohort,
            )


@catalogued("conversion", start="trial", goal="active", within="14 days")
def conversion(start: str, goal: str, *, within: Length | None = None) -> Metric:
    """The share of those at one stage or event that reach another in time.

    Args:
        start: The stage or event that opens the window.
        goal: The one to be reached.
        within: The most time between them.
    """
    window = optional_span(within, "within")
    words = Definition(
        question=f"How many of those who come to {start} reach {goal} in time?",
        numerator=f"those of them that reached {goal} in time",
        denominator=f"units that came to {start}, with the window closed by as_of",
        window=f"{window} from {start}, end inclusive" if window else "none: there is no rate without a window",
        cohort=f"the period in which a unit came to {start}",
        is_not=(
            "A period ratio: units that reach the goal this month over units that start this month mixes cohorts.",
            "A naive rate: who may still convert is pending here, not lost.",
        ),
        source="Cohort conversion with its window; pending units are left out of the denominator.",
    )
    what = f"conversion from {start} to {goal}{f' within {window}' if window else ''}"
    return Metric("conversion", words, better="higher", compute=Converted(start, goal, window), label=what)
