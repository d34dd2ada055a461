"""Work on all cores, where there is so much of it that NumPy, which lets other threads run, does most of it."""

from __future__ import annotations

import sys
from os import cpu_count
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["at_once"]

P = TypeVar("P")
T = TypeVar("T")

MUCH = 1 << 20


def at_once(work: Callable[[P], T], items: Sequence[P], size: int) -> list[T]:
    """What some work makes of each item, in order.

    Args:
        work: What is done; it changes nothing that another item needs.
        items: What it is done with.
        size: About how many numbers it looks at in all.
    """
    threads = min(len(items), cpu_count() or 1)
    if threads < 2 or size < MUCH or "numpy" not in sys.modules:
        return list(map(work, items))
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))
