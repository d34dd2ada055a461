"""Columns of times as microseconds in UTC, whatever they count and whosever wall clock they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import attrs
import numpy as np

from custlife.calendar import instant, to_us, zone
from custlife.calendar.civil import DAY_US
from custlife.engines.arrays import iso
from custlife.engines.arrays.ids import Texts
from custlife.engines.sources.coding import coded, has_many
from custlife.engines.sources.columns import NS_PER_US, US_PER, as_numbers
from custlife.errors import CustlifeError

if TYPE_CHECKING:
    from custlife.calendar import Ambiguous, Zone
    from custlife.engines.layout import Layout
    from custlife.engines.sources.columns import Bools, Column, Longs

__all__ = ["Instants", "instants"]

PIECE = 1 << 18  # texts that are read at a time


@attrs.frozen(eq=False)
class Instants:
    """A column of times.

    Attributes:
        us: Microseconds since 1970 in UTC; anything where there is none.
        missing: Rows without a time, or None.
        bad: Rows whose time names no single instant, or None.
    """

    us: Longs
    missing: Bools | None
    bad: Bools | None


def instants(column: Column, layout: Layout) -> Instants:
    """The instants that a column of times names, read as `calendar.instant` reads each of them."""
    missing = column.missing()
    place, ambiguous = zone(layout.tz), layout.ambiguous
    bad: Bools | None
    if column.kind == "nothing":
        return Instants(np.zeros(len(column), np.int64), np.ones(len(column), np.bool_), None)
    if column.kind in {"text", "mixed"}:
        us, bad = _read(column, missing, place if layout.tz else None, ambiguous)
    elif column.kind == "date":
        us, wrong = _within(as_numbers(column.numbers()), iso.FIRST_US // DAY_US, iso.LAST_US // DAY_US)
        us, bad = iso.of_days(place, us, ambiguous)
        bad = _either(bad, wrong)
    else:
        us, bad = _in_microseconds(as_numbers(column.numbers()), column.unit)
        if column.kind == "naive" and not _is_utc(place):
            us, wrong = iso.of_walls(place, us, ambiguous)
            bad = _either(bad, wrong)
    if bad is not None and missing is not None:
        bad = bad & ~missing
    return Instants(us, missing, bad if bad is not None and bad.any() else None)


def _is_utc(place: Zone) -> bool:
    """Whether wall clocks of a zone always show UTC."""
    return not place.offsets.starts and not any(place.offsets.offsets)


def _either(bad: Bools | None, more: Bools | None) -> Bools | None:
    return more if bad is None else bad if more is None else bad | more


def _in_microseconds(numbers: Longs, unit: str) -> tuple[Longs, Bools | None]:
    """Counts of a unit as microseconds; bad is what lies outside the years 1 to 9999."""
    if unit == "ns":
        return numbers // NS_PER_US, None
    per = US_PER[unit]
    numbers, bad = _within(numbers, iso.FIRST_US // per, iso.LAST_US // per)
    return (numbers if per == 1 else numbers * per), bad


def _within(numbers: Longs, low: int, high: int) -> tuple[Longs, Bools | None]:
    """The numbers, with 0 in place of those out of bounds; and which these are."""
    if not len(numbers) or low <= int(numbers.min()) <= int(numbers.max()) <= high:
        return numbers, None
    bad = (numbers < low) | (numbers > high)
    return np.where(bad, 0, numbers), bad


def _read(column: Column, missing: Bools | None, place: Zone | None, ambiguous: Ambiguous) -> tuple[Longs, Bools]:
    """Texts by the piece; of a few values, or of Python values of any kind, each different one once."""
    rows = None if missing is None else np.flatnonzero(~missing)
    if column.kind == "text" and has_many(column, rows):
        us, bad = np.zeros(len(column), np.int64), np.zeros(len(column), np.bool_)
        chosen = np.arange(len(column)) if rows is None else rows
        for start in range(0, len(chosen), PIECE):
            piece = chosen[start : start + PIECE]
            us[piece], bad[piece] = iso.instants(cast("Texts", column.values(piece)), place, ambiguous)
        return us, bad
    found = coded(column)
    size = len(found.values)
    us, bad = np.zeros(size + 1, np.int64), np.zeros(size + 1, np.bool_)
    if isinstance(found.values, Texts):
        us[:size], bad[:size] = iso.instants(found.values, place, ambiguous)
        return us.take(found.codes), bad.take(found.codes)
    for code, value in enumerate(found.values):
        try:
            us[code] = to_us(instant(value, tz=place, ambiguous=ambiguous))
        except CustlifeError:
            bad[code] = True
    return us.take(found.codes), bad.take(found.codes)
