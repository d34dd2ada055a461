"""A small chain to forecast, cohorts of one age, and populations whose future is known."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime

import custlife as cl
from tests.analysis.strategies import MODEL, hour, stage_log
from tests.oracles.lifecycle import Row

# u1 to u4: a; u1, u2: b a day later; u1 then c
ROWS = [
    *[Row(f"u{i}", hour(0), "a") for i in range(1, 5)],
    Row("u1", hour(20), "b"),
    Row("u2", hour(20), "b"),
    Row("u1", hour(40), "c"),
]

CHAIN = stage_log(ROWS, hour(96)).chain(every="day")


def cohort(n, leave_at, name="a"):
    """So many who come to a stage on the first day and leave it after some days; None: stay."""
    rows = []
    for i in range(n):
        rows.append(Row(f"{name}{i}", hour(0), name))
        if leave_at is not None:
            rows.append(Row(f"{name}{i}", hour(24 * leave_at - 4), "b"))
    return rows


TRUTH = {
    "a": [("a", 0.55), ("b", 0.2), ("lapsed", 0.15), ("lost", 0.1)],
    "b": [("b", 0.5), ("c", 0.3), ("a", 0.05), ("lost", 0.15)],
    "c": [("c", 0.93), ("lapsed", 0.03), ("lost", 0.04)],
    "lapsed": [("lapsed", 0.85), ("b", 0.1), ("lost", 0.05)],
    "lost": [("lost", 1.0)],
}

LEAVING = {"a": (0.05, 0.1, 0.3, 0.5, 0.3), "b": (0.6, 0.3, 0.1, 0.05), "c": (0.15, 0.05, 0.02), "lapsed": (0.2, 0.1)}


def month(k):
    return datetime(2024 + k // 12, k % 12 + 1, 1, tzinfo=UTC)


def next_stage(rnd, stage, age, aging):
    ways = TRUTH[stage]
    if aging and stage != "lost":
        hazards = LEAVING[stage]
        if rnd.random() >= hazards[min(age, len(hazards)) - 1]:
            return stage
        ways = [way for way in ways if way[0] != stage]
    return rnd.choices([to for to, _ in ways], [p for _, p in ways])[0]


def population(seed, n, past, future, *, aging, arriving=0):
    """What is known after some months, and how many then stand in each stage in each of the months to come."""
    rnd = random.Random(seed)
    rows = [(f"u{i}", "a", month(0)) for i in range(n)]
    now = [[unit, stage, 1] for unit, stage, _ in rows]
    truth = []
    for k in range(1, past + future + 1):
        for one in now:
            to = next_stage(rnd, one[1], one[2], aging)
            if to == one[1]:
                one[2] += 1
                continue
            one[1:] = [to, 1]
            rows += [(one[0], to, month(k))] if k <= past else []
        for _ in range(sum(rnd.random() < 0.1 for _ in range(10 * arriving))):
            now.append([f"n{len(now)}", "a", 1])
            rows += [(now[-1][0], "a", month(k))] if k <= past else []
        if k > past:
            truth.append(Counter(stage for _, stage, _ in now))
    return cl.StageLog.from_rows(rows, MODEL, as_of=month(past)), truth
