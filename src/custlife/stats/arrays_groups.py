"""Competing ends, moves between states and groups of spells by NumPy: the same numbers as by loops, to the last bit."""

from __future__ import annotations

from array import array
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from custlife.stats.arrays import EXACT, Part, column_of, exact_sum, part_of, pieces, room_for, runs_of, stretches_of
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
    parts = [Part(read) if isinstance(read, np.ndarray) else part_of(read) for read in reads]
    if any(part is None or part.counts is not None or not part.is_exact for part in parts):
        return None
    kept = [part.values for part in parts if part is not None and len(part.values)]
    return np.concatenate(kept) if kept else None


def cause_columns(reads: Sequence[Any], times: Any, events: Any, unit: int) -> Iterator[Column[int]]:
    """How many ended at each time, cause by cause; those of the last cause are all that are left."""
    rows, left = np.asarray(times), np.asarray(events).astype(np.int64)
    for read in reads[:-1]:
        part = part_of(np.asarray(read)) or Part(np.asarray(read))
        scaled = part.values / unit if unit > 1 else part.values.astype(rows.dtype)
        if part.counts is None:
            places, counts = np.searchsorted(rows, np.sort(scaled)), None  # in order they are found sooner
        else:
            places, counts = np.searchsorted(rows, scaled), part.counts
        found = np.bincount(places, counts, len(rows)).astype(np.int64, copy=False)
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
    if sum(int(np.asarray(raw(table.at_risk)).max()) for table in tables) >= MOST_ENDS:
        return None
    pooled, d, rows = _pooled(times, [np.asarray(raw(table.events)) for table in tables])
    if not len(pooled):
        return None
    present = [_present(*each, pooled) for each in zip(tables, times, rows, strict=True)]
    pairs = list(combinations(range(len(tables)), 2))
    shares: list[list[Array]] = [[] for _ in tables]
    sums = np.zeros(len(pairs))
    for stretch in pieces(len(pooled)):
        ended, here = d[stretch].astype("f8"), [column[stretch].astype("f8") for column in present]
        n = sum(here[1:], here[0])
        spread = ended * (n - ended) / np.maximum(n - 1, 1)  # 0 where all end
        parts = [k / n for k in here]
        for pair, (h, g) in enumerate(pairs):
            terms = spread * parts[g] * parts[h]
            terms[0] += sums[pair]
            sums[pair] = np.cumsum(terms)[-1]
        for found, part in zip(shares, parts, strict=True):
            found.append(ended * part)
    weights = [[0.0] * len(tables) for _ in tables]
    for (h, g), weight in zip(pairs, sums.tolist(), strict=True):
        weights[g][h] = weight
    return [exact_sum(found) for found in shares], weights


def _pooled(times: Sequence[Array], events: Sequence[Array]) -> tuple[Array, Array, list[Array]]:
    """Times at which any group has ends, how many, and by group the number of its rows before each of them."""
    joined = np.concatenate(times)
    order = np.argsort(joined, kind="stable")  # sorted runs merge in linear time
    joined = joined[order]
    firsts = np.flatnonzero(_changes(joined))
    ends = np.concatenate(events)[order]
    d = ends if len(firsts) == len(ends) else np.add.reduceat(ends, firsts, dtype=np.int64)
    kept = np.flatnonzero(d > 0)
    firsts, d = firsts[kept], d[kept]
    groups = np.repeat(np.arange(len(times), dtype=np.min_scalar_type(len(times))), list(map(len, times)))[order]
    rows, rest = [], firsts
    for g in range(len(times) - 1):
        own = groups == g
        rows.append(np.cumsum(own, dtype=np.int32)[firsts] - own[firsts])
        rest = rest - rows[-1]
    return joined[firsts], d, [*rows, rest]


def _present(table: Any, times: Array, rows: Array, pooled: Array) -> Array:
    """How many of a group are at risk at some times: those of its next row, less who enters in between."""
    found = np.append(np.asarray(raw(table.at_risk)), 0)[rows]
    if len(table.entries):
        entries = np.array([t for t, _ in table.entries])
        sums = np.concatenate(([0], np.cumsum([count for _, count in table.entries])))
        reached = rows < len(times)
        next_times = times[np.where(reached, rows, 0)]
        between = sums[np.searchsorted(entries, next_times)] - sums[np.searchsorted(entries, pooled)]
        found = found - np.where(reached, between, 0)
    return found
