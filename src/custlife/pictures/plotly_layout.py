"""What all Plotly figures share: safe texts, colours, axes, title, legend and note.

Plotly reads a few tags, `$...$` and `%{...}` in every text. `text` is the one door: what comes in is shown as it is.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from custlife.pictures.tones import fallback
from custlife.pictures.words import FULL_TEXT, clip, pixels, wrap, wrap_pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

Spec = dict[str, Any]
"""A part of a figure, with the names of Plotly's attributes."""

SMALL = 11
RULE = "rgba(128,128,128,0.22)"
ZERO = "rgba(128,128,128,0.65)"
CLEAR = "rgba(0,0,0,0)"
_SHAPES = ("", ".", "\\", "x", "-", "|", "+")
_WIDTH = 640.0
"""Pixels that a plot is reckoned to have; a figure grows with its page."""
_MOST_CELLS = 34
_TITLE_CELLS = 80


def text(value: str, room: int = FULL_TEXT) -> str:
    """A text for any place of a figure, cut to `room` columns: no tag, formula or template is left in it.

    Examples:
        >>> text("<b>$1 to $2</b>")
        '&lt;b&gt;&#36;1 to &#36;2&lt;/b&gt;'
    """
    # Plotly knows no &quot; and no attribute holds these texts, so quotes stay.
    return html.escape(clip(value, room), quote=False).replace("$", "&#36;").replace("%{", "&#37;{")


def faint(tone: str, opacity: float) -> str:
    """The colour of a tone, thinned."""
    colour = fallback(tone)
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def hatching(index: int) -> Spec:
    """The pattern of the n-th of several filled things: colour alone tells some readers nothing."""
    shape = _SHAPES[index % len(_SHAPES)]
    look = {"shape": shape, "fgcolor": "rgba(255,255,255,0.5)", "fillmode": "overlay", "size": 7, "solidity": 0.2}
    return look if shape else {}


def value_axis(form: str, title: str = "") -> Spec:
    """An axis of numbers or shares; its ticks follow the zoom."""
    shown: Spec = {"tickformat": ",.2~%"} if form == "percent" else {"separatethousands": True, "exponentformat": "B"}
    return {**shown, "minexponent": 6, **_axis(title)}


def named_axis(labels: Sequence[str], title: str = "", *, upright: bool = False) -> Spec:
    """An axis of labels at 0, 1, 2, ...: labels may be equal. `upright` runs down the side, else only some may fit."""
    room = _MOST_CELLS if upright else _MOST_CELLS // 2
    widest = max((pixels(clip(label, room), SMALL) for label in labels), default=0.0)
    every = 1 if upright else max(1, int(-(-(widest + 8) * len(labels) // _WIDTH)))
    places = [*range(0, len(labels), every)]
    shown = {"tickmode": "array", "tickvals": places, "ticktext": [text(labels[i], room) for i in places]}
    last = len(labels) - 0.5
    reach = {"range": [last, -0.5] if upright else [-0.5, last], "showgrid": False, "zeroline": False}
    return {**shown, **_axis(title), **reach, "tickangle": 0, "ticks": "outside", "tickcolor": CLEAR}


def _axis(title: str) -> Spec:
    named = {"title": {"text": text(title), "font": {"size": SMALL + 1}}} if title else {}
    return {**named, "gridcolor": RULE, "zerolinecolor": ZERO, "automargin": True}


def beside(ends: Sequence[str]) -> tuple[list[Spec], float]:
    """Texts to the right of rows 0, 1, 2, ..., and the margin that they need."""
    place = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 8, "yref": "y", "showarrow": False}
    notes = [{**place, "y": row, "text": text(end)} for row, end in enumerate(ends) if end]
    return notes, min(max((pixels(end) for end in ends), default=0.0), 300.0) + 24


def frame(title: str, note: str, traces: Sequence[Spec], layout: Spec, inner: float) -> Spec:
    """A whole figure: `layout` with title above, legend below it, and note under the axes.

    `inner` is the height of the plot alone, in pixels.
    """
    titles = [text(line, _TITLE_CELLS) for line in wrap(title, _TITLE_CELLS)] if title else []
    notes = [text(line) for line in wrap_pixels(note, _WIDTH + 60, SMALL)] if note else []
    names = [trace["name"] for trace in traces if trace.get("showlegend")]
    legend = 21 * -(-len(names) // max(1, _WIDTH // (max(map(pixels, names)) + 42))) + 4 if names else 0
    top = 24 + 21 * len(titles) + legend
    foot = 0 if "xaxis" not in layout else 46 if "title" in layout["xaxis"] else 30
    bottom = foot + 15 * len(notes) + 16
    marks = list(layout.get("annotations", ()))
    if notes:
        marks.append(_below("<br>".join(notes), foot + 4))
    given = layout.get("margin", {})
    return {
        "data": list(traces),
        "layout": {
            **layout,
            **({"title": _above("<br>".join(titles))} if titles else {}),
            "annotations": marks,
            "margin": {"l": 24, "r": 24, **given, "t": top, "b": bottom},
            "height": round(inner + top + bottom),
            "showlegend": bool(names),
            "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemsizing": "constant"},
            "plot_bgcolor": CLEAR,
            "hovermode": "closest",
        },
    }


def _above(lines: str) -> Spec:
    place = {"x": 0, "xref": "container", "xanchor": "left", "y": 1, "yref": "container", "yanchor": "top"}
    return {"text": lines, **place, "pad": {"l": 24, "t": 14}, "font": {"size": 15}}


def _below(lines: str, shift: float) -> Spec:
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 0, "yanchor": "top", "yshift": -shift}
    return {"text": lines, **place, "align": "left", "showarrow": False, "opacity": 0.75, "font": {"size": SMALL}}


def nothing(title: str, note: str, said: str) -> Spec:
    """A figure that says that there is nothing to show."""
    hidden = {"visible": False}
    mark = {"text": said, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "showarrow": False}
    return frame(title, note, [], {"annotations": [mark], "xaxis": hidden, "yaxis": hidden}, 80)
