"""A board of cards: every row is a thing, every column an aspect, every cell a short list of texts."""

from __future__ import annotations

from typing import Any

import attrs

from custlife.pictures.base import NOTHING, Picture
from custlife.pictures.checks import items, need_length, texts
from custlife.pictures.svg import EDGE
from custlife.pictures.table import Table, draw_rows, table_html
from custlife.pictures.tones import accent, check_tone
from custlife.pictures.words import cells, clean, pad, wrap

_MISSING = "–"


def _cells(values: Any) -> tuple[tuple[tuple[str, ...], ...], ...]:
    return tuple(tuple(_card(cell) for cell in items(row)) for row in items(values))


def _card(cell: Any) -> tuple[str, ...]:
    if cell is None or cell == "":
        return ()
    return (clean(cell),) if isinstance(cell, str) else texts(cell)


@attrs.frozen(repr=False)
class Cards(Picture):
    """A wide board of wrapped texts, such as a journey map.

    Attributes:
        rows: Names of the rows.
        columns: Names of the aspects.
        cells: For each row one cell per column: a text, a list of texts, or None.
        title: Stands above.
        note: Stands below.
        corner: Heading of the column with the names of the rows.
        tones: A tone for each row; empty: accents in turn.

    Raises:
        UsageError: For cells that do not match rows and columns.

    Examples:
        >>> print(Cards(["trial"], ["owner", "needs"], [["sales", ["price", "proof"]]]))
        trial
          owner  sales
          needs  price
                 proof
    """

    rows: tuple[str, ...] = attrs.field(converter=texts)
    columns: tuple[str, ...] = attrs.field(converter=texts)
    cells: tuple[tuple[tuple[str, ...], ...], ...] = attrs.field(converter=_cells)
    title: str = attrs.field(default="", converter=clean)
    note: str = attrs.field(default="", converter=clean)
    corner: str = attrs.field(default="", converter=clean, kw_only=True)
    tones: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_length("cells", self.cells, len(self.rows), "rows")
        for index, row in enumerate(self.cells):
            need_length(f"cells[{index}]", row, len(self.columns), "columns")
        if self.tones:
            need_length("tones", self.tones, len(self.rows), "rows")
        for tone in self.tones:
            check_tone(tone)

    def text(self, width: int = 80) -> str:
        """One block for each row, its aspects as wrapped lines; empty aspects are left out."""
        if not self.rows:
            return self._page([NOTHING], width)
        names = max((min(cells(name), max(8, width // 4)) for name in self.columns), default=0)
        body: list[str] = []
        for row, aspects in zip(self.rows, self.cells, strict=True):
            body += [*([""] if body else []), *wrap(row, width)]
            for name, lines in zip(self.columns, aspects, strict=True):
                wrapped = [part for line in lines for part in wrap(line, width - names - 4)]
                body += [f"  {pad('' if i else name, names)}  {part}" for i, part in enumerate(wrapped)]
        return self._page(body, width)

    def svg(self, width: int = 720) -> str:
        """The board drawn with wrapped texts; many columns want a `width` of 1000 or more."""
        sheet = self._sheet(width)
        if not self.rows:
            sheet.nothing()
            return sheet.finish(self.note)
        tones = self.tones or tuple(accent(i) for i in range(len(self.rows)))
        columns: list[list[tuple[str, ...]]] = [[(name,) for name in self.rows]]
        columns += [[row[i] or (_MISSING,) for row in self.cells] for i in range(len(self.columns))]
        marks = draw_rows(sheet, [self.corner, *self.columns], columns, [False] * len(columns), indent=9)
        for (top, bottom), tone in zip(marks, tones, strict=True):
            sheet.box(EDGE, top + 4, 3, bottom - top - 8, tone=tone or "muted")
        return sheet.finish(self.note)

    def html(self) -> str:
        """A wide `<table>` whose lists are bullets."""
        rows = [(name, *(cell or None for cell in row)) for name, row in zip(self.rows, self.cells, strict=True)]
        table = Table([self.corner, *self.columns], rows, self.title, self.note)
        return table_html(table, "cl-table cl-cards")

    def _about(self) -> str:
        return f"{', '.join(self.columns)} of {', '.join(self.rows)}"
