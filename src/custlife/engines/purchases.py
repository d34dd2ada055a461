"""What a customer's purchases come to for models of repeat buying: the request, and the row of one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from custlife.calendar import Periods

__all__ = ["Purchases", "Purchasing"]


@attrs.frozen
class Purchases:
    """The periods in which each unit bought; several purchases in one period are one.

    Attributes:
        codes: The events that are purchases.
        periods: The calendar.
        value: The column of amounts, or None.
        currency: What the amounts are in; None for two digits after the point.
        amounts_in: `auto`, `major` or `minor`.
    """

    codes: frozenset[int]
    periods: Periods
    value: str | None = None
    currency: str | None = None
    amounts_in: str = "auto"


@attrs.frozen
class Purchasing:
    """The purchases of one unit.

    Attributes:
        unit: Its id.
        first: The period of the first purchase.
        last: The period of the last one.
        count: Periods with a purchase.
        repeats: Minor units spent after the first period; 0 where no amounts are asked for.
        truncated: Whether it bought before observation began.
    """

    unit: str
    first: int
    last: int
    count: int
    repeats: int
    truncated: bool
