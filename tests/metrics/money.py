"""Money for tests of metrics: revenue before and after a month."""

from __future__ import annotations

from decimal import Decimal

from custlife import Costs, RevenueLog, metrics

FEBRUARY = "2026-03-01T00:00Z"


def before(customer: str, amount: int) -> tuple[str, str, Decimal]:
    return customer, "2026-01-05T00:00Z", Decimal(amount)


def after(customer: str, amount: int) -> tuple[str, str, Decimal]:
    return customer, "2026-02-10T00:00Z", Decimal(amount)


def business(cost: str = "6000") -> metrics.Inputs:
    """Forty customers of 500 a month, one of whom leaves and one comes."""
    rows = [before(f"c{n}", 500) for n in range(40)] + [after("c0", 0), after("new", 500)]
    spent = [("2026-01", "0"), ("2026-02", cost)]
    return metrics.Inputs(
        revenue=RevenueLog.from_rows(rows, currency="USD", as_of=FEBRUARY), costs=Costs.from_rows(spent, currency="USD")
    )
