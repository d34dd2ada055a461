"""Where nodes and links of a flow picture lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.pictures.tones import accent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.pictures.flows import Link, Node

_PAD = 30.0
_BAR = 11.0
_MOST_LINKS = 200
_SWEEPS = 4
_LARGEST_UNIT = 1e250
"""Pixels for a value of 1: finite even when all values are as small as floats get."""


@attrs.define
class Spot:
    """A node in place: its bar, and how far down its two sides are taken by links already."""

    node: Node
    tone: str
    layer: int
    value: float
    x: float = 0.0
    y: float = 0.0
    height: float = 0.0
    left_used: float = 0.0
    right_used: float = 0.0

    @property
    def middle(self) -> float:
        """Middle of the bar."""
        return self.y + self.height / 2


@attrs.frozen
class Ribbon:
    """A link in place, from the right of one bar to the left of another; `lane` is 0 unless it leads back."""

    link: Link
    source: Spot
    target: Spot
    start: float
    end: float
    thick: float
    lane: float = 0.0
    reach: float = 0.0


@attrs.frozen
class Plan:
    """All of it, with the height it takes."""

    spots: tuple[Spot, ...]
    ribbons: tuple[Ribbon, ...]
    height: float
    gap: float
    bar: float = _BAR
    left_out: int = 0


def layers(nodes: Sequence[Node], links: Sequence[Link]) -> dict[str, int]:
    """A layer for each node: as given, else the longest way to it along links that lead forward."""
    if nodes and nodes[0].layer is not None:
        order = sorted({node.layer or 0 for node in nodes})
        return {node.id: order.index(node.layer or 0) for node in nodes}
    forward = _forward(nodes, links)
    found = {node.id: 0 for node in nodes}
    for _ in nodes:
        before = dict(found)
        for source, target in forward:
            found[target] = max(found[target], found[source] + 1)
        if found == before:
            break
    return found


def _forward(nodes: Sequence[Node], links: Sequence[Link]) -> list[tuple[str, str]]:
    """Links that close no circle when the nodes are visited in their order."""
    order = {node.id: index for index, node in enumerate(nodes)}
    ways: dict[str, list[str]] = {node.id: [] for node in nodes}
    for source, target in sorted({(x.source, x.target) for x in links if x.value > 0}, key=lambda p: order[p[1]]):
        ways[source].append(target)
    state: dict[str, str] = {}
    kept: list[tuple[str, str]] = []
    for start, onward in ways.items():
        stack = [(start, iter(onward))] if start not in state else []
        state.setdefault(start, "open")
        while stack:
            here, rest = stack[-1]
            onto = next(rest, None)
            if onto is None:
                state[here] = "done"
                stack.pop()
            elif state.get(onto) != "open":
                kept.append((here, onto))
                if onto not in state:
                    state[onto] = "open"
                    stack.append((onto, iter(ways[onto])))
    return kept


def place(nodes: Sequence[Node], links: Sequence[Link], width: float) -> Plan:
    """Lays everything out from (0, 0) within the width."""
    used = sorted((x for x in links if x.value > 0), key=lambda x: -x.value)
    kept = used[:_MOST_LINKS]
    layer = layers(nodes, kept)
    spots = _spots(nodes, kept, layer)
    columns = [[s for s in spots.values() if s.layer == i] for i in range(max(s.layer for s in spots.values()) + 1)]
    columns = [column for column in columns if column]
    tallest = max(map(len, columns))
    height = max(200.0, 46.0 * tallest)
    back = [x for x in kept if spots[x.target].layer <= spots[x.source].layer]
    unit = min((height - _PAD * (len(c) - 1)) / sum(s.value for s in c) for c in columns)
    unit = min(unit, _LARGEST_UNIT)
    if back:
        # Arcs turn at the sides and lie below: neither may take more than its part of the paper.
        values = [x.value for x in back]
        unit = min(unit, width * 0.1 / max(values), height * 0.6 / sum(values))
    thickest = max((x.value * unit for x in back), default=0.0)
    reach = _reach(len(back) - 1, thickest)
    margin = max(1.3 * reach, reach + thickest / 2) if back else 0.0
    gap = (width - 2 * margin - _BAR) / (len(columns) - 1) if len(columns) > 1 else 0.0
    for index, column in enumerate(columns):
        for spot in column:
            spot.x, spot.height, spot.layer = margin + gap * index, spot.value * unit, index
    _settle_heights(columns, spots, kept, height)
    ribbons, foot = _ribbons(spots, kept, unit, height)
    return Plan(tuple(spots.values()), tuple(ribbons), foot, gap, left_out=len(used) - len(kept))


def _reach(nth: int, thick: float) -> float:
    """How far the nth arc swings out at the side."""
    return 10 + thick / 2 + 6 * min(nth, 4)


def _spots(nodes: Sequence[Node], links: Sequence[Link], layer: dict[str, int]) -> dict[str, Spot]:
    inward, outward = dict.fromkeys(layer, 0.0), dict.fromkeys(layer, 0.0)
    for link in links:
        outward[link.source] += link.value
        inward[link.target] += link.value
    return {
        node.id: Spot(node, node.tone or accent(index), layer[node.id], max(inward[node.id], outward[node.id]))
        for index, node in enumerate(nodes)
        if inward[node.id] or outward[node.id]
    }


def _settle_heights(columns: list[list[Spot]], spots: dict[str, Spot], links: Sequence[Link], height: float) -> None:
    for column in columns:
        _stack(column, height)
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else columns[::-1]:
            wish = {spot.node.id: _wish(spot, spots, links, sweep % 2 == 0) for spot in column}
            column.sort(key=lambda spot: wish[spot.node.id])
            _stack(column, height, wish)


def _wish(spot: Spot, spots: dict[str, Spot], links: Sequence[Link], rightward: bool) -> float:
    """Mean height of the neighbours on one side, weighted by what flows."""
    total = weight = 0.0
    for link in links:
        near, far = (link.target, link.source) if rightward else (link.source, link.target)
        other = spots[far]
        if near == spot.node.id and (other.layer < spot.layer if rightward else other.layer > spot.layer):
            total, weight = total + other.middle * link.value, weight + link.value
    return total / weight if weight else spot.middle


def _stack(column: list[Spot], height: float, wish: dict[str, float] | None = None) -> None:
    """Puts bars near their wishes without overlap, inside 0..height."""
    floor = 0.0
    for spot in column:
        spot.y = max(floor, wish[spot.node.id] - spot.height / 2 if wish else floor)
        floor = spot.y + spot.height + _PAD
    roof = height
    for spot in reversed(column):
        spot.y = max(0.0, min(spot.y, roof - spot.height))
        roof = spot.y - _PAD


def _ribbons(spots: dict[str, Spot], links: Sequence[Link], unit: float, height: float) -> tuple[list[Ribbon], float]:
    leads_back = [spots[x.target].layer <= spots[x.source].layer for x in links]
    back = [x for x, leads in zip(links, leads_back, strict=True) if leads]
    # Links that lead back leave and enter at the foot of the bars, the longest outermost.
    back.sort(key=lambda x: (spots[x.source].layer - spots[x.target].layer, spots[x.source].middle))
    ahead = [x for x, leads in zip(links, leads_back, strict=True) if not leads]
    starts: dict[tuple[str, str, int], float] = {}
    ends: dict[tuple[str, str, int], float] = {}
    for link in [*sorted(ahead, key=lambda x: spots[x.target].middle), *back[::-1]]:
        source = spots[link.source]
        starts[link.source, link.target, id(link)] = source.y + source.right_used + link.value * unit / 2
        source.right_used += link.value * unit
    for link in [*sorted(ahead, key=lambda x: spots[x.source].middle), *back[::-1]]:
        target = spots[link.target]
        ends[link.source, link.target, id(link)] = target.y + target.left_used + link.value * unit / 2
        target.left_used += link.value * unit
    ribbons = []
    foot = height
    for index, link in enumerate(ahead + back):
        key, thick = (link.source, link.target, id(link)), link.value * unit
        nth = index - len(ahead)
        lane, reach = (foot + 8 + thick / 2, _reach(nth, thick)) if nth >= 0 else (0.0, 0.0)
        foot = foot + 8 + thick if nth >= 0 else foot
        ribbons.append(Ribbon(link, spots[link.source], spots[link.target], starts[key], ends[key], thick, lane, reach))
    return ribbons, foot
