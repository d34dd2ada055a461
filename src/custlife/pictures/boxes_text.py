"""Diagrams of boxes in characters, and as Mermaid source."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from custlife.pictures.words import cells, clip, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from custlife.pictures.boxes import Arrow, Box

# What a quoted Mermaid label would read as syntax.
_MERMAID = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;", "&": "#amp;", "\\": "#92;", ";": "#59;"}


def draw(boxes: Sequence[Box], arrows: Sequence[Arrow], width: int) -> list[str]:
    """Rows of boxes by lane, then every arrow that is not one to the next box."""
    names = {box.id: box.name for box in boxes}
    joined = {(arrow.source, arrow.target) for arrow in arrows if not arrow.label and arrow.style == "solid"}
    drawn: set[tuple[str, str]] = set()
    lines: list[str] = []
    for lane in sorted({box.lane for box in boxes}):
        members = [box for box in boxes if box.lane == lane]
        pairs = joined & {(a.id, b.id) for a, b in pairwise(members)}
        drawn |= pairs
        for row in _rows(members, width):
            lines += _row(row, pairs, members, width)
    listed: dict[tuple[str, str, str], list[str]] = {}
    for arrow in arrows:
        if (arrow.source, arrow.target) in drawn and not arrow.label and arrow.style == "solid":
            continue
        sign = "→" if arrow.style == "solid" else "⇢"
        listed.setdefault((sign, names[arrow.target], arrow.label), []).append(names[arrow.source])
    for (sign, target, label), sources in listed.items():
        said = f"{', '.join(dict.fromkeys(sources))} {sign} {target}" + (f": {label}" if label else "")
        first, *more = wrap(said, width - 2)
        lines += [first, *(f"  {part}" for part in more)]
    return lines


def _room(box: Box, width: int) -> int:
    return min(max(cells(box.name), cells(box.note)) + 4, width - 2)


def _rows(boxes: Iterable[Box], width: int) -> list[list[Box]]:
    rows: list[list[Box]] = [[]]
    used = 0
    for box in boxes:
        wide = _room(box, width) + 3
        if rows[-1] and used + wide > width + 1:
            rows.append([])
            used = 0
        rows[-1].append(box)
        used += wide
    return rows


def _row(row: Sequence[Box], joined: set[tuple[str, str]], lane: Sequence[Box], width: int) -> list[str]:
    noted = any(box.note for box in row)
    lines = ["", "", *([""] if noted else []), ""]
    following = dict(pairwise(box.id for box in lane))
    for box in row:
        room = _room(box, width) - 4
        arrow = " → " if (box.id, following.get(box.id)) in joined else "   "
        lines[0] += f"┌{'─' * (room + 2)}┐   "
        lines[1] += f"│ {_middle(box.name, room)} │{arrow}"
        if noted:
            lines[2] += f"│ {_middle(box.note, room)} │   "
        lines[-1] += f"└{'─' * (room + 2)}┘   "
    return lines


def _middle(text: str, room: int) -> str:
    text = clip(text, room)
    free = room - cells(text)
    return " " * (free // 2) + text + " " * (free - free // 2)


def mermaid(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> str:
    """Mermaid source; ids are numbered, since a user's id may be any text."""
    ids = {box.id: f"s{index}" for index, box in enumerate(boxes, 1)}
    lines = ["flowchart LR"]
    for box in boxes:
        label = _quoted(box.name) + (f"<br>{_quoted(box.note)}" if box.note else "")
        lines.append(f'    {ids[box.id]}["{label}"]')
    for arrow in arrows:
        line = "-->" if arrow.style == "solid" else "-.->"
        label = f'|"{_quoted(arrow.label)}"|' if arrow.label else ""
        lines.append(f"    {ids[arrow.source]} {line}{label} {ids[arrow.target]}")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return "".join(_MERMAID.get(character, character) for character in text)
