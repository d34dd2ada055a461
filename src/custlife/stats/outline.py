"""The outline of a survival or an incidence curve: few enough rows for a picture, however many the curve has."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING

import attrs

from custlife.stats.columns import raw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.stats.curve import SurvivalCurve
    from custlife.stats.incidence import IncidenceCurve

__all__ = ["IncidenceOutline", "Outline", "incidence_outline", "outline"]

MOST = 1000


@attrs.frozen
class Outline:
    """Columns of a survival curve at some of its times; see `SurvivalCurve` for what they are."""

    times: tuple[float, ...]
    at_risk: tuple[int, ...]
    survival: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


def outline(curve: SurvivalCurve, *, most: int = MOST) -> Outline:
    """The rows of a curve that a picture needs: of every stretch of time the first one and the last one.

    Stretches begin at multiples of a power of ten. Read at such a time, the outline says what the curve says, also
    how many were at risk; so do the ticks of an axis.

    Args:
        curve: The curve.
        most: The most stretches. A curve of up to twice as many rows is shown with all of them.

    Examples:
        >>> from custlife.stats import kaplan_meier
        >>> outline(kaplan_meier([1, 2, 3, 11, 12, 13]), most=2).times
        (1, 3, 11, 13)
    """
    rows = _rows(raw(curve.times), most)
    limits = list(curve.limits(rows))
    times, at_risk, survival = raw(curve.times), raw(curve.at_risk), raw(curve.survival)
    return Outline(
        tuple([times[row] for row in rows]),
        tuple([at_risk[row] for row in rows]),
        tuple([survival[row] for row in rows]),
        tuple([low for low, _ in limits]),
        tuple([high for _, high in limits]),
    )


@attrs.frozen
class IncidenceOutline:
    """Columns of an incidence curve at some of its times; see `IncidenceCurve` for what they are."""

    times: tuple[float, ...]
    at_risk: tuple[int, ...]
    values: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


def incidence_outline(curve: IncidenceCurve, *, most: int = MOST) -> IncidenceOutline:
    """The rows of an incidence curve that a picture needs; as `outline`.

    Args:
        curve: The curve.
        most: The most stretches.

    Examples:
        >>> from custlife.stats import cumulative_incidence
        >>> incidence_outline(cumulative_incidence({"won": [1, 2], "lost": [3]}, [3])["won"]).values
        (0.25, 0.5, 0.5)
    """
    rows = _rows(raw(curve.overall.times), most)
    limits = list(curve.limits(rows))
    times, at_risk, values = raw(curve.overall.times), raw(curve.overall.at_risk), raw(curve.incidence)
    return IncidenceOutline(
        tuple([times[row] for row in rows]),
        tuple([at_risk[row] for row in rows]),
        tuple([values[row] for row in rows]),
        tuple([low for low, _ in limits]),
        tuple([high for _, high in limits]),
    )


def _rows(times: Sequence[float], most: int) -> Sequence[int]:
    """All rows of few, or the ends of stretches of many."""
    return range(len(times)) if len(times) <= 2 * most else _ends_of_stretches(times, most)


def _ends_of_stretches(times: Sequence[float], most: int) -> list[int]:
    """The first and the last row of every stretch that has rows."""
    digits = math.ceil(math.log10(times[-1] / most))
    count = int(times[-1] / 10.0**digits)
    # the nearest float to a round time is found by dividing by a power of ten, not by multiplying with its inverse
    edges = [edge * 10**digits if digits >= 0 else edge / 10**-digits for edge in range(1, count + 1)]
    firsts = {0, *(bisect_left(times, edge) for edge in edges), len(times)}
    return sorted({row for first in firsts for row in (first - 1, first) if 0 <= row < len(times)})
