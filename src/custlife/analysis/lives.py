"""How long customers pay: of each cohort, how many still did after so many periods."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import names
from custlife.analysis.result import Result
from custlife.analysis.revenue import LEVEL, NOWHERE, as_currency
from custlife.analysis.splitting import about, calendar, check_calendar, check_count, group_order, head, label
from custlife.engines.money import one_currency
from custlife.engines.movements import Lives
from custlife.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.analysis.result import About
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.movements import LifeTable

__all__ = ["PayingCohort", "PayingLives", "PayingLivesResult"]


@attrs.frozen
class PayingLives:
    """The question of how long customers pay; `log.lives(...)` builds and asks it.

    Attributes:
        every: Length of the periods.
        currency: The currency to look at, where the log has several.
        by: Segments to split by, in force at the first payment.
    """

    every: str = "month"
    currency: str | None = attrs.field(default=None, converter=as_currency)
    by: tuple[str, ...] = attrs.field(default=(), converter=names)

    def __attrs_post_init__(self) -> None:
        check_calendar(self.every, "monday")

    def requests(self, setting: Setting) -> list[Lives]:
        """The one table it needs.

        Raises:
            UsageError: The log holds no revenue.
        """
        if LEVEL not in setting.values:
            raise UsageError("this log holds no recurring revenue", "ask a cl.RevenueLog")
        code = None if self.currency is None else setting.vocabulary.code.get(self.currency, NOWHERE)
        return [Lives(calendar(self.every, "monday", setting), code, self.by)]

    def answer(self, setting: Setting, tables: list[Any]) -> PayingLivesResult:
        """The result, from the table of lives.

        Raises:
            UsageError: There are several currencies and none was chosen, or the chosen one is not among them.
        """
        one_currency(self.currency, [setting.vocabulary.names[code] for code in setting.codes])
        return PayingLivesResult(self, about(setting, self.by), tuple(self._cohorts(setting, tables[0])))

    def _cohorts(self, setting: Setting, table: LifeTable) -> Iterator[PayingCohort]:
        periods = calendar(self.every, "monday", setting)
        done = periods.index(setting.as_of + 1) - 1  # the last period that is over
        early = -1 if setting.since is None else periods.index(setting.since - 1)
        lives: dict[tuple[Group, int], Counter[int | None]] = {}
        for (group, first, over), n in table.items():
            lives.setdefault((group, first), Counter())[over] += n
        for group, first in sorted(lives, key=_group_first):
            lost = lives[group, first]
            size, gone = lost.total(), accumulate(lost[age] for age in range(done - first + 1))
            if setting.since is None or first > early:
                yield PayingCohort(group, periods.label(first), size, tuple(size - n for n in gone))


def _group_first(key: tuple[Group, int]) -> tuple[tuple[tuple[bool, str], ...], int]:
    return group_order(key[0]), key[1]


@attrs.frozen
class PayingCohort:
    """The customers that first paid in one period.

    Attributes:
        segment: The segment's values, in the order of `by`; None where a value is missing.
        period: Label of the period.
        size: How many they are.
        left: How many of them had paid at the end of each period so far, from that of the first payment on, up to the
            last that is over; who stops and comes back counts as gone.
    """

    segment: Group
    period: str
    size: int
    left: tuple[int, ...]


@attrs.frozen(str=False, repr=False)
class PayingLivesResult(Result):
    """The answer about how long customers pay.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: One cohort for each segment and period in which somebody first paid.
    """

    question: PayingLives
    about: About
    rows: tuple[PayingCohort, ...]

    def survivors(self, periods: int, *segment: str | None) -> tuple[int, ...]:
        """How many customers there were, and how many were left after 1, 2, ... periods, of the cohorts old enough.

        Args:
            periods: How many periods a cohort must be old.
            *segment: The segment, where the answer is split.
        """
        check_count("periods", periods)
        mine = [row for row in self.rows if row.segment == segment and len(row.left) > periods]
        sizes = sum(row.size for row in mine)
        return (sizes, *(sum(row.left[age] for row in mine) for age in range(1, periods + 1)))

    def title(self) -> str:
        """One line that says what was asked."""
        return f"Customers that first paid in each {self.question.every}, and how many still do"

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        by = dict.fromkeys(self.question.by, str | None)
        return {**by, "cohort": str, "size": int, "age": int, "left": int}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each cohort and age."""
        return [
            {**head(self.question.by, row.segment), "cohort": row.period, "size": row.size, "age": age, "left": left}
            for row in self.rows
            for age, left in enumerate(row.left)
        ]

    def people(self) -> list[dict[str, Any]]:
        """The cohorts as people read them."""
        return [
            {"cohort": label(row.segment, row.period), "size": row.size, "left": " ".join(map(str, row.left))}
            for row in self.rows
        ]
