"""The customer base: who is a customer at both ends of each period, who came, who came back, and who was lost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import maybe_names, names
from custlife.analysis.splitting import about, active_codes, calendar, check_calendar, groups_of, is_over, last_period
from custlife.engines.presence import Presence, PresenceTable
from custlife.errors import UsageError

if TYPE_CHECKING:
    from custlife.analysis.result import About
    from custlife.calendar import Periods
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting

__all__ = ["BaseRow", "CustomerBase", "CustomerBaseAnswer"]

Ends = Counter[tuple[bool, bool, bool]]


@attrs.frozen
class CustomerBase:
    """The question of the customer base.

    Attributes:
        every: Length of the periods.
        customers: Stages of a customer; None for those from `customer_from` on, or the whole path.
        by: Segments to split by, in force when one first became a customer.
        week_start: First day of weeks.
    """

    every: str = "month"
    customers: tuple[str, ...] | None = attrs.field(default=None, converter=maybe_names)
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    week_start: str = "monday"

    def __attrs_post_init__(self) -> None:
        check_calendar(self.every, self.week_start)

    def requests(self, setting: Setting) -> list[Presence]:
        """The one table it needs."""
        if not setting.vocabulary.path:
            raise UsageError("this log holds events, not stages", "turn events into stages with rules: log.to_stages()")
        periods = calendar(self.every, self.week_start, setting)
        return [Presence(periods, active_codes(setting, self.customers), self.by)]

    def answer(self, setting: Setting, tables: list[Any]) -> CustomerBaseAnswer:
        """The rows, from the table of counts."""
        table: PresenceTable = tables[0]
        periods = calendar(self.every, self.week_start, setting)
        now = last_period(periods, setting.as_of, (period for _, period, *_ in table))
        first = min((period for _, period, *_ in table), default=now + 1)
        ends: dict[tuple[Group, int], Ends] = {}
        for (group, period, before, after, ever), n in table.items():
            ends.setdefault((group, period), Counter())[before, after, ever] += n
        rows = []
        for group in groups_of((group for group, *_ in table), self.by):
            stock = 0
            for period in range(first, now + 1):
                row = _row(group, period, ends.get((group, period), Counter()), stock, setting, periods)
                stock = row.end
                if setting.since is None or periods.end(period) > setting.since:
                    rows.append(row)
        return CustomerBaseAnswer(about(setting, self.by), tuple(rows))


def _row(group: Group, period: int, ends: Ends, start: int, setting: Setting, periods: Periods) -> BaseRow:
    is_whole = is_over(periods, period, setting.as_of)
    is_seen = setting.since is None or setting.since <= periods.start(period)
    new, returned = ends[False, True, False], ends[False, True, True]
    lost = sum(n for (before, after, _), n in ends.items() if before and not after)
    away = sum(n for (before, after, _), n in ends.items() if before and after)
    passing = sum(n for (before, after, _), n in ends.items() if not before and not after)
    end = start + new + returned - lost
    return BaseRow(group, periods.label(period), is_whole and is_seen, start, new, returned, lost, away, passing, end)


@attrs.frozen
class BaseRow:
    """One period of one segment: `end = start + new + returned - lost`.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        period: Label of the period.
        is_complete: Whether observation covers the whole period.
        start: Customers just before it.
        new: Customers at its end who never were before it.
        returned: Customers at its end who were not just before it, but earlier.
        lost: Customers just before it who are none at its end.
        away: Customers at both ends who were none for some time in between.
        passing: Customers at neither end who were some in between.
        end: Customers at its last instant.
    """

    segment: Group
    period: str
    is_complete: bool
    start: int
    new: int
    returned: int
    lost: int
    away: int
    passing: int
    end: int


@attrs.frozen
class CustomerBaseAnswer:
    """The customer base over the periods.

    Attributes:
        about: Where the answer comes from.
        rows: One for each segment and period, without gaps.
    """

    about: About
    rows: tuple[BaseRow, ...]
