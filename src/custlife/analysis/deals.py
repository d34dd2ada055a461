"""What questions about deals share: when a deal begins, what wins and loses it, its times and its money."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice, names, some_names
from custlife.analysis.touch_steps import exit_codes, on_path, past, stage_code, won_codes
from custlife.analysis.wording import counted
from custlife.engines.money import NO_CURRENCY, PARTS, decimal_of, one_currency
from custlife.engines.touching import Deals
from custlife.errors import UsageError
from custlife.stats.interval import check_level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from custlife.engines.gathers import Group
    from custlife.engines.history import Setting
    from custlife.engines.touching import Deal, DealTable

__all__ = ["DealQuestion", "Money", "between", "deals_of", "left_out", "money_of", "quantile"]

DAY = 86_400_000_000


@attrs.frozen
class DealQuestion:
    """What deals are.

    Attributes:
        start: The stage with which a deal begins, also where it is passed over; None for the first of the path.
        won: The stage that wins it, or any further on; None for the first of a paying customer.
        lost: Exits that lose it; empty means all of them.
        reopened: `final`: who comes back from an exit is open again, and the last close counts; `first`: the first.
        by: Segments to split by, in force when the deal began.
        level: Nominal coverage of the intervals.
    """

    start: str | None = None
    won: str | None = None
    lost: tuple[str, ...] = attrs.field(default=(), converter=some_names)
    reopened: str = "final"
    by: tuple[str, ...] = attrs.field(default=(), converter=names)
    level: float = 0.95

    def __attrs_post_init__(self) -> None:
        choice("reopened", self.reopened, ("final", "first"))
        check_level(self.level)

    def deals(
        self, setting: Setting, *, actions: frozenset[int] = frozenset(), money: bool = False, amounts_in: str = "auto"
    ) -> Deals:
        """The table that is needed.

        Raises:
            UsageError: A deal would be won where it begins, or the log has no amounts.
        """
        won, lost = won_codes(setting, self.won), exit_codes(setting, self.lost)
        called = setting.vocabulary.names
        begins = 0 if self.start is None else stage_code(setting, on_path(setting, self.start, "start"))
        if begins in won:
            what = f"start={called[begins]!r} is won already, by won={called[min(won)]!r}"
            raise UsageError(what, "name an earlier stage as start=, or a later one as won=")
        if money and "amount" not in setting.values:
            raise UsageError("the deals have no amounts", "name their column when the log is made: amount_col='amount'")
        return Deals(
            past(setting, called[begins]), won, lost, self.reopened, actions, money, self.by, amounts_in=amounts_in
        )


def deals_of(table: DealTable, group: Group, *states: str) -> list[tuple[Deal, int]]:
    """The deals of a segment that stand in one of some states, with how many are alike."""
    return [(deal, n) for deal, n in table.items() if deal.segment == group and (not states or deal.state in states)]


def between(deals: Iterable[tuple[Deal, int]]) -> list[int]:
    """The times from start to close of some deals, microseconds, sorted; to `as_of` of those that are open."""
    return sorted(time for deal, n in deals for time in [deal.end - deal.start] * n)


def quantile(times: Sequence[int], share: Fraction) -> float | None:
    """A quantile of sorted times in days, between neighbours in proportion; None of none.

    Source:
        Hyndman & Fan (1996), The American Statistician 50, 361-365, definition 7; the median is the usual one.

    Examples:
        >>> from fractions import Fraction
        >>> quantile([DAY, 2 * DAY, 4 * DAY, 9 * DAY], Fraction(1, 2))
        3.0
    """
    found = exact_quantile(times, share)
    return None if found is None else float(found / DAY)


def exact_quantile(times: Sequence[int], share: Fraction) -> Fraction | None:
    """A quantile of sorted times, in their unit."""
    if not times:
        return None
    place = (len(times) - 1) * share
    low = int(place)
    high = min(low + 1, len(times) - 1)
    return times[low] + (times[high] - times[low]) * (place - low)


def left_out(table: DealTable, unit: str) -> tuple[str, ...]:
    """What must be said of units whose beginning as a deal is not known."""
    truncated = sum(n for deal, n in table.items() if deal.truncated)
    imputed = sum(n for deal, n in table.items() if deal.imputed and not deal.truncated)
    notes = []
    if truncated:
        whose = "its" if truncated == 1 else "their"
        notes.append(f"{counted(truncated, unit)} began before observation did: {whose} length is not known.")
    if imputed:
        seen = "was first seen when it was won: its" if imputed == 1 else "were first seen when they were won: their"
        notes.append(f"{counted(imputed, unit)} {seen} length is not known.")
    return tuple(notes)


@attrs.frozen
class Money:
    """The amounts of some deals, added up.

    Attributes:
        amount: Their sum in major units; None where the amount of none is known.
        known: How many have an amount.
        unknown: How many have none, and are not in the sum.
        minor: The sum in minor units.
        currency: The currency; the code of no currency where the log names none.
    """

    amount: Decimal | None
    known: int
    unknown: int
    minor: int
    currency: str


def money_of(deals: Iterable[tuple[Deal, int]], currency: str | None) -> Money:
    """The amounts of some deals in one currency."""
    known = unknown = minor = 0
    for deal, n in deals:
        if deal.amount is None:
            unknown += n
        else:
            known += n
            minor += n * deal.amount
    code = currency or NO_CURRENCY
    return Money(decimal_of(minor * PARTS, code) if known else None, known, unknown, minor, code)


def currency_of(table: DealTable) -> str | None:
    """The one currency of all deals with an amount; None where they name none.

    Raises:
        UsageError: There are several, or only some deals name one.
    """
    there = {deal.currency for deal in table if deal.amount is not None}
    if None in there and len(there) > 1:
        raise UsageError(
            "only some deals name their currency", "give every row its currency, or leave currency_col= out"
        )
    return one_currency(None, [code for code in there if code is not None])


def as_decimal(value: Fraction, digits: int) -> Decimal:
    """A fraction as a decimal number of so many digits, halves up."""
    scaled: Any = value * 10**digits
    return Decimal(int((2 * scaled + 1) // 2)).scaleb(-digits)
