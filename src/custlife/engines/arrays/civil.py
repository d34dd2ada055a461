"""Dates as arrays of integers: `calendar.civil` for whole columns, day 0 being 1970-01-01."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from custlife.calendar.civil import ERA_DAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Ints", "date_of", "day_of", "month_of", "month_start", "shift"]

Ints: TypeAlias = "NDArray[np.int64]"


def day_of(year: Ints, month: Ints, day: Ints) -> Ints:
    """The number of each day `year`-`month`-`day`.

    Source:
        H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
    """
    years = year - (month <= 2)
    era, year_of_era = years // 400, years % 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * ERA_DAYS + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def date_of(day: Ints) -> tuple[Ints, Ints, Ints]:
    """Year, month and day of the month of each day number.

    Source:
        H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    """
    shifted_day = day + 719_468
    era, day_of_era = shifted_day // ERA_DAYS, shifted_day % ERA_DAYS
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = np.where(shifted < 10, shifted + 3, shifted - 9)
    return era * 400 + year_of_era + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1


def month_of(day: Ints) -> Ints:
    """Months from January 1970 to the month of each day."""
    year, month, _ = date_of(day)
    return (year - 1970) * 12 + month - 1


def month_start(month: Ints) -> Ints:
    """The day on which each month starts, by its number since January 1970."""
    return day_of(1970 + month // 12, month % 12 + 1, np.ones_like(month))


def shift(day: Ints, months: int) -> Ints:
    """The same day of the month so many months on, or the last day of a shorter month."""
    year, month, day_of_month = date_of(day)
    target = (year - 1970) * 12 + month - 1 + months
    shifted: Ints = np.minimum(month_start(target) + day_of_month - 1, month_start(target + 1) - 1)
    return shifted
