"""A grid as a Plotly heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.pictures.plotly_layout import SMALL, Spec, frame, named_axis, text, value_axis
from custlife.pictures.tones import LEVELS, fallback, shade

if TYPE_CHECKING:
    from custlife.pictures.grid import Grid

_MOST_WRITTEN = 400
_MOST_TEXT = 12


def grid(picture: Grid) -> Spec | None:
    """Shaded cells with their texts; blank ones are crossed out."""
    if not picture.rows or not picture.columns:
        return None
    traces = [_cells(picture), *_blanks(picture)]
    head, extra = picture._heads()
    notes = picture.row_notes or ("",) * len(picture.rows)
    rows = [" · ".join(filter(None, pair)) for pair in zip(picture.rows, notes, strict=True)]
    corner = " · ".join(filter(None, [head, extra if picture.row_notes else ""]))
    layout = {
        "xaxis": {**named_axis(picture.columns), "side": "bottom"},
        "yaxis": named_axis(rows, corner, upright=True),
    }
    return frame(picture.title, picture.note, traces, layout, max(120, min(30 * len(rows), 1200)))


def _cells(picture: Grid) -> Spec:
    low, high = picture._span()
    shades = [[level / LEVELS, shade(level, picture.sides)] for level in range(LEVELS + 1)]
    labels = [[picture._label(i, j) for j in range(len(picture.columns))] for i in range(len(picture.rows))]
    told = [
        [text(f"{row} · {name}: {label}") for name, label in zip(picture.columns, found, strict=True)]
        for row, found in zip(picture.rows, labels, strict=True)
    ]
    fits = len(picture.rows) * len(picture.columns) <= _MOST_WRITTEN and len(picture.columns) <= 14
    fitting = [[text(label) if len(label) <= _MOST_TEXT else "" for label in found] for found in labels]
    key = {**value_axis(picture.form), "thickness": 12, "outlinewidth": 0}
    bar = {name: key[name] for name in key if name not in ("gridcolor", "zerolinecolor", "automargin")}
    return {
        "type": "heatmap",
        "z": [list(row) for row in picture.values],
        "x": [*range(len(picture.columns))],
        "y": [*range(len(picture.rows))],
        "zmin": low,
        "zmax": high if high > low else low + 1,
        "colorscale": shades,
        "colorbar": bar,
        "hoverinfo": "text",
        "hovertext": told,
        "hoverongaps": False,
        "xgap": 1.5,
        "ygap": 1.5,
        **({"text": fitting, "texttemplate": "%{text}", "textfont": {"size": SMALL}} if fits else {}),
    }


def _blanks(picture: Grid) -> list[Spec]:
    """One mark in each blank cell, named in the legend."""
    places = [(i, j) for i, row in enumerate(picture.values) for j, value in enumerate(row) if value is None]
    if not places:
        return []
    told = [
        text(f"{picture.rows[i]} · {picture.columns[j]}: {picture._label(i, j) or picture.blank}") for i, j in places
    ]
    colour = fallback("muted")
    marker = {"symbol": "line-ne", "size": 9, "line": {"width": 1.5, "color": colour}, "color": colour}
    named = {"name": text(picture.blank, 40), "showlegend": True, "hoverinfo": "text", "hovertext": told}
    where = {"x": [j for _, j in places], "y": [i for i, _ in places]}
    return [{"type": "scatter", "mode": "markers", "marker": marker, **where, **named}]
