"""What contracts come to: requests for a table of renewals and for a list of the contracts that run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

if TYPE_CHECKING:
    from decimal import Decimal

    from custlife.calendar import Periods, Span
    from custlife.engines.gathers import Group

__all__ = ["RENEWED", "TOLD", "Amount", "Contract", "RenewalTable", "Renewals", "Running"]

TOLD: Final = "told"  # the column of what rows say of contracts, once they are read
RENEWED: Final = ("renewed", "lost", "pending")
Amount: TypeAlias = "int | float | Decimal"


@attrs.frozen
class Renewals:
    """The ends of terms up to `as_of`, by the period they fall into and by what became of the contract.

    Attributes:
        periods: The calendar; None: all in one, period 0.
        grace: How long after its end a term may still be renewed.
        code: The code of the currency of the amounts; None: the only one.
        by: Segments, in force at the start of the contract.
    """

    periods: Periods | None = None
    grace: Span | None = None
    code: int | None = None
    by: tuple[str, ...] = ()


RenewalTable: TypeAlias = "dict[tuple[Group, int, str, bool], int]"
"""By group, period, `renewed`, `lost` or `pending`, and whether it counts contracts (True) or adds up parts."""


@attrs.frozen
class Running:
    """Every contract that runs at `as_of`, by unit and start."""


@attrs.frozen
class Contract:
    """One contract that runs; instants in microseconds UTC, the amount in parts or None."""

    unit: str
    start: int
    ends: int
    currency: str
    amount: int | None
    limit: Amount | None
    used: Amount | None
    segments: Group
