"""Runs one program in this process, which does nothing else, and writes down what it took and what it answered.

python -m framed.child PROGRAM TASK ROWS_FILE RESULT_FILE
"""

from __future__ import annotations

import gc
import importlib
import json
import resource
import sys
from pathlib import Path
from time import perf_counter

STATUS = Path("/proc/self/status")


def cpu() -> float:
    """CPU seconds of all threads of this process, and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def memory(peak: str) -> float:
    """Megabytes: `VmHWM`, the most this process ever held, or `VmRSS`, what it holds; elsewhere the peak."""
    if STATUS.exists():
        return next(int(line.split()[1]) for line in STATUS.read_text().splitlines() if line.startswith(peak)) / 1024
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def forget_peak() -> None:
    """Lets the peak begin anew, so that it does not tell how the caller's frame was made."""
    gc.collect()
    try:
        import ctypes

        ctypes.CDLL("libc.so.6").malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
    except (OSError, AttributeError):
        pass


def main() -> None:
    name, task, rows, out = sys.argv[1:]
    program = importlib.import_module(f"framed.{name}")
    given = Path(rows)
    prepare = getattr(program, f"prepare_{task}", None)
    if prepare is not None:
        given = prepare(given)
    forget_peak()
    held, used, start = memory("VmRSS"), cpu(), perf_counter()
    answers = getattr(program, task)(given)
    wall, used = perf_counter() - start, cpu() - used
    told = {"wall": wall, "cpu": used, "held": held, "peak": memory("VmHWM"), "answers": answers}
    Path(out).write_text(json.dumps(told))


if __name__ == "__main__":
    main()
