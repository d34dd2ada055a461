"""Series: points with a band, and where they lie once stacked and placed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs

from custlife.errors import UsageError
from custlife.pictures.checks import each, items, need_choice, need_length, numbers
from custlife.pictures.scales import to_number
from custlife.pictures.tones import accent, check_tone
from custlife.pictures.words import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

# Tones begin again after eight series; then the dashes tell them apart.
_DASHES = ("", "7 2", "2 2")
STYLES = ("line", "dashed", "step", "area")


def _xs(values: Any) -> tuple[float | str, ...]:
    listed = items(values)
    if any(isinstance(value, str) or hasattr(value, "isoformat") for value in listed):
        return tuple(clean(value) for value in listed)
    return tuple(_x(value, index) for index, value in enumerate(listed))


def _x(value: Any, index: int) -> float:
    place = to_number(value, f"xs[{index}]")
    if place is None:
        raise UsageError(f"x={value!r} is no place", "leave the point out", f"xs[{index}]")
    return place


@attrs.frozen
class Series:
    """Points under one name.

    Attributes:
        name: Stands in the legend.
        xs: Numbers in rising order, or labels (dates become labels), which are evenly spaced.
        ys: One for each x; None leaves a gap.
        low: Lower end of the band at each x; empty: no band.
        high: Upper end of the band.
        style: "line", "dashed", "step" (holds until the next x) or "area" (areas stack on each other).
        tone: A tone; empty: an accent in turn.
        at_risk: A count at each x for the table under the axis; between two xs the later one's holds.

    Examples:
        >>> Series("all", [0, 7], [1, 0.5], style="step").ys
        (1.0, 0.5)
    """

    name: str = attrs.field(converter=clean)
    xs: tuple[float | str, ...] = attrs.field(converter=_xs)
    ys: tuple[float | None, ...] = attrs.field(converter=numbers)
    low: tuple[float | None, ...] = attrs.field(default=(), converter=numbers)
    high: tuple[float | None, ...] = attrs.field(default=(), converter=numbers)
    style: str = "line"
    tone: str = ""
    at_risk: tuple[float | None, ...] = attrs.field(default=(), converter=numbers)

    def __attrs_post_init__(self) -> None:
        where = f"series {self.name!r}"
        need_length(f"{where} ys", self.ys, len(self.xs), "xs")
        for name, values in (("low", self.low), ("high", self.high), ("at_risk", self.at_risk)):
            if values or (name == "high" and self.low):
                need_length(f"{where} {name}", values, len(self.xs), "xs")
        if self.high and not self.low:
            need_length(f"{where} low", self.low, len(self.xs), "xs")
        need_choice("style", self.style, STYLES)
        check_tone(self.tone)
        places = [x for x in self.xs if isinstance(x, float)]
        if any(b < a for a, b in pairwise(places)):
            raise UsageError(f"{where} has xs that fall", "sort the points by x")


def series(values: Any) -> tuple[Series, ...]:
    """Converter: series, or tuples of their fields."""
    return each(Series, values)


@attrs.frozen
class Track:
    """A series in place: numeric xs, stacked ys, a tone, dashes; `base` is the lower edge of an area."""

    given: Series
    tone: str
    xs: tuple[float, ...]
    ys: tuple[float | None, ...]
    base: tuple[float, ...] = ()
    dash: str = ""


def x_labels(given: Sequence[Series]) -> tuple[str, ...]:
    """The labels of the x axis in order of first appearance; empty when xs are numbers.

    Raises:
        UsageError: When some series have labels and some have numbers.
    """
    kinds = {type(x) for one in given for x in one.xs}
    if len(kinds) > 1:
        raise UsageError("some series have numbers as xs and some have labels", "use one kind in all series")
    return tuple(dict.fromkeys(x for one in given for x in one.xs if isinstance(x, str)))


def settle(given: Sequence[Series]) -> list[Track]:
    """The series in place, areas stacked in their order.

    Raises:
        UsageError: When areas have different xs.
    """
    place = {label: float(index) for index, label in enumerate(x_labels(given))}
    tracks: list[Track] = []
    pile: Track | None = None
    for index, one in enumerate(given):
        tone = one.tone or accent(index)
        xs = tuple(place[x] if isinstance(x, str) else x for x in one.xs)
        if one.style != "area":
            dash = "5 4" if one.style == "dashed" else "" if one.tone else _DASHES[index // 8 % len(_DASHES)]
            tracks.append(Track(one, tone, xs, one.ys, dash=dash))
            continue
        if pile is not None and pile.xs != xs:
            raise UsageError(f"area {one.name!r} has other xs than {pile.given.name!r}", "give all areas the same xs")
        base = tuple(y or 0.0 for y in pile.ys) if pile else (0.0,) * len(xs)
        pile = Track(one, tone, xs, tuple(b + (y or 0.0) for b, y in zip(base, one.ys, strict=True)), base)
        tracks.append(pile)
    return tracks


def stretches(xs: Sequence[float], *ys: Sequence[float | None]) -> list[list[tuple[float, ...]]]:
    """The points (x, y, ...) between gaps; where any of the ys is None is a gap.

    Examples:
        >>> stretches([0, 1, 2], [5, None, 6])
        [[(0, 5)], [(2, 6)]]
    """
    found: list[list[tuple[float, ...]]] = [[]]
    for x, *values in zip(xs, *ys, strict=True):
        present = [value for value in values if value is not None]
        if len(present) == len(values):
            found[-1].append((x, *present))
        elif found[-1]:
            found.append([])
    return [stretch for stretch in found if stretch]


def value_at(track: Track, x: float) -> float | None:
    """Height of a track at x; None outside it and in a gap."""
    if not track.xs or not track.xs[0] <= x <= track.xs[-1]:
        return None
    index = bisect_right(track.xs, x) - 1
    before = track.ys[index]
    if track.given.style == "step" or track.xs[index] == x or before is None:
        return before
    after = track.ys[index + 1]
    if after is None:
        return None
    share = (x - track.xs[index]) / (track.xs[index + 1] - track.xs[index])
    return before + (after - before) * share


def risk_at(track: Track, x: float) -> float | None:
    """Count at risk at x: that of the first point at or after x; 0 after the last point."""
    counts = track.given.at_risk
    index = bisect_left(track.xs, x)
    return counts[index] if index < len(counts) else 0.0
