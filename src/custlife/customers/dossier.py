"""What is known about one customer, and what can be read off it without a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import attrs

from custlife.calendar import instant
from custlife.customers.entries import read_aliases, read_events, read_facts, read_moves
from custlife.customers.journey import furthest, legs, seen, spells, time_in
from custlife.customers.merging import united_events, united_facts, united_moves
from custlife.customers.moves import not_a_text, stamp
from custlife.customers.moving import left_stage, obstacle
from custlife.customers.properties import NO_PROPERTIES, Properties
from custlife.errors import UsageError
from custlife.stages.declaration import check_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta

    from custlife.calendar import Instant
    from custlife.customers.entries import GivenEvent, GivenFacts, GivenMove
    from custlife.customers.events import Event, Fact
    from custlife.customers.legs import Leg, Spell
    from custlife.customers.moves import Move
    from custlife.customers.moving import Guards
    from custlife.stages import StageModel, Transition

__all__ = ["Dossier"]


# What is given can only be read once the id and the model are set, so the converters leave it to __attrs_post_init__;
# they are here to tell type checkers what may be given.
def _moves(given: Iterable[GivenMove]) -> Any:
    return given


def _events(given: Iterable[GivenEvent]) -> Any:
    return given


def _facts(given: GivenFacts) -> Any:
    return given


def _aliases(given: Iterable[str]) -> Any:
    return given


@attrs.frozen(repr=False)
class Dossier:
    """The fields of a customer and everything that reads them; `Customer` adds what changes them."""

    id: str
    model: StageModel = attrs.field(hash=False)
    moves: tuple[Move, ...] = attrs.field(default=(), converter=_moves, kw_only=True)
    events: tuple[Event, ...] = attrs.field(default=(), converter=_events, kw_only=True)
    facts: tuple[Fact, ...] = attrs.field(default=(), converter=_facts, kw_only=True)
    aliases: tuple[str, ...] = attrs.field(default=(), converter=_aliases, kw_only=True)
    _journey: tuple[Leg, ...] | None = attrs.field(default=None, init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.id, str):
            raise not_a_text("id", self.id)
        if not self.id.strip():
            raise UsageError(f"id={self.id!r} is empty", "pass what tells the customer apart")
        check_model(self.model)
        if self.moves != ():
            moves = read_moves(self.id, self.model, self.moves)
            self._set("moves", united_moves(self.id, moves, self.model))
        if self.events != ():
            self._set("events", united_events(self.id, read_events(self.id, self.events)))
        if self.facts != ():
            self._set("facts", united_facts(self.id, read_facts(self.id, self.facts)))
        if self.aliases != ():
            self._set("aliases", tuple(sorted(set(read_aliases(self.aliases)) - {self.id})))

    def __reduce__(self) -> tuple[Any, ...]:
        fields = [field for field in attrs.fields(type(self)) if field.init]
        return _revived, (type(self), {field.alias: getattr(self, field.name) for field in fields})

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    @property
    def stage(self) -> str | None:
        """Key of the stage they are in; None before the first."""
        return self.moves[-1].to_stage if self.moves else None

    @property
    def furthest(self) -> str | None:
        """Key of the stage furthest along the path that they ever entered; exits do not count."""
        return furthest(self.moves, self.model)

    @property
    def is_customer(self) -> bool | None:
        """Whether they are a paying customer now; None where the model does not say from which stage one is."""
        if self.model.customer_from is None:
            return None
        return self.stage is not None and self.model.is_customer_stage(self.stage)

    @property
    def journey(self) -> tuple[Leg, ...]:
        """The changes of stage, each with where it came from, its kind, and whether the policy allows it."""
        found = self._journey
        if found is None:
            found = legs(self.moves, self.model)
            self._set("_journey", found)
        return found

    @property
    def violations(self) -> tuple[Leg, ...]:
        """The legs that the policy does not allow; a history made by `move` has none."""
        return tuple(leg for leg in self.journey if not leg.legal)

    @property
    def spells(self) -> tuple[Spell, ...]:
        """The stays, in order and without gaps; the last one lasts."""
        return spells(self.journey)

    @property
    def attributes(self) -> Properties:
        """The values that hold after all that is on record; of facts with dates the latest, else the undated."""
        held = {fact.name: fact.value for fact in self.facts}
        return Properties({name: value for name, value in held.items() if value is not None})

    def time_in(self, stage: str, *, as_of: Instant | None = None) -> timedelta:
        """Total time in a stage, over all stays.

        Args:
            stage: Key, label or alias.
            as_of: Until when to look; needed while they are in that stage.

        Raises:
            UsageError: They are still there, and `as_of` is not given.

        Examples:
            >>> from custlife.customers import Customer; from custlife.stages import StageModel
            >>> acme = Customer("acme", StageModel("saas", ["trial"])).move("trial", at="2026-01-05T09:00Z")
            >>> str(acme.time_in("trial", as_of="2026-01-06T10:00Z"))
            '1 day, 1:00:00'
        """
        key = self.model.resolve(stage)
        if as_of is not None:
            until = instant(as_of, name="as_of")
            return time_in(spells(legs(seen(self.moves, until), self.model)), key, until)
        if key == self.stage:
            raise UsageError(
                f"customer {self.id!r} is still in {key!r}, so the time there depends on when one looks",
                "pass as_of=, such as as_of=datetime.now(UTC)",
            )
        return time_in(self.spells, key, None)

    def next_moves(self) -> tuple[Transition, ...]:
        """The transitions that the model allows from here; reasons, gaps and guards are asked by `can` and `move`."""
        here, left = self.stage, left_stage(self.moves, self.model)
        return tuple(self.model.transition(here, key, left) for key in self.model.next_stages(here, left))

    def can(
        self,
        to_stage: str,
        *,
        at: Instant | None = None,
        reason: str = "",
        actor: str = "",
        properties: Mapping[str, object] = NO_PROPERTIES,
        guards: Guards = (),
    ) -> str | None:
        """Why `move` would refuse the same arguments; None if it would not. Staying is always possible.

        Without *at* the least gap is not asked, and guards see all that is on record.

        Raises:
            UnknownNameError: There is no such stage, or nobody registered a guard's name.

        Examples:
            >>> from custlife.customers import Customer; from custlife.stages import StageModel
            >>> Customer("acme", StageModel("saas", ["trial", "active"], policy="stepwise")).can("active")
            "policy 'stepwise' starts at 'trial'"
        """
        key = self.model.resolve(to_stage)
        when = None if at is None else instant(at)
        if when is not None and self.moves and when < self.moves[-1].at:
            return f"at={stamp(when)} is before the last move, at {stamp(self.moves[-1].at)}"
        if key == self.stage:
            return None
        found = obstacle(self, key, when, guards, reason=reason, actor=actor, properties=properties)
        return found[1] if found else None

    def to_dict(self) -> dict[str, Any]:
        """The customer as a document of plain values; it names the model and its version, and holds no copy of it."""
        from custlife.customers.document import written

        return written(self)

    def to_json(self) -> str:
        """The customer as JSON; equal customers give equal texts.

        Raises:
            DataError: A text holds half a character, which no file can hold.
        """
        from custlife.documents import write_json

        return write_json(self.to_dict(), name="customer")

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, model: StageModel, migrate: bool = False) -> Self:
        """The customer that a document holds.

        Args:
            document: What `to_dict` made.
            model: The model that the document names, in the version it names.
            migrate: Whether the document may be of an older version of the model; its edits are replayed then.

        Raises:
            DataError: The document is of another format, or has faults; all of them are listed.
            UsageError: The document was written under another model or version.
        """
        from custlife.customers.document import read_customer

        check_model(model)
        return cls(**read_customer(document, model, migrate=migrate))

    @classmethod
    def from_json(cls, text: str | bytes, *, model: StageModel, migrate: bool = False) -> Self:
        """The customer that a JSON text holds; see `from_dict`."""
        from custlife.documents import read_json

        return cls.from_dict(read_json(text, name="customer"), model=model, migrate=migrate)

    def __repr__(self) -> str:
        where = "before the first stage" if self.stage is None else f"in {self.stage!r}"
        count = len(self.moves)
        told = f"{count} move{'s' * (count != 1)}, model {self.model.name!r}"
        return f"<{type(self).__name__} {self.id!r} {where}, {told}>"

    def __str__(self) -> str:
        from custlife.customers.story import table

        return table(self).text()

    def _repr_html_(self) -> str:
        from custlife.customers.story import table

        return table(self).html()


def _revived(kind: type[Dossier], fields: dict[str, Any]) -> Dossier:
    return kind(**fields)
