"""Deals for tests: four of them, some with amounts, and those of drawn logs as brute force finds them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from custlife import StageLog, presets
from tests.analysis.selling import EXITS, PATH, both
from tests.oracles import selling as oracle

DAY = timedelta(days=1)
ENDS = st.sampled_from(["final", "first"])


def by_hand(made, reopened="final", start="a", won="b"):
    """The logs, and the deals that brute force finds."""
    log, beside, seen, touches = both(made)
    told = oracle.deals(
        seen, touches, made[2], path=PATH, exits=EXITS, start=start, won=won, first=reopened == "first", since=made[3]
    )
    return log, beside, told


def deals(*rows, **options):
    return StageLog.from_rows(list(rows), presets.sales_funnel, unit="deal", **options)


FOUR = (
    ("won", "opportunity", "2026-01-01T00:00Z"),
    ("won", "customer", "2026-01-21T00:00Z"),
    ("lost", "opportunity", "2026-01-05T00:00Z"),
    ("lost", "lost", "2026-02-05T00:00Z"),
    ("back", "opportunity", "2026-01-05T00:00Z"),
    ("back", "lapsed", "2026-01-15T00:00Z"),
    ("back", "opportunity", "2026-02-01T00:00Z"),
    ("back", "customer", "2026-02-15T00:00Z"),
    ("open", "opportunity", "2026-02-10T00:00Z"),
)


def sized(*rows, currency=None, **options):
    told = [
        {"deal": deal, "stage": stage, "at": at, "amount": amount, "due": due, "currency": currency}
        for deal, stage, at, amount, due in rows
    ]
    columns = {} if currency is None else {"currency_col": "currency"}
    return StageLog.from_rows(
        told, presets.sales_funnel, customer_col="deal", amount_col="amount", expected_close_col="due", unit="deal",
        as_of="2026-03-01T00:00Z", **columns, **options,
    )  # fmt: skip


SIZED = (
    ("a", "opportunity", "2026-01-01T00:00Z", "1000", "2026-02-28"),
    ("a", "opportunity", "2026-02-01T00:00Z", Decimal("1500.50"), None),  # grown, in the same stage
    ("b", "opportunity", "2026-01-10T00:00Z", None, "2026-03-01"),
    ("c", "lead", "2026-02-20T00:00Z", 70000, "2026-02-01T00:00Z"),
    ("d", "lead", "2026-01-01T00:00Z", "100", None),
    ("d", "customer", "2026-01-31T00:00Z", "400", None),
    ("e", "lead", "2026-01-01T00:00Z", "100", None),
    ("e", "lost", "2026-01-05T00:00Z", None, None),
)
