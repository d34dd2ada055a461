"""Customers as rows: their moves or events, with the facts that were in force at each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs

from custlife.customers import Customer
from custlife.errors import DataError, UnknownNameError, UsageError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from custlife.customers import Event, Move
    from custlife.log.columns import Columns, Row
    from custlife.stages import StageModel

__all__ = ["events_of_customers", "rows_of_customers"]

MOVE_COLUMNS = {"seq_col": "seq", "recorded_at_col": "recorded_at", "reason_col": "reason", "actor_col": "actor"}
EVENT_FIELDS = ("value", "channel", "direction", "by_human", "team")


@attrs.define(eq=False)
class EntryRows:
    """The moves or the events of customers, as rows."""

    customers: Sequence[Customer]
    of: str
    id: str = ""
    number: int = 0

    def place(self, _row: int, /) -> str:
        """The customer and the number of the entry."""
        return f"customer {self.id!r} {self.of}[{self.number}]"

    def picked(self, columns: Columns) -> Iterator[Row]:
        """Rows as tuples; a fact counts with the value that holds when the entry occurs."""
        singles = [name for name in (columns.seq, columns.recorded_at) if name is not None]
        texts = [column for _, column in columns.extras]
        for customer in self.customers:
            histories = [_Fact(customer, name) for name in columns.segments]
            told = [_Fact(customer, name) for _, name in columns.told]
            self.id = customer.id
            for number, entry in enumerate(getattr(customer, self.of)):
                self.number = number
                yield (
                    customer.id,
                    entry.to_stage if self.of == "moves" else entry.name,
                    entry.at,
                    *(getattr(entry, name) for name in singles),
                    *(fact.at(entry) for fact in histories),
                    *(_value(entry, name) for name in texts),
                    *(_value(entry, name) for name in columns.values),
                    *(fact.at(entry) for fact in told),
                )


class _Fact:
    """One attribute of one customer through time."""

    def __init__(self, customer: Customer, name: str) -> None:
        self.name = name
        self.facts = [fact for fact in customer.facts if fact.name == name]

    def at(self, entry: Move | Event) -> object:
        """The value in force when an entry occurred; a field of the entry itself goes first."""
        held: object = _value(entry, self.name)
        for fact in self.facts:
            if fact.at is None or fact.at <= entry.at:
                held = fact.value
        return held


def _value(entry: Move | Event, name: str) -> object:
    """A field of an entry, or one of its properties."""
    found = getattr(entry, name, None) if name in {*EVENT_FIELDS, "reason", "actor"} else None
    return entry.properties.get(name) if found is None else found


def rows_of_customers(
    customers: Iterable[Customer], model: StageModel | None, segment_cols: str | Iterable[str]
) -> tuple[StageModel, EntryRows, dict[str, Any]]:
    """The model of some customers, their moves as rows, and what the columns of those are called.

    Raises:
        UsageError: Customers of different models, or none and no model.
        UsageTypeError: Something that is not a customer.
        DataError: Two customers with one id.
        UnknownNameError: A segment that no customer has.
    """
    found = _distinct(customers)
    if model is None and not found:
        raise UsageError("there are no customers to take the model from", "pass model=")
    model = found[0].model if model is None else model
    for customer in found:
        if customer.model != model:
            what = f"customer {customer.id!r} is on model {customer.model.name!r} version {customer.model.version}"
            hint = "migrate or translate it first: customer.migrate(model), crosswalk.translate(customer)"
            raise UsageError(f"{what}, not on {model.name!r} version {model.version}", hint)
    segments = _known_segments(found, segment_cols, "moves")
    return model, EntryRows(found, "moves"), {**MOVE_COLUMNS, "segment_cols": segments}


def events_of_customers(
    customers: Iterable[Customer], segment_cols: str | Iterable[str], value_cols: str | Iterable[str] = ("value",)
) -> tuple[EntryRows, dict[str, Any]]:
    """The events of some customers as rows, and what the columns of those are called.

    Raises:
        UsageTypeError: Something that is not a customer.
        DataError: Two customers with one id.
        UnknownNameError: A segment or value that no customer and no event has.
    """
    found = _distinct(customers)
    segments = _known_segments(found, segment_cols, "events")
    values = (value_cols,) if isinstance(value_cols, str) else tuple(value_cols)
    _refuse_unknown("value", values, [*EVENT_FIELDS, *_properties(found, "events")], some=bool(found))
    return EntryRows(found, "events"), {
        "recorded_at_col": "recorded_at",
        "segment_cols": segments,
        "value_cols": values,
    }


def _distinct(customers: Iterable[Customer]) -> list[Customer]:
    if isinstance(customers, Customer):
        raise UsageTypeError("customers must be a list of customers, got one", "write [customer]")
    if not isinstance(customers, Iterable):
        raise UsageTypeError(f"customers={customers!r} is no list of customers", "write [customer]")
    found = list(customers)
    seen: set[str] = set()
    for customer in found:
        if not isinstance(customer, Customer):
            raise UsageTypeError(f"{customer!r} is not a Customer", "for rows write from_rows(rows, ...)")
        if customer.id in seen:
            raise DataError(f"customer {customer.id!r} stands twice", hint="put them together: a.merge(b)")
        seen.add(customer.id)
    return found


def _known_segments(customers: Sequence[Customer], wanted: str | Iterable[str], of: str) -> tuple[str, ...]:
    names = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    if names:
        facts = {fact.name for customer in customers for fact in customer.facts}
        fields = EVENT_FIELDS if of == "events" else ("reason", "actor")
        known = [*sorted(facts), *fields, *_properties(customers, of)]
        _refuse_unknown("segment", names, known, some=bool(customers))
    return names


def _properties(customers: Sequence[Customer], of: str) -> list[str]:
    return sorted({name for customer in customers for entry in getattr(customer, of) for name in entry.properties})


def _refuse_unknown(kind: str, names: Iterable[str], known: Sequence[str], *, some: bool) -> None:
    for name in names:
        if some and name not in known:
            raise UnknownNameError(kind, name, known)
