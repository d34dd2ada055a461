"""Stays, moves, headcount, activity, paths and reasons by looking at every row: datetimes, lists and loops only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Row:
    """A unit enters a stage (or an event happens to it)."""

    unit: str
    at: datetime
    name: str
    plan: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Stay:
    unit: str
    stage: str
    entered: datetime
    left: datetime | None
    next: str | None
    came: str | None
    plan: str | None
    reason: str | None


def histories(rows: list[Row], order: tuple[str, ...], as_of: datetime, *, collapse: bool) -> dict[str, list[Row]]:
    """The rows of each unit that were seen at `as_of`, in order; repeats of the stage one is in are no rows."""
    found: dict[str, list[Row]] = {}
    key = lambda r: (r.at, order.index(r.name), repr(r.plan), repr(r.reason))  # noqa: E731
    for row in sorted(rows, key=key):
        if row.at > as_of:
            continue
        mine = found.setdefault(row.unit, [])
        if not (collapse and mine and mine[-1].name == row.name):
            mine.append(row)
    return found


def stays(seen: dict[str, list[Row]]) -> list[Stay]:
    found = []
    for unit, rows in seen.items():
        for before, row, after in zip([None, *rows[:-1]], rows, [*rows[1:], None], strict=True):
            left, then = (after.at, after.name) if after else (None, None)
            came = before.name if before else None
            found.append(Stay(unit, row.name, row.at, left, then, came, row.plan, row.reason))
    return found


# -- calendar ----------------------------------------------------------------------------------------------------------


def first_day(day: date, every: str) -> date:
    if every == "day":
        return day
    return day - timedelta(days=day.weekday()) if every == "week" else day.replace(day=1)


def days_later(start: datetime, n: int, zone: str) -> datetime:
    """The same wall-clock time n days later."""
    if n == 0:
        return start
    wall = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) + timedelta(days=n)
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def calendar(low: datetime, high: datetime, every: str, zone: str) -> list[tuple[datetime, datetime]]:
    """All periods from the one that holds `low` to the one that holds `high`."""
    starts = []
    day = low.astimezone(ZoneInfo(zone)).date() - timedelta(days=40)
    while day <= high.astimezone(ZoneInfo(zone)).date() + timedelta(days=40):
        if first_day(day, every) == day:
            starts.append(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC))
        day += timedelta(days=1)
    return [(a, b) for a, b in pairwise(starts) if b > low and a <= high]


def label(low: datetime, every: str, zone: str) -> str:
    """How people name a period."""
    day = low.astimezone(ZoneInfo(zone)).date()
    if every == "month":
        return f"{day:%Y-%m}"
    if every == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    return day.isoformat()


# -- stays -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Length:
    """A stay in numbers: microseconds or, binned, days."""

    stage: str
    plan: str | None
    length: int
    delay: int
    next: str | None
    truncated: bool


def lengths(
    found: list[Stay], as_of: datetime, since: datetime | None, *, total: bool = False
) -> tuple[list[Length], Counter[tuple[str, str | None]]]:
    """Stays that were seen, and how many were over before observation began."""
    parts: dict[object, list[Stay]] = {}
    for number, stay in enumerate(found):
        parts.setdefault((stay.unit, stay.stage) if total else number, []).append(stay)
    made, gone = [], Counter()
    us = timedelta(microseconds=1)
    for group in parts.values():
        length, delay, truncated = 0, 0, False
        seen = False
        for stay in group:
            end = stay.left or as_of
            length += (end - stay.entered) // us
            if since is not None and stay.entered < since:
                truncated = True
                delay += (min(end, since) - stay.entered) // us
                seen = seen or end > since
            else:
                seen = True
        if not seen or (delay and delay >= length):
            gone[group[0].stage, group[0].plan] += 1
        else:
            made.append(Length(group[0].stage, group[0].plan, length, delay, group[-1].next, truncated))
    return made, gone


def whole_days(start: datetime, end: datetime, zone: str, *, is_end: bool) -> int:
    """For an end the smallest n with end <= start + n days; for a censoring the largest n that has passed."""
    n = 0
    if is_end:
        while end > days_later(start, n, zone):
            n += 1
        return n
    while days_later(start, n + 1, zone) <= end:
        n += 1
    return n


def in_stage(seen: dict[str, list[Row]], stage: str, before: datetime) -> list[str]:
    """Who is in a stage just before an instant."""
    found = []
    for unit, rows in seen.items():
        past = [row for row in rows if row.at < before]
        if past and past[-1].name == stage:
            found.append(unit)
    return found


# -- activity ----------------------------------------------------------------------------------------------------------


def active_periods(
    rows: list[Row], periods: list[tuple[datetime, datetime]], active: set[str], as_of: datetime, *, spans: bool
) -> set[int]:
    """Numbers of the periods in which a unit is active."""
    found = set()
    for number, (low, high) in enumerate(periods):
        for row, after in zip(rows, [*rows[1:], None], strict=True):
            if row.name not in active:
                continue
            until = row.at if not spans else after.at if after else as_of
            entered_in = low <= row.at < high
            lasts_into = spans and row.at < high and (until > low or (after is None and as_of >= low))
            if entered_in or lasts_into:
                found.add(number)
    return found


def period_of(at: datetime, periods: list[tuple[datetime, datetime]]) -> int:
    return next(n for n, (low, high) in enumerate(periods) if low <= at < high)


@dataclass
class Cohorts:
    sizes: Counter
    retained: Counter
    truncated: int = 0


def cohorts(
    seen: dict[str, list[Row]], periods: list[tuple[datetime, datetime]], active: set[str], start: set[str],
    as_of: datetime, *, spans: bool, recurring: bool = False, rolling: bool = False, since: datetime | None = None,
) -> Cohorts:  # fmt: skip
    """Sizes by (plan, cohort) and retained by (plan, cohort, period)."""
    found = Cohorts(Counter(), Counter())
    for rows in seen.values():
        mine = active_periods(rows, periods, active, as_of, spans=spans)
        starts = [row for row in rows if row.name in start]
        if not starts:
            continue
        if not recurring:
            starts = starts[:1]
        starts = [row for row in starts if since is None or row.at >= since]
        if not starts:
            found.truncated += 1
        done = set()
        for row in starts:
            cohort = period_of(row.at, periods)
            if cohort in done:
                continue
            done.add(cohort)
            found.sizes[row.plan, cohort] += 1
            for period in range(cohort, len(periods)):
                if (any(p >= period for p in mine)) if rolling else (period in mine):
                    found.retained[row.plan, cohort, period] += 1
    return found


def growth(
    seen: dict[str, list[Row]], periods: list[tuple[datetime, datetime]], active: set[str], new: set[str],
    as_of: datetime, *, spans: bool, dormant_after: int = 1, resurrected_after: int = 1,
) -> Counter:  # fmt: skip
    """Units by (plan, period, class), classes as users know them, and the stock of the dormant."""
    found: Counter = Counter()
    for rows in seen.values():
        births = [row for row in rows if row.name in new]
        if not births:
            continue
        born, plan = period_of(births[0].at, periods), births[0].plan
        mine = {p for p in active_periods(rows, periods, active, as_of, spans=spans) if p >= born}
        for period in range(len(periods)):
            earlier = [p for p in mine if p < period]
            if period in mine:
                found[plan, period, "active"] += 1
                if period == born:
                    kind = "new"
                elif earlier and period - max(earlier) - 1 < resurrected_after:
                    kind = "returning"
                else:
                    kind = "resurrected"
                found[plan, period, kind] += 1
            elif earlier:
                silence = period - max(earlier)
                found[plan, period, "dormant"] += silence == dormant_after
                found[plan, period, "stock"] += silence >= dormant_after
    return +found
