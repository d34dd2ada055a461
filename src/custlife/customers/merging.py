"""Putting entries together: duplicates dropped, contradictions named, one order whatever the order of arrival.

Every function here is a function of the *set* of entries it is given. That is what makes `record` blind to the order
of its input, and `merge` commutative, associative and idempotent.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from custlife.customers.moves import known_from, stamp
from custlife.customers.properties import typed
from custlife.errors import HistoryError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from custlife.customers.events import Event, Fact
    from custlife.customers.moves import Move
    from custlife.stages import StageModel

    Key: TypeAlias = tuple[Any, ...]
    _T = TypeVar("_T", Move, Event)

__all__ = ["Prefer", "joined_facts", "united_events", "united_facts", "united_moves", "with_event", "with_fact"]

Prefer: TypeAlias = Literal["self", "other"]

_NEVER = datetime.min.replace(tzinfo=UTC)


def united_moves(customer: str, moves: Iterable[Move], model: StageModel) -> tuple[Move, ...]:
    """Each move once, in the order of `at`, then `seq`, then position on the path."""
    rank = {key: index for index, key in enumerate(model.codes)}

    def order(move: Move) -> Key:
        # Without seq comes first, so that a move made later at the same instant can be numbered after it.
        told = move.reason, move.actor, move.key, move.properties.typed()
        when = move.at, move.seq is not None, move.seq or 0, rank[move.to_stage]
        return (*when, move.recorded_at is not None, move.recorded_at or move.at, *told)

    return _united(customer, moves, order)


def united_events(customer: str, events: Iterable[Event]) -> tuple[Event, ...]:
    """Each event once, in the order of `at`, then name, then whatever else tells them apart."""
    return _united(customer, events, _event_order)


def with_event(customer: str, events: tuple[Event, ...], event: Event) -> tuple[Event, ...]:
    """The events with one more in its place, found without going through all of them unless it has a key."""
    from bisect import bisect_left

    if event.key and any(held.key == event.key for held in events):
        return united_events(customer, [*events, event])
    place = bisect_left(events, _event_order(event), key=_event_order)
    if events[place : place + 1] == (event,):
        return events
    return (*events[:place], event, *events[place:])


def _event_order(event: Event) -> Key:
    """The place of an event among others; equal only for equal events."""
    when = event.at, event.name, event.recorded_at is not None, event.recorded_at or event.at
    told = event.key, typed(event.value), event.channel, event.direction, event.team
    return (*when, *told, str(event.by_human), event.properties.typed())


def united_facts(customer: str, facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Each fact once, by name and then in the order in which one overrides the one before."""
    found = sorted(set(facts), key=_fact_order)
    clashes = [(old, new) for old, new in pairwise(found) if _contradict(old, new)]
    if clashes:
        problems = [(_place(old), f"{old.value!r} and {new.value!r}") for old, new in clashes]
        raise HistoryError(
            f"customer {customer!r} has facts with two values at once",
            problems,
            "pass at= if the value changed, recorded_at= if the later one corrects the earlier one",
        )
    return tuple(found)


def with_fact(customer: str, facts: tuple[Fact, ...], fact: Fact) -> tuple[Fact, ...]:
    """The facts with one more in its place, found without going through all of them."""
    from bisect import bisect_left

    place = bisect_left(facts, _fact_order(fact), key=_fact_order)
    if facts[place : place + 1] == (fact,):
        return facts
    near = [*facts[max(place - 1, 0) : place], fact, *facts[place : place + 1]]
    return (*facts[: max(place - 1, 0)], *united_facts(customer, near), *facts[place + 1 :])


def joined_facts(
    ids: tuple[str, str], mine: tuple[Fact, ...], theirs: tuple[Fact, ...], prefer: Prefer | None
) -> tuple[Fact, ...]:
    """The facts of two customers; where they contradict each other, those of the preferred one."""
    if prefer not in {None, "self", "other"}:
        raise UsageError(f"prefer={prefer!r} is unknown", "pass prefer='self' or prefer='other'")
    by_slot = {_slot(fact): fact for fact in mine}
    pairs = [(by_slot[_slot(fact)], fact) for fact in theirs if _slot(fact) in by_slot]
    clashes = [(my, their) for my, their in pairs if typed(my.value) != typed(their.value)]
    if clashes and prefer is None:
        problems = [(_place(my), f"{my.value!r} and {their.value!r}") for my, their in clashes]
        raise HistoryError(
            f"customers {ids[0]!r} and {ids[1]!r} have different values of the same facts",
            problems,
            f"pass prefer='self' to keep those of {ids[0]!r}, prefer='other' to keep those of {ids[1]!r}",
        )
    dropped = {_slot(my) for my, _ in clashes}
    loser = theirs if prefer == "self" else mine
    kept = [fact for fact in loser if _slot(fact) not in dropped]
    return united_facts(ids[0], [*(mine if prefer == "self" else theirs), *kept])


def _united(customer: str, entries: Iterable[_T], order: Callable[[_T], Key]) -> tuple[_T, ...]:
    found = set(entries)
    keyed = [entry for entry in found if entry.key]
    if len({entry.key for entry in keyed}) < len(keyed):
        found = _one_per_key(customer, found, order)
    return tuple(sorted(found, key=order))


def _one_per_key(customer: str, entries: set[_T], order: Callable[[_T], Key]) -> set[_T]:
    """Drop second deliveries: the one known first stays, whichever came in first."""
    first: dict[str, _T] = {}
    clashes: list[tuple[str, str]] = []
    for entry in sorted(entries, key=order):
        if entry.key:
            other = first.setdefault(entry.key, entry)
            if other.content() != entry.content():
                clashes.append((f"key {entry.key!r}", f"{other!r} and {entry!r}"))
            elif _delivery(entry) < _delivery(other):
                first[entry.key] = entry
    if clashes:
        raise HistoryError(
            f"customer {customer!r} has keys with two contents",
            clashes,
            "a key names one delivery: fix the source, or leave key= out where it is no identity",
        )
    return {entry for entry in entries if not entry.key or first[entry.key] == entry}


def _delivery(entry: Move | Event) -> Key:
    seq = getattr(entry, "seq", None)
    return entry.recorded_at or entry.at, entry.recorded_at is not None, seq is None, seq or 0


def _fact_order(fact: Fact) -> Key:
    when = fact.at is not None, fact.at or _NEVER
    return (fact.name, *when, known_from(fact) or _NEVER, fact.recorded_at is not None, typed(fact.value))


def _slot(fact: Fact) -> Key:
    """Two facts in one slot can only agree: same name, same moment, learnt at the same time."""
    return fact.name, fact.at, known_from(fact)


def _contradict(old: Fact, new: Fact) -> bool:
    return _slot(old) == _slot(new) and typed(old.value) != typed(new.value)


def _place(fact: Fact) -> str:
    return f"fact {fact.name!r}" if fact.at is None else f"fact {fact.name!r} at {stamp(fact.at)}"
