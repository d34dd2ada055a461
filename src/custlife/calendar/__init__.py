"""All of time, and only time: instants, spans, zones, periods and business hours.

Five rules hold on this floor, and nothing above it computes with time in another way.

1. An instant is one point on the UTC line, to the microsecond. Inside it is an integer (microseconds since 1970, "us"),
   outside an aware `datetime` in UTC. A time without a zone is refused, never guessed.
2. Elapsed time is measured on the UTC line; days, weeks, months, quarters and years are steps on the wall clock of one
   named zone. `hours(24)` and `days(1)` differ on the night the clocks change.
3. Months are counted from the anchor: 31 January + 2 months is 31 March, whatever February did.
4. Periods are half-open, tile the line, and start at the first instant of their first local day.
5. Nothing here reads the clock, the system zone or the locale.

Names are resolved on first use, so that an app that only moves customers loads neither periods nor business hours.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custlife.calendar.business import BusinessHours
    from custlife.calendar.instants import Ambiguous, Instant, from_us, instant, parse_us, to_us
    from custlife.calendar.period import EVERY, WEEKDAYS, Every, Periods, Weekday, periods
    from custlife.calendar.spans import Span, days, hours, minutes, months, quarters, seconds, span, weeks, years
    from custlife.calendar.zones import Zone, zone

__all__ = [
    "EVERY",
    "WEEKDAYS",
    "Ambiguous",
    "BusinessHours",
    "Every",
    "Instant",
    "Periods",
    "Span",
    "Weekday",
    "Zone",
    "days",
    "from_us",
    "hours",
    "instant",
    "minutes",
    "months",
    "parse_us",
    "periods",
    "quarters",
    "seconds",
    "span",
    "to_us",
    "weeks",
    "years",
    "zone",
]

_ROOMS = {
    "business": ("BusinessHours",),
    "instants": ("Ambiguous", "Instant", "from_us", "instant", "parse_us", "to_us"),
    "period": ("EVERY", "WEEKDAYS", "Every", "Periods", "Weekday", "periods"),
    "spans": ("Span", "days", "hours", "minutes", "months", "quarters", "seconds", "span", "weeks", "years"),
    "zones": ("Zone", "zone"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


if not TYPE_CHECKING:  # a type checker that saw __getattr__ would accept any name

    def __getattr__(name: str) -> object:
        if name not in _ROOM_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__
