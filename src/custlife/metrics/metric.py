"""A metric: one definition, and how it is computed on any log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import attrs

from custlife.analysis.question import choice
from custlife.errors import UsageError, UsageTypeError
from custlife.metrics.definition import BETTER, Definition
from custlife.metrics.inputs import Inputs, as_inputs
from custlife.metrics.reading import Reading
from custlife.metrics.request import MetricRequest, answered

__all__ = ["Compute", "Metric"]

Compute = Callable[[MetricRequest], "Reading | Iterable[Reading]"]


def _pairs(value: Iterable[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, one) for name, one in value)


def _spoken(metric: Metric) -> str:
    """What to call a metric that has no label."""
    return metric.name.replace("_", " ")


@attrs.frozen
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
    compute: Compute = attrs.field(kw_only=True, repr=False)
    label: str = attrs.field(default=attrs.Factory(_spoken, takes_self=True), kw_only=True)
    arguments: tuple[tuple[str, Any], ...] = attrs.field(default=(), converter=_pairs, kw_only=True)

    def __attrs_post_init__(self) -> None:
        choice("better", self.better, BETTER)

    def read(self, log: Any, *, level: float = 0.95) -> Reading:
        """The value of a whole log.

        Args:
            log: A log, or several as `Inputs`.
            level: Nominal coverage of the interval.
        """
        (found,) = self.readings(as_inputs(log), level=level)
        return found

    def readings(
        self, inputs: Inputs, *, by: tuple[str, ...] = (), every: str | None = None, level: float = 0.95
    ) -> tuple[Reading, ...]:
        """All readings of a request, checked."""
        return answered([MetricRequest(self, inputs, by, every, level)], computed)[0]  # type: ignore[no-any-return]


def computed(request: MetricRequest) -> tuple[Reading, ...]:
    """The readings of a request, as many and as split as it asks for."""
    made: object = request.metric.compute(request)
    found = (made,) if isinstance(made, Reading) else tuple(made) if isinstance(made, Iterable) else made
    if not isinstance(found, tuple) or not all(isinstance(one, Reading) for one in found):
        what = f"metric {request.metric.name!r} gave {made!r}, which is no reading"
        raise UsageTypeError(what, "return request.share(part, whole) or request.value(value, n=...)")
    if any(len(one.segment) != len(request.by) for one in found):
        raise UsageError(
            f"metric {request.metric.name!r} cannot be split by {request.by!r}", "read it without segments"
        )
    if any((one.period is None) != (request.every is None) for one in found):
        raise UsageError(
            f"metric {request.metric.name!r} has no trend", "see it as known at each period end: .replay()"
        )
    return found
