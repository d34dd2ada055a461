"""Content: what there is, for which stage and whom, made by whom, and when it was last touched."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

import attrs

from custlife.errors import CustlifeError, DataError, UnknownNameError, UsageError, UsageTypeError
from custlife.scoring.points import shortly
from custlife.scoring.value import is_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["FIELDS", "ContentItem", "Inventory"]

TEXTS = ("team", "profile", "message", "type", "channel")
DATES = ("published", "last_used")
FIELDS = ("title", "stages", *TEXTS, *DATES)


def _text(value: Any) -> str:
    return "" if value is None else value.strip() if isinstance(value, str) else value


def _stages(value: Any) -> tuple[str, ...]:
    """Names of stages; a text may hold several, with semicolons between."""
    if value is None:
        return ()
    found = value.split(";") if isinstance(value, str) else value
    return tuple(dict.fromkeys(_text(one) for one in found if _text(one) != ""))


def _day(value: Any) -> date | None:
    """A calendar day; a moment is taken at the day it names in its own zone."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip()[:10]) if value.strip() else None
        except ValueError:
            raise UsageError(f"{shortly(value)} is not a day", "write it as 2026-03-31") from None
    raise UsageTypeError(f"{shortly(value)} is not a day", "pass a date, or text such as 2026-03-31")


@attrs.frozen
class ContentItem:
    """One piece of content.

    Attributes:
        title: What it is called.
        stages: Stages that it is for, by key, label or alias; a text may hold several with `;` between. It counts for
            each in equal parts.
        team: Who made it.
        profile: The customer profile that it is written for.
        message: The position or story that it tells.
        type: Kind of content, such as `case study`.
        channel: Where it is distributed.
        published: The day of publication, or of the last revision.
        last_used: The day on which somebody last used it.

    Raises:
        UsageError: No title, or a day that cannot be read.
        UsageTypeError: A field is of another type.

    Examples:
        >>> ContentItem("Price list", "intent; conversion", team="Sales").stages
        ('intent', 'conversion')
    """

    title: str = attrs.field(converter=_text, validator=is_text)
    stages: tuple[str, ...] = attrs.field(default=(), converter=_stages)
    team: str = attrs.field(default="", converter=_text, validator=is_text, kw_only=True)
    profile: str = attrs.field(default="", converter=_text, validator=is_text, kw_only=True)
    message: str = attrs.field(default="", converter=_text, validator=is_text, kw_only=True)
    type: str = attrs.field(default="", converter=_text, validator=is_text, kw_only=True)
    channel: str = attrs.field(default="", converter=_text, validator=is_text, kw_only=True)
    published: date | None = attrs.field(default=None, converter=_day, kw_only=True)
    last_used: date | None = attrs.field(default=None, converter=_day, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.title:
            raise UsageError("title='' is empty", "pass what tells the item apart")
        for name in self.stages:
            if not isinstance(name, str):
                raise UsageTypeError(f"stages={shortly(self.stages)} are no names", "write stages=['intent']")


def _fields(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


def _items(given: Iterable[ContentItem]) -> tuple[ContentItem, ...]:
    found = tuple(given)
    for place, one in enumerate(found):
        if not isinstance(one, ContentItem):
            hint = "pass ContentItem values, or use Inventory.from_rows(rows)"
            raise UsageTypeError(f"items[{place}]={shortly(one)} is not a ContentItem", hint)
    return found


@attrs.frozen(repr=False)
class Inventory:
    """Pieces of content, and what is on record about them.

    Attributes:
        items: The pieces; their order is irrelevant, and two may be alike.
        known: Fields that somebody keeps; by default those that any item fills. Of a field that nobody keeps nothing
            is concluded, while an item that leaves a kept one empty has none.

    Raises:
        UnknownNameError: A field that items do not have.
        UsageTypeError: Something that is no item.

    Examples:
        >>> found = Inventory.from_rows([{"title": "Price list", "stages": "intent", "team": ""}])
        >>> found.known, len(found)
        (('title', 'stages', 'team'), 1)
    """

    items: tuple[ContentItem, ...] = attrs.field(converter=_items)
    known: tuple[str, ...] = attrs.field(default=(), converter=_fields)

    def __attrs_post_init__(self) -> None:
        for name in self.known:
            if name not in FIELDS:
                raise UnknownNameError("field of content", name, FIELDS)
        filled = self.known or [name for name in FIELDS if any(getattr(item, name) for item in self.items)]
        object.__setattr__(self, "known", tuple(name for name in FIELDS if name in filled or name == "title"))

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[ContentItem]:
        return iter(self.items)

    def __repr__(self) -> str:
        return f"<Inventory of {len(self):,} items, known: {', '.join(self.known)}>"

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]], **columns: str) -> Self:
        """An inventory from mappings, such as rows of a table; all faults are found at once.

        Args:
            rows: Mappings of column to value. Columns that are no field are left alone.
            **columns: Names of columns where they are not those of the fields: `team="Created by"`.

        Raises:
            DataError: With the rows that cannot be read.
            UnknownNameError: A field that items do not have, or a column that no row has.

        Examples:
            >>> Inventory.from_rows([{"Name": "Price list"}], title="Name").items[0].title
            'Price list'
        """
        for field in columns:
            if field not in FIELDS:
                raise UnknownNameError("field of content", field, FIELDS)
        given = [dict(row) if hasattr(row, "keys") else row for row in rows]
        seen = list(dict.fromkeys(key for row in given if isinstance(row, dict) for key in row))
        for field, column in columns.items():
            if column not in seen:
                raise UnknownNameError(f"column for {field}", column, seen)
        if given and columns.get("title", "title") not in seen:
            raise DataError("the rows have no column 'title'", hint=f"name it: title={seen[0] if seen else 'name'!r}")
        known = [field for field in FIELDS if columns.get(field, field) in seen]
        problems: list[tuple[str, str]] = []
        items = [_item(row, place, columns, problems) for place, row in enumerate(given)]
        if problems:
            raise DataError("the inventory cannot be read", problems)
        return cls([item for item in items if item is not None], known or ["title"])

    @classmethod
    def from_csv(cls, path: str | Path, *, delimiter: str = ",", encoding: str = "utf-8-sig", **columns: str) -> Self:
        """An inventory from a CSV file with a header; see `from_rows`.

        Raises:
            DataError: Rows that cannot be read, or a file that is no text of this encoding.
            MissingFileError: There is no such file.
            OSError: It may not be opened.
        """
        import csv

        from custlife.documents import file_at

        try:
            with file_at(path).open(encoding=encoding, newline="") as stream:
                reader = csv.reader(stream, delimiter=delimiter)
                header = next(reader, [])
                lines = [(reader.line_num, cells) for cells in reader if any(cells)]
        except UnicodeError as error:
            hint = "pass the encoding it was saved in, such as encoding='cp1252'"
            raise DataError(f"{path} is not {encoding} text: {error}", hint=hint) from None
        wrong = [
            (f"line {line}", f"{len(cells)} cells, not {len(header)}")
            for line, cells in lines
            if len(cells) != len(header)
        ]
        if wrong or not header:
            hint = "pass delimiter=';' if that is what stands between cells"
            raise DataError(f"{path} is no table with a header", wrong, hint)
        return cls.from_rows([dict(zip(header, cells, strict=True)) for _, cells in lines], **columns)

    def where(self, **wanted: str) -> Inventory:
        """The items with these values, such as `profile="smb"`; what is known stays the same.

        Raises:
            UnknownNameError: A field that items do not have, or a value that none has.
        """
        found = self.items
        for field, value in wanted.items():
            if field not in TEXTS:
                raise UnknownNameError("field of content", field, TEXTS)
            held = {getattr(item, field) for item in self.items}
            if value not in held:
                raise UnknownNameError(field, value, sorted(held - {""}))
            found = tuple(item for item in found if getattr(item, field) == value)
        return attrs.evolve(self, items=found)


def _item(row: Any, place: int, columns: Mapping[str, str], problems: list[tuple[str, str]]) -> ContentItem | None:
    if not isinstance(row, dict):
        problems.append((f"row {place}", f"{shortly(row)} is not a mapping of columns to values"))
        return None
    told = {field: row.get(columns.get(field, field)) for field in FIELDS}
    blank = {field: None if _is_gap(value) else value for field, value in told.items()}
    try:
        return ContentItem(**blank)
    except CustlifeError as error:
        problems.append((f"row {place}", f"{error.what}; {error.hint}"))
        return None


def _is_gap(value: object) -> bool:
    """Whether a cell of a frame holds nothing: NaN, NaT or NA, which no text is."""
    return not isinstance(value, str) and str(value) in {"nan", "NaT", "<NA>"}
