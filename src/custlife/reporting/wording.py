"""Numbers, spans and moments in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.analysis.wording import counted, plural

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from custlife.analysis.result import About
    from custlife.stats import Interval, Quantile

__all__ = ["counted", "hundred", "length", "limits", "listed", "median_text", "moment", "plural", "window"]

EVEN = 0.5


def hundred(rate: float, digits: int = 1) -> str:
    r"""A share in percent.

    Examples:
        >>> hundred(0.3756)
        '37.6\u202f%'
    """
    return f"{100 * rate:.{digits}f}\u202f%"


def limits(interval: Interval | None) -> str:
    """The limits of a share, in brackets; empty without an interval."""
    if interval is None:
        return ""
    return f" ({100 * interval.level:g}\u202f% interval {100 * interval.low:.1f}–{100 * interval.high:.1f})"


def length(days: float) -> str:
    """A length of time in the unit that suits it.

    Examples:
        >>> length(0.01), length(0.25), length(1), length(12.34), length(59.8)
        ('14 minutes', '6 hours', '1 day', '12.3 days', '60 days')
    """
    if days * 24 < EVEN * 2:
        return counted(round(days * 1440), "minute")
    if days < 1:
        return counted(round(days * 24), "hour")
    rounded = round(days) if days >= 20 or abs(days - round(days)) < 0.05 else round(days, 1)
    return f"{rounded:,} {'day' if rounded == 1 else 'days'}"


def median_text(median: Quantile) -> str:
    """A median with its interval, in days; what is not known is said to be not known."""
    if median.value is None:
        return "not yet"
    if median.low is None:
        return f"{median.value:,.1f}"
    high = "…" if median.high is None else f"{median.high:,.1f}"
    return f"{median.value:,.1f} ({median.low:,.1f}–{high})"


def listed(names: Sequence[str]) -> str:
    """Names as one reads them out.

    Examples:
        >>> listed(["a", "b", "c"]), listed(["a"])
        ('a, b and c', 'a')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def moment(at: datetime) -> str:
    """A moment to the minute, or the day where it is the day's start."""
    is_start = (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
    day = f"{at.year:04d}-{at.month:02d}-{at.day:02d}"
    return day if is_start else f"{day} {at.hour:02d}:{at.minute:02d}"


def window(about: About) -> str:
    """As of when, in the zone of the log."""
    from custlife.calendar import from_us, zone

    local = from_us(zone(about.tz).local(about.as_of_us))
    return (
        f"{moment(local)} ({about.tz})"
        if moment(local) != f"{local:%Y-%m-%d}"
        else f"{local:%Y-%m-%d} 00:00 ({about.tz})"
    )
