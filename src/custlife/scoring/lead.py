"""Leads: points for what somebody is and for what they do, which fade, with caps, thresholds and a grid of grades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from custlife.calendar import Span, to_us, zone
from custlife.errors import DefinitionError, UsageTypeError
from custlife.scoring.bands import Bands, bands_of
from custlife.scoring.decay import Decay
from custlife.scoring.declared import Declared, check_names
from custlife.scoring.points import FULL, ONE, in_micro, in_points, named, points_of, several, shortly
from custlife.scoring.reading import Condition, Reads, maybe_span, on_record, texts
from custlife.scoring.value import Part, Score

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from custlife.scoring.request import ScoreRequest

__all__ = ["Behavior", "Fit", "LeadScore", "behavior", "fit"]


@attrs.frozen
class Fit:
    """Points for what somebody is.

    Attributes:
        name: What the rule is called.
        when: What must hold; where it is not known there are no points, and completeness tells.
        points: Points, also negative ones.
        group: The group whose cap it shares.
    """

    KIND: ClassVar[str] = "fit"

    name: str
    when: Condition
    points: float = attrs.field(converter=points_of)
    group: str = "fit"

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.when, Condition):
            raise UsageTypeError(
                f"fit {self.name!r}: when={shortly(self.when)} is no condition", "write scoring.fit(...)"
            )


def _maybe_cap(value: Any) -> float | None:
    return None if value is None else points_of(value, "cap")


@attrs.frozen
class Behavior:
    """Points for what somebody does, for each time they do it.

    Attributes:
        name: What the rule is called.
        of: Names of the events.
        points: Points for each of them, also negative ones.
        cap: All of them together count at most this, on either side of 0.
        decay: How they fade; None: they never do.
        within: Only those in this trailing window count.
        group: The group whose cap it shares.
    """

    KIND: ClassVar[str] = "behavior"

    name: str
    of: tuple[str, ...] = attrs.field(converter=texts)
    points: float = attrs.field(converter=points_of)
    cap: float | None = attrs.field(default=None, converter=_maybe_cap, kw_only=True)
    decay: Decay | None = attrs.field(default=None, kw_only=True)
    within: Span | None = attrs.field(default=None, converter=maybe_span, kw_only=True)
    group: str = attrs.field(default="behavior", kw_only=True)

    def __attrs_post_init__(self) -> None:
        Reads("events", self.of, self.within)
        if self.cap is not None and self.cap < abs(self.points):
            raise DefinitionError(
                f"behavior {self.name!r}: cap={self.cap:g} is below points={self.points:g}", "raise the cap"
            )
        if self.decay is not None and not isinstance(self.decay, Decay):
            raise UsageTypeError(f"decay={shortly(self.decay)} is no decay", "write scoring.half_life('30 days')")


def fit(
    name: str,
    reads: Reads,
    *,
    points: float,
    at_least: float | None = None,
    at_most: float | None = None,
    one_of: Any = (),
    group: str = "fit",
) -> Fit:
    """Points for what somebody is; unknown is not a mismatch.

    Examples:
        >>> from custlife.scoring import fact
        >>> fit("enterprise", fact("employees"), at_least=500, points=30).points
        30.0
    """
    return Fit(name, Condition(reads, at_least=at_least, at_most=at_most, one_of=one_of), points, group)


def behavior(
    name: str,
    *of: str,
    points: float,
    cap: float | None = None,
    decay: Decay | None = None,
    within: Span | timedelta | str | None = None,
    group: str = "behavior",
) -> Behavior:
    """Points for each of these events; see `Behavior`.

    Examples:
        >>> behavior("asked for a demo", "demo_requested", points=25, decay=None).of
        ('demo_requested',)
    """
    return Behavior(name, of or (name,), points, cap=cap, decay=decay, within=within, group=group)


def _pairs(given: Any) -> tuple[tuple[str, float], ...]:
    pairs = named(given, "caps", "caps={'fit': 40}")
    return tuple(sorted((group, points_of(cap, f"caps[{group!r}]")) for group, cap in pairs))


def _rules(given: Iterable[Fit | Behavior]) -> tuple[Fit | Behavior, ...]:
    return several(given, "rules")


@attrs.frozen
class LeadScore(Declared):
    """Points for fit and behavior, from 0 to 100; declared as data, so that it can be stored and explained.

    Points of a rule, then of a group, are cut to their caps; then the whole to 0 and 100. What was cut off is a part of
    its own, so that the parts add up. Fit rules about which nothing is known count as neither match nor mismatch.

    Attributes:
        rules: Made by `fit` and `behavior`; their order changes no value.
        caps: Group to the most that all its rules count together.
        thresholds: Name to the value from which a lead qualifies, such as `{"MQL": 40, "SQL": 70}`.
        fit_bands: Letters for the points of fit, such as `{"C": 0, "B": 20, "A": 40}`; with `behavior_bands` they make
            the grade, such as `A1`.
        behavior_bands: Digits for the points of behavior, such as `{"3": 0, "2": 10, "1": 30}`.
        name: What it is called.
        tz: The zone in which windows and decay on the calendar are counted.

    Raises:
        DefinitionError: No rules, two of one name, a cap of no group, or a grid with one side only.

    Examples:
        >>> from custlife import Customer, presets, score
        >>> from custlife.scoring import behavior, fact, fit, half_life
        >>> lead = LeadScore(
        ...     [fit("size", fact("employees"), at_least=500, points=30),
        ...      behavior("demo", "demo_requested", points=40, decay=half_life("30 days"))],
        ...     thresholds={"MQL": 40})
        >>> acme = Customer("acme", presets.bruxt5, events=[("demo_requested", "2026-01-02T00:00Z")])
        >>> found = score(lead, acme, as_of="2026-02-01T00:00Z", facts={"employees": 800})
        >>> found.value, found.qualifies
        (50.0, 'MQL')
    """

    KIND = "lead"

    rules: tuple[Fit | Behavior, ...] = attrs.field(converter=_rules)
    caps: tuple[tuple[str, float], ...] = attrs.field(default=(), converter=_pairs, kw_only=True)
    thresholds: Bands | None = attrs.field(default=None, converter=bands_of, kw_only=True)
    fit_bands: Bands | None = attrs.field(default=None, converter=bands_of, kw_only=True)
    behavior_bands: Bands | None = attrs.field(default=None, converter=bands_of, kw_only=True)
    name: str = attrs.field(default="lead", kw_only=True)
    tz: str = attrs.field(default="UTC", kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_names("rule", self.rules, Fit, Behavior)
        groups = {rule.group for rule in self.rules}
        for group, cap in self.caps:
            if group not in groups:
                raise DefinitionError(
                    f"caps={dict(self.caps)!r} name the group {group!r} of no rule", f"{sorted(groups)}"
                )
            if cap <= 0:
                raise DefinitionError(f"caps[{group!r}]={cap:g} is not above 0", "drop the rules instead")
        if (self.fit_bands is None) != (self.behavior_bands is None):
            raise DefinitionError("the grid has one side only", "pass fit_bands= and behavior_bands=")
        zone(self.tz)

    def reads(self) -> tuple[Reads, ...]:
        """Everything that it reads."""
        return tuple(
            rule.when.reads if isinstance(rule, Fit) else Reads("events", rule.of, rule.within) for rule in self.rules
        )

    def __call__(self, request: ScoreRequest) -> Score:
        """The score of one lead at one moment."""
        found = [_pointed(rule, request, self.tz) for rule in self.rules]
        sizes = [abs(in_micro(rule.points)) or 1 for rule in self.rules]
        complete = sum(size for size, one in zip(sizes, found, strict=True) if one.known) / sum(sizes)
        if not any(one.known for one in found):
            return Score(None, reason="nothing that it asks for is known", completeness=0, name=self.name)
        caps = dict(self.caps)
        parts, sides = [one.part() for one in found], {Fit: 0, Behavior: 0}
        for group in sorted({rule.group for rule in self.rules}):
            members = [one for one in found if one.rule.group == group]
            sums = {side: sum(one.points for one in members if type(one.rule) is side) for side in sides}
            over = sum(sums.values()) - in_micro(caps[group]) if group in caps else 0
            if over > 0:
                parts.append(
                    Part(f"cap {group}", in_points(-over), reason=f"{group}: at most {caps[group]:g} together")
                )
                side = max(sides, key=lambda one: (sums[one], one.__name__))
                sums[side] -= over
            for side, points in sums.items():
                sides[side] += points
        total = sum(sides.values())
        bounded = max(0, min(total, FULL))
        if bounded != total:
            parts.append(Part("bounds", in_points(bounded - total), reason="a score lies between 0 and 100"))
        value = in_points(bounded)
        ages = [request.as_of - one.learnt for one in found if one.learnt is not None]
        return Score(
            value,
            grade=self._grade(sides[Fit], sides[Behavior]),
            qualifies="" if self.thresholds is None else self.thresholds.reached(value),
            parts=parts,
            completeness=complete,
            freshness=max(ages, default=None),
            name=self.name,
        )

    def _grade(self, fit_points: int, behavior_points: int) -> str:
        if self.fit_bands is None or self.behavior_bands is None:
            return ""
        return self.fit_bands.of(in_points(fit_points)) + self.behavior_bands.of(in_points(behavior_points))


@attrs.frozen
class Pointed:
    """One rule of one lead."""

    rule: Fit | Behavior
    points: int
    known: bool
    raw: Any
    reason: str
    at: datetime | None = None

    @property
    def learnt(self) -> datetime | None:
        """When the fact was learnt; None for events, which are counted anew each time."""
        return self.at if isinstance(self.rule, Fit) and self.rule.when.reads.kind == "fact" else None

    def part(self) -> Part:
        """What it adds to the score, before group caps."""
        return Part(self.rule.name, in_points(self.points), raw=self.raw, reason=self.reason, at=self.at)


def _pointed(rule: Fit | Behavior, request: ScoreRequest, tz: str) -> Pointed:
    return _fitting(rule, request, tz) if isinstance(rule, Fit) else _behaving(rule, request, tz)


def _fitting(rule: Fit, request: ScoreRequest, tz: str) -> Pointed:
    reading = rule.when.reads.read(request, tz)
    met = rule.when.met(reading)
    told = f"{rule.when}: {'unknown' if met is None else 'yes' if met else 'no'}"
    return Pointed(rule, in_micro(rule.points) if met else 0, met is not None, reading.value, told, reading.at)


def _behaving(rule: Behavior, request: ScoreRequest, tz: str) -> Pointed:
    found = list(Reads("events", rule.of, rule.within).counted(request, tz))
    each, until, place = in_micro(rule.points), to_us(request.as_of), zone(tz)
    decay = rule.decay
    left = [each if decay is None else decay.left(each, to_us(event.at), until, place) for event in found]
    points = sum(left)
    told = [f"{len(found)} of {', '.join(rule.of)}"]
    if decay is not None and points != each * len(found):
        told.append(f"faded from {each * len(found) / ONE:g}")
    if rule.cap is not None and abs(points) > in_micro(rule.cap):
        points = in_micro(rule.cap) * (1 if points > 0 else -1)
        told.append(f"capped at {rule.cap:g}")
    last = found[-1].at if found else None
    return Pointed(rule, points, on_record(request), len(found), ", ".join(told), last)
