"""Line pictures plotted with characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.pictures.lines_axes import x_range, x_ticks, y_axis
from custlife.pictures.scales import Scale, number, shown, tick_text
from custlife.pictures.series import Track, risk_at, value_at, x_labels
from custlife.pictures.words import cells, clip, pad

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from custlife.pictures.lines import Lines

_ROWS = 12
_MARKS = "●○▲△■□◆◇"
_SPARKS = "▁▂▃▄▅▆▇█"


def plot(picture: Lines, tracks: list[Track], width: int) -> list[str]:
    """Lines of the plot: sparklines for areas, a grid of characters for the rest, counts below."""
    curves = [track for track in tracks if not track.base]
    areas = [track for track in tracks if track.base]
    lines = _sparklines(picture, areas, width) if areas else []
    if any(y is not None for track in curves for y in track.ys):
        lines += [*([""] if lines else []), *_curves(picture, curves, width)]
    return lines


def _sparklines(picture: Lines, areas: list[Track], width: int) -> list[str]:
    names = min(max(cells(track.given.name) for track in areas), width // 3)
    tails = [_first_and_last(picture, track) for track in areas]
    room = max(8, width - names - max(map(cells, tails)) - 4)
    heights = [[y or 0.0 for y in track.given.ys] for track in areas]
    top = max((abs(y) for ys in heights for y in ys), default=0.0) or 1.0
    lines = []
    for track, ys, tail in zip(areas, heights, tails, strict=True):
        count = min(room, len(ys))
        picked = [ys[index * (len(ys) - 1) // max(1, count - 1)] for index in range(count)]
        spark = "".join(_SPARKS[min(7, max(0, int(y / top * 7.999)))] for y in picked)
        lines.append(clip(f"{pad(track.given.name, names)}  {spark}  {tail}", width))
    first, last = _x_ends(picture, areas)
    return [*lines, clip(f"{' ' * names}  {first} to {last}", width)]


def _first_and_last(picture: Lines, track: Track) -> str:
    ys = track.given.ys
    return f"{shown(ys[0], picture.form)} → {shown(ys[-1], picture.form)}" if ys else ""


def _x_ends(picture: Lines, tracks: list[Track]) -> tuple[str, str]:
    labels = x_labels(picture.series)
    if labels:
        return labels[0], labels[-1]
    low, high = x_range(picture, tracks)
    return number(low), f"{number(high)} {picture.x_label}".rstrip()


def _curves(picture: Lines, tracks: list[Track], width: int) -> list[str]:
    axis = y_axis(picture, tracks, 4)
    names = {tick: tick_text(tick, axis.step, picture.form) for tick in axis.ticks}
    margin = max(map(cells, names.values())) + 1
    low, high = x_range(picture, tracks)
    along = Scale(low, high, 0, width - margin - 2)
    up = Scale(axis.low, axis.high, _ROWS, 0)
    grid = [[" "] * (width - margin - 1) for _ in range(_ROWS + 1)]
    for index, track in enumerate(tracks):
        _draw(grid, _heights(track, along, up), "" if len(tracks) == 1 else _MARKS[index % len(_MARKS)])
    at = {round(up(tick)): name for tick, name in names.items()}
    lines = [
        f"{at.get(row, ''):>{margin - 1}} {'┤' if row in at else '│'}{''.join(grid[row])}" for row in range(_ROWS + 1)
    ]
    if picture.y_label:
        lines.insert(0, clip(picture.y_label, width))
    if len(tracks) > 1:
        legend = [f"{_MARKS[i % len(_MARKS)]} {track.given.name}" for i, track in enumerate(tracks)]
        lines[:0] = _flowed(legend, width)
    return [*lines, *_x_axis(picture, tracks, along, margin, width)]


def _flowed(entries: Iterable[str], width: int) -> list[str]:
    lines = [""]
    for entry in entries:
        longer = f"{lines[-1]}  {entry}" if lines[-1] else clip(entry, width)
        if cells(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(clip(entry, width))
    return lines


def _heights(track: Track, along: Scale, up: Scale) -> list[int | None]:
    span = along.high - along.low
    places = [along.low + span * column / max(1, along.end) for column in range(int(along.end) + 1)]
    # The last column must reach the last point in spite of rounding.
    places[-1] = along.high if span else places[-1]
    values = [value_at(track, place) for place in places]
    return [None if value is None else round(up(value)) for value in values]


def _draw(grid: list[list[str]], heights: Sequence[int | None], mark: str) -> None:
    before: int | None = None
    for column, row in enumerate(heights):
        if row is not None:
            if mark or before is None or before == row:
                grid[row][column] = mark or "─"
            else:
                falls = row > before
                grid[before][column], grid[row][column] = ("╮", "╰") if falls else ("╯", "╭")
                for between in range(min(before, row) + 1, max(before, row)):
                    grid[between][column] = "│"
        before = row


def _x_axis(picture: Lines, tracks: list[Track], along: Scale, margin: int, width: int) -> list[str]:
    labels = x_labels(picture.series)
    if labels:
        ticks = [(float(index), clip(label, width // 3)) for index, label in enumerate(labels)]
    else:
        found = x_ticks(picture, tracks, 6)
        ticks = [(tick, tick_text(tick, found.step, "number")) for tick in found.ticks]
    foot = " " * margin + "└" + "─" * (width - margin - 1)
    placed = [(margin + 1 + round(along(x)), text) for x, text in ticks]
    lines = [foot, _place(placed, width)]
    if picture.x_label:
        lines.append(pad(picture.x_label, width, "right"))
    risk = [track for track in tracks if track.given.at_risk]
    lines += [f"{picture.risk_label}:"] if risk else []
    for track in risk:
        counts = [(margin + 1 + round(along(x)), risk_at(track, x)) for x, _ in ticks]
        if len(risk) > 1:
            lines.append(clip(f"  {track.given.name}", width))
        lines.append(_place([(at, number(n, 0)) for at, n in counts if n is not None], width))
    return lines


def _place(texts: Sequence[tuple[int, str]], width: int) -> str:
    line = ""
    for at, text in texts:
        start = min(max(0, at - cells(text) // 2), width - cells(text))
        if start >= cells(line) + (2 if line else 0):
            line += " " * (start - cells(line)) + text
    return line
