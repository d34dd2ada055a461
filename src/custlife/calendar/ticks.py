"""Ticks: instants one calendar step apart, counted back from an anchor that need not lie on a period's edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.calendar.civil import DAY_US, shift
from custlife.calendar.period import as_every
from custlife.calendar.spans import Span

if TYPE_CHECKING:
    from custlife.calendar.zones import Zone

__all__ = ["STEPS", "ticks_back"]

STEPS = {
    "day": Span(days=1),
    "week": Span(days=7),
    "month": Span(months=1),
    "quarter": Span(months=3),
    "year": Span(months=12),
}


def ticks_back(anchor: int, every: str, zone: Zone, first: int | None) -> tuple[int, ...]:
    """The anchor and all instants whole steps before it, down to the first allowed, in rising order.

    Each is counted from the anchor on the wall clock, never from the one before: two months before 31 May is 31 March.
    A step onto a day that clocks skipped altogether has no instant of its own and is left out.

    Args:
        anchor: Microseconds UTC.

        every: `day`, `week`, `month`, `quarter` or `year`.

        zone: Whose wall clock is stepped on.

        first: No tick lies before it; None for the anchor alone.

    Raises:
        UsageError: There is no such step.

    Examples:
        >>> from custlife.calendar import from_us, instant, to_us, zone
        >>> anchor, first = (to_us(instant(text)) for text in ("2026-05-31T00:00Z", "2026-02-01T00:00Z"))
        >>> [f"{from_us(us):%d %b}" for us in ticks_back(anchor, "month", zone("UTC"), first)]
        ['28 Feb', '31 Mar', '30 Apr', '31 May']
    """
    step, wall = STEPS[as_every(every)], zone.local(anchor)
    day, found = wall // DAY_US, [anchor]
    n = 0
    while True:
        n += 1
        moved = shift(day, -step.months * n) - step.days * n - day
        at = zone.utc(wall + moved * DAY_US)
        if first is None or at < first:
            return tuple(reversed(found))
        if at < found[-1]:
            found.append(at)
