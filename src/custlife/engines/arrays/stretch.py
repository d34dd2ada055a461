"""A stretch of units as a funnel sees their rows: which steps each row serves, really or by passing over them.

A history is read stretch by stretch, so that what is worked out for every row stays in the cache. Rows are known by
their place in the stretch, in the order in which a funnel takes them.
"""

from __future__ import annotations

from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from custlife.engines.arrays import views
from custlife.engines.rows.properties import has_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from custlife.engines.arrays.views import Views
    from custlife.engines.gathers import FunnelPlan
    from custlife.engines.history import History

    Ints = NDArray[Any]
    Mask = NDArray[np.bool_]

__all__ = ["MOST_STEPS", "Stretch", "stretches"]

K = TypeVar("K")

ROWS = 1 << 17
MOST_STEPS = 62  # the steps that a row serves are bits of one integer
OFF, NOWHERE = -1, -2  # a row off the path, and what comes before the first row of a unit
SINGLY = 4  # so many codes are compared one by one


def _once(method: Callable[[Stretch, K], Ints]) -> Callable[[Stretch, K], Ints]:
    """A method of one argument whose answers are kept."""

    @wraps(method)
    def ask(self: Stretch, key: K) -> Ints:
        name = method.__name__, key
        if name not in self._kept:
            self._kept[name] = method(self, key)
        return self._kept[name]

    return ask


class Stretch:
    """The rows of some units.

    Attributes:
        plan: The funnel.
        history: Whose rows these are.
        first: Number of the first unit.
        low: Number of the first row.
        at: Instants by place.
        bounds: Places where the rows of each unit begin, and where the last ones end.
        unit: The unit of each place, counted from the first of the stretch.
    """

    def __init__(self, plan: FunnelPlan, history: History, part: Views) -> None:
        self.plan: FunnelPlan = plan
        self.history: History = history
        self.first: int = part.unit_from
        self.low: int = part.row_from
        self.at: Ints = part.at
        self.bounds: Ints = part.bounds
        self.unit: Ints = part.unit
        self._code: Ints = part.code
        self._kept: dict[tuple[str, object], Ints] = {}

    def __len__(self) -> int:
        return len(self.at)

    @property
    def ended(self) -> Mask:
        """Of each unit, whether it stands in an exit that ends it."""
        is_ended: Mask = views.among(self.history.vocabulary.ended, self.history)[self._code[self.bounds[1:] - 1]]
        return is_ended

    @cached_property
    def turns(self) -> Ints:
        """The places at which time moves on, or another unit begins at another instant; and the end."""
        return np.append(np.flatnonzero(self.at[1:] != self.at[:-1]) + 1, len(self))

    def later(self, places: Ints) -> Ints:
        """The first place behind each of some that is not of the same instant, or is of another unit."""
        return self.turns[self.turns.searchsorted(places, "right")]

    def next_of(self, places: Ints, units: Ints, low: Ints) -> Ints:
        """Of different units the first of some sorted places at or behind `low`; beyond all where there is none."""
        lowest = np.full(len(self.bounds) - 1, len(self))
        lowest[units] = low
        unit = self.unit.take(places)
        kept = np.flatnonzero(places >= lowest.take(unit))
        first = np.full(len(lowest), len(self))
        first[unit.take(kept)[::-1]] = places.take(kept)[::-1]  # the last to be set stays
        return first.take(units)

    def last_by(self, low: Ints, units: Ints, deadlines: Ints) -> Ints:
        """The last place of each unit whose instant is not behind a deadline, from `low` on; or `low` itself."""
        low, high = low.copy(), self.bounds[units + 1]
        while (is_wide := high - low > 1).any():
            middle = (low + high) // 2
            is_by = is_wide & (self.at[np.where(is_wide, middle, low)] <= deadlines)
            low, high = np.where(is_by, middle, low), np.where(is_wide & ~is_by, middle, high)
        return low

    def adjacent(self, step: int, here: Ints, ignore: bool) -> Ints:
        """The last place with no row between it and each of some; rows that repeat steps before may be ignored."""
        return views.first_from(self._others(step), here + 1) if ignore else here + 1

    def rows(self, places: Ints) -> Ints:
        """The rows of the history at some places."""
        return (places if self._order is None else self._order[places]) + self.low

    @_once
    def coded(self, codes: frozenset[int]) -> Ints:
        """The places whose rows have one of some codes."""
        mask = self._among(codes)
        return np.flatnonzero(mask if self._order is None else mask[self._order])

    # -- steps --------------------------------------------------------------------------------------------------------

    @_once
    def real(self, step: int) -> Mask:
        """Of each place, whether its row really enters a step."""
        mask = self._entering(step)
        return mask if self._order is None else mask[self._order]

    @_once
    def places(self, step: int) -> Ints:
        """The places that serve a step, really or by passing over it."""
        passes = self.plan.on_path and self.plan.skips != "strict"
        return np.flatnonzero(self.real(step) | self.passed(step) if passes else self.real(step))

    @_once
    def passed(self, step: int) -> Mask:
        """Of each place, whether its row passes over a step; stages off the path are never passed over."""
        place = min(self.plan.steps[step], default=0)
        return (self._before < place) & (self.here > place)

    def among_first(self, steps: int) -> Mask:
        """Of each place, whether its row really enters one of the first so many steps."""
        mask: Mask = np.logical_or.reduce([self.real(k) for k in range(steps)])
        return mask

    @_once
    def repeats(self, step: int) -> Ints:
        """The places whose rows really enter a step before this one."""
        return np.flatnonzero(self.among_first(step))

    @_once
    def _others(self, step: int) -> Ints:
        return np.flatnonzero(~self.among_first(step))

    def _among(self, codes: frozenset[int]) -> Mask:
        if len(codes) > SINGLY:
            return views.among(codes, self.history)[self._code]
        mask = np.zeros(len(self), np.bool_)
        for code in codes:
            mask |= self._code == code
        return mask

    @_once
    def _entering(self, step: int) -> Mask:
        """Of each row, whether it enters a step: by its code, and by its properties where these are asked for."""
        mask = self._among(self.plan.steps[step])
        if self.plan.tests[step]:
            rows = np.flatnonzero(mask)
            mask[rows] = _having(self.plan.tests[step], self.history, rows + self.low)
        return mask

    @cached_property
    def here(self) -> Ints:
        """The stage of each row; off the path -1."""
        path = self.history.vocabulary.path
        narrow: Any = np.int8 if path <= 1 << 7 else np.int32
        here: Ints = self._code.astype(narrow) | -(self._code >= path).astype(narrow)  # all bits set are OFF
        return here

    @cached_property
    def _before(self) -> Ints:
        """Of each row on the path the last stage of the path before it; below 0 where there is none."""
        before = np.empty_like(self.here)
        before[1:] = self.here[:-1]
        before[self.bounds[:-1]] = NOWHERE
        off = np.flatnonzero(self.here[:-1] == OFF)
        if len(off):
            begins = before.take(off) != OFF  # the first of several rows off the path knows the stage before them
            known = before.take(off[begins]).take(begins.cumsum() - 1)
            goes_on = np.flatnonzero(before.take(off + 1) == OFF)
            before[off.take(goes_on) + 1] = known.take(goes_on)
        return before

    # -- events of one instant ----------------------------------------------------------------------------------------

    @cached_property
    def _order(self) -> Ints | None:
        """The row at each place: events of one instant lie in the order of the steps; None where no row moves."""
        if self.history.vocabulary.path or self.history.sequenced or self.plan.on_path:
            return None
        is_tied = self.at[1:] == self.at[:-1]
        is_tied &= self.unit[1:] == self.unit[:-1]
        if not is_tied.any():
            return None
        rows = np.flatnonzero(np.append(is_tied, False) | np.append(False, is_tied))
        bits = np.zeros(len(rows), np.int64)
        for k in range(len(self.plan.steps)):
            bits |= self._entering(k)[rows].astype(np.int64) << k
        lowest = np.where(bits, bits & -bits, 1 << MOST_STEPS)
        starts = np.append(True, ~is_tied).cumsum()[rows]
        order = np.arange(len(self))
        order[rows] = rows[np.lexsort((self._code[rows], bits, lowest, starts))]
        return order


def _having(wanted: Sequence[tuple[str, Any]], history: History, rows: Ints) -> Mask:
    """Of some rows, whether they have all properties wanted; numbers in a column of numbers are compared at once."""
    has = np.ones(len(rows), np.bool_)
    others = []
    for name, value in wanted:
        is_equal = views.equal_numbers(history.values[name], value, rows)
        if is_equal is None:
            others.append((name, value))
        else:
            has &= is_equal
    if others:
        left = np.flatnonzero(has)
        has[left] = list(map(has_all(others, history), rows[left].tolist()))
    return has


def stretches(plan: FunnelPlan, history: History) -> Iterator[Stretch]:
    """All units, in stretches of about as many rows."""
    return (Stretch(plan, history, part) for part in views.of(history).parts(ROWS))
