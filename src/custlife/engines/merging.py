"""Adding up the tables of disjoint sets of units: in any order, in any number."""

from __future__ import annotations

from array import array
from collections import Counter
from functools import reduce
from heapq import merge
from itertools import chain
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from custlife.engines.gathers import (
    Activity,
    ActivityTable,
    FunnelPlan,
    FunnelTally,
    Paths,
    PathTally,
    Profile,
    Spells,
    SpellTally,
    Standings,
    Stays,
    StepTally,
)
from custlife.engines.history import EXAMPLES, Note, Setting
from custlife.engines.passages import Occupations, OccupationTally, Passages, PassageTally
from custlife.engines.purchases import Purchases
from custlife.engines.renewals import Running
from custlife.engines.touching import Contacts, ContactTally, HandOvers, HandTally, Touches, TouchTally
from custlife.engines.transits import Transits, TransitTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from custlife.engines.gathers import FunnelTable, PathTable, Request, SpellTable
    from custlife.engines.passages import OccupationTable, PassageTable

__all__ = ["in_order", "merged", "merged_notes", "merged_settings"]

K = TypeVar("K")
V = TypeVar("V")


def merged(request: Request, tables: Sequence[Any]) -> Any:
    """The table of all units, from the tables of disjoint sets of them; there is at least one."""
    if len(tables) == 1:
        return tables[0]
    kind = type(request)
    return MERGERS[kind](tables) if kind in MERGERS else _added(tables)


def _sorted(times: Iterable[array[int]]) -> array[int]:
    """Sorted times of several tables in one sorted array."""
    parts = [part for part in times if len(part)]
    if len(parts) < 2:
        return parts[0] if parts else array("q")
    whole = array("q")
    for part in parts:
        whole.extend(part)
    return in_order(whole)


def in_order(times: array[int]) -> array[int]:
    """Sorted times, in the same array where NumPy is there."""
    try:
        import numpy as np
    except ModuleNotFoundError:
        return array("q", sorted(times))
    np.frombuffer(times, np.int64).sort()  # in place: the array lends its memory
    return times


def _by_key(tables: Iterable[dict[K, V]], add: Callable[[list[V]], V]) -> dict[K, V]:
    found: dict[K, list[V]] = {}
    for table in tables:
        for key, value in table.items():
            found.setdefault(key, []).append(value)
    return {key: add(values) if len(values) > 1 else values[0] for key, values in found.items()}


def _added(tables: Sequence[dict[Any, int]]) -> dict[Any, int]:
    """Moves and reasons: plain counts."""
    return dict(reduce(_count_up, tables, Counter()))


def _spells(tables: Sequence[SpellTable]) -> SpellTable:
    return dict(sorted(_by_key(tables, _spell).items(), key=_group_last))


def _group_last(item: tuple[Any, Any]) -> tuple[Any, ...]:
    group, code = item[0]
    return (*((value is None, value or "") for value in group), code)


def _spell(tallies: list[SpellTally]) -> SpellTally:
    codes = sorted(set(chain.from_iterable(tally.ended for tally in tallies)))
    return SpellTally(
        {code: _sorted(tally.ended[code] for tally in tallies if code in tally.ended) for code in codes},
        _sorted(tally.open for tally in tallies),
        _sorted(tally.entered for tally in tallies),
        sum(tally.truncated for tally in tallies),
        sum(tally.gone for tally in tallies),
    )


def _activity(tables: Sequence[ActivityTable]) -> ActivityTable:
    def total(name: str) -> Counter[Any]:
        return reduce(_count_up, [getattr(table, name) for table in tables], Counter())

    return ActivityTable(
        total("cohorts"),
        total("retained"),
        total("last"),
        total("growth"),
        sum(table.truncated for table in tables),
        sum(table.outside for table in tables),
    )


def _passages(tables: Sequence[PassageTable]) -> PassageTable:
    return _by_key(tables, _passage)


def _passage(tallies: list[PassageTally]) -> PassageTally:
    return PassageTally(
        _by_key([tally.ended for tally in tallies], _sorted),
        _sorted(tally.open for tally in tallies),
        _sorted(tally.paused for tally in tallies),
        _sorted(tally.past for tally in tallies),
        _sorted(tally.past_paused for tally in tallies),
        sum(tally.imputed for tally in tallies),
        sum(tally.truncated for tally in tallies),
    )


def _occupations(tables: Sequence[OccupationTable]) -> OccupationTable:
    return _by_key(tables, _occupation)


def _occupation(tallies: list[OccupationTally]) -> OccupationTally:
    return OccupationTally(
        _added([tally.started for tally in tallies]),
        _by_key([tally.moves for tally in tallies], _sorted),
        _by_key([tally.open for tally in tallies], _sorted),
        _added([tally.past for tally in tallies]),
        max(tally.longest for tally in tallies),
        sum(tally.imputed for tally in tallies),
        sum(tally.truncated for tally in tallies),
    )


def _transits(tables: Sequence[TransitTable]) -> TransitTable:
    columns = zip(*(attrs.astuple(table, recurse=False) for table in tables), strict=True)
    return TransitTable(*(reduce(_count_up, column, Counter()) for column in columns))


def _count_up(total: Counter[Any], more: Mapping[Any, int]) -> Counter[Any]:
    total.update(more)
    return total


def _paths(tables: Sequence[PathTable]) -> PathTable:
    return _by_key(tables, _path)


def _path(tallies: list[PathTally]) -> PathTally:
    ends = _added([tally.ends for tally in tallies])
    return PathTally(
        sum(tally.count for tally in tallies), _sorted(tally.lengths for tally in tallies), dict(sorted(ends.items()))
    )


def _funnel(tables: Sequence[FunnelTable]) -> FunnelTable:
    found = _by_key(tables, _funnel_tally)
    if len(found) > 1:
        found.pop(((), None), None)  # of a partition in which nobody started, where the whole is split
    return found


def _funnel_tally(tallies: list[FunnelTally]) -> FunnelTally:
    steps = [_step(list(each)) for each in zip(*(tally.steps for tally in tallies), strict=True)]
    numbers = {name: sum(getattr(tally, name) for tally in tallies) for name in FUNNEL_COUNTS}
    return FunnelTally(steps, **numbers)


def _step(tallies: list[StepTally]) -> StepTally:
    made = StepTally()
    for name in STEP_COUNTS:
        setattr(made, name, sum(getattr(tally, name) for tally in tallies))
    for name in STEP_TIMES:
        setattr(made, name, _sorted(getattr(tally, name) for tally in tallies))
    return made


STEP_TIMES = ("from_start", "from_previous", "open_ages")
STEP_COUNTS = tuple(field.name for field in attrs.fields(StepTally) if field.name not in STEP_TIMES)
FUNNEL_COUNTS = tuple(field.name for field in attrs.fields(FunnelTally) if field.name != "steps")


def _listed(tables: Sequence[list[Any]]) -> list[Any]:
    """Rows of units, each list in the order of its units."""
    return list(merge(*tables, key=attrgetter("unit")))


def merged_notes(notes: Iterable[Note], *, anybody: bool = True) -> tuple[Note, ...]:
    """The notes of all partitions, each fact once, in the order in which it was first told."""
    found: dict[tuple[str, str], list[Note]] = {}
    for one in notes:
        if not (one.if_nobody and anybody):
            found.setdefault((one.kind, one.what), []).append(one)
    return tuple(_note(alike) for alike in found.values())


def _note(alike: list[Note]) -> Note:
    first = alike[0]
    if len(alike) == 1 or first.kind == "assumed":
        return first
    told = chain.from_iterable(zip(one.keys or one.examples, one.examples, strict=True) for one in alike)
    is_list = first.kind == "mapped" or first.if_nobody  # of what there is, wherever it is met
    pairs = sorted(dict.fromkeys(told) if is_list else told, key=itemgetter(0))
    if first.kind == "mapped":
        count, shown = len(pairs), pairs
    else:
        count, shown = sum(one.count for one in alike), pairs[:EXAMPLES]
    examples, keys = tuple(example for _, example in shown), tuple(key for key, _ in shown)
    return attrs.evolve(first, count=count, examples=examples, keys=keys)


def merged_settings(settings: Sequence[Setting]) -> Setting:
    """The setting of all partitions together; there is at least one."""
    if len(settings) == 1:
        return settings[0]
    units = sum(setting.units for setting in settings)
    changed: dict[str, list[Note]] = {}
    for setting in settings:
        for name, told in setting.changed:
            changed.setdefault(name, []).append(told)
    firsts = [setting.first for setting in settings if setting.first is not None]
    return attrs.evolve(
        settings[0],
        units=units,
        rows=sum(setting.rows for setting in settings),
        first=min(firsts, default=None),
        codes=frozenset(chain.from_iterable(setting.codes for setting in settings)),
        notes=merged_notes(chain.from_iterable(setting.notes for setting in settings), anybody=units > 0),
        changed=tuple((name, _note(alike)) for name, alike in sorted(changed.items())),
    )


def _contacts(tables: Sequence[dict[Any, Any]]) -> dict[Any, Any]:
    return _by_key(tables, lambda tallies: ContactTally(*_fields(tallies)))


def _touches(tables: Sequence[dict[Any, Any]]) -> dict[Any, Any]:
    return _by_key(tables, lambda tallies: TouchTally(*_fields(tallies)))


def _hand_overs(tables: Sequence[dict[Any, Any]]) -> dict[Any, Any]:
    return _by_key(tables, lambda tallies: HandTally(*_fields(tallies)))


def _fields(tallies: list[Any]) -> list[Any]:
    """The fields of some tallies, each in one: numbers added, times in order, counts by number added up."""
    return [_in_one([getattr(tally, field.name) for tally in tallies]) for field in attrs.fields(type(tallies[0]))]


def _in_one(parts: list[Any]) -> Any:
    if isinstance(parts[0], array):
        return _sorted(parts)
    return dict(sorted(_added(parts).items())) if isinstance(parts[0], dict) else sum(parts)


MERGERS: dict[type, Callable[[Any], Any]] = {
    Spells: _spells,
    Activity: _activity,
    Paths: _paths,
    FunnelPlan: _funnel,
    Profile: merged_settings,
    Stays: _listed,
    Standings: _listed,
    Running: _listed,
    Purchases: _listed,
    Transits: _transits,
    Passages: _passages,
    Occupations: _occupations,
    Contacts: _contacts,
    Touches: _touches,
    HandOvers: _hand_overs,
}
