"""Dates as integers: day 0 is 1970-01-01, in the proleptic Gregorian calendar, without limits on the year.

`datetime.date` stops at the year 9999, and a deadline counted from a sentinel such as 9999-12-31 must not.
"""

from __future__ import annotations

__all__ = ["DAY_US", "SECOND_US", "MonthOfDay", "MonthShift", "date_of", "day_of", "month_of", "month_start", "shift"]

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
ERA_DAYS = 146_097  # 400 years, and a whole number of weeks: the calendar repeats exactly


def day_of(year: int, month: int, day: int) -> int:
    """The number of the day `year`-`month`-`day`.

    Source:
        H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.

    Examples:
        >>> day_of(1970, 1, 1), day_of(2000, 3, 1)
        (0, 11017)
    """
    if month <= 2:
        year -= 1
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * ERA_DAYS + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def date_of(day: int) -> tuple[int, int, int]:
    """Year, month and day of the month of a day number.

    Source:
        H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.

    Examples:
        >>> date_of(11017)
        (2000, 3, 1)
    """
    era, day_of_era = divmod(day + 719_468, ERA_DAYS)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return era * 400 + year_of_era + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1


def month_of(day: int) -> int:
    """Months from January 1970 to the month of a day.

    Examples:
        >>> month_of(0), month_of(-1), month_of(31)
        (0, -1, 1)
    """
    year, month, _ = date_of(day)
    return (year - 1970) * 12 + month - 1


def month_start(month: int) -> int:
    """The day on which a month starts, by its number since January 1970.

    Examples:
        >>> month_start(1), month_start(-1)
        (31, -31)
    """
    year, index = divmod(month, 12)
    return day_of(1970 + year, index + 1, 1)


def shift(day: int, months: int) -> int:
    """The same day of the month so many months on, or the last day of a shorter month.

    Examples:
        >>> date_of(shift(day_of(2024, 1, 31), 1))
        (2024, 2, 29)
    """
    _, _, day_of_month = date_of(day)
    target = month_of(day) + months
    start = month_start(target)
    return min(start + day_of_month - 1, month_start(target + 1) - 1)


class MonthShift(dict[int, int]):
    """Microseconds to add to a local time on a day, for one calendar step; filled as days are met.

    A million rows fall on a few thousand days: one look-up then replaces the arithmetic of `shift`.
    """

    __slots__ = ("days", "months")

    def __init__(self, months: int, days: int) -> None:
        super().__init__()
        self.months: int = months
        self.days: int = days

    def __missing__(self, day: int) -> int:
        self[day] = moved = (shift(day, self.months) + self.days - day) * DAY_US
        return moved


class MonthOfDay(dict[int, int]):
    """Month number // `size` by day, filled as days are met: months, quarters (3) or years (12)."""

    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size: int = size

    def __missing__(self, day: int) -> int:
        self[day] = number = month_of(day) // self.size
        return number
