"""Rules as documents: the format `custlife.signals/1`. Plain data in, the same rules out, nothing evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.calendar import BusinessHours
from custlife.documents import Fields, check_format
from custlife.errors import DefinitionError, nearest
from custlife.scoring import document as scores
from custlife.scoring import keys
from custlife.signals.owed import Holds, NearLimit, RenewalNear, Unanswered
from custlife.signals.rule import Rule, RuleSet
from custlife.signals.scored import AtRisk, HealthFalling, HealthRed, Qualified
from custlife.signals.standing import BoughtElsewhere, Entered, Lapsed, Milestone, OffTrack, Returned, Stuck

if TYPE_CHECKING:
    from collections.abc import Mapping

    from custlife.scoring.keys import Readers

__all__ = ["FORMAT", "SIGNS", "read", "written"]

FORMAT = "custlife.signals/1"
SIGNS: dict[str, Any] = {
    made.KIND: made
    for made in (
        Stuck, Lapsed, Returned, BoughtElsewhere, Entered, Qualified, HealthRed, HealthFalling, Unanswered,
        RenewalNear, NearLimit, OffTrack, AtRisk, Holds,
    )
}  # fmt: skip


# -- writing -----------------------------------------------------------------------------------------------------------


def written(rules: RuleSet) -> dict[str, Any]:
    """The document of some rules; what is at its default is left out."""
    return {"format": FORMAT, "rules": [_rule(one) for one in rules]}


def _rule(rule: Rule) -> dict[str, Any]:
    sign = rule.sign
    if type(sign) not in SIGNS.values():
        raise DefinitionError(f"rule {rule.name!r} looks by code, and a document is data", "use a sign of cl.signals")
    own = {name: held for name, held in keys.kept(rule).items() if name not in {"name", "sign", "action"}}
    if rule.action != sign.ACTION:
        own["action"] = rule.action
    told = {**keys.kept(sign), **own}
    return {"name": rule.name, "sign": sign.KIND, **{name: _plain(name, held) for name, held in told.items()}}


def _plain(name: str, held: Any) -> Any:
    if name == "score":
        return scores.score_table(held)
    if not isinstance(held, BusinessHours):
        return keys.plain(name, held)
    days = [day.isoformat() for day in held.holidays]
    return {"hours": held.hours, "tz": held.tz, **({"holidays": days} if days else {})}


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
    return fields.made(name, RuleSet, found).rules


def _shared(fields: Fields) -> dict[str, Any]:
    """The scores that rules may name."""
    tables = fields.table("scores")
    if tables is None:
        return {}
    found = {}
    for name in fields.values("scores"):
        inner = tables.table(name)
        found[name] = None if inner is None else scores.score_of(inner)
    return found


def _read_rule(fields: Fields, shared: Mapping[str, Any]) -> Rule | None:
    name, kind = fields.required_text("name"), fields.required_text("sign")
    if kind not in SIGNS:
        if kind:
            fields.fault("sign", f"unknown sign {kind!r}; {nearest(kind, SIGNS)}")
        return None
    before, made = fields.faults, SIGNS[kind]
    given = keys.taken(fields, attrs.fields(made), lambda table, key: _value(table, key, made, shared))
    own = keys.taken(fields, attrs.fields(Rule)[2:], lambda table, key: _value(table, key, Rule, shared))
    fields.close()
    sign = keys.built(fields, before, made, **given)
    return None if sign is None else fields.build(Rule, name, sign, **own)


def _score(fields: Fields, shared: Mapping[str, Any]) -> Any:
    named = fields.raw("score")
    return shared[named] if isinstance(named, str) and named in shared else scores.score_in(fields, "score")


def _value(fields: Fields, key: str, made: Any, shared: Mapping[str, Any]) -> Any:
    """What a key holds, as the class wants it."""
    if key not in fields:
        return keys.raw(fields, key)
    if key == "score":
        return _score(fields, shared)
    if made is Holds:
        return keys.condition(fields, key)
    return SPECIAL.get((made, key), READERS.get(key, keys.raw))(fields, key)


def _reads(fields: Fields, key: str) -> Any:
    inner = fields.table(key)
    if inner is None:
        return keys.MISSING
    found = keys.reads(inner, key)
    inner.close()
    return keys.MISSING if found is None else found


def _hours(fields: Fields, key: str) -> Any:
    inner = fields.table(key)
    if inner is None:
        return keys.MISSING
    hours, tz, days = inner.required_text("hours"), inner.required_text("tz"), inner.texts("holidays")
    inner.close()
    made = inner.build(_open, hours, tz, days)
    return keys.MISSING if made is None else made


def _open(hours: str, tz: str, days: tuple[str, ...]) -> BusinessHours:
    return BusinessHours(hours, tz=tz, holidays=days)


def _plan(fields: Fields, key: str) -> Any:
    found = []
    for one in fields.tables(key) or ():
        event, within = one.required_text("event"), one.required_text("within")
        one.close()
        found.append(one.build(Milestone, event, within))
    return keys.MISSING if None in found else tuple(found)


READERS: Readers = {
    **dict.fromkeys(("owner", "action", "learnt", "term", "renewal", "ended"), keys.text),
    **dict.fromkeys(("within", "after", "cool_down"), keys.text),
    **dict.fromkeys(("at_least", "until", "below", "by", "min_n"), keys.number),
    **dict.fromkeys(("stages", "only_in", "unless", "asked", "entered", "start", "answered_by"), keys.names),
    "used": _reads,
    "limit": _reads,
    "risks": keys.pairs,
    "hours": _hours,
    "plan": _plan,
}
SPECIAL: dict[tuple[Any, str], Any] = {(RenewalNear, "start"): keys.text}
