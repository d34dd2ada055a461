"""How much memory this process may still take."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

__all__ = ["give_back", "room"]

LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
USED = ("/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory/memory.usage_in_bytes")
MEMINFO = "/proc/meminfo"
STATM = "/proc/self/statm"  # pages of this process: all that it may touch, then all that is in memory
UNKNOWN = 8 << 30


def give_back() -> None:
    """Hands the memory that was freed back to the machine: what is freed in small pieces is else kept for later.

    PyArrow knows how to for its own pools, where it is in use, and the C library of Linux for all else.
    """
    arrow = sys.modules.get("pyarrow")
    if arrow is not None:
        for pool in (arrow.default_memory_pool(), arrow.system_memory_pool()):
            pool.release_unused()
    if sys.platform == "linux":
        import ctypes

        with suppress(AttributeError):  # other C libraries than GNU's keep less
            ctypes.CDLL(None).malloc_trim(0)


def room() -> int:
    """Bytes left below the tightest limit: of the machine, of the container, or of the address space."""
    found = [*_of_machine(), *_of_container(), *_of_address_space()]
    return max(min(found, default=UNKNOWN), 0)


def _of_machine() -> list[int]:
    with suppress(OSError, ValueError, StopIteration):
        lines = Path(MEMINFO).read_text("ascii").splitlines()
        return [1024 * int(next(line.split()[1] for line in lines if line.startswith("MemAvailable:")))]
    return []


def _of_container() -> list[int]:
    found = []
    for limit, used in zip(LIMITS, USED, strict=True):
        with suppress(OSError, ValueError):  # without a limit it says "max"
            found.append(int(Path(limit).read_text("ascii")) - int(Path(used).read_text("ascii")))
    return found


def _of_address_space() -> list[int]:
    try:
        from resource import RLIM_INFINITY, RLIMIT_AS, getpagesize, getrlimit
    except ModuleNotFoundError:  # on Windows there is no such limit
        return []
    limit = getrlimit(RLIMIT_AS)[0]
    if limit == RLIM_INFINITY:
        return []
    taken = 0
    with suppress(OSError, ValueError):
        taken = int(Path(STATM).read_text("ascii").split()[0]) * getpagesize()
    return [limit - taken]
