"""Flows as a Plotly Sankey diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.pictures.flows_layout import Plan, place
from custlife.pictures.plotly_layout import Spec, faint, frame, text
from custlife.pictures.scales import shown
from custlife.pictures.tones import accent, fallback

if TYPE_CHECKING:
    from custlife.pictures.flows import Flows

_WIDTH = 640.0


def flows(picture: Flows) -> Spec | None:
    """Every flow above zero; where none leads back, the nodes stand as in the drawn picture."""
    links = [link for link in picture.links if link.value > 0]
    if not links:
        return None
    plan = place(picture.nodes, picture.links, _WIDTH)
    order = {node.id: index for index, node in enumerate(picture.nodes)}
    names = [node.name for node in picture.nodes]
    tones = [node.tone or accent(index) for index, node in enumerate(picture.nodes)]
    told = [
        text(f"{names[order[link.source]]} to {names[order[link.target]]}: {shown(link.value, picture.form)}")
        for link in links
    ]
    fixed = "%{customdata}<extra></extra>"
    trace = {
        "type": "sankey",
        "arrangement": "snap",
        "node": {
            "label": [text(name, 30) for name in names],
            "customdata": [text(name) for name in names],
            "color": [fallback(tone) for tone in tones],
            "hovertemplate": fixed,
            "pad": 18,
            "thickness": 14,
            **_places(picture, plan),
        },
        "link": {
            "source": [order[link.source] for link in links],
            "target": [order[link.target] for link in links],
            "value": [link.value for link in links],
            "color": [faint(tones[order[link.source]], 0.35) for link in links],
            "customdata": told,
            "hovertemplate": fixed,
        },
    }
    tall = max(420.0, plan.height) if _leads_back(plan) else max(260.0, plan.height)
    return frame(picture.title, picture.note, [trace], {}, tall)


def _places(picture: Flows, plan: Plan) -> Spec:
    """Middles of the nodes as shares of the plot; none where Plotly must find room for links that lead back."""
    spots = {spot.node.id: spot for spot in plan.spots}
    if _leads_back(plan) or len(spots) < len(picture.nodes):
        return {}
    found = [spots[node.id] for node in picture.nodes]
    wide, tall = max(spot.x for spot in found) or 1.0, max(spot.y + spot.height for spot in found) or 1.0
    return {
        "x": [_inside(spot.x / wide) for spot in found],
        "y": [_inside(spot.middle / tall) for spot in found],
    }


def _leads_back(plan: Plan) -> bool:
    return any(ribbon.lane for ribbon in plan.ribbons)


def _inside(share: float) -> float:
    # Plotly takes 0 for "not given".
    return round(min(max(share, 0.001), 0.999), 4)
