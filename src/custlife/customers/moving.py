"""Moving now: what must hold besides the law, and the words in which a move is refused."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from custlife.customers.journey import last_on_path
from custlife.customers.moves import Move, stamp
from custlife.customers.properties import properties as as_properties
from custlife.errors import HistoryError, UsageError
from custlife.stages.law import MoveKind
from custlife.stages.text import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import TypeAlias, TypeVar

    from custlife.calendar import Span
    from custlife.customers.dossier import Dossier
    from custlife.stages import GuardRequest, StageModel

    Obstacle: TypeAlias = tuple[tuple[str, ...], str]
    """The stages that may come next, and why the one asked for may not."""
    _Held = TypeVar("_Held", bound=Dossier)
    Guards: TypeAlias = Iterable[Callable[[GuardRequest], bool | str | None]]

__all__ = [
    "last_instant",
    "left_stage",
    "next_seq",
    "obstacle",
    "redelivered",
    "refuse_violations",
    "refused",
    "with_key",
]


def left_stage(moves: Sequence[Move], model: StageModel) -> str | None:
    """From off the path: the stage of the path that was left last; else None."""
    if not moves or model._places[moves[-1].to_stage] == "path":
        return None
    return last_on_path(moves, model)


def next_seq(customer: str, last: Move, at: datetime, seq: int | None) -> int:
    """Number of a move made after *last* at the same instant, so that the order of making is kept on record."""
    if at < last.at:
        raise UsageError(
            f"customer {customer!r}: at={stamp(at)} is before the last move, to {last.to_stage!r} at {stamp(last.at)}",
            "move() is for what happens now; record([(stage, at)]) takes what is learnt late",
        )
    if seq is None:
        return 0 if last.seq is None else last.seq + 1
    if last.seq is not None and seq <= last.seq:
        raise UsageError(
            f"customer {customer!r}: seq={seq} at {stamp(at)} is not after seq={last.seq} of the last move",
            f"pass seq={last.seq + 1} or leave it out",
        )
    return seq


def with_key(moves: Iterable[Move], key: str) -> Move | None:
    """The move that was delivered under a key."""
    for move in moves:  # three times as fast as a generator, and in the path of every keyed move
        if move.key == key:
            return move
    return None


def redelivered(customer: _Held, held: Move, again: Move) -> _Held:
    """The customer as they are, if the content of a known key is the same: a second delivery is welcome."""
    if held.content() != again.content():
        raise HistoryError(
            f"customer {customer.id!r} has keys with two contents",
            [(f"key {held.key!r}", f"{held!r} and {again!r}")],
            "a key names one delivery: fix the source, or leave key= out where it is no identity",
        )
    return customer


def refuse_violations(customer: Dossier) -> None:
    """Raise if a leg is not allowed by the policy."""
    if customer.violations:
        problems = [
            (stamp(leg.at), f"{leg.kind} {leg.from_stage!r} -> {leg.to_stage!r}") for leg in customer.violations
        ]
        what = f"customer {customer.id!r} has moves that model {customer.model.name!r} does not allow"
        raise HistoryError(what, problems, "on_illegal='keep' keeps them and marks their legs")


def obstacle(
    customer: Dossier,
    to_stage: str,
    at: datetime | None,
    guards: Guards,
    *,
    reason: str,
    actor: str,
    properties: Mapping[str, object],
) -> Obstacle | None:
    """What keeps a customer from another stage: the law, a missing reason, the least gap, or a guard; None if nothing.

    Without *at* the gap is not asked, and guards are told the last instant on record.
    """
    model, moves = customer.model, customer.moves
    here = moves[-1].to_stage if moves else None
    edge = model._edges[here, to_stage]
    left = left_stage(moves, model)
    if not edge.permits(left):
        return refused(model, here, to_stage, left)
    why = None
    if edge.reason_required and not str(reason or "").strip():
        why = "it needs a reason; pass reason="
    if why is None and edge.min_gap is not None and at is not None:
        why = _too_early(moves, edge.min_gap, at)
    checks = () if why else (*edge.guards, *listed("guards", guards))
    if checks:
        from custlife.stages.guards import GuardRequest, refusal  # whoever has no guards does not load them

        request = GuardRequest(
            customer=customer,
            from_stage=here,
            to_stage=to_stage,
            kind=edge.kind,
            at=at or last_instant(customer),
            reason=reason,
            actor=actor,
            properties=as_properties(properties).pairs,
        )
        why = next((why for check in checks if (why := refusal(check, request)) is not None), None)
    return None if why is None else (model.next_stages(here, left), why)


def _too_early(moves: Sequence[Move], gap: Span, at: datetime) -> str | None:
    """Gaps are counted in UTC, for a customer has no zone."""
    from custlife.calendar import from_us, to_us, zone

    earliest = from_us(zone("UTC").add(to_us(entered_at(moves)), gap))
    return f"not before {stamp(earliest)}, {gap} after entering {moves[-1].to_stage!r}" if at < earliest else None


def last_instant(customer: Dossier) -> datetime | None:
    """The last dated thing on record; None for a customer about whom nothing dated is known."""
    ends = [entries[-1].at for entries in (customer.moves, customer.events) if entries]
    return max([*ends, *(fact.at for fact in customer.facts if fact.at is not None)], default=None)


def entered_at(moves: Sequence[Move]) -> datetime:
    """When the current stage was entered; later moves into it only repeat that."""
    entered = moves[-1]
    for move in reversed(moves):
        if move.to_stage != entered.to_stage:
            break
        entered = move
    return entered.at


@lru_cache(maxsize=4096)
def refused(model: StageModel, here: str | None, to_stage: str, left: str | None) -> Obstacle:
    """What the law says to a move that it refuses; kept, since an app refuses the same again and again."""
    return model.next_stages(here, left), _why_not(model, here, to_stage, left)


def _why_not(model: StageModel, here: str | None, to_stage: str, left: str | None) -> str:
    """Why a policy refuses a move, in words."""
    first = model.stages[0].key
    if model.policy == "declared":
        return f"model {model.name!r} declares no such transition"
    match model.kind(here, to_stage):
        case MoveKind.ENTER:
            why = f"starts at {first!r}"
        case MoveKind.SKIP:
            why = "skips no stage"
        case MoveKind.REGRESS:
            why = "never goes back"
        case _:
            why = f"comes back at {first!r}" + (f" or {left!r}, the stage left" if left not in {None, first} else "")
    return f"policy {model.policy!r} {why}"
