"""Declared scores as documents: the format `custlife.score/1`. Plain data in, the same score out, nothing evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from custlife.documents import Fields, check_format, read_file, refuse
from custlife.errors import CustlifeError, DataError, DefinitionError, nearest
from custlife.scoring import keys
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
from custlife.scoring.declared import Declared
from custlife.scoring.health import HealthScore
from custlife.scoring.ideal import Criterion, IdealCustomer
from custlife.scoring.judging import name_of
from custlife.scoring.lead import Behavior, Fit, LeadScore
from custlife.scoring.measures import Measure, Override
from custlife.scoring.registry import get, registered
from custlife.scoring.rfm import Rfm

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from custlife.scoring.keys import Reader, Readers

__all__ = ["FORMAT", "KINDS", "from_file", "read", "score_in", "score_of", "score_table", "written"]

FORMAT = "custlife.score/1"
KINDS: dict[str, Any] = {"health": HealthScore, "lead": LeadScore, "ideal": IdealCustomer, "rfm": Rfm}
COMPOSED: dict[str, Any] = {"weighted": Weighted, "gated": Gated, "capped": Capped}
RULES: dict[str, Any] = {"fit": Fit, "behavior": Behavior}

_S = TypeVar("_S")


# -- writing -----------------------------------------------------------------------------------------------------------


def written(score: Any) -> dict[str, Any]:
    """The document of a score; what is at its default is left out."""
    return {"format": FORMAT, **score_table(score)}


def score_table(score: Any) -> Any:
    """A score inside a document: its table, or its name where it is code."""
    kind = next((kind for kind, made in COMPOSED.items() if type(score) is made), None)
    if type(score) is Extreme:
        kind = "maximum" if score.greatest else "minimum"
    if type(score) is Weighted or type(score) is Extreme:
        members = [_member(one, weigh=kind == "weighted") for one in score.members]
        return {"kind": kind, "name": score.name, "members": members}
    if kind is not None:
        inner = {key: score_table(getattr(score, key)) for key in ("scorer", "gate") if hasattr(score, key)}
        bounds = {key: getattr(score, key, None) for key in ("at_least", "at_most", "otherwise")}
        return {"kind": kind, "name": score.name, **{k: v for k, v in bounds.items() if v is not None}, **inner}
    if type(score) in KINDS.values():
        return keys.table_of(score)
    known = [name for name in registered() if get(name) is score]
    if not known:
        hint = "register it: @scoring.scorer('fit'); a document then holds the name"
        raise DefinitionError(f"scorer {name_of(score)!r} is code, and a document is data", hint)
    return known[0]


def _member(one: Member, *, weigh: bool) -> dict[str, Any]:
    inner = score_table(one.scorer)
    return {"name": one.name, **({"weight": one.weight} if weigh else {}), "scorer": inner}


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
    made = score_of(fields)
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
        MissingFileError: There is no such file.
        OSError: It may not be opened.
    """
    return read(read_file(path), str(path), Declared)


def score_of(fields: Fields) -> Any:
    """The score that a table describes; None where it has a fault."""
    kind = fields.required_text("kind")
    if kind in KINDS:
        return keys.made(fields, KINDS[kind], READERS)
    if kind in COMPOSED or kind in ("minimum", "maximum"):
        return _composed(fields, kind)
    if kind:
        fields.fault("kind", f"unknown kind {kind!r}; {nearest(kind, [*KINDS, *COMPOSED, 'minimum', 'maximum'])}")
    return None


def _composed(fields: Fields, kind: str) -> Any:
    """A composition; its members are scores of their own, or names."""
    before = fields.faults
    given: dict[str, Any] = {"name": fields.text("name", kind)}
    if kind in ("gated", "capped"):
        inner = [score_in(fields, key) for key in (("scorer", "gate") if kind == "gated" else ("scorer",))]
        bounds = ("at_least", "otherwise") if kind == "gated" else ("at_least", "at_most")
        given |= {key: found for key in bounds if (found := keys.number(fields, key)) is not keys.MISSING}
        if kind == "gated" and "at_least" not in given:
            fields.fault("at_least", "the key is missing")
        fields.close()
        make: Any = gated if kind == "gated" else capped
        return keys.built(fields, before, make, *inner, **given)
    members, weights = {}, {}
    for one in fields.tables("members") or ():
        name = one.required_text("name")
        weights[name] = keys.number(one, "weight") if kind == "weighted" else keys.MISSING
        members[name] = score_in(one, "scorer")
        one.close()
    fields.close()
    if kind == "weighted":
        weighed = {name: 1 if weight is keys.MISSING else weight for name, weight in weights.items()}
        return keys.built(fields, before, weighted, members, weighed, **given)
    return keys.built(fields, before, maximum if kind == "maximum" else minimum, members, **given)


def score_in(fields: Fields, key: str) -> Any:
    """The score of a key: a table, or the name of one that is registered."""
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
    return score_of(inner)


def _tables(kind: Any) -> Reader:
    def reader(fields: Fields, key: str) -> Any:
        inner = fields.tables(key)
        return keys.MISSING if inner is None else tuple(keys.made(one, kind) for one in inner)

    return reader


def _rules(fields: Fields, key: str) -> Any:
    inner = fields.tables(key)
    return keys.MISSING if inner is None else tuple(_rule(one) for one in inner)


def _rule(fields: Fields) -> Any:
    kind = fields.required_text("kind")
    if kind not in RULES:
        if kind:
            fields.fault("kind", f"unknown kind of rule {kind!r}; {nearest(kind, RULES)}")
        return None
    return keys.made(fields, RULES[kind])


READERS: Readers = {
    **keys.READERS,
    **dict.fromkeys(("criteria", "exclusions"), _tables(Criterion)),
    "measures": _tables(Measure),
    "overrides": _tables(Override),
    "rules": _rules,
}
