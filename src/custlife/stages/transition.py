"""A transition: what a model says about one way from stage to stage, beyond what its policy implies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from custlife.errors import DefinitionError, UnknownNameError, UsageTypeError
from custlife.stages.law import MoveKind
from custlife.stages.text import arrow, check_text, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from custlife.calendar import Span
    from custlife.stages.guards import Guard

__all__ = ["Transition"]


def _kind(value: MoveKind | str | None) -> MoveKind | None:
    if value is None or isinstance(value, MoveKind):
        return value
    if value not in tuple(MoveKind):
        raise UnknownNameError("kind of move", value, map(str, MoveKind))
    return MoveKind(value)


def _min_gap(value: Any) -> Span | None:
    return _gap(value, "min_gap")


def _max_gap(value: Any) -> Span | None:
    return _gap(value, "max_gap")


def _gap(value: Any, name: str) -> Span | None:
    if value is None:
        return None
    from custlife.calendar import span

    return span(value, name=name)


def _guards(values: Iterable[Guard | Mapping[str, str]]) -> tuple[Guard, ...]:
    if values == ():
        return ()
    from custlife.stages.guards import guards_of

    return guards_of(values)


@attrs.frozen(repr=False)
class Transition:
    """One way from a stage to another: allowed whatever the policy, and with what is to be known about it.

    Attributes:
        from_stage: Key of the stage it starts from; None for a way in.
        to_stage: Key of the stage it leads to.
        kind: Kind of the move. It is derived; a kind that is given is checked against the law.
        action: What takes the customer along, such as "signs the contract".
        max_gap: The most time it should take, counted from entering `from_stage`. An expectation, never a refusal.
        min_gap: The least time to stay in `from_stage`. `Customer.move` refuses an earlier move; history that is
            recorded keeps it.
        reason_required: Whether `Customer.move` refuses the move without a reason.
        guards: What must hold: names registered with `@guard`, or `Requires`. Asked by `Customer.move` only.

    Gaps are `Span`, `timedelta` or text such as `"30 days"`.

    Raises:
        DefinitionError: It leads nowhere else, or its gaps or guards contradict it.

    Examples:
        >>> Transition("trial", "paid", action="signs", guards=[{"requires_event": "demo"}])
        Transition('trial', 'paid', action='signs', guards=(Requires(what='event', name='demo'),))
    """

    from_stage: str | None
    to_stage: str
    kind: MoveKind | None = attrs.field(default=None, converter=_kind, kw_only=True)
    action: str = attrs.field(default="", converter=tidy, kw_only=True)
    max_gap: Span | None = attrs.field(default=None, converter=_max_gap, kw_only=True)
    min_gap: Span | None = attrs.field(default=None, converter=_min_gap, kw_only=True)
    reason_required: bool = attrs.field(default=False, kw_only=True)
    guards: tuple[Guard, ...] = attrs.field(default=(), converter=_guards, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check_ends(self.from_stage, self.to_stage)
        check_text("action", self.action, lines=True)
        if not isinstance(self.reason_required, bool):
            raise UsageTypeError(f"reason_required={self.reason_required!r} is not a bool", "pass True or False")
        if self.from_stage is None and (self.min_gap is not None or self.max_gap is not None):
            raise DefinitionError(
                f"the way in to {self.to_stage!r} has a gap, but no stage to count it from",
                "give the gap to a transition that starts from a stage",
            )
        if self.min_gap is not None and self.max_gap is not None and _exceeds(self.min_gap, self.max_gap):
            raise DefinitionError(
                f"transition {arrow(self.from_stage, self.to_stage)} has min_gap={self.min_gap.to_text()!r} above "
                f"max_gap={self.max_gap.to_text()!r}",
                "swap them, or drop one",
            )

    def __repr__(self) -> str:
        said = (f"{name}={value!r}" for name, value in self._refinements() if value not in ("", (), None, False))
        return f"Transition({', '.join((repr(self.from_stage), repr(self.to_stage), *said))})"

    def to_dict(self) -> dict[str, Any]:
        """The transition as a document holds it; the kind is derived and left out."""
        document: dict[str, Any] = {} if self.from_stage is None else {"from": self.from_stage}
        document["to"] = self.to_stage
        for name, value in self._refinements():
            if name != "kind" and value not in ("", (), None, False):
                document[name] = _plain(value)
        return document

    def _refinements(self) -> tuple[tuple[str, Any], ...]:
        return tuple((field.name, getattr(self, field.name)) for field in attrs.fields(type(self))[2:])


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [guard if isinstance(guard, str) else guard.to_dict() for guard in value]
    return value.to_text() if hasattr(value, "to_text") else value


def _check_ends(from_stage: object, to_stage: object) -> None:
    for name, key in (("from_stage", from_stage), ("to_stage", to_stage)):
        if not isinstance(key, str) and (name == "to_stage" or key is not None):
            raise UsageTypeError(f"{name}={key!r} is not the key of a stage", "pass a str such as 'trial'")
    if from_stage == to_stage:
        raise DefinitionError(
            f"transition {to_stage!r} -> {to_stage!r} leads nowhere", "drop it: one stays without a move"
        )


def _exceeds(least: Span, most: Span) -> bool:
    if least.months >= most.months and least.days >= most.days and least.us >= most.us:
        return least != most
    # months and days have no fixed length, so unlike spans are refused only where no calendar can order them
    day = 86_400_000_000
    shortest = (least.months * 28 + least.days - (not least.is_exact)) * day + least.us
    return shortest > (most.months * 31 + most.days + (not most.is_exact)) * day + most.us
