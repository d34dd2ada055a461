"""Scores out of scores: weighted means, the worst or the best of several, gates and caps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from custlife.errors import DefinitionError, UsageTypeError
from custlife.scoring.declared import Declared
from custlife.scoring.judging import checked_scorer, judged, name_of
from custlife.scoring.points import in_micro, in_points, named, points_of, shared, shortly, whole_weights
from custlife.scoring.registry import resolved
from custlife.scoring.value import Part, Score

if TYPE_CHECKING:
    from datetime import timedelta

    from custlife.scoring.judging import Ask, Scorer
    from custlife.scoring.request import ScoreRequest

__all__ = ["Capped", "Extreme", "Gated", "Member", "Weighted", "capped", "gated", "maximum", "minimum", "weighted"]


@attrs.frozen
class Member:
    """One scorer among several.

    Attributes:
        name: What it is called.
        scorer: The scorer.
        weight: How much it counts, above 0.
    """

    name: str
    scorer: Any
    weight: float = 1.0


class _Asking(Declared):
    """What all compositions share: called by themselves they raise, in a batch each member is timed."""

    __slots__ = ()

    if TYPE_CHECKING:

        def judge(self, request: ScoreRequest, ask: Ask) -> Score:
            """The score, with the members asked by *ask*."""
            ...

    def __call__(self, request: ScoreRequest) -> Score:
        """The score; what a member raises is raised."""
        return self.judge(request, judged)


@attrs.frozen
class Weighted(_Asking):
    """The mean of several scores by weight; those without a value are left out, and completeness tells.

    Attributes:
        members: The scorers with their weights.
        name: What it is called.
    """

    members: tuple[Member, ...]
    name: str = "weighted"

    def judge(self, request: ScoreRequest, ask: Ask) -> Score:
        """The mean of the known ones; of one member alone its own score."""
        found = [ask(member.scorer, request) for member in self.members]
        if len(found) == 1:
            return attrs.evolve(found[0], name=self.name)
        weights = whole_weights([member.weight for member in self.members])
        known = [(w, one) for w, one in zip(weights, found, strict=True) if one.value is not None]
        below = sum(weight for weight, _ in known)
        complete = sum(weight * one.completeness for weight, one in known) / sum(weights)
        if not known:
            return _none(self, found)
        total, points = shared([weight * in_micro(one.value or 0) for weight, one in known], below)
        of_known = iter(points)
        parts = [
            _member_part(member.name, one, 0 if one.value is None else next(of_known), weight / below)
            for member, weight, one in zip(self.members, weights, found, strict=True)
        ]
        return Score(in_points(total), parts=parts, completeness=complete, name=self.name, **_ages(found))


@attrs.frozen
class Extreme(_Asking):
    """The least or the greatest of several scores; those without a value are left out, and completeness tells.

    Attributes:
        members: The scorers.
        greatest: True for the greatest, False for the least.
        name: What it is called.
    """

    members: tuple[Member, ...]
    greatest: bool
    name: str = "minimum"

    def judge(self, request: ScoreRequest, ask: Ask) -> Score:
        """The extreme of the known ones, with the parts of that one; of equal ones the first by name."""
        found = [ask(member.scorer, request) for member in self.members]
        known = [(one.value, m.name, one) for m, one in zip(self.members, found, strict=True) if one.value is not None]
        if len(found) == 1:
            return attrs.evolve(found[0], name=self.name)
        if not known:
            return _none(self, found)
        sign = -1 if self.greatest else 1
        value, which, one = min(known, key=lambda each: (sign * each[0], each[1]))
        complete = sum(one.completeness for _, _, one in known) / len(found)
        parts = one.parts or (Part(which, value, level=value, reason=f"the {self._called} of {len(known)}"),)
        return attrs.evolve(one, name=self.name, parts=parts, completeness=complete, **_ages(found))

    @property
    def _called(self) -> str:
        return "greatest" if self.greatest else "least"


@attrs.frozen
class Gated(_Asking):
    """A score that counts only behind a gate: below it the value is cut to what the gate lets through.

    Attributes:
        scorer: The score behind the gate.
        gate: The score that opens it.
        at_least: From which value of the gate on it is open.
        otherwise: At most this much while it is shut.
        name: What it is called.
    """

    scorer: Any
    gate: Any
    at_least: float
    otherwise: float = 0.0
    name: str = "gated"

    def judge(self, request: ScoreRequest, ask: Ask) -> Score:
        """The score where the gate is open; no score where nothing is known of the gate."""
        gate, inner = ask(self.gate, request), ask(self.scorer, request)
        called = name_of(self.gate)
        if gate.value is None:
            return Score(None, reason=f"nothing is known of the gate {called!r}: {gate.reason}", completeness=0)
        complete = min(gate.completeness, inner.completeness)
        if gate.value >= self.at_least or inner.value is None:
            return attrs.evolve(inner, name=self.name, completeness=complete)
        reason = f"{called} is {gate.value:g}, below {self.at_least:g}"
        return _bounded(inner, None, self.otherwise, f"gate {called}", reason, self.name, complete)


@attrs.frozen
class Capped(_Asking):
    """A score that is never above or below a bound.

    Attributes:
        scorer: The score.
        at_most: Upper bound, or None.
        at_least: Lower bound, or None.
        name: What it is called.
    """

    scorer: Any
    at_most: float | None = None
    at_least: float | None = None
    name: str = "capped"

    def judge(self, request: ScoreRequest, ask: Ask) -> Score:
        """The score within its bounds."""
        inner = ask(self.scorer, request)
        return _bounded(inner, self.at_least, self.at_most, "cap", "", self.name, inner.completeness)


def weighted(
    scorers: Mapping[str, Any] | Iterable[Any],
    weights: Mapping[str, float] | None = None,
    *,
    name: str = "weighted",
) -> Weighted:
    """The mean of several scores by weight.

    Those without a value are left out and the others weighed anew; `completeness` is the weight that is known.

    Args:
        scorers: Scorers by name, or a list of them.
        weights: Name to weight, above 0; by default all weigh the same.
        name: What the whole is called.

    Raises:
        DefinitionError: No scorers, two of one name, or a weight of nobody.
        UsageError: A weight that is not above 0.

    Examples:
        >>> from custlife import Customer, presets, score
        >>> both = weighted({"usage": lambda _: 80, "support": lambda _: 50}, {"usage": 2, "support": 1})
        >>> score(both, Customer("acme", presets.bruxt5), as_of="2026-02-01T00:00Z").value
        70.0
    """
    found = _members(scorers)
    pairs = [(member.name, 1.0) for member in found] if weights is None else weights
    given = dict(named(pairs, "weights", "weights={'usage': 2, 'support': 1}"))
    names = {member.name for member in found}
    if set(given) != names:
        odd = sorted(set(given) ^ names)
        hint = f"name each scorer once: {sorted(names)}"
        raise DefinitionError(f"weights={given!r} do not fit the scorers: {odd}", hint)
    whole_weights(given.values())
    return Weighted(tuple(attrs.evolve(member, weight=float(given[member.name])) for member in found), name)


def minimum(scorers: Mapping[str, Any] | Iterable[Any], *, name: str = "minimum") -> Extreme:
    """The least of several scores: a chain is as strong as its weakest link.

    Examples:
        >>> from custlife import Customer, presets, score
        >>> worst = minimum({"usage": lambda _: 80, "support": lambda _: 50})
        >>> score(worst, Customer("acme", presets.bruxt5), as_of="2026-02-01T00:00Z").value
        50.0
    """
    return Extreme(_members(scorers), False, name)


def maximum(scorers: Mapping[str, Any] | Iterable[Any], *, name: str = "maximum") -> Extreme:
    """The greatest of several scores.

    Examples:
        >>> from custlife import Customer, presets, score
        >>> best = maximum({"usage": lambda _: 80, "support": lambda _: 50})
        >>> score(best, Customer("acme", presets.bruxt5), as_of="2026-02-01T00:00Z").value
        80.0
    """
    return Extreme(_members(scorers), True, name)


def gated(scorer: Scorer, gate: Scorer, *, at_least: float, otherwise: float = 0, name: str = "gated") -> Gated:
    """A score that counts only where another is high enough.

    Args:
        scorer: The score behind the gate.
        gate: The score that opens it.
        at_least: From which value of the gate on it is open.
        otherwise: At most this much while it is shut.
        name: What the whole is called.

    Examples:
        >>> from custlife import Customer, presets, score
        >>> lead = gated(lambda _: 90, gate=lambda _: 20, at_least=50, otherwise=30)
        >>> score(lead, Customer("acme", presets.bruxt5), as_of="2026-02-01T00:00Z").value
        30.0
    """
    checked = checked_scorer(resolved(scorer)), checked_scorer(resolved(gate), "gate")
    return Gated(*checked, _bound("at_least", at_least), _bound("otherwise", otherwise), name)


def capped(
    scorer: Scorer, *, at_most: float | None = None, at_least: float | None = None, name: str = "capped"
) -> Capped:
    """A score that is never above or below a bound.

    Raises:
        DefinitionError: No bound, or the lower one above the upper one.

    Examples:
        >>> from custlife import Customer, presets, score
        >>> score(capped(lambda _: 90, at_most=60), Customer("acme", presets.bruxt5), as_of="2026-02-01T00:00Z").value
        60.0
    """
    if at_most is None and at_least is None:
        raise DefinitionError("a cap without bounds changes nothing", "pass at_most= or at_least=")
    high = None if at_most is None else _bound("at_most", at_most)
    low = None if at_least is None else _bound("at_least", at_least)
    if high is not None and low is not None and low > high:
        raise DefinitionError(f"at_least={low:g} is above at_most={high:g}", "swap them")
    return Capped(checked_scorer(resolved(scorer)), high, low, name)


def _bound(name: str, value: float) -> float:
    found = points_of(value, name)
    if not 0 <= found <= 100:
        raise DefinitionError(f"{name}={value!r} is not between 0 and 100", f"pass {name}=50")
    return found


def _members(scorers: Any) -> tuple[Member, ...]:
    if isinstance(scorers, str) or not isinstance(scorers, Iterable):
        raise UsageTypeError(f"scorers={shortly(scorers)} is not several scorers", "pass a list, or a dict with names")
    pairs = list(scorers.items()) if isinstance(scorers, Mapping) else [(None, one) for one in scorers]
    found = []
    for name, given in pairs:
        scorer = checked_scorer(resolved(given))
        found.append(Member(name_of(scorer) if name is None else name, scorer))
    if not found:
        raise DefinitionError("scorers=[] leave nothing to put together", "pass at least one scorer")
    names = [member.name for member in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DefinitionError(f"two scorers are called {twice[0]!r}", "give them names: {'usage': ..., 'support': ...}")
    return tuple(found)


def _none(scorer: Any, found: list[Score]) -> Score:
    reasons = "; ".join(f"{one.name}: {one.reason}" for one in found)
    return Score(None, reason=f"nothing is known ({reasons})", completeness=0, name=scorer.name)


def _member_part(name: str, one: Score, micro: int, weight: float) -> Part:
    if one.value is None:
        return Part(name, 0, reason=f"unknown: {one.reason}")
    return Part(name, in_points(micro), raw=one.value, level=one.value, weight=weight, reason=one.grade)


def _ages(found: list[Score]) -> dict[str, Any]:
    """The oldest of what went in, and everything that was too old."""
    ages: list[timedelta] = [one.freshness for one in found if one.freshness is not None and one.value is not None]
    stale = tuple(dict.fromkeys(name for one in found for name in one.stale))
    return {"freshness": max(ages, default=None), "stale": stale}


def _bounded(
    inner: Score, low: float | None, high: float | None, part: str, reason: str, name: str, complete: float
) -> Score:
    """A score within bounds, with a part that says what was cut off or added."""
    value = inner.value
    raised = value is not None and low is not None and value < low
    bound = low if raised else high
    if value is None or bound is None or (not raised and value <= bound):
        return attrs.evolve(inner, name=name, completeness=complete)
    parts = inner.parts or (Part(inner.name or "score", value, level=value),)
    cut = in_points(in_micro(bound) - in_micro(value))
    told = reason or f"{'at least' if raised else 'at most'} {bound:g}"
    extra = Part(part, cut, reason=told)
    return attrs.evolve(inner, value=bound, parts=(*parts, extra), grade="", name=name, completeness=complete)
