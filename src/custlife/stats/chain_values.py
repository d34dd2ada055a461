"""The discounted value of a chain, and the ends a chain can come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.errors import UsageError
from custlife.stats.chain_parts import closed_groups, factored, leaving, solvable, times
from custlife.stats.chain_results import ByState
from custlife.stats.numbers import check_rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.stats.chain_parts import Chain

__all__ = ["ends", "factor_of", "of_all_periods", "settled", "spread", "up_to_horizon", "valued"]

Numbers = tuple[float, ...]

LARGEST = 1e200  # beyond it the next period may overflow


def ends(chain: Chain) -> tuple[list[int], list[int]]:
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


def settled(chain: Chain) -> ByState:
    """The stationary distribution."""
    rows, groups = chain.rows, closed_groups(chain.rows)
    if len(groups) > 1:
        names = [[chain.states[i] for i in group] for group in groups]
        raise UsageError(f"where the chain settles depends on its start: {names} are never left", "see absorption")
    (kept,) = groups
    balances = [[-leaving(rows[i], i) if i == j else rows[j][i] for j in kept] for i in kept[:-1]]
    system = factored([*balances, [1.0] * len(kept)], [chain.states[i] for i in kept])
    shares = system.solve([0.0] * (len(kept) - 1) + [1.0])
    return spread(chain, kept, [max(0.0, share) for share in shares], system.condition())


def of_all_periods(chain: Chain, rewards: Numbers, discount: float) -> ByState:
    """The value without a horizon."""
    kept = valued(chain, rewards, discount)
    system = solvable(chain.rows, kept, chain.states, discount)
    return spread(chain, kept, system.solve([(1 + discount) * rewards[i] for i in kept]), system.condition())


def up_to_horizon(chain: Chain, rewards: Numbers, discount: float, horizon: int) -> list[Numbers]:
    """The values of each horizon from 0 on."""
    factor = factor_of(discount)
    found = [rewards]
    for _ in range(horizon):
        ahead = times(chain.rows, found[-1])
        found.append(tuple(r + factor * v for r, v in zip(rewards, ahead, strict=True)))
        if max(map(abs, found[-1])) > LARGEST:
            raise UsageError(f"discount={discount!r} lets values grow beyond {LARGEST:g}", "pass a shorter horizon")
    return found


def valued(chain: Chain, rewards: Numbers, discount: float) -> list[int]:
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


def spread(chain: Chain, kept: list[int], numbers: Sequence[float], condition: float | None) -> ByState:
    """The numbers of some states, and 0 for all others."""
    found = dict(zip(kept, numbers, strict=True))
    return ByState(chain.states, tuple(found.get(i, 0.0) for i in range(len(chain.states))), condition)


def factor_of(discount: float) -> float:
    """What a period from now is worth today."""
    rate = check_rate("discount", discount)
    if rate <= -1:
        raise UsageError(f"discount={discount!r} is not above -1", "pass the rate per period, such as 0.01")
    return 1 / (1 + rate)
