"""A model's law, compiled: for each pair of stages what `Customer.move` has to know, made when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custlife.errors import UnknownNameError, UsageError
from custlife.stages.law import LAW, POLICIES, MoveKind, Place, Policy, Relation, kind_of, relation

if TYPE_CHECKING:
    from custlife.calendar import Span
    from custlife.stages.guards import Guard
    from custlife.stages.transition import Transition

_OFF_PATH: dict[Place, Relation] = {"paused": "paused", "ended": "ended"}
_ONTO_PATH: tuple[Relation, ...] = ("next", "further", "same", "first", "back")


class Edge:
    """One way from a stage (or from nowhere) to another stage. Nobody but `Edges` makes one.

    Attributes:
        kind: Kind of the move, whatever the policy.
        allowed: Whether the model allows it, whichever stage of the path was left last.
        lefts: Where that matters, the stages of the path that must have been left last for the move to be allowed;
            None among them stands for never having been on the path.
        transition: The declared transition, if there is one.
        reason_required: Whether the move needs a reason.
        min_gap: The least time to stay before the move.
        guards: What else must hold.
        plain: Allowed with nothing more to ask: no reason, no guard, no least gap.
    """

    __slots__ = ("allowed", "guards", "kind", "lefts", "min_gap", "plain", "reason_required", "transition")

    def __init__(
        self,
        kind: MoveKind,
        *,
        allowed: bool,
        lefts: frozenset[str | None] = frozenset(),
        transition: Transition | None = None,
    ) -> None:
        self.kind: MoveKind = kind
        self.allowed: bool = allowed
        self.lefts: frozenset[str | None] = lefts
        self.transition: Transition | None = transition
        self.reason_required: bool = transition is not None and transition.reason_required
        self.min_gap: Span | None = None if transition is None else transition.min_gap
        self.guards: tuple[Guard, ...] = () if transition is None else transition.guards
        self.plain: bool = allowed and not (self.reason_required or self.min_gap is not None or self.guards)

    def permits(self, left: str | None) -> bool:
        """Whether the move is allowed to who left this stage of the path last."""
        return self.allowed or left in self.lefts


class Edges(dict[tuple[str | None, str], Edge]):
    """Edges by `(from_stage or None, to_stage)`; a lookup is all that a legal move costs the law.

    Raises:
        UnknownNameError: One of the two is no stage of the model.
        UsageError: Both are the same stage.
    """

    __slots__ = ("_declared", "_path", "_places", "_policy", "_where")
    _policy: Policy

    def __init__(
        self, where: str, places: dict[str, Place], policy: Policy, declared: dict[tuple[str | None, str], Transition]
    ) -> None:
        super().__init__()
        self._where = where
        self._places: dict[str, Place] = places
        self._policy = policy
        self._declared: dict[tuple[str | None, str], Transition] = declared
        self._path = {key: index for index, key in enumerate(k for k, place in places.items() if place == "path")}

    def __missing__(self, pair: tuple[str | None, str]) -> Edge:
        origin, target = pair
        for key in (target,) if origin is None else (origin, target):
            if key not in self._places:
                raise UnknownNameError("stage", key, self._places, self._where)
        if origin == target:
            raise UsageError(f"from {origin!r} to {target!r} is not a move", "name two different stages", self._where)
        # two threads may both compile an edge; they compile the same one
        edge = self[pair] = self._compiled(origin, target)
        return edge

    def _compiled(self, origin: str | None, target: str) -> Edge:
        place: Place = "nowhere" if origin is None else self._places[origin]
        to_place = self._places[target]
        position = self._path.get(target, -1)
        held = -1 if origin is None else self._path.get(origin, -1)
        towards = relation(place, held, position) if to_place == "path" else _OFF_PATH[to_place]
        kind = kind_of(place, towards)
        # a gap in the law would be a fault of the law: every pair of different stages has a kind
        assert kind is not None, (place, towards)  # noqa: S101  # the law has a row for each of them
        declared = self._declared.get((origin, target))
        if declared is not None:
            return Edge(kind, allowed=True, transition=declared)
        if to_place == "path" and place in ("paused", "ended"):
            return self._comeback(kind, place, position)
        allowed = kind_of(place, towards, self._policy) is not None
        return Edge(kind, allowed=allowed)

    def _comeback(self, kind: MoveKind, place: Place, position: int) -> Edge:
        """Who comes back is measured from the stage left, which the pair does not tell."""
        column = POLICIES.index(self._policy)
        cells = {LAW[place, towards][column] for towards in _ONTO_PATH}
        if len(cells) == 1:
            allowed = None not in cells
            return Edge(kind, allowed=allowed)
        stood: list[tuple[str | None, int]] = [(None, -1), *self._path.items()]
        met = {key: LAW[place, relation(place, held, position)][column] for key, held in stood}
        lefts = frozenset(key for key, kind_met in met.items() if kind_met is not None)
        allowed = len(lefts) == len(stood)
        return Edge(kind, allowed=allowed, lefts=frozenset() if allowed else lefts)
