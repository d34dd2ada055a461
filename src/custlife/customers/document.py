"""A customer as a document of plain values, and back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from custlife.calendar import instant
from custlife.customers.events import Event, Fact
from custlife.customers.moves import Move, stamp
from custlife.customers.properties import Properties
from custlife.errors import CustlifeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from custlife.customers.dossier import Dossier
    from custlife.customers.properties import Scalar
    from custlife.documents import Fields
    from custlife.stages import StageMapping, StageModel

__all__ = ["FORMAT", "read_customer", "written"]

FORMAT = "custlife.customer/1"
T = TypeVar("T")


def written(customer: Dossier) -> dict[str, Any]:
    """The document: what was left out stays out, so that equal customers have equal documents."""
    model = {"name": customer.model.name, "version": customer.model.version}
    document: dict[str, Any] = {"format": FORMAT, "id": customer.id, "aliases": list(customer.aliases), "model": model}
    for name in ("moves", "events", "facts"):
        document[name] = [_entry(entry) for entry in getattr(customer, name)]
    return {key: value for key, value in document.items() if value != []}


def read_customer(document: Mapping[str, Any], model: StageModel, *, migrate: bool = False) -> dict[str, Any]:
    """The arguments that make the customer anew; where that is asked for, under a newer version of the model."""
    from custlife.documents import Fields, check_format, refuse

    check_format(document, FORMAT, name="customer")
    problems: list[tuple[str, str]] = []
    fields = Fields(document, "", problems)
    fields.raw("format")
    found: dict[str, Any] = {"id": fields.required_text("id"), "model": model, "aliases": fields.texts("aliases")}
    keys = _keys(fields, model, migrate=migrate)
    found["moves"] = [_read_move(each, model, keys) for each in fields.tables("moves") or ()]
    found["events"] = [_read_event(each) for each in fields.tables("events") or ()]
    found["facts"] = [_read_fact(each) for each in fields.tables("facts") or ()]
    fields.close()
    refuse("customer", problems)
    return found


def _keys(fields: Fields, model: StageModel, *, migrate: bool) -> StageMapping | None:
    """Where the stages of an older version go; None for a document of the model itself."""
    named = fields.table("model")
    if named is None:
        fields.fault("model", "the key is missing")
        return None
    name, version = named.required_text("name"), named.whole("version", 1)
    named.close()
    if not name or (name, version) == (model.name, model.version):
        return None
    if migrate:
        return named.build(model.mapping_from, version)
    older = name == model.name and version < model.version
    raise UsageError(
        f"customer {fields.text('id')!r} was written under model {name!r} version {version}, "
        f"not {model.name!r} version {model.version}",
        ("pass migrate=True, or " if older else "") + "pass that model, then customer.migrate(model)",
    )


def _read_move(fields: Fields, model: StageModel, keys: StageMapping | None) -> Move | None:
    to_stage = fields.required_text("to")
    if to_stage and keys is not None:
        try:
            to_stage = keys[to_stage]
        except CustlifeError as error:
            fields.fault("to", f"{error.what}; {error.hint}")
    elif to_stage and to_stage not in model:
        fields.fault("to", f"model {model.name!r} has no stage {to_stage!r}")
    texts = {name: fields.text(name) for name in ("reason", "actor", "key")}
    return _made(fields, Move, to_stage, _when(fields), seq=fields.raw("seq"), **texts, **_beside(fields))


def _read_event(fields: Fields) -> Event | None:
    name, value = fields.required_text("name"), _scalar(fields, "value", fields.raw("value"))
    texts = {each: fields.text(each) for each in ("key", "channel", "direction", "team")}
    by_human = fields.raw("by_human")
    return _made(fields, Event, name, _when(fields), value=value, by_human=by_human, **texts, **_beside(fields))


def _read_fact(fields: Fields) -> Fact | None:
    name, value = fields.required_text("name"), _scalar(fields, "value", fields.raw("value"))
    at, recorded_at = fields.optional_text("at"), fields.optional_text("recorded_at")
    return _made(fields, Fact, name, value, at=at, recorded_at=recorded_at)


def _made(fields: Fields, kind: type[T], *args: Any, **kwargs: Any) -> T | None:
    fields.close()
    return fields.build(kind, *args, **kwargs)


def _when(fields: Fields) -> str:
    return fields.required_text("at")


def _beside(fields: Fields) -> dict[str, Any]:
    told = fields.raw("properties", {})
    if isinstance(told, dict):
        told = {name: _scalar(fields, f"properties.{name}", value) for name, value in told.items()}
    return {"recorded_at": fields.optional_text("recorded_at"), "properties": told}


def _entry(entry: Move | Event | Fact) -> dict[str, Any]:
    """What an entry says; what it leaves out is left out."""
    document: dict[str, Any] = {}
    for field in attrs.fields(type(entry)):
        value = getattr(entry, field.name)
        if field.default is attrs.NOTHING or value != field.default:
            document["to" if field.name == "to_stage" else field.name] = _written(field.name, value)
    return document


def _written(name: str, value: Any) -> Any:
    if isinstance(value, Properties):
        return {key: _plain(each) for key, each in value.items()}
    return stamp(value) if name in {"at", "recorded_at"} else _plain(value)


def _plain(value: Scalar) -> Any:
    """A value as JSON holds it; a Decimal and an instant say that they are more than text."""
    if isinstance(value, datetime):
        return {"instant": stamp(value)}
    return value if value is None or isinstance(value, str | int | float) else {"decimal": str(value)}


def _scalar(fields: Fields, key: str, value: Any) -> Any:
    """The value that `_plain` wrote; what it never writes is left for the constructor to refuse."""
    match value:
        case {"instant": str(text), **rest} if not rest:
            return fields.build(instant, text, name=key)
        case {"decimal": str(text), **rest} if not rest:
            return fields.build(_decimal, text, key)
        case _:
            return value


def _decimal(text: str, key: str) -> Decimal:
    from decimal import Decimal, InvalidOperation

    try:
        return Decimal(text)
    except InvalidOperation:
        raise UsageError(f"{key}={text!r} is not a decimal number") from None
