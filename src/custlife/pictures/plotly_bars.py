"""Bars, columns and ranges as parts of Plotly figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.pictures.plotly_layout import (
    CLEAR,
    SMALL,
    Spec,
    beside,
    faint,
    frame,
    hatching,
    named_axis,
    text,
    value_axis,
)
from custlife.pictures.scales import shown
from custlife.pictures.segments import Part, Segment, settle
from custlife.pictures.tones import fallback

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.pictures.bars import Bars
    from custlife.pictures.columns import Columns
    from custlife.pictures.ranges import Ranges

_DENSE = 60


def bars(picture: Bars) -> Spec | None:
    """Stacked bars from the top down."""
    if not picture.labels or not picture.segments:
        return None
    rows = [*range(len(picture.labels))]
    traces = [
        {**trace, "orientation": "h", "y": rows, "x": list(values)}
        for trace, values in _stacks(picture.labels, picture.segments, picture.form)
    ]
    ends, margin = beside(picture._ends())
    place = {"x": 0, "xref": "x", "xanchor": "left", "yref": "y", "showarrow": False, "opacity": 0.75}
    remarks = [
        {**place, "y": row + 0.5, "text": text(said), "font": {"size": SMALL}}
        for row, said in enumerate(picture.between)
        if said
    ]
    layout = {
        "barmode": "relative",
        "bargap": 0.5 if remarks else 0.28,
        "xaxis": value_axis(picture.form),
        "yaxis": named_axis(picture.labels, upright=True),
        "annotations": [*ends, *remarks],
        "margin": {"r": margin},
    }
    return frame(picture.title, picture.note, traces, layout, _height(len(rows), 46 if remarks else 32))


def columns(picture: Columns) -> Spec | None:
    """Stacked columns from left to right, and the line over them."""
    if not picture.labels or not picture._all():
        return None
    places = [*range(len(picture.labels))]
    traces = [
        {**trace, "x": places, "y": list(values)}
        for trace, values in _stacks(picture.labels, picture.segments, picture.form)
    ]
    if picture.line:
        colour = {"color": fallback(picture.line.tone)} if picture.line.tone else {"color": "#808080"}
        drawn = {"type": "scatter", "mode": "lines+markers", "line": colour, "marker": colour, "connectgaps": True}
        told = _told(picture.labels, picture.line, picture.form)
        named = {"name": text(picture.line.name, 40), "showlegend": bool(picture.segments and picture.line.name)}
        traces.append({**drawn, **told, **named, "x": places, "y": list(picture.line.values)})
    layout = {
        "barmode": "relative",
        "xaxis": named_axis(picture.labels),
        "yaxis": value_axis(picture.form, picture.y_label),
    }
    return frame(picture.title, picture.note, traces, layout, 280)


def ranges(picture: Ranges) -> Spec | None:
    """Dots with the lines of their intervals."""
    if not picture._has_dots():
        return None
    ends, margin = beside(picture._ends())
    tones = [picture._tone(row) for row in range(len(picture.labels))]
    traces = [_intervals(picture, tones, tone) for tone in dict.fromkeys(tones)]
    told = [text(_range_told(picture, row, end)) for row, end in enumerate(picture._ends())]
    dots = {"type": "scatter", "mode": "markers", "hoverinfo": "text", "hovertext": told, "showlegend": False}
    marker = {"size": 11, "color": [fallback(tone) for tone in tones]}
    traces.append({**dots, "x": list(picture.values), "y": [*range(len(tones))], "marker": marker})
    layout = {
        "xaxis": {**value_axis(picture.form), "rangemode": "tozero"},
        "yaxis": named_axis(picture.labels, upright=True),
        "annotations": ends,
        "margin": {"r": margin},
    }
    return frame(picture.title, picture.note, traces, layout, _height(len(tones), 32))


def _range_told(picture: Ranges, row: int, end: str) -> str:
    said, low, high = f"{picture.labels[row]}: {end}", picture.low[row], picture.high[row]
    if picture.ends or low is None or high is None:
        return said
    return f"{said} ({shown(low, picture.form)} to {shown(high, picture.form)})"


def _intervals(picture: Ranges, tones: Sequence[str], tone: str) -> Spec:
    xs: list[float | None] = []
    ys: list[int | None] = []
    for row, (low, high) in enumerate(zip(picture.low, picture.high, strict=True)):
        if tones[row] == tone and low is not None and high is not None:
            xs += [low, high, None]
            ys += [row, row, None]
    ends = {"symbol": "line-ns", "size": 11, "line": {"width": 2, "color": fallback(tone)}}
    quiet = {"hoverinfo": "skip", "showlegend": False}
    line = {"color": fallback(tone), "width": 2}
    return {"type": "scatter", "mode": "lines+markers", "x": xs, "y": ys, "line": line, "marker": ends, **quiet}


def _stacks(labels: Sequence[str], given: Sequence[Segment], form: str) -> list[tuple[Spec, Sequence[float | None]]]:
    found: list[tuple[Spec, Sequence[float | None]]] = []
    solids = 0
    for segment, part in zip(given, settle(given), strict=True):
        named = {"name": text(part.name, 40), "showlegend": len(given) > 1 and bool(part.name)}
        bar = {"type": "bar", **named, "marker": _marker(part, solids), **_told(labels, segment, form)}
        solids += part.look == "solid"
        found.append((bar, segment.values))
    return found


def _told(labels: Sequence[str], segment: Segment, form: str) -> Spec:
    heads = [f"{label} · {segment.name}" if segment.name else label for label in labels]
    told = [text(f"{head}: {shown(value, form)}") for head, value in zip(heads, segment.values, strict=True)]
    return {"hoverinfo": "text", "hovertext": told}


def _marker(part: Part, solids: int) -> Spec:
    colour = fallback(part.tone)
    edge = {"color": colour, "width": 1.2}
    if part.look == "outline":
        return {"color": faint(part.tone, 0.14), "line": edge}
    if part.look == "hatched":
        pattern = {"shape": "/", "fgcolor": colour, "bgcolor": faint(part.tone, 0.2), "fillmode": "replace", "size": 8}
        return {"color": colour, "line": edge, "pattern": pattern}
    pattern = hatching(solids)
    return {"color": colour, "line": {"color": CLEAR, "width": 0}, **({"pattern": pattern} if pattern else {})}


def _height(rows: int, each: int) -> float:
    return max(90, rows * (each if rows <= _DENSE else 20))
