"""A log as a database hands it out: rows in the order of time, every text and time an object of its own."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import custlife as cl

STAGES = ("outreach", "connection", "conversion", "onboarding", "adoption", "expansion", "renewal", "advocacy")
MODEL = cl.StageModel("eight", STAGES, customer_from="conversion")
START, YEARS = datetime(2023, 1, 1, tzinfo=UTC), 3
END = START + timedelta(days=365 * YEARS)
Row = tuple[str, str, datetime]


def made_rows(n: int, *, seed: int = 20260101) -> list[Row]:
    """About `n` rows: seven of ten go on, one skips, one of twenty falls back, the others leave; some are repeated."""
    random_ = random.Random(seed)
    rows: list[tuple[datetime, str, str]] = []
    while len(rows) < n:
        customer, place = f"{random_.getrandbits(64):016x}", 0
        at = START + timedelta(microseconds=random_.randrange(YEARS * 365 * 86_400 * 10**6))
        while place < len(STAGES) and at < END:
            rows.append((at, customer, STAGES[place]))
            at += timedelta(microseconds=round(random_.expovariate(1 / 20) * 86_400e6))
            chance = random_.random()
            place = place + 1 if chance < 0.7 else place + 2 if chance < 0.8 else max(0, place - 1)
            if chance >= 0.85:
                if at < END:
                    rows.append((at, customer, random_.choice(("lapsed", "churned"))))
                back = chance >= 0.95  # one of three who left comes back
                place = random_.randrange(3) if back else len(STAGES)
                at += timedelta(microseconds=round(random_.expovariate(1 / 60) * 86_400e6))
    rows.sort()
    return [(customer.encode().decode(), stage.encode().decode(), at + timedelta()) for at, customer, stage in rows[:n]]
