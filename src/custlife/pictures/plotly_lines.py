"""Lines, steps, areas and bands as parts of a Plotly figure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from custlife.pictures.lines_axes import x_ticks, y_axis
from custlife.pictures.plotly_layout import SMALL, ZERO, Spec, faint, frame, hatching, named_axis, text, value_axis
from custlife.pictures.scales import number, shown
from custlife.pictures.series import Track, settle, stretches, x_labels
from custlife.pictures.tones import fallback

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.pictures.lines import Lines

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star", "triangle-down")
_DOTS = 24
_HEIGHT = 300


def lines(picture: Lines) -> Spec | None:
    """One trace for each series, and one for its band."""
    tracks = settle(picture.series)
    if not any(y is not None for track in tracks for y in track.ys):
        return None
    traces = [_band(track, index) for index, track in enumerate(tracks) if track.given.low]
    areas = 0
    for index, track in enumerate(tracks):
        look = _area(track, areas) if track.base else _stroke(track, index)
        areas += bool(track.base)
        named = {"name": text(track.given.name, 40), "showlegend": len(tracks) > 1, "legendgroup": str(index)}
        told = {"hoverinfo": "text", "hovertext": _told(picture, track)}
        traces.append({"type": "scatter", "x": list(track.xs), "y": list(track.given.ys), **look, **named, **told})
    up = y_axis(picture, tracks)
    layout = {
        "xaxis": _x_axis(picture, tracks),
        "yaxis": {**value_axis(picture.form, picture.y_label), "range": _with_air(up.low, up.high)},
        "shapes": [_rule(x) for x, _ in picture.marks],
        "annotations": [_said(x, label) for x, label in picture.marks if label],
    }
    return frame(picture.title, picture.note, traces, layout, _HEIGHT)


def _x_axis(picture: Lines, tracks: list[Track]) -> Spec:
    labels = x_labels(picture.series)
    if labels:
        return named_axis(labels, picture.x_label)
    found = value_axis("number", picture.x_label)
    if picture.x_steps != "days":
        return found
    return {**found, "tick0": 0, "dtick": x_ticks(picture, tracks, 8).step}


def _with_air(low: float, high: float) -> list[float]:
    air = (high - low) * 0.03
    return [low - (air if low < 0 else 0), high + air]


def _stroke(track: Track, index: int) -> Spec:
    colour = fallback(track.tone)
    dash = "dash" if track.given.style == "dashed" else track.dash.replace(" ", "px,") + "px" if track.dash else "solid"
    line = {"color": colour, "width": 2, "dash": dash, "shape": "hv" if track.given.style == "step" else "linear"}
    marker = {"color": colour, "symbol": _SYMBOLS[index % len(_SYMBOLS)], "size": _sizes(track)}
    return {"mode": "lines+markers", "line": line, "marker": marker, "connectgaps": False}


def _sizes(track: Track) -> list[int]:
    """All points of a short series have a dot; of a long one every so many, and those that stand alone."""
    step = 1 if len(track.xs) <= _DOTS else -(-len(track.xs) // 10)
    is_there = [False, *(y is not None for y in track.ys), False]
    alone = [not before and not after for before, after in zip(is_there, is_there[2:], strict=False)]
    return [7 if single or index % step == 0 else 0 for index, single in enumerate(alone)]


def _area(track: Track, areas: int) -> Spec:
    pattern = hatching(areas)
    fill = {"stackgroup": "areas", "fillcolor": faint(track.tone, 0.78)} | ({"fillpattern": pattern} if pattern else {})
    return {"mode": "lines", "line": {"color": fallback(track.tone), "width": 1}, **fill}


def _band(track: Track, index: int) -> Spec:
    """A closed outline for each stretch of the band that has no gap."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for run in stretches(track.xs, track.given.low, track.given.high):
        step = track.given.style == "step"
        low = _corners([(x, down) for x, down, _ in run], step)
        high = _corners([(x, up) for x, _, up in run], step)
        for x, y in [*high, *reversed(low)]:
            xs.append(x)
            ys.append(y)
        xs.append(None)
        ys.append(None)
    fill = {"fill": "toself", "fillcolor": faint(track.tone, 0.16), "line": {"width": 0}}
    quiet = {"hoverinfo": "skip", "showlegend": False, "legendgroup": str(index)}
    return {"type": "scatter", "mode": "lines", "x": xs, "y": ys, **fill, **quiet}


def _corners(points: list[tuple[float, float]], step: bool) -> list[tuple[float, float]]:
    if not step:
        return points
    turned = [corner for (_, before), after in pairwise(points) for corner in ((after[0], before), after)]
    return [*points[:1], *turned]


def _told(picture: Lines, track: Track) -> list[str]:
    """For each point: name, x, y, band and count."""
    given = track.given
    return [
        text(
            f"{given.name} · {x if isinstance(x, str) else number(x)}: {shown(given.ys[i], picture.form)}"
            + _limits(given.low[i : i + 1], given.high[i : i + 1], picture.form)
            + "".join(f", {picture.risk_label}: {number(n, 0)}" for n in given.at_risk[i : i + 1] if n is not None)
        )
        for i, x in enumerate(given.xs)
    ]


def _limits(low: Sequence[float | None], high: Sequence[float | None], form: str) -> str:
    pairs = zip(low, high, strict=True)
    return "".join(f" ({shown(a, form)} to {shown(b, form)})" for a, b in pairs if a is not None and b is not None)


def _rule(x: float) -> Spec:
    line = {"dash": "dot", "width": 1.5, "color": ZERO}
    return {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _said(x: float, label: str) -> Spec:
    place = {"x": x, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "top", "textangle": 90}
    return {"text": text(label, 40), **place, "showarrow": False, "font": {"size": SMALL}}
