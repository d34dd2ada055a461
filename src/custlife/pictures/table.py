"""Tables: aligned text, a real HTML table, and a drawn one with wrapped cells."""

from __future__ import annotations

from itertools import chain, pairwise, zip_longest
from typing import TYPE_CHECKING, Any

import attrs

from custlife.errors import UsageError
from custlife.pictures.base import NOTHING, Picture
from custlife.pictures.checks import items, need_choice, need_length, texts
from custlife.pictures.layout import blocks, fit
from custlife.pictures.scales import number, to_number
from custlife.pictures.svg import EDGE, element
from custlife.pictures.words import cells, clean, escape, pad, pieces, pixels, wrap, wrap_pixels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from custlife.pictures.svg import Sheet

Cell = str | int | float | tuple[str, ...] | None

_MISSING = "–"
_MOST_DRAWN = 60
_LEAST_CELLS = 8
_MOST_PIECE = 24  # a longer word is broken rather than given a column as wide
_GAP = 2
_DRAWN_GAP = 14.0
_SIZE = 11.0
_LEAST_DRAWN = 24.0
_MOST_DRAWN_PIECE = 120.0


def to_cell(value: Any) -> Cell:
    """A cell's value: a number, a text, several texts, or None.

    Examples:
        >>> to_cell(True), to_cell(3), to_cell(["a", "b"]), to_cell(float("nan"))
        ('yes', 3, ('a', 'b'), None)
    """
    if value is None or isinstance(value, str):
        return value if value is None else clean(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set | frozenset):
        ordered = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return tuple(clean(part) for part in ordered)
    if hasattr(value, "__index__"):
        return int(value)
    if hasattr(value, "__float__"):
        return to_number(value)
    return clean(value)


def _rows(values: Any) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(to_cell(value) for value in items(row)) for row in items(values))


def _align(value: Any) -> tuple[str, ...]:
    return () if value in ("", "auto", None) else items(value)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float)


def column_texts(column: Sequence[Cell]) -> list[tuple[str, ...]]:
    """The cells of one column as lines of text, its numbers with equally many decimals."""
    floats = [abs(c) for c in column if isinstance(c, float)]
    whole = all(c == int(c) for c in floats)
    top = max(floats, default=0.0)
    decimals = 0 if whole else 1 if top >= 100 else 2 if top >= 1 else 3
    return [_lines(cell, decimals) for cell in column]


def _lines(cell: Cell, decimals: int) -> tuple[str, ...]:
    if cell is None:
        return (_MISSING,)
    if isinstance(cell, tuple):
        return cell
    if isinstance(cell, str):
        return (cell,)
    return (f"{cell:,}" if isinstance(cell, int) else number(cell, decimals),)


def _widest(texts: Iterable[str], measure: Callable[[str], float], least: float, most: float) -> float:
    """The width of the widest piece that no line is broken in, between two limits."""
    return min(most, max(chain([least], map(measure, chain.from_iterable(map(pieces, texts))))))


def _drawn(text: str) -> float:
    return pixels(text, _SIZE)


@attrs.frozen(repr=False)
class Table(Picture):
    """Rows under named columns.

    Numbers stand right with thousands separators, everything else left. A cell may be a text, a number, None
    (shown as –) or a list of texts (bullets in HTML). Pass years and ids as text, or they get separators.

    Attributes:
        columns: Names of the columns.
        rows: Rows of as many cells.
        title: Stands above.
        note: Stands below.
        align: "left" or "right" for each column; empty: by content.
        limit: Rows shown at most; a line says how many are left out.

    Raises:
        UsageError: For rows that do not match the columns.

    Examples:
        >>> print(Table(["stage", "customers"], [["trial", 1204], ["active", 87]]))
        stage   customers
        ──────  ─────────
        trial       1,204
        active         87
    """

    columns: tuple[str, ...] = attrs.field(converter=texts)
    rows: tuple[tuple[Cell, ...], ...] = attrs.field(converter=_rows)
    title: str = attrs.field(default="", converter=clean)
    note: str = attrs.field(default="", converter=clean)
    align: tuple[str, ...] = attrs.field(default=(), converter=_align, kw_only=True)
    limit: int | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        for index, row in enumerate(self.rows):
            need_length(f"rows[{index}]", row, len(self.columns), "columns")
        if self.align:
            need_length("align", self.align, len(self.columns), "columns")
        for align in self.align:
            need_choice("align", align, ("left", "right"))
        if self.limit is not None and self.limit < 0:
            raise UsageError(f"limit={self.limit!r} is negative", "pass a number of rows, or None for all")

    def text(self, width: int = 80) -> str:
        """The table in aligned columns with wrapped texts; one too wide is split into blocks that repeat the first."""
        if not self.columns or not self.rows:
            return self._page([NOTHING], width)
        joined = [["; ".join(lines) for lines in column] for column in self._lines(self._shown(None))]
        natural = [max([cells(name), *map(cells, column)]) for name, column in zip(self.columns, joined, strict=True)]
        least = [
            n if right or n <= _LEAST_CELLS else min(n, int(_widest([name, *column], cells, _LEAST_CELLS, _MOST_PIECE)))
            for n, name, column, right in zip(natural, self.columns, joined, self._right(), strict=True)
        ]
        body: list[str] = []
        for group in blocks(least, max(width, 20), _GAP):
            lines = self._block(group, joined, natural, least, width)
            body += ["", *lines] if body else lines
        return self._page([*body, *self._more(None)], width)

    def _block(
        self, group: list[int], joined: list[list[str]], natural: list[int], least: list[int], width: int
    ) -> list[str]:
        right = self._right()
        fixed = sum(natural[i] for i in group if right[i])
        room = max(width, 20) - fixed - _GAP * (len(group) - 1)
        loose = [i for i in group if not right[i]]
        fitted = dict(zip(loose, fit([natural[i] for i in loose], room, [least[i] for i in loose]), strict=True))
        wide = {i: int(fitted.get(i, natural[i])) for i in group}
        side = {i: "right" if right[i] else "left" for i in group}
        gap = " " * _GAP

        def lines(texts: Iterable[str]) -> list[str]:
            pairs = zip(group, texts, strict=True)
            wrapped = [[text] if cells(text) <= wide[i] else wrap(text, wide[i]) for i, text in pairs]
            return [
                gap.join(pad(text, wide[i], side[i]) for i, text in zip(group, line, strict=True))
                for line in zip_longest(*wrapped, fillvalue="")
            ]

        head, rule = lines(self.columns[i] for i in group), gap.join("─" * wide[i] for i in group)
        rows = (lines(joined[i][row] for i in group) for row in range(len(joined[0])))
        return [*head, rule, *chain.from_iterable(rows)]

    def svg(self, width: int = 720) -> str:
        """The table drawn, with wrapped cells; the first sixty rows."""
        sheet = self._sheet(width)
        if not self.columns or not self.rows:
            sheet.nothing()
            return sheet.finish(self.note)
        columns = self._lines(self._shown(_MOST_DRAWN))
        draw_rows(sheet, self.columns, columns, self._right())
        return sheet.finish(" ".join([*self._more(_MOST_DRAWN), self.note]))

    def html(self) -> str:
        """A `<table>` with caption and headings; a note follows as a paragraph."""
        return table_html(self, "cl-table")

    def _about(self) -> str:
        return f"{len(self.rows):,} rows of {', '.join(self.columns)}"

    def _shown(self, most: int | None) -> tuple[tuple[Cell, ...], ...]:
        return self.rows[: min(len(self.rows), *(n for n in (self.limit, most) if n is not None), len(self.rows))]

    def _more(self, most: int | None) -> list[str]:
        left = len(self.rows) - len(self._shown(most))
        return [f"... {left:,} more row{'s' if left > 1 else ''}"] if left else []

    def _lines(self, rows: Sequence[Sequence[Cell]]) -> list[list[tuple[str, ...]]]:
        return [column_texts([row[i] for row in rows]) for i in range(len(self.columns))]

    def _right(self) -> list[bool]:
        if self.align:
            return [align == "right" for align in self.align]
        filled = [[row[i] for row in self.rows if row[i] is not None] for i in range(len(self.columns))]
        return [bool(column) and all(map(_is_number, column)) for column in filled]


def draw_rows(
    sheet: Sheet,
    columns: Sequence[str],
    content: Sequence[Sequence[tuple[str, ...]]],
    right: Sequence[bool],
    indent: float = 0,
) -> list[tuple[float, float]]:
    """Draws a heading and rows with wrapped text; `content` holds columns of cells of lines.

    Returns:
        Top and bottom of each row.
    """
    natural = [
        max(pixels(name, _SIZE + 1), *(pixels(line, _SIZE) for cell in column for line in cell), 1.0)
        for name, column in zip(columns, content, strict=True)
    ]
    room = sheet.room - indent - _DRAWN_GAP * (len(columns) - 1)
    least = [_widest(chain.from_iterable(column), _drawn, _LEAST_DRAWN, _MOST_DRAWN_PIECE) for column in content]
    if sum(least) > room:  # words are broken rather than drawn beside the paper
        least = [_LEAST_DRAWN] * len(columns)
    wide = fit(natural, room, least)
    lefts = [EDGE + indent + sum(wide[:i]) + _DRAWN_GAP * i for i in range(len(columns))]
    grid = [*zip(lefts, wide, right, strict=True)]
    _draw_row(sheet, [(name,) for name in columns], grid, weight="600")
    end = lefts[-1] + wide[-1]
    sheet.rule(EDGE, sheet.y, end, sheet.y, opacity=0.5)
    edges = [sheet.y]
    for row in range(len(content[0])):
        _draw_row(sheet, [column[row] for column in content], grid)
        sheet.rule(EDGE, sheet.y, end, sheet.y)
        edges.append(sheet.y)
    return [*pairwise(edges)]


def _draw_row(
    sheet: Sheet,
    row: Sequence[tuple[str, ...]],
    grid: Sequence[tuple[float, float, bool]],
    weight: str | None = None,
) -> None:
    step = _SIZE + 4
    tallest = 1
    for lines, (left, room, flush) in zip(row, grid, strict=True):
        wrapped = [part for line in lines for part in wrap_pixels(line, room + 0.5, _SIZE)]
        for index, line in enumerate(wrapped):
            x, anchor = (left + room, "end") if flush else (left, None)
            sheet.text(x, sheet.y + step * (index + 1), line, size=_SIZE, room=room + 6, anchor=anchor, weight=weight)
        tallest = max(tallest, len(wrapped))
    sheet.y += step * tallest + 8


def table_html(table: Table, classes: str) -> str:
    """The HTML of a table."""
    right = table._right()
    style = ["text-align:right" if flush else "text-align:left" for flush in right]
    # Written by hand: an empty cell must not become a self-closing tag, which HTML does not know.
    names = zip(table.columns, style, strict=True)
    head = "".join(f'<th scope="col" style="{s}">{escape(name)}</th>' for name, s in names)
    rows = [f"<thead><tr>{head}</tr></thead>"] if head else []
    content = table._lines(table._shown(None))
    count = len(content[0]) if content else 0
    body = [element("tr", "".join(_cell(c[r], style[i], i) for i, c in enumerate(content))) for r in range(count)]
    extra = table._more(None) or ([] if count else ["nothing to show"])
    body += [element("tr", element("td", line, colspan=f"{max(1, len(right))}")) for line in extra]
    rows.append(element("tbody", "".join(body)))
    caption = element("caption", escape(table.title)) if table.title else ""
    note = f'<p class="cl-note">{escape(table.note)}</p>' if table.note else ""
    return f'<div class="cl-scroll"><table class="{classes}">{caption}{"".join(rows)}</table>{note}</div>'


def _cell(lines: tuple[str, ...], style: str, column: int) -> str:
    # A number and its sign must not part at the end of a line.
    escaped = [escape(line).replace(" %", "&#160;%") for line in lines]
    many = "".join(f"<li>{line}</li>" for line in escaped)
    body = f"<ul>{many}</ul>" if len(lines) > 1 else "".join(escaped)
    tag, scope = ("th", ' scope="row"') if column == 0 and lines else ("td", "")
    weight = ";font-weight:inherit" if tag == "th" else ""
    return f'<{tag}{scope} style="{style}{weight}">{body}</{tag}>'
