"""When customers appear: evenly, or more of them in some months and on some weekdays."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import attrs

from custlife.errors import DefinitionError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Arrivals", "Season", "arrivals"]

EPOCH = date(1970, 1, 1).toordinal()


def _floats(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(map(float, values))


@attrs.frozen
class Season:
    """How many customers appear when, by months and weekdays of UTC.

    Attributes:
        months: Twelve weights from January on; 2.0 brings twice as many in a day as 1.0.
        weekdays: Seven weights from Monday on, which multiply those of the months.

    Raises:
        DefinitionError: Other than twelve and seven weights, weights below 0, or all of them 0.

    Examples:
        >>> office = Season(weekdays=[1, 1, 1, 1, 1, 0.2, 0.1])
        >>> office.weight(date(2026, 1, 5)), office.weight(date(2026, 1, 10))
        (1.0, 0.2)
    """

    months: tuple[float, ...] = attrs.field(default=(1.0,) * 12, converter=_floats)
    weekdays: tuple[float, ...] = attrs.field(default=(1.0,) * 7, converter=_floats)

    def __attrs_post_init__(self) -> None:
        for name, values, length in (("months", self.months, 12), ("weekdays", self.weekdays, 7)):
            if len(values) != length or min(values) < 0 or not max(values):
                hint = f"pass {length} weights from 0, not all of them 0"
                raise DefinitionError(f"{name}={values!r} are not the weights of a season", hint)

    def weight(self, day: date) -> float:
        """The weight of one day."""
        return self.months[day.month - 1] * self.weekdays[day.weekday()]


@attrs.frozen
class Arrivals:
    """Where a number from 0 to below 1 falls in time: stretches in which customers appear evenly.

    Attributes:
        starts: Where the stretches begin.
        lengths: How long they are.
        shares: The share of customers that appears before each of them.
    """

    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    shares: tuple[float, ...]

    def at(self, chance: float) -> int:
        """The time that a number from 0 to below 1 stands for."""
        place = bisect_right(self.shares, chance) - 1
        after = self.shares[place + 1] if place + 1 < len(self.shares) else 1.0
        part = (chance - self.shares[place]) / (after - self.shares[place])
        return self.starts[place] + int(part * self.lengths[place])


def arrivals(season: Season | None, first: int, last: int, day: int) -> Arrivals:
    """The stretches from `first` to `last`, in any unit of time since 1970 in which a day has a whole length.

    Raises:
        UsageError: A season in which nobody appears.
    """
    if season is None:
        return Arrivals((first,), (last - first,), (0.0,))
    edges = [first, *range((first // day + 1) * day, last, day), last]
    weights = {
        (low, high - low): (high - low) / day * season.weight(date.fromordinal(EPOCH + low // day))
        for low, high in pairwise(edges)
    }
    held = [stretch for stretch, weight in weights.items() if weight]
    if not held:
        raise UsageError("nobody appears in this season", "pass a longer time, or another season=")
    *shares, whole = accumulate((weights[stretch] for stretch in held), initial=0.0)
    return Arrivals(
        tuple(start for start, _ in held), tuple(length for _, length in held), tuple(s / whole for s in shares)
    )
