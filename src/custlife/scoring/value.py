"""Scores: a value from 0 to 100 with what it is made of, or the reason why there is none."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from custlife.customers.properties import scalar, typed
from custlife.errors import UsageError, UsageTypeError
from custlife.scoring.points import in_micro, number, points_of, several, shortly

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.customers.properties import Scalar
    from custlife.pictures import Table

__all__ = ["Part", "Score"]


def _points(value: object) -> float:
    return points_of(value)


def _maybe_points(value: object) -> float | None:
    return None if value is None else points_of(value)


def _scalar(value: object) -> Scalar:
    return scalar(value, name="raw")


def is_text(_owner: object, field: attrs.Attribute[str], value: object) -> None:
    """Validator of texts.

    Raises:
        UsageTypeError: Something else.
    """
    if not isinstance(value, str):
        raise UsageTypeError(f"{field.name}={shortly(value)} is not a text", f"write {field.name}='...'")


@attrs.frozen
class Part:
    """One thing that a score is made of.

    Attributes:
        name: What it is called.
        points: What it adds to the value; the points of all parts add up to the value.
        raw: What was read; None where nothing is known.
        weight: Its share of the value, from 0 to 1, among what is known; None where nothing is weighed.
        level: How good it is by itself, from 0 to 100; None where it is not known or not rated.
        reason: Why so many points, in words.
        at: Since when what was read holds, or when it last happened; None where that is not known.

    Raises:
        UsageTypeError: Points that are no number, or a raw value that is not plain.

    Examples:
        >>> print(Part("logins", 32, raw=16, weight=0.4, level=80))
        logins: 32 (16, rated 80 of 100, weight 40 %)
    """

    name: str = attrs.field(validator=is_text)
    points: float = attrs.field(default=0.0, converter=_points)
    raw: Scalar = attrs.field(default=None, converter=_scalar, eq=typed, kw_only=True)
    weight: float | None = attrs.field(default=None, kw_only=True)
    level: float | None = attrs.field(default=None, converter=_maybe_points, kw_only=True)
    reason: str = attrs.field(default="", validator=is_text, kw_only=True)
    at: datetime | None = attrs.field(default=None, kw_only=True)

    def __str__(self) -> str:
        told = ["unknown" if self.raw is None else said(self.raw)] if self.level is not None or not self.reason else []
        if self.level is not None:
            told.append(f"rated {self.level:g} of 100")
        if self.weight is not None:
            told.append(f"weight {100 * self.weight:.3g} %")
        if self.reason:
            told.append(self.reason)
        return f"{self.name}: {self.points:g} ({', '.join(told)})"


def _value(value: object) -> float | None:
    if value is None:
        return None
    found = number(value)
    if not 0 <= found <= 100:
        hint = "scale it: 100 * (x - worst) / (best - worst); or clip it with min(100, max(0, x))"
        raise UsageError(f"value={shortly(value)} is not between 0 and 100", hint)
    return points_of(found)


def _parts(value: Iterable[Part]) -> tuple[Part, ...]:
    return several(value, "parts")


def _names(value: Iterable[str]) -> tuple[str, ...]:
    return several(value, "stale")


def _share(value: object) -> float:
    found = number(value, "completeness")
    if not 0 <= found <= 1:
        raise UsageError(f"completeness={shortly(value)} is not between 0 and 1", "pass the share that is known")
    return float(found)


@attrs.frozen
class Score:
    """How a customer stands at one moment, from 0 to 100, and why.

    Attributes:
        value: From 0 to 100, to the millionth; None where there is no score.
        grade: The band or the letter that it falls in; empty where nothing says.
        parts: What it is made of; where there are any, their points add up to the value.
        completeness: The share of what it asks for that is known, by weight, from 0 to 1.
        freshness: Age of the oldest thing that went into it; None where nothing in it has a date.
        stale: Names of what was known once but is too old to count.
        qualifies: The threshold that it has reached, such as `MQL`; empty where there is none.
        reason: Why there is no score; empty where there is one.
        name: What the scorer is called.
        customer: Whom it is about.
        as_of: The moment of looking; nothing later was seen.

    Raises:
        UsageError: A value outside 0 to 100, no value and no reason, or parts that do not add up to the value.
        UsageTypeError: A value that is no number.

    Examples:
        >>> Score(72, grade="green").value
        72.0
    """

    value: float | None = attrs.field(converter=_value)
    grade: str = attrs.field(default="", validator=is_text, kw_only=True)
    parts: tuple[Part, ...] = attrs.field(default=(), converter=_parts, kw_only=True)
    completeness: float = attrs.field(default=1.0, converter=_share, kw_only=True)
    freshness: timedelta | None = attrs.field(default=None, kw_only=True)
    stale: tuple[str, ...] = attrs.field(default=(), converter=_names, kw_only=True)
    qualifies: str = attrs.field(default="", validator=is_text, kw_only=True)
    reason: str = attrs.field(default="", validator=is_text, kw_only=True)
    name: str = attrs.field(default="", validator=is_text, kw_only=True)
    customer: str = attrs.field(default="", validator=is_text, kw_only=True)
    as_of: datetime | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.value is None:
            if not self.reason:
                raise UsageError("value=None has no reason", "write Score(None, reason='why there is no score')")
            return
        if not self.parts:
            return
        given: tuple[Any, ...] = self.parts
        wrong = [part for part in given if not isinstance(part, Part)]
        if wrong:
            raise UsageTypeError(f"parts hold {shortly(wrong[0])}, which is not a Part", "pass parts=[Part(name, 10)]")
        total = sum(in_micro(part.points) for part in self.parts)
        if total != in_micro(self.value):
            what = f"the points of the parts add up to {total / 1e6:g}, not to value={self.value:g}"
            raise UsageError(what, "leave parts out, or add one for what is missing, such as a cap")

    def part(self, name: str) -> Part:
        """The part of that name.

        Raises:
            UnknownNameError: There is none.
        """
        from custlife.errors import UnknownNameError

        for part in self.parts:
            if part.name == name:
                return part
        raise UnknownNameError("part of the score", name, [part.name for part in self.parts])

    def to_dict(self) -> dict[str, Any]:
        """The score as plain values, instants as texts and the freshness in days."""
        age = None if self.freshness is None else self.freshness / timedelta(days=1)
        return {
            "customer": self.customer,
            "scorer": self.name,
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "value": self.value,
            "grade": self.grade,
            "qualifies": self.qualifies,
            "completeness": self.completeness,
            "freshness_days": age,
            "stale": list(self.stale),
            "reason": self.reason,
            "parts": [_part_dict(part) for part in self.parts],
        }

    def explain(self) -> str:
        """The score in words: what it is, what it is made of, and what is not known."""
        from custlife.scoring.telling import explained

        return explained(self)

    def table(self) -> Table:
        """The parts, one a row."""
        from custlife.scoring.telling import parts_table

        return parts_table(self)

    def __str__(self) -> str:
        return self.explain()

    def _repr_html_(self) -> str:
        return self.table().html()


def said(raw: Scalar) -> str:
    """A raw value in words."""
    if isinstance(raw, datetime):
        return f"{raw:%Y-%m-%d %H:%M} UTC"
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return f"{raw:.6g}" if isinstance(raw, float) else str(raw)


def _part_dict(part: Part) -> dict[str, Any]:
    raw = part.raw
    plain = raw if raw is None or isinstance(raw, str | int | float) else said(raw)
    told = {"name": part.name, "points": part.points, "raw": plain, "weight": part.weight, "level": part.level}
    return {**told, "reason": part.reason, "at": None if part.at is None else part.at.isoformat()}
