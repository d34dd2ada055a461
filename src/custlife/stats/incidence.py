"""Cumulative incidence of ends that compete: the estimator of Aalen and Johansen for one stage and several ways out.

Ties, time 0 and delayed entry are as for the survival curve. While nobody is censored or enters, the incidence is the
rounded share itself, as survival is; so incidences and survival sum to 1 but for rounding.
"""

from __future__ import annotations

import operator
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sized
from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.stats.columns import Column, floats, raw, wholes
from custlife.stats.durations import read_durations, tally
from custlife.stats.incidence_errors import IncidenceErrors
from custlife.stats.interval import Interval, percent
from custlife.stats.limits import mirrored
from custlife.stats.products import is_for_numpy, is_large, total
from custlife.stats.special import two_sided_z
from custlife.stats.survival import kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from custlife.stats.curve import SurvivalCurve
    from custlife.stats.durations import Durations

__all__ = ["CumulativeIncidence", "IncidenceCurve", "IncidencePoint", "cumulative_incidence"]

METHOD = "log-log"
HINT = "pass the durations by cause, such as ended={'won': [3, 5], 'lost': [4]}"


@attrs.frozen
class IncidencePoint:
    """The cumulative incidence of one cause read at one time.

    Attributes:
        cause: The cause.

        time: The time asked for.

        value: Probability to have ended by the time, with the time, of this cause; None where the curve does not reach
            that far.

        std_error: Greenwood's standard error of the value; None with it.

        interval: Confidence interval of the value; None with it, and where the value is 1.

        at_risk: Spells at risk just before the time.

        reason: Why the value or the interval is None; else empty.

    Examples:
        >>> print(cumulative_incidence({"won": [1, 2], "lost": [3]}, [3])["won"].at(2))
        50.0 % won by 2 (95 % log-log 15.5 % to 94.2 %), 3 at risk
    """

    cause: str
    time: float
    value: float | None
    std_error: float | None
    interval: Interval | None
    at_risk: int
    reason: str = ""

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.cause} by {self.time} unknown ({self.reason}), {self.at_risk} at risk"
        limits = self.interval or self.reason
        return f"{percent(self.value)} {self.cause} by {self.time} ({limits}), {self.at_risk} at risk"


@attrs.frozen(slots=False)
class IncidenceCurve:
    """The cumulative incidence of one cause among others: columns at each time of the survival curve, and readings.

    Attributes:
        cause: The cause.

        events: Spells that ended of this cause at each time.

        overall: The survival curve of the ends of all causes together; its `times` are those of the columns.

    Examples:
        >>> print(cumulative_incidence({"won": [1, 2], "lost": [3]}, [3])["won"])
        4 spells, 2 won, seen up to 3; 50.0 %
    """

    cause: str
    events: Sequence[int] = attrs.field(repr=False)
    overall: SurvivalCurve

    @cached_property
    def incidence(self) -> Column[float]:
        """Probability to have ended of this cause by each time; in [0, 1], never falling."""
        found = _sums(self.overall.at_risk, self.overall.events, self.events)
        survival = raw(self.overall.survival)
        over = bisect_left(survival, 0.0, key=operator.neg)  # from here on nobody is left
        if over < len(survival) and total(self.events[: over + 1]) == total(self.overall.events[: over + 1]):
            found[over:] = array("d", [1.0]) * (len(survival) - over)
        return Column(found)

    @cached_property
    def std_error(self) -> Column[float]:
        """Greenwood's standard error of the incidence at each time."""
        own, others = self._spread
        return floats(
            small if value <= 0.5 else large
            for value, (small, _), (_, large) in zip(self.incidence, own.rows(), others.rows(), strict=True)
        )

    @cached_property
    def low(self) -> tuple[float | None, ...]:
        """Lower limits at each time; None once the incidence is 1."""
        return tuple([self._limits(row, error)[0] for row, error in enumerate(self.std_error)])

    @cached_property
    def high(self) -> tuple[float | None, ...]:
        """Upper limits at each time; None once the incidence is 1."""
        return tuple([self._limits(row, error)[1] for row, error in enumerate(self.std_error)])

    def limits(self, rows: Iterable[int]) -> Iterator[tuple[float | None, float | None]]:
        """Lower and upper limit at some rows, for those who do not need them all.

        Args:
            rows: Places in the columns.
        """
        return (self._limits(row, self._error(row)) for row in rows)

    def at(self, time: float) -> IncidencePoint:
        """The probability to have ended of this cause by *time*, with its interval.

        Args:
            time: 0 or more, in the unit of the durations. Past the horizon the value is None, unless nobody is left.

        Raises:
            UsageTypeError: The time is not a number.
            UsageError: The time is negative or NaN.

        Examples:
            >>> cumulative_incidence({"won": [1, 2], "lost": [3]}, [3])["won"].at(1).value
            0.25
        """
        point = self.overall.at(time)
        if point.value is None:
            return IncidencePoint(self.cause, point.time, None, None, None, point.at_risk, point.reason)
        row = bisect_right(raw(self.overall.times), point.time) - 1
        if row < 0:
            nothing = Interval(0.0, 0.0, self.overall.level, METHOD)
            return IncidencePoint(self.cause, point.time, 0.0, 0.0, nothing, point.at_risk)
        value, error = self.incidence[row], self._error(row)
        low, high = self._limits(row, error)
        if low is None or high is None:
            return IncidencePoint(self.cause, point.time, value, error, None, point.at_risk, "all have ended so")
        interval = Interval(low, high, self.overall.level, METHOD)
        return IncidencePoint(self.cause, point.time, value, error, interval, point.at_risk)

    def rest(self, time: float) -> float:
        """Probability of anything else by *time*: not to have ended, or of another cause; exact where it is small.

        Args:
            time: A time at which the curve has a value.
        """
        row = bisect_right(raw(self.overall.times), time) - 1
        return self._rest(row) if row >= 0 else 1.0

    @cached_property
    def _others(self) -> Column[int]:
        """Spells that ended of another cause at each time."""
        events = self.overall.events
        if is_for_numpy(events, self.events):
            from custlife.stats import arrays_groups

            return arrays_groups.less(raw(events), raw(self.events))
        return wholes(list(map(operator.sub, raw(events), raw(self.events))))

    @cached_property
    def _other_sums(self) -> array[float]:
        return _sums(self.overall.at_risk, self.overall.events, self._others)

    def _rest(self, row: int) -> float:
        """Probability of anything else by a row: not to have ended, or of another cause."""
        return self.overall.survival[row] + self._other_sums[row]

    @cached_property
    def _spread(self) -> tuple[IncidenceErrors, IncidenceErrors]:
        """The errors of this cause, and those of all others together."""
        at_risk, ends = self.overall.at_risk, self.overall.events
        return IncidenceErrors(at_risk, ends, self.events), IncidenceErrors(at_risk, ends, self._others)

    def _error(self, row: int) -> float:
        """The standard error at a row, as in `std_error`: that of what is not this cause is the same number.

        That of the smaller share is the more accurate.
        """
        own, others = self._spread
        return own.at(row)[0] if self.incidence[row] <= 0.5 else others.at(row)[1]

    def _limits(self, row: int, error: float) -> tuple[float | None, float | None]:
        """Lower and upper limit at a row with an error: those of the survival curve, mirrored."""
        value, rest = self.incidence[row], self._rest(row)
        if not value:
            return 0.0, 0.0
        if not rest:
            return None, None
        return mirrored(value, rest, two_sided_z(self.overall.level) * error)

    def __str__(self) -> str:
        if not self.overall.n:
            return str(self.overall)
        seen = f"{self.overall.n} spells, {sum(self.events)} {self.cause}, seen up to {self.overall.horizon}"
        return f"{seen}; {percent(self.incidence[-1])}"


@attrs.frozen
class CumulativeIncidence:
    """The incidence curves of all causes; `incidence["won"]` is one of them.

    Attributes:
        overall: The survival curve of the ends of all causes together.

        curves: One curve for each cause, in the order given. At each time their values and survival sum to 1.

    Examples:
        >>> print(cumulative_incidence({"won": [1, 2], "lost": [3]}, [3]))
        4 spells, 3 ended, seen up to 3; won 50.0 %, lost 25.0 %, neither 25.0 %
    """

    overall: SurvivalCurve
    curves: tuple[IncidenceCurve, ...]

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes, in the order given."""
        return tuple([curve.cause for curve in self.curves])

    def __getitem__(self, cause: str) -> IncidenceCurve:
        for curve in self.curves:
            if curve.cause == cause:
                return curve
        raise UnknownNameError("cause", cause, self.causes)

    def at(self, time: float) -> tuple[IncidencePoint, ...]:
        """The incidence of each cause at one time, in the order given; see `IncidenceCurve.at`."""
        return tuple([curve.at(time) for curve in self.curves])

    def __str__(self) -> str:
        if not self.overall.n:
            return str(self.overall)
        seen = f"{self.overall.n} spells, {self.overall.n_events} ended, seen up to {self.overall.horizon}"
        parts = [f"{curve.cause} {percent(curve.incidence[-1])}" for curve in self.curves]
        return f"{seen}; {', '.join(parts)}, neither {percent(self.overall.survival[-1])}"


def cumulative_incidence(
    ended: Mapping[str, Durations],
    censored: Durations = (),
    *,
    entered: Durations = (),
    unit: int = 1,
    level: float = 0.95,
) -> CumulativeIncidence:
    """The cumulative incidence of each of several causes that end a spell.

    A spell that ended of one cause can no longer end of another: it is not censored, and `1 - kaplan_meier` of one
    cause with the others censored is too large. With one cause the incidence is 1 less survival, and so are its limits.

    The variance is Greenwood's for several causes. Where nobody enters late it equals the infinitesimal jackknife of
    R's survfit. Limits are those of the survival curve, by log(-log(1 - F)).

    Args:
        ended: By cause the durations of the spells that ended of it, each as an iterable or as a mapping to counts.
            Ints or floats, 0 or more, all in one unit.

        censored: Durations of the spells that had not ended when last seen, likewise.

        entered: Entry times of the spells seen only from then on, likewise; each of these spells is among *ended*
            or *censored* too. An entry at 0 delays nothing.

        unit: What the durations are divided by, a whole number.

        level: Nominal coverage of the intervals, strictly between 0 and 1.

    Raises:
        UsageTypeError: Causes are not named, or something is not a number or not a count.
        UsageError: There is no cause, a duration is negative, NaN or endless, a count is negative, or the level or the
            unit is out of range.
        HistoryError: More spells enter than leave, or some leave before they have entered.

    Source:
        Aalen & Johansen (1978), Scand. J. Statist. 5, 141-150; variance in Andersen, Borgan, Gill & Keiding (1993),
        Statistical Models Based on Counting Processes, section IV.4.1.3.

    Examples:
        >>> cumulative_incidence({"won": [1, 2], "lost": [3]}, [3])["lost"].incidence
        (0.0, 0.0, 0.25)
    """
    found = _by_numpy(ended, censored, entered, unit, level)
    if found is not None:
        return found
    counts = _counts(ended)
    together: dict[float, int] = {}
    for by_time in counts.values():
        for t, d in by_time.items():
            together[t] = together.get(t, 0) + d
    overall = kaplan_meier(together, censored, entered=entered, unit=unit, level=level)
    curves = []
    for cause, by_time in counts.items():
        at_times: dict[float, int] = {}
        for t, d in by_time.items():
            at = t if unit == 1 else t / unit
            at_times[at] = at_times.get(at, 0) + d
        curves.append(IncidenceCurve(cause, wholes([at_times.get(t, 0) for t in overall.times]), overall))
    return CumulativeIncidence(overall, tuple(curves))


def _by_numpy(
    ended: Mapping[str, Durations], censored: Durations, entered: Durations, unit: int, level: float
) -> CumulativeIncidence | None:
    """The same by NumPy where there are many lengths and they are exact; else None."""
    _check_causes(ended)
    lengths = [len(one) for one in ended.values() if not isinstance(one, Mapping) and isinstance(one, Sized)]
    if len(lengths) < len(ended) or not is_large(sum(lengths)):
        return None
    from custlife.stats import arrays_groups

    reads = [read_durations(durations, f"ended[{cause!r}]") for cause, durations in ended.items()]
    together = arrays_groups.joined(reads)
    if together is None:
        return None
    overall = kaplan_meier(together, censored, entered=entered, unit=unit, level=level)
    columns = arrays_groups.cause_columns(reads, raw(overall.times), raw(overall.events), unit)
    return CumulativeIncidence(
        overall, tuple(IncidenceCurve(*one, overall) for one in zip(ended, columns, strict=True))
    )


def _check_causes(ended: object) -> None:
    """Refuse what is no mapping from causes."""
    if not isinstance(ended, Mapping):
        raise UsageTypeError(f"ended={ended!r} is not a mapping from cause to durations", HINT)
    for cause in ended:
        if not isinstance(cause, str):
            raise UsageTypeError(f"cause {cause!r} is not a text", HINT, "ended")
    if not ended:
        raise UsageError(f"ended={ended!r} names no cause", HINT)


def _counts(ended: Mapping[str, Durations]) -> dict[str, dict[float, int]]:
    """By cause the count of each duration, all ints or all floats."""
    counts = {cause: tally(durations, f"ended[{cause!r}]") for cause, durations in ended.items()}
    if not any(isinstance(t, float) for by_time in counts.values() for t in by_time):
        return counts
    in_floats: dict[str, dict[float, int]] = {cause: {} for cause in counts}
    for cause, by_time in counts.items():
        for t, d in by_time.items():  # two ints may be one float
            in_floats[cause][float(t)] = in_floats[cause].get(float(t), 0) + d
    return in_floats


def _sums(at_risk: Sequence[int], events: Sequence[int], own: Sequence[int]) -> array[float]:
    """The incidence of some of the ends at each time; within a run without censorings one division, as for survival."""
    if is_for_numpy(at_risk, events, own):
        from custlife.stats import arrays_groups

        made = arrays_groups.incidences(raw(at_risk), raw(events), raw(own))
        if made is not None:
            return made
    found = array("d")
    base, start, run_n, run_own, left, survival, value = 1.0, 0.0, 0, 0, -1, 1.0, 0.0
    for n, d, k in zip(raw(at_risk), raw(events), raw(own), strict=True):
        if n != left:
            base, start, run_n, run_own = survival, value, n, 0
        left = n - d
        run_own += k
        if k:
            value = min(1.0, start + base * (run_own / run_n))
        if d:
            survival = base * (left / run_n)
        found.append(value)
    return found
