"""Flows between nodes in layers: a Sankey picture whose links back are arcs below."""

from __future__ import annotations

from typing import Any

import attrs

from custlife.errors import UnknownNameError, UsageError
from custlife.pictures.base import Picture
from custlife.pictures.checks import each, need_choice
from custlife.pictures.flows_layout import place
from custlife.pictures.flows_svg import draw
from custlife.pictures.scales import FORMATS, Format, shown, to_number
from custlife.pictures.table import Table
from custlife.pictures.tones import check_tone
from custlife.pictures.words import clean


def _value(value: Any) -> float:
    return to_number(value) or 0.0


@attrs.frozen
class Node:
    """A place that things flow through.

    Attributes:
        id: Names the node in links.
        label: What is written; empty: the id.
        layer: Column, counted from 0; None: found from the links.
        tone: A tone; empty: an accent in turn.
    """

    id: str = attrs.field(converter=str)
    label: str = attrs.field(default="", converter=clean)
    layer: int | None = None
    tone: str = ""

    def __attrs_post_init__(self) -> None:
        check_tone(self.tone)

    @property
    def name(self) -> str:
        """The label, or the id where there is none."""
        return self.label or clean(self.id)


@attrs.frozen
class Link:
    """So much from one node to another; a value below zero is refused."""

    source: str = attrs.field(converter=str)
    target: str = attrs.field(converter=str)
    value: float = attrs.field(converter=_value)

    def __attrs_post_init__(self) -> None:
        if self.value < 0:
            raise UsageError(
                f"link {self.source!r} to {self.target!r} has value={self.value!r} below zero",
                "pass zero or more; give a flow back as a link the other way",
            )


def nodes(values: Any) -> tuple[Node, ...]:
    """Converter: nodes, ids, or tuples of fields."""
    return each(Node, [(value,) if isinstance(value, str) else value for value in values])


def links(values: Any) -> tuple[Link, ...]:
    """Converter: links, or tuples (source, target, value)."""
    return each(Link, values)


@attrs.frozen(repr=False)
class Flows(Picture):
    """How much goes from where to where.

    Nodes without layers are laid out along their links; a link to the same or an earlier layer is an arc below.

    Attributes:
        nodes: `Node`s, ids, or tuples (id, label, layer, tone), in their natural order.
        links: `Link`s, or tuples (source, target, value).
        title: Stands above.
        note: Stands below.
        form: "number" or "percent": how values are written.

    Raises:
        UnknownNameError: For a link to a node that is not there.
        UsageError: For two nodes with one id, a negative value, or layers on some nodes only.

    Examples:
        >>> print(Flows(["a", "b"], [("a", "b", 3)]))
        from  to  value    share
        ────  ──  ─────  ───────  ──────────
        a     b       3  100.0 %  ██████████
    """

    nodes: tuple[Node, ...] = attrs.field(converter=nodes)
    links: tuple[Link, ...] = attrs.field(converter=links)
    title: str = attrs.field(default="", converter=clean)
    note: str = attrs.field(default="", converter=clean)
    form: Format = attrs.field(default="number", kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_choice("form", self.form, FORMATS)
        ids = [node.id for node in self.nodes]
        twice = next((name for index, name in enumerate(ids) if name in ids[:index]), None)
        if twice is not None:
            raise UsageError(f"two nodes have the id {twice!r}", "give each node its own id")
        known = set(ids)
        for index, link in enumerate(self.links):
            for name in (link.source, link.target):
                if name not in known:
                    raise UnknownNameError("node", name, ids, f"links[{index}]")
        given = sum(node.layer is not None for node in self.nodes)
        if 0 < given < len(ids):
            raise UsageError(f"{given} of {len(ids)} nodes have a layer", "give all nodes a layer, or none")

    def text(self, width: int = 80) -> str:
        """A table of the links, in the order of the nodes, with their share of what leaves the source."""
        names = {node.id: node.name for node in self.nodes}
        order = {node.id: index for index, node in enumerate(self.nodes)}
        leaving = {node.id: sum(x.value for x in self.links if x.source == node.id) or 1.0 for node in self.nodes}
        rows = []
        for link in sorted(self.links, key=lambda x: (order[x.source], order[x.target])):
            share = link.value / leaving[link.source]
            value = link.value if self.form == "number" else shown(link.value, self.form)
            rows.append(
                (names[link.source], names[link.target], value, shown(share, "percent"), "█" * round(share * 10))
            )
        side = ["left", "left", "right", "right", "left"]
        return Table(["from", "to", "value", "share", ""], rows, self.title, self.note, align=side).text(width)

    def svg(self, width: int = 720) -> str:
        """The flows drawn; the largest two hundred."""
        sheet = self._sheet(width)
        if not any(link.value > 0 for link in self.links):
            sheet.nothing()
            return sheet.finish(self.note)
        plan = place(self.nodes, self.links, sheet.room)
        draw(plan, sheet, self.form)
        cut = f"... {plan.left_out:,} smaller flows not drawn" if plan.left_out else ""
        return sheet.finish(" · ".join(filter(None, [cut, self.note])))

    def _about(self) -> str:
        names = {node.id: node.name for node in self.nodes}
        largest = sorted(self.links, key=lambda link: -link.value)[:8]
        said = [f"{names[x.source]} to {names[x.target]} {shown(x.value, self.form)}" for x in largest]
        return f"{len(self.links):,} flows: " + "; ".join(said)
