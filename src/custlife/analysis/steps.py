"""Steps and exclusions: the parts a funnel is declared from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from custlife.analysis.question import choice, names
from custlife.calendar import span
from custlife.engines.rows.properties import fixed
from custlife.errors import DefinitionError, UsageTypeError

if TYPE_CHECKING:
    from datetime import timedelta

    from custlife.calendar import Span
    from custlife.engines.history import Setting

__all__ = [
    "Exclude",
    "Step",
    "as_exclusions",
    "as_horizon",
    "as_step",
    "as_steps",
    "as_window",
    "exclude",
    "step",
    "tests_of",
]

EXCLUSION_MODES = ("drop", "stop", "reset", "void")


def optional_span(value: Span | timedelta | str | None, name: str) -> Span | None:
    """A span, or None."""
    return None if value is None else span(value, name=name)


def as_window(value: Span | timedelta | str | None) -> Span | None:
    """The `within=` of a question: a span, anything that reads as one, or None."""
    return optional_span(value, "within")


def as_horizon(value: Span | timedelta | str | None) -> Span | None:
    """The `horizon=` of a question, in the same way."""
    return optional_span(value, "horizon")


def _pairs(where: Iterable[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    """Properties with wanted values that cannot change, so that steps hash where their values do."""
    return tuple((name, fixed(value)) for name, value in where)


@attrs.frozen
class Step:
    """One step of a funnel.

    Attributes:
        names: Stages or events of which any one serves the step; empty means any event.
        where: Pairs of property and value that an event must have.
        within: The most time since the step before.
        min_gap: The least time since the step before.
        unless: Stages or events that must not come between the step before and this one.
        label: What to call it.
    """

    names: tuple[str, ...] = ()
    where: tuple[tuple[str, Any], ...] = attrs.field(default=(), converter=_pairs)
    within: Span | None = None
    min_gap: Span | None = None
    unless: tuple[str, ...] = ()
    label: str = ""

    def __str__(self) -> str:
        return self.label or " or ".join(self.names) or "any event"


def step(
    name: str | Iterable[str] | None,
    *,
    where: Mapping[str, Any] | None = None,
    within: Span | timedelta | str | None = None,
    min_gap: Span | timedelta | str | None = None,
    unless: str | Iterable[str] | None = None,
    label: str = "",
) -> Step:
    """A step of a funnel.

    Args:
        name: The stage or event, or several of which any one will do; None for any event.
        where: Properties an event must have, such as `{"plan": "pro"}`.
        within: The most time since the step before, such as `cl.days(30)`; its end is inclusive.
        min_gap: The least time since the step before.
        unless: Stages or events that must not come in between; the funnel's `exclusion` says what happens then.
        label: What to call the step; the names by default.

    Raises:
        UsageTypeError: A bare number in place of a span.

    Examples:
        >>> from custlife import days, step
        >>> print(step("intent", within=days(30)))
        intent
    """
    if where is not None and not isinstance(where, Mapping):
        raise UsageTypeError(f"where={where!r} names no properties", "write where={'plan': 'pro'}")
    pairs = tuple(sorted((where or {}).items()))
    return Step(
        names(name, "name"), pairs, optional_span(within, "within"), optional_span(min_gap, "min_gap"),
        names(unless, "unless"), label,
    )  # fmt: skip


@attrs.frozen
class Exclude:
    """Stages or events that must not come between two steps of a funnel.

    Attributes:
        names: The forbidden ones; any one counts.
        after: Number of the step they must not follow, from 0; or its name.
        before: Number of the step they must not precede; or its name.
        mode: `drop` takes the unit out of the whole funnel, `stop` keeps the steps before, `reset` starts over,
            `void` forgets the attempt.
    """

    names: tuple[str, ...]
    after: int | str
    before: int | str
    mode: str


def exclude(name: str | Iterable[str], *, after: int | str = 0, before: int | str = -1, mode: str = "drop") -> Exclude:
    """Stages or events that must not come strictly between two steps.

    Args:
        name: The forbidden stage or event, or several.
        after: The step that opens the forbidden range: its number from 0, or its name.
        before: The step that closes it; -1 is the last. Where it is not reached, the range ends with the window.
        mode: `drop`: the unit leaves the whole funnel and is reported; `stop`: the steps before count; `reset`: the
            funnel starts over behind it; `void`: the attempt is forgotten and another one may stand for the unit.

    Examples:
        >>> from custlife import exclude
        >>> exclude("refund", after="paid").mode
        'drop'
    """
    found = names(name, "name")
    if not found:
        raise DefinitionError("an exclusion needs a name", "write cl.exclude('refund', after='paid')")
    return Exclude(found, after, before, choice("mode", mode, EXCLUSION_MODES))


def _advice(given: object) -> str:
    """What to write instead of something that is no step."""
    if isinstance(given, list | tuple) and given and all(isinstance(one, str | Step) for one in given):
        return f"write one after the other, without brackets: {', '.join(map(_called, given))}"
    return "write a name or cl.step('name', within=cl.days(30))"


def as_steps(steps: Iterable[str | Step | None] | str | Step) -> tuple[Step, ...]:
    """Steps from names and steps; a single one is one step.

    Raises:
        UsageTypeError: Something else.
    """
    if isinstance(steps, (str, Step)):
        steps = (steps,)
    if not isinstance(steps, Iterable):
        raise UsageTypeError(f"a step cannot be {steps!r}", _advice(steps))
    made = []
    for one in steps:
        if not isinstance(one, (str, Step)) and one is not None:
            raise UsageTypeError(f"a step cannot be {one!r}", _advice(one))
        made.append(one if isinstance(one, Step) else step(one))
    return tuple(made)


def _called(one: str | Step) -> str:
    return repr(one) if isinstance(one, str) else "cl.step(...)"


def as_step(one: str | Step | None) -> Step:
    """A single step, from its name or as it is; None for any event."""
    return as_steps((one,))[0]


def as_exclusions(exclusions: Iterable[Exclude] | Exclude) -> tuple[Exclude, ...]:
    """Exclusions, one or several.

    Raises:
        UsageTypeError: Something else.
    """
    found = tuple(exclusions) if isinstance(exclusions, Iterable) else (exclusions,)
    for one in found:
        if not isinstance(one, Exclude):
            raise UsageTypeError(f"an exclusion cannot be {one!r}", "write cl.exclude('refund', after='paid')")
    return found


def tests_of(one: Step, setting: Setting) -> tuple[tuple[str, Any], ...]:
    """The properties that a step asks for, with their wanted values.

    Raises:
        DefinitionError: A property that the log does not have.
    """
    missing = [name for name, _ in one.where if name not in setting.values]
    if missing:
        have = ", ".join(map(repr, sorted(setting.values))) or "none"
        what = f"step {str(one)!r} asks for the unknown property {missing[0]!r}"
        raise DefinitionError(what, f"properties are: {have}")
    return one.where
