"""First passages and stages over time, by following every unit: lists, loops and plain integers only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Entries = list[tuple[int, str]]


@dataclass(frozen=True)
class Story:
    """What became of one unit after it came to a stage."""

    start: int
    place: int  # of the start among its entries
    imputed: bool
    deadline: int | None


def story(entries: Entries, path: tuple[str, ...], origin: str, later: Callable[[int], int] | None) -> Story | None:
    """The first time a unit is at a stage of the path or further on it; or really at a stage beside the path."""
    for place, (at, name) in enumerate(entries):
        on = name == origin
        past = origin in path and name in path and path.index(name) > path.index(origin)
        if on or past:
            return Story(at, place, past, later(at) if later else None)
    return None


def is_truncated(one: Story, since: int | None) -> bool:
    """Whether it is unknown when a unit came: before observation began, or passed over since then."""
    return since is not None and (one.start < since or one.imputed)


def crossed(entries: Entries, place: int, first: int, path: tuple[str, ...], origin: str) -> set[str]:
    """The stages that an entry is at or passes over: all between the stage of the path before it and its own."""
    name = entries[place][1]
    if name not in path:
        return {name}
    before = [path.index(other) for _, other in entries[:place] if other in path]
    if origin in path:  # from the origin on: what lies before it was behind the unit when it came
        before = [path.index(other) for _, other in entries[first:place] if other in path]
        low = before[-1] if before else path.index(origin)
    else:
        low = before[-1] if before else -1
    return {name, *path[low + 1 : path.index(name)]}


def end_of(
    entries: Entries, one: Story, path: tuple[str, ...], origin: str, won: set[str], exits: set[str]
) -> tuple[str, int] | None:
    """The first end of a story and when it came, or None."""
    for place in range(one.place, len(entries)):
        at, name = entries[place]
        if one.deadline is not None and at > one.deadline:
            return None
        if crossed(entries, place, one.place, path, origin) & won:
            return "won", at - one.start
        if name in exits and place > one.place:
            return name, at - one.start
    return None


def stage_at(entries: Entries, one: Story, at: int) -> str:
    """The stage in which a unit stands just after an instant."""
    return [name for when, name in entries[one.place :] if when <= at][-1]


@dataclass
class Passed:
    """Counts of one group: every time with how often it occurs."""

    ended: Counter = field(default_factory=Counter)
    rest: Counter = field(default_factory=Counter)
    imputed: int = 0
    truncated: int = 0


def passages(
    units: dict[str, Entries], path: tuple[str, ...], as_of: int, origin: str, won: set[str], exits: set[str],
    paused: set[str], later: Callable[[int], int] | None, since: int | None, key: Callable[[str, Story], object],
) -> dict[object, Passed]:  # fmt: skip
    """What ended the stories of some units, and how old the others are."""
    found: dict[object, Passed] = {}
    for unit, entries in units.items():
        one = story(entries, path, origin, later)
        if one is None:
            continue
        group = found.setdefault(key(unit, one), Passed())
        if is_truncated(one, since):
            group.truncated += 1
            continue
        group.imputed += one.imputed
        end = end_of(entries, one, path, origin, won, exits)
        if end is not None:
            group.ended[end] += 1
            continue
        is_past = one.deadline is not None and one.deadline <= as_of
        until = one.deadline if is_past and one.deadline is not None else as_of
        standing = "paused" if stage_at(entries, one, until) in paused else "open"
        group.rest["past" if is_past else "now", standing, until - one.start] += 1
    return found


@dataclass
class Occupied:
    """Counts of one group."""

    started: Counter = field(default_factory=Counter)
    moves: Counter = field(default_factory=Counter)
    open: Counter = field(default_factory=Counter)
    past: Counter = field(default_factory=Counter)
    longest: int = 0
    imputed: int = 0
    truncated: int = 0


def occupations(
    units: dict[str, Entries], path: tuple[str, ...], as_of: int, origin: str, later: Callable[[int], int],
    since: int | None, key: Callable[[str, Story], object],
) -> dict[object, Occupied]:  # fmt: skip
    """Where some units stood at each instant at which anything happened to them."""
    found: dict[object, Occupied] = {}
    for unit, entries in units.items():
        one = story(entries, path, origin, later)
        if one is None:
            continue
        group = found.setdefault(key(unit, one), Occupied())
        if is_truncated(one, since):
            group.truncated += 1
            continue
        assert one.deadline is not None
        group.imputed += one.imputed
        group.longest = max(group.longest, one.deadline - one.start)
        until = min(one.deadline, as_of)
        times = sorted({at for at, _ in entries[one.place :] if at <= until})
        states = [stage_at(entries, one, at) for at in times]
        group.started[states[0]] += 1
        for at, a, b in zip(times[1:], states, states[1:], strict=False):
            if a != b:
                group.moves[a, b, at - one.start] += 1
        if one.deadline <= as_of:
            group.past[states[-1]] += 1
        else:
            group.open[states[-1], as_of - one.start] += 1
    return found
