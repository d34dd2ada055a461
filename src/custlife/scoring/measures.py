"""Measures of health and what overrides them: what is read, and how good that is from 0 to 100."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import attrs

from custlife.calendar import Span, span
from custlife.customers.properties import scalar
from custlife.errors import DefinitionError, UsageTypeError
from custlife.scoring.points import FULL, in_micro, number, pairs_of, points_of, shortly, whole_weights
from custlife.scoring.reading import Condition, Reads, as_number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from custlife.customers.properties import Scalar

__all__ = ["MISSING", "Measure", "Override", "check_missing", "measure", "override"]

MISSING = ("reweigh", "neutral", "zero", "refuse")


def _levels(given: Any) -> tuple[tuple[Scalar, float], ...]:
    pairs = pairs_of(given, "levels", "levels={'pro': 100, 'free': 20}")
    return tuple((scalar(value, name="level"), points_of(level, f"levels[{value!r}]")) for value, level in pairs)


def _stale_after(given: Any) -> Span | None:
    return None if given is None else span(given, name="stale_after")


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
    stale_after: Span | None = attrs.field(default=None, converter=_stale_after, kw_only=True)

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
        if ranged and not 0 < abs(self.scale) < inf:
            what = f"{where}: the range from worst={self.worst:g} to best={self.best:g} is too narrow or too wide"
            raise DefinitionError(what, "measure in another unit")
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

    @property
    def scale(self) -> float:
        """What one more of the value adds to the rating, in millionths; 0 for levels."""
        return 0.0 if self.worst is None or self.best is None else FULL / (self.best - self.worst)

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
        # the same steps as for whole columns, so that both agree to the last digit
        found = (float(as_number(value, f"measure {self.name!r}: value")) - self.worst) * self.scale
        return FULL if found >= FULL else 0 if found <= 0 else round(found)


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
    return Measure(
        name, reads, worst=worst, best=best, levels=levels or (), weight=weight, missing=missing,
        stale_after=stale_after,
    )  # fmt: skip


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
