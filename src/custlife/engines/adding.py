"""Adding up the tables of parts as they are handed over, so that what they hold is in memory once."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import attrs

from custlife.engines.cores import at_once
from custlife.engines.gathers import FunnelPlan, Spells
from custlife.engines.merging import in_order, merged
from custlife.engines.passages import Occupations, Passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.engines.gathers import Request

__all__ = ["Total"]

LONG = (FunnelPlan, Occupations, Passages, Spells)
"""Requests whose tables hold a time for every unit or stay: arrays that are sorted, one for each place in the table."""

Place = tuple[Any, ...]


class Total:
    """The table of all parts seen so far; what is added to it is its own from then on.

    The arrays of long tables are moved to one growing array for each place, which is sorted when all are there: so many
    small ones, kept among what comes and goes, would leave holes in memory.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._tables: list[Any] = []
        self._times: dict[Place, array[int]] = {}

    def add(self, table: Any) -> None:
        """Adds the table of one more part."""
        self._tables.append(table)
        if isinstance(self._request, LONG) and len(self._tables) > 1:
            for one in self._tables if len(self._tables) == 2 else [table]:
                self._take(one)

    def table(self) -> Any:
        """The table of all parts; there was at least one."""
        found = merged(self._request, self._tables)
        places = list(self._times)
        size = sum(map(len, self._times.values()))
        for (*path, name), times in zip(places, at_once(self._sorted, places, size), strict=True):
            holder = found
            for step in path:
                holder = holder[step] if isinstance(holder, (dict, list)) else getattr(holder, step)
            _put(holder, name, times)
        return found

    def _sorted(self, place: Place) -> array[int]:
        """The times of one place in order, which then are here no longer."""
        return in_order(self._times.pop(place))

    def _take(self, table: Any) -> None:
        """Moves the arrays of a table to those that grow."""
        for holder, name, times, place in _arrays(table, ()):
            if place in self._times:
                self._times[place].extend(times)
            else:
                self._times[place] = times
            _put(holder, name, array("q"))


def _arrays(holder: Any, path: Place) -> Iterator[tuple[Any, Any, array[int], Place]]:
    """Every array within a table that is not empty: what holds it, by which name, and where."""
    for name, value in _items(holder):
        if isinstance(value, array):
            if value:
                yield holder, name, value, (*path, name)
        elif isinstance(value, (dict, list)) or attrs.has(type(value)):
            yield from _arrays(value, (*path, name))


def _items(holder: Any) -> list[tuple[Any, Any]]:
    if isinstance(holder, dict):
        return list(holder.items())
    if isinstance(holder, list):
        return list(enumerate(holder))
    return [(field.name, getattr(holder, field.name)) for field in attrs.fields(type(holder))]


def _put(holder: Any, name: Any, times: array[int]) -> None:
    if isinstance(holder, (dict, list)):
        holder[name] = times
    else:
        setattr(holder, name, times)
