"""Segments: one value for each bar or column, under one name and tone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.pictures.checks import each, need_choice, need_length, numbers
from custlife.pictures.scales import shown
from custlife.pictures.tones import accent, check_tone
from custlife.pictures.words import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOKS = ("", "solid", "hatched", "outline")

_SOLID_CELLS = "█▓▚#=+o%"


@attrs.frozen
class Segment:
    """One named part of every bar.

    Attributes:
        name: Stands in the legend.
        values: One value for each bar; None counts as 0.
        tone: A tone; empty: an accent in turn.
        look: "solid", "hatched" or "outline"; empty: by tone ("pending" is hatched, "muted" an outline).

    Examples:
        >>> Segment("pending", [3, None], "pending").values
        (3.0, None)
    """

    name: str = attrs.field(converter=clean)
    values: tuple[float | None, ...] = attrs.field(converter=numbers)
    tone: str = ""
    look: str = ""

    def __attrs_post_init__(self) -> None:
        check_tone(self.tone)
        need_choice("look", self.look, LOOKS)


@attrs.frozen
class Part:
    """A segment with nothing left to choose."""

    name: str
    values: tuple[float, ...]
    tone: str
    look: str
    cell: str


def segments(values: Any) -> tuple[Segment, ...]:
    """Converter: segments, or tuples of their fields."""
    return each(Segment, values)


def check_segments(parts: Sequence[Segment], labels: Sequence[str]) -> None:
    """Refuses segments that do not match the labels."""
    for part in parts:
        need_length(f"segment {part.name!r}", part.values, len(labels), "labels")


def settle(given: Sequence[Segment]) -> list[Part]:
    """The segments with tone, look and terminal character chosen."""
    parts: list[Part] = []
    accents = solids = 0
    for segment in given:
        tone = segment.tone or accent(accents)
        accents += not segment.tone
        look = segment.look or {"pending": "hatched", "muted": "outline"}.get(segment.tone, "solid")
        cell = {"hatched": "▒", "outline": "░"}.get(look) or _SOLID_CELLS[solids % len(_SOLID_CELLS)]
        solids += look == "solid"
        parts.append(Part(segment.name, tuple(v or 0.0 for v in segment.values), tone, look, cell))
    return parts


def spans(parts: Sequence[Part], index: int) -> list[tuple[float, float]]:
    """Where each part of bar `index` begins and ends; negative parts stack below zero.

    Examples:
        >>> spans(settle([Segment("a", [2]), Segment("b", [-1]), Segment("c", [3])]), 0)
        [(0.0, 2.0), (0.0, -1.0), (2.0, 5.0)]
    """
    up = down = 0.0
    found = []
    for part in parts:
        value = part.values[index]
        base = up if value >= 0 else down
        found.append((base, base + value))
        up, down = (base + value, down) if value >= 0 else (up, base + value)
    return found


def extent(parts: Sequence[Part], count: int) -> tuple[float, float]:
    """Lowest and highest end of all bars, zero included."""
    ends = [end for index in range(count) for _, end in spans(parts, index)]
    return min(ends, default=0.0, key=float) if ends and min(ends) < 0 else 0.0, max([*ends, 0.0])


def tip(label: str, part: Part, index: int, form: str) -> str:
    """What hovering over a part says."""
    name = f"{label} · {part.name}" if part.name else label
    return f"{name}: {shown(part.values[index], form)}"
