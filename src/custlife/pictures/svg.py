"""A sheet to draw on: the few SVG elements that the pictures need, with numbers rounded and labels escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from custlife.pictures.tones import INK, PAPER, paint
from custlife.pictures.words import FULL_TEXT, at_most, clip, clip_pixels, escape, pixels, wrap_pixels

if TYPE_CHECKING:
    from collections.abc import Iterable

QUIET = 0.72
RULE = 0.16
EDGE = 4.0
"""Paper left free at both sides."""
NARROWEST = 240
_BOLD = 1.08
_TITLE_LINES = 3

Attribute = str | float | None


def num(value: float) -> str:
    """A coordinate with at most one decimal.

    Examples:
        >>> num(12.04), num(0.25), num(-0.01)
        ('12', '0.2', '0')
    """
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def element(tag: str, body: str = "", /, **attributes: Attribute) -> str:
    """One element; `_` in a name stands for `-`, None leaves the attribute out. The body is markup already."""
    written = "".join(
        f' {name.replace("_", "-")}="{escape(value) if isinstance(value, str) else num(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{written}>{body}</{tag}>" if body else f"<{tag}{written}/>"


def tooltip(text: str) -> str:
    """What a browser shows on hovering."""
    return element("title", escape(clip(text, FULL_TEXT))) if text else ""


class Sheet:
    """A drawing under construction: parts, and the height used so far (`y`)."""

    def __init__(self, width: float, *, content: object, title: str = "", kind: str, about: str = "") -> None:
        self.width: float = max(NARROWEST, round(width))
        self.y: float = EDGE
        self.parts: list[str] = []
        self._names = (title or kind, about)
        self._id = f"cl-{crc32(repr((content, self.width)).encode('utf-8', 'backslashreplace')):08x}"
        self._hatches: dict[str, str] = {}
        lines = at_most(wrap_pixels(title, self.room, 14 * _BOLD), _TITLE_LINES) if title else []
        for line in lines:
            self.y += 18 if self.parts else 14
            self.text(EDGE, self.y, line, size=14, room=self.room, weight="600")
        self.y += 10 if lines else 0

    @property
    def room(self) -> float:
        """Width between the edges."""
        return self.width - 2 * EDGE

    def add(self, *parts: str) -> None:
        """Draws on top of what is there."""
        self.parts.extend(parts)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 12,
        room: float | None = None,
        anchor: str | None = None,
        weight: str | None = None,
        fill: str | None = None,
        quiet: bool = False,
        halo: bool = False,
    ) -> None:
        """Writes one line with its baseline at `y`, cut to `room` pixels; the whole text is then a tooltip."""
        cut = text if room is None else clip_pixels(text, room, size * _BOLD if weight else size)
        body = escape(cut) + (tooltip(text) if cut != text else "")
        if not body:
            return
        outline: dict[str, Attribute] = {}
        if halo:
            outline = {"paint_order": "stroke", "stroke": PAPER, "stroke_width": 3, "stroke_linejoin": "round"}
        self.add(
            element(
                "text",
                body,
                x=x,
                y=y,
                font_size=None if size == 12 else size,
                text_anchor=anchor,
                font_weight=weight,
                fill=fill,
                fill_opacity=f"{QUIET}" if quiet else None,
                **outline,
            )
        )

    def centred(self, x: float, y: float, text: str, *, size: float = 11, room: float | None = None) -> None:
        """Writes a quiet line around `x`, moved and cut as needed to stay on the paper."""
        room = self.room if room is None else min(room, self.room)
        half = min(pixels(text, size), room) / 2
        x = min(max(x, EDGE + half), self.width - EDGE - half)
        self.text(x, y, text, size=size, room=room, anchor="middle", quiet=True)

    def rule(
        self, x1: float, y1: float, x2: float, y2: float, *, opacity: float = RULE, dash: str | None = None
    ) -> None:
        """Draws a thin straight line in the colour of the ink."""
        path = f"M{num(x1)} {num(y1)}L{num(x2)} {num(y2)}"
        self.add(element("path", d=path, stroke=INK, stroke_opacity=f"{opacity}", stroke_dasharray=dash))

    def colour(self, tone: str) -> str:
        """The tone as a CSS colour; "ink" is the colour of the text."""
        return INK if tone == "ink" else paint(tone)

    def look(self, tone: str, look: str = "solid") -> dict[str, Attribute]:
        """Attributes that fill a shape: "solid", "hatched", "outline" or "blank"."""
        if look in ("hatched", "blank"):
            return {"fill": f"url(#{self._hatch(tone)})", "opacity": "0.38" if look == "blank" else None}
        if look == "outline":
            colour = paint(tone)
            return {"fill": colour, "fill_opacity": "0.14", "stroke": colour, "stroke_opacity": "0.7"}
        return {"fill": paint(tone)}

    def _hatch(self, tone: str) -> str:
        name = f"{self._id}-{tone}"
        colour = paint(tone)
        ground = element("rect", width=6, height=6, fill=colour, fill_opacity="0.2")
        lines = element("path", d="M1.5 0V6", stroke=colour, stroke_width=2.2)
        self._hatches[tone] = element(
            "pattern",
            ground + lines,
            id=name,
            width=6,
            height=6,
            patternUnits="userSpaceOnUse",
            patternTransform="rotate(45)",
        )
        return name

    def box(
        self, x: float, y: float, width: float, height: float, *, tone: str, look: str = "solid", tip: str = ""
    ) -> None:
        """Draws a rectangle in a tone; an outline lies inside the given size."""
        inset = 0.5 if look == "outline" and width > 1 and height > 1 else 0.0
        size = {"x": x + inset, "y": y + inset, "width": width - 2 * inset, "height": height - 2 * inset}
        self.add(element("rect", tooltip(tip), **size, **self.look(tone, look)))

    def legend(self, entries: Iterable[tuple[str, str, str]]) -> None:
        """Writes swatches with names in rows: (name, tone, look); look "line" is a stroke, its dashes may follow."""
        x, any_entry = EDGE, False
        for name, tone, look in entries:
            wide = min(pixels(name, 11), self.room - 30) + 32
            if any_entry and x + wide > self.width:
                x, self.y = EDGE, self.y + 17
            if look.startswith("line"):
                path, dash = f"M{num(x)} {num(self.y + 7)}h13", look[5:] or None
                self.add(element("path", d=path, stroke=self.colour(tone), stroke_width=2.4, stroke_dasharray=dash))
            else:
                self.box(x, self.y + 1, 12, 12, tone=tone, look=look)
            self.text(x + 18, self.y + 11, name, size=11, room=self.room - 20)
            x, any_entry = x + wide, True
        if any_entry:
            self.y += 24

    def note(self, note: str) -> None:
        """Writes small wrapped text below everything."""
        for line in wrap_pixels(note, self.room, 11) if note else ():
            self.y += 15
            self.text(EDGE, self.y, line, size=11, quiet=True)

    def nothing(self) -> None:
        """Says that there is nothing to show."""
        self.y += 26
        self.text(self.width / 2, self.y, "nothing to show", anchor="middle", quiet=True)
        self.y += 14

    def finish(self, note: str = "") -> str:
        """The whole drawing."""
        self.note(note)
        height = round(self.y + EDGE + 2)
        name, about = self._names
        head = element("title", escape(clip(name, FULL_TEXT)))
        head += element("desc", escape(clip(about, FULL_TEXT))) if about else ""
        head += element("defs", "".join(self._hatches[tone] for tone in sorted(self._hatches))) if self._hatches else ""
        return element(
            "svg",
            head + "".join(self.parts),
            xmlns="http://www.w3.org/2000/svg",
            role="img",
            viewBox=f"0 0 {self.width} {height}",
            width=self.width,
            height=height,
            font_family="system-ui, sans-serif",
            font_size=12,
            fill=INK,
            style="max-width:100%;height:auto",
        )
