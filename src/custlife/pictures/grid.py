"""A heat map: values in cells, shaded by size, with blanks that show as blanks."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs

from custlife.pictures.base import Picture
from custlife.pictures.checks import items, need_choice, need_length, numbers, texts
from custlife.pictures.scales import FORMATS, Format, percent, shown
from custlife.pictures.svg import EDGE, element, num
from custlife.pictures.table import Table
from custlife.pictures.tones import INK, LEVELS, ink_on, shade
from custlife.pictures.words import clean, escape, pixels

if TYPE_CHECKING:
    from custlife.pictures.svg import Sheet

_MOST_ROWS = 52
_MOST_COLUMNS = 52
_MOST_WRITTEN = 900
"""Above that many cells the values are left to the shades, or the drawing grows beyond 60 KB."""
_BLANK = "·"


def _values(values: Any) -> tuple[tuple[float | None, ...], ...]:
    return tuple(numbers(row) for row in items(values))


def _labels(values: Any) -> tuple[tuple[str, ...], ...]:
    return tuple(texts(row) for row in items(values))


@attrs.frozen(repr=False)
class Grid(Picture):
    """A heat map, such as retention by cohort or moves from each stage to each.

    Attributes:
        rows: Labels, top to bottom.
        columns: Labels, left to right.
        values: One row of values for each label; None is a blank, hatched cell.
        labels: Texts in the cells; empty: the values as `form` says.
        title: Stands above.
        note: Stands below.
        row_notes: A second text for each row, such as its size.
        corner: Heading above the rows; with row_notes a pair "name | size" is written as two headings.
        form: "number" or "percent".
        sides: "one": shades from lowest to highest; "two": from red through grey at zero to blue.
        span: Lowest and highest value of the shades; None: those of the values (from 0 when none is negative).
        blank: What a blank cell means, for the legend.

    Raises:
        UsageError: For values that do not match rows and columns.

    Examples:
        >>> print(Grid(["Jan", "Feb"], ["0", "1"], [[1, 0.4], [1, None]], form="percent"))
                   0       1
        ───  ───────  ──────
        Jan  100.0 %  40.0 %
        Feb  100.0 %       ·
    """

    rows: tuple[str, ...] = attrs.field(converter=texts)
    columns: tuple[str, ...] = attrs.field(converter=texts)
    values: tuple[tuple[float | None, ...], ...] = attrs.field(converter=_values)
    labels: tuple[tuple[str, ...], ...] = attrs.field(default=(), converter=_labels)
    title: str = attrs.field(default="", converter=clean)
    note: str = attrs.field(default="", converter=clean)
    row_notes: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    corner: str = attrs.field(default="", converter=clean, kw_only=True)
    form: Format = attrs.field(default="number", kw_only=True)
    sides: str = attrs.field(default="one", kw_only=True)
    span: tuple[float, float] | None = attrs.field(default=None, kw_only=True)
    blank: str = attrs.field(default="no value", converter=clean, kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_choice("form", self.form, FORMATS)
        need_choice("sides", self.sides, ("one", "two"))
        for name, table in (("values", self.values), ("labels", self.labels)):
            if table or name == "values":
                need_length(name, table, len(self.rows), "rows")
            for index, row in enumerate(table):
                need_length(f"{name}[{index}]", row, len(self.columns), "columns")
        if self.row_notes:
            need_length("row_notes", self.row_notes, len(self.rows), "rows")

    def text(self, width: int = 80) -> str:
        """A table of the values; blanks are dots."""
        head, extra = self._heads()
        columns = [head, *([extra] if self.row_notes else []), *self.columns]
        rows = [
            (name, *(self.row_notes[i : i + 1]), *(self._label(i, j) or _BLANK for j in range(len(self.columns))))
            for i, name in enumerate(self.rows)
        ]
        side = ["left", *["right"] * (len(columns) - 1)]
        return Table(columns, rows if self.columns else [], self.title, self.note, align=side).text(width)

    def svg(self, width: int = 720) -> str:
        """The map drawn; the first 52 rows and columns."""
        sheet = self._sheet(width)
        if not self.rows or not self.columns:
            sheet.nothing()
            return sheet.finish(self.note)
        self._draw(sheet)
        cut = [
            f"... {len(whole) - most:,} more {name}"
            for whole, most, name in ((self.rows, _MOST_ROWS, "rows"), (self.columns, _MOST_COLUMNS, "columns"))
            if len(whole) > most
        ]
        return sheet.finish(" · ".join(filter(None, [*cut, self.note])))

    def _draw(self, sheet: Sheet) -> None:
        head, extra = self._heads()
        names = min(max(pixels(text) for text in [head, *self.rows]) + 10, sheet.room * 0.28)
        sizes = max(pixels(text, 11) for text in [extra, *self.row_notes]) + 12 if self.row_notes else 0
        sizes = min(sizes, sheet.room * 0.22)
        left = EDGE + names + sizes
        count = min(len(self.columns), _MOST_COLUMNS)
        wide = min((sheet.width - EDGE - left) / count, 96.0)
        tall = 26.0 if wide >= 26 else max(14.0, wide)
        self._draw_heads(sheet, (left, sizes), wide, count, (head, extra))
        top = sheet.y
        for index, name in enumerate(self.rows[:_MOST_ROWS]):
            base = top + tall * (index + 0.5) + 4
            sheet.text(EDGE, base, name, room=names - 8)
            if self.row_notes:
                sheet.text(left - 10, base, self.row_notes[index], size=11, room=sizes - 10, anchor="end", quiet=True)
        self._draw_cells(sheet, left, top, wide, tall)
        sheet.y = top + tall * min(len(self.rows), _MOST_ROWS) + 6
        self._draw_key(sheet, left)

    def _draw_heads(
        self, sheet: Sheet, place: tuple[float, float], wide: float, count: int, heads: tuple[str, str]
    ) -> None:
        left, sizes = place
        sheet.y += 14
        sheet.text(EDGE, sheet.y, heads[0], size=11, room=left - sizes - EDGE - 8, quiet=True)
        if self.row_notes:
            sheet.text(left - 10, sheet.y, heads[1], size=11, room=sizes - 10, anchor="end", quiet=True)
        widest = max(pixels(name, 11) for name in self.columns[:count])
        every = 1 if wide >= 34 else max(1, int(-(-(widest + 6) // wide)))
        for index in range(0, count, every):
            sheet.centred(left + wide * (index + 0.5), sheet.y, self.columns[index], room=wide * every - 3)
        sheet.y += 6

    def _draw_cells(self, sheet: Sheet, left: float, top: float, wide: float, tall: float) -> None:
        span = self._span()
        paths: dict[int | None, str] = {}
        written: list[tuple[float, float, str, str]] = []
        # A cell is one thick dash: half the bytes of a rectangle.
        dash = f"h{num(wide - 1.5)}"
        for i, row in enumerate(self.values[:_MOST_ROWS]):
            for j, value in enumerate(row[:_MOST_COLUMNS]):
                level = None if value is None else _level(value, span)
                x, y = left + wide * j, top + tall * i
                paths[level] = paths.get(level, "") + f"M{num(x)} {num(y + tall / 2)}{dash}"
                ink = INK if level is None else ink_on(shade(level, self.sides))
                written.append((x + (wide - 1.5) / 2, y + tall / 2 + 3.5, self._label(i, j), ink))
        for level in sorted(paths, key=lambda n: -1 if n is None else n):
            look = sheet.look("muted", "blank") if level is None else {}
            colour = shade(level, self.sides) if level is not None else look["fill"]
            sheet.add(
                element("path", d=paths[level], stroke=colour, stroke_width=tall - 1.5, opacity=look.get("opacity"))
            )
        if len(written) <= _MOST_WRITTEN:
            _write(sheet, written, wide - 3, tall)

    def _draw_key(self, sheet: Sheet, left: float) -> None:
        present = [value for row in self.values for value in row if value is not None]
        first, last = (self._end(value) for value in self._span())
        ends = min(pixels(first, 11), 100) + min(pixels(last, 11), 100) + 12
        unit = max(0.5, min(4.0, (sheet.room - ends) / LEVELS))
        needed = ends + unit * LEVELS + pixels(self.blank, 11) + 44
        x = min(left, max(EDGE, sheet.width - EDGE - needed))
        sheet.y += 8
        if present:
            sheet.text(x, sheet.y + 9, first, size=11, room=100, quiet=True)
            x += min(pixels(first, 11), 100) + 6
            for start, stop in pairwise(range(0, LEVELS + 1, 2)):
                colour = shade((start + stop) // 2, self.sides)
                sheet.add(element("rect", x=x + start * unit, y=sheet.y, width=unit * 2 + 0.2, height=10, fill=colour))
            x += LEVELS * unit + 6
            sheet.text(x, sheet.y + 9, last, size=11, room=100, quiet=True)
            x += min(pixels(last, 11), 100) + 22
        if len(present) < sum(map(len, self.values)):
            if x + 20 + min(pixels(self.blank, 11), 90) > sheet.width - EDGE:
                x, sheet.y = EDGE, sheet.y + 16
            sheet.box(x, sheet.y, 14, 10, tone="muted", look="blank")
            sheet.text(x + 20, sheet.y + 9, self.blank, size=11, room=sheet.width - EDGE - x - 20, quiet=True)
        sheet.y += 12

    def _end(self, value: float) -> str:
        whole = abs(value * 100 - round(value * 100)) < 1e-9
        return percent(value, 0) if self.form == "percent" and whole else shown(value, self.form)

    def _span(self) -> tuple[float, float]:
        if self.span is not None:
            return self.span
        present = [value for row in self.values for value in row if value is not None]
        low, high = min([0.0, *present]), max([0.0, *present])
        reach = max(-low, high)
        return (-reach, reach) if self.sides == "two" else (low, high)

    def _label(self, row: int, column: int) -> str:
        if self.labels:
            return self.labels[row][column]
        value = self.values[row][column]
        return "" if value is None else shown(value, self.form)

    def _heads(self) -> tuple[str, str]:
        head, _, extra = self.corner.partition("|")
        return head.strip(), extra.strip()

    def _about(self) -> str:
        return f"{len(self.rows):,} rows ({', '.join(self.rows[:6])}) by {len(self.columns):,} columns"


def _write(sheet: Sheet, written: list[tuple[float, float, str, str]], room: float, tall: float) -> None:
    """Writes the texts of the cells that they fit; one element per ink keeps the drawing small."""
    widest = max(pixels(text, 11) for _, _, text, _ in written)
    size = 11 if widest <= room else 9
    if tall < size + 3:
        return
    for ink in sorted({ink for *_, ink in written}):
        fitting = [(x, y, text) for x, y, text, own in written if own == ink and text and pixels(text, size) <= room]
        group = "".join(element("text", escape(text), x=x, y=y) for x, y, text in fitting)
        sheet.add(element("g", group, fill=ink, font_size=size, text_anchor="middle") if group else "")


def _level(value: float, span: tuple[float, float]) -> int:
    low, high = span
    share = (value - low) / (high - low) if high > low else 0.0
    return round(min(max(share, 0.0), 1.0) * LEVELS)
