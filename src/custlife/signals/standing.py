"""Signs of where a customer stands: stuck, lapsed, back again, gone to a competitor, somewhere new, off the plan."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from custlife.calendar import Span, span, to_us
from custlife.customers.moves import stamp
from custlife.errors import DefinitionError, UsageError, UsageTypeError
from custlife.scoring.points import several, shortly
from custlife.signals.look import UNKNOWN, Look, Moment, Sign, here, length, texts
from custlife.stages import MoveKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from custlife.customers import Spell
    from custlife.stages import StageModel

__all__ = ["BoughtElsewhere", "Entered", "Lapsed", "Milestone", "OffTrack", "Returned", "Stuck"]

COMPETITOR = "lost_to_competitor"
DAY_US = 86_400_000_000


def last_stay(moment: Moment) -> Spell | None:
    """The stay that lasts."""
    spells = moment.spells
    return spells[-1] if spells else None


def words(moment: Moment, stay: Spell) -> tuple[str, str]:
    """A stay in words, and its name as an occasion."""
    found: tuple[str, str] = moment.once("stay", lambda: _words(moment, stay))
    return found


def _words(moment: Moment, stay: Spell) -> tuple[str, str]:
    return f"in {stay.stage} since {moment.day(stay.entered)}", f"{stay.stage} {stamp(stay.entered)}"


def days(moment: Moment, since: datetime) -> float:
    """Days since an instant."""
    return (moment.us - to_us(since)) / DAY_US


def _after(given: Any) -> Span | None:
    return None if given is None else span(given, name="after")


@attrs.frozen
class Stuck(Sign):
    """The customer stays in a stage for longer than it should take.

    Attributes:
        stages: In which stages; by default in any that is no exit.
        after: How long it should take at most; by default what the model says: once the stay is longer than the
            `max_gap` of every transition out of the stage that has one.
    """

    KIND: ClassVar[str] = "stuck"
    ACTION: ClassVar[str] = "find out what holds them up, and offer the next step"

    stages: tuple[str, ...] = attrs.field(default=(), converter=texts)
    after: Span | None = attrs.field(default=None, converter=_after, kw_only=True)

    def look(self, moment: Moment) -> Look:
        """Whether the stay is too long."""
        stay = last_stay(moment)
        if stay is None:
            return UNKNOWN
        if self.stages and not here(moment, self.stages):
            return Look(False, why=f"in {stay.stage} now")
        limits = self._limits(moment.customer.model, stay.stage)
        met = bool(limits) and all(moment.has_passed(stay.entered, limit) for limit in limits)
        why, occasion = words(moment, stay)
        if met:
            why += f", longer than {' and '.join(map(str, limits))}"
        return Look(met, days(moment, stay.entered), why=why, occasion=occasion)

    def _limits(self, model: StageModel, stage: str) -> tuple[Span, ...]:
        if self.after is not None:
            return (self.after,)
        gaps = [one.max_gap for one in model.transitions if one.from_stage == stage]
        return tuple(dict.fromkeys(gap for gap in gaps if gap is not None))

    def check(self, model: StageModel) -> None:
        """Refuses stages that the model lacks, and a model that never says how long anything should take."""
        Sign.check(self, model)
        if self.after is None and not any(one.max_gap for one in model.transitions):
            raise UsageError(f"model {model.name!r} has no max_gap on any transition", "pass Stuck(after='30 days')")

    def named_stages(self) -> tuple[str, ...]:
        """The stages that it names."""
        return self.stages


class _Staying(Sign):
    """In one of some stages, for as long as it lasts."""

    __slots__ = ()

    @abstractmethod
    def keys(self, model: StageModel) -> tuple[str, ...]:
        """The stages."""

    def look(self, moment: Moment) -> Look:
        """Whether they are there."""
        stay = last_stay(moment)
        if stay is None:
            return UNKNOWN
        met = stay.stage in self.keys(moment.customer.model)
        why, occasion = words(moment, stay)
        return Look(met, days(moment, stay.entered), why=why, occasion=occasion)


def _some(given: Any) -> tuple[str, ...]:
    found = texts(given)
    if not found:
        raise DefinitionError("stages=[] name nothing", "name at least one stage")
    return found


@attrs.frozen
class Entered(_Staying):
    """The customer came into one of some stages, and is still there.

    Attributes:
        stages: The stages.
    """

    KIND: ClassVar[str] = "entered"
    ACTION: ClassVar[str] = "take over: they are yours now"
    IN_EXITS: ClassVar[bool] = True

    stages: tuple[str, ...] = attrs.field(converter=_some)

    def keys(self, model: StageModel) -> tuple[str, ...]:
        """The stages."""
        return tuple(map(model.resolve, self.stages))

    def named_stages(self) -> tuple[str, ...]:
        """The stages that it names."""
        return self.stages


@attrs.frozen
class Lapsed(_Staying):
    """The customer has lost interest for now: they are in an exit that one may come back from.

    Attributes:
        stages: Which exits; by default all paused ones but `lost_to_competitor`.
    """

    KIND: ClassVar[str] = "lapsed"
    ACTION: ClassVar[str] = "ask what has changed, and remind them of what they came for"
    IN_EXITS: ClassVar[bool] = True

    stages: tuple[str, ...] = attrs.field(default=(), converter=texts)

    def keys(self, model: StageModel) -> tuple[str, ...]:
        """The exits."""
        if self.stages:
            return tuple(map(model.resolve, self.stages))
        return tuple(one.key for one in model.exits if one.exit == "paused" and one.key != COMPETITOR)

    def named_stages(self) -> tuple[str, ...]:
        """The stages that it names."""
        return self.stages


@attrs.frozen
class BoughtElsewhere(_Staying):
    """The customer has bought from a competitor; they still know us, and may return.

    Attributes:
        stages: The exits that say so.
    """

    KIND: ClassVar[str] = "bought elsewhere"
    ACTION: ClassVar[str] = "ask why they chose the other one, and stay in touch until their term ends"
    IN_EXITS: ClassVar[bool] = True

    stages: tuple[str, ...] = attrs.field(default=(COMPETITOR,), converter=_some)

    def keys(self, model: StageModel) -> tuple[str, ...]:
        """The exits."""
        return tuple(map(model.resolve, self.stages))

    def named_stages(self) -> tuple[str, ...]:
        """The stages that it names."""
        return self.stages


@attrs.frozen
class Returned(Sign):
    """The customer came back from an exit, a short while ago.

    Attributes:
        within: For how long that is news; the end is still inside.
    """

    KIND: ClassVar[str] = "returned"
    ACTION: ClassVar[str] = "welcome them back, and ask what brought them"

    within: Span = attrs.field(default=Span(days=14), converter=length)

    def look(self, moment: Moment) -> Look:
        """Whether they came back lately."""
        back = [leg for leg in moment.customer.journey if leg.kind is MoveKind.RETURN]
        if not back:
            return Look(False)
        at = back[-1].at
        met = not moment.has_passed(at, self.within)
        why = f"back from {back[-1].from_stage} to {back[-1].to_stage} on {moment.day(at)}"
        return Look(
            met, days(moment, at), why=why if met else f"{why}, longer than {self.within} ago", occasion=stamp(at)
        )


@attrs.frozen
class Milestone:
    """One step of a plan.

    Attributes:
        event: Name of the event that says it is done.
        within: How long after the start of the plan it should be done; the end is still inside.
    """

    event: str
    within: Span = attrs.field(converter=length)

    def __attrs_post_init__(self) -> None:
        event: object = self.event
        if not isinstance(event, str) or not event.strip():
            raise UsageTypeError(f"event={shortly(self.event)} is no name", "write Milestone('first login', '7 days')")


def _plan(given: Mapping[str, Any] | Iterable[Any]) -> tuple[Milestone, ...]:
    steps: Any = tuple(given.items()) if isinstance(given, Mapping) else several(given, "plan")
    for one in steps:
        if not isinstance(one, Milestone) and not (isinstance(one, tuple | list) and len(one) == 2):
            raise UsageTypeError(f"plan holds {shortly(one)}, no milestone", "write plan={'first login': '7 days'}")
    found = tuple(one if isinstance(one, Milestone) else Milestone(*one) for one in steps)
    if len({one.event for one in found}) < len(found) or not found:
        raise DefinitionError("a plan needs milestones, each event once", "write {'first login': '7 days'}")
    return found


@attrs.frozen
class OffTrack(Sign):
    """A plan is late: a milestone is not done, and its time is over.

    The plan starts when the customer comes into one of some stages, or when an event happens; the latest start counts,
    and with it only what was done since.

    Attributes:
        plan: The milestones; a mapping such as `{"first login": "7 days"}` does as well.
        entered: The stages that start it.
        start: The events that start it.

    Raises:
        DefinitionError: No milestones, one of them twice, or nothing that starts the plan.
    """

    KIND: ClassVar[str] = "off track"
    ACTION: ClassVar[str] = "help with the step that is late"

    plan: tuple[Milestone, ...] = attrs.field(converter=_plan)
    entered: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    start: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.entered and not self.start:
            raise DefinitionError("nothing starts the plan", "pass entered=['onboarding'] or start=['signed']")

    def look(self, moment: Moment) -> Look:
        """Which milestones are late."""
        customer = moment.customer
        keys = set(map(customer.model.resolve, self.entered))
        starts = [spell.entered for spell in moment.spells if spell.stage in keys]
        starts += [event.at for event in customer.events if event.name in self.start]
        if not starts:
            return Look(False)
        begun = max(starts)
        done = {event.name for event in customer.events if event.at >= begun}
        late = [one for one in self.plan if one.event not in done and moment.has_passed(begun, one.within)]
        told = ", ".join(f"{one.event} (due within {one.within})" for one in late)
        why = f"begun {moment.day(begun)}, not done: {told}" if late else "nothing is late"
        return Look(bool(late), len(late), why=why, occasion=stamp(begun))

    def named_stages(self) -> tuple[str, ...]:
        """The stages that it names."""
        return self.entered

    def named_events(self) -> tuple[str, ...]:
        """The events that it names."""
        return (*(one.event for one in self.plan), *self.start)
