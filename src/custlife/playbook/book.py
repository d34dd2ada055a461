"""Plays: what to do, for which stage, signal and condition, by whom and through which channel; a playbook of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

import attrs

from custlife.calendar import zone
from custlife.documents import Documented
from custlife.errors import DefinitionError, UsageTypeError
from custlife.scoring.declared import check_names
from custlife.scoring.points import several, shortly
from custlife.scoring.reading import Condition
from custlife.scoring.value import is_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from custlife.scoring.request import ScoreRequest
    from custlife.stages import Stage, StageModel

__all__ = ["FORMAT", "Play", "Playbook", "Signal", "plays"]

FORMAT = "custlife.playbook/1"


class Signal(Protocol):
    """What a playbook reads of a signal: an episode of `custlife.signals`, or anything alike."""

    @property
    def rule(self) -> str:
        """Name of the rule that fired."""
        ...

    @property
    def customer(self) -> str:
        """Id of the customer."""
        ...

    @property
    def state(self) -> str:
        """`opened`, `open` or `resolved`; resolved ones say nothing any more."""
        ...

    @property
    def why(self) -> str:
        """What was seen."""
        ...

    @property
    def owner(self) -> str:
        """Who it is for; empty where nobody is named."""
        ...

    @property
    def action(self) -> str:
        """What to do; empty where the rule does not say."""
        ...


def _names(given: str | Iterable[str]) -> tuple[str, ...]:
    found: tuple[object, ...] = (given,) if isinstance(given, str) else tuple(given)
    for one in found:
        if not isinstance(one, str) or not one.strip():
            raise UsageTypeError(f"stages={shortly(given)} are no names of stages", "write stages=['trial']")
    return tuple(map(str, found))


@attrs.frozen
class Play:
    """One thing to do, and when it is the thing to do.

    Attributes:
        name: What it is called.
        action: What to do, in words.
        stages: Where it applies, by key, label or alias; empty: anywhere but in an exit for good.
        signal: Name of a rule of which a signal must be open; empty: none needed.
        when: What must hold of the customer; None: nothing. What is not known does not hold.
        owner: Who does it; empty: the customer's own manager, else the team of the stage.
        channel: Where; empty: the touchpoints of the stage.
        priority: Higher goes first, whatever else holds.

    Raises:
        DefinitionError: It has no action.
        UsageTypeError: A field is of another type.

    Examples:
        >>> Play("rescue", "call them", stages="onboarding", signal="stuck in stage", priority=10).stages
        ('onboarding',)
    """

    name: str = attrs.field(validator=is_text)
    action: str = attrs.field(validator=is_text)
    stages: tuple[str, ...] = attrs.field(default=(), converter=_names, kw_only=True)
    signal: str = attrs.field(default="", validator=is_text, kw_only=True)
    when: Condition | None = attrs.field(default=None, kw_only=True)
    owner: str = attrs.field(default="", validator=is_text, kw_only=True)
    channel: str = attrs.field(default="", validator=is_text, kw_only=True)
    priority: int = attrs.field(default=0, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.action.strip():
            raise DefinitionError(f"play {self.name!r} has no action", "say what to do: action='call them'")
        if self.when is not None and not isinstance(self.when, Condition):
            hint = "write scoring.Condition(scoring.fact('plan'), one_of=['pro'])"
            raise UsageTypeError(f"play {self.name!r}: when={shortly(self.when)} is no condition", hint)
        if type(self.priority) is not int:
            what = f"play {self.name!r}: priority={shortly(self.priority)} is no whole number"
            raise UsageTypeError(what, "write priority=10")

    def fits(self, request: ScoreRequest, open_rules: Iterable[str], tz: str = "UTC") -> bool:
        """Whether it is a thing to do for a customer, given the rules whose signals are open.

        Raises:
            UnknownNameError: A stage that the customer's model does not have.
        """
        model, here = request.customer.model, request.customer.stage
        keys = [model.resolve(name) for name in self.stages]
        if keys and here not in keys:
            return False
        if not keys and here is not None and model[here].exit == "ended":
            return False
        if self.signal and self.signal not in open_rules:
            return False
        return self.when is None or self.when.met(self.when.reads.read(request, tz)) is True


def _plays(given: Iterable[Play]) -> tuple[Play, ...]:
    return several(given, "plays")


@attrs.frozen
class Playbook(Documented):
    """Plays under one name; their order is irrelevant.

    Attributes:
        plays: The plays, each with its own name.
        name: What the playbook is called.
        manager: Name of the fact that holds a customer's own manager.
        tz: Zone in which the windows of conditions are counted.

    Raises:
        DefinitionError: Two plays have one name, or there is none.
        UsageTypeError: Something that is no play.

    Examples:
        >>> book = Playbook([Play("hello", "say hello", stages=["awareness"])])
        >>> Playbook.from_toml(book.to_toml()) == book
        True
    """

    DOCUMENT = "playbook"

    plays: tuple[Play, ...] = attrs.field(converter=_plays)
    name: str = attrs.field(default="playbook", validator=is_text, kw_only=True)
    manager: str = attrs.field(default="manager", validator=is_text, kw_only=True)
    tz: str = attrs.field(default="UTC", validator=is_text, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_names("play", self.plays, Play)
        zone(self.tz)

    def plus(self, *more: Play) -> Playbook:
        """This playbook with further plays; a play of the same name takes the place of the old one."""
        held = {play.name: play for play in (*self.plays, *more)}
        return attrs.evolve(self, plays=tuple(held.values()))

    def to_dict(self) -> dict[str, Any]:
        """The playbook as plain values, without what was left at its default."""
        from custlife.playbook.document import written

        return written(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, name: str = "playbook") -> Self:
        """The playbook that plain values describe.

        Raises:
            DataError: With all faults and their paths.
        """
        from custlife.playbook.document import read

        return read(document, name, cls)


def plays(model: StageModel) -> Playbook:
    """The plays that a model's own words make: one for each stage and paused exit that says what we do or show there.

    What we do (`process`) comes first; else what we show (`content`), else where we meet (`touchpoints`), else what
    they want (`needs`). A stage that is silent about all four has no play.

    Raises:
        DefinitionError: No stage says anything.

    Examples:
        >>> from custlife import presets
        >>> plays(presets.bruxt5).plays[2].action
        'offer: free trial, case studies, webinars'
    """
    stages = [stage for stage in (*model.stages, *model.unplaced, *model.exits) if stage.exit != "ended"]
    found = [Play(stage.key, told, stages=(stage.key,)) for stage in stages if (told := _told(stage))]
    if not found:
        what = f"no stage of model {model.name!r} says what is done or shown there"
        raise DefinitionError(what, "fill in process, content, touchpoints or needs, or pass plays=")
    return Playbook(found, name=model.name)


def _told(stage: Stage) -> str:
    if stage.process:
        return "; ".join(stage.process)
    for told, words in (("offer", stage.content), ("meet at", stage.touchpoints), ("help them", stage.needs)):
        if words:
            return f"{told}: {', '.join(words)}"
    return ""
