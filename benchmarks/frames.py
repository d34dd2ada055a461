"""Frames: one report from a file or a frame, beside what the same costs by hand; every run in a process of its own.

What is counted, so that all count the same, is said in `framed/policy.py`.
"""

from __future__ import annotations

import sys
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import attrs
from framed.harness import FailedError, Outcome, Program, Run, outcomes, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Lines = list[str]
OWN = Program("custlife", "own")
WHOLE = Program("bare NumPy, in one piece", "bare_whole")
BARE = Program("bare NumPy, in pieces that fit the cache", "bare")
LIMITS = (WHOLE, BARE)
TUNED = (Program("Polars, tuned", "by_polars"), Program("DuckDB, tuned", "by_duckdb"))
PLAIN = (
    Program("Polars, plain", "by_polars_plain"),
    Program("DuckDB, plain", "by_duckdb_plain"),
    Program("pandas, plain", "by_pandas"),
)
PACKAGED = {
    "lifelines": (Program("lifelines", "by_lifelines"), "8 Kaplan-Meier fits, from stays prepared beforehand"),
    "pm4py": (Program("pm4py", "by_pm4py"), "transitions, from a sorted pandas frame"),
    "retentioneering": (Program("retentioneering", "by_retentioneering"), "transitions, from a sorted pandas frame"),
}
WHAT = (
    "Funnel of eight steps within 90 days, transitions, time in stage with its Kaplan-Meier median, monthly retention,",
    "from one Parquet file; about 6.1 rows a customer, ids of 16 characters, times in microseconds, rows shuffled.",
    "*Bare NumPy* takes keys coded by Polars, and has no model, names or checks; *in one piece* it is the plain form",
    "that the target names, *in pieces that fit the cache* it is harder to reach.",
    "*Tuned* is the fastest that we could write, *plain* is how one writes it; both on coded keys, but for pandas.",
    "Each run is a process of its own; its imports are in the last two columns only.",
)
SMALL, MANY, LIMIT_MB = 20_000, 20_000_000, 4096


@attrs.frozen
class Wish:
    """What to measure.

    Attributes:
        rows: Sizes; those above twenty million only for growth.
        rounds: Timed runs of each program.
        data: Where the files of rows are made and kept; None for a temporary folder.
        peers: Interpreter that has lifelines, pm4py and retentioneering, where this one has not.
        partitioned: Rows of a file that is counted in partitions within 4 GB; 0 for none.
        spark: Whether Spark is run too.
    """

    rows: tuple[int, ...] = (1_000_000, 10_000_000)
    rounds: int = 5
    data: Path | None = None
    peers: str = sys.executable
    partitioned: int = 0
    spark: bool = False


def lines(wish: Wish, table: Callable[..., Lines]) -> Lines:
    """Every table, in Markdown."""
    with TemporaryDirectory() as temporary:
        folder = wish.data or Path(temporary)
        agree([OWN, *LIMITS, *TUNED, *PLAIN], file_of(folder, SMALL))
        found = ["## Frames: the report", "", *WHAT, ""]
        costs: dict[int, list[Outcome]] = {}
        for n in sorted(wish.rows):
            for part in parts_of(n, wish, folder, costs):
                found += part(table)
        found += growth(costs, table)
        found += within_memory(wish, folder, table) if wish.partitioned else []
    return found


def parts_of(n: int, wish: Wish, folder: Path, costs: dict[int, list[Outcome]]) -> Iterator[Callable[..., Lines]]:
    """The tables of one size; what the report costs is kept for growth."""
    rows = file_of(folder, n)
    if n > MANY:
        costs[n] = equal(outcomes([OWN, *LIMITS], rows, max(wish.rounds // 3, 1)))
        return
    costs[n] = equal(outcomes([OWN, *LIMITS, *TUNED, *PLAIN], rows, wish.rounds))
    yield partial(report_table, n, costs[n])
    alone = [attrs.evolve(one, task="funnel") for one in (OWN, *LIMITS, *TUNED)]
    yield partial(funnel_table, n, equal(outcomes(alone, rows, wish.rounds)))
    frames = [attrs.evolve(OWN, name=f"custlife, {task}", task=task) for task in FRAMES]
    found = outcomes(frames, rows, wish.rounds)
    yield partial(frame_table, n, [*equal(found[:2]), *found[2:]])
    if wish.spark:
        programs = [OWN, Program("custlife on Spark", "by_spark")]
        yield partial(spark_table, n, equal(outcomes(programs, rows, max(wish.rounds // 3, 1))))
    if n == min(wish.rows):
        packaged = [attrs.evolve(program, python=wish.peers) for program, _ in PACKAGED.values()]
        yield partial(packaged_table, n, outcomes([BARE, *packaged], rows, wish.rounds)[1:])


def file_of(folder: Path, n: int) -> Path:
    """The rows, made in a process of its own: this one stays small."""
    import subprocess

    code = "import sys; from pathlib import Path; from framed.maker import rows_file; "
    code += "print(rows_file(Path(sys.argv[1]), int(sys.argv[2])))"
    made = subprocess.run(
        [sys.executable, "-c", code, str(folder), str(n)],
        cwd=Path(__file__).parent, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return Path(made.stdout.strip())


def agree(programs: Sequence[Program], rows: Path) -> None:
    """On a small file everybody must say what the plainest code says."""
    equal(outcomes([Program("plainest code", "brute"), *programs], rows, 0))


def equal(found: list[Outcome]) -> list[Outcome]:
    """The same, if no answers differ; else nothing is told."""
    for one in found:
        if one.differs:
            raise AssertionError(f"{one.program.name} answers otherwise: {'; '.join(one.differs[:3])}")
    return found


# -- tables -----------------------------------------------------------------------------------------------------------


def report_table(n: int, found: list[Outcome], table: Callable[..., Lines]) -> Lines:
    """What the report costs, and the targets."""
    own = found[0].took
    rows = []
    for one in found:
        took = one.took
        if took is None:
            rows.append((one.program.name, f"does not run: {one.why}", *[""] * 6))
            continue
        times = f"{took.cpu / own.cpu:.2f}" if own else ""
        rows.append(
            (one.program.name, f"{took.cpu:.2f}", times, f"{took.wall:.2f}", f"{took.peak:.0f}", f"{took.beyond:.0f}",
             f"{took.process_cpu:.2f}", f"{took.process_wall:.2f}")
        )  # fmt: skip
    head = (f"{n:,} rows", "CPU s", "times custlife", "wall s", "peak MB", "beyond imports", "process CPU s", "wall s")
    return [*table(head, rows), *targets(n, found), ""]


def targets(n: int, found: list[Outcome]) -> Lines:
    """The targets of the report, beside the figures."""
    own, whole, pieces = (one.took for one in found[:3])
    if own is None or whole is None or pieces is None:
        return []
    by_hand = {one.program.name: one.took for one in found[3:7] if one.took is not None}
    lines = [
        said(f"CPU, times {WHOLE.name}, at {n:,} rows", own.cpu / whole.cpu, 1.2),
        f"- CPU, times {BARE.name}, at {n:,} rows: {own.cpu / pieces.cpu:.2f} (no target: what could still be gained)",
    ]
    for name, took in by_hand.items():
        lines += [
            said(f"CPU, times {name}", own.cpu / took.cpu, 0.5),
            said(f"wall time, times {name}", own.wall / took.wall, 0.67),
            said(f"peak memory, times {name}", own.peak / took.peak, 1),
        ]
    return lines


def said(what: str, value: float, most: float) -> str:
    """A figure beside its target."""
    return f"- {what}: {value:.2f} (≤ {most:g}: {'met' if value <= most else 'missed'})"


def funnel_table(n: int, found: list[Outcome], table: Callable[..., Lines]) -> Lines:
    """The funnel alone; the target is to be faster than both programs by hand."""
    own = found[0].took
    rows = [(one.program.name, *short(one)) for one in found]
    made = table((f"the funnel alone, {n:,} rows", "CPU s", "wall s", "peak MB"), rows)
    if own is None:
        return made
    return [
        *made,
        *(said(f"CPU, times {one.program.name}", own.cpu / one.took.cpu, 1) for one in found[3:] if one.took),
        *(said(f"wall time, times {one.program.name}", own.wall / one.took.wall, 1) for one in found[3:] if one.took),
        "",
    ]


FRAMES = {"polars": 90, "pandas": 90, "seconds": 60}
"""Tasks from a frame in memory, and the most bytes a row beyond it."""


def frame_table(n: int, found: list[Outcome], table: Callable[..., Lines]) -> Lines:
    """From a frame in memory; whole seconds fit one integer with customer and stage, microseconds do not."""
    names = ("a Polars frame", "a pandas frame", "a Polars frame, times in whole seconds")
    rows = []
    for name, one, most in zip(names, found, FRAMES.values(), strict=True):
        size = one.took.beyond * 2**20 / n if one.took else None
        held = "" if size is None else f"{size:.0f}"
        rows.append((name, *short(one)[:2], held, "" if size is None else verdict(size, most)))
    made = table((f"the report from, {n:,} rows", "CPU s", "wall s", "bytes a row beyond it", "target"), rows)
    polars, pandas = found[0].took, found[1].took
    if polars and pandas:
        made += [said("CPU, pandas, times Polars", pandas.cpu / polars.cpu, 1.5), ""]
    return made


def packaged_table(n: int, found: list[Outcome], table: Callable[..., Lines]) -> Lines:
    """What packaged peers can do of it."""
    rows = []
    for one, (name, (_, what)) in zip(found, PACKAGED.items(), strict=True):
        if one.took is None:
            rows.append((name, what, f"skipped: {one.why}", "", ""))
            continue
        answer = f"differs in {len(one.differs)}" if one.differs else "equal"
        rows.append((name, what, f"{one.took.cpu:.2f}", f"{one.took.wall:.2f}", answer))
    return table((f"packaged peers, {n:,} rows", "what", "CPU s", "wall s", "answer"), rows)


def spark_table(n: int, found: list[Outcome], table: Callable[..., Lines]) -> Lines:
    """Spark in local mode, with its session and first job made beforehand; by the clock, since it works in a JVM."""
    own, spark = found[0].took, found[1].took
    rows = [(one.program.name, *short(one)) for one in found]
    made = table((f"on a cluster of one machine, {n:,} rows", "CPU s", "wall s", "peak MB"), rows)
    return (
        [*made, said("wall time, times custlife in one process", spark.wall / own.wall, 5), ""]
        if own and spark
        else made
    )


def growth(costs: dict[int, list[Outcome]], table: Callable[..., Lines]) -> Lines:
    """CPU a row by size."""
    sizes = sorted(costs)
    if len(sizes) < 2:
        return []
    rows = []
    for place in range(1 + len(LIMITS)):
        each = [micro(costs[n][place].took, n) for n in sizes]
        rows.append((costs[sizes[0]][place].program.name, *("" if one is None else f"{one:.3f}" for one in each)))
    made = table(("CPU µs a row", *(f"{n:,} rows" for n in sizes)), rows)
    for small, large in pairwise(sizes):
        before, after = micro(costs[small][0].took, small), micro(costs[large][0].took, large)
        if before and after:
            most = 2.2 if large <= 10_000_000 else 1.25
            made.append(said(f"custlife, CPU a row, {large:,} rows times {small:,}", after / before, most))
    return ["## Frames: growth", "", *made, ""]


def micro(took: Run | None, n: int) -> float | None:
    """CPU microseconds a row."""
    return None if took is None else took.cpu * 1e6 / n


def within_memory(wish: Wish, folder: Path, table: Callable[..., Lines]) -> Lines:
    """A file larger than memory, counted in partitions; the process is ended beyond the limit."""
    n = wish.partitioned
    try:
        took = run(attrs.evolve(OWN, task="partitioned"), file_of(folder, n), limit=LIMIT_MB)
    except FailedError as error:
        return ["## Frames: in partitions", "", f"{n:,} rows: missed, {error}.", ""]
    row = (f"{n:,}", f"{took.cpu:.0f}", f"{took.wall:.0f}", f"{took.peak:.0f}", verdict(took.peak, LIMIT_MB))
    made = table(("rows", "CPU s", "wall s", "peak MB", "target"), [row])
    held = f"Resident memory was looked at every 20 ms; beyond {LIMIT_MB:,} MB the process would have been ended."
    return ["## Frames: in partitions", "", *made, held, ""]


def short(one: Outcome) -> tuple[str, str, str]:
    """CPU, wall time and peak, or why there are none."""
    if one.took is None:
        return f"does not run: {one.why}", "", ""
    return f"{one.took.cpu:.2f}", f"{one.took.wall:.2f}", f"{one.took.peak:.0f}"


def verdict(value: float, most: float) -> str:
    """A target, and whether it is met."""
    return f"≤ {most:,}: {'met' if value <= most else 'missed'}"
