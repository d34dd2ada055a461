"""What a scorer is told: one frozen request, with nothing in it that was not known at its moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs

from custlife.calendar import instant
from custlife.customers.entries import read_facts
from custlife.customers.merging import united_facts
from custlife.customers.moves import known_from
from custlife.errors import UsageTypeError
from custlife.scoring.points import shortly

if TYPE_CHECKING:
    from collections.abc import Iterable

    from custlife.customers import Customer, Fact
    from custlife.customers.entries import GivenFacts
    from custlife.customers.properties import Scalar

__all__ = ["NO_FACTS", "Facts", "ScoreRequest", "by_customer", "facts_for", "facts_of", "request_at"]

EPOCH = datetime.min.replace(tzinfo=UTC)


class Facts(Mapping[str, "Scalar"]):
    """The facts in force at one moment: a read-only mapping of names to values, that remembers since when.

    A fact whose value is None says that there is none any more, and is not in it.

    Args:
        facts: Facts, of which the later ones of a name override the earlier ones.

    Examples:
        >>> from custlife import Fact
        >>> facts = Facts([Fact("seats", 5, at="2026-01-05T00:00Z"), Fact("seats", 8, at="2026-02-05T00:00Z")])
        >>> facts["seats"], facts.fact("seats").at.month, facts.fact("mrr")
        (8, 2, None)
    """

    __slots__ = ("_held",)

    _held: dict[str, Fact]

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        held: dict[str, Fact] = {}
        for fact in facts:
            if fact.name not in held or _order(fact) >= _order(held[fact.name]):
                held[fact.name] = fact
        kept = {name: held[name] for name in sorted(held) if held[name].value is not None}
        object.__setattr__(self, "_held", kept)

    def __setattr__(self, name: str, value: object) -> None:
        raise UsageTypeError(f"facts are read-only; cannot set {name!r}", "return a score, and change nothing")

    def __delattr__(self, name: str) -> None:
        raise UsageTypeError(f"facts are read-only; cannot delete {name!r}", "return a score, and change nothing")

    def __getitem__(self, name: str) -> Scalar:
        return self._held[name].value

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def fact(self, name: str) -> Fact | None:
        """The fact in force, with its dates; None where there is none."""
        return self._held.get(name)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Facts):
            return self._held == other._held
        return dict(self) == other

    def __hash__(self) -> int:
        return hash(tuple(self._held.values()))

    def __repr__(self) -> str:
        return f"Facts({list(self._held.values())!r})"

    def __reduce__(self) -> tuple[type[Facts], tuple[tuple[Fact, ...]]]:
        return Facts, (tuple(self._held.values()),)


NO_FACTS = Facts()


def _order(fact: Fact) -> tuple[datetime, datetime]:
    return fact.at or EPOCH, known_from(fact) or EPOCH


def _as_facts(given: GivenFacts) -> Facts:
    if type(given) is Facts:
        return given
    return Facts(facts_of("", given)) if given else NO_FACTS


def _as_of(at: Any) -> datetime:
    return at if type(at) is datetime and at.tzinfo is UTC else instant(at, name="as_of")


@attrs.frozen
class ScoreRequest:
    """The one argument of every scorer.

    Attributes:
        customer: The customer as they were at `as_of`: what happened later, or was learnt later, is not in it.
        as_of: The moment of looking; aware, UTC.
        facts: What was known of them at `as_of`: their own facts and those of the caller, by name. Where both name one,
            the later holds, and at one instant the caller's.

    Raises:
        TimeError: `as_of` is naive or unreadable.

    Examples:
        >>> from custlife import Customer, presets
        >>> ScoreRequest(Customer("acme", presets.bruxt5), "2026-02-01T00:00Z", {"seats": 5}).facts["seats"]
        5
    """

    customer: Customer
    as_of: datetime = attrs.field(converter=_as_of)
    facts: Facts = attrs.field(default=NO_FACTS, converter=_as_facts)


def facts_of(customer: str, given: GivenFacts) -> tuple[Fact, ...]:
    """The caller's facts of one customer, checked as a customer's own are.

    Raises:
        DataError: With all that cannot be used.
        HistoryError: One fact has two values at once.
    """
    return united_facts(customer, read_facts(customer, given))


def by_customer(given: Any) -> Mapping[str, GivenFacts]:
    """The caller's facts of many customers, by id; none where nothing is given.

    Raises:
        UsageTypeError: They do not say whose they are.
    """
    hint = "write facts={'acme': {'seats': 5}}"
    found = {} if given is None else given
    if not isinstance(found, Mapping):
        raise UsageTypeError(f"facts={shortly(found)} do not say whose they are", hint)
    for name, mine in found.items():
        if not isinstance(mine, Mapping | list | tuple):
            raise UsageTypeError(f"facts[{name!r}]={shortly(mine)} are not the facts of a customer", hint)
    return found


def facts_for(customer: str, given: Mapping[str, GivenFacts]) -> tuple[Fact, ...]:
    """The facts of one customer among those of many; see `facts_of`."""
    mine = given.get(customer)
    return facts_of(customer, mine) if mine else ()


def request_at(customer: Customer, as_of: datetime, facts: tuple[Fact, ...] = ()) -> ScoreRequest:
    """The request for one customer at one moment, with everything cut off that was not known then.

    Args:
        customer: The customer, with whatever came later.
        as_of: Aware, UTC.
        facts: Further facts, as `facts_of` gives them.
    """
    seen = customer if _is_all_known(customer, as_of) else customer.as_of(as_of, known_at=as_of)
    if not facts and not seen.facts:
        return ScoreRequest(seen, as_of, NO_FACTS)
    known = [fact for fact in facts if _is_known(fact, as_of)]
    return ScoreRequest(seen, as_of, Facts((*seen.facts, *known)))


def _is_known(entry: Any, as_of: datetime) -> bool:
    at, learnt = entry.at, entry.recorded_at
    return (at is None or at <= as_of) and (learnt is None or learnt <= as_of)


def _is_all_known(customer: Customer, as_of: datetime) -> bool:
    """Whether nothing has to be cut off, which is what most scores of today find."""
    for move in customer.moves:
        if move.at > as_of or (move.recorded_at is not None and move.recorded_at > as_of):
            return False
    for event in customer.events:
        if event.at > as_of or (event.recorded_at is not None and event.recorded_at > as_of):
            return False
    return not customer.facts or all(_is_known(fact, as_of) for fact in customer.facts)
