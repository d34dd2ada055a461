"""Competing ends, moves between states and groups of spells by NumPy: the same numbers as by loops, to the last bit."""

from __future__ import annotations

from array import array
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from custlife.stats.arrays import EXACT, column_of, exact_sum, part_of, room_for, runs_of, stretches_of
from custlife.stats.columns import CODES, Column, raw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from custlife.stats.arrays import Array

__all__ = ["cause_columns", "flow_columns", "incidences", "joined", "less", "rank_sums"]

MOST_ENDS = 2**26  # products of two numbers of spells are counted exactly by floats


def flow_columns(columns: Any) -> tuple[Column[float], Column[int], Column[int], bool, Any] | None:
    """Events of several kinds in the order of time; see `flow.flow_of`. None where it is left to loops."""
    parts = [part_of(np.asarray(column) if isinstance(column, array) else column) for column in columns]
    kept = [part for part in parts if part is not None and part.is_exact]
    if len(kept) < len(parts):
        return None
    times = np.concatenate([part.scaled(1, "f") for part in kept])
    codes = np.repeat(np.arange(len(kept)), [len(part.values) for part in kept])
    order = np.argsort(times, kind="stable")
    times, codes = times[order], codes[order]
    news = _changes(times)
    firsts = np.flatnonzero(news | _changes(codes))
    each = [np.ones(len(part.values), np.int64) if part.counts is None else part.counts for part in kept]
    counts = np.add.reduceat(np.concatenate(each)[order], firsts)
    begins = np.flatnonzero(news[firsts])
    ends = np.append(begins[1:], len(firsts))
    together = (ends - begins > 1) | (counts[begins] > 1)
    held, room = room_for("d", len(firsts))
    room[:] = times[firsts]
    which, places = room_for(next(code for code, end in CODES if len(columns) < end), len(firsts))
    places[:] = codes[firsts]
    clusters = tuple(zip(begins[together].tolist(), ends[together].tolist(), strict=True))
    several = column_of(counts if clusters and int(counts.max()) > 1 else counts[:0])
    return Column(held), Column(which), several, "f" not in {part.kind for part in kept}, clusters


def _changes(values: Array) -> Array:
    """Where values differ from those before them; the first does."""
    found = np.empty(len(values), np.bool_)
    found[0] = True
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def joined(reads: Sequence[Any]) -> Array | None:
    """The durations of all causes in one array; None where they are left to loops."""
    parts = [part_of(read) for read in reads]
    if any(part is None or part.counts is not None or not part.is_exact for part in parts):
        return None
    kept = [part.values for part in parts if part is not None and len(part.values)]
    return np.concatenate(kept) if kept else None


def cause_columns(reads: Sequence[Any], times: Any, events: Any, unit: int) -> Iterator[Column[int]]:
    """How many ended at each time, cause by cause; those of the last cause are all that are left."""
    rows, left = np.asarray(times), np.asarray(events).astype(np.int64)
    for read in reads[:-1]:
        values = np.asarray(read)
        scaled = np.sort(values / unit if unit > 1 else values.astype(rows.dtype))  # in order they are found sooner
        found = np.bincount(np.searchsorted(rows, scaled), minlength=len(rows))
        left -= found
        yield column_of(found)
    yield column_of(left)


def incidences(at_risk: Any, events: Any, own: Any) -> array[float] | None:
    """The incidence of some of the ends at each time; None where rounding would take it past 1."""
    n, d, k = np.asarray(at_risk), np.asarray(events), np.asarray(own)
    begins, run_n, left = runs_of(n, d)
    firsts = np.flatnonzero(begins)
    sums = np.cumsum(k, dtype=np.int64)
    before = sums[firsts] - k[firsts]
    run_own = np.append(before[1:], sums[-1]) - before
    base, start = np.ones(len(run_n)), np.zeros(len(run_n))
    np.cumprod(left[:-1] / run_n[:-1], out=base[1:])
    np.cumsum((base * (run_own / run_n))[:-1], out=start[1:])
    held, found = room_for("d", len(n))
    for rows, run in stretches_of(begins):
        found[rows] = start[run] + base[run] * ((sums[rows] - before[run]) / run_n[run])
    return held if found.max() <= 1 else None


def less(counts: Any, others: Any) -> Column[int]:
    """Counts less others."""
    return column_of(np.asarray(counts).astype(np.int64) - np.asarray(others))


def rank_sums(tables: Sequence[Any]) -> tuple[list[float], list[list[float]]] | None:
    """By group the expected ends, and below the diagonal the weights between two groups; see `logrank.log_rank`."""
    times = [np.asarray(raw(table.times)) for table in tables]
    if len({t.dtype.kind for t in times}) > 1 or any(t.dtype.kind == "i" and int(t[-1]) >= EXACT for t in times):
        return None
    events = [np.asarray(raw(table.events)) for table in tables]
    pooled = np.unique(np.concatenate([t[d > 0] for t, d in zip(times, events, strict=True)]))
    if not len(pooled):
        return None
    d = np.zeros(len(pooled), np.int64)
    for t, ended in zip(times, events, strict=True):
        d[np.searchsorted(pooled, t[ended > 0])] += ended[ended > 0]
    present = [_present(table, t, pooled) for table, t in zip(tables, times, strict=True)]
    n = np.sum(present, axis=0)
    if int(n.max()) >= MOST_ENDS:
        return None
    shares = [k / n for k in present]
    spread = np.where(n > d, d * (n - d) / np.maximum(n - 1, 1), 0.0)
    weights = [[0.0] * len(tables) for _ in tables]
    for h, g in combinations(range(len(tables)), 2):
        weights[g][h] = float(np.cumsum(spread * shares[g] * shares[h])[-1])
    return [exact_sum([d * share]) for share in shares], weights


def _present(table: Any, times: Array, pooled: Array) -> Array:
    """How many of a group are at risk at some times: those of its next row, less who enters in between."""
    rows = np.searchsorted(times, pooled)
    reached = rows < len(times)
    at = np.where(reached, rows, 0)
    found = np.where(reached, np.asarray(raw(table.at_risk)).astype(np.int64)[at], 0)
    if len(table.entries):
        entries = np.array([t for t, _ in table.entries])
        sums = np.concatenate(([0], np.cumsum([count for _, count in table.entries])))
        between = sums[np.searchsorted(entries, times[at])] - sums[np.searchsorted(entries, pooled)]
        found -= np.where(reached, between, 0)
    return found
