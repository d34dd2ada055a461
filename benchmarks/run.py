"""Measures custlife against its targets and its peers; see README.md.

uv run --group bench python benchmarks/run.py [--quick] [--write] [--only TOPIC]
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import answering
import contracting
import counting
import frames
import importing
import moving
import ruling
import surviving
from answering import Times
from made_rows import made_rows

import metrics
import scoring
import stats

HERE = Path(__file__).parent
PACKAGES = (
    *("custlife", "attrs", "python-dateutil", "Automat", "transitions", "python-statemachine"),
    *("numpy", "narwhals", "polars", "duckdb", "pandas", "pyarrow", "pyspark"),
)
MODULES = {"python-dateutil": "dateutil", "Automat": "automat", "python-statemachine": "statemachine"}
Lines = list[str]


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Lines:
    """A Markdown table; columns after the first are numbers."""
    rule = "|".join(["---", *["---:"] * (len(head) - 1)])
    return [f"| {' | '.join(head)} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in rows), ""]


def verdict(value: float, most: float) -> str:
    return f"≤ {most:g}: {'met' if value <= most else 'missed'}"


def imports(quick: bool) -> Lines:
    alone, touched, ratio = importing.run(7 if quick else 25)
    rows = [
        ("attrs and relativedelta alone", f"{alone:.1f}", "1", ""),
        ("custlife, `StageModel` and `Customer` touched", f"{touched:.1f}", f"{ratio:.2f}", verdict(ratio, 1.3)),
    ]
    return ["## Import", "", *table(("cold process", "CPU ms", "ratio", "target"), rows)]


def moves(quick: bool) -> Lines:
    timings = moving.run(500 if quick else 2_000, 3 if quick else 7)
    own, bare, *_ = timings
    least = {"Automat": 2, "transitions": 4, "python-statemachine": 40}
    rows = []
    for one in timings:
        times, said = one.move / own.move, ""
        if one is bare:
            said = f"custlife takes {own.move / one.move:.2f} times as long, {verdict(own.move / one.move, 2.5)}"
        elif one is not own:
            said = f"≥ {least[one.name]}: {'met' if times >= least[one.name] else 'missed'}"
        rows.append((one.name, f"{one.create:.2f}", f"{one.move:.2f}", f"{one.refuse:.2f}", f"{times:.2f}", said))
    head = ("", "to make one, µs", "one move, µs", "one refusal, µs", "a move, times custlife", "target")
    return ["## Moving one customer", "", *table(head, rows)]


def counts(quick: bool) -> Lines:
    n = 100_000 if quick else 1_000_000
    small, large = counting.run(n, 2 if quick else 5)
    rows = [(name, f"{small.parts[name]:.2f}", f"{taken:.2f}", "") for name, taken in large.parts.items()]
    growth = large.whole * large.rows / (small.whole * small.rows)
    rows += [
        ("**all four from the log**", f"{small.log:.2f}", f"{large.log:.2f}", verdict(large.log, 4.5)),
        ("**all four from the rows**", f"{small.whole:.2f}", f"{large.whole:.2f}", verdict(large.whole, 4.5)),
        ("**the report from the log**", f"{small.page:.2f}", f"{large.page:.2f}", verdict(large.page, 8)),
        ("**the report from the rows**", f"{small.report:.2f}", f"{large.report:.2f}", verdict(large.report, 8)),
    ]
    head = ("CPU µs a row", f"{small.rows:,} rows", f"{large.rows:,} rows", "target")
    lines = ["## A log of stages on the bare install", "", *table(head, rows)]
    said = verdict(growth, 12)
    lines += [f"Ten times the rows take {growth:.1f} times the time ({said}), from rows to the four answers.", ""]
    kept = counting.memory(made_rows(n))
    lines += ["Memory beyond the caller's list, by `tracemalloc`:", ""]
    return lines + table(("", "bytes a row", "target"), [(what, f"{size:.0f}", goal) for what, size, goal in kept])


def framed(wish: argparse.Namespace) -> Lines:
    sizes = wish.rows or ([100_000] if wish.quick else [1_000_000, 10_000_000])
    rounds = wish.rounds or (2 if wish.quick else 5)
    asked = frames.Wish(tuple(sizes), rounds, wish.data, wish.peers, wish.partitioned, wish.spark)
    return frames.lines(asked, table)


def scores(wish: argparse.Namespace) -> Lines:
    rounds = wish.rounds or (2 if wish.quick else 7)
    bare, batch = scoring.dispatch(rounds)
    each = f"{scoring.CUSTOMERS:,} customers, a hook that does nothing"
    rows = [
        ("called with a new frozen request", f"{bare:.1f}", "1", ""),
        ("`cl.score_all`", f"{batch:.1f}", f"{batch / bare:.2f}", verdict(batch / bare, 5)),
    ]
    lines = ["## Scores", "", *table((each, "CPU ms", "ratio", "target"), rows)]
    timed = scoring.frames(rounds)
    hand = min(taken for name, taken in timed if name != "declared")
    rows = [
        (name, f"{taken:.1f}", f"{taken / hand:.2f}", verdict(taken / hand, 2) if name == "declared" else "")
        for name, taken in timed
    ]
    return [*lines, *table((f"a health score of {scoring.ROWS:,} rows of Polars", "CPU ms", "ratio", "target"), rows)]


def months(wish: argparse.Namespace) -> Lines:
    rounds, n = wish.rounds or 2, (wish.rows or [100_000 if wish.quick else 10_000_000])[0]
    rows = [
        (one.what, f"{one.one:.2f}", f"{one.all_:.2f}", f"{one.all_ / one.one:.2f}", verdict(one.all_ / one.one, 2))
        for one in metrics.run(n, rounds, wish.data)
    ]
    head = (f"CPU s, {n:,} rows of a Polars frame", "one month, or all time", "36 months", "ratio", "target")
    return ["## Metrics over time", "", *table(head, rows)]


def rules(wish: argparse.Namespace) -> Lines:
    rounds, n = wish.rounds or 2, (wish.rows or [100_000 if wish.quick else 1_000_000])[0]
    rows = [
        (one.rules, f"{one.rows:.2f}", f"{one.arrays:.2f}", f"{one.rows / one.arrays:.1f}")
        for one in ruling.run(n, rounds)
    ]
    head = (f"CPU µs a row, {n:,} events of a Polars frame", "walked row by row", "by arrays", "times as fast")
    return ["## Events into stages by rules", "", *table(head, rows)]


def answers(wish: argparse.Namespace) -> Lines:
    rounds, n = wish.rounds or 2, (wish.rows or [100_000 if wish.quick else 1_000_000])[0]
    found = beside_rows(f"{n:,} rows", answering.run(n, rounds), 3)
    return ["## Answers to surveys, and lives of customers", "", *found]


def contracts(wish: argparse.Namespace) -> Lines:
    rounds, n = wish.rounds or 2, (wish.rows or [30_000 if wish.quick else 100_000])[0]
    return ["## Contracts", "", *beside_rows(f"{n:,} contracts", contracting.run(n, rounds), 2)]


def beside_rows(many: str, found: list[Times], digits: int) -> Lines:
    """What arrays take beside the walk over rows."""
    rows = [
        (one.what, f"{one.rows:.2f}", f"{one.arrays:.{digits}f}", f"{one.rows / one.arrays:.1f}", f"{one.whole:.2f}")
        for one in found
    ]
    head = f"CPU µs a row, {many} of a Polars frame", "walked row by row", "by arrays", "times as fast"
    return table((*head, "with all around"), rows)


def survival(quick: bool) -> Lines:
    rows = [(name, f"{taken:.1f}") for name, taken in surviving.run(2 if quick else 5)]
    head = (f"{surviving.SPELLS:,} spells, one in five censored", "CPU ms")
    return ["## A survival curve with its median, quartile and restricted mean", "", *table(head, rows)]


def statistics(wish: argparse.Namespace) -> Lines:
    rounds, n = wish.rounds or (2 if wish.quick else 3), 100_000 if wish.quick else stats.SPELLS
    lines = ["## Statistics", ""]
    rows = [(name, f"{taken:.1f}") for name, taken in stats.by_counts(rounds)]
    lines += table((f"{stats.SPELLS:,} spells as counts by day, without NumPy", "CPU ms"), rows)
    rows = [
        (name, f"{move:.2f}", f"{event:.2f}", verdict(event, 0.6), f"{all_:.2f}")
        for name, move, event, all_ in stats.by_moves(rounds, n)
    ]
    head = ("state probabilities, without NumPy", "CPU µs a move", "an event", "target", "a move, with variances")
    lines += [*table((f"{n:,} moves of six states: {head[0]}", *head[1:]), rows)]
    for lengths, name in stats.LENGTHS.items():
        rows = _beside(stats.beside(lengths, n, rounds, wish.peers))
        head = (f"{n:,} {name} in NumPy arrays, CPU s (times custlife, and with arrays split; target 10)", *stats.TASKS)
        lines += table(head, rows)
    return lines


def _beside(found: dict[str, Any]) -> list[tuple[str, ...]]:
    """What each program took, and how often that is what custlife took."""
    own, split, rows = found["custlife"], found[stats.SPLIT], []
    for program, taken in found.items():
        if any(isinstance(each, str) for each in (taken, own, split)):
            rows.append((program, f"does not run: {taken}", *[""] * (len(stats.TASKS) - 1)))
            continue
        cells = []
        for task in stats.TASKS:
            (took, answer), (own_took, expected) = taken[task], own[task]
            if abs(answer - expected) > stats.TOLERANCES.get((program, task), 1e-9) * abs(expected):
                raise AssertionError(f"{program} answers {task} otherwise: {answer}, not {expected}")
            ratios = f" ({took / own_took:.1f}, {took / split[task][0]:.1f})"
            cells.append(f"{took:.3f}" + ("" if taken in (own, split) else ratios))
        rows.append((program, *cells))
    return rows


TOPICS = {
    "import": lambda wish: imports(wish.quick),
    "move": lambda wish: moves(wish.quick),
    "count": lambda wish: counts(wish.quick),
    "score": scores,
    "months": months,
    "rules": rules,
    "answers": answers,
    "contracts": contracts,
    "survival": lambda wish: survival(wish.quick),
    "stats": statistics,
    "frames": framed,
}


def machine() -> str:
    """What the figures were taken on."""
    chips = [line for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    chip = chips[0].partition(":")[2].strip() if chips else platform.processor()
    return (
        f"{chip or platform.machine()}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}"
    )


def _lines(path: str) -> Lines:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def told(name: str) -> str:
    """The version of a package; of one that runs from its folder there is none."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "from its folder"


def main() -> None:
    ask = argparse.ArgumentParser(description="Measure custlife against its targets and its peers.")
    ask.add_argument("--quick", action="store_true", help="fewer rows and rounds")
    ask.add_argument("--write", action="store_true", help="write RESULTS.md")
    ask.add_argument("--only", choices=tuple(TOPICS), help="one topic")
    ask.add_argument("--rows", type=int, nargs="+", help="frames: sizes")
    ask.add_argument("--rounds", type=int, help="frames, stats: timed runs of each program")
    ask.add_argument("--data", type=Path, help="frames: a folder to keep the rows in")
    ask.add_argument(
        "--peers", default=sys.executable, help="frames, stats: an interpreter that has the packaged peers"
    )
    ask.add_argument("--partitioned", type=int, default=0, metavar="ROWS", help="frames: a file counted within 4 GB")
    ask.add_argument("--spark", action="store_true", help="frames: Spark in local mode too")
    wish = ask.parse_args()
    lines: Lines = []
    for name, topic in TOPICS.items():
        if wish.only in {None, name}:
            lines += topic(wish)
            print("\n".join(lines[-40:]) if wish.only else f"{name}: done", file=sys.stderr)
    versions = ", ".join(f"{name} {told(name)}" for name in PACKAGES if find_spec(MODULES.get(name, name)))
    load = f"load {os.getloadavg()[0]:.1f} when done" if hasattr(os, "getloadavg") else ""
    head = ["# Results", "", f"{datetime.now(UTC):%Y-%m-%d}. {machine()}; {load}.", "", f"{versions}.", ""]
    text = "\n".join([*head, *lines]).rstrip() + "\n"
    print(text)
    if wish.write:
        (HERE / "RESULTS.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
