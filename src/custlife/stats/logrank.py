"""Do groups end at the same rate? The log-rank test."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from operator import itemgetter
from typing import TYPE_CHECKING

import attrs

from custlife.errors import UsageError, UsageTypeError
from custlife.stats.columns import raw
from custlife.stats.curve import SurvivalCurve
from custlife.stats.durations import RiskTable
from custlife.stats.products import is_for_numpy, total
from custlife.stats.special import chi_square_tail

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["LogRank", "log_rank"]

Groups = Mapping[str, SurvivalCurve] | Mapping[str, RiskTable] | Mapping[str, SurvivalCurve | RiskTable]
HINT = "pass one kaplan_meier(...) or risk_table(...) for each group, by its name"


@attrs.frozen
class LogRank:
    """What the log-rank test found.

    Attributes:
        groups: Names of the groups, in the order given.

        observed: Spells that ended, by group.

        expected: Spells that would have ended, by group, had all groups ended at the same rate; they add up to
            the observed.

        statistic: Squared distance of the observed from the expected in units of its variance, 0 or more; None where no
            two groups were at risk when somebody ended.

        degrees_of_freedom: Of the chi-square distribution; the number of groups less 1, and less for groups that were
            never at risk together with others.

        p_value: Probability of a statistic at least as large, were there no difference; None with the statistic.

        reason: Why there is no statistic; else empty.

    Examples:
        >>> from custlife.stats import kaplan_meier
        >>> print(log_rank({"a": kaplan_meier([1, 2, 3]), "b": kaplan_meier([3, 4, 5])}))
        log-rank 3.45946 on 1 degree of freedom, p = 0.0629
    """

    groups: tuple[str, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]
    statistic: float | None
    degrees_of_freedom: int
    p_value: float | None
    reason: str = ""

    def __str__(self) -> str:
        if self.statistic is None:
            return f"no log-rank test: {self.reason}"
        degrees = f"{self.degrees_of_freedom} degree{'s' if self.degrees_of_freedom > 1 else ''} of freedom"
        return f"log-rank {self.statistic:g} on {degrees}, p = {self.p_value:.3g}"


def log_rank(groups: Groups) -> LogRank:
    """The log-rank test for two or more groups, all times weighted alike.

    Ties have the hypergeometric variance, as in R's survdiff. Who enters late is at risk from the entry on.

    Args:
        groups: By name the survival curve or the risk table of each group, with times in one unit.

    Raises:
        UsageTypeError: The groups are no mapping, or one of them is neither curve nor table.
        UsageError: There are fewer than two groups.

    Source:
        Mantel (1966), Cancer Chemother. Rep. 50, 163-170; Peto & Peto (1972), J. Roy. Statist. Soc. A 135, 185-207;
        for several groups Klein & Moeschberger (2003), Survival Analysis, 2nd ed., section 7.3.

    Examples:
        >>> from custlife.stats import risk_table
        >>> log_rank({"a": risk_table([1, 2, 3]), "b": risk_table([3, 4, 5])}).observed
        (3, 3)
    """
    tables = _checked(groups)
    observed = tuple([total(table.events) for table in tables])
    expected, variance = _sums(tables)
    sums = tuple(expected)
    distances = [o - e for o, e in zip(observed, sums, strict=True)]
    statistic, degrees = _squared_distance(distances, variance)
    if not degrees:
        reason = "no two groups were at risk when somebody ended and somebody did not"
        return LogRank(tuple(groups), observed, sums, None, 0, None, reason)
    return LogRank(tuple(groups), observed, sums, statistic, degrees, chi_square_tail(statistic, degrees))


def _checked(groups: Groups) -> list[SurvivalCurve | RiskTable]:
    """The tables of the groups, at least two."""
    if not isinstance(groups, Mapping):
        raise UsageTypeError(f"groups={groups!r} is not a mapping", HINT)
    for name, table in groups.items():
        if not isinstance(table, (SurvivalCurve, RiskTable)):
            raise UsageTypeError(f"group {table!r} is neither a curve nor a risk table", HINT, f"groups[{name!r}]")
    if len(groups) < 2:
        raise UsageError(f"groups={list(groups)!r} leaves nothing to compare", HINT)
    return list(groups.values())


def _sums(tables: Sequence[SurvivalCurve | RiskTable]) -> tuple[list[float], list[list[float]]]:
    """By group the expected ends, and below the diagonal of the variance the weight between two groups."""
    if all(is_for_numpy(table.at_risk, table.events) and _is_array(table.times) for table in tables):
        from custlife.stats import arrays_groups

        found = arrays_groups.rank_sums(tables)
        if found is not None:
            return found
    expected: list[list[float]] = [[] for _ in tables]
    variance = [[0.0] * len(tables) for _ in tables]
    for d, present in _ends(tables):
        n = sum(present)
        shares = [k / n for k in present]
        spread = d * (n - d) / (n - 1) if n > d else 0.0
        for g, share in enumerate(shares):
            if share:
                expected[g].append(d * share)
                for h in range(g):
                    variance[g][h] += spread * share * shares[h]
    return list(map(math.fsum, expected)), variance


def _is_array(column: Sequence[float]) -> bool:
    return isinstance(raw(column), array)


def _ends(tables: Sequence[SurvivalCurve | RiskTable]) -> Iterator[tuple[int, list[int]]]:
    """At each time somebody ended: how many did, and how many of each group were at risk."""
    ends: dict[float, int] = {}
    for table in tables:
        for t, d in zip(table.times, table.events, strict=True):
            if d:
                ends[t] = ends.get(t, 0) + d
    for t in sorted(ends):
        yield ends[t], [_at_risk(table, t) for table in tables]


def _at_risk(table: SurvivalCurve | RiskTable, time: float) -> int:
    """How many are at risk at a time: those of the next row, less who enters in between."""
    row = bisect_left(raw(table.times), time)
    if row == len(table.times):
        return 0
    first, end = (bisect_left(table.entries, t, key=itemgetter(0)) for t in (time, table.times[row]))
    return table.at_risk[row] - sum(table.entries[k][1] for k in range(first, end))


def _squared_distance(distances: list[float], weights: list[list[float]]) -> tuple[float, int]:
    """The distance in units of the variance, and the rank of the variance.

    The covariance of two groups is less their weight, and each row of the variance sums to 0. So groups linked by
    weights, directly or by others, lack one rank together, and eliminating them one by one adds positive weights only:
    no difference is taken, no rank is guessed.

    Args:
        distances: Observed less expected, by group; changed here.
        weights: Below the diagonal the weight between two groups, 0 where they were never at risk together.
    """
    statistic, rank = 0.0, 0
    for g in range(len(distances) - 1, 0, -1):
        row = weights[g][:g]
        pivot = math.fsum(row)
        if not pivot:
            continue
        rank += 1
        statistic += distances[g] * (distances[g] / pivot)
        for h, weight in enumerate(row):
            distances[h] += distances[g] * (weight / pivot)
            for k in range(h):
                weights[h][k] += weight * (row[k] / pivot)
    return statistic, rank
