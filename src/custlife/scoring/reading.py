"""What a declared score reads of a customer: one fact, a count of events, a sum, a stage, a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs

from custlife.calendar import Span, span, to_us, zone
from custlife.customers.moves import known_from
from custlife.customers.properties import scalar
from custlife.errors import DefinitionError, UnknownNameError, UsageTypeError
from custlife.scoring.points import is_number, number, shortly

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from custlife.customers import Event
    from custlife.customers.properties import Scalar
    from custlife.scoring.request import ScoreRequest

__all__ = [
    "KINDS", "Condition", "Reading", "Reads", "days_in_stage", "days_since", "events", "fact", "reads_of", "stage",
    "total",
]  # fmt: skip

KINDS = ("fact", "events", "days_since", "total", "stage", "days_in_stage")
DAY = timedelta(days=1)


@attrs.frozen
class Reading:
    """What was read.

    Attributes:
        value: The value; None where it is not known.
        at: When it last happened, or was learnt; None where that is not known.
    """

    value: Scalar
    at: datetime | None = None


UNKNOWN = Reading(None)


def maybe_span(value: Any) -> Span | None:
    """Converter of optional spans."""
    return None if value is None else span(value)


def texts(value: str | Iterable[str]) -> tuple[str, ...]:
    """Converter of names: one, or several."""
    return (value,) if isinstance(value, str) else tuple(value)


@attrs.frozen
class Reads:
    """One thing to be read of a customer at one moment; made by `fact`, `events`, `days_since`, `total`, `stage`, ...

    Attributes:
        kind: `fact`, `events` (how many), `days_since` (the last of them), `total` (of their values), `stage` or
            `days_in_stage`.
        of: Name of the fact, or names of the events.
        within: The trailing window in which events count: up to and including the instant that lies `within` after.
        field: The property of the events that is added up; by default their value.

    Raises:
        DefinitionError: Names or a window where they say nothing, or none where they are needed.
    """

    kind: str
    of: tuple[str, ...] = attrs.field(default=(), converter=texts)
    within: Span | None = attrs.field(default=None, converter=maybe_span)
    field: str = ""

    def __attrs_post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UnknownNameError("thing to read", self.kind, KINDS)
        given: tuple[Any, ...] = self.of
        if not all(isinstance(name, str) and name.strip() for name in given):
            raise UsageTypeError(f"of={self.of!r} must be names", "write of=['login']")
        named = self.kind not in {"stage", "days_in_stage"}
        if named != bool(self.of) or (self.kind == "fact" and len(self.of) > 1):
            what = (
                "takes no names" if not named else "reads one fact" if self.kind == "fact" else "needs names of events"
            )
            raise DefinitionError(f"{self.kind!r} {what}, got of={list(self.of)!r}", "write of=['login'], of=['nps']")
        if self.within is not None and self.kind not in {"events", "total"}:
            raise DefinitionError(f"within={str(self.within)!r} has no effect on {self.kind!r}", "drop it")
        if self.field and self.kind != "total":
            raise DefinitionError(f"field={self.field!r} has no effect on {self.kind!r}", "drop it")

    def __str__(self) -> str:
        window = f" within {self.within}" if self.within is not None else ""
        field = f".{self.field}" if self.field else ""
        return f"{self.kind.replace('_', ' ')} {', '.join(self.of)}{field}{window}".strip()

    @property
    def events(self) -> tuple[str, ...]:
        """Names of the events that it reads."""
        return () if self.kind == "fact" else self.of

    def read(self, request: ScoreRequest, tz: str = "UTC") -> Reading:
        """What it says of one customer; calendar windows are counted in the zone *tz*.

        Examples:
            >>> from custlife import Customer, ScoreRequest, presets
            >>> acme = Customer("acme", presets.bruxt5, events=[("login", "2026-01-05T09:00Z")])
            >>> events("login", within="30 days").read(ScoreRequest(acme, "2026-02-01T00:00Z")).value
            1
        """
        if self.kind == "fact":
            held = request.facts.fact(self.of[0])
            return UNKNOWN if held is None else Reading(held.value, known_from(held))
        if self.kind in {"stage", "days_in_stage"}:
            return self._of_stage(request)
        if not on_record(request):
            return UNKNOWN
        found = list(self.counted(request, tz))
        last = found[-1].at if found else None
        if self.kind == "events":
            return Reading(len(found), last)
        if self.kind == "total":
            return Reading(_total(found, self.field), last)
        return UNKNOWN if last is None else Reading((request.as_of - last) / DAY, last)

    def counted(self, request: ScoreRequest, tz: str) -> Iterator[Event]:
        """The events that count, in the order of time."""
        wanted = (event for event in request.customer.events if event.name in self.of)
        if self.within is None:
            return wanted
        add, until = zone(tz).adder(self.within), to_us(request.as_of)
        return (event for event in wanted if until <= add(to_us(event.at)))

    def _of_stage(self, request: ScoreRequest) -> Reading:
        spells = request.customer.spells
        if not spells:
            return UNKNOWN
        here = spells[-1]
        value: Scalar = here.stage if self.kind == "stage" else (request.as_of - here.entered) / DAY
        return Reading(value, here.entered)


def on_record(request: ScoreRequest) -> bool:
    """Whether anything had happened by then: of who is not on record yet, nobody knows that they did nothing."""
    return bool(request.customer.moves or request.customer.events)


def _total(found: list[Event], field: str) -> Scalar:
    """The sum, exact where the values are; events without a value add nothing."""
    amounts: list[Any] = []
    for event in found:
        value = event.properties.get(field) if field else event.value
        if value is not None and value != "":
            amounts.append(value if is_number(value) else as_number(value, f"value of {event.name!r}"))
    if any(isinstance(amount, float) for amount in amounts):
        from math import fsum

        return fsum(float(amount) for amount in amounts)  # exact, whatever the order
    exact: Scalar = sum(amounts)
    return exact


def fact(name: str) -> Reads:
    """A fact: of the customer, or of the caller's own systems.

    Examples:
        >>> str(fact("nps"))
        'fact nps'
    """
    return Reads("fact", (name,))


def events(*names: str, within: Span | timedelta | str | None = None) -> Reads:
    """How many of these events there were, in the trailing window if there is one.

    0 where there were none, but unknown as long as nothing at all has happened.

    Examples:
        >>> str(events("login", within="30 days"))
        'events login within 30 days'
    """
    return Reads("events", names, within)


def days_since(*names: str) -> Reads:
    """Days since the last of these events; unknown where there was none.

    Examples:
        >>> str(days_since("login"))
        'days since login'
    """
    return Reads("days_since", names)


def total(*names: str, within: Span | timedelta | str | None = None, field: str = "") -> Reads:
    """The sum of the values of these events, or of one of their properties.

    Examples:
        >>> str(total("order", within="90 days"))
        'total order within 90 days'
    """
    return Reads("total", names, within, field)


def stage() -> Reads:
    """The stage that the customer is in."""
    return Reads("stage")


def days_in_stage() -> Reads:
    """Days since the customer came into the stage that they are in."""
    return Reads("days_in_stage")


def scalars(value: Any) -> tuple[Scalar, ...]:
    """Converter of plain values: one, or several."""
    if isinstance(value, tuple | list | set | frozenset):
        found = [scalar(item, name="one_of") for item in value]
        return tuple(sorted(found, key=repr) if isinstance(value, set | frozenset) else found)
    return (scalar(value, name="one_of"),)


def maybe_number(value: Any) -> float | None:
    """Converter of optional numbers."""
    return None if value is None else number(value, "bound")


def reads_of(scorer: Any) -> tuple[Reads, ...] | None:
    """What a declared score reads; None for code, which may read anything."""
    reads = getattr(scorer, "reads", None)
    if reads is not None:
        return tuple(reads())
    members = [getattr(scorer, name) for name in ("scorer", "gate") if hasattr(scorer, name)]
    members += [member.scorer for member in getattr(scorer, "members", ())]
    inner = [reads_of(member) for member in members]
    return None if not inner or None in inner else tuple(one for found in inner if found is not None for one in found)


@attrs.frozen
class Condition:
    """Something that holds of a customer, does not hold, or is not known.

    Attributes:
        reads: What is looked at.
        at_least: It holds from this number on.
        at_most: It holds up to this number, this one included.
        one_of: It holds for these values; `True` is not 1.

    Raises:
        DefinitionError: Neither bounds nor values, or both.

    Examples:
        >>> large = Condition(fact("employees"), at_least=500)
        >>> large.met(Reading(800)), large.met(UNKNOWN)
        (True, None)
    """

    reads: Reads
    at_least: float | None = attrs.field(default=None, converter=maybe_number, kw_only=True)
    at_most: float | None = attrs.field(default=None, converter=maybe_number, kw_only=True)
    one_of: tuple[Scalar, ...] = attrs.field(default=(), converter=scalars, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.reads, Reads):
            raise UsageTypeError(f"reads={shortly(self.reads)} is nothing to read", "write scoring.fact('employees')")
        bounded = self.at_least is not None or self.at_most is not None
        if bounded == bool(self.one_of):
            raise DefinitionError(f"the condition on {self.reads} needs bounds or values", "pass at_least= or one_of=")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise DefinitionError(f"at_least={self.at_least!r} is above at_most={self.at_most!r}", "swap them")

    def met(self, reading: Reading) -> bool | None:
        """Whether it holds; None where nothing is known.

        Raises:
            UsageTypeError: A bound, and a value that is no number.
        """
        value = reading.value
        if value is None:
            return None
        if self.one_of:
            return any(_same(value, wanted) for wanted in self.one_of)
        found = as_number(value, str(self.reads))
        return (self.at_least is None or found >= self.at_least) and (self.at_most is None or found <= self.at_most)

    def __str__(self) -> str:
        told = [f"is {' or '.join(map(str, self.one_of))}"] if self.one_of else []
        told += [f"at least {self.at_least:g}"] if self.at_least is not None else []
        told += [f"at most {self.at_most:g}"] if self.at_most is not None else []
        return f"{self.reads} {' and '.join(told)}"


def as_number(value: object, name: str) -> float:
    """A number, also one that a file gave as text.

    Raises:
        UsageTypeError: Something else.

    Examples:
        >>> as_number("12.5", "seats"), as_number(12, "seats")
        (12.5, 12)
    """
    if isinstance(value, str):
        try:
            return number(float(value), name)
        except ValueError:
            raise UsageTypeError(f"{name}={shortly(value)} is not a number", "declare levels= or one_of=") from None
    return number(value, name)


def _same(one: Scalar, other: Scalar) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)
