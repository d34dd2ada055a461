"""Many readings of one metric: by segment, by period, or as known at the end of each period."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.result import About, Result
from custlife.analysis.splitting import head, label, picked
from custlife.analysis.wording import never_seen
from custlife.metrics.reading import written
from custlife.pictures import Bars, Lines, Segment, Series

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.metrics.metric import Metric
    from custlife.metrics.reading import Number, Reading
    from custlife.pictures import Picture

__all__ = ["Readings", "ReadingsQuestion"]

AMOUNTS = ("value", "part", "whole")
FINE = range(-3, 1)  # digits after the point, as many as columns of decimals have


@attrs.frozen
class ReadingsQuestion:
    """What was asked of a metric.

    Attributes:
        metric: The metric.
        by: Segments it was split by.
        every: Length of the periods; None for the whole.
        replayed: Whether each reading is as known at the end of its period, and not as seen from one `as_of`.
        level: Nominal coverage of the intervals.
    """

    metric: Metric
    by: tuple[str, ...] = ()
    every: str | None = None
    replayed: bool = False
    level: float = 0.95


@attrs.frozen(str=False, repr=False)
class Readings(Result):
    """The readings of a metric, one for each segment and period.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: The readings.
    """

    question: ReadingsQuestion
    about: About
    rows: tuple[Reading, ...]

    def __getitem__(self, wanted: str) -> Reading:
        """The reading of a segment or period by its label, such as `"pro"`, `"2026-01"` or `"pro · 2026-01"`.

        Raises:
            UnknownNameError: There is no such reading.
        """
        return picked(self.rows, "reading", wanted, [row.label for row in self.rows])

    def __iter__(self) -> Iterator[Reading]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def title(self) -> str:
        """One line that says what was asked."""
        q = self.question
        every = f", {'as known at the end of each' if q.replayed else 'by'} {q.every}" if q.every else ""
        return f"{q.metric.label.capitalize()}{every}"

    def footnotes(self) -> tuple[str, ...]:
        """What the value is a share or measure of, and why some have none."""
        words = self.question.metric.definition
        of = f" / {words.denominator}" if words.denominator else ""
        whys = dict.fromkeys(row.reason for row in self.rows if row.reason)
        notes = dict.fromkeys(note for row in self.rows for note in row.notes)
        doubts = never_seen(tuple(dict.fromkeys(name for row in self.rows for name in row.unseen)))
        told = (f"{words.numerator}{of}.", *(f"No value: {why}." for why in whys), *(f"{note}." for note in notes))
        return (*told, *doubts)

    def parameters(self) -> dict[str, Any]:
        """Everything the answer depends on besides the rows."""
        asked = super().parameters()
        return {**asked, "metric": repr(self.question.metric)}

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold: amounts of money exact decimals, unless one is of another kind or finer."""
        number = float | None
        held = {name: Decimal | None if self._is_exact(name) else number for name in AMOUNTS}
        return {
            **dict.fromkeys(self.question.by, str | None),
            "period": str | None,
            "value": held["value"],
            "unit": str,
            "low": number,
            "high": number,
            "part": held["part"],
            "whole": held["whole"],
            "n": int,
            "pending": int,
            "reason": str,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and period; money stays Decimal."""
        return [
            {
                **head(self.question.by, row.segment),
                "period": row.period,
                "value": row.value,
                "unit": row.unit,
                "low": finite(row.interval.low) if row.interval else None,
                "high": finite(row.interval.high) if row.interval else None,
                "part": row.part,
                "whole": row.whole,
                "n": row.n,
                "pending": row.pending,
                "reason": row.reason,
            }
            for row in self.rows
        ]

    def to_columns(self) -> dict[str, list[Any]]:
        """The rows as one list a column; amounts of money stay exact where `column_types` says so."""
        found = super().to_columns()
        exact = [name for name in AMOUNTS if self._is_exact(name)]
        return {n: [(_exact if n in exact else _plain)(one) for one in column] for n, column in found.items()}

    def _is_exact(self, name: str) -> bool:
        """Whether a column holds amounts of money alone, as fine as frames keep them."""
        values = [value for row in self.rows if (value := getattr(row, name)) is not None]
        if not values:
            return name == "value" and self.question.metric.definition.unit == "money"
        fine = [not isinstance(one, float) and Decimal(one).as_tuple().exponent in FINE for one in values]
        return all(fine) and any(isinstance(one, Decimal) for one in values)

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        period = [] if self.question.every is None else ["period"]
        return [
            {
                **head(self.question.by, row.segment),
                **dict.fromkeys(period, row.period),
                "value": written(row.value, row.unit) if row.value is not None else None,
                "interval": limits(row),
                "n": row.n,
                "pending": row.pending,
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """The value over the periods with its band, or a bar for each segment."""
        shares = all(row.unit == "share" for row in self.rows)
        form: Any = "percent" if shares else "number"
        if self.question.every is not None:
            title = self.title()
            return Lines(self._lines(), title=title, form=form, x_label=self.question.every, y_label=self._unit())
        bars = [row.label or self.question.metric.label for row in self.rows]
        values = [_plain(row.value) or 0 for row in self.rows]
        told = [written(row.value, row.unit) for row in self.rows]
        return Bars(bars, [Segment(self._unit(), values)], title=self.title(), values=told, form=form)

    def _unit(self) -> str:
        return ", ".join(dict.fromkeys(row.unit for row in self.rows))

    def _lines(self) -> list[Series]:
        """One line for each segment, over all periods."""
        periods = sorted({row.period or "" for row in self.rows})
        lines = []
        for segment in dict.fromkeys(row.segment for row in self.rows):
            at = {row.period: row for row in self.rows if row.segment == segment}
            found = [at.get(period) for period in periods]
            limit = [None if row is None else row.interval for row in found]
            lines.append(
                Series(
                    label(segment) or "value",
                    periods,
                    [None if row is None else _plain(row.value) for row in found],
                    [None if one is None else finite(one.low) for one in limit],
                    [None if one is None else finite(one.high) for one in limit],
                )
            )
        return lines


def finite(limit: float) -> float | None:
    """An end of an interval, or None where it lies beyond what was seen."""
    return limit if isfinite(limit) else None


def limits(row: Reading) -> str | None:
    """The ends of an interval for people."""
    if row.interval is None:
        return None
    return f"{written(row.interval.low, row.unit)} – {written(row.interval.high, row.unit)}"


def _exact(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def _plain(value: Number | None) -> Any:
    return float(value) if isinstance(value, Decimal) else value
