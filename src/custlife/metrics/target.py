"""A target: what a metric should reach, for whom, and by when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import names
from custlife.analysis.splitting import label
from custlife.calendar import Span, instant, span
from custlife.errors import DefinitionError, UsageError, UsageTypeError
from custlife.metrics.inputs import as_inputs
from custlife.metrics.metric import Metric, computed
from custlife.metrics.reading import Reading, written
from custlife.metrics.request import MetricRequest, answered
from custlife.metrics.verdict import STATES, Verdict, decided

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.metrics.reading import Number

__all__ = ["Target", "judged"]

DAY = 86_400_000_000
EXAMPLE = "write metrics.conversion('trial', 'active', within='14 days')"
LENGTHS = {"days": DAY, "hours": DAY // 24, "months": 0}
"""The units of lengths, in microseconds; months have no number of them."""


def _segment(value: Mapping[str, str | None] | Iterable[tuple[str, str | None]]) -> tuple[tuple[str, str | None], ...]:
    pairs: Any = value.items() if isinstance(value, Mapping) else value
    try:
        made = tuple((name, one) for name, one in pairs)
    except (TypeError, ValueError):
        made = ((None, None),)
    if not all(isinstance(name, str) and isinstance(one, str | None) for name, one in made):
        hint = "write segment={'plan': 'pro'}"
        raise UsageTypeError(f"segment={value!r} does not say which column has which text", hint)
    return made


@attrs.frozen
class Target:
    """What a metric should reach.

    Attributes:
        metric: The metric.
        at_least: The least value it should have, in the unit of the metric; a share is written from 0 to 1.
        at_most: The most it should have. One of the two must be given, or both.
        due: From when on it must hold: a datetime, date or text; what says no zone is in that of the log. None: always.
        segment: Only for the units of this segment, such as `{"plan": "pro"}`.
        by: Each segment of these columns must reach it.

    Raises:
        DefinitionError: No direction, or two that contradict each other.
        UsageError: A number that no such metric can have.

    Examples:
        >>> from custlife import metrics
        >>> print(Target(metrics.conversion("trial", "active", within="14 days"), at_least=0.25))
        trial to active within 14 days: at least 25.0 %
    """

    metric: Metric
    at_least: Any = attrs.field(default=None, kw_only=True)
    at_most: Any = attrs.field(default=None, kw_only=True)
    due: Any = attrs.field(default=None, kw_only=True)
    segment: tuple[tuple[str, str | None], ...] = attrs.field(default=(), converter=_segment, kw_only=True)
    by: tuple[str, ...] = attrs.field(default=(), converter=names, kw_only=True)

    def __attrs_post_init__(self) -> None:
        given: object = self.metric
        if not isinstance(given, Metric):
            raise UsageTypeError(f"metric={given!r} is not a metric", EXAMPLE)
        name, unit = self.metric.name, self.metric.definition.unit
        if self.at_least is None and self.at_most is None:
            hint = "write at_most=..." if self.metric.better == "lower" else "write at_least=..."
            raise DefinitionError(f"a target for {name!r} without a direction", hint)
        for side in ("at_least", "at_most"):
            object.__setattr__(self, side, _bound(side, getattr(self, side), unit))
        if None not in (self.at_least, self.at_most) and self.at_least > self.at_most:
            raise DefinitionError(f"at_least={self.at_least} is above at_most={self.at_most}", "swap them")
        if self.segment and self.by:
            raise DefinitionError("segment= and by= exclude each other", "name one segment, or ask each of a column")
        if self.due is not None:
            instant(self.due, tz="UTC", name="due")

    @property
    def goal(self) -> str:
        """What should be reached, in words."""
        return self.goal_in(self.metric.definition.unit)

    @property
    def signs(self) -> str:
        """What should be reached, as short as it gets."""
        return self.signs_in(self.metric.definition.unit)

    def goal_in(self, unit: str) -> str:
        """What should be reached, in words and in the unit of a reading, such as its currency."""
        told = " and ".join(self._sides("at least", "at most", unit))
        return f"{told} by {self.due_text}" if self.due else told

    def signs_in(self, unit: str) -> str:
        """What should be reached, as short as it gets and in the unit of a reading."""
        return ", ".join(self._sides("≥", "≤", unit))

    @property
    def due_text(self) -> str | None:
        """The due date as text, or None."""
        return self.due.isoformat() if isinstance(self.due, date) else self.due

    def _sides(self, least: str, most: str, unit: str) -> list[str]:
        return [f"{w} {written(v, unit)}" for w, v in ((least, self.at_least), (most, self.at_most)) if v is not None]

    @property
    def split(self) -> tuple[str, ...]:
        """The columns that the metric is split by to judge it."""
        return self.by or tuple(name for name, _ in self.segment)

    @property
    def label(self) -> str:
        """Metric and segment in one text."""
        where = label(tuple(value for _, value in self.segment)) or ", ".join(f"each {name}" for name in self.by)
        return f"{self.metric.label} ({where})" if where else self.metric.label

    def __str__(self) -> str:
        return f"{self.label}: {self.goal}"

    def request(self, inputs: Any, level: float = 0.95) -> MetricRequest:
        """What the metric is asked to judge it."""
        return MetricRequest(self.metric, as_inputs(inputs), self.split, None, level)

    def judge(self, log: Any, *, level: float = 0.95) -> Verdict:
        """The verdict on a log, seen from its `as_of`.

        Args:
            log: A log, or several as `Inputs`.
            level: Nominal coverage of the intervals that stand for chance.

        Raises:
            UsageError: An input that the metric needs is missing.

        Examples:
            >>> from custlife import StageLog, metrics, presets
            >>> log = StageLog.from_rows([("a", "engagement", "2026-01-05T00:00Z")], presets.bruxt5)
            >>> Target(metrics.conversion("engagement", "intent", within="9 days"), at_least=0.25).judge(log).state
            'too_early'
        """
        request = self.request(log, level)
        rows, _ = answered([request], computed)[0]
        return judged(self, request, rows)


def judged(target: Target, request: MetricRequest, rows: tuple[Reading, ...]) -> Verdict:
    """The verdict on some readings of the metric, one for each segment it was split by."""
    log = request.log()
    is_due = target.due is None or log.as_of >= instant(target.due, tz=log.tz, name="due")
    if target.segment:
        wanted = tuple(value for _, value in target.segment)
        rows = tuple(row for row in rows if row.segment == wanted) or (_nobody(request, wanted),)
    rows = rows or (_nobody(request, tuple(None for _ in target.by)),)
    made = [(row, *decided(target, row, is_due=is_due)) for row in rows]
    parts = tuple(Verdict(state=state, target=target, reading=row, why=why) for row, state, why in made)
    if not target.by:
        return parts[0]
    worst = max(parts, key=_badness)
    return attrs.evolve(worst, parts=parts)


def _badness(verdict: Verdict) -> int:
    return STATES.index(verdict.state)


def _nobody(request: MetricRequest, segment: tuple[str | None, ...]) -> Reading:
    """The reading of a segment that nobody is in."""
    return request.value(None, n=0, segment=segment, reason=f"nobody is in the segment {label(segment)}")


def _length(side: str, length: Span, given: object, unit: str) -> Number:
    """A length as a number of days, hours or months."""
    exact = length.days * DAY + length.us
    if unit == "months" and not exact:
        return length.months
    if unit not in LENGTHS or unit == "months" or length.months:
        raise UsageError(f"{side}={given!r} is no number of {unit}", f"write {side}={12 if unit == 'months' else 30}")
    return exact / LENGTHS[unit]


def _bound(side: str, value: Any, unit: str) -> Number | None:
    """A bound as a number in the unit of the metric.

    Raises:
        UsageTypeError: Not a number.
        UsageError: A number that such a metric cannot have.
    """
    if value is None:
        return None
    if isinstance(value, (Span, timedelta)) or (isinstance(value, str) and unit in LENGTHS):
        return _length(side, span(value, name=side), value, unit)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise UsageTypeError(f"{side}={value!r} is not a number", f"write {side}=0.25")
    if not isfinite(value):
        raise UsageError(f"{side}={value!r} is not a finite number", f"write {side}=0.25")
    most = {"share": 1, "rate": 10}.get(unit)
    if most is not None and (value > most or (unit == "share" and value < 0)):
        guess = f"write {side}={value / 100:g}" if most < value <= 100 * most else f"write {side}=0.25"
        raise UsageError(f"{side}={value!r} is no {unit}: 100 % is 1", guess)
    return value
