"""One row for each unit: where it is, how far it came, how it stands."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.framing import columns_of
from custlife.analysis.question import codes_of
from custlife.analysis.result import Result, days_of, person
from custlife.analysis.wording import counted
from custlife.calendar import from_us, zone
from custlife.calendar.instants import wall_text
from custlife.engines.gathers import Standings
from custlife.errors import UnknownNameError
from custlife.pictures import Bars, Segment

if TYPE_CHECKING:
    from custlife.analysis.result import About
    from custlife.engines.gathers import Group, Standing
    from custlife.engines.history import Setting, Vocabulary
    from custlife.pictures import Picture

__all__ = ["CustomerRow", "PerCustomer", "PerCustomerResult"]

COLUMNS = {
    "customer": str,
    "stage": str,
    "entered": datetime,
    "first_seen": datetime,
    "furthest": str | None,
    "moves": int,
    "days_in_stage": float,
    "is_customer": bool | None,
    "outcome": str,
}


@attrs.frozen
class PerCustomer:
    """The question for one row a unit; `log.per_customer()` builds and asks it."""

    def requests(self, setting: Setting) -> list[Standings]:
        """The one list it needs."""
        codes_of(setting, ())
        return [Standings()]

    def answer(self, setting: Setting, tables: list[Any]) -> PerCustomerResult:
        """The units with their names and dates."""
        row = partial(_row, setting.vocabulary, setting.as_of)
        stages = tuple(setting.vocabulary.names)
        return PerCustomerResult(self, person(setting), tuple(map(row, tables[0])), setting.segments, stages)


def _row(vocabulary: Vocabulary, as_of: int, unit: Standing) -> CustomerRow:
    names, paying = vocabulary.names, vocabulary.customer_from
    return CustomerRow(
        unit.unit,
        names[unit.code],
        from_us(unit.entered),
        from_us(unit.first),
        None if unit.furthest < 0 else names[unit.furthest],
        unit.moves,
        days_of(as_of - unit.entered),
        None if paying is None else paying <= unit.code < vocabulary.path,
        _outcome(vocabulary, unit.code),
        unit.segments,
    )


def _outcome(vocabulary: Vocabulary, code: int) -> str:
    return "paused" if code in vocabulary.paused else "ended" if code in vocabulary.ended else "open"


@attrs.frozen
class CustomerRow:
    """One unit at `as_of`.

    Attributes:
        customer: Its id.
        stage: Where it is.
        entered: When it came there, UTC.
        first_seen: When it entered its first stage, UTC.
        furthest: The furthest stage of the path it was ever in; None where it never was on the path.
        moves: How many moves it made, the first entry included.
        days_in_stage: How long it has been where it is, days.
        is_customer: Whether it is in a stage of a paying customer; None where the model does not say.
        outcome: `open`; `paused` or `ended` in an exit.
        segments: The segments now, in the order of the log; None where a value is missing.
    """

    customer: str
    stage: str
    entered: datetime
    first_seen: datetime
    furthest: str | None
    moves: int
    days_in_stage: float
    is_customer: bool | None
    outcome: str
    segments: Group


@attrs.frozen(str=False, repr=False)
class PerCustomerResult(Result):
    """All units of a log.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: The units, by id.
        segments: Names of the segments of each row.
        stages: All stages, in the order of the model.
    """

    question: PerCustomer
    about: About
    rows: tuple[CustomerRow, ...]
    segments: tuple[str, ...]
    stages: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, customer: str) -> CustomerRow:
        """The row of one unit, by its id.

        Raises:
            UnknownNameError: There is no such unit.
        """
        from bisect import bisect_left

        place = bisect_left(self.rows, customer, key=lambda row: row.customer)
        if place == len(self.rows) or self.rows[place].customer != customer:
            raise UnknownNameError(self.about.unit, customer, [row.customer for row in self.rows])
        return self.rows[place]

    def title(self) -> str:
        """One line that says what was asked."""
        return counted(len(self.rows), self.about.unit)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold, segments last."""
        return {**COLUMNS, **dict.fromkeys(self.segments, str | None)}

    def to_columns(self) -> dict[str, list[Any]]:
        """The units as one list a column, without a dict for each."""
        return columns_of(self.rows, COLUMNS, self.segments)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each unit, its segments last."""
        return [
            {
                "customer": row.customer,
                "stage": row.stage,
                "entered": row.entered,
                "first_seen": row.first_seen,
                "furthest": row.furthest,
                "moves": row.moves,
                "days_in_stage": row.days_in_stage,
                "is_customer": row.is_customer,
                "outcome": row.outcome,
                **dict(zip(self.segments, row.segments, strict=True)),
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them: of times the local date."""
        place, form = zone(self.about.tz), "%Y-%m-%d"
        return [
            {
                **told,
                "entered": wall_text(row.entered, place, form),
                "first_seen": wall_text(row.first_seen, place, form),
            }
            for row, told in zip(self.rows, super().people(), strict=True)
        ]

    def picture(self) -> Picture:
        """A bar for each stage that somebody is in now."""
        held = Counter(row.stage for row in self.rows)
        stages = [stage for stage in self.stages if stage in held]
        return Bars(stages, [Segment("", [held[stage] for stage in stages])], title=self.title())
