"""Tickets: how long until they are solved for good, and how many are open: the backlog of a service desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.curves import survival_line
from custlife.analysis.deals import deals_of
from custlife.analysis.question import choice, names
from custlife.analysis.response_time import HOUR, as_hours
from custlife.analysis.result import Result, decimal, with_interval
from custlife.analysis.splitting import about, groups_of, head, label, picked, segment_test
from custlife.analysis.steps import as_window
from custlife.analysis.touch_steps import event_codes, unseen_events
from custlife.analysis.wording import never_seen
from custlife.engines.touching import Deals
from custlife.errors import UsageError
from custlife.pictures import Lines
from custlife.stats import kaplan_meier, share
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.calendar import BusinessHours, Span
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.touching import Deal, DealTable
    from custlife.pictures import Picture
    from custlife.stats import Share, SurvivalCurve

__all__ = ["TicketRow", "Tickets", "TicketsResult"]

REOPENED = ("reopened",)


def _some(value: str | Iterable[str]) -> tuple[str, ...]:
    found = names(value, "names")
    if not found:
        raise UsageError("no event was named", "write opened='opened', solved='solved', reopened='reopened'")
    return found


@attrs.frozen
class Tickets:
    """The question of tickets; `events.tickets(...)` builds and asks it.

    Attributes:
        opened: Events that open a ticket, the first time.
        solved: Events that close it; the last one counts.
        reopened: Events that open it again; so does one that opens it.
        within: How soon it should be solved; None for no limit.
        hours: Count only time in these hours; None for all time.
        by: Segments to split by, in force when the ticket was opened.
        level: Nominal coverage of the intervals.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "state")

    opened: tuple[str, ...] = attrs.field(default=("opened",), converter=_some)
    solved: tuple[str, ...] = attrs.field(default=("solved",), converter=_some)
    reopened: tuple[str, ...] = attrs.field(default=REOPENED, converter=_some)
    within: Span | None = attrs.field(default=None, converter=as_window)
    hours: BusinessHours | None = attrs.field(default=None, converter=as_hours)
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    level: float = 0.95

    def __attrs_post_init__(self) -> None:
        check_level(self.level)
        if self.hours is not None and self.within is not None and (self.within.days or self.within.months):
            what = f"within={self.within} is calendar time, and only business hours are counted"
            raise UsageError(what, "write it in hours: within=cl.hours(8)")

    def requests(self, setting: Setting) -> list[Deals]:
        """The one table it needs."""
        opened, solved = event_codes(setting, self.opened), event_codes(setting, self.solved)
        watched = opened | solved | event_codes(setting, self.reopened)
        return [Deals(opened, frozenset(), solved, by=self.by, watched=watched or frozenset((-1,)))]

    def answer(self, setting: Setting, tables: list[Any]) -> TicketsResult:
        """The result, from the table of tickets."""
        table: DealTable = tables[0]
        groups = groups_of((ticket.segment for ticket in table), self.by)
        rows = tuple(self._row(group, table, setting) for group in groups)
        named = self.reopened if self.reopened != REOPENED else ()  # tickets may well never be opened again
        missing = unseen_events(setting, (*self.opened, *self.solved, *named))
        return TicketsResult(self, about(setting, self.by), rows, missing)

    def _row(self, group: Group, whole: DealTable, setting: Setting) -> TicketRow:
        table = {ticket: n for ticket, n in whole.items() if not ticket.truncated}
        passed = self._clock()
        times: dict[str, list[int]] = {"lost": [], "open": []}
        eligible = in_time = 0
        for ticket, n in deals_of(table, group):
            times[ticket.state] += [passed(ticket.start, ticket.end)] * n
            if self._is_over(ticket.start, setting.as_of, setting):
                eligible += n
                in_time += n * (ticket.state == "lost" and self._is_in_time(ticket, setting))
        curve = kaplan_meier(times["lost"], times["open"], unit=HOUR, level=self.level)
        soon = None if self.within is None else share(in_time, eligible, level=self.level)
        left_out = sum(n for ticket, n in whole.items() if ticket.truncated and ticket.segment == group)
        oldest = max(times["open"], default=None)
        return TicketRow(
            group,
            len(times["lost"]),
            len(times["open"]),
            None if oldest is None else oldest / HOUR,
            soon,
            left_out,
            curve,
        )

    def _clock(self) -> Callable[[int, int], int]:
        """How long it is from one instant to another, microseconds."""
        if self.hours is None:
            return lambda start, end: end - start
        elapsed = self.hours.elapsed()
        return lambda start, end: elapsed(end) - elapsed(start)

    def _is_over(self, start: int, end: int, setting: Setting) -> bool:
        """Whether the limit was over at an instant, or is at it."""
        if self.within is None:
            return False
        if self.hours is not None:
            return self._clock()(start, end) >= self.within.us
        return setting.zone.adder(self.within)(start) <= end

    def _is_in_time(self, ticket: Deal, setting: Setting) -> bool:
        """Whether a solved ticket was solved within the limit, its end included."""
        if self.within is None or self.hours is not None:
            return self.within is not None and self._clock()(ticket.start, ticket.end) <= self.within.us
        return ticket.end <= setting.zone.adder(self.within)(ticket.start)

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:  # noqa: ARG002  # alike
        """Whether some tables have a ticket in a cell: `state` (`open`, `solved`), `segment`."""
        state = {"open": "open", "solved": "lost"}[choice("state", cell.get("state", "open"), ("open", "solved"))]
        is_mine = segment_test(cell)
        return lambda tables: any(
            is_mine(ticket.segment) and ticket.state == state and not ticket.truncated for ticket in tables[0]
        )


@attrs.frozen
class TicketRow:
    """Tickets of one segment.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        solved: Tickets solved, and not opened again by `as_of`.
        open: Tickets open at `as_of`: the backlog.
        oldest_hours: Age of the oldest open one, hours; None where none is open.
        in_time: Share solved for good within the limit, of those whose limit was over at `as_of`; None without a limit.
        truncated: Tickets opened before observation began; in no other number.
        curve: Kaplan-Meier curve of the time from the first opening to the last solving, hours.
    """

    segment: Group
    solved: int
    open: int
    oldest_hours: float | None
    in_time: Share | None
    truncated: int
    curve: SurvivalCurve = attrs.field(repr=False)

    @property
    def n(self) -> int:
        """Tickets opened: `solved + open`."""
        return self.solved + self.open

    @property
    def median_hours(self) -> float | None:
        """The time by which half are solved for good, hours; None where fewer than half are."""
        return self.curve.median.value

    @property
    def label(self) -> str:
        """The segment in one text; `all` where nothing is split."""
        return label(self.segment) or "all"


@attrs.frozen(str=False, repr=False)
class TicketsResult(Result):
    """The answer of a question of tickets.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment.
        unseen: Names of events that were asked for and nobody had.
    """

    question: Tickets
    about: About
    rows: tuple[TicketRow, ...]
    unseen: tuple[str, ...] = ()

    def __getitem__(self, segment: str) -> TicketRow:
        """The row of a segment, by its label; `all` where nothing is split.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "row", segment, [row.label for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        clock = "business hours" if self.question.hours is not None else "hours"
        return f"{self.about.unit.capitalize()}s until solved, {clock}"

    def footnotes(self) -> tuple[str, ...]:
        """How the numbers were estimated, and what was left out."""
        truncated = sum(row.truncated for row in self.rows)
        return (
            "From the first opening to the last solving; what was opened again is open (Kaplan-Meier).",
            *never_seen(self.unseen),
            *([f"{truncated:,} were opened before observation began, and are in no number."] if truncated else []),
        )

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        times = ("median_hours", "median_low_hours", "median_high_hours", "oldest_hours", "in_time_rate")
        return {
            **dict.fromkeys(self.question.by, str | None),
            **dict.fromkeys(("opened", "solved", "open"), int),
            **dict.fromkeys(times, float | None),
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment; times in hours of the clock that was asked for."""
        return [
            {
                **head(self.question.by, row.segment),
                "opened": row.n,
                "solved": row.solved,
                "open": row.open,
                "median_hours": row.median_hours,
                "median_low_hours": row.curve.median.low,
                "median_high_hours": row.curve.median.high,
                "oldest_hours": row.oldest_hours,
                "in_time_rate": None if row.in_time is None else row.in_time.rate,
            }
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                **head(self.question.by, row.segment),
                "opened": row.n,
                "solved": row.solved,
                "open": row.open,
                "median hours": decimal(row.median_hours),
                "oldest, hours": decimal(row.oldest_hours),
                "in time": None if row.in_time is None else with_interval(row.in_time.rate, row.in_time.interval),
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """The share not yet solved over time."""
        lines = [survival_line(row.label, row.curve) for row in self.rows if row.solved]
        return Lines(lines, title=self.title(), form="percent", x_label="hours", y_label="not solved")
