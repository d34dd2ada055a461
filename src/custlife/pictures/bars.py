"""Horizontal bars, each a stack of segments, with a value label and a remark between two bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.pictures.base import NOTHING, Picture
from custlife.pictures.checks import need_choice, need_length, texts
from custlife.pictures.scales import FORMATS, Format, Scale, shown
from custlife.pictures.segments import Part, Segment, check_segments, extent, segments, settle, spans, tip
from custlife.pictures.svg import EDGE
from custlife.pictures.words import cells, clean, clip, pad, pixels, wrap

if TYPE_CHECKING:
    from custlife.pictures.svg import Sheet

_THICK = 22.0
_MOST_DRAWN = 60
_LEAST_SHARE = 0.36
"""Bars that would get less of the width than that go below their labels."""


@attrs.frozen(repr=False)
class Bars(Picture):
    """Horizontal stacked bars on one common scale; negative values reach left of zero.

    Attributes:
        labels: One for each bar, top to bottom.
        segments: `Segment`s, or tuples (name, values, tone, look).
        title: Stands above.
        note: Stands below.
        values: Text at the end of each bar; empty: the sum of the bar.
        between: Remarks between bar i and i + 1, such as a drop-off; one fewer than labels, "" for none.
        form: "number" or "percent": how values are written.

    Raises:
        UsageError: For segments, values or remarks that do not match the labels.

    Examples:
        >>> print(Bars(["a", "b"], [("n", [4, 2])], values=["4", "2"]).text(20))
        a  ██████████████  4
        b  ███████         2
    """

    labels: tuple[str, ...] = attrs.field(converter=texts)
    segments: tuple[Segment, ...] = attrs.field(converter=segments)
    title: str = attrs.field(default="", converter=clean)
    note: str = attrs.field(default="", converter=clean)
    values: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    between: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    form: Format = attrs.field(default="number", kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_segments(self.segments, self.labels)
        need_choice("form", self.form, FORMATS)
        if self.values:
            need_length("values", self.values, len(self.labels), "labels")
        if self.between:
            need_length("between", self.between, max(0, len(self.labels) - 1), "gaps between labels")

    def text(self, width: int = 80) -> str:
        """One line for each bar; segments are told apart by their shading."""
        if not self.labels or not self.segments:
            return self._page([NOTHING], width)
        width = max(width, 20)
        parts, ends = settle(self.segments), self._ends()
        names = min(max(map(cells, self.labels)), max(8, width * 3 // 10))
        tail = max(map(cells, ends))
        beside = width - names - tail - 4
        own_line = beside < width // 4
        room = width - names - 2 if own_line else beside
        scale = Scale(*extent(parts, len(self.labels)), 0, room)
        body = [clip("  ".join(f"{p.cell} {p.name}" for p in parts), width)] if len(parts) > 1 else []
        for index, label in enumerate(self.labels):
            bar = _text_bar(parts, index, scale)
            if own_line:
                body += [f"{pad(label, names)}  {bar}", *_indented(ends[index], names + 2, width)]
            else:
                body.append(f"{pad(label, names)}  {pad(bar, room)}  {ends[index]}")
            if index < len(self.between) and self.between[index]:
                body += _indented(self.between[index], names + 2, width)
        return self._page(body, width)

    def svg(self, width: int = 720) -> str:
        """The bars drawn; the first sixty."""
        sheet = self._sheet(width)
        if not self.labels or not self.segments:
            sheet.nothing()
            return sheet.finish(self.note)
        parts = settle(self.segments)
        if len(parts) > 1:
            sheet.legend((part.name, part.tone, part.look) for part in parts)
        count = min(len(self.labels), _MOST_DRAWN)
        names = min(max(pixels(label) for label in self.labels[:count]) + 12, sheet.room * 0.3)
        tail = max(pixels(end) for end in self._ends()[:count]) + 12
        share = (sheet.room - names - tail) / sheet.room
        if share >= _LEAST_SHARE:
            self._draw(sheet, parts, count, EDGE + names, sheet.width - EDGE - tail)
        else:
            self._draw(sheet, parts, count, EDGE, sheet.width - EDGE)
        left = len(self.labels) - count
        return sheet.finish(" ".join([*([f"... {left:,} more bars"] if left else []), self.note]))

    def _draw(self, sheet: Sheet, parts: list[Part], count: int, start: float, end: float) -> None:
        below, ends = start == EDGE, self._ends()
        scale = Scale(*extent(parts, len(self.labels)), start, end)
        for index in range(count):
            label = self.labels[index]
            if below:
                tail = min(pixels(ends[index]) + 10, sheet.room * 0.65)
                sheet.text(EDGE, sheet.y + 12, label, room=sheet.room - tail)
                sheet.text(end, sheet.y + 12, ends[index], room=tail, anchor="end", quiet=True)
                sheet.y += 18
            else:
                sheet.text(EDGE, sheet.y + 15, label, room=start - EDGE - 8)
                sheet.text(end + 12, sheet.y + 15, ends[index])
            self._draw_bar(sheet, parts, index, scale)
            sheet.y += _THICK + (8 if not below else 12)
            if index < len(self.between) and self.between[index]:
                sheet.text(start + 2, sheet.y + 6, self.between[index], size=11, room=end - start - 2, quiet=True)
                sheet.y += 16
        if scale.low < 0 < count:
            zero = scale(0.0)
            sheet.rule(zero, sheet.y - count * (_THICK + 8), zero, sheet.y - 6, opacity=0.5)

    def _draw_bar(self, sheet: Sheet, parts: list[Part], index: int, scale: Scale) -> None:
        for part, (low, high) in zip(parts, spans(parts, index), strict=True):
            left, right = sorted((scale(low), scale(high)))
            if high != low:
                about = tip(self.labels[index], part, index, self.form)
                sheet.box(left, sheet.y, right - left, _THICK, tone=part.tone, look=part.look, tip=about)

    def _ends(self) -> list[str]:
        if self.values:
            return list(self.values)
        sums = [sum(s.values[i] or 0.0 for s in self.segments) for i in range(len(self.labels))]
        return [shown(total, self.form) for total in sums]

    def _about(self) -> str:
        return f"{len(self.labels):,} bars: " + "; ".join(
            f"{label} {end}" for label, end in zip(self.labels[:12], self._ends(), strict=False)
        )


def _indented(text: str, indent: int, width: int) -> list[str]:
    # A number cut in half misleads, so a long text takes more lines and, if need be, the room of the labels.
    indent = indent if width - indent >= 20 else 2
    return [" " * indent + line for line in wrap(text, width - indent)]


def _text_bar(parts: list[Part], index: int, scale: Scale) -> str:
    row = [" "] * round(scale.end)
    for part, (low, high) in zip(parts, spans(parts, index), strict=True):
        left, right = sorted((round(scale(low)), round(scale(high))))
        row[left:right] = part.cell * (right - left)
    zero = min(round(scale(0.0)), len(row) - 1)
    if scale.low < 0 and row[zero] == " ":
        row[zero] = "│"
    return "".join(row).rstrip()
