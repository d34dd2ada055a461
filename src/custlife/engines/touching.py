"""Gathers of sales and service: first contacts, touches by stage, hand-overs between teams, deals; and their tables.

They read histories of events, or stage histories with the events of the same units between their rows; see
`engines.rows.beside`.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

    from custlife.calendar import BusinessHours, Span
    from custlife.customers import Customer
    from custlife.engines.gathers import Group

__all__ = [
    "ContactTable",
    "ContactTally",
    "Contacts",
    "Deal",
    "DealTable",
    "Deals",
    "HandOvers",
    "HandTable",
    "HandTally",
    "Seen",
    "TouchTable",
    "TouchTally",
    "Touches",
]


def _times() -> array[int]:
    return array("q")


@attrs.frozen
class Seen:
    """Which rows are meant: those with one of some codes, and with the properties asked for.

    Attributes:
        codes: The codes; all of events where a step names none.
        tests: Pairs of a property and its wanted value.
    """

    codes: frozenset[int]
    tests: tuple[tuple[str, Any], ...] = ()


@attrs.frozen
class Contacts:
    """Time from the first start of each unit to the first touch at or after it.

    Attributes:
        start: What starts the clock: the first such row.
        touch: What stops it.
        finder: What finds the start instead, from the customer as seen at `as_of`: an instant, or None.
        within: How soon a touch should come, or None.
        hours: Count only time in these hours, or None for all time.
        exits: Codes of stages off the path.
        by: Segments, in force at the start.
    """

    start: Seen
    touch: Seen
    finder: Callable[[Customer], Any] | None = None
    within: Span | None = None
    hours: BusinessHours | None = None
    exits: frozenset[int] = frozenset()
    by: tuple[str, ...] = ()


@attrs.define
class ContactTally:
    """What contacts come to.

    Attributes:
        answered: Time to the touch of those who had one, microseconds, sorted.
        waiting: Age at `as_of` of those who had none, sorted.
        gone: Those of the waiting who stand in an exit.
        eligible: Units whose time limit was over at `as_of`, whatever became of them.
        in_time: Those of them that were touched within it.
        truncated: Units that started before observation did; in no other number.
    """

    answered: array[int] = attrs.field(factory=_times)
    waiting: array[int] = attrs.field(factory=_times)
    gone: int = 0
    eligible: int = 0
    in_time: int = 0
    truncated: int = 0


ContactTable = dict["Group", ContactTally]


@attrs.frozen
class Touches:
    """Touches in each stay, and the time without any.

    Attributes:
        touch: What a touch is.
        stages: Codes of stages whose stays are counted.
        exits: Codes of stages off the path.
        width: How many codes are stages.
        by: Segments, in force at the start of the stay.
    """

    touch: Seen
    stages: frozenset[int]
    exits: frozenset[int]
    width: int
    by: tuple[str, ...] = ()


@attrs.define
class TouchTally:
    """Touches in the stays of one stage.

    Attributes:
        ended: Stays that ended, by their number of touches.
        open: Stays that last, by their number of touches so far.
        gaps: Time from a touch, or from coming onto the path, to the next touch, microseconds, sorted.
        silent: The same where no touch came before the unit left the path, or before `as_of`: at least so long.
        truncated: Stays that began before observation did; in no other number.
    """

    ended: dict[int, int] = attrs.field(factory=dict)
    open: dict[int, int] = attrs.field(factory=dict)
    gaps: array[int] = attrs.field(factory=_times)
    silent: array[int] = attrs.field(factory=_times)
    truncated: int = 0


TouchTable = dict[tuple["Group", int], TouchTally]


@attrs.frozen
class HandOvers:
    """Pairs of touches in a row of one unit, by the teams that made them, and what came next.

    Attributes:
        touch: What a touch is.
        team: The property that names the team.
        path: How many codes are stages of the path.
        width: How many codes are stages.
        exits: Codes of stages off the path.
        by: Segments, in force at the second touch.
    """

    touch: Seen
    team: str
    path: int
    width: int
    exits: frozenset[int]
    by: tuple[str, ...] = ()


@attrs.define
class HandTally:
    """Pairs of touches by one team and then one team.

    Attributes:
        moved: Pairs after which the unit next went on along the path.
        lost: Pairs after which it next left the path.
        back: Pairs after which it next went anywhere else.
        pending: Pairs after which it has not gone anywhere yet.
        waits: Time between the touches, microseconds, sorted.
    """

    moved: int = 0
    lost: int = 0
    back: int = 0
    pending: int = 0
    waits: array[int] = attrs.field(factory=_times)


HandTable = dict[tuple["Group", "str | None", "str | None"], HandTally]


@attrs.frozen
class Deals:
    """Every unit as a deal: when it began, and how it stands.

    Attributes:
        start: Codes of stages with which a deal begins.
        won: Codes of stages that win it.
        lost: Codes of stages that lose it.
        reopened: `final`: who comes back from being lost is open again, and the last close counts; or `first`.
        actions: Codes of events that are noted where they come after the start and before the close.
        money: Read the amounts, the currency and the expected close.
        by: Segments, in force at the start.
        watched: Only rows with these codes say how a deal stands; those of all stages by default.
        amounts_in: `auto`: whole numbers are minor units; or all amounts are in `major` or in `minor` units.
    """

    start: frozenset[int]
    won: frozenset[int]
    lost: frozenset[int]
    reopened: str = "final"
    actions: frozenset[int] = frozenset()
    money: bool = False
    by: tuple[str, ...] = ()
    watched: frozenset[int] = frozenset()
    amounts_in: str = "auto"


class Deal(NamedTuple):
    """How one deal stands, or several alike.

    Attributes:
        segment: Its segment.
        state: `won`, `lost` or `open`.
        stage: Code of the stage that closed it, or in which it is.
        start: When it began, microseconds UTC.
        end: When it closed; `as_of` while it is open.
        truncated: True where it began before observation did.
        imputed: True where the first thing seen of it is that it was won: when it began is not known.
        actions: Codes of the events between start and close, rising.
        amount: Minor units, or None where none is known.
        currency: Its currency, or None.
        expected: The last moment of its expected close, or None.
    """

    segment: Group
    state: str
    stage: int
    start: int
    end: int
    truncated: bool = False
    imputed: bool = False
    actions: tuple[int, ...] = ()
    amount: int | None = None
    currency: str | None = None
    expected: int | None = None


DealTable = dict[Deal, int]
