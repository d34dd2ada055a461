"""Reading a history under a model: moves in order become legs and spells. Pure functions, no state."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from custlife.customers.moves import known_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from custlife.customers.events import Event, Fact
    from custlife.customers.legs import Leg, Spell
    from custlife.customers.moves import Move
    from custlife.stages import MoveKind, StageModel

    _T = TypeVar("_T", Move, Event, Fact)

__all__ = ["furthest", "last_on_path", "legs", "seen", "spells", "time_in"]


def seen(entries: tuple[_T, ...], until: datetime, known: datetime | None = None) -> tuple[_T, ...]:
    """What happened at or before one instant, and had been learnt by the other."""

    def is_seen(entry: _T) -> bool:
        at: datetime | None = entry.at  # of a fact
        learnt = known_from(entry)
        return (at is None or at <= until) and (known is None or learnt is None or learnt <= known)

    return tuple(filter(is_seen, entries))


def legs(moves: Iterable[Move], model: StageModel) -> tuple[Leg, ...]:
    """The moves that changed the stage, each with where it came from, its kind and whether it was legal."""
    from custlife.customers.legs import Leg  # only who asks for a journey pays for its classes

    found: list[Leg] = []
    read: dict[tuple[str | None, str, str | None], tuple[MoveKind, bool]] = {}
    here: str | None = None
    left: str | None = None
    for move in moves:
        to_stage = move.to_stage
        if to_stage == here:
            continue  # a repeat says again what is known; it is kept as a move and is no leg
        step = here, to_stage, left
        if step not in read:
            read[step] = model.kind(here, to_stage), model.allows(here, to_stage, left)
        kind, legal = read[step]
        found.append(Leg(here, to_stage, kind, legal, move))
        here = to_stage
        if model.position(here) is not None:
            left = here
    return tuple(found)


def spells(journey: Sequence[Leg]) -> tuple[Spell, ...]:
    """The stays between the legs; each ends where the next begins, and the last one lasts."""
    from custlife.customers.legs import Spell

    ends: list[datetime | None] = [leg.at for leg in journey[1:]]
    return tuple(Spell(leg.to_stage, leg.at, left) for leg, left in zip(journey, [*ends, None], strict=False))


def last_on_path(moves: Sequence[Move], model: StageModel) -> str | None:
    """The stage of the path that was held last; None for who never stood on it."""
    return next((move.to_stage for move in reversed(moves) if model.position(move.to_stage) is not None), None)


def furthest(moves: Iterable[Move], model: StageModel) -> str | None:
    """The stage furthest along the path that was ever entered; exits and unplaced stages do not count."""
    positions = [position for move in moves if (position := model.position(move.to_stage)) is not None]
    return model.keys[max(positions)] if positions else None


def time_in(stays: Iterable[Spell], stage: str, as_of: datetime | None) -> timedelta:
    """Total length of the stays in one stage, an open one counted up to *as_of*."""
    total = timedelta()
    for stay in stays:
        end = stay.left or as_of
        if stay.stage == stage and end is not None:
            total += end - stay.entered
    return total
