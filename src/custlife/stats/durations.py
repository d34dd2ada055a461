"""Durations as counts: from what a caller has to the numbers at risk at each time.

A multiset of durations is a mapping from duration to count; a list is read as one whose repeats are counts.
"""

from __future__ import annotations

import math
import operator
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import accumulate, islice, repeat
from typing import TYPE_CHECKING, SupportsIndex

import attrs

from custlife.errors import HistoryError, UsageError, UsageTypeError
from custlife.stats.columns import Column, Pairs, times_of, wholes
from custlife.stats.products import is_large

if TYPE_CHECKING:
    from custlife.stats.arrays import Array

__all__ = ["Durations", "RiskTable", "check_unit", "read_durations", "risk_table", "tally"]

Durations = Mapping[int, int] | Mapping[float, int] | Iterable[float]

_Read = list[float] | dict[float, int]
_Columns = tuple[list[float], Sequence[int], Sequence[int]]  # times, ends and censorings at each

LONGEST = 1e300  # areas under a curve are durations times counts and must stay finite


@attrs.frozen
class RiskTable:
    """Who was at risk, ended and was censored at each time at which anybody left.

    Attributes:
        times: Distinct durations at which a spell ended or was censored, rising, 0 or more.

        at_risk: Spells at risk just before each time; those who leave at the time are among them.

        events: Spells that ended at each time.

        censored: Spells last seen, not ended, at each time.

        entries: Distinct delayed entry times, rising, each with its count; empty where all are seen from 0.
    """

    times: Sequence[float]
    at_risk: Sequence[int]
    events: Sequence[int]
    censored: Sequence[int]
    entries: Sequence[tuple[float, int]] = ()


def risk_table(ended: Durations, censored: Durations = (), *, entered: Durations = (), unit: int = 1) -> RiskTable:
    """The numbers at risk for three multisets of durations.

    A spell with delayed entry is at risk at t when `entry < t <= exit`, a spell seen from the start when
    `t <= exit`; so the number at risk needs only how many entries and how many exits lie at or past t.

    Args:
        ended: Durations of the spells that ended, as an iterable or as a mapping to counts.

        censored: Durations of the spells last seen before their end.

        entered: Entry times of the spells seen only from then on; each such spell is among the ended or the
            censored too. An entry at 0 delays nothing.

        unit: What the durations are divided by; 1 leaves them as they are.

    Raises:
        UsageTypeError: Something is not a number or not a count.
        UsageError: A duration is negative, NaN, infinite or beyond 1e300, a count is negative, or the unit is below 1.
        HistoryError: More spells enter than leave, or one leaves before it has entered.

    Examples:
        >>> risk_table([3, 5], [5]).at_risk
        (3, 2)
    """
    check_unit(unit)
    ends, stops, starts = (
        read_durations(times, name) for times, name in ((ended, "ended"), (censored, "censored"), (entered, "entered"))
    )
    if is_large(len(ends) + len(stops)):
        from custlife.stats import arrays

        columns = arrays.risk_columns(ends, stops, starts, unit)
        if columns is not None:
            return RiskTable(*columns)
    return _risk_table(*[_in_unit(_plain(read), unit) for read in (ends, stops, starts)])


def _risk_table(ends: _Read, stops: _Read, starts: _Read) -> RiskTable:
    times, events, lost = _one_by_one(ends, stops) or _counted(ends, stops)
    total = len(times)
    at_risk: Sequence[int] = range(total, 0, -1)
    if not isinstance(lost, bytes):
        total = sum(events) + sum(lost)
        at_risk = list(accumulate(map(operator.add, events, lost), operator.sub, initial=total))[:-1]
    entered = Counter(starts)
    late = sorted(t for t in entered if t > 0)
    entries = Pairs(times_of(late), wholes([entered[t] for t in late]))
    if entries:
        at_risk = _less_the_late(times, at_risk, entries)
        _check_entries(times, at_risk, events, lost, entries)
    most = max(at_risk, default=0) if entries else total
    are_floats = any(isinstance(t, float) for given in (ends, stops) for t in islice(given, 1))
    kept = _floats(times) if are_floats else times_of(times)
    return RiskTable(kept, wholes(at_risk, most), wholes(events), wholes(lost), entries)


def _one_by_one(ends: _Read, stops: _Read) -> _Columns | None:
    """Times, ends and censorings where no two spells share a time, as exact times seldom do: nothing is counted."""
    if isinstance(ends, dict) or isinstance(stops, dict):
        return None
    times = sorted([*ends, *stops])  # sorted stretches merge in linear time
    if not all(map(operator.lt, times, islice(times, 1, None))):
        return None
    lost = bytes(map(set(stops).__contains__, times))
    return times, lost.translate(bytes((1, 0)) + bytes(254)), lost


def _counted(ends: _Read, stops: _Read) -> _Columns:
    """Times, ends and censorings where some share a time."""
    n_ends, n_stops = Counter(ends), Counter(stops)
    times = sorted([*n_ends, *(t for t in n_stops if t not in n_ends)])
    return times, list(map(n_ends.get, times, repeat(0))), list(map(n_stops.get, times, repeat(0)))


def _floats(times: list[float]) -> Column[float]:
    """Rising times as floats; -0.0, which can only come first, is 0.0."""
    held = array("d", times)
    held[0] = abs(held[0])
    return Column(held)


def tally(values: Durations, name: str) -> dict[float, int]:
    """The count of each duration, checked; zero counts are left out.

    Examples:
        >>> tally({2: 2, 5: 0}, "ended")
        {2: 2}
    """
    found = _plain(read_durations(values, name))
    return found if isinstance(found, dict) else Counter(found)


def check_unit(unit: int) -> None:
    """Refuse to divide by what is no whole number of 1 or more."""
    hint = "pass how many of the durations' ticks are one, such as unit=86_400_000_000 for microseconds into days"
    if isinstance(unit, bool) or not isinstance(unit, int):
        raise UsageTypeError(f"unit={unit!r} is not a whole number", hint)
    if unit < 1:
        raise UsageError(f"unit={unit!r} is below 1", hint)


def _plain(found: _Read | Array) -> _Read:
    """Durations for loops."""
    return found if isinstance(found, (list, dict)) else found.tolist()


def _in_unit(read: _Read, unit: int) -> _Read:
    """Durations, divided."""
    if unit == 1:
        return read
    if isinstance(read, list):
        return list(map(operator.truediv, read, repeat(unit)))
    found: dict[float, int] = {}
    for value, count in read.items():
        found[value / unit] = found.get(value / unit, 0) + count
    return found


def read_durations(values: Durations, name: str) -> _Read | Array:
    """The durations, checked: an array or a list, or of a mapping a dict without zero counts."""
    if (isinstance(values, array) or hasattr(values, "__array__")) and is_large(operator.length_hint(values)):
        from custlife.stats import arrays

        found = arrays.numbers(values, LONGEST)
        if found is not None:
            return found
    if not isinstance(values, Mapping):
        return _numbers(_listed(values, name), name)
    counts = [_count(count, f"{name}[{key!r}]") for key, count in values.items()]
    keys = _numbers(list(values), name, "{}[{!r}]")
    return {key: count for key, count in zip(keys, counts, strict=True) if count}


def _listed(values: Iterable[float], name: str) -> list[float]:
    """The durations as a list of plain numbers, quickly for arrays."""
    to_list = getattr(values, "tolist", None)
    try:
        return list(to_list() if to_list else values)
    except TypeError:
        hint = f"pass {name} as an iterable of durations or as a mapping from duration to count"
        raise UsageTypeError(f"{name}={values!r} is not a collection of durations", hint) from None


def _numbers(values: list[float], name: str, place: str = "") -> list[float]:
    """The durations as plain ints and floats in range; on the fast path they are only looked at in bulk."""
    kinds = set(map(type, values))
    if not kinds <= {int, float}:
        values = [_number(value, _where(name, i, value, place)) for i, value in enumerate(values)]
        kinds = set(map(type, values))
    if values and not _are_in_range(values, kinds):
        i = next(i for i, value in enumerate(values) if not 0 <= value <= LONGEST)
        raise _out_of_range(values[i], _where(name, i, values[i], place))
    # 5 and 5.0 are one time, and the answer must not show which came first.
    return [float(value) for value in values] if {int, float} <= kinds else values


def _are_in_range(values: list[float], kinds: set[type]) -> bool:
    """Whether all are lengths; the sum shows a NaN, which would spoil an ordering, the extremes everything else."""
    return min(values) >= 0 and max(values) <= LONGEST and not (float in kinds and math.isnan(sum(values)))


def _where(name: str, index: int, value: float, place: str) -> str:
    """The address of a duration: its index in a list, itself in a mapping."""
    return place.format(name, value) if place else f"{name}[{index}]"


def _number(value: float | timedelta | SupportsIndex, where: str) -> float:
    """One duration as a plain int or float; whatever counts as an int, such as NumPy's, is read as one."""
    if isinstance(value, bool):
        hint = "pass the durations of those who ended as ended= and of those who did not as censored=, not flags"
        raise UsageTypeError(f"duration {value!r} is a flag, not a number", hint, where)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, timedelta):
        hint = "pass a number in one unit, such as d // timedelta(microseconds=1)"
        raise UsageTypeError(f"duration {value!r} has no unit here", hint, where)
    try:
        return operator.index(value)
    except TypeError:
        hint = "pass ints or floats, all in one unit"
        raise UsageTypeError(f"duration {value!r} is not a number", hint, where) from None


def _out_of_range(value: float, where: str) -> UsageError:
    """Why a number is no length of time."""
    if value < 0:
        return UsageError(f"duration {value!r} is negative", "a spell cannot leave before it enters", where)
    if value > LONGEST:
        hint = "who has not left is censored at the last time seen: pass that time in censored="
        return UsageError(f"duration {value!r} is endless", hint, where)
    return UsageError(f"duration {value!r} is not a number", "leave out what has no duration, and count it", where)


def _count(count: int, where: str) -> int:
    """A count of a mapping as a plain int that is not negative."""
    try:
        whole = operator.index(count)
    except TypeError:
        raise UsageTypeError(f"count {count!r} is not a whole number", "counts are ints, 0 or more", where) from None
    if whole < 0:
        raise UsageError(f"count {count!r} is negative", "counts are ints, 0 or more", where)
    return whole


def _less_the_late(times: list[float], at_risk: Sequence[int], entries: Pairs) -> list[int]:
    """The numbers at risk less, at each time, those who enter then or later."""
    still_out = sum(count for _, count in entries)
    present, i = [], 0
    for t, n in zip(times, at_risk, strict=True):
        while i < len(entries) and entries[i][0] < t:
            still_out -= entries[i][1]
            i += 1
        present.append(n - still_out)
    return present


def _check_entries(
    times: list[float],
    at_risk: Sequence[int],
    events: Sequence[int],
    censored: Sequence[int],
    entries: Pairs,
) -> None:
    """Refuse entries that no pairing with the exits can explain."""
    late, total = sum(count for _, count in entries), sum(events) + sum(censored)
    if late > total:
        raise HistoryError(
            f"{late} spells enter late but only {total} leave",
            hint="pass one duration in ended= or censored= for each time in entered=",
        )
    for t, n, d, c in zip(times, at_risk, events, censored, strict=True):
        if n < d + c:
            raise HistoryError(
                f"{d + c} leave at {t!r}, but only {n} have entered before",
                hint="a spell must enter before it leaves: entered= holds times on the same clock as ended=, "
                "entry < exit",
            )
