"""Upright stacked columns over periods, above and below zero, with an optional line on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.pictures.base import Picture
from custlife.pictures.checks import items, need_choice, texts
from custlife.pictures.plot import Frame, open_frame, x_names
from custlife.pictures.scales import FORMATS, Format, Scale, axis, shown
from custlife.pictures.segments import Part, Segment, check_segments, extent, segments, settle, spans, tip
from custlife.pictures.svg import element, num, tooltip
from custlife.pictures.table import Table
from custlife.pictures.words import clean

if TYPE_CHECKING:
    from custlife.pictures.svg import Sheet

_HEIGHT = 220.0
_MOST_DRAWN = 240
_MOST_TIPS = 300
"""Above that many parts each segment is one path, without values to hover."""


def _line(value: Any) -> Segment | None:
    return value if value is None or isinstance(value, Segment) else Segment(*items(value))


@attrs.frozen(repr=False)
class Columns(Picture):
    """Stacked columns over labels; positive parts stack up, negative ones down.

    Attributes:
        labels: One for each column, left to right.
        segments: `Segment`s, or tuples (name, values, tone, look).
        title: Stands above.
        note: Stands below.
        line: One more `Segment`, drawn as a line with dots, such as the net of all parts; None: no line.
        y_label: What the values are.
        form: "number" or "percent": how values are written.

    Raises:
        UsageError: For segments that do not match the labels.

    Examples:
        >>> print(Columns(["Jan"], [("new", [5], "good"), ("left", [-2], "bad")]))
             new  left
        ───  ───  ────
        Jan    5    -2
    """

    labels: tuple[str, ...] = attrs.field(converter=texts)
    segments: tuple[Segment, ...] = attrs.field(converter=segments)
    title: str = attrs.field(default="", converter=clean)
    note: str = attrs.field(default="", converter=clean)
    line: Segment | None = attrs.field(default=None, converter=_line, kw_only=True)
    y_label: str = attrs.field(default="", converter=clean, kw_only=True)
    form: Format = attrs.field(default="number", kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_segments(self._all(), self.labels)
        need_choice("form", self.form, FORMATS)

    def text(self, width: int = 80) -> str:
        """A table of the values: one row for each column of the picture."""
        names = [segment.name for segment in self._all()]
        values = [segment.values for segment in self._all()]
        rows = [(label, *(self._cell(v[i]) for v in values)) for i, label in enumerate(self.labels)]
        side = ["left", *["right"] * len(names)]
        return Table(["", *names], rows if names else [], self.title, self.note, align=side).text(width)

    def _cell(self, value: float | None) -> str | float | None:
        return shown(value, self.form) if self.form == "percent" else value

    def svg(self, width: int = 720) -> str:
        """The columns drawn; of very many, the last ones."""
        sheet = self._sheet(width)
        if not self.labels or not self._all():
            sheet.nothing()
            return sheet.finish(self.note)
        first = max(0, len(self.labels) - _MOST_DRAWN)
        parts = settle(self.segments)
        entries = [(part.name, part.tone, part.look) for part in parts]
        if self.line:
            entries.append((self.line.name, self.line.tone or "ink", "line"))
        if len(entries) > 1:
            sheet.legend(entries)
        low, high = extent(parts, len(self.labels))
        line = [value for value in self.line.values if value is not None] if self.line else []
        frame, up = open_frame(
            sheet, axis(min([low, *line]), max([high, *line])), self.form, self.y_label, height=_HEIGHT
        )
        step = (frame.right - frame.left) / (len(self.labels) - first)
        self._draw(sheet, parts, first, frame, up)
        centres = [frame.left + step * (index + 0.5) for index in range(len(self.labels) - first)]
        self._draw_line(sheet, centres, first, up)
        x_names(sheet, centres, self.labels[first:], frame)
        cut = f"the last {len(self.labels) - first:,} of {len(self.labels):,} columns" if first else ""
        return sheet.finish(" · ".join(filter(None, [cut, self.note])))

    def _draw(self, sheet: Sheet, parts: list[Part], first: int, frame: Frame, up: Scale) -> None:
        count = len(self.labels) - first
        step = (frame.right - frame.left) / count
        thick = min(step * (0.72 if step > 6 else 0.9), 56.0)
        paths = ["" for _ in parts]
        for column in range(count):
            left = frame.left + step * (column + 0.5) - thick / 2
            index = column + first
            for which, (part, (low, high)) in enumerate(zip(parts, spans(parts, index), strict=True)):
                top, bottom = sorted((up(low), up(high)))
                if low == high:
                    continue
                if count * len(parts) <= _MOST_TIPS:
                    about = tip(self.labels[index], part, index, self.form)
                    sheet.box(left, top, thick, bottom - top, tone=part.tone, look=part.look, tip=about)
                else:
                    paths[which] += f"M{num(left)} {num(top)}h{num(thick)}V{num(bottom)}h{num(-thick)}z"
        for part, path in zip(parts, paths, strict=True):
            if path:
                sheet.add(element("path", tooltip(part.name), d=path, **sheet.look(part.tone, part.look)))

    def _draw_line(self, sheet: Sheet, centres: list[float], first: int, up: Scale) -> None:
        if self.line is None:
            return
        colour = sheet.colour(self.line.tone or "ink")
        points = [(x, y) for x, y in zip(centres, self.line.values[first:], strict=True) if y is not None]
        path = "L".join(f"{num(x)} {num(up(y))}" for x, y in points)
        sheet.add(element("path", d=f"M{path}" if path else None, fill="none", stroke=colour, stroke_width=1.8))
        if len(points) <= 60:
            dots = [
                element("circle", tooltip(f"{self.line.name}: {shown(y, self.form)}"), cx=x, cy=up(y), r=2.8)
                for x, y in points
            ]
            sheet.add(element("g", "".join(dots), fill=colour))

    def _all(self) -> tuple[Segment, ...]:
        return (*self.segments, self.line) if self.line else self.segments

    def _about(self) -> str:
        names = ", ".join(segment.name for segment in self._all())
        ends = " to ".join(dict.fromkeys(self.labels[:1] + self.labels[-1:]))
        return f"{names} over {len(self.labels):,} columns, {ends}"
