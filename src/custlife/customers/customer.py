"""One customer as a value: every change returns a new one and leaves the old one as it was.

A customer stores facts only, in one order that depends on nothing but the facts. Where they stand, how they got there
and how long it took is derived when asked.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Self

import attrs

from custlife.calendar import instant
from custlife.customers.dossier import Dossier
from custlife.customers.entries import read_events, read_facts, read_moves
from custlife.customers.journey import seen
from custlife.customers.merging import joined_facts, united_events, united_facts, united_moves, with_event, with_fact
from custlife.customers.moves import Move, move_of_checked_parts
from custlife.customers.moving import left_stage, next_seq, obstacle, redelivered, refuse_violations, refused, with_key
from custlife.customers.properties import NO_PROPERTIES
from custlife.errors import TransitionNotAllowedError, UsageError, UsageTypeError
from custlife.stages.declaration import check_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from custlife.calendar import Instant
    from custlife.customers.entries import GivenEvent, GivenFacts, GivenMove
    from custlife.customers.events import Direction, Event, Fact
    from custlife.customers.merging import Prefer
    from custlife.customers.moving import Guards
    from custlife.customers.properties import Scalar
    from custlife.stages import StageModel

__all__ = ["Customer"]


class Customer(Dossier):
    """A customer and what is known about them; frozen, hashable, picklable.

    Entries may be handed in any order; they are kept in one: moves by `at`, then `seq`, then position on the path.

    Attributes:
        id: What the customer is called; not empty.
        model: The lifecycle they are in.
        moves: Stages entered: moves, or pairs `(stage, at)`. Exact duplicates and equal keys are dropped.
        events: What else happened: events, or pairs `(name, at)`.
        facts: Attributes: facts, pairs `(name, value)`, or a mapping; those without a date count as static.
        aliases: Other ids of the same customer, sorted.

    Raises:
        DataError: With all entries that cannot be used.
        HistoryError: When one key has two contents, or one fact two values at once.
        UsageTypeError: When the id or the model has the wrong type.

    Examples:
        >>> from custlife.stages import StageModel
        >>> acme = Customer("acme", StageModel("saas", ["trial", "active"]))
        >>> acme.move("trial", at="2026-01-05T09:00Z").stage
        'trial'
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        if type(self) is not Customer:
            return super().__reduce__()
        return _of_checked_parts, (self.id, self.model, self.moves, self.events, self.facts, self.aliases)

    def move(
        self,
        to_stage: str,
        *,
        at: Instant,
        recorded_at: Instant | None = None,
        seq: int | None = None,
        reason: str = "",
        actor: str = "",
        key: str = "",
        properties: Mapping[str, object] = NO_PROPERTIES,
        guards: Guards = (),
    ) -> Self:
        """The customer after a move that happens now, under the law of the model.

        To the stage they are in, or with a key that is known, the same value comes back, so that a delivery may be
        repeated. Two moves at one instant keep the order in which they were made.

        Args:
            to_stage: Key of the stage; a label or an alias does as well.
            at: When it happens; not before the last move.
            recorded_at: When we learnt of it, if later.
            seq: Order among moves at one instant, if it should be another than the order of making.
            reason: Why, in words; some transitions require it.
            actor: Who does it.
            key: Identity of the delivery.
            properties: Plain values to keep with the move.
            guards: Callables that take a `GuardRequest` and refuse with False or a reason.

        Raises:
            TransitionNotAllowedError: The law, the transition or a guard refuses; nothing has changed.
            UnknownNameError: There is no such stage, or nobody registered a guard's name.
            HistoryError: The key is known with another content.
            TimeError: A time is naive or unreadable.
            UsageError: `at` is before the last move, or another argument cannot be used.

        Examples:
            >>> from custlife.stages import StageModel
            >>> Customer("acme", StageModel("saas", ["trial"])).move("trial", at="2026-01-05T09:00Z").stage
            'trial'
        """
        # Every line counts here: an app moves in a request, a batch a million times.
        if type(at) is not datetime or at.tzinfo is not UTC:
            at = instant(at)
        model = self.model
        if to_stage not in model._places:
            to_stage = model.resolve(to_stage)
        moves = self.moves
        if key and (held := with_key(moves, key)) is not None:
            again = Move(to_stage, at, reason=reason, actor=actor, key=key, properties=properties)
            return redelivered(self, held, again)
        here: str | None = None
        if moves:
            last = moves[-1]
            here = last.to_stage
            if at <= last.at:
                if here == to_stage and at == last.at:
                    return self
                seq = next_seq(self.id, last, at, seq)
            elif here == to_stage:
                return self
        edge = model._edges[here, to_stage]
        if guards or not edge.plain:
            left = left_stage(moves, model)
            if not edge.permits(left):
                raise TransitionNotAllowedError(self.id, here, to_stage, *refused(model, here, to_stage, left))
            found = obstacle(self, to_stage, at, guards, reason=reason, actor=actor, properties=properties)
            if found is not None:
                raise TransitionNotAllowedError(self.id, here, to_stage, *found)
        usual = recorded_at is None and seq is None and properties is NO_PROPERTIES
        if usual and type(reason) is type(actor) is type(key) is str:
            move = move_of_checked_parts(to_stage, at, reason, actor, key)
        else:
            told: dict[str, Any] = {"reason": reason, "actor": actor, "key": key, "properties": properties}
            move = Move(to_stage, at, recorded_at=recorded_at, seq=seq, **told)
        return self._made(model, (*moves, move), self.events, self.facts, self.aliases)

    def record(
        self,
        moves: Iterable[GivenMove] = (),
        *,
        events: Iterable[GivenEvent] = (),
        facts: GivenFacts = (),
        on_illegal: Literal["keep", "raise"] = "keep",
    ) -> Self:
        """The customer with more history: late, out of order or delivered twice, kept as it happened.

        The order of the input and the number of calls change nothing; n entries cost O(n log n). Exact duplicates and
        equal keys are dropped. Moves that the policy would refuse are kept; their legs are not `legal`.

        Args:
            moves: Moves, or pairs `(stage, at)`; a stage is a key, a label or an alias.
            events: Events, or pairs `(name, at)`.
            facts: Facts, pairs `(name, value)`, or a mapping; those without a date count as static.
            on_illegal: `"raise"` refuses a history with legs that the policy does not allow.

        Raises:
            DataError: With all entries that cannot be used.
            HistoryError: When one key has two contents, one fact two values at once, or a leg is illegal and asked for.

        Examples:
            >>> from custlife.stages import StageModel
            >>> acme = Customer("acme", StageModel("saas", ["trial", "active"]))
            >>> acme.record([("active", "2026-02-01T12:00Z"), ("trial", "2026-01-05T09:00Z")]).stage
            'active'
        """
        if on_illegal not in ("keep", "raise"):
            raise UsageError(f"on_illegal={on_illegal!r} is unknown", "pass on_illegal='keep' or on_illegal='raise'")
        all_moves = [*self.moves, *read_moves(self.id, self.model, moves)]
        all_events = [*self.events, *read_events(self.id, events)]
        all_facts = [*self.facts, *read_facts(self.id, facts)]
        made = self._with(
            united_moves(self.id, all_moves, self.model) if len(all_moves) > len(self.moves) else self.moves,
            united_events(self.id, all_events) if len(all_events) > len(self.events) else self.events,
            united_facts(self.id, all_facts) if len(all_facts) > len(self.facts) else self.facts,
        )
        if on_illegal == "raise":
            refuse_violations(made)
        return made

    def track(
        self,
        name: str,
        *,
        at: Instant,
        recorded_at: Instant | None = None,
        value: Scalar = None,
        key: str = "",
        channel: str = "",
        direction: Direction = "",
        by_human: bool | None = None,
        team: str = "",
        properties: Mapping[str, object] = NO_PROPERTIES,
    ) -> Self:
        """The customer with one more event; see `Event` for the arguments, and `record` for many at once.

        An exact duplicate, or a key that is known, gives the same value.

        Raises:
            HistoryError: The key is known with another content.
            TimeError: A time is naive or unreadable.
            UsageError: Another argument cannot be used.

        Examples:
            >>> from custlife.stages import StageModel
            >>> acme = Customer("acme", StageModel("saas", ["trial"]))
            >>> len(acme.track("login", at="2026-01-05T09:00Z", channel="web").events)
            1
        """
        from custlife.customers.events import Event

        whence: dict[str, Any] = {"channel": channel, "direction": direction, "by_human": by_human, "team": team}
        event = Event(name, at, recorded_at=recorded_at, value=value, key=key, properties=properties, **whence)
        return self._with(self.moves, with_event(self.id, self.events, event), self.facts)

    def fact(self, name: str, value: Scalar, *, at: Instant | None = None, recorded_at: Instant | None = None) -> Self:
        """The customer with one more attribute, from *at* on; without *at* it counts as static.

        Raises:
            HistoryError: The attribute has another value at that moment, and no later `recorded_at` corrects it.

        Examples:
            >>> from custlife.stages import StageModel
            >>> Customer("acme", StageModel("saas", ["trial"])).fact("plan", "pro").attributes["plan"]
            'pro'
        """
        from custlife.customers.events import Fact

        fact = Fact(name, value, at=at, recorded_at=recorded_at)
        return self._with(self.moves, self.events, with_fact(self.id, self.facts, fact))

    def merge(self, other: Customer, *, prefer: Prefer | None = None) -> Self:
        """The customer that both turned out to be: all entries of both, under the id of this one.

        Up to id and aliases the order of merging does not matter. Kinds of moves are derived anew.

        Args:
            other: A customer of the same model; its id becomes an alias.
            prefer: `"self"` or `"other"`: whose facts to keep where the two contradict each other.

        Raises:
            HistoryError: One key has two contents, or facts contradict each other and `prefer` is not given.
            UsageError: The models differ.

        Examples:
            >>> from custlife.stages import StageModel
            >>> model = StageModel("saas", ["trial"])
            >>> Customer("a", model).merge(Customer("b", model)).aliases
            ('b',)
        """
        if not isinstance(other, Customer):
            raise UsageTypeError(f"other={other!r} is not a Customer", "pass a Customer")
        if other.model != self.model:
            mine, theirs = (f"{c.model.name!r} version {c.model.version}" for c in (self, other))
            what = f"customers {self.id!r} and {other.id!r} have different models: {mine} and {theirs}"
            newer = other.model.version > self.model.version
            way = "a.migrate(b.model).merge(b)" if newer else "a.merge(b.migrate(a.model))"
            raise UsageError(what, f"move one of them to the model of the other: {way}")
        return self._with(
            united_moves(self.id, [*self.moves, *other.moves], self.model),
            united_events(self.id, [*self.events, *other.events]),
            joined_facts((self.id, other.id), self.facts, other.facts, prefer),
            tuple(sorted({*self.aliases, *other.aliases, other.id} - {self.id})),
        )

    def migrate(self, model: StageModel) -> Self:
        """The customer under a newer model: its edits are replayed over the moves, and kinds derived anew.

        Raises:
            DataError: A stage in the history has no place in the new model.
        """
        from custlife.customers.migrating import migrated

        check_model(model)
        moves = united_moves(self.id, migrated(self.id, self.moves, self.model, model), model)
        return self._made(model, moves, self.events, self.facts, self.aliases)

    def as_of(self, at: Instant, *, known_at: Instant | None = None) -> Self:
        """The customer as they were: what happened at or before *at*, as far as it was known at *known_at*.

        An entry without `recorded_at` was known when it occurred, an undated fact always.

        Raises:
            TimeError: A time is naive or unreadable.

        Examples:
            >>> from custlife.stages import StageModel
            >>> acme = Customer("acme", StageModel("saas", ["trial"])).move("trial", at="2026-01-05T09:00Z")
            >>> acme.as_of("2026-01-05T08:59Z").stage is None
            True
        """
        until = instant(at)
        known = None if known_at is None else instant(known_at, name="known_at")
        return self._with(
            seen(self.moves, until, known), seen(self.events, until, known), seen(self.facts, until, known)
        )

    def explain(self, *, as_of: Instant | None = None) -> str:
        """The story of the customer in plain words: what happened, where they are, what may happen next.

        With *as_of* it is the story as of that instant, with the time spent in the stage they are in. Times are in UTC,
        as a customer has no time zone.

        Examples:
            >>> from custlife.stages import StageModel
            >>> acme = Customer("acme", StageModel("saas", ["trial"], exits=["lapsed"]))
            >>> print(acme.move("trial", at="2026-01-05T09:00Z").explain())
            Customer acme (model saas, version 1)
            <BLANKLINE>
            - 2026-01-05 09:00 UTC: started in Trial
            <BLANKLINE>
            Now in Trial since 2026-01-05 09:00 UTC.
            May next lapse to Lapsed.
        """
        from custlife.customers.story import story

        until = None if as_of is None else instant(as_of, name="as_of")
        return story(self if until is None else self.as_of(until), until)

    def _with(
        self, moves: tuple[Move, ...], events: tuple[Event, ...], facts: tuple[Fact, ...], aliases: tuple[str, ...] = ()
    ) -> Self:
        """This value where nothing is different, else a new one."""
        made = self._made(self.model, moves, events, facts, aliases or self.aliases)
        return self if made == self else made

    def _made(
        self,
        model: StageModel,
        moves: tuple[Move, ...],
        events: tuple[Event, ...],
        facts: tuple[Fact, ...],
        aliases: tuple[str, ...],
    ) -> Self:
        """A value of the same class and id; a class of one's own may have more fields, and reads its parts again."""
        if type(self) is not Customer:
            return attrs.evolve(self, model=model, moves=moves, events=events, facts=facts, aliases=aliases)
        made: Self = _of_checked_parts(self.id, model, moves, events, facts, aliases)
        return made


class _Draft(Customer):
    """A customer under construction: the same slots, open to plain assignment until its class becomes Customer."""

    __slots__ = ()
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__


def _of_checked_parts(  # one call for each change, so no keywords
    id_: str,
    model: StageModel,
    moves: tuple[Move, ...],
    events: tuple[Event, ...],
    facts: tuple[Fact, ...],
    aliases: tuple[str, ...],
) -> Any:
    """A Customer whose parts are in order already; pickles come back this way, and every change is made so."""
    draft: Any = object.__new__(_Draft)
    draft.id = id_
    draft.model = model
    draft.moves = moves
    draft.events = events
    draft.facts = facts
    draft.aliases = aliases
    draft._journey = None
    draft.__class__ = Customer
    return draft
