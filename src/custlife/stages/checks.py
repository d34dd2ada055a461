"""What a model must be before it may exist; everything wrong is found before anything is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.errors import DefinitionError, UnknownNameError, UsageTypeError, nearest
from custlife.stages.edges import Edges
from custlife.stages.law import POLICIES
from custlife.stages.stage import Stage
from custlife.stages.text import arrow, check_text, check_version, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.stages.declaration import Declaration
    from custlife.stages.law import MoveKind
    from custlife.stages.transition import Transition

Problem = tuple[str, str]


def check_shape(model: Declaration) -> None:
    """Refuse arguments of the wrong kind, an empty path, and exits and stages in each other's place."""
    check_text("name", model.name, blank=False)
    check_text("title", model.title)
    check_text("about", model.about, lines=True)
    if model.policy not in POLICIES:
        raise UnknownNameError("policy", model.policy, POLICIES, model._where)
    check_version(model.version)
    _check_types(model)
    _raise(model, _misplaced(model))


def check_names(model: Declaration) -> dict[str, str]:
    """The key for each spelling of a stage, folded; refuses a spelling that two stages share."""
    owners: dict[str, str] = {}
    problems: list[Problem] = []
    keys: set[str] = set()
    for stage in (*model.stages, *model.unplaced, *model.exits):
        if stage.key in keys:
            problems.append((f"has the stage {stage.key!r} twice", "keep one, or give the other its own key"))
            continue
        keys.add(stage.key)
        for spelling in (stage.key, stage.label, *stage.aliases):
            owner = owners.setdefault(fold(spelling), stage.key)
            if owner != stage.key:
                what = f"spells both {owner!r} and {stage.key!r} as {spelling!r}"
                problems.append((what, f"drop the label or alias {spelling!r} from one of them"))
    _raise(model, problems)
    return owners


def admitted_exits(model: Declaration) -> tuple[Stage, ...]:
    """The default exits that do not get in the way of what the model says itself."""
    taken = {fold(text) for s in (*model.stages, *model.unplaced) for text in (s.key, s.label, *s.aliases)}
    free = (stage for stage in model.exits if fold(stage.key) not in taken)
    if model.policy != "declared":
        return tuple(free)
    named = {key for t in model.transitions for key in (t.from_stage, t.to_stage)}
    return tuple(stage for stage in free if stage.key in named)


def derived_transitions(model: Declaration) -> tuple[Transition, ...]:
    """The transitions with their kinds by the law, and the way in that `declared` takes for granted."""
    _raise(model, _unknown_stages(model))
    transitions = model.transitions
    if model.policy == "declared" and all(t.from_stage is not None for t in transitions):
        from custlife.stages.transition import Transition

        transitions = (Transition(None, model.stages[0].key), *transitions)
    edges = Edges(model._where, model._places, model.policy, {})
    derived = [(t, edges[t.from_stage, t.to_stage].kind) for t in transitions]
    _raise(model, _wrong_kinds(derived))
    return tuple(t if t.kind is kind else attrs.evolve(t, kind=kind) for t, kind in derived)


def check_links(model: Declaration) -> None:
    """Refuse what the stages, transitions and guards say of each other and cannot be."""
    _raise(model, _wrong_links(model))


def _check_types(model: Declaration) -> None:
    # what a model does not use is not imported: `import custlife` is to stay light
    kinds: dict[str, type] = {"stages": Stage, "unplaced": Stage, "exits": Stage}
    if model.transitions:
        from custlife.stages.transition import Transition

        kinds["transitions"] = Transition
    if model.edits:
        from custlife.stages.edit import Edit

        kinds["edits"] = Edit
    values = [(f"{name}[{i}]", v, kind) for name, kind in kinds.items() for i, v in enumerate(getattr(model, name))]
    if model.cited is not None:
        from custlife.stages.citation import Citation

        values.append(("cited", model.cited, Citation))
    for name, value, kind in values:
        if not isinstance(value, kind):
            raise UsageTypeError(f"{name}={value!r} is no {kind.__name__}", f"write {kind.__name__}(...)", model._where)


def _misplaced(model: Declaration) -> Iterator[Problem]:
    if not model.stages:
        yield "has no stages", "name at least one stage of the path"
    for stage in (*model.stages, *model.unplaced):
        if stage.exit is not None:
            yield f"has the exit {stage.key!r} among its stages", "pass it in exits=[...]"
    for stage in model.exits:
        if stage.exit is None:
            hint = f"write Stage({stage.key!r}, exit='paused') if one may come back from it, else exit='ended'"
            yield f"has the exit {stage.key!r}, which is neither paused nor ended", hint


def _unknown_stages(model: Declaration) -> Iterator[Problem]:
    seen: set[tuple[str | None, str]] = set()
    for transition in model.transitions:
        ends = (transition.from_stage, transition.to_stage)
        for key in ends:
            if key is not None and key not in model._places:
                yield f"has a transition naming the unknown stage {key!r}", nearest(key, model._places)
        if ends in seen:
            yield f"has the transition {arrow(*ends)} twice", "keep one of them"
        seen.add(ends)


def _wrong_kinds(derived: list[tuple[Transition, MoveKind]]) -> Iterator[Problem]:
    for transition, kind in derived:
        if transition.kind not in (None, kind):
            way = arrow(transition.from_stage, transition.to_stage)
            yield f"calls the transition {way} {transition.kind!r}; it is {kind!r}", "leave kind out: it is derived"


def _wrong_links(model: Declaration) -> Iterator[Problem]:
    path = [stage.key for stage in model.stages]
    if model.customer_from is not None and model.customer_from not in path:
        yield f"has customer_from={model.customer_from!r}, which is not on its path", nearest(model.customer_from, path)
    for transition in model.transitions:
        for guard in transition.guards:
            if not isinstance(guard, str) and guard.what == "stage" and guard.name not in model._places:
                way = arrow(transition.from_stage, transition.to_stage)
                yield f"requires the unknown stage {guard.name!r} for {way}", nearest(guard.name, model._places)
    for edit in model.edits:
        if not 1 < edit.version <= model.version:
            what = f"has an edit of version {edit.version} ({edit}), but is version {model.version}"
            yield what, f"edits belong to the versions 2 to {model.version}" if model.version > 1 else "raise version="
    if model.policy == "declared":
        yield from _unreachable(model)


def _unreachable(model: Declaration) -> Iterator[Problem]:
    ways: dict[str | None, list[str]] = {}
    for transition in model.transitions:
        ways.setdefault(transition.from_stage, []).append(transition.to_stage)
    starts = ways.get(None, [])
    reached: set[str] = set()
    ahead = list(starts)
    while ahead:
        key = ahead.pop()
        if key not in reached:
            reached.add(key)
            ahead.extend(ways.get(key, ()))
    missed = [key for key in model._places if key not in reached]
    if missed:
        hint = "add a Transition into each of them, or drop the stage"
        yield f"can never reach {missed} from {' or '.join(map(repr, starts))}", hint


def _raise(model: Declaration, problems: Iterator[Problem] | list[Problem]) -> None:
    found = list(dict.fromkeys(problems))
    if not found:
        return
    if len(found) == 1:
        ((what, hint),) = found
        raise DefinitionError(f"{model._where} {what}", hint)
    lines = "".join(f"\n  {number}. it {what}" for number, (what, _) in enumerate(found, 1))
    hints = "; ".join(f"{number}. {hint}" for number, (_, hint) in enumerate(found, 1))
    raise DefinitionError(f"{model._where} has {len(found)} faults:{lines}", hints)
