"""Rules: what must happen before a customer enters a stage, as values that can be stored, printed and compared.

A stage is preceded by an action. `seen`, `count` and `value` wait for events, `silent` for their absence, and
`any_of` and `all_of` put them together. Nothing in a rule is ever evaluated; it holds names, numbers and spans.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from custlife.engines.rule_values import (
    KINDS,
    AllOf,
    AnyOf,
    Count,
    Number,
    Rule,
    Seen,
    Silent,
    Value,
    fields_of,
    listens,
)
from custlife.errors import DefinitionError, UsageTypeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import timedelta

    from custlife.calendar import Span

__all__ = [
    "FIRST", "KINDS", "LEFT", "AllOf", "AnyOf", "Count", "Number", "Rule", "Rules", "Seen", "Silent", "Value",
    "all_of", "any_of", "count", "fields_of", "listens", "seen", "silent", "value",
]  # fmt: skip

LEFT, FIRST = "left", "first"


def seen(*names: str, when: str = "forward") -> Seen:
    """Fires at each of these events.

    Args:
        *names: Names of events; any of them will do.
        when: `forward` only moves a customer on along the path; `always` also moves back.

    Examples:
        >>> seen("purchase")
        seen('purchase')
    """
    return Seen(names, when)


def count(
    names: str | Iterable[str], n: int, *, within: Span | timedelta | str | None = None, when: str = "forward"
) -> Count:
    """Fires at the n-th of these events, and at those after it.

    Args:
        names: Name of the event, or several that count together.
        n: How many it takes.
        within: Count only those in the trailing window that ends with the event; an event counts up to and including
            the instant that lies `within` after it.
        when: `forward` only moves a customer on along the path; `always` also moves back.

    Examples:
        >>> count("purchase", 4, within="365 days")
        count('purchase', 4, within='365 days')
    """
    return Count(names, n, within, when)


def value(
    names: str | Iterable[str],
    field: str,
    *,
    at_least: Number | None = None,
    at_most: Number | None = None,
    equals: str | Number | bool | None = None,
    of: str = "each",
    within: Span | timedelta | str | None = None,
    when: str = "forward",
) -> Value:
    """Fires at an event whose value passes a test; numbers are compared and added exactly, as they are written.

    Args:
        names: Name of the event, or several.
        field: The value, one of the log's `value_cols`. Events without it do not count.
        at_least: The least number that passes.
        at_most: The greatest number that passes.
        equals: The only value that passes: a number, or a text.
        of: `each` looks at the one event; `total` at the sum over this and all earlier ones.
        within: For totals: add up only the trailing window that ends with the event, as for `count`.
        when: `forward` only moves a customer on along the path; `always` also moves back.

    Examples:
        >>> value("purchase", "amount", at_least=500, of="total")
        value('purchase', 'amount', at_least=500, of='total')
    """
    return Value(names, field, at_least, at_most, equals, of, within, when)


def silent(*, for_: Span | timedelta | str, of: str | Iterable[str] = ()) -> Silent:
    """Fires when nothing has occurred for a span since the last activity; the next activity brings the customer back.

    Args:
        for_: How long, such as `cl.days(180)`. An event at the very end of it is in time.
        of: Names of the events that are activity; by default all of them.

    Examples:
        >>> silent(for_="180 days", of="purchase")
        silent(for_='180 days', of='purchase')
    """
    return Silent(for_, of)


def any_of(*rules: Rule) -> AnyOf:
    """Fires when any of these rules does.

    Examples:
        >>> any_of(seen("purchase"), seen("order paid"))
        any_of(seen('purchase'), seen('order paid'))
    """
    return AnyOf(rules)


def all_of(*rules: Rule) -> AllOf:
    """Fires when one of these rules does and all the others have fired before or do so at the same event.

    Examples:
        >>> all_of(seen("contract signed"), count("login", 3))
        all_of(seen('contract signed'), count('login', 3))
    """
    return AllOf(rules)


def _pairs(given: Mapping[str, Rule] | Iterable[tuple[str, Rule]]) -> tuple[tuple[str, Rule], ...]:
    try:
        pairs: Any = given.items() if isinstance(given, Mapping) else given
        return tuple((stage, rule) for stage, rule in pairs)
    except (TypeError, ValueError):
        hint = 'write {"customer": cl.seen("purchase")}'
        raise UsageTypeError(f"rules={given!r} is not a mapping of stages to rules", hint) from None


@attrs.frozen(repr=False)
class Rules:
    """The rules of a lifecycle: one for each stage that events lead to.

    Attributes:
        pairs: Stage and rule; a mapping will do. Their order means nothing.
        returns: Where a customer goes who comes back after a silence: `left` (the stage of the path they left),
            `first` (the first stage of the path that has a rule; counts begin anew), or a stage (the same).

    Examples:
        >>> print(Rules({"customer": seen("purchase"), "lapsed": silent(for_="180 days")}))
        customer: seen('purchase')
        lapsed: silent(for_='180 days')
        after a silence: back to the stage left
    """

    pairs: tuple[tuple[str, Rule], ...] = attrs.field(converter=_pairs)
    returns: str = LEFT

    def __attrs_post_init__(self) -> None:
        returns: object = self.returns
        if not isinstance(returns, str) or not returns:
            raise UsageTypeError(f"{returns=} is not text", "pass 'left', 'first' or a stage")
        if not self.pairs:
            raise DefinitionError("there are no rules", 'write {"customer": cl.seen("purchase")}')
        stages = [stage for stage, _ in self.pairs]
        for stage, rule in self.pairs:
            if stages.count(stage) > 1:
                raise DefinitionError(f"stage {stage!r} has two rules", "put them together: cl.any_of(...)")
            if not isinstance(rule, Rule):
                raise UsageTypeError(f"the rule of stage {stage!r} is {rule!r}, not a rule", f"write cl.seen({rule!r})")

    def __iter__(self) -> Iterator[tuple[str, Rule]]:
        return iter(self.pairs)

    def __str__(self) -> str:
        back = {LEFT: "the stage left", FIRST: "the first stage, counting anew"}.get(self.returns, self.returns)
        return "\n".join([*(f"{stage}: {rule}" for stage, rule in self.pairs), f"after a silence: back to {back}"])

    def __repr__(self) -> str:
        return f"Rules({dict(self.pairs)!r}, returns={self.returns!r})"

    def to_dict(self) -> dict[str, Any]:
        """The rules as plain data, for JSON or TOML."""
        from custlife.engines.rules_document import rules_to_dict

        return rules_to_dict(self)

    @staticmethod
    def from_dict(document: object) -> Rules:
        """The rules that `to_dict` made.

        Raises:
            DataError: With all faults and their paths.
        """
        from custlife.engines.rules_document import rules_from_dict

        return rules_from_dict(document)
