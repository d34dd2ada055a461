"""Who comes in while a forecast looks ahead: nobody, a number, a number by stage, or as many as before."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import TYPE_CHECKING

from custlife.errors import UsageError, UsageTypeError
from custlife.stats.numbers import check_number
from custlife.stats.projection import Arrivals

if TYPE_CHECKING:
    from custlife.analysis.chain_part import ChainPart
    from custlife.analysis.chain_result import ChainResult
    from custlife.analysis.chain_states import States

__all__ = ["AS_BEFORE", "Coming", "arrivals_of", "told"]

AS_BEFORE = "as before"
Coming = float | Mapping[str, float] | str | None
Matrix = tuple[tuple[float, ...], ...]


def arrivals_of(result: ChainResult, part: ChainPart, arrivals: Coming, states: States) -> Arrivals | None:
    """The arrivals of one part; those who come stand in the youngest state of their stage.

    Raises:
        UsageTypeError: Neither a number, a mapping nor a word.
        UsageError: Another word; a negative number; a number that cannot be spread over stages or segments.
        UnknownNameError: A stage nobody was seen in.
    """
    if arrivals is None:
        return None
    if isinstance(arrivals, str):
        return _as_before(part, arrivals, states)
    if result.question.by:
        what = f"arrivals={arrivals!r} do not say to which segment they belong"
        raise UsageError(what, "pass arrivals='as before', or ask log.chain() without by=")
    if isinstance(arrivals, Mapping):
        found = [0.0] * len(part.stages)
        for stage, number in arrivals.items():
            found[part.place(stage)] = _number(f"arrivals[{stage!r}]", number)
        return _spread(found, [[0.0] * len(found) for _ in found], None, states)
    return _of_number(_number("arrivals", arrivals), part, states)


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageTypeError(f"{name}={value!r} is not a number", "pass 100, {'engagement': 100} or 'as before'")
    found = check_number(name, value)
    if found < 0:
        raise UsageError(f"{name}={value!r} is negative", "pass how many come in each period, 0 or more")
    return found


def _as_before(part: ChainPart, word: str, states: States) -> Arrivals:
    """The mean of the periods observed, with the covariance between them; of a single period that of Poisson."""
    if word != AS_BEFORE:
        raise UsageError(f"arrivals={word!r} is not a mode", f"pass a number, a mapping by stage, or {AS_BEFORE!r}")
    periods, size = part.arrivals, range(len(part.stages))
    if not periods:
        raise UsageError(
            f"arrivals={word!r}: no period was observed from end to end", "pass a number, or shorter periods"
        )
    m = len(periods)
    mean = [fsum(row[i] for row in periods) / m for i in size]
    if m == 1:
        covariance = [[mean[i] * (i == j) for j in size] for i in size]
    else:
        covariance = [
            [fsum((row[i] - mean[i]) * (row[j] - mean[j]) for row in periods) / (m - 1) for j in size] for i in size
        ]
    return _spread(mean, covariance, m, states)


def _of_number(number: float, part: ChainPart, states: States) -> Arrivals:
    """As many as given, each in a first stage by the shares of those who came so far."""
    shares = _first_stages(part)
    if not shares and number:
        raise UsageError(
            f"arrivals={number:g}: nobody was seen to arrive, so it is not known in which stage",
            f"pass arrivals={{{part.stages[0]!r}: {number:g}}}",
        )
    pi = [shares.get(stage, 0.0) for stage in part.stages]
    covariance = [[number * (p * (i == j) - p * q) for j, q in enumerate(pi)] for i, p in enumerate(pi)]
    return _spread([number * p for p in pi], covariance, None, states)


def _first_stages(part: ChainPart) -> dict[str, float]:
    """The share of newcomers by the stage in which a period's end first saw them."""
    counts = {stage: sum(row[i] for row in part.arrivals) for i, stage in enumerate(part.stages)}
    total = sum(counts.values())
    return {stage: n / total for stage, n in counts.items() if n}


def _spread(mean: list[float], covariance: list[list[float]], periods: int | None, states: States) -> Arrivals:
    """By state what is given by stage."""
    size = len(states.start)
    numbers, table = [0.0] * size, [[0.0] * size for _ in range(size)]
    for i, here in enumerate(states.first):
        numbers[here] = mean[i]
        for j, there in enumerate(states.first):
            table[here][there] = covariance[i][j]
    return Arrivals(tuple(numbers), tuple(map(tuple, table)), periods)


def told(result: ChainResult, arrivals: Coming) -> tuple[str, ...]:
    """What a reader must know of the arrivals."""
    every = result.question.every
    if arrivals is None:
        return ("Nobody new is counted: pass arrivals= for those still to come.",)
    if isinstance(arrivals, str):
        by_period = [sum(map(sum, rows)) for rows in zip(*(part.arrivals for part in result.parts), strict=True)]
        mean = sum(by_period) / len(by_period)
        last = f"the last one had {by_period[-1]:,}"
        return (f"Arrivals as before: {mean:,.1f} a {every}, the mean of {len(by_period):,} {every}s; {last}.",)
    if isinstance(arrivals, Mapping):
        listed = ", ".join(f"{stage} {number:g}" for stage, number in arrivals.items())
        return (f"Arrivals each {every}, taken as certain: {listed}.",)
    shares = _first_stages(result.whole)
    listed = ", ".join(f"{stage} {100 * share:.0f} %" for stage, share in shares.items())
    return (f"{arrivals:g} arrive each {every}, spread over stages as so far: {listed}.",)
