"""What moves recurring revenue: the request for a table of movements, and what its cells are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

if TYPE_CHECKING:
    from custlife.calendar import Periods, Span
    from custlife.engines.gathers import Group

__all__ = ["CELLS", "KINDS", "LifeTable", "Lives", "MovementTable", "Movements"]

KINDS: Final = ("new", "reactivation", "expansion", "contraction", "churn")
CELLS: Final = ("start", *KINDS, "end")


@attrs.frozen
class Movements:
    """Recurring revenue of windows that each end with a period, and what moved it, net for each customer.

    A customer's level at the start of a window is set beside that at its end. From nothing to something is `new` where
    there never was anything before, else a `reactivation`; from something to nothing is `churn`; more is an
    `expansion`, less a `contraction`.

    Attributes:
        periods: The calendar.
        over: How many periods a window is long.
        code: The code of the currency.
        since: The first period that a window may end with; None for the first one with a row.
        min_gap: Who pays again within so long after paying nothing has never left, and paid on; None: any gap counts.
        by: Segments.
        segment: At which end of the window they are in force: `start` or `end`; at the other one for customers that
            paid nothing there.
    """

    periods: Periods
    over: int = 1
    code: int | None = None
    since: int | None = None
    min_gap: Span | None = None
    by: tuple[str, ...] = ()
    segment: str = "start"


MovementTable: TypeAlias = "dict[tuple[Group, int, str, bool], int]"
"""By group, last period of the window, name of the cell, and whether it counts customers (True) or adds up parts."""


@attrs.frozen
class Lives:
    """How long customers pay: from the period in which they first do to the end of one in which they no longer do.

    Attributes:
        periods: The calendar.
        code: The code of the currency.
        by: Segments, in force at the first payment.
    """

    periods: Periods
    code: int | None = None
    by: tuple[str, ...] = ()


LifeTable: TypeAlias = "dict[tuple[Group, int, int | None], int]"
"""Customers by group, first period, and the number of periods at whose end they paid; None where they still do."""
