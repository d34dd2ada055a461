"""Which rows fire which rules, for whole columns: `rows.watching`, where all rows are shown to all rules."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.arrays.ruling_rows import bisected, first_of
from custlife.engines.arrays.ruling_values import passes, read, whole
from custlife.engines.rows.watching import codes_heard, watcher
from custlife.engines.rules import AllOf, AnyOf, Count, Seen, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from custlife.engines.arrays.ruling_rows import Heard, Piece
    from custlife.engines.arrays.stretch import Ints, Mask
    from custlife.engines.rules import Rule

__all__ = ["fired"]

MOST = 1 << 62  # sums of parts stay below it


def fired(rules: Iterable[tuple[int, Rule]], piece: Piece) -> Ints:
    """The stages whose rules each row fires, as bits of one integer.

    Args:
        rules: Stage and rule.
        piece: The rows; watching begins with the first of each unit.

    Raises:
        DataError: A rule needs a number where there is none.
    """
    names = len(piece.history.vocabulary.names)
    seen = np.zeros(names, np.int64)
    others: list[tuple[int, Rule]] = []
    for stage, rule in rules:
        if isinstance(rule, Seen):
            seen[list(codes_heard(rule, piece.history))] |= 1 << stage
        else:
            others.append((stage, rule))
    bits: Ints = seen[piece.code] if names else np.zeros(len(piece), np.int64)
    hear = cache(piece.heard)  # most rules wait for the same few events
    for stage, rule in others:
        np.bitwise_or(bits, 1 << stage, out=bits, where=_fires(rule, piece, hear))
    return bits


def _fires(rule: Rule, piece: Piece, hear: Callable[[frozenset[int]], Heard]) -> Mask:
    """Which rows fire a rule."""
    if isinstance(rule, AnyOf | AllOf):
        return _together(rule, piece, [_fires(part, piece, hear) for part in rule.rules])
    heard = hear(codes_heard(rule, piece.history))
    found = np.ones(len(heard), np.bool_)
    if isinstance(rule, Count):
        found = _counted(rule, heard)
    elif isinstance(rule, Value):
        test = _total if rule.of == "total" else _each
        told = test(rule, heard)
        found = _watched(rule, heard) if told is None else told
    mask = np.zeros(len(piece), np.bool_)
    mask[heard.places[found]] = True
    return mask


def _together(rule: AnyOf | AllOf, piece: Piece, parts: Sequence[Mask]) -> Mask:
    """Rows that fire any of several rules; and, for all of them, not before each has fired once in the unit."""
    now: Mask = np.logical_or.reduce(parts)
    if isinstance(rule, AnyOf):
        return now
    units, beyond = len(piece.bounds) - 1, len(piece)
    complete = np.zeros(units, np.int64)
    for part in parts:
        places = np.flatnonzero(part)
        np.maximum(complete, first_of(piece.unit[places], places, units, beyond), out=complete)
    rows = np.flatnonzero(now)
    now[rows] = rows >= complete[piece.unit[rows]]
    return now


def _counted(rule: Count, heard: Heard) -> Mask:
    """From the n-th row of each unit on; with a window, where the n-th last of all windows is still open."""
    before = rule.n - 1
    is_enough = heard.index >= before
    if rule.within is None or before >= len(heard):
        return is_enough
    ends, _ = heard.ends(rule.within)
    is_enough[before:] &= ends[: len(ends) - before] >= heard.at[before:]
    return is_enough


def _watched(rule: Rule, heard: Heard) -> Mask:
    """Row by row: what arrays cannot tell exactly."""
    _, make = watcher(rule, heard.piece.history)
    rows: list[int] = heard.rows.tolist()
    found: list[bool] = []
    for low, high in pairwise(heard.bounds.tolist()):
        found.extend(map(make(), rows[low:high]))
    return np.array(found, np.bool_)


def _each(rule: Value, heard: Heard) -> Mask | None:
    return passes(rule, read(heard.piece.history.values[rule.field], heard.rows))


def _total(rule: Value, heard: Heard) -> Mask | None:
    """Where the sum over the unit, or over the windows still open, is large enough; None where it might be inexact."""
    told = whole(read(heard.piece.history.values[rule.field], heard.rows))
    if told is None:
        return None
    longest = int(np.diff(heard.bounds).max(initial=0))
    largest = max(int(told.parts.max(initial=0)), -int(told.parts.min(initial=0)))
    if largest * longest >= MOST:
        return None
    adding, parts = heard.where(told.is_there), told.parts[told.is_there]
    sums = np.append(0, parts.cumsum())  # over all units: what overflows comes back in the difference
    start = np.repeat(adding.bounds[:-1], np.diff(adding.bounds))
    if rule.within is None:
        open_ = sums[1:] - sums[start]
    else:
        ends, order = adding.ends(rule.within)
        closed = bisected(ends, adding.at, start, np.arange(1, len(adding) + 1))
        ended = sums if order is None else np.append(0, parts[order].cumsum())
        open_ = sums[1:] - ended[closed]
    found = np.zeros(len(heard), np.bool_)
    found[told.is_there] = told.reach(open_, rule.at_least)
    return found
