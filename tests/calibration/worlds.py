"""The populations: small logs of made-up customers, and what is true of them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from functools import cache
from random import Random

import attrs

from custlife import StageLog
from custlife.simulate import Leaving, Rates, Trait, Wait, Way, stage_rows
from custlife.stages import Stage, StageModel

MODEL = StageModel(
    "trials",
    ["visitor", "trial", "paid", "loyal"],
    exits=[Stage("lapsed", exit="paused"), Stage("lost", exit="ended")],
    customer_from="paid",
)
PLANS = Trait("plan", (("free", 0.5, 1.3), ("pro", 0.5, 0.8)))
TEAMS = Trait("team", tuple((name, 0.2, 1.0) for name in "abcde"))
RATES = Rates(
    MODEL,
    (("visitor", 1.0),),
    (
        Leaving("visitor", (Way("trial", 0.55, Wait(8)), Way("lapsed", 0.12, Wait(15)), Way("lost", 0.25, Wait(20)))),
        Leaving("trial", (Way("paid", 0.45, Wait(14)), Way("visitor", 0.05, Wait(9)), Way("lost", 0.35, Wait(21)))),
        Leaving("paid", (Way("loyal", 0.5, Wait(30)), Way("lapsed", 0.1, Wait(40)), Way("lost", 0.15, Wait(60)))),
        Leaving("loyal", (Way("lost", 0.1, Wait(80)),)),
        Leaving("lapsed", (Way("", 0.3, Wait(25)), Way("lost", 0.3, Wait(40)))),
    ),
    traits=(PLANS, TEAMS),
)
"""Skips, returns and several ways out; plans differ in their pace, teams in nothing."""

START, AS_OF = "2026-01-01T00:00Z", "2026-08-01T00:00Z"


def log(customers: int, seed: int) -> StageLog:
    """Some customers who arrive over half a year, seen a month later."""
    rows = stage_rows(RATES, customers=customers, seed=seed, start=START, as_of=AS_OF, tz="UTC")
    return StageLog.from_rows(rows, MODEL, as_of=AS_OF, tz="UTC", segment_cols=["plan", "team"])


def of_plan(plan: str) -> Rates:
    """The truth of the customers of one plan."""
    pace = next(pace for name, _, pace in PLANS.values if name == plan)
    return attrs.evolve(RATES, traits=(Trait("plan", ((plan, 1.0, pace),)),))


@cache
def converts(plan: str, days: int) -> float:
    """The share that starts a trial within some days of the first visit; of all plans where none is named."""
    rates = of_plan(plan) if plan else RATES
    return rates.probability("visitor", "trial", within=f"{days} days")


@cache
def ends(plan: str, end: str, days: int) -> float:
    """The share whose first end is this one: the others, and what would follow them, lead nowhere."""
    rates = of_plan(plan) if plan else RATES
    first = attrs.evolve(rates, leaving=tuple(one for one in rates.leaving if one.stage in {"visitor", "trial"}))
    return first.probability("visitor", end, within=f"{days} days")


@cache
def stands(stage: str, days: int) -> float:
    """The share that stands in a stage so many days after the first visit."""
    return RATES.standing("visitor", stage, after=f"{days} days")


@cache
def spends(stage: str, days: int) -> float:
    """Mean days spent in a stage in the days after the first visit, by Simpson's rule on every third day."""
    heights = [float(stage == "visitor"), *(stands(stage, day) for day in range(3, days + 1, 3))]
    inner = 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2])
    return heights[0] + inner + heights[-1]  # times a third of the step


@cache
def still_in_trial(plan: str, days: float) -> float:
    """The share of trials that last longer than some days."""
    rates = of_plan(plan) if plan else RATES
    return 1 - rates.left_by("trial", f"{round(days * 86_400)} seconds")


@cache
def median_trial() -> float:
    """Days by which half of the trials are over, by halving."""
    low, high = 0.0, 400.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (middle, high) if still_in_trial("", middle) > 0.5 else (low, middle)
    return low


@cache
def mean_trial(plan: str, days: int) -> float:
    """Mean days in a trial up to a horizon: the area under the share that is still there, by trapezes."""
    steps = 40 * days
    heights = [still_in_trial(plan, days * step / steps) for step in range(steps + 1)]
    return days / steps * (sum(heights) - (heights[0] + heights[-1]) / 2)


MONTHLY = {
    "visitor": {"trial": 0.3, "lost": 0.25},
    "trial": {"paid": 0.35, "visitor": 0.1, "lost": 0.2},
    "paid": {"loyal": 0.25, "lapsed": 0.1, "lost": 0.05},
    "loyal": {"lapsed": 0.05, "lost": 0.05},
    "lapsed": {"paid": 0.15, "lost": 0.2},
    "lost": {},
}
"""The chance of each move from month to month; the rest stays. Nothing else matters: a chain is all there is to know."""

SEEN, LATER = 12, 3


def chained(customers: int, seed: int) -> tuple[StageLog, Counter[str]]:
    """A log of customers who move by `MONTHLY`, and how many of them stand where three months later."""
    random, rows, later = Random(seed), [], Counter()
    for n in range(customers):
        month, stage = random.randrange(SEEN), "visitor"
        rows.append({"customer": f"c{n}", "stage": stage, "at": _middle(month)})
        for then in range(month + 1, SEEN + LATER):
            to = _drawn(random, stage)
            if to != stage and then < SEEN:
                rows.append({"customer": f"c{n}", "stage": to, "at": _middle(then)})
            stage = to
        later[stage] += 1
    return StageLog.from_rows(rows, MODEL, as_of=datetime(2026, 1, 1, tzinfo=UTC), tz="UTC"), later


def _middle(month: int) -> datetime:
    return datetime(2025 + month // 12, month % 12 + 1, 15, tzinfo=UTC)


def _drawn(random: Random, stage: str) -> str:
    chance = random.random()
    for to, share in MONTHLY[stage].items():
        chance -= share
        if chance < 0:
            return to
    return stage
