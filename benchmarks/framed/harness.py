"""Runs programs in processes of their own, in turn, and keeps medians. Imports nothing heavy: a child's peak memory
begins with what its parent held."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import TYPE_CHECKING

import attrs

from framed.policy import differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framed.policy import Answers

HERE = Path(__file__).parent.parent


class FailedError(Exception):
    """A program that did not come to an end; its last words."""


@attrs.frozen
class Program:
    """What to run: a module of this folder, one of its tasks, and the interpreter, where it needs another one."""

    name: str
    module: str
    task: str = "report"
    python: str = sys.executable


@attrs.frozen
class Run:
    """What one run took.

    Attributes:
        wall: Seconds from the file, or frame, to the answers; imports are not in it.
        cpu: CPU seconds of all threads for the same.
        peak: Most megabytes that the process held.
        beyond: Those beyond what it held with everything imported, and the caller's frame in memory.
        process_cpu: CPU seconds of the whole process, interpreter and imports too.
        process_wall: Seconds of the whole process.
        answers: What it answered.
    """

    wall: float
    cpu: float
    peak: float
    beyond: float
    process_cpu: float
    process_wall: float
    answers: Answers = attrs.field(repr=False, factory=dict)


def run(program: Program, rows: Path, *, limit: float | None = None) -> Run:
    """One run; it is ended where it holds more than `limit` megabytes.

    Raises:
        FailedError: It fails, or grows beyond the limit.
    """
    with TemporaryDirectory() as folder:
        out, errors = Path(folder) / "told.json", Path(folder) / "errors.txt"
        command = [program.python, "-m", "framed.child", program.module, program.task, str(rows), str(out)]
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        settings = {**kept, "PYTHONPATH": str(HERE), "RETENTIONEERING_NO_TRACK": "1"}
        start = perf_counter()
        with errors.open("w") as words:
            child = subprocess.Popen(command, env=settings, stdout=words, stderr=words)
            used = _watched(child.pid, limit)
        wall = perf_counter() - start
        if not out.exists():
            said = errors.read_text().strip().splitlines()
            raise FailedError(said[-1] if said else "it said nothing")
        told = json.loads(out.read_text())
    beyond = told["peak"] - told["held"]
    return Run(told["wall"], told["cpu"], told["peak"], beyond, used, wall, told["answers"])


def _watched(pid: int, limit: float | None) -> float:
    """Waits for a process and tells its CPU seconds; ends it where its resident memory grows beyond the limit.

    Resident memory is looked at, not address space: files that are mapped but not read would count there.

    Raises:
        FailedError: It was ended.
    """
    status, is_ended = Path(f"/proc/{pid}/status"), False
    while limit is not None and status.exists():
        ended, _, used = os.wait4(pid, os.WNOHANG)
        if ended:
            break
        held = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
        if held and int(held[0].split()[1]) / 1024 > limit:
            is_ended = True
            os.kill(pid, signal.SIGKILL)
            limit = None
        sleep(0.02)
    else:
        _, _, used = os.wait4(pid, 0)
    if is_ended:
        raise FailedError("grew beyond the limit")
    return used.ru_utime + used.ru_stime


@attrs.frozen
class Outcome:
    """What a program came to: medians of its runs, or why it has none; and where its answers differ."""

    program: Program
    took: Run | None
    why: str = ""
    differs: tuple[str, ...] = ()
    runs: int = 0


def outcomes(programs: Sequence[Program], rows: Path, rounds: int) -> list[Outcome]:
    """Answers first, compared with those of the first program; then some rounds, one program after the other."""
    found, answers = {}, None
    for program in programs:
        try:
            first = run(program, rows)
        except FailedError as error:
            found[program.name] = Outcome(program, None, str(error))
            continue
        answers = first.answers if answers is None else answers
        found[program.name] = Outcome(program, first, "", tuple(differences(first.answers, answers)))
    timed: dict[str, list[Run]] = {}
    for _ in range(rounds):
        for program in programs:
            if found[program.name].took is not None:
                timed.setdefault(program.name, []).append(run(program, rows))
    for name, runs in timed.items():
        middle = [median(getattr(one, field.name) for one in runs) for field in attrs.fields(Run)[:-1]]
        found[name] = attrs.evolve(found[name], took=Run(*middle), runs=len(runs))
    return [found[program.name] for program in programs]
