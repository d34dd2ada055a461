"""Win rate: of the deals that closed, the share won; beside it the share won of all that were created."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.deals import DealQuestion, deals_of, left_out
from custlife.analysis.question import choice
from custlife.analysis.result import Result, with_interval
from custlife.analysis.splitting import (
    about,
    calendar,
    check_calendar,
    groups_of,
    head,
    label,
    last_period,
    picked,
    segment_test,
)
from custlife.analysis.wording import plural
from custlife.pictures import Bars, Lines, Segment, Series
from custlife.stats import share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar

    from custlife.analysis.result import About
    from custlife.calendar import Periods
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.touching import Deal, Deals, DealTable
    from custlife.pictures import Picture
    from custlife.stats import Share

__all__ = ["WinRate", "WinRateResult", "Won"]


@attrs.frozen
class WinRate(DealQuestion):
    """The question of the win rate; `log.win_rate(...)` builds and asks it.

    Attributes:
        start: The stage with which a deal begins, also where it is passed over; None for the first of the path.
        won: The stage that wins it, or any further on; None for the first of a paying customer.
        lost: Exits that lose it; empty means all of them.
        reopened: `final`: who comes back from an exit is open again, and the last close counts; `first`: the first.
        by: Segments to split by, in force when the deal began.
        level: Nominal coverage of the intervals.
        every: Length of the periods; None for all deals together.
        week_start: First day of weeks.
    """

    CELL: ClassVar[tuple[str, ...]] = ("segment", "period", "state")

    every: str | None = None
    week_start: str = "monday"

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        check_calendar(self.every, self.week_start)

    def requests(self, setting: Setting) -> list[Deals]:
        """The one table it needs."""
        return [self.deals(setting)]

    def answer(self, setting: Setting, tables: list[Any]) -> WinRateResult:
        """The result, from the table of deals."""
        table: DealTable = tables[0]
        groups = groups_of((deal.segment for deal in table), self.by)
        if self.every is None:
            rows = [self._row(group, None, deals_of(table, group), deals_of(table, group)) for group in groups]
        else:
            periods = calendar(self.every, self.week_start, setting)
            rows = [row for group in groups for row in self._rows(group, table, periods, setting.as_of)]
        return WinRateResult(self, about(setting, self.by), tuple(rows), left_out(table, setting.unit))

    def _rows(self, group: Group, table: DealTable, periods: Periods, as_of: int) -> list[Won]:
        """A row for each period from the first start to the last one."""
        closed: dict[int, list[tuple[Deal, int]]] = {}
        created: dict[int, list[tuple[Deal, int]]] = {}
        for deal, n in deals_of(table, group):
            created.setdefault(periods.index(deal.start), []).append((deal, n))
            if deal.state != "open":
                closed.setdefault(periods.index(deal.end), []).append((deal, n))
        seen = {*created, *closed}
        if not seen:
            return []
        shown = range(min(seen), last_period(periods, as_of, seen) + 1)
        return [self._row(group, periods.label(each), closed.get(each, []), created.get(each, [])) for each in shown]

    def _row(
        self, group: Group, period: str | None, closed: list[tuple[Deal, int]], created: list[tuple[Deal, int]]
    ) -> Won:
        won, lost = (sum(n for deal, n in closed if deal.state == state) for state in ("won", "lost"))
        new = [(deal, n) for deal, n in created if not deal.truncated]
        turned = sum(n for deal, n in new if deal.state == "won")
        still = sum(n for deal, n in new if deal.state == "open")
        whole = sum(n for _, n in new)
        rate, conversion = share(won, won + lost, level=self.level), share(turned, whole, level=self.level)
        return Won(group, period, won, lost, rate, whole, still, conversion)

    def finder(self, setting: Setting, cell: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
        """Whether some tables have a deal in a cell: `state` (`won`, `lost`, `open`), `period` of close, `segment`."""
        state = choice("state", cell.get("state", "won"), ("won", "lost", "open"))
        is_mine, wanted = segment_test(cell), cell.get("period")
        periods = None if self.every is None else calendar(self.every, self.week_start, setting)

        def find(tables: list[Any]) -> bool:
            return any(
                is_mine(deal.segment)
                and deal.state == state
                and (wanted is None or (periods is not None and periods.label(periods.index(deal.end)) == wanted))
                for deal in tables[0]
            )

        return find


@attrs.frozen
class Won:
    """Win rate of one segment and period.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        period: Label of the period, or None where nothing is split by time.
        won: Deals won in the period.
        lost: Deals lost in it.
        rate: Won of those closed in the period, with its interval: the win rate.
        created: Deals begun in the period.
        open: Those of them that are open at `as_of`.
        conversion: Won up to `as_of` of those created in the period: the conversion rate, low while many are open.
    """

    segment: Group
    period: str | None
    won: int
    lost: int
    rate: Share
    created: int
    open: int
    conversion: Share

    @property
    def label(self) -> str:
        """Segment and period in one text; `all` where nothing is split."""
        return label(self.segment, *([] if self.period is None else [self.period])) or "all"


@attrs.frozen(str=False, repr=False)
class WinRateResult(Result):
    """The answer of a question of the win rate.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One for each segment and period.
        remarks: What was left out.
    """

    question: WinRate
    about: About
    rows: tuple[Won, ...]
    remarks: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Won:
        """The row of a label, such as `"2026-01"` or `"pro · 2026-01"`; `all` where nothing is split.

        Raises:
            UnknownNameError: There is no such row.
        """
        return picked(self.rows, "row", name, [row.label for row in self.rows])

    def title(self) -> str:
        """One line that says what was asked."""
        by_close = "" if self.question.every is None else ", by the date of the close"
        return f"Win rate of {plural(0, self.about.unit)}{by_close}"

    def footnotes(self) -> tuple[str, ...]:
        """How to read the two rates."""
        return (
            "Win rate: won of won and lost, by the date of the close; open ones are in neither.",
            "Conversion: won of all created in the period; it rises while some are open.",
            *(remark for remark in self.remarks if "observation" in remark),
        )

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return {
            **dict.fromkeys(self.question.by, str | None),
            **({} if self.question.every is None else {"period": str}),
            **dict.fromkeys(("won", "lost"), int),
            **dict.fromkeys(("win_rate", "win_rate_low", "win_rate_high"), float | None),
            **dict.fromkeys(("created", "open"), int),
            "conversion_rate": float | None,
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each segment and period."""
        return [
            {
                **self._head(row),
                "won": row.won,
                "lost": row.lost,
                "win_rate": row.rate.rate,
                "win_rate_low": row.rate.interval.low if row.rate.interval else None,
                "win_rate_high": row.rate.interval.high if row.rate.interval else None,
                "created": row.created,
                "open": row.open,
                "conversion_rate": row.conversion.rate,
            }
            for row in self.rows
        ]

    def _head(self, row: Won) -> dict[str, Any]:
        return {**head(self.question.by, row.segment), **({} if row.period is None else {"period": row.period})}

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them."""
        return [
            {
                **self._head(row),
                "won": row.won,
                "lost": row.lost,
                "win rate": with_interval(row.rate.rate, row.rate.interval),
                "created": row.created,
                "still open": row.open,
                "conversion": with_interval(row.conversion.rate, row.conversion.interval),
            }
            for row in self.rows
        ]

    def picture(self) -> Picture:
        """The rate over time, a line for each segment; bars where nothing is split by time."""
        if self.question.every is None:
            parts = (("won", "won", "good"), ("lost", "lost", "bad"), ("open", "open", "pending"))
            segments = tuple(
                Segment(text, [getattr(row, name) for row in self.rows], tone) for text, name, tone in parts
            )
            return Bars(tuple(row.label for row in self.rows), segments, title=self.title())
        groups = dict.fromkeys(row.segment for row in self.rows)
        lines = [_line(group, [row for row in self.rows if row.segment == group]) for group in groups]
        return Lines(lines, title=self.title(), form="percent", y_label="win rate")


def _line(group: Group, rows: list[Won]) -> Series:
    """The rate of each period; a gap where nothing closed."""
    limits = [row.rate.interval for row in rows]
    return Series(
        label(group) or "win rate",
        tuple(row.period or "" for row in rows),
        tuple(row.rate.rate for row in rows),
        tuple(one.low if one else None for one in limits),
        tuple(one.high if one else None for one in limits),
    )
