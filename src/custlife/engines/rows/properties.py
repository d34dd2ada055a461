"""Properties that a step asks for: which steps the rows serve that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custlife.engines.gathers import FunnelPlan
    from custlife.engines.history import History

__all__ = ["fixed", "has_all", "tested"]


def fixed(value: Any) -> Any:
    """A value as one that cannot change: lists as tuples, sets as frozen ones."""
    if isinstance(value, list | tuple):
        return tuple(map(fixed, value))
    return frozenset(value) if isinstance(value, set) else value


def has_all(wanted: Sequence[tuple[str, Any]], history: History) -> Callable[[int], bool]:
    """A test of one row: whether it has all properties wanted."""
    columns = [(history.values[name], value) for name, value in wanted]
    return lambda row: all(bool(fixed(column[row]) == value) for column, value in columns)


def tested(plan: FunnelPlan, history: History, bits: Sequence[int]) -> Callable[[int], int]:
    """The steps that a row serves where its properties count as well, from those that each code serves."""
    tests = [(k, has_all(wanted, history)) for k, wanted in enumerate(plan.tests) if wanted]

    def serves(row: int) -> int:
        mask = bits[history.code[row]]
        for k, has in tests:
            if mask >> k & 1 and not has(row):
                mask ^= 1 << k
        return mask

    return serves
