"""Declared scores as documents: the format `custlife.score/1`. Plain data in, the same score out, nothing evaluated."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from custlife.calendar import Span, instant
from custlife.customers.moves import stamp
from custlife.documents import Fields, check_format, read_file, refuse
from custlife.errors import CustlifeError, DataError, DefinitionError, nearest
from custlife.scoring.bands import Bands
from custlife.scoring.composing import (
    Capped,
    Extreme,
    Gated,
    Member,
    Weighted,
    capped,
    gated,
    maximum,
    minimum,
    weighted,
)
from custlife.scoring.decay import Decay
from custlife.scoring.declared import Declared
from custlife.scoring.health import HealthScore
from custlife.scoring.ideal import Criterion, IdealCustomer
from custlife.scoring.judging import name_of
from custlife.scoring.lead import Behavior, Fit, LeadScore
from custlife.scoring.measures import Measure, Override
from custlife.scoring.reading import Condition, Reads
from custlife.scoring.registry import get, registered
from custlife.scoring.rfm import Rfm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["FORMAT", "KINDS", "condition_in", "condition_table", "from_file", "read", "written"]

FORMAT = "custlife.score/1"
KINDS: dict[str, Any] = {"health": HealthScore, "lead": LeadScore, "ideal": IdealCustomer, "rfm": Rfm}
COMPOSED: dict[str, Any] = {"weighted": Weighted, "gated": Gated, "capped": Capped}
RULES: dict[str, Any] = {"fit": Fit, "behavior": Behavior}

_S = TypeVar("_S")


# -- writing -----------------------------------------------------------------------------------------------------------


def written(score: Any) -> dict[str, Any]:
    """The document of a score; what is at its default is left out."""
    return {"format": FORMAT, **_scored(score)}


def _scored(score: Any) -> Any:
    """A score inside a document: its table, or its name where it is code."""
    kind = next((kind for kind, made in COMPOSED.items() if type(score) is made), None)
    if type(score) is Extreme:
        kind = "maximum" if score.greatest else "minimum"
    if type(score) is Weighted or type(score) is Extreme:
        members = [_member(one, weigh=kind == "weighted") for one in score.members]
        return {"kind": kind, "name": score.name, "members": members}
    if kind is not None:
        inner = {key: _scored(getattr(score, key)) for key in ("scorer", "gate") if hasattr(score, key)}
        bounds = {key: getattr(score, key, None) for key in ("at_least", "at_most", "otherwise")}
        return {"kind": kind, "name": score.name, **{k: v for k, v in bounds.items() if v is not None}, **inner}
    if type(score) in KINDS.values():
        return _table(score)
    known = [name for name in registered() if get(name) is score]
    if not known:
        hint = "register it: @scoring.scorer('fit'); a document then holds the name"
        raise DefinitionError(f"scorer {name_of(score)!r} is code, and a document is data", hint)
    return known[0]


def _member(one: Member, *, weigh: bool) -> dict[str, Any]:
    inner = _scored(one.scorer)
    return {"name": one.name, **({"weight": one.weight} if weigh else {}), "scorer": inner}


def _table(value: Any) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for kind, made in {**KINDS, **RULES}.items():
        if type(value) is made:
            document["kind"] = kind
    for field in attrs.fields(type(value)):
        held = getattr(value, field.name)
        if isinstance(held, Reads):
            document |= {("reads" if key == "kind" else key): said for key, said in _table(held).items()}
        elif field.default is attrs.NOTHING or held != field.default:
            document[field.name] = _plain(field.name, held)
    return document


def _plain(name: str, held: Any) -> Any:
    if isinstance(held, Bands):
        steps = dict(held.steps)
        return steps if held.edge == "up" else {"edge": held.edge, "steps": steps}
    if name == "caps":
        return dict(held)
    if attrs.has(type(held)) and not isinstance(held, Span):
        return _table(held)
    if isinstance(held, tuple):
        return [_plain("", item) for item in held]
    if isinstance(held, datetime | Decimal):
        return {"instant": stamp(held)} if isinstance(held, datetime) else {"decimal": str(held)}
    return str(held) if isinstance(held, Span) else held


# -- reading -----------------------------------------------------------------------------------------------------------


def read(document: Mapping[str, Any], name: str, wanted: type[_S]) -> _S:
    """The score that a document describes.

    Raises:
        DataError: With all faults and their paths; also where it is of another kind than wanted.
    """
    check_format(document, FORMAT, name=name)
    problems: list[tuple[str, str]] = []
    fields = Fields(document, "", problems)
    fields.raw("format")
    made = _score(fields)
    refuse(name, problems)
    if not isinstance(made, wanted):
        found = document.get("kind")
        raise DataError(
            f"{name} holds a score of kind {found!r}, not a {wanted.__name__}", hint="scoring.from_file(path)"
        )
    return made


def from_file(path: str | Path) -> Any:
    """The score that a `.toml` or `.json` file describes, of whatever kind it is.

    Raises:
        DataError: With all faults and their paths.
        OSError: There is no such file, or it may not be opened.
    """
    return read(read_file(path), str(path), Declared)


def _score(fields: Fields) -> Any:
    kind = fields.required_text("kind")
    if kind in KINDS:
        return _made(fields, KINDS[kind])
    if kind in COMPOSED or kind in ("minimum", "maximum"):
        return _composed(fields, kind)
    if kind:
        fields.fault("kind", f"unknown kind {kind!r}; {nearest(kind, [*KINDS, *COMPOSED, 'minimum', 'maximum'])}")
    return None


def _composed(fields: Fields, kind: str) -> Any:
    """A composition; its members are scores of their own, or names."""
    before = len(fields._problems)
    given: dict[str, Any] = {"name": fields.text("name", kind)}
    if kind in ("gated", "capped"):
        inner = [_inner(fields, key) for key in (("scorer", "gate") if kind == "gated" else ("scorer",))]
        bounds = ("at_least", "otherwise") if kind == "gated" else ("at_least", "at_most")
        given |= {key: found for key in bounds if (found := _number(fields, key)) is not attrs.NOTHING}
        if kind == "gated" and "at_least" not in given:
            fields.fault("at_least", "the key is missing")
        fields.close()
        make: Any = gated if kind == "gated" else capped
        return fields.build(make, *inner, **given) if len(fields._problems) == before else None
    members, weights = {}, {}
    for one in fields.tables("members") or ():
        name = one.required_text("name")
        weights[name] = _number(one, "weight") if kind == "weighted" else attrs.NOTHING
        members[name] = _inner(one, "scorer")
        one.close()
    fields.close()
    if len(fields._problems) > before:
        return None
    if kind == "weighted":
        weighed = {name: 1 if weight is attrs.NOTHING else weight for name, weight in weights.items()}
        return fields.build(weighted, members, weighed, **given)
    return fields.build(maximum if kind == "maximum" else minimum, members, **given)


def _inner(fields: Fields, key: str) -> Any:
    found = fields.raw(key)
    if isinstance(found, str):
        try:
            return get(found)
        except CustlifeError as error:
            fields.fault(key, f"{error.what}; {error.hint}")
            return None
    inner = fields.table(key)
    if inner is None:
        fields.fault(key, "the key is missing")
        return None
    return _score(inner)


def _made(fields: Fields, made: Any) -> Any:
    """A value of a declared class, field by field."""
    given: dict[str, Any] = {}
    before = len(fields._problems)
    for field in attrs.fields(made):
        so_far = len(fields._problems)
        found = READERS.get(field.name, _raw)(fields, field.name)
        if found is not attrs.NOTHING:
            given[field.name] = found
        elif field.default is attrs.NOTHING and len(fields._problems) == so_far:
            fields.fault(field.name, "the key is missing")
    fields.close()
    return fields.build(made, **given) if len(fields._problems) == before else None


def _raw(fields: Fields, key: str) -> Any:
    return fields.raw(key, attrs.NOTHING)


def _typed(kind: Any, called: str) -> Callable[[Fields, str], Any]:
    def reader(fields: Fields, key: str) -> Any:
        found = fields.raw(key, attrs.NOTHING)
        if found is not attrs.NOTHING and (isinstance(found, bool) or not isinstance(found, kind)):
            fields.fault(key, f"{found!r} is not {called}")
            return attrs.NOTHING
        return found

    return reader


_text = _typed(str, "a text")
_number = _typed((int, float), "a number")


def _names(fields: Fields, key: str) -> Any:
    """A text or a list of texts."""
    found = fields.raw(key, attrs.NOTHING)
    return (found,) if isinstance(found, str) else attrs.NOTHING if found is attrs.NOTHING else fields.texts(key)


def _numbers(fields: Fields, key: str) -> Any:
    found = fields.raw(key, attrs.NOTHING)
    if found is attrs.NOTHING:
        return found
    wrong = [one for one in fields.items(key) if isinstance(one, bool) or not isinstance(one, int | float)]
    if wrong:
        fields.fault(key, f"{wrong[0]!r} is not a number")
    return tuple(fields.items(key)) if not wrong else attrs.NOTHING


def _reads(fields: Fields, _key: str) -> Any:
    """What is read stands in the table itself: reads, of, within, field."""
    kind = fields.required_text("reads")
    found = {"of": _names(fields, "of"), "within": _text(fields, "within"), "field": _text(fields, "field")}
    return fields.build(Reads, kind, **{key: value for key, value in found.items() if value is not attrs.NOTHING})


def _condition(fields: Fields, key: str) -> Any:
    inner = fields.table(key)
    return attrs.NOTHING if inner is None else _made(inner, Condition)


def condition_in(fields: Fields, key: str) -> Condition | None:
    """The condition of a table of some other document; None where there is none, or a fault is noted."""
    found = _condition(fields, key)
    return found if isinstance(found, Condition) else None


def condition_table(condition: Condition) -> dict[str, Any]:
    """A condition as documents of any kind hold it.

    Examples:
        >>> from custlife.scoring import fact
        >>> condition_table(Condition(fact("seats"), at_least=5))
        {'reads': 'fact', 'of': ['seats'], 'at_least': 5}
    """
    return _table(condition)


def _one_of(fields: Fields, key: str) -> Any:
    found = fields.raw(key, attrs.NOTHING)
    if found is attrs.NOTHING:
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
    found = fields.raw(key, attrs.NOTHING)
    if found is attrs.NOTHING:
        return found
    pairs = list(found.items()) if isinstance(found, dict) else found
    if not isinstance(pairs, list) or not all(isinstance(one, list | tuple) and len(one) == 2 for one in pairs):
        fields.fault(key, "not pairs of value and level, such as [['pro', 100], ['free', 20]]")
        return attrs.NOTHING
    return tuple((_scalar(fields, key, value), level) for value, level in pairs)


def _pairs(fields: Fields, key: str) -> Any:
    """Names with numbers."""
    found = fields.raw(key, attrs.NOTHING)
    if found is attrs.NOTHING:
        return found
    if not isinstance(found, dict) or any(
        isinstance(one, bool) or not isinstance(one, int | float) for one in found.values()
    ):
        fields.fault(key, "not a table of names and numbers")
        return attrs.NOTHING
    return tuple(found.items())


def _bands(fields: Fields, key: str) -> Any:
    found = fields.raw(key, attrs.NOTHING)
    if isinstance(found, dict) and isinstance(found.get("steps"), dict):
        inner = fields.table(key)
        assert inner is not None  # noqa: S101  # the key is there
        steps, edge = _pairs(inner, "steps"), inner.text("edge", "up")
        inner.close()
        return attrs.NOTHING if steps is attrs.NOTHING else inner.build(Bands, steps, edge)
    steps = _pairs(fields, key)
    return steps if steps is attrs.NOTHING else fields.build(Bands, steps)


def _decay(fields: Fields, key: str) -> Any:
    inner = fields.table(key)
    return attrs.NOTHING if inner is None else _made(inner, Decay)


def _steps(fields: Fields, key: str) -> Any:
    found = fields.raw(key, attrs.NOTHING)
    return (
        found
        if found is attrs.NOTHING
        else tuple(tuple(one) if isinstance(one, list) else one for one in fields.items(key))
    )


def _tables(made: Any) -> Callable[[Fields, str], Any]:
    def reader(fields: Fields, key: str) -> Any:
        inner = fields.tables(key)
        return attrs.NOTHING if inner is None else tuple(_made(one, made) for one in inner)

    return reader


def _rules(fields: Fields, key: str) -> Any:
    inner = fields.tables(key)
    return attrs.NOTHING if inner is None else tuple(_rule(one) for one in inner)


def _rule(fields: Fields) -> Any:
    kind = fields.required_text("kind")
    if kind not in RULES:
        if kind:
            fields.fault("kind", f"unknown kind of rule {kind!r}; {nearest(kind, RULES)}")
        return None
    return _made(fields, RULES[kind])


READERS: dict[str, Callable[[Fields, str], Any]] = {
    **dict.fromkeys(("name", "missing", "tz", "group", "field", "kind", "over", "within", "stale_after"), _text),
    **dict.fromkeys(("weight", "worst", "best", "neutral", "points", "cap", "at_least", "at_most"), _number),
    **dict.fromkeys(("of", "pains", "channels", "seeks"), _names),
    **dict.fromkeys(("recency", "frequency", "monetary"), _numbers),
    **dict.fromkeys(("bands", "thresholds", "fit_bands", "behavior_bands"), _bands),
    **dict.fromkeys(("criteria", "exclusions"), _tables(Criterion)),
    "measures": _tables(Measure),
    "overrides": _tables(Override),
    "rules": _rules,
    "reads": _reads,
    "when": _condition,
    "one_of": _one_of,
    "levels": _levels,
    "caps": _pairs,
    "decay": _decay,
    "steps": _steps,
}
