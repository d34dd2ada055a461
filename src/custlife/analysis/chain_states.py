"""The states of a forecast: stages, or stages by the time already spent there."""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import TYPE_CHECKING

import attrs

from custlife.analysis.chain_shift import shifted_row
from custlife.stats.projection import SparseChain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from custlife.analysis.chain_ages import AgeClass, GridStay
    from custlife.analysis.chain_part import ChainPart

__all__ = ["States", "by_age", "by_stage"]

Row = tuple[tuple[int, float], ...]
PRIOR = 4  # observations: as many as Agresti and Coull (1998) add to a share


@attrs.frozen
class States:
    """Where customers can stand, and where they stand today.

    Attributes:
        chain: Their transitions; the groups are the stages.
        start: How many stand in each state today.
        first: For each stage the state of those who just came.
        names: Of the states.
    """

    chain: SparseChain
    start: tuple[float, ...]
    first: tuple[int, ...]
    names: tuple[str, ...]


def by_stage(part: ChainPart, smoothing: float) -> States:
    """One state for each stage."""
    size = len(part.stages)
    rows = tuple(_sparse(dict(enumerate(row))) for row in part.estimated.rows)
    weights = tuple(_weight(sum(counts), smoothing, size) for counts in part.counts)
    start = tuple(map(float, part.standing))
    return States(SparseChain(rows, weights, tuple(range(size))), start, tuple(range(size)), part.stages)


@attrs.frozen
class _Ages:
    """The states of one stage.

    Attributes:
        first: Number of the state of those who just came.
        known: One state for each age; of a stage nobody leaves, or of which nothing is known by age, none: a single
            state follows the chain.
    """

    first: int
    known: tuple[AgeClass, ...]

    def older(self, k: int) -> int:
        """Number of the state after that of age k, for those who stay."""
        return self.first + max(0, min(k + 1, len(self.known) - 1))

    def names(self, stage: str) -> list[str]:
        """Names of the states."""
        return [f"{stage} at age {age.label}" for age in self.known] or [stage]


def by_age(part: ChainPart, smoothing: float) -> States:
    """For each stage one state for each age that enough customers reached, the oldest ones together."""
    rows: list[Row] = []
    guesses: list[Row] = []
    weights: list[float] = []
    places = _placed(part)
    firsts = tuple(ages.first for ages in places)
    for i, ages in enumerate(places):
        for k in range(max(1, len(ages.known))):
            usual = {ages.older(k) if j == i else firsts[j]: p for j, p in enumerate(part.estimated.rows[i])}
            age = ages.known[k] if ages.known else None
            row = usual if age is None else _by_age(part, i, k, age, places, smoothing)
            weights.append(_weight(sum(part.counts[i]) if age is None else age.n, smoothing, len(places)))
            rows.append(_sparse(row))
            guesses.append(_sparse(_blended(row, usual, weights[-1])))
    start: Counter[int] = Counter()
    for stay in part.stays:
        if stay.after is None:
            start[_state_of(stay, places[stay.stage])] += stay.count
    names = [ages.names(stage) for stage, ages in zip(part.stages, places, strict=True)]
    groups = tuple(i for i, some in enumerate(names) for _ in some)
    chain = SparseChain(tuple(rows), tuple(weights), groups, tuple(guesses))
    numbers = tuple(float(start[state]) for state in range(len(rows)))
    return States(chain, numbers, firsts, tuple(name for some in names for name in some))


def _placed(part: ChainPart) -> list[_Ages]:
    found: list[_Ages] = []
    number = 0
    for i, stage in enumerate(part.stages):
        known = () if part.estimated.rows[i][i] == 1 else part.ages(stage)
        found.append(_Ages(number, known))
        number += len(known) or 1
    return found


def _state_of(stay: GridStay, ages: _Ages) -> int:
    """The state of those who stay.

    A stay without a known start has been seen at every instant, and so for longer than any age that is known.
    """
    return ages.first + max(0, min(stay.covered, len(ages.known)) - 1)


def _by_age(
    part: ChainPart, i: int, k: int, age: AgeClass, places: list[_Ages], smoothing: float
) -> Mapping[int, float]:
    """The row of one age of stage i, with what was changed."""
    ages, size = places[i], len(places)
    older = ages.older(k)
    total = age.n + smoothing * size
    row = {older: (age.stayed + smoothing) / total}
    for j, moved in enumerate(age.moved):
        there = places[j].first
        row[there] = row.get(there, 0.0) + (moved + smoothing * (j != i)) / total
    target = {stage: older if j == i else places[j].first for j, stage in enumerate(part.stages)}
    names = {state: stage for stage, state in target.items()}
    for shifts in part.shifts:
        wanted = {target[other]: by for one, other, by in shifts if one == part.stages[i]}
        if wanted:
            row = shifted_row(row, wanted, names, f"row {part.stages[i]!r} at age {age.label}")
    return row


def _blended(row: Mapping[int, float], usual: Mapping[int, float], weight: float) -> dict[int, float]:
    """A row with some observations more, of what is usual in the stage at any age."""
    if weight == inf:
        return dict(row)
    return {
        state: (weight * row.get(state, 0.0) + PRIOR * usual.get(state, 0.0)) / (weight + PRIOR)
        for state in {**row, **usual}
    }


def _sparse(row: Mapping[int, float]) -> Row:
    return tuple((state, p) for state, p in sorted(row.items()) if p)


def _weight(n: int, smoothing: float, size: int) -> float:
    return n + smoothing * size or inf  # of an exit nobody left, which only `what_if` lets lead on
