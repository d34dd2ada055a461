"""Response time: how long until somebody reaches out to who has qualified, with those still waiting censored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.curves import survival_line
from custlife.analysis.question import choice, names
from custlife.analysis.result import Result, decimal, percent, with_interval
from custlife.analysis.splitting import about, groups_of, head, label, picked, segment_test
from custlife.analysis.steps import Step, as_window
from custlife.analysis.touch_steps import (
    OUTBOUND,
    as_qualified,
    as_touch,
    event_codes,
    exit_codes,
    first_event,
    past,
    seen_of,
    unknown,
    unseen_events,
)
from custlife.analysis.wording import never_seen
from custlife.calendar import BusinessHours
from custlife.engines.touching import Contacts, ContactTally, Seen
from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.pictures import Lines
from custlife.stats import kaplan_meier, share
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.analysis.touch_steps import Qualified
    from custlife.calendar import Span
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.touching import ContactTable
    from custlife.pictures import Picture
    from custlife.stats import Share, SurvivalCurve

__all__ = ["ResponseRow", "ResponseTime", "ResponseTimeResult", "as_hours"]

HOUR = 3_600_000_000
STATES = ("answered", "waiting", "in_time", "late")


def as_hours(value: BusinessHours | None) -> BusinessHours | None:
    """Business hours, or None for all time.

    Raises:
        UsageTypeError: Something else.
    """
    if value is not None and not isinstance(value, BusinessHours):
        hint = "write cl.BusinessHours('mon-fri 09:00-17:00', tz='Europe/Zurich')"
        raise UsageTypeError(f"hours={value!r} are not business hours", hint)
    return value


@attrs.frozen
class ResponseTime:
    """The question of response time; `log.response_time(...)` builds and asks it.

    Attributes:
        qualified: What starts the clock, the first time: a stage (also one passed over), an event, a step, or a
            function that takes a `Customer` and returns an instant or None. A name that is both is the stage.
        touch: What stops it: the first such event at or after the start.
        within: How soon it should come; None for no limit.
        hours: Count only time in these hours; None for all time.
        skips: `passed`: who goes further than the stage has qualified, too; or `strict`.
        by: Segments to split by, in force at the start.
        level: Nominal coverage of the intervals.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "state")

    qualified: Qualified = attrs.field(converter=as_qualified)
    touch: Step = attrs.field(default=OUTBOUND, converter=as_touch)
    within: Span | None = attrs.field(default=None, converter=as_window)
    hours: BusinessHours | None = attrs.field(default=None, converter=as_hours)
    skips: str = "passed"
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    level: float = 0.95

    def __attrs_post_init__(self) -> None:
        choice("skips", self.skips, ("passed", "strict"))
        check_level(self.level)
        if self.hours is not None and self.within is not None and (self.within.days or self.within.months):
            what = f"within={self.within} is calendar time, and only business hours are counted"
            raise UsageError(what, "write it in hours: within=cl.hours(8)")

    def requests(self, setting: Setting) -> list[Contacts]:
        """The one table it needs."""
        finder = None if isinstance(self.qualified, (str, Step)) else self.qualified
        exits = exit_codes(setting) if setting.vocabulary.model else frozenset[int]()
        touch = seen_of(self.touch, setting)
        return [Contacts(self._start(setting), touch, finder, self.within, self.hours, exits, self.by)]

    def _start(self, setting: Setting) -> Seen:
        """What starts the clock, where it is no function."""
        if isinstance(self.qualified, Step):
            return seen_of(self.qualified, setting)
        if not isinstance(self.qualified, str):
            return Seen(frozenset())
        if setting.vocabulary.model is None:
            return Seen(event_codes(setting, (self.qualified,)))
        try:
            return Seen(past(setting, self.qualified, self.skips))
        except UnknownNameError:
            found = event_codes(setting, (self.qualified,))
            if not found and setting.rows and len(setting.vocabulary.names) > first_event(setting):
                raise unknown(setting, self.qualified) from None
            return Seen(found)

    def answer(self, setting: Setting, tables: list[Any]) -> ResponseTimeResult:
        """The result, from the table of counts."""
        table: ContactTable = tables[0]
        rows = [self._row(group, table.get(group) or ContactTally()) for group in groups_of(table, self.by)]
        wanted = *self._starts(setting), *self.touch.names
        return ResponseTimeResult(self, about(setting, self.by), tuple(rows), unseen_events(setting, wanted))

    def _starts(self, setting: Setting) -> tuple[str, ...]:
        """The names of events that start the clock."""
        if isinstance(self.qualified, Step):
            return self.qualified.names
        is_event = isinstance(self.qualified, str) and setting.vocabulary.model is None
        return (str(self.qualified),) if is_event else ()

    def _row(self, group: Group, tally: ContactTally) -> ResponseRow:
        answered, waiting = len(tally.answered), len(tally.waiting)
        n = answered + waiting
        curve = kaplan_meier(tally.answered, tally.waiting, unit=HOUR, level=self.level)
        in_time = None if self.within is None else share(tally.in_time, tally.eligible, level=self.level)
        never = share(waiting, n, level=self.level)
        return ResponseRow(group, n, answered, waiting, tally.gone, tally.truncated, in_time, never, curve)

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:  # noqa: ARG002  # alike
        """Whether some tables have a unit in a cell: `state` (`answered`, `waiting`, `in_time`, `late`), `segment`."""
        state = choice("state", cell.get("state", "waiting"), STATES)
        if self.within is None and state in {"in_time", "late"}:
            raise UsageError(f"state={state!r} needs a time limit", "ask with within=cl.hours(4) first")
        is_mine = segment_test(cell)

        def is_in(tally: ContactTally) -> bool:
            if state in {"answered", "waiting"}:
                return bool(len(getattr(tally, state)))
            return bool(tally.in_time if state == "in_time" else tally.eligible - tally.in_time)

        return lambda tables: any(is_mine(group) and is_in(tally) for group, tally in tables[0].items())


@attrs.frozen
class ResponseRow:
    """Response time of one segment.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        n: Units that qualified: `answered + waiting`.
        answered: Units with a touch at or after that.
        waiting: Units without one by `as_of`: censored.
        gone: Those of the waiting who have left the path by `as_of`.
        truncated: Units that qualified before observation began; in no other number.
        in_time: Share touched within the limit, of those whose limit was over at `as_of`; None without a limit.
        never: Share never contacted up to `as_of`, of all.
        curve: Kaplan-Meier curve of the time until the touch, hours.
    """

    segment: Group
    n: int
    answered: int
    waiting: int
    gone: int
    truncated: int
    in_time: Share | None
    never: Share
    curve: SurvivalCurve = attrs.field(repr=False)

    @property
    def median_hours(self) -> float | None:
        """The time by which half are contacted, hours; None where fewer than half are."""
        return self.curve.median.value

    @property
    def pending(self) -> int:
        """Units whose limit was not over at `as_of`; all of the waiting where there is no limit."""
        return self.waiting if self.in_time is None else self.n - self.in_time.n

    @property
    def label(self) -> str:
        """The segment in one text; `all` where nothing is split."""
        return label(self.segment) or "all"


@attrs.frozen(str=False, repr=False)
class ResponseTimeResult(Result):
    """The answer of a question of response time.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment.
        unseen: Names of events that were asked for and nobody had.
    """

    question: ResponseTime
    about: About
    rows: tuple[ResponseRow, ...]
    unseen: tuple[str, ...] = ()

    def __getitem__(self, segment: str) -> ResponseRow:
        """The row of a segment, by its label; `all` where nothing is split.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "row", segment, [row.label for row in self.rows])

    def parameters(self) -> dict[str, Any]:
        """Everything the answer depends on besides the rows; a function by its name."""
        return {**super().parameters(), "qualified": self._start}

    @property
    def _start(self) -> str:
        """What starts the clock, in words."""
        asked = self.question.qualified
        is_named = isinstance(asked, (str, Step))
        return str(asked) if is_named else getattr(asked, "__qualname__", type(asked).__qualname__)

    def title(self) -> str:
        """One line that says what was asked."""
        start = self._start
        clock = "business hours" if self.question.hours is not None else "hours"
        return f"Time from {start} to the first {self.question.touch}, {clock}"

    def footnotes(self) -> tuple[str, ...]:
        """How the numbers were estimated, and what was left out."""
        notes = ["Median by Kaplan-Meier: who waits at as_of counts as waiting for at least so long."]
        notes += never_seen(self.unseen)
        if self.question.within is not None:
            notes.append("In time: of those whose limit was over at as_of.")
        if self.question.hours is not None:
            notes.append(f"Open {self.question.hours.hours}, {self.question.hours.tz}.")
        truncated = sum(row.truncated for row in self.rows)
        if truncated:
            notes.append(f"{truncated:,} qualified before observation began, and are in no number.")
        return tuple(notes)

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        counts = ("n", "answered", "waiting", "gone")
        numbers = ("quarter_hours", "median_hours", "median_low_hours", "median_high_hours", "three_quarters_hours")
        return {
            **dict.fromkeys(self.question.by, str | None),
            **dict.fromkeys(counts, int),
            **dict.fromkeys(numbers, float | None),
            "eligible": int | None,
            "in_time": int | None,
            **dict.fromkeys(("in_time_rate", "in_time_low", "in_time_high", "never_rate"), float | None),
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment; times in hours of the clock that was asked for."""
        return [{**head(self.question.by, row.segment), **_columns(row)} for row in self.rows]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                **head(self.question.by, row.segment),
                "qualified": row.n,
                "answered": row.answered,
                "waiting": row.waiting,
                "median hours": decimal(row.median_hours),
                "three quarters": decimal(row.curve.quantile(0.75).value),
                "in time": None if row.in_time is None else with_interval(row.in_time.rate, row.in_time.interval),
                "never contacted": percent(row.never.rate),
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """The share still waiting over time."""
        lines = [survival_line(row.label, row.curve) for row in self.rows if row.answered]
        return Lines(lines, title=self.title(), form="percent", x_label="hours", y_label="still waiting")


def _columns(row: ResponseRow) -> dict[str, Any]:
    median, within = row.curve.median, row.in_time
    limits = None if within is None else within.interval
    return {
        "n": row.n,
        "answered": row.answered,
        "waiting": row.waiting,
        "gone": row.gone,
        "quarter_hours": row.curve.quantile(0.25).value,
        "median_hours": median.value,
        "median_low_hours": median.low,
        "median_high_hours": median.high,
        "three_quarters_hours": row.curve.quantile(0.75).value,
        "eligible": None if within is None else within.n,
        "in_time": None if within is None else within.k,
        "in_time_rate": None if within is None else within.rate,
        "in_time_low": limits.low if limits else None,
        "in_time_high": limits.high if limits else None,
        "never_rate": row.never.rate,
    }
