"""What changed from one model to another, to be read by people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import attrs

from custlife.stages.text import arrow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.stages.model import StageModel
    from custlife.stages.stage import Stage
    from custlife.stages.transition import Transition

__all__ = ["Change", "ModelDiff"]

Sort = Literal["added", "removed", "renamed", "moved", "changed"]
_SIGNS: dict[Sort, str] = {"added": "+", "removed": "-", "renamed": "~", "moved": "~", "changed": "~"}


@attrs.frozen
class Change:
    """One difference between two models.

    Attributes:
        sort: `"added"`, `"removed"`, `"renamed"`, `"moved"` or `"changed"`.
        where: What it is about: `model`, `stage 'trial'`, `transition 'trial' -> 'paid'`.
        field: The field that changed; empty where the whole thing was added, removed, renamed or moved.
        before: What was there.
        after: What is there.

    Examples:
        >>> print(Change("changed", "model", "policy", "open", "forward"))
        ~ model: policy 'open' -> 'forward'
    """

    sort: Sort
    where: str
    field: str = ""
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        head = f"{_SIGNS[self.sort]} {self.where}"
        if self.sort in ("added", "removed"):
            return head
        values = f"{self.before!r} -> {self.after!r}"
        return f"{head}: {self.field} {values}" if self.field else f"{head}: {self.sort} {values}"


@attrs.frozen
class ModelDiff:
    """What changed from one model to another; false where nothing did.

    Attributes:
        before: The older model, by name and version.
        after: The newer model, by name and version.
        changes: The differences: of the model, of its stages, of its transitions.

    Examples:
        >>> bool(ModelDiff("'saas' 1", "'saas' 1", ()))
        False
    """

    before: str
    after: str
    changes: tuple[Change, ...]

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __str__(self) -> str:
        lines = [str(change) for change in self.changes] or ["nothing changed"]
        return "\n".join([f"{self.before} -> {self.after}", *(f"  {line}" for line in lines)])


def diff(before: StageModel, after: StageModel) -> ModelDiff:
    """What changed from one model to another; a stage that was renamed by an edit is followed."""
    names = {stage.key: _followed(stage.key, _renames(before, after)) for stage in _all(before)}
    names = {old: new for old, new in names.items() if new in after}
    changes = [
        *_of_model(before, after, names),
        *_of_stages(before, after, names),
        *_of_order(before, after, names),
        *_of_transitions(before, after, names),
    ]
    titles = [f"model {model.name!r} version {model.version}" for model in (before, after)]
    return ModelDiff(titles[0], titles[1], tuple(changes))


def _renames(before: StageModel, after: StageModel) -> list[tuple[str, str]]:
    """Old and new key of each renaming that lies between two models, undone where the second is the older one."""
    done = [(e.stage, *e.into) for e in after.edits if e.kind == "rename" and e.version > before.version]
    undone = [(*e.into, e.stage) for e in before.edits if e.kind == "rename" and e.version > after.version]
    return [(old, new) for old, new in (*reversed(undone), *done)]


def _followed(key: str, renames: list[tuple[str, str]]) -> str:
    for old, new in renames:
        key = new if key == old else key
    return key


def _all(model: StageModel) -> tuple[Stage, ...]:
    return (*model.stages, *model.unplaced, *model.exits)


def _of_model(before: StageModel, after: StageModel, names: dict[str, str]) -> Iterator[Change]:
    for field in ("name", "title", "about", "policy", "customer_from", "cited"):
        old, new = getattr(before, field), getattr(after, field)
        if (names.get(old, old) if field == "customer_from" else old) != new:
            yield Change("changed", "model", field, old, new)


def _of_stages(before: StageModel, after: StageModel, names: dict[str, str]) -> Iterator[Change]:
    kept = set(names.values())
    for old in _all(before):
        if old.key not in names:
            yield Change("removed", f"stage {old.key!r}")
            continue
        new = after[names[old.key]]
        if new.key != old.key:
            yield Change("renamed", f"stage {old.key!r}", "", old.key, new.key)
        for field in attrs.fields(type(old))[1:]:
            values = getattr(old, field.name), getattr(new, field.name)
            if values[0] != values[1]:
                yield Change("changed", f"stage {new.key!r}", field.name, *values)
    for stage in _all(after):
        if stage.key not in kept:
            yield Change("added", f"stage {stage.key!r}")


def _of_order(before: StageModel, after: StageModel, names: dict[str, str]) -> Iterator[Change]:
    """Stages that stand in another list, or stand differently to those that stayed."""
    for room in ("stages", "unplaced", "exits"):
        old = [names[s.key] for s in getattr(before, room) if s.key in names]
        new = [s.key for s in getattr(after, room)]
        for key in old:
            if key not in new:
                now = next(r for r in ("stages", "unplaced", "exits") if key in [s.key for s in getattr(after, r)])
                yield Change("moved", f"stage {key!r}", "", room, now)
        stayed = [key for key in old if key in new]
        order = [key for key in new if key in stayed]
        still = _longest_rising([order.index(key) for key in stayed])
        for index, key in enumerate(stayed):
            if index not in still:
                yield Change("moved", f"stage {key!r}", "", old.index(key) + 1, new.index(key) + 1)


def _longest_rising(numbers: list[int]) -> set[int]:
    """Indexes of a longest rising run: what stayed in order when as little as possible was moved."""
    runs: list[list[int]] = [[]]
    for index, number in enumerate(numbers):
        ahead = [run for run in runs if not run or numbers[run[-1]] < number]
        longest: list[int] = max(ahead, key=len)
        runs.append([*longest, index])
    longest = max(runs, key=len)
    return set(longest)


def _of_transitions(before: StageModel, after: StageModel, names: dict[str, str]) -> Iterator[Change]:
    old = {
        (names.get(t.from_stage or "", t.from_stage), names.get(t.to_stage, t.to_stage)): t for t in before.transitions
    }
    new = {(t.from_stage, t.to_stage): t for t in after.transitions}
    for ends, transition in old.items():
        where = f"transition {arrow(*ends)}"
        if ends not in new:
            yield Change("removed", where)
        else:
            yield from _of_transition(where, transition, new[ends])
    for ends in new:
        if ends not in old:
            yield Change("added", f"transition {arrow(*ends)}")


def _of_transition(where: str, old: Transition, new: Transition) -> Iterator[Change]:
    for field in attrs.fields(type(old))[2:]:
        values = getattr(old, field.name), getattr(new, field.name)
        if values[0] != values[1]:
            yield Change("changed", where, field.name, *values)
