"""Models as people see them: one line, a table, a diagram of the stages, a map of the journey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.pictures import Arrow, Box, Boxes, Table

if TYPE_CHECKING:
    from custlife.stages.model import StageModel
    from custlife.stages.stage import Stage
    from custlife.stages.transition import Transition

_POLICIES = {
    "open": "Any move is allowed.",
    "forward": "Any move is allowed, but none back along the path.",
    "stepwise": "Moves lead to the next stage or an exit; who comes back starts over or goes on.",
    "declared": "Only the moves drawn here are allowed.",
}
_JOURNEY = {
    "owner": "owners",
    "needs": "needs",
    "process": "process",
    "touchpoints": "touchpoints",
    "content": "content",
    "metrics": "metrics",
}


def line(model: StageModel) -> str:
    """The model in one line."""
    keys = list(model.keys)
    listed = repr(keys) if len(keys) <= 9 else f"[{', '.join(map(repr, keys[:7]))}, ... {len(keys) - 7} more]"
    said = [repr(model.name), listed, f"policy={model.policy!r}"]
    if model.customer_from is not None:
        said.append(f"customer_from={model.customer_from!r}")
    return f"StageModel({', '.join([*said, f'version={model.version}'])})"


def overview(model: StageModel) -> Table:
    """The stages in order, with exits and unplaced stages below."""
    rows = [[str(index), *_row(stage)] for index, stage in enumerate(model.stages, 1)]
    rows += [["unplaced", *_row(stage)] for stage in model.unplaced]
    rows += [[stage.exit or "", *_row(stage)] for stage in model.exits]
    said = [f"policy: {model.policy}"]
    if model.customer_from is not None:
        said.append(f"customers from: {model.customer_from}")
    said += [_way(transition) for transition in model.transitions]
    title = f"{model.title or model.name} (model {model.name!r}, version {model.version})"
    return Table(["place", "stage", "name", "phase", "owners"], rows, title, "; ".join(said))


def diagram(model: StageModel) -> Boxes:
    """The path as boxes from left to right, with what is declared as arrows and the rest in words."""
    nodes = [Box(s.key, s.label, ", ".join(s.owners) or s.phase) for s in model.stages]
    nodes += [Box(s.key, s.label, "unplaced", 1) for s in model.unplaced]
    nodes += [Box(s.key, s.label, s.exit or "", 2, "pending" if s.exit == "paused" else "bad") for s in model.exits]
    drawn: dict[tuple[str | None, str], str]
    drawn = {pair: "" for pair in zip(model.keys, model.keys[1:], strict=False) if model.allows(*pair)}
    drawn |= {(t.from_stage, t.to_stage): t.action for t in model.transitions}
    arrows = [Arrow(origin, to, action) for (origin, to), action in drawn.items() if origin is not None]
    ways_in = [f"Way in: {model[t.to_stage].label}." for t in model.transitions if t.from_stage is None]
    return Boxes(nodes, arrows, model.title or model.name, " ".join([_POLICIES[model.policy], *ways_in]))


def journey(model: StageModel) -> Table:
    """The designed journey: for each stage who is in charge, what the customer wants, and what we do, show, measure."""
    rows = [[stage.label, *(getattr(stage, field) or None for field in _JOURNEY.values())] for stage in model.stages]
    return Table(["stage", *_JOURNEY], rows, f"Journey: {model.title or model.name}")


def _row(stage: Stage) -> list[str]:
    return [stage.key, stage.label, stage.phase, ", ".join(stage.owners)]


def _way(transition: Transition) -> str:
    said = [transition.action] if transition.action else []
    said += [f"at least {transition.min_gap.to_text()}"] if transition.min_gap is not None else []
    said += [f"at most {transition.max_gap.to_text()}"] if transition.max_gap is not None else []
    said += ["needs a reason"] if transition.reason_required else []
    said += [
        f"needs {guard if isinstance(guard, str) else f'{guard.what} {guard.name}'}" for guard in transition.guards
    ]
    details = f" ({', '.join(said)})" if said else ""
    return f"{transition.from_stage or 'start'} -> {transition.to_stage}{details}"
