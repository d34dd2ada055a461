"""The discounted value of a chain, its slopes along one row, and the ends a chain can come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.errors import UsageError
from custlife.stats.chain_parts import closed_groups, solvable, times
from custlife.stats.chain_results import ByState
from custlife.stats.numbers import check_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.stats.chain import MarkovChain

__all__ = ["ends", "of_all_periods", "slope_of_all_periods", "slope_up_to_horizon", "up_to_horizon"]

Numbers = tuple[float, ...]

LARGEST = 1e200  # beyond it the next period may overflow


def ends(chain: MarkovChain) -> tuple[list[int], list[int]]:
    """The transient and the absorbing states of a chain in which every path ends.

    Raises:
        UsageError: Several states lead to each other for ever.
    """
    groups = closed_groups(chain.rows)
    for group in groups:
        if len(group) > 1:
            names = [chain.states[i] for i in group]
            raise UsageError(f"the chain is never absorbed from {names}: they lead to each other", "see stationary")
    absorbing = [group[0] for group in groups]
    return [i for i in range(len(chain.states)) if i not in absorbing], absorbing


def of_all_periods(chain: MarkovChain, rewards: Numbers, discount: float) -> ByState:
    """The value without a horizon."""
    kept = _valued(chain, rewards, discount)
    system = solvable(chain.rows, kept, chain.states, discount)
    return _spread(chain, kept, system.solve([(1 + discount) * rewards[i] for i in kept]), system.condition())


def slope_of_all_periods(
    chain: MarkovChain, rewards: Numbers, discount: float, source: int, change: Sequence[float]
) -> ByState:
    """The slope of the value without a horizon where the row of the source changes."""
    kept = _valued(chain, rewards, discount)
    if source not in kept:
        raise UsageError(
            f"discount=0 does not converge where {chain.states[source]!r}, never left so far, is left",
            "pass a discount above 0, or a horizon",
        )
    system = solvable(chain.rows, kept, chain.states, discount)
    value = _spread(chain, kept, system.solve([(1 + discount) * rewards[i] for i in kept]), None)
    (gain,) = times([change], value.numbers)
    return _spread(chain, kept, system.solve([gain * (i == source) for i in kept]), system.condition())


def up_to_horizon(chain: MarkovChain, rewards: Numbers, discount: float, horizon: int) -> list[Numbers]:
    """The values of each horizon from 0 on."""
    factor = _factor(discount)
    found = [rewards]
    for _ in range(horizon):
        ahead = times(chain.rows, found[-1])
        found.append(tuple(r + factor * v for r, v in zip(rewards, ahead, strict=True)))
        if max(map(abs, found[-1])) > LARGEST:
            raise UsageError(f"discount={discount!r} lets values grow beyond {LARGEST:g}", "pass a shorter horizon")
    return found


def slope_up_to_horizon(
    chain: MarkovChain, rewards: Numbers, discount: float, horizon: int, source: int, change: Sequence[float]
) -> ByState:
    """The slope of the value up to a horizon where the row of the source changes."""
    slopes, factor = (0.0,) * len(rewards), _factor(discount)
    for value in up_to_horizon(chain, rewards, discount, horizon)[:-1]:
        (gain,) = times([change], value)
        slopes = tuple(factor * (v + gain * (i == source)) for i, v in enumerate(times(chain.rows, slopes)))
    return ByState(chain.states, slopes)


def _valued(chain: MarkovChain, rewards: Numbers, discount: float) -> list[int]:
    """The states whose value is to be found; undiscounted those never left must be worth nothing."""
    everywhere = list(range(len(rewards)))
    if discount > 0:
        return everywhere
    never_left = {i for group in closed_groups(chain.rows) for i in group}
    for i in sorted(never_left):
        if rewards[i]:
            raise UsageError(
                f"discount=0 does not converge: {chain.states[i]!r} is worth {rewards[i]:g} a period for ever",
                "pass a discount above 0, or a horizon",
            )
    return [i for i in everywhere if i not in never_left]


def _spread(chain: MarkovChain, kept: list[int], numbers: Sequence[float], condition: float | None) -> ByState:
    found = dict(zip(kept, numbers, strict=True))
    return ByState(chain.states, tuple(found.get(i, 0.0) for i in range(len(chain.states))), condition)


def _factor(discount: float) -> float:
    rate = check_number("discount", discount)
    if rate <= -1:
        raise UsageError(f"discount={discount!r} is not above -1", "pass the rate per period, such as 0.01")
    return 1 / (1 + rate)
