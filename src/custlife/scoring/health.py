"""Health: measures on one scale, weighed, with what is missing, stale or decisive dealt with as declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.calendar import Span, to_us, zone
from custlife.errors import DefinitionError, UsageTypeError
from custlife.scoring.bands import Bands, bands_of
from custlife.scoring.declared import Declared, check_names
from custlife.scoring.points import FULL, ONE, in_micro, in_points, number, points_of, shared, shortly, whole_weights
from custlife.scoring.reading import UNKNOWN, Condition, Reads, as_number, maybe_span
from custlife.scoring.value import Part, Score, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta

    from custlife.customers.properties import Scalar
    from custlife.scoring.reading import Reading
    from custlife.scoring.request import ScoreRequest

__all__ = ["MISSING", "HealthScore", "Measure", "Override", "measure", "override"]

MISSING = ("reweigh", "neutral", "zero", "refuse")


def _levels(given: Any) -> tuple[tuple[Scalar, float], ...]:
    pairs = given.items() if hasattr(given, "items") else given
    return tuple((value, points_of(level, f"levels[{value!r}]")) for value, level in pairs)


def _number(value: Any) -> float | None:
    return None if value is None else float(number(value, "worst or best"))


def check_missing(policy: object, name: str = "missing") -> None:
    """Refuse a policy that does not exist."""
    if policy not in MISSING:
        raise DefinitionError(f"{name}={policy!r} is no policy", f"choose one of {', '.join(map(repr, MISSING))}")


@attrs.frozen
class Measure:
    """One measure of health: what is read, and how good that is from 0 to 100.

    Attributes:
        name: What it is called.
        reads: What is read.
        worst: The value, and everything beyond it, that is rated 0; where it is above `best`, less is better.
        best: The value, and everything beyond it, that is rated 100; between the two the rating is linear.
        levels: Instead of a range: values with their ratings. A value that is not among them is not known.
        weight: How much it counts, above 0; weights may add up to anything.
        missing: What to do where it is not known; None does as the score does.
        stale_after: A fact older than this is not known any more.

    Raises:
        DefinitionError: Neither a range nor levels, or both; a rating outside 0 to 100.
    """

    name: str
    reads: Reads
    worst: float | None = attrs.field(default=None, converter=_number, kw_only=True)
    best: float | None = attrs.field(default=None, converter=_number, kw_only=True)
    levels: tuple[tuple[Scalar, float], ...] = attrs.field(default=(), converter=_levels, kw_only=True)
    weight: float = attrs.field(default=1.0, kw_only=True)
    missing: str | None = attrs.field(default=None, kw_only=True)
    stale_after: Span | None = attrs.field(default=None, converter=maybe_span, kw_only=True)

    def __attrs_post_init__(self) -> None:
        where = f"measure {self.name!r}"
        if not isinstance(self.reads, Reads):
            raise UsageTypeError(
                f"{where}: reads={shortly(self.reads)} is nothing to read", "write scoring.fact('nps')"
            )
        whole_weights([self.weight])
        if self.missing is not None:
            check_missing(self.missing)
        ranged = self.worst is not None and self.best is not None
        if ranged == bool(self.levels) or (self.worst is None) != (self.best is None):
            raise DefinitionError(f"{where} needs a range or levels", "pass worst=0, best=20, or levels={'pro': 100}")
        if ranged and self.worst == self.best:
            raise DefinitionError(f"{where} has worst={self.worst:g} and best={self.best:g}", "let them differ")
        for value, level in self.levels:
            if not 0 <= level <= 100:
                raise DefinitionError(f"{where}: levels[{value!r}]={level:g} is not from 0 to 100", "scale them")
        if self.stale_after is not None and self.reads.kind != "fact":
            raise DefinitionError(f"{where}: stale_after has no effect on {self.reads.kind!r}", "only facts grow old")

    @property
    def better(self) -> str:
        """The direction: `high` or `low`; empty for levels."""
        if self.worst is None or self.best is None:
            return ""
        return "high" if self.best > self.worst else "low"

    def level(self, value: Scalar) -> int | None:
        """The rating of a value in millionths, from 0 to 100 million; None where nothing says.

        Raises:
            UsageTypeError: A range, and a value that is no number.
        """
        if value is None:
            return None
        if self.worst is None or self.best is None:
            wanted = [level for known, level in self.levels if known == value and type(known) is type(value)]
            return in_micro(wanted[0]) if wanted else None
        x = float(as_number(value, f"measure {self.name!r}: value"))
        share = (x - self.worst) / (self.best - self.worst)
        return FULL if share >= 1 else 0 if share <= 0 else round(share * FULL)


def measure(
    name: str,
    reads: Reads,
    *,
    worst: float | None = None,
    best: float | None = None,
    levels: Mapping[Scalar, float] | None = None,
    weight: float = 1,
    missing: str | None = None,
    stale_after: Span | timedelta | str | None = None,
) -> Measure:
    """One measure of health; see `Measure`.

    Examples:
        >>> from custlife.scoring import days_since, fact
        >>> measure("tickets", fact("open_tickets"), worst=10, best=0).better
        'low'
    """
    named = {"missing": missing, "stale_after": maybe_span(stale_after)}
    return Measure(name, reads, worst=worst, best=best, levels=levels or (), weight=weight, **named)  # type: ignore[arg-type]  # as converted


def _maybe_bound(value: Any) -> float | None:
    return None if value is None else points_of(value, "bound")


@attrs.frozen
class Override:
    """A fact that decides, whatever the measures say.

    Attributes:
        name: What it is called.
        when: When it decides; where that is not known, it does not.
        at_most: The score is at most this.
        at_least: The score is at least this.

    Raises:
        DefinitionError: No bound, both bounds, or one outside 0 to 100.
    """

    name: str
    when: Condition
    at_most: float | None = attrs.field(default=None, converter=_maybe_bound, kw_only=True)
    at_least: float | None = attrs.field(default=None, converter=_maybe_bound, kw_only=True)

    def __attrs_post_init__(self) -> None:
        given = [bound for bound in (self.at_most, self.at_least) if bound is not None]
        if len(given) != 1 or not 0 <= given[0] <= 100:
            raise DefinitionError(f"override {self.name!r} needs one bound from 0 to 100", "pass at_most=20")

    def bounded(self, micro: int) -> int:
        """The value in millionths once it has decided."""
        if self.at_most is not None:
            return min(micro, in_micro(self.at_most))
        return max(micro, in_micro(self.at_least or 0))


def override(
    name: str,
    reads: Reads,
    *,
    one_of: Any = (),
    above: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
    at_least: float | None = None,
) -> Override:
    """Something that decides whatever the measures say: *reads* is looked at, the score is bounded.

    Args:
        name: What it is called.
        reads: What is looked at.
        one_of: It decides for these values.
        above: It decides from this number on.
        below: It decides up to this number.
        at_most: The score is then at most this.
        at_least: The score is then at least this.

    Examples:
        >>> from custlife.scoring import fact
        >>> override("notice given", fact("notice"), one_of=True, at_most=10).at_most
        10.0
    """
    return Override(
        name, Condition(reads, at_least=above, at_most=below, one_of=one_of), at_most=at_most, at_least=at_least
    )


def _measures(given: Iterable[Measure]) -> tuple[Measure, ...]:
    if isinstance(given, Measure):
        raise UsageTypeError("measures is one measure, not several", "write [measure]")
    return tuple(given)


def _overrides(given: Iterable[Override]) -> tuple[Override, ...]:
    return tuple(given)


def _bands(given: Any) -> Bands | None:
    return bands_of(given)


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
    bands: Bands | None = attrs.field(default=None, converter=_bands, kw_only=True)
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
        levels = {one.name: self._level(one, found[one.name].level) for one in self.measures}
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

    def _level(self, one: Measure, level: int | None) -> int | None:
        """The rating that counts; None leaves the measure out."""
        if level is not None:
            return level
        policy = self.missing if one.missing is None else one.missing
        return {"reweigh": None, "neutral": in_micro(self.neutral), "zero": 0, "refuse": REFUSED}[policy]

    def _overridden(self, total: int, request: ScoreRequest) -> tuple[int, list[Part]]:
        """The value after what decides: floors first, then ceilings, so that the lowest of those holds."""
        parts = []
        for one in sorted(self.overrides, key=_ceilings_last):
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
