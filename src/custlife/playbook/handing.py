"""Hand-overs as a model declares them: where teams change along the path, and what has to be passed on there."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import attrs

from custlife.analysis.framing import Framed
from custlife.errors import DefinitionError, UnknownNameError, UsageTypeError
from custlife.pictures import Table
from custlife.scoring.declared import check_names
from custlife.scoring.points import shortly
from custlife.stages import StageModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from custlife.stages import Stage

__all__ = ["NEEDED", "HandOverPlan", "PlannedHandOver", "Required", "hand_overs"]

COLUMNS: dict[str, Any] = {
    "from_stage": str,
    "to_stage": str,
    "leaving": str,
    "joining": str,
    "staying": str,
    "needs": str,
    "required": str,
    "is_after_sale": bool | None,
}


def _names(given: str | Iterable[str]) -> tuple[str, ...]:
    found: tuple[object, ...] = (given,) if isinstance(given, str) else tuple(given)
    for one in found:
        if not isinstance(one, str) or not one.strip():
            raise UsageTypeError(f"facts={shortly(given)} are no names of facts", "write facts=['needs']")
    return tuple(map(str, found))


@attrs.frozen
class Required:
    """Something that must be known where a customer is handed over.

    Attributes:
        name: What it is called.
        facts: Facts of the customer that answer it, any one of them; by default the one of its name.
        at: `"every"` hand-over, or those from the `"sale"` on: into a stage of paying customers.
        or_reason: Whether the reason given at a move answers it as well: at the sale the reason of the move by which
            they became a customer, else that of the move that handed them over.

    Raises:
        DefinitionError: There is no such `at`.

    Examples:
        >>> Required("budget").facts
        ('budget',)
    """

    name: str
    facts: tuple[str, ...] = attrs.field(default=(), converter=_names, kw_only=True)
    at: Literal["every", "sale"] = attrs.field(default="every", kw_only=True)
    or_reason: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.at not in ("every", "sale"):
            raise DefinitionError(f"at={self.at!r} is no kind of hand-over", "write at='every' or at='sale'")
        if not self.facts and isinstance(self.name, str):
            object.__setattr__(self, "facts", (self.name,))


NEEDED = (
    Required("needs", facts=("needs", "need")),
    Required("reason for buying", facts=("reason_for_buying", "buying_reason"), at="sale", or_reason=True),
)
"""What a hand-over needs where nothing else is said: what they want; from the sale on, why they bought."""


@attrs.frozen
class PlannedHandOver:
    """A place on the path where the teams in charge change.

    Attributes:
        from_stage: The stage before.
        to_stage: The stage after: the next one that names its teams.
        leaving: Teams that are in charge before and not after.
        joining: Teams that are in charge after and not before.
        staying: Teams in charge on both sides; where there are none, nobody is left who knows the customer.
        needs: What customers want in the stage before, in the model's words.
        required: What must be known of each customer.
        is_after_sale: Whether it leads into a stage of paying customers; None where the model does not say.
    """

    from_stage: str
    to_stage: str
    leaving: tuple[str, ...]
    joining: tuple[str, ...]
    staying: tuple[str, ...]
    needs: tuple[str, ...]
    required: tuple[Required, ...]
    is_after_sale: bool | None

    @property
    def label(self) -> str:
        """Both stages in one text."""
        return f"{self.from_stage} → {self.to_stage}"

    @property
    def is_clean_break(self) -> bool:
        """Whether no team is in charge on both sides."""
        return not self.staying


@attrs.frozen(repr=False, str=False)
class HandOverPlan(Framed):
    """The hand-overs along the path of a model, in order.

    Attributes:
        model: Whose they are.
        rows: The hand-overs.
        silent: Stages that name no team; they are passed over.
    """

    model: StageModel
    rows: tuple[PlannedHandOver, ...]
    silent: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[PlannedHandOver]:
        return iter(self.rows)

    def __getitem__(self, to_stage: str) -> PlannedHandOver:
        """The hand-over into a stage, by key, label or alias.

        Raises:
            UnknownNameError: No team changes there, or there is no such stage.
        """
        key = self.model.resolve(to_stage)
        for row in self.rows:
            if row.to_stage == key:
                return row
        raise UnknownNameError("hand-over into", to_stage, [row.to_stage for row in self.rows])

    def column_types(self) -> dict[str, Any]:
        """The columns and what they hold."""
        return dict(COLUMNS)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One row for each hand-over."""
        return [
            {
                "from_stage": row.from_stage,
                "to_stage": row.to_stage,
                **{name: ", ".join(getattr(row, name)) for name in ("leaving", "joining", "staying", "needs")},
                "required": ", ".join(one.name for one in row.required),
                "is_after_sale": row.is_after_sale,
            }
            for row in self.rows
        ]

    def table(self) -> Table:
        """The hand-overs as a table for people."""
        rows = [
            (row.label, *(", ".join(getattr(row, name)) or None for name in ("leaving", "joining", "staying", "needs")),
             ", ".join(one.name for one in row.required) or None)
            for row in self.rows
        ]  # fmt: skip
        names = ("hand-over", "leaving", "joining", "staying", "they wanted", "must be known")
        note = f"No team named: {', '.join(self.silent)}." if self.silent else ""
        return Table(names, rows, title=f"Hand-overs between teams: {self.model.title or self.model.name}", note=note)

    def __repr__(self) -> str:
        return f"<HandOverPlan of {self.model.name!r}, {len(self)} hand-overs>"

    def __str__(self) -> str:
        return self.table().text(width=120)

    def _repr_html_(self) -> str:
        return self.table().html()


def hand_overs(model: StageModel, *, required: Sequence[Required] = NEEDED) -> HandOverPlan:
    """Where the teams in charge change along the path of a model, and what must be passed on there.

    Stages that name no team are passed over: the next one that does is compared with the last one that did. Facts that
    a declared transition between the two requires are required here as well, and so is a reason that it asks for.

    Args:
        model: The model; teams are the `owners` of its stages.
        required: What must be known; by default what they want, and from the sale on why they bought.

    Raises:
        DefinitionError: No stage names a team, or two requirements have one name.
        UsageTypeError: An argument is of another type.

    Examples:
        >>> from custlife import presets
        >>> [row.label for row in hand_overs(presets.catalyst8)][2]
        'conversion → onboarding'
    """
    if not isinstance(model, StageModel):
        raise UsageTypeError(f"model={shortly(model)} is not a StageModel", "pass a preset, such as presets.catalyst8")
    wanted = tuple(required)
    check_names("required", wanted, Required, some=False)
    named = [stage for stage in model.stages if stage.owners]
    if not named:
        what = f"no stage of model {model.name!r} names its team"
        raise DefinitionError(what, "name them: model.with_stage('trial', owners=['Sales'])")
    found = [_planned(model, one, other, wanted) for one, other in pairwise(named) if {*one.owners} != {*other.owners}]
    return HandOverPlan(model, tuple(found), tuple(stage.key for stage in model.stages if not stage.owners))


def _planned(model: StageModel, one: Stage, other: Stage, wanted: tuple[Required, ...]) -> PlannedHandOver:
    sold = None if model.customer_from is None else model.is_customer_stage(other.key)
    needed = {need.name: need for need in wanted if need.at == "every" or sold}
    for need in _guarded(model, one.key, other.key):
        needed.setdefault(need.name, need)
    return PlannedHandOver(
        one.key,
        other.key,
        tuple(team for team in one.owners if team not in other.owners),
        tuple(team for team in other.owners if team not in one.owners),
        tuple(team for team in one.owners if team in other.owners),
        one.needs,
        tuple(needed.values()),
        sold,
    )


def _guarded(model: StageModel, one: str, other: str) -> list[Required]:
    """What the declared transition between two stages asks for."""
    from custlife.stages.guards import Requires

    for way in model.transitions:
        if (way.from_stage, way.to_stage) == (one, other):
            facts = [g.name for g in way.guards if isinstance(g, Requires) and g.what == "fact"]
            reason = [Required("reason", or_reason=True)] if way.reason_required else []
            return [*(Required(name) for name in facts), *reason]
    return []
