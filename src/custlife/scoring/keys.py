"""Keys of documents: how what a declaration holds is written and read, whatever document it stands in."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from custlife.calendar import Span, instant
from custlife.customers.moves import stamp
from custlife.scoring.bands import Bands
from custlife.scoring.decay import Decay
from custlife.scoring.reading import Condition, Reads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from custlife.documents import Fields

    Reader = Callable[[Fields, str], Any]
    Readers = Mapping[str, Reader]

__all__ = [
    "MISSING", "READERS", "built", "condition", "in_table", "kept", "made", "names", "number", "numbers", "pairs",
    "plain", "raw", "reads", "table_of", "taken", "text",
]  # fmt: skip

T = TypeVar("T")
MISSING: Any = attrs.NOTHING
"""What a reader returns where the key is missing, or a fault is noted."""


# -- writing -----------------------------------------------------------------------------------------------------------


def kept(value: Any) -> dict[str, Any]:
    """What a value holds beside its defaults, by field."""
    held = {field: getattr(value, field.name) for field in attrs.fields(type(value))}
    return {field.name: one for field, one in held.items() if field.default is MISSING or one != _default(field)}


def _default(field: Any) -> Any:
    """What a field holds where nothing is given."""
    return field.default if field.converter is None or field.default is None else field.converter(field.default)


def table_of(value: Any) -> dict[str, Any]:
    """The table of a declared value; what it reads stands in the table itself.

    Examples:
        >>> from custlife.scoring import fact
        >>> table_of(Condition(fact("seats"), at_least=5))
        {'reads': 'fact', 'of': ['seats'], 'at_least': 5}
    """
    kind = getattr(value, "KIND", None)
    document: dict[str, Any] = {} if kind is None else {"kind": kind}
    for name, held in kept(value).items():
        key = "reads" if name == "kind" and isinstance(value, Reads) else name
        document |= table_of(held) if isinstance(held, Reads) else {key: plain(name, held)}
    return document


def plain(name: str, held: Any) -> Any:
    """What the key of a name holds."""
    if isinstance(held, Bands):
        steps = dict(held.steps)
        return steps if held.edge == "up" else {"edge": held.edge, "steps": steps}
    if name in {"caps", "risks"}:
        return dict(held)
    if attrs.has(type(held)) and not isinstance(held, Span):
        return table_of(held)
    if isinstance(held, tuple):
        return [plain("", item) for item in held]
    if isinstance(held, datetime | Decimal):
        return {"instant": stamp(held)} if isinstance(held, datetime) else {"decimal": str(held)}
    return str(held) if isinstance(held, Span) else held


# -- reading -----------------------------------------------------------------------------------------------------------


def taken(fields: Fields, of: Iterable[Any], read: Reader) -> dict[str, Any]:
    """What a table gives for the fields of a class; those that it must give and does not are faults."""
    given: dict[str, Any] = {}
    for field in of:
        so_far = fields.faults
        found = read(fields, field.name)
        if found is not MISSING:
            given[field.name] = found
        elif field.default is MISSING and fields.faults == so_far:
            fields.fault(field.name, "the key is missing")
    return given


def made(fields: Fields, kind: Any, readers: Readers | None = None) -> Any:
    """A value of a declared class, field by field; None where there is a fault."""
    known, before = READERS if readers is None else readers, fields.faults
    given = taken(fields, attrs.fields(kind), lambda table, key: known.get(key, raw)(table, key))
    fields.close()
    return built(fields, before, kind, **given)


def built(fields: Fields, before: int, make: Callable[..., T], *args: Any, **given: Any) -> T | None:
    """What a constructor makes of a table; None where it, or a table inside it, has had a fault since *before*."""
    return fields.build(make, *args, **given) if fields.faults == before else None


def raw(fields: Fields, key: str) -> Any:
    """Whatever there is."""
    return fields.raw(key, MISSING)


def _typed(fields: Fields, key: str, kind: Any, called: str) -> Any:
    found = fields.raw(key, MISSING)
    if found is not MISSING and (isinstance(found, bool) or not isinstance(found, kind)):
        fields.fault(key, f"{found!r} is not {called}")
        return MISSING
    return found


def text(fields: Fields, key: str) -> Any:
    """A text."""
    return _typed(fields, key, str, "a text")


def number(fields: Fields, key: str) -> Any:
    """A number."""
    return _typed(fields, key, (int, float), "a number")


def names(fields: Fields, key: str) -> Any:
    """A text or a list of texts."""
    found = fields.raw(key, MISSING)
    return (found,) if isinstance(found, str) else MISSING if found is MISSING else fields.texts(key)


def numbers(fields: Fields, key: str) -> Any:
    """A list of numbers."""
    found = fields.raw(key, MISSING)
    if found is MISSING:
        return found
    wrong = [one for one in fields.items(key) if not _is_number(one)]
    if wrong:
        fields.fault(key, f"{wrong[0]!r} is not a number")
    return tuple(fields.items(key)) if not wrong else MISSING


def pairs(fields: Fields, key: str) -> Any:
    """Names with numbers."""
    found = fields.raw(key, MISSING)
    if found is MISSING:
        return found
    if not isinstance(found, dict) or not all(map(_is_number, found.values())):
        fields.fault(key, "not a table of names and numbers")
        return MISSING
    return tuple(found.items())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def in_table(kind: Any) -> Reader:
    """The reader of a table that describes a value of a declared class."""

    def reader(fields: Fields, key: str) -> Any:
        inner = fields.table(key)
        return MISSING if inner is None else made(inner, kind)

    return reader


def reads(fields: Fields, _key: str) -> Any:
    """What is read, which stands in the table itself: reads, of, within, field."""
    kind = fields.required_text("reads")
    found = {"of": names(fields, "of"), "within": text(fields, "within"), "field": text(fields, "field")}
    return fields.build(Reads, kind, **{key: value for key, value in found.items() if value is not MISSING})


condition = in_table(Condition)
"""The reader of a condition."""


def _one_of(fields: Fields, key: str) -> Any:
    found = fields.raw(key, MISSING)
    if found is MISSING:
        return found
    return tuple(_scalar(fields, key, one) for one in (found if isinstance(found, list) else [found]))


def _scalar(fields: Fields, key: str, value: Any) -> Any:
    match value:
        case {"instant": str(text), **rest} if not rest:
            return fields.build(instant, text, name=key)
        case {"decimal": str(text), **rest} if not rest:
            try:
                return Decimal(text)
            except InvalidOperation:
                fields.fault(key, f"{text!r} is not a decimal number")
                return None
        case _:
            return value


def _levels(fields: Fields, key: str) -> Any:
    """Pairs of value and level; a table does as well where values are texts."""
    found = fields.raw(key, MISSING)
    if found is MISSING:
        return found
    given = list(found.items()) if isinstance(found, dict) else found
    if not isinstance(given, list) or not all(isinstance(one, list | tuple) and len(one) == 2 for one in given):
        fields.fault(key, "not pairs of value and level, such as [['pro', 100], ['free', 20]]")
        return MISSING
    return tuple((_scalar(fields, key, value), level) for value, level in given)


def _bands(fields: Fields, key: str) -> Any:
    found = fields.raw(key, MISSING)
    has_steps = isinstance(found, dict) and isinstance(found.get("steps"), dict)
    inner = fields.table(key) if has_steps else None
    if inner is not None:
        steps, edge = pairs(inner, "steps"), inner.text("edge", "up")
        inner.close()
        return MISSING if steps is MISSING else inner.build(Bands, steps, edge)
    steps = pairs(fields, key)
    return steps if steps is MISSING else fields.build(Bands, steps)


def _steps(fields: Fields, key: str) -> Any:
    found = fields.raw(key, MISSING)
    if found is MISSING:
        return found
    return tuple(tuple(one) if isinstance(one, list) else one for one in fields.items(key))


READERS: dict[str, Reader] = {
    **dict.fromkeys(("name", "missing", "tz", "group", "field", "kind", "over", "within", "stale_after"), text),
    **dict.fromkeys(("weight", "worst", "best", "neutral", "points", "cap", "at_least", "at_most"), number),
    **dict.fromkeys(("of", "pains", "channels", "seeks"), names),
    **dict.fromkeys(("recency", "frequency", "monetary"), numbers),
    **dict.fromkeys(("bands", "thresholds", "fit_bands", "behavior_bands"), _bands),
    "reads": reads,
    "when": condition,
    "one_of": _one_of,
    "levels": _levels,
    "caps": pairs,
    "decay": in_table(Decay),
    "steps": _steps,
}
"""How each key of a declared score is read; any other is handed on as it is."""
