"""What plots with axes share: the frame, its ticks, and fewer points where no eye can tell them apart."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

from custlife.pictures.scales import Axis, Scale, tick_text
from custlife.pictures.svg import EDGE
from custlife.pictures.words import pixels, wrap_pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.pictures.svg import Sheet

Point = tuple[float, float]

SMALL = 11.0
_LEVEL = 0.05


@attrs.frozen
class Frame:
    """The inside of a plot, in pixels."""

    left: float
    right: float
    top: float
    bottom: float


def open_frame(
    sheet: Sheet, y: Axis, form: str, y_label: str, *, height: float, margin: float = 0
) -> tuple[Frame, Scale]:
    """Makes room for a plot, draws the y axis with its rules, and leaves `sheet.y` at the plot's foot."""
    names = [tick_text(tick, y.step, form) for tick in y.ticks]
    left = EDGE + max(margin, max(pixels(name, SMALL) for name in names) + 8)
    if y_label:
        sheet.text(EDGE, sheet.y + 11, y_label, size=SMALL, room=sheet.room, quiet=True)
        sheet.y += 18
    frame = Frame(left, sheet.width - EDGE - 10, sheet.y + 6, sheet.y + 6 + height)
    scale = Scale(y.low, y.high, frame.bottom, frame.top)
    for tick, name in zip(y.ticks, names, strict=True):
        place = scale(tick)
        sheet.rule(frame.left, place, frame.right, place, opacity=0.55 if tick == 0 else 0.13)
        sheet.text(frame.left - 7, place + 4, name, size=SMALL, anchor="end", quiet=True)
    sheet.y = frame.bottom
    return frame, scale


def x_names(sheet: Sheet, places: Sequence[float], names: Sequence[str], frame: Frame) -> None:
    """Writes the labels of the x axis.

    Where not all fit, names (no digits) wrap into two lines, and periods or numbers are written every k-th.
    """
    step = min((b - a for a, b in pairwise(places)), default=frame.right - frame.left)
    widest = max((pixels(name, SMALL) for name in names), default=0.0)
    words = not any(character.isdigit() for name in names for character in name)
    every = 1 if words and step >= 44 else max(1, int(-(-(widest + 6) // max(step, 1))))
    room = min(max(step * every - 4, 24), sheet.room)
    tallest = 1
    for index in range(0, len(names), every):
        lines = [names[index]] if pixels(names[index], SMALL) <= room else _two_lines(names[index], room)
        for nth, line in enumerate(lines):
            sheet.centred(places[index], sheet.y + 17 + 13 * nth, line, room=room)
        tallest = max(tallest, len(lines))
    sheet.y += 8 + 13 * tallest


def _two_lines(name: str, room: float) -> list[str]:
    first, *rest = wrap_pixels(name, room, SMALL)
    return [first, " ".join(rest)] if rest else [first]


def x_ticks(sheet: Sheet, x: Sequence[float], step: float, scale: Scale, form: str = "number") -> None:
    """Writes the numbers of the x axis with small marks."""
    names = [tick_text(tick, step, form) for tick in x]
    for tick in x:
        sheet.rule(scale(tick), sheet.y, scale(tick), sheet.y + 4, opacity=0.4)
    widest = max((pixels(name, SMALL) for name in names), default=0.0)
    gap = min((scale(b) - scale(a) for a, b in pairwise(x)), default=widest + 10)
    every = max(1, int(-(-(widest + 10) // max(gap, 1))))
    sheet.y += 17
    for tick, name in [*zip(x, names, strict=True)][::every]:
        sheet.centred(scale(tick), sheet.y, name)
    sheet.y += 4


def thin(points: Sequence[Point], bin_width: float) -> list[Point]:
    """The points that shape the drawn line: first, lowest, highest and last of every `bin_width` pixels.

    Source: the M4 reduction, Jugel et al. (2014), "M4: a visualization-oriented time series data
    aggregation", PVLDB 7(10).

    Examples:
        >>> thin([(0, 5), (0.2, 9), (0.4, 1), (0.6, 4), (0.8, 5), (3, 5)], 1)
        [(0, 5), (0.2, 9), (0.4, 1), (0.8, 5), (3, 5)]
    """
    kept: list[Point] = []
    start = 0
    for stop in range(1, len(points) + 1):
        if stop < len(points) and points[stop][0] // bin_width == points[start][0] // bin_width:
            continue
        group = range(start, stop)
        lowest = min(group, key=lambda i: points[i][1])
        highest = max(group, key=lambda i: points[i][1])
        kept += [points[i] for i in sorted({start, lowest, highest, stop - 1})]
        start = stop
    return kept


def straighten(points: Sequence[Point]) -> list[Point]:
    """The points without those in the middle of a level stretch.

    Examples:
        >>> straighten([(0, 1), (1, 1), (2, 1), (3, 5)])
        [(0, 1), (2, 1), (3, 5)]
    """
    kept = list(points[:1])
    for point, after in pairwise(points[1:]):
        # Against the last kept one, not the last one: a slow drift must not vanish step by step.
        if abs(point[1] - kept[-1][1]) >= _LEVEL or abs(point[1] - after[1]) >= _LEVEL:
            kept.append(point)
    return kept + list(points[1:][-1:])
