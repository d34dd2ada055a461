"""Tables and boards of cards as Plotly tables."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from custlife.pictures.layout import fit
from custlife.pictures.plotly_layout import CLEAR, RULE, ZERO, Spec, frame, text
from custlife.pictures.words import pieces, pixels, wrap_pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.pictures.cards import Cards
    from custlife.pictures.table import Table

Lines = tuple[str, ...]
_ROOM = 712.0
_LEAST_CARD = 130.0
_PAD = 17.0
_SIZE = 10.5
_MOST_PIECE, _MOST_NUMBER = 120.0, 180.0
_LINE, _ROW, _AIR = 16, 24, 6
_TALLEST = 900


def table(picture: Table) -> Spec | None:
    """The rows with their numbers as written in the other tables; long ones scroll."""
    if not picture.columns or not picture.rows:
        return None
    content = picture._lines(picture._shown(None))
    sides = ["right" if flush else "left" for flush in picture._right()]
    note = " ".join(filter(None, [*picture._more(None), picture.note]))
    return _sheet((picture.title, note), picture.columns, content, sides, _ROOM)


def cards(picture: Cards) -> Spec | None:
    """The board as a table, its lists as bullets."""
    if not picture.rows:
        return None
    content: list[list[Lines]] = [[(name,) for name in picture.rows]]
    content += [[row[i] or ("–",) for row in picture.cells] for i in range(len(picture.columns))]
    names = [picture.corner, *picture.columns]
    room = max(_ROOM, _LEAST_CARD * len(names))
    return _sheet((picture.title, picture.note), names, content, ["left"] * len(names), room)


def _sheet(
    around: tuple[str, str],
    names: Sequence[str],
    content: Sequence[Sequence[Lines]],
    sides: Sequence[str],
    room: float,
) -> Spec:
    wide = _widths(names, content, sides, room)
    heads = [_wrapped((name,), width) for name, width in zip(names, wide, strict=True)]
    cells = [[_wrapped(cell, width) for cell in column] for column, width in zip(content, wide, strict=True)]
    look = {"align": list(sides), "fill": {"color": CLEAR}}
    trace = {
        "type": "table",
        "columnwidth": [width + _PAD for width in wide],
        "header": {**look, "values": ["<br>".join(lines) for lines in heads], "line": {"color": ZERO}, "height": _ROW},
        "cells": {
            **look,
            "values": [["<br>".join(lines) for lines in column] for column in cells],
            "line": {"color": RULE},
            "height": _ROW,
        },
    }
    rows = [heads, *([column[row] for column in cells] for row in range(len(content[0])))]
    deep = [max(map(len, row)) - 1 for row in rows]
    tall = sum(_ROW + (_LINE * more + _AIR if more else 0) for more in deep)
    # Plotly wraps no line that holds a tag, so the lines are made here, for a table of at least that width.
    needed = sum(wide) + _PAD * len(wide)
    layout: Spec = {"width": round(needed) + 48} if needed > _ROOM + 1 else {}
    return frame(*around, [trace], layout, min(tall + 6, _TALLEST))


def _widths(names: Sequence[str], content: Sequence[Sequence[Lines]], sides: Sequence[str], room: float) -> list[float]:
    columns = [[name, *chain.from_iterable(column)] for name, column in zip(names, content, strict=True)]
    natural = [max([24.0, *map(_room, column)]) for column in columns]
    words = [max([24.0, *(_room(word) for line in column for word in pieces(line))]) for column in columns]
    # Numbers stand on one line where there is any room.
    least = [
        min(_MOST_NUMBER, whole) if side == "right" else min(_MOST_PIECE, word)
        for whole, word, side in zip(natural, words, sides, strict=True)
    ]
    return fit(natural, room - _PAD * len(columns), least)


def _room(line: str) -> float:
    return pixels(line, _SIZE) + 8


def _wrapped(cell: Lines, width: float) -> list[str]:
    """The lines of a cell; of several texts, each begins with a bullet."""
    if len(cell) < 2:
        return [text(part) for line in cell for part in wrap_pixels(line, width, _SIZE)] or [""]
    found = []
    for line in cell:
        first, *rest = wrap_pixels(line, width - 8, _SIZE) or [""]
        found += [f"• {text(first)}", *(f"  {text(part)}" for part in rest)]
    return found
