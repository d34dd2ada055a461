"""Statistics: curves and incidences of a million spells as counts and as arrays, and what a move between states costs.

    python benchmarks/stats.py lifelines days 1000000 3

is what runs beside custlife, in the interpreter that has it: what each task takes, and its answer. Custlife wants the
lengths of each end and group by themselves; it is timed with the splitting of the arrays and without it.
"""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from array import array
from collections import Counter
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Callable

Tasks = dict[str, "Callable[[], float]"]
SPLIT = "custlife, arrays already split"
PROGRAMS = ("custlife", SPLIT, "lifelines", "scikit-survival")
LENGTHS = {"exact": "exact lengths", "days": "lengths in whole days"}
TASKS = ("Kaplan-Meier, median", "incidence of two causes", "log-rank of two groups")
TOLERANCES = {("lifelines", TASKS[1]): 1e-3}  # it moves ties of competing ends apart at random
SPELLS = MOVES = 1_000_000
STATES = "abcdef"
DAY = 86_400_000_000


def least(work: Callable[[], object], rounds: int) -> float:
    """The least CPU time of some rounds, seconds."""
    taken = []
    for _ in range(rounds):
        start = process_time()
        work()
        taken.append(process_time() - start)
    return min(taken)


# as counts, in plain Python


def by_counts(rounds: int, n: int = SPELLS) -> list[tuple[str, float]]:
    """Milliseconds for a curve, and for two competing incidences with limits, from counts by day."""
    from custlife.stats import cumulative_incidence, kaplan_meier

    rng = random.Random(20261122)
    days = [int(rng.expovariate(1 / 20)) for _ in range(n)]
    won, lost, open_ = Counter(days[: n // 2]), Counter(days[n // 2 : n * 4 // 5]), Counter(days[n * 4 // 5 :])
    tasks = {
        "Kaplan-Meier curve with limits, median and mean": lambda: (
            (curve := kaplan_meier(won + lost, open_)).high, curve.median, curve.restricted_mean(30)
        ),
        "incidence of two causes with limits": lambda: [
            curve.high for curve in cumulative_incidence({"won": won, "lost": lost}, open_).curves
        ],
    }  # fmt: skip
    return [(name, least(work, rounds) * 1e3) for name, work in tasks.items()]


def walked(n: int, tick: int) -> tuple[dict[str, Any], dict[Any, Any], dict[str, Any]]:
    """Moves of customers between six states, until they are lost from sight: sorted times in each pair's array."""
    rng, moves, censored, units, done = random.Random(7), {}, {}, 0, 0
    while done < n:
        units, state, t = units + 1, STATES[0], 0
        while True:
            t += int(rng.expovariate(1 / 20) * DAY / tick) + 1
            if rng.random() < 0.2 or done == n:
                censored.setdefault(state, []).append(t)
                break
            to = rng.choice([other for other in STATES if other != state])
            moves.setdefault((state, to), []).append(t)
            state, done = to, done + 1
    made = [{key: array("q", sorted(times)) for key, times in group.items()} for group in (moves, censored)]
    return {STATES[0]: {0: units}}, made[0], made[1]


def by_moves(rounds: int, n: int = MOVES) -> list[tuple[str, float, float, float]]:
    """CPU microseconds for a move, and for an event, be it a move or a censoring; and for a move with all variances."""
    from custlife.stats import products, state_probabilities

    found = []
    for name, tick in (("to the microsecond, few ties", 1), ("to the day, many ties", DAY)):
        given = walked(n, tick)
        events = n + sum(map(len, given[2].values()))
        with mock.patch.object(products, "LARGE", math.inf):  # as where NumPy is not installed
            taken = least(lambda given=given: state_probabilities(*given), rounds)
            last = state_probabilities(*given)
            variances = least(lambda last=last: last.at(last.horizon), 1)  # kept once made, so it is asked once
        found.append((name, taken / n * 1e6, taken / events * 1e6, (taken + variances) / n * 1e6))
    return found


# as arrays, beside others


def spells(n: int, lengths: str) -> tuple[Any, Any, Any]:
    """Durations, causes (0 is censored), and groups."""
    import numpy as np

    rng = np.random.default_rng(20261122)
    exact = rng.exponential(20, n)
    times = exact if lengths == "exact" else exact.astype("i8")
    return times, rng.choice([0, 1, 2], n, p=[0.2, 0.5, 0.3]), rng.integers(0, 2, n)


def own_tasks(times: Any, causes: Any, groups: Any, is_split: bool) -> Tasks:
    """The tasks as custlife does them, from arrays split beforehand or on the way."""
    from custlife import stats

    ended, curve, table = causes > 0, stats.kaplan_meier, stats.risk_table
    split = stats.split_durations

    def by_end() -> Any:
        spells = split(times, ended)
        return spells[True], spells[False]

    def by_cause() -> Any:
        spells = split(times, causes)
        return {"won": spells[1], "lost": spells[2]}, spells[0]

    def by_group() -> Any:
        spells = split(times, 2 * groups + ended)
        return {str(g): (spells[2 * g + 1], spells[2 * g]) for g in (0, 1)}

    ways: tuple[Callable[[], Any], ...] = (by_end, by_cause, by_group)
    if is_split:
        ways = tuple((lambda made=made: made) for made in [way() for way in ways])
    both, causewise, groupwise = ways
    return dict(zip(TASKS, (
        lambda: curve(*both()).median.value,
        lambda: stats.cumulative_incidence(*causewise())["won"].incidence[-1],
        lambda: stats.log_rank({name: table(*group) for name, group in groupwise().items()}).statistic,
    ), strict=True))  # fmt: skip


def tasks_of(program: str, n: int, lengths: str) -> Tasks:
    """The tasks as one program does them; none of them asks for variances of incidences."""
    times, causes, groups = spells(n, lengths)
    ended = causes > 0
    if program in {"custlife", SPLIT}:
        return own_tasks(times, causes, groups, program == SPLIT)
    if program == "lifelines":
        import lifelines
        from lifelines.statistics import multivariate_logrank_test

        incidence = lifelines.AalenJohansenFitter(calculate_variance=False)
        return dict(zip(TASKS, (
            lambda: float(lifelines.KaplanMeierFitter().fit(times, ended).median_survival_time_),
            lambda: float(incidence.fit(times, causes, event_of_interest=1).cumulative_density_.iloc[-1, 0]),
            lambda: float(multivariate_logrank_test(times, groups, ended).test_statistic),
        ), strict=True))  # fmt: skip
    import numpy as np
    from sksurv import nonparametric
    from sksurv.compare import compare_survival
    from sksurv.util import Surv

    def median() -> float:
        at, survival = nonparametric.kaplan_meier_estimator(ended, times)
        return float(at[np.argmax(survival <= 0.5)])

    outcome = Surv.from_arrays(ended, times)
    return dict(zip(TASKS, (
        median,
        lambda: float(nonparametric.cumulative_incidence_competing_risks(causes, times)[1][1][-1]),
        lambda: float(compare_survival(outcome, groups)[0]),
    ), strict=True))  # fmt: skip


def beside(lengths: str, n: int, rounds: int, peers: str) -> dict[str, dict[str, tuple[float, float]] | str]:
    """Seconds and answer of each task, by program; the last words of one that does not run."""
    found: dict[str, dict[str, tuple[float, float]] | str] = {}
    for program in PROGRAMS:
        python = sys.executable if program in {"custlife", SPLIT} else peers
        asked = [python, str(Path(__file__)), program, lengths, str(n), str(rounds)]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        words = done.stderr.strip().splitlines()
        found[program] = json.loads(done.stdout) if not done.returncode else words[-1] if words else "no answer"
    return found


def main() -> None:
    program, lengths, n, rounds = *sys.argv[1:3], int(sys.argv[3]), int(sys.argv[4])
    taken = {}
    for name, work in tasks_of(program, n, lengths).items():
        answer = work()
        taken[name] = (least(work, rounds), answer)
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
