"""A metric: one definition, and how it is computed on any log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice, names
from custlife.analysis.splitting import check_calendar, check_count
from custlife.calendar import Periods, from_us, to_us
from custlife.errors import UsageError, UsageTypeError
from custlife.metrics.card import card
from custlife.metrics.definition import BETTER, Definition
from custlife.metrics.explaining import explained, of_one
from custlife.metrics.inputs import Inputs, as_inputs
from custlife.metrics.reading import Reading
from custlife.metrics.readings import Readings, ReadingsQuestion
from custlife.metrics.request import MetricRequest, answered
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from datetime import datetime

    from custlife.analysis.result import About
    from custlife.metrics.inputs import Askable
    from custlife.metrics.reading import Explanation
    from custlife.pictures import Cards

__all__ = ["Compute", "Metric"]

Compute = Callable[[MetricRequest], "Reading | Iterable[Reading]"]


def _pairs(value: Iterable[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, one) for name, one in value)


def _spoken(metric: Metric) -> str:
    """What to call a metric that has no label."""
    return str(metric.name).replace("_", " ")


@attrs.frozen(repr=False, str=False)
class Metric:
    """A defined question, with the way to compute it.

    Attributes:
        name: Its name in the catalogue.
        definition: What it means.
        better: `higher`, `lower` or `neither`: which way is good.
        compute: Makes readings of a request: one for the whole, or one for each segment and period asked for.
        label: What to call it, with its arguments; the name by default.
        arguments: The arguments it was made with, where the catalogue made it.
    """

    name: str
    definition: Definition
    better: str = attrs.field(kw_only=True)
    compute: Compute = attrs.field(kw_only=True)
    label: str = attrs.field(default=attrs.Factory(_spoken, takes_self=True), kw_only=True)
    arguments: tuple[tuple[str, Any], ...] = attrs.field(default=(), converter=_pairs, kw_only=True)

    def __attrs_post_init__(self) -> None:
        name: object = self.name
        if not isinstance(name, str):
            raise UsageTypeError(f"{name=} is not a text", "write Metric('win_rate', ...)")
        choice("better", self.better, BETTER)

    # -- reading it ---------------------------------------------------------------------------------------------------

    def read(self, log: Any, *, level: float = 0.95) -> Reading:
        """The value of a whole log.

        Args:
            log: A log, or several as `Inputs`.
            level: Nominal coverage of the interval.

        Raises:
            UsageError: An input that the metric needs is missing.
            UnknownNameError: A stage or column that the log does not have.

        Examples:
            >>> from custlife import StageLog, metrics, presets
            >>> rows = [("a", "engagement", "2026-01-05T00:00Z"), ("a", "intent", "2026-01-08T00:00Z")]
            >>> log = StageLog.from_rows(rows, presets.bruxt5, as_of="2026-03-01T00:00Z")
            >>> metrics.conversion("engagement", "intent", within="30 days").read(log).value
            1.0
        """
        return self._readings(log, level=level).rows[0]

    def read_by(self, log: Any, *segments: str, level: float = 0.95) -> Readings:
        """The value of each segment.

        Args:
            log: A log, or several as `Inputs`.
            *segments: Columns to split by; none gives the whole, as the only row.
            level: Nominal coverage of the intervals.

        Raises:
            UnknownNameError: A segment that the log does not have.
            UsageError: The metric cannot be split.
        """
        return self._readings(log, by=names(segments), level=level)

    def trend(
        self, log: Any, *, every: str | None = None, by: str | Iterable[str] = (), level: float = 0.95
    ) -> Readings:
        """The value of each period or cohort, all seen from the one `as_of`: what is recent is still pending.

        Args:
            log: A log, or several as `Inputs`.
            every: `day`, `week`, `month`, `quarter` or `year`; by default that of the metric, or `month`.
            by: Segments to split by.
            level: Nominal coverage of the intervals.

        Raises:
            UsageError: The metric has no periods.
        """
        wanted = every or getattr(self.compute, "every", "month")
        check_calendar(wanted, "monday")
        return self._readings(log, by=names(by), every=wanted, level=level)

    def replay(
        self, log: Any, *, every: str = "month", periods: int = 12, by: str | Iterable[str] = (), level: float = 0.95
    ) -> Readings:
        """The value as it was known at the end of each period: what happened or was recorded later is not seen.

        Args:
            log: A log, or several as `Inputs`.
            every: `day`, `week`, `month`, `quarter` or `year`.
            periods: How many periods, up to the last that is over; each is counted anew.
            by: Segments to split by.
            level: Nominal coverage of the intervals.
        """
        check_calendar(every, "monday")
        check_count("periods", periods)
        inputs, asked = as_inputs(log), names(by)
        question = ReadingsQuestion(self, asked, every, replayed=True, level=level)
        moments = period_ends(self, inputs, every, periods)
        seen = [(name, self._readings(at(inputs, moment), by=asked, level=level)) for name, moment in moments]
        rows = tuple(attrs.evolve(row, period=name) for name, found in seen for row in found.rows)
        return Readings(question, seen[-1][1].about, rows)

    def explain(self, log: Any, customer: str) -> Explanation:
        """Whether a customer counts, and why.

        Args:
            log: A log, or several as `Inputs`.
            customer: Id of the customer.

        Raises:
            UnknownNameError: No such customer at `as_of`.

        Examples:
            >>> from custlife import StageLog, metrics, presets
            >>> log = StageLog.from_rows([("a", "engagement", "2026-01-05T00:00Z")], presets.bruxt5)
            >>> metrics.conversion("engagement", "intent", within="30 days").explain(log, "a").state
            'pending'
        """
        request = MetricRequest(self, of_one(as_inputs(log), customer))
        return answered([request], partial(explained, customer=customer))[0]

    def _readings(
        self, log: Any, *, by: tuple[str, ...] = (), every: str | None = None, level: float = 0.95
    ) -> Readings:
        check_level(level)
        request = MetricRequest(self, as_inputs(log), by, every, level)
        rows, about = answered([request], computed)[0]
        return Readings(ReadingsQuestion(self, by, every, level=level), about, rows)

    # -- showing it ---------------------------------------------------------------------------------------------------

    def card(self) -> Cards:
        """Everything one must know before one reads its number, as a picture with text, SVG and HTML."""
        return card(self)

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.arguments)
        return f"metrics.{self.name}({given})"

    def __str__(self) -> str:
        return self.card().text(width=100)

    def _repr_html_(self) -> str:
        return self.card().html()


def computed(request: MetricRequest) -> tuple[tuple[Reading, ...], About]:
    """The readings of a request, as many and as split as it asks for, and where they come from.

    Raises:
        UsageTypeError: The metric gave no readings.
        UsageError: It cannot be split, or has no periods.
    """
    made: object = request.metric.compute(request)
    found = (made,) if isinstance(made, Reading) else tuple(made) if isinstance(made, Iterable) else made
    name = request.metric.name
    if not isinstance(found, tuple) or not all(isinstance(one, Reading) for one in found):
        what = f"metric {name!r} gave {made!r}, which is no reading"
        raise UsageTypeError(what, "return request.share(part, whole) or request.value(value, n=...)")
    if any(len(one.segment) != len(request.by) for one in found):
        raise UsageError(f"metric {name!r} cannot be split by {request.by!r}", "read it without segments")
    if any((one.period is None) != (request.every is None) for one in found):
        raise UsageError(f"metric {name!r} has no trend", "see it as known at each period end: .replay()")
    if not (request.by or request.every) and len(found) != 1:
        raise UsageError(f"metric {name!r} gave {len(found)} readings of the whole", "return one")
    return tuple(attrs.evolve(one, unseen=request.unseen()) for one in found), request.about()


def at(inputs: Inputs, moment: datetime) -> Inputs:
    """The inputs as they were known at a moment."""

    def then(log: Askable) -> Askable:
        return log.with_as_of(moment, known_at=moment)

    return inputs.map(then)


def period_ends(metric: Metric, inputs: Inputs, every: str, count: int) -> list[tuple[str, datetime]]:
    """Label and last instant of the last periods that were over at `as_of`."""
    log = MetricRequest(metric, inputs).log()
    calendar = Periods(every, log.tz)
    now = to_us(log.as_of)
    last = calendar.index(now + 1) - 1
    return [(calendar.label(i), from_us(calendar.end(i) - 1)) for i in range(last - count + 1, last + 1)]
