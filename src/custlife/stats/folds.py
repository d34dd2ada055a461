"""Variances where units repeat: the estimate is made again without each fold of the units, and its spread is read.

Folds are drawn by the unit, so that all rows of one unit are in one fold; between folds everything is independent,
within them nothing need be.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

import attrs

from custlife.errors import UsageError, UsageTypeError
from custlife.stats.interval import Interval, check_level
from custlife.stats.numbers import check_number, check_whole
from custlife.stats.special import student_tail, two_sided_t

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

__all__ = ["Jackknife", "jackknife", "jackknife_counts"]

Key = TypeVar("Key", bound="Hashable")

METHOD = "jackknife"
HINT = "pass one table of counts for each fold, such as [{'won': 3, 'all': 9}, {'won': 4, 'all': 8}]"


@attrs.frozen
class Jackknife:
    """An estimate with a variance by folds of the units.

    Attributes:
        value: The estimate from all units; None where there is none.

        std_error: Its standard error by the jackknife; None where an estimate is missing or there are fewer than two
            folds.

        interval: Confidence interval by Student's t with one degree of freedom less than folds; None with the error.

        p_value: Probability of an estimate at least as far from 0, were 0 the truth: the test of a difference. None
            with the error, and where nothing varies.

        folds: How many folds there are.

        reason: Why something is None; else empty.

    Examples:
        >>> print(jackknife(0.5, [0.4, 0.5, 0.6]))
        0.5 (95 % jackknife 0.00317 to 0.997, 3 folds)
    """

    value: float | None
    std_error: float | None
    interval: Interval | None
    p_value: float | None
    folds: int
    reason: str = ""

    def __str__(self) -> str:
        if self.value is None:
            return f"no estimate ({self.reason})"
        if self.interval is None:
            return f"{self.value:.3g} (no interval: {self.reason})"
        limits = f"{self.interval.low:.3g} to {self.interval.high:.3g}"
        return f"{self.value:.3g} ({100 * self.interval.level:g} % {METHOD} {limits}, {self.folds} folds)"


def jackknife(
    value: float | None,
    without: Iterable[float | None],
    *,
    level: float = 0.95,
    within: tuple[float, float] | None = None,
) -> Jackknife:
    """The variance of an estimate from the estimates without each fold: `(g - 1) / g` times their squared deviations.

    Any estimate will do: a share, a difference between groups that share units, the incidence at a time. The folds
    should be about as large as each other; 20 or more make the interval about as narrow as it gets.

    Args:
        value: The estimate from all units; None where there is none.

        without: The same estimate from all units but those of one fold, for each fold.

        level: Nominal coverage of the interval, strictly between 0 and 1.

        within: The range the estimate has, such as `(0, 1)` for a share: limits are cut to it.

    Raises:
        UsageTypeError: Something is not a number.
        UsageError: A number is not finite, or the level is out of range.

    Source:
        Tukey (1958), Ann. Math. Statist. 29, 614; by groups of units: Shao & Tu (1995), The Jackknife and Bootstrap,
        section 2.3.

    Examples:
        >>> jackknife(0.5, [0.4, 0.5, 0.6]).std_error
        0.11547005383792512
    """
    level, left = check_level(level), list(without)
    value = None if value is None else check_number("value", value)
    found = [x if x is None else check_number(f"without[{i}]", x) for i, x in enumerate(left)]
    known = [x for x in found if x is not None]
    if value is None:
        return Jackknife(None, None, None, None, len(found), "there is no estimate from all units")
    if len(known) < len(found):
        reason = f"there is no estimate without fold {found.index(None)}"
        return Jackknife(value, None, None, None, len(found), reason)
    if len(known) < 2:
        reason = f"a variance takes two folds or more, not {len(known)}"
        return Jackknife(value, None, None, None, len(found), reason)
    folds, middle = len(known), math.fsum(known) / len(known)
    error = math.sqrt((folds - 1) / folds * math.fsum((x - middle) ** 2 for x in known))
    half = two_sided_t(level, folds - 1) * error
    low, high = value - half, value + half
    if within is not None:
        low, high = max(low, within[0]), min(high, within[1])
    interval = Interval(low, high, level, METHOD)
    if not error:
        return Jackknife(value, error, interval, None, folds, "nothing varies between the folds")
    return Jackknife(value, error, interval, student_tail(value / error, folds - 1), folds)


def jackknife_counts(
    folds: Iterable[Mapping[Key, int]],
    estimate: Callable[[Mapping[Key, int]], float | None],
    *,
    level: float = 0.95,
    within: tuple[float, float] | None = None,
) -> Jackknife:
    """The variance of any estimate that is made of counts, from the counts of each fold.

    Args:
        folds: One table of counts for each fold; the counts of all folds add up to those of all units.

        estimate: From a table of counts to the estimate, or to None where there is none. A key that is not
            in any fold reads as 0.

        level: As for `jackknife`.

        within: As for `jackknife`.

    Raises:
        UsageTypeError: A fold is not a mapping, or a count is not a whole number.
        UsageError: A count is negative, or the level is out of range.

    Source:
        As for `jackknife`.

    Examples:
        >>> folds = [{"won": 3, "all": 9}, {"won": 4, "all": 8}, {"won": 2, "all": 9}]
        >>> print(jackknife_counts(folds, lambda counts: counts["won"] / counts["all"], within=(0, 1)))
        0.346 (95 % jackknife 0.0125 to 0.68, 3 folds)
    """
    tables: list[dict[Key, int]] = []
    for i, fold in enumerate(folds):
        if not isinstance(fold, Mapping):
            raise UsageTypeError(f"folds[{i}]={fold!r} is not a mapping to counts", HINT)
        tables.append({key: check_whole(f"folds[{i}][{key!r}]", count) for key, count in fold.items()})
    if not tables:
        raise UsageError("folds=[] holds no fold", HINT)
    total: Counter[Key] = Counter()
    for table in tables:
        total.update(table)
    left = []
    for table in tables:
        rest = total.copy()
        rest.subtract(table)
        left.append(estimate(rest))
    return jackknife(estimate(total), left, level=level, within=within)
