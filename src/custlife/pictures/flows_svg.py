"""Flow pictures drawn as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.pictures.scales import shown
from custlife.pictures.svg import EDGE, element, num, tooltip
from custlife.pictures.tones import paint
from custlife.pictures.words import pixels

if TYPE_CHECKING:
    from custlife.pictures.flows_layout import Plan, Ribbon, Spot
    from custlife.pictures.svg import Sheet


Place = tuple[float, float, float]
"""Left and right end of a label, and its height."""

_LABEL = 26.0


def draw(plan: Plan, sheet: Sheet, form: str) -> None:
    """Draws ribbons, then bars, then labels, so that labels lie on top."""
    top = sheet.y + 4
    ahead = [_ribbon(ribbon, plan, top, form) for ribbon in plan.ribbons if not ribbon.lane]
    back = [_arc(ribbon, plan, top, form) for ribbon in plan.ribbons if ribbon.lane]
    sheet.add(element("g", "".join(ahead), fill="none", stroke_opacity="0.42"))
    if back:
        sheet.add(element("g", "".join(back), fill="none", stroke_opacity="0.3"))
    for spot in plan.spots:
        about = f"{spot.node.name}: {shown(spot.value, form)}"
        sheet.box(EDGE + spot.x, top + spot.y, plan.bar, max(spot.height, 1.5), tone=spot.tone, tip=about)
    taken: list[Place] = []
    last = max(spot.layer for spot in plan.spots)
    for spot in sorted(plan.spots, key=lambda spot: spot.layer != last):
        _label(spot, plan, sheet, top, form, taken)
    lowest = max(spot.middle for spot in plan.spots)
    sheet.y = top + max(plan.height, lowest + 14) + 4


def _about(ribbon: Ribbon, form: str) -> str:
    return f"{ribbon.source.node.name} → {ribbon.target.node.name}: {shown(ribbon.link.value, form)}"


def _path(ribbon: Ribbon, form: str, course: str, thinnest: float = 0.8) -> str:
    stroke = paint(ribbon.source.tone)
    return element(
        "path", tooltip(_about(ribbon, form)), d=course, stroke=stroke, stroke_width=max(thinnest, ribbon.thick)
    )


def _ribbon(ribbon: Ribbon, plan: Plan, top: float, form: str) -> str:
    left, right = EDGE + ribbon.source.x + plan.bar, EDGE + ribbon.target.x
    middle = num((left + right) / 2)
    start, end = num(top + ribbon.start), num(top + ribbon.end)
    return _path(ribbon, form, f"M{num(left)} {start}C{middle} {start} {middle} {end} {num(right)} {end}")


def _arc(ribbon: Ribbon, plan: Plan, top: float, form: str) -> str:
    left, right = EDGE + ribbon.target.x, EDGE + ribbon.source.x + plan.bar
    start, end, lane = num(top + ribbon.start), num(top + ribbon.end), num(top + ribbon.lane)
    out, back = num(right + ribbon.reach * 1.3), num(left - ribbon.reach * 1.3)
    course = f"M{num(right)} {start}C{out} {start} {out} {lane} {num(right)} {lane}"
    course += f"L{num(left)} {lane}C{back} {lane} {back} {end} {num(left)} {end}"
    return _path(ribbon, form, course, 1.2)


def _free(y: float, sides: tuple[float, float], top: float, taken: list[Place]) -> float:
    """The height nearest to `y` at which a label of two lines hides no other, or else where it hides least."""
    left, right = sides
    near = [other for a, b, other in taken if a < right and left < b]
    tries = [y + step for step in (0.0, 13.0, -13.0, 26.0, -26.0, 39.0, -39.0) if y + step >= top + 10]
    # the first of the best: what is far enough from all is as good as what is farther
    place = max(tries, key=lambda one: min((_LABEL, *(abs(one - other) for other in near))))
    taken.append((left, right, place))
    return place


def _label(spot: Spot, plan: Plan, sheet: Sheet, top: float, form: str, taken: list[Place]) -> None:
    last = spot.layer == max(other.layer for other in plan.spots)
    # Labels stand to the right of their bar, in the last layer to the left.
    x = EDGE + spot.x + (-6 if last and spot.layer else plan.bar + 6)
    anchor = "end" if last and spot.layer else None
    room = min(plan.gap - plan.bar - 12 if plan.gap else sheet.width, x - EDGE if anchor else sheet.width - EDGE - x)
    wide = min(max(pixels(spot.node.name), pixels(shown(spot.value, form), 11)), room)
    y = _free(max(top + spot.middle, top + 10), (x - wide, x) if anchor else (x, x + wide), top, taken)
    sheet.text(x, y - 1, spot.node.name, room=room, anchor=anchor, halo=True)
    sheet.text(x, y + 12, shown(spot.value, form), size=11, room=room, anchor=anchor, quiet=True, halo=True)
