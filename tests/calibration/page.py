"""The table of the page on calibration: written, and read back."""

from __future__ import annotations

import re
from pathlib import Path

from tests.calibration.measures import MEASURES, coverage

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "calibration.md"
POPULATIONS = 4000
HEAD = "| what is estimated | interval | should hold the truth | held it | of |\n| --- | --- | ---: | ---: | ---: |\n"
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([\d.]+) % \| ([\d.]+) % \([\d.]+–[\d.]+\) \| ([\d,]+) \|$", re.MULTILINE)


def table(found: dict[str, tuple[int, int, int]]) -> str:
    """One row for each measure: how many intervals held the truth, with an exact interval of that share."""
    rows = []
    for name, (n, k, _) in found.items():
        one, held = MEASURES[name], coverage(k, n)
        share = f"{100 * k / n:.1f} % ({100 * held.low:.1f}–{100 * held.high:.1f})"
        rows.append(f"| {one.name} | {one.method} | {100 * one.nominal:g} % | {share} | {n:,} |\n")
    return HEAD + "".join(rows)


def with_table(page: str, made: str) -> str:
    """The page with a table in the place of the one it has."""
    start = page.index(HEAD.splitlines()[0])
    end = page.index("\n\n", start) + 1
    return page[:start] + made + page[end:]


def rows(page: str) -> list[tuple[str, str, float, float, int]]:
    """What is estimated, its interval, the nominal and the observed share, and of how many."""
    return [
        (name, method, float(nominal) / 100, float(held) / 100, int(n.replace(",", "")))
        for name, method, nominal, held, n in ROW.findall(page)
    ]
