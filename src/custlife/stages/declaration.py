"""What a model declares: its fields, checked, its names, and the law between its stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from custlife.errors import UnknownNameError, UsageError, UsageTypeError
from custlife.stages.checks import admitted_exits, check_links, check_names, check_shape, derived_transitions
from custlife.stages.edges import Edge, Edges
from custlife.stages.stage import Stage
from custlife.stages.text import arrow, fold, listed, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custlife.stages.citation import Citation
    from custlife.stages.edit import Edit
    from custlife.stages.law import MoveKind, Place, Policy
    from custlife.stages.transition import Transition

DEFAULT_EXITS = (
    Stage("lapsed", about="Lost interest; may return.", exit="paused"),
    Stage("lost_to_competitor", about="Bought elsewhere, still aware of us; may return.", exit="paused"),
    Stage("lost", about="Decided against us.", exit="ended"),
    Stage("churned", about="Was a customer and left.", exit="ended"),
    Stage("disqualified", about="Will never be a customer.", exit="ended"),
)
"""The exits of a model that names none: two that one may come back from, three that are final."""


def _stages(values: Iterable[Stage | str]) -> tuple[Stage, ...]:
    return tuple(Stage(v) if isinstance(v, str) else v for v in several("stages", values))


def _unplaced(values: Iterable[Stage | str]) -> tuple[Stage, ...]:
    return tuple(Stage(v) if isinstance(v, str) else v for v in several("unplaced", values))


def _exits(values: Iterable[Stage | str] | None) -> tuple[Stage, ...]:
    if values is None:
        return DEFAULT_EXITS
    known = {stage.key: stage for stage in DEFAULT_EXITS}
    return tuple(known.get(v) or Stage(v) if isinstance(v, str) else v for v in several("exits", values))


def several(name: str, values: Iterable[Stage | str]) -> tuple[Stage | str, ...]:
    """Stages, or keys of stages, as a tuple; refuses one alone, and what has no order or would lose its labels."""
    if isinstance(values, str | Stage):
        raise UsageTypeError(f"{name}={values!r} is one stage, not several", f"write {name}=[{values!r}]")
    if isinstance(values, Mapping):
        (key, label) = next(iter(values.items()), ("trial", "Free trial"))
        raise UsageTypeError(f"{name}={values!r} is not a list", f"write {name}=[Stage({key!r}, {label!r}), ...]")
    return listed(name, values)


def _transitions(values: Iterable[Transition]) -> tuple[Transition, ...]:
    return listed("transitions", values)


def _edits(values: Iterable[Edit]) -> tuple[Edit, ...]:
    return listed("edits", values)


@attrs.frozen(repr=False)
class Declaration:
    """The fields, names and law of a `StageModel`; what one can do with a model stands there."""

    name: str = attrs.field(converter=tidy)
    stages: tuple[Stage, ...] = attrs.field(converter=_stages)
    exits: tuple[Stage, ...] = attrs.field(default=None, converter=_exits, kw_only=True)
    unplaced: tuple[Stage, ...] = attrs.field(default=(), converter=_unplaced, kw_only=True)
    transitions: tuple[Transition, ...] = attrs.field(default=(), converter=_transitions, kw_only=True)
    policy: Policy = attrs.field(default="open", kw_only=True)
    customer_from: str | None = attrs.field(default=None, kw_only=True)
    version: int = attrs.field(default=1, kw_only=True)
    edits: tuple[Edit, ...] = attrs.field(default=(), converter=_edits, kw_only=True)
    title: str = attrs.field(default="", converter=tidy, kw_only=True)
    about: str = attrs.field(default="", converter=tidy, kw_only=True)
    cited: Citation | None = attrs.field(default=None, kw_only=True)
    _all: dict[str, Stage] = attrs.field(init=False, eq=False)
    _spellings: dict[str, str] = attrs.field(init=False, eq=False)
    _ranks: dict[str, int] = attrs.field(init=False, eq=False)
    _places: dict[str, Place] = attrs.field(init=False, eq=False)
    _edges: Edges = attrs.field(init=False, eq=False)
    _hash: int = attrs.field(init=False, eq=False, default=0)

    def __attrs_post_init__(self) -> None:
        check_shape(self)
        if self.exits is DEFAULT_EXITS:
            self._set("exits", admitted_exits(self))
        self._set("_spellings", check_names(self))
        self._set("_all", {s.key: s for s in (*self.stages, *self.unplaced, *self.exits)})
        self._set("_ranks", {key: index for index, key in enumerate(self._all)})
        places: dict[str, Place] = {s.key: "path" for s in self.stages}
        places |= {s.key: "paused" for s in self.unplaced}
        places |= {s.key: s.exit for s in self.exits if s.exit is not None}
        self._set("_places", places)
        self._set("transitions", derived_transitions(self))
        check_links(self)
        declared = {(t.from_stage, t.to_stage): t for t in self.transitions}
        self._set("_edges", Edges(self._where, places, self.policy, declared))

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    @property
    def _where(self) -> str:
        return f"model {self.name!r}"

    def __hash__(self) -> int:
        if self._hash == 0:
            fields = (getattr(self, f.name) for f in attrs.fields(type(self)) if f.init)
            self._set("_hash", hash(tuple(fields)) or 1)
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        # the compiled tables and the hash of this process are made anew where the model arrives
        return _revived, (
            type(self),
            {f.name: getattr(self, f.name) for f in attrs.fields(type(self)) if f.init},
        )

    # -- names ---------------------------------------------------------------------------------------------------

    def __getitem__(self, key: str) -> Stage:
        if key not in self:
            raise UnknownNameError("stage", key, self._all, self._where)
        return self._all[key]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key in self._all

    def __iter__(self) -> Iterator[Stage]:
        return iter(self.stages)

    def __len__(self) -> int:
        return len(self.stages)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the path, in order."""
        return self.codes[: len(self.stages)]

    @property
    def codes(self) -> tuple[str, ...]:
        """Keys of all stages in order of rank: the path, the unplaced, the exits."""
        return tuple(self._all)

    def resolve(self, text: str) -> str:
        """Key of the stage that a text means: a key, label or alias, whatever its case, spaces and hyphens.

        Raises:
            UnknownNameError: No stage is spelled so; the nearest spelling is in the hint.

        Examples:
            >>> from custlife.stages import Stage, StageModel
            >>> StageModel("crm", [Stage("mql", aliases=["Marketing Qualified"])]).resolve(" marketing-qualified ")
            'mql'
        """
        if text in self:
            return text
        spelled: object = text  # a null of somebody's data may arrive here
        key = self._spellings.get(fold(spelled)) if isinstance(spelled, str) else None
        if key is None:
            raise UnknownNameError("stage", text, self._all, self._where)
        return key

    def position(self, key: str) -> int | None:
        """Position of a stage on the path, from 0; None for exits and unplaced stages.

        Raises:
            UnknownNameError: There is no such stage.
        """
        rank = self.rank(key)
        return rank if rank < len(self.stages) else None

    def rank(self, key: str) -> int:
        """Order of a stage among those that share an instant: path position, then unplaced, exits last.

        Raises:
            UnknownNameError: There is no such stage.
        """
        return self._ranks[self[key].key]

    def is_exit(self, key: str) -> bool:
        """Whether a stage is an exit, paused or ended. An unplaced stage is none."""
        return self[key].exit is not None

    def is_paused(self, key: str) -> bool:
        """Whether a stage is an exit that one may come back from."""
        return self[key].exit == "paused"

    def is_ended(self, key: str) -> bool:
        """Whether a stage is a final exit."""
        return self[key].exit == "ended"

    def is_customer_stage(self, key: str) -> bool:
        """Whether one is a paying customer there: on the path, at or past `customer_from`."""
        position = self.position(key)
        if position is None or self.customer_from is None:
            return False
        return position >= self._ranks[self.customer_from]

    # -- law -----------------------------------------------------------------------------------------------------

    def kind(self, from_stage: str | None, to_stage: str) -> MoveKind:
        """Kind of a move between two stages, allowed or not.

        Args:
            from_stage: Key of the stage it starts from; None before the first.
            to_stage: Key of the stage it leads to.

        Raises:
            UnknownNameError: There is no such stage.
            UsageError: Both are the same stage, and staying is not a move.
        """
        return self._edge(from_stage, to_stage).kind

    def allows(self, from_stage: str | None, to_stage: str, left: str | None = None) -> bool:
        """Whether the model allows a move, by its transitions and its policy. Guards, reasons and gaps come later.

        Args:
            from_stage: Key of the stage it starts from; None before the first.
            to_stage: Key of the stage it leads to.
            left: From off the path: key of the stage of the path that was left last. Only `stepwise` asks.

        Raises:
            UnknownNameError: There is no such stage.

        Examples:
            >>> from custlife.stages import StageModel
            >>> sales = StageModel("sales", ["lead", "offer", "won"], policy="stepwise")
            >>> sales.allows("lapsed", "offer"), sales.allows("lapsed", "offer", left="offer")
            (False, True)
        """
        if from_stage == to_stage:
            return self[to_stage] is None
        return self._edge(from_stage, to_stage).permits(left)

    def next_stages(self, from_stage: str | None, left: str | None = None) -> tuple[str, ...]:
        """Keys of the stages that a move may lead to, in order of rank; the targets that `allows` accepts."""
        return tuple(key for key in self._all if self.allows(from_stage, key, left))

    def transition(self, from_stage: str | None, to_stage: str, left: str | None = None) -> Transition:
        """The transition between two stages: the declared one, else the one that the policy implies.

        Raises:
            UnknownNameError: There is no such stage.
            UsageError: The model refuses it.
        """
        edge = self._edge(from_stage, to_stage)
        if not edge.permits(left):
            allowed = ", ".join(map(repr, self.next_stages(from_stage, left))) or "nothing"
            what = f"{self._where} has no transition {arrow(from_stage, to_stage)}: policy={self.policy!r} refuses it"
            raise UsageError(what, f"from there it allows {allowed}")
        from custlife.stages.transition import Transition

        return edge.transition or Transition(from_stage, to_stage, kind=edge.kind)

    def _edge(self, from_stage: str | None, to_stage: str) -> Edge:
        try:
            return self._edges[from_stage, to_stage]
        except TypeError:  # a list, say, is no key
            odd = to_stage if from_stage is None or from_stage in self else from_stage
            raise UnknownNameError("stage", odd, self._all, self._where) from None


def check_model(given: object, name: str = "model") -> None:
    """Refuse what is not a model, such as its name.

    Raises:
        UsageTypeError: It is something else.
    """
    if not isinstance(given, Declaration):
        is_name = isinstance(given, str) and given.isidentifier()
        such = f": presets.{given} without quotes, if it is one" if is_name else ""
        raise UsageTypeError(f"{name}={given!r} is not a StageModel", f"pass a StageModel or a preset{such}")


def _revived(cls: type[Declaration], fields: dict[str, Any]) -> Declaration:
    return cls(**fields)
