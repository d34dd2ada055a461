"""Amounts to levels of recurring revenue, by columns: equal to `rows.pricing`."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays.keys import Keys, runs
from custlife.engines.arrays.views import column, ints, of
from custlife.engines.history import MISSING
from custlife.engines.money import INTERVALS, digits_of, interval_name
from custlife.engines.rows import pricing as rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from custlife.engines.arrays.keys import Ints
    from custlife.engines.history import History
    from custlife.engines.rows.pricing import Levelled, Pricing

    Longs = NDArray[np.int64]

__all__ = ["levelled"]

MOST = 1 << 62


def levelled(step: Levelled, history: History) -> History:
    """The same rows, with `level` among their values, in parts."""
    is_level = step.pricing.amount == "level"
    parts = _prices(step.pricing, history)
    if parts is None:
        told = rows.prices(step.pricing, history)
        return rows.with_levels(history, rows.levels(history, told, is_level=is_level), step.pricing)
    found, odd = _levels(history, parts, is_level=is_level)
    rows.refuse(history, odd, is_level=is_level)
    return rows.with_levels(history, column(found), step.pricing)


def _prices(pricing: Pricing, history: History) -> Longs | None:
    """The amount of every row in parts a month; None where the sums might not fit, or there is nothing to read."""
    amounts = history.values[rows.AMOUNT]
    if not len(amounts):
        return None
    if isinstance(amounts, array) and amounts.typecode == "q":
        minor = ints(amounts).astype(np.int64)
        if pricing.amounts_in == "major":
            minor *= np.array([10 ** digits_of(name) for name in history.vocabulary.names])[ints(history.code)]
    else:
        names = history.vocabulary.names
        told = zip(amounts, history.code, strict=True)
        minor = np.array([pricing.minor(amount, names[code]) for amount, code in told], np.int64)
    intervals = history.extras.get(rows.INTERVAL)
    if intervals is None:
        minor *= INTERVALS[interval_name(pricing.interval)]
    else:
        minor *= np.array([INTERVALS[interval_name(name)] for name in intervals.names])[ints(intervals.codes)]
    longest = int(np.diff(ints(history.bounds)).max())
    return minor if int(np.abs(minor).max()) * 2 * longest < MOST else None


def _levels(history: History, parts: Longs, *, is_level: bool) -> tuple[Longs, list[int]]:
    """The level of every row, and the rows that contradict others."""
    views = of(history)
    names = len(history.vocabulary.names)
    column_of = history.extras.get(rows.SUBSCRIPTION)
    units = (views.unit, len(history.ids))
    if column_of is None and names == 1:
        order: Ints | None = None
        firsts: Ints = views.firsts
        at, ordered = views.at, parts
    else:
        subscription = (np.zeros(len(parts), np.int8), 1) if column_of is None else (
            ints(column_of.codes) - MISSING, len(column_of.names) + 1,
        )  # fmt: skip
        keys = Keys(units, (views.code, names), subscription).codes
        order = np.argsort(keys, kind="stable")
        firsts = runs(keys[order])
        at, ordered = views.at[order], parts[order]
    changes, after = _changes(ordered, firsts, is_level=is_level)
    odd = _odd(at, after, changes, firsts, is_level=is_level, is_ordered=history.sequenced)
    if order is None:
        return after, odd.tolist()
    found = np.empty(len(parts), np.int64)
    found[order] = changes
    keys = Keys(units, (views.code, names)).codes
    again = np.argsort(keys, kind="stable")
    total = np.empty(len(parts), np.int64)
    total[again] = _summed(found[again], runs(keys[again]))
    return total, np.sort(order[odd]).tolist()


def _changes(parts: Longs, firsts: NDArray[np.integer], *, is_level: bool) -> tuple[Longs, Longs]:
    """By how much each row changes its subscription, and what that comes to."""
    if not is_level:
        return parts, _summed(parts, firsts)
    changes = parts.copy()
    changes[1:] -= parts[:-1]
    changes[firsts] = parts[firsts]
    return changes, parts


def _summed(changes: Longs, firsts: NDArray[np.integer]) -> Longs:
    """Running sums, each run for itself."""
    sums = np.cumsum(changes)  # overflow wraps, and wraps back in the difference
    before = sums[firsts] - changes[firsts]
    sums -= np.repeat(before, np.diff(firsts, append=len(changes)))
    return sums


def _odd(
    at: Longs, after: Longs, changes: Longs, firsts: NDArray[np.integer], *, is_level: bool, is_ordered: bool
) -> NDArray[np.intp]:
    """The rows that contradict the one before, or leave behind what is below zero."""
    tied = np.zeros(len(at) + 1, np.bool_)
    tied[1:-1] = at[1:] == at[:-1]
    tied[firsts] = False
    if is_level:
        return np.flatnonzero(tied[:-1] & (changes != 0)) if not is_ordered else np.empty(0, np.intp)
    return np.flatnonzero((after < 0) & ~tied[1:])
