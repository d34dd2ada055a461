"""What a metric gives: a reading, with everything one must know to read it; and many of them as a table."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING

import attrs

from custlife.analysis.splitting import label
from custlife.analysis.wording import never_seen

if TYPE_CHECKING:
    from datetime import datetime

    from custlife.engines.gathers import Group
    from custlife.metrics.metric import Metric
    from custlife.stats import Interval

__all__ = ["Explanation", "Number", "Reading", "written"]

Number = int | float | Decimal


@attrs.frozen(kw_only=True)
class Reading:
    """One value of a metric, for one segment and one period.

    Attributes:
        metric: The metric, with its definition.
        value: The value in `unit`; shares from 0 to 1, money as Decimal. None with the reason in `reason`.
        unit: What the value is in: that of the definition, or the currency.
        interval: Its confidence interval, or None.
        n: Units behind the denominator: who was counted.
        part: The number above the line, where the metric is a ratio.
        whole: The number below the line, where the metric is a ratio.
        pending: Units on which it is too early to say.
        reason: Why there is no value; empty where there is one.
        segment: The segment's values, in the order asked for; None where a value is missing.
        period: Label of the period or cohort, or None.
        as_of: The moment of looking.
        notes: What else a reader must know.
        unseen: Names of events that the metric asked for and no row has.
    """

    metric: Metric
    value: Number | None
    unit: str
    interval: Interval | None = None
    n: int = 0
    part: Number | None = None
    whole: Number | None = None
    pending: int = 0
    reason: str = ""
    segment: Group = ()
    period: str | None = None
    as_of: datetime
    notes: tuple[str, ...] = ()
    unseen: tuple[str, ...] = attrs.field(default=(), eq=False)  # later rows may have it, and change no answer

    @property
    def numerator(self) -> str:
        """What stands above the line, in words."""
        return self.metric.definition.numerator

    @property
    def denominator(self) -> str:
        """What stands below the line, in words."""
        return self.metric.definition.denominator

    @property
    def label(self) -> str:
        """Segment and period in one text; empty for the whole."""
        return label(self.segment, *([] if self.period is None else [self.period]))

    @property
    def doubt(self) -> str:
        """What to look at before the value is trusted, as the end of a sentence; empty where there is nothing."""
        return "".join(f". {one}" for one in never_seen(self.unseen))

    @property
    def text(self) -> str:
        """The value with its interval, or why there is none, and who was counted."""
        of = f" ({self.label})" if self.label else ""
        pending = f", {self.pending:,} pending" if self.pending else ""
        if self.value is None:
            return f"{self.metric.label}{of}: no value ({self.reason}){pending}"
        limits = ""
        if self.interval is not None:
            low, high = (written(limit, self.unit) for limit in (self.interval.low, self.interval.high))
            limits = f" ({100 * self.interval.level:g} % {low} to {high})"
        return f"{self.metric.label}{of}: {written(self.value, self.unit)}{limits}, n {self.n:,}{pending}"

    def __str__(self) -> str:
        return f"{self.text}{self.doubt}"


def written(value: Number | None, unit: str) -> str:
    """A value for people, in its unit.

    Examples:
        >>> written(0.25, "share"), written(12.5, "days"), written(3, "count")
        ('25.0 %', '12.5 days', '3')
    """
    if value is None:
        return "–"
    if isinstance(value, float) and not isfinite(value):
        return "…"
    if unit in {"share", "rate"}:
        return f"{100 * value:.1f} %"
    digits = "" if not isinstance(value, float) else ".2f" if unit == "ratio" else ".1f"
    text = f"{value:,{digits}}"
    return text if unit in {"count", "ratio", "points", "score"} else f"{text} {unit}"


@attrs.frozen(kw_only=True)
class Explanation:
    """Why one customer counts in a metric, or not.

    Attributes:
        metric: The metric.
        customer: Whose explanation it is.
        state: `counted`, `not counted` or `pending`.
        why: The reason, in a sentence.
        n: How often it counts in the denominator; the n of all customers add up to that of the metric.
        part: What it adds above the line, where the metric is a ratio.
        pending: How often it is too early to say.
        as_of: The moment of looking.
    """

    metric: Metric
    customer: str
    state: str
    why: str
    n: int
    part: Number | None
    pending: int
    as_of: datetime

    def __str__(self) -> str:
        return f"{self.customer} in {self.metric.label}: {self.state}. {self.why}"
