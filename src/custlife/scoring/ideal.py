"""The ideal customer: what they are like, what they seek, and how well somebody fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.calendar import zone
from custlife.errors import UsageTypeError
from custlife.scoring.bands import Bands, bands_of
from custlife.scoring.declared import Declared, check_names
from custlife.scoring.points import FULL, in_points, several, shared, shortly, whole_weights
from custlife.scoring.reading import Condition, Reads, texts
from custlife.scoring.value import Part, Score

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.scoring.request import ScoreRequest

__all__ = ["Criterion", "IdealCustomer", "criterion"]


@attrs.frozen
class Criterion:
    """One thing that an ideal customer has, or that nobody may have.

    Attributes:
        name: What it is called.
        when: What must hold.
        weight: How much it counts, above 0; of exclusions it says nothing.
    """

    name: str
    when: Condition
    weight: float = 1.0

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.when, Condition):
            what = f"criterion {self.name!r}: when={shortly(self.when)} is no condition"
            raise UsageTypeError(what, "write scoring.criterion(...)")
        whole_weights([self.weight])


def criterion(
    name: str,
    reads: Reads,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    one_of: Any = (),
    weight: float = 1,
) -> Criterion:
    """One thing that an ideal customer has; see `Criterion`.

    Examples:
        >>> from custlife.scoring import fact
        >>> criterion("region", fact("country"), one_of=["CH", "AT"], weight=2).weight
        2
    """
    return Criterion(name, Condition(reads, at_least=at_least, at_most=at_most, one_of=one_of), weight)


def _criteria(given: Iterable[Criterion]) -> tuple[Criterion, ...]:
    return several(given, "criteria")


def _exclusions(given: Iterable[Criterion]) -> tuple[Criterion, ...]:
    return several(given, "exclusions")


@attrs.frozen
class IdealCustomer(Declared):
    """A profile of the customers one wants, and the score of how well somebody fits it.

    The value is the weight of what matches among what is known: unknown is not a mismatch, and `completeness` says how
    much is known. Whoever meets an exclusion scores 0, and then enough is known: `completeness` is 1.

    Attributes:
        criteria: What they have.
        exclusions: What nobody may have.
        bands: Names for ranges of the score, such as `{"tier 3": 0, "tier 2": 50, "tier 1": 80}`.
        pains: What troubles them.
        channels: Where they are to be met.
        seeks: What they look for.
        name: What the profile is called.
        tz: The zone in which calendar windows are counted.

    Raises:
        DefinitionError: No criteria, or two of one name.

    Examples:
        >>> from custlife import Customer, presets, score
        >>> from custlife.scoring import criterion, fact
        >>> ideal = IdealCustomer([criterion("size", fact("employees"), at_least=50, weight=3),
        ...                        criterion("region", fact("country"), one_of="CH")])
        >>> found = score(ideal, Customer("acme", presets.bruxt5), as_of="2026-02-01T00:00Z", facts={"employees": 80})
        >>> found.value, found.completeness
        (100.0, 0.75)
    """

    KIND = "ideal"

    criteria: tuple[Criterion, ...] = attrs.field(converter=_criteria)
    exclusions: tuple[Criterion, ...] = attrs.field(default=(), converter=_exclusions, kw_only=True)
    bands: Bands | None = attrs.field(default=None, converter=bands_of, kw_only=True)
    pains: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    channels: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    seeks: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    name: str = attrs.field(default="fit", kw_only=True)
    tz: str = attrs.field(default="UTC", kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_names("criterion", (*self.criteria, *self.exclusions), Criterion)
        check_names("criterion", self.criteria, Criterion)
        whole_weights(one.weight for one in self.criteria)
        zone(self.tz)

    def reads(self) -> tuple[Reads, ...]:
        """Everything that it reads."""
        return tuple(one.when.reads for one in (*self.criteria, *self.exclusions))

    def __call__(self, request: ScoreRequest) -> Score:
        """How well one customer fits at one moment."""
        readings = {one.name: one.when.reads.read(request, self.tz) for one in (*self.criteria, *self.exclusions)}
        met = {one.name: one.when.met(readings[one.name]) for one in (*self.criteria, *self.exclusions)}
        weights = dict(
            zip((o.name for o in self.criteria), whole_weights(o.weight for o in self.criteria), strict=True)
        )
        below = sum(weight for name, weight in weights.items() if met[name] is not None)
        excluded = [one for one in self.exclusions if met[one.name]]
        complete = 1.0 if excluded else below / sum(weights.values())
        if not below and not excluded:
            return Score(None, reason="nothing that it asks for is known", completeness=0, name=self.name)
        counted = sorted(weights)  # so that the order of criteria is irrelevant
        shares = [weights[name] * FULL if met[name] else 0 for name in counted]
        total, found = shared(shares, below) if below else (0, [0] * len(counted))
        points = dict(zip(counted, found, strict=True))
        parts = [
            Part(
                one.name,
                in_points(points[one.name]),
                raw=readings[one.name].value,
                weight=None if met[one.name] is None else weights[one.name] / below,
                reason=f"{one.when}: {_said(met[one.name])}",
                at=readings[one.name].at,
            )
            for one in self.criteria
        ]
        for one in excluded:
            at, raw = readings[one.name].at, readings[one.name].value
            parts.append(Part(one.name, in_points(-total), raw=raw, reason=f"excluded: {one.when}", at=at))
            total = 0
        dated = [one for one in (*self.criteria, *self.exclusions) if one.when.reads.kind == "fact"]
        ages = [request.as_of - at for one in dated if (at := readings[one.name].at) is not None]
        grade = "" if self.bands is None else self.bands.of(in_points(total))
        fresh = max(ages, default=None)
        return Score(in_points(total), grade=grade, parts=parts, completeness=complete, freshness=fresh, name=self.name)


def _said(met: bool | None) -> str:
    return "unknown" if met is None else "yes" if met else "no"
