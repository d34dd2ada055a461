"""Grading: from customers at anchors to ranks, flags, lift, lead time and calibration."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

from custlife.scoring.backtest_result import Bin, Decile, Foretold, Observation
from custlife.stats.discrimination import auc, clustered_share

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from custlife.calendar import Span
    from custlife.stats import Share

__all__ = ["bins", "counts_of", "deciles", "graded", "share_of"]

DAY = timedelta(days=1)


def graded(
    seen: Sequence[Observation], horizon: Span, anchors: int, skipped: int, side: str, flag: float | None, level: float
) -> Foretold:
    """The grades of one horizon."""
    known = [one for one in seen if one.value is not None]
    sign = 1 if side == "high" else -1
    risks = [sign * one.value for one in seen if one.value is not None]
    cases = [one.outcome_at is not None for one in known]
    units = [one.customer for one in known]
    limit = sign * flag if flag is not None else _top_tenth(risks)
    flags = [limit is not None and risk >= limit for risk in risks]
    precision = _share(units, flags, cases, level)
    base = share_of(zip(units, cases, strict=True), level)
    lift = precision.rate / base.rate if precision.rate is not None and base.rate else None
    return Foretold(
        horizon,
        anchors,
        skipped,
        len(known),
        len(seen) - len(known),
        len(set(units)),
        sum(cases),
        base,
        auc(risks, cases, clusters=units, level=level),
        None if limit is None else sign * limit,
        sum(flags),
        precision,
        _share(units, cases, flags, level),
        lift,
        _lead_days(known, flags),
        deciles(risks, cases),
        bins(seen, level),
        tuple(seen),
    )


def _top_tenth(risks: Sequence[float]) -> float | None:
    """The least risk in the riskiest tenth, rounded up; None where there is nobody."""
    ordered = sorted(risks, reverse=True)
    return ordered[-(-len(ordered) // 10) - 1] if ordered else None


def counts_of(pairs: Iterable[tuple[str, bool]]) -> list[tuple[int, int]]:
    """Of pairs of a customer and whether something holds: for each customer how often it does, and how many pairs."""
    counts: dict[str, tuple[int, int]] = {}
    for unit, has in pairs:
        k, n = counts.get(unit, (0, 0))
        counts[unit] = k + has, n + 1
    return list(counts.values())


def share_of(pairs: Iterable[tuple[str, bool]], level: float) -> Share:
    """The share of pairs for which something holds, with an interval that counts customers."""
    return clustered_share(counts_of(pairs), level=level)


def _share(units: Sequence[str], among: Sequence[bool], have: Sequence[bool], level: float) -> Share:
    """Of those among whom one looks, the share that has something, by customer."""
    rows = zip(units, among, have, strict=True)
    return share_of(((unit, has) for unit, is_among, has in rows if is_among), level)


def _lead_days(known: Sequence[Observation], flags: Sequence[bool]) -> float | None:
    """From the first flag within the horizon to the outcome, once for each outcome of each customer."""
    firsts: dict[tuple[str, datetime], datetime] = {}
    for one, is_flagged in zip(known, flags, strict=True):
        if is_flagged and one.outcome_at is not None:
            key = one.customer, one.outcome_at
            firsts[key] = min(one.anchor, firsts.get(key, one.anchor))
    leads = sorted((at - first) / DAY for (_, at), first in firsts.items())
    if not leads:
        return None
    middle = len(leads) // 2
    return leads[middle] if len(leads) % 2 else (leads[middle - 1] + leads[middle]) / 2


def deciles(risks: Sequence[float], cases: Sequence[bool]) -> tuple[Decile, ...]:
    """Tenths of equal size; a group of equal scores that lies on an edge is cut with its share of outcomes."""
    total, hits = len(risks), sum(cases)
    if not total:
        return ()
    size = Fraction(total, 10)
    held = [[Fraction(0), Fraction(0)] for _ in range(10)]
    place = Fraction(0)
    pairs = sorted(zip(risks, cases, strict=True), reverse=True)
    for _, tied in groupby(pairs, key=_risk):
        group = [case for _, case in tied]
        rate, end = Fraction(sum(group), len(group)), place + len(group)
        while place < end:
            number = min(9, int(place // size))
            here = min(end, (number + 1) * size) - place
            held[number][0] += here
            held[number][1] += here * rate
            place += here
    return tuple(
        Decile(number, float(n), float(k), float(k / n), float(k / n / Fraction(hits, total)) if hits else None)
        for number, (n, k) in enumerate(held, 1)
    )


def _risk(pair: tuple[float, bool]) -> float:
    return pair[0]


def bins(seen: Sequence[Observation], level: float) -> tuple[Bin, ...]:
    """Those tenths of the scale in which there is anybody; who has no score is in none."""
    found = []
    for tenth in range(10):
        held = [(one.value, one) for one in seen if one.value is not None and min(9, int(one.value // 10)) == tenth]
        if held:
            share = share_of(((one.customer, one.outcome_at is not None) for _, one in held), level)
            mean = sum(value for value, _ in held) / len(held)
            found.append(Bin(10.0 * tenth, 10.0 * tenth + 10, mean, share))
    return tuple(found)
