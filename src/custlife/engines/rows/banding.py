"""Numbers as segments: the band that each lies in."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs

from custlife.engines.history import MISSING, Column
from custlife.engines.rows.ingest import is_missing

if TYPE_CHECKING:
    from custlife.engines.history import History

__all__ = ["Banded", "band_names"]


@attrs.frozen
class Banded:
    """Makes a column of whole numbers a segment of bands.

    Attributes:
        column: The column of values.
        edges: Where each band but the first begins, ascending.
        name: What the segment is called.
    """

    column: str
    edges: tuple[int, ...]
    name: str

    def __call__(self, history: History) -> History:
        """The same rows with one more segment, in place of the numbers."""
        values: dict[str, Any] = dict(history.values)
        numbers = values.pop(self.column)
        codes = array("i", [MISSING if is_missing(n) else bisect_right(self.edges, int(n)) for n in numbers])
        segments = {**history.segments, self.name: Column(codes, band_names(self.edges))}
        return attrs.evolve(history, segments=segments, values=values)


def band_names(edges: tuple[int, ...]) -> tuple[str, ...]:
    """What the bands are called.

    Examples:
        >>> band_names((10, 50))
        ('below 10', '10 to 49', '50 or more')
    """
    first, last = f"below {edges[0]}", f"{edges[-1]} or more"
    return (first, *(f"{low} to {high - 1}" for low, high in pairwise(edges)), last)
