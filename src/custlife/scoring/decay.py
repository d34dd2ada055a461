"""Decay: how much of an old event still counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.calendar import Span, span
from custlife.errors import DefinitionError
from custlife.scoring.points import number, pairs_of

if TYPE_CHECKING:
    from datetime import timedelta

    from custlife.calendar import Zone

__all__ = ["DECAYS", "Decay", "half_life", "linear", "steps"]

DECAYS = ("linear", "half_life", "steps")


def _steps(given: Any) -> tuple[tuple[Span, float], ...]:
    pairs = pairs_of(given, "steps", "[('30 days', 0.5), ('90 days', 0)]")
    return tuple((span(after, name="steps"), float(number(share, "share"))) for after, share in pairs)


def _over(given: Any) -> Span | None:
    return None if given is None else span(given, name="over")


@attrs.frozen
class Decay:
    """How much of an event's points is left when it is so old: it never grows.

    Attributes:
        kind: `linear` (all at first, nothing after `over`), `half_life` (half of it after each `over`), or `steps`.
        over: How long it takes.
        steps: For `steps`: after each of these spans the share that is left; at its end it is still the share before.

    Raises:
        DefinitionError: No span, an empty one, shares that are not from 0 to 1 or that grow.

    Examples:
        >>> half_life("30 days").kind
        'half_life'
    """

    kind: str
    over: Span | None = attrs.field(default=None, converter=_over)
    steps: tuple[tuple[Span, float], ...] = attrs.field(default=(), converter=_steps)

    def __attrs_post_init__(self) -> None:
        if self.kind not in DECAYS:
            raise DefinitionError(f"decay={self.kind!r} is unknown", f"choose one of {', '.join(map(repr, DECAYS))}")
        if (self.kind == "steps") != bool(self.steps) or (self.kind == "steps") != (self.over is None):
            raise DefinitionError(f"decay {self.kind!r} lacks its span", "write linear('60 days') or steps(...)")
        if self.over is not None and not self.over:
            raise DefinitionError(f"decay {self.kind!r} takes no time", "write linear('60 days')")
        shares = [1.0, *(share for _, share in self.steps)]
        if shares != sorted(shares, reverse=True) or shares[-1] < 0:
            raise DefinitionError(f"the shares {shares[1:]} of decay must fall from 1 to 0", "order them by time")

    def left(self, points: int, at: int, until: int, zone: Zone) -> int:
        """What is left of some points, in whole numbers and towards 0.

        Args:
            points: Points in millionths, of either sign.
            at: When it happened, microseconds UTC.
            until: The moment of looking, not before.
            zone: For spans of the calendar, which are counted from the event.
        """
        size, sign = abs(points), -1 if points < 0 else 1
        if self.over is None:
            shares = [share for after, share in self.steps if until > zone.add(at, after)]
            return sign * int(size * min(shares, default=1.0))
        length = max(1, zone.add(at, self.over) - at)
        if self.kind == "linear":
            return sign * (size * max(0, length - (until - at)) // length)
        return int(sign * size * 0.5 ** ((until - at) / length))


def linear(over: Span | timedelta | str) -> Decay:
    """Points fall evenly, from all of them at the event to none after *over*.

    Examples:
        >>> linear("60 days").over
        Span(days=60)
    """
    return Decay("linear", over)


def half_life(over: Span | timedelta | str) -> Decay:
    """Half of the points is left after *over*, a quarter after twice as long, and so on.

    Examples:
        >>> half_life("30 days").over
        Span(days=30)
    """
    return Decay("half_life", over)


def steps(*pairs: tuple[Span | timedelta | str, float]) -> Decay:
    """After each span so much is left: shares fall from 1 to 0.

    Examples:
        >>> steps(("30 days", 0.5), ("90 days", 0)).steps[1]
        (Span(days=90), 0.0)
    """
    return Decay("steps", None, pairs)
