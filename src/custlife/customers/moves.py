"""What happened to one customer: facts as they came in, and the two readings of a history.

`Move`, `Event` and `Fact` are what somebody told us and hold nothing derived. `Leg` and `Spell` are what a history says
once it is put in order under a model; they are made by `custlife.customers.journey` and never stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs

from custlife.calendar import instant
from custlife.customers.properties import NO_PROPERTIES, Properties, properties, scalar, typed
from custlife.errors import UsageError, UsageTypeError

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from custlife.calendar import Instant
    from custlife.customers.properties import Scalar
    from custlife.stages import MoveKind

__all__ = ["Event", "Fact", "Leg", "Move", "Spell", "known_from", "stamp"]

Direction: TypeAlias = Literal["", "inbound", "outbound"]


def stamp(at: datetime) -> str:
    """An instant as text, in UTC and without losing a microsecond.

    Examples:
        >>> from datetime import UTC, datetime
        >>> stamp(datetime(2026, 1, 5, 9, tzinfo=UTC))
        '2026-01-05T09:00:00Z'
    """
    return at.replace(tzinfo=None).isoformat() + "Z"


def known_from(entry: Move | Event | Fact) -> datetime | None:
    """When we learnt of it: `recorded_at`, or where that is missing the moment it occurred."""
    return entry.at if entry.recorded_at is None else entry.recorded_at


def _at(at: Instant) -> datetime:
    return instant(at, name="at")


def _maybe_at(at: Instant | None) -> datetime | None:
    return None if at is None else instant(at, name="at")


def _recorded_at(at: Instant | None) -> datetime | None:
    return None if at is None else instant(at, name="recorded_at")


def _is_name(owner: object, field: attrs.Attribute[str], value: object) -> None:
    if not isinstance(value, str):
        raise UsageTypeError(f"{field.name}={value!r} is not a str", f"write {field.name}={str(value)!r}")
    if not value.strip():
        raise UsageError(f"{field.name}={value!r} is empty", f"name the {type(owner).__name__.lower()}")


def _is_text(_owner: object, field: attrs.Attribute[str], value: object) -> None:
    if not isinstance(value, str):
        raise UsageTypeError(f"{field.name}={value!r} is not a str", f"write {field.name}={str(value)!r} or nothing")


def _is_seq(_owner: object, _field: attrs.Attribute[int | None], value: object) -> None:
    if value is not None and type(value) is not int:
        raise UsageTypeError(f"seq={value!r} is not an int", "number what happens at one instant 0, 1, 2, ...")


def _direction(value: Direction) -> Direction:
    if value not in {"", "inbound", "outbound"}:
        raise UsageError(f"direction={value!r} is unknown", "pass 'inbound', 'outbound' or '' (unknown)")
    return value


def _is_yes_no(_owner: object, field: attrs.Attribute[bool | None], value: object) -> None:
    if value is not None and type(value) is not bool:
        raise UsageTypeError(f"{field.name}={value!r} is not a bool", "pass True, False, or None where it is not known")


def check_recorded(at: datetime | None, recorded_at: datetime | None) -> None:
    """Refuse an entry that was known before it happened."""
    if at is not None and recorded_at is not None and at > recorded_at:
        raise UsageError(
            f"at={stamp(at)} is after recorded_at={stamp(recorded_at)}",
            "record what happened, when it has; a missing recorded_at means: known when it occurred",
        )


def _scalar(value: object) -> Scalar:
    return scalar(value)


@attrs.frozen
class Move:
    """A customer entered a stage: a fact, without where they came from (that depends on the rest of the history).

    Attributes:
        to_stage: Key of the stage; `Customer.record` also takes a label or an alias.
        at: When it occurred; an aware UTC datetime, exact to the microsecond.
        recorded_at: When we learnt of it, not before `at`; None means: when it occurred.
        seq: Order among entries of one customer at one instant; those without come first, by position on the path.
        reason: Why, in words.
        actor: Who did it: a person, a team, a program.
        key: Identity of the delivery; a second entry with the same key is dropped.
        properties: Plain values, read-only.

    Raises:
        TimeError: When a time is naive or unreadable.
        UsageError: When the stage is empty, or `at` is after `recorded_at`.
        UsageTypeError: When a field has the wrong type.

    Examples:
        >>> Move("intent", "2026-01-05T10:00+01:00")
        Move('intent', '2026-01-05T09:00:00Z')
    """

    to_stage: str = attrs.field(validator=_is_name)
    at: datetime = attrs.field(converter=_at)
    recorded_at: datetime | None = attrs.field(default=None, converter=_recorded_at, kw_only=True)
    seq: int | None = attrs.field(default=None, validator=_is_seq, kw_only=True)
    reason: str = attrs.field(default="", validator=_is_text, kw_only=True)
    actor: str = attrs.field(default="", validator=_is_text, kw_only=True)
    key: str = attrs.field(default="", validator=_is_text, kw_only=True)
    properties: Properties = attrs.field(default=NO_PROPERTIES, converter=properties, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_recorded(self.at, self.recorded_at)

    def content(self) -> tuple[object, ...]:
        """What the move says, without how and in which order it was delivered; equal keys must agree on it."""
        return self.to_stage, self.at, self.reason, self.actor, self.properties

    def __repr__(self) -> str:
        return _short(self, self.to_stage, self.at)


@attrs.frozen
class Event:
    """Something a customer did, or that was done with them, which is not a change of stage.

    Attributes:
        name: What happened, such as `login` or `email_opened`.
        at: When it occurred; an aware UTC datetime.
        recorded_at: When we learnt of it, not before `at`; None means: when it occurred.
        value: An amount or answer that came with it; money as Decimal or in minor units.
        key: Identity of the delivery; a second event with the same key is dropped.
        channel: Where it happened, such as `email`.
        direction: `inbound` (from the customer), `outbound` (from us) or empty.
        by_human: Whether a person of ours took part; None where it is not known.
        team: Who of us took part.
        properties: Plain values, read-only.

    Raises:
        TimeError: When a time is naive or unreadable.
        UsageError: When the name is empty, the direction is unknown, or `at` is after `recorded_at`.
        UsageTypeError: When a field has the wrong type.

    Examples:
        >>> Event("login", "2026-01-05T09:00Z", channel="web").channel
        'web'
    """

    name: str = attrs.field(validator=_is_name)
    at: datetime = attrs.field(converter=_at)
    recorded_at: datetime | None = attrs.field(default=None, converter=_recorded_at, kw_only=True)
    value: Scalar = attrs.field(default=None, converter=_scalar, eq=typed, kw_only=True)
    key: str = attrs.field(default="", validator=_is_text, kw_only=True)
    channel: str = attrs.field(default="", validator=_is_text, kw_only=True)
    direction: Direction = attrs.field(default="", converter=_direction, kw_only=True)
    by_human: bool | None = attrs.field(default=None, validator=_is_yes_no, kw_only=True)
    team: str = attrs.field(default="", validator=_is_text, kw_only=True)
    properties: Properties = attrs.field(default=NO_PROPERTIES, converter=properties, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_recorded(self.at, self.recorded_at)

    def content(self) -> tuple[object, ...]:
        """What the event says, without how it was delivered; equal keys must agree on it."""
        told = self.channel, self.direction, self.by_human, self.team, self.properties
        return (self.name, self.at, typed(self.value), *told)

    def __repr__(self) -> str:
        return _short(self, self.name, self.at)


@attrs.frozen
class Fact:
    """An attribute of a customer, from a moment on.

    Attributes:
        name: Name of the attribute, such as `segment`.
        value: A plain value; None says that there is none any more.
        at: From when it holds; None counts as static: it always held.
        recorded_at: When we learnt of it; a later one corrects an earlier one.

    Raises:
        TimeError: When a time is naive or unreadable.
        UsageError: When the name is empty, or `at` is after `recorded_at`.
        UsageTypeError: When the value is not plain.

    Examples:
        >>> Fact("segment", "smb")
        Fact('segment', 'smb')
    """

    name: str = attrs.field(validator=_is_name)
    value: Scalar = attrs.field(converter=_scalar, eq=typed)
    at: datetime | None = attrs.field(default=None, converter=_maybe_at, kw_only=True)
    recorded_at: datetime | None = attrs.field(default=None, converter=_recorded_at, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_recorded(self.at, self.recorded_at)

    def __repr__(self) -> str:
        dates = [("at", self.at), ("recorded_at", self.recorded_at)]
        told = "".join(f", {name}={stamp(at)!r}" for name, at in dates if at is not None)
        return f"Fact({self.name!r}, {self.value!r}{told})"


@attrs.frozen
class Leg:
    """One step of a journey: a move read in its place in the history.

    Attributes:
        from_stage: Where the customer was; None for the first leg.
        to_stage: Where the move led.
        kind: What kind of move that is under the model.
        legal: Whether the model's policy allows it; guards and gaps are asked when moving, not of history.
        move: The move itself.
    """

    from_stage: str | None
    to_stage: str
    kind: MoveKind
    legal: bool
    move: Move

    @property
    def at(self) -> datetime:
        """When it occurred."""
        return self.move.at


@attrs.frozen
class Spell:
    """One stay in one stage, from `entered` up to but without `left`.

    Attributes:
        stage: Key of the stage.
        entered: When the customer came in.
        left: When they went to another stage; None while the stay lasts.
    """

    stage: str
    entered: datetime
    left: datetime | None = None

    @property
    def duration(self) -> timedelta | None:
        """How long it lasted, exactly; None while it lasts."""
        return None if self.left is None else self.left - self.entered


def _short(entry: Any, name: str, at: datetime) -> str:
    """A repr that can be pasted back: what was given, and nothing that was left out."""
    fields = attrs.fields(type(entry))[2:]
    told = [(field.name, getattr(entry, field.name)) for field in fields if getattr(entry, field.name) != field.default]
    texts = [f"{key}={(stamp(value) if key == 'recorded_at' else value)!r}" for key, value in told]
    return f"{type(entry).__name__}({', '.join([repr(name), repr(stamp(at)), *texts])})"


class _Draft(Move):
    """A move under construction: the same slots, open to plain assignment until its class becomes Move."""

    __slots__ = ()
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__


def move_of_checked_parts(to_stage: str, at: datetime, reason: str, actor: str, key: str) -> Move:
    """A Move whose parts were checked by the caller; four times as fast as the constructor."""
    draft: Any = object.__new__(_Draft)
    draft.to_stage = to_stage
    draft.at = at
    draft.recorded_at = None
    draft.seq = None
    draft.reason = reason
    draft.actor = actor
    draft.key = key
    draft.properties = NO_PROPERTIES
    draft.__class__ = Move
    return draft  # type: ignore[no-any-return]
