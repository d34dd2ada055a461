"""What metrics of periods share: which period a reading is of, and what is not over yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from custlife.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from custlife.metrics.reading import Reading
    from custlife.metrics.request import MetricRequest

__all__ = ["LAST", "by_period"]

LAST = "the last period that is over, or each period of a trend"


class Row(Protocol):
    """The row of an answer, of one segment and period."""

    @property
    def segment(self) -> tuple[str | None, ...]:
        """Its segment."""
        ...

    @property
    def period(self) -> str:
        """Label of its period."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether the period is over."""
        ...


R = TypeVar("R", bound=Row)


def by_period(
    request: MetricRequest,
    every: str,
    rows: Sequence[R],
    read: Callable[..., Reading],
    *,
    pending: str = "",
    still: str = "is not over",
) -> Iterator[Reading]:
    """Readings of the last period that is over, or of all periods where a trend is asked for.

    Args:
        request: What was asked.
        every: The periods of the metric; a trend has no others.
        rows: The rows of the answer.
        read: Makes a reading of a row; takes `segment`, `period` and `notes`, too.
        pending: Name of the number of a row that is still pending while its period is not over.
        still: What there is to say of a period that is not complete.

    Raises:
        UsageError: A trend of other periods.
    """
    if request.every not in (None, every):
        what = f"metric {request.metric.name!r} counts by {every}, not by {request.every}"
        raise UsageError(what, f"write .trend(log, every={every!r}), or make the metric with every={request.every!r}")
    last = max((row.period for row in rows if row.is_complete), default=None)
    place: dict[str, Any]
    for row in rows:
        if request.every is None:
            place = {"segment": row.segment, "period": None, "notes": (f"of {row.period}",)}
            wanted = row.period == last
        else:
            place, wanted = {"segment": row.segment, "period": row.period, "notes": ()}, True
        if wanted and row.is_complete:
            yield read(row, **place)
        elif wanted:
            waiting = getattr(row, pending) if pending else 0
            yield request.value(None, n=0, pending=waiting, reason=f"{row.period} {still}", **place)
    if request.every is None and last is None and not request.by:
        yield request.value(None, n=0, reason=f"no {every} is over yet")
