"""What callers may hand in, turned into moves, events and facts; everything unusable is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import attrs

from custlife.customers.moves import Move
from custlife.errors import CustlifeError, DataError, UsageError, UsageTypeError

if TYPE_CHECKING:
    from custlife.calendar import Instant
    from custlife.customers.events import Event, Fact
    from custlife.stages import StageModel

    GivenMove: TypeAlias = Move | tuple[str, Instant]
    GivenEvent: TypeAlias = Event | tuple[str, Instant]
    GivenFacts: TypeAlias = Mapping[str, object] | Iterable[Fact | tuple[str, object]]

__all__ = ["read_aliases", "read_events", "read_facts", "read_moves"]

_T = TypeVar("_T")


def read_moves(customer: str, model: StageModel, given: Iterable[GivenMove]) -> list[Move]:
    """Moves with the keys of their stages; a label or an alias is resolved through the model."""
    keys = frozenset(model.codes)

    def read(item: Any) -> Move:
        move = item if isinstance(item, Move) else Move(*_pair(item, "a Move or a pair (stage, at)"))
        return move if move.to_stage in keys else attrs.evolve(move, to_stage=model.resolve(move.to_stage))

    return _read_all(customer, "moves", given, read)


def read_events(customer: str, given: Iterable[GivenEvent]) -> list[Event]:
    """Events, also from pairs of name and instant."""
    from custlife.customers.events import Event

    def read(item: Any) -> Event:
        return item if isinstance(item, Event) else Event(*_pair(item, "an Event or a pair (name, at)"))

    return _read_all(customer, "events", given, read)


def read_facts(customer: str, given: GivenFacts) -> list[Fact]:
    """Facts; a mapping or a pair of name and value gives undated ones."""
    from custlife.customers.events import Fact

    def read(item: Any) -> Fact:
        return item if isinstance(item, Fact) else Fact(*_pair(item, "a Fact or a pair (name, value)"))

    items = given.items() if isinstance(given, Mapping) else given
    return _read_all(customer, "facts", items, read)


def read_aliases(given: object) -> list[str]:
    """Other ids of a customer."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        listed = f"[{given!r}]" if isinstance(given, str) else "[...]"
        raise UsageTypeError(f"aliases={given!r} is not a list of ids", f"write aliases={listed}")
    aliases = list(given)
    for index, alias in enumerate(aliases):
        if not isinstance(alias, str) or not alias.strip():
            raise UsageError(f"aliases[{index}]={alias!r} is no id", "pass texts that are not empty")
    return aliases


def _read_all(customer: str, kind: str, given: Iterable[object], read: Callable[[object], _T]) -> list[_T]:
    from custlife.customers.events import Event, Fact

    if isinstance(given, str | Move | Event | Fact) or not isinstance(given, Iterable):
        raise UsageTypeError(f"{kind}={given!r} is not a list of {kind}", f"write {kind}=[...]")
    if isinstance(given, Mapping):  # its values would be lost
        raise UsageTypeError(f"{kind}={given!r} is not a list of {kind}", f"write {kind}=list({kind}.items())")
    found: list[_T] = []
    problems: list[tuple[str, str]] = []
    hints: list[str] = []
    count = 0
    for count, item in enumerate(given, 1):
        try:
            found.append(read(item))
        except CustlifeError as error:
            problems.append((f"{kind}[{count - 1}]", error.what))
            hints.append(error.hint)
    if problems:
        what = f"customer {customer!r}: {len(problems)} of {count} {kind} cannot be used"
        raise DataError(what, problems, next(filter(None, hints), ""))
    return found


def _pair(item: object, wanted: str) -> tuple[Any, Any]:
    if isinstance(item, tuple | list) and len(item) == 2:
        return item[0], item[1]
    raise UsageTypeError(f"{item!r} is not {wanted}", f"pass {wanted}")
