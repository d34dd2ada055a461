"""Rules as documents: plain data in, the same rules out, and every fault with its path."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs

from custlife.calendar import Span
from custlife.documents import Fields, check_format, refuse
from custlife.engines.rules import KINDS, LEFT, AllOf, AnyOf, Rule, Rules
from custlife.errors import nearest

__all__ = ["FORMAT", "rule_from_dict", "rule_to_dict", "rules_from_dict", "rules_to_dict"]

FORMAT = "custlife.rules/1"


def rule_to_dict(rule: Rule) -> dict[str, Any]:
    """A rule without what was left at its default; exact decimals and spans as texts."""
    kind = next(name for name, made in KINDS.items() if made is type(rule))
    made: Any = type(rule)
    fields = attrs.fields(made)
    if isinstance(rule, AnyOf | AllOf):
        return {"rule": kind, "rules": [rule_to_dict(part) for part in rule.rules]}
    told = {field.name: getattr(rule, field.name) for field in fields}
    default = {field.name: field.default for field in fields}
    kept = {name: _plain(given) for name, given in told.items() if given != default[name]}
    return {"rule": kind, **{_called(name): given for name, given in kept.items()}}


def _called(name: str) -> str:
    """The key of a field: a word that Python reserves loses its underscore."""
    return name.rstrip("_")


def _plain(given: object) -> Any:
    if isinstance(given, Decimal):
        return {"decimal": str(given)}
    return list(given) if isinstance(given, tuple) else str(given) if isinstance(given, Span) else given


def rule_from_dict(document: object) -> Rule:
    """The rule that a document holds.

    Raises:
        DataError: With all faults and their paths.
    """
    problems: list[tuple[str, str]] = []
    rule: Rule = _rule(Fields(document, "", problems))
    refuse("rule", problems)
    return rule


def rules_to_dict(rules: Rules) -> dict[str, Any]:
    """All rules of a lifecycle."""
    stages = {stage: rule_to_dict(rule) for stage, rule in rules.pairs}
    return {"format": FORMAT, "returns": rules.returns, "stages": stages}


def rules_from_dict(document: object) -> Rules:
    """The rules that a document holds.

    Raises:
        DataError: With all faults and their paths.
    """
    check_format(document, FORMAT, name="rules")
    problems: list[tuple[str, str]] = []
    fields = Fields(document, "", problems)
    fields.raw("format")
    returns = fields.text("returns", LEFT)
    stages = fields.raw("stages", {})
    if not isinstance(stages, dict):
        fields.fault("stages", "not a table")
        stages = {}
    pairs = [(stage, _rule(Fields(given, f"stages.{stage}", problems))) for stage, given in stages.items()]
    fields.close()
    return fields.made("rules", Rules, pairs, returns)


def _rule(fields: Fields) -> Any:
    kind = fields.required_text("rule")
    if kind not in KINDS:
        if kind or fields.raw("rule") == "":
            fields.fault("rule", f"unknown rule {kind!r}; {nearest(kind, KINDS)}")
        return None
    made: Any = KINDS[kind]
    if made in (AnyOf, AllOf):
        parts = [_rule(part) for part in fields.tables("rules") or []]
        fields.close()
        return None if None in parts else fields.build(made, parts)
    given: dict[str, Any] = {}
    for field in attrs.fields(made):
        name = _called(field.name)
        found = fields.raw(name, attrs.NOTHING)
        if found is not attrs.NOTHING:
            given[field.name] = _decimal(found)
        elif field.default is attrs.NOTHING:
            fields.fault(name, "the key is missing")
            return None
    fields.close()
    return fields.build(made, **given)


def _decimal(found: Any) -> Any:
    if isinstance(found, dict) and found.keys() == {"decimal"} and isinstance(found["decimal"], str):
        try:
            return Decimal(found["decimal"])
        except ArithmeticError:
            return found
    return found
