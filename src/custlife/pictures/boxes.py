"""Boxes and arrows: a path from left to right, other boxes in lanes below."""

from __future__ import annotations

from typing import Any

import attrs

from custlife.errors import UnknownNameError, UsageError
from custlife.pictures import boxes_svg, boxes_text
from custlife.pictures.base import NOTHING, Picture
from custlife.pictures.checks import each, need_choice
from custlife.pictures.tones import check_tone
from custlife.pictures.words import clean

ARROW_STYLES = ("solid", "dashed")


@attrs.frozen
class Box:
    """A box.

    Attributes:
        id: Names the box in arrows.
        label: What is written; empty: the id.
        note: Smaller text below the label.
        lane: 0 for the path; higher numbers for lanes below it.
        tone: A tone; empty: "accent1" on the path, "muted" below it.
    """

    id: str = attrs.field(converter=str)
    label: str = attrs.field(default="", converter=clean)
    note: str = attrs.field(default="", converter=clean)
    lane: int = 0
    tone: str = ""

    def __attrs_post_init__(self) -> None:
        check_tone(self.tone)

    @property
    def name(self) -> str:
        """The label, or the id where there is none."""
        return self.label or clean(self.id)


@attrs.frozen
class Arrow:
    """An arrow between two boxes, "solid" or "dashed"."""

    source: str = attrs.field(converter=str)
    target: str = attrs.field(converter=str)
    label: str = attrs.field(default="", converter=clean)
    style: str = "solid"

    def __attrs_post_init__(self) -> None:
        need_choice("style", self.style, ARROW_STYLES)


def boxes(values: Any) -> tuple[Box, ...]:
    """Converter: boxes, ids, or tuples of fields."""
    return each(Box, [(value,) if isinstance(value, str) else value for value in values])


def arrows(values: Any) -> tuple[Arrow, ...]:
    """Converter: arrows, or tuples (source, target, label, style)."""
    return each(Arrow, values)


@attrs.frozen(repr=False)
class Boxes(Picture):
    """A diagram of boxes with arrows, such as the stages of a model.

    Lane 0 runs left to right and wraps into rows; other lanes lie below. Arrows with one target, label and
    style share a line, so that "from everywhere to lost" stays one line.

    Attributes:
        nodes: `Box`es, ids, or tuples (id, label, note, lane, tone), in the order of the path.
        arrows: `Arrow`s, or tuples (source, target, label, style).
        title: Stands above.
        note: Stands below.

    Raises:
        UnknownNameError: For an arrow to a box that is not there.
        UsageError: For two boxes with one id.

    Examples:
        >>> print(Boxes(["a", "b"], [("a", "b"), ("b", "a", "again")]))
        ┌───┐   ┌───┐
        │ a │ → │ b │
        └───┘   └───┘
        b → a: again
    """

    nodes: tuple[Box, ...] = attrs.field(converter=boxes)
    arrows: tuple[Arrow, ...] = attrs.field(default=(), converter=arrows)
    title: str = attrs.field(default="", converter=clean)
    note: str = attrs.field(default="", converter=clean)

    def __attrs_post_init__(self) -> None:
        ids = [box.id for box in self.nodes]
        twice = next((name for index, name in enumerate(ids) if name in ids[:index]), None)
        if twice is not None:
            raise UsageError(f"two boxes have the id {twice!r}", "give each box its own id")
        known = set(ids)
        for index, arrow in enumerate(self.arrows):
            for name in (arrow.source, arrow.target):
                if name not in known:
                    raise UnknownNameError("box", name, ids, f"arrows[{index}]")

    def text(self, width: int = 80) -> str:
        """The boxes in rows of characters; arrows other than to the next box as lines below."""
        if not self.nodes:
            return self._page([NOTHING], width)
        return self._page(boxes_text.draw(self.nodes, self.arrows, max(width, 20)), width)

    def svg(self, width: int = 720) -> str:
        """The diagram drawn; the first sixty boxes and their first 150 arrows."""
        sheet = self._sheet(width)
        if not self.nodes:
            sheet.nothing()
            return sheet.finish(self.note)
        left_out = boxes_svg.draw(self.nodes, self.arrows, sheet)
        return sheet.finish(" · ".join(filter(None, [left_out, self.note])))

    def mermaid(self) -> str:
        """The diagram as a Mermaid flowchart, which GitHub and JupyterLab draw.

        Examples:
            >>> print(Boxes(["a", "b"], [("a", "b", "go")]).mermaid())
            flowchart LR
                s1["a"]
                s2["b"]
                s1 -->|"go"| s2
        """
        return boxes_text.mermaid(self.nodes, self.arrows)

    def _about(self) -> str:
        return f"{len(self.nodes):,} boxes ({', '.join(box.name for box in self.nodes)}), {len(self.arrows):,} arrows"
