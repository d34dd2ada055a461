"""A million rows in memory: what each question costs a row, from the log and from the caller's rows."""

from __future__ import annotations

import gc
import tracemalloc
from time import process_time
from typing import TYPE_CHECKING, Any

import attrs
from made_rows import MODEL, made_rows

import custlife as cl
from custlife.analysis.question import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from made_rows import Row

QUESTIONS: dict[str, Any] = {
    "funnel, 8 steps within 90 days": cl.Funnel(within=cl.days(90)),
    "transitions": cl.Flows(),
    "time in stage": cl.TimeInStage(),
    "retention by month": cl.Retention("month"),
}
MOST_BYTES = 150


@attrs.frozen
class Counting:
    """CPU microseconds a row.

    Attributes:
        rows: How many.
        parts: For each part of the work.
        log: The four answers from a log that holds its rows sorted, collapsing included.
        whole: The four answers from a list of tuples, `from_rows` included.
        page: The report from the log.
        report: The report from a list of tuples.
    """

    rows: int
    parts: dict[str, float]
    log: float
    whole: float
    page: float
    report: float


def cpu(work: Callable[[], Any], rounds: int) -> float:
    """The least CPU time of some rounds, seconds."""
    taken = []
    for _ in range(rounds):
        gc.collect()
        start = process_time()
        work()
        taken.append(process_time() - start)
    return min(taken)


def four_answers(log: cl.StageLog) -> list[Any]:
    return log.ask_all(list(QUESTIONS.values()))


def measure(rows: Sequence[Row], rounds: int) -> Counting:
    """Every part by itself, and the whole; each as the least of some rounds."""
    micro = 1e6 / len(rows)
    log = cl.StageLog.from_rows(rows, MODEL)
    history = log.history
    fresh = attrs.evolve  # a log keeps its history once it was asked for: a copy has not been asked yet
    parts = {"`from_rows`": cpu(lambda: cl.StageLog.from_rows(rows, MODEL), rounds)}
    parts["look and collapse"] = cpu(lambda: fresh(log).history, rounds)
    parts |= {name: cpu(lambda one=one: ask(one, history), rounds) for name, one in QUESTIONS.items()}
    return Counting(
        len(rows),
        {name: taken * micro for name, taken in parts.items()},
        cpu(lambda: four_answers(fresh(log)), rounds) * micro,
        cpu(lambda: four_answers(cl.StageLog.from_rows(rows, MODEL)), rounds) * micro,
        cpu(lambda: cl.report(fresh(log)), rounds) * micro,
        cpu(lambda: cl.report(cl.StageLog.from_rows(rows, MODEL)), rounds) * micro,
    )


def memory(rows: Sequence[Row]) -> list[tuple[str, float, str]]:
    """Bytes a row beyond the caller's list: what stays, and what it takes for a moment."""

    def taken(work: Callable[[], Any]) -> tuple[Any, float]:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        made = work()
        return made, (tracemalloc.get_traced_memory()[1] - before) / len(rows)

    def held() -> float:
        gc.collect()
        return tracemalloc.get_traced_memory()[0] / len(rows)

    tracemalloc.start()
    log, reading = taken(lambda: cl.StageLog.from_rows(rows, MODEL))
    read = held()
    log.history  # noqa: B018  # made when it is first asked for
    both = held()
    peaks = {name: taken(lambda one=one: log.ask(one))[1] for name, one in QUESTIONS.items()}
    answers, _ = taken(lambda: four_answers(log))
    kept = held() - both
    tracemalloc.stop()
    del answers
    return [
        ("the log", read, _within(read)),
        ("the log with its collapsed stays, once asked", both, _within(both)),
        ("peak of reading", reading, _within(reading)),
        *((f"peak of {name}, beyond the log", peak, _within(peak)) for name, peak in peaks.items()),
        ("the four answers, whole survival curves among them", kept, ""),
    ]


def _within(size: float) -> str:
    return f"≤ {MOST_BYTES}: {'met' if size <= MOST_BYTES else 'missed'}"


def check(rows: Sequence[Row]) -> None:
    """The counts against the plainest code that can be written for them."""
    from naive import transitions, units_per_step

    log = cl.StageLog.from_rows(rows, MODEL)
    funnel, flows, _, _ = four_answers(log)
    found = [step.reached for step in funnel.whole.steps]
    if found != units_per_step(rows):
        raise AssertionError(f"funnel: {found}, not {units_per_step(rows)}")
    counted = {(row.from_stage, row.to_stage): row.moves for row in flows.rows}
    if counted != transitions(rows):
        raise AssertionError("transitions differ")


def run(n: int, rounds: int) -> list[Counting]:
    """A tenth of the rows and all of them, to show that it is linear."""
    check(made_rows(min(n, 20_000)))
    return [measure(made_rows(size), rounds) for size in (n // 10, n)]
