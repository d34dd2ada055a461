"""Two sides of a comparison, and what sets them apart: rates by their counts, times by their curves."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Protocol, Self

import attrs

from custlife.analysis.result import DAY
from custlife.engines.gathers import Spells, SpellTally
from custlife.engines.merging import merged
from custlife.stats import (
    kaplan_meier,
    log_rank,
    newcombe,
    restricted_mean_difference,
    share_test,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.analysis.funnel_result import FunnelStep
    from custlife.stats import Interval, IntervalKind, SurvivalCurve

__all__ = ["Contrast", "RateSide", "Side", "TimeSide", "curve_of"]

LEAST = 5  # expected ends below which neither a normal interval nor a chi-square can be trusted: Cochran's rule
TESTS = {"n-1": "chi-square (N - 1)", "fisher": "Fisher-Irwin", "": ""}


@attrs.frozen
class Contrast:
    """What sets two sides apart, first minus second.

    Attributes:
        estimate: The estimate of the first side, or None.
        against: The estimate of the second side, or None.
        difference: First minus second, or None.
        interval: Its confidence interval, or None.
        p_value: Of the test that is named, or None.
        test: The name of the test; empty where there is none.
        why: Why something is None; else empty.
        horizon: The time up to which means are taken, days; None for rates.
    """

    estimate: float | None
    against: float | None
    difference: float | None
    interval: Interval | None
    p_value: float | None
    test: str
    why: str
    horizon: float | None = None


class Side(Protocol):
    """One side of a comparison: a segment, or several taken together."""

    @property
    def n(self) -> int:
        """How many it has."""
        ...

    def joined(self, others: Sequence[Self]) -> Self:
        """This side and others as one."""
        ...

    def less(self, other: Self, *, level: float) -> Contrast:
        """What sets it apart from another side."""
        ...


@attrs.frozen
class RateSide:
    """A rate: `k` of `n` eligible units.

    Attributes:
        k: The eligible that converted.
        n: The eligible.
        why: Why there is no rate, or no interval; else empty.
        independent: Whether the units are, so that an interval can be given.
    """

    k: int
    n: int
    why: str = ""
    independent: bool = True

    @classmethod
    def of(cls, step: FunnelStep, *, independent: bool) -> RateSide:
        """The eligible of one step of a funnel, and those of them that reached it."""
        # A count over a count, times the latter, is the former to less than half a unit below 2 to the 51.
        k = 0 if step.rate is None else round(step.rate * step.eligible)
        return cls(k, 0 if step.rate is None else step.eligible, step.why, independent)

    def joined(self, others: Sequence[RateSide]) -> RateSide:
        """This side and others as one."""
        k, n = self.k + sum(other.k for other in others), self.n + sum(other.n for other in others)
        return attrs.evolve(self, k=k, n=n, why=self.why if n else next((o.why for o in others if o.why), self.why))

    def less(self, other: RateSide, *, level: float) -> Contrast:
        """Newcombe's interval of the difference, and the test of two shares."""
        found = newcombe(self.k, self.n, other.k, other.n, level=level)
        rates = found.first.rate, found.second.rate, found.difference
        if found.difference is None:
            return Contrast(*rates, None, None, "", next(side.why for side in (self, other) if not side.n))
        if not self.independent:
            return Contrast(*rates, None, None, "", self.why)
        test = share_test(self.k, self.n, other.k, other.n)
        return Contrast(*rates, found.interval, test.p_value, TESTS[test.method], "")


@attrs.frozen(eq=False)
class TimeSide:
    """Stays in one stage.

    Attributes:
        tallies: Their lengths, of one segment or of several.
        interval: Kind of the limits of the curve.
        horizon: End of the window of the mean, days; None for the longest time up to which both curves are known.
    """

    tallies: tuple[SpellTally, ...]
    interval: IntervalKind
    horizon: float | None = None

    @property
    def n(self) -> int:
        """How many stays."""
        return sum(len(tally.open) + sum(map(len, tally.ended.values())) for tally in self.tallies)

    def joined(self, others: Sequence[TimeSide]) -> TimeSide:
        """This side and others as one."""
        return attrs.evolve(self, tallies=(*self.tallies, *(tally for other in others for tally in other.tallies)))

    def curve(self, level: float) -> SurvivalCurve:
        """The Kaplan-Meier curve of all of them, days."""
        tables = [{((), 0): tally} for tally in self.tallies or (SpellTally(),)]
        return curve_of(merged(Spells(), tables)[(), 0], level, self.interval)

    def less(self, other: TimeSide, *, level: float) -> Contrast:
        """The difference of the restricted means, and the log-rank test."""
        one, two = self.curve(level), other.curve(level)
        if one.horizon is None or two.horizon is None:
            return Contrast(None, None, None, None, None, "", "nobody was in the stage")
        horizon = _shared(one, two) if self.horizon is None else self.horizon
        found, test = restricted_mean_difference(one, two, horizon=horizon, level=level), log_rank({"1": one, "2": two})
        means = found.first, found.second, found.difference
        if found.difference is None:
            short = f"one of them was seen for {min(one.horizon, two.horizon):,.1f} days only, not for {horizon:,g}"
            return Contrast(*means, None, None, "", short, horizon)
        if min(test.expected) < LEAST:
            few = f"{min(test.expected):.1f} ends were to be expected in one of them, and it takes {LEAST}"
            return Contrast(*means, None, None, "", few, horizon)
        name, why = ("", test.reason) if test.p_value is None else ("log-rank", found.reason)
        return Contrast(*means, found.interval, test.p_value, name, why, horizon)


def _shared(*curves: SurvivalCurve) -> float:
    """The longest time up to which all curves are known: one that came down to 0 is so for good."""
    ends = [curve.horizon or 0.0 for curve in curves]
    open_ends = [end for curve, end in zip(curves, ends, strict=True) if curve.survival[-1]]
    return min(open_ends) if open_ends else max(ends)


def curve_of(tally: SpellTally, level: float, interval: IntervalKind) -> SurvivalCurve:
    """The Kaplan-Meier curve of some stays, days: leaving for any stage ends one."""
    ended = array("q")
    for lengths in tally.ended.values():
        ended += lengths
    return kaplan_meier(ended, tally.open, entered=tally.entered, unit=DAY, level=level, interval=interval)
