"""The plainest code for the four answers, customer by customer; to compare with, on a small file. It is not timed."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from framed.policy import AS_OF_US, CUSTOMER_FROM, MONTHS, PATH, STAGES, WINDOW, answers, month_starts

if TYPE_CHECKING:
    from pathlib import Path

    from framed.policy import Answers

Entry = tuple[int, int]  # instant and stage
EDGES = month_starts()


def report(path: Path) -> Answers:
    """From the file to the four answers."""
    columns = pq.read_table(path).to_pydict()
    histories: dict[str, list[Entry]] = {}
    epoch = columns["at"][0].__class__(1970, 1, 1)
    for customer, stage, at in zip(columns["customer"], columns["stage"], columns["at"], strict=True):
        since = at - epoch
        us = (since.days * 86_400 + since.seconds) * 10**6 + since.microseconds
        histories.setdefault(customer, []).append((us, STAGES.index(stage)))
    reached, ripe = [0] * len(PATH), [0] * len(PATH)
    moves: Counter[tuple[int, int]] = Counter()
    cohorts: Counter[int] = Counter()
    retained: Counter[tuple[int, int]] = Counter()
    lengths: dict[int, list[tuple[int, bool]]] = {}
    for rows in histories.values():
        rows.sort()
        entries = [entry for i, entry in enumerate(rows) if i == 0 or rows[i - 1][1] != entry[1]]
        for depth, is_ripe in _funnel(entries):
            for k in range(depth + 1):
                reached[k] += 1
                ripe[k] += is_ripe
        codes = [code for _, code in entries]
        moves.update(zip([-1, *codes], codes, strict=False))
        months = _stays(entries, lengths)
        if months:
            cohorts[min(months)] += 1
            retained.update((min(months), month) for month in months)
    stays = {code: _median(spells) for code, spells in lengths.items()}
    return answers(reached, (ripe[0], ripe), dict(moves), stays, dict(cohorts), dict(retained))


def _funnel(entries: list[Entry]) -> list[tuple[int, bool]]:
    """The furthest stage within the window, and whether the window is over; nothing for one never on the path."""
    path = [(at, code) for at, code in entries if code < len(PATH)]
    if not path:
        return []
    end = path[0][0] + WINDOW
    return [(max(code for at, code in path if at <= end), end <= AS_OF_US)]


def _stays(entries: list[Entry], lengths: dict[int, list[tuple[int, bool]]]) -> set[int]:
    """Notes the lengths of all stays; the months in which the customer was active."""
    months: set[int] = set()
    for place, (at, code) in enumerate(entries):
        is_open = place == len(entries) - 1
        until = AS_OF_US if is_open else entries[place + 1][0]
        lengths.setdefault(code, []).append((until - at, is_open))
        if CUSTOMER_FROM <= code < len(PATH):
            for month in range(MONTHS + 1):
                begins, ends = EDGES[month], EDGES[month + 1]
                if begins <= at < ends or (at < ends and (begins < until or (is_open and begins == until))):
                    months.add(month)
    return months


def _median(spells: list[tuple[int, bool]]) -> tuple[int, int, int | None]:
    """The smallest length with survival at most one half, in exact arithmetic."""
    spells.sort()
    risk, survival, median = len(spells), Fraction(1), None
    for length, is_open in spells:
        if not is_open:
            survival *= Fraction(risk - 1, risk)
        risk -= 1
        if survival <= Fraction(1, 2):
            median = length
            break
    return len(spells), sum(is_open for _, is_open in spells), median
