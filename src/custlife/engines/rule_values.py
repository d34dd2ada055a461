"""The values behind rules: frozen, comparable, and printed as one types them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from custlife.calendar import Span, span
from custlife.errors import DefinitionError, UsageError, UsageTypeError

if TYPE_CHECKING:
    from datetime import timedelta

__all__ = ["KINDS", "AllOf", "AnyOf", "Count", "Number", "Rule", "Seen", "Silent", "Value", "fields_of", "listens"]

WHEN = ("forward", "always")
OF = ("each", "total")
Number: TypeAlias = int | float | Decimal


def _names(given: str | Iterable[str]) -> tuple[str, ...]:
    several: object = given
    names = tuple(several) if isinstance(several, Iterable) and not isinstance(several, str) else (several,)
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise UsageTypeError(f"{name!r} is not the name of an event", 'write seen("purchase")')
    return tuple(sorted(set(map(str, names))))


def _some_names(given: str | Iterable[str]) -> tuple[str, ...]:
    names = _names(given)
    if not names:
        raise DefinitionError("a rule needs the name of an event", 'write seen("purchase")')
    return names


def _span(given: Span | timedelta | str | None) -> Span | None:
    return None if given is None else span(given)


def _known(field: str, given: str, modes: tuple[str, ...]) -> None:
    if given not in modes:
        raise UsageError(f"{field}={given!r} is not a mode", f"choose one of {', '.join(map(repr, modes))}")


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(map(repr, names))


def _one(names: tuple[str, ...]) -> str:
    return repr(names[0]) if len(names) == 1 else repr(list(names))


def _told(rule: Any, first: str, *, skip: tuple[str, ...] = ("names",)) -> str:
    """A rule as one would type it, without what was left at its default."""
    parts = [first] if first else []
    for field in attrs.fields(type(rule)):
        given = getattr(rule, field.name)
        if field.name not in skip and given != field.default:
            parts.append(f"{field.name}={(str(given) if isinstance(given, Span) else given)!r}")
    return ", ".join(parts)


class Rule:
    """What all rules share: they print as one types them, and travel as plain data."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def to_dict(self) -> dict[str, Any]:
        """The rule as plain data, for JSON or TOML.

        Examples:
            >>> Seen("purchase").to_dict()
            {'rule': 'seen', 'names': ['purchase']}
        """
        from custlife.engines.rules_document import rule_to_dict

        return rule_to_dict(self)

    @staticmethod
    def from_dict(document: object) -> Rule:
        """The rule that `to_dict` made.

        Raises:
            DataError: With all faults and their paths.

        Examples:
            >>> Rule.from_dict({"rule": "seen", "names": ["purchase"]})
            seen('purchase')
        """
        from custlife.engines.rules_document import rule_from_dict

        return rule_from_dict(document)


@attrs.frozen(repr=False)
class Seen(Rule):
    """An event occurred: see `seen`."""

    names: tuple[str, ...] = attrs.field(converter=_some_names)
    when: str = "forward"

    def __attrs_post_init__(self) -> None:
        _known("when", self.when, WHEN)

    def __str__(self) -> str:
        return f"seen({_told(self, _quoted(self.names))})"


@attrs.frozen(repr=False)
class Count(Rule):
    """An event occurred for the n-th time, in all or within a trailing window: see `count`."""

    names: tuple[str, ...] = attrs.field(converter=_some_names)
    n: int
    within: Span | None = attrs.field(default=None, converter=_span)
    when: str = "forward"

    def __attrs_post_init__(self) -> None:
        _known("when", self.when, WHEN)
        n: object = self.n
        if not isinstance(n, int) or isinstance(n, bool) or n < 1:
            raise UsageError(f"n={n!r} is not a whole number from 1", 'write count("purchase", 2)')

    def __str__(self) -> str:
        return f"count({_told(self, f'{_one(self.names)}, {self.n}', skip=('names', 'n'))})"


@attrs.frozen(repr=False)
class Value(Rule):
    """What an event carries, alone or added up, is large enough, small enough or equal: see `value`."""

    names: tuple[str, ...] = attrs.field(converter=_some_names)
    field: str
    at_least: Number | None = None
    at_most: Number | None = None
    equals: str | Number | bool | None = None
    of: str = "each"
    within: Span | None = attrs.field(default=None, converter=_span)
    when: str = "forward"

    def __attrs_post_init__(self) -> None:
        _known("when", self.when, WHEN)
        _known("of", self.of, OF)
        field: object = self.field
        if not isinstance(field, str) or not field:
            raise UsageTypeError(f"{field=} is not the name of a value", 'write value("purchase", "amount", ...)')
        bounds = [bound for bound in (self.at_least, self.at_most, self.equals) if bound is not None]
        if len(bounds) != 1:
            raise DefinitionError("a value needs one of at_least=, at_most=, equals=", "pass at_least=500")
        for bound in (self.at_least, self.at_most):
            if bound is not None and (isinstance(bound, bool) or not isinstance(bound, int | float | Decimal)):
                raise UsageTypeError(f"{bound!r} is not a number", "pass at_least=500")
            if bound is not None and not _is_finite(bound):
                raise UsageError(f"{bound!r} is not a finite number", "pass at_least=500")
        if self.of == "total" and self.at_least is None:
            raise DefinitionError("a total is asked for with at_least=", "pass of='each' for single events")
        if self.of == "each" and self.within is not None:
            raise DefinitionError("within= belongs to of='total'", "pass of='total', or leave within= out")

    def __str__(self) -> str:
        return f"value({_told(self, f'{_one(self.names)}, {self.field!r}', skip=('names', 'field'))})"


def _is_finite(bound: Number) -> bool:
    try:
        return isfinite(bound)
    except (OverflowError, ValueError):  # a whole number larger than any float, a signalling NaN
        return False


@attrs.frozen(repr=False)
class Silent(Rule):
    """Nothing occurred for a span: see `silent`."""

    for_: Span = attrs.field(converter=span)
    of: tuple[str, ...] = attrs.field(default=(), converter=_names)

    def __attrs_post_init__(self) -> None:
        if not self.for_:
            raise DefinitionError("silence needs some time", "pass for_=cl.days(180)")

    def __str__(self) -> str:
        of = f", of={_one(self.of)}" if self.of else ""
        return f"silent(for_={str(self.for_)!r}{of})"


def _parts(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    parts = tuple(rules)
    for part in parts:
        if isinstance(part, Silent):
            what = f"{part} waits for nothing, and cannot stand with rules that wait for events"
            raise DefinitionError(what, "give the silence a stage of its own")
        if not isinstance(part, Rule):
            raise UsageTypeError(f"{part!r} is not a rule", 'write any_of(seen("a"), seen("b"))')
    if not parts:
        raise DefinitionError("there are no rules to put together", 'write any_of(seen("a"), seen("b"))')
    return parts


def _when(rules: tuple[Rule, ...]) -> str:
    return "always" if all(getattr(rule, "when", "") == "always" for rule in rules) else "forward"


@attrs.frozen(repr=False)
class AnyOf(Rule):
    """Any of several rules fires: see `any_of`."""

    rules: tuple[Rule, ...] = attrs.field(converter=_parts)

    @property
    def when(self) -> str:
        """`always` if all of its rules are."""
        return _when(self.rules)

    def __str__(self) -> str:
        return f"any_of({', '.join(map(str, self.rules))})"


@attrs.frozen(repr=False)
class AllOf(Rule):
    """The last of several rules fires for the first time: see `all_of`."""

    rules: tuple[Rule, ...] = attrs.field(converter=_parts)

    @property
    def when(self) -> str:
        """`always` if all of its rules are."""
        return _when(self.rules)

    def __str__(self) -> str:
        return f"all_of({', '.join(map(str, self.rules))})"


KINDS: dict[str, type[Rule]] = {
    "seen": Seen, "count": Count, "value": Value, "silent": Silent, "any_of": AnyOf, "all_of": AllOf,
}  # fmt: skip


def listens(rule: Rule) -> frozenset[str]:
    """Names of the events that a rule waits for; of a silence those that break it, none for all."""
    if isinstance(rule, AnyOf | AllOf):
        return frozenset().union(*map(listens, rule.rules))
    return frozenset(rule.of if isinstance(rule, Silent) else getattr(rule, "names", ()))


def fields_of(rule: Rule) -> frozenset[str]:
    """Names of the values that a rule looks at."""
    if isinstance(rule, AnyOf | AllOf):
        return frozenset().union(*map(fields_of, rule.rules))
    return frozenset((rule.field,) if isinstance(rule, Value) else ())
