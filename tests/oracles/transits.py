"""Chains by standing at every instant of a grid and looking at every customer: datetimes, lists and loops only."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.oracles.lifecycle import Row


def back(anchor: datetime, n: int, every: str, zone: str) -> datetime:
    """The same wall-clock time n steps before; the last day of a month that is too short."""
    wall = anchor.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    if every in ("day", "week"):
        wall -= timedelta(days=n * (7 if every == "week" else 1))
    else:
        months = wall.year * 12 + wall.month - 1 - n * {"month": 1, "quarter": 3, "year": 12}[every]
        year, month = divmod(months, 12)
        wall = wall.replace(year=year, month=month + 1, day=min(wall.day, monthrange(year, month + 1)[1]))
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def grid(as_of: datetime, every: str, zone: str, first: datetime | None) -> list[datetime]:
    """`as_of` and the instants before it, oldest first."""
    found = [as_of]
    n = 1
    while first is not None and (then := back(as_of, n, every, zone)) >= first:
        found.append(then)
        n += 1
    return sorted(set(found))


def standing(rows: list[Row], at: datetime) -> Row | None:
    """The row that holds at an instant."""
    past = [row for row in rows if row.at <= at]
    return past[-1] if past else None


def transitions(seen: dict[str, list[Row]], instants: list[datetime]) -> Counter:
    """Customers by (plan, stage, stage one instant later)."""
    found: Counter = Counter()
    for rows in seen.values():
        for now, then in pairwise(instants):
            here = standing(rows, now)
            if here is not None:
                found[here.plan, here.name, standing(rows, then).name] += 1
    return found


def today(seen: dict[str, list[Row]], as_of: datetime) -> Counter:
    """Customers by (plan, stage) now."""
    rows = [standing(rows, as_of) for rows in seen.values()]
    return Counter((row.plan, row.name) for row in rows)


def arrivals(seen: dict[str, list[Row]], instants: list[datetime]) -> list[Counter]:
    """For each period observed, customers by (plan, stage) whom its end is the first instant to see."""
    found = [Counter() for _ in instants[1:]]
    for rows in seen.values():
        at = [standing(rows, instant) for instant in instants]
        first = next(k for k, row in enumerate(at) if row is not None)
        if first:
            found[first - 1][at[first].plan, at[first].name] += 1
    return found


def ages(seen: dict[str, list[Row]], instants: list[datetime], since: datetime | None) -> Counter:
    """Customers by (stage, age, then): then is the stage one instant later, or None while the very stay lasts."""
    found: Counter = Counter()
    for rows in seen.values():
        at = [standing(rows, instant) for instant in instants]
        for k, (row, then) in enumerate(pairwise(at)):
            if row is None or (since is not None and row.at < since):
                continue
            age = sum(other is row for other in at[: k + 1])
            found[row.name, age, None if then is row else then.name] += 1
    return found
