"""The answer of retention: one row for each cohort, one cell for each period since, and the means below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.result import Result
from custlife.analysis.splitting import head, label, picked
from custlife.analysis.wording import never_seen
from custlife.errors import UnknownNameError
from custlife.pictures import Grid, Table

if TYPE_CHECKING:
    from custlife.analysis.result import About
    from custlife.analysis.retention import Retention
    from custlife.engines.gathers import Group
    from custlife.pictures import Picture
    from custlife.stats import Interval

__all__ = ["RetentionCell", "RetentionMean", "RetentionResult", "RetentionRow"]


@attrs.frozen
class RetentionCell:
    """One cohort in one period.

    Attributes:
        offset: Periods since that of the cohort, from 0.
        retained: Units of the cohort that are active; None while the period is not over at `as_of`.
        rate: Their share of the cohort; None for an empty cohort and while the period is not over.
        interval: Its confidence interval; None with it.
        is_complete: Whether the period was over at `as_of`.
    """

    offset: int
    retained: int | None
    rate: float | None
    interval: Interval | None
    is_complete: bool


@attrs.frozen
class RetentionRow:
    """One cohort of one segment.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        cohort: Label of the period in which its units started.
        size: How many started in it; still growing while it is not complete.
        is_complete: Whether the period of the cohort was over at `as_of`.
        cells: One for each period from the cohort's on.
    """

    segment: Group
    cohort: str
    size: int
    is_complete: bool
    cells: tuple[RetentionCell, ...]

    def __getitem__(self, offset: int) -> RetentionCell:
        return self.cells[offset]

    @property
    def label(self) -> str:
        """Segment and cohort in one text."""
        return label(self.segment, self.cohort)


@attrs.frozen
class RetentionMean:
    """Retention at one offset over all cohorts old enough.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        offset: Periods since that of the cohort.
        retained: Units active, over the complete cells.
        size: Units of the cohorts of those cells.
        cohorts: How many cohorts those are; empty ones are none.
        rate: `retained / size`: cohorts weigh by their size, those with nobody retained included. None without cohorts.
        interval: Its interval; None with it, and for recurring cohorts, whose units are not independent.
    """

    segment: Group
    offset: int
    retained: int
    size: int
    cohorts: int
    rate: float | None
    interval: Interval | None


@attrs.frozen(str=False, repr=False)
class RetentionResult(Result):
    """The answer of retention.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment and cohort, empty cohorts included, up to the period of `as_of`.
        means: One for each segment and offset.
        truncated: Units in no cohort because they started before observation began.
        unseen: Names of events that were asked for and no row has.
    """

    question: Retention
    about: About
    rows: tuple[RetentionRow, ...]
    means: tuple[RetentionMean, ...]
    truncated: int
    unseen: tuple[str, ...] = attrs.field(default=(), eq=False)  # later rows may have it, and change no answer

    def row(self, cohort: str) -> RetentionRow:
        """One cohort by its label, such as `"2026-01"`, or `"pro · 2026-01"` where the answer is split.

        Raises:
            UnknownNameError: There is no such cohort.
        """
        return picked(self.rows, "cohort", cohort, [row.label for row in self.rows])

    def mean(self, offset: int, *segment: str | None) -> RetentionMean:
        """The weighted mean at one offset, of one segment where the answer is split.

        Raises:
            UnknownNameError: There is no such offset or segment.
        """
        for mean in self.means:
            if mean.offset == offset and mean.segment == segment:
                return mean
        raise UnknownNameError(
            "offset", label(segment, str(offset)), [label(m.segment, str(m.offset)) for m in self.means]
        )

    def title(self) -> str:
        """One line that says what was asked."""
        q = self.question
        return f"{q.kind.capitalize()} retention by {q.every}, {q.cohort} cohorts"

    def footnotes(self) -> tuple[str, ...]:
        """What blanks and means are, and who was left out."""
        nobody = ", or nobody is in the cohort" if any(not row.size for row in self.rows) else ""
        notes = [f"Blank: the period was not over{nobody}.", "Mean over complete cells, weighted by cohort size."]
        if self.question.kind == "rolling":
            notes.append(
                "Active in that period or any later, so rates fall by construction: late periods have less future."
            )
        if self.question.cohort == "recurring":
            notes.append("One unit may be in several cohorts, so the means have no interval.")
        if self.truncated:
            notes.append(f"{self.truncated:,} started before observation began and are in no cohort.")
        return (*notes, *never_seen(self.unseen))

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return {
            **dict.fromkeys(self.question.by, str | None),
            "cohort": str,
            "offset": int,
            "size": int,
            "retained": int | None,
            **dict.fromkeys(("rate", "low", "high"), float | None),
            "complete": bool,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each cohort and period."""
        return [
            {
                **head(self.question.by, row.segment),
                "cohort": row.cohort,
                "offset": cell.offset,
                "size": row.size,
                "retained": cell.retained,
                "rate": cell.rate,
                "low": cell.interval.low if cell.interval else None,
                "high": cell.interval.high if cell.interval else None,
                "complete": cell.is_complete,
            }
            for row in self.rows
            for cell in row.cells
        ]

    def table(self) -> Table:
        """The triangle: cohorts down, periods across, shares in the cells, means at the bottom."""
        width = self._width()
        rows = [
            (row.label, row.size, *(_percent(cell.rate) for cell in row.cells), *[""] * (width - len(row.cells)))
            for row in self.rows
        ]
        for segment in dict.fromkeys(mean.segment for mean in self.means):
            means = [mean for mean in self.means if mean.segment == segment]
            size = means[0].size
            rows.append(
                (label(segment, "mean"), size, *(_percent(m.rate) for m in means), *[""] * (width - len(means)))
            )
        note = " ".join((*self.footnotes(), f"As of {self.about.moment}."))
        align = ("left", *["right"] * (width + 1))
        return Table(("cohort", "size", *map(str, range(width))), rows, title=self.title(), note=note, align=align)

    def picture(self) -> Picture:
        """A heat map: cohorts down, periods across."""
        width = self._width()
        values = [[*(cell.rate for cell in row.cells), *[None] * (width - len(row.cells))] for row in self.rows]
        return Grid(
            [row.label for row in self.rows],
            [str(offset) for offset in range(width)],
            values,
            title=self.title(),
            row_notes=[f"{row.size:,}" for row in self.rows],
            corner="cohort | size",
            form="percent",
            span=(0, 1),
            blank="not over yet, or nobody",
        )

    def _width(self) -> int:
        return max((len(row.cells) for row in self.rows), default=0)


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{100 * rate:.1f} %"
