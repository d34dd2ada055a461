"""What if: a chain with some of its probabilities raised or lowered."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import TYPE_CHECKING, TypeVar

import attrs

from custlife.errors import UsageError, UsageTypeError
from custlife.stats import MarkovChain
from custlife.stats.numbers import check_number

if TYPE_CHECKING:
    from custlife.analysis.chain_part import ChainPart, Shifts
    from custlife.analysis.chain_result import ChainResult

__all__ = ["shifted_row", "what_if"]

K = TypeVar("K")
HINT = "write what_if({('engagement', 'intent'): 0.05})"
ROUNDING = 1e-12


def what_if(result: ChainResult, changes: Mapping[tuple[str, str], float]) -> ChainResult:
    """The chain with some probabilities changed; see `ChainResult.what_if`."""
    result.check()
    shifts = _checked(changes)
    return attrs.evolve(result, parts=tuple(_shifted(part, shifts) for part in result.parts))


def _checked(changes: Mapping[tuple[str, str], float]) -> Shifts:
    given: object = changes
    if not isinstance(given, Mapping) or not given:
        raise UsageTypeError(f"changes={changes!r} are no mapping from two stages to a number", HINT)
    found = []
    for ends, by in given.items():
        if not (isinstance(ends, tuple) and len(ends) == 2 and all(isinstance(name, str) for name in ends)):
            raise UsageTypeError(f"changes has the key {ends!r}", HINT)
        found.append((ends[0], ends[1], check_number(f"changes[{ends!r}]", by)))
    return tuple(found)


def _shifted(part: ChainPart, shifts: Shifts) -> ChainPart:
    chain = part.estimated
    rows = list(chain.rows)
    for source in dict.fromkeys(one for one, _, _ in shifts):
        i = part.place(source)
        wanted = {part.place(other): by for one, other, by in shifts if one == source}
        row = shifted_row(dict(enumerate(chain.rows[i])), wanted, dict(enumerate(part.stages)), _where(part, source))
        rows[i] = tuple(row[j] for j in range(len(part.stages)))
    changed = MarkovChain(chain.states, rows, shares=chain.shares)
    return attrs.evolve(part, markov=changed, shifts=(*part.shifts, shifts))


def _where(part: ChainPart, source: str) -> str:
    return f"row {source!r} of part {part.label!r}" if part.segment else f"row {source!r}"


def shifted_row(
    row: Mapping[K, float], wanted: Mapping[K, float], names: Mapping[K, str], where: str
) -> dict[K, float]:
    """A row of probabilities with some of them changed, the rest giving or taking pro rata.

    Args:
        row: Probabilities by destination; they sum to 1.

        wanted: What to add to some of them.

        names: Of the destinations, for errors.

        where: Which row it is, for errors.

    Raises:
        UsageError: A probability would leave 0 to 1, or the others have too little to give.
    """
    rest = fsum(p for key, p in row.items() if key not in wanted)
    given = fsum(wanted.values())
    for key, by in wanted.items():
        old = row.get(key, 0.0)
        if not -ROUNDING <= old + by <= 1 + ROUNDING:
            what = f"{by:+g} would make the probability of {names[key]!r} {old + by:g}"
            raise UsageError(what, f"it is {old:g}: add from {-old:g} to {1 - old:g}", where)
    if given > rest + ROUNDING or (given and not rest):
        told = " and ".join(f"{by:+g} to {names[key]!r}" for key, by in wanted.items())
        raise UsageError(f"{told}: the other destinations have {rest:g} to give", _advice(rest), where)
    factor = max(0.0, 1 - given / rest) if rest else 1.0
    return {key: max(0.0, p + wanted[key]) if key in wanted else p * factor for key, p in row.items()}


def _advice(rest: float) -> str:
    return f"add at most {rest:g} in all" if rest else "there is no other destination: name another row"
