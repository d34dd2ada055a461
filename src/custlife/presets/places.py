"""The rules of a crosswalk: what a stage is in another model, by place on the spine and never by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from custlife.presets.spine import SPINE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.stages import Stage, StageModel

__all__ = ["Pairing", "Verdict", "pair"]

Verdict: TypeAlias = Literal["exact", "chosen", "ambiguous", "none"]

_ROLES = {"lapsed": "lapsed", "churned": "lapsed"}
"""Where the standard exits stand that a model does not place; the others stand where their key says."""


@attrs.frozen
class Pairing:
    """What a stage of one model is in another.

    Attributes:
        stage: Key of the stage, or of the exit.
        verdict: `"exact"` (decided by the spine), `"chosen"` (by the caller), `"ambiguous"` or `"none"`.
        to: Keys of the stages it may be, the likeliest first; one if decided, none if there is none.
        reason: Why, in words.
        nearest: Where there is none: key of the nearest stage of the path, the earlier of two; else None.
    """

    stage: str
    verdict: Verdict
    to: tuple[str, ...]
    reason: str
    nearest: str | None = None

    @property
    def decided(self) -> bool:
        """Whether there is one answer."""
        return self.verdict in {"exact", "chosen"}

    @property
    def guess(self) -> str | None:
        """The answer, or the likeliest one where it is open; None where nothing is even near."""
        return self.to[0] if self.to else self.nearest


def pair(stage: Stage, own: StageModel, other: StageModel) -> Pairing:
    """What a stage of one model is in another, by their places."""
    if own == other:
        return Pairing(stage.key, "exact", (stage.key,), "the same model")
    if stage.exit is not None:
        return _exit(stage, other)
    if stage.phase not in SPINE:
        return Pairing(stage.key, "none", (), f"{stage.key} has no place on the spine")
    return _twin(stage, own, other) or _placed(stage, other)


def _twin(stage: Stage, own: StageModel, other: StageModel) -> Pairing | None:
    """Where both models divide a place alike, its stages are paired one by one."""
    ours, theirs = _at(own, stage.phase), _at(other, stage.phase)
    if stage not in ours or [_places(s) for s in ours] != [_places(s) for s in theirs]:
        return None
    index = ours.index(stage)
    reason = f"both stand at {stage.phase}"
    if len(ours) > 1:
        reason = f"both are number {index + 1} of {len(ours)} at {stage.phase}"
    return Pairing(stage.key, "exact", (theirs[index].key,), reason)


def _placed(stage: Stage, other: StageModel) -> Pairing:
    chief = _at(other, stage.phase)
    second = [found for place in stage.also for found in _at(other, place)]
    if len(chief) == 1 and not second:
        return Pairing(stage.key, "exact", (chief[0].key,), f"both stand at {stage.phase}")
    if chief:
        found = _likeliest([*chief, *second], stage)
        return Pairing(stage.key, "ambiguous", _keys(found), f"{_said(stage)} may be {_listed(found)}")
    found = _likeliest([*(s for s in other.stages if stage.phase in s.also), *second], stage)
    if found:
        reason = f"{other.name} has no stage of its own at {stage.phase}; it may be {_listed(found)}"
        return Pairing(stage.key, "ambiguous", _keys(found), reason)
    near = _likeliest([s for s in other.stages if s.phase in SPINE], stage)
    reason = f"{other.name} has nothing at {stage.phase}"
    if not near:
        return Pairing(stage.key, "none", (), f"{reason}, and no stage with a place on the spine")
    return Pairing(stage.key, "none", (), f"{reason}; the nearest is {_said(near[0])}", near[0].key)


def _likeliest(found: list[Stage], stage: Stage) -> list[Stage]:
    """Nearest on the spine first; of two as near the earlier, for it credits nobody with progress not made."""
    place = _step(stage)
    return sorted(found, key=lambda s: (abs(_step(s) - place), _step(s)))


def _step(stage: Stage) -> int:
    return SPINE.index(stage.phase) if stage.phase in SPINE else len(SPINE)


def _exit(stage: Stage, other: StageModel) -> Pairing:
    """Exits are paired by what they mean; failing that, by whether one may come back from them."""
    alike = [found for found in other.exits if found.exit == stage.exit]
    same = [found for found in alike if _role(found) == _role(stage)]
    if len(same) == 1:
        return Pairing(stage.key, "exact", (same[0].key,), f"both are {stage.exit} exits of one meaning")
    found = same or alike
    if not found:
        return Pairing(stage.key, "none", (), f"{other.name} has no {stage.exit} exit")
    if len(found) == 1:
        return Pairing(stage.key, "exact", (found[0].key,), f"the only {stage.exit} exit of {other.name}")
    return Pairing(stage.key, "ambiguous", _keys(found), f"{other.name} has several {stage.exit} exits")


def _role(stage: Stage) -> str:
    return stage.phase or _ROLES.get(stage.key, stage.key)


def _at(model: StageModel, place: str) -> list[Stage]:
    return [stage for stage in model.stages if stage.phase == place]


def _places(stage: Stage) -> tuple[str, frozenset[str]]:
    return stage.phase, frozenset(stage.also)


def _keys(stages: Iterable[Stage]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(stage.key for stage in stages))


def _said(stage: Stage) -> str:
    return f"{stage.key} ({', '.join((stage.phase, *(f'also {place}' for place in stage.also)))})"


def _listed(stages: Iterable[Stage]) -> str:
    return " or ".join(dict.fromkeys(f"{stage.key} ({stage.phase})" for stage in stages))
