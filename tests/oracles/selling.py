"""Touches, hand-overs, response times and deals by looking at every row: datetimes, lists and loops only."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True)
class Touch:
    unit: str
    at: datetime
    name: str
    team: str | None = None
    human: bool | None = None
    direction: str | None = None


def seen_touches(touches: list[Touch], as_of: datetime) -> dict[str, list[Touch]]:
    found = defaultdict(list)
    for touch in sorted(touches, key=lambda t: (t.at, t.name, repr((t.team, t.human, t.direction)))):
        if touch.at <= as_of:
            found[touch.unit].append(touch)
    return found


def is_first_contact(touch: Touch) -> bool:
    return touch.human is True and touch.direction == "outbound"


def responses(seen, touches, as_of, *, start, within: timedelta, is_touch=is_first_contact, since=None):
    """By segment: times to the touch, ages of the waiting, eligible, in time, truncated; `start` finds (when, segment)."""
    found = defaultdict(lambda: [[], [], 0, 0, 0])
    for unit, rows in seen.items():
        begun = start(unit, rows)
        if begun is None:
            continue
        when, group = begun
        mine = found[group]
        if since is not None and when < since:
            mine[4] += 1
            continue
        after = [t.at for t in touches.get(unit, []) if t.at >= when and is_touch(t)]
        if after:
            mine[0].append(after[0] - when)
        else:
            mine[1].append(as_of - when)
        if when + within <= as_of:
            mine[2] += 1
            mine[3] += bool(after) and after[0] <= when + within
    return found


def stay_of(rows, at):
    """The place of the stay in force at an instant, or None before the first; the later one where two meet."""
    places = [place for place, row in enumerate(rows) if row.at <= at]
    return places[-1] if places else None


def touches_by_stay(seen, touches, stages, since=None):
    """By segment and stage: counts of touches of ended stays, of open ones, and truncated stays."""
    found = defaultdict(lambda: [Counter(), Counter(), 0])
    for unit, rows in seen.items():
        inside = Counter(stay_of(rows, t.at) for t in touches.get(unit, []))
        for place, row in enumerate(rows):
            if row.name not in stages:
                continue
            mine = found[row.plan, row.name]
            if since is not None and row.at < since:
                mine[2] += 1
            else:
                mine[place == len(rows) - 1][inside[place]] += 1
    return found


def gaps(seen, touches, stages, exits, as_of, since=None):
    """By segment and stage: gaps ended by a touch, and gaps cut off."""
    found = defaultdict(lambda: ([], []))
    for unit, rows in seen.items():
        on = []  # stretches outside of exits: start, end, whether as_of ends it
        for place, row in enumerate(rows):
            end = rows[place + 1].at if place + 1 < len(rows) else as_of
            if row.name in exits:
                continue
            if on and on[-1][2] == place:
                on[-1] = (on[-1][0], end, place + 1, on[-1][3])
            else:
                on.append((row.at, end, place + 1, place))
        for begun, end, after, first in on:
            is_last = after == len(rows)
            inside = [
                t
                for t in touches.get(unit, [])
                if (place := stay_of(rows, t.at)) is not None and first <= place < after
            ]
            marks = [(begun, rows[first])] + [(t.at, rows[stay_of(rows, t.at)]) for t in inside]
            for number, (at, row) in enumerate(marks):
                if row.name not in stages or (since is not None and at < since):
                    continue
                if number + 1 < len(marks):
                    found[row.plan, row.name][0].append(marks[number + 1][0] - at)
                else:
                    found[row.plan, row.name][1].append((as_of if is_last else end) - at)
    return found


def hand_overs(seen, touches, path, exits):
    """By segment and teams: waits, and what came next."""
    found = defaultdict(lambda: ([], Counter()))
    for unit, rows in seen.items():
        mine = touches.get(unit, [])
        for before, touch in pairwise(mine):
            place = stay_of(rows, touch.at)
            if place is None:
                state, plan = "back", rows[0].plan
            else:
                plan = rows[place].plan
                here = rows[place].name
                there = rows[place + 1].name if place + 1 < len(rows) else None
                if there is None:
                    state = "pending"
                elif there in exits:
                    state = "lost"
                elif here in path and there in path and path.index(here) < path.index(there):
                    state = "moved"
                else:
                    state = "back"
            waits, states = found[plan, before.team, touch.team]
            waits.append(touch.at - before.at)
            states[state] += 1
    return found


@dataclass(frozen=True)
class Deal:
    unit: str
    plan: str | None
    state: str
    stage: str
    start: datetime
    end: datetime
    imputed: bool
    truncated: bool
    actions: frozenset[str] = frozenset()


def deals(seen, touches, as_of, *, path, exits, start, won, first=False, since=None) -> list[Deal]:
    """Every unit that comes to `start` or further: how it stands."""
    found = []
    for unit, rows in seen.items():
        begun = [row for row in rows if row.name in path and path.index(row.name) >= path.index(start)]
        if not begun:
            continue
        rest = rows[rows.index(begun[0]) :]
        wins = [row for row in rest if row.name in path and path.index(row.name) >= path.index(won)]
        losses = [row for row in rest if row.name in exits]
        if wins and not (first and losses and rest.index(losses[0]) < rest.index(wins[0])):
            state, closing = "won", wins[0]
        elif first and losses:
            state, closing = "lost", losses[0]
        elif rest[-1].name in exits:
            last_on = max(place for place, row in enumerate(rest) if row.name not in exits)
            state, closing = "lost", rest[last_on + 1]
        else:
            state, closing = "open", rest[-1]
        end = as_of if state == "open" else closing.at
        actions = frozenset(t.name for t in touches.get(unit, []) if begun[0].at <= t.at < end)
        imputed = state == "won" and closing is begun[0]
        truncated = since is not None and begun[0].at < since
        found.append(Deal(unit, begun[0].plan, state, closing.name, begun[0].at, end, imputed, truncated, actions))
    return found
