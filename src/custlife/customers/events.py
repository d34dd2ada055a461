"""Events and dated attributes: what else is known about a customer, as it came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from custlife.calendar import instant
from custlife.customers.moves import check_recorded, is_name, is_text, read_at, read_recorded_at, short_form, stamp
from custlife.customers.properties import NO_PROPERTIES, Properties, properties, scalar, typed
from custlife.errors import UsageError, UsageTypeError

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Literal, TypeAlias

    from custlife.calendar import Instant
    from custlife.customers.properties import Scalar

    Direction: TypeAlias = Literal["", "inbound", "outbound"]

__all__ = ["Event", "Fact"]


def _maybe_at(at: Instant | None) -> datetime | None:
    return None if at is None else instant(at, name="at")


def _direction(value: Direction) -> Direction:
    if value not in {"", "inbound", "outbound"}:
        raise UsageError(f"direction={value!r} is unknown", "pass 'inbound', 'outbound' or '' (unknown)")
    return value


def _is_yes_no(_owner: object, field: attrs.Attribute[bool | None], value: object) -> None:
    if value is not None and type(value) is not bool:
        raise UsageTypeError(f"{field.name}={value!r} is not a bool", "pass True, False, or None where it is not known")


def _scalar(value: object) -> Scalar:
    return scalar(value)


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

    name: str = attrs.field(validator=is_name)
    at: datetime = attrs.field(converter=read_at)
    recorded_at: datetime | None = attrs.field(default=None, converter=read_recorded_at, kw_only=True)
    value: Scalar = attrs.field(default=None, converter=_scalar, eq=typed, kw_only=True)
    key: str = attrs.field(default="", validator=is_text, kw_only=True)
    channel: str = attrs.field(default="", validator=is_text, kw_only=True)
    direction: Direction = attrs.field(default="", converter=_direction, kw_only=True)
    by_human: bool | None = attrs.field(default=None, validator=_is_yes_no, kw_only=True)
    team: str = attrs.field(default="", validator=is_text, kw_only=True)
    properties: Properties = attrs.field(default=NO_PROPERTIES, converter=properties, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_recorded(self.at, self.recorded_at)

    def content(self) -> tuple[object, ...]:
        """What the event says, without how it was delivered; equal keys must agree on it."""
        told = self.channel, self.direction, self.by_human, self.team, self.properties
        return (self.name, self.at, typed(self.value), *told)

    def __repr__(self) -> str:
        return short_form(self, self.name, self.at)


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

    name: str = attrs.field(validator=is_name)
    value: Scalar = attrs.field(converter=_scalar, eq=typed)
    at: datetime | None = attrs.field(default=None, converter=_maybe_at, kw_only=True)
    recorded_at: datetime | None = attrs.field(default=None, converter=read_recorded_at, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_recorded(self.at, self.recorded_at)

    def __repr__(self) -> str:
        dates = [("at", self.at), ("recorded_at", self.recorded_at)]
        told = "".join(f", {name}={stamp(at)!r}" for name, at in dates if at is not None)
        return f"Fact({self.name!r}, {self.value!r}{told})"
