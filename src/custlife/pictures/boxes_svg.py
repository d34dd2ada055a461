"""Diagrams of boxes drawn as SVG."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from custlife.pictures.boxes_layout import NOTE, Bus, Plan, Spot, place
from custlife.pictures.svg import EDGE, Attribute, element, num, tooltip
from custlife.pictures.tones import INK, paint
from custlife.pictures.words import pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.pictures.boxes import Arrow, Box
    from custlife.pictures.svg import Sheet

_MOST_BOXES = 60
_MOST_ARROWS = 150
_CORNER = 6.0

Point = tuple[float, float]


def draw(boxes: Sequence[Box], arrows: Sequence[Arrow], sheet: Sheet) -> str:
    """Draws arrows, then boxes, then the arrows' labels; returns a line on what was left out."""
    drawn = boxes[:_MOST_BOXES]
    known = {box.id for box in drawn}
    fitting = [arrow for arrow in arrows if arrow.source in known and arrow.target in known][:_MOST_ARROWS]
    plan = place(drawn, fitting, sheet.room)
    top = sheet.y
    courses = {bus.number: [_course(bus, source, plan, top) for source in bus.sources] for bus in plan.buses}
    parts = [_straight(source, target, arrow, top) for source, target, arrow in plan.straight]
    for bus in plan.buses:
        abouts = [_about(source, bus.target, bus.label) for source in bus.sources]
        parts += [_line(course, bus.style, about) for course, about in zip(courses[bus.number], abouts, strict=True)]
    # One opacity for the group: lines that share a track must not darken each other.
    sheet.add(element("g", "".join(parts), fill="none", stroke=INK, stroke_width=1.3, opacity="0.62"))
    for spot in plan.spots.values():
        _box(spot, sheet, top)
    _labels(plan, courses, sheet, top)
    sheet.y = top + plan.height
    missing = [(len(boxes) - len(drawn), "boxes"), (len(arrows) - len(fitting), "arrows")]
    return " · ".join(f"... {count:,} more {name}" for count, name in missing if count)


def _box(spot: Spot, sheet: Sheet, top: float) -> None:
    tone = spot.box.tone or ("muted" if spot.box.lane else "accent1")
    colour = paint(tone)
    full = " · ".join(filter(None, [spot.box.name, spot.box.note]))
    x, y = EDGE + spot.x, top + spot.y
    frame = {"x": x, "y": y, "width": spot.width, "height": spot.height}
    look: dict[str, Attribute] = {"fill": colour, "fill_opacity": "0.13", "stroke": colour, "stroke_width": 1.4}
    sheet.add(element("rect", tooltip(full), **frame, rx=7, stroke_dasharray="4 3" if spot.box.lane else None, **look))
    tall = 15 * len(spot.label) + (13 * len(spot.note) + 2 if spot.note else 0)
    line = y + (spot.height - tall) / 2 + 12
    for text in spot.label:
        sheet.text(x + spot.width / 2, line, text, room=spot.width - 8, anchor="middle", weight="600")
        line += 15
    for text in spot.note:
        sheet.text(x + spot.width / 2, line, text, size=NOTE, room=spot.width - 8, anchor="middle", quiet=True)
        line += 13


def _about(source: Spot, target: Spot, label: str) -> str:
    return f"{source.box.name} → {target.box.name}" + (f": {label}" if label else "")


def _straight(source: Spot, target: Spot, arrow: Arrow, top: float) -> str:
    y = top + source.y + source.height / 2
    start, end = EDGE + source.x + source.width + 2, EDGE + target.x - 2
    return _line([(start, y), (end, y)], arrow.style, _about(source, target, arrow.label))


def _labels(plan: Plan, courses: dict[int, list[list[Point]]], sheet: Sheet, top: float) -> None:
    for source, target, arrow in plan.straight:
        left, right = EDGE + source.x + source.width, EDGE + target.x
        y = top + source.y + source.height / 2 - 6
        if arrow.label:
            sheet.text(
                (left + right) / 2, y, arrow.label, size=NOTE, room=right - left - 4, anchor="middle", quiet=True
            )
    lines = [pair for several in courses.values() for course in several for pair in pairwise(course)]
    for bus in plan.buses:
        if not bus.label:
            continue
        runs = [sorted((course[1][0], course[2][0])) for course in courses[bus.number]]
        left, right = min(run[0] for run in runs), max(run[1] for run in runs)
        room = max(right - left - 10, 84.0)
        half = min(pixels(bus.label, NOTE), room) / 2
        y = courses[bus.number][0][1][1] - 4
        x = _free_place(left, right, half, [a[0] for a, b in lines if _rises_through(a, b, y)], sheet.width - EDGE)
        sheet.text(x, y, bus.label, size=NOTE, room=room, anchor="middle", quiet=True, halo=True)


def _rises_through(start: Point, end: Point, y: float) -> bool:
    low, high = sorted((start[1], end[1]))
    return abs(start[0] - end[0]) < 0.5 and low < y + 2 and high > y - 9


def _free_place(left: float, right: float, half: float, upright: Sequence[float], edge: float) -> float:
    """The place nearest to the middle of a track where no upright line crosses the label."""
    middle = (left + right) / 2
    low, high = EDGE + half, edge - half
    steps = [shift * sign for shift in range(0, int(max(right - left, 2 * half) / 2) + 12, 4) for sign in (1, -1)]
    for shift in steps:
        x = min(max(middle + shift, low), high)
        if all(abs(x - line) > half + 3 for line in upright):
            return x
    return min(max(middle, low), high)


def _course(bus: Bus, source: Spot, plan: Plan, top: float) -> list[Point]:
    first, last = bus.gutters[0], bus.gutters[-1]
    leaves, enters = bus.leaves(first), bus.enters(last)
    out = EDGE + plan.ports[source.box.id, leaves, bus.number]
    into = EDGE + plan.ports[bus.target.box.id, enters, bus.number]
    out_track, in_track = top + plan.tracks[bus.number, first], top + plan.tracks[bus.number, last]
    start = top + (source.y - 2 if leaves == "top" else source.y + source.height + 2)
    end = top + (bus.target.y - 2 if enters == "top" else bus.target.y + bus.target.height + 2)
    if len(bus.gutters) == 1:
        return [(out, start), (out, out_track), (into, out_track), (into, end)]
    side = EDGE + bus.side
    return [(out, start), (out, out_track), (side, out_track), (side, in_track), (into, in_track), (into, end)]


def _line(points: Sequence[Point], style: str, about: str) -> str:
    """A line with rounded corners and an arrowhead at its end."""
    points = [p for i, p in enumerate(points) if i == 0 or math.dist(p, points[i - 1]) > 0.5]
    path = f"M{num(points[0][0])} {num(points[0][1])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        near, far = _towards(corner, before), _towards(corner, after)
        path += f"L{num(near[0])} {num(near[1])}Q{num(corner[0])} {num(corner[1])} {num(far[0])} {num(far[1])}"
    end, before = points[-1], points[-2]
    path += f"L{num(end[0])} {num(end[1])}"
    course = element("path", tooltip(about), d=path, stroke_dasharray="4 3" if style == "dashed" else None)
    return course + element("path", d=_head(before, end), fill=INK, stroke="none")


def _towards(corner: Point, other: Point) -> Point:
    share = min(_CORNER, math.dist(corner, other) / 2) / math.dist(corner, other)
    return corner[0] + (other[0] - corner[0]) * share, corner[1] + (other[1] - corner[1]) * share


def _head(before: Point, end: Point) -> str:
    length = math.dist(before, end)
    dx, dy = (end[0] - before[0]) / length, (end[1] - before[1]) / length
    one = end[0] - 7 * dx - 3.6 * dy, end[1] - 7 * dy + 3.6 * dx
    two = end[0] - 7 * dx + 3.6 * dy, end[1] - 7 * dy - 3.6 * dx
    return f"M{num(end[0])} {num(end[1])}L{num(one[0])} {num(one[1])} {num(two[0])} {num(two[1])}Z"
