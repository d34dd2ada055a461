"""The arithmetic of business hours: open time before an instant, and its inverse, on integers.

Open are the instants at which the wall clock shows an opening hour of a day that is no holiday. On the wall clock, the
open time before a moment is whole weeks times the hours of a week, plus a part of a week, minus the holidays before it,
found by bisection. Between two changes of UTC offset the wall clock runs like UTC, so the open time before an instant
is that number plus a constant, one for each stay of an offset, summed up once. Nothing is walked.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from custlife.calendar.civil import DAY_US
from custlife.errors import TimeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.calendar.opening import Week
    from custlife.calendar.zones import Zone

__all__ = ["elapsed_in", "first_after", "open_per_week"]

MINUTE_US: Final = 60_000_000
WEEK_US: Final = 7 * DAY_US
MONDAY: Final = 4  # 1970-01-05, the day from which weeks are counted here
LAST_US: Final = 253_402_300_799_999_999  # 9999-12-31T23:59:59.999999Z


def open_per_week(week: Week) -> int:
    """Open microseconds of a week without holidays and changes of the clock."""
    return sum(closes - opens for windows in week for opens, closes in windows) * MINUTE_US


def elapsed_in(week: Week, holidays: Sequence[int], place: Zone) -> Callable[[int], int]:
    """The open time before an instant, counted from some origin: differences are business time.

    Args:
        week: Windows of each weekday, in minutes since midnight.

        holidays: Local days, counted from 1970-01-01, ascending.

        place: Whose wall clock counts.
    """
    on_wall = _elapsed_on_wall(week, holidays)
    table = place.offsets
    starts, offsets, end = table.starts, table.offsets, table.end
    jumps = (on_wall(at + offsets[i]) - on_wall(at + offsets[i + 1]) for i, at in enumerate(starts))
    constants = tuple(accumulate(jumps, initial=0))

    def elapsed(us: int) -> int:
        if us >= end:
            raise TimeError(f"business hours in {place.key} are known until the year 2500", "use an earlier time")
        i = bisect_right(starts, us)
        return on_wall(us + offsets[i]) + constants[i]

    return elapsed


def _elapsed_on_wall(week: Week, holidays: Sequence[int]) -> Callable[[int], int]:
    windows = [
        (day * DAY_US + opens * MINUTE_US, (closes - opens) * MINUTE_US)
        for day, of_day in enumerate(week)
        for opens, closes in of_day
    ]
    begins, lengths = [begin for begin, _ in windows], [length for _, length in windows]
    sums = [0, *accumulate(lengths)]
    by_weekday = [sum(closes - opens for opens, closes in of_day) * MINUTE_US for of_day in week]
    midnights = [(day - MONDAY) * DAY_US for day in holidays]
    lost = [0, *accumulate(by_weekday[(day - MONDAY) % 7] for day in holidays)]

    def on_wall(local: int) -> int:
        moment = local - MONDAY * DAY_US
        over = bisect_right(midnights, moment)
        if over and moment < midnights[over - 1] + DAY_US:
            over -= 1
            moment = midnights[over]
        weeks, rest = divmod(moment, WEEK_US)
        i = bisect_right(begins, rest) - 1
        part = sums[i] + min(rest - begins[i], lengths[i]) if i >= 0 else 0
        return weeks * sums[-1] + part - lost[over]

    return on_wall


def first_after(elapsed: Callable[[int], int], us: int, length: int, *, per_week: int, end: int) -> int | None:
    """The first instant at which `length` more open time has passed, or None if that is too late to tell.

    Real time runs at least as fast as open time, which bounds the answer from below; the hours of a week and then the
    holidays met so far bound it from above.
    """
    target, low, limit = elapsed(us) + length, us + length, min(end - 1, LAST_US)
    if low > limit:
        return None
    high, missing = us, length
    while missing > 0:
        if high == limit:
            return None
        high = min(high + (missing // per_week + 1) * WEEK_US, limit)
        missing = target - elapsed(high)
    return low + bisect_left(range(low, high), target, key=elapsed)
