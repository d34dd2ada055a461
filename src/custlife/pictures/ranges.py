"""Ranges: a dot with its interval for each label, on one common scale that holds zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.pictures.base import NOTHING, Picture
from custlife.pictures.checks import need_choice, need_length, numbers, texts
from custlife.pictures.plot import x_ticks
from custlife.pictures.scales import FORMATS, Axis, Format, Scale, axis, shown
from custlife.pictures.svg import EDGE, element, num, tooltip
from custlife.pictures.tones import check_tone
from custlife.pictures.words import cells, clean, clip, pad, pixels, wrap

if TYPE_CHECKING:
    from custlife.pictures.svg import Sheet

_STEP = 30.0
_MOST_DRAWN = 60
_LEAST_SHARE = 0.36
"""Dots that would get less of the width than that go below their labels."""


@attrs.frozen(repr=False)
class Ranges(Picture):
    """A dot with its interval for each label, such as differences; the scale always holds zero.

    Attributes:
        labels: One for each dot, top to bottom.
        values: Where the dots are; None draws none.
        low: Lower ends of the intervals; None draws none.
        high: Upper ends.
        title: Stands above.
        note: Stands below.
        tones: A tone for each dot; empty: the first accent.
        ends: Text at the end of each line; empty: the value.
        form: "number" or "percent": how values are written.

    Raises:
        UsageError: For values, limits, tones or texts that do not match the labels.

    Examples:
        >>> print(Ranges(["a", "b"], [2, 1], [1, -1], [3, 3]).text(30))
        a        │     ├────●─────┤  2
        b  ├─────┼─────●──────────┤  1
    """

    labels: tuple[str, ...] = attrs.field(converter=texts)
    values: tuple[float | None, ...] = attrs.field(converter=numbers)
    low: tuple[float | None, ...] = attrs.field(converter=numbers)
    high: tuple[float | None, ...] = attrs.field(converter=numbers)
    title: str = attrs.field(default="", converter=clean)
    note: str = attrs.field(default="", converter=clean)
    tones: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    ends: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    form: Format = attrs.field(default="number", kw_only=True)

    def __attrs_post_init__(self) -> None:
        for name in ("values", "low", "high"):
            need_length(name, getattr(self, name), len(self.labels), "labels")
        for name in ("tones", "ends"):
            if getattr(self, name):
                need_length(name, getattr(self, name), len(self.labels), "labels")
        for tone in self.tones:
            check_tone(tone)
        need_choice("form", self.form, FORMATS)

    def text(self, width: int = 80) -> str:
        """One line for each dot; where labels and ends leave no room, the end goes below."""
        if not self._has_dots():
            return self._page([NOTHING], width)
        width = max(width, 20)
        ends = self._ends()
        names = min(max(map(cells, self.labels)), max(8, width * 3 // 10))
        beside = width - names - max(map(cells, ends)) - 4
        own_line = beside < width // 4
        room = width - names - 2 if own_line else beside
        low, high = self._extent()
        scale = Scale(low, high, 0, room - 1)
        body = []
        for index, label in enumerate(self.labels):
            line = self._text_line(index, scale)
            if own_line:
                indent = names + 2 if width - names - 2 >= 20 else 2
                body.append(f"{pad(label, names)}  {line}")
                body += [" " * indent + part for part in wrap(ends[index], width - indent)]
            else:
                body.append(f"{pad(label, names)}  {pad(line, room)}  {ends[index]}")
        return self._page(body, width)

    def svg(self, width: int = 720) -> str:
        """The dots drawn; the first sixty."""
        sheet = self._sheet(width)
        if not self._has_dots():
            sheet.nothing()
            return sheet.finish(self.note)
        count = min(len(self.labels), _MOST_DRAWN)
        names = min(max(pixels(label) for label in self.labels[:count]) + 12, sheet.room * 0.3)
        tail = max(pixels(end) for end in self._ends()[:count]) + 12
        if (sheet.room - names - tail) / sheet.room >= _LEAST_SHARE:
            self._draw(sheet, count, EDGE + names, sheet.width - EDGE - tail)
        else:
            self._draw(sheet, count, EDGE, sheet.width - EDGE)
        left = len(self.labels) - count
        return sheet.finish(" ".join([*([f"... {left:,} more lines"] if left else []), self.note]))

    def _draw(self, sheet: Sheet, count: int, start: float, end: float) -> None:
        below, ends, top = start == EDGE, self._ends(), sheet.y
        ticks = self._axis()
        # The ends of the axis are written around their marks, so they keep some paper to both sides.
        scale = Scale(ticks.low, ticks.high, start + 12, end - 12)
        place = len(sheet.parts)
        for index in range(count):
            label = self.labels[index]
            if below:
                tail = min(pixels(ends[index]) + 10, sheet.room * 0.65)
                sheet.text(EDGE, sheet.y + 12, label, room=sheet.room - tail)
                sheet.text(end, sheet.y + 12, ends[index], room=tail, anchor="end", quiet=True)
                sheet.y += 18
            else:
                sheet.text(EDGE, sheet.y + 19, label, room=start - EDGE - 8)
                sheet.text(end + 12, sheet.y + 19, ends[index])
            self._draw_dot(sheet, index, scale)
            sheet.y += _STEP
        drawn, sheet.parts[place:] = sheet.parts[place:], []
        for tick in ticks.ticks:
            sheet.rule(scale(tick), top, scale(tick), sheet.y, opacity=0.55 if tick == 0 else 0.13)
        sheet.add(*drawn)
        x_ticks(sheet, ticks.ticks, ticks.step, scale, self.form)

    def _draw_dot(self, sheet: Sheet, index: int, scale: Scale) -> None:
        value, low, high = self.values[index], self.low[index], self.high[index]
        middle, colour = sheet.y + _STEP / 2, sheet.colour(self._tone(index))
        tip = tooltip(f"{self.labels[index]}: {self._ends()[index]}")
        if low is not None and high is not None:
            left, right = scale(low), scale(high)
            path = f"M{num(left)} {num(middle)}H{num(right)}"
            path += "".join(f"M{num(x)} {num(middle - 5)}V{num(middle + 5)}" for x in (left, right))
            sheet.add(element("path", tip, d=path, stroke=colour, stroke_width=2, fill="none"))
        if value is not None:
            sheet.add(element("circle", tip, cx=scale(value), cy=middle, r=5, fill=colour))

    def _tone(self, index: int) -> str:
        return (self.tones[index] if self.tones else "") or "accent1"

    def _text_line(self, index: int, scale: Scale) -> str:
        row = [" "] * (round(scale.end) + 1)
        value, low, high = self.values[index], self.low[index], self.high[index]
        zero = round(scale(0.0))
        row[zero] = "│"
        if low is not None and high is not None:
            left, right = sorted((round(scale(low)), round(scale(high))))
            row[left : right + 1] = "─" * (right + 1 - left)
            row[left], row[right] = "├", "┤"
            if left < zero < right:
                row[zero] = "┼"
        if value is not None:
            row[round(scale(value))] = "●"
        return "".join(row).rstrip()

    def _has_dots(self) -> bool:
        return any(value is not None for value in self.values)

    def _extent(self) -> tuple[float, float]:
        found = [0.0, *(x for x in (*self.values, *self.low, *self.high) if x is not None)]
        low, high = min(found), max(found)
        return (low, high) if high > low else (low, low + 1)

    def _axis(self) -> Axis:
        return axis(*self._extent())

    def _ends(self) -> list[str]:
        return list(self.ends) if self.ends else [shown(value, self.form) for value in self.values]

    def _about(self) -> str:
        said = [f"{label} {end}" for label, end in zip(self.labels[:12], self._ends(), strict=False)]
        return f"{len(self.labels):,} ranges: " + "; ".join(clip(one, 60) for one in said)
