"""Rules as documents: the format `custlife.signals/1`. Plain data in, the same rules out, nothing evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.calendar import BusinessHours, Span
from custlife.documents import Fields, check_format, refuse
from custlife.errors import DefinitionError, nearest
from custlife.scoring import document as scores
from custlife.scoring.reading import Condition, Reads
from custlife.signals.owed import Holds, NearLimit, RenewalNear, Unanswered
from custlife.signals.rule import Rule, RuleSet
from custlife.signals.scored import AtRisk, HealthFalling, HealthRed, Qualified
from custlife.signals.standing import BoughtElsewhere, Entered, Lapsed, Milestone, OffTrack, Returned, Stuck

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from custlife.signals.look import Sign

__all__ = ["FORMAT", "SIGNS", "read", "written"]

FORMAT = "custlife.signals/1"
SIGNS: dict[str, Any] = {
    made.KIND: made
    for made in (
        Stuck, Lapsed, Returned, BoughtElsewhere, Entered, Qualified, HealthRed, HealthFalling, Unanswered,
        RenewalNear, NearLimit, OffTrack, AtRisk, Holds,
    )
}  # fmt: skip
MISSING: Any = attrs.NOTHING


# -- writing -----------------------------------------------------------------------------------------------------------


def written(rules: RuleSet) -> dict[str, Any]:
    """The document of some rules; what is at its default is left out."""
    return {"format": FORMAT, "rules": [_rule(one) for one in rules]}


def _rule(rule: Rule) -> dict[str, Any]:
    sign = rule.sign
    if type(sign) not in SIGNS.values():
        raise DefinitionError(f"rule {rule.name!r} looks by code, and a document is data", "use a sign of cl.signals")
    document: dict[str, Any] = {"name": rule.name, "sign": sign.KIND, **_table(sign)}
    for field in attrs.fields(Rule)[2:]:
        held = getattr(rule, field.name)
        usual = sign.ACTION if field.name == "action" else field.default
        if held != usual:
            document[field.name] = _plain(held)
    return document


def _table(sign: Sign) -> dict[str, Any]:
    fields: Any = attrs.fields(type(sign))
    held = {field.name: getattr(sign, field.name) for field in fields}
    kept = {f.name: held[f.name] for f in fields if f.default is MISSING or held[f.name] != _default(f)}
    return {name: scores._scored(value) if name == "score" else _plain(value) for name, value in kept.items()}


def _default(field: Any) -> Any:
    """What a field holds where nothing is given."""
    if field.converter is None or field.default is None:
        return field.default
    return field.converter(field.default)


def _plain(held: Any) -> Any:
    if isinstance(held, Span):
        return str(held)
    if isinstance(held, BusinessHours):
        days = [day.isoformat() for day in held.holidays]
        return {"hours": held.hours, "tz": held.tz, **({"holidays": days} if days else {})}
    if isinstance(held, Reads):
        return {("reads" if key == "kind" else key): said for key, said in scores._table(held).items()}
    if isinstance(held, tuple):
        return dict(held) if held and isinstance(held[0], tuple) else [_plain(one) for one in held]
    return scores._table(held) if isinstance(held, Condition | Milestone) else held


# -- reading -----------------------------------------------------------------------------------------------------------


def read(document: Mapping[str, Any], name: str) -> tuple[Rule, ...]:
    """The rules that a document describes.

    A score is a table of its own, the name of one in the table `scores` of the document, or one that is registered.

    Raises:
        DataError: With all faults and their paths.
    """
    check_format(document, FORMAT, name=name)
    problems: list[tuple[str, str]] = []
    fields = Fields(document, "", problems)
    fields.raw("format")
    shared = _shared(fields)
    found = [_read_rule(one, shared) for one in fields.tables("rules") or ()]
    fields.close()
    if not found and not problems:
        fields.fault("rules", "there is no rule")
    refuse(name, problems)
    made: RuleSet | None = fields.build(RuleSet, found)
    refuse(name, problems)
    return found if made is None else made.rules  # type: ignore[return-value]  # faults are raised above


def _shared(fields: Fields) -> dict[str, Any]:
    """The scores that rules may name."""
    tables = fields.table("scores")
    if tables is None:
        return {}
    found = {}
    for name in fields.values("scores"):
        inner = tables.table(name)
        found[name] = None if inner is None else scores._score(inner)
    return found


def _read_rule(fields: Fields, shared: Mapping[str, Any]) -> Rule | None:
    name, kind = fields.required_text("name"), fields.required_text("sign")
    if kind not in SIGNS:
        if kind:
            fields.fault("sign", f"unknown sign {kind!r}; {nearest(kind, SIGNS)}")
        return None
    made, before = SIGNS[kind], len(fields._problems)
    given: dict[str, Any] = {}
    for field in attrs.fields(made):
        found = _score(fields, shared) if field.name == "score" else _value(fields, field.name, made)
        if found is not MISSING:
            given[field.name] = found
        elif field.default is MISSING and len(fields._problems) == before:
            fields.fault(field.name, "the key is missing")
    own = {
        field.name: found
        for field in attrs.fields(Rule)[2:]
        if (found := _value(fields, field.name, Rule)) is not MISSING
    }
    fields.close()
    sign = fields.build(made, **given) if len(fields._problems) == before else None
    rule: Rule | None = None if sign is None else fields.build(Rule, name, sign, **own)
    return rule


def _score(fields: Fields, shared: Mapping[str, Any]) -> Any:
    named = fields.raw("score", MISSING)
    if named is MISSING:
        return MISSING
    return shared[named] if isinstance(named, str) and named in shared else scores._inner(fields, "score")


def _value(fields: Fields, name: str, made: Any) -> Any:
    """What a key holds, as the class wants it; `attrs.NOTHING` where it is missing."""
    if name not in fields._document:
        return fields.raw(name, MISSING)
    if made is Holds:
        return scores._condition(fields, name)
    return SPECIAL.get((made, name), READERS.get(name, scores._raw))(fields, name)


def _reads(fields: Fields, key: str) -> Any:
    inner = fields.table(key)
    if inner is None:
        return MISSING
    found = scores._reads(inner, key)
    inner.close()
    return MISSING if found is None else found


def _hours(fields: Fields, key: str) -> Any:
    inner = fields.table(key)
    if inner is None:
        return MISSING
    hours, tz, days = inner.required_text("hours"), inner.required_text("tz"), inner.texts("holidays")
    inner.close()
    made = inner.build(_open, hours, tz, days)
    return MISSING if made is None else made


def _open(hours: str, tz: str, days: tuple[str, ...]) -> BusinessHours:
    return BusinessHours(hours, tz=tz, holidays=days)


def _plan(fields: Fields, key: str) -> Any:
    found = []
    for one in fields.tables(key) or ():
        event, within = one.required_text("event"), one.required_text("within")
        one.close()
        found.append(one.build(Milestone, event, within))
    return MISSING if None in found else tuple(found)


READERS: dict[str, Callable[[Fields, str], Any]] = {
    **dict.fromkeys(("owner", "action", "learnt", "term", "renewal", "ended"), scores._text),
    **dict.fromkeys(("within", "after", "cool_down"), scores._text),
    **dict.fromkeys(("at_least", "until", "below", "by", "min_n"), scores._number),
    **dict.fromkeys(("stages", "only_in", "unless", "asked", "entered", "start", "answered_by"), scores._names),
    "used": _reads,
    "limit": _reads,
    "risks": scores._pairs,
    "hours": _hours,
    "plan": _plan,
}
SPECIAL: dict[tuple[Any, str], Callable[[Fields, str], Any]] = {(RenewalNear, "start"): scores._text}
