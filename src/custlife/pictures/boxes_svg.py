"""Diagrams of boxes drawn as SVG."""

from __future__ import annotations

import math
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
    labels: list[tuple[float, float, str, float, str | None]] = []
    parts = [_straight(source, target, arrow, top, labels) for source, target, arrow in plan.straight]
    parts += [_bus(bus, plan, top, labels) for bus in plan.buses]
    # One opacity for the group: lines that share a track must not darken each other.
    sheet.add(element("g", "".join(parts), fill="none", stroke=INK, stroke_width=1.3, opacity="0.62"))
    for spot in plan.spots.values():
        _box(spot, sheet, top)
    for x, y, label, room, anchor in labels:
        sheet.text(x, y, label, size=NOTE, room=room, anchor=anchor, quiet=True, halo=True)
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


def _straight(
    source: Spot, target: Spot, arrow: Arrow, top: float, labels: list[tuple[float, float, str, float, str | None]]
) -> str:
    y = top + source.y + source.height / 2
    start, end = EDGE + source.x + source.width + 2, EDGE + target.x - 2
    if arrow.label:
        labels.append(((start + end) / 2, y - 6, arrow.label, end - start - 2, "middle"))
    return _line([(start, y), (end, y)], arrow.style, f"{source.box.name} → {target.box.name}")


def _bus(bus: Bus, plan: Plan, top: float, labels: list[tuple[float, float, str, float, str | None]]) -> str:
    parts = []
    for source in bus.sources:
        about = f"{source.box.name} → {bus.target.box.name}" + (f": {bus.label}" if bus.label else "")
        parts.append(_line(_course(bus, source, plan, top), bus.style, about))
    if bus.label:
        points = _course(bus, bus.sources[0], plan, top)
        start, end = points[1][0], points[2][0]
        room = max(abs(end - start) - 8, 70.0)
        half = min(pixels(bus.label, NOTE), room) / 2
        wide = max(point[0] for spot in plan.spots.values() for point in [(spot.x + spot.width, 0)]) + EDGE
        middle = min(max((start + end) / 2, EDGE + half), wide - half)
        labels.append((middle, points[1][1] - 4, bus.label, room, "middle"))
    return "".join(parts)


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
