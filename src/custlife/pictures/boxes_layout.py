"""Where boxes stand and how their arrows run.

Boxes stand in rows. Between the rows lie gutters, gutter g above row g. An arrow to the next box is a straight
line; every other one leaves its box up or down, runs along a track of a gutter, and enters its target up or down.
One that crosses further rows runs down a channel at the side. Arrows with one target, label and style are a bus:
they share a track and the way into the target.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

from custlife.pictures.words import at_most, pixels, wrap_pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.pictures.boxes import Arrow, Box

LABEL, NOTE = 12.0, 10.5
_GAP = 30.0
_LEAST_GUTTER = 24.0
_TRACK, _WRITTEN_TRACK = 9.0, 17.0
_CHANNEL = 9.0
_BOLD = 1.08

Port = tuple[str, str, int]


@attrs.define
class Spot:
    """A box in place, with its wrapped texts."""

    box: Box
    row: int
    column: int
    label: list[str]
    note: list[str]
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0

    @property
    def middle(self) -> float:
        """Middle of the box from left to right."""
        return self.x + self.width / 2


@attrs.define
class Bus:
    """Arrows that end as one."""

    number: int
    target: Spot
    label: str
    style: str
    sources: list[Spot]
    gutters: tuple[int, ...]
    """One gutter, or the one left through and the one entered through."""
    side: float = 0.0
    """Place of the channel at the side, where there are two gutters."""

    def leaves(self, gutter: int) -> str:
        """The edge of a source: "top" or "bottom"."""
        return "top" if gutter == self.sources[0].row else "bottom"

    def enters(self, gutter: int) -> str:
        """The edge of the target."""
        return "top" if gutter == self.target.row else "bottom"


@attrs.define
class Plan:
    """All of it: boxes, straight arrows between neighbours, buses with ports and tracks."""

    spots: dict[str, Spot]
    straight: list[tuple[Spot, Spot, Arrow]]
    buses: list[Bus]
    ports: dict[Port, float]
    tracks: dict[tuple[int, int], float]
    height: float


def place(boxes: Sequence[Box], arrows: Sequence[Arrow], width: float) -> Plan:
    """Lays everything out from (0, 0) within the width."""
    gap = _gap(boxes, arrows)
    per_row, rows = _rows(boxes, width, gap)
    spots = {box.id: Spot(box, r, c, [], []) for r, row in enumerate(rows) for c, box in enumerate(row)}
    straight, buses = _buses(spots, arrows)
    left, right = _channels(buses, width)
    _stand(spots, per_row, gap, left, right)
    ports = _ports(spots, buses)
    tracks, heights = _tracks(
        buses, ports, len(rows), [rows[i][0].lane != rows[i - 1][0].lane for i in range(len(rows))]
    )
    top = 0.0
    tops: list[float] = []
    for row in range(len(rows)):
        tops.append(top)
        top += heights[row]
        for spot in (s for s in spots.values() if s.row == row):
            spot.y = top
        top += max(s.height for s in spots.values() if s.row == row)
    tops.append(top)
    placed = {(bus, gutter): tops[gutter] + offset for (bus, gutter), offset in tracks.items()}
    return Plan(spots, straight, buses, ports, placed, top + heights[-1])


def _gap(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> float:
    following = {(a.id, b.id) for a, b in pairwise(boxes) if a.lane == b.lane}
    labels = [pixels(x.label, NOTE) + 14 for x in arrows if x.label and (x.source, x.target) in following]
    return min(max([_GAP, *labels]), 90.0)


def _rows(boxes: Sequence[Box], width: float, gap: float) -> tuple[int, list[list[Box]]]:
    words = [pixels(word, LABEL * _BOLD) for box in boxes for word in box.name.split()]
    least = min(max(86.0, *words, 0.0) + 18, 150.0)
    fits = max(1, int((width + gap) / (least + gap)))
    rows: list[list[Box]] = []
    widest = 1
    for lane in sorted({box.lane for box in boxes}):
        members = [box for box in boxes if box.lane == lane]
        per_row = math.ceil(len(members) / math.ceil(len(members) / fits))
        widest = max(widest, per_row)
        rows += [members[i : i + per_row] for i in range(0, len(members), per_row)]
    return widest, rows


def _buses(spots: dict[str, Spot], arrows: Sequence[Arrow]) -> tuple[list[tuple[Spot, Spot, Arrow]], list[Bus]]:
    straight: dict[tuple[str, str], tuple[Spot, Spot, Arrow]] = {}
    buses: dict[tuple[str, str, str, tuple[int, ...], int], Bus] = {}
    for arrow in arrows:
        source, target = spots[arrow.source], spots[arrow.target]
        beside = source.row == target.row and target.column == source.column + 1
        if beside and (arrow.source, arrow.target) not in straight:
            straight[arrow.source, arrow.target] = (source, target, arrow)
            continue
        gutters = _gutters(source, target)
        key = (arrow.target, arrow.label, arrow.style, gutters, source.row)
        if key not in buses:
            buses[key] = Bus(len(buses), target, arrow.label, arrow.style, [], gutters)
        if source not in buses[key].sources:
            buses[key].sources.append(source)
    return list(straight.values()), list(buses.values())


def _gutters(source: Spot, target: Spot) -> tuple[int, ...]:
    if source.row == target.row:
        ahead = target.column >= source.column
        return (source.row,) if ahead else (source.row + 1,)
    if target.row > source.row:
        return (source.row + 1,) if target.row == source.row + 1 else (source.row + 1, target.row)
    return (source.row,) if target.row == source.row - 1 else (source.row, target.row + 1)


def _channels(buses: Sequence[Bus], width: float) -> tuple[float, float]:
    """Places the channels at the sides: down on the right, up on the left; returns what is left for boxes."""
    down = [bus for bus in buses if len(bus.gutters) == 2 and bus.target.row > bus.sources[0].row]
    up = [bus for bus in buses if len(bus.gutters) == 2 and bus.target.row < bus.sources[0].row]
    for index, bus in enumerate(down):
        bus.side = width - 3 - _CHANNEL * index
    for index, bus in enumerate(up):
        bus.side = 3 + _CHANNEL * index
    left = _CHANNEL * len(up) + 5 if up else 0.0
    return left, width - (_CHANNEL * len(down) + 5 if down else 0.0)


def _stand(spots: dict[str, Spot], per_row: int, gap: float, left: float, right: float) -> None:
    wide = min((right - left - gap * (per_row - 1)) / per_row, 168.0)
    tallest: dict[int, float] = {}
    for spot in spots.values():
        spot.width = wide
        spot.x = left + spot.column * (wide + gap)
        spot.label = at_most(wrap_pixels(spot.box.name, wide - 14, LABEL * _BOLD), 3)
        spot.note = at_most(wrap_pixels(spot.box.note, wide - 14, NOTE), 4) if spot.box.note else []
        height = 18 + 15 * len(spot.label) + (13 * len(spot.note) + 2 if spot.note else 0)
        tallest[spot.row] = max(tallest.get(spot.row, 40.0), height)
    for spot in spots.values():
        spot.height = tallest[spot.row]


def _ports(spots: dict[str, Spot], buses: Sequence[Bus]) -> dict[Port, float]:
    """Where on the top or bottom edge each bus leaves or enters each box, left to right as the buses go on."""
    wishes: dict[tuple[str, str], dict[int, float]] = {}
    for bus in buses:
        for source in bus.sources:
            goal = bus.side if len(bus.gutters) == 2 else bus.target.middle
            wishes.setdefault((source.box.id, bus.leaves(bus.gutters[0])), {})[bus.number] = goal
        came = sum(s.middle for s in bus.sources) / len(bus.sources)
        goal = bus.side if len(bus.gutters) == 2 else came
        wishes.setdefault((bus.target.box.id, bus.enters(bus.gutters[-1])), {})[bus.number] = goal
    ports: dict[Port, float] = {}
    for (name, edge), goals in sorted(wishes.items()):
        spot = spots[name]
        step = min(18.0, (spot.width - 16) / len(goals))
        for index, number in enumerate(sorted(goals, key=lambda n: (goals[n], n))):
            ports[name, edge, number] = spot.middle + (index - (len(goals) - 1) / 2) * step
    _part_ports(spots, ports)
    return ports


def _part_ports(spots: dict[str, Spot], ports: dict[Port, float]) -> None:
    """Moves ports of different buses apart that face each other across a gutter."""
    upper = [(port, spots[port[0]].row + 1) for port in sorted(ports) if port[1] == "bottom"]
    for port in sorted(ports):
        if port[1] != "top":
            continue
        facing = [ports[other] for other, gutter in upper if gutter == spots[port[0]].row and other[2] != port[2]]
        for shift in (0, 7, -7, 13, -13):
            if all(abs(ports[port] + shift - x) >= 5 for x in facing):
                ports[port] += shift
                break


def _tracks(
    buses: Sequence[Bus], ports: dict[Port, float], rows: int, new_lane: Sequence[bool]
) -> tuple[dict[tuple[int, int], float], list[float]]:
    """Offset of each bus from the top of its gutters, and the height of each gutter."""
    offsets: dict[tuple[int, int], float] = {}
    heights: list[float] = []
    for gutter in range(rows + 1):
        inner = 0 < gutter < rows
        runs = sorted((_run(bus, gutter, ports) for bus in buses if gutter in bus.gutters), key=_nested)
        lanes: list[list[tuple[int, float, Bus, float, float]]] = []
        for run in runs:
            free = (i for i, lane in enumerate(lanes) if lane[0][0] == run[0] and not any(_meet(run, x) for x in lane))
            index = next(free, None)
            if index is None:
                lanes.append([run])
            else:
                lanes[index].append(run)
        # Tracks of the row below lie in reverse, so that its shorter arrows are nearer to it.
        lanes = [lane for lane in lanes if lane[0][0] < 2] + [lane for lane in lanes[::-1] if lane[0][0] == 2]
        at = 9.0 if inner or gutter == rows else 2.0
        for lane in lanes:
            at += _WRITTEN_TRACK if any(run[2].label for run in lane) else _TRACK
            offsets.update(((run[2].number, gutter), at) for run in lane)
        least = _LEAST_GUTTER + 10 * new_lane[gutter] if inner else 2.0
        heights.append(max(at + (14 if gutter < rows else 4), least) if lanes else least)
    return offsets, heights


def _run(bus: Bus, gutter: int, ports: dict[Port, float]) -> tuple[int, float, Bus, float, float]:
    """Order, length and ends of a bus in a gutter; order 0 touches only the row above, 2 only the one below."""
    places = [bus.side] if len(bus.gutters) == 2 else []
    edges = set()
    if gutter == bus.gutters[0]:
        places += [ports[s.box.id, bus.leaves(gutter), bus.number] for s in bus.sources]
        edges.add(bus.leaves(gutter))
    if gutter == bus.gutters[-1]:
        places.append(ports[bus.target.box.id, bus.enters(gutter), bus.number])
        edges.add(bus.enters(gutter))
    order = 1 if len(edges) == 2 else 0 if edges == {"bottom"} else 2
    return order, max(places) - min(places), bus, min(places), max(places)


def _nested(run: tuple[int, float, Bus, float, float]) -> tuple[int, float, int]:
    return run[0], run[1], run[2].number


def _meet(one: tuple[int, float, Bus, float, float], other: tuple[int, float, Bus, float, float]) -> bool:
    return one[3] <= other[4] + 8 and other[3] <= one[4] + 8
