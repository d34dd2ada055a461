"""What every answer has: its question, the moment of looking, notes, and ways to be shown or handed on."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import Framed
from custlife.calendar import from_us, zone
from custlife.calendar.instants import wall_text, zoned_text
from custlife.pictures import Table

if TYPE_CHECKING:
    from custlife.calendar import Zone
    from custlife.engines.history import Note, Setting
    from custlife.pictures import Picture
    from custlife.stats import Interval

__all__ = ["DAY", "About", "Result", "days_of", "decimal", "percent", "person", "shown", "with_interval"]

DAY = 86_400_000_000


def days_of(us: float) -> float:
    """Microseconds as days."""
    return us / DAY


def person(setting: Setting) -> About:
    """What an answer says of the log it came from."""
    vocabulary = setting.vocabulary
    model = vocabulary.model.name if vocabulary.model else None
    sizes = setting.units, setting.rows
    return About(
        setting.as_of, setting.since, setting.zone.key, setting.unit, *sizes, model, setting.notes, setting.frame
    )


@attrs.frozen
class About:
    """Where an answer comes from.

    Attributes:
        as_of_us: The moment of looking, microseconds UTC.
        since_us: Start of observation, or None.
        tz: The zone of calendar spans and periods.
        unit: What was counted.
        units: How many of them the log has.
        rows: How many rows it has.
        model: Name of the stage model, or None for events.
        notes: What was done to the rows before counting.
        frame: The kind of frame that the rows came from, such as `polars`; None where it was none.
    """

    as_of_us: int
    since_us: int | None
    tz: str
    unit: str
    units: int
    rows: int
    model: str | None
    notes: tuple[Note, ...]
    frame: str | None = attrs.field(default=None, eq=False)

    @property
    def as_of(self) -> datetime:
        """The moment of looking, in UTC."""
        return from_us(self.as_of_us)

    @property
    def moment(self) -> str:
        """The moment of looking as people read it, in the zone of the log."""
        return zoned_text(self.as_of, zone(self.tz))


class Result(Framed):
    """The shape that all answers share.

    A result is a frozen value with fields `question` and `about`; it lists its rows once, in `to_dicts`, and everything
    else (table, columns, frames, JSON, HTML) is made from them. `polars.DataFrame(result)`, `pyarrow.table(result)` and
    DuckDB's `from result` read it as it is.
    """

    __slots__ = ()
    question: Any
    about: About

    def title(self) -> str:
        """One line that says what was asked."""
        return type(self).__name__

    def footnotes(self) -> tuple[str, ...]:
        """What a reader must know to read the rows rightly."""
        return ()

    def picture(self) -> Picture:
        """The answer as a picture; a table where nothing says more."""
        return self.table()

    @property
    def as_of(self) -> datetime:
        """The moment of looking, UTC: nothing later was seen."""
        return self.about.as_of

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was done to the data: rows collapsed, dropped, imputed, left out."""
        return self.about.notes

    def parameters(self) -> dict[str, Any]:
        """Everything the answer depends on besides the rows: the question's arguments, `as_of`, `tz`, `unit`."""
        asked = {f.name: getattr(self.question, f.name) for f in attrs.fields(type(self.question))}
        about = self.about
        return {**asked, "as_of": about.as_of, "tz": about.tz, "unit": about.unit, "model": about.model}

    def to_json(self, *, indent: int | None = 2) -> str:
        """The answer as JSON text: `question`, `as_of`, `rows`, `notes`; the same bytes for the same answer."""
        import json

        document = {
            "result": type(self).__name__,
            "parameters": {name: _plain(value) for name, value in self.parameters().items()},
            "rows": [{name: _plain(value) for name, value in row.items()} for row in self.to_dicts()],
            "notes": [str(n) for n in self.notes],
        }
        return json.dumps(document, indent=indent, ensure_ascii=False, allow_nan=False)

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them: shares in percent, few digits, times in the zone of the log."""
        place = zone(self.about.tz)
        return [{name: shown(name, value, place) for name, value in row.items()} for row in self.to_dicts()]

    def table(self) -> Table:
        """The rows as a table for people."""
        rows = self.people()
        columns = tuple(name.replace("_", " ") for name in (rows[0] if rows else ()))
        align = tuple(_side([row[name] for row in rows]) for name in (rows[0] if rows else ()))
        note = " ".join((*self.footnotes(), f"As of {self.about.moment}."))
        return Table(columns, [tuple(row.values()) for row in rows], title=self.title(), note=note, align=align)

    def __repr__(self) -> str:
        size = len(self.to_dicts())
        return f"<{type(self).__name__}: {self.title()}, {size} rows, as of {self.about.moment}>"

    def __str__(self) -> str:
        return self.table().text(width=120)

    def svg(self) -> str:
        """The picture alone, as SVG text."""
        return self.picture().svg()

    def plot(self) -> Any:
        """The picture as a `plotly.graph_objects.Figure`.

        Raises:
            MissingExtraError: Plotly is not installed.
        """
        return self.picture().plot()

    def _repr_html_(self) -> str:
        return f"{self.table().html()}{self.picture().svg()}"

    def _origin(self) -> str | None:
        return self.about.frame


SHARES = ("rate", "share", "low", "high", "survival")


def shown(name: str, value: object, place: Zone) -> object:
    """A value for a table cell: shares in percent, few digits, local times to the minute, the rest as it is."""
    if isinstance(value, float):
        return percent(value) if name.endswith(SHARES) else decimal(value)
    return wall_text(value, place) if isinstance(value, datetime) else value


def percent(value: float | None) -> str | None:
    """A share in percent, or None."""
    return None if value is None else f"{100 * value:.1f} %"


def decimal(value: float | None) -> str | None:
    """A number with one decimal, or None."""
    return None if value is None else f"{value:,.1f}"


def with_interval(value: float | None, interval: Interval | None) -> str | None:
    """A share in percent with its limits."""
    if value is None or interval is None:
        return percent(value)
    return f"{100 * value:.1f} % ({100 * interval.low:.1f}–{100 * interval.high:.1f})"


def _side(cells: list[object]) -> str:
    """Numbers and percentages to the right."""
    given = [cell for cell in cells if cell is not None]
    is_number = all(not isinstance(cell, str) or _reads_as_number(cell) for cell in given)
    return "right" if given and is_number else "left"


def _reads_as_number(cell: str) -> bool:
    """Whether a text is a percentage or a number with separators."""
    return "%" in cell or cell.replace(",", "").replace(".", "", 1).removeprefix("-").isdecimal()


def _plain(value: object) -> Any:
    """A value as JSON can hold it."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)
