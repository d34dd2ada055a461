"""How many will stand in each group of states after each period, and how far from it the truth may lie.

The states of a chain here are fine (a stage and how long one has been in it, say) and its rows sparse; what is asked
for is how many stand in each of a few groups of them. Three things keep the truth from the expected number: the chance
of each head, the chance of how many arrive, and that the rows were estimated.
"""

from __future__ import annotations

from itertools import accumulate
from math import fsum
from operator import mul
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Arrivals", "Expected", "SparseChain", "projected", "row_doubt"]

Numbers = tuple[float, ...]
Matrix = tuple[Numbers, ...]
Row = tuple[tuple[int, float], ...]


@attrs.frozen
class SparseChain:
    """A chain by its non-zero probabilities.

    Attributes:
        rows: For each state its destinations after one period with their probabilities, which sum to 1.

        weights: From how many observations each row was estimated, above 0; infinite where it is known.

        groups: The group of each state, from 0 on.

        guesses: Rows whose variance is taken for that of the estimates: of a row of few observations its own is too
            small, and 0 where one destination had them all. Empty: the rows themselves.
    """

    rows: tuple[Row, ...]
    weights: Numbers
    groups: tuple[int, ...]
    guesses: tuple[Row, ...] = ()


@attrs.frozen
class Arrivals:
    """Who comes in during each period, by the state in which its end sees them.

    Attributes:
        mean: Expected numbers, by state.

        covariance: Of the numbers of one period, by state and state; periods are independent.

        periods: From how many periods the mean was estimated; None where it is given.
    """

    mean: Numbers
    covariance: Matrix
    periods: int | None = None


@attrs.frozen
class Expected:
    """How many are expected in one group after some periods.

    Attributes:
        number: The expected number.

        chance: Variance by the chance of each head, present or arriving.

        doubt: Variance because rows and mean arrivals were estimated.
    """

    number: float
    chance: float = 0.0
    doubt: float = 0.0


def projected(
    chain: SparseChain, start: Sequence[float], periods: int, arrivals: Arrivals | None = None
) -> tuple[tuple[Expected, ...], ...]:
    r"""Expected numbers with their variances: for the start and after each period, one for each group.

    With `v(t)` the probability to stand in the group t periods on, by state, heads are independent draws, each of the
    variance `v (1 - v)`. The rows of the chain are independent multinomial estimates; the number after h periods
    moves with the probability from a to b by the sum over s of (heads expected in a after s) times `v(h - 1 - s)` at b,
    so that row a adds the variance of that slope over its destinations, divided by its weight: the delta method.

    Args:
        chain: The chain.

        start: How many stand in each state.

        periods: How many periods to go on, 0 or more.

        arrivals: Who comes in, from the first period on; None: nobody.

    Source:
        Anderson & Goodman (1957), Annals of Mathematical Statistics 28, 89-110, for the variance of the rows; the
        slopes as in Caswell (2001), Matrix Population Models, 2nd edition, chapter 9.

    Examples:
        >>> half = SparseChain((((0, 0.5), (1, 0.5)), ((1, 1.0),)), (100.0, 1.0), (0, 1))
        >>> projected(half, [100, 0], 1)[1][0]
        Expected(number=50.0, chance=25.0, doubt=25.0)
    """
    heads = _heads(chain, start, periods, arrivals)
    found = [_of_group(chain, group, heads, arrivals) for group in range(max(chain.groups) + 1)]
    return tuple(zip(*found, strict=True))


def _heads(chain: SparseChain, start: Sequence[float], periods: int, arrivals: Arrivals | None) -> list[Numbers]:
    """Heads expected in each state now and after each period."""
    found = [tuple(map(float, start))]
    for _ in range(periods):
        parts = [[mean] for mean in arrivals.mean] if arrivals is not None else [[] for _ in chain.rows]
        for number, row in zip(found[-1], chain.rows, strict=True):
            if number:
                for b, p in row:
                    parts[b].append(number * p)
        found.append(tuple(map(fsum, parts)))
    return found


def _of_group(chain: SparseChain, group: int, heads: list[Numbers], arrivals: Arrivals | None) -> list[Expected]:
    """One group after each number of periods."""
    ahead = [tuple(float(g == group) for g in chain.groups)]
    for _ in heads[1:]:
        ahead.append(tuple(fsum(p * ahead[-1][b] for b, p in row) for row in chain.rows))
    chance = [_chance(heads[0], v) for v in ahead]
    doubt = [0.0, *(row_doubt(chain, heads[:h], ahead[:h]) for h in range(1, len(heads)))]
    if arrivals is not None:
        came = [_chance(arrivals.mean, v) + _spread(arrivals.covariance, v) for v in ahead[:-1]]
        chance = [a + b for a, b in zip(chance, accumulate(came, initial=0.0), strict=True)]
        if arrivals.periods is not None:
            sums = [(0.0,) * len(heads[0]), *accumulate(ahead[:-1], _added)]
            unsure = [_spread(arrivals.covariance, v) / arrivals.periods for v in sums]
            doubt = [a + b for a, b in zip(doubt, unsure, strict=True)]
    numbers = [_dot(now, ahead[0]) for now in heads]
    return [Expected(*three) for three in zip(numbers, chance, doubt, strict=True)]


def row_doubt(chain: SparseChain, heads: Sequence[Numbers], ahead: Sequence[Numbers]) -> float:
    """The variance of a sum over periods because the rows were estimated, by the delta method.

    Args:
        chain: The chain.

        heads: How many use each row in the first period, in the second, and so on.

        ahead: What each state is worth at the end of the last of these periods, of the one before, and so on.
    """
    parts = []
    by_state, by_target = tuple(zip(*heads, strict=True)), tuple(zip(*reversed(ahead), strict=True))
    for row, weight, used in zip(chain.guesses or chain.rows, chain.weights, by_state, strict=True):
        if len(row) > 1 and any(used):
            slopes = [_dot(used, by_target[b]) for b, _ in row]
            mean = fsum(p * g for (_, p), g in zip(row, slopes, strict=True))
            parts.append(fsum(p * (g - mean) ** 2 for (_, p), g in zip(row, slopes, strict=True)) / weight)
    return fsum(parts)


def _chance(heads: Iterable[float], v: Numbers) -> float:
    return fsum(n * p * (1 - p) for n, p in zip(heads, v, strict=True))


def _spread(covariance: Matrix, v: Numbers) -> float:
    return max(0.0, fsum(p * _dot(row, v) for row, p in zip(covariance, v, strict=True) if p))


def _dot(one: Iterable[float], other: Iterable[float]) -> float:
    return fsum(map(mul, one, other))


def _added(one: Numbers, other: Numbers) -> Numbers:
    return tuple(a + b for a, b in zip(one, other, strict=True))
