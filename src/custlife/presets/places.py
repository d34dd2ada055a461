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
    found = _twin(stage, own, other) or _placed(stage, own, other)
    if found.decided and _crosses(stage, other[found.to[0]], own, other):
        reason = f"{found.reason}, but one is a customer in only one of them"
        return attrs.evolve(found, verdict="ambiguous", reason=reason)
    return found


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


def _placed(stage: Stage, own: StageModel, other: StageModel) -> Pairing:
    chief = _at(other, stage.phase)
    second = [found for place in stage.also for found in _at(other, place)]
    if len(chief) == 1 and not second:
        return Pairing(stage.key, "exact", (chief[0].key,), f"both stand at {stage.phase}")
    wider = [] if chief else [found for found in other.stages if stage.phase in found.also]
    found = _likeliest([*chief, *wider, *second], stage, own, other)
    if found:
        return Pairing(stage.key, "ambiguous", _keys(found), _doubt(stage, chief, second, other))
    near = _likeliest([found for found in other.stages if found.phase in SPINE], stage, own, other)
    reason = f"{other.name} has nothing at {stage.phase}"
    if not near:
        return Pairing(stage.key, "none", (), f"{reason}, and no stage with a place on the spine")
    return Pairing(stage.key, "none", (), f"{reason}; {near[0].key} at {near[0].phase} is nearest", near[0].key)


def _doubt(stage: Stage, chief: list[Stage], second: list[Stage], other: StageModel) -> str:
    if second:
        return f"{stage.key} stands at {stage.phase}, but also at {', '.join(stage.also)}"
    if chief:
        return f"{other.name} has {len(chief)} stages at {stage.phase}"
    return f"{other.name} has none chiefly at {stage.phase}"


def _likeliest(found: list[Stage], stage: Stage, own: StageModel, other: StageModel) -> list[Stage]:
    """Those first that make nobody a customer who is none, then the nearest on the spine, of two the earlier."""
    place = _step(stage)
    return sorted(found, key=lambda s: (_crosses(stage, s, own, other), abs(_step(s) - place), _step(s)))


def _crosses(stage: Stage, found: Stage, own: StageModel, other: StageModel) -> bool:
    """Whether one is a paying customer in the one stage and not in the other."""
    if own.customer_from is None or other.customer_from is None:
        return False
    return own.is_customer_stage(stage.key) != other.is_customer_stage(found.key)


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
