"""Two-by-two tables: odds ratios with intervals, Fisher's exact test, and the pooled odds ratio of several strata.

A table is told as four counts: `a` with the property and the outcome, `b` with the property and without the outcome,
`c` and `d` likewise without the property.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal

import attrs

from custlife.errors import UsageError
from custlife.stats.interval import check_level, check_name
from custlife.stats.numbers import check_whole
from custlife.stats.special import chi_square_tail, two_sided_z

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["CORRECTIONS", "Correction", "OddsRatio", "PooledOddsRatio", "fisher_exact", "mantel_haenszel", "odds_ratio"]

Correction = Literal["haldane", "posthog", "none"]
CORRECTIONS: Final[tuple[Correction, ...]] = ("haldane", "posthog", "none")
EXACT = 10_000  # up to so many in a table, Fisher's p is a ratio of whole numbers
ALIKE = 1e-7  # chances that differ by less are ties, where they are not whole numbers


@attrs.frozen
class OddsRatio:
    """The odds of an outcome with a property over the odds without it.

    Attributes:
        value: From 0 up; 1 where the property makes no difference; None where there is none.

        low: Lower limit of the interval, or None.

        high: Upper limit, or None.

        level: Nominal coverage of the interval.

        method: How both were made: `woolf`; `woolf, +0.5 in each cell` where a cell is 0; `woolf, +1 in each cell`.

        reason: Why there is none; empty where there is one.

    Examples:
        >>> print(odds_ratio(0, 10, 5, 5))
        0.05 (95 % woolf, +0.5 in each cell 0.00 to 1.03)
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    reason: str = ""

    def __str__(self) -> str:
        return _told(self.value, self.low, self.high, self.level, self.method, self.reason)


@attrs.frozen
class PooledOddsRatio:
    """One odds ratio from several strata, within each of which like is compared with like.

    Attributes:
        value: The pooled odds ratio, or None.

        low: Lower limit of the interval, or None.

        high: Upper limit, or None.

        level: Nominal coverage of the interval.

        p_value: Chance of strata at least as far from an odds ratio of 1, by the Cochran-Mantel-Haenszel test without
            continuity correction; None where no stratum can tell.

        strata: How many strata can tell anything: those with counts in both rows and both columns.

        reason: Why there is no value; empty where there is one.

    Examples:
        >>> print(mantel_haenszel([(4, 2, 3, 6), (5, 3, 2, 7)]))
        4.86 (95 % Robins-Breslow-Greenland 1.06 to 22.28)
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    p_value: float | None
    strata: int
    reason: str = ""

    def __str__(self) -> str:
        return _told(self.value, self.low, self.high, self.level, "Robins-Breslow-Greenland", self.reason)


def _told(value: float | None, low: float | None, high: float | None, level: float, method: str, reason: str) -> str:
    if value is None or low is None or high is None:
        return f"no odds ratio ({reason})"
    return f"{value:.2f} ({100 * level:g} % {method} {low:.2f} to {high:.2f})"


def odds_ratio(a: int, b: int, c: int, d: int, *, level: float = 0.95, correction: Correction = "haldane") -> OddsRatio:
    r"""The odds ratio :math:`ad / bc` of a table, with the interval of its logarithm.

    The interval is :math:`\exp(\log OR \pm z \sqrt{1/a + 1/b + 1/c + 1/d})`, of the cells after correction. A table
    with an empty row or column has no odds ratio.

    Args:
        a: With the property and the outcome; a whole number from 0.

        b: With the property, without the outcome.

        c: Without the property, with the outcome.

        d: Without both.

        level: Nominal coverage, strictly between 0 and 1.

        correction: `haldane`: where a cell is 0, 0.5 is added to each; `posthog`: 1 is added to each cell of any table,
            as PostHog does; `none`: a table with a cell of 0 has no odds ratio.

    Raises:
        UsageTypeError: A count is not a whole number.
        UsageError: A count is negative, or the level is not strictly between 0 and 1.
        UnknownNameError: No such correction.

    Source:
        Woolf (1955), Ann. Human Genetics 19, 251-253. Haldane (1956), Ann. Human Genetics 20, 309-311.

    Examples:
        >>> print(odds_ratio(30, 10, 20, 40))
        6.00 (95 % woolf 2.45 to 14.68)
    """
    a, b, c, d = _cells(a, b, c, d)
    level = check_level(level)
    check_name("correction", correction, CORRECTIONS)
    if reason := _lacking(a, b, c, d):
        return OddsRatio(None, None, None, level, "woolf", reason)
    has_zero = min(a, b, c, d) == 0
    if has_zero and correction == "none":
        return OddsRatio(None, None, None, level, "woolf", "a cell is 0")
    more = 1.0 if correction == "posthog" else 0.5 if has_zero else 0.0
    method = f"woolf, +{more:g} in each cell" if more else "woolf"
    cells = [cell + more for cell in (a, b, c, d)]
    log = math.log(cells[0]) - math.log(cells[1]) - math.log(cells[2]) + math.log(cells[3])
    half = two_sided_z(level) * math.sqrt(math.fsum(1 / cell for cell in cells))
    value = cells[0] * cells[3] / (cells[1] * cells[2])
    return OddsRatio(value, math.exp(log - half), math.exp(log + half), level, method)


def _cells(a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    return check_whole("a", a), check_whole("b", b), check_whole("c", c), check_whole("d", d)


def _lacking(a: int, b: int, c: int, d: int) -> str:
    """Which row or column of a table is empty, in words; empty where none is."""
    margins = (
        (a + b, "nobody has the property"),
        (c + d, "everybody has the property"),
        (a + c, "nobody has the outcome"),
        (b + d, "everybody has the outcome"),
    )
    return next((reason for margin, reason in margins if not margin), "")


# -- Fisher's exact test -----------------------------------------------------------------------------------------------


def fisher_exact(a: int, b: int, c: int, d: int) -> float:
    """The two-sided p-value of Fisher's exact test: the chance of a table at most as likely as this one.

    All tables with the same rows and columns are compared. Up to 10,000 in all the p-value is a ratio of whole numbers,
    rounded once. Beyond that it is summed from the most likely table outwards: relative error below 1e-9 for up to a
    hundred million, chances within 1e-7 of each other are ties, and what is below 1e-300 is 0.

    Args:
        a: With the property and the outcome; a whole number from 0.

        b: With the property, without the outcome.

        c: Without the property, with the outcome.

        d: Without both.

    Returns:
        From 0 to 1; 1 where a row or column is empty, since there is only one such table.

    Raises:
        UsageTypeError: A count is not a whole number.
        UsageError: A count is negative.

    Source:
        Fisher (1935), J. Royal Statist. Soc. 98, 39-54. Two-sided by chance as in R and SciPy.

    Examples:
        >>> round(fisher_exact(3, 1, 1, 3), 6)
        0.485714
    """
    a, b, c, d = _cells(a, b, c, d)
    row, column, n = a + b, a + c, a + b + c + d
    low, high = max(0, row + column - n), min(row, column)
    if low == high:
        return 1.0
    return _exact(a, row, column, n, low, high) if n <= EXACT else _summed(a, row, column, n, low, high)


def _exact(a: int, row: int, column: int, n: int, low: int, high: int) -> float:
    """By whole numbers: how many ways there are to each table."""
    ways = math.comb(row, low) * math.comb(n - row, column - low)
    found = []
    for x in range(low, high + 1):
        found.append(ways)
        ways = ways * (row - x) * (column - x) // ((x + 1) * (n - row - column + x + 1))
    mine = found[a - low]
    return sum(one for one in found if one <= mine) / sum(found)


def _summed(a: int, row: int, column: int, n: int, low: int, high: int) -> float:
    """By chances relative to the most likely table, from it outwards until they are nothing."""
    mode = min(max((row + 1) * (column + 1) // (n + 2), low), high)
    up = list(_chances(mode, high, row, column, n))
    down = list(_chances(mode, low, row, column, n))
    side, place = (up, a - mode) if a >= mode else (down, mode - a)
    mine = (side[place] if place < len(side) else 0.0) * (1 + ALIKE)
    whole = math.fsum((1.0, *up[1:], *down[1:]))
    return min(math.fsum(one for one in (1.0, *up[1:], *down[1:]) if one <= mine) / whole, 1.0)


def _chances(start: int, end: int, row: int, column: int, n: int) -> Iterator[float]:
    """Chances relative to that of the first table, from it to the last one."""
    chance, rest = 1.0, n - row - column
    yield chance
    for x in range(start, end) if end >= start else range(start, end, -1):
        if end >= start:
            chance *= (row - x) * (column - x) / ((x + 1) * (rest + x + 1))
        else:
            chance *= x * (rest + x) / ((row - x + 1) * (column - x + 1))
        if chance < 1e-300:
            return
        yield chance


# -- several strata ----------------------------------------------------------------------------------------------------


def mantel_haenszel(strata: Iterable[Sequence[int]], *, level: float = 0.95) -> PooledOddsRatio:
    r"""The odds ratio common to several tables: :math:`\sum a d / n` over :math:`\sum b c / n`.

    Args:
        strata: The tables as `(a, b, c, d)`, in any order; those with an empty row or column tell nothing.

        level: Nominal coverage of the interval, strictly between 0 and 1.

    Raises:
        UsageTypeError: A count is not a whole number.
        UsageError: A count is negative, a stratum is not four counts, or the level is not between 0 and 1.

    Source:
        Mantel & Haenszel (1959), J. Nat. Cancer Inst. 22, 719-748. Interval: Robins, Breslow & Greenland (1986),
        Biometrics 42, 311-323. Test: Mantel & Haenszel (1959), without continuity correction.

    Examples:
        >>> pooled = mantel_haenszel([(30, 10, 20, 40), (8, 2, 5, 5)])
        >>> round(pooled.value, 3), pooled.strata
        (5.6, 2)
    """
    level = check_level(level)
    tables = [_stratum(i, stratum) for i, stratum in enumerate(strata)]
    telling = [cells for cells in tables if not _lacking(*cells)]
    if not telling:
        return PooledOddsRatio(None, None, None, level, None, 0, "no stratum has both rows and both columns")
    p_value = _test(telling)
    with_it = [Fraction(a * d, a + b + c + d) for a, b, c, d in telling]
    against = [Fraction(b * c, a + b + c + d) for a, b, c, d in telling]
    up, down = sum(with_it), sum(against)
    if not up or not down:
        which = "no stratum has anybody with both, and anybody with neither"
        reason = which if not up else "no stratum has anybody with one only, of either kind"
        return PooledOddsRatio(None, None, None, level, p_value, len(telling), reason)
    same = [Fraction(a + d, a + b + c + d) for a, b, c, d in telling]
    triples = list(zip(same, with_it, against, strict=True))
    variance = (
        sum(p * r for p, r, _ in triples) / (2 * up * up)
        + sum(p * s + (1 - p) * r for p, r, s in triples) / (2 * up * down)
        + sum((1 - p) * s for p, _, s in triples) / (2 * down * down)
    )
    value, half = float(up / down), two_sided_z(level) * math.sqrt(variance)
    return PooledOddsRatio(value, value * math.exp(-half), value * math.exp(half), level, p_value, len(telling))


def _stratum(i: int, stratum: Sequence[int]) -> tuple[int, int, int, int]:
    cells = tuple(stratum)
    if len(cells) != 4:
        raise UsageError(f"strata[{i}]={stratum!r} is not a table", "pass four counts: (a, b, c, d)")
    a, b, c, d = (check_whole(f"strata[{i}].{name}", cell) for name, cell in zip("abcd", cells, strict=True))
    return a, b, c, d


def _test(strata: Sequence[tuple[int, int, int, int]]) -> float:
    """The Cochran-Mantel-Haenszel test: how far `a` is from what its rows and columns lead one to expect."""
    away, variance = Fraction(0), Fraction(0)
    for a, b, c, d in strata:
        n, row, column = a + b + c + d, a + b, a + c
        away += a - Fraction(row * column, n)
        variance += Fraction(row * (n - row) * column * (n - column), n * n * (n - 1))
    return chi_square_tail(float(away * away / variance), 1)
