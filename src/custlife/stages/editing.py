"""Editing: a new model from an old one, with the edit on record, and old histories mapped by replaying the record.

Every change raises the version by one, so that two models of one name and version are the same. Only what changes
the meaning of keys is recorded as an `Edit`; texts, transitions and policies leave no trace in histories.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from custlife.errors import DefinitionError, UnknownNameError, UsageError, UsageTypeError, nearest
from custlife.stages.declaration import Declaration, several
from custlife.stages.edit import Edit, StageMapping
from custlife.stages.guards import Requires
from custlife.stages.stage import Stage, label_of
from custlife.stages.text import check_version, fold, listed
from custlife.stages.transition import Transition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custlife.stages.edit import EditKind
    from custlife.stages.guards import Guard
    from custlife.stages.model import StageModel
    from custlife.stages.stage import Exit

_Model = TypeVar("_Model", bound="StageModel")
_ROOMS = ("stages", "unplaced", "exits")


def renamed(model: _Model, old: str, new: str, label: str | None) -> _Model:
    """The model with a stage under another key."""
    stage = model[old]
    if label is None:
        label = "" if stage.label == label_of(old) else stage.label
    changed = attrs.evolve(stage, key=new, label=label)
    changed = _known_as(changed, old, stage.label, *stage.aliases)
    edit = _edit(model, "rename", old, (new,))
    return _replaced(model, old, (changed,), edit, first=new, last=new)


def inserted(
    model: _Model, stage: Stage | str, after: str | None, before: str | None, transitions: Iterable[Transition]
) -> _Model:
    """The model with one more stage."""
    stage = _stage("stage", stage)
    if stage.exit is not None and after is None and before is None:
        rooms: dict[str, Any] = {"exits": (*model.exits, stage)}
    else:
        rooms = _placed(model, stage, after, before)
    edit = _edit(model, "insert", stage.key)
    return _changed(model, edit, transitions=(*_loose(model), *listed("transitions", transitions)), **rooms)


def removed(model: _Model, key: str, into: str | None) -> _Model:
    """The model without a stage; another one may take over its history and its spellings."""
    gone = model[key]
    if into is None:
        return _replaced(model, key, (), _edit(model, "remove", key), first=None, last=None)
    if into == key:
        raise UsageError(f"into={into!r} is the stage to be removed", "name the stage that takes over", model._where)
    heir = model[into]
    edit = _edit(model, "remove", key, (into,))
    spelled = _known_as(heir, key, gone.label, *gone.aliases)
    rooms = {room: tuple(spelled if s is heir else s for s in getattr(model, room) if s is not gone) for room in _ROOMS}
    return _rewired(model, key, edit, into, into, **rooms)


def split(model: _Model, key: str, into: Sequence[Stage | str], default: str | None) -> _Model:
    """The model with several stages in the place of one."""
    gone = model[key]
    parts = [_stage(f"into[{index}]", part, gone.exit) for index, part in enumerate(several("into", into))]
    edit = _edit(model, "split", key, tuple(part.key for part in parts), default)
    if default is not None:
        spellings = (key, gone.label, *gone.aliases)
        taken = {fold(text) for part in parts if part.key != default for text in (part.key, part.label, *part.aliases)}
        free = [text for text in spellings if fold(text) not in taken]
        parts = [_known_as(part, *free) if part.key == default else part for part in parts]
    return _replaced(model, key, tuple(parts), edit, first=parts[0].key, last=parts[-1].key)


def merged(model: _Model, keys: Sequence[str], into: str) -> _Model:
    """The model with one stage in the place of several."""
    if keys and not isinstance(keys[0], str):
        raise UsageTypeError(f"merge takes keys, not {keys[0]!r}", "write model.merge('a', 'b', into='c')")
    for key in keys:
        model[key]
    if len(set(keys)) < 2:
        raise UsageError(f"merge needs two stages, got {list(keys)}", "name the stages to merge, and into=")
    made = model if into in keys else renamed(model, keys[0], into, None)
    for key in keys if into in keys else keys[1:]:
        if key != into:
            made = removed(made, key, into)
    return versioned(made, model.version + 1)


def reordered(model: _Model, key: str, after: str | None, before: str | None) -> _Model:
    """The model with a stage in another place of its list."""
    stage = model[key]
    if key in (after, before):
        raise UsageError(f"{key!r} cannot stand next to itself", "name another stage", model._where)
    room = _room(model, key)
    rest = tuple(s for s in getattr(model, room) if s is not stage)
    rooms = _placed(model, stage, after, before, {room: rest})
    if room not in rooms:
        hint = "a stage stays a stage, and an exit an exit: remove it and insert another"
        raise UsageError(f"{key!r} cannot move among the {next(iter(rooms))}", hint, model._where)
    return _changed(model, _edit(model, "reorder", key), **rooms)


def restaged(model: _Model, key: str, changes: dict[str, Any]) -> _Model:
    """The model with other fields of a stage."""
    if "key" in changes:
        raise UsageError("a stage changes its key by rename", f"write model.rename({key!r}, {changes['key']!r})")
    _check_fields(changes)
    stage, room = model[key], _room(model, key)
    changed = attrs.evolve(stage, **changes)
    return evolved(model, **{room: tuple(changed if s is stage else s for s in getattr(model, room))})


def with_transition(model: _Model, transition: Transition) -> _Model:
    """The model with a transition declared, in the place of one between the same stages."""
    given: object = transition
    if not isinstance(given, Transition):
        raise UsageTypeError(f"transition={given!r} is no Transition", "write Transition('trial', 'paid')")
    ends = (transition.from_stage, transition.to_stage)
    kept = [t for t in _loose(model) if (t.from_stage, t.to_stage) != ends]
    return evolved(model, transitions=(*kept, transition))


def without_transition(model: _Model, from_stage: str | None, to_stage: str) -> _Model:
    """The model with a transition no longer declared."""
    kept = [t for t in _loose(model) if (t.from_stage, t.to_stage) != (from_stage, to_stage)]
    if len(kept) == len(model.transitions):
        declared = [f"{t.from_stage or 'start'} -> {t.to_stage}" for t in model.transitions]
        raise UnknownNameError("transition", f"{from_stage or 'start'} -> {to_stage}", declared, model._where)
    return evolved(model, transitions=kept)


def evolved(model: _Model, **changes: Any) -> _Model:
    """The model with other fields, one version on."""
    return attrs.evolve(model, **{"version": model.version + 1, "transitions": _loose(model), **changes})


def versioned(model: _Model, version: int) -> _Model:
    """The model under another version number; edits of later versions become edits of this one."""
    edits = tuple(attrs.evolve(e, version=version) if e.version > version else e for e in model.edits)
    return attrs.evolve(model, version=version, edits=edits)


def mapping_from(model: StageModel, old: StageModel | int | Iterable[Edit]) -> StageMapping:
    """Where each stage of an older version goes, by replaying the edits since."""
    if not isinstance(old, int | Declaration):
        edits = _edits(old)
        return _replay(model, _before(model, edits), edits, f"edits -> {model._where}")
    version, name = (old, model.name) if isinstance(old, int) else (old.version, old.name)
    check_version(version)
    if version > model.version:
        hint = f"write the other way round: the model of version {version} maps from version {model.version}"
        raise UsageError(f"version {version} of model {name!r} is newer than version {model.version}", hint)
    edits = tuple(edit for edit in model.edits if edit.version > version)
    keys = _before(model, edits) if isinstance(old, int) else old.codes
    return _replay(model, keys, edits, f"model {name!r} version {version} -> {model._where} version {model.version}")


def _edits(given: Any) -> tuple[Edit, ...]:
    edits: tuple[Any, ...] = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
    for edit in edits:
        if not isinstance(edit, Edit):
            hint = "pass the older model, its version number, or the edits since"
            raise UsageTypeError(f"old={given!r} is no model", hint)
    return edits


def _before(model: StageModel, edits: tuple[Edit, ...]) -> tuple[str, ...]:
    keys = frozenset(model.codes)
    for edit in reversed(edits):
        keys = edit.before(keys)
    return tuple(sorted(keys))


def _replay(model: StageModel, keys: Iterable[str], edits: tuple[Edit, ...], where: str) -> StageMapping:
    pairs: list[tuple[str, str]] = []
    unmapped: list[tuple[str, str]] = []
    for key in keys:
        new, why = _followed(model, key, edits)
        if new is None:
            unmapped.append((key, why))
        else:
            pairs.append((key, new))
    return StageMapping(where, tuple(pairs), tuple(unmapped))


def _followed(model: StageModel, key: str, edits: tuple[Edit, ...]) -> tuple[str | None, str]:
    held: str = key
    for edit in edits:
        new = edit.leads_to(held)
        if new is None:
            return None, f"version {edit.version}: {edit}"
        held = new
    if held in model:
        return held, ""
    # a model that was written anew, not edited, says by its aliases what its stages were called
    spelled = model._spellings.get(fold(held))
    return spelled, f"version {model.version} has no such stage and no edit of it; {nearest(held, model.codes)}"


def _edit(model: StageModel, kind: EditKind, key: str, into: tuple[str, ...] = (), default: str | None = None) -> Edit:
    return Edit(model.version + 1, kind, key, into, default)


def _changed(model: _Model, edit: Edit, **changes: Any) -> _Model:
    return evolved(model, edits=(*model.edits, edit), **changes)


def _stage(name: str, given: Stage | str, exit: Exit | None = None) -> Stage:
    if isinstance(given, Stage):
        return given
    if not isinstance(given, str):
        raise UsageTypeError(f"{name}={given!r} is no Stage", "write Stage(...), or the key of one stage")
    return Stage(given, exit=exit)


def _known_as(stage: Stage, *spellings: str) -> Stage:
    """The stage with spellings that it goes by from now on, those that are its own left out."""
    folded = {fold(stage.key), fold(stage.label)}
    aliases: list[str] = []
    for text in (*stage.aliases, *spellings):
        if fold(text) not in folded:
            folded.add(fold(text))
            aliases.append(text)
    return attrs.evolve(stage, aliases=aliases)


def _room(model: StageModel, key: str) -> str:
    return next(room for room in _ROOMS if any(s.key == key for s in getattr(model, room)))


def _loose(model: StageModel) -> list[Transition]:
    """The transitions without their kinds, for those may change with the path."""
    return [attrs.evolve(transition, kind=None) for transition in model.transitions]


def _placed(
    model: StageModel, stage: Stage, after: str | None, before: str | None, lists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The list that the neighbour is in, with the stage next to it."""
    if (after is None) == (before is None):
        hint = f"write after={model.stages[-1].key!r}, or before= another stage"
        raise UsageError(f"stage {stage.key!r} needs one neighbour, got {after=} and {before=}", hint, model._where)
    neighbour = model[after if after is not None else before or ""].key
    room = _room(model, neighbour)
    held = list((lists or {}).get(room) or getattr(model, room))
    index = [s.key for s in held].index(neighbour) + (after is not None)
    return {room: (*held[:index], stage, *held[index:])}


def _replaced(
    model: _Model, key: str, parts: tuple[Stage, ...], edit: Edit, *, first: str | None, last: str | None
) -> _Model:
    """The model with some stages in the place of one: ways in lead to the first, ways out start from the last."""
    rooms: dict[str, Any] = {}
    for room in _ROOMS:
        held = getattr(model, room)
        rooms[room] = tuple(new for s in held for new in (parts if s.key == key else (s,)))
    return _rewired(model, key, edit, first, last, **rooms)


def _rewired(model: _Model, key: str, edit: Edit, first: str | None, last: str | None, **rooms: Any) -> _Model:
    """The model with all that named a stage naming its heirs; what has no heir is dropped."""
    seen: dict[tuple[str | None, str], Transition] = {}
    for t in model.transitions:
        origin = last if t.from_stage == key else t.from_stage
        target = first if t.to_stage == key else t.to_stage
        lost = target is None or (origin is None and t.from_stage is not None)
        if lost or target is None or origin == target:
            continue
        guards = tuple(_guard_of(guard, key, edit.default or first) for guard in t.guards)
        kept = attrs.evolve(t, from_stage=origin, to_stage=target, kind=None, guards=guards)
        seen.setdefault((origin, target), kept)
    if edit.kind == "split" and model.policy == "declared":
        for pair in zip(edit.into, edit.into[1:], strict=False):
            seen.setdefault(pair, Transition(*pair))
    customer_from = _customer_from(model, key, first)
    return _changed(model, edit, transitions=tuple(seen.values()), customer_from=customer_from, **rooms)


def _guard_of(guard: Guard, key: str, heir: str | None) -> Guard:
    if isinstance(guard, Requires) and guard.what == "stage" and guard.name == key and heir is not None:
        return attrs.evolve(guard, name=heir)
    return guard


def _customer_from(model: StageModel, key: str, heir: str | None) -> str | None:
    if model.customer_from != key:
        return model.customer_from
    if heir is not None:
        return heir
    following = model.stages[model.rank(key) + 1 :]
    if not following:
        hint = "write model.with_customer_from(...) first"
        raise DefinitionError(f"{model._where} would lose customer_from={key!r}", hint)
    return following[0].key


def _check_fields(changes: dict[str, Any]) -> None:
    known = [field.name for field in attrs.fields(Stage)]
    for name in changes:
        if name not in known:
            raise UnknownNameError("field of Stage", name, known)
