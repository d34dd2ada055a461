"""What is known of simulated customers: where they go next, how often, and how long it takes them."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import attrs

from custlife.errors import DefinitionError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from custlife.calendar import Span
    from custlife.simulate.arriving import Season
    from custlife.stages import StageModel

__all__ = ["Leaving", "Rates", "Trait", "Wait", "Way"]

SHAPES = (1, 2, 4)
DAY_US = 86_400_000_000
Shares = tuple[tuple[str, float], ...]


@attrs.frozen
class Wait:
    """A waiting time: log-logistic, since its quantiles need nothing but square roots, exact on every machine.

    Attributes:
        median_days: Half of the customers wait longer than this.
        shape: 1, 2 or 4: the higher, the closer all waits lie to the median.

    Source:
        The log-logistic distribution: P(wait <= t) = 1 / (1 + (median / t) ** shape).

    Examples:
        >>> Wait(30).by(30), Wait(30).drawn(0.8)
        (0.5, 60.0)
    """

    median_days: float
    shape: int = 2

    def __attrs_post_init__(self) -> None:
        if not 0 < self.median_days < 36_500:
            raise DefinitionError(f"median_days={self.median_days!r} is not a wait", "pass days above 0")
        if self.shape not in SHAPES:
            raise DefinitionError(f"shape={self.shape!r} is not 1, 2 or 4", "pass one of these")

    def by(self, days: float, pace: float = 1.0) -> float:
        """The probability that the wait is over after so many days."""
        if days <= 0:
            return 0.0
        odds = self.median_days * pace / days
        for _ in range(self.shape // 2):
            odds *= odds
        return 1 / (1 + odds)

    def drawn(self, chance: float, pace: float = 1.0) -> float:
        """The wait in days that a number from 0 to below 1 stands for."""
        odds = chance / (1 - chance)
        for _ in range(self.shape // 2):
            odds = sqrt(odds)
        return self.median_days * pace * odds


@attrs.frozen
class Way:
    """One way out of a stage.

    Attributes:
        to: The next stage; empty: the stage of the path that was left last.
        share: The share of customers that take this way, sooner or later.
        wait: How long they wait before they do.
        reasons: Reasons given, each with its weight.
    """

    to: str
    share: float
    wait: Wait
    reasons: Shares = ()


@attrs.frozen
class Leaving:
    """All ways out of a stage; what their shares leave to 1 stays for good."""

    stage: str
    ways: tuple[Way, ...]


@attrs.frozen
class Trait:
    """Something that customers differ in, such as their plan.

    Attributes:
        name: The column.
        values: Each value with its share and its pace: 2.0 makes every wait twice as long.
    """

    name: str
    values: tuple[tuple[str, float, float], ...]


@attrs.frozen
class Rates:
    """The truth behind simulated customers: first the way is drawn by its share, then the wait on it.

    Attributes:
        model: The stages.
        entry: Where customers appear first, with shares that sum to 1.
        leaving: The ways out of each stage; a stage not named is never left.
        at_once: Share of moves forward on the path that take no time, as when a CRM is filled in afterwards.
        late: Share of moves that are recorded late.
        delay: How late those are.
        traits: What customers differ in.
        season: When they appear; None: evenly.

    Raises:
        DefinitionError: Shares below 0 or above 1 in sum.
        UnknownNameError: A stage that the model does not have.

    Examples:
        >>> from custlife import StageModel
        >>> model = StageModel("trial", ["trial", "paid"])
        >>> rates = Rates(model, (("trial", 1.0),), (Leaving("trial", (Way("paid", 0.4, Wait(10)),)),))
        >>> rates.probability("trial", "paid"), round(rates.probability("trial", "paid", within="10 days"), 2)
        (0.4, 0.2)
    """

    model: StageModel
    entry: Shares
    leaving: tuple[Leaving, ...]
    at_once: float = attrs.field(default=0.0, kw_only=True)
    late: float = attrs.field(default=0.0, kw_only=True)
    delay: Wait = attrs.field(default=Wait(2.0), kw_only=True)
    traits: tuple[Trait, ...] = attrs.field(default=(), kw_only=True)
    season: Season | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        named = [name for name, _ in self.entry] + [one.stage for one in self.leaving]
        named += [way.to for one in self.leaving for way in one.ways if way.to]
        self._known(named)
        _whole("entry", [share for _, share in self.entry])
        for trait in self.traits:
            _whole(trait.name, [share for _, share, _ in trait.values])
        for one in self.leaving:
            _part(one.stage, [way.share for way in one.ways])
        for name in ("at_once", "late"):
            _part(name, [getattr(self, name)])

    def ways(self, stage: str) -> tuple[Way, ...]:
        """The ways out of a stage."""
        return next((one.ways for one in self.leaving if one.stage == stage), ())

    def forward(self, stage: str, way: Way) -> bool:
        """Whether a way leads on along the path, so that it may take no time."""
        here, there = self.model.position(stage), self.model.position(way.to) if way.to else None
        return here is not None and there is not None and there > here

    def paces(self) -> list[tuple[float, float]]:
        """Every pace that customers have, with its share."""
        found: dict[float, float] = {1.0: 1.0}
        for trait in self.traits:
            mixed: dict[float, float] = {}
            for pace, share in found.items():
                for _, part, factor in trait.values:
                    mixed[pace * factor] = mixed.get(pace * factor, 0.0) + share * part
            found = mixed
        return sorted(found.items())

    def left_by(self, stage: str, within: Span | timedelta | str, *, to: str | None = None) -> float:
        """The share of stays in a stage that is over after so long.

        Args:
            stage: The stage.
            within: How long, in days of 24 hours.
            to: Only stays that end in a move to this stage: the cumulative incidence of that move. Empty: those that
                lead back to the stage of the path that was left last.

        Raises:
            UnknownNameError: A stage that the model does not have.
            UsageError: A span on the calendar that has no fixed length, such as a month.
        """
        days = _days(within)
        self._known([stage, *([to] if to else [])])
        return sum(
            weight * way.share * (self._once(stage, way) + (1 - self._once(stage, way)) * way.wait.by(days, pace))
            for pace, weight in self.paces()
            for way in self.ways(stage)
            if to in (None, way.to)
        )

    def probability(self, start: str | None, goal: str, *, within: Span | timedelta | str | None = None) -> float:
        """The share of customers that come from one stage to another, ever or within some time.

        Passing over the goal to a later stage of the path counts as reaching it, as in a funnel.

        Args:
            start: The stage where the clock starts; None for the first appearance, wherever it is.
            goal: A stage of the path, or an exit.
            within: The most time between them, in days of 24 hours; None for ever.

        Returns:
            The exact share for `within=None`; else a numerical solution, good to about 0.002.

        Raises:
            UnknownNameError: A stage that the model does not have.
            UsageError: A span on the calendar that has no fixed length, such as a month.

        Source:
            First passage of a semi-Markov process: Pyke (1961), Annals of Mathematical Statistics 32(4), pp. 1243-1259.
        """
        from custlife.simulate.truth import ever, in_time

        self._known([goal, *([] if start is None else [start])])
        if within is None:
            return ever(self, start, goal)
        days = _days(within)
        return sum(weight * in_time(self, start, goal, days, pace) for pace, weight in self.paces())

    def standing(self, start: str | None, stages: str | Iterable[str], *, after: Span | timedelta | str) -> float:
        """The share of customers that stand in one of some stages so long after they came to another.

        Args:
            start: The stage where the clock starts; None for the first appearance, wherever it is.
            stages: One stage or several.
            after: The time since then, in days of 24 hours.

        Returns:
            A numerical solution, good to about 0.002.

        Raises:
            UnknownNameError: A stage that the model does not have.
            UsageError: A span on the calendar that has no fixed length, such as a month.

        Source:
            Occupancy of a semi-Markov process: Pyke (1961), as for `probability`.

        Examples:
            >>> from custlife import StageModel
            >>> model = StageModel("trial", ["trial", "paid"])
            >>> rates = Rates(model, (("trial", 1.0),), (Leaving("trial", (Way("paid", 0.4, Wait(10)),)),))
            >>> round(rates.standing("trial", "trial", after="10 days"), 2)
            0.8
        """
        from custlife.simulate.truth import occupied

        wanted = frozenset([stages] if isinstance(stages, str) else stages)
        self._known([*sorted(wanted), *([] if start is None else [start])])
        days = _days(after, "after")
        return sum(weight * occupied(self, start, wanted, days, pace) for pace, weight in self.paces())

    def _known(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.model.codes:
                raise UnknownNameError("stage", name, self.model.codes)

    def _once(self, stage: str, way: Way) -> float:
        return self.at_once if self.forward(stage, way) else 0.0


def _days(given: Any, name: str = "within") -> float:
    """A span as days of 24 hours."""
    from custlife.calendar import span

    length = span(given)
    if length.months:
        raise UsageError(f"{name}={given!r} has no fixed length", "pass days or hours")
    return length.days + length.us / DAY_US


def _part(name: str, shares: list[float]) -> None:
    if min(shares, default=0.0) < 0 or sum(shares) > 1 + 1e-9:
        raise DefinitionError(f"the shares of {name!r} are {shares}", "pass shares from 0 that sum to 1 at most")


def _whole(name: str, shares: list[float]) -> None:
    _part(name, shares)
    if abs(sum(shares) - 1) > 1e-9:
        raise DefinitionError(f"the shares of {name!r} sum to {sum(shares):g}", "pass shares that sum to 1")
