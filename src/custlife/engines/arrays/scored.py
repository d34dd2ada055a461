"""Scores of whole columns and scores made of them: whole millionths all the way, so that they equal those of one row.

Grades are written out only when somebody asks for them, so that a million rows cost no million texts.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custlife.engines.arrays.weighing import NONE, Held, Looked, Term, plain, weighed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from custlife.engines.arrays.ingest_columns import Coded

    Longs = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.int8]
    Objects = NDArray[np.object_]
    Labels = Callable[[], Objects]

__all__ = [
    "EXACT", "Scored", "banded", "blank", "bounded", "cut_to", "digits", "extreme", "gated", "mixed", "numbered",
    "ranked", "side_by_side", "told", "within", "yes_or_no",
]  # fmt: skip

NO, YES, UNKNOWN = 0, 1, 2
EXACT = 2**53
"""From here on floats leave out whole numbers."""


@attrs.frozen(eq=False)
class Scored:
    """The scores of all rows.

    Attributes:
        means: Millionths of points; NONE where there is no score.
        known: The share of what it asks for that is known.
        grades: Gives one text a row.
        qualifies: Gives one text a row.
    """

    means: Longs
    known: Floats
    grades: Labels
    qualifies: Labels


# -- what is read of a column -----------------------------------------------------------------------------------------


def within(values: Floats, gone: Bools | None, low: float | None, high: float | None) -> Bytes | None:
    """Whether numbers lie within bounds; None where one is too large for floats to tell exactly."""
    given = values if gone is None else values[~gone]
    if len(given) and not np.abs(given).max() < EXACT:
        return None
    found = np.full(len(values), YES, np.int8)
    with np.errstate(invalid="ignore"):  # what is missing may hold anything
        if low is not None:
            found[values < low] = NO
        if high is not None:
            found[values > high] = NO
    if gone is not None:
        found[gone] = UNKNOWN
    return found


def told(column: Coded, holds: Callable[[Any], bool | None]) -> Bytes:
    """Whether a condition holds, asked once for each different value."""
    said = [holds(value) for value in plain(column.values)]
    table = np.array([UNKNOWN if one is None else YES if one else NO for one in said] + [UNKNOWN], np.int8)
    found: Bytes = table.take(column.codes)
    return found


def numbered(column: Coded, number: Callable[[Any], float | None]) -> tuple[Floats, Bools | None]:
    """The numbers of a column that holds something else, and where they are missing."""
    said = [number(value) for value in plain(column.values)]
    lost = np.array([one is None for one in said] + [True])
    table = np.array([0.0 if one is None else float(one) for one in said] + [0.0], np.float64)
    gone = lost.take(column.codes)
    return table.take(column.codes), gone if gone.any() else None


def yes_or_no(said: Bytes, weight: int, full: int) -> Term:
    """A condition as a measure: *full* where it holds, left out where it is not known."""
    gone = said == UNKNOWN
    return Term(Looked(said, np.array([0, full, 0], np.int64)), weight, gone if gone.any() else None, None)


def ranked(values: Floats, edges: Sequence[float], *, less_is_better: bool) -> Longs:
    """The class of each number, from 0 up; an edge belongs to the better class."""
    steps = np.array(edges, np.float64)
    if less_is_better:
        return len(steps) - np.searchsorted(steps, values, side="left").astype(np.int64)
    return np.searchsorted(steps, values, side="right").astype(np.int64)


# -- texts of rows ----------------------------------------------------------------------------------------------------


def blank(count: int) -> Labels:
    """No text for any row."""
    return partial(_texts, ("",), np.zeros(count, np.int8))


def banded(values: Longs, steps: Sequence[tuple[str, int]], *, up: bool, lowest: bool, scored: Bools) -> Labels:
    """The band of each value.

    Args:
        values: Millionths.
        steps: Names and where they start, rising.
        up: Whether a value at a start belongs to the band that starts there, or to the one before.
        lowest: Whether the lowest band also has all that lies below its start.
        scored: The rows that get a text at all.
    """
    return partial(_of_bands, values, tuple(steps), up, lowest, scored)


def _of_bands(values: Longs, steps: tuple[tuple[str, int], ...], up: bool, lowest: bool, scored: Bools) -> Objects:
    starts = np.array([start for _, start in steps], np.int64)
    places = np.searchsorted(starts, values, side="right" if up else "left")
    if lowest:
        places = np.maximum(places, 1)
    return _texts(("", *(name for name, _ in steps)), np.where(scored, places, 0))


def digits(classes: Sequence[Longs], tops: Sequence[int], scored: Bools) -> Labels:
    """Classes side by side, counted from 1, such as `545`; in brackets where there are more than nine."""
    return partial(_of_digits, tuple(classes), tuple(tops), scored)


def _of_digits(classes: tuple[Longs, ...], tops: tuple[int, ...], scored: Bools) -> Objects:
    found = _texts(("",), np.zeros(len(scored), np.int8))
    for places, top in zip(classes, tops, strict=True):
        found = found + _texts(tuple(str(k + 1) if top < 9 else f"[{k + 1}]" for k in range(top + 1)), places)
    found[~scored] = ""
    return found


def _texts(names: tuple[str, ...], places: NDArray[Any]) -> Objects:
    found: Objects = np.array(names, np.object_).take(places)
    return found


def _joined(left: Labels, right: Labels, scored: Bools) -> Objects:
    found: Objects = left() + right()
    found[~scored] = ""
    return found


def side_by_side(left: Labels, right: Labels, scored: Bools) -> Labels:
    """Two texts in one, where there is a score."""
    return partial(_joined, left, right, scored)


def _except(labels: Labels, rows: Bools) -> Objects:
    found = labels().copy()
    found[rows] = ""
    return found


def _chosen(labels: tuple[Labels, ...], which: Longs) -> Objects:
    found = _texts(("",), np.zeros(len(which), np.int8))
    for place, one in enumerate(labels):
        rows = which == place
        found[rows] = one()[rows]
    return found


# -- scores of scores -------------------------------------------------------------------------------------------------


def mixed(members: Sequence[Scored], weights: Sequence[int]) -> Scored:
    """The mean of several scores by weight, without those that there are not."""
    count = len(members[0].means)
    terms = [
        Term(Held(one.means), weight, gone if (gone := one.means == NONE).any() else None, None)
        for one, weight in zip(members, weights, strict=True)
    ]
    means, _ = weighed(terms, (), count)
    known = np.zeros(count, np.float64)
    for one, weight in zip(members, weights, strict=True):
        known += weight * np.where(one.means == NONE, 0.0, one.known)  # of those that have a score
    known /= sum(weights)
    return Scored(means, known, blank(count), blank(count))


def extreme(members: Sequence[Scored], order: Sequence[int], *, greatest: bool) -> Scored:
    """The least or the greatest of several scores that there are; of equal ones that which comes first in *order*."""
    count = len(members[0].means)
    means, which = np.full(count, NONE, np.int64), np.full(count, -1, np.int64)
    for place in order:
        one = members[place]
        beyond = one.means > means if greatest else one.means < means
        taken = (one.means != NONE) & ((which < 0) | beyond)
        means[taken], which[taken] = one.means[taken], place
    known = np.zeros(count, np.float64)
    for one in members:
        known += np.where(one.means == NONE, 0.0, one.known)
    grades = partial(_chosen, tuple(one.grades for one in members), which)
    qualifies = partial(_chosen, tuple(one.qualifies for one in members), which)
    return Scored(means, known / len(members), grades, qualifies)


def bounded(inner: Scored, low: int | None, high: int | None) -> Scored:
    """A score that is never beyond its bounds; what is moved loses its grade."""
    there = inner.means != NONE
    means, moved = inner.means.copy(), np.zeros(len(inner.means), np.bool_)
    for bound, beyond in ((low, np.less), (high, np.greater)):
        if bound is not None:
            rows = there & beyond(inner.means, bound)
            means[rows] = bound
            moved |= rows
    return attrs.evolve(inner, means=means, grades=partial(_except, inner.grades, moved))


def gated(inner: Scored, gate: Scored, at_least: int, otherwise: int) -> Scored:
    """A score that is cut where the gate is shut, and that there is not where nothing is known of the gate."""
    lost, is_open = gate.means == NONE, gate.means >= at_least
    cut = bounded(inner, None, otherwise)
    means = np.where(is_open, inner.means, cut.means)
    means[lost] = NONE
    known = np.where(lost, 0.0, np.minimum(gate.known, inner.known))
    changed = lost | (~is_open & (cut.means != inner.means))
    return Scored(means, known, partial(_except, inner.grades, changed), partial(_except, inner.qualifies, lost))


# -- points that are added up -----------------------------------------------------------------------------------------


def cut_to(fits: Longs, acts: Longs, cap: int) -> tuple[Longs, Longs]:
    """Points of two sides, together at most *cap*: too much is taken from the larger, of equal ones the first."""
    over = np.maximum(fits + acts - cap, 0)
    first = fits >= acts
    return fits - np.where(first, over, 0), acts - np.where(first, 0, over)
