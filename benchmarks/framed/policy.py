"""What everybody counts, and what an answer looks like; imported by every program, so it imports nothing heavy.

The log: rows of customer, stage and instant (naive microseconds, UTC), shuffled, none after `AS_OF`.

- Stays: the rows of a customer in order of (instant, stage); a row that names the stage held already is no move.
- Funnel: from the first row on the path; step k is reached at the first row at or past stage k, within 90 days of the
  start (who is seen further on has passed over the stages before). Eligible: started 90 days or more before `AS_OF`.
- Transitions: from stage to stage, and from "" for a first entry.
- Time in stage: n stays, those open at `AS_OF`, and the Kaplan-Meier median with these censored, microseconds:
  the smallest length with survival at most one half.
- Retention: a customer is active in every month that a stay in one of the stages of a customer touches (a stay holds up
  to, but not at, its end; an open one holds at `AS_OF`). The cohort is the first such month. Months over by `AS_OF`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

PATH = ("outreach", "connection", "conversion", "onboarding", "adoption", "expansion", "renewal", "advocacy")
STAGES = (*PATH, "lapsed", "churned")
CUSTOMER_FROM = PATH.index("conversion")
START = datetime(2023, 1, 1, tzinfo=UTC)
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000
START_US, AS_OF_US = (round(at.timestamp()) * 1_000_000 for at in (START, AS_OF))
WINDOW = 90 * DAY
MONTHS = 12 * (AS_OF.year - START.year)
"""Whole months; month 0 is that of `START`, month `MONTHS` begins at `AS_OF`."""

Answers = dict[str, Any]


def month_starts() -> list[int]:
    """First instants of the months 0 to `MONTHS`, and of the one after."""
    months = [START.replace(year=START.year + i // 12, month=i % 12 + 1) for i in range(MONTHS + 2)]
    return [round(at.timestamp()) * 1_000_000 for at in months]


def answers(
    reached: list[int],
    eligible: tuple[int, list[int]],
    moves: dict[tuple[int, int], int],
    stays: dict[int, tuple[int, int, int | None]],
    cohorts: dict[int, int],
    retained: dict[tuple[int, int], int],
) -> Answers:
    """One form for everybody: names for codes (a first entry comes from -1), nothing that is nought."""
    return {
        **funnel_answer(reached, eligible),
        "transitions": {f"{STAGES[a] if a >= 0 else ''} > {STAGES[b]}": n for (a, b), n in sorted(moves.items()) if n},
        "time in stage": {STAGES[code]: list(row) for code, row in sorted(stays.items()) if row[0]},
        "retention": {
            f"{cohort}": [n, *(retained.get((cohort, month), 0) for month in range(cohort, MONTHS))]
            for cohort, n in sorted(cohorts.items())
            if n and cohort < MONTHS
        },
    }


def funnel_answer(reached: list[int], eligible: tuple[int, list[int]]) -> Answers:
    """The funnel alone: customers by step, how many are eligible, and eligible ones by step."""
    return {"funnel": {"reached": reached, "eligible": eligible[0], "eligible_reached": eligible[1]}}


def differences(one: Answers, other: Answers) -> list[str]:
    """Where two answers differ, in the parts that both have: counts must be equal, medians to the microsecond."""
    found = []
    for part in one:
        if part not in other:
            continue
        for key in {**one[part], **other[part]}:
            a, b = one[part].get(key), other[part].get(key)
            if a != b and not (part == "time in stage" and a and b and _same_stays(a, b)):
                found.append(f"{part}, {key}: {a} and {b}")
    return found


def _same_stays(a: list[Any], b: list[Any]) -> bool:
    return a[:2] == b[:2] and None not in {a[2], b[2]} and abs(a[2] - b[2]) <= 1
