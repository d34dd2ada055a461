"""The contracts that run: when each is up for renewal, and how much of its limit is used."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.result import Result, days_of, percent, person
from custlife.analysis.steps import optional_span
from custlife.calendar import from_us, zone
from custlife.calendar.instants import wall_text
from custlife.engines.money import decimal_of
from custlife.engines.renewals import TOLD, Running
from custlife.errors import UsageError, UsageTypeError

if TYPE_CHECKING:
    from custlife.analysis.result import About
    from custlife.calendar import Span
    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.renewals import Contract

__all__ = ["RunningContract", "RunningContracts", "RunningResult", "check_used"]


def _within(value: Any) -> Span | None:
    return optional_span(value, "within")


MOST_USED = 10  # times the limit: beyond it a percentage was meant


def check_used(name: str, used: object) -> None:
    """Refuses what is no share of a limit.

    Raises:
        UsageTypeError: It is not a number.
        UsageError: It is below 0, or so large that a percentage was meant.
    """
    if isinstance(used, bool) or not isinstance(used, int | float):
        raise UsageTypeError(f"{name}={used!r} is not a number", f"write {name}=0.8")
    if used < 0:
        raise UsageError(f"{name}={used!r} is below 0", f"write {name}=0.8")
    if used > MOST_USED:
        raise UsageError(f"{name}={used!r} is no share of a limit: 100 % is 1", f"write {name}={used / 100:g}")


@attrs.frozen
class RunningContracts:
    """The question for contracts that run; `contracts.running(...)` builds and asks it.

    Attributes:
        within: Only those up for renewal within so long of `as_of`, end inclusive; None for all.
        used: Only those that use at least this share of their limit; None for all.
    """

    within: Span | None = attrs.field(default=None, converter=_within)
    used: float | None = None

    def __attrs_post_init__(self) -> None:
        if self.used is not None:
            check_used("used", self.used)

    def requests(self, setting: Setting) -> list[Running]:
        """The one list it needs.

        Raises:
            UsageError: The log holds no contracts.
        """
        if TOLD not in setting.values:
            raise UsageError("this log holds no contracts", "ask cl.Contracts")
        return [Running()]

    def answer(self, setting: Setting, tables: list[Any]) -> RunningResult:
        """The contracts, those up first at the top."""
        contracts: list[Contract] = tables[0]
        until = None if self.within is None else setting.zone.add(setting.as_of, self.within)
        rows = [RunningContract.of(one, setting.as_of) for one in contracts if until is None or one.ends <= until]
        if self.used is not None:
            rows = [row for row in rows if row.use is not None and row.use >= self.used]
        rows.sort(key=_soonest)
        return RunningResult(self, person(setting), tuple(rows), setting.segments)


@attrs.frozen
class RunningContract:
    """One contract that runs at `as_of`.

    Attributes:
        customer: Whose it is.
        start: When it began, UTC.
        renewal_at: When it is up for renewal next, UTC.
        days_left: Days from `as_of` until then.
        amount: What it is worth, or None.
        currency: Its currency; `none` where none was named.
        limit: How much may be used, or None.
        used: How much is, or None.
        use: Used by limit, more than 1 where it is exceeded; None where either is missing or the limit is 0.
        segments: The segments at its start, in the order of the log; None where a value is missing.
    """

    customer: str
    start: datetime
    renewal_at: datetime
    days_left: float
    amount: Decimal | None
    currency: str
    limit: float | None
    used: float | None
    use: float | None
    segments: Group

    @classmethod
    def of(cls, one: Contract, as_of: int) -> RunningContract:
        """The contract as it is shown."""
        amount = None if one.amount is None else decimal_of(one.amount, one.currency)
        limit, used = (None if number is None else float(number) for number in (one.limit, one.used))
        use = used / limit if limit and used is not None else None
        left = days_of(one.ends - as_of)
        start, ends = from_us(one.start), from_us(one.ends)
        return cls(one.unit, start, ends, left, amount, one.currency, limit, used, use, one.segments)


def _soonest(row: RunningContract) -> tuple[datetime, str, datetime]:
    return row.renewal_at, row.customer, row.start


COLUMNS = {
    "customer": str,
    "start": datetime,
    "renewal_at": datetime,
    "days_left": float,
    "amount": Decimal | None,
    "currency": str,
    "limit": float | None,
    "used": float | None,
    "use": float | None,
}


@attrs.frozen(str=False, repr=False)
class RunningResult(Result):
    """The contracts that run at `as_of`.

    Attributes:
        question: What was asked.
        about: Where the answer comes from.
        rows: The contracts, those up for renewal first at the top.
        segments: Names of the segments of each row.
    """

    question: RunningContracts
    about: About
    rows: tuple[RunningContract, ...]
    segments: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def title(self) -> str:
        """One line that says what was asked."""
        q = self.question
        up = "" if q.within is None else f", up for renewal within {q.within}"
        used = "" if q.used is None else f", using {100 * q.used:g} % of their limit or more"
        count = len(self.rows)
        return f"{count:,} contract{'' if count == 1 else 's'} running{up}{used}"

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold, segments last."""
        return {**COLUMNS, **dict.fromkeys(self.segments, str | None)}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each contract, its segments last."""
        return [
            {**{name: getattr(row, name) for name in COLUMNS}, **dict(zip(self.segments, row.segments, strict=True))}
            for row in self.rows
        ]

    def people(self) -> list[dict[str, Any]]:
        """The rows as people read them, with local dates: terms end at the start of days."""
        place = zone(self.about.tz)
        return [
            {
                "customer": row.customer,
                "renewal at": wall_text(row.renewal_at, place, "%Y-%m-%d"),
                "days left": f"{row.days_left:,.0f}",
                "amount": None if row.amount is None else f"{row.amount:,}",
                "use": percent(row.use),
                **dict(zip(self.segments, row.segments, strict=True)),
            }
            for row in self.rows
        ]
