"""Survival curves from counts: the estimator of Kaplan and Meier.

Rule 1: at one time, ends come before censorings; who is censored at t is at risk at t.
Rule 2: a duration of 0 is legal. At risk at 0 are all spells without a delayed entry, and the curve may drop there.
Rule 3: a spell with a delayed entry is at risk at t when entry < t <= exit.
Rule 4: once everybody at risk has ended the curve is 0 for good, whoever enters later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from custlife.stats.curve import SurvivalCurve
from custlife.stats.durations import risk_table
from custlife.stats.interval import check_level, check_name
from custlife.stats.products import survivals, total

if TYPE_CHECKING:
    from custlife.stats.durations import Durations

__all__ = ["INTERVALS", "IntervalKind", "kaplan_meier"]

IntervalKind = Literal["log-log", "log", "plain"]
INTERVALS: Final[tuple[IntervalKind, ...]] = ("log-log", "log", "plain")


def kaplan_meier(
    ended: Durations,
    censored: Durations = (),
    *,
    entered: Durations = (),
    unit: int = 1,
    level: float = 0.95,
    interval: IntervalKind = "log-log",
) -> SurvivalCurve:
    """The Kaplan-Meier curve of spells given as counts.

    Args:
        ended: Durations of the spells that ended: an iterable, whose repeats are counts, or a mapping from
            duration to count. Ints or floats, 0 or more, all in one unit.

        censored: Durations of the spells that had not ended when last seen, likewise.

        entered: Entry times of the spells seen only from then on, likewise; each of these spells is among *ended*
            or *censored* too. An entry at 0 delays nothing.

        unit: What the durations are divided by, a whole number: microseconds with `unit=86_400_000_000` make a curve in
            days.

        level: Nominal coverage of the intervals, strictly between 0 and 1.

        interval: `log-log` (limits by log(-log S)), `log` (by log S) or `plain` (S plus and minus z standard errors).

    Raises:
        UsageTypeError: Something is not a number or not a count.
        UsageError: A duration is negative, NaN or endless, a count is negative, or the level or the unit is out of
            range.
        HistoryError: More spells enter than leave, or some leave before they have entered.
        UnknownNameError: No such interval.

    Source:
        Kaplan & Meier (1958), J. Amer. Statist. Assoc. 53, 457-481; variance of Greenwood (1926). Limits as in
        Kalbfleisch & Prentice (2002), section 1.4.

    Examples:
        >>> kaplan_meier([1, 2, 3], [3]).survival
        (0.75, 0.5, 0.25)
    """
    level = check_level(level)
    check_name("interval", interval, INTERVALS)
    table = risk_table(ended, censored, entered=entered, unit=unit)
    n_events = total(table.events)
    return SurvivalCurve(
        times=table.times,
        at_risk=table.at_risk,
        events=table.events,
        censored=table.censored,
        survival=survivals(table.at_risk, table.events),
        level=level,
        method=interval,
        n=n_events + total(table.censored),
        n_events=n_events,
        entries=table.entries,
    )
