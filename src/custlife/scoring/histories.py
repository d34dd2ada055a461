"""Customers out of logs: the rows of each unit as a value that scorers can be asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isnan
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from custlife.calendar import from_us
from custlife.customers import Customer, Event, Fact, Move
from custlife.errors import DataError, UsageTypeError
from custlife.scoring.points import shortly
from custlife.stages import StageModel

if TYPE_CHECKING:
    from datetime import datetime

    from custlife.analysis.question import Asked
    from custlife.engines.history import History

__all__ = ["NO_STAGES", "LogLike", "customers_of", "each_customer", "is_log"]

NO_STAGES = StageModel("events", ["unknown"], exits=[])
"""The model of customers of whom only events are known."""


class LogLike(Protocol):
    """A log of stages or events, as far as a type checker must tell it from a list of customers."""

    @property
    def as_of(self) -> datetime:
        """The moment of looking."""
        ...

    @property
    def customers(self) -> tuple[str, ...]:
        """Ids of its customers."""
        ...

    @property
    def tz(self) -> str:
        """The zone of its calendar."""
        ...


def is_log(given: object) -> bool:
    """Whether something is a log of stages or events."""
    return hasattr(type(given), "_asked")


@attrs.frozen
class Pieces:
    """What a history says of one unit."""

    model: StageModel | None
    moves: tuple[Move, ...]
    events: tuple[Event, ...]
    facts: tuple[Fact, ...]


def customers_of(*logs: LogLike) -> Iterator[Customer]:
    """The customers of a log, or of several that tell different things of the same ones, sorted by id.

    Stages become moves, events become events, and segments become facts that hold from the row that tells them. The
    column `value` of an event log becomes the value of its events, further value columns become properties.

    Args:
        *logs: A log of stages, a log of events, or both; of one log the customers come part by part.

    Raises:
        DataError: Two logs of stages have different models.
        HistoryError: Two logs give a segment different values at one instant.

    Examples:
        >>> from custlife import EventLog
        >>> log = EventLog.from_rows([("ada", "login", "2026-01-05T09:00Z")])
        >>> [len(customer.events) for customer in customers_of(log)]
        [1]
    """
    parts = [_histories(log) for log in logs]
    if len(parts) == 1:
        for part in parts[0].map(_pieces):
            yield from (_made(name, [pieces]) for name, pieces in part)
        return
    found: dict[str, list[Pieces]] = {}
    for asked in parts:
        for part in asked.map(_pieces):
            for name, pieces in part:
                found.setdefault(name, []).append(pieces)
    yield from (_made(name, found[name]) for name in sorted(found))


def _histories(log: Any) -> Asked:
    """The histories of a log, part by part."""
    found: Asked = log._asked
    return found


def each_customer(given: Any) -> Iterator[Customer]:
    """The customers in a log, in several logs, or in any iterable; each id once.

    Raises:
        UsageTypeError: Something else than customers.
        DataError: Two customers with one id.
    """
    if isinstance(given, Customer):
        raise UsageTypeError("customers is one Customer", "write [customer], or cl.score(scorer, customer, as_of=...)")
    if is_log(given):
        yield from customers_of(given)
        return
    if not isinstance(given, Iterable) or isinstance(given, str | dict):
        raise UsageTypeError(f"customers={shortly(given)} are no customers", "pass a log or a list of customers")
    seen: set[str] = set()
    items = iter(given)
    for place, item in enumerate(items):
        if place == 0 and is_log(item):
            yield from customers_of(item, *_logs(items))
            return
        if not isinstance(item, Customer):
            raise UsageTypeError(
                f"customers[{place}]={shortly(item)} is not a Customer", "pass Customer values or logs"
            )
        if item.id in seen:
            raise DataError(f"customer {item.id!r} stands twice", hint="put them together: a.merge(b)")
        seen.add(item.id)
        yield item


def _logs(items: Iterator[Any]) -> Iterator[LogLike]:
    """What comes after a first log: nothing but logs."""
    for place, item in enumerate(items, 1):
        if not is_log(item):
            raise UsageTypeError(f"customers[{place}]={shortly(item)} is not a log", "pass Customer values or logs")
        yield item


def _made(name: str, pieces: list[Pieces]) -> Customer:
    models = {piece.model.name: piece.model for piece in pieces if piece.model is not None}
    if len(models) > 1:
        both = " and ".join(map(repr, sorted(models)))
        raise DataError(f"customer {name!r} is on two models: {both}", hint="translate one log: log.migrate(model)")
    model = next(iter(models.values()), NO_STAGES)
    return Customer(
        name,
        model,
        moves=[move for piece in pieces for move in piece.moves],
        events=[event for piece in pieces for event in piece.events],
        facts=[fact for piece in pieces for fact in piece.facts],
    )


def _pieces(history: History) -> list[tuple[str, Pieces]]:
    """What a history says, unit by unit."""
    model = history.vocabulary.model
    found = []
    for unit, (low, high) in enumerate(history.ranges()):
        moves = _moves(history, low, high) if model is not None else ()
        events = _events(history, low, high) if model is None else ()
        found.append((history.ids[unit], Pieces(model, moves, events, _facts(history, low, high))))
    return found


def _recorded(history: History, row: int) -> datetime | None:
    if history.recorded is None or history.recorded[row] <= history.at[row]:
        return None
    return from_us(int(history.recorded[row]))


def _moves(history: History, low: int, high: int) -> tuple[Move, ...]:
    names, reasons = history.vocabulary.names, history.extras.get("reason")
    found: list[Move] = []
    for row in range(low, high):
        tied = row > low and history.at[row] == history.at[row - 1]
        found.append(
            Move(
                names[history.code[row]],
                from_us(int(history.at[row])),
                recorded_at=_recorded(history, row),
                seq=row - low if tied else None,
                reason="" if reasons is None else reasons.name(row) or "",
            )
        )
    return tuple(found)


def _events(history: History, low: int, high: int) -> tuple[Event, ...]:
    names = history.vocabulary.names
    others = {name: column for name, column in history.values.items() if name != "value"}
    amounts = history.values.get("value")
    found = []
    for row in range(low, high):
        told = {name: _plain(column[row]) for name, column in others.items()}
        event = Event(
            names[history.code[row]],
            from_us(int(history.at[row])),
            recorded_at=_recorded(history, row),
            value=None if amounts is None else _plain(amounts[row]),
            key=str(row - low),  # two equal rows are two events; what was delivered twice is gone already
            properties={name: value for name, value in told.items() if value is not None},
        )
        found.append(event)
    return tuple(found)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and isnan(value) else value


def _facts(history: History, low: int, high: int) -> tuple[Fact, ...]:
    """Each segment from the row at which it took its value."""
    found: dict[tuple[str, int], Fact] = {}
    for name, column in history.segments.items():
        held: str | None = None
        for row in range(low, high):
            value = column.name(row)
            if value != held:
                at = int(history.at[row])
                found[name, at] = Fact(name, value, at=from_us(at), recorded_at=_recorded(history, row))
                held = value
    return tuple(found.values())
