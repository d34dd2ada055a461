"""Survival curves by NumPy: the same columns as those made without it, to the last bit.

Sums and products accumulate in the order of the rows, as they do in a loop. Numbers of spells stay far below 2 ** 53,
up to where floats count exactly, so that a division rounds once either way; what is larger is left to the loops. Rows
are read in stretches that fit into the cache, and columns are written where they are kept.
"""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import numpy as np

from custlife.stats.columns import CODES, Column, Pairs, raw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

__all__ = [
    "EXACT",
    "Array",
    "column_of",
    "exact_sum",
    "final_survival",
    "mean",
    "numbers",
    "part_of",
    "pieces",
    "relative_errors",
    "restricted",
    "risk_columns",
    "room_for",
    "runs_of",
    "stretches_of",
    "survivals",
    "total",
]

Array: TypeAlias = "NDArray[Any]"

STRETCH = 1 << 15
COUNTABLE = 2**31
EXACT = 2**53
MOST_POWER = 1023  # the largest power of two that is a float
REPEATS = 8  # so many lengths for each whole number up to the largest are counted sooner than sorted
SAMPLE = 64


@attrs.frozen(eq=False)
class Part:
    """Some durations: ints below 2 ** 63 or floats, and the count of each; None where all are 1."""

    values: Array
    counts: Array | None = None

    @property
    def n(self) -> int:
        """The number of spells."""
        return len(self.values) if self.counts is None else int(self.counts.sum())

    @property
    def kind(self) -> str:
        """`i` for ints, `f` for floats; empty where there are none."""
        return self.values.dtype.kind if len(self.values) else ""

    @property
    def is_exact(self) -> bool:
        """Whether floats can stand for the values."""
        return self.kind != "i" or int(self.values.max()) < EXACT

    def scaled(self, unit: int, kind: str) -> Array:
        """The values in another unit, or as numbers of a kind."""
        return self.values / unit if unit > 1 else self.values.astype(kind + "8", copy=False)


def numbers(values: Any, longest: float) -> Array | None:
    """The durations of an array, all in range; None of what is no plain array of numbers or needs a closer look."""
    found = np.asanyarray(values)
    if type(found) is not np.ndarray or found.ndim != 1 or found.dtype.kind not in "iuf" or found.itemsize > 8:
        return None
    found = found.astype("f8" if found.dtype.kind == "f" else "i8", copy=False)
    return found if found.min() >= 0 and found.max() <= longest else None


def part_of(read: Any) -> Part | None:
    """Durations in an array, a list or a mapping to counts, all of one type; None where arrays are too narrow."""
    if isinstance(read, np.ndarray):
        return _tallied(read) or Part(read)
    kind = "f8" if isinstance(next(iter(read), None), float) else "i8"
    try:
        values = np.array(list(read), kind)
    except OverflowError:
        return None
    if not isinstance(read, dict):
        return Part(values)
    return Part(values, np.array(list(read.values()), "i8")) if sum(read.values()) < COUNTABLE else None


def _tallied(values: Array) -> Part | None:
    """Whole numbers that repeat often, such as days, each with its count; None of other lengths."""
    if not len(values) or float(values.max()) * REPEATS >= len(values):
        return None
    whole = values
    if values.dtype.kind == "f":
        if (values[:SAMPLE] % 1).any():  # most often, and seen at once
            return None
        whole = values.astype("i8")
        if (whole != values).any():
            return None
    counts = np.bincount(whole)
    lengths = np.flatnonzero(counts)
    return Part(lengths.astype(values.dtype), counts[lengths])


def risk_columns(ended: Any, censored: Any, entered: Any, unit: int) -> tuple[Any, ...] | None:
    """The columns of a risk table; None where they are left to loops, which also say what is wrong with them."""
    ends, stops, starts = part_of(ended), part_of(censored), part_of(entered)
    if ends is None or stops is None or starts is None or (n := ends.n + stops.n) >= COUNTABLE:
        return None
    as_floats = unit > 1 or len({ends.kind, stops.kind, starts.kind} - {""}) > 1
    if as_floats and not (ends.is_exact and stops.is_exact and starts.is_exact and unit < EXACT):
        return None
    kind = "f" if unit > 1 or "f" in {ends.kind, stops.kind} else "i"
    times, events, lost = _counted(ends, stops, unit, kind)
    leaving = None if len(times) == n else events + lost
    at_risk = np.arange(n, 0, -1, dtype=np.int32) if leaving is None else n - (np.cumsum(leaving) - leaving)
    entries, entering = _entries(starts, unit)
    if len(entries):
        entered = np.insert(np.cumsum(entering), 0, 0)  # how many before each entry, and all of them
        at_risk = at_risk - (entered[-1] - entered[np.searchsorted(entries, np.asarray(raw(times)))])
        if entered[-1] > n or (at_risk < (1 if leaving is None else leaving)).any():
            return None
    return times, column_of(at_risk), column_of(events), column_of(lost), Pairs(column_of(entries), column_of(entering))


def _counted(ends: Part, stops: Part, unit: int, kind: str) -> tuple[Column[float], Array, Array]:
    """Distinct times, with the ends and the censorings at each.

    What is sorted are the bits of the times, which have the order of the times, with a bit for a censoring behind
    them; the bit of the sign gives way, so that -0.0 is 0.0.
    """
    held, room = room_for("d", len(ends.values) + len(stops.values))
    keys = room.view(np.uint64)
    middle = len(ends.values)
    np.left_shift(ends.scaled(unit, kind).view(np.uint64), 1, out=keys[:middle])
    np.left_shift(stops.scaled(unit, kind).view(np.uint64), 1, out=keys[middle:])
    keys[middle:] |= 1
    weights = _sorted(keys, ends, stops)
    lost = np.empty(len(keys), np.uint8)
    np.bitwise_and(keys, 1, out=lost, casting="unsafe")
    keys >>= 1
    is_first = np.empty(len(keys), np.bool_)
    is_first[0] = True
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    times = keys.view(kind + "8")
    if weights is None and is_first.all():
        return Column(held) if kind == "f" else column_of(times), lost ^ 1, lost
    firsts = np.flatnonzero(is_first)
    if weights is None:
        leaving, gone = np.diff(firsts, append=len(keys)), np.add.reduceat(lost, firsts, dtype=np.int64)
    else:
        leaving, gone = np.add.reduceat(weights, firsts), np.add.reduceat(weights * lost, firsts)
    return column_of(times[firsts]), leaving - gone, gone


def _sorted(keys: Array, ends: Part, stops: Part) -> Array | None:
    """Sort keys where they are; the count of each, where not all are 1."""
    if ends.counts is None and stops.counts is None:
        keys.sort()
        return None
    counts = [np.ones(len(p.values), np.int64) if p.counts is None else p.counts for p in (ends, stops)]
    order = np.argsort(keys)
    keys[:] = keys[order]
    return np.concatenate(counts)[order]


def _entries(starts: Part, unit: int) -> tuple[Array, Array]:
    """Distinct delayed entries, rising, and the count of each."""
    values, counts = starts.scaled(unit, starts.kind or "i"), starts.counts
    late = values > 0
    if counts is None:
        return np.unique(values[late], return_counts=True)
    entries, places = np.unique(values[late], return_inverse=True)
    return entries, np.bincount(places, counts[late], len(entries)).astype(np.int64)


def room_for(code: str, n: int) -> tuple[array[Any], Array]:
    """An array to keep, and NumPy's view of it."""
    held = array(code, [0]) * n
    return held, np.asarray(held)


def column_of(values: Array) -> Column[Any]:
    """Floats, or whole numbers of 0 or more in the smallest array that holds the largest, as a column."""
    if not len(values):
        return Column(())
    code = "d" if values.dtype.kind == "f" else next(code for code, end in CODES if int(values.max()) < end)
    held, room = room_for(code, len(values))
    room[:] = values
    return Column(held)


def total(counts: Any) -> int:
    """The sum of a column of counts."""
    return int(np.asarray(counts).sum(dtype=np.int64))


def survivals(at_risk: Any, events: Any) -> array[float]:
    """Survival at each time."""
    n, d = np.asarray(at_risk), np.asarray(events)
    begins, run_n, left = runs_of(n, d)
    base = np.ones(len(run_n))
    np.cumprod(left[:-1] / run_n[:-1], out=base[1:])
    held, found = room_for("d", len(n))
    for rows, run in stretches_of(begins):
        found[rows] = base[run] * ((n[rows] - d[rows]) / run_n[run])
    return held


def relative_errors(at_risk: Any, events: Any) -> array[float]:
    """Greenwood's standard error of survival relative to it, at each time."""
    n, d = np.asarray(at_risk), np.asarray(events)
    begins, run_n, left = runs_of(n, d)
    base = np.zeros(len(run_n))
    held, found = room_for("d", len(n))
    with np.errstate(divide="ignore"):  # nobody left: infinite
        np.cumsum((run_n - left)[:-1] / run_n[:-1] / left[:-1], out=base[1:])
        for rows, run in stretches_of(begins):
            run_n_, left_ = run_n[run], n[rows] - d[rows]
            found[rows] = np.sqrt(base[run] + (run_n_ - left_) / run_n_ / left_)
    return held


def runs_of(n: Array, d: Array) -> tuple[Array, Array, Array]:
    """Which rows begin a run without censorings and entries; at risk at its beginning, and left at its end."""
    begins = np.empty(len(n), np.bool_)
    begins[0] = True
    np.not_equal(n[1:], n[:-1] - d[:-1], out=begins[1:])
    firsts = np.flatnonzero(begins)
    lasts = np.append(firsts[1:], len(n)) - 1
    return begins, n[firsts].astype("f8"), (n[lasts] - d[lasts]).astype("f8")


def pieces(n: int) -> Iterator[slice]:
    """Rows up to some number, in stretches."""
    return (slice(start, start + STRETCH) for start in range(0, n, STRETCH))


def stretches_of(begins: Array) -> Iterator[tuple[slice, Array]]:
    """Stretches of rows, with the number of the run of each row."""
    before = -1
    for rows in pieces(len(begins)):
        run = np.cumsum(begins[rows]) + before
        before = run[-1]
        yield rows, run


def restricted(curve: Any, last: int, horizon: float) -> tuple[float, float]:
    """The area under a curve up to a horizon before which it has *last* rows, and the variance of it."""
    times, survival = (np.asarray(raw(column))[:last] for column in (curve.times, curve.survival))
    areas = np.empty(last + 1)
    areas[0] = times[0]
    np.multiply(survival[:-1], np.diff(times), out=areas[1:-1])
    areas[-1] = curve.survival[last - 1] * (horizon - curve.times[last - 1])
    after = np.cumsum(areas[::-1])[-2::-1]  # what is left of the area from each time on
    n, d = (np.asarray(raw(column))[:last] for column in (curve.at_risk, curve.events))
    stretches = list(pieces(last + 1))
    terms = (_variances(after[rows], n[rows], d[rows]) for rows in stretches)
    return exact_sum(areas[rows] for rows in stretches), exact_sum(terms)


def _variances(after: Array, n: Array, d: Array) -> Array:
    """What the ends at some times add to the variance of the area."""
    left = n - d
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        found: Array = after * after * (d / n / left)
    found[(d == 0) | (left == 0)] = 0.0
    return found


def exact_sum(stretches: Iterable[Array]) -> float:
    """The sum of numbers of 0 or more, rounded once, which is what `math.fsum` gives.

    Source:
        Rump, Ogita & Oishi (2008), SIAM J. Sci. Comput. 31, 189-224, algorithm 3.1.
    """
    return math.fsum(part for values in stretches for part in _exact_parts(values))


def _exact_parts(values: Array) -> Iterator[float]:
    """Numbers with the same sum, few of them: the leading digits of all values, then the next ones, until none is left.

    A large power of two added and taken away again leaves the digits that all values have room for in one float, as
    has their sum.
    """
    room, rest = len(values).bit_length() + 1, values
    while len(rest) and (most := max(float(rest.max()), -float(rest.min()))):
        if not math.isfinite(most):
            yield math.inf
            return
        power = math.frexp(most)[1] + room
        if power > MOST_POWER:
            yield from rest.tolist()
            return
        large = math.ldexp(1.0, power)
        leading = (rest + large) - large
        rest = rest - leading
        yield float(leading.sum())


def mean(values: Any) -> float:
    """The mean of numbers of 0 or more."""
    found = np.asarray(values)
    return exact_sum(found[rows].astype("f8") for rows in pieces(len(found))) / len(found)


def final_survival(ended: Any, censored: Any, n: int) -> float:
    """Survival after the last end; see `products.final_survival`."""
    reached = np.append(np.searchsorted(ended, censored, "right"), len(ended))
    gone = np.concatenate(([0], reached[:-1]))
    p = np.flatnonzero(reached > gone)  # the numbers of those censored before
    shares = (n - p - reached[p]) / (n - p - gone[p])
    return float(np.cumprod(shares)[-1]) if len(p) else 1.0
