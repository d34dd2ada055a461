"""Bands: names for ranges of a score, with edges that say to which side they belong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.errors import DefinitionError
from custlife.scoring.points import named, points_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["EDGES", "Bands", "bands_of"]

EDGES = ("up", "down")


def _steps(given: Mapping[str, float] | Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    pairs = named(given, "bands", "bands={'red': 0, 'yellow': 50}")
    found = [(name, points_of(start, f"bands[{name!r}]")) for name, start in pairs]
    return tuple(sorted(found, key=_start))


def _start(step: tuple[str, float]) -> float:
    return step[1]


@attrs.frozen
class Bands:
    """Names for ranges, from where each starts; the lowest also has all that lies below its start.

    Attributes:
        steps: Names with their starts, lowest first.
        edge: To which band a value on an edge belongs: `up` (the one that starts there) or `down` (the one before).

    Raises:
        DefinitionError: No band, two of one name, or two that start at one value.

    Examples:
        >>> bands = Bands({"red": 0, "yellow": 50, "green": 75})
        >>> bands.of(50), Bands({"red": 0, "yellow": 50}, edge="down").of(50)
        ('yellow', 'red')
    """

    steps: tuple[tuple[str, float], ...] = attrs.field(converter=_steps)
    edge: str = "up"

    def __attrs_post_init__(self) -> None:
        if self.edge not in EDGES:
            raise DefinitionError(f"edge={self.edge!r} is no side", "write edge='up' or edge='down'")
        if not self.steps:
            raise DefinitionError("bands={} name nothing", "write {'red': 0, 'yellow': 50}, or leave them out")
        for index in (0, 1):
            kept = [step[index] for step in self.steps]
            if len(set(kept)) < len(kept):
                raise DefinitionError(f"bands={dict(self.steps)!r} do not differ", "give each its own name and start")

    def of(self, value: float) -> str:
        """The name of the band that a value falls in."""
        found = self.steps[0][0]
        for name, start in self.steps:
            if value > start or (value == start and self.edge == "up"):
                found = name
        return found

    def reached(self, value: float) -> str:
        """The highest band whose start is reached; empty below the first."""
        _name, start = self.steps[0]
        is_below = value < start or (value == start and self.edge == "down")
        return "" if is_below else self.of(value)


def bands_of(given: Any) -> Bands | None:
    """Converter of bands, from a mapping; None where there are none."""
    if given is None or isinstance(given, Bands):
        return given
    return Bands(given)
