"""A million spells as counts, and as a million exact lengths: the curve, its median with limits, and its mean."""

from __future__ import annotations

import random
from collections import Counter
from time import process_time
from typing import TYPE_CHECKING

from custlife.stats import kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Callable

SPELLS = 1_000_000


def read(curve: object) -> object:
    """What a table shows of a curve."""
    return curve.median, curve.quantile(0.25), curve.restricted_mean(curve.horizon)


def least(work: Callable[[], object], rounds: int) -> float:
    """The least CPU time of some rounds, milliseconds."""
    taken = []
    for _ in range(rounds):
        start = process_time()
        work()
        taken.append((process_time() - start) * 1e3)
    return min(taken)


def run(rounds: int, n: int = SPELLS) -> list[tuple[str, float]]:
    """CPU milliseconds of each kind of input."""
    random_ = random.Random(20260101)
    exact = [random_.expovariate(1 / 20) for _ in range(n)]
    days, seen = [int(length) for length in exact], n * 4 // 5
    ended, censored = Counter(days[:seen]), Counter(days[seen:])
    listed = kaplan_meier(days[:seen], days[seen:])
    if kaplan_meier(ended, censored) != listed or listed.survival[0] != 1 - ended[0] / n:
        raise AssertionError("counts and lists give different curves")
    return [
        (f"counts by day, {len(ended)} lengths", least(lambda: read(kaplan_meier(ended, censored)), rounds)),
        ("a list of days", least(lambda: read(kaplan_meier(days[:seen], days[seen:])), rounds)),
        ("a list of exact lengths", least(lambda: read(kaplan_meier(exact[:seen], exact[seen:])), rounds)),
    ]
