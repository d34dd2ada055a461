"""What heads in the fine states of a sparse chain are worth, and how far the estimated rows leave that in doubt."""

from __future__ import annotations

from math import fsum
from operator import mul
from typing import TYPE_CHECKING

import attrs

from custlife.stats import chain_parts as parts
from custlife.stats import chain_values as values
from custlife.stats.chain import MarkovChain
from custlife.stats.numbers import check_discount
from custlife.stats.projection import row_doubt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.stats.projection import SparseChain

__all__ = ["Worth", "worth"]

Numbers = tuple[float, ...]


@attrs.frozen
class Worth:
    """Expected present value of some heads.

    Attributes:
        value: The value.

        doubt: Its variance because the rows were estimated.
    """

    value: float
    doubt: float


def worth(
    chain: SparseChain,
    names: Sequence[str],
    rewards: Sequence[float],
    starts: Sequence[Sequence[float]],
    *,
    discount: float,
    horizon: int | None = None,
) -> tuple[Worth, ...]:
    """The value of each of some starts, as `MarkovChain.value` has it for a single head.

    Args:
        chain: The chain.

        names: Of its states, for errors.

        rewards: What a period in each state earns.

        starts: For each value asked for, how many heads are in each state.

        discount: As for `MarkovChain.value`.

        horizon: As for `MarkovChain.value`.

    Raises:
        UsageError: The discount does not converge, or the chain is singular.

    Source:
        Pfeifer & Carraway (2000), J. Interactive Marketing 14(2), 43-55; the variance as in `projected`.

    Examples:
        >>> from custlife.stats.projection import SparseChain
        >>> half = SparseChain((((0, 0.5), (1, 0.5)), ((1, 1.0),)), (100.0, 1.0), (0, 1))
        >>> worth(half, ("active", "gone"), (8, 0), [(2, 0)], discount=0)
        (Worth(value=32.0, doubt=10.24),)
    """
    given = tuple(map(float, rewards))
    heads = [tuple(map(float, start)) for start in starts]
    if horizon is not None:
        return _up_to_horizon(chain, given, heads, values.factor_of(discount), horizon)
    dense = MarkovChain(names, [[dict(row).get(b, 0.0) for b in range(len(names))] for row in chain.rows])
    return _of_all_periods(chain, dense, given, heads, check_discount(discount))


def _of_all_periods(
    chain: SparseChain, dense: MarkovChain, rewards: Numbers, starts: Sequence[Numbers], discount: float
) -> tuple[Worth, ...]:
    kept = values.valued(dense, rewards, discount)
    system = parts.solvable(dense.rows, kept, dense.states, discount)
    turned = parts.factored(tuple(zip(*system.matrix, strict=True)), [dense.states[i] for i in kept])
    solved = dict(zip(kept, system.solve([(1 + discount) * rewards[i] for i in kept]), strict=True))
    value = tuple(solved.get(i, 0.0) for i in range(len(rewards)))
    found = []
    for start in starts:
        visits = dict(zip(kept, turned.solve([start[i] for i in kept]), strict=True))
        used = tuple(visits.get(i, 0.0) for i in range(len(rewards)))
        found.append(Worth(fsum(map(mul, start, value)), row_doubt(chain, [used], [value])))
    return tuple(found)


def _up_to_horizon(
    chain: SparseChain, rewards: Numbers, starts: Sequence[Numbers], factor: float, horizon: int
) -> tuple[Worth, ...]:
    ahead = [rewards]
    for _ in range(horizon):
        last = ahead[-1]
        ahead.append(
            tuple(r + factor * fsum(p * last[b] for b, p in row) for r, row in zip(rewards, chain.rows, strict=True))
        )
    found = []
    for start in starts:
        used, now = [], tuple(factor * n for n in start)
        for _ in range(horizon):
            used.append(now)
            now = _moved(chain, now, factor)
        doubt = row_doubt(chain, used, ahead[:-1]) if horizon else 0.0
        found.append(Worth(fsum(map(mul, start, ahead[-1])), doubt))
    return tuple(found)


def _moved(chain: SparseChain, heads: Numbers, factor: float) -> Numbers:
    """The heads one period later, discounted."""
    found: list[list[float]] = [[] for _ in heads]
    for n, row in zip(heads, chain.rows, strict=True):
        for b, p in row:
            found[b].append(factor * n * p)
    return tuple(map(fsum, found))
