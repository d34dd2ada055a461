"""What rules look at, and what they say of it: one frozen moment in, one frozen look out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from custlife.calendar import span, to_us
from custlife.calendar.instants import wall_text
from custlife.errors import DefinitionError, UsageTypeError
from custlife.scoring.judging import judged
from custlife.scoring.points import number, shortly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from custlife.calendar import Span, Zone
    from custlife.customers import Customer, Spell
    from custlife.scoring.judging import Scorer
    from custlife.scoring.request import ScoreRequest
    from custlife.scoring.value import Score
    from custlife.stages import StageModel

    Past = list[tuple[int, Score]]

__all__ = ["UNKNOWN", "Look", "Moment", "Sign"]


def _value(value: Any) -> float | None:
    return None if value is None else float(number(value, "value"))


@attrs.frozen
class Look:
    """What a sign saw of one customer at one moment.

    Attributes:
        met: Whether it is there; None where nobody knows, and then everything stays as it is.
        value: The number behind it, if there is one.
        why: What was seen, in words.
        clear: Whether it is over; by default when it is not there. Between the two an episode stays as it is.
        occasion: What it is about, such as one stay in a stage; another occasion is another episode.

    Raises:
        DefinitionError: It is there and over at once.
        UsageTypeError: A value that is no number.

    Examples:
        >>> Look(False).over, Look(None).over, Look(False, clear=False).over
        (True, False, False)
    """

    met: bool | None
    value: float | None = attrs.field(default=None, converter=_value)
    why: str = attrs.field(default="", kw_only=True)
    clear: bool | None = attrs.field(default=None, kw_only=True)
    occasion: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.met, bool | None):
            raise UsageTypeError(f"met={shortly(self.met)} is neither True, False nor None", "return Look(True)")
        if self.met and self.clear:
            raise DefinitionError("a look is met and clear at once", "let clear= be False where met= is True")

    @property
    def over(self) -> bool:
        """Whether an open episode ends here."""
        return self.met is False if self.clear is None else self.clear


UNKNOWN = Look(None)


@attrs.frozen(eq=False)
class Moment:
    """One customer at one instant of the grid, with what was seen of them before.

    Attributes:
        request: The customer as known then.
        zone: Whose calendar counts.
    """

    request: ScoreRequest
    zone: Zone
    _memory: dict[int, Past] = attrs.field(factory=dict, repr=False)
    _places: dict[int, int] = attrs.field(factory=dict, repr=False)
    _known: dict[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def customer(self) -> Customer:
        """The customer as known then."""
        return self.request.customer

    @property
    def us(self) -> int:
        """The instant, microseconds UTC."""
        return to_us(self.request.as_of)

    @property
    def spells(self) -> tuple[Spell, ...]:
        """The stays known then; the last one lasts."""
        found: tuple[Spell, ...] = self.once("spells", self._spells)
        return found

    def _spells(self) -> tuple[Spell, ...]:
        return self.customer.spells

    @property
    def in_exit(self) -> bool:
        """Whether the customer is in an exit."""
        found: bool = self.once("in exit", self._in_exit)
        return found

    def _in_exit(self) -> bool:
        return any(self.customer.stage == one.key for one in self.customer.model.exits)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What depends on the customer alone and not on the time: made once, until something more is known of them."""
        if name not in self._known:
            self._known[name] = make()
        return self._known[name]

    def day(self, at: datetime) -> str:
        """The local date of an instant, as text."""
        return wall_text(at, self.zone, "%Y-%m-%d")

    def has_passed(self, at: datetime, length: Span) -> bool:
        """Whether more than so much time has gone by since an instant; the end of it is still inside."""
        return self.us > self.zone.add(to_us(at), length)

    def score(self, scorer: Scorer) -> Score:
        """The score at this moment; asked once, however many rules read it."""
        return self.scores(scorer)[-1][1]

    def scores(self, scorer: Scorer) -> Past:
        """The scores at all moments up to this one."""
        past = self._memory.setdefault(self._places.get(id(scorer), id(scorer)), [])
        if not past or past[-1][0] != self.us:
            past.append((self.us, judged(scorer, self.request)))
        return past


@attrs.frozen
class Sign(ABC):
    """Something that can be seen of a customer at a moment; a frozen value, made of data wherever it can be.

    Attributes:
        KIND: What documents call it.
        ACTION: What to do about it, where the rule does not say.
        IN_EXITS: Whether it can be seen of who is in an exit.
    """

    KIND: ClassVar[str]
    ACTION: ClassVar[str]
    IN_EXITS: ClassVar[bool] = False

    @abstractmethod
    def look(self, moment: Moment) -> Look:
        """What is seen at a moment."""

    def check(self, model: StageModel) -> None:
        """Refuses a model that lacks what the sign is about.

        Raises:
            UnknownNameError: A stage that the model does not have.
        """
        for name in self.named_stages():
            model.resolve(name)

    def named_stages(self) -> tuple[str, ...]:
        """The stages that it names."""
        return ()

    def named_events(self) -> tuple[str, ...]:
        """The events that it names."""
        return ()

    def scorers(self) -> tuple[Any, ...]:
        """The scorers that it asks."""
        return ()


def texts(given: str | Iterable[str]) -> tuple[str, ...]:
    """Converter of names: one, or several.

    Raises:
        UsageTypeError: Something else.
    """
    found = (given,) if isinstance(given, str) else tuple(given)
    names: tuple[Any, ...] = found
    for one in names:
        if not isinstance(one, str) or not one.strip():
            raise UsageTypeError(f"{shortly(one)} is no name", "write names, such as ['trial']")
    return found


def length(given: Any) -> Span:
    """Converter of spans."""
    return span(given)


def bound(given: Any) -> float:
    """Converter of limits."""
    return float(number(given, "limit"))


def maybe_bound(given: Any) -> float | None:
    """Converter of optional limits."""
    return None if given is None else bound(given)


def here(moment: Moment, stages: tuple[str, ...]) -> bool:
    """Whether the customer is in one of some stages, by key, label or alias."""
    stage, model = moment.customer.stage, moment.customer.model
    return stage is not None and any(model.resolve(name) == stage for name in stages)
