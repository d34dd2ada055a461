"""Line pictures drawn as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.pictures.lines_axes import x_range, x_ticks, y_axis
from custlife.pictures.plot import SMALL, Frame, Point, open_frame, straighten, thin, x_names
from custlife.pictures.plot import x_ticks as draw_x_ticks
from custlife.pictures.scales import Scale, number, shown
from custlife.pictures.series import Track, risk_at, stretches, x_labels
from custlife.pictures.svg import EDGE, element, num, tooltip
from custlife.pictures.tones import INK, paint
from custlife.pictures.words import pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.pictures.lines import Lines
    from custlife.pictures.svg import Sheet

_HEIGHT = 240.0
_MOST_SERIES = 24
_MOST_POINTS = 2800
"""Keeps the drawing under 60 KB."""
_DOTS = 24


def draw(picture: Lines, tracks: list[Track], sheet: Sheet) -> None:
    """Draws the curves, axes, legend and the table of counts."""
    shown_tracks = tracks[:_MOST_SERIES]
    if len(tracks) > 1:
        sheet.legend((t.given.name, t.tone, "solid" if t.base else f"line {t.dash}") for t in shown_tracks)
    if len(tracks) > _MOST_SERIES:
        sheet.text(EDGE, sheet.y + 8, f"... {len(tracks) - _MOST_SERIES:,} more series", size=SMALL, quiet=True)
        sheet.y += 18
    risk = [track for track in shown_tracks if track.given.at_risk]
    margin = _risk_margin(picture, risk)
    low, high = x_range(picture, tracks)
    marks = _mark_rows(picture, sheet.room - margin - 60, low, high)
    sheet.y += 8 + 14 * max(row for *_, row in marks) if marks else 0
    frame, up = open_frame(sheet, y_axis(picture, tracks), picture.form, picture.y_label, height=_HEIGHT, margin=margin)
    along = (
        Scale(low, high, frame.left, frame.right) if high > low else Scale(low - 1, low + 1, frame.left, frame.right)
    )
    _draw_marks(marks, sheet, frame, along)
    _draw_tracks(picture, shown_tracks, sheet, along, up)
    ticks = _draw_x_axis(picture, tracks, sheet, frame, along)
    if risk:
        _draw_risk(picture, risk, sheet, ticks, along)


def _mark_rows(picture: Lines, width: float, low: float, high: float) -> list[tuple[float, str, int]]:
    """The marks, each with a row for its label, so that no two labels overlap."""
    rows: list[float] = []
    found = []
    for x, label in sorted(picture.marks):
        half = pixels(label, SMALL) / 2 + 4
        # The width of the axis labels is not known yet; close enough to choose rows.
        place = Scale(low, high, 0, width)(x)
        row = next((i for i, end in enumerate(rows) if place - half >= end), len(rows))
        rows[row : row + 1] = [place + half]
        found.append((x, label, row))
    return found


def _draw_marks(marks: list[tuple[float, str, int]], sheet: Sheet, frame: Frame, along: Scale) -> None:
    for x, label, row in marks:
        place = along(x)
        sheet.rule(place, frame.top - 4 - 14 * row, place, frame.bottom, opacity=0.6, dash="3 3")
        sheet.centred(place, frame.top - 8 - 14 * row, label)


def _draw_x_axis(picture: Lines, tracks: list[Track], sheet: Sheet, frame: Frame, along: Scale) -> list[float]:
    labels = x_labels(picture.series)
    if labels:
        places = [along(float(index)) for index in range(len(labels))]
        x_names(sheet, places, labels, frame)
        every = max(1, -(-len(labels) // 8))
        ticks = [float(i) for i in range(0, len(labels), every)]
    else:
        found = x_ticks(picture, tracks, max(3, round((frame.right - frame.left) / 80)))
        draw_x_ticks(sheet, found.ticks, found.step, along)
        ticks = list(found.ticks)
    if picture.x_label:
        sheet.y += 14
        sheet.text(frame.right, sheet.y, picture.x_label, size=SMALL, room=frame.right - EDGE, anchor="end", quiet=True)
        sheet.y += 3
    return ticks


def _draw_tracks(picture: Lines, tracks: list[Track], sheet: Sheet, along: Scale, up: Scale) -> None:
    lines = [(track, [_points(run, along, up) for run in stretches(track.xs, track.ys)]) for track in tracks]
    bands = [(track, _band(track, along, up)) for track in tracks if track.given.low]
    bases = [(track, _points([*zip(track.xs, track.base, strict=True)], along, up)) for track in tracks if track.base]
    every = [run for _, runs in lines for run in runs]
    every += [edge for _, pairs in bands for pair in pairs for edge in pair] + [base for _, base in bases]
    width = _bin_width(every)
    for track, base in bases:
        _fill(sheet, thin(_points_of(track, along, up), width), thin(base, width), track, "0.78")
    for track, pairs in bands:
        for low, high in pairs:
            _fill(sheet, _shape(high, width, track), _shape(low, width, track), track, "0.16")
    for track, runs in lines:
        if track.base:
            continue
        for run in runs:
            _stroke(sheet, _shape(run, width, track), track)
        _draw_dots(picture, track, sheet, along, up)


def _points(run: Sequence[tuple[float, ...]], along: Scale, up: Scale) -> list[Point]:
    return [(along(point[0]), up(point[1])) for point in run]


def _points_of(track: Track, along: Scale, up: Scale) -> list[Point]:
    return [(along(x), up(y or 0.0)) for x, y in zip(track.xs, track.ys, strict=True)]


def _band(track: Track, along: Scale, up: Scale) -> list[tuple[list[Point], list[Point]]]:
    runs = stretches(track.xs, track.given.low, track.given.high)
    return [([(along(x), up(low)) for x, low, _ in run], [(along(x), up(high)) for x, _, high in run]) for run in runs]


def _bin_width(lines: Sequence[Sequence[Point]]) -> float:
    width = 1.0
    while sum(len(thin(line, width)) for line in lines) > _MOST_POINTS and width < 64:
        width *= 2
    return width


def _shape(points: Sequence[Point], width: float, track: Track) -> list[Point]:
    points = straighten(thin(points, width))
    if track.given.style != "step":
        return points
    corners = [points[0]]
    for point in points[1:]:
        corners += [(point[0], corners[-1][1]), point]
    return corners


def _path(points: Sequence[Point]) -> str:
    first, *rest = [f"{num(x)} {num(y)}" for x, y in points]
    return f"M{first}" + (f"L{' '.join(rest)}" if rest else "")


def _stroke(sheet: Sheet, points: Sequence[Point], track: Track) -> None:
    if len(points) < 2:
        sheet.add(element("circle", cx=points[0][0], cy=points[0][1], r=3, fill=paint(track.tone)))
        return
    sheet.add(
        element(
            "path",
            tooltip(track.given.name),
            d=_path(points),
            fill="none",
            stroke=paint(track.tone),
            stroke_width=2,
            stroke_linejoin="round",
            stroke_dasharray=track.dash or None,
        )
    )


def _fill(sheet: Sheet, upper: Sequence[Point], lower: Sequence[Point], track: Track, opacity: str) -> None:
    outline = _path([*upper, *reversed(lower)]) + "Z"
    sheet.add(element("path", tooltip(track.given.name), d=outline, fill=paint(track.tone), fill_opacity=opacity))


def _draw_dots(picture: Lines, track: Track, sheet: Sheet, along: Scale, up: Scale) -> None:
    if track.given.style == "step" or len(track.xs) > _DOTS:
        return
    dots = [
        element(
            "circle",
            tooltip(f"{track.given.name} · {_x_text(x)}: {shown(y, picture.form)}"),
            cx=along(p),
            cy=up(y),
            r=2.6,
        )
        for x, p, y in zip(track.given.xs, track.xs, track.ys, strict=True)
        if y is not None
    ]
    sheet.add(element("g", "".join(dots), fill=paint(track.tone)))


def _x_text(x: float | str) -> str:
    return x if isinstance(x, str) else number(x)


def _risk_margin(picture: Lines, risk: Sequence[Track]) -> float:
    if not risk:
        return 0.0
    names = [track.given.name for track in risk] if len(risk) > 1 else []
    return min(130.0, max(pixels(name, SMALL) for name in [picture.risk_label, *names]) + 30)


def _draw_risk(picture: Lines, risk: list[Track], sheet: Sheet, ticks: list[float], along: Scale) -> None:
    sheet.y += 8
    room = along.start - EDGE - 16
    if len(risk) > 1:
        sheet.y += 12
        sheet.text(EDGE, sheet.y, picture.risk_label, size=SMALL, room=sheet.room, quiet=True)
        sheet.y += 3
    for track in risk:
        sheet.y += 15
        name = track.given.name if len(risk) > 1 else picture.risk_label
        sheet.text(EDGE, sheet.y, name, size=SMALL, room=room, fill=paint(track.tone) if len(risk) > 1 else INK)
        free = 0.0
        for tick in ticks:
            count = risk_at(track, tick)
            text = "" if count is None else number(count, 0)
            half = pixels(text, SMALL) / 2
            place = min(max(along(tick), along.start - 14 + half), sheet.width - EDGE - half)
            if text and place - half > free:
                sheet.text(place, sheet.y, text, size=SMALL, anchor="middle")
                free = place + half + 4
    sheet.y += 3
