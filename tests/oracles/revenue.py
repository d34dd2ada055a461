"""Recurring revenue by brute force: every customer's level at every edge of a period, from datetimes and Fractions."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import attrs
from dateutil.relativedelta import relativedelta

PER_MONTH = {
    "month": Fraction(1), "year": Fraction(1, 12), "week": Fraction(52, 12), "quarter": Fraction(1, 3),
    "2 years": Fraction(1, 24),
}  # fmt: skip
KINDS = ("new", "reactivation", "expansion", "contraction", "churn")


@attrs.frozen
class Paid:
    """What a customer pays from an instant on, for one subscription."""

    customer: str
    at: datetime
    amount: int
    interval: str = "month"
    subscription: str | None = None

    @property
    def monthly(self) -> Fraction:
        return self.amount * PER_MONTH[self.interval]


@attrs.frozen
class View:
    """How one looks at what was paid."""

    tz: str
    as_of: datetime
    over: int = 1
    min_gap: relativedelta | None = None

    def months(self, first: datetime) -> list[datetime]:
        """The starts of the months from one before the first row to one after `as_of`."""
        zone = ZoneInfo(self.tz)
        local = first.astimezone(zone)
        start = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        edges = []
        number = -self.over
        while not edges or edges[-1] <= self.as_of:
            edges.append((start + relativedelta(months=number)).replace(tzinfo=zone).astimezone(UTC))
            number += 1
        return edges

    def due(self, at: datetime) -> datetime:
        """When a gap that began at an instant is over; months from the wall clock of that instant."""
        zone = ZoneInfo(self.tz)
        wall = at.astimezone(zone).replace(tzinfo=None) + self.min_gap
        found = wall.replace(tzinfo=zone).astimezone(UTC)
        if found.astimezone(zone).replace(tzinfo=None) != wall:  # in a gap of the clock: moved on by its length
            found = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
        return found


def timeline(rows: list[Paid]) -> list[tuple[datetime, Fraction]]:
    """The instants of one customer, each with what is paid in all from then on."""
    instants = sorted({row.at for row in rows})
    return [(at, paid_at(rows, at)) for at in instants]


def paid_at(rows: list[Paid], at: datetime) -> Fraction:
    found = Fraction(0)
    for subscription in {row.subscription for row in rows}:
        known = [row for row in rows if row.subscription == subscription and row.at <= at]
        if known:
            found += max(known, key=lambda row: row.at).monthly
    return found


def bridged(view: View, line: list[tuple[datetime, Fraction]]) -> list[tuple[datetime, Fraction]]:
    """The same with short gaps paid through."""
    if view.min_gap is None:
        return line
    made: list[tuple[datetime, Fraction]] = []
    for place, (at, level) in enumerate(line):
        paying = [i for i in range(place) if line[i][1] > 0]
        if level > 0 or not paying:
            made.append((at, level))
            continue
        begins = line[paying[-1] + 1][0]  # of this stretch of nothing
        back = next((later for later, more in line[place:] if more > 0), None)
        over = view.due(begins)
        if over <= view.as_of and (back is None or back > over):
            made.append((over, Fraction(0)))
    return sorted(set(made))


def movements(view: View, rows: list[Paid]) -> dict[tuple[datetime, str], tuple[int, Fraction]]:
    """Customers and amounts by start of the window's last month and name of the cell."""
    found: Counter = Counter()
    seen = [row for row in rows if row.at <= view.as_of]
    if not seen:
        return {}
    edges = view.months(min(row.at for row in seen))
    tick = timedelta(microseconds=1)
    for customer in sorted({row.customer for row in seen}):
        line = bridged(view, timeline([row for row in seen if row.customer == customer]))
        raw = timeline([row for row in seen if row.customer == customer])
        for number in range(view.over, len(edges) - 1):
            opens, closes = edges[number + 1 - view.over], edges[number + 1]
            before, after = (level(line, moment - tick) for moment in (opens, closes))
            ever = any(more > 0 for at, more in raw if at < opens)
            kind = name_of(before, after, ever=ever)
            for name, amount in (("start", before), ("end", after), (kind, abs(after - before))):
                if name and amount:
                    heads, sums = found.get((edges[number], name), (0, Fraction(0)))
                    found[edges[number], name] = (heads + 1, sums + amount)
    return dict(found)


def level(line: list[tuple[datetime, Fraction]], at: datetime) -> Fraction:
    held = Fraction(0)
    for moment, more in line:
        if moment <= at:
            held = more
    return held


def name_of(before: Fraction, after: Fraction, *, ever: bool) -> str:
    if before == 0 and after > 0:
        return "reactivation" if ever else "new"
    if before > 0 and after == 0:
        return "churn"
    return "expansion" if after > before else "contraction" if after < before else ""
