"""Health: measures on one scale, weighed, with what is missing, stale or decisive dealt with as declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.calendar import to_us, zone
from custlife.errors import DefinitionError
from custlife.scoring.bands import Bands, bands_of
from custlife.scoring.declared import Declared, check_names
from custlife.scoring.measures import Measure, Override, check_missing
from custlife.scoring.points import ONE, in_micro, in_points, points_of, several, shared, whole_weights
from custlife.scoring.reading import UNKNOWN
from custlife.scoring.value import Part, Score, said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.scoring.reading import Reading, Reads
    from custlife.scoring.request import ScoreRequest

__all__ = ["HealthScore"]


def _measures(given: Iterable[Measure]) -> tuple[Measure, ...]:
    return several(given, "measures")


def _overrides(given: Iterable[Override]) -> tuple[Override, ...]:
    return several(given, "overrides")


@attrs.frozen
class HealthScore(Declared):
    """The mean of the ratings of some measures, by weight; declared as data, so that it can be stored and explained.

    Where nothing at all is known there is no score. `completeness` is the weight of what is known.

    Attributes:
        measures: The measures, in the order of explanations; their order changes no value.
        bands: Names for ranges of the score, such as `{"red": 0, "yellow": 50, "green": 75}`.
        overrides: What decides whatever the measures say; the lowest `at_most` holds, also against an `at_least`.
        missing: What to do where a measure is not known: `reweigh` the others, rate it `neutral` or `zero`, or `refuse`
            to score.
        neutral: The rating of `neutral`, from 0 to 100.
        name: What it is called.
        tz: The zone in which calendar windows are counted.

    Raises:
        DefinitionError: No measures, two of one name, or a policy that does not exist.

    Source:
        Weighted mean over known measures: as scorecards of customer success tools do.

    Examples:
        >>> from custlife import Customer, presets, score
        >>> from custlife.scoring import fact, measure
        >>> health = HealthScore([measure("logins", fact("logins"), worst=0, best=20)], bands={"red": 0, "green": 60})
        >>> found = score(health, Customer("acme", presets.bruxt5), as_of="2026-02-01T00:00Z", facts={"logins": 16})
        >>> found.value, found.grade
        (80.0, 'green')
    """

    KIND = "health"

    measures: tuple[Measure, ...] = attrs.field(converter=_measures)
    bands: Bands | None = attrs.field(default=None, converter=bands_of, kw_only=True)
    overrides: tuple[Override, ...] = attrs.field(default=(), converter=_overrides, kw_only=True)
    missing: str = attrs.field(default="reweigh", kw_only=True)
    neutral: float = attrs.field(default=50.0, converter=points_of, kw_only=True)
    name: str = attrs.field(default="health", kw_only=True)
    tz: str = attrs.field(default="UTC", kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_names("measure", self.measures, Measure)
        check_names("override", self.overrides, Override, some=False)
        check_missing(self.missing)
        if not 0 <= self.neutral <= 100:
            raise DefinitionError(f"neutral={self.neutral:g} is not between 0 and 100", "pass neutral=50")
        whole_weights(one.weight for one in self.measures)
        zone(self.tz)

    def reads(self) -> tuple[Reads, ...]:
        """Everything that it reads."""
        return (*(one.reads for one in self.measures), *(one.when.reads for one in self.overrides))

    def __call__(self, request: ScoreRequest) -> Score:
        """The score of one customer at one moment."""
        found = {one.name: _rated(one, request, self.tz) for one in self.measures}
        weights = dict(zip(found, whole_weights(one.weight for one in self.measures), strict=True))
        known = sum(weights[name] for name, rated in found.items() if rated.level is not None)
        complete = known / sum(weights.values())
        stale = tuple(name for name, rated in found.items() if rated.stale)
        common: dict[str, Any] = {"completeness": complete, "stale": stale, "name": self.name}
        if not known:
            return Score(None, reason="nothing that it asks for is known", **common)
        levels = {
            one.name: self.instead(one) if found[one.name].level is None else found[one.name].level
            for one in self.measures
        }
        refused = [name for name, level in levels.items() if level == REFUSED]
        if refused:
            return Score(None, reason=f"{', '.join(refused)} must be known and is not", **common)
        counted = sorted(name for name, level in levels.items() if level is not None)  # so that order is irrelevant
        below = sum(weights[name] for name in counted)
        total, shares = shared([weights[name] * (levels[name] or 0) for name in counted], below)
        points = dict(zip(counted, shares, strict=True))
        parts = [
            found[one.name].part(points.get(one.name), levels[one.name], weights[one.name] / below)
            for one in self.measures
        ]
        total, extra = self._overridden(total, request)
        grade = "" if self.bands is None else self.bands.of(in_points(total))
        ages = [request.as_of - rated.learnt for rated in found.values() if rated.learnt is not None]
        fresh = max(ages, default=None)
        return Score(in_points(total), grade=grade, parts=(*parts, *extra), freshness=fresh, **common)

    @property
    def ordered_overrides(self) -> tuple[Override, ...]:
        """Floors first, then ceilings, so that the lowest of those holds."""
        return tuple(sorted(self.overrides, key=_ceilings_last))

    def instead(self, one: Measure) -> int | None:
        """The rating of a measure that is not known, in millionths; None leaves it out, a negative one refuses."""
        policy = self.missing if one.missing is None else one.missing
        return {"reweigh": None, "neutral": in_micro(self.neutral), "zero": 0, "refuse": REFUSED}[policy]

    def _overridden(self, total: int, request: ScoreRequest) -> tuple[int, list[Part]]:
        """The value after what decides."""
        parts = []
        for one in self.ordered_overrides:
            reading = one.when.reads.read(request, self.tz)
            bounded = one.bounded(total)
            if one.when.met(reading) and bounded != total:
                told = f"{one.when}: {'at most' if one.at_most is not None else 'at least'} {bounded / ONE:g}"
                parts.append(Part(one.name, in_points(bounded - total), raw=reading.value, reason=told, at=reading.at))
                total = bounded
        return total, parts


REFUSED = -1


def _ceilings_last(one: Override) -> tuple[bool, float, str]:
    ceiling = one.at_most is not None
    return ceiling, -(one.at_most or 0) if ceiling else (one.at_least or 0), one.name


@attrs.frozen
class Rated:
    """One measure of one customer."""

    measure: Measure
    reading: Reading
    level: int | None
    stale: bool

    @property
    def learnt(self) -> Any:
        """When the fact that counts was learnt; None for what is counted anew each time."""
        return self.reading.at if self.level is not None and self.measure.reads.kind == "fact" else None

    def part(self, points: int | None, level: int | None, weight: float) -> Part:
        """What it adds to the score."""
        raw, at = self.reading.value, self.reading.at
        why = self._why()
        if points is None or level is None:
            return Part(self.measure.name, 0, raw=raw, reason=f"{why}, left out", at=at)
        told = f"{why}, rated {level / ONE:g}" if self.level is None else str(self.measure.reads)
        return Part(
            self.measure.name, in_points(points), raw=raw, level=in_points(level), weight=weight, reason=told, at=at
        )

    def _why(self) -> str:
        if self.stale:
            return f"older than {self.measure.stale_after}"
        if self.reading.value is not None and self.level is None:
            return f"no level for {said(self.reading.value)}"
        return "unknown"


def _rated(one: Measure, request: ScoreRequest, tz: str) -> Rated:
    reading = one.reads.read(request, tz)
    if reading.value is None:
        return Rated(one, UNKNOWN, None, False)
    if one.stale_after is not None and reading.at is not None:
        end = zone(tz).add(to_us(reading.at), one.stale_after)
        if to_us(request.as_of) > end:
            return Rated(one, reading, None, True)
    return Rated(one, reading, one.level(reading.value), False)
